"""When the feeds of one host are asked, that all are due at once: one after the other, and less and less together.

Pure: times are arguments.
"""

from collections import defaultdict
from datetime import timedelta
from hashlib import blake2b

SPREAD = 0.05
"""The part of its wait by which a feed may come later than it could: with five minutes, up to 15 s each time."""

MOST_SPREAD = timedelta(minutes=5)

_PHASES = 1 << 32


class Turns:
    """Gives out the moments at which each host may be asked, `gap` seconds apart."""

    def __init__(self, gap: float) -> None:
        """Nobody was asked yet."""
        self._gap = gap
        self._free: defaultdict[str, float] = defaultdict(lambda: float("-inf"))

    def wait(self, host: str, now: float) -> float:
        """The seconds from `now` until the turn that the caller is given; it counts as taken."""
        turn = max(now, self._free[host])
        self._free[host] = turn + self._gap
        return turn - now


def spread(feed: str, wait: timedelta) -> timedelta:
    """How much later than after `wait` to ask this feed: for one wait always the same, another for each feed.

    Feeds that were once asked together (at a start, after a pause of their host's) drift apart by it.
    """
    phase = int.from_bytes(blake2b(feed.encode(), digest_size=4).digest()) / _PHASES
    return phase * min(max(wait, timedelta()) * SPREAD, MOST_SPREAD)
