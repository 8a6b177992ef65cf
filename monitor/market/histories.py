"""Daily bars that are kept: which are due to be asked for again, and how new ones join those that are there.

Bars are asked for once a session of their exchange, when it has opened, as only then the day's dividends and splits are
known. Only stocks that are quoted before the open (New York's pre-market, with a live link) need the last close
earlier, and are asked for twice. A base that was found doubtful is asked for again within the session, since sources
mend their bars during the day. Bars are kept in the store, so a restart asks for nothing that is there, and what a
source has forgotten by now stays known. Pure.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from config.exchanges import exchange_of
from config.types import Config
from monitor.market.sessions import Calendars
from monitor.types import Bar, History

MOST: Final = 800
"""Bars that are kept of a symbol: three years, six times what a fit reads."""
AT_ONCE: Final = 20
"""Bars that are only asked for again are asked for so many at a time: at an open, quotes must not wait for them."""
MISSING_AT_ONCE: Final = 60
"""Missing ones so many: what the throttle lets through at once, some ten seconds of asking."""
DOUBT_AGAIN: Final = timedelta(minutes=30)
"""How long after bars with a doubtful base they are asked for again."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a symbol's bars must hold: the close of `last`, and what was known at `since`, None where that is enough."""

    last: date
    since: datetime | None = None


def wanted(
    symbols: Iterable[str],
    calendars: Calendars,
    now: datetime,
    *,
    early: Container[str] = frozenset(),
    doubtful: Container[str] = frozenset(),
) -> dict[str, Wanted]:
    """The bars that are wanted of each symbol at `now`.

    `early` are quoted before their exchange's open as well; of `doubtful` ones newer bars are wanted after a while.
    """
    found = {}
    for symbol in symbols:
        session = calendars.session(exchange_of(symbol).mic, now)
        since = session.open if now >= session.open else None
        if since is None and symbol not in early:
            session = calendars.previous(session)
        if symbol in doubtful:
            since = max(since or session.early, now - DOUBT_AGAIN)
        found[symbol] = Wanted(calendars.previous(session).date, since)
    return found


def barred(config: Config) -> tuple[str, ...]:
    """The symbols whose bars matter: watched stocks and what they are measured against."""
    names = [w.symbol for watchlist in config.watchlists for w in watchlist.companies]
    return tuple(dict.fromkeys([*names, *(exchange_of(s).index for s in names)]))


def reaches(history: History | None, last: date) -> bool:
    """Whether the bars hold the close of that day."""
    return history is not None and any(bar.date == last for bar in reversed(history.bars))


def due(histories: Mapping[str, History], asked: Mapping[str, Wanted]) -> tuple[list[str], list[str]]:
    """The symbols whose bars are missing, and those whose bars are there but older than they should be."""
    missing = [s for s, want in asked.items() if not reaches(histories.get(s), want.last)]
    old = []
    for symbol, want in asked.items():
        known = histories.get(symbol)
        if symbol not in missing and known and known.asked and want.since and known.asked < want.since:
            old.append(symbol)
    return missing, old


def merged(old: History | None, new: History) -> History:
    """New bars with what is older than they are, on the new ones' basis; at most `MOST` of them.

    Where the two have no day in common, or not the same currency, the new ones stand alone. Of their days they alone
    know the dividends and splits too: a source that had dated one wrong and mended it is believed.
    """
    if old is None or not new.bars or old.currency != new.currency or old.adjusted != new.adjusted:
        return new
    first = new.bars[0]
    common = next((bar for bar in old.bars if bar.date == first.date), None)
    if common is None or not common.close or not first.close:
        return new
    ratio = first.close / common.close
    before = tuple(_scaled(bar, ratio) for bar in old.bars if bar.date < first.date)
    bars = (*before, *new.bars)[-MOST:]
    earlier = tuple(action for action in old.actions if bars[0].date <= action.date < first.date)
    actions = (*earlier, *new.actions)
    return replace(new, bars=bars, actions=actions)


def _scaled(bar: Bar, ratio: float) -> Bar:
    def move(price: float | None) -> float | None:
        return price * ratio if price else price

    prices = (move(bar.open), move(bar.high), move(bar.low), move(bar.close))
    return Bar(bar.symbol, bar.date, *prices, bar.volume, note=bar.note)
