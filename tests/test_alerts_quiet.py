"""In quiet hours nothing is sent; afterwards the newest drawing says what was missed."""

from datetime import UTC, datetime, time

import pytest

from alerts.quiet import resumes
from config.types import QuietHours

NIGHT = QuietHours(time(22), time(7), "Europe/Berlin")
NOON = QuietHours(time(12), time(13), "UTC")


@pytest.mark.parametrize(
    ("quiet", "now", "then"),
    [
        (None, "2025-01-27T23:00", "2025-01-27T23:00"),
        # 22:00 in Berlin is 21:00 UTC in winter, 20:00 in summer.
        (NIGHT, "2025-01-27T20:59", "2025-01-27T20:59"),
        (NIGHT, "2025-01-27T21:00", "2025-01-28T06:00"),
        (NIGHT, "2025-01-28T05:59", "2025-01-28T06:00"),
        (NIGHT, "2025-01-28T06:00", "2025-01-28T06:00"),
        (NIGHT, "2025-07-01T20:00", "2025-07-02T05:00"),
        # The night in which the clocks go forward is an hour shorter.
        (NIGHT, "2025-03-29T21:30", "2025-03-30T05:00"),
        (NOON, "2025-01-27T11:59", "2025-01-27T11:59"),
        (NOON, "2025-01-27T12:30", "2025-01-27T13:00"),
        (NOON, "2025-01-27T13:00", "2025-01-27T13:00"),
    ],
)
def test_a_message_waits_for_the_end_of_the_quiet_hours(quiet: QuietHours | None, now: str, then: str) -> None:
    """By the local clock, over midnight and over a change of clocks."""
    moments = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (now, then)]
    assert moments[1] == resumes(quiet, moments[0])
