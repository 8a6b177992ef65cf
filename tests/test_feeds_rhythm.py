"""How often a feed is asked: after its own rhythm, never before its publisher welcomes it, sooner while news moves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from config.types import Feed
from monitor.feeds.poll import NEVER, Body, Outcome, Trouble, claim, due, settle
from monitor.feeds.rhythm import FASTEST, MOST_WISHED, fresh_for, interval, rhythm, soonest, welcome, wishes
from monitor.types import FeedState, Wishes

NOW = datetime(2025, 1, 27, 15, 0, tzinfo=UTC)
EVERY = timedelta(minutes=5)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WIRE = Feed("wire", "https://wire.example/rss", "A wire")
READ = FeedState("wire", NOW, '"v1"', last_success=NOW - EVERY, url=WIRE.url, earliest=NOW - 4 * MINUTE)


@pytest.mark.parametrize(
    ("gap", "silence", "every"),
    [
        (MINUTE, MINUTE, FASTEST),
        (30 * MINUTE, 5 * MINUTE, 5 * MINUTE),
        (HOUR, HOUR, 10 * MINUTE),
        (DAY, DAY, 15 * MINUTE),
        (HOUR, 6 * DAY, 15 * MINUTE),
        (20 * DAY, 20 * DAY, HOUR),
        (DAY, 400 * DAY, 3 * HOUR),
        (DAY, -DAY, 15 * MINUTE),
        (timedelta(), timedelta(), FASTEST),
    ],
)
def test_a_feed_is_asked_after_its_own_rhythm(gap: timedelta, silence: timedelta, every: timedelta) -> None:
    """Six times between two items, from a minute to hours; one that fell silent ever more rarely."""
    assert every == interval(replace(READ, gap=gap, newest=NOW - silence), EVERY, NOW)


def test_without_dates_or_with_a_quicker_setting_the_settings_count() -> None:
    """Nothing is known of the rhythm; or the user asks for more than a poll a minute."""
    assert EVERY == interval(READ, EVERY, NOW)
    second = timedelta(seconds=1)
    assert second == interval(replace(READ, gap=second, newest=NOW), second, NOW)


def test_the_rhythm_is_that_of_the_newest_items_with_believable_dates() -> None:
    """Future dates and old archives do not count, and two items are no rhythm."""
    times = [NOW - n * HOUR for n in range(40)]
    assert HOUR == rhythm([*times, NOW + DAY, NOW - 900 * DAY], NOW)
    assert rhythm([NOW, NOW - HOUR, NOW + DAY, NOW - 900 * DAY], NOW) is None


@pytest.mark.parametrize(
    ("headers", "fresh"),
    [
        ({"Cache-Control": "public, max-age=600"}, 10 * MINUTE),
        ({"Cache-Control": 'MAX-AGE="600", s-maxage=9'}, 10 * MINUTE),
        ({"Cache-Control": "max-age=600", "Age": "240"}, 6 * MINUTE),
        ({"Cache-Control": "max-age=600", "Age": "900"}, timedelta()),
        ({"Cache-Control": "max-age=600, no-cache"}, timedelta()),
        ({"Cache-Control": "no-store", "Expires": "Mon, 27 Jan 2025 16:00:00 GMT"}, timedelta()),
        ({"Expires": "Mon, 27 Jan 2025 16:00:00 GMT", "Date": "Mon, 27 Jan 2025 15:00:00 GMT"}, HOUR),
        ({"Expires": "Mon, 27 Jan 2025 14:00:00 GMT", "Date": "Mon, 27 Jan 2025 15:00:00 GMT"}, timedelta()),
        ({"Expires": "Mon, 27 Jan 2025 16:00:00 GMT"}, timedelta()),
        ({"Expires": "0", "Date": "Mon, 27 Jan 2025 15:00:00 GMT"}, timedelta()),
        ({"Cache-Control": "max-age=-1"}, timedelta()),
        ({"Cache-Control": "max-age=soon"}, timedelta()),
        ({}, timedelta()),
    ],
)
def test_an_answer_says_for_how_long_it_is_fresh(headers: dict[str, str], fresh: timedelta) -> None:
    """max-age less the time in caches, Expires against the server's own clock, and nothing where it says nothing."""
    assert fresh == fresh_for(headers)


def test_a_year_of_freshness_is_taken_for_a_mistake() -> None:
    """Neither headers nor the feed can keep us away for longer than half a day."""
    assert NOW + MOST_WISHED == soonest(Wishes(), fresh_for({"Cache-Control": "max-age=31536000"}), NOW)
    assert NOW + MOST_WISHED == soonest(wishes(b"<ttl>999999</ttl>"), timedelta(), NOW)
    assert NOW + MOST_WISHED == soonest(Wishes(), fresh_for({"Cache-Control": "max-age=" + "9" * 50}), NOW)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"<channel><ttl> 60 </ttl>", Wishes(HOUR)),
        (b"<ttl>soon</ttl><ttl/>", Wishes()),
        (
            b"<skipHours>\n<hour>0</hour><hour> 7 </hour><hour>24</hour><hour>25</hour><hour>x</hour></skipHours>",
            Wishes(skip_hours=(0, 7)),
        ),
        (b"<skipDays><day>Sunday</day><day>saturday</day><day>Noday</day></skipDays>", Wishes(skip_days=(5, 6))),
        (b"<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", Wishes(30 * MINUTE)),
        (b"<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>", Wishes()),
        (b"<skipHours>" + b"<hour>" * 5000, Wishes()),
    ],
)
def test_a_feed_says_how_often_to_come(head: bytes, said: Wishes) -> None:
    """The ttl in minutes, hours and days to leave out, and a frequency that somebody chose."""
    assert said == wishes(head)


