"""What casts doubt on a base price: dividends, splits and odd closes that a move would be counted over. Pure.

Price sources get corporate actions wrong in a handful of ways: a dividend that is recorded but not taken out of
earlier prices, taken out twice, dated a day early, or given in pounds where prices are pence; a split that only some
bars know of. None of it shows in one price. So a day window over an action is counted from each base that could be
meant, and the gate believes a move only where they agree.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from monitor.types import Action, Bar, History

TRUSTED_YIELD: Final = 0.05
"""A dividend up to this part of the price is believed where two records agree: the list of actions, and the bars.

Annual dividends of large European stocks are 2 to 5 %; of the dividends in yfinance's collection of wrong ones, those
that are too large are 7 % and more of the price.
"""
AGREEMENT: Final = 0.001
"""Two records of a dividend agree where the bases they make differ by less: ten cents on a hundred dollars."""
DISAGREEMENT: Final = 0.005
"""Half a point of a day's return is lost in its scatter."""
MISDATED_YIELD: Final = 0.03
"""A dividend of the session before, of at least this part of the price, may be today's: it is often a day early."""
MINOR_UNITS: Final = 100
MINOR_YIELD: Final = (0.01, 0.15)
"""A dividend that is such a part of the price only when taken a hundred times is probably given in the major unit."""
SPLIT_DAYS: Final = 10
"""A split is looked for in so many days up to a session: bars learn of it before and after its date."""
SPLIT_NEAR: Final = 0.15
"""A price within 15 % of its base times or over a recorded split is taken for an unadjusted one."""
NO_SPLIT: Final = 0.03
"""A stock dividend of less than that is no split: the move it makes is below any threshold."""
WHOLE_SPLITS: Final = (2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50)
WHOLE_NEAR: Final = {2: 0.015, 3: 0.03, 4: 0.03}
WHOLE_NEAR_ELSE: Final = 0.10
"""How near a jump must be to a whole ratio to be taken for a split that nobody recorded.

Halving or doubling happens to real stocks, a fifth or five times hardly ever.
"""
UNIT: Final = 100
UNIT_SLACK: Final = 1.25
"""A price a hundred times another within this factor is the same price in another unit."""
IMPOSSIBLE: Final = 15.0
"""No quote is believed at fifteen times its base or a fifteenth of it: it takes a person to look."""
SOURCE_APART: Final = 0.02
"""The source's own previous close and its daily bar may differ by the closing auction or a correction, not by more."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another price that a move might have to be counted from, and why, in words."""

    price: float
    why: str


def odd_ratio(price: float, base: float, actions: Sequence[Action] = (), *, splits: bool = True) -> str:
    """What a price against its base looks like if not like a move: another unit, a split, nonsense; "" if none.

    `actions` are those of the days around, whose splits may have any ratio; without `splits` none is looked for.
    """
    ratio = max(price / base, base / price)
    if UNIT / UNIT_SLACK <= ratio <= UNIT * UNIT_SLACK:
        return f"{price:g} after {base:g}: a factor of 100, probably another unit"
    for action in actions if splits else ():
        if action.split and abs(action.split - 1) >= NO_SPLIT and _like(ratio, action.split):
            return (
                f"{price:g} after {base:g}: looks like the split of {action.split:g} of {action.date:%d %B} "
                "that the base does not know"
            )
    whole = next((n for n in WHOLE_SPLITS if abs(ratio / n - 1) <= WHOLE_NEAR.get(n, WHOLE_NEAR_ELSE)), None)
    if whole and splits:
        return f"{price:g} after {base:g}: looks like a split of {whole} that the base does not know"
    return f"{price:g} after {base:g}: no stock moves so far at once" if ratio >= IMPOSSIBLE else ""


