"""When many feeds of one host are due at once: each is given its turn, and the next time they come apart."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from config.types import Feed, Settings
from monitor.feeds.fetch import LIMITS, HttpNews
from monitor.feeds.poll import NEVER, apart, due
from monitor.feeds.turns import Turns, spread
from monitor.types import FeedState, Wishes
from standins.names import Names
from standins.polls import polled
from standins.web import Web, item, rss

NOW = datetime(2025, 1, 27, 15, 0, tzinfo=UTC)
EVERY = timedelta(minutes=5)


def test_turns_of_a_host_lie_apart_and_other_hosts_wait_for_none() -> None:
    """The first at once, each further one a gap later; after a while of silence at once again."""
    turns = Turns(0.5)
    assert [0.0, 0.5, 1.0] == [turns.wait("a", 10.0) for _ in range(3)]
    assert 0.0 == turns.wait("b", 10.0)
    assert 0.25 == turns.wait("a", 11.25)
    assert 0.0 == turns.wait("a", 60.0)


def test_a_hundred_feeds_asked_together_drift_apart_round_by_round() -> None:
    """Each by its own part of the wait, never sooner than it could; soon no second has more than a few of them."""
    times = {f"feed-{n}": NOW for n in range(100)}
    for _ in range(20):
        states = {feed: FeedState(feed, when + EVERY) for feed, when in times.items()}
        later = {feed: apart(state, times[feed]).next_poll for feed, state in states.items()}
        assert all(EVERY <= later[feed] - when <= 1.05 * EVERY for feed, when in times.items())
        times = later
    places = [int((when - NOW) / timedelta(seconds=10)) for when in times.values()]
    assert max(places.count(place) for place in places) <= 10
    assert max(times.values()) - min(times.values()) > 0.9 * EVERY


def test_the_spread_is_the_same_each_time_and_bounded() -> None:
    """A wait of a day makes nobody hours late, and none makes nobody late."""
    assert spread("wire", EVERY) == spread("wire", EVERY)
    assert timedelta() < spread("wire", timedelta(days=9)) <= EVERY
    assert timedelta() == spread("wire", timedelta()) == spread("wire", -EVERY)


def test_a_feed_comes_apart_only_at_a_time_when_it_is_welcome() -> None:
    """One that would drift into a skipped hour comes after it, and one that has ended never."""
    state = FeedState("wire", NOW - timedelta(seconds=1), wishes=Wishes(skip_hours=(15,)))
    assert NOW + timedelta(hours=1) == apart(state, NOW - timedelta(hours=2)).next_poll
    assert NEVER == apart(replace(state, next_poll=NEVER), NOW).next_poll


async def test_the_feeds_of_a_host_are_asked_one_after_the_other() -> None:
    """With a gap between them, while another host's is asked meanwhile; and the next time they come apart."""
    limits = replace(LIMITS, gap=0.1)
    body = rss(item("Orders are up", guid="1"))
    with Web() as web:
        port = web.place.partition(":")[2]
        paths = {f"f{n}": ("wire", f"/{n}") for n in range(6)} | {"other": ("lab", "/other")}
        feeds = [Feed(name, f"http://{host}.example:{port}{path}", name) for name, (host, path) in paths.items()]
        for _, path in paths.values():
            web.feed(path, body)
        names = Names(wire="127.0.0.1", lab="127.0.0.1")
        source = HttpNews(Settings(allow=frozenset({web.place})), limits=limits, resolver=names)
        began = time.monotonic()
        try:
            answers = await polled(source, due(feeds, {}, NOW), NOW)
        finally:
            await source.close()
        assert time.monotonic() - began >= 5 * limits.gap
        assert "/other" in [request.path for request in web.requests()][:3]
    assert [""] * 7 == [a.error for a in answers]
    times = {a.state.feed: a.state.next_poll - NOW for a in answers}
    assert EVERY == times.pop("other")
    assert 6 == len(set(times.values()))
