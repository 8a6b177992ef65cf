"""Quantities as people write them: what is understood, and what to write instead of the rest."""

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest

from config import units
from config.types import QuietHours


@pytest.mark.parametrize(
    ("read", "text", "expected"),
    [
        (units.percent, "3%", 0.03),
        (units.percent, "2.5 %", 0.025),
        (units.percent, ".5 percent", 0.005),
        (units.percent, "100%", 1.0),
        (units.dollars, "$50B", 50e9),
        (units.dollars, "$1.5bn", 1.5e9),
        (units.dollars, "$ 500 million", 5e8),
        (units.dollars, "$2T", 2e12),
        (units.dollars, "US$50,000,000", 5e7),
        (units.count, "24.49B", 24.49e9),
        (units.count, "1,200", 1200.0),
        (units.count, "0", 0.0),
        (units.duration, "15 min", timedelta(minutes=15)),
        (units.duration, "1 h", timedelta(hours=1)),
        (units.duration, "30s", timedelta(seconds=30)),
        (units.duration, "1.5 hours", timedelta(minutes=90)),
        (units.duration, "0 min", timedelta()),
        (units.duration, "7 d", timedelta(days=7)),
        (units.age, "90 d", timedelta(days=90)),
        (units.age, "12 weeks", timedelta(days=84)),
        (units.age, "3 months", timedelta(days=90)),
        (units.age, "1 year", timedelta(days=365)),
        (units.size, "500 MB", 500 * 2**20),
        (units.size, "1.5GiB", 1.5 * 2**30),
        (units.size, ".5 TB", 2**39),
        (units.day, "2025-01-27", date(2025, 1, 27)),
        (units.quiet_hours, "22:00-07:00 Europe/Berlin", QuietHours(time(22), time(7), "Europe/Berlin")),
        (units.quiet_hours, "after 22:00 Europe/Berlin", QuietHours(time(22), time(7), "Europe/Berlin")),
        (units.quiet_hours, "Before 8:30 UTC", QuietHours(time(0), time(8, 30), "UTC")),
        (units.quiet_hours, "9:30 - 16:00 UTC", QuietHours(time(9, 30), time(16), "UTC")),
    ],
)
def test_a_quantity_with_its_unit_is_understood(read: Callable[[str], object], text: str, expected: object) -> None:
    """Units as analysts write them, with or without a space."""
    assert expected == read(text)


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 MB"), (500 * 2**20, "500 MB"), (1.5 * 2**30, "1.5 GB"), (2**40, "1 TB"), (1010 * 2**20, "1,010 MB")],
)
def test_a_size_is_said_as_it_is_written(size: float, text: str) -> None:
    """Three figures are enough."""
    assert text == units.as_size(size)
    assert not size or units.size(text) == size


@pytest.mark.parametrize(
    ("read", "text", "expected"),
    [
        (units.percent, "0.03", "0.03 of what? Write 3% if that is meant"),
        (units.percent, "3", "3 of what? Write 3% if that is meant"),
        (units.percent, "-3%", "-3%: write 3% (either side counts, and a point before decimals)"),
        (units.percent, "0%", "0% can never be asked of a move: write more than 0% and at most 100%"),
        (units.percent, "300%", "300% can never be asked of a move: write more than 0% and at most 100%"),
        (units.dollars, "50B", "50B is not an amount in US dollars: write $50B"),
        (units.dollars, "€50B", "€50B is not an amount in US dollars: write it like $50B"),
        (units.dollars, "50000000000", "50000000000 is not an amount in US dollars: write it like $50B"),
        (units.dollars, "$50X", "$50X: X is not known: write $50B, $1.5bn or $500M"),
        (units.dollars, "$0", "$0 would let everything pass: write an amount above 0, like $50B"),
        (units.count, "many", "many is not a number: write it like 1200 or 24.49B"),
        (units.age, "90", "90 is no length of time: write 90 d"),
        (units.age, "for ever", "for ever is no length of time: write it like 90 d, 12 weeks or 1 year"),
        (units.age, "12 h", "12 h: h is not known here: write d, weeks, months or years, like 90 d"),
        (units.age, "30 years", "30 years is too long: write 10 years or less"),
        (units.size, "500", "500 is no size: write 500 MB or 500 GB"),
        (units.size, "5 %", "5 % is no size: write it like 500 MB or 2 GB"),
        (units.size, "0 MB", "0 MB would never be told: write a size above 0, like 500 MB"),
        (units.duration, "15", "15 is not a time span: write 15 min or 15 s"),
        (units.duration, "15 m", "15 m: the unit m is not known: write s, min, h or d, like 15 min"),
        (units.duration, "soon", "soon is not a time span: write it like 15 min, 1 h or 30 s"),
        (units.duration, "8 d", "8 d is too long: write 7 d or less"),
        (units.day, "27.1.2025", "27.1.2025 is not a date: write it like 2025-01-27"),
        (units.day, "2025-02-30", "2025-02-30 is not a date: write it like 2025-01-27"),
        (units.quiet_hours, "22-7", "22-7: write quiet hours with their time zone, like 22:00-07:00 Europe/Berlin"),
        (units.quiet_hours, "22:00-07:00 Europe/Berln", "Europe/Berln is not a time zone: did you mean Europe/Berlin?"),
        (units.quiet_hours, "24:00-07:00 UTC", "24:00 is no time of the day: write one from 00:00 to 23:59"),
        (
            units.quiet_hours,
            "07:00-07:00 UTC",
            "07:00-07:00 UTC is no span: write two different times, or remove the line to have no quiet hours",
        ),
    ],
)
def test_a_quantity_that_can_only_be_guessed_says_what_to_write(
    read: Callable[[str], object], text: str, expected: str
) -> None:
    """A bare number is refused with the unit that was probably meant."""
    with pytest.raises(ValueError) as refused:  # noqa: PT011 -- the whole message is compared below
        read(text)
    assert expected == str(refused.value)
