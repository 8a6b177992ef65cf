"""What a fault of the price source comes to in the daemon: the right state, one notice, recovery, and few requests.

The daemon's own price line over the real yfinance and a real store, against the stand-in; only its clock is made up,
and the throttle's with it, so that minutes of pauses pass at once.
"""

import math
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import structlog
from structlog import ReturnLogger
from structlog.processors import KeyValueRenderer
from yfinance.data import SingletonMeta

from alerts.outbox import Pace
from alerts.types import PriceState
from config.types import Company, Config, EventLexicon, EventType, Instrument, Settings, Watched, Watchlist
from monitor.cycle import Edges, watch_prices
from monitor.market.sessions import Calendars
from monitor.market.throttle import Throttle
from monitor.market.yahoo import Yahoo
from monitor.replay import JsonLines, RecordedNews
from monitor.store.store import Store
from monitor.store.tx import Tx
from monitor.telling import Pass
from monitor.ticking import Daemon
from monitor.types import Fact, Story
from nlp.pipeline import Pipeline
from nlp.pool import Inline
from standins.yahoo import YahooStandIn

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:yfinance")

CALENDARS = Calendars()
MOMENT = datetime(2025, 3, 12, 15, 0, tzinfo=UTC)
"""A Wednesday on which New York trades."""
SYMBOLS = ("NVDA", "AMD")
LISTED = (*SYMBOLS, "SPY", "QQQ", "^IXIC", "SMH")
"""And what is shown beside them."""
PASSES = 20
"""Passes under a fault, a minute apart."""


def config() -> Config:
    """Two stocks on one list."""
    companies = {s.lower(): Company(s.lower(), s, (), (Instrument(s, "XNYS", "USD"),)) for s in SYMBOLS}
    lists = (Watchlist("One", "#ai", tuple(Watched(s.lower(), s) for s in SYMBOLS), unlinked=True),)
    by_symbol = {s: companies[s.lower()] for s in SYMBOLS}
    return Config(Settings(), companies, (), lists, (), EventLexicon(), "made up", by_symbol)


def linked() -> Story:
    """A story of last night that names both stocks, so that they are looked at closely."""
    night = MOMENT - timedelta(hours=12)
    facts = tuple(Fact(EventType.PARTNERSHIP, s.lower(), "reported", "s", 0.9) for s in SYMBOLS)
    parties = {s.lower(): 1.0 for s in SYMBOLS}
    heard = frozenset("abcde")
    return Story("n", "News", night, night, night, facts, parties, (), (), heard)


@dataclass
class Clock:
    """The time that the daemon and its throttle go by."""

    now: datetime = MOMENT

    def seconds(self) -> float:
        """For the throttle."""
        return self.now.timestamp()


@dataclass
class Desk:
    """The daemon's price line, its stand-in and its clock."""

    daemon: Daemon
    yahoo: YahooStandIn
    store: Store
    clock: Clock
    passes: list[Pass] = field(default_factory=list)

    async def look(self, minutes: int = 1, *, trades: bool = True) -> None:
        """Passes a minute apart, with a new trade of everything before each unless the clocks stand."""
        for _ in range(minutes):
            self.clock.now += timedelta(minutes=1)
            if trades:
                for symbol in LISTED:
                    self.yahoo.trade(symbol, 100.0, self.clock.now - timedelta(seconds=5))
            await self.daemon.prices()

    def states(self) -> dict[str, PriceState]:
        """The state of each stock at the last pass."""
        return {d.candidate.symbol: d.candidate.state for d in self.passes[-1].decisions}

    async def notices(self) -> dict[str, str]:
        """What the operator was told and has not ended."""
        return await self.store.transact(Tx.notices)


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """A daemon that has looked twice without trouble."""
    SingletonMeta._instances.clear()
    with YahooStandIn() as yahoo:
        days = [s.date for s in CALENDARS.sessions("XNYS", MOMENT) if s.date < MOMENT.date()][-60:]
        for symbol in LISTED:
            yahoo.daily(symbol, [(d, 100.0, 100.0 + 0.5 * (n % 2)) for n, d in enumerate(days[:-1])])
            yahoo.daily(symbol, [(days[-1], 100.0, 100.0)])
        store, clock = Store(tmp_path / "test.db", durable=False), Clock()
        throttle = Throttle(clock=clock.seconds, sleep=lambda _: None)
        source = Yahoo(tmp_path / "y", yahoo.url, calendars=CALENDARS, throttle=throttle, timeout=0.5, deadline=3.0)
        notifier = JsonLines(lambda _line: None)
        inline = Inline(Pipeline({}, EventLexicon()))
        edges = Edges(RecordedNews([]), inline, source, notifier, store, CALENDARS, pace=Pace(timedelta()))
        await store.transact(partial(Tx.save_story, story=linked()))
        made = Desk(Daemon(edges, config(), lambda: clock.now), yahoo, store, clock)

        async def watched(edges: Edges, config: Config, now: datetime) -> Pass:
            made.passes.append(await watch_prices(edges, config, now))
            return made.passes[-1]

        monkeypatch.setattr("monitor.ticking.watch_prices", watched)
        monkeypatch.setattr("monitor.ticking.log", structlog.wrap_logger(ReturnLogger(), [KeyValueRenderer()]))
        await made.look(2)
        assert {"NVDA": PriceState.FRESH, "AMD": PriceState.FRESH} == made.states()
        yield made
        await source.close()
        store.close()


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        ("429", 8),  # one a pause; pauses double from a minute on
        ("500", 12),  # three, then one a pause; these begin at half a minute
        ("html", 16),  # and what yfinance asks for a cookie
        ("empty", 16),
        ("hang", 12),
    ],
)
async def test_a_broken_source_is_one_notice_and_few_requests(desk: Desk, kind: str, most: int) -> None:
    """Twenty passes of it: prices are missing, it is told once, and what is sent is counted; then all is well again."""
    before = len(desk.yahoo.requests)
    desk.yahoo.fault(kind, "/")
    told: set[tuple[str, str]] = set()
    for _ in range(PASSES):
        await desk.look()
        assert {"NVDA": PriceState.MISSING, "AMD": PriceState.MISSING} == desk.states()
        told |= (await desk.notices()).items()
    assert ["prices Yahoo Finance"] == [key for key, _ in told]
    assert len(desk.yahoo.requests) - before <= most
    desk.yahoo.mend()
    await desk.look(16)  # the longest pause is a quarter of an hour
    assert {"NVDA": PriceState.FRESH, "AMD": PriceState.FRESH} == desk.states()
    assert await desk.notices() == {}


