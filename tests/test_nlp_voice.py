"""The second voice and its blend with the rules: what it hears, how it is kept, and how it is trained."""

from pathlib import Path

import numpy as np
import pytest

from config.load import load
from config.types import Company, EventLexicon, EventRule, EventType
from nlp import train
from nlp.deciding import BY_VOICE, Decider
from nlp.features import Heard, features, tokens
from nlp.pipeline import Pipeline
from nlp.train import Hearing, lines, rule_lines
from nlp.types import Mention, Text
from nlp.voice import LEAST, Blend, Voice, blended, shipped
from standins.reader import read

KINDS = {"nvidia": "aico", "walmart": "co"}
LOUD = Blend(1, 1, 0, 0, 0, 0, 1, 1, 0, 0)


def test_a_company_is_heard_as_its_kind_and_a_figure_as_what_it_counts() -> None:
    """Who it is says less than what it is; sums, shares and quarters are kinds of their own."""
    text = "Nvidia lifts Q3 revenue 94% to $35.1 billion in 2024"
    mention = Mention("nvidia", "Nvidia", 0, 6, "name", 1.0)
    expected = ["@aico", "lifts", "qtr", "revenue", "pct", "to", "moneyb", "in", "year"]
    assert expected == tokens(text, (mention,), KINDS)


def test_the_same_words_sound_otherwise_of_an_ai_business() -> None:
    """A retailer's launch and a chip designer's share no feature of the gate."""
    heard = [Heard("it launches a chip", (), ai=ai, ai_business=False, opinion=False) for ai in (True, False)]
    one, other = (features(h, KINDS) for h in heard)
    assert one != other
    assert one & other


def test_likelihoods_add_up_and_rules_lift_their_type() -> None:
    """None and the causes share one; a rule makes its own type likelier and the others not."""
    logits = np.zeros(16)
    silent = blended(logits, {}, LOUD)
    told = blended(logits, {EventType.CAPEX: 0.9}, LOUD)
    assert silent.none + sum(silent.causes.values()) == pytest.approx(1)
    assert told.of(EventType.CAPEX) > silent.of(EventType.CAPEX)
    assert told.of(EventType.FUNDING) < silent.of(EventType.FUNDING)


def test_where_several_causes_are_about_as_likely_none_is_told() -> None:
    """Sure that something happened, unsure what: better nothing than a guess."""
    logits = np.full(16, 0.0)
    logits[0] = -20
    logits[-1] = -20
    verdict = blended(logits, {}, LOUD)
    assert max(verdict.causes.values()) < LEAST
    assert [] == verdict.held()


def test_indirect_words_are_heard_where_no_rule_fires() -> None:
    """The voice finds what the rules have no words for, and says so in place of a rule."""
    (event,) = read("Anthropic bags fresh billions from sovereign funds").events
    assert (EventType.FUNDING, "anthropic") == (event.type, event.actor)


def test_a_users_own_rule_speaks_for_itself() -> None:
    """A rule that the voice was not blended with is believed by its own score."""
    rule = EventRule(EventType.INCIDENT, "hums", verbs=("hum",), any_topic=True, score=0.83)
    pipeline = Pipeline({}, EventLexicon((rule,)))
    (event,) = pipeline.analyze(Text("The old fridge hums in the kitchen")).events
    assert (EventType.INCIDENT, 0.83, "hums") == (event.type, event.score, event.rule)


def test_many_texts_at_once_say_what_each_says_alone() -> None:
    """Neither the batch, nor its order, nor what was remembered from before changes an analysis."""
    config = load(None).config
    assert config is not None
    titles = [title for _, _, title in lines()][::400]
    texts = [Text(title, titles[place - 1]) for place, title in enumerate(titles)]
    fresh = Pipeline(config.companies, config.lexicon)
    alone = [fresh.analyze(text) for text in texts]
    assert alone == fresh.analyze_many(texts)
    fresh.reload(config.companies, config.lexicon)
    assert alone[::-1] == fresh.analyze_many(texts[::-1])


def test_every_training_sentence_has_labels_that_exist() -> None:
    """Half of some sixteen thousand report nothing, every type has a few hundred, and no sentence stands twice."""
    rows = list(lines())
    assert len(rows) > 15_000
    assert 0.4 < sum(not labels for _, labels, _ in rows) / len(rows) < 0.6
    assert set(EventType) == {kind for _, labels, _ in rows for kind in labels}
    assert max(len(labels) for _, labels, _ in rows) == 2


@pytest.mark.parametrize("line", ["capex,tea\tNvidia drinks", "capex Nvidia builds", "capex\t "])
def test_a_broken_training_line_is_named(line: str, tmp_path: Path) -> None:
    """Who adds sentences learns which line is wrong."""
    (tmp_path / "mine.tsv").write_text(f"none\tAll is well\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"mine\.tsv:2"):
        list(lines(tmp_path))


def test_the_shipped_weights_belong_to_the_shipped_rules() -> None:
    """Whoever changes a rule trains again (`make voice`): else the rule would speak beside the blend."""
    config = load(None).config
    assert config is not None
    decider = Decider(config.lexicon, [])
    assert set(range(len(config.lexicon.rules))) == set(decider._known)


def test_missing_weights_are_told_with_what_makes_them(tmp_path: Path) -> None:
    """No traceback of a library for a file that was not installed."""
    with pytest.raises(OSError, match="make voice"):
        Voice(tmp_path / "voice.npz")


def test_training_learns_from_sentences_and_writes_what_is_read(tmp_path: Path) -> None:
    """The whole way from sentences to weights to a verdict, on a few hundred sentences."""
    config = load(None).config
    assert config is not None
    hearing = Hearing(config)
    rows = [hearing.row(*line) for line in [*lines()][::40]]
    own = [hearing.row(*line) for line in rule_lines()]
    said = train.unheard(rows)
    how = train.blend(rows, said)
    file = tmp_path / "voice.npz"
    train.save(train.fit([*rows, *own]), how, config, file)
    voice = Voice(file)
    right = sum(
        bool(row.labels)
        == bool(voice.verdict(voice.logits(hearing.decider.hear(hearing.passages(row.title)), {}), row.rules).held())
        for row in own
    )
    assert right > 0.8 * len(own)
    assert how.voice > 0
    assert BY_VOICE == "voice"
    assert shipped().blend != how


def test_a_company_of_no_group_is_heard_as_a_plain_one() -> None:
    """What only a list knows is a company like another."""
    decider = Decider(EventLexicon(), [Company("acme", "Acme"), Company("lab", "Lab", groups=("ai-labs",))])
    assert {"acme": "co", "lab": "lab"} == dict(decider.kinds)
