"""Edits while the daemon runs: what is right counts at once, what is wrong changes nothing, and no watch is ever lost.

In this process, but with real files, a real watcher, a real store and the real loader; only the lines of the daemon
are left out, and the companies are the five of a test.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest
import structlog

from alerts.console import Console
from alerts.types import Delivery
from config import finding, listings
from config import load as loading
from config.kept import Keeper
from config.load import load
from config.types import Config
from monitor import reloading
from monitor.cycle import Edges
from monitor.feeds.fetch import HttpNews
from monitor.market.recorded import Recorded
from monitor.market.sessions import Calendars
from monitor.places import Places
from monitor.reloading import Reloader
from monitor.store.store import Store
from monitor.store.tx import Tx
from monitor.ticking import Daemon
from nlp.pool import Pool
from nlp.types import Text
from standins.edits import DISTURBANCES, GOOD, SAVES, disturb
from standins.folders import COMPANIES, write
from standins.readers import Odd

DEADLINE = 30.0
"""Seconds in which anything must happen; most of them are a busy machine's."""
LIST = "watchlists/ai.yaml"


@pytest.fixture(autouse=True)
def _logs() -> None:
    """What a command of another test set up writes to a stream that is closed by now."""
    structlog.reset_defaults()


def utc_now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


@dataclass
class Running:
    """A reloader at work: the configuration in force, how often it was swapped, and what it told."""

    folder: Path
    places: Places
    store: Store
    config: Config
    swaps: int = 0
    seen: list[str] = field(default_factory=list)

    async def swap(self, config: Config) -> None:
        """Take over."""
        self.config = config
        self.swaps += 1
        self.seen.append(config.fingerprint)

    def write(self, **files: str) -> None:
        """Write files by their names without .yaml; `ai` is the watchlist."""
        names = {"ai": LIST}
        write(self.folder, {names.get(name, f"{name}.yaml"): text for name, text in files.items()})

    @property
    def move(self) -> float | None:
        """The threshold of the one stock, in per cent."""
        rows = self.config.watchlists[0].companies[0].thresholds
        return None if rows is None or rows[0].move is None else round(rows[0].move * 100)

    async def until(self, done: Callable[[], bool]) -> float:
        """Wait until that is so; give the seconds it took."""
        start = time.monotonic()
        async with asyncio.timeout(DEADLINE):
            while not done():  # noqa: ASYNC110  what a user sees, not an event of ours
                await asyncio.sleep(0.01)
        return time.monotonic() - start

    async def messages(self, number: int) -> list[Delivery]:
        """What waits for the operator's channel, in order, once there are so many."""
        async with asyncio.timeout(DEADLINE):
            while len(rows := await self.store.transact(Tx.unsettled)) < number:  # noqa: ASYNC110  as above
                await asyncio.sleep(0.02)
        return [row.delivery for row in rows]


@asynccontextmanager
async def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, shipped: bool = False) -> AsyncIterator[Running]:
    """A daemon's reloader over a folder with one good watchlist; over the shipped files too, if asked."""
    monkeypatch.setattr(reloading, "load", partial(load, shipped=shipped))
    own = {} if shipped else {"companies.yaml": COMPANIES}
    folder = write(tmp_path / "config", {**own, LIST: GOOD.format(move=3)})
    places = Places(folder, tmp_path / "state")
    places.state.mkdir(exist_ok=True)
    config = load(folder, shipped=shipped).config
    assert config is not None
    store = Store(places.database)
    made = Running(folder, places, store, config)
    task = asyncio.create_task(Reloader(config, places, store, utc_now, made.swap).run())
    try:
        await made.until(lambda: Keeper(places.state).good is not None)
        yield made
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        store.close()


async def test_a_right_edit_counts_and_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What changed is said in the file's own words, in one message."""
    async with running(tmp_path, monkeypatch) as daemon:
        daemon.write(ai=GOOD.format(move=5) + "  - TSM\n")
        await daemon.until(lambda: daemon.move == 5)
        (told,) = await daemon.messages(1)
        assert "ai.yaml: NVDA move 3% -> 5%, TSM added" in told.text
        assert "#aftershock" == told.channel


