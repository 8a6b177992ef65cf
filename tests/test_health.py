"""A trouble is told when it begins and when it ends, and nothing in between."""

from datetime import UTC, datetime

from alerts.outbox import Sent
from monitor.health import changes, delivery_troubles, feed_notes, feed_troubles, price_troubles
from monitor.types import FeedAnswer, FeedState

NOW = datetime(2025, 1, 27, 12, tzinfo=UTC)


def answers(**errors: str) -> list[FeedAnswer]:
    """One answer per feed, with its error."""
    return [FeedAnswer(FeedState(name, NOW), error=error) for name, error in errors.items()]


def test_a_feed_that_fails_is_told_once_and_its_mending_too() -> None:
    """The second failure of the same feed is silence; another feed's success ends nothing."""
    first, looked = feed_troubles(answers(wire="404 Not Found", lab=""))
    begun = changes({}, first, looked)
    assert {"feed wire": "wire: 404 Not Found"} == begun.begun
    again, looked = feed_troubles(answers(wire="404 Not Found"))
    assert ({}, {}) == (changes(first, again, looked).begun, changes(first, again, looked).ended)
    other, looked = feed_troubles(answers(lab=""))
    assert {} == changes(first, other, looked).ended
    fine, looked = feed_troubles(answers(wire=""))
    assert {"feed wire": "wire: 404 Not Found"} == changes(first, fine, looked).ended


def test_no_network_is_one_trouble_that_ends_with_the_first_feed_read() -> None:
    """Fifty feeds that all fail are told in one sentence."""
    troubles, looked = feed_troubles(answers(**{f"f{n}": "name not resolved" for n in range(50)}))
    assert ["none of the 50 feeds that were due can be read: name not resolved"] == list(troubles.values())
    _, looked = feed_troubles(answers(f1=""))
    assert list(troubles) == list(changes(troubles, {}, looked).ended)


def test_a_price_source_that_says_nothing_is_one_trouble() -> None:
    """One unknown symbol is that symbol's trouble; silence is the source's, and ends with its first full answer."""
    said = {"A": "no connection", "B": "no connection"}
    whole, looked = price_troubles("yahoo", said, said, said)
    assert {"prices yahoo": "no prices from yahoo: no connection"} == whole
    part, looked = price_troubles("yahoo", said, {"B": "no connection"}, {"B"})
    assert ({}, {}) == (changes(whole, part, looked).begun, changes(whole, part, looked).ended)
    one, looked = price_troubles("yahoo", said, {"B": "knows no symbol B"}, ())
    assert {"prices B": "B: knows no symbol B"} == one
    assert {"prices yahoo"} == changes(whole, one, looked).ended.keys()


def test_nothing_asked_is_no_trouble() -> None:
    """At night no price is asked for, which says nothing about the source."""
    assert ({}, set()) == price_troubles("yahoo", [], {}, ())


def test_a_channel_in_trouble_ends_when_a_message_arrives() -> None:
    """What stands in the way of a channel is told per channel."""
    troubles, _ = delivery_troubles(Sent(troubles=(("#ai", "the token is refused"),)))
    assert {"delivery #ai": "#ai: the token is refused"} == troubles
    fine, looked = delivery_troubles(Sent(mended=("#ai",)))
    assert troubles == changes(troubles, fine, looked).ended


def test_a_feed_that_is_read_in_part_is_told_once_and_not_as_a_failure() -> None:
    """What is wrong with it, until it is whole again; a failed poll says nothing either way."""
    state = FeedState("wire", NOW, note="the feed breaks off inside an item, which is left out")
    found, looked = feed_notes([FeedAnswer(state)])
    assert {"feed wire note": "wire: the feed breaks off inside an item, which is left out"} == found
    assert ({}, set()) == feed_notes([FeedAnswer(state, error="404 Not Found")])
    whole, looked = feed_notes([FeedAnswer(FeedState("wire", NOW))])
    assert found == changes(found, whole, looked).ended
