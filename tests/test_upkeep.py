"""The daemon's care for itself on a real store: clocks, absences, heartbeats, troubles, tidying, and a full disk."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.types import Delivery, DeliveryError
from config.types import Company, Config, EventLexicon, Feed, Instrument, Keep, Settings, Watched, Watchlist
from monitor.cycle import Edges, NewsPass
from monitor.market.sessions import Calendars
from monitor.metrics import Metrics
from monitor.notices import Notices
from monitor.opening import opened
from monitor.store.store import CorruptError, Store, StoreError
from monitor.store.tx import Tx
from monitor.ticking import Daemon
from monitor.types import Article, FeedAnswer, FeedState
from monitor.upkeep import Moment, Upkeep

NOW = datetime(2025, 3, 12, 15, 0, tzinfo=UTC)
CALENDARS = Calendars()
NVIDIA = Company("nvidia", "NVIDIA", (), (Instrument("NVDA", "XNYS", "USD"),))
WATCHLIST = Watchlist("One", "#ai", (Watched("nvidia", "NVDA"),))
CONFIG = Config(
    Settings(channel="#ops"),
    {"nvidia": NVIDIA},
    (),
    (WATCHLIST,),
    (Feed("wire", "", "Wire"), Feed("lab", "", "Lab")),
    EventLexicon(),
    "made up",
    {"NVDA": NVIDIA},
)


@dataclass
class Clocks:
    """The machine's clocks, moved by hand."""

    now: datetime = NOW
    lived: float = 0.0
    awake: float = 0.0

    def __call__(self) -> datetime:
        """The wall's."""
        return self.now

    def read(self) -> Moment:
        """All of them."""
        return Moment(self.now, self.lived, self.awake)

    def live(self, **by: float) -> None:
        """Time passes."""
        length = timedelta(**by)
        self.now += length
        self.lived += length.total_seconds()
        self.awake += length.total_seconds()

    def sleep(self, **by: float) -> None:
        """The machine sleeps."""
        length = timedelta(**by)
        self.now += length
        self.lived += length.total_seconds()


@dataclass
class Ear:
    """A notifier that keeps what it is told, or fails as told."""

    heard: list[str] = field(default_factory=list)
    fails: list[DeliveryError] = field(default_factory=list)
    name: str = "ear"
    can_look_up: bool = False

    async def post(self, delivery: Delivery, thread: str | None) -> str:
        """Hear it."""
        if self.fails:
            raise self.fails.pop(0)
        self.heard.append(delivery.text)
        return str(len(self.heard))

    async def edit(self, delivery: Delivery, ts: str) -> str:
        """Hear it."""
        return await self.post(delivery, None)

    async def find(self, delivery: Delivery, thread: str | None, since: datetime) -> str | None:
        """Nothing is found."""
        return None

    async def check(self) -> str:
        """An ear."""
        return "an ear"

    async def close(self) -> None:
        """Nothing to let go of."""


