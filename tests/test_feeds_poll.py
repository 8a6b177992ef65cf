"""When feeds are polled: due, waiting, backing off, ended, and back at once after an outage of one's own network."""

from datetime import UTC, datetime, timedelta

import pytest

from config.types import Feed
from monitor.feeds.poll import (
    ANSWER_CAP,
    CONTACT_CAP,
    MAX_RETRY_AFTER,
    NEVER,
    Outcome,
    Reach,
    Trouble,
    backoff,
    due,
    retry_after,
    settle,
)
from monitor.types import FeedState

NOW = datetime(2025, 1, 27, 15, 0, tzinfo=UTC)
EVERY = timedelta(minutes=5)
WIRE = Feed("wire", "https://wire.example/rss", "A wire")
LAB = Feed("lab", "https://lab.example/atom", "A lab")
READ = FeedState("wire", NOW, '"v1"', "Mon, 27 Jan 2025 14:00:00 GMT", last_success=NOW - EVERY, url=WIRE.url)


def test_a_feed_never_polled_is_due_at_once() -> None:
    """Without a state a feed is due, and its first reading is not yet known."""
    [(feed, state)] = due([WIRE], {}, NOW)
    assert WIRE == feed
    assert FeedState("wire", NOW, url=WIRE.url) == state
    assert not state.known


def test_a_feed_is_not_polled_before_its_time_even_after_a_restart() -> None:
    """What is due depends on the stored time alone: not a second early, and at that second."""
    states = {"wire": FeedState("wire", NOW, last_success=NOW, url=WIRE.url)}
    assert [] == due([WIRE], states, NOW - timedelta(seconds=1))
    assert [WIRE] == [feed for feed, _ in due([WIRE], states, NOW)]


def test_the_feed_that_has_waited_longest_comes_first() -> None:
    """Due feeds are in order of their time, then of their id."""
    states = {
        "wire": FeedState("wire", NOW - EVERY, url=WIRE.url),
        "lab": FeedState("lab", NOW - 2 * EVERY, url=LAB.url),
    }
    assert ["lab", "wire"] == [feed.id for feed, _ in due([WIRE, LAB], states, NOW)]
    assert ["lab", "wire"] == [feed.id for feed, _ in due([WIRE, LAB], {}, NOW)]


def test_a_feed_whose_address_was_edited_starts_afresh() -> None:
    """Validators, errors and waits of another address do not count."""
    old = FeedState("wire", NEVER, '"v1"', failures=9, error="410 Gone", last_success=NOW, url="https://old.example/")
    assert [(WIRE, FeedState("wire", NOW, url=WIRE.url))] == due([WIRE], {"wire": old}, NOW)


def test_a_success_is_remembered_and_the_next_poll_comes_after_the_interval() -> None:
    """A good poll clears what went wrong before and keeps the new validators."""
    failing = FeedState("wire", NOW, '"v0"', failures=3, error="404 Not Found", url=WIRE.url)
    settled = settle(failing, Outcome(etag='"v1"', last_modified=None), NOW, EVERY)
    assert FeedState("wire", NOW + EVERY, '"v1"', last_success=NOW, url=WIRE.url, earliest=NOW) == settled


def test_a_failing_feed_is_asked_ever_more_rarely_up_to_a_cap() -> None:
    """The wait doubles with each failure and stays at hours; the validators of the last good body are kept."""
    state, waits = READ, []
    for _ in range(9):
        state = settle(state, Outcome(Trouble.ANSWER, "404 Not Found", etag='"of an error page"'), NOW, EVERY)
        waits.append((state.next_poll - NOW) / EVERY)
    assert [1, 2, 4, 8, 16, 32, 64, 72, 72] == waits
    assert ('"v1"', 9, "404 Not Found", NOW - EVERY) == (state.etag, state.failures, state.error, state.last_success)


@pytest.mark.parametrize(
    ("trouble", "longest"),
    [(Trouble.CONTACT, CONTACT_CAP), (Trouble.ANSWER, ANSWER_CAP), (Trouble.SETTINGS, ANSWER_CAP)],
)
def test_the_longest_wait_depends_on_whose_trouble_it_is(trouble: Trouble, longest: timedelta) -> None:
    """A host that cannot be reached may be back any minute; a useless answer takes people to mend."""
    assert longest == backoff(1000, trouble, EVERY)
    assert timedelta(days=1) == backoff(3, trouble, timedelta(days=1))


