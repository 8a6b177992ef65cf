"""Which quotes are asked for at a tick: by session, live links and the last look; as a rule, and through the line."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from alerts.outbox import Pace
from config.types import Company, Config, EventLexicon, EventType, Instrument, Settings, Watched, Watchlist
from monitor.cycle import Edges, watch_prices
from monitor.market.cadence import NEVER, Seen, due, interval
from monitor.market.sessions import Calendars
from monitor.replay import JsonLines, RecordedNews
from monitor.store.store import Store
from monitor.store.tx import Tx
from monitor.types import Bar, Fact, History, PriceAnswer, Quote, Story
from nlp.pipeline import Pipeline
from nlp.pool import Inline

CALENDARS = Calendars()
POLL = timedelta(minutes=1)
EACH, RARE = timedelta(), timedelta(minutes=5)
DAY = date(2025, 3, 12)
"""A Wednesday: New York trades from 13:30 to 20:00 UTC, Tokyo from 0:00 to 2:30 and 3:30 to 6:30."""


def at(clock: str, day: date = DAY) -> datetime:
    """That time of the day, UTC."""
    return datetime.combine(day, datetime.strptime(clock, "%H:%M").replace(tzinfo=UTC).timetz())


@pytest.mark.parametrize(
    ("mic", "clock", "delay", "unlinked", "linked"),
    [
        ("XNYS", "08:00", 0, None, EACH),  # pre-market, from 4 o'clock New York time
        ("XNYS", "13:29", 0, None, EACH),
        ("XNYS", "13:30", 0, EACH, EACH),  # the open
        ("XNYS", "13:37", 0, EACH, EACH),
        ("XNYS", "13:38", 0, RARE, EACH),
        ("XNYS", "19:59", 0, RARE, EACH),
        ("XNYS", "20:00", 0, EACH, EACH),  # the close
        ("XNYS", "20:07", 0, EACH, EACH),
        ("XNYS", "20:08", 0, RARE, EACH),
        ("XNYS", "20:32", 0, RARE, EACH),
        ("XNYS", "20:33", 0, None, EACH),  # post-market
        ("XNYS", "23:59", 0, None, EACH),
        ("XTKS", "00:00", 20, EACH, EACH),  # prices come 20 minutes late
        ("XTKS", "00:27", 20, EACH, EACH),
        ("XTKS", "00:28", 20, RARE, EACH),
        ("XTKS", "02:40", 20, EACH, EACH),  # the last before lunch still come
        ("XTKS", "02:53", 20, None, None),
        ("XTKS", "03:29", 20, None, None),
        ("XTKS", "03:30", 20, EACH, EACH),  # the afternoon opens
        ("XTKS", "03:58", 20, RARE, EACH),
        ("XTKS", "06:30", 20, EACH, EACH),
        ("XTKS", "06:57", 20, EACH, EACH),
        ("XTKS", "06:58", 20, RARE, RARE),
        ("XTKS", "07:03", 20, None, None),
        ("XTKS", "12:00", 20, None, None),
        ("XETR", "07:59", 0, None, None),
        ("XETR", "08:00", 0, EACH, EACH),
        ("XETR", "20:00", 0, None, None),
    ],
)
def test_a_day_of_looks(mic: str, clock: str, delay: int, unlinked: timedelta | None, linked: timedelta | None) -> None:
    """Every tick around opens, closes and links, every five minutes else, nothing of closed exchanges."""
    now = at(clock)
    session, seen = CALENDARS.session(mic, now), Seen(delay=timedelta(minutes=delay))
    assert (unlinked, linked) == tuple(interval(session, now, POLL, seen, close_watch=close) for close in (False, True))


@pytest.mark.parametrize("clock", ["08:00", "12:00", "19:59"])
def test_nothing_is_asked_on_a_holiday_or_weekend(clock: str) -> None:
    """The 4th of July and a Sunday belong to the session before."""
    for day in (date(2025, 7, 4), date(2025, 3, 9)):
        now = at(clock, day)
        assert interval(CALENDARS.session("XNYS", now), now, POLL, NEVER, close_watch=True) is None


def test_what_waits_for_a_second_look_gets_it_at_the_next_tick() -> None:
    """Of stocks without a link too, but not in the pre-market."""
    asked = at("15:00")
    now = asked + POLL
    session = CALENDARS.session("XNYS", now)
    assert not due(session, now, POLL, Seen(asked), close_watch=False)
    assert due(session, now, POLL, Seen(asked, doubtful=True), close_watch=False)
    assert due(session, now, POLL, Seen(asked), close_watch=False, moved=True)
    assert not due(session, at("12:00"), POLL, Seen(at("11:00"), doubtful=True), close_watch=False, moved=True)


def test_what_was_never_asked_is_due_and_ticks_may_come_early() -> None:
    """After a restart at once; the fifth tick counts although it is some seconds early; the clock may be set back."""
    now = at("15:00")
    session = CALENDARS.session("XNYS", now)
    assert due(session, now, POLL, NEVER, close_watch=False)
    for seconds, expected in ((0, False), (240, False), (299, True), (301, True), (-90, True)):
        seen = Seen(now - timedelta(seconds=seconds))
        assert expected is due(session, now, POLL, seen, close_watch=False)


class Source:
    """A price source that counts the quotes it is asked for."""

    name = "counting"

    def __init__(self) -> None:
        """Answer."""
        self.asked: Counter[str] = Counter()
        self.prices: dict[str, float] = {}
        self.gone = False

    async def quotes(self, symbols: Sequence[str], now: datetime) -> PriceAnswer[Quote]:
        """A price of 100, or the one set; every symbol trades all the time."""
        self.asked.update(symbols)
        if self.gone:
            return PriceAnswer({}, dict.fromkeys(symbols, "no connection"), frozenset(symbols))
        return PriceAnswer({s: Quote(s, self.prices.get(s, 100.0), now, "USD") for s in symbols}, {})

    async def history(self, symbols: Sequence[str], now: datetime) -> PriceAnswer[History]:
        """Sixty bars up to the day before."""
        days = [s.date for s in CALENDARS.sessions("XNYS", now) if s.date < now.date()][-60:]
        bars = tuple(Bar("S", d, None, None, None, 100.0 + n % 2 - (d == days[-1])) for n, d in enumerate(days))
        return PriceAnswer({s: History(s, "USD", bars, asked=now) for s in symbols}, {})

    async def prices_at(self, wanted: Sequence[tuple[str, datetime]], now: datetime) -> PriceAnswer[Quote]:
        """100, a minute before."""
        return PriceAnswer({s: Quote(s, 100.0, moment - POLL, "USD") for s, moment in wanted}, {})

    async def close(self) -> None:
        """Nothing to let go of."""


CONFIG = Config(
    Settings(),
    companies := {s.lower(): Company(s.lower(), s, (), (Instrument(s, "XNYS", "USD"),)) for s in ("NVDA", "AMD")},
    (),
    (Watchlist("One", "#ai", tuple(Watched(s.lower(), s) for s in ("NVDA", "AMD")), unlinked=True),),
    (),
    EventLexicon(),
    "made up",
    {s.upper(): company for s, company in companies.items()},
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A real store."""
    made = Store(tmp_path / "test.db", durable=False)
    yield made
    made.close()


