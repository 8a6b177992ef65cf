"""What a poll finds becomes stories: each item once, old items of a new feed not at all, and nothing half saved."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.exc import StatementError

from config.types import EventType
from monitor.news import Taken, fresh_articles, save_news
from monitor.store.store import Store, Tx
from monitor.types import Article, FeedAnswer, FeedState
from nlp.types import Analysis, Event, Mention, Status

NOW = datetime(2025, 1, 20, 13, tzinfo=UTC)
KNOWN = FeedState("wire", NOW, last_success=NOW - timedelta(hours=1))
NEW = FeedState("wire", NOW)
EVENT = Event(EventType.MODEL_RELEASE, "opens", "Acme opens its model", 5, "acme", None, Status.REPORTED, 0.9, "r")
FOUND = Analysis((Mention("acme", "Acme", 0, 4, "name", 1.0),), (EVENT,))


def article(name: str, title: str = "Acme opens its model", *, hours: float | None = 0, feed: str = "wire") -> Article:
    """An article published so many hours before `NOW`, None for no date."""
    published = None if hours is None else NOW - timedelta(hours=hours)
    return Article(f"{feed}:{name}", feed, f"https://{feed}.example/{name}", title, "", published, NOW)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An open store."""
    opened = Store(tmp_path / "aftershock.db")
    yield opened
    opened.close()


async def save(
    store: Store, *articles: Article, before: FeedState = KNOWN, found: Analysis | None = FOUND
) -> list[Taken]:
    """Save one poll of a feed, every article analysed alike."""
    answer = FeedAnswer(replace(before, feed=articles[0].feed, last_success=NOW), articles)
    analyses = {a.id: found for a in articles}
    return await store.transact(partial(save_news, answer=answer, before=before, analyses=analyses, now=NOW))


async def test_an_item_is_taken_once_over_polls_and_feeds(store: Store) -> None:
    """The same id, and the same link in another feed, are known the second time."""
    first = await save(store, article("1"))
    again = await save(store, article("1"))
    elsewhere = await save(store, replace(article("9", feed="other"), link=article("1").link))
    assert [True, True, True] == [len(first) == 1, again == [], elsewhere == []]


async def test_a_rewrite_in_the_same_poll_joins_the_story_that_the_first_opened(store: Store) -> None:
    """Stories of one poll see each other."""
    taken = await save(store, article("1"), article("2", "Acme opens its model to all"))
    assert 1 == len({t.story.id for t in taken if t.story})
    assert [True, False] == [t.new_fact for t in taken]


async def test_old_items_of_a_new_feed_are_history(store: Store) -> None:
    """At the first reading an item of yesterday, or without a date, opens no story; a fresh one does."""
    items = [article("1", hours=30), article("2", hours=None), article("3", "Bolt opens its model", hours=1)]
    taken = await save(store, *items, before=NEW)
    assert ["is history"] * 2 + ["opens a story"] == [t.reason for t in taken]
    later = await save(store, article("4", "Forty engineers join the lab", hours=None))
    assert ["opens a story"] == [t.reason for t in later]


async def test_an_archive_that_a_known_feed_brings_anew_is_history(store: Store) -> None:
    """A publisher's relaunch with new ids opens no stories of 2019."""
    (taken,) = await save(store, article("1", hours=24 * 400))
    assert "is history" == taken.reason


async def test_only_news_is_analysed(store: Store) -> None:
    """What is history or known already costs no analysis."""
    await save(store, article("1"))
    answer = FeedAnswer(NEW, (article("1"), article("2", hours=30), article("3", hours=2)))
    fresh = await store.transact(partial(fresh_articles, answers=[answer], before={"wire": NEW}))
    assert [article("3", hours=2)] == fresh


async def test_what_could_not_be_analysed_is_kept_without_a_story(store: Store) -> None:
    """It is not read again at every poll, and the reason stands beside it."""
    (taken,) = await save(store, article("1"), found=None)
    assert (None, "could not be analysed") == (taken.story, taken.reason)
    assert [] == await save(store, article("1"))


async def test_articles_and_the_feeds_validators_are_saved_together(store: Store) -> None:
    """A crash between them would lose items behind a 304: if the articles cannot be saved, nor is the state."""
    broken = replace(article("1"), seen=NOW.replace(tzinfo=None))
    with pytest.raises(StatementError, match="without a zone"):
        await save(store, replace(broken, published=None))
    assert {} == await store.transact(Tx.feed_states)
