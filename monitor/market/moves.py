"""How far a price moved over a window, and how unusual that is: rule 4 of the design, as pure arithmetic.

A window begins at a `Basis` (the last regular close before the session, or the last trade before the news) and ends
at a quote. The market's part is taken out by least squares on the country's broad index, and what is left is
measured in residual standard deviations, scaled by the share of a day's variance that the window holds. Takes values
and sessions, fetches nothing: every number can be checked by hand.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from alerts.types import Move, Window, Working
from monitor.market.basis import unsound
from monitor.market.sessions import containing, elapsed, last_closed
from monitor.types import Bar, History, Quote, Session

RETURNS: Final = 120
"""Daily returns a fit reads: half a year, as in the design."""
FEWEST: Final = 40
"""With fewer returns a fit is not trusted and the next two stand in for it; rule 4 of the design."""
SHORT_BETA: Final = 1.0
SHORT_SIGMA: Final = 0.025
"""2.5 % a day, an ordinary volatile stock."""

WIDEST: Final = 2.0
"""A close twice or half the one before is a split, another unit or no ordinary day: it is left out of a fit."""

OVERNIGHT: Final = {"Americas": 0.42, "Europe": 0.33, "Asia": 0.40}
"""The share of a day's variance that falls between close and open, by region.

Measured by `overnight_share` without shrinking on daily bars of January 2024 to January 2025: mean 0.42 over 46 US
stocks, 0.35 over 5 in Paris, Amsterdam and Frankfurt (0.31 with their index), 0.43 over 3 in Tokyo and their index.
"""
SHRINK: Final = 60
"""A symbol's own overnight share counts as much as its region's at so many sessions with opens.

With it |sigma| passes 2.5 on 3.3 % of the opens and 3.2 % of the closes of the 54 stocks in the shipped bars, August
2024 to January 2025: a look at the open is about as strict as one at the close.
"""
U_DEPTH: Final = 2.0
"""Variance at the open and the close is 1 + this times the middle's; see `u_curve`."""
SMALLEST: Final = 0.005
"""No window counts as less of a day's variance: about five ordinary minutes, below which bid and ask bounce."""

SHORT_HISTORY: Final = "short history"
NO_INDEX: Final = "no index: the raw move against the stock's own swings"
ADJUSTED: Final = "adjusted bars"


@dataclass(frozen=True, slots=True)
class Stats:
    """How an instrument usually moves in a day.

    `sigma` is the residual's standard deviation beside an index with `beta`, `own_sigma` that of the raw returns;
    fractions of the price. `beta` is None where there is no index to measure against. `overnight_share` is the part
    of a day's variance between close and open, `returns` how many daily returns were read.
    """

    beta: float | None
    sigma: float
    own_sigma: float
    overnight_share: float
    returns: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Basis:
    """Where a window begins: a price with its time, in the instrument's own currency.

    `day` dates the last session that was over by then: returns up to it end before the window. `closing` says
    whether the price is that session's regular close, and not a trade within the next one. `notes` go with every
    move that is counted from it.
    """

    price: float
    time: datetime
    day: date
    closing: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """What is known of an instrument or its index: daily bars, a usable quote, its exchange's sessions.

    `at` is its last trade at or before the story's time, for event windows that begin within a session.
    """

    history: History | None
    quote: Quote | None
    sessions: tuple[Session, ...]
    at: Quote | None = None


def day_basis(history: History | None, previous: Session) -> tuple[Basis | None, str]:
    """The regular close of the session before the current one, or None and why not, in words."""
    bar = _bar(history, previous.date)
    if history is None or bar is None or not bar.close:
        return None, f"no close of {previous.date:%d %B %Y} to count from"
    notes = ((ADJUSTED,) if history.adjusted else ()) + ((bar.note,) if bar.note else ())
    return Basis(bar.close, previous.close, previous.date, closing=True, notes=notes), ""


def event_basis(story_time: datetime, side: Side) -> tuple[Basis | None, str]:
    """The last trade at or before the story, or None and why not, in words.

    If the exchange was closed then (pre- and post-market count as closed), its last regular close before.
    """
    closed = last_closed(side.sessions, story_time)
    if closed is None:
        return None, f"no session known before {story_time:%d %B %Y}"
    if containing(side.sessions, story_time) is None:
        return day_basis(side.history, closed)
    if side.at is None or side.at.time > story_time:
        return None, f"no trade known at or before {story_time:%H:%M} UTC"
    return Basis(side.at.price, side.at.time, closed.date, closing=False), ""


