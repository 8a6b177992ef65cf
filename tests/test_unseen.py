"""Each item once, across feeds, restarts and whatever publishers do; edits change what is kept and nothing else."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from monitor.news import Taken, save_news
from monitor.store.store import Store
from monitor.store.tx import Tx
from monitor.types import Article, FeedAnswer, FeedState
from nlp.types import Analysis

NOW = datetime(2025, 1, 27, 15, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONG = "The plant near the river will take its first orders in spring, the company said, and double them by autumn."
FIRST = Article(
    "wire:1", "wire", "https://wire.example/plant?id=1", "Acme will open its second plant in spring", LONG, NOW, NOW
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An open store."""
    opened = Store(tmp_path / "aftershock.db")
    yield opened
    opened.close()


def take(store: Store, *articles: Article) -> list[str]:
    """One poll of one feed; the ids of what is new in it."""
    before = {articles[0].feed: FeedState(articles[0].feed, NOW, last_success=NOW - DAY)}
    answer = FeedAnswer(before[articles[0].feed], articles)
    analyses = {a.id: Analysis() for a in articles}

    def save(tx: Tx) -> list[Taken]:
        return save_news(tx, [answer], before, analyses, articles[0].seen).taken

    return [taken.article.id for taken in store._run(save)]


def kept(store: Store, path: Path) -> dict[str, str]:
    """The titles in the store, by id."""
    engine = create_engine(f"sqlite:///{path / 'aftershock.db'}")
    with engine.connect() as connection:
        rows = connection.execute(text("select id, json_extract(body, '$.title') from articles")).all()
    engine.dispose()
    return {row[0]: row[1] for row in rows}


@pytest.mark.parametrize(
    "again",
    [
        FIRST,
        replace(FIRST, id="other:9", feed="other"),
        replace(FIRST, id="wire:2", guid="changed", seen=NOW + 9 * DAY),
        replace(FIRST, id="o:9", feed="o", link="http://www.wire.example/plant/?utm_source=x&id=1#top", summary=""),
        replace(FIRST, id="other:9", feed="other", title="Second plant for Acme", summary="", seen=NOW + 30 * DAY),
        replace(FIRST, id="wire:2", link="https://wire.example/2025/plant", summary="", seen=NOW + HOUR),
        replace(FIRST, id="copy:3", feed="copy", link="https://copy.example/a", seen=NOW + HOUR),
        replace(FIRST, id="copy:3", feed="copy", link="", title=FIRST.title.upper(), seen=NOW + HOUR),
    ],
)
def test_an_item_that_comes_again_is_known(store: Store, again: Article) -> None:
    """By its guid, under a new one, from another feed, by its address in any form, moved within its site, or copied."""
    assert ["wire:1"] == take(store, FIRST)
    assert [] == take(store, again)


@pytest.mark.parametrize(
    "other",
    [
        replace(FIRST, id="wire:2", link="https://wire.example/plant?id=2", title="Acme will close its second plant"),
        replace(FIRST, id="lab:2", feed="lab", link="https://lab.example/a", summary="Another writer's words on it."),
        replace(FIRST, id="wire:2", link="https://wire.example/plant?id=3", summary="", seen=NOW + 3 * DAY),
        replace(FIRST, id="copy:2", feed="copy", link="https://copy.example/a", seen=NOW + 5 * DAY),
    ],
)
def test_an_item_that_only_looks_alike_is_new(store: Store, other: Article) -> None:
    """Another page, the same title by another writer, a column's title next week, an old text in a new place."""
    take(store, FIRST)
    other = other if other.summary != LONG or other.title == FIRST.title else replace(other, summary="")
    assert [other.id] == take(store, other)


@pytest.mark.parametrize("guid", ["tag:wire.example,2025:77", "urn:uuid:x-1", "1b4e28ba-2fa1-11d2-883f-0016d3cca427"])
def test_a_guid_for_the_whole_world_is_known_in_every_feed(store: Store, guid: str) -> None:
    """A number is not: every feed has an item 7."""
    first = replace(FIRST, guid=guid, link="", summary="")
    take(store, first)
    again = replace(first, id="other:1", feed="other", title="Something else altogether happened")
    assert [] == take(store, again)
    assert ["other:1"] == take(store, replace(again, guid="7"))


def test_an_edit_updates_what_is_kept_and_is_no_news(store: Store, tmp_path: Path) -> None:
    """Under the same guid or, where that changes too, at the same address; another feed's words change nothing."""
    take(store, FIRST)
    assert [] == take(store, replace(FIRST, title="Acme delays its second plant", seen=NOW + HOUR))
    assert {"wire:1": "Acme delays its second plant"} == kept(store, tmp_path)
    assert [] == take(store, replace(FIRST, id="wire:1b", title="Acme delays plant again", seen=NOW + 2 * HOUR))
    assert {"wire:1": "Acme delays plant again"} == kept(store, tmp_path)
    assert [] == take(store, replace(FIRST, id="other:1", feed="other", title="A plant is late", seen=NOW + 3 * HOUR))
    assert {"wire:1": "Acme delays plant again"} == kept(store, tmp_path)


def test_an_item_that_was_edited_is_known_by_its_new_address_too(store: Store) -> None:
    """The publisher gave the page a better name; another feed has only that."""
    take(store, FIRST)
    moved = replace(FIRST, link="https://wire.example/better-name", summary="", seen=NOW + HOUR)
    take(store, moved)
    assert [] == take(
        store, replace(moved, id="other:1", feed="other", title="Its title over there", seen=NOW + 9 * DAY)
    )


def test_posts_of_a_live_blog_are_told_apart(store: Store) -> None:
    """Several items with one address in one answer: that address names none of them, with a title it does."""
    posts = [
        replace(FIRST, id=f"wire:{n}", title=f"Post number {n} of the day", summary="", guid=f"u#{n}") for n in range(3)
    ]
    assert ["wire:0", "wire:1"] == take(store, *posts[:2])
    assert ["wire:2"] == take(store, *posts)
    assert [] == take(store, replace(posts[1], id="other:1", feed="other"))


def test_items_in_another_order_are_known(store: Store) -> None:
    """Reordering makes nothing new."""
    items = [replace(FIRST, id=f"wire:{n}", link=f"https://w.example/{n}", title=f"T{n}", summary="") for n in range(5)]
    take(store, *items)
    assert [] == take(store, *reversed(items))
