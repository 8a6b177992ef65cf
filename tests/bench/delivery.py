"""From the bytes of a feed to an accepted message, with 200 feeds and 200 symbols; the waits between polls left out.

    PYTHONPATH=tests .venv/bin/python tests/bench/delivery.py [TRIALS]

Each trial puts one article about another company into one of 200 feeds and lets its stock fall by 4 %. Then the three
lines run once each, as the daemon's ticks run them: the feeds that are due are asked (the others have not changed), all
200 symbols are priced, the message is sent. Due are as many as come together at a tick of five seconds when each of the
200 is asked once a minute, which is the most there is; and then all 200 at once, as after a start. Counted is from the
moment at which the article's bytes are served to that at which Slack has the message; prices are asked once the article
is saved, while the other feeds are still being read. Everything is real but the servers, which are a process of their
own: fetching, parsing, the NLP in its worker, a store on disk that waits for it, Yahoo's client, Slack's client.
"""

import asyncio
import contextlib
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from alerts.outbox import Pace
from alerts.slack import Slack
from config.load import load
from config.types import Company, Config, Feed, Threshold, Watched, Watchlist
from monitor.cycle import Edges, deliver, read_news, watch_prices
from monitor.feeds.fetch import HttpNews
from monitor.filling import fill
from monitor.market.sessions import Calendars
from monitor.market.throttle import Throttle
from monitor.market.yahoo import Yahoo
from monitor.news import Saved
from monitor.store.store import Store
from monitor.store.tx import Tx
from nlp.pool import Pool
from standins.slack import TOKEN, SlackServer
from standins.web import Answer, Request, Web, conditional, item, rss
from standins.yahoo import YahooStandIn

FEEDS, SYMBOLS = 200, 200
MOMENT = datetime(2025, 3, 12, 15, 0, tzinfo=UTC)
"""A Wednesday on which New York trades."""
DUE = (17, FEEDS)
"""Feeds that are due at one tick."""
BESIDE = ("SPY", "QQQ", "SMH", "^IXIC")
PASSES = 3
"""Price passes after which a trial is given up: a large jump wants a second look."""


class Servers:
    """The publishers, Yahoo and Slack, with the times at which they served and accepted."""

    def __init__(self, symbols: list[str], days: list[date], shift: float) -> None:
        """Open them all."""
        self.stack = contextlib.ExitStack()
        self.web = self.stack.enter_context(Web())
        self.yahoo = self.stack.enter_context(YahooStandIn())
        self.slack = self.stack.enter_context(SlackServer("#ai", now=time.monotonic))
        self.shift = shift
        self.served, self.awaited = 0.0, ""
        for number in range(FEEDS):
            self.web.serve(f"/{number}", self._feed(number, ""))
        for symbol in (*symbols, *BESIDE):
            swing = 0.004 if symbol in BESIDE else 0.03
            closes = [100 * (1 + swing * (-1) ** (n % 3 == 0)) for n in range(len(days) - 1)] + [100.0]
            self.yahoo.daily(symbol, [(d, c, c) for d, c in zip(days, closes, strict=True)])
            self.trade(symbol, 100.0)

    def trade(self, symbol: str, price: float) -> None:
        """A trade now, and from now on."""
        self.yahoo.trade(symbol, price, datetime.now(UTC) + timedelta(seconds=self.shift), goes_on=True)

    def _feed(self, number: int, title: str) -> Callable[[Request], Answer]:
        now = datetime.now(UTC) + timedelta(seconds=self.shift)
        old = [
            item(f"Old words {n} of feed {number}", guid=f"{number}-{n}", published=now - timedelta(days=2))
            for n in range(20)
        ]
        new = (
            [item(title, guid=title, link=f"https://f{number}.example/{time.monotonic_ns()}", published=now)]
            if title
            else []
        )
        body = rss(*new, *old)

        decide = conditional(Answer(body=body), etag=f'"{number}-{len(title)}-{now.timestamp()}"')

        def answer(request: Request) -> Answer:
            if title == self.awaited and not self.served:
                self.served = time.monotonic()
            return decide(request)

        return answer

    def publish(self, number: int, title: str) -> None:
        """One article more in one feed."""
        self.served, self.awaited = 0.0, title
        self.web.serve(f"/{number}", self._feed(number, title))

    def times(self) -> tuple[float, list[tuple[float, str]]]:
        """When the article was served, and the messages with the times of their acceptance."""
        return self.served, [(float(m.ts), m.text) for m in self.slack["#ai"].messages]


def serve(symbols: list[str], days: list[date], shift: float, line: Connection) -> None:
    """The servers, until told to stop."""
    servers = Servers(symbols, days, shift)
    line.send((servers.web.place, servers.yahoo.url, servers.slack.url))
    while (asked := line.recv()) is not None:
        name, arguments = asked
        line.send(getattr(servers, name)(*arguments))
    servers.stack.close()


def watched(config: Config) -> list[Company]:
    """So many companies with a listing in New York, those with relations first."""
    american = [c for c in config.companies.values() if c.instruments and "." not in c.instruments[0].symbol]
    related = {r.source for r in config.relations} | {r.target for r in config.relations}
    return sorted(american, key=lambda c: (c.id not in related, c.id))[:SYMBOLS]


class Telling(Store):
    """A store that says when an article has been saved under a story."""

    saved: asyncio.Event

    async def transact(self, work: Callable[[Tx], Any], then: Callable[[Any], object] | None = None) -> Any:  # noqa: ANN401  as the base
        """As the base."""
        result = await super().transact(work, then)
        if isinstance(result, Saved) and any(one.story and one.story.facts for one in result.taken):
            self.saved.set()
        return result


