"""Articles about one happening become one story; other happenings stay apart."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from config.types import EventType
from monitor.stories import content_words, join, report
from monitor.types import Article, Fact, Report, Story
from nlp.types import Analysis, Event, Mention, Status

NOW = datetime(2025, 1, 20, 12, 30, tzinfo=UTC)
RELEASES = EventType.MODEL_RELEASE


def article(title: str, *, hours: float = 0, feed: str = "wire", published: datetime | None = None) -> Article:
    """An article seen so many hours after `NOW`."""
    return Article(f"{feed}:{title}", feed, "", title, "", published, NOW + timedelta(hours=hours))


def found(title: str, kind: EventType, *companies: str, hours: float = 0, feed: str = "wire") -> Report:
    """A report of an event of the first company, naming all of them."""
    facts = (Fact(kind, companies[0], "reported", title, 0.9),)
    return Report(article(title, hours=hours, feed=feed), companies, companies, facts)


def opened(first: Report) -> Story:
    """The story that a report opens."""
    story = join(first, []).story
    assert story is not None
    return story


RELEASE = found("DeepSeek opens weights of R1 reasoning model", EventType.MODEL_RELEASE, "deepseek", "openai")


def test_an_event_opens_a_story_at_its_published_time() -> None:
    """The story begins when the article says it was published, unless that lies in the future."""
    early = article("Acme opens model", published=NOW - timedelta(minutes=40))
    late = article("Acme opens model", published=NOW + timedelta(hours=3))
    fact = Fact(EventType.MODEL_RELEASE, "acme", "reported", "", 0.9)
    times = [opened(Report(a, ("acme",), ("acme",), (fact,))).time for a in (early, late)]
    assert [NOW - timedelta(minutes=40), NOW] == times


@pytest.mark.parametrize(
    ("later", "joins", "new_fact"),
    [
        # A rewrite in another outlet is an echo.
        (found("DeepSeek opens its R1 reasoning model to all", RELEASES, "deepseek", hours=3), True, False),
        # Days later, the same release taken up by the public.
        (found("R1 model takes DeepSeek to top of app charts", RELEASES, "deepseek", hours=150), True, False),
        # A new kind of event of the same company, in like words, is a new fact.
        (found("DeepSeek says R1 reasoning model cost little", EventType.RESEARCH, "deepseek", hours=5), True, True),
        # Another release of the same company is another happening.
        (found("DeepSeek publishes Janus image generator", RELEASES, "deepseek", hours=150), False, True),
        # The same words about another company are another happening.
        (found("Alibaba opens weights of Qwen reasoning model", RELEASES, "alibaba", hours=3), False, True),
        # Too late to be the same happening.
        (found("DeepSeek opens R1 reasoning model", RELEASES, "deepseek", hours=24 * 12), False, True),
    ],
    ids=lambda v: v.article.title if isinstance(v, Report) else str(v),
)
def test_only_the_same_happening_joins(later: Report, joins: bool, new_fact: bool) -> None:
    """Joining goes by company, event and words together, within a week."""
    story = opened(RELEASE)
    joining = join(later, [story])
    assert joining.story is not None
    assert (joins, new_fact) == (joining.story.id == story.id, joining.new_fact)


def test_a_price_move_joins_the_story_it_names_and_adds_no_party() -> None:
    """Market wraps count as sources of the story that they name as the cause; they link nobody to it."""
    story = opened(RELEASE)
    wrap = found("Chip shares slide on worries over DeepSeek", EventType.MARKET_MOVE, "nvidia", "deepseek", hours=50)
    joining = join(wrap, [story])
    assert joining.story is not None
    assert (story.id, story.parties, story.last_fact, False) == (
        joining.story.id,
        joining.story.parties,
        joining.story.last_fact,
        joining.new_fact,
    )


def test_a_price_move_alone_opens_no_story() -> None:
    """A move without a named story explains nothing."""
    assert join(found("Nvidia falls at the open", EventType.MARKET_MOVE, "nvidia"), []).story is None


def test_a_storys_time_stays_once_it_was_told() -> None:
    """An earlier article that arrives late does not move the time of a story that was told."""
    story = opened(RELEASE)
    earlier = Report(
        article("DeepSeek opens R1 reasoning model weights", hours=1, feed="lab", published=NOW - timedelta(hours=9)),
        ("deepseek",),
        ("deepseek",),
        RELEASE.facts,
    )
    told = replace(story, told=True)
    times = [s.time for before in (story, told) if (s := join(earlier, [before]).story)]
    assert [NOW - timedelta(hours=9), NOW] == times


def test_the_order_of_open_stories_does_not_matter() -> None:
    """The best match wins however the store lists them."""
    one, two = opened(RELEASE), opened(found("DeepSeek cuts API prices", EventType.PRODUCT_LAUNCH, "deepseek"))
    later = found("DeepSeek cuts prices of its API", EventType.PRODUCT_LAUNCH, "deepseek", hours=2)
    assert join(later, [one, two]) == join(later, [two, one])


def test_a_report_names_the_actor_and_leaves_denials_out() -> None:
    """Facts go to the actor, else the target, else the first company of the title; a denied event is none."""
    title = "Acme and Bolt deny merger"
    mention = Mention("acme", "Acme", 0, 4, "name", 1.0)
    events = [
        Event(EventType.FUNDING, "raises", title, 5, None, "bolt", Status.REPORTED, 0.8, "r"),
        Event(EventType.ACQUISITION, "merger", title, 5, "acme", "bolt", Status.DENIED, 0.8, "r"),
        Event(EventType.RESEARCH, "finds", title, 5, None, None, Status.REPORTED, 0.8, "r"),
    ]
    facts = report(article(title), Analysis((mention,), tuple(events))).facts
    assert [(EventType.FUNDING, "bolt"), (EventType.RESEARCH, "acme")] == [(f.type, f.company) for f in facts]


def test_content_words_drop_accents_possessives_and_stop_words() -> None:
    """Rewrites differ in such things only."""
    assert frozenset({"nestle", "ai", "r1", "model"}) == content_words("Nestlé’s AI is the new R1 model")
