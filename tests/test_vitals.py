"""What the daemon finds wrong with itself, what it says after an absence, and how the operator hears of both."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from config.types import Limits
from monitor.missed import ASLEEP, STOPPED, Absence, Return, absence, joined, missed_sessions, oldest_items, summary
from monitor.operator import vital
from monitor.types import Article, FeedAnswer, FeedState, Session
from monitor.vitals import DISK, FEEDS, OUTBOX, PRICES, Vitals, jump_words, jumped, troubles

NOW = datetime(2025, 3, 12, 15, 0, tzinfo=UTC)
GB = 2**30
WELL = Vitals(NOW, NOW, NOW, disk_free=50 * GB, disk_size=100 * GB)


def before(**by: float) -> datetime:
    """So long ago."""
    return NOW - timedelta(**by)


@pytest.mark.parametrize(
    ("vitals", "keys"),
    [
        (WELL, []),
        # Silence is no trouble while nothing was tried: a lone feed is asked every three hours.
        (replace(WELL, read=before(hours=3)), []),
        (replace(WELL, read=before(minutes=29), failed=9), []),
        (replace(WELL, read=before(minutes=31), failed=9), [FEEDS]),
        # Prices: only where an exchange trades, and has for long enough to be expected.
        (replace(WELL, priced=before(hours=9)), []),
        (replace(WELL, priced=before(hours=9), trading={"XNYS": before(minutes=39)}), []),
        (replace(WELL, priced=before(hours=9), trading={"XNYS": before(minutes=59)}), [PRICES]),
        (replace(WELL, priced=before(minutes=19), trading={"XNYS": before(hours=2)}), []),
        (replace(WELL, priced=before(minutes=21), trading={"XNYS": before(hours=2)}), [PRICES]),
        (replace(WELL, priced=before(hours=1), trading={"XNYS": before(minutes=5), "XAMS": before(hours=4)}), [PRICES]),
        (replace(WELL, waiting=1, oldest=before(minutes=9)), []),
        (replace(WELL, waiting=1, oldest=before(minutes=11)), [OUTBOX]),
        (replace(WELL, waiting=100, oldest=NOW), [OUTBOX]),
        (replace(WELL, disk_free=5 * GB), []),
        (replace(WELL, disk_free=GB), [DISK]),
        (replace(WELL, disk_free=GB, disk_size=4 * GB), []),
        (replace(WELL, disk_free=GB // 5, disk_size=2 * GB), [DISK]),
    ],
)
def test_what_is_wrong_is_found_and_what_is_ordinary_is_not(vitals: Vitals, keys: list[str]) -> None:
    """Each limit from both sides."""
    assert keys == list(troubles(vitals))


@pytest.mark.parametrize(
    ("vitals", "limits", "keys"),
    [
        (replace(WELL, read=before(minutes=31), failed=9), Limits(no_feed=timedelta(hours=2)), []),
        (replace(WELL, read=before(minutes=121), failed=9), Limits(no_feed=timedelta(hours=2)), [FEEDS]),
        (
            replace(WELL, priced=before(minutes=59), trading={"XNYS": before(hours=2)}),
            Limits(no_price=timedelta(hours=1)),
            [],
        ),
        (replace(WELL, waiting=1, oldest=before(minutes=6)), Limits(undelivered=timedelta(minutes=5)), [OUTBOX]),
        (replace(WELL, disk_free=GB), Limits(disk_free=0.5 * GB), []),
        (replace(WELL, disk_free=9 * GB), Limits(disk_free=10 * GB), [DISK]),
    ],
)
def test_an_operator_may_set_the_limits(vitals: Vitals, limits: Limits, keys: list[str]) -> None:
    """Later or earlier than usual."""
    assert keys == list(troubles(vitals, limits=limits))


def test_a_disk_at_the_limit_is_told_once() -> None:
    """It takes a quarter more room for the trouble to end."""
    barely = replace(WELL, disk_free=int(2.1 * GB))
    assert {} == troubles(barely)
    assert [DISK] == list(troubles(barely, {DISK}))
    assert {} == troubles(replace(WELL, disk_free=3 * GB), {DISK})


def test_a_trouble_and_its_end_are_a_message_each() -> None:
    """Both say what it is about, and their keys differ from any other's."""
    found = troubles(replace(WELL, read=before(minutes=31), failed=9))
    (began,) = vital(found, {}, "#ops", NOW)
    (over,) = vital({}, found, "#ops", NOW + timedelta(hours=1))
    assert ("Trouble: no feed could be read for 31 min (9 polls failed): is the network there?") == began.text
    assert over.text.startswith("Over: no feed could be read")
    assert began.key != over.key


