"""Which way an event is expected to move stocks: by its words, by role, by relation, and over several paths."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import config
from config.load import load
from config.types import Company, Direction, EventLexicon, EventType, Expectation, Relation, RelationKind
from monitor.expected import Expectations, verdict
from monitor.links import Graph, derive
from monitor.types import Fact, Link, Story
from standins.folders import loaded, told, write
from standins.reader import shipped

UP, DOWN, UNCLEAR = Direction.UP, Direction.DOWN, Direction.UNCLEAR
SUPPLIER, CUSTOMER, PARTNER, COMPETITOR, INVESTOR = (
    RelationKind.SUPPLIER,
    RelationKind.CUSTOMER,
    RelationKind.PARTNER,
    RelationKind.COMPETITOR,
    RelationKind.INVESTOR,
)
ALL = frozenset(RelationKind)
NOW = datetime(2025, 1, 27, 12, tzinfo=UTC)
ROWS = YAML(typ="safe").load(Path(config.__file__).with_name("events.yaml"))["expect"]
LINES = [
    (kind, number, sentence)
    for kind, rows in ROWS.items()
    for number, row in enumerate(rows)
    for sentence in row["tests"]
]
GOOD = Expectation(EventType.EARNINGS, actor=UP)
RELEASE = Expectation(EventType.MODEL_RELEASE, actor=UP, relations=((COMPETITOR, DOWN), (CUSTOMER, UNCLEAR)))


def fact(kind: EventType, company: str, sentence: str = "", trigger: str = "", target: str = "") -> Fact:
    """A reported fact."""
    return Fact(kind, company, "reported", sentence, 0.9, target, trigger=trigger)


def story(*facts: Fact) -> Story:
    """A story of these facts; who acts has weight 1, who is acted upon 0.7."""
    parties = {f.target: 0.7 for f in facts if f.target} | {f.company: 1.0 for f in facts}
    return Story("s", "h", NOW, NOW, NOW, facts, parties, (), (), frozenset({"wire"}))


def links(
    told_of: Story, relations: list[Relation], expectations: Expectations | None, follow: frozenset[RelationKind] = ALL
) -> dict[str, Link]:
    """Its links, three steps and a floor of 0.1."""
    graph = Graph.of(relations)
    return derive(
        told_of, graph, follow=follow, on=NOW.date(), max_steps=3, min_strength=0.1, expectations=expectations
    )


def directions(told_of: Story, relations: list[Relation], *rows: Expectation) -> dict[str, Direction]:
    """What is expected of each company that is reached."""
    bank = Company("bank", "Bank", groups=("banks",))
    reached = links(told_of, relations, Expectations(EventLexicon(expectations=rows), {"bank": bank}))
    return {company: link.expected for company, link in reached.items()}


@pytest.mark.parametrize(("kind", "number", "sentence"), LINES)
def test_a_shipped_rows_own_lines_are_read_by_it_alone(kind: str, number: int, sentence: str) -> None:
    """What a row shows as an example is told by that row and by no other of its type."""
    every = [row for row in shipped().lexicon.expectations if row.type == kind]
    assert [every[number]] == Expectations(shipped().lexicon, {}).rows(EventType(kind), sentence, "")


def test_signs_multiply_along_the_path() -> None:
    """A release is good for its maker and its chips, bad for a rival, and so for the rival's cloud and its power."""
    relations = [
        Relation("lab", "chips", SUPPLIER, 0.9),
        Relation("lab", "rival", COMPETITOR, 0.9, -1),
        Relation("rival", "cloud", SUPPLIER, 0.9),
        Relation("cloud", "reactor", RelationKind.POWER, 0.9),
    ]
    expected = {"lab": UP, "chips": UP, "rival": DOWN, "cloud": DOWN, "reactor": DOWN}
    assert expected == directions(story(fact(EventType.MODEL_RELEASE, "lab")), relations, RELEASE)


