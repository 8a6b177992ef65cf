"""The database as a file: backed up in use, restored, set aside when damaged, and bounded over the years."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from alerts.types import Command, Delivery, DeliveryKind, DeliveryState, Mute, MuteKind, Told, Verb
from config.types import EventType, Keep
from monitor.store.files import BackupError, copy, daily, damage, forget_old, put_back, set_aside
from monitor.store.retention import prune
from monitor.store.store import CorruptError, Store, StoreError
from monitor.store.tx import Tx
from monitor.types import Article, Fact, Quote, Root, Story, StoryPrice
from monitor.unseen import keys

NOW = datetime(2025, 3, 12, 15, 0, tzinfo=UTC)
ROOT_PAGE = "SELECT rootpage FROM sqlite_master WHERE name = 'stories'"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database lies."""
    return tmp_path / "aftershock.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """An open store."""
    opened = Store(path)
    yield opened
    with suppress(RuntimeError):  # a test has closed it
        opened.close()


def article(name: str, seen: datetime, *, dated: bool = True) -> Article:
    """An item of that name."""
    link = f"https://wire.example/{name}"
    return Article(name, "wire", link, f"Words of {name}", "", seen if dated else None, seen)


def story(name: str, at: datetime) -> Story:
    """A story of one article."""
    fact = Fact(EventType.PARTNERSHIP, "acme", "reported", name, 0.9)
    return Story(name, name, at, at, at, (fact,), {"acme": 1.0}, (), (), frozenset({"wire"}))


def delivery(key: str, at: datetime) -> Delivery:
    """A root message."""
    return Delivery(key, DeliveryKind.POST, "#ai", key, at, f"text of {key}")


def take_in(tx: Tx, name: str, at: datetime, *, dated: bool = True) -> None:
    """An article with its story, and the price before it."""
    one = article(name, at, dated=dated)
    tx.save_story(story(name, at))
    tx.save_article(one, name, "opens a story", keys([one])[name])
    tx.save_story_price(StoryPrice(name, "ACME", Quote("ACME", 1.0, at, "USD")))


async def test_a_backup_is_whole_while_the_daemon_goes_on_writing(store: Store, tmp_path: Path) -> None:
    """It holds everything up to one moment, and can be opened like any other."""
    target = tmp_path / "backups" / "copy.db"
    await store.transact(lambda tx: take_in(tx, "before", NOW))
    await store.back_up(target)
    await store.transact(lambda tx: take_in(tx, "after", NOW))
    assert ("", 0o600) == (damage(target), target.stat().st_mode & 0o777)
    copied = Store(target)
    try:
        assert ["before"] == [s.id for s in await copied.transact(lambda tx: tx.open_stories(NOW))]
    finally:
        copied.close()
    assert [] == list(target.parent.glob("*.unfinished*"))


async def test_restoring_puts_the_copy_in_place_and_keeps_what_was_there(path: Path, tmp_path: Path) -> None:
    """The newer database lies beside it under a name that says so."""
    first = Store(path)
    await first.transact(lambda tx: take_in(tx, "old", NOW))
    await first.back_up(tmp_path / "copy.db")
    await first.transact(lambda tx: take_in(tx, "new", NOW))
    first.close()
    aside = put_back(tmp_path / "copy.db", path, NOW)
    assert aside == tmp_path / "aftershock.db.before-restore-20250312T150000Z"
    for where, names in ((path, ["old"]), (aside, ["new", "old"])):
        found = Store(where)
        assert names == [s.id for s in await found.transact(lambda tx: tx.open_stories(NOW))]
        found.close()


@pytest.mark.parametrize("content", [b"", b"not a database, by far " * 99])
def test_what_is_no_backup_is_not_restored(path: Path, tmp_path: Path, content: bytes) -> None:
    """The database stays as it was."""
    Store(path).close()
    before = path.read_bytes()
    wrong = tmp_path / "wrong.db"
    wrong.write_bytes(content)
    with pytest.raises(BackupError, match=r"wrong\.db cannot be restored"):
        put_back(wrong, path, NOW)
    with pytest.raises(BackupError, match="missing"):
        put_back(tmp_path / "missing.db", path, NOW)
    assert before == path.read_bytes()


def test_a_failed_backup_leaves_nothing_behind(path: Path, tmp_path: Path) -> None:
    """Neither half a file nor a damaged one in the place of the last good one."""
    good = tmp_path / "copy.db"
    Store(path).close()
    copy(path, good)
    before = good.read_bytes()
    path.write_bytes(b"not a database, by far " * 999)
    with pytest.raises(sqlite3.DatabaseError):
        copy(path, good)
    assert (before, []) == (good.read_bytes(), list(tmp_path.glob("*.unfinished*")))


async def test_damage_is_found_at_the_start_and_the_file_set_aside_with_its_journal(path: Path) -> None:
    """A page of noise in the middle: the start finds it, and every byte is kept under another name."""
    store = Store(path)
    for n in range(40):
        await store.transact(partial(take_in, name=f"story {n}", at=NOW))
    store.close()
    noise = bytearray(path.read_bytes())
    page = 4096
    for start in range(3 * page, len(noise) - page, 2 * page):
        noise[start : start + page] = b"\xa5" * page
    path.write_bytes(noise)
    with pytest.raises(CorruptError, match="cannot use the database"):
        Store(path, check=True)
    aside = set_aside(path, "damaged", NOW)
    assert bytes(noise) == aside.read_bytes()
    assert not path.exists()
    path.write_bytes(b"x")
    assert "aftershock.db.damaged-20250312T150000Z-2" == set_aside(path, "damaged", NOW).name


async def test_damage_that_comes_while_it_runs_is_told_as_such(store: Store, path: Path) -> None:
    """The pass that meets it fails with the error that says so, not with a passing one."""
    for n in range(40):
        await store.transact(partial(take_in, name=f"story {n}", at=NOW))
    stories = int(await store.transact(lambda tx: tx.connection.exec_driver_sql(ROOT_PAGE).scalar_one()))
    store.close()
    with path.open("r+b") as file:
        file.seek((stories - 1) * 4096)
        file.write(b"\xa5" * 4096)
    again = Store(path)
    try:
        with pytest.raises(CorruptError, match="is damaged"):
            await again.transact(lambda tx: tx.stories(["story 1"]))
    finally:
        again.close()


async def test_a_locked_database_is_a_passing_fault(store: Store, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program that holds the write lock: the pass fails in words, and the next one succeeds."""
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
        await store.transact(lambda tx: tx.connection.exec_driver_sql("PRAGMA busy_timeout = 20"))
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="database is locked"):
            await store.transact(lambda tx: take_in(tx, "one", NOW))
        other.execute("ROLLBACK")
    await store.transact(lambda tx: take_in(tx, "one", NOW))