def test_a_jump_of_the_clock_is_told_from_sleep_and_from_small_corrections() -> None:
    """Time that the machine slept counts as lived."""
    hour, second = timedelta(hours=1), timedelta(seconds=1)
    assert None is jumped(hour, hour)
    assert None is jumped(hour + 29 * second, hour)
    assert hour == jumped(hour + 15 * second, 15 * second)
    assert "set back by 2 h" in jump_words(jumped(15 * second - 2 * hour, 15 * second) or timedelta())


def test_a_short_absence_is_none_and_two_untold_ones_are_one() -> None:
    """A restart is nothing to tell of; a machine that comes and goes is told of once."""
    assert None is absence(before(minutes=9), NOW, STOPPED)
    assert None is absence(None, NOW, STOPPED)
    first = absence(before(hours=5), before(hours=4), ASLEEP)
    second = absence(before(hours=3), NOW, STOPPED)
    assert second
    assert Absence(before(hours=5), NOW, STOPPED) == joined(first, second)


def answer(feed: str, *ages: float | None, error: str = "") -> FeedAnswer:
    """A feed that shows items of so many hours before; None is an item without a date."""
    articles = tuple(
        Article(f"{feed}{n}", feed, "", "T", "", None if age is None else before(hours=age), NOW)
        for n, age in enumerate(ages)
    )
    return FeedAnswer(FeedState(feed, NOW), articles, error)


def test_the_summary_says_what_is_known_and_what_cannot_be() -> None:
    """Feeds whose items begin after the absence did may have lost some; markets moved unseen; late replies are gone."""
    away = Absence(before(hours=7), before(minutes=5), ASLEEP)
    oldest = oldest_items(
        [answer("wire", 1, 2), answer("lab", 1, 300), answer("blog", None), answer("down", error="404")]
    )
    assert {"wire", "lab"} == oldest.keys()
    sessions = {
        mic: [Session(mic, date(2025, 3, 12), start, end, start, end)]
        for mic, start, end in (
            ("XTKS", before(hours=15), before(hours=9)),
            ("XAMS", before(hours=7), NOW + timedelta(hours=1)),
            ("XNYS", before(hours=1, minutes=30), NOW + timedelta(hours=5)),
        )
    }
    traded = missed_sessions(away, sessions)
    assert {"XAMS": timedelta(hours=6, minutes=55), "XNYS": timedelta(hours=1, minutes=25)} == traded
    lines = summary(away, Return(4, 3, 42, oldest, late=2), traded)
    assert "Aftershock was asleep with its machine from 12 Mar 08:00 to 12 Mar 14:55 UTC (7 h)." == lines[0]
    assert "Since then 3 of 4 feeds were read, with 42 new articles." == lines[1]
    assert lines[2].startswith("Items that came and went: wire no longer shows anything from the beginning")
    assert "Not read yet: 1 feed; each is asked when it is due." == lines[3]
    assert lines[4].startswith("Markets that traded meanwhile: XAMS for 7 h, XNYS for 1 h. Moves that were over before")
    assert ["2 messages came too late to be worth sending and will not come."] == lines[5:]


def test_an_absence_that_missed_nothing_is_two_lines() -> None:
    """A night on which nothing traded and every feed still shows it all."""
    away = Absence(before(hours=7), before(minutes=5), STOPPED)
    assert 2 == len(summary(away, Return(1, 1, 0, {"lab": before(days=9)}), {}))
