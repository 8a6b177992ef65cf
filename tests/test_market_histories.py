"""Daily bars are kept: asked for once a session, joined to what is there, filled in steps at the first start."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from alerts.outbox import Pace
from config.types import (
    Company,
    Config,
    EventLexicon,
    Instrument,
    Settings,
    Watched,
    Watchlist,
)
from monitor.cycle import Edges, watch_prices
from monitor.filling import fill
from monitor.market.histories import AT_ONCE, DOUBT_AGAIN, MISSING_AT_ONCE, MOST, Wanted, due, merged, wanted
from monitor.market.sessions import Calendars
from monitor.memory import Asking
from monitor.replay import JsonLines, RecordedNews
from monitor.store.store import Store
from monitor.store.tx import Tx
from monitor.types import Action, Bar, History, PriceAnswer, Quote
from nlp.pipeline import Pipeline
from nlp.pool import Inline

CALENDARS = Calendars()
THURSDAY, FRIDAY, MONDAY = date(2025, 1, 23), date(2025, 1, 24), date(2025, 1, 27)
OPEN = datetime(2025, 1, 27, 14, 30, tzinfo=UTC)
SYMBOLS = [f"S{n}" for n in range(35)]


class Source:
    """A price source that knows some symbols' bars up to a day, and counts what it is asked for."""

    name = "counting"

    def __init__(self) -> None:
        """Answer."""
        self.asked: list[str] = []
        self.gone = False
        self.last = FRIDAY
        self.price = self.level = 100.0

    async def quotes(self, symbols: Sequence[str], now: datetime) -> PriceAnswer[Quote]:
        """The price."""
        return PriceAnswer({s: Quote(s, self.price, now, "USD") for s in symbols}, {})

    async def history(self, symbols: Sequence[str], now: datetime) -> PriceAnswer[History]:
        """Sixty bars at the level."""
        self.asked += symbols
        if self.gone:
            return PriceAnswer({}, dict.fromkeys(symbols, "no connection"), frozenset(symbols))
        days = [s.date for s in CALENDARS.sessions("XNYS", now) if s.date <= self.last][-60:]
        bars = tuple(Bar("S", d, None, None, None, self.level) for d in days)
        return PriceAnswer({s: History(s, "USD", bars, asked=now) for s in symbols}, {})

    async def prices_at(self, wanted: Sequence[tuple[str, datetime]], now: datetime) -> PriceAnswer[Quote]:
        """Nothing."""
        return PriceAnswer({}, {})

    async def close(self) -> None:
        """Nothing to let go of."""


