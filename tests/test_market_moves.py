"""How far a price moved and how unusual that is: bases, fits, windows, sigmas, with answers worked out by hand."""

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.types import Move, Window
from monitor.market import moves
from monitor.market.moves import Basis, Side, Stats, day_basis, day_move, event_basis, event_decides, event_move, fit
from monitor.market.sessions import Calendars
from monitor.types import Bar, History, Quote, Session

CALENDARS = Calendars()
NOW = datetime(2025, 1, 27, 15, tzinfo=UTC)
FRIDAY = date(2025, 1, 24)


def utc(text: str) -> datetime:
    """A UTC time from "2025-01-27 14:30"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def sessions(mic: str = "XNYS") -> tuple[Session, ...]:
    """The sessions around 27 January 2025."""
    return CALENDARS.sessions(mic, NOW)


def bars(
    symbol: str, closes: Sequence[float | None], opens: Sequence[float | None] = (), last: date = FRIDAY
) -> History:
    """Daily bars of New York's sessions up to `last`."""
    days = [s.date for s in sessions() if s.date <= last][-len(closes) :]
    given = list(opens) or [None] * len(closes)
    made = [Bar(symbol, d, o, None, None, c) for d, o, c in zip(days, given, closes, strict=True)]
    return History(symbol, "USD", tuple(made))


def path(returns: Sequence[float], start: float = 100.0) -> list[float]:
    """Closes that make the given returns."""
    closes = [start]
    for step in returns:
        closes.append(closes[-1] * (1 + step))
    return closes


def quote(price: float, moment: datetime, symbol: str = "NVDA") -> Quote:
    """A quote in dollars."""
    return Quote(symbol, price, moment, "USD")


def ordinary(seed: int, count: int, scale: float = 0.01) -> list[float]:
    """Random daily returns."""
    draw = random.Random(seed)  # noqa: S311  repeatable test data
    return [draw.gauss(0, scale) for _ in range(count)]


STATS = Stats(beta=2.0, sigma=0.02, own_sigma=0.03, overnight_share=0.4, returns=120)
BASIS = Basis(100.0, utc("2025-01-24 21:00"), FRIDAY, closing=True)


# The base price


def test_the_day_is_counted_from_the_close_of_the_session_before() -> None:
    """Friday's close on a Monday, with the time at which it was made."""
    basis, reason = day_basis(bars("NVDA", [147.2, 142.6]), sessions_on("XNYS", FRIDAY))
    assert Basis(142.6, utc("2025-01-24 21:00"), FRIDAY, closing=True) == basis
    assert reason == ""


def sessions_on(mic: str, day: date) -> Session:
    """The session of a day."""
    return CALENDARS.between(mic, day, day)[0]


def test_a_missing_close_is_no_older_close() -> None:
    """Without Friday's bar there is no move, however many bars there are before it; the reason names the day."""
    for history in (None, bars("NVDA", [140.0, 141.0], last=date(2025, 1, 23)), bars("NVDA", [140.0, None])):
        basis, reason = day_basis(history, sessions_on("XNYS", FRIDAY))
        assert basis is None
        assert reason == "no close of 24 January 2025 to count from"


@pytest.mark.parametrize(
    ("story", "price", "base_time", "day"),
    [
        ("2025-01-25 10:00", 142.6, "2025-01-24 21:00", "2025-01-24"),  # at the weekend
        ("2025-01-27 12:00", 142.6, "2025-01-24 21:00", "2025-01-24"),  # pre-market counts as closed
        ("2025-01-24 22:00", 142.6, "2025-01-24 21:00", "2025-01-24"),  # so does post-market
        ("2025-01-24 20:00", 143.0, "2025-01-24 19:59", "2025-01-23"),  # within the session: its last trade
        ("2025-01-24 10:00", 147.2, "2025-01-23 21:00", "2025-01-23"),  # in the night before
    ],
)
def test_the_event_is_counted_from_the_last_trade_before_the_news(
    story: str, price: float, base_time: str, day: str
) -> None:
    """The last regular close if the exchange was closed, else what was traded just before."""
    side = Side(bars("NVDA", [147.2, 142.6]), None, sessions(), at=quote(143.0, utc("2025-01-24 19:59")))
    basis, _ = event_basis(utc(story), side)
    assert basis is not None
    assert (price, utc(base_time), date.fromisoformat(day)) == (basis.price, basis.time, basis.day)


