"""Whether the daemon can do its work: from what it measures of itself to troubles for the operator. Pure.

Each trouble has a key and a sentence, as `monitor.health` has them for what the lines cannot reach, and is told once,
and its end once. From when on is for the operator to say, `operator:` in aftershock.yaml.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from alerts.words import count
from config.types import Limits
from config.units import as_size
from monitor.spans import span

OPENING: Final = timedelta(minutes=40)
"""After an open, prices of an exchange whose source is 15 to 20 minutes late need so long to be expected."""
MANY_WAITING: Final = 100
"""So many deliveries that are due are too many, however short a time."""
LITTLE_ROOM: Final = 256 * 2**20
LITTLE_SHARE: Final = 0.05
MUCH_ROOM: Final = 2 * 2**30
"""A disk is nearly full below 256 MB, or below 5 % unless that is still more than 2 GB; unless the settings say."""
ROOM_AGAIN: Final = 1.25
"""It is no more when there is so many times that room: a value at the limit is told once."""
JUMP: Final = timedelta(seconds=30)
"""A step of the clock that no network time daemon makes in small ones; sessions and stories go by the clock."""

USUAL: Final = Limits()
FEEDS, PRICES, OUTBOX, DISK = "vital feeds", "vital prices", "vital outbox", "vital disk"
KEYS: Final = frozenset({FEEDS, PRICES, OUTBOX, DISK})


@dataclass(frozen=True, slots=True)
class Vitals:
    """What the daemon knows of itself at `now`. Times are UTC-aware, sizes bytes.

    `read` is when a feed was last read (or the start), `failed` how many polls failed since. `trading` are the
    exchanges of watched stocks that trade, with the time of their open; `priced` is when a fresh price was last had
    (or the start). `waiting` are deliveries that are due, `oldest` since when the oldest one is.
    """

    now: datetime
    read: datetime
    priced: datetime
    failed: int = 0
    trading: Mapping[str, datetime] = field(default_factory=dict)
    waiting: int = 0
    oldest: datetime | None = None
    disk_free: int | None = None
    disk_size: int | None = None


def least_room(size: int, limits: Limits) -> float:
    """Bytes free below which a disk of that size is nearly full."""
    if limits.disk_free is not None:
        return limits.disk_free
    return max(LITTLE_ROOM, min(LITTLE_SHARE * size, MUCH_ROOM))


def troubles(v: Vitals, before: Collection[str] = (), limits: Limits = USUAL) -> dict[str, str]:
    """The troubles of the moment, by key; `before` are the keys of those that were told already."""
    found = {}
    if v.failed and v.now - v.read >= limits.no_feed:
        polls = count(v.failed, "poll")
        found[FEEDS] = f"no feed could be read for {_for(v.now - v.read)} ({polls} failed): is the network there?"
    due = [at for at in v.trading.values() if v.now - at >= OPENING]
    if due and v.now - max(v.priced, min(due)) >= limits.no_price:
        names = ", ".join(sorted(v.trading))
        found[PRICES] = f"no fresh price for {_for(v.now - v.priced)} though {names} is open: no alert can be made"
    late = v.now - v.oldest if v.oldest else timedelta()
    if late >= limits.undelivered or v.waiting >= MANY_WAITING:
        found[OUTBOX] = f"{count(v.waiting, 'message')} cannot be delivered, the oldest for {_for(late)}"
    if v.disk_free is not None and v.disk_size:
        limit = least_room(v.disk_size, limits)
        if v.disk_free < limit * (ROOM_AGAIN if DISK in before else 1):
            found[DISK] = f"the disk is nearly full: {as_size(v.disk_free)} left. Without room nothing is kept"
    return found


def jumped(wall: timedelta, running: timedelta) -> timedelta | None:
    """By how much the clock was set, of two looks between which it moved by `wall` and the machine lived `running`.

    Time that the machine was asleep counts as lived. None for what is no jump.
    """
    off = wall - running
    return off if abs(off) >= JUMP else None


def jump_words(off: timedelta) -> str:
    """What the operator is told of a jump: it has no end."""
    way = "forward" if off > timedelta() else "back"
    return f"the machine's clock was set {way} by {_for(abs(off))}: sessions, stories and quotes go by it"


def _for(length: timedelta) -> str:
    return span(length.total_seconds())
