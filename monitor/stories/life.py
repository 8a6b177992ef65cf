"""How long a story is open: after that an article that would have joined it opens another. Pure."""

from datetime import datetime, timedelta

from monitor.types import Story

OPEN_FOR = timedelta(days=16)
"""Five sessions after the last new fact, over the longest holidays (Tokyo's New Year); older stories are not joined."""
ECHO_FOR = timedelta(days=6)
"""A story without a fact links nobody; it is open only as long as the like of it is still written: a week of work."""


def open_for(story: Story) -> timedelta:
    """How long after its last article a story can be joined."""
    return OPEN_FOR if story.parties else ECHO_FOR


def is_open(story: Story, now: datetime) -> bool:
    """Whether an article of `now` could still join."""
    return now - story.last_seen <= open_for(story)