class Bench:
    """One set of edges, and trials on it."""

    def __init__(
        self, edges: Edges, store: Telling, config: Config, line: Connection, clock: Callable[[], datetime]
    ) -> None:
        """Nothing is measured yet."""
        self.edges, self.store, self.config, self.line, self.clock = edges, store, config, line, clock

    def ask(self, name: str, *arguments: Any) -> Any:  # noqa: ANN401  the servers' methods
        """Ask the servers."""
        self.line.send((name, arguments))
        return self.line.recv()

    async def make_due(self, number: int, count: int) -> None:
        """So many feeds are asked at the next pass, that one among them; the others later."""
        states = await self.edges.store.transact(Tx.feed_states)
        now = self.clock()
        asked = {f"f{(number + n) % FEEDS}" for n in range(count)}
        due = [replace(s, next_poll=now if s.feed in asked else now + timedelta(hours=1)) for s in states.values()]
        await self.edges.store.transact(lambda tx: tx.save_feeds(due))
        self.edges.rota.remember(due)

    async def trial(self, number: int, company: Company, due: int) -> tuple[float, dict[str, float]] | None:
        """Seconds from served to accepted, and of each line; None where the message did not come."""
        symbol = company.instruments[0].symbol
        self.ask("publish", number % FEEDS, f"OpenAI and {company.name} announce an AI partnership")
        self.ask("trade", symbol, 96.0)
        await self.make_due(number % FEEDS, due)
        self.store.saved.clear()
        reading = asyncio.create_task(read_news(self.edges, self.config, self.clock()))
        saved = asyncio.create_task(self.store.saved.wait())
        await asyncio.wait({reading, saved}, return_when=asyncio.FIRST_COMPLETED)
        if not self.store.saved.is_set():  # the NLP found no event in it
            saved.cancel()
            return None
        spent = {"news": time.monotonic()}
        for _ in range(PASSES):
            began = time.monotonic()
            done = await watch_prices(self.edges, self.config, self.clock())
            spent["prices"] = time.monotonic() - began
            began = time.monotonic()
            await deliver(self.edges, self.config, self.clock())
            spent["delivery"] = time.monotonic() - began
            if any(row.symbol == symbol for d in done.deliveries for row in d.rows):
                break
        await reading
        served, messages = self.ask("times")
        spent["news"] -= served
        mine = [
            at for at, text in messages if at > served and any(w.startswith(f"{symbol} ") for w in text.splitlines())
        ]
        return (mine[0] - served, spent) if mine and served else None


async def run(
    places: tuple[str, str, str], line: Connection, folder: Path, config: Config, trials: int, shift: float
) -> None:
    """Fill, warm up, measure, print."""
    place, yahoo_url, slack_url = places
    feeds = tuple(Feed(f"f{n}", f"http://{place}/{n}", f"Feed {n}") for n in range(FEEDS))
    settings = replace(config.settings, allow=frozenset({place}))
    config = replace(config, feeds=feeds, settings=settings)

    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=shift)

    calendars = Calendars()
    calendars.prepare(["XNYS"], clock())
    store, news = Telling(folder / "bench.db"), HttpNews(settings, clock=clock)
    source = Yahoo(
        folder / "yahoo", yahoo_url, calendars=calendars, throttle=Throttle(rate=1e9, burst=10**9), deadline=600
    )
    store.saved = asyncio.Event()
    analyzer = Pool(config.companies, config.lexicon, workers=1)
    slack = Slack(TOKEN, slack_url)
    edges = Edges(news, analyzer, source, slack, store, calendars, pace=Pace(timedelta()), clock=clock)
    bench = Bench(edges, store, config, line, clock)
    await fill(edges, config, clock(), lambda _done, _total: None)
    await read_news(edges, config, clock())
    await watch_prices(edges, config, clock())
    companies = iter(enumerate(watched(config)))
    await bench.trial(*next(companies), FEEDS)  # warms up
    print(f"{FEEDS} feeds, {SYMBOLS} symbols")
    for due in DUE:
        told([await bench.trial(*next(companies), due) for _ in range(trials)], due)
    for edge in (news, analyzer, source, slack):
        await edge.close()
    store.close()
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def told(trials: list[tuple[float, dict[str, float]] | None], due: int) -> None:
    """Print what some trials took."""
    took = [one for one in trials if one]
    found, parts = sorted(seconds for seconds, _ in took), [spent for _, spent in took]
    print(f"{due} feeds due at once: {len(found)} of {len(trials)} articles became a message")
    for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99)):
        print(f"  served to accepted {name}: {found[min(int(share * len(found)), len(found) - 1)]:.3f} s")
    for name in ("news", "prices", "delivery"):
        print(f"  of it {name}, median: {sorted(p[name] for p in parts)[len(parts) // 2]:.3f} s")


def main() -> None:
    """Print the table."""
    trials = min(int(sys.argv[1]) if len(sys.argv) > 1 else 50, (SYMBOLS - 1) // len(DUE))
    config = load(None).config
    assert config
    chosen = tuple(Watched(c.id, c.instruments[0].symbol) for c in watched(config))
    listed = Watchlist("Bench", "#ai", chosen, (Threshold(move=0.03),), unlinked=True)
    config = replace(config, watchlists=(listed,))
    days = [s.date for s in Calendars().sessions("XNYS", MOMENT) if s.date < MOMENT.date()][-250:]
    shift = (MOMENT - datetime.now(UTC)).total_seconds()
    here, there = multiprocessing.get_context("spawn").Pipe()
    arguments = ([w.symbol for w in chosen], days, shift, there)
    server = multiprocessing.get_context("spawn").Process(target=serve, args=arguments)
    server.start()
    with TemporaryDirectory() as folder:
        asyncio.run(run(here.recv(), here, Path(folder), config, trials, shift))
    here.send(None)
    server.join()


if __name__ == "__main__":
    main()
