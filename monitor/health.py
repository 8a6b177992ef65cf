"""Troubles told once, and their end: what cannot be reached now, against what was known before. Pure.

A trouble has a key for the thing that fails ("feed openai-news", "prices", "slack") and a sentence for the operator.
It begins when its key appears and ends when the key is gone; while it lasts nothing is said again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alerts.outbox import Sent
from monitor.types import FeedAnswer

FEED, PRICES, DELIVERY = "feed ", "prices ", "delivery "
ALL_FEEDS = f"{FEED}*"
MANY = 5
"""From this many on, feeds that fail alike are told as one trouble rather than one by one."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What began and what ended since the last look, by key, with the sentence that says it."""

    begun: Mapping[str, str]
    ended: Mapping[str, str]


def changes(before: Mapping[str, str], now: Mapping[str, str], looked_at: Iterable[str]) -> Changes:
    """Compare the troubles known `before` with those found `now`.

    Only keys in `looked_at` (or found) can end: what was not tried this time is as it was.
    """
    looked = set(looked_at)
    begun = {key: text for key, text in now.items() if key not in before}
    ended = {key: text for key, text in before.items() if key in looked and key not in now}
    return Changes(begun, ended)


def feed_troubles(answers: Iterable[FeedAnswer]) -> tuple[dict[str, str], set[str]]:
    """The troubles that one news pass found, and the keys it looked at.

    When every feed of a pass of at least `MANY` fails, that is one trouble (no network), not fifty.
    """
    answers = list(answers)
    failed = [a for a in answers if a.error]
    looked = {f"{FEED}{a.state.feed}" for a in answers} | ({ALL_FEEDS} if len(answers) > len(failed) else set())
    if len(failed) >= MANY and len(failed) == len(answers):
        reasons = sorted({a.error.partition(":")[0] for a in failed})
        text = f"none of the {len(failed)} feeds that were due can be read: {', '.join(reasons)}"
        return {ALL_FEEDS: text}, {ALL_FEEDS}
    return {f"{FEED}{a.state.feed}": f"{a.state.feed}: {a.error}" for a in failed}, looked


def feed_notes(answers: Iterable[FeedAnswer]) -> tuple[dict[str, str], set[str]]:
    """The feeds among those that could be read of which a reader must know something, and the keys looked at."""
    good = [answer.state for answer in answers if not answer.error]
    found = {f"{FEED}{state.feed} note": f"{state.feed}: {state.note}" for state in good if state.note}
    return found, {f"{FEED}{state.feed} note" for state in good}


def price_troubles(
    source: str, asked: Iterable[str], problems: Mapping[str, str], silent: Iterable[str]
) -> tuple[dict[str, str], set[str]]:
    """The troubles that one price pass found, and the keys it looked at.

    What the source was `silent` about is one trouble of the source; a symbol that it knows nothing of is that symbol's.
    """
    asked, silent = set(asked), set(silent)
    whole = f"{PRICES}{source}"
    if not asked:
        return {}, set()
    found = {f"{PRICES}{s}": f"{s}: {problems[s]}" for s in sorted((asked & problems.keys()) - silent)}
    if silent:
        found[whole] = f"no prices from {source}: {problems[min(silent)]}"
    return found, {f"{PRICES}{symbol}" for symbol in asked - silent} | {whole}


def delivery_troubles(sent: Sent) -> tuple[dict[str, str], set[str]]:
    """The troubles that one delivery pass found, by channel, and the keys of the channels it delivered to."""
    looked = {f"{DELIVERY}{channel}" for channel in (*sent.mended, *(r.delivery.channel for r in sent.settled))}
    return {f"{DELIVERY}{channel}": f"{channel}: {text}" for channel, text in sent.troubles}, looked
