"""The store keeps what it is given over a restart, and nothing of a transaction that failed."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from alerts.types import Delivery, DeliveryKind, DeliveryState, Told
from config.types import EventType
from monitor.market.gate import Looks
from monitor.store.store import Store, StoreError
from monitor.store.tx import Tx
from monitor.types import Article, Fact, FeedState, Kind, Print, Quote, Root, Story, StoryPrice
from monitor.unseen import keys

NOW = datetime(2025, 1, 27, 14, 30, tzinfo=UTC)
ARTICLE = Article("wire:1", "wire", "https://wire.example/1", "Acme opens its model", "", None, NOW)
PRINT = Print(NOW, Kind.NEWS, "@acme", ("acme",), (), frozenset({"open"}), frozenset(), frozenset({"10b"}), frozenset())
STORY = Story(
    "s1",
    ARTICLE.title,
    NOW,
    NOW,
    NOW,
    (Fact(EventType.MODEL_RELEASE, "acme", "reported", ARTICLE.title, 0.9),),
    {"acme": 1.0},
    (PRINT,),
    ("10b",),
    frozenset({"wire"}),
)
POST = Delivery("root", DeliveryKind.POST, "#ai", "root", NOW, "text", story="s1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database lies."""
    return tmp_path / "state" / "aftershock.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """An open store."""
    opened = Store(path)
    yield opened
    opened.close()


async def test_what_was_saved_is_there_after_a_restart(store: Store, path: Path) -> None:
    """Every kind of value comes back as it went in, from a second store on the same file."""
    quote = Quote("ACME", 12.5, NOW, "USD", timedelta(minutes=15), 1e9)
    state = FeedState("wire", NOW, '"e-tag"', "Mon, 27 Jan 2025 14:00:00 GMT", last_success=NOW)
    before = StoryPrice("s1", "ACME", quote)
    earlier = replace(quote, time=NOW - timedelta(hours=1))
    told = Told("#ai", "ACME", date(2025, 1, 27), "root", down=-0.17, at=NOW)
    root = Root("root", "#ai", date(2025, 1, 27), "s1", text="text", drawn=NOW)

    def write(tx: Tx) -> None:
        tx.save_feed(state)
        tx.save_story(STORY)
        tx.save_article(ARTICLE, "s1", "opens a story")
        tx.save_looks({"ACME": Looks(last=quote)})
        tx.save_story_price(before)
        tx.save_story_price(replace(before, quote=earlier))
        tx.save_told(told)
        tx.save_root(root)
        tx.enqueue(POST, NOW)

    await store.transact(write)
    again = Store(path)
    try:
        assert {"wire": state} == await again.transact(Tx.feed_states)
        assert [STORY] == await again.transact(lambda tx: tx.open_stories(NOW))
        assert () == await again.transact(lambda tx: tx.sift([ARTICLE], keys([ARTICLE])).fresh)
        assert {"ACME": Looks(last=quote)} == await again.transact(Tx.looks)
        assert {("s1", "ACME"): earlier} == await again.transact(lambda tx: tx.story_prices(NOW))
        assert {("#ai", "ACME", told.session): told} == await again.transact(lambda tx: tx.told(told.session))
        assert {"root": root} == await again.transact(lambda tx: tx.roots(root.session))
        rows = await again.transact(Tx.unsettled)
        assert [POST] == [row.delivery for row in rows]
    finally:
        again.close()


async def test_nothing_of_a_failed_transaction_is_kept(store: Store) -> None:
    """A function that raises half-way leaves the database as it was."""

    def write(tx: Tx) -> None:
        tx.save_story(STORY)
        raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        await store.transact(write)
    assert [] == await store.transact(lambda tx: tx.open_stories(NOW))


async def test_a_delivery_is_put_in_once_and_leaves_when_it_is_settled(store: Store) -> None:
    """A key is taken once; a settled row waits no more, and the root goes by the id of its newest drawing."""
    edit = Delivery("root#u1", DeliveryKind.UPDATE, "#ai", "root", NOW, "text 1")
    put = [await store.transact(partial(Tx.enqueue, delivery=d, due=NOW)) for d in (POST, edit, POST)]
    assert [True, True, False] == put
    rows = await store.transact(Tx.unsettled)
    assert [POST, edit] == [row.delivery for row in rows]
    for row, ts in zip(rows, ("1.0", "2.0"), strict=True):
        sent = replace(row, state=DeliveryState.SENT, ts=ts)
        await store.transact(partial(Tx.save_outbox_row, row=sent))
    assert [] == await store.transact(Tx.unsettled)
    assert "2.0" == await store.transact(lambda tx: tx.root_ts("root"))


def test_a_file_that_is_no_database_is_named_in_the_error(tmp_path: Path) -> None:
    """The operator reads which file, and what to do."""
    path = tmp_path / "aftershock.db"
    path.write_text("not a database, but long enough to be taken for a broken one " * 20)
    with pytest.raises(StoreError, match=r"cannot use the database .*aftershock\.db.*aftershock restore FILE"):
        Store(path)


def test_a_newer_schema_is_refused(path: Path) -> None:
    """A database of a later version is left alone."""
    Store(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("update schema set version = 99")
    connection.close()
    with pytest.raises(StoreError, match="schema version 99"):
        Store(path)