def test_a_relation_that_no_row_names_goes_by_its_own_sign() -> None:
    """Rivals with sign 1 share a maker's fortune, those with -1 gain what it loses."""
    relations = [Relation("maker", "peer", COMPETITOR, 0.9), Relation("maker", "thief", COMPETITOR, 0.9, -1)]
    assert {"maker": UP, "peer": UP, "thief": DOWN} == directions(
        story(fact(EventType.EARNINGS, "maker")), relations, GOOD
    )


def test_paths_that_contradict_each_other_are_unclear() -> None:
    """As strong a path with the other sign leaves nothing to say, a much weaker one does not."""
    relations = [
        Relation("lab", "rival", COMPETITOR, 0.9, -1),
        Relation("rival", "shared", SUPPLIER, 0.9),
        Relation("lab", "shared", SUPPLIER, 0.4),
        Relation("lab", "own", SUPPLIER, 0.9),
        Relation("rival", "own", SUPPLIER, 0.2),
    ]
    found = directions(story(fact(EventType.MODEL_RELEASE, "lab")), relations, RELEASE)
    assert (UNCLEAR, UP) == (found["shared"], found["own"])


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ({1: 0.9}, UP),
        ({-1: 0.3, 1: 0.6}, UP),
        ({-1: 0.5, 1: 0.6}, UNCLEAR),
        ({0: 0.9, -1: 0.6}, DOWN),
        ({0: 0.9, -1: 0.3}, UNCLEAR),
        ({0: 0.9}, UNCLEAR),
        ({}, UNCLEAR),
    ],
)
def test_the_strongest_path_counts_unless_another_says_nearly_as_much(
    votes: dict[int, float], expected: Direction
) -> None:
    """Three fifths of it are enough to contradict, or to be heard beside a path that says nothing."""
    assert expected == verdict(votes)


def test_what_no_money_flows_over_carries_no_sign() -> None:
    """Partners, rivals of those who are only touched, and a supplier's other customers are unclear."""
    relations = [
        Relation("maker", "friend", PARTNER, 0.9),
        Relation("maker", "foundry", SUPPLIER, 0.9),
        Relation("foundry", "other-foundry", COMPETITOR, 0.9, -1),
        Relation("foundry", "other-maker", CUSTOMER, 0.9),
        Relation("foundry", "machines", SUPPLIER, 0.9),
    ]
    found = directions(story(fact(EventType.EARNINGS, "maker")), relations, GOOD)
    assert {"friend": UNCLEAR, "other-foundry": UNCLEAR, "other-maker": UNCLEAR} == {
        name: found[name] for name in ("friend", "other-foundry", "other-maker")
    }
    assert (UP, UP) == (found["foundry"], found["machines"])


def test_a_promise_to_investors_is_not_for_those_in_whom_the_company_invests() -> None:
    """A round lifts the stakes of earlier backers; what the company itself holds goes by its own fortune."""
    row = Expectation(EventType.FUNDING, relations=((INVESTOR, UP),))
    relations = [Relation("lab", "backer", INVESTOR, 0.9), Relation("start-up", "lab", INVESTOR, 0.9)]
    assert {"lab": UNCLEAR, "backer": UP, "start-up": UNCLEAR} == directions(
        story(fact(EventType.FUNDING, "lab")), relations, row
    )


@pytest.mark.parametrize(
    ("sentence", "trigger", "expected"),
    [
        ("Maker beats estimates", "beats", UP),
        ("Maker misses estimates", "misses", DOWN),
        ("Maker's results", "results", UNCLEAR),
        ("Maker beats estimates and cuts its outlook", "beats", UNCLEAR),
        ("Maker fails to beat estimates", "beat", UNCLEAR),
        ("Maker did not miss its targets", "miss", UNCLEAR),
        ("Maker beats estimates as rival misses its own", "beats", UP),
        ("Maker's beat", "", UP),
        ("Maker’s results don’t miss", "miss", UNCLEAR),
    ],
)
def test_the_words_beside_the_trigger_say_good_or_bad(sentence: str, trigger: str, expected: Direction) -> None:
    """Both at once, a negated one or one of another clause say nothing."""
    rows = (
        Expectation(EventType.EARNINGS, ("beat",), actor=UP),
        Expectation(EventType.EARNINGS, ("miss", "cut ... outlook"), actor=DOWN),
    )
    assert {"maker": expected} == directions(story(fact(EventType.EARNINGS, "maker", sentence, trigger)), [], *rows)


