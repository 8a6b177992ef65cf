"""The shipped event rules on sentences of our own: each rule's test lines, and what a desk expects of a day's news."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import config
from config.types import Company, EventLexicon, EventRule, EventType
from nlp.deciding import Decider
from nlp.types import Mention, Status
from standins.reader import read

RULES = YAML(typ="safe").load(Path(config.__file__).with_name("events.yaml"))["rules"]


def lines() -> Iterator[tuple[str, str, str]]:
    """Type, rule and sentence of every test line in the file."""
    for kind, rules in RULES.items():
        for rule in rules:
            for sentence in rule.get("tests", ()):
                yield kind, rule["name"], sentence


def test_every_type_has_rules_and_every_rule_a_test() -> None:
    """All fifteen types can be told, and each rule shows what it is for."""
    assert {kind.value for kind in EventType} == set(RULES)
    assert [] == [rule["name"] for rules in RULES.values() for rule in rules if not rule.get("tests")]


def test_names_of_rules_are_their_own() -> None:
    """A trace that names a rule names one."""
    names = [(kind, rule["name"]) for kind, rules in RULES.items() for rule in rules]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("kind", "name", "sentence"), list(lines()))
def test_a_rules_own_lines_give_its_type(kind: str, name: str, sentence: str) -> None:
    """What a rule's author wrote under it as an example still is one."""
    assert kind in {event.type.value for event in read(sentence).events}, name


@pytest.mark.parametrize(
    ("headline", "expected"),
    [
        ("DeepSeek opens R1, a reasoning model whose weights anyone may use", {"model_release"}),
        ("DeepSeek's assistant overtakes ChatGPT as the top free app in America", {"model_release"}),
        ("OpenAI, SoftBank and Oracle announce Stargate, a $500bn venture for AI infrastructure", {"capex"}),
        ("Meta plans capital spending of up to $65 billion on AI in 2025", {"capex"}),
        ("Microsoft to spend $80bn on AI data centres this fiscal year", {"capex"}),
        ("Nvidia shares plunge as DeepSeek unsettles investors", {"market_move"}),
        ("ASML and other European chip stocks fall on DeepSeek worries", {"market_move"}),
        ("Siemens Energy tumbles 20% as DeepSeek raises doubts about power demand for AI", {"market_move"}),
        ("Nvidia loses nearly $600 billion of market value, more than any company in a day", {"market_move"}),
        ("Biden administration tightens export rules for AI chips", {"export_control"}),
        ("Trump revokes Biden's executive order on AI risks", {"regulation"}),
        ("Trump signs an executive order on American leadership in artificial intelligence", {"regulation"}),
        ("Italy blocks DeepSeek over data protection", {"regulation"}),
        ("TSMC profit jumps 57% on demand for AI chips", {"earnings"}),
        ("SK Hynix posts record quarterly profit on AI memory", {"earnings"}),
        ("DeepSeek hit by large-scale malicious attacks, limits new users", {"incident"}),
        ("Windsurf to be acquired by OpenAI for $3 billion", {"acquisition"}),
        ("Google to invest another $1 billion in Anthropic", {"funding"}),
        ("Oracle may cut thousands of jobs to pay for data centres", {"workforce"}),
        ("Novelists sue Meta over books in its AI training", {"lawsuit"}),
        ("Chinese lab DeepSeek says its R1 rivals o1 at a fraction of the cost of American models", {"research"}),
        ("UBS raises its price target on Broadcom", {"analyst_action"}),
        ("Deutsche Telekom partners with Nvidia on an industrial AI cloud", {"partnership"}),
        ("Palantir shares fall after its chief sells a stake worth $1 billion", {"market_move", "funding"}),
    ],
)
def test_the_news_of_a_day_is_told_apart(headline: str, expected: set[str]) -> None:
    """The kinds of headline that the replay of January 2025 is made of give just their types."""
    assert expected == {event.type.value for event in read(headline).events}


@pytest.mark.parametrize(
    "headline",
    [
        "Three AI stocks to buy before they soar",
        "Is Nvidia still a buy after the selloff?",
        "How to invest in AI after DeepSeek's release of a new model",
        "Had you put your savings into AMD? Here's how much they would be worth",
        "Prediction: Broadcom will launch more chips than AMD",
        "Nvidia earnings preview: what to expect when it reports record revenue",
        "Palantir Q3 earnings call transcript",
        "What CoreWeave's data centres may earn in ten years",
        "Investor alert: law firm sues on behalf of investors of Super Micro",
        "Apple bakes a bigger pie: orchard opens in Kent",
        "PepsiCo raises its dividend and cuts 200 jobs",
        "Walmart acquires a maker of televisions",
        "Trump signs an order on timber imports",
        "Chelsea sign a striker in a record deal",
        "OpenAI's chief talks about the meaning of life",
    ],
)
def test_opinion_and_other_business_give_nothing(headline: str) -> None:
    """Stock picks, how-tos, previews, questions and firms without AI are no AI events."""
    assert () == read(headline).events


