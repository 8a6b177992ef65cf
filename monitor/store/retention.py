"""What is kept for how long, so that the database of a daemon that runs for years stays bounded.

Deleted in small transactions, between which the lines get their turn; the file's free pages are used again. Nothing
that may still be told or asked about goes: unsettled deliveries, open stories, and what a channel was told lately.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, func, or_, select

from alerts.types import DeliveryState
from config.types import Keep
from monitor.store import tables as t
from monitor.store.store import Store
from monitor.store.tx import Tx

AT_ONCE: Final = 500
"""Rows that one transaction deletes: a few milliseconds."""


USUAL: Final = Keep()


async def prune(store: Store, now: datetime, keep: Keep = USUAL) -> dict[str, int]:
    """Delete what is older; how many rows went, by table. Raises StoreError."""
    steps: tuple[tuple[str, Callable[[Connection], int]], ...] = (
        ("articles", lambda db: _articles(db, now - keep.articles)),
        ("stories", lambda db: _stories(db, now - keep.articles)),
        ("ledger", lambda db: _rows(db, t.ledger, t.ledger.c.id, t.ledger.c.last_at < now - keep.ledger)),
        ("findings", lambda db: _rows(db, t.findings, t.findings.c.article, t.findings.c.seen < now - keep.ledger)),
        ("outbox", lambda db: _deliveries(db, now - keep.messages)),
        ("told", lambda db: _told(db, (now - keep.articles).date().isoformat())),
        ("pictures", lambda db: _rows(db, t.pictures, t.pictures.c.root, t.pictures.c.shown < now - keep.messages)),
        ("mutes", lambda db: db.execute(delete(t.mutes).where(t.mutes.c.until <= now)).rowcount),
        ("acts", lambda db: _rows(db, t.acts, t.acts.c.id, t.acts.c.at < now - keep.articles)),
    )
    gone = {}
    for name, step in steps:
        gone[name] = 0
        while done := await store.transact(_with(step)):
            gone[name] += done
    await store.tidy()
    return gone


def _with(step: Callable[[Connection], int]) -> Callable[[Tx], int]:
    return lambda tx: step(tx.connection)


def _rows(db: Connection, table: Any, key: Any, old: Any) -> int:  # noqa: ANN401  tables and columns
    """Delete some old rows, and before them what refers to them."""
    ids = list(db.scalars(select(key).where(old).limit(AT_ONCE)))
    for other in t.metadata.tables.values():
        for reference in other.foreign_keys:
            if reference.column is key:
                db.execute(delete(other).where(reference.parent.in_(ids)))
    db.execute(delete(table).where(key.in_(ids)))
    return len(ids)


def _articles(db: Connection, before: datetime) -> int:
    """Articles and their keys; of one without a date the keys stay: nothing else tells that it is not new."""
    dated = func.json_extract(t.articles.c.body, "$.published").is_not(None)
    chosen = select(t.articles.c.id, dated).where(t.articles.c.seen < before).limit(AT_ONCE)
    rows = db.execute(chosen).all()
    with_date = [id_ for id_, has_date in rows if has_date]
    db.execute(delete(t.article_keys).where(t.article_keys.c.article.in_(with_date)))
    db.execute(delete(t.articles).where(t.articles.c.id.in_([id_ for id_, _ in rows])))
    return len(rows)


def _stories(db: Connection, before: datetime) -> int:
    has_articles = select(t.articles.c.id).where(t.articles.c.story == t.stories.c.id).exists()
    is_shown = select(t.roots.c.key).where(t.roots.c.story == t.stories.c.id).exists()
    old = (t.stories.c.last_seen < before) & ~has_articles & ~is_shown
    ids = list(db.scalars(select(t.stories.c.id).where(old).limit(AT_ONCE)))
    db.execute(delete(t.story_prices).where(t.story_prices.c.story.in_(ids)))
    db.execute(delete(t.stories).where(t.stories.c.id.in_(ids)))
    return len(ids)


def _deliveries(db: Connection, before: datetime) -> int:
    settled = t.outbox.c.state.in_([DeliveryState.SENT.value, DeliveryState.SUPERSEDED.value])
    refused = t.outbox.c.state == DeliveryState.BLOCKED.value
    made = func.json_extract(t.outbox.c.body, "$.at")
    old = made < before.isoformat().replace("+00:00", "Z")
    return _rows(db, t.outbox, t.outbox.c.key, or_(settled, refused) & old)


def _told(db: Connection, before: str) -> int:
    roots = _rows(db, t.roots, t.roots.c.key, t.roots.c.session < before)
    keys = select(t.told.c.channel, t.told.c.symbol, t.told.c.session).where(t.told.c.session < before).limit(AT_ONCE)
    gone = 0
    for channel, symbol, session in db.execute(keys).all():
        mine = (t.told.c.channel == channel) & (t.told.c.symbol == symbol) & (t.told.c.session == session)
        gone += db.execute(delete(t.told).where(mine)).rowcount
    return roots + gone
