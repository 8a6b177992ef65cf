"""The whole daemon's cycle over a recorded day, as a program whose children can be killed and go on where one died.

Everything but the store and Slack is loaded once and shared by the children: the day, its calendars, and what the NLP
finds in each article. `begun` names a file with the number of the moment that was last begun; a child that is started
again begins that moment anew, as a daemon that comes back asks again for what it did not save.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from alerts.outbox import ACCEPTANCE_LAG, Pace
from alerts.slack import Slack
from alerts.types import Delivery
from config.load import load
from config.types import Config, Feed
from monitor.cycle import Edges, deliver, read_news, watch_prices
from monitor.market.sessions import Calendars
from monitor.replay import Day, RecordedNews, brings_configuration, find_day, read_day
from monitor.store.store import Store
from monitor.store.tables import dump
from monitor.store.tables import load as load_value
from monitor.store.tx import Tx
from monitor.types import FeedState
from nlp.pipeline import Pipeline
from nlp.types import Analysis, Text
from standins.mortal import serve
from standins.outbox import delivery

PAUSE = ACCEPTANCE_LAG + timedelta(seconds=1)


@dataclass
class Read:
    """An analyzer that has read all texts before."""

    found: dict[Text, Analysis]

    async def analyze(self, texts: Sequence[Text]) -> list[Analysis | None]:
        """What was found in them."""
        return [self.found.get(text) for text in texts]

    async def close(self) -> None:
        """Nothing to let go of."""


@dataclass
class World:
    """A day, the configuration for it, and its edges without the store and Slack."""

    day: Day
    config: Config
    read: Read
    calendars: Calendars

    @classmethod
    def of(cls, name: str) -> "World":
        """Read everything and analyse every article."""
        calendars = Calendars()
        folder = find_day(name)
        day = read_day(folder, calendars)
        config = load(folder if brings_configuration(folder) else None).config
        assert config
        pipeline = Pipeline(config.companies, config.lexicon)
        texts = [article.text for article in day.items]
        read = Read(dict(zip(texts, pipeline.analyze_many(texts), strict=True)))
        feeds = tuple(Feed(feed, "", feed) for feed in sorted({a.feed for a in day.items}))
        config = replace(config, feeds=feeds)
        day.prices.instants(day.date)
        load_value(Delivery, dump(delivery("loaded")))
        return cls(day, config, read, calendars)

    async def go_on(self, run: dict[str, Any]) -> None:
        """Tell the day from the moment that was last begun to its end, then send what is left."""
        begun = Path(run["begun"])
        first = _read(begun)
        prices = self.day.prices.instants(self.day.date)
        moments = sorted({a.seen for a in self.day.items if a.seen <= prices[-1]} | set(prices))
        watched = set(prices)
        slack = Slack(run["token"], run["url"], timeout=5)
        store = Store(Path(run["database"]))
        news = RecordedNews(self.day.items)
        edges = Edges(news, self.read, self.day.prices, slack, store, self.calendars, pace=Pace(timedelta()))
        if first < 0:
            since = moments[0] - timedelta(seconds=1)
            await store.transact(lambda tx: self._follow(tx, since))
        else:
            await deliver(edges, self.config, moments[first] + PAUSE)
        for number, now in enumerate(moments):
            if number < first:
                continue
            _write(begun, str(number))
            await read_news(edges, self.config, now)
            if now in watched:
                await watch_prices(edges, self.config, now)
                await deliver(edges, self.config, now)
        now = moments[-1]
        while await store.transact(Tx.unsettled):
            now += PAUSE
            await deliver(edges, self.config, now)
        await slack.close()
        store.close()

    def _follow(self, tx: Tx, since: datetime) -> None:
        for feed in self.config.feeds:
            tx.save_feed(FeedState(feed.id, since, last_success=since))


def _read(path: Path) -> int:
    return int(path.read_text()) if path.exists() else -1


def _write(path: Path, text: str) -> None:
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)


if __name__ == "__main__":
    serve(World.of(sys.argv[1]).go_on)