def test_a_row_without_words_holds_where_no_other_does() -> None:
    """Curbs are bad by default, cleared sales are good."""
    rows = (
        Expectation(EventType.EXPORT_CONTROL, actor=DOWN),
        Expectation(EventType.EXPORT_CONTROL, ("clear", "resume"), actor=UP),
    )
    for sentence, expected in (("New curbs on maker", DOWN), ("Maker cleared to sell", UP)):
        assert {"maker": expected} == directions(story(fact(EventType.EXPORT_CONTROL, "maker", sentence)), [], *rows)


def test_a_target_is_expected_to_move_by_its_own_role() -> None:
    """Who is sued falls and who sues does not; what is silenced for the actor's circle is so for the target's."""
    row = Expectation(EventType.LAWSUIT, target=DOWN, relations=((SUPPLIER, UNCLEAR),))
    relations = [Relation("lab", "chips", SUPPLIER, 0.9), Relation("lab", "backer", INVESTOR, 0.9)]
    found = directions(story(fact(EventType.LAWSUIT, "press", target="lab")), relations, row)
    assert {"press": UNCLEAR, "lab": DOWN, "chips": UNCLEAR, "backer": DOWN} == found


def test_who_rates_is_left_out() -> None:
    """A bank that downgrades a maker is not expected to fall with it, whichever of the two is the grammar's subject."""
    row = Expectation(EventType.ANALYST_ACTION, actor=DOWN, target=DOWN, not_for=("banks",))
    for who, whom in (("bank", "maker"), ("maker", "bank")):
        found = directions(story(fact(EventType.ANALYST_ACTION, who, target=whom)), [], row)
        assert {"bank": UNCLEAR, "maker": DOWN} == found


def test_facts_of_one_story_must_agree_about_a_company() -> None:
    """Good results and a probe leave open which way it goes; a fact without a sign changes nothing."""
    rows = (GOOD, Expectation(EventType.REGULATION, actor=DOWN), Expectation(EventType.RESEARCH))
    good, bad, mute = (fact(kind, "maker") for kind in (EventType.EARNINGS, EventType.REGULATION, EventType.RESEARCH))
    assert {"maker": UNCLEAR} == directions(story(good, bad), [], *rows)
    assert {"maker": UP} == directions(story(good, mute), [], *rows)


def test_a_price_move_and_a_denial_say_nothing_of_what_to_expect() -> None:
    """What happened to a price is no reason for it, and what did not happen none at all."""
    rows = (Expectation(EventType.MARKET_MOVE, actor=DOWN), GOOD)
    assert {"maker": UP} == directions(
        story(fact(EventType.EARNINGS, "maker"), fact(EventType.MARKET_MOVE, "maker")), [], *rows
    )
    assert {"maker": UNCLEAR} == directions(
        story(replace(fact(EventType.EARNINGS, "maker"), status="denied")), [], *rows
    )


def test_links_are_the_same_with_and_without_expectations() -> None:
    """Directions are added; paths and strengths stay, and what a list follows does not change them."""
    relations = [Relation("lab", "rival", COMPETITOR, 0.9, -1), Relation("rival", "chips", SUPPLIER, 0.9)]
    relations.append(Relation("lab", "chips", SUPPLIER, 0.5))
    told_of = story(fact(EventType.MODEL_RELEASE, "lab"))
    expectations = Expectations(EventLexicon(expectations=(RELEASE,)), {})
    with_, without = (links(told_of, relations, which) for which in (expectations, None))
    assert without == {company: replace(link, expected=UNCLEAR) for company, link in with_.items()}
    followed = links(told_of, relations, expectations, frozenset({SUPPLIER}))
    assert ("lab -supplier-> chips", with_["chips"].expected) == (followed["chips"].path, followed["chips"].expected)