async def test_a_wrong_edit_changes_nothing_and_is_told_once_like_its_mending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mistake with its place, however often the file is touched; then that it is right again."""
    async with running(tmp_path, monkeypatch) as daemon:
        first = daemon.config
        for text in (GOOD.format(move="x"), GOOD.format(move="x") + "\n"):
            daemon.write(ai=text)
            await asyncio.sleep(0.5)
        assert first is daemon.config
        daemon.write(ai=GOOD.format(move=3))
        wrong, mended = await daemon.messages(2)
        assert "watchlists/ai.yaml:3:32: x% is not a percentage: write it like 3%" in wrong.text
        assert reloading.STAYS in wrong.text
        assert "right again" in mended.text
        assert 0 == daemon.swaps


async def test_what_needs_a_restart_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything else of the same edit counts at once."""
    async with running(tmp_path, monkeypatch) as daemon:
        daemon.write(aftershock="workers: 2\nschedule: {prices: 2 min}\n")
        await daemon.until(lambda: daemon.swaps == 1)
        (told,) = await daemon.messages(1)
        assert "prices 1 min -> 2 min, workers 1 -> 2 (after a restart)" in told.text
        assert "Needs a restart: workers." in told.text


async def test_a_refreshed_table_of_companies_counts_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `companies update` writes into the state folder, told by its numbers."""

    def table(*names: str) -> bytes:
        return listings.pack([listings.Row(name.lower(), name, (name.upper(),)) for name in names], date(2030, 1, 1))

    async with running(tmp_path, monkeypatch) as daemon:
        listings.write(daemon.places.listings, table("Acme", "Bolt"))
        await daemon.until(lambda: "bolt" in daemon.config.companies)
        listings.write(daemon.places.listings, table("Acme", "Cogs", "Dyno"))
        await daemon.until(lambda: "cogs" in daemon.config.companies)
        assert "bolt" not in daemon.config.companies
        assert "cogs" == daemon.config.by_symbol["COGS"].id
        first, second = await daemon.messages(2)
        assert "listed companies: 2 added" in first.text
        assert "listed companies: 2 added, 1 removed" in second.text


async def test_a_broken_start_falls_back_on_the_last_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What counted is kept in the state folder, and what counted before it too."""
    async with running(tmp_path, monkeypatch) as daemon:
        daemon.write(ai=GOOD.format(move=5))
        await daemon.until(lambda: daemon.move == 5)
        keeper = Keeper(daemon.places.state)
        await daemon.until(lambda: keeper.before is not None)
        good, before = keeper.good, keeper.before
        assert good is not None
        assert before is not None
        assert daemon.config.fingerprint == good.fingerprint
        again = load(good.folder, shipped=False).config
        assert again is not None
        assert again.fingerprint == daemon.config.fingerprint
        older = load(before.folder, shipped=False).config
        assert older is not None
        assert older.fingerprint == before.fingerprint != good.fingerprint


async def test_the_news_line_has_new_companies_and_hosts_at_its_next_pass(tmp_path: Path) -> None:
    """A swap reaches the worker processes and the feeds' guard; settings that only people read change nothing else."""
    files = {"companies.yaml": COMPANIES, LIST: GOOD.format(move=3)}
    before = load(write(tmp_path, files), shipped=False).config
    more = {
        "companies.yaml": f"{COMPANIES}acme: {{name: Acme}}\n",
        "aftershock.yaml": "network: {allow: [news.intra]}\n",
    }
    after = load(write(tmp_path, more), shipped=False).config
    assert before is not None
    assert after is not None
    calendars = Calendars()
    pool = Pool(before.companies, before.lexicon, build=Odd)
    news = HttpNews(before.settings)
    store = Store(tmp_path / "a.db")
    edges = Edges(news, pool, Recorded((), calendars), Console(), store, calendars)
    daemon = Daemon(edges, before, utc_now)
    text = Text("acme and nvidia")
    try:
        (old,) = await pool.analyze([text])
        await daemon.swap(after)
        (new,) = await pool.analyze([text])
    finally:
        await pool.close()
        await news.close()
        store.close()
    assert old is not None
    assert new is not None
    assert (["nvidia"], ["nvidia", "acme"]) == ([m.company for m in old.mentions], [m.company for m in new.mentions])
    assert frozenset({"news.intra"}) == news.settings.allow


