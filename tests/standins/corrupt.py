"""Daily bars as a source might give them on each day of a series, and what the price line would make of the day.

The chain is the daemon's own, without its network and its store: yfinance's frame -> bars and actions -> base, fit,
gate with a second look, move, decision by the shipped thresholds. Days are taken for sessions of one exchange,
however the series is spaced.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pandas as pd

from alerts.rules import decide
from alerts.types import Candidate, Verdict
from config.types import Watched, Watchlist
from monitor.market.basis import alternatives, recent
from monitor.market.gate import Expected, Looks, judge
from monitor.market.moves import Side, day_basis, day_move, fit
from monitor.market.yahoo_answers import actions_of, daily
from monitor.types import Action, Bar, History, Quote, Session

POLL = timedelta(minutes=1)
WATCHED = Watched("corp", "CORP")
WATCHLIST = Watchlist("One", "#one", (WATCHED,), unlinked=True)
BACK = 130
"""Bars before a day that are read: a fit takes 121."""
LEAST = 0.03
"""The shipped thresholds tell no smaller move of a stock without a known share count."""
FIRST = date(2024, 1, 1)


@dataclass(frozen=True)
class Series:
    """A series as a source gives it today: bars with adjusted and traded closes, and actions; one date a bar."""

    bars: tuple[Bar, ...]
    actions: tuple[Action, ...]
    minor: bool = False

    @property
    def sessions(self) -> tuple[Session, ...]:
        """A session a bar, eight hours and a half long."""
        starts = [datetime.combine(bar.date, datetime.min.time(), UTC) + timedelta(hours=8) for bar in self.bars]
        hours = timedelta(hours=8, minutes=30)
        made = zip(self.bars, starts, strict=True)
        return tuple(Session("XLON", b.date, t, t + hours, t, t + hours) for b, t in made)


@dataclass(frozen=True)
class Told:
    """A day of a series on which an alert was made, with the move it told."""

    day: date
    move: float


def read(frame: pd.DataFrame, *, minor: bool = False) -> Series:
    """A frame of yfinance's test data, whatever the order and spacing of its rows; dates are made up, a day each."""
    frame = frame.rename(columns={frame.columns[0]: "Session"})
    if str(frame["Session"].iloc[0]) > str(frame["Session"].iloc[-1]):
        frame = frame.iloc[::-1]
    days = pd.DatetimeIndex([pd.Timestamp(FIRST) + pd.Timedelta(days=n) for n in range(len(frame))])
    frame = frame.drop(columns="Session").set_index(days)
    return Series(tuple(daily("CORP", frame)), actions_of(frame), minor)


def alerts(series: Series) -> Iterator[Told]:
    """The days on which the thresholds are passed, seen at the close twice, a minute apart."""
    sessions = series.sessions
    for at in range(1, len(series.bars)):
        told = _look_at(series, sessions, at)
        if told is not None:
            yield told


def _look_at(series: Series, sessions: tuple[Session, ...], at: int) -> Told | None:
    today, before = series.bars[at], series.bars[at - 1]
    price = today.traded or today.close
    if not (price and today.close and before.close) or abs(today.close / before.close - 1) < LEAST * 0.99:
        return None
    moment = sessions[at].close - 3 * POLL
    quotes = [Quote("CORP", price, moment + n * POLL, "GBP") for n in range(2)]
    return judged(as_of(series, at), sessions[max(0, at - BACK) : at + 2], sessions[at], quotes, minor=series.minor)


def judged(
    history: History,
    sessions: tuple[Session, ...],
    session: Session,
    quotes: Sequence[Quote],
    *,
    minor: bool = False,
    late: timedelta = timedelta(),
) -> Told | None:
    """The alert that one of these looks makes, None if none does; each is looked at `late` after its trade.

    `sessions` reach up to `session`, the current one.
    """
    before = next(s for s in reversed(sessions) if s.date < session.date)
    basis, _ = day_basis(history, before)
    if basis is None:
        return None
    stats = fit(history, None, sessions, basis.day, "Europe")
    looks = Looks()
    for quote in quotes:
        now = quote.time + late
        expected = Expected(
            "GBP",
            basis.price,
            stats.own_sigma,
            alternatives=alternatives(
                history, basis.day, session.date, minor=minor, previous_close=quote.previous_close
            ),
            actions=recent(history.actions, session.date),
        )
        state, problem = judge(quote, looks, session, now, POLL, expected)
        looks = looks.after(quote, state)
        usable = quote if quote.price > 0 else None
        move = day_move(Side(history, usable, sessions), None, basis, stats)
        candidate = Candidate("corp", "Corp", "CORP", "XLON", "Europe", session.date, state, move, problem=problem)
        decision = decide(candidate, WATCHLIST, WATCHED, None, now)
        if decision.verdict is Verdict.ALERT and move is not None:
            return Told(session.date, move.raw)
    return None


def as_of(series: Series, at: int) -> History:
    """The history that a source would have given before the close of bar `at`: adjusted to that day's basis."""
    today = series.bars[at]
    back = (today.traded or today.close or 1.0) / (today.close or 1.0)
    bars = []
    for bar in series.bars[max(0, at - BACK) : at]:
        traded = bar.traded or bar.close
        close = bar.close * back if bar.close else None
        opens = bar.open * back if bar.open else None
        bars.append(Bar("CORP", bar.date, opens, None, None, close, traded=traded))
    first = series.bars[max(0, at - BACK)].date
    actions = tuple(a for a in series.actions if first <= a.date <= today.date)
    return History("CORP", "GBP", tuple(bars), adjusted=True, actions=actions)
