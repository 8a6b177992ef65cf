"""From whole texts to analyses: rough articles, odd input, offsets, and when the model is spared."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from config.types import EventLexicon, EventRule, EventType
from nlp import pipeline as under_test
from nlp.pipeline import MAX_CHARACTERS, Pipeline, installed_model, register
from nlp.types import Analysis, Text
from standins.firms import FIRMS
from standins.reader import pipeline, read, shipped

# What a careless translation of a newspaper looks like: names in odd capitals, clauses in odd order.
ROUGH = """The tech shares of the world was punished on Monday after a chat robot of China has come out.
DeepSeek, whose helper is competing with Openai and the tool ChatGPT, did take the top of the Apple App Store.
NVIDIA, the chips of which are feeding AI, has lost 17 % and nearly $ 600 billion of market value went away.
The parent company of Google lost $ 100 billion and Microsoft lost $ 7 billion.
Deepseek says that training of R1 model did cost only $ 5.6 million with H800 chips of NVIDIA.
Its founder Liang Wenfeng is operating HIGH-FLYER CAPITAL, a hedge fund in Hangzhou.
Analysts of the bank Goldman Sachs have asked in June whether the spending on AI is paying back.
The Dutch maker ASML slides 7 %, the German Siemens energy goes down by 20 % and Schneider Electric by 9.5 %.
A model developed by Meta and one by Google are behind it, the meta ranking is showing.
"""


def test_every_company_of_a_rough_article_is_found() -> None:
    """Odd capitals and clumsy grammar hide none of them, and add none."""
    expected = {
        "deepseek", "openai", "apple", "nvidia", "alphabet", "microsoft", "high-flyer", "goldman-sachs", "asml",
        "siemens-energy", "schneider-electric", "meta",
    }  # fmt: skip  # a set reads best closely packed
    assert expected == set(read("", ROUGH).companies)


def test_a_rough_article_tells_its_events() -> None:
    """The app's success, the fall in prices and the claimed cost are seen through the grammar."""
    found = {(event.type, event.actor) for event in read("", ROUGH).events}
    assert {
        (EventType.MODEL_RELEASE, "deepseek"),
        (EventType.MARKET_MOVE, "nvidia"),
        (EventType.MARKET_MOVE, "asml"),
        (EventType.RESEARCH, "deepseek"),
    } <= found


def test_offsets_are_those_of_title_and_summary() -> None:
    """Mentions and triggers stand in the text where they say, in a titled headline as in its summary."""
    text = Text(
        "DeepSeek Releases Its R1 Model", "On Monday “Nvidia” fell 17%. OpenAI's Stargate will spend $500bn on AI."
    )
    analysis = pipeline().analyze(text)
    assert len(analysis.mentions) >= 3
    assert len(analysis.events) >= 2
    assert [m.text for m in analysis.mentions] == [text.whole[m.start : m.end] for m in analysis.mentions]
    triggers = [text.whole[e.start : e.start + len(e.trigger)] for e in analysis.events]
    assert [e.trigger for e in analysis.events] == triggers
    assert all(e.sentence in text.whole and e.trigger in e.sentence for e in analysis.events)


def test_mentions_and_events_come_by_place() -> None:
    """What stands first comes first, and scores are shares of one."""
    analysis = read("", ROUGH)
    assert sorted(m.start for m in analysis.mentions) == [m.start for m in analysis.mentions]
    assert sorted(e.start for e in analysis.events) == [e.start for e in analysis.events]
    scores = [m.score for m in analysis.mentions] + [e.score for e in analysis.events]
    assert all(0 < score <= 1 for score in scores)


def test_a_happening_told_in_title_and_summary_counts_once() -> None:
    """The summary that says again what the title said makes no second event."""
    events = read(
        "Meta plans $65bn of AI spending", "Meta plans to spend up to $65 billion on AI, Zuckerberg said."
    ).events
    assert [(EventType.CAPEX, "meta")] == [(e.type, e.actor) for e in events]


