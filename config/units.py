"""Quantities as people write them (`3%`, `$50B`, `15 min`, `22:00-07:00 Europe/Berlin`) -> numbers and spans.

Pure functions from text to value. Each raises ValueError with a message that says what to write instead; a bare number
is refused where its unit would have to be guessed (0.03 of what?).
"""

import math
import re
import zoneinfo
from datetime import date, time, timedelta
from functools import cache

from config.registry import nearest_of
from config.types import QuietHours

_PERCENT = re.compile(r"([0-9]*\.?[0-9]+)\s*(%|percent)", re.IGNORECASE)
_MONEY = re.compile(r"(?:US)?\s*\$\s*([0-9][0-9,]*\.?[0-9]*)\s*([a-z]*)", re.IGNORECASE)
_COUNT = re.compile(r"([0-9][0-9,]*\.?[0-9]*)\s*([a-z]*)", re.IGNORECASE)
_DURATION = re.compile(r"([0-9]*\.?[0-9]+)\s*([a-z]+)", re.IGNORECASE)
_HOURS = re.compile(r"([0-9]{1,2}:[0-9]{2})\s*(?:-|–|to)\s*([0-9]{1,2}:[0-9]{2})\s+(\S+)")
_AFTER = re.compile(r"(after|before)\s+([0-9]{1,2}:[0-9]{2})\s+(\S+)", re.IGNORECASE)
_SIZE = re.compile(r"([0-9][0-9,]*\.?[0-9]*|\.[0-9]+)\s*([kmgt]i?b)", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?[0-9]*\.?[0-9]+")

_SCALES = {
    "": 1.0,
    **dict.fromkeys(("k", "thousand"), 1e3),
    **dict.fromkeys(("m", "mn", "mio", "million"), 1e6),
    **dict.fromkeys(("b", "bn", "billion"), 1e9),
    **dict.fromkeys(("t", "tn", "trillion"), 1e12),
}
_SECONDS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86400.0),
}
_DAYS = {
    **dict.fromkeys(("d", "day", "days"), 1),
    **dict.fromkeys(("w", "week", "weeks"), 7),
    **dict.fromkeys(("month", "months"), 30),
    **dict.fromkeys(("y", "year", "years"), 365),
}
LONGEST_KEPT = timedelta(days=3650)
LONGEST = timedelta(days=7)
"""No interval or cool-down here means anything beyond a week: a session's state ends with the session."""
MORNING, MIDNIGHT = "07:00", "00:00"
"""Where quiet hours end that say only when they begin (`after 22:00`), and begin that say only their end."""


def percent(text: str) -> float:
    """`3%` as the fraction 0.03; above 0 and up to 100 %."""
    match = _PERCENT.fullmatch(text.strip())
    if match is None:
        number = _number(text)
        if number is None and _PERCENT.fullmatch(better := text.strip().lstrip("+-±").replace(",", ".")):
            raise ValueError(f"{text}: write {better} (either side counts, and a point before decimals)")
        if number is None:
            raise ValueError(f"{text} is not a percentage: write it like 3%")
        guess = number * 100 if abs(number) < 1 else number
        raise ValueError(f"{text} of what? Write {abs(guess):g}% if that is meant")
    value = float(match[1]) / 100
    if not 0 < value <= 1:
        raise ValueError(f"{text} can never be asked of a move: write more than 0% and at most 100%")
    return value


def dollars(text: str) -> float:
    """`$50B` as US dollars; above 0."""
    match = _MONEY.fullmatch(text.strip())
    if match is None:
        bare = _COUNT.fullmatch(text.strip())
        hint = f"${text.strip()}" if bare is not None and bare[2].lower() in _SCALES and bare[2] else "it like $50B"
        raise ValueError(f"{text} is not an amount in US dollars: write {hint}")
    value = _scaled(text, match[1], match[2], "$50B, $1.5bn or $500M")
    if value <= 0:
        raise ValueError(f"{text} would let everything pass: write an amount above 0, like $50B")
    return value


def count(text: str) -> float:
    """`24.49B` or `1,200` as a number of things; 0 or more."""
    match = _COUNT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text} is not a number: write it like 1200 or 24.49B")
    return _scaled(text, match[1], match[2], "1200, 1.5M or 24.49B")


