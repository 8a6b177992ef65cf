"""A database of every earlier form is brought up to date with nothing lost, or left exactly as it was.

`data/databases` holds what the programs of each form wrote: the first one by its own test's values, the others by
telling a made-up day. Each is a dump of SQL, so that its tables can be read there.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from alerts.types import DeliveryState
from monitor.store import migrate
from monitor.store import tables as t
from monitor.store.files import BackupError, put_back
from monitor.store.ledger import Wanted
from monitor.store.store import Store, StoreError
from monitor.store.tx import Tx
from monitor.stories.prints import profile_of, ready
from monitor.types import Article
from monitor.unseen import keys

FORMS = Path(__file__).parent / "data" / "databases"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LATER = {"looks": "looks", "bases": "story_prices"}
"""Tables that go on under a name: of the first form's."""


@pytest.fixture(params=sorted(FORMS.glob("*.sql")), ids=lambda path: f"form {path.stem}")
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A database as an earlier program left it."""
    path = tmp_path / "aftershock.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(request.param.read_text(encoding="utf-8"))
    return path


def rows(path: Path) -> dict[str, int]:
    """How many rows each table holds."""
    with closing(sqlite3.connect(path)) as db:
        names = [name for (name,) in db.execute("select name from sqlite_master where type = 'table'")]
        return {name: db.execute(f"select count(*) from {name}").fetchone()[0] for name in names}  # noqa: S608


def bodies(path: Path, table: str, key: str) -> dict[str, object]:
    """What a table holds, by key, as JSON."""
    with closing(sqlite3.connect(path)) as db:
        return {name: json.loads(body) for name, body in db.execute(f"select {key}, body from {table}")}  # noqa: S608


async def test_nothing_is_lost_on_the_way_to_todays_form(old: Path) -> None:
    """Every row is there afterwards, every value can be read, and what was under way goes on."""
    before = rows(old)
    articles, outbox = bodies(old, "articles", "id"), bodies(old, "outbox", "key")
    with closing(sqlite3.connect(old)) as db:
        waiting = dict(db.execute("select key, state from outbox where state in ('pending', 'sending')"))
        state = dict(db.execute("select feed, next_poll from feeds"))
    store = Store(old, check=True)
    try:
        after = rows(old)
        assert {name: count for name, count in before.items() if LATER.get(name, name) not in after} == {}
        kept = {name: after[LATER.get(name, name)] for name in before}
        assert before == kept
        assert (articles, outbox) == (bodies(old, "articles", "id"), bodies(old, "outbox", "key"))
        unsettled = await store.transact(Tx.unsettled)
        assert waiting == {row.delivery.key: row.state.value for row in unsettled}
        assert {DeliveryState.PENDING, DeliveryState.SENDING} >= {row.state for row in unsettled}
        feeds = await store.transact(Tx.feed_states)
        assert state == {f.feed: f.next_poll.isoformat(timespec="microseconds") for f in feeds.values()}
        stories = await store.transact(lambda tx: tx.open_stories(LONG_AGO))
        assert before["stories"] == len(stories)
        assert all(story.size == before["articles"] for story in stories)
        assert all(set(story.parties) <= set(print_.companies) for story in stories for print_ in story.prints)
        assert all(profile_of(s.id, map(ready, s.prints), s.size).tokens for s in stories)
        assert before["ledger"] == len(await store.transact(lambda tx: tx.entries(Wanted())))
        looks = await store.transact(Tx.looks)
        assert before["looks"] == len(looks)
        assert any(look.last and look.last.price > 0 for look in looks.values())
        told = await store.transact(lambda tx: tx.told(LONG_AGO.date()))
        assert before["told"] == len(told) == len(await store.transact(lambda tx: tx.roots(LONG_AGO.date())))
        prices = await store.transact(lambda tx: tx.story_prices(LONG_AGO))
        assert before.get("story_prices", before.get("bases")) == len(prices)
        assert await store.transact(Tx.notices)
        await store.transact(Tx.histories)
    finally:
        store.close()


async def test_an_item_that_was_known_does_not_come_as_new_again(old: Path) -> None:
    """Neither under its id nor, with another one, by its address: whoever upgrades is told nothing twice."""
    store = Store(old)
    try:
        known = [t.load(Article, json.dumps(body)) for body in bodies(old, "articles", "id").values()]
        moved = [Article(f"{a.id}-again", a.feed, a.link, a.title, a.summary, a.published, a.seen) for a in known]
        for articles in (known, moved):
            sifted = await store.transact(lambda tx, some=articles: tx.sift(some, keys(some)))  # type: ignore[misc]
            assert () == sifted.fresh
            assert {} == sifted.edits
    finally:
        store.close()


def test_the_tables_are_those_of_a_new_database(old: Path) -> None:
    """Alembic finds no difference between what an upgrade leaves and what a new file gets."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415  only here
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415  as above

    Store(old).close()
    engine = create_engine(f"sqlite:///{old}")
    with engine.connect() as connection:
        assert [] == compare_metadata(MigrationContext.configure(connection), t.metadata)
        assert migrate.HEAD == migrate.form(connection)
    engine.dispose()


