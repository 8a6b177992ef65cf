"""What publishers see of us over days and restarts: every feed in full once, never before its time, and no mistake."""

import os
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from config.types import Config, EventLexicon, Feed, Settings
from monitor.cycle import Edges, read_news
from monitor.market.sessions import Calendars
from monitor.rota import Rota
from monitor.store.store import Store, Tx
from nlp.types import Analysis, Text
from standins.publishers import START, ModelNews, Publisher, press

DAYS, FEEDS, RESTARTS = (7, 100, 50) if os.environ.get("AFTERSHOCK_LONG") else (1, 14, 8)
"""The suite runs a short form; with AFTERSHOCK_LONG set it is a week."""

STEP = timedelta(seconds=30)
"""The shortest time between two ticks of the simulation."""


class Silent:
    """An analyzer that finds nothing."""

    async def analyze(self, texts: Sequence[Text]) -> list[Analysis | None]:
        """One empty analysis a text."""
        return [Analysis() for _ in texts]


class Desk:
    """A reader that is killed and started again on the same store; `now` is its clock."""

    def __init__(self, folder: Path, publishers: Sequence[Publisher]) -> None:
        """Follow these."""
        self.now = START
        self._publishers = {p.name: p for p in publishers}
        feeds = tuple(Feed(p.name, f"http://{p.host}/{p.name}", p.name) for p in publishers)
        self._config = Config(Settings(), {}, (), (), feeds, EventLexicon())
        self._path = folder / "desk.db"
        self._calendars = Calendars()
        self.start()

    def start(self) -> None:
        """As after a kill: nothing but the store is left."""
        self._store = Store(self._path, durable=False)
        unused: Any = None
        news = ModelNews(self._config.settings, self._publishers, lambda: self.now)
        self._edges = Edges(news, Silent(), unused, unused, self._store, self._calendars, rota=Rota())

    def stop(self) -> None:
        """Let go of the file."""
        self._store.close()

    async def run(self, until: datetime) -> None:
        """Tick whenever a feed is due."""
        while self.now < until:
            await read_news(self._edges, self._config, self.now)
            states = self._edges.rota.states or {}
            soonest = min(state.next_poll for state in states.values())
            self.now = max(min(soonest, until), self.now + STEP)

    async def articles(self) -> int:
        """How many were taken in."""
        return (await self._store.transact(Tx.counts))["articles"]


async def test_over_days_and_restarts_no_publisher_has_cause_to_complain(tmp_path: Path) -> None:
    """One request a feed without validators, the others with the exact ones; none early, none to a closed host."""
    publishers = press(FEEDS, 3, START)
    desk = Desk(tmp_path, publishers)
    dice = random.Random(5)  # noqa: S311  a simulation
    end = START + timedelta(days=DAYS)
    for moment in sorted(START + timedelta(days=DAYS * dice.random()) for _ in range(RESTARTS)):
        await desk.run(moment)
        desk.stop()
        desk.start()
    await desk.run(end)
    taken = await desk.articles()
    desk.stop()
    assert [] == [(p.name, p.early[:2]) for p in publishers if p.early]
    assert [] == [(p.name, p.wrong[:2]) for p in publishers if p.wrong]
    assert [(p.name, 1) for p in publishers] == [(p.name, p.unconditional) for p in publishers]
    assert sum(p.asked for p in publishers) > 15 * FEEDS * DAYS
    assert taken == sum(len(p.shown) for p in publishers)
