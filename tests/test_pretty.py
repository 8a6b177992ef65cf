"""`analyze --pretty`: spans, reasons and links for people, in colour or not, and nothing that steers a terminal."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner

from config.types import (
    Company,
    Config,
    Direction,
    EventLexicon,
    EventType,
    Expectation,
    Instrument,
    Relation,
    RelationKind,
    Settings,
)
from monitor.analysis import Item, Linking
from monitor.cli import app
from monitor.pretty import ALL_SHOWN, MOST_LINKS, Pretty, printable
from monitor.types import Article
from nlp.types import Analysis, Event, Mention, Status

NOW = datetime(2025, 1, 27, tzinfo=UTC)
TITLE = "Lab may open a model, sources say"
LAB = Mention("lab", "Lab", 0, 3, "name", 0.97)
RUMOUR = Event(EventType.MODEL_RELEASE, "open", TITLE, 8, "lab", None, Status.RUMOURED, 0.88, "opens a model")


def config(makers: int = 1) -> Config:
    """A private lab with listed suppliers, and a lexicon that knows of rumours and what a release does."""
    names = [f"maker{n}" for n in range(makers)]
    companies = {"lab": Company("lab", "The Lab")} | {
        name: Company(name, name.title(), instruments=(Instrument(name.upper(), "XNYS", "USD"),)) for name in names
    }
    relations = tuple(Relation("lab", name, RelationKind.SUPPLIER, 0.8) for name in names)
    release = Expectation(
        EventType.MODEL_RELEASE, actor=Direction.UP, relations=((RelationKind.COMPETITOR, Direction.DOWN),)
    )
    lexicon = EventLexicon(rumoured=("may", "sources say"), expectations=(release,))
    return Config(Settings(), companies, relations, (), (), lexicon)


def drawn(
    analysis: Analysis,
    title: str = TITLE,
    summary: str = "",
    *,
    given_id: object = "a1",
    marks: bool = True,
    width: int = 100,
    makers: int = 1,
) -> str:
    """What is printed, with colours where there are no marks."""
    console = Console(file=io.StringIO(), width=width, force_terminal=not marks, color_system="standard", record=True)
    item = Item(given_id, Article("a1", "", "", title, summary, None, NOW))
    console.print(Pretty(Linking.of(config(makers)), marks=marks).shown(item, analysis), highlight=False)
    return console.export_text(styles=not marks)


def test_everything_that_was_found_is_shown_with_its_reason() -> None:
    """The text with its spans, the company, the event with status, roles, rule and expectation, and the link."""
    shown = drawn(Analysis((LAB,), (RUMOUR,)))
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert lines[0].startswith("a1 ──")
    assert [
        "[Lab] _may_ *open* a model, _sources say_",
        "",
        "Companies",
        "text company symbol via score",
        "Lab The Lab private name 0.97",
        "",
        "Events",
        "model_release rumoured score 0.88 opens links",
        "who The Lab",
        "trigger “open” by the rule “opens a model”",
        "expects The Lab up, its competitors down",
        "",
        "Links",
        "symbol expected strength path",
        "MAKER0 ▲ up 0.80 lab -supplier-> maker0",
        "",
    ] == lines[1:]


def test_colours_take_the_place_of_marks_in_a_terminal() -> None:
    """A company is cyan, a trigger reversed, a governing word underlined; no bracket is added."""
    shown = drawn(Analysis((LAB,), (RUMOUR,)), marks=False)
    assert "\x1b[1;36mLab\x1b[0m" in shown
    assert "\x1b[1;7;32mopen\x1b[0m" in shown
    assert "[Lab]" not in shown


def test_a_text_without_a_find_says_so() -> None:
    """Neither tables nor headings."""
    assert "No company and no event." in drawn(Analysis())
    assert "Companies" not in drawn(Analysis())


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (
            Event(EventType.CAPEX, "open", TITLE, 8, "lab", None, Status.DENIED, 0.9, "r"),
            "capex denied score 0.90 denied: opens no links",
        ),
        (
            Event(EventType.MARKET_MOVE, "open", TITLE, 8, None, "lab", Status.REPORTED, 0.9, "r"),
            "market_move reported score 0.90 a price move: opens no links",
        ),
    ],
)
def test_an_event_that_opens_no_links_says_why(event: Event, says: str) -> None:
    """Denials and price moves; the table of links is empty then."""
    lines = [" ".join(line.split()) for line in drawn(Analysis((LAB,), (event,))).splitlines()]
    assert says in lines
    assert ["Links", "none"] == lines[-3:-1]


def test_mentions_of_one_company_are_counted() -> None:
    """The same words are one row; a symbol that the feed gave is marked as such."""
    again = Mention("lab", "Lab", 10, 13, "name", 0.5)
    given_symbol = Mention("maker0", "MAKER0", 0, 0, "ticker", 0.9)
    shown = drawn(Analysis((given_symbol, LAB, again)), "Lab meets Lab")
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert "Lab ×2 The Lab private name 0.97" in lines
    assert "MAKER0 (from the feed) Maker0 MAKER0 ticker 0.90" in lines
    assert "[Lab] meets [Lab]" in lines


def test_weak_links_are_counted_only() -> None:
    """A screen's worth is shown, with the directions of the rest."""
    shown = drawn(Analysis((LAB,), (RUMOUR,)), makers=MOST_LINKS + 3)
    assert MOST_LINKS == shown.count("lab -supplier->")
    assert "and 3 weaker ones: 3 up" in shown