def test_a_copy_of_the_old_file_is_kept_and_a_second_start_changes_nothing(old: Path) -> None:
    """Who wants to go back to the earlier program finds what it left."""
    before = rows(old)
    Store(old).close()
    copies = list(old.parent.glob("*.before-*"))
    assert [before] == [rows(path) for path in copies]
    changed = old.stat().st_mtime_ns
    Store(old).close()
    assert (changed, copies) == (old.stat().st_mtime_ns, list(old.parent.glob("*.before-*")))


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in the last step takes back all steps: the earlier program can still be started."""
    before = rows(old)
    head = f"{t.__name__.rpartition('.')[0]}.migrations.versions.prints"

    def fail(*_: object, **__: object) -> None:
        raise OSError("no more")

    from alembic import op  # noqa: PLC0415  only here

    monkeypatch.setattr(op, "create_index", fail)
    with pytest.raises(StoreError, match="no more"):
        Store(old)
    monkeypatch.undo()
    assert before == rows(old), head
    Store(old).close()
    assert "marks" in rows(old)


@pytest.fixture
def engine_at_head() -> Iterator[object]:
    """A database in memory, brought up."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        migrate.bring_up(connection)
        yield connection
    engine.dispose()


def test_the_newest_step_is_the_one_that_new_databases_are_marked_with(engine_at_head: object) -> None:
    """There is one line of steps, from the first form to `HEAD`."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415  only here

    steps = ScriptDirectory.from_config(migrate.alembic_settings(engine_at_head))  # type: ignore[arg-type]
    assert [migrate.HEAD] == list(steps.get_heads())
    assert ["first"] == list(steps.get_bases())


def test_a_form_of_a_later_program_is_refused_by_name(tmp_path: Path) -> None:
    """And nothing in it is touched."""
    path = tmp_path / "aftershock.db"
    Store(path).close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("update alembic_version set version_num = 'of_tomorrow'")
    for reading in (False, True):
        with pytest.raises(StoreError, match=r"“of_tomorrow”, of a later program\. Run the Aftershock that wrote it"):
            Store(path, reading=reading)
    with pytest.raises(BackupError, match="of a later program"):
        put_back(path, tmp_path / "other.db", datetime(2025, 3, 12, tzinfo=UTC))
    assert [path] == list(tmp_path.glob("*.db"))


def test_a_program_from_before_migrations_leaves_todays_database_alone(tmp_path: Path) -> None:
    """It reads the number in `schema`, knows 1 or 2 only, and refuses anything else."""
    path = tmp_path / "aftershock.db"
    Store(path).close()
    with closing(sqlite3.connect(path)) as db:
        assert [(3,)] == db.execute("select version from schema").fetchall()