def duration(text: str) -> timedelta:
    """`15 min` as a time span; 0 or more, at most a week."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        hint = f"{text.strip()} min or {text.strip()} s" if _number(text) is not None else "it like 15 min, 1 h or 30 s"
        raise ValueError(f"{text} is not a time span: write {hint}")
    unit = _SECONDS.get(match[2].lower())
    if unit is None:
        raise ValueError(f"{text}: the unit {match[2]} is not known: write s, min, h or d, like {match[1]} min")
    seconds = float(match[1]) * unit
    if seconds > LONGEST.total_seconds():
        raise ValueError(f"{text} is too long: write {LONGEST.days} d or less")
    return timedelta(seconds=seconds)


def age(text: str) -> timedelta:
    """`90 d` or `3 months` (of 30 days) as how long something is kept; at most ten years."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        hint = f"{text.strip()} d" if _number(text) is not None else "it like 90 d, 12 weeks or 1 year"
        raise ValueError(f"{text} is no length of time: write {hint}")
    unit = _DAYS.get(match[2].lower())
    if unit is None:
        raise ValueError(f"{text}: {match[2]} is not known here: write d, weeks, months or years, like 90 d")
    days = float(match[1]) * unit
    if days > LONGEST_KEPT.days:
        raise ValueError(f"{text} is too long: write 10 years or less")
    return timedelta(days=days)


def size(text: str) -> float:
    """`500 MB` or `2 GB` as bytes, with 1024 to the step; above 0."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        hint = f"{text.strip()} MB or {text.strip()} GB" if _number(text) is not None else "it like 500 MB or 2 GB"
        raise ValueError(f"{text} is no size: write {hint}")
    value = float(match[1].replace(",", "")) * 1024.0 ** ("kmgt".index(match[2][0].lower()) + 1)
    if value <= 0:
        raise ValueError(f"{text} would never be told: write a size above 0, like 500 MB")
    return value


def as_size(number: float) -> str:
    """Bytes as `size` reads them, in three figures or more: `500 MB`, `1.5 GB`, `0 MB`."""
    steps = max(2, min(4, int(math.log(max(number, 1), 1024) + 1e-9)))
    value = number / 1024.0**steps
    return f"{value:,.3g} {'KMGT'[steps - 1]}B" if value < 1000 else f"{value:,.0f} {'KMGT'[steps - 1]}B"  # noqa: PLR2004


def day(text: str) -> date:
    """`2025-01-27` as a date."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text.strip(), re.ASCII):
            return date.fromisoformat(text.strip())
    except ValueError:
        pass
    raise ValueError(f"{text} is not a date: write it like 2025-01-27")


def quiet_hours(text: str) -> QuietHours:
    """`22:00-07:00 Europe/Berlin` as a span of local time, past midnight if the end is earlier.

    `after 22:00 Europe/Berlin` lasts until 07:00;
    `before 07:00 Europe/Berlin` begins at midnight.
    """
    start, end, zone = _hours(text)
    if zone not in _zones():
        near = nearest_of(zone, _zones())
        hint = f"did you mean {near}?" if near else "write one like Europe/Berlin, America/New_York or UTC"
        raise ValueError(f"{zone} is not a time zone: {hint}")
    first, last = _clock(start), _clock(end)
    if first == last:
        raise ValueError(f"{text} is no span: write two different times, or remove the line to have no quiet hours")
    return QuietHours(first, last, zone)


def _hours(text: str) -> tuple[str, str, str]:
    """The start, the end and the zone that are written."""
    if match := _HOURS.fullmatch(text.strip()):
        return match[1], match[2], match[3]
    half = _AFTER.fullmatch(text.strip())
    if half is None:
        raise ValueError(f"{text}: write quiet hours with their time zone, like 22:00-07:00 Europe/Berlin")
    return (half[2], MORNING, half[3]) if half[1].lower() == "after" else (MIDNIGHT, half[2], half[3])


@cache
def _zones() -> tuple[str, ...]:
    return tuple(sorted(zoneinfo.available_timezones()))


def _clock(text: str) -> time:
    hour, minute = (int(part) for part in text.split(":"))
    try:
        return time(hour, minute)
    except ValueError:
        raise ValueError(f"{text} is no time of the day: write one from 00:00 to 23:59") from None


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text.strip()) else None


def _scaled(text: str, digits: str, scale: str, examples: str) -> float:
    factor = _SCALES.get(scale.lower())
    if factor is None:
        raise ValueError(f"{text}: {scale} is not known: write {examples}")
    return float(digits.replace(",", "")) * factor
