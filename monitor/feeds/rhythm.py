"""How often a feed is asked: its own rhythm, within what its publisher says of how often to come. Pure.

Publishers say it in the feed (RSS ttl, skipHours and skipDays, the syndication module) and in HTTP (Cache-Control,
Expires). That is a lower bound which nothing shortens, not even a live story. The rhythm is that of the feed's newest
items: a wire is asked every minute, a laboratory's blog several times an hour, a feed that has fallen silent every few
hours.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from monitor.types import FeedState, Wishes

FASTEST = timedelta(minutes=1)
"""No feed is asked more often, unless the settings ask for all of them more often."""

LOOKS_PER_ITEM = 6
"""Polls between two items: a new one is then found after a twelfth of the usual gap, on average."""

SLOWEST = ((timedelta(days=7), 3), (timedelta(days=30), 12), (timedelta.max, 36))
"""The longest wait, as a multiple of the settings' interval, by how long ago the newest item is: 15 minutes, an hour
and three hours with the interval that is shipped."""

MOST_WISHED = timedelta(hours=12)
"""A publisher's wish beyond this is taken for a mistake (a year of max-age), and counts as this."""

COUNTED = 20
"""Newest items that make the rhythm."""

FEWEST = 3
"""With fewer dated items there is no rhythm."""

COUNTED_WITHIN = timedelta(days=60)
"""Older items say nothing of the rhythm now."""

_DIRECTIVE = re.compile(r"""([\w-]+)\s*(?:=\s*(?:"([^"]*)"|([^\s,;"]*)))?""")
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MAX_DIGITS = 9
_WEEK = 7


def rhythm(times: Iterable[datetime], now: datetime) -> timedelta | None:
    """The mean gap between the newest of these items, None where too few have believable dates."""
    known = sorted((t for t in times if now - COUNTED_WITHIN <= t <= now), reverse=True)[:COUNTED]
    return (known[0] - known[-1]) / (len(known) - 1) if len(known) >= FEWEST else None


def interval(state: FeedState, usual: timedelta, now: datetime) -> timedelta:
    """How long after a good poll at `now` the next comes, if the publisher has no wish; `usual` is the settings'."""
    if state.gap is None or state.newest is None:
        return usual
    silence = max(now - state.newest, timedelta())
    most = next(times for within, times in SLOWEST if silence <= within)
    return max(min(FASTEST, usual), min(max(state.gap, silence / COUNTED) / LOOKS_PER_ITEM, most * usual))


def fresh_for(headers: Mapping[str, str]) -> timedelta:
    """For how long an answer says that it stays as it is (RFC 9111): max-age less Age, else Expires less Date."""
    said = {m[1].lower(): m[2] or m[3] or "" for m in _DIRECTIVE.finditer(headers.get("Cache-Control", ""))}
    if not said.keys().isdisjoint({"no-cache", "no-store"}):
        return timedelta()
    if "max-age" in said:
        return max(_seconds(said["max-age"]) - _seconds(headers.get("Age", "")), timedelta())
    try:
        expires, date = (_utc(parsedate_to_datetime(headers[name])) for name in ("Expires", "Date"))
    except (KeyError, ValueError):
        return timedelta()
    return min(max(expires - date, timedelta()), MOST_WISHED)


def soonest(wishes: Wishes, fresh: timedelta, now: datetime) -> datetime:
    """When the publisher welcomes the next poll at the earliest, after one at `now` whose answer stays `fresh`."""
    return welcome(now + min(max(wishes.ttl, fresh), MOST_WISHED), wishes)


def welcome(moment: datetime, wishes: Wishes) -> datetime:
    """`moment`, or the first full hour after it that the publisher has not asked to be left out."""
    hours, days = set(wishes.skip_hours), set(wishes.skip_days)
    if (not hours and not days) or len(hours) >= _DAY / _HOUR or len(days) >= _WEEK:
        return moment
    while moment.hour in hours or moment.weekday() in days:
        moment = moment.replace(minute=0, second=0, microsecond=0) + _HOUR
    return moment


_TAGS = re.compile(
    rb"<(?:(\w+):)?(ttl|skipHours|skipDays|updatePeriod|updateFrequency)\b[^>]{0,200}>([^<]{0,40})", re.IGNORECASE
)
_SKIP = re.compile(rb"<skip(Hours|Days)\b[^>]{0,200}>(.{0,2000}?)</skip\1\s*>", re.IGNORECASE | re.DOTALL)
_SKIPPED = re.compile(rb"<(?:hour|day)\b[^>]{0,200}>\s*(\w{1,10})\s*</", re.IGNORECASE)
_DAYS = (b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday", b"sunday")
_PERIODS = {
    b"hourly": timedelta(hours=1),
    b"daily": timedelta(days=1),
    b"weekly": timedelta(days=7),
    b"monthly": timedelta(days=30),
    b"yearly": timedelta(days=365),
}


def wishes(head: bytes) -> Wishes:
    """What the head of a feed, up to its first item, says on how often to come.

    RSS 2.0's ttl is in minutes, its skipHours and skipDays are GMT (some count midnight as 24). Of the syndication
    module only an explicit updateFrequency is taken for a wish: publishing programs write the rest unasked.
    """
    said = {(m[1] or b"", m[2].lower()): m[3].strip() for m in _TAGS.finditer(head)}
    ttl = timedelta(minutes=_number(said.get((b"", b"ttl"), b"")))
    period = _PERIODS.get(said.get((b"sy", b"updateperiod"), b"").lower())
    frequency = _number(said.get((b"sy", b"updatefrequency"), b""))
    if period and frequency > 1:
        ttl = max(ttl, period / frequency)
    hours: Sequence[int] = ()
    days: Sequence[int] = ()
    for kind, inside in _SKIP.findall(head):
        words = _SKIPPED.findall(inside)
        if kind.lower() == b"hours":
            hours = sorted({int(w) % 24 for w in words if w.isdigit() and int(w) <= _DAY / _HOUR})
        else:
            days = sorted({_DAYS.index(w.lower()) for w in words if w.lower() in _DAYS})
    return Wishes(min(ttl, MOST_WISHED), tuple(hours), tuple(days))


def _number(text: bytes) -> int:
    return int(text) if text.isdigit() and len(text) <= _MAX_DIGITS else 0


def _seconds(text: str) -> timedelta:
    text = text.strip()
    if not (text.isascii() and text.isdigit()):
        return timedelta()
    return MOST_WISHED * 2 if len(text) > _MAX_DIGITS else timedelta(seconds=int(text))


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