def test_a_summary_borrows_its_topic_from_the_title() -> None:
    """`The company launched a tool` is about AI under a title that is, and nothing under another."""
    summary = "The company launched a new tool for spreadsheets."
    assert [EventType.PRODUCT_LAUNCH] == [e.type for e in read("Adobe talks about AI", summary).events]
    assert () == read("Adobe talks about colours", summary).events


def test_a_summary_refers_back_to_the_company_of_the_title() -> None:
    """`The lab` acts under its name, and not where the sentence names who acts."""
    title = "DeepSeek talks about its AI"

    def actors(summary: str) -> list[str | None]:
        return [e.actor for e in read(title, summary).events if e.sentence == summary]

    assert ["deepseek"] == actors("The Chinese lab launched a new reasoning model.")
    assert ["openai"] == actors("The maker of ChatGPT, OpenAI, launched a new model.")
    assert [None] == actors("A rival launched a new reasoning model.")


def test_a_stock_picks_summary_reports_nothing() -> None:
    """Facts told as reasons to buy are no news."""
    assert () == read("3 AI stocks to buy now", "Nvidia launched a new chip and its revenue jumped.").events


def test_symbols_of_the_feed_are_mentions_at_the_front() -> None:
    """A symbol given with the item counts once, and not beside the company's own name."""
    analysis = read("Chip stocks fall as Nvidia slides", symbols=("NVDA", "NASDAQ:AVGO", "NOSUCH"))
    assert [("broadcom", 0, 0, "ticker"), ("nvidia", 20, 26, "name")] == [
        (m.company, m.start, m.end, m.via) for m in analysis.mentions
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t\r\n ",
        "\x00\x01\x1b[31mNvidia\x07",
        "Nvidia launches \ud83d a chip \udcff",
        "🚀🚀 Nvidia 🚀 launches 🤖 a new AI chip 🚀",
        "شركة Nvidia تطلق شريحة جديدة \u202eטקסט",
        "엔비디아 NVIDIA 주가 급락 英伟达股价下跌",
        "﷽" * 500,
        "e\u0301\u0302" * 2_000,
        "((((" * 5_000,
        '"' * 20_000,
        "$" * 20_000,
        "NVDA " * 50_000,
        "Apple " * 50_000,
        "raise ... target " * 20_000,
        "a" * 1_000_000,
        "Nvidia launches a new AI chip. " * 33_000,
    ],
    ids=lambda text: f"{text[:12]!a}x{len(text)}",
)
def test_no_text_is_too_odd(text: str) -> None:
    """Empty, huge, binary, right-to-left, lone surrogates: an analysis always comes back."""
    analysis = pipeline().analyze(Text(text, text[:100], (text[:10],)))
    assert isinstance(analysis, Analysis)
    assert all(m.end <= MAX_CHARACTERS for m in analysis.mentions)


@given(st.text(max_size=200), st.text(max_size=200), st.lists(st.text(max_size=8), max_size=3))
@settings(max_examples=150, deadline=None)
def test_no_random_text_breaks_it(title: str, summary: str, symbols: list[str]) -> None:
    """Whatever characters come, an analysis comes back, with offsets inside the text."""
    text = Text(title, summary, tuple(symbols))
    assert all(m.end <= len(text.whole) for m in pipeline().analyze(text).mentions)


WORDS = "Nvidia|Apple|launches|a new AI model|(NVDA)|shares|fall 5%|as|OpenAI|to buy|Arm|sues|—|“|’s|?|!\n|U.S.|$5bn"
PIECES = st.sampled_from(WORDS.split("|"))