def event_decides(story_time: datetime, sessions: Sequence[Session], now: datetime) -> bool:
    """Whether the event window may still decide: until the first session to close after the story is over.

    It is over when the next one's trading begins (pre-market included), so that a look at the close or just after
    it still counts. False for a story older than the sessions given.
    """
    first = bisect_right(sessions, story_time, key=lambda s: s.close)
    if first in {0, len(sessions)}:
        return False
    return first + 1 == len(sessions) or now < sessions[first + 1].early


def fit(history: History, index: History | None, sessions: Sequence[Session], until: date, region: str) -> Stats:
    """Fit an instrument on its index by ordinary least squares on daily close-to-close returns.

    Reads up to 120 returns that end on or before `until` (a basis's `day`), each between two consecutive sessions of
    the exchange that both series have a close for: a missing bar drops the returns on both its sides. The residual's
    variance is divided by n - 2, the raw returns' by n - 1. `region` picks the overnight share to shrink to.
    """
    share = overnight_share(history, sessions, until, region)
    own = _returns(sessions, until, history)
    joint = _returns(sessions, until, history, index) if index is not None else own[:0]
    if len(joint) >= FEWEST:
        stock, market = joint[:, 0], joint[:, 1]
        design = np.column_stack((np.ones_like(market), market))
        found, *_ = np.linalg.lstsq(design, stock, rcond=None)
        residual = stock - design @ found
        sigma = math.sqrt(float(residual @ residual) / (len(stock) - 2))
        return Stats(float(found[1]), sigma, float(stock.std(ddof=1)), share, len(stock))
    if len(joint) == 0 and len(own) >= FEWEST:
        sigma = float(own.std(ddof=1))
        return Stats(None, sigma, sigma, share, len(own))
    beta = SHORT_BETA if index is not None else None
    return Stats(beta, SHORT_SIGMA, SHORT_SIGMA, share, len(joint if beta else own), (SHORT_HISTORY,))


def overnight_share(history: History, sessions: Sequence[Session], until: date, region: str) -> float:
    """The part of a day's variance between close and open, from up to 120 opens, shrunk to the region's.

    var(open / previous close) over the sum of it and var(close / open); the region's own where there are no opens.
    """
    bars = {bar.date: bar for bar in history.bars if bar.close}
    pairs = []
    for before, day in _consecutive(sessions, until):
        first, second = bars.get(before), bars.get(day)
        if first and second and first.close and second.close and second.open:
            steps = (second.open / first.close, second.close / second.open)
            if all(1 / WIDEST < step < WIDEST for step in steps):
                pairs.append((steps[0] - 1, steps[1] - 1))
            if len(pairs) == RETURNS:
                break
    usual = OVERNIGHT[region]
    if len(pairs) < 2:  # noqa: PLR2004 (a variance takes two)
        return usual
    overnight, intraday = np.array(pairs).var(axis=0, ddof=1)
    if overnight + intraday == 0:
        return usual
    share = float(overnight / (overnight + intraday))
    return (len(pairs) * share + SHRINK * usual) / (len(pairs) + SHRINK)


def u_curve(fraction: float) -> float:
    """How much of a session's intraday variance lies in the first `fraction` of its trading time; both in [0, 1].

    The integral of 1 + 2 (2u - 1)^2, scaled to 1: variance per minute at the open and the close is three times the
    middle's, so volatility 1.7 times, a round figure for the U that Wood, McInish and Ord (Journal of Finance 40,
    1985) found on the NYSE and Andersen and Bollerslev (Journal of Empirical Finance 4, 1997) in the S&P 500.
    """
    return (fraction + U_DEPTH * ((2 * fraction - 1) ** 3 + 1) / 6) / (1 + U_DEPTH / 3)


def variance(start: datetime, end: datetime, sessions: Sequence[Session], share: float) -> float:
    """The variance between two times in units of a day's, by a symbol's overnight share.

    Each session holds 1: `share` from the moment its trading begins (pre-market included), the rest along `u_curve`
    over its regular hours without the lunch break. Never below 0.005.
    """
    first = bisect_right(sessions, start, key=lambda s: s.close)
    after = bisect_right(sessions, end, key=lambda s: s.early)
    held = sum(_held(s, end, share) - _held(s, start, share) for s in sessions[first:after])
    return max(held, SMALLEST)


