"""After a sleep or an outage: one summary of what was missed, and of what nobody can know. Pure.

What could be made good is made good by the lines themselves: feeds show items of the past hours, a price counts from
the last close, the outbox sends what is not too late. This says what that leaves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from alerts.words import count
from monitor.spans import span
from monitor.types import FeedAnswer, Session

LONG: Final = timedelta(minutes=10)
"""A shorter absence is made good by the lines without a word."""
SETTLE: Final = timedelta(minutes=3)
"""How long after the return the lines get before the summary is made."""
NAMED: Final = 8
"""Feeds and exchanges that are named; the others are counted."""

STOPPED, ASLEEP, STALLED = "did not run", "was asleep with its machine", "could not work"


@dataclass(frozen=True, slots=True)
class Absence:
    """When the daemon was away: UTC-aware, `how` in words (`STOPPED`, `ASLEEP`, `STALLED`)."""

    since: datetime
    until: datetime
    how: str


@dataclass(frozen=True, slots=True)
class Return:
    """What the lines found since: feeds read of those followed, articles that are new, per feed the oldest item shown.

    `late` are replies and digests that were not sent, as they came too late.
    """

    feeds: int
    read: int
    articles: int
    oldest: Mapping[str, datetime]
    late: int = 0


def absence(last: datetime | None, now: datetime, how: str) -> Absence | None:
    """Whether the daemon was away for long between `last`, when it was known to be awake, and `now`."""
    return Absence(last, now, how) if last and now - last >= LONG else None


def joined(one: Absence | None, other: Absence) -> Absence:
    """Two absences of which the first was not told yet, as one."""
    return other if one is None else Absence(min(one.since, other.since), other.until, other.how)


def oldest_items(answers: Iterable[FeedAnswer]) -> dict[str, datetime]:
    """The time of the oldest item that each of these feeds showed, by feed; of feeds that showed dated items only."""
    found = {}
    for answer in answers:
        times = [a.time for a in answer.articles if a.published is not None]
        if times and not answer.error:
            found[answer.state.feed] = min(times)
    return found


def missed_sessions(away: Absence, sessions: Mapping[str, Sequence[Session]]) -> dict[str, timedelta]:
    """How long each exchange traded meanwhile, in its regular hours, by exchange; those that did not are left out."""
    found = {}
    for mic, of in sessions.items():
        overlaps = (min(s.close, away.until) - max(s.open, away.since) for s in of)
        length = sum((o for o in overlaps if o > timedelta()), timedelta())
        if length:
            found[mic] = length
    return found


def summary(away: Absence, back: Return, traded: Mapping[str, timedelta]) -> list[str]:
    """The summary's lines; the last ones say what cannot be known."""
    length = span((away.until - away.since).total_seconds())
    lines = [f"Aftershock {away.how} from {_at(away.since)} to {_at(away.until)} UTC ({length})."]
    read = f"{back.read} of {count(back.feeds, 'feed')} were read"
    lines.append(f"Since then {read}, with {count(back.articles, 'new article')}.")
    lost = sorted(feed for feed, oldest in back.oldest.items() if oldest > away.since)
    if lost:
        lines.append(
            f"Items that came and went: {_few(lost)} no longer {'shows' if len(lost) == 1 else 'show'} anything from "
            "the beginning of that time; what was there only then is not known."
        )
    if back.read < back.feeds:
        lines.append(f"Not read yet: {count(back.feeds - back.read, 'feed')}; each is asked when it is due.")
    if traded:
        names = [f"{mic} for {span(length.total_seconds())}" for mic, length in sorted(traded.items())]
        lines.append(
            f"Markets that traded meanwhile: {_few(names)}. Moves that were over before the return made no alert and "
            "are not known; what stands now counts from the last close, as always."
        )
    if back.late:
        lines.append(f"{count(back.late, 'message')} came too late to be worth sending and will not come.")
    return lines


def key_of(away: Absence, channel: str) -> str:
    """The delivery's key: one summary an absence and channel."""
    return f"{channel}/absence/{away.until.astimezone(UTC).isoformat()}"


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%-d %b %H:%M}"


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
