"""Phrases that the root of a story and the digest of a day share: of a story, of findings, of the table's signs.

Every text of others is cleaned and cut here, so that a plain text is no longer than its blocks.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from alerts.blocks import LONG
from alerts.table import Signs
from alerts.types import StoryNote
from alerts.words import clean, cut

CAVEAT: Final = "Linked, not proven to be the reason. Not advice."
NO_ADVICE: Final = "Not advice."
_LEGEND: Final = (
    "move: from the last regular close; adjusted: without the market's part; sigma: adjusted move in its usual "
    "daily sizes; value: of the whole company, in dollars; volume: in times of its usual by this hour"
)


def brief(text: str) -> str:
    """A foreign text in one line that is no longer in the plain text than it is in Slack's blocks."""
    return cut(clean(text), LONG)


def kinds(story: StoryNote) -> str:
    """What kind of news a story is, and how certain: "model release, export control, planned"."""
    words = ", ".join(kind.replace("_", " ") for kind in story.types) or "no event"
    return brief(f"{words}, {story.status}" if story.status else words)


def findings(records: Sequence[str], market: Sequence[str]) -> list[str]:
    """Records that fell and what the whole market did, a line each."""
    return [brief(line) for line in (*records, *market)]


def footing(previous: str | None, marks: Signs, drawn: str, caveat: str) -> list[str]:
    """The small print: a root before this one, what the table's signs mean, its columns, when drawn, and `caveat`."""
    before = [brief(previous)] if previous else []
    return [*before, *(brief(note) for note in marks.notes), f"{_LEGEND}; {drawn}", caveat]


def bullets(lines: Iterable[str]) -> str:
    """A list in plain text."""
    return "\n".join(f"• {line}" for line in lines)
