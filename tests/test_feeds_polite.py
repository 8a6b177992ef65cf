"""What publishers see of us over days and kills: every feed in full once, never before its time, and no mistake.

Permitted are, and nothing else: another request without validators after an answer that had none (an error, or a
publisher that gives none) or that was lost, since the reader was killed before any of it was kept; and a request within
a Retry-After that was lost so. A reader cannot keep to what it was never told, but what it was told before still holds.
"""

import asyncio
import random
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from config.types import Config, EventLexicon, Feed, Settings
from monitor.cycle import Edges, read_news
from monitor.market.sessions import Calendars
from monitor.rota import Rota
from monitor.store.store import Store
from monitor.store.tables import load
from monitor.store.tx import Tx
from monitor.types import FeedState
from nlp.types import Analysis, Text
from standins.publishers import START, ModelNews, Publisher, press

R = TypeVar("R")

STEP = timedelta(seconds=30)
"""The shortest time between two ticks of the simulation."""

AT_FIRST = 3
"""Kills in the first reading, where all feeds are asked at once and all answers may be lost."""

SLOWEST = timedelta(seconds=4)
"""The longest time that a step of a poll takes: a pass over all feeds lasts for minutes."""


class Silent:
    """An analyzer that finds nothing."""

    async def analyze(self, texts: Sequence[Text]) -> list[Analysis | None]:
        """One empty analysis a text."""
        return [Analysis() for _ in texts]


@dataclass
class Fuse:
    """Kills a reader after so many steps: nothing that it does comes to an end any more. 0 for never."""

    left: int = 0

    def __post_init__(self) -> None:
        """It is alive."""
        self.dead = asyncio.Event()

    async def step(self) -> None:
        """One more place where it may be killed."""
        if self.left:
            self.left -= 1
            if not self.left:
                self.dead.set()
        if self.dead.is_set():
            await asyncio.Event().wait()


class MortalStore(Store):
    """The real store, of which a dead reader gets nothing; killed before a transaction begins, or after its end."""

    def __init__(self, path: Path, fuse: Fuse) -> None:
        """Open the file."""
        super().__init__(path, durable=False)
        self._fuse = fuse

    async def transact(self, work: Callable[[Tx], R], then: Callable[[R], object] | None = None) -> R:
        """As the store's, for the living."""
        await self._fuse.step()
        result = await super().transact(work, then)
        await self._fuse.step()
        return result


class Desk:
    """A reader that is killed at any moment and started again on the same store; `now` is its clock."""

    def __init__(self, folder: Path, publishers: Sequence[Publisher]) -> None:
        """Follow these."""
        self.now = self._began = START
        self._dice = random.Random(9)  # noqa: S311  a simulation
        self._publishers = {p.name: p for p in publishers}
        feeds = tuple(Feed(p.name, f"http://{p.host}/{p.name}", p.name) for p in publishers)
        self._config = Config(Settings(), {}, (), (), feeds, EventLexicon())
        self._path = folder / "desk.db"
        self._calendars = Calendars()
        self.start()

    def start(self) -> None:
        """As after a kill: nothing but the store is left."""
        self._fuse = Fuse()
        self._store = MortalStore(self._path, self._fuse)
        unused: Any = None
        news = ModelNews(self._config.settings, self._publishers, lambda: self.now, self._step)
        self._edges = Edges(news, Silent(), unused, unused, self._store, self._calendars, rota=Rota())

    async def _step(self) -> None:
        """Some seconds go by, and it may be killed."""
        self.now += SLOWEST * self._dice.random()
        await self._fuse.step()

    def stop(self) -> None:
        """Let go of the file."""
        self._store.close()

    async def run(self, until: datetime) -> None:
        """Tick whenever a feed is due, until then or until it is dead."""
        while self.now < until:
            self._began = self.now
            reading = asyncio.create_task(read_news(self._edges, self._config, self.now))
            dying = asyncio.create_task(self._fuse.dead.wait())
            await asyncio.wait({reading, dying}, return_when=asyncio.FIRST_COMPLETED)
            if self._fuse.dead.is_set():
                reading.cancel()
                await asyncio.wait({reading})
                return
            dying.cancel()
            await reading
            states = self._edges.rota.states or {}
            soonest = min(state.next_poll for state in states.values())
            self.now = max(min(soonest, until), self.now + STEP)

    async def killed(self, after: int, until: datetime) -> None:
        """Run on, be killed after so many steps, and start again some seconds later."""
        self._fuse.left = after
        await self.run(until)
        self.stop()
        kept = self._kept()
        for publisher in self._publishers.values():
            if publisher.last and publisher.last >= self._began and not _has_kept(kept[publisher.name], publisher):
                publisher.unheard()
        self.now += STEP
        self.start()

    def _kept(self) -> dict[str, FeedState]:
        """What the file says of each feed, read by nothing of ours."""
        database = sqlite3.connect(self._path)
        try:
            rows = database.execute("select feed, body from feeds").fetchall()
        finally:
            database.close()
        return {feed: load(FeedState, body) for feed, body in rows}

    async def articles(self) -> int:
        """How many were taken in."""
        return (await self._store.transact(Tx.counts))["articles"]


def _has_kept(state: FeedState, publisher: Publisher) -> bool:
    """Whether the last answer was saved, with whatever it said."""
    closed = publisher.said.closed
    known = state.closed_until if closed else state.last_success
    asked = closed or publisher.last
    return known is not None and asked is not None and known >= asked


@pytest.mark.parametrize(
    ("days", "feeds", "kills"), [(1, 14, 16), pytest.param(7, 100, 50, marks=pytest.mark.slow)], ids=["day", "week"]
)
async def test_over_days_and_kills_no_publisher_has_cause_to_complain(
    tmp_path: Path, days: int, feeds: int, kills: int
) -> None:
    """One request a feed without validators, the others with the exact ones; none early, none to a closed host."""
    publishers = press(feeds, 3, START)
    desk = Desk(tmp_path, publishers)
    dice = random.Random(5)  # noqa: S311  a simulation
    end = START + timedelta(days=days)
    for _ in range(AT_FIRST):
        await desk.killed(dice.randrange(4, 3 * feeds), end)
    for moment in sorted(START + timedelta(days=days * dice.random()) for _ in range(kills - AT_FIRST)):
        await desk.run(moment)
        await desk.killed(dice.randrange(1, 16), end)
    await desk.run(end)
    taken = await desk.articles()
    desk.stop()
    assert [] == [(p.name, p.early[:2]) for p in publishers if p.early]
    assert [] == [(p.name, p.wrong[:2]) for p in publishers if p.wrong]
    conditional = [p for p in publishers if p.gives]
    assert [(p.name, 1) for p in conditional] == [(p.name, p.unconditional - p.excused) for p in conditional]
    assert kills / 4 < sum(p.lost for p in publishers) <= AT_FIRST * feeds + 3 * kills
    assert sum(p.asked for p in publishers) > 15 * feeds * days
    assert taken == sum(len(p.shown) for p in publishers)
