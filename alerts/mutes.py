"""What people do not want to hear of for a while: how long a span is, and which mute holds a decision back. Pure.

A mute holds back what would be told; it changes nothing of what is watched, decided or drawn. A move is still counted
under its story, and the root message that is there already is still redrawn, which makes no sound.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from alerts.types import Candidate, Decision, Mute, MuteKind, Verdict
from alerts.words import clean, moment

_SPAN: Final = re.compile(r"(\d{1,4}(?:\.\d{1,2})?)\s*(m|min|minutes?|h|hours?|d|days?|w|weeks?)", re.IGNORECASE)
_UNITS: Final = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_FOR_EVER: Final = frozenset({"", "until i say", "forever", "for ever", "on"})
_STEP: Final = re.compile(r"<?-(\w+)->?")
LONGEST: Final = timedelta(days=366)


class SpanError(ValueError):
    """A span that cannot be understood; `args[0]` says what to write."""


def until(span: str, now: datetime, day_ends: datetime) -> datetime | None:
    """When a mute of that span ends, None for never: "2h", "45 min", "3 days", "today", "until I say".

    `day_ends` is when today is over: with the exchange's last trades. Raises SpanError.
    """
    words = " ".join(span.casefold().removeprefix("for ").split())
    if words in _FOR_EVER:
        return None
    if words == "today":
        return day_ends
    found = _SPAN.fullmatch(words)
    length = float(found[1]) * _UNITS[found[2][0].lower()] if found else timedelta()
    if not timedelta() < length <= LONGEST:
        raise SpanError(no_span(span))
    return now + length


def no_span(words: str) -> str:
    """What to write instead of words that are no span."""
    return f"“{clean(words)}” is no time span: write 30 min, 2h, 3 days, today, or nothing for until you say"


def mute_of(candidate: Candidate, channel: str, mutes: Iterable[Mute], now: datetime) -> Mute | None:
    """The mute that holds this candidate back in that channel: the one that ends last, as the others end before."""
    tie = candidate.tie
    objects = {(MuteKind.SYMBOL, candidate.symbol)}
    if tie:
        objects |= {(MuteKind.STORY, tie.story.id)}
        objects |= {(MuteKind.EVENT, kind) for kind in tie.story.types}
        objects |= {(MuteKind.RELATION, kind) for kind in _STEP.findall(tie.path)}
    mine = [m for m in mutes if active(m, now) and m.channel in {"", channel}]
    # A story of several types is muted by its type only if all of them are: the others are still asked for.
    muted_types = {m.what for m in mine if m.kind is MuteKind.EVENT}
    if tie and not set(tie.story.types) <= muted_types:
        mine = [m for m in mine if m.kind is not MuteKind.EVENT]
    found = [m for m in mine if (m.kind, m.what) in objects]
    return max(found, key=lambda m: (m.until is None, m.until or now, m.what), default=None)


def active(mute: Mute, now: datetime) -> bool:
    """Whether it still holds."""
    return mute.until is None or now < mute.until


def hushed(decision: Decision, mutes: Iterable[Mute], now: datetime) -> Decision:
    """The decision, held back if it is an alert that somebody has muted. What was told before stays as it was."""
    if decision.verdict is not Verdict.ALERT:
        return decision
    mute = mute_of(decision.candidate, decision.channel, mutes, now)
    if mute is None:
        return decision
    reason = f"it passes, but {words(mute)}"
    return replace(decision, verdict=Verdict.HOLD, reason=reason, crossing=None, window=None, told=None)


def words(mute: Mute) -> str:
    """A mute in words, "NVDA is muted until 27 Jan 16:30 UTC by @ana"."""
    what = {
        MuteKind.STORY: "its story",
        MuteKind.SYMBOL: mute.what,
        MuteKind.EVENT: f"news of type {mute.what.replace('_', ' ')}",
        MuteKind.RELATION: f"the relation {mute.what}",
    }[mute.kind]
    ends = f"until {moment(mute.until)}" if mute.until else "until somebody lifts it"
    return f"{what} is muted {ends} by {clean(mute.by)}"