@dataclass
class House:
    """One daemon's upkeep, with what it stands on."""

    path: Path
    clocks: Clocks
    ear: Ear = field(default_factory=Ear)
    stores: list[Store] = field(default_factory=list)

    def start(self, config: Callable[[], Config] = lambda: CONFIG) -> Upkeep:
        """A new process on the same folder."""
        unused: object = None
        store = Store(self.path)
        self.stores.append(store)
        edges = Edges(unused, unused, unused, self.ear, store, CALENDARS)  # type: ignore[arg-type]
        notices = Notices(store, self.ear, self.clocks, lambda: "#ops")
        return Upkeep(edges, config, self.clocks, notices, Metrics(), self.path.parent, self.clocks.read)

    async def said(self, channel: str = "#ops") -> list[str]:
        """What waits in the outbox for a channel, first lines."""
        rows = await self.stores[-1].transact(Tx.unsettled)
        return [r.delivery.text for r in rows if r.delivery.channel == channel]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An empty house on a Wednesday on which New York has been open for an hour and a half."""
    made = House(tmp_path / "aftershock.db", Clocks())
    yield made
    for store in made.stores:
        store.close()


def news(*feeds: str, error: str = "", hours: float = 1) -> NewsPass:
    """A pass in which these feeds answered, each with an item of so many hours ago."""
    seen = NOW
    items = (Article("1", "wire", "", "T", "", NOW - timedelta(hours=hours), seen),)
    return NewsPass(tuple(FeedAnswer(FeedState(f, NOW), () if error else items, error) for f in feeds))


async def test_troubles_are_told_once_and_their_end_once_over_a_restart(house: House) -> None:
    """No feed and no price for long, in an open session: a message each, and one each when it is over."""
    first = house.start()
    await first.begin()
    for _ in range(3):
        house.clocks.live(minutes=8)
        first.news_read(news("wire", "lab", error="down"))
        await first.look()
    assert 1 == len(await house.said())
    assert "no fresh price for 24 min though XNYS is open" in (await house.said())[0]
    house.clocks.live(minutes=8)
    first.news_read(news("wire", error="down"))
    await first.look()
    await first.look()
    assert ["no fresh price", "no feed could be read"] == [t[9:].split(" for ")[0] for t in await house.said()]
    first.news_read(news("wire"))
    again = house.start()
    again.news_read(news("wire"))
    await again.look()
    overs = [text for text in await house.said() if text.startswith("Over: ")]
    assert 2 == len(overs)
    assert b"aftershock_clock_jumps_total 0.0" in again.metrics.text()


async def test_a_restart_after_hours_is_summed_up_once_for_all_whom_it_concerns(house: House) -> None:
    """After the lines had their time; a third start says nothing again."""
    first = house.start()
    await first.begin()
    await first.look()
    await first.end()
    house.clocks.live(hours=3)
    second = house.start()
    await second.begin()
    await second.look()
    assert [] == await house.said()
    second.news_read(news("wire"))
    house.clocks.live(minutes=4)
    await second.look()
    (ops,), (users,) = await house.said(), await house.said("#ai")
    assert ops == users
    assert "did not run from 12 Mar 15:00 to 12 Mar 18:00 UTC (3 h)" in ops
    assert "1 of 2 feeds" in ops
    assert "XNYS for 3 h" in ops
    await second.end()
    third = house.start()
    await third.begin()
    house.clocks.live(minutes=4)
    await third.look()
    assert 1 == len(await house.said())


async def test_an_absence_that_was_not_told_before_a_crash_is_told_after_it(house: House) -> None:
    """It is remembered in the store, and grows."""
    await house.start().look()
    house.clocks.live(hours=3)
    second = house.start()
    await second.begin()
    house.clocks.live(minutes=30)
    third = house.start()
    await third.begin()
    house.clocks.live(minutes=4)
    await third.look()
    assert "from 12 Mar 15:00 to 12 Mar 18:30 UTC" in (await house.said())[0]


async def test_sleep_is_told_as_an_absence_and_a_set_clock_as_a_jump(house: House) -> None:
    """What a clock that was set forward skips was not missed."""
    upkeep = house.start()
    await upkeep.look()
    house.clocks.sleep(hours=2)
    await upkeep.look()
    house.clocks.live(minutes=4)
    await upkeep.look()
    (summary,) = [text for text in await house.said() if "asleep" in text]
    assert "was asleep with its machine from 12 Mar 15:00 to 12 Mar 17:00 UTC (2 h)" in summary
    house.clocks.now += timedelta(hours=5)
    house.clocks.live(seconds=15)
    await upkeep.look()
    jumps = [text for text in await house.said() if "clock" in text]
    assert ["the machine's clock was set forward by 5 h: sessions, stories and quotes go by it"] == jumps
    assert [summary] == [text for text in await house.said() if "UTC (" in text]


async def test_the_heart_beats_once_a_day_and_is_redrawn_each_hour(house: House) -> None:
    """Not in the first hour, so that a test run or a crash loop posts none."""
    upkeep = house.start()
    beats = []
    for _ in range(30):
        await upkeep.look()
        beats.append([text for text in await house.said() if text.startswith("Aftershock is running")])
        upkeep.news_read(news("wire"))
        house.clocks.live(minutes=30)
    assert [0, 0, 1, 1, 2, 2] == [len(found) for found in beats[:6]]
    rows = await house.stores[-1].transact(Tx.unsettled)
    kinds = [r.delivery.kind.value for r in rows if "/heartbeat/" in r.delivery.key]
    assert 2 == kinds.count("post")
    assert {"post", "update"} == set(kinds)


async def test_once_a_day_the_database_is_copied_and_tidied(house: House) -> None:
    """The copy is in `backups`, and can be opened."""
    upkeep = house.start()
    await upkeep.look()
    await asyncio.gather(upkeep._tidying or asyncio.sleep(0))
    (copy,) = (house.path.parent / "backups").iterdir()
    assert "aftershock-2025-03-12.db" == copy.name
    Store(copy).close()
    await upkeep.look()
    await asyncio.gather(upkeep._tidying or asyncio.sleep(0))
    assert await house.stores[-1].transact(lambda tx: tx.marked("tidied"))


async def test_it_keeps_for_as_long_as_the_settings_say(house: House) -> None:
    """From the next tidying on, without a restart; more daily copies as well."""
    config = CONFIG
    upkeep = house.start(lambda: config)
    old = house.clocks.now - timedelta(days=40)

    def fill(tx: Tx) -> None:
        tx.save_article(Article("1", "wire", "", "Old", "", old, old), None, "")

    def articles(tx: Tx) -> int:
        return tx.counts()["articles"]

    await house.stores[-1].transact(fill)
    left = []
    for days in (90, 30, 30):
        config = replace(CONFIG, settings=replace(CONFIG.settings, keep=Keep(articles=timedelta(days=days), copies=3)))
        await upkeep.look()
        await asyncio.gather(upkeep._tidying or asyncio.sleep(0))
        left.append(await house.stores[-1].transact(articles))
        house.clocks.live(days=1)
    assert [1, 0, 0] == left
    assert 3 == len(list((house.path.parent / "backups").iterdir()))


async def test_it_is_ready_once_every_line_has_passed_and_well_while_none_is_stuck(house: House) -> None:
    """A line that fails is named with its reason."""
    upkeep = house.start()
    assert {"news", "prices", "delivery"} == upkeep.ready().keys()
    for line in ("news", "prices", "delivery"):
        upkeep.passed(line, "", 0.1)
    assert {} == upkeep.ready()
    upkeep.passed("prices", "cannot write: database or disk is full", 0.1)
    assert {"prices": "cannot write: database or disk is full"} == upkeep.ready()
    assert {} == upkeep.alive()
    upkeep._lines_since -= 3600
    assert {"upkeep"} == upkeep.alive().keys()


class Full(Store):
    """A store that fails as told."""

    error: StoreError | None = None

    async def transact(self, work, then=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201  as the store
        """Fail, or do it."""
        if self.error:
            raise self.error
        return await super().transact(work, then)


@pytest.mark.parametrize(
    ("error", "tries"),
    [
        (StoreError("cannot write: database or disk is full"), 1),
        (StoreError("cannot write: database is locked", passing=True), 2),
        (CorruptError("the database is damaged"), 1),
    ],
)
async def test_where_nothing_can_be_kept_the_operator_is_told_past_the_outbox(
    tmp_path: Path, error: StoreError, tries: int
) -> None:
    """Once, though the notifier fails at first; and its end once. A moment's lock is told the second time only."""
    store = Full(tmp_path / "aftershock.db")
    ear = Ear(fails=[DeliveryError("no connection")])
    unused: object = None
    edges = Edges(unused, unused, unused, ear, store, CALENDARS)  # type: ignore[arg-type]
    daemon = Daemon(edges, CONFIG, lambda: NOW)
    store.error = error
    heard = []
    try:
        for _ in range(4):
            await daemon._guarded("upkeep", daemon.upkeep.look)
            heard.append(len(ear.heard))
        assert [int(n + 1 >= tries) for n in range(4)] == heard
        assert f"Trouble: nothing can be kept, so nothing is told: {error}" == ear.heard[0]
        assert isinstance(error, CorruptError) == daemon.damaged
        store.error = None
        for _ in range(2):
            await daemon._guarded("upkeep", daemon.upkeep.look)
        assert 2 == len(ear.heard)
        assert ear.heard[1].startswith("Over: ")
    finally:
        await daemon.upkeep.end()
        store.close()