def test_skipped_hours_are_waited_out_and_whoever_skips_all_is_not_believed() -> None:
    """The next poll comes when the skipped span is over, in UTC."""
    assert NOW.replace(hour=17) == welcome(NOW + MINUTE, Wishes(skip_hours=(15, 16)))
    assert NOW + MINUTE == welcome(NOW + MINUTE, Wishes(skip_hours=(3,)))
    assert NOW + MINUTE == welcome(NOW + MINUTE, Wishes(skip_hours=tuple(range(24))))
    assert datetime(2025, 1, 29, tzinfo=UTC) == welcome(NOW, Wishes(skip_days=(0, 1)))


def test_the_publishers_wish_holds_for_a_feed_that_would_be_asked_sooner() -> None:
    """A wire of an item a minute with a ttl of an hour is asked each hour; a 304 does not forget that."""
    busy = Outcome(body=Body("d", Wishes(HOUR), tuple(NOW - n * MINUTE for n in range(10))))
    state = settle(READ, busy, NOW, EVERY)
    assert (NOW + HOUR, NOW + HOUR, MINUTE) == (state.next_poll, state.earliest, state.gap)
    assert NOW + 3 * HOUR == settle(state, Outcome(), NOW + 2 * HOUR, EVERY).next_poll
    fresh = Outcome(fresh=2 * HOUR)
    assert NOW + 2 * HOUR == settle(READ, fresh, NOW, EVERY).next_poll


def test_feeds_of_a_live_story_are_asked_as_often_as_welcome() -> None:
    """A minute after the last poll, or when the publisher allows; not where they fail, and never where it is closed."""
    waiting = replace(READ, next_poll=NOW + HOUR, last_success=NOW - MINUTE, earliest=NOW - MINUTE)

    def asked(state: FeedState, at: datetime = NOW) -> bool:
        assert [] == due([WIRE], {"wire": state}, at)
        return bool(due([WIRE], {"wire": state}, at, {"wire"}))

    assert asked(waiting)
    assert not asked(waiting, NOW - timedelta(seconds=1))
    assert not asked(replace(waiting, earliest=NOW + MINUTE))
    assert not asked(replace(waiting, failures=1))
    assert not asked(replace(waiting, next_poll=NEVER, failures=1))
    assert not asked(replace(waiting, wishes=Wishes(skip_hours=(15,))))


def test_a_host_that_asks_for_a_pause_gets_it_for_all_of_its_feeds() -> None:
    """Until its time; feeds of other hosts are asked."""
    told = settle(READ, Outcome(Trouble.ANSWER, "429", retry_after=NOW + HOUR), NOW, EVERY)
    other = Feed("other", "https://wire.example/other", "Its other feed")
    lab = Feed("lab", "https://lab.example/rss", "A lab")
    assert [lab] == [feed for feed, _ in due([WIRE, other, lab], {"wire": told}, NOW + MINUTE)]
    assert 3 == len(due([WIRE, other, lab], {"wire": told}, NOW + HOUR))


def test_a_feed_that_moved_is_looked_for_at_its_old_place_when_the_new_one_fails() -> None:
    """After three failures there, or at once when it is gone there; only the configured address can end it."""
    moved = replace(READ, moved="https://new.example/rss")
    gone = Outcome(Trouble.GONE, "410 Gone")
    state = settle(moved, gone, NOW, EVERY)
    assert ("", NOW + EVERY) == (state.moved, state.next_poll)
    assert NEVER == settle(state, gone, NOW, EVERY).next_poll
    state = moved
    places = []
    for _ in range(3):
        state = settle(state, Outcome(Trouble.ANSWER, "404"), NOW, EVERY)
        places.append(state.moved)
    assert ["https://new.example/rss"] * 2 + [""] == places


def test_a_poll_that_is_lost_in_a_kill_is_waited_out_as_its_publisher_wishes() -> None:
    """What is kept before a poll holds to ttl, max-age and skipped hours, for live feeds too, kill after kill."""
    waiting = replace(READ, next_poll=NOW, last_success=NOW - 9 * HOUR, earliest=NOW - 8 * HOUR)
    assert NOW + EVERY == claim(waiting, NOW, EVERY).next_poll
    assert NOW + HOUR == claim(replace(waiting, wishes=Wishes(HOUR)), NOW, EVERY).next_poll
    assert NOW.replace(hour=18) == claim(replace(waiting, wishes=Wishes(skip_hours=(15, 16, 17))), NOW, EVERY).next_poll
    fresh = settle(READ, Outcome(fresh=2 * HOUR), NOW - 9 * HOUR, EVERY)
    lost = claim(claim(fresh, NOW - 3 * HOUR, EVERY), NOW, EVERY)
    assert (NOW + 2 * HOUR, NOW + 2 * HOUR) == (lost.next_poll, lost.earliest)
    live = claim(waiting, NOW, EVERY)
    assert [] == due([WIRE], {"wire": live}, NOW + MINUTE - timedelta(seconds=1), {"wire"})
    assert [WIRE] == [feed for feed, _ in due([WIRE], {"wire": live}, NOW + MINUTE, {"wire"})]
