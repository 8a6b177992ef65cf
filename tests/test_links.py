"""Stories reach companies over typed relations, by the best path, within steps and strength."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from config.types import (
    Config,
    Direction,
    EventLexicon,
    EventType,
    Expectation,
    Relation,
    RelationKind,
    Settings,
    Watched,
    Watchlist,
)
from monitor.links import HUB, MOST_REACHED, SPREAD, TURNED, Graph, claim, derive, ranked, sessions_since
from monitor.market.sessions import Calendars
from monitor.memory import Memory
from monitor.ties import Ties
from monitor.types import Fact, Link, Step, Story

NOW = datetime(2025, 1, 27, 12, tzinfo=UTC)
ALL = frozenset(RelationKind)
SUPPLIER, CUSTOMER, PARTNER, COMPETITOR, POWER, INVESTOR, OWNER = (
    RelationKind.SUPPLIER,
    RelationKind.CUSTOMER,
    RelationKind.PARTNER,
    RelationKind.COMPETITOR,
    RelationKind.POWER,
    RelationKind.INVESTOR,
    RelationKind.OWNER,
)
RELATIONS = [
    Relation("lab", "rival", COMPETITOR, 0.9, -1),
    Relation("rival", "cloud", PARTNER, 0.8),
    Relation("cloud", "reactor", POWER, 0.7, since=date(2024, 9, 20)),
    Relation("reactor", "turbine", SUPPLIER, 0.9),
    Relation("lab", "chips", SUPPLIER, 0.5),
    Relation("rival", "chips", SUPPLIER, 0.8, -1),
    Relation("rival", "fund", INVESTOR, 0.9),
    Relation("chips", "old", CUSTOMER, 0.9, until=date(2020, 1, 1)),
]


def story(**parties: float) -> Story:
    """A story with those parties."""
    fact = Fact(EventType.MODEL_RELEASE, "lab", "reported", "", 0.9)
    return Story("s", "h", NOW, NOW, NOW, (fact,), parties, (), (), frozenset({"wire"}))


def paths(follow: frozenset[RelationKind] = ALL, **parties: float) -> dict[str, str]:
    """The path to every company that is reached, three steps and a floor of 0.2."""
    graph = Graph.of(RELATIONS)
    links = derive(story(**parties), graph, follow=follow, on=NOW.date(), max_steps=3, min_strength=0.2)
    return {company: link.path for company, link in links.items()}


def test_the_best_path_is_kept_and_three_steps_are_the_end() -> None:
    """The stronger of two paths wins, a fourth step is not taken, an expired edge is not walked."""
    assert {
        "lab": "lab",
        "rival": "lab -competitor-> rival",
        "cloud": "lab -competitor-> rival -partner-> cloud",
        "reactor": "lab -competitor-> rival -partner-> cloud -power-> reactor",
        "chips": "lab -competitor-> rival -supplier-> chips",
        "fund": "lab -competitor-> rival -investor-> fund",
    } == paths(lab=1.0)


def test_strength_and_sign_are_products() -> None:
    """Strength falls and the expected sign turns with each step; a partner of one who is only reached matters less."""
    links = derive(story(lab=1.0), Graph.of(RELATIONS), follow=ALL, on=NOW.date(), max_steps=3, min_strength=0.2)
    assert [pytest.approx(0.9 * 0.8), pytest.approx(0.9 * 0.8 * SPREAD * 0.7)] == [
        links["chips"].strength,
        links["reactor"].strength,
    ]
    assert [1, -1] == [links["chips"].sign, links["reactor"].sign]


def test_a_weaker_but_shorter_path_may_go_on() -> None:
    """The best way to the cloud takes two steps, but its power plant is reached over the weaker, direct one."""
    relations = [
        Relation("lab", "rival", COMPETITOR, 0.9),
        Relation("rival", "cloud", SUPPLIER, 0.9),
        Relation("lab", "cloud", CUSTOMER, 0.7),
        Relation("cloud", "reactor", POWER, 0.8),
    ]
    links = derive(story(lab=1.0), Graph.of(relations), follow=ALL, on=NOW.date(), max_steps=2, min_strength=0.2)
    assert [
        "lab -competitor-> rival -supplier-> cloud",
        "lab -customer-> cloud -power-> reactor",
    ] == [links["cloud"].path, links["reactor"].path]


def test_only_followed_kinds_are_walked() -> None:
    """A watchlist that does not follow competitors stays with the supplier."""
    assert {"lab": "lab", "chips": "lab -supplier-> chips"} == paths(frozenset({SUPPLIER}), lab=1.0)


def test_relations_are_walked_backwards_by_their_other_name() -> None:
    """News of a supplier reaches its customer; an investor has no word from the other side."""
    assert paths(frozenset({CUSTOMER}), chips=1.0)["rival"] == "chips -customer-> rival"
    assert paths(frozenset({INVESTOR}), fund=1.0)["rival"] == "fund <-investor- rival"


def strengths(relations: list[Relation], **parties: float) -> dict[str, float]:
    """The strength of every link over those relations, three steps and a floor of 0.2."""
    graph = Graph.of(relations)
    links = derive(story(**parties), graph, follow=ALL, on=NOW.date(), max_steps=3, min_strength=0.2)
    return {company: round(link.strength, 6) for company, link in links.items()}


def test_a_path_that_turns_round_goes_on_weakened() -> None:
    """A supplier's other customer, and a customer's other supplier, only share a partner with the story."""
    relations = [
        Relation("lab", "chips", SUPPLIER, 0.9),
        Relation("chips", "other", CUSTOMER, 0.9),
        Relation("chips", "wafers", SUPPLIER, 0.9),
        Relation("lab", "buyer", CUSTOMER, 0.9),
        Relation("buyer", "vendor", SUPPLIER, 0.9),
    ]
    found = strengths(relations, lab=1.0)
    assert {"other": 0.81 * TURNED, "vendor": 0.81 * TURNED, "wafers": 0.81} == {
        name: found[name] for name in ("other", "vendor", "wafers")
    }


def test_what_reaches_a_hub_from_a_small_partner_does_not_spread() -> None:
    """News of a shop reaches the maker of its chips, and not the hundred others behind it; the maker's own does."""
    hub = [Relation("hub", f"part-{n}", SUPPLIER, 0.9) for n in range(199)]
    relations = [Relation("shop", "hub", SUPPLIER, 0.9), *hub]
    kept = (HUB * 1 / 200) ** 0.5
    assert {"shop": 1.0, "hub": 0.9} == strengths(relations, shop=1.0)
    assert 0.9 * 0.9 * kept < 0.2
    assert 201 == len(strengths(relations, hub=1.0))