def day_move(stock: Side, index: Side | None, basis: Basis, stats: Stats) -> Move | None:
    """The move from the last regular close to the quote; None without a quote. `stats` is fitted until `basis.day`."""
    return _measure(Window.DAY, stock, index, basis, stats)


def event_move(stock: Side, index: Side | None, basis: Basis, stats: Stats) -> Move | None:
    """The move from the last trade before the story to the quote; None without a quote or if it is older."""
    return _measure(Window.EVENT, stock, index, basis, stats)


def _measure(window: Window, stock: Side, index: Side | None, basis: Basis, stats: Stats) -> Move | None:
    """Raw, abnormal and sigma of a window; with no index to compare with nothing is taken out."""
    quote = stock.quote
    if quote is None or quote.time < basis.time:
        return None
    raw = quote.price / basis.price - 1
    market = _market(index, basis)
    notes = list(stats.notes)
    if market is None or stats.beta is None:
        abnormal, daily = raw, stats.own_sigma
        notes.append(NO_INDEX)
    else:
        abnormal, daily = raw - stats.beta * market, stats.sigma
    notes += basis.notes
    held = variance(basis.time, quote.time, stock.sessions, stats.overnight_share)
    scale = daily * math.sqrt(held)
    measured = market is not None and stats.beta is not None
    return Move(
        symbol=quote.symbol,
        window=window,
        base_price=basis.price,
        base_time=basis.time,
        price=quote.price,
        time=quote.time,
        currency=quote.currency,
        raw=raw,
        abnormal=abnormal,
        sigma=abnormal / scale if scale else None,
        notes=tuple(notes),
        working=Working(
            _symbol(index), market if measured else None, stats.beta if measured else None, daily, held, stats.returns
        ),
    )


def _symbol(side: Side | None) -> str:
    """What a side is called, "" where nothing of it is known."""
    if side is None or (side.quote is None and side.history is None):
        return ""
    return side.quote.symbol if side.quote else side.history.symbol if side.history else ""


def _market(index: Side | None, basis: Basis) -> float | None:
    """The index's move over the same window, None where it has no price at one of its ends.

    At a closing basis that is the close of the last session of the index's own calendar dated up to the basis's, so
    an index that had a holiday counts from the day before, and one whose bar is missing does not count.
    """
    if index is None or index.quote is None or index.quote.time < basis.time:
        return None
    if not basis.closing:
        return None if index.at is None or index.at.time > basis.time else index.quote.price / index.at.price - 1
    day = next((s.date for s in reversed(index.sessions) if s.date <= basis.day), None)
    close = _close(index.history, day) if day else None
    return None if close is None else index.quote.price / close - 1


def _held(session: Session, moment: datetime, share: float) -> float:
    """How much of the session's variance has passed at `moment`."""
    return share + (1 - share) * u_curve(elapsed(session, moment)) if moment >= session.early else 0.0


def _bar(history: History | None, day: date) -> Bar | None:
    """The bar of that very day, None if there is none with a close."""
    bars = history.bars if history else ()
    return next((bar for bar in reversed(bars) if bar.date == day and bar.close), None)


def _close(history: History | None, day: date) -> float | None:
    """The close of that very day; None if the bar or its close is missing."""
    bar = _bar(history, day)
    return bar.close if bar else None


def _consecutive(sessions: Sequence[Session], until: date) -> list[tuple[date, date]]:
    """Pairs of consecutive session dates up to `until`, newest first."""
    days = [s.date for s in sessions if s.date <= until]
    return list(zip(days[-2::-1], days[:0:-1], strict=True))


def _returns(sessions: Sequence[Session], until: date, *series: History | None) -> npt.NDArray[np.float64]:
    """The newest returns that every one of `series` has: a row each, a column per series, order of no matter."""
    closes = [{bar.date: bar.close for bar in (s.bars if s else ()) if bar.close} for s in series]
    skipped = frozenset[date]().union(*(unsound(s) for s in series if s))
    rows: list[list[float]] = []
    for before, day in _consecutive(sessions, until):
        if day not in skipped and all(before in known and day in known for known in closes):
            ratios = [known[day] / known[before] for known in closes]
            if not all(1 / WIDEST < ratio < WIDEST for ratio in ratios):
                continue
            rows.append([ratio - 1 for ratio in ratios])
            if len(rows) == RETURNS:
                break
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(series))
