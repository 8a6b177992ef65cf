"""The index of open stories finds what weighing all would find, holds what is open, and waits for commits."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from config.types import EventType
from monitor.news import Saved, save_news
from monitor.store.store import Store
from monitor.store.tx import Tx
from monitor.stories import report
from monitor.stories.facts import opened
from monitor.stories.index import MOST_OPEN, StoryIndex
from monitor.stories.joining import candidate, choose, joined
from monitor.stories.life import ECHO_FOR, OPEN_FOR
from monitor.stories.novelty import PRINTS_KEPT
from monitor.types import Article, FeedAnswer, FeedState, Report, Story
from nlp.types import Analysis, Event, Mention, Status

NOW = datetime(2025, 1, 20, 13, tzinfo=UTC)
PARTS = ("motor", "valve", "lens", "rotor", "blade", "laser", "wafer", "mirror", "sensor", "cable")
SAYS = ("opens", "closes", "doubles", "sells", "moves", "patents", "recalls", "tests", "prices", "names")


def found(title: str, company: str = "acme", *, hours: float = 0, fact: bool = True, name: str = "") -> Report:
    """A report of a company's event, or of none."""
    seen = NOW + timedelta(hours=hours)
    article = Article(f"wire:{name or title}", "wire", "", title, "", None, seen)
    at = max(title.lower().find(company), 0)
    mention = Mention(company, title[at : at + len(company)], at, at + len(company), "name", 1.0)
    event = Event(EventType.PRODUCT_LAUNCH, "opens", title, 0, company, None, Status.REPORTED, 0.9, "r")
    return report(article, Analysis((mention,), (event,) if fact else ()))


def many() -> list[Report]:
    """A hundred happenings of ten companies, an hour apart, each told twice."""
    titles = [
        (f"Acme{n} {SAYS[n]} {part} works in Town{k}", f"acme{n}") for n in range(10) for k, part in enumerate(PARTS)
    ]
    return [
        found(f"{title}{again}", company, hours=n / 10 + (0.5 if again else 0))
        for again in ("", " at last")
        for n, (title, company) in enumerate(titles)
    ]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An open store."""
    made = Store(tmp_path / "aftershock.db")
    yield made
    made.close()


def test_the_index_decides_as_weighing_every_story_does() -> None:
    """Over a stream of rewrites, article by article."""
    index, known = StoryIndex(), dict[str, Story]()
    for one in many():
        choice = choose(one, index.near(one))
        assert choice == choose(one, map(candidate, known.values()))
        story = joined(one, known.get(choice.story or ""), choice).story
        known[story.id] = story
        index.put(story)
    assert len(known) < len(many())


def test_a_story_is_found_by_what_it_is_now() -> None:
    """Not by what it was: a put replaces, a drop forgets, and neither leaves a trace."""
    first = opened(found("Acme opens lens works"))
    index = StoryIndex([first])
    other = Story(
        **{name: getattr(first, name) for name in Story.__slots__}
        | {"prints": (found("Bolt sells rotors", "bolt").print,)}
    )
    index.put(other)
    assert [] == index.near(found("Acme opens lens works"))
    assert [first.id] == [c.profile.id for c in index.near(found("Bolt sells its rotors", "bolt"))]
    index.drop(first.id)
    assert (0, {}) == (len(index), dict(index._holders))


def test_what_is_no_longer_open_is_let_go() -> None:
    """A story with facts after its life, one without much sooner; the join does not wait for that."""
    fact, echo = (
        opened(found(f"Acme opens {what} works", fact=is_fact)) for what, is_fact in (("lens", True), ("rotor", False))
    )
    index = StoryIndex([fact, echo])
    late = found("Acme opens rotor works", hours=ECHO_FOR / timedelta(hours=1) + 1)
    assert choose(late, index.near(late)).story is None
    index.expire(NOW + ECHO_FOR + timedelta(hours=1))
    assert fact.id in index
    assert echo.id not in index
    index.expire(NOW + OPEN_FOR + timedelta(hours=1))
    assert 0 == len(index)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the number of stories, those without facts going first, and by the prints kept of each."""
    monkeypatch.setattr("monitor.stories.index.MOST_OPEN", 20)
    assert MOST_OPEN > 10_000
    stories = [opened(found(f"Acme sells part{n}", hours=n / 10, fact=n % 3 == 0)) for n in range(60)]
    index = StoryIndex(stories)
    index.expire(NOW + timedelta(hours=7))
    assert [s.id for s in stories[::3]] == [s.id for s in stories if s.id in index]
    story = stories[0]
    for n in range(100):
        one = found(f"Acme sells part0 again{n}", hours=1, name=str(n))
        story = joined(one, story, choose(one, [candidate(story)])).story
    assert (PRINTS_KEPT, 101) == (len(story.prints), story.size)


def saving(name: str, title: str) -> partial[Saved]:
    """A poll that brings one article."""
    one = found(title, name=name)
    state = FeedState("wire", NOW, last_success=NOW)
    answers = [FeedAnswer(state, (one.article,))]
    event = Event(EventType.PRODUCT_LAUNCH, "opens", title, 0, "acme", None, Status.REPORTED, 0.9, "r")
    analysis = Analysis((Mention("acme", "Acme", 0, 4, "name", 1.0),), (event,))
    return partial(save_news, answers=answers, before={"wire": state}, analyses={one.article.id: analysis}, now=NOW)


async def test_the_index_learns_of_a_batch_only_when_it_is_committed(store: Store) -> None:
    """A transaction that fails leaves it as it was; the next article joins what is in the store."""
    index = StoryIndex()
    done = await store.transact(
        partial(saving("1", "Acme opens lens works"), index=index), then=lambda s: s.draft.keep()
    )

    def fail(tx: Tx) -> Saved:
        saving("2", "Acme recalls motor of trains")(tx, index=index)
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        await store.transact(fail, then=lambda s: s.draft.keep())
    assert 1 == len(index)
    again = await store.transact(
        partial(saving("3", "Acme opens lens works"), index=index), then=lambda s: s.draft.keep()
    )
    assert [t.story.id for t in done.taken if t.story] == [t.story.id for t in again.taken if t.story]


async def test_a_restart_joins_what_was_open_before(store: Store) -> None:
    """The index is built anew from the store, stories without facts included; what was told meanwhile is kept."""
    first = await store.transact(partial(saving("1", "Acme opens lens works"), index=StoryIndex()))
    (story,) = (t.story for t in first.taken if t.story)
    told = Story(**{name: getattr(story, name) for name in Story.__slots__} | {"told": True})
    await store.transact(partial(Tx.save_story, story=told))
    second = await store.transact(partial(saving("2", "Acme opens its lens works at last"), index=StoryIndex()))
    assert [(story.id, True, 2)] == [(t.story.id, t.story.told, t.story.size) for t in second.taken if t.story]


async def test_stories_without_facts_are_kept_but_link_nobody(store: Store) -> None:
    """They are read for joining, not for links."""
    story = opened(found("Acme opens lens works", fact=False))
    await store.transact(partial(Tx.save_story, story=story))
    assert [] == await store.transact(lambda tx: tx.open_stories(NOW))
    assert [story] == await store.transact(lambda tx: tx.open_stories(NOW, linking=False))
