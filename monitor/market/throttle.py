"""How often a source on the web may be asked: a token bucket and a circuit breaker in one, safe between threads.

Knows no HTTP: it is told how requests went. A refusal (429) closes it at once, failures close it after a few in a row,
each time for twice as long with some jitter, so that trouble at the other end never becomes a storm from here.
"""

import random
import time
from collections.abc import Callable
from threading import Lock
from typing import Final

RATE: Final = 4.0
BURST: Final = 60
"""Requests a second in the long run, and at once: a year's bars of 150 symbols are there in half a minute."""
FAILURES: Final = 3
"""Failures in a row that close it: one call of yfinance without a network makes as many."""
PAUSE: Final = 30.0
REFUSED_PAUSE: Final = 60.0
LONGEST: Final = 900.0
"""Seconds: the first pause after failures and after a refusal; each next one doubles, up to a quarter of an hour with
its jitter."""
JITTER: Final = 0.2
"""The part by which a pause is drawn longer, so that many daemons do not return together."""


class Paused(Exception):  # noqa: N818  it is no error to wait
    """Nothing is sent for now; `args[0]` says why, in words that stay the same for as long as the trouble does."""


class Throttle:
    """Asked before each request, told after it. `clock` and `sleep` are seconds, as in `time`."""

    def __init__(
        self,
        rate: float = RATE,
        burst: int = BURST,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Start full and open."""
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._sleep = sleep
        self._lock = Lock()
        self._tokens = float(burst)
        self._filled = clock()
        self._failures = 0
        self._pauses = 0
        self._until = 0.0
        self._why = ""
        self._stopped = False

    def enter(self, cost: int = 1) -> None:
        """Wait for this request's turn; one of no cost never waits. Raises Paused while it is closed."""
        with self._lock:
            now = self._clock()
            if self._stopped:
                raise Paused("it is being closed")
            if now < self._until:
                raise Paused(f"{self._why}; it is asked again after a pause")
            self._tokens = min(self._burst, self._tokens + (now - self._filled) * self._rate) - cost
            self._filled = now
            wait = -self._tokens / self._rate if cost else 0.0
        if wait > 0:
            self._sleep(wait)

    def succeeded(self) -> None:
        """A request was answered as it should: all is forgotten."""
        with self._lock:
            self._failures = self._pauses = 0

    def failed(self, why: str) -> None:
        """A request failed: no connection, no answer, or an error at the other end; `why` says it in words."""
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES:
                self._pause(PAUSE, 0, f"{why}, several times in a row")

    def refused(self, at_least: float = 0.0) -> None:
        """The other end said that it is asked too often, and for how many seconds to wait if it did."""
        with self._lock:
            self._pause(REFUSED_PAUSE, at_least, "it says that it is asked too often (HTTP 429)")

    def stop(self) -> None:
        """Let nothing through any more."""
        with self._lock:
            self._stopped = True

    def _pause(self, first: float, at_least: float, why: str) -> None:
        seconds = min(LONGEST / (1 + JITTER), first * 2**self._pauses)
        self._pauses += 1
        self._why = why
        self._until = self._clock() + max(at_least, seconds * random.uniform(1, 1 + JITTER))  # noqa: S311  no secret
