"""Polls whose answers a test wants all at once."""

from collections.abc import Sequence
from datetime import datetime

from config.types import Feed
from monitor.types import FeedAnswer, FeedState, NewsSource


async def polled(source: NewsSource, due: Sequence[tuple[Feed, FeedState]], now: datetime) -> list[FeedAnswer]:
    """Every answer of one poll, in order of arrival."""
    return [answer async for some in source.poll(due, now) for answer in some]