@given(st.lists(PIECES, max_size=30))
@settings(max_examples=60, deadline=None)
def test_no_shuffled_news_breaks_it(pieces: list[str]) -> None:
    """Words that do trigger rules, in any order, break nothing and keep their places."""
    text = Text(" ".join(pieces))
    for event in pipeline().analyze(text).events:
        assert event.trigger == text.whole[event.start : event.start + len(event.trigger)]


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    """A company after the stated number of characters is not seen."""
    assert ("nvidia",) == read("", "x " * (MAX_CHARACTERS // 2 - 10) + "Nvidia").companies
    assert () == read("", "x " * (MAX_CHARACTERS // 2) + "Nvidia").companies


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sentences that reach the model, as they do."""
    seen: list[str] = []
    real = Language.make_doc

    def noting(self: Language, text: str) -> object:
        seen.append(text)
        return real(self, text)

    monkeypatch.setattr(Language, "make_doc", noting)
    return seen


def test_the_model_sees_only_sentences_that_could_tell_an_event(parsed: list[str]) -> None:
    """Sport, weather and company names without a happening cost no parse; of an article, one sentence does."""
    read("United win the derby", "The rain stopped. A goal fell. Apple pie was served.")
    read("Nvidia and Microsoft", "Both are large companies.")
    assert [] == parsed
    read("A day in tech", "Nvidia is a large company. OpenAI did not launch a new AI model. The sun shone.")
    assert ["OpenAI did not launch a new AI model."] == parsed


def test_a_headline_in_capitals_is_parsed_as_running_text(parsed: list[str]) -> None:
    """The model gets words written small, the event the words as printed."""
    event = read("OpenAI Never Launches A New Reasoning Model For Teachers").events[0]
    assert ["OpenAI never launches a new reasoning model for teachers"] == parsed
    assert ("Launches", "OpenAI Never Launches A New Reasoning Model For Teachers") == (event.trigger, event.sentence)


def test_another_registry_and_rules_are_taken_while_running() -> None:
    """After a reload the same pipeline knows the new names and rules and has forgotten the old ones."""
    rule = EventRule(EventType.RESEARCH, "sings", verbs=("sing",), any_topic=True)
    reader = Pipeline({}, EventLexicon())
    text = Text("Disco Corp sings")
    assert Analysis() == reader.analyze(text)
    reader.reload({firm.id: firm for firm in FIRMS}, EventLexicon((rule,)))
    assert (("disco",), ["sings"]) == (reader.analyze(text).companies, [e.rule for e in reader.analyze(text).events])
    reader.reload({}, EventLexicon())
    assert Analysis() == reader.analyze(text)


def test_two_pipelines_live_side_by_side() -> None:
    """Extensions and factories are registered once, and one pipeline's companies are not the other's."""
    register()
    register()
    assert () == Pipeline({}, EventLexicon()).analyze(Text("Nvidia")).companies
    assert ("nvidia",) == read("Nvidia").companies


def test_a_pipeline_works_as_a_spacy_pipeline() -> None:
    """The two pipes stand around the model's in one spaCy pipeline, without its NER."""
    doc = pipeline()._nlp("OpenAI launches a new AI model")
    assert ["openai"] == [span.label_ for span in doc.spans["companies"]]
    assert [EventType.MODEL_RELEASE] == [event.type for event in doc._.events]
    names = pipeline()._nlp.pipe_names
    assert ("companies", "events", False) == (names[0], names[-1], "ner" in names)


def test_a_missing_model_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who lacks the model reads which one was looked for and what installs it."""
    monkeypatch.setattr(under_test, "MODELS", ("no_such_model_here",))
    with pytest.raises(OSError, match=r"no_such_model_here"):
        installed_model()
    with pytest.raises(OSError, match=r"nowhere"):
        Pipeline({}, EventLexicon(), "nowhere")


def test_the_official_model_wins_where_both_are_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model as Explosion ships it comes before the same model as a package."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    assert "en_core_web_sm" == installed_model()


def test_the_shipped_names_are_ready_in_milliseconds() -> None:
    """All shipped companies and rules are compiled well within the pause between two passes."""
    assert len(shipped().companies) >= 150
    pipeline().reload(shipped().companies, shipped().lexicon)
    assert ("nvidia",) == read("Nvidia").companies
