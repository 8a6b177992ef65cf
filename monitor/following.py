"""What people do with the list of feeds: look at it, try an address, follow a new one, bring in and take out a list.

Nothing here writes: what is to be followed goes back to the caller, who puts it into the user's YAML.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from rich.table import Table

from config.edit import feed_id
from config.types import Config, Feed, Settings
from monitor.feeds.discover import feeds_of, guesses
from monitor.feeds.errors import FeedError
from monitor.feeds.fetch import HttpNews, Looked
from monitor.feeds.links import canonical, feed_address
from monitor.feeds.opml import Outline
from monitor.feeds.poll import NEVER, Body, Outcome, settle
from monitor.spans import ago, ahead, span
from monitor.store.store import Store
from monitor.store.tx import Tx
from monitor.types import FeedState

MOST_TRIED = 6
"""Addresses that are tried for the feed of one page."""

SHOWN = 5
"""Newest items that `test` shows."""


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that was found at `url`, or on the page there; `others` are further ones that the page names."""

    url: str
    looked: Looked
    others: tuple[str, ...] = ()


def states_of(database: Path) -> dict[str, FeedState]:
    """What the daemon remembers of each feed; nothing where it never ran. Raises StoreError."""
    if not database.is_file():
        return {}
    store = Store(database, reading=True)
    try:
        return asyncio.run(store.transact(Tx.feed_states))
    finally:
        store.close()


def listing(config: Config, states: dict[str, FeedState], now: datetime, *, failing: bool = False) -> Table:
    """All feeds, or those that fail: health, next poll, rate, and what went wrong last."""
    table = Table()
    for heading in ("feed", "topic", "health", "last read", "next poll", "items a day", "last error"):
        table.add_column(heading, overflow="fold")
    for feed in config.feeds:
        state = states.get(feed.id)
        if state is not None and state.url not in {"", feed.url}:
            state = None  # what is remembered is of another address
        if failing and (state is None or not state.error):
            continue
        table.add_row(feed.id, feed.topic, *_row(state, now))
    return table


def _row(state: FeedState | None, now: datetime) -> tuple[str, str, str, str, str]:
    if state is None:
        return "never asked", "never", "due", "", ""
    ended = state.next_poll >= NEVER
    rate = f"{timedelta(days=1) / state.gap:.3g}" if state.gap else ""
    where = f"moved to {state.moved}" if state.moved else ""
    told = "; ".join(filter(None, (state.error, state.note, where)))
    return health(state), ago(state.last_success, now), "never" if ended else ahead(state.next_poll, now), rate, told


def health(state: FeedState) -> str:
    """How a feed is, in a word or two."""
    if state.next_poll >= NEVER:
        return "ended"
    if state.failures:
        return f"failed {state.failures}x"
    if state.error:
        return "no network"
    if not state.known:
        return "never read"
    return "reads in part" if state.note else "fine"


async def find(settings: Settings, url: str, now: datetime) -> Found:
    """The feed at an address, or that of the page there. Raises FeedError, which says what is there instead."""
    url = url.strip() if "://" in url else f"https://{url.strip()}"
    news = HttpNews(settings)
    try:
        looked = await news.look(url, now)
        if not looked.parsed.error:
            return Found(looked.page.moved or url, looked)
        named = feeds_of((looked.page.body or b"").decode("utf-8", "replace"), looked.page.url)
        error = looked.parsed.error
        for place in [*named, *guesses(looked.page.url)][:MOST_TRIED]:
            try:
                there = await news.look(place, now)
            except FeedError as trouble:
                error = f"{place}: {trouble}" if place in named else error
                continue
            if not there.parsed.error:
                others = tuple(other for other in named if other != place)
                return Found(there.page.moved or place, there, others)
        raise FeedError(error if named else f"{error}, and it names none")
    finally:
        await news.close()


def followed(config: Config, url: str) -> Feed | None:
    """The feed that is followed under this address already."""
    same = feed_address(url)
    return next((feed for feed in config.feeds if feed_address(feed.url) == same), None)


def named(found: Found, taken: Collection[str], name: str = "", topic: str = "") -> Feed:
    """A found feed with an id of its own, called as the user says or as it calls itself."""
    name = name or found.looked.parsed.title or canonical(found.url).partition("/")[0]
    return Feed(feed_id(name, taken), found.url, name, topic or "news")


def from_outlines(config: Config, outlines: Sequence[Outline]) -> list[Feed]:
    """The feeds of a list that are not followed yet, with ids of their own."""
    taken = {feed.id for feed in config.feeds}
    fresh = []
    for outline in outlines:
        if followed(config, outline.url) is None:
            name = outline.name or canonical(outline.url).partition("/")[0] or outline.url
            feed = Feed(feed_id(name, taken), outline.url, name, outline.topic)
            taken.add(feed.id)
            fresh.append(feed)
    return fresh


def report(found: Found, settings: Settings, now: datetime) -> list[str]:
    """What a look at a feed came to, in lines for people."""
    page, parsed = found.looked.page, found.looked.parsed
    dated = tuple(item.published for item in parsed.items if item.published)
    outcome = Outcome(fresh=page.fresh, body=Body(wishes=parsed.wishes, times=dated))
    state = settle(FeedState("", now), outcome, now, settings.poll_news)
    lines = [f"{parsed.title or 'a feed without a title'}: {len(parsed.items)} items at {page.url}"]
    if page.moved:
        lines.append(f"It has moved for good, to {page.moved}: write that address.")
    if parsed.note:
        lines.append(f"Note: {parsed.note}.")
    kept = " and ".join(name for name, value in (("ETag", page.etag), ("Last-Modified", page.last_modified)) if value)
    lines.append(
        f"Unchanged it costs {'next to nothing' if kept else 'a download'}: it gives {kept or 'no validator'}."
    )
    rate = f"an item every {span(state.gap.total_seconds())}" if state.gap else "no rhythm to be seen"
    lines.append(f"It would be asked again in {span((state.next_poll - now).total_seconds())}; {rate}.")
    for item in parsed.items[:SHOWN]:
        when = f"{item.published:%Y-%m-%d %H:%M}" if item.published else "no date         "
        symbols = f"  [{', '.join(item.symbols)}]" if item.symbols else ""
        lines.append(f"  {when}  {item.title or '(says nothing)'}{symbols}")
    return lines
