"""What a poll finds becomes stories: each item once, old items of a new feed not at all, and nothing half saved."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import StatementError

from config.types import Config, EventLexicon, EventType, Feed, Settings
from monitor.cycle import Edges, read_news
from monitor.market.sessions import Calendars
from monitor.news import Taken, fresh_articles, save_news
from monitor.store.store import Store
from monitor.store.tx import Tx
from monitor.types import Article, FeedAnswer, FeedState
from nlp.types import Analysis, Event, Mention, Status

NOW = datetime(2025, 1, 20, 13, tzinfo=UTC)
HOUR = timedelta(hours=1)
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
    states = {articles[0].feed: before}
    saved = await store.transact(partial(save_news, answers=[answer], before=states, analyses=analyses, now=NOW))
    return saved.taken


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
    other = replace(FOUND, mentions=(), events=(replace(EVENT, actor="bolt"),))
    later = await save(store, article("4", "Forty engineers join the lab", hours=None), found=other)
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


async def test_one_feed_whose_items_cannot_be_saved_keeps_no_other_out(store: Store) -> None:
    """Its error is told and its old validators stay, so that the items come again; the next feed is taken in."""
    odd = article("1", "Half a surrogate \ud83d", feed="bad")
    answers = [
        FeedAnswer(FeedState("bad", NOW + HOUR, etag="new", last_success=NOW), (odd,)),
        FeedAnswer(FeedState("good", NOW + HOUR, last_success=NOW), (article("2", feed="good"),)),
    ]
    feeds = tuple(Feed(name, "", name) for name in ("bad", "good"))
    known = [FeedState(name, NOW, etag="old", last_success=NOW - HOUR) for name in ("bad", "good")]
    for state in known:
        await store.transact(partial(Tx.save_feed, state=state))
    edges = edges_of(store, Given(answers))
    config = Config(Settings(), {}, (), (), feeds, EventLexicon())
    done = await read_news(edges, config, NOW)
    states = await store.transact(Tx.feed_states)
    assert ("old", NOW + HOUR, 1) == (states["bad"].etag, states["bad"].next_poll, states["bad"].failures)
    assert ["bad"] == [a.state.feed for a in done.answers if a.error.startswith("its items could not be saved")]
    assert ["good:2"] == [taken.article.id for taken in done.taken]


def edges_of(store: Store, news: Any, found: Any = FOUND) -> Edges:  # noqa: ANN401  whatever stands for them
    """Edges of the news line alone."""
    return Edges(news, Given(found), Given(None), Given(None), store, Calendars())  # type: ignore[arg-type]


FEEDS = tuple(Feed(name, "", name) for name in ("quick", "slow"))


async def test_a_slow_feed_keeps_no_other_waiting(store: Store) -> None:
    """What has arrived is taken in at once; meanwhile the next pass asks the quick feed again, and the slow one not."""
    news = Held()
    edges = edges_of(store, news)
    config = Config(Settings(), {}, (), (), FEEDS, EventLexicon())
    first = asyncio.create_task(read_news(edges, config, NOW))
    await asyncio.wait_for(news.holding.wait(), 20)
    assert ["quick"] == [s.feed for s in (await store.transact(Tx.feed_states)).values() if s.known]
    await asyncio.wait_for(read_news(edges, config, NOW + HOUR), 20)
    assert [["quick", "slow"], ["quick"]] == news.asked
    news.go_on.set()
    assert ["quick", "slow"] == [a.state.feed for a in (await first).answers]
    await read_news(edges, config, NOW + 2 * HOUR)
    assert ["quick", "slow"] == sorted(news.asked[-1])


async def test_a_feed_whose_items_could_not_be_analysed_is_not_asked_before_its_time(store: Store) -> None:
    """Where the model is missing every pass fails, but publishers do not notice."""
    news = Given(
        [FeedAnswer(FeedState("quick", NOW + HOUR, etag="new", last_success=NOW), (article("1", feed="quick"),))]
    )
    edges = replace(edges_of(store, news), analyzer=Broken())
    config = Config(Settings(), {}, (), (), FEEDS[:1], EventLexicon())
    with pytest.raises(OSError, match="no model"):
        await read_news(edges, config, NOW)
    state = (await store.transact(Tx.feed_states))["quick"]
    assert (None, NOW + HOUR, False) == (state.etag, state.next_poll, state.known)
    assert edges.rota.states == {"quick": state}


async def test_a_kill_in_the_middle_of_a_poll_brings_no_early_request(store: Store) -> None:
    """What was being asked is noted before it is: the next start waits for the interval, though no answer was saved."""
    news = Held()
    config = Config(Settings(), {}, (), (), FEEDS[1:], EventLexicon())
    killed = asyncio.create_task(read_news(edges_of(store, news), config, NOW))
    await asyncio.wait_for(news.holding.wait(), 20)
    killed.cancel()
    await asyncio.gather(killed, return_exceptions=True)
    again = edges_of(store, news)
    await read_news(again, config, NOW + config.settings.poll_news - timedelta(seconds=1))
    assert [["slow"], []] == news.asked
    news.go_on.set()
    await read_news(again, config, NOW + config.settings.poll_news)
    assert ["slow"] == news.asked[-1]


class Held:
    """A news source whose slow feed answers when it is told to."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self.asked: list[list[str]] = []
        self.go_on = asyncio.Event()
        self.holding = asyncio.Event()

    async def poll(
        self, due: Sequence[tuple[Feed, FeedState]], now: datetime
    ) -> AsyncGenerator[Sequence[FeedAnswer], None]:
        """An answer for each feed, the slow one's last."""
        self.asked.append([feed.id for feed, _ in due])
        for feed, state in due:
            if feed.id == "slow":
                self.holding.set()
                await self.go_on.wait()
            yield [FeedAnswer(replace(state, next_poll=now + HOUR, last_success=now))]


class Broken:
    """An analyzer without a model."""

    async def analyze(self, texts: Sequence[object]) -> list[Any]:
        """Fail as the pool does."""
        raise OSError("no model")


class Given:
    """An edge that answers what it is given."""

    def __init__(self, answer: Any) -> None:  # noqa: ANN401  whatever the edge gives
        """Hold the answer."""
        self.answer = answer

    async def poll(self, due: object, now: datetime) -> AsyncGenerator[Any, None]:
        """The feeds' answers."""
        yield self.answer

    async def analyze(self, texts: Sequence[object]) -> list[Any]:
        """The same analysis of every text."""
        return [self.answer for _ in texts]