def test_news_in_tokyos_lunch_break_counts_from_the_last_trade_before_it() -> None:
    """The break is within the session: the morning's last price is the last trade."""
    side = Side(None, None, sessions("XTKS"), at=quote(9100.0, utc("2025-01-27 02:29"), "6857.T"))
    basis, _ = event_basis(utc("2025-01-27 03:00"), side)
    assert basis is not None
    assert (9100.0, False) == (basis.price, basis.closing)


def test_without_a_trade_before_the_news_there_is_no_event_window() -> None:
    """Neither a trade made after the story nor the open stands in for it."""
    for at in (None, quote(143.0, utc("2025-01-24 20:01"))):
        basis, reason = event_basis(
            utc("2025-01-24 20:00"), Side(bars("NVDA", [147.2, 142.6]), None, sessions(), at=at)
        )
        assert basis is None
        assert reason == "no trade known at or before 20:00 UTC"


@pytest.mark.parametrize(
    ("story", "now", "decides"),
    [
        ("2025-01-26 12:00", "2025-01-27 14:30", True),  # a weekend's news: all Monday
        ("2025-01-26 12:00", "2025-01-27 21:01", True),  # and at Monday's close
        ("2025-01-26 12:00", "2025-01-28 09:00", False),  # not when Tuesday's trading begins
        ("2025-01-27 15:00", "2025-01-27 20:00", True),  # within the session
        ("2025-01-27 15:00", "2025-01-28 14:30", False),
        ("2025-01-27 21:30", "2025-01-28 14:30", True),  # after the close: the next session
        ("2025-01-20 09:00", "2025-01-27 14:30", False),  # a week old: only shown
        ("2022-01-20 09:00", "2025-01-27 14:30", False),
    ],
)
def test_the_event_window_decides_until_the_first_session_after_the_news_is_over(
    story: str, now: str, decides: bool
) -> None:
    """Later it is only shown."""
    assert decides is event_decides(utc(story), sessions(), utc(now))


# The fit


def test_beta_and_residual_are_those_of_least_squares() -> None:
    """Against the textbook's sums, on 120 returns out of 150."""
    market = ordinary(1, 150)
    stock = [0.001 + 1.7 * m + e for m, e in zip(market, ordinary(2, 150, 0.004), strict=True)]
    stats = fit(bars("NVDA", path(stock)), bars("SPY", path(market)), sessions(), FRIDAY, "Americas")

    x, y = market[-120:], stock[-120:]
    mean_x, mean_y = sum(x) / 120, sum(y) / 120
    beta = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / sum((a - mean_x) ** 2 for a in x)
    alpha = mean_y - beta * mean_x
    squares = sum((b - alpha - beta * a) ** 2 for a, b in zip(x, y, strict=True))
    assert pytest.approx(beta) == stats.beta
    assert pytest.approx(math.sqrt(squares / 118)) == stats.sigma
    assert pytest.approx(math.sqrt(sum((b - mean_y) ** 2 for b in y) / 119)) == stats.own_sigma
    assert (120, ()) == (stats.returns, stats.notes)


def test_a_missing_day_drops_the_returns_on_both_its_sides() -> None:
    """Three days' change is no daily return, whichever of the two series lacks the bar."""
    market, stock = path(ordinary(1, 60)), path(ordinary(2, 60))
    whole = fit(bars("NVDA", stock), bars("SPY", market), sessions(), FRIDAY, "Americas")
    holed = [*stock[:30], None, *stock[31:]]
    gap = fit(bars("NVDA", holed), bars("SPY", market), sessions(), FRIDAY, "Americas")
    market_gap = fit(
        bars("NVDA", stock), bars("SPY", [*market[:30], None, *market[31:]]), sessions(), FRIDAY, "Americas"
    )
    assert (60, 58, 58) == (whole.returns, gap.returns, market_gap.returns)


def test_returns_of_the_window_itself_are_not_in_the_fit() -> None:
    """The crash that is measured does not make itself look ordinary."""
    calm = path(ordinary(2, 60))
    crash = bars("NVDA", [*calm, calm[-1] * 0.8], last=date(2025, 1, 27))
    market = bars("SPY", path(ordinary(1, 61)), last=date(2025, 1, 27))
    before = fit(crash, market, sessions(), FRIDAY, "Americas")
    after = fit(crash, market, sessions(), date(2025, 1, 27), "Americas")
    assert before.own_sigma < 0.02 < after.own_sigma


