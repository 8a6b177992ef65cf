"""Which feeds are due, and what the outcome of a poll makes of a feed's state. Pure: no network, no clock.

`fetch` does the asking and hands an `Outcome` to `settle`; how long to wait is decided here and nowhere else. The
interval is one function of what is known of a feed, so that an adaptive one can take its place.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from config.types import Feed, Settings
from monitor.types import FeedState

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The next poll of a feed that its publisher has ended (410 Gone)."""

MAX_RETRY_AFTER = timedelta(days=31)
"""A Retry-After beyond this is taken for a mistake of the server's, and counts as this."""

_MAX_DIGITS = 9
"""A number of seconds with more digits is over thirty years."""

CONTACT_CAP = timedelta(hours=1)
"""Longest wait after a host could not be reached: it may be back any minute, and asking it costs nobody much."""

ANSWER_CAP = timedelta(hours=6)
"""Longest wait after useless answers (errors, web pages, broken XML): those are mended by people, in hours."""

OFFLINE_HOSTS = 3
"""When this many hosts or more are asked and none answers at all, it is taken to be our own network."""


class Trouble(StrEnum):
    """Whose trouble a failed poll is, which says how long to wait.

    `NETWORK`: this machine reaches nobody. `CONTACT`: that host cannot be reached. `ANSWER`: its answer is of no use.
    `SETTINGS`: the address itself is not one that may be asked. `GONE`: the publisher has ended the feed.
    """

    NETWORK = "network"
    CONTACT = "contact"
    ANSWER = "answer"
    SETTINGS = "settings"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one poll came to; `trouble` None is success, with the validators to send next time.

    `error` is one line for people; `retry_after` the earliest time the server asked for.
    """

    trouble: Trouble | None = None
    error: str = ""
    etag: str | None = None
    last_modified: str | None = None
    retry_after: datetime | None = None


def due(feeds: Iterable[Feed], states: Mapping[str, FeedState], now: datetime) -> list[tuple[Feed, FeedState]]:
    """The feeds to poll at `now`, longest due first, each with its state; a feed without one is due at once."""
    pairs = ((feed, current(feed, states.get(feed.id), now)) for feed in feeds)
    return sorted((p for p in pairs if p[1].next_poll <= now), key=lambda p: (p[1].next_poll, p[0].id))


def current(feed: Feed, state: FeedState | None, now: datetime) -> FeedState:
    """The state that counts for `feed`: a new one if there is none, or if it is about another address."""
    if state is None or (state.url and state.url != feed.url):
        return FeedState(feed.id, next_poll=now, url=feed.url)
    return state if state.url else replace(state, url=feed.url)


def interval(state: FeedState, settings: Settings) -> timedelta:  # noqa: ARG001  what an adaptive interval will read
    """How long after a good poll the next one comes: for now the same for every feed."""
    return settings.poll_news


def backoff(failures: int, trouble: Trouble, every: timedelta) -> timedelta:
    """How long to wait after the `failures`-th failure in a row: `every`, doubled each time up to a cap."""
    cap = CONTACT_CAP if trouble is Trouble.CONTACT else ANSWER_CAP
    wait = every
    for _ in range(failures - 1):
        if wait >= cap:
            break
        wait *= 2
    return max(every, min(wait, cap))


def settle(state: FeedState, outcome: Outcome, now: datetime, every: timedelta) -> FeedState:
    """The state after `outcome`. A failure keeps the validators of the last body that could be read.

    Without a network of our own nobody is spared by waiting, and the feed has not failed: it is tried again after
    `every`, so that all feeds are back as soon as the network is.
    """
    if outcome.trouble is None:
        return replace(
            state,
            next_poll=now + every,
            etag=outcome.etag,
            last_modified=outcome.last_modified,
            failures=0,
            error="",
            last_success=now,
        )
    if outcome.trouble is Trouble.NETWORK:
        return replace(state, next_poll=now + every, error=outcome.error)
    failed = replace(state, failures=state.failures + 1, error=outcome.error)
    if outcome.trouble is Trouble.GONE:
        return replace(failed, next_poll=NEVER)
    wait_until = now + backoff(failed.failures, outcome.trouble, every)
    return replace(failed, next_poll=max(wait_until, outcome.retry_after or now))


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom we have reached: the hosts that were asked in vain since any host last answered."""

    is_up: bool = False
    in_vain: frozenset[str] = frozenset()

    def after(self, outcomes: Iterable[tuple[str, Outcome]]) -> "Reach":
        """What is known after these polls, each given with its host, that came back at about the same time."""
        asked = [(host, outcome.trouble) for host, outcome in outcomes]
        if any(trouble in {None, Trouble.ANSWER, Trouble.GONE} for _, trouble in asked):
            return Reach(is_up=True)
        failed = frozenset(host for host, trouble in asked if trouble is Trouble.CONTACT)
        in_vain = self.in_vain | failed
        return Reach(self.is_up and len(in_vain) < OFFLINE_HOSTS, in_vain)

    def blame(self, outcome: Outcome) -> Outcome:
        """`outcome`, where nobody at all can be reached with our own network as its trouble."""
        ours = outcome.trouble is Trouble.CONTACT and not self.is_up and len(self.in_vain) >= OFFLINE_HOSTS
        return replace(outcome, trouble=Trouble.NETWORK) if ours else outcome


def retry_after(header: str, now: datetime) -> datetime | None:
    """When a Retry-After header (RFC 9110: seconds, or an HTTP date) says to come again; None if it says nothing.

    Not later than `MAX_RETRY_AFTER` from `now`.
    """
    text = header.strip()
    latest = now + MAX_RETRY_AFTER
    if text.isascii() and text.isdigit():
        return latest if len(text) > _MAX_DIGITS else min(now + timedelta(seconds=int(text)), latest)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    return min(when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC), latest)
