"""Articles are known by several keys, so that none comes as new again after the upgrade.

Keys and contents are derived, so they are derived by today's code; should that ever change what it makes of an
article, the step that brings the change derives them again.
"""

from collections import defaultdict

import sqlalchemy as sa
from alembic import op

from monitor.store.tables import load
from monitor.types import Article
from monitor.unseen import keys, version

revision = "article_keys"
down_revision = "content"


def upgrade() -> None:
    """A key that several articles share belongs to the one that was seen first."""
    op.create_table(
        "article_keys",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("article", sa.String, nullable=False),
        sa.Column("seen", sa.String(32), nullable=False),
        sqlite_with_rowid=False,
    )
    db = op.get_bind()
    feeds: dict[str, list[Article]] = defaultdict(list)
    for (body,) in db.execute(sa.text("select body from articles order by seen, id")).all():
        article = load(Article, body)
        feeds[article.feed].append(article)
    for articles in feeds.values():
        names = keys(articles)
        for article in articles:
            row = {"content": version(article), "id": article.id}
            db.execute(sa.text("update articles set content = :content where id = :id"), row)
            for key in names[article.id]:
                seen = article.seen.isoformat(timespec="microseconds")
                held = {"name": key.name, "article": article.id, "seen": seen}
                db.execute(sa.text("insert or ignore into article_keys values (:name, :article, :seen)"), held)
