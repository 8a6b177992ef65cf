"""Spans of time as people say them, for terminals. Pure."""

from datetime import datetime

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago that was."""
    return "never" if moment is None else f"{span((now - moment).total_seconds())} ago"


def ahead(moment: datetime, now: datetime) -> str:
    """In how long that is."""
    seconds = (moment - now).total_seconds()
    return "due" if seconds <= 0 else f"in {span(seconds)}"


def span(seconds: float) -> str:
    """A span in its largest whole unit."""
    for size, name in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} s"
