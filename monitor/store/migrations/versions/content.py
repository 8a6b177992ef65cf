"""An article is known by what it says, not by its link; the ledger is looked up by session first."""

import sqlalchemy as sa
from alembic import op

revision = "content"
down_revision = "story_prices"


def upgrade() -> None:
    """The new column stays empty here: what it holds is derived from the article (`article_keys`)."""
    op.add_column("articles", sa.Column("content", sa.String))
    op.drop_index("ix_articles_link", "articles")
    op.drop_column("articles", "link")
    op.create_index("ix_articles_content", "articles", ["content"])
    op.drop_index("ledger_of", "ledger")
    op.create_index("ledger_of", "ledger", ["session", "channel", "symbol"])
