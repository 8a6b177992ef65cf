"""Quiet hours: until when nothing is sent. Pure.

What is decided meanwhile is kept: root messages wait in their newest drawing, which sums up what
their replies would have said one by one.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from config.types import QuietHours


def resumes(quiet: QuietHours | None, now: datetime) -> datetime:
    """When a message decided at `now` (UTC-aware) may be sent: `now`, or the end of the quiet hours it falls into.

    The span is local time of its zone and may pass midnight; an end that a change of clocks skips or repeats counts
    by the zone's own rules.
    """
    if quiet is None:
        return now
    zone = ZoneInfo(quiet.zone)
    local = now.astimezone(zone)
    passes_midnight = quiet.end <= quiet.start
    clock = local.time().replace(tzinfo=None)
    evening, morning = clock >= quiet.start, clock < quiet.end
    if not ((evening or morning) if passes_midnight else (evening and morning)):
        return now
    day = local.date() + timedelta(days=1) if passes_midnight and evening else local.date()
    return datetime.combine(day, quiet.end, zone).astimezone(UTC)