async def test_a_look_beside_a_running_daemon_neither_waits_nor_writes(store: Store, path: Path) -> None:
    """While a transaction is open, `status` reads what was committed before."""
    await store.transact(lambda tx: take_in(tx, "one", NOW))
    with closing(sqlite3.connect(path, isolation_level=None)) as busy:
        busy.execute("BEGIN IMMEDIATE")
        look = Store(path, reading=True)
        try:
            assert 1 == (await look.transact(Tx.counts))["articles"]
            with pytest.raises(StoreError, match="readonly"):
                await look.transact(lambda tx: tx.mark("x", NOW))
        finally:
            look.close()


async def test_marks_are_remembered(store: Store) -> None:
    """The newest counts."""
    assert None is await store.transact(lambda tx: tx.marked("alive"))
    for n in range(2):
        await store.transact(partial(Tx.mark, name="alive", at=NOW + timedelta(hours=n), body={"n": n}))
    assert (NOW + timedelta(hours=1), {"n": 1}) == await store.transact(lambda tx: tx.marked("alive"))


async def test_what_is_old_goes_and_what_may_still_matter_stays(store: Store, path: Path) -> None:
    """Old articles and their stories go; a story that a message still shows, and what is unsettled, stay."""
    old, new = NOW - timedelta(days=200), NOW - timedelta(days=5)

    def fill(tx: Tx) -> None:
        for name, at in (("gone", old), ("shown", old), ("recent", new)):
            take_in(tx, name, at)
            tx.enqueue(delivery(f"sent {name}", at), at)
            tx.enqueue(delivery(f"waiting {name}", at), at)
        take_in(tx, "undated", old, dated=False)
        tx.save_root(Root("sent recent", "#ai", new.date(), "shown"))
        tx.save_root(Root("sent gone", "#ai", old.date(), "gone"))
        for day in (old.date(), new.date()):
            tx.save_told(Told("#ai", "ACME", day, "sent"))
        for row in tx.unsettled():
            if row.delivery.key.startswith("sent"):
                tx.save_outbox_row(replace(row, state=DeliveryState.SENT, ts="1.0"))

    await store.transact(fill)
    gone = await prune(store, NOW)
    # The story "gone" is still shown by a root that went in the same run, so it goes with the next one.
    gone = {name: gone[name] + more for name, more in (await prune(store, NOW)).items()}
    few = dict.fromkeys(("ledger", "findings", "pictures", "acts", "mutes"), 0)
    assert {"articles": 3, "stories": 2, "outbox": 2, "told": 2, **few} == gone
    left = await store.transact(lambda tx: tx.stories(["gone", "shown", "recent", "undated"]))
    assert ["recent", "shown"] == [s.id for s in left]
    waiting = [row.delivery.key for row in await store.transact(Tx.unsettled)]
    assert ["waiting gone", "waiting shown", "waiting recent"] == waiting
    assert 1 == len(await store.transact(lambda tx: tx.told(date(2020, 1, 1))))
    again = [article("undated", NOW, dated=False), article("recent", NOW), article("gone", NOW)]
    sifted = await store.transact(lambda tx: tx.sift(again, keys(again)))
    assert ["gone"] == [a.id for a in sifted.fresh]