@pytest.mark.parametrize(
    ("fields", "state", "words"),
    [
        ({"regularMarketPrice": math.nan}, PriceState.MISSING, "no price"),
        ({"regularMarketPrice": None}, PriceState.MISSING, "no price"),
        ({"regularMarketPrice": 0}, PriceState.MISSING, "no price"),
        ({"currency": "EUR"}, PriceState.SUSPECT, "priced in EUR, expected USD"),
        ({"regularMarketPrice": 1.0}, PriceState.SUSPECT, "a factor of 100"),
        ({"regularMarketPrice": 20.1}, PriceState.SUSPECT, "a split of 5"),
        ({"regularMarketPrice": 90.0, "regularMarketPreviousClose": 90.1}, PriceState.SUSPECT, "counts from 90.1"),
    ],
)
async def test_a_bad_price_of_one_stock_is_its_own_trouble(
    desk: Desk, fields: dict[str, object], state: PriceState, words: str
) -> None:
    """Told once for that stock while the other goes on, over any number of passes; then it is over."""
    told: set[tuple[str, str]] = set()
    for _ in range(5):
        desk.clock.now += timedelta(minutes=1)
        for symbol in LISTED:
            desk.yahoo.trade(symbol, 100.0, desk.clock.now)
        desk.yahoo.list("NVDA").quote.update(fields)
        await desk.daemon.prices()
        assert {"NVDA": state, "AMD": PriceState.FRESH} == desk.states()
        told |= (await desk.notices()).items()
    ((key, text),) = told
    assert key == "prices NVDA"
    assert words in text
    desk.yahoo.list("NVDA").quote.update({"regularMarketPreviousClose": 100.0, "currency": "USD"})
    await desk.look()
    assert {"NVDA": PriceState.FRESH, "AMD": PriceState.FRESH} == desk.states()
    assert await desk.notices() == {}


async def test_a_clock_that_stands_is_stale_and_told_once(desk: Desk) -> None:
    """After two polls the prices are old; after half an hour it is told as one trouble of the source."""
    await desk.look(4, trades=False)
    assert {"NVDA": PriceState.STALE, "AMD": PriceState.STALE} == desk.states()
    assert await desk.notices() == {}
    await desk.look(30, trades=False)
    assert ["prices Yahoo Finance"] == list(await desk.notices())
    await desk.look()
    assert {"NVDA": PriceState.FRESH, "AMD": PriceState.FRESH} == desk.states()
    assert await desk.notices() == {}


async def test_no_alert_comes_of_any_fault(desk: Desk) -> None:
    """Whatever is wrong, nothing goes into the outbox."""
    for kind in ("429", "500", "html", "empty"):
        desk.yahoo.fault(kind, "/")
        await desk.look(3)
        desk.yahoo.mend()
        await desk.look(16)
    assert [] == [delivery for done in desk.passes for delivery in done.deliveries]