def test_a_detour_that_loses_less_at_a_hub_wins() -> None:
    """The direct way from a small lab to the hub stays the hub's own; what lies behind it is reached by the rival."""
    relations = [
        Relation("lab", "hub", SUPPLIER, 0.9),
        Relation("lab", "rival", COMPETITOR, 0.9),
        Relation("rival", "hub", SUPPLIER, 0.9),
        Relation("hub", "wafers", SUPPLIER, 0.9),
        *(Relation("hub", f"c{n}", CUSTOMER, 0.1) for n in range(70)),
        *(Relation("rival", f"d{n}", CUSTOMER, 0.1) for n in range(20)),
    ]
    links = derive(story(lab=1.0), Graph.of(relations), follow=ALL, on=NOW.date(), max_steps=3, min_strength=0.2)
    assert ["lab -supplier-> hub", "lab -competitor-> rival -supplier-> hub -supplier-> wafers"] == [
        links["hub"].path,
        links["wafers"].path,
    ]


def test_a_story_is_linked_to_so_many_companies_and_no_more() -> None:
    """The strongest stay, however many there are."""
    relations = [Relation("lab", f"c{n:03}", CUSTOMER, 0.9 if n >= 200 else 0.5) for n in range(400)]
    found = strengths(relations, lab=1.0)
    assert MOST_REACHED == len(found)
    assert {f"c{n:03}" for n in range(200, 400)} <= found.keys()