async def test_a_stop_in_a_price_pass_that_news_of_prices_began_ends(tmp_path: Path) -> None:
    """The pass is let run on, and nobody waits for more news after it."""
    unused: object = None
    store = Store(tmp_path / "aftershock.db")
    edges = Edges(unused, unused, unused, Ear(), store, CALENDARS)  # type: ignore[arg-type]
    daemon = Daemon(edges, CONFIG, lambda: NOW)
    moved, begun, goes_on = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def prices() -> None:
        moved.clear()
        begun.set()
        await goes_on.wait()

    daemon.prices = prices  # type: ignore[method-assign]
    moved.set()
    waiting = asyncio.create_task(daemon._on_moves(moved))
    try:
        await begun.wait()
        daemon.stop()
        waiting.cancel()
        done, _ = await asyncio.wait({waiting}, timeout=5)
        assert {waiting} == done
    finally:
        goes_on.set()
        waiting.cancel()
        await asyncio.gather(waiting, *daemon._passes, return_exceptions=True)
        store.close()


async def test_a_damaged_database_is_set_aside_and_told_never_silently_replaced(tmp_path: Path) -> None:
    """The new one begins with a message that names the old one; every byte of that is kept."""
    path = tmp_path / "aftershock.db"
    path.write_bytes(b"not a database, by far " * 999)
    store = await opened(path, "#ops", NOW)
    try:
        (row,) = await store.transact(Tx.unsettled)
        assert ("#ops", True) == (row.delivery.channel, "aftershock restore" in row.delivery.text)
        (aside,) = tmp_path.glob("*.damaged-*")
        assert f"(file is not a database) and lies at {aside}" in row.delivery.text
        assert b"not a database, by far " * 999 == aside.read_bytes()
    finally:
        store.close()


async def test_a_database_of_a_later_program_is_not_taken_for_damaged(tmp_path: Path) -> None:
    """It stays where it is, and the start fails in words."""
    path = tmp_path / "aftershock.db"
    Store(path).close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("update schema set version = 9")
    with pytest.raises(StoreError, match="of a later program"):
        await opened(path, "#ops", NOW)
    assert [path] == sorted(tmp_path.glob("*.db*"))