@pytest.mark.parametrize(
    ("headline", "actor", "target"),
    [
        ("Nvidia acquires Arm", "nvidia", "arm"),
        ("Arm is acquired by Nvidia", "nvidia", "arm"),
        ("Arm was bought by Nvidia last year", "nvidia", "arm"),
        ("Microsoft sues OpenAI", "microsoft", "openai"),
        ("OpenAI was sued by Microsoft on Monday", "microsoft", "openai"),
        ("Italy bans DeepSeek on government devices", None, "deepseek"),
        ("OpenAI signs a cloud contract with Oracle", "openai", "oracle"),
        ("SoftBank and OpenAI form a joint venture", "softbank", "openai"),
        ("SoftBank sells its stake in Nvidia", "softbank", "nvidia"),
        ("Shares of ASML drop 7%", "asml", None),
        ("Meta, the owner of Instagram, releases Llama 4", "meta", None),
    ],
)
def test_who_did_what_to_whom(headline: str, actor: str | None, target: str | None) -> None:
    """Active and passive, `with`, `in` and `and`: actor and target come from the grammar."""
    assert {(actor, target)} == {(event.actor, event.target) for event in read(headline).events}


@pytest.mark.parametrize(
    ("headline", "status"),
    [
        ("OpenAI launches a new reasoning model", Status.REPORTED),
        ("Nvidia acquired Arm", Status.REPORTED),
        ("OpenAI to launch a new reasoning model", Status.PLANNED),
        ("OpenAI will launch a new reasoning model next month", Status.PLANNED),
        ("OpenAI plans to launch a new reasoning model", Status.PLANNED),
        ("Nvidia agrees to buy Arm", Status.PLANNED),
        ("Nvidia is in talks to buy Arm", Status.RUMOURED),
        ("Nvidia may buy Arm", Status.RUMOURED),
        ("Nvidia reportedly considers buying a stake in Arm", Status.RUMOURED),
        ("Nvidia to buy Arm, sources say", Status.RUMOURED),
        ("Nvidia denies that it will buy Arm", Status.DENIED),
        ("Nvidia will not buy Arm", Status.DENIED),
        ("Nvidia has no plans to buy Arm", Status.DENIED),
        ("Nvidia rules out buying Arm", Status.DENIED),
        ("Nvidia never bought Arm", Status.DENIED),
    ],
)
def test_the_governing_words_set_the_status(headline: str, status: Status) -> None:
    """Done, to come, said to come, or said not to: a reader of the alert must know which."""
    assert {status} == {event.status for event in read(headline).events}


def component(*rules: EventRule, ai_words: tuple[str, ...] = ("ai",), opinion: tuple[str, ...] = ()) -> Decider:
    """What reads sentences by rules made by hand."""
    return Decider(EventLexicon(rules, ai_words, opinion), [Company("nvidia", "NVIDIA", ai_business=True)])


def matched(decider: Decider, sentence: str, *companies: str, on_topic: bool = False) -> list[str]:
    """The rules a sentence may meet."""
    mentions = [Mention(company, company, 0, 1, "name", 1.0) for company in companies]
    return [m.rule.name for m in decider.read(sentence, mentions, on_topic=on_topic).matches]


LAUNCH = EventRule(EventType.PRODUCT_LAUNCH, "launch", verbs=("launch",), objects=("chip",), without=("fund",))


def test_a_rule_needs_trigger_object_and_topic() -> None:
    """Each of them alone gives nothing; a company in AI, the title or a word makes the topic."""
    pipe = component(LAUNCH)
    assert ["launch"] == matched(pipe, "It launched two AI chips")
    assert ["launch"] == matched(pipe, "It launched two chips", "nvidia")
    assert ["launch"] == matched(pipe, "It launched two chips", on_topic=True)
    assert [] == matched(pipe, "It launched two chips", "pepsico")
    assert [] == matched(pipe, "It launched AI")
    assert [] == matched(pipe, "AI chips")


def test_a_veto_counts_in_its_own_clause_only() -> None:
    """`without` words undo a trigger beside them, not one before a turn of the sentence."""
    pipe = component(LAUNCH)
    assert [] == matched(pipe, "It launched a fund for AI chips")
    assert ["launch"] == matched(pipe, "It launched AI chips as a fund closed")


def test_marks_stand_for_sums_percentages_and_funds() -> None:
    """<money>, <percent> and <fund> are objects without a word of their own, and vetoes too."""
    pipe = component(
        EventRule(EventType.FUNDING, "sum", verbs=("raise",), objects=("<money>",), without=("<fund>",)),
        EventRule(EventType.MARKET_MOVE, "per cent", verbs=("raise",), objects=("<percent>",)),
    )
    assert ["sum"] == matched(pipe, "AI lab raises $5bn")
    assert ["per cent"] == matched(pipe, "AI raises it 5 %")
    assert [] == matched(pipe, "Oak Wealth LLC raises AI bet by $5m")


def test_a_phrase_with_a_gap_asks_for_its_parts_in_order() -> None:
    """`raise ... target` is met by what stands between, not by the parts turned round."""
    pipe = component(EventRule(EventType.ANALYST_ACTION, "target", phrases=("raise ... target",)))
    assert ["target"] == matched(pipe, "UBS raised its AI target")
    assert [] == matched(pipe, "The AI target was raised")


def test_an_opinion_word_silences_its_sentence() -> None:
    """A stock pick that mentions a launch reports none."""
    pipe = component(LAUNCH, opinion=("stock to buy",))
    assert [] == matched(pipe, "An AI stock to buy as it launches a chip")


def test_any_topic_lifts_the_demand_for_ai() -> None:
    """Export rules on chips count though the sentence does not say AI."""
    pipe = component(EventRule(EventType.EXPORT_CONTROL, "curbs", nouns=("curb",), any_topic=True))
    assert ["curbs"] == matched(pipe, "New curbs were published")