def test_what_is_read_again_after_edits_is_what_a_fresh_start_reads(tmp_path: Path) -> None:
    """Nothing of an earlier text is left, whichever file changed, and nothing that was read before is changed by it."""
    more = f"{COMPANIES}acme: {{name: Acme}}\n"
    files = {
        "companies.yaml": ("acme: {nam: A}\n", more, f"{COMPANIES}acme: {{name: Acme Works}}\n"),
        "relations.yaml": (
            "acme: 3\n",
            "tsmc: {supplier: [{to: asml, strength: 0.5}]}\n",
            "acme: {supplier: [{to: tsmc, strength: 0.9}]}",
        ),
        "groups.yaml": ("mine: [NVDIA]\n", "mine: [NVDA, TSM]\n", "mine: [TSM]\n"),
        "events.yaml": ("words: []\n", "words: {ai: [thinkery]}\n", "words: {ai: [thinkery, wonderbox]}\n"),
        "aftershock.yaml": ("workers: 0\n", 'channel: "#a"\n', 'channel: "#b"\n'),
        LIST: ("companies: NVDA\n", 'channel: "#ai"\ncompanies: [{group: mine}]\n', GOOD.format(move=5)),
    }
    folder = write(tmp_path, {name: texts[1] for name, texts in files.items()})
    draw = random.Random(3)  # noqa: S311  a test's choices
    before: list[tuple[Config, str]] = []
    for _ in range(60):
        name = draw.choice(list(files))
        for text in (draw.choice(files[name]), files[name][draw.randint(1, 2)]):
            write(folder, {name: text})
            again = load(folder, shipped=False)
            loading._LAST.clear()
            finding._read_again.cache_clear()
            fresh = load(folder, shipped=False)
            assert fresh.problems == again.problems
            assert fresh.config == again.config
            if again.config is not None:
                before.append((again.config, repr(again.config)))
    assert 80 < len(before) < 118
    assert all(text == repr(config) for config, text in before)


async def edits(daemon: Running, seed: int, number: int) -> list[float]:
    """So many random edits, each followed by what must then be in force; the seconds that good ones took."""
    draw = random.Random(seed)  # noqa: S311  a test's choices
    path = daemon.folder / LIST
    took = []
    good = 3
    for _ in range(number):
        kind = draw.choice(("good", "good", *DISTURBANCES))
        before = daemon.config
        if path.is_symlink():
            path.unlink()
        disturb(path, kind, draw)
        if kind != "good":
            await asyncio.sleep(draw.choice((0.0, 0.05, 0.3)))
            assert before.watchlists == daemon.config.watchlists, kind
            continue
        good = next(move for move in (draw.randint(1, 90) for _ in range(99)) if move != good)
        draw.choice(SAVES)(path, GOOD.format(move=good))
        path.chmod(0o644)
        took.append(await daemon.until(lambda: daemon.move == good))  # noqa: B023  awaited within the round
    return took


async def check_edits(daemon: Running, seed: int, number: int) -> None:
    """Through all of them only good configurations counted, each good one did, and the last one is in force."""
    took = await edits(daemon, seed, number)
    assert took
    assert daemon.swaps >= len(took)
    daemon.write(ai=GOOD.format(move=99))
    took.append(await daemon.until(lambda: daemon.move == 99))
    took.sort()
    print(f"{len(took)} good edits: median {took[len(took) // 2]:.2f} s, slowest {took[-1]:.2f} s")  # noqa: T201  measured


async def test_random_edits_leave_the_last_good_in_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Good, bad, half-written, swap files, deleted, locked, the whole folder replaced, a link to itself."""
    async with running(tmp_path, monkeypatch) as daemon:
        await check_edits(daemon, seed=1, number=16)


@pytest.mark.slow
async def test_two_hundred_random_edits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same, long, over all that is shipped, as a user's daemon has it."""
    async with running(tmp_path, monkeypatch, shipped=True) as daemon:
        await check_edits(daemon, seed=7, number=200)