def config(symbols: Sequence[str]) -> Config:
    """Companies on one list."""
    companies = {s.lower(): Company(s.lower(), s, (), (Instrument(s, "XNYS", "USD"),)) for s in symbols}
    watched = tuple(Watched(s.lower(), s) for s in symbols)
    by_symbol = {s: companies[s.lower()] for s in symbols}
    lists = (Watchlist("One", "#ai", watched, unlinked=True),)
    return Config(Settings(), companies, (), lists, (), EventLexicon(), "made up", by_symbol)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A real store."""
    made = Store(tmp_path / "test.db", durable=False)
    yield made
    made.close()


def edges(store: Store, source: Source) -> Edges:
    """The edges of a start of the daemon: an empty memory over the store."""
    analyzer = Inline(Pipeline({}, EventLexicon()))
    notifier = JsonLines(lambda _line: None)
    return Edges(RecordedNews([]), analyzer, source, notifier, store, CALENDARS, pace=Pace(timedelta()))


async def test_the_first_start_fills_in_steps_and_shows_how_far_it_is(store: Store) -> None:
    """Thirty-five symbols and their index in four steps; the next start finds them in the store and asks for none."""
    source, seen = Source(), list[tuple[int, int]]()
    found = await fill(edges(store, source), config(SYMBOLS), OPEN, lambda done, total: seen.append((done, total)))
    assert (36, [(0, 36), (10, 36), (20, 36), (30, 36), (36, 36)]) == (found, seen)
    assert {*SYMBOLS, "SPY"} == set(source.asked)
    again = await fill(edges(store, source), config(SYMBOLS), OPEN, lambda _done, _total: None)
    assert (0, 36) == (again, len(source.asked))


async def test_a_filling_that_meets_no_network_ends_at_once(store: Store) -> None:
    """One step, not a hundred."""
    source = Source()
    source.gone = True
    assert await fill(edges(store, source), config(SYMBOLS), OPEN, lambda _done, _total: None) == 0
    assert len(source.asked) == 10


async def test_a_restart_asks_for_no_bars_that_are_there(store: Store) -> None:
    """They are kept with the pass that brought them."""
    source, few = Source(), config(SYMBOLS[:3])
    await watch_prices(edges(store, source), few, OPEN + timedelta(minutes=1))
    asked = len(source.asked)
    assert asked >= 4
    await watch_prices(edges(store, source), few, OPEN + timedelta(minutes=2))
    assert asked == len(source.asked)


async def test_bars_are_asked_for_again_once_the_session_is_open(store: Store) -> None:
    """Before it, the day's dividends are not known: some symbols a pass, each once."""
    source, all_of_them = Source(), config(SYMBOLS)
    daemon = edges(store, source)
    await fill(daemon, all_of_them, OPEN - timedelta(hours=1), lambda _done, _total: None)
    before = len(source.asked)
    shown_beside = {"QQQ", "^IXIC", "SMH"}
    for minute in range(5):
        await watch_prices(daemon, all_of_them, OPEN + timedelta(minutes=minute))
        assert sum(s not in shown_beside for s in source.asked[before:]) <= AT_ONCE * (minute + 1)
    assert sorted([*SYMBOLS, "SPY"]) == sorted(s for s in source.asked[before:] if s not in shown_beside)


async def test_a_stock_without_a_link_is_asked_for_once_a_night(store: Store) -> None:
    """Thursday's session is known; from the night to Friday's close its bars are asked for at Friday's open alone."""
    source, few = Source(), config(SYMBOLS[:3])
    source.last = THURSDAY - timedelta(days=1)
    daemon = edges(store, source)
    thursday = OPEN - timedelta(days=4)
    await watch_prices(daemon, few, thursday + timedelta(minutes=5))
    source.asked.clear()
    source.last = THURSDAY
    for hours in range(6, 24):
        await watch_prices(daemon, few, thursday + timedelta(hours=hours))
    assert not {*SYMBOLS} & {*source.asked}
    for minutes in range(0, 400, 20):
        await watch_prices(daemon, few, thursday + timedelta(days=1, minutes=minutes))
    assert sorted(SYMBOLS[:3]) == sorted(s for s in source.asked if s in SYMBOLS)


async def test_a_doubtful_base_is_asked_for_again_within_the_session(store: Store) -> None:
    """A split that only the prices know of: bars come again every half hour until they know of it, then no more."""
    source, few = Source(), config(SYMBOLS[:1])
    daemon = edges(store, source)
    source.price = 20.0
    states = []
    for minutes in range(0, 120, 5):
        if minutes == 65:
            source.level = 20.0
        done = await watch_prices(daemon, few, OPEN + timedelta(minutes=minutes))
        states += [d.candidate.state.name for d in done.decisions]
    assert ["SUSPECT"] * 14 + ["FRESH"] * 10 == states
    assert source.asked.count("S0") == 3


async def test_the_bars_of_many_symbols_come_some_at_a_pass(store: Store) -> None:
    """Quotes of a pass do not wait for a thousand answers."""
    source, many = Source(), [f"M{n}" for n in range(2 * MISSING_AT_ONCE)]
    daemon, bars_of = edges(store, source), {s: Wanted(FRIDAY) for s in many}
    for turn in (1, 2):
        await daemon.memory.ask(source, Asking(histories=bars_of), OPEN)
        assert len(source.asked) == turn * MISSING_AT_ONCE