async def test_what_people_asked_for_and_pictures_go_too(store: Store) -> None:
    """A mute once it is over; one without an end stays."""

    def fill(tx: Tx) -> None:
        for name, until in (("A", NOW), ("B", NOW + timedelta(hours=1)), ("C", None)):
            tx.save_mute(Mute(MuteKind.SYMBOL, name, "", until, "@ana", NOW - timedelta(hours=1)))
        for days in (100, 40, 1):
            at = NOW - timedelta(days=days)
            tx.save_act(Command(Verb.STATUS, "@ana"), at)
            tx.save_picture(f"root {days}", "1", at, "F1")

    await store.transact(fill)
    gone = await prune(store, NOW)
    assert (1, 1, 2) == (gone["mutes"], gone["acts"], gone["pictures"])
    assert {"B", "C"} == {mute.what for mute in await store.transact(lambda tx: tx.mutes(NOW))}
    assert {"root 1"} == (await store.transact(Tx.pictures)).keys()


async def test_much_that_is_old_goes_in_small_steps(store: Store) -> None:
    """No transaction deletes more than some hundred rows, so that the lines need not wait long."""
    old = NOW - timedelta(days=10)

    def fill(tx: Tx) -> None:
        for n in range(1200):
            one = article(f"a{n}", old)
            tx.save_article(one, None, "is history", keys([one])[one.id])

    await store.transact(fill)
    gone = await prune(store, NOW, Keep(articles=timedelta(days=7)))
    assert 1200 == gone["articles"]
    assert {"articles": 0, "stories": 0, "messages": 0} == await store.transact(Tx.counts)


def test_only_the_newest_daily_copies_are_kept(tmp_path: Path) -> None:
    """And nothing else in the folder is touched."""
    for n in range(4):
        daily(tmp_path, NOW + timedelta(days=n)).write_text("")
    (tmp_path / "mine.db").write_text("")
    forget_old(tmp_path, 2)
    names = ["aftershock-2025-03-14.db", "aftershock-2025-03-15.db", "mine.db"]
    assert names == sorted(p.name for p in tmp_path.iterdir())
