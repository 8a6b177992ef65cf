"""How often a symbol is worth a request: which quotes are due at a tick of the price line. Pure.

Stocks with a live link, those told in this session and prices that wait for a second look are asked for at every tick
while their exchange trades; all others every few minutes, but at every tick around opens and closes, where prices jump.
An exchange that is closed, or at lunch, is asked only until its last price has arrived; before the open and after the
close trading goes on in New York, and is watched for linked stocks alone. Takes sessions and what is remembered of
earlier looks; whatever has been forgotten is due.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from monitor.market.gate import POLLS
from monitor.types import Session

RARE_POLLS: Final = 5
"""A stock that no story is linked to is looked at once in so many polls: every five minutes by default."""
OPENING: Final = timedelta(minutes=5)
"""After an open (and a lunch break) everything is looked at for so long: most opening auctions are over by then."""
CLOSING: Final = timedelta(minutes=5)
"""The same after a close: closing auctions take up to five minutes, and a close needs its second look."""
LONGEST_DELAY: Final = timedelta(minutes=30)
"""How late the slowest source gives an exchange's closing price; most are 15 or 20 minutes late."""
EVERY_TICK: Final = timedelta()


@dataclass(frozen=True, slots=True)
class Seen:
    """What is remembered of the looks at a symbol.

    `asked` is when its quote was last asked for and something was said of it, `delay` how late the source gives it,
    `doubtful` whether the last look was SUSPECT.
    """

    asked: datetime | None = None
    delay: timedelta = timedelta()
    doubtful: bool = False


NEVER: Final = Seen()


def trades(session: Session, now: datetime, poll: timedelta) -> bool:
    """Whether new prices may come: in the exchange's hours, and as long after as its last trade needs to arrive."""
    return now < session.late or now <= session.close + LONGEST_DELAY + POLLS * poll


def interval(session: Session, now: datetime, poll: timedelta, seen: Seen, *, close_watch: bool) -> timedelta | None:
    """The time between two looks at a symbol at `now`: zero for each tick, None for none at all.

    `session` is its exchange's current one, `poll` the time between two ticks; `close_watch` whether it has a live
    link or was told in this session.
    """
    late = seen.delay + POLLS * poll
    rarely = RARE_POLLS * poll
    if now < session.open:
        return EVERY_TICK if close_watch else None
    if now >= session.close:
        if now <= session.close + late + CLOSING or (close_watch and now < session.late):
            return EVERY_TICK
        return rarely if now <= session.close + LONGEST_DELAY + POLLS * poll else None
    starts = [session.open]
    if session.lunch and now >= session.lunch[0]:
        if session.lunch[0] + late < now < session.lunch[1]:
            return None
        starts = list(session.lunch)
    if close_watch or seen.doubtful or any(start <= now <= start + late + OPENING for start in starts):
        return EVERY_TICK
    return rarely


def due(
    session: Session, now: datetime, poll: timedelta, seen: Seen, *, close_watch: bool, moved: bool = False
) -> bool:
    """Whether a symbol's quote is to be asked for at this tick; ticks may come half a poll early.

    `moved` is whether a stream of trades has shown a move: it is looked at whenever it would be looked at at all.
    """
    wait = interval(session, now, poll, seen, close_watch=close_watch)
    if wait is None:
        return False
    # A clock that was set back makes nothing wait for it.
    recently = seen.asked is not None and timedelta() <= now - seen.asked < wait - poll / 2
    return moved or not recently