def test_of_a_long_text_only_the_neighbourhood_of_finds_is_shown() -> None:
    """Its beginning, what was found far behind, and how long it is."""
    summary = "x " * ALL_SHOWN + "Lab again " + "y " * ALL_SHOWN
    at = len(TITLE) + 1 + 2 * ALL_SHOWN
    shown = drawn(Analysis((LAB, Mention("lab", "Lab", at, at + 3, "name", 0.9))), summary=summary)
    assert f"[…] ({len(TITLE) + 1 + len(summary):,} characters)" in " ".join(shown.split())
    assert 2 == shown.count("[Lab]")
    assert len(shown) < ALL_SHOWN


def test_nothing_of_a_text_steers_the_terminal() -> None:
    """Escape sequences, bidi marks, carriage returns and half surrogates; the id counts too, and offsets stay."""
    title = "\x1b[2J\x1b]0;title\x07Lab\u202e may\r\u2066 open\x00 \ud800\u2028!"
    start = title.index("Lab")
    shown = drawn(
        Analysis((Mention("lab", "Lab", start, start + 3, "name", 0.9),)),
        title,
        given_id="\x1b[31m\u202e1",
        marks=False,
    )
    assert "\x1b[1;36mLab\x1b[0m" in shown
    for char in ("\x1b[2J", "\x1b]0", "\x1b[31m", "\x07", "\r", "\x00", "\u202e", "\u2066", "\u2028", "\ud800"):
        assert char not in shown


@given(st.text(st.characters(), max_size=60))
@settings(max_examples=200, deadline=None)
def test_what_is_printable_has_the_length_of_what_came(text: str) -> None:
    """One character for one, whatever it is, and no control character but the line's end."""
    cleaned = printable(text)
    assert len(text) == len(cleaned)
    assert not any(char < " " and char != "\n" for char in cleaned)
    cleaned.encode()


def test_letters_and_emoji_stay_as_they_are() -> None:
    """Arabic, combining marks and families of emoji are text."""
    for text in ("شركة", "e\u0301", "👩\u200d👩\u200d👧 🇩🇪", "엔비디아"):
        assert text == printable(text)


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_it_fits_every_width(width: int) -> None:
    """No line is longer than the terminal is wide."""
    assert max(map(len, drawn(Analysis((LAB,), (RUMOUR,)), width=width, makers=3).splitlines())) <= width


def test_the_command_prints_for_people_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal: no colours, marks instead; one block an item, in order, and errors by their line."""
    monkeypatch.setenv("AFTERSHOCK_CONFIG", str(tmp_path))
    lines = [
        json.dumps({"id": 1, "title": "DeepSeek releases R1, a reasoning model with open weights"}),
        "{broken",
        json.dumps({"id": 3, "title": "A quiet day in the garden"}),
    ]
    result = CliRunner().invoke(app, ["analyze", "--pretty"], input="\n".join(lines))
    assert (2, True) == (result.exit_code, "line 2: not JSON" in result.stderr)
    assert "[DeepSeek] *releases* R1" in result.stdout
    assert "\x1b" not in result.stdout
    assert result.stdout.index("model_release") < result.stdout.index("A quiet day in the garden")