def test_a_new_listing_is_measured_with_beta_one_and_two_and_a_half_percent() -> None:
    """39 returns are too few to fit."""
    stock, market = path(ordinary(2, 39)), path(ordinary(1, 120))
    stats = fit(bars("CRWV", stock), bars("SPY", market), sessions(), FRIDAY, "Americas")
    assert (1.0, 0.025, 0.025, 39) == (stats.beta, stats.sigma, stats.own_sigma, stats.returns)
    assert stats.notes == ("short history",)


def test_without_an_index_the_stocks_own_swings_count() -> None:
    """There is no beta, and the raw returns' deviation is the scale."""
    stats = fit(bars("NVDA", path(ordinary(2, 60))), None, sessions(), FRIDAY, "Americas")
    assert stats.beta is None
    assert stats.sigma == stats.own_sigma


def test_the_overnight_share_is_shrunk_to_the_regions() -> None:
    """A stock that moves at night only: with 60 opens half its own 1, half the region's."""
    closes = path(ordinary(3, 60))
    night_only = bars("NVDA", closes, opens=closes)
    share = moves.overnight_share(night_only, sessions(), FRIDAY, "Americas")
    assert pytest.approx((60 * 1 + 60 * 0.42) / 120) == share
    assert moves.overnight_share(bars("NVDA", closes), sessions(), FRIDAY, "Europe") == 0.33


# How much of a day's variance a window holds


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2025-01-24 21:00", "2025-01-27 09:00", 0.4),  # pre-market begins: the whole night
        ("2025-01-24 21:00", "2025-01-27 14:30", 0.4),
        ("2025-01-24 21:00", "2025-01-27 17:45", 0.4 + 0.6 * 0.5),  # half of the trading time
        ("2025-01-24 21:00", "2025-01-27 21:00", 1.0),
        ("2025-01-24 21:00", "2025-01-28 00:30", 1.0),  # nothing is added after the close
        ("2025-01-23 21:00", "2025-01-27 21:00", 2.0),
        ("2025-01-17 21:00", "2025-01-24 21:00", 4.0),  # a week with a holiday
        ("2025-01-24 17:45", "2025-01-27 14:30", 0.3 + 0.4),  # from within one session into the next
        ("2025-01-27 14:30", "2025-01-27 21:00", 0.6),
        ("2025-01-27 17:45", "2025-01-27 17:46", 0.005),  # never less than some minutes
    ],
)
def test_a_window_holds_whole_sessions_nights_and_parts_of_a_day(start: str, end: str, days: float) -> None:
    """Each session counts 1: its overnight share from its first trading on, the rest over its hours."""
    assert pytest.approx(days) == moves.variance(utc(start), utc(end), sessions(), 0.4)


def test_trading_is_busiest_at_the_open_and_the_close() -> None:
    """The first tenth of a session holds as much as the last and more than twice the fifth."""
    tenths = [moves.u_curve(n / 10) for n in range(11)]
    parts = [after - before for before, after in pairwise(tenths)]
    assert pytest.approx([0.0, 1.0]) == [tenths[0], tenths[-1]]
    assert pytest.approx(parts[0]) == parts[-1]
    assert parts[0] > 2 * parts[4]


@settings(deadline=None)  # the first look builds the calendar
@given(
    minutes=st.lists(st.integers(min_value=0, max_value=60 * 24 * 12), min_size=3, max_size=3).map(sorted),
    share=st.floats(min_value=0.05, max_value=0.95),
)
def test_variance_adds_up_over_neighbouring_windows(minutes: list[int], share: float) -> None:
    """A window's variance is that of its two parts, wherever it is cut (but for the least that is counted)."""
    first, cut, last = (utc("2025-01-15 00:00") + timedelta(minutes=m) for m in minutes)
    whole = moves.variance(first, last, sessions(), share)
    parts = moves.variance(first, cut, sessions(), share) + moves.variance(cut, last, sessions(), share)
    assert whole - 1e-9 <= parts <= whole + 2 * moves.SMALLEST


# The move


def measured(price: float = 90.0, index: Side | None = None, **changes: object) -> Move:
    """A day move of a stock at Monday's close, from 100."""
    stock = Side(None, quote(price, utc("2025-01-27 21:00")), sessions())
    move = day_move(stock, index, BASIS, replace(STATS, **changes))  # type: ignore[arg-type]  # tests name the fields they change
    assert move is not None
    return move


