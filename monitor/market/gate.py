"""Whether a quote may be believed and acted on: FRESH, STALE, MISSING or SUSPECT, with the reason in words.

Rule 5 of the design, pure: the quote, what earlier looks gave, the session and the clock come in. A large jump
is never refused for good: the next look confirms it with a new trade or an unmoved price. What a second look
would only repeat (another unit, another currency, a split that the base does not know) stays SUSPECT.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from alerts.types import PriceState
from monitor.market.basis import SOURCE_APART, Alternative, odd_ratio
from monitor.market.sessions import phase
from monitor.types import Action, Quote, Session

JUMP: Final = 0.08
JUMP_SIGMAS: Final = 4.0
"""A jump is suspect beyond the larger of 8 % and four of the symbol's daily sigmas.

1.2 % of closes lie beyond four sigmas (54 stocks, August 2024 to February 2025); those only wait for a second look.
"""
NEAR: Final = 0.02
"""A new trade this close to a suspect price confirms it."""
POLLS: Final = 2
"""A quote is stale when older than the source's delay and so many polls; rule 5 of the design."""
AHEAD: Final = timedelta(minutes=2)
"""How far a trade's clock may run before ours: clocks differ, and answers arrive after a pass took its time."""
AUCTION: Final = timedelta(minutes=15)
"""A session's last trade lies at most so long before its close; an older one means that the source has stopped."""
SECOND_LOOK: Final = "waits for a second look"
WILD: Final = 2.0
"""Half or twice the base is a split, another unit or a false base more often than a move: it takes the source's own
previous close to be believed, as traded and as near the base as `SOURCE_APART` says."""
DOUBT: Final = 0.01
"""Bases that could be meant may differ by so much of the move: no threshold is worth less than a point."""


@dataclass(frozen=True, slots=True)
class Looks:
    """What earlier looks at a symbol gave: the last quote that was FRESH, and the last one of any state."""

    accepted: Quote | None = None
    last: Quote | None = None

    def after(self, quote: Quote | None, state: PriceState) -> "Looks":
        """What is remembered once `quote` was judged."""
        if quote is None or state is PriceState.MISSING:
            return self
        return Looks(quote if state is PriceState.FRESH else self.accepted, quote)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a quote is held against.

    `base` is the day window's base price if known, `sigma` the symbol's daily one (a fraction), `market` the move
    that the index explains since the base (beta times its own, 0 where unknown). `alternatives` are other bases that
    could be meant, `actions` the splits and dividends of the days around.
    """

    currency: str
    base: float | None = None
    sigma: float = 0.0
    market: float = 0.0
    alternatives: tuple[Alternative, ...] = ()
    actions: tuple[Action, ...] = ()


def judge(
    quote: Quote | None,
    looks: Looks,
    session: Session,
    now: datetime,
    poll: timedelta,
    expected: Expected,
    problem: str = "",
) -> tuple[PriceState, str]:
    """The state of a quote and why, in words; the reason of a FRESH one is empty.

    `session` is the exchange's current one, `poll` the time between two looks, `problem` what the source said of
    a quote that is not there. A quote that confirms itself needs no second look, but an unlikely unit or currency is
    refused even there.
    """
    if quote is None or not (math.isfinite(quote.price) and quote.price > 0):
        return PriceState.MISSING, problem or "the source gave no price"
    wrong = _wrong(quote, looks, session, expected, now)
    if wrong:
        return PriceState.SUSPECT, wrong
    stale = _stale(quote, session, now, poll)
    if stale:
        return PriceState.STALE, stale
    doubt = _doubt(quote, expected)
    if doubt:
        return PriceState.SUSPECT, doubt
    jump = _jump(quote, looks, session, expected)
    if jump and not quote.confirmed and not _confirms(quote, looks.last):
        return PriceState.SUSPECT, f"{jump}; {SECOND_LOOK}"
    return PriceState.FRESH, ""


def _wrong(quote: Quote, looks: Looks, session: Session, expected: Expected, now: datetime) -> str:
    """What no second look can heal, in words; empty if there is nothing.

    Held against the base and against this session's last good price: a split or a new unit between two sessions is
    settled once the base knows of it.
    """
    if quote.currency != expected.currency:
        return f"priced in {quote.currency}, expected {expected.currency}"
    if quote.time > now + AHEAD:
        return f"its trade is dated {quote.time:%Y-%m-%d %H:%M} UTC, in the future"
    accepted = looks.accepted if looks.accepted and looks.accepted.time >= session.early else None
    for price in (expected.base, accepted.price if accepted else None):
        if not price:
            continue
        odd = odd_ratio(quote.price, price, expected.actions, splits=not quote.confirmed)
        if odd:
            return odd
    return _wild(quote, expected.base) if expected.base and not quote.confirmed else ""


def _stale(quote: Quote, session: Session, now: datetime, poll: timedelta) -> str:
    """Why a quote is too old, in words; empty if it is not.

    The last trade of a session also counts at its close, for as long as the source and two polls need to see it.
    """
    patience = quote.delay + POLLS * poll
    age = now - quote.time
    if age <= patience:
        return ""
    if session.close <= now <= session.close + patience and quote.time >= session.close - AUCTION:
        return ""
    state = {"pre": "before the open", "post": "after the close", "closed": "the exchange is closed"}
    minutes = int(age.total_seconds() // 60)
    told = f"last trade at {quote.time:%Y-%m-%d %H:%M} UTC, {minutes} min old"
    where = state.get(phase(session, now), "")
    return f"{told}; {where}" if where else told


def _wild(quote: Quote, base: float) -> str:
    """What a price of half or twice its base lacks to be believed, in words; empty if nothing."""
    if 1 / WILD < quote.price / base < WILD:
        return ""
    if quote.volume == 0:
        return f"{quote.price:g} after {base:g}, but no share was traded"
    if quote.previous_close is None or abs(quote.previous_close / base - 1) > SOURCE_APART:
        return f"{quote.price:g} after {base:g}: no previous close of the source bears that out"
    return ""


def _doubt(quote: Quote, expected: Expected) -> str:
    """Why the base may be another one that makes another move, in words; empty if the moves agree or are none."""
    if not expected.base:
        return ""
    move = quote.price / expected.base - 1
    if abs(move) <= DOUBT:
        return ""
    for other in expected.alternatives:
        meant = quote.price / other.price - 1
        if abs(meant - move) > DOUBT:
            return f"{move:+.1%} or {meant:+.1%}: {other.why}"
    return ""


def _jump(quote: Quote, looks: Looks, session: Session, expected: Expected) -> str:
    """A jump beyond the bound, in words; empty if there is none.

    Within a session against the last accepted price, else against the base, less what the index explains.
    """
    bound = max(JUMP, JUMP_SIGMAS * expected.sigma)
    before, market = expected.base, expected.market
    if looks.accepted and (looks.accepted.time >= session.early or not before):
        before, market = looks.accepted.price, 0.0
    if not before or abs(quote.price / before - 1 - market) <= bound:
        return ""
    return f"{quote.price / before - 1:+.1%} at once, from {before:g} to {quote.price:g}"


def _confirms(quote: Quote, last: Quote | None) -> bool:
    """Whether this look bears out the one before: a later trade at or near the same price."""
    return last is not None and quote.time > last.time and abs(quote.price / last.price - 1) <= NEAR
