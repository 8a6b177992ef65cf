"""What a price pass over 1,000 symbols costs, against `yfinance.download` of the same, from the stand-in in one run.

Run by hand: `python tests/bench/price_pass.py [SYMBOLS]`. The stand-in is a process of its own, so its work is in
neither's figures. Both get the same answers over HTTP on the loopback address; yfinance downloads five days of daily
bars, as systems that poll with it do.
"""

import asyncio
import contextlib
import io
import multiprocessing
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit, urlunsplit

sys.path.insert(0, str(Path(__file__).parents[1]))

import yfinance
from curl_cffi.requests import Response, Session

from alerts.outbox import Pace
from config.types import Company, Config, EventLexicon, EventType, Instrument, Settings, Watched, Watchlist
from monitor.cycle import Edges, watch_prices
from monitor.filling import fill
from monitor.market.sessions import Calendars
from monitor.market.streaming import Streaming
from monitor.market.throttle import Throttle
from monitor.market.yahoo import Yahoo, tick_of
from monitor.replay import JsonLines, RecordedNews
from monitor.store.store import Store
from monitor.types import Fact, Story
from nlp.pipeline import Pipeline
from nlp.pool import Inline
from standins.stream import StreamStandIn, pricing
from standins.yahoo import YahooStandIn

MOMENT = datetime(2025, 3, 12, 15, 0, tzinfo=UTC)
TICKS = 200


def serve(symbols: list[str], days: list[date], line: Connection) -> None:
    """The stand-in, until told to stop."""
    with YahooStandIn() as yahoo:
        for symbol in (*symbols, "SPY", "QQQ", "SMH", "^IXIC"):
            yahoo.daily(symbol, [(d, 100.0, 100.0 + n % 3) for n, d in enumerate(days)])
            yahoo.trade(symbol, 101.0, MOMENT, regularMarketPreviousClose=100.0 + (len(days) - 1) % 3)
        line.send(yahoo.url)
        line.recv()


def config(symbols: list[str]) -> Config:
    """All on one list."""
    companies = {s.lower(): Company(s.lower(), s, (), (Instrument(s, "XNYS", "USD"),)) for s in symbols}
    lists = (Watchlist("One", "#ai", tuple(Watched(s.lower(), s) for s in symbols), unlinked=True),)
    by_symbol = {s: companies[s.lower()] for s in symbols}
    return Config(Settings(), companies, (), lists, (), EventLexicon(), "made up", by_symbol)


def everybody(symbols: list[str]) -> Story:
    """A story that names every company."""
    night = MOMENT - timedelta(hours=12)
    facts = (Fact(EventType.PARTNERSHIP, symbols[0].lower(), "reported", "s", 0.9),)
    parties = {s.lower(): 1.0 for s in symbols}
    heard = frozenset("abcde")
    return Story("all", "News", night, night, night, facts, parties, (frozenset(),), (frozenset(),), heard)


@contextlib.contextmanager
def measured(name: str, found: dict[str, tuple[float, float]]) -> Iterator[None]:
    """Wall and CPU seconds of a block."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    found[name] = (time.perf_counter() - wall, time.process_time() - cpu)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:46s} {found[name][0]:8.2f} s  CPU {found[name][1]:7.2f} s  peak memory so far {megabytes:5.0f} MB")


class Redirected(Session[Response]):
    """What `yfinance.download` is given, so that it asks the stand-in."""

    base = ""

    def request(self, method: Any, url: str, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401  curl_cffi's own
        """Send all of Yahoo's hosts to the stand-in."""
        parts = urlsplit(url)
        if (parts.hostname or "").endswith("yahoo.com"):
            url = self.base + urlunsplit(("", "", parts.path or "/", parts.query, ""))
        return super().request(method, url, *args, **kwargs)


async def ours(url: str, symbols: list[str], folder: Path, found: dict[str, tuple[float, float]]) -> None:
    """The first filling, then passes; then ticks."""
    store, calendars = Store(folder / "bench.db"), Calendars()
    calendars.prepare(["XNYS"], MOMENT)
    source = Yahoo(folder / "yahoo", url, calendars=calendars, throttle=Throttle(rate=1e9, burst=10**9), deadline=600)
    analyzer = Inline(Pipeline({}, EventLexicon()))
    notifier = JsonLines(lambda _line: None)
    edges = Edges(RecordedNews([]), analyzer, source, notifier, store, calendars, pace=Pace(timedelta()))
    watched = config(symbols)
    with measured(f"first filling, {len(symbols)} symbols, a year of bars", found):
        await fill(edges, watched, MOMENT, lambda _done, _total: None)
    # Of last night and about all of them, or they would be asked for every five minutes only.
    await store.transact(lambda tx: tx.save_story(everybody(symbols)))
    with measured("first pass (fits made)", found):
        await watch_prices(edges, watched, MOMENT)
    with measured("ours", found):
        await watch_prices(edges, watched, MOMENT + timedelta(seconds=50))
    await latency(edges, symbols[:38])
    await source.close()
    store.close()


async def latency(edges: Edges, symbols: list[str]) -> None:
    """From a tick on the wire to the decision in the store, 38 symbols watched."""
    watched, times = config(symbols), []
    async with StreamStandIn() as stream:
        streaming = Streaming(edges.prices, stream.url, tick_of)
        streamed = Edges(
            edges.news,
            edges.analyzer,
            streaming,
            edges.notifier,
            edges.store,
            edges.calendars,
            memory=edges.memory,
            pace=edges.pace,
        )
        await watch_prices(streamed, watched, MOMENT)
        await stream.subscribed(1)
        for n in range(TICKS):
            now = MOMENT + timedelta(milliseconds=200 * (n + 1))
            began = time.perf_counter()
            await stream.send(pricing(symbols[n % 38], 90.0 + n % 7, now))
            await asyncio.wait_for(streaming.moved.wait(), 10)
            await watch_prices(streamed, watched, now)
            times.append(time.perf_counter() - began)
        times.sort()
        print(
            f"tick to decision, {TICKS} ticks: median {1000 * times[TICKS // 2]:.1f} ms, "
            f"95 % {1000 * times[TICKS * 95 // 100]:.1f} ms, worst {1000 * times[-1]:.1f} ms"
        )


def theirs(url: str, symbols: list[str], found: dict[str, tuple[float, float]]) -> None:
    """The download of the same."""
    Redirected.base = url
    with measured("yfinance.download", found), contextlib.redirect_stdout(io.StringIO()):
        frame = yfinance.download(
            symbols, period="5d", session=Redirected(trust_env=False), progress=False, auto_adjust=True, threads=True
        )
    print(f"{'':46s} {frame['Close'].notna().any().sum()} symbols with a price")


def main() -> None:
    """Print the table and the ratio."""
    symbols = [f"B{n:04d}" for n in range(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)]
    days = [s.date for s in Calendars().sessions("XNYS", MOMENT) if s.date < MOMENT.date()][-250:]
    here, there = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(symbols, days, there))
    server.start()
    url = here.recv()
    found: dict[str, tuple[float, float]] = {}
    with TemporaryDirectory() as folder:
        asyncio.run(ours(url, symbols, Path(folder), found))
        theirs(url, symbols, found)
    here.send("stop")
    server.join()
    wall, cpu = (found["yfinance.download"][n] / found["ours"][n] for n in range(2))
    print(f"yfinance.download against a price pass: {wall:.1f} times the time, {cpu:.1f} times the CPU")


if __name__ == "__main__":
    main()