def spy(price: float, closes: Sequence[float | None] = (100.0,), moment: str = "2025-01-27 21:00") -> Side:
    """The US market with a fresh quote."""
    return Side(bars("SPY", closes), quote(price, utc(moment), "SPY"), sessions())


def test_the_markets_part_is_taken_out() -> None:
    """-10 % with beta 2 in a market at -1.5 % is -7 %, and at 2 % a day 3.5 sigma."""
    move = measured(90.0, spy(98.5))
    assert (Window.DAY, "USD", 100.0, 90.0) == (move.window, move.currency, move.base_price, move.price)
    assert pytest.approx((-0.10, -0.07, -3.5)) == (move.raw, move.abnormal, move.sigma)
    assert move.notes == ()


def test_a_move_at_the_open_is_measured_against_a_night() -> None:
    """The same fall weighs more where only the night has passed: sigma is 0.02 times the root of 0.4."""
    stock = Side(None, quote(90.0, utc("2025-01-27 14:30")), sessions())
    move = day_move(stock, spy(98.5, moment="2025-01-27 14:30"), BASIS, STATS)
    assert move is not None
    assert pytest.approx(-0.07 / (0.02 * math.sqrt(0.4))) == move.sigma


@pytest.mark.parametrize(
    "index",
    [
        None,
        Side(None, None, sessions()),
        spy(98.5, closes=(100.0, None)),  # its own close is missing
        spy(98.5, moment="2025-01-24 20:00"),  # it has not traded since
    ],
)
def test_without_a_usable_index_the_raw_move_is_measured_by_its_own_swings(index: Side | None) -> None:
    """Nothing is taken out, and the message can say so."""
    move = measured(90.0, index)
    assert pytest.approx((-0.10, -0.10, -0.10 / 0.03)) == (move.raw, move.abnormal, move.sigma)
    assert move.notes == (moves.NO_INDEX,)


def test_an_index_counts_from_its_own_last_close_over_its_holiday() -> None:
    """A stock traded on Thanksgiving's Thursday and Friday: the US index counts from Wednesday."""
    index_bars = History("SPY", "USD", (Bar("SPY", date(2024, 11, 27), None, None, None, 100.0),))
    index = Side(index_bars, quote(101.0, utc("2024-11-29 15:00"), "SPY"), sessions())
    basis = Basis(50.0, utc("2024-11-28 16:30"), date(2024, 11, 28), closing=True)
    stock = Side(None, quote(51.0, utc("2024-11-29 15:00")), sessions("XAMS"))
    move = day_move(stock, index, basis, STATS)
    assert move is not None
    assert pytest.approx(0.02 - 2 * 0.01) == move.abnormal


def test_an_event_within_a_session_is_measured_against_the_index_at_the_same_minute() -> None:
    """Both sides count from the story; without the index's trade then, nothing is taken out."""
    story = utc("2025-01-27 17:45")
    stock = Side(None, quote(95.0, utc("2025-01-27 21:00")), sessions(), at=quote(100.0, story))
    basis, _ = event_basis(story, stock)
    assert basis is not None
    with_index = event_move(stock, replace(spy(99.0), at=quote(100.0, story, "SPY")), basis, STATS)
    later = replace(spy(99.0), at=quote(99.0, story + timedelta(minutes=5), "SPY"))
    without = [event_move(stock, index, basis, STATS) for index in (spy(99.0), later)]
    assert with_index is not None
    assert (Window.EVENT, story) == (with_index.window, with_index.base_time)
    assert pytest.approx(-0.03 / (0.02 * math.sqrt(0.3))) == with_index.sigma
    assert [(moves.NO_INDEX,)] * 2 == [move.notes for move in without if move]


def test_no_move_is_made_of_a_quote_older_than_its_base() -> None:
    """Nor without a quote."""
    for old in (None, quote(90.0, utc("2025-01-24 20:59"))):
        assert day_move(Side(None, old, sessions()), None, BASIS, STATS) is None


def test_what_a_reader_must_know_stands_beside_the_numbers() -> None:
    """Short history and dividend-adjusted bars are said; a stock that never moved has no sigma."""
    stock = Side(None, quote(90.0, utc("2025-01-27 21:00")), sessions())
    move = day_move(
        stock,
        spy(98.5),
        replace(BASIS, notes=("adjusted bars", "close derived")),
        replace(STATS, notes=(moves.SHORT_HISTORY,)),
    )
    assert move is not None
    assert move.notes == ("short history", "adjusted bars", "close derived")
    assert measured(90.0, spy(98.5), sigma=0.0).sigma is None
