"""Articles about one happening become one story; other happenings stay apart."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from config.types import EventType
from monitor.stories import join, report
from monitor.stories.words import content_words, designations
from monitor.types import Article, Report, Story
from nlp.types import Analysis, Event, Mention, Status

NOW = datetime(2025, 1, 20, 12, 30, tzinfo=UTC)
RELEASES = EventType.MODEL_RELEASE


def article(title: str, *, hours: float = 0, feed: str = "wire", published: datetime | None = None) -> Article:
    """An article seen so many hours after `NOW`."""
    return Article(f"{feed}:{title}", feed, "", title, "", published, NOW + timedelta(hours=hours))


def found(title: str, kind: EventType, *companies: str, trigger: str = "opens", hours: float = 0) -> Report:
    """A report of an event that the first company does; companies that the title has are named there."""
    mentions = [
        Mention(c, title[at : at + len(c)], at, at + len(c), "name", 1.0)
        for c in companies
        if (at := title.lower().find(c)) >= 0
    ] + [Mention(c, c, len(title) + 1, len(title) + 9, "name", 1.0) for c in companies if c not in title.lower()]
    event = Event(kind, trigger, title, 0, companies[0], None, Status.REPORTED, 0.9, "r")
    return report(article(title, hours=hours), Analysis(tuple(mentions), (event,)))


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
    event = Event(RELEASES, "opens", "", 5, "acme", None, Status.REPORTED, 0.9, "r")
    times = [opened(report(a, Analysis((), (event,)))).time for a in (early, late)]
    assert [NOW - timedelta(minutes=40), NOW] == times


@pytest.mark.parametrize(
    ("later", "joins", "new_fact"),
    [
        # A rewrite in another outlet is an echo.
        (found("DeepSeek opens its R1 reasoning model to all", RELEASES, "deepseek", hours=3), True, False),
        # Days later, the same release taken up by the public.
        (found("R1 model takes DeepSeek to top of app charts", RELEASES, "deepseek", hours=150), True, False),
        # A new kind of event about the same model is a new fact of the same story.
        (found("DeepSeek says R1 was cheap to train", EventType.RESEARCH, "deepseek", hours=5), True, True),
        # Another release of the same company is another happening.
        (found("DeepSeek opens Janus image model", RELEASES, "deepseek", hours=150), False, True),
        # The same words about another company are another happening.
        (found("Alibaba opens weights of Qwen reasoning model", RELEASES, "alibaba", hours=3), False, True),
        # Too late to be the same happening.
        (found("DeepSeek opens R1 reasoning model", RELEASES, "deepseek", hours=24 * 17), False, True),
    ],
    ids=lambda v: v.article.title if isinstance(v, Report) else str(v),
)
def test_only_the_same_happening_joins(later: Report, joins: bool, new_fact: bool) -> None:
    """Joining goes by company, event and words together, within a week."""
    story = opened(RELEASE)
    joining = join(later, [story])
    assert joining.story is not None
    assert (joins, new_fact) == (joining.story.id == story.id, joining.new_fact)


@pytest.mark.parametrize(
    ("later", "new"),
    [
        # Another outlet, other words, a rounded amount: an echo.
        (found("Acme will build $17 billion AI chip plant in Ohio", EventType.CAPEX, "acme", hours=9), ""),
        # A percentage is what shares do.
        (found("Acme's $17.4 billion chip plant in Ohio lifts output 40%", EventType.CAPEX, "acme", hours=9), ""),
        (found("Acme chip plant in Ohio to cost $25 billion", EventType.CAPEX, "acme", hours=9), "figure: 25b"),
        (
            found("Acme, Bolt to build chip plant in Ohio together", EventType.CAPEX, "acme", "bolt", hours=9),
            "party: bolt",
        ),
        (found("Ohio sues Acme over chip plant site", EventType.LAWSUIT, "acme", hours=9), "event: lawsuit"),
        # What shares do is no new fact, whatever it names.
        (found("Acme shares jump on $25 billion chip plant in Ohio", EventType.MARKET_MOVE, "acme", hours=9), ""),
    ],
    ids=lambda v: v.article.title if isinstance(v, Report) else str(v),
)
def test_a_new_fact_is_a_new_event_party_or_figure(later: Report, new: str) -> None:
    """It re-arms the story's links, which live five sessions from its last fact; an echo only keeps it being told."""
    story = opened(found("Acme to build $17.4 billion AI chip plant in Ohio", EventType.CAPEX, "acme"))
    joining = join(later, [story])
    assert (False, bool(new)) == (joining.opened, joining.new_fact)
    assert new in joining.new
    assert (later.article.seen if new else NOW) == joining.story.last_fact
    assert later.article.seen == joining.story.last_seen