def test_a_path_passes_no_company_twice() -> None:
    """Partners point at each other, and the story goes on."""
    relations = [Relation("lab", "a", PARTNER, 1.0), Relation("a", "b", SUPPLIER, 1.0), Relation("b", "lab", OWNER, 1)]
    links = derive(story(lab=1.0), Graph.of(relations), follow=ALL, on=NOW.date(), max_steps=3, min_strength=0.2)
    for link in links.values():
        names = [link.root, *(step.company for step in link.steps)]
        assert len(names) == len(set(names))


def test_each_step_of_a_link_says_over_which_relation_it_goes() -> None:
    """With the part of its strength that counts on this path: their product is the link's own strength."""
    links = derive(story(lab=0.7), Graph.of(RELATIONS), follow=ALL, on=NOW.date(), max_steps=3, min_strength=0.1)
    for link in links.values():
        product = 0.7
        for over in link.over:
            product *= over.relation.strength * over.kept
        assert pytest.approx(link.strength) == product
        assert len(link.steps) == len(link.over)


def test_a_relation_counts_from_its_first_day() -> None:
    """The day before, the same story does not reach over it."""
    graph = Graph.of(RELATIONS)
    reached = [
        "reactor" in derive(story(cloud=1.0), graph, follow=ALL, on=day, max_steps=3, min_strength=0.2)
        for day in (date(2024, 9, 19), date(2024, 9, 20))
    ]
    assert [False, True] == reached


def test_fresh_and_widely_reported_news_beats_a_stronger_link() -> None:
    """A claim fades by the session since the last report and grows with the feeds; dead and faint ones are left out."""

    def told(name: str, *, days: int, feeds: int = 1) -> Story:
        when = NOW - timedelta(days=days, hours=1)
        fact_feeds = frozenset(f"f{n}" for n in range(feeds))
        return replace(story(lab=1.0), id=name, last_fact=when, last_seen=when, feeds=fact_feeds)

    stories = {
        s.id: s
        for s in (
            told("old", days=2),
            told("fresh", days=0),
            told("wide", days=0, feeds=9),
            told("dead", days=6),
            told("faint", days=0),
        )
    }
    opens = [NOW - timedelta(days=d) for d in range(10, -1, -1)]
    links = {
        name: Link(name, "chips", "lab", () if name != "faint" else (Step(SUPPLIER, "chips"),), strength, 1)
        for name, strength in (("old", 0.9), ("fresh", 0.7), ("wide", 0.6), ("dead", 1.0), ("faint", 0.15))
    }
    claims = {name: claim(s, opens, NOW) for name, s in stories.items()}
    best = ranked(links.values(), claims, stories)
    assert ["wide", "fresh", "old"] == [link.story for link in best]


def test_sessions_since_counts_opens_after_the_fact() -> None:
    """A session that was open when the fact came does not count, the one that opens now does."""
    opens = [NOW + timedelta(days=d) for d in (-1, 0, 1)]
    assert 1 == sessions_since(opens, NOW - timedelta(hours=1), NOW)


def test_a_new_fact_of_the_same_company_changes_what_is_expected() -> None:
    """Links that are remembered from the last pass are derived again, with the direction of all facts."""
    rows = (
        Expectation(EventType.MODEL_RELEASE, actor=Direction.UP),
        Expectation(EventType.INCIDENT, actor=Direction.DOWN),
    )
    watchlist = Watchlist("list", "#channel", (Watched("chips", "CHP"),))
    config = Config(Settings(), {}, tuple(RELATIONS), (watchlist,), (), EventLexicon(expectations=rows))
    before = story(lab=1.0)
    after = replace(before, facts=(*before.facts, Fact(EventType.INCIDENT, "lab", "reported", "", 0.9)))
    memory, calendars = Memory(), Calendars()
    expected = []
    for told in (before, before, after):
        ties = Ties.of([told], config, watchlist, calendars, memory, NOW)
        expected += [link.expected for link in ties.links["chips"]]
    assert [Direction.UP, Direction.UP, Direction.UNCLEAR] == expected