async def story_of_nvidia(store: Store, moment: datetime) -> None:
    """A story that names it, five feeds strong."""
    fact, heard = Fact(EventType.PARTNERSHIP, "nvda", "reported", "s", 0.9), frozenset("abcde")
    made = Story("n", "N", moment, moment, moment, (fact,), {"nvda": 1.0}, (), (), heard)
    await store.transact(partial(Tx.save_story, story=made))


def edges(store: Store, source: Source) -> Edges:
    """The edges of a start of the daemon."""
    analyzer, notifier = Inline(Pipeline({}, EventLexicon())), JsonLines(lambda _line: None)
    return Edges(RecordedNews([]), analyzer, source, notifier, store, CALENDARS, pace=Pace(timedelta()))


async def test_a_day_of_ticks_asks_linked_stocks_closely_and_others_rarely(store: Store) -> None:
    """From midnight to midnight, a tick a minute: 390 minutes of session, 570 around it for the linked one alone."""
    source = Source()
    daemon = edges(store, source)
    await story_of_nvidia(store, at("00:00") - timedelta(hours=1))
    for minute in range(24 * 60):
        await watch_prices(daemon, CONFIG, at("00:00") + minute * POLL)
    # Until 20:00 in New York the day before, which is midnight UTC; then from 4:00, 8:00 UTC, to midnight.
    assert source.asked["NVDA"] == 16 * 60
    # 8 minutes of an open and of a close, five-minute looks in between (13:42, 13:47, ..., 19:57) and after (to 20:32).
    assert source.asked["AMD"] == 8 + 76 + 8 + 5
    assert source.asked["SPY"] == source.asked["NVDA"]


async def test_a_stock_that_was_told_is_watched_closely_without_a_link(store: Store) -> None:
    """Its row in the message is to be brought up to date."""
    source = Source()
    source.prices["AMD"] = 80.0
    daemon = edges(store, source)
    for minute in range(10):
        await watch_prices(daemon, CONFIG, at("15:00") + minute * POLL)
    # A look, a second look that confirms and tells; then each tick.
    assert source.asked["AMD"] == 10
    assert source.asked["NVDA"] == 2


async def test_a_source_that_said_nothing_is_asked_again_at_the_next_tick(store: Store) -> None:
    """An outage costs no five minutes more than it lasts; how often it is really asked is its throttle's business."""
    source = Source()
    source.gone = True
    daemon = edges(store, source)
    for minute in range(3):
        await watch_prices(daemon, CONFIG, at("15:00") + minute * POLL)
    assert source.asked["AMD"] == 3
    source.gone = False
    for minute in range(3, 7):
        await watch_prices(daemon, CONFIG, at("15:00") + minute * POLL)
    assert source.asked["AMD"] == 4
