"""The daemon remembers of itself when it was last awake; articles are found by age, as they are not kept for ever.

Programs from before migrations know forms by the number in `schema` only, and leave a 2 alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "marks"
down_revision = "histories"


def upgrade() -> None:
    """One table, one index, one number."""
    op.create_table(
        "marks",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_articles_seen", "articles", ["seen"])
    op.create_index("ix_ledger_last_at", "ledger", ["last_at"])
    op.execute("update schema set version = 2")