def test_an_outage_of_ones_own_network_makes_no_feed_wait() -> None:
    """However long it lasts, every feed is tried again after the ordinary interval and none has failed."""
    state = READ
    for _ in range(100):
        state = settle(state, Outcome(Trouble.NETWORK, "network unreachable"), NOW, EVERY)
    assert (NOW + EVERY, 0, "network unreachable") == (state.next_poll, state.failures, state.error)


def test_a_feed_that_its_publisher_ended_is_not_polled_again() -> None:
    """410 stops polling, and says why."""
    state = settle(READ, Outcome(Trouble.GONE, "410 Gone"), NOW, EVERY)
    assert (NEVER, "410 Gone") == (state.next_poll, state.error)
    assert [] == due([WIRE], {"wire": state}, NOW + timedelta(days=3000))


def test_retry_after_is_never_broken() -> None:
    """The server's own time counts where it is later than ours, and ours where it is sooner."""
    later, sooner = NOW + timedelta(hours=9), NOW + timedelta(seconds=1)
    assert later == settle(READ, Outcome(Trouble.ANSWER, "503", retry_after=later), NOW, EVERY).next_poll
    assert NOW + EVERY == settle(READ, Outcome(Trouble.ANSWER, "503", retry_after=sooner), NOW, EVERY).next_poll


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(seconds=120)),
        (" 0 ", timedelta()),
        ("Mon, 27 Jan 2025 16:30:00 GMT", timedelta(minutes=90)),
        ("Monday, 27-Jan-25 16:30:00 GMT", timedelta(minutes=90)),
        ("Mon, 27 Jan 2025 18:30:00 +0200", timedelta(minutes=90)),
        ("Mon Jan 27 16:30:00 2025", timedelta(minutes=90)),
        ("99999999", MAX_RETRY_AFTER),
        ("9" * 5000, MAX_RETRY_AFTER),
        ("Fri, 31 Dec 9999 23:59:59 GMT", MAX_RETRY_AFTER),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str, wait: timedelta) -> None:
    """All the forms that RFC 9110 allows, with absurd waits cut to a month."""
    assert NOW + wait == retry_after(header, NOW)


@pytest.mark.parametrize("header", ["", "soon", "-5", "1.5", "٣", "Mon, 99 Jan 2025 99:00:00 GMT"])
def test_a_retry_after_that_says_nothing_is_ignored(header: str) -> None:
    """Garbage does not move the next poll."""
    assert retry_after(header, NOW) is None


def test_when_no_host_can_be_reached_the_network_is_to_blame() -> None:
    """From three hosts on, over passes too; an address that was refused unasked says nothing either way."""
    failed, refused = Outcome(Trouble.CONTACT, "name not resolved"), Outcome(Trouble.SETTINGS, "refused")
    ours = Outcome(Trouble.NETWORK, "name not resolved")
    reach = Reach().after([("a", failed), ("b", failed), ("b", failed), ("d", refused)])
    assert (failed, refused) == (reach.blame(failed), reach.blame(refused))
    reach = reach.after([("c", failed)])
    assert (ours, refused) == (reach.blame(failed), reach.blame(refused))


@pytest.mark.parametrize("outcome", [Outcome(), Outcome(Trouble.ANSWER, "404"), Outcome(Trouble.GONE, "410 Gone")])
def test_when_any_host_answers_a_host_that_does_not_is_to_blame_itself(outcome: Outcome) -> None:
    """One answer of any kind shows that the network is up, until three hosts more are asked in vain."""
    failed = Outcome(Trouble.CONTACT, "connection refused")
    reach = Reach().after([("a", failed), ("b", failed), ("c", failed), ("d", outcome)])
    assert failed == reach.blame(failed)
    assert failed == reach.after([("a", failed), ("b", failed)]).blame(failed)
    assert Trouble.NETWORK is reach.after([("a", failed), ("b", failed), ("c", failed)]).blame(failed).trouble