def alternatives(
    history: History, base: date, session: date, *, minor: bool = False, previous_close: float | None = None
) -> tuple[Alternative, ...]:
    """The other prices that a move from the close of `base` to the session dated `session` may be counted from.

    Empty where nothing casts doubt. `minor` is true where prices are in a hundredth of the currency that dividends
    are sometimes given in; `previous_close` is the source's own, of the quote that is to be judged, as traded.
    """
    closes = (bar for bar in reversed(history.bars) if bar.close and bar.date <= base)
    last, before = next(closes, None), next(closes, None)
    if last is None or last.date != base:
        return ()
    found = [
        *_of_dividends(history.actions, last, session, minor=minor),
        *_of_odd_close(history.actions, before, last),
        *_of_source(last, previous_close),
    ]
    return tuple(a for a in found if a.price > 0 and math.isfinite(a.price))


def unsound(history: History) -> frozenset[date]:
    """The days whose return is none to learn from: their adjustment is large, or its two records disagree."""
    if not history.actions and all(bar.traded is None for bar in history.bars):
        return frozenset()
    paid: dict[date, float] = {}
    for action in history.actions:
        paid[action.date] = paid.get(action.date, 0.0) + action.dividend
    found = set()
    for before, bar in pairwise(bar for bar in history.bars if bar.close):
        traded, close = before.traded or before.close or 1.0, bar.traded or bar.close or 1.0
        told = sum(amount for day, amount in paid.items() if before.date < day <= bar.date) / traded if paid else 0.0
        taken = 1 - (before.close or 1.0) / traded / ((bar.close or 1.0) / close)
        if max(abs(told), abs(taken)) > TRUSTED_YIELD or abs(told - taken) > DISAGREEMENT:
            found.add(bar.date)
    return frozenset(found)


def recent(actions: Sequence[Action], session: date) -> tuple[Action, ...]:
    """The actions whose splits may not be in all bars yet."""
    return tuple(a for a in actions if 0 <= (session - a.date).days <= SPLIT_DAYS)


def _of_dividends(actions: Sequence[Action], last: Bar, session: date, *, minor: bool) -> Iterator[Alternative]:
    traded, adjusted = last.traded or last.close or 0.0, last.close or 0.0
    paid = sum(a.dividend for a in actions if last.date < a.date <= session)
    if paid:
        own = traded - paid
        trusted = paid / traded <= TRUSTED_YIELD and abs(adjusted / own - 1) <= AGREEMENT
        why = f"a dividend of {paid:g} that the sources do not agree on"
        if not trusted:
            yield Alternative(traded, why)
            yield Alternative(own, why)
        low, high = MINOR_YIELD
        if minor and low <= MINOR_UNITS * paid / traded <= high:
            yield Alternative(traded - MINOR_UNITS * paid, f"{why}: it may be in the major unit")
    elif abs(adjusted / traded - 1) > AGREEMENT:
        yield Alternative(traded, "an adjustment that no dividend explains")
    early = sum(a.dividend for a in actions if a.date == last.date)
    if early / traded >= MISDATED_YIELD:
        yield Alternative(traded - early, f"a dividend of {early:g} that may be dated a day early")


def _of_odd_close(actions: Sequence[Action], before: Bar | None, last: Bar) -> Iterator[Alternative]:
    """The close before, where the base is one that would not have been believed as a quote."""
    if before and before.close and last.close:
        odd = odd_ratio(last.close, before.close, recent(actions, last.date))
        if odd:
            yield Alternative(before.close, f"its base is in doubt: {odd}")


def _of_source(last: Bar, previous_close: float | None) -> Iterator[Alternative]:
    traded = last.traded or last.close
    if previous_close and traded and abs(previous_close / traded - 1) > SOURCE_APART:
        yield Alternative(previous_close, f"the source counts from {previous_close:g}, its bars from {traded:g}")


def _like(ratio: float, split: float) -> bool:
    """Whether a ratio of at least 1 is that of a split, whichever way round."""
    wanted = max(split, 1 / split)
    return abs(ratio / wanted - 1) <= SPLIT_NEAR * min(1.0, wanted - 1)
