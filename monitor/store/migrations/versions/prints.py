"""Stories are joined by prints; the ledger keeps its largest looks; people's commands and pictures are remembered.

Builds that had some of this before migrations came bear the number 2: what they have stays as it is. Prints are
derived, so they are derived by today's code, as well as titles alone allow.
"""

import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

from monitor.store.tables import load
from monitor.types import Article

revision = "prints"
down_revision = "marks"

_TIME = sa.String(32)


def upgrade() -> None:
    """New tables begin empty: what decisions before this one weighed is not told any more."""
    has = sa.inspect(op.get_bind())
    if "links" not in {column["name"] for column in has.get_columns("stories")}:
        _stories()
    for name, columns in _TABLES.items():
        if not has.has_table(name):
            op.create_table(name, *columns(), sqlite_with_rowid=name != "points")
            for column, index in _INDEXES.get(name, {}).items():
                op.create_index(index, name, [column])
    op.execute("update schema set version = 3")


_TABLES: dict[str, Callable[[], tuple[sa.Column[Any], ...]]] = {
    "peaks": lambda: (
        sa.Column("entry", sa.Integer, sa.ForeignKey("ledger.id"), primary_key=True),
        sa.Column("size", sa.Float, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("body", sa.Text),
        sa.Column("last", sa.Text),
    ),
    "findings": lambda: (
        sa.Column("article", sa.String, primary_key=True),
        sa.Column("seen", _TIME, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    ),
    "mutes": lambda: (
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("what", sa.String, primary_key=True),
        sa.Column("channel", sa.String, primary_key=True),
        sa.Column("until", _TIME),
        sa.Column("body", sa.Text, nullable=False),
    ),
    "points": lambda: (
        sa.Column("symbol", sa.String, primary_key=True),
        sa.Column("at", _TIME, primary_key=True),
        sa.Column("price", sa.Float, nullable=False),
    ),
    "pictures": lambda: (
        sa.Column("root", sa.String, primary_key=True),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("shown", _TIME, nullable=False),
        sa.Column("file", sa.String, nullable=False),
    ),
    "acts": lambda: (
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("verb", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    ),
}
_INDEXES = {"findings": {"seen": "ix_findings_seen"}, "acts": {"at": "ix_acts_at"}}


def _stories() -> None:
    """A story without facts cannot link; what its titles told apart becomes the prints of its articles."""
    from monitor.store.tables import dump  # noqa: PLC0415  as above
    from monitor.stories.novelty import FIGURES_KEPT, PRINTS_KEPT  # noqa: PLC0415  the joining's word list is large
    from monitor.stories.prints import print_of  # noqa: PLC0415  as above
    from nlp.types import Analysis  # noqa: PLC0415  as above

    op.add_column("stories", sa.Column("links", sa.Boolean, nullable=False, server_default=sa.false()))
    db = op.get_bind()
    members: dict[str, list[Article]] = defaultdict(list)
    query = "select story, body from articles where story is not null order by seen, id"
    for story, body in db.execute(sa.text(query)).all():
        members[story].append(load(Article, body))
    for name, text in db.execute(sa.text("select id, body from stories")).all():
        body = json.loads(text)
        articles = members[name] or [_headline(body)]
        some = articles[:1] + articles[1:][1 - PRINTS_KEPT :]
        prints = [json.loads(dump(print_of(article, Analysis()))) for article in some]
        figures = sorted({figure for one in prints for figure in one["figures"]})[:FIGURES_KEPT]
        for one in prints:
            one["companies"] = list(body["parties"])
        new = {key: value for key, value in body.items() if key not in {"titles", "telling"}}
        new |= {"prints": prints, "figures": figures, "size": len(articles)}
        row = {"id": name, "links": bool(body["parties"]), "body": json.dumps(new)}
        db.execute(sa.text("update stories set links = :links, body = :body where id = :id"), row)


def _headline(body: dict[str, Any]) -> Article:
    """A story whose articles are gone is known by its headline."""
    stand_in = {"id": "", "feed": "", "link": "", "title": body["headline"], "summary": "", "published": None}
    return load(Article, json.dumps({**stand_in, "seen": body["last_seen"]}))