def test_a_retrospective_of_a_story_adds_nothing_to_it() -> None:
    """It may join, but its facts are old."""
    story = opened(found("Acme to build $17.4 billion AI chip plant in Ohio", EventType.CAPEX, "acme"))
    late = found(
        "Two years on: Acme and Bolt's $30 billion AI chip plant in Ohio", EventType.FUNDING, "acme", "bolt", hours=9
    )
    joining = join(late, [story])
    assert (False, NOW) == (joining.new_fact, story.last_fact)
    assert "bolt" not in joining.story.parties


def test_a_story_without_facts_links_once_it_has_one() -> None:
    """Who comments first opens it; the first report of a fact makes its parties."""
    first = opened(found("What Acme's chip plant in Ohio would cost Bolt", EventType.MARKET_MOVE, "acme", "bolt"))
    joining = join(
        found("Acme to build AI chip plant in Ohio, costs Bolt", EventType.CAPEX, "acme", "bolt", hours=2), [first]
    )
    assert ({}, False, True) == (first.parties, joining.opened, joining.new_fact)
    assert {"acme": 1.0, "bolt": 0.5} == joining.story.parties
    assert NOW + timedelta(hours=2) == joining.story.last_fact


def test_a_price_move_joins_the_story_it_names_and_adds_no_party() -> None:
    """Market wraps count as sources of the story that they name beside the movers; they link nobody to it."""
    story = opened(RELEASE)
    wrap = found("Nvidia shares slide on worries over DeepSeek", EventType.MARKET_MOVE, "nvidia", "deepseek", hours=50)
    joining = join(wrap, [story])
    assert joining.story is not None
    assert (story.id, story.parties, story.last_fact, False) == (
        joining.story.id,
        joining.story.parties,
        joining.story.last_fact,
        joining.new_fact,
    )
    assert joining.story.last_seen == wrap.article.seen


def test_a_price_move_of_the_storys_own_company_names_no_cause() -> None:
    """That a company's own shares moved does not say that its news was the reason."""
    story = opened(found("Nvidia opens design office", EventType.WORKFORCE, "nvidia"))
    joining = join(found("Nvidia falls 3 percent", EventType.MARKET_MOVE, "nvidia", hours=5), [story])
    assert (True, {}) == (joining.opened, joining.story.parties)


def test_a_price_move_in_the_summary_takes_nothing_from_the_news() -> None:
    """Most wires end with a sentence on the share price; the event of the title still opens a story."""
    title = "Nvidia to invest $5 billion in Bolt"
    mentions = (Mention("nvidia", "Nvidia", 0, 6, "name", 1.0), Mention("bolt", "Bolt", 31, 35, "name", 1.0))
    events = (
        Event(EventType.FUNDING, "invest", title, 10, "nvidia", "bolt", Status.PLANNED, 0.9, "r"),
        Event(EventType.MARKET_MOVE, "jumped", "Bolt shares jumped 25%.", 40, "bolt", None, Status.REPORTED, 0.9, "r"),
    )
    story = opened(report(article(title), Analysis(mentions, events)))
    assert {"nvidia": 1.0, "bolt": 0.7} == story.parties


def test_a_move_and_its_own_news_in_one_title_open_a_story() -> None:
    """The company that moved is its own cause here: the event counts."""
    title = "Acme shares rise as it unveils a chip"
    mention = Mention("acme", "Acme", 0, 4, "name", 1.0)
    events = (
        Event(EventType.MARKET_MOVE, "rise", title, 12, "acme", None, Status.REPORTED, 0.9, "r"),
        Event(EventType.PRODUCT_LAUNCH, "unveils", title, 23, "acme", None, Status.REPORTED, 0.9, "r"),
    )
    assert {"acme": 1.0} == opened(report(article(title), Analysis((mention,), events))).parties