def shipped_directions(*facts: Fact) -> dict[str, Direction]:
    """What the shipped table and relations expect on 27 January 2025, by company."""
    expectations = Expectations(shipped().lexicon, shipped().companies)
    reached = links(story(*facts), list(shipped().relations), expectations)
    return {company: link.expected for company, link in reached.items()}


def test_on_27_january_a_cheap_model_is_bad_for_those_who_sell_to_its_rivals() -> None:
    """Chips, foundries, cooling, power and grid fall with the labs; an ordinary release would have lifted the chips."""
    cheap = fact(EventType.MODEL_RELEASE, "deepseek", "DeepSeek launches R1 at a fraction of the price", "launches")
    found = shipped_directions(cheap)
    losers = "openai alphabet meta nvidia broadcom tsmc micron vertiv arista vistra constellation siemens-energy"
    assert dict.fromkeys(losers.split(), DOWN) == {company: found[company] for company in losers.split()}
    assert UP == found["deepseek"]
    ordinary = shipped_directions(fact(EventType.MODEL_RELEASE, "openai", "OpenAI releases GPT-5", "releases"))
    assert (UP, DOWN) == (ordinary["nvidia"], ordinary["alphabet"])


def test_curbs_on_chips_help_the_rivals_in_china() -> None:
    """Nvidia and its makers fall; who sells there in its place rises."""
    found = shipped_directions(
        fact(EventType.EXPORT_CONTROL, "nvidia", "Washington widens curbs on Nvidia's chips", "widens")
    )
    assert {"nvidia": DOWN, "tsmc": DOWN, "sk-hynix": DOWN, "cambricon": UP} == {
        company: found[company] for company in ("nvidia", "tsmc", "sk-hynix", "cambricon")
    }


def test_a_users_rows_replace_those_of_their_type(tmp_path: Path) -> None:
    """The other types keep the shipped rows; `others` stands for every relation that a row does not name."""
    text = "expect:\n  capex:\n    - {when: Splurge, actor: down, supplier: up, others: unclear, not_for: banks}\n"
    result = load(write(tmp_path, {"events.yaml": text}))
    assert result.config is not None, result.problems
    rows = result.config.lexicon.expectations
    everyone = tuple((kind, UP if kind is SUPPLIER else UNCLEAR) for kind in RelationKind)
    expected = Expectation(EventType.CAPEX, ("splurge",), DOWN, UNCLEAR, everyone, ("banks",))
    assert [expected] == [row for row in rows if row.type is EventType.CAPEX]
    others = [row for row in shipped().lexicon.expectations if row.type is not EventType.CAPEX]
    assert others == [row for row in rows if row.type is not EventType.CAPEX]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{capx: [{actor: up}]}", "1:10: capx is no event type: did you mean capex?"),
        ("{capex: [{actor: upp}]}", "1:26: upp is no direction: did you mean up?"),
        ("{capex: [{actor: rise}]}", "1:26: rise is no direction: write one of up, down, unclear"),
        ("{capex: [{suplier: up}]}", "1:19: suplier is not known here: did you mean supplier?"),
        ("{capex: []}", "1:17: the list is empty: write at least one entry, or remove the line"),
        ("{capex: [{actor: }]}", "1:19: there is nothing here: write a text, or remove it"),
    ],
)
def test_a_wrong_expectation_says_what_to_write(text: str, expected: str, tmp_path: Path) -> None:
    """One line with its place for each mistake."""
    assert f"events.yaml:{expected}" == told(tmp_path, {"events.yaml": f"expect: {text}\n"})[0]


def test_without_the_key_nothing_is_expected(tmp_path: Path) -> None:
    """A folder of its own need not have it."""
    result = loaded(tmp_path, {})
    assert result.config is not None
    assert () == result.config.lexicon.expectations