def test_what_is_wanted_is_the_close_before_and_what_is_known_since_the_open() -> None:
    """In the pre-market yesterday's close is enough, and where no quote is asked for that of the day before."""
    assert {"NVDA": Wanted(FRIDAY, OPEN)} == wanted(["NVDA"], CALENDARS, OPEN)
    night = OPEN - timedelta(hours=3)
    assert {"NVDA": Wanted(FRIDAY)} == wanted(["NVDA"], CALENDARS, night, early={"NVDA"})
    assert {"NVDA": Wanted(THURSDAY)} == wanted(["NVDA"], CALENDARS, night)
    noon = OPEN + timedelta(hours=3)
    assert {"NVDA": Wanted(FRIDAY, noon - DOUBT_AGAIN)} == wanted(["NVDA"], CALENDARS, noon, doubtful={"NVDA"})
    history = bars("NVDA", {FRIDAY: 100.0})
    early, late = (replace(history, asked=OPEN + timedelta(minutes=m)) for m in (-1, 1))
    asked = {"NVDA": Wanted(FRIDAY, OPEN)}
    assert [([], ["NVDA"]), ([], []), ([], [])] == [due({"NVDA": h}, asked) for h in (early, late, history)]
    assert (["NVDA"], []) == due({}, asked)


def bars(symbol: str, closes: dict[date, float]) -> History:
    """A history."""
    return History(symbol, "USD", tuple(Bar(symbol, d, c, c, c, c, 9.0) for d, c in closes.items()))


def test_older_bars_are_kept_on_the_new_basis() -> None:
    """After a split of two what the source has forgotten is halved; a dividend that was known stays so."""
    days = [FRIDAY - timedelta(days=n) for n in (3, 2, 1, 0)]
    old = replace(
        bars("NVDA", dict(zip(days, (100.0, 110.0, 120.0, 130.0), strict=True))), actions=(Action(days[0], 1.0),)
    )
    new = bars("NVDA", {days[2]: 60.0, days[3]: 65.0, MONDAY: 66.0})
    joined = merged(old, new)
    assert [50.0, 55.0, 60.0, 65.0, 66.0] == [bar.close for bar in joined.bars]
    assert (Bar("NVDA", days[0], 50.0, 50.0, 50.0, 50.0, 9.0), old.actions) == (joined.bars[0], joined.actions)


def test_a_dividend_that_was_dated_wrong_is_mended() -> None:
    """Of the days that new bars cover, their dividends are all there are."""
    old = replace(bars("NVDA", {THURSDAY: 100.0, FRIDAY: 100.0}), actions=(Action(FRIDAY, 4.0),))
    new = replace(bars("NVDA", {THURSDAY: 100.0, FRIDAY: 100.0}), actions=(Action(MONDAY, 4.0),))
    assert (Action(MONDAY, 4.0),) == merged(old, new).actions


def test_bars_without_a_day_in_common_or_in_another_currency_stand_alone() -> None:
    """Nothing says how they belong together."""
    old = bars("NVDA", {FRIDAY - timedelta(days=9): 100.0})
    new = bars("NVDA", {FRIDAY: 50.0})
    assert [new, new, new] == [
        merged(None, new),
        merged(old, new),
        merged(replace(bars("NVDA", {FRIDAY: 9.0}), currency="EUR"), new),
    ]


def test_bars_are_not_kept_for_ever() -> None:
    """Three years of them."""
    days = [FRIDAY - timedelta(days=n) for n in range(MOST, -1, -1)]
    old = bars("NVDA", dict.fromkeys(days, 100.0))
    assert MOST == len(merged(old, bars("NVDA", {FRIDAY: 100.0, MONDAY: 101.0})).bars)


async def test_kept_bars_come_back_as_they_were(store: Store) -> None:
    """Notes, traded closes, actions and when they were asked for included."""
    bar = Bar("NVDA", FRIDAY, 1.0, None, 0.5, 0.75, None, note="derived", traded=0.8)
    history = History("NVDA", "USD", (bar,), adjusted=True, actions=(Action(MONDAY, 0.01, 10.0),), asked=OPEN)
    await store.transact(partial(Tx.save_histories, histories={"NVDA": history}))
    assert {"NVDA": history} == await store.transact(Tx.histories)
