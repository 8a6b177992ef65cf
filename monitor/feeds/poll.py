"""Which feeds are due, and what the outcome of a poll makes of a feed's state. Pure: no network, no clock.

`fetch` does the asking and hands an `Outcome` to `settle`; when the next poll comes is decided here, with `rhythm` for
a feed that is well, and nowhere else.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from urllib.parse import urlsplit

from config.types import Feed
from monitor.feeds.rhythm import FASTEST, interval, rhythm, soonest, welcome
from monitor.feeds.turns import spread
from monitor.types import NO_WISHES, FeedState, Wishes

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

FORGET_MOVE_AFTER = 3
"""Failures in a row at the address that a feed has moved to, after which the configured one is tried again."""

OFFLINE_HOSTS = 3
"""When this many hosts or more are asked and none answers at all, it is taken to be our own network."""


class Trouble(StrEnum):
    """Whose trouble a failed poll is, which says how long to wait.

    `NETWORK`: this machine reaches nobody. `CONTACT`: that host cannot be reached. `ANSWER`: its answer is of no use.
    `SETTINGS`: the address itself is not one that may be asked. `GONE`: the publisher has ended the feed. `CLOSED`: not
    asked at all, since the host wants no request for now.
    """

    NETWORK = "network"
    CONTACT = "contact"
    ANSWER = "answer"
    SETTINGS = "settings"
    GONE = "gone"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Body:
    """A body that could be read: its digest, the publisher's wishes in it, its items' times, and what to know of it."""

    digest: str = ""
    wishes: Wishes = NO_WISHES
    times: tuple[datetime, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one poll came to; `trouble` None is success, with the validators to send next time.

    `error` is one line for people; `retry_after` the earliest time the server asked for. `moved` is where permanent
    redirects led, "" if there were none; `fresh` for how long the answer stays as it is. `body` is None where nothing
    had changed.
    """

    trouble: Trouble | None = None
    error: str = ""
    etag: str | None = None
    last_modified: str | None = None
    retry_after: datetime | None = None
    moved: str = ""
    fresh: timedelta = timedelta()
    body: Body | None = None


def due(
    feeds: Iterable[Feed], states: Mapping[str, FeedState], now: datetime, live: Collection[str] = ()
) -> list[tuple[Feed, FeedState]]:
    """The feeds to poll at `now`, longest due first, each with its state; a feed without one is due at once.

    Feeds in `live` report a story that is moving now: they are asked as often as their publishers welcome. A host that
    has asked not to be disturbed is not, for any of its feeds.
    """
    pairs = ((feed, current(feed, states.get(feed.id), now)) for feed in feeds)
    found = [(_time(state, feed.id in live), feed, state) for feed, state in pairs]
    found = [f for f in found if f[0] <= now and welcome(now, f[2].wishes) == now]
    found.sort(key=lambda f: (f[0], f[1].id))
    closed = {host_of(s) for s in states.values() if s.closed_until and s.closed_until > now}
    return [(feed, state) for _, feed, state in found if not closed or host_of(state) not in closed]


def claim(state: FeedState, now: datetime, usual: timedelta) -> FeedState:
    """What is saved before a poll at `now`: should we be killed before its answer is, nobody is asked again too soon.

    The wait is that after the last answer, which most publishers ask for each time: the best that can be known of one
    that is lost.
    """
    earliest = soonest(state.wishes, state.wait, now)
    again = welcome(max(now + usual, earliest), state.wishes)
    return replace(state, next_poll=max(state.next_poll, again), earliest=max(now + FASTEST, earliest))


def _time(state: FeedState, live: bool) -> datetime:
    """When this feed is to be polled."""
    if not live or state.failures or state.last_success is None:
        return state.next_poll
    return min(state.next_poll, welcome(max(state.last_success + FASTEST, state.earliest or NEVER), state.wishes))


def host_of(state: FeedState) -> str:
    """The host that is asked for a feed; "" if its address has none."""
    try:
        return urlsplit(state.moved or state.url).hostname or ""
    except ValueError:
        return ""


def current(feed: Feed, state: FeedState | None, now: datetime) -> FeedState:
    """The state that counts for `feed`: a new one if there is none, or if it is about another address."""
    if state is None or (state.url and state.url != feed.url):
        return FeedState(feed.id, next_poll=now, url=feed.url)
    return state if state.url else replace(state, url=feed.url)


def backoff(failures: int, trouble: Trouble, every: timedelta) -> timedelta:
    """How long to wait after the `failures`-th failure in a row: `every`, doubled each time up to a cap."""
    cap = CONTACT_CAP if trouble is Trouble.CONTACT else ANSWER_CAP
    wait = every
    for _ in range(failures - 1):
        if wait >= cap:
            break
        wait *= 2
    return max(every, min(wait, cap))


def settle(state: FeedState, outcome: Outcome, now: datetime, usual: timedelta) -> FeedState:
    """The state after `outcome`; `usual` is the interval of the settings.

    A failure keeps the validators of the last body that could be read. Without a network of our own nobody is spared
    by waiting, and the feed has not failed: it is tried again after `usual`, so that all feeds are back as soon as the
    network is.
    """
    if outcome.trouble is None:
        return _settle_good(state, outcome, now, usual)
    if outcome.trouble is Trouble.CLOSED:
        return replace(state, next_poll=max(state.next_poll, outcome.retry_after or now))
    if outcome.trouble is Trouble.NETWORK:
        return replace(state, next_poll=now + usual, error=outcome.error)
    failed = replace(state, failures=state.failures + 1, error=outcome.error, closed_until=outcome.retry_after)
    if outcome.trouble is Trouble.GONE and not state.moved:
        return replace(failed, next_poll=NEVER)
    if outcome.trouble is Trouble.GONE or failed.failures >= FORGET_MOVE_AFTER:
        failed = replace(failed, moved="")
    wait_until = now + backoff(failed.failures, outcome.trouble, usual)
    return replace(failed, next_poll=welcome(max(wait_until, outcome.retry_after or now), state.wishes))


def apart(state: FeedState, now: datetime) -> FeedState:
    """`state` after a poll at `now` with many other feeds of its host: a little later than it could, by `spread`."""
    if state.next_poll >= NEVER:
        return state
    return replace(state, next_poll=welcome(state.next_poll + spread(state.feed, state.next_poll - now), state.wishes))


def _settle_good(state: FeedState, outcome: Outcome, now: datetime, usual: timedelta) -> FeedState:
    body = outcome.body
    learnt = replace(
        state,
        etag=outcome.etag,
        last_modified=outcome.last_modified,
        failures=0,
        error="",
        last_success=now,
        moved=outcome.moved or state.moved,
        closed_until=None,
    )
    if body is not None:
        newest = max((time for time in body.times if time <= now), default=None)
        learnt = replace(
            learnt,
            gap=rhythm(body.times, now),
            newest=newest,
            wishes=body.wishes,
            digest=body.digest,
            note=body.note,
        )
    earliest = soonest(learnt.wishes, outcome.fresh, now)
    next_poll = welcome(max(now + interval(learnt, usual, now), earliest), learnt.wishes)
    return replace(learnt, earliest=earliest, wait=outcome.fresh, next_poll=next_poll)


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