def test_a_wrong_old_date_does_not_pull_a_story_back_for_years() -> None:
    """An article dated 1970 joins, but the story's time moves by three days at most."""
    story = opened(RELEASE)
    late = replace(
        RELEASE, article=article("DeepSeek opens R1 reasoning model", hours=1, published=NOW.replace(year=1970))
    )
    joined = join(late, [story]).story
    assert joined is not None
    assert NOW - timedelta(days=3) == joined.time


def test_a_price_move_alone_links_nobody() -> None:
    """A move without a named story explains nothing: it stands alone, without parties, and is no new fact."""
    joining = join(found("Nvidia falls at the open", EventType.MARKET_MOVE, "nvidia"), [])
    assert ({}, (), False) == (joining.story.parties, joining.story.facts, joining.new_fact)
    assert joining.reason.startswith("stands alone")


def test_a_storys_time_stays_once_it_was_told() -> None:
    """An earlier article that arrives late does not move the time of a story that was told."""
    story = opened(RELEASE)
    late = article("DeepSeek opens R1 reasoning model weights", hours=1, published=NOW - timedelta(hours=9))
    earlier = replace(RELEASE, article=late)
    told = replace(story, told=True)
    times = [join(earlier, [before]).story.time for before in (story, told)]
    assert [NOW - timedelta(hours=9), NOW] == times


def test_the_order_of_open_stories_does_not_matter() -> None:
    """The best match wins however the store lists them."""
    one, two = (
        opened(RELEASE),
        opened(found("DeepSeek cuts API prices", EventType.PRODUCT_LAUNCH, "deepseek", trigger="cuts")),
    )
    later = found("DeepSeek cuts prices of its API", EventType.PRODUCT_LAUNCH, "deepseek", hours=2)
    assert join(later, [one, two]) == join(later, [two, one])


def test_a_report_names_the_actor_and_leaves_denials_out() -> None:
    """Facts go to the actor, else the first company of the title, and keep their target; a denied event is none."""
    title = "Acme and Bolt deny merger"
    mention = Mention("acme", "Acme", 0, 4, "name", 1.0)
    events = [
        Event(EventType.FUNDING, "raises", title, 5, None, "bolt", Status.REPORTED, 0.8, "r"),
        Event(EventType.ACQUISITION, "merger", title, 5, "acme", "bolt", Status.DENIED, 0.8, "r"),
        Event(EventType.RESEARCH, "finds", title, 5, None, None, Status.REPORTED, 0.8, "r"),
    ]
    facts = report(article(title), Analysis((mention,), tuple(events))).facts
    assert [(EventType.FUNDING, "acme", "bolt"), (EventType.RESEARCH, "acme", "")] == [
        (f.type, f.company, f.target) for f in facts
    ]


def test_a_price_move_without_an_actor_blames_nobody() -> None:
    """The company beside a price move may be its cause; only an actor is taken for what moved."""
    event = Event(EventType.MARKET_MOVE, "slide", "", 8, None, "acme", Status.REPORTED, 0.8, "r")
    mention = Mention("acme", "Acme", 20, 24, "name", 1.0)
    assert [""] == [
        f.company for f in report(article("Futures slide as Acme stirs doubt"), Analysis((mention,), (event,))).facts
    ]


def test_content_words_drop_accents_possessives_and_stop_words() -> None:
    """Rewrites differ in such things only."""
    assert frozenset({"nestle", "ai", "r1", "model"}) == content_words("Nestlé’s AI is the new R1 model")


def test_designations_are_models_and_products_but_no_quantities() -> None:
    """R1 and H800 name something, 20th, $5bn, Q4 and 10-year do not."""
    words = content_words("R1 and o1-mini beat GPT-4.5 on H800 chips on the 20th of Q4 at 5bn in 10-year tests of 2025")
    assert frozenset({"r1", "o1-mini", "gpt-4.5", "h800"}) == designations(words)
