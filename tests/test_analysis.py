"""`aftershock analyze` reads JSON Lines or plain text and says which line it cannot read."""

import io
from datetime import UTC, date, datetime

import pytest

from config.types import (
    Company,
    Config,
    EventLexicon,
    EventType,
    Instrument,
    Relation,
    RelationKind,
    Settings,
)
from monitor.analysis import InputError, Item, found, read
from monitor.links import Graph
from nlp.types import Analysis, Event, Mention, Status

NOW = datetime(2025, 1, 27, tzinfo=UTC)


def items(text: str) -> list[Item]:
    """What is read of a text without mistakes."""
    found = list(read(io.StringIO(text), NOW))
    assert all(isinstance(item, Item) for item in found)
    return [item for item in found if isinstance(item, Item)]


def test_json_lines_keep_their_ids_and_blank_lines_are_passed_over() -> None:
    """Ids come back as they came, numbers too; a byte order mark is no content."""
    read_items = items('\ufeff\n{"id": 7, "title": "One", "summary": "More"}\n\n{"id": "b", "title": "Two"}\n')
    assert [(7, "One", "More"), ("b", "Two", "")] == [(i.id, i.article.title, i.article.summary) for i in read_items]


def test_plain_text_is_one_article() -> None:
    """Its first line is the title, the rest the summary."""
    (only,) = items("\nA title\nA first sentence.\nA second.\n")
    assert ("A title", "A first sentence.\nA second.") == (only.article.title, only.article.summary)
    assert [] == items(" \n\n")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"id": 1, "title": "One"}\n{"id": 2,', "line 2: not JSON"),
        ('\n{"id": 1}\n', 'line 2: an object with "title" is wanted'),
        ('{"id": 1, "title": "One"}\n\n[1]\n', 'line 3: an object with "title" is wanted'),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text: str, says: str) -> None:
    """The number counts lines of the input from 1; the others are read all the same."""
    found = list(read(io.StringIO(text), NOW))
    (error,) = (item for item in found if isinstance(item, InputError))
    assert says in str(error)
    assert text.count('"title"') == len(found) - 1


def test_what_was_found_is_printed_as_the_contract_says() -> None:
    """Mentions with their symbol (none for a private firm), events with their status, links with path and strength."""
    lab = Company("lab", "Lab")
    maker = Company("maker", "Maker", instruments=(Instrument("MKR", "XNYS", "USD"),))
    relation = Relation("lab", "maker", RelationKind.SUPPLIER, 0.8, since=date(2024, 1, 1))
    config = Config(Settings(), {"lab": lab, "maker": maker}, (relation,), (), (), EventLexicon())
    event = Event(EventType.MODEL_RELEASE, "opens", "Lab opens a model", 4, "lab", None, Status.REPORTED, 0.87654, "r")
    analysis = Analysis((Mention("lab", "Lab", 0, 3, "name", 0.98765),), (event,))
    (item,) = items('{"id": "x", "title": "Lab opens a model"}')
    assert {
        "id": "x",
        "companies": [
            {"company": "lab", "symbol": None, "text": "Lab", "start": 0, "end": 3, "via": "name", "score": 0.988}
        ],
        "events": [
            {
                "type": "model_release",
                "trigger": "opens",
                "sentence": "Lab opens a model",
                "actor": "lab",
                "target": None,
                "status": "reported",
                "score": 0.877,
            }
        ],
        "links": [{"symbol": "MKR", "path": "lab -supplier-> maker", "strength": 0.8}],
    } == found(item, analysis, config, Graph.of(config.relations))
