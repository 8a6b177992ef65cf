"""Looks become one value, and the price before a story a whole quote; stories keep what their titles tell apart."""

import json

import sqlalchemy as sa
from alembic import op

revision = "story_prices"
down_revision = "first"


def upgrade() -> None:
    """Carry looks and bases over; a story's older titles tell nothing, which only makes it join less."""
    db = op.get_bind()
    looks = db.execute(sa.text("select symbol, last, accepted from looks")).all()
    op.drop_table("looks")
    op.create_table(
        "looks", sa.Column("symbol", sa.String, primary_key=True), sa.Column("body", sa.Text, nullable=False)
    )
    for symbol, last, accepted in looks:
        body = {"accepted": accepted and json.loads(accepted), "last": last and json.loads(last)}
        db.execute(sa.text("insert into looks values (:symbol, :body)"), {"symbol": symbol, "body": json.dumps(body)})
    bases = db.execute(sa.text("select story, symbol, body from bases")).all()
    op.drop_table("bases")
    op.create_table(
        "story_prices",
        sa.Column("story", sa.String, primary_key=True),
        sa.Column("symbol", sa.String, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    currencies = {
        symbol: json.loads(last or accepted)["currency"] for symbol, last, accepted in looks if last or accepted
    }
    for story, symbol, text in bases:
        old = json.loads(text)
        quote = {
            "symbol": symbol, "price": old["price"], "time": old["time"], "currency": currencies.get(symbol, ""),
            "confirmed": True,
        }  # fmt: skip
        price = {"story": story, "symbol": symbol, "quote": quote}
        row = {"story": story, "symbol": symbol, "body": json.dumps(price)}
        db.execute(sa.text("insert into story_prices values (:story, :symbol, :body)"), row)
    for name, text in db.execute(sa.text("select id, body from stories")).all():
        kept = json.loads(text)
        kept["telling"] = [[] for _ in kept["titles"]]
        db.execute(sa.text("update stories set body = :body where id = :id"), {"body": json.dumps(kept), "id": name})
