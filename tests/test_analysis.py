"""`aftershock analyze` reads JSON Lines or plain text and says which line it cannot read."""

import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

import pytest

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
from monitor.analysis import BATCH, InputError, Item, Linking, answered, as_json, found, read
from nlp.types import Analysis, Event, Mention, Status, Text

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
        ('{"id": NaN, "title": "One"}\n', "line 1: not JSON: NaN is no JSON number"),
        ('{"id": 1e999, "title": "One"}\n', "line 1: not JSON: Out of range float values"),
        ('{"id": 1' + "0" * 5000 + ', "title": "One"}\n', "line 1: not JSON: Exceeds the limit"),
        ('{"title": ' + "[" * 200_000 + "\n", "line 1: nested too deep to be an article"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text: str, says: str) -> None:
    """The number counts lines of the input from 1; the others are read all the same."""
    found = list(read(io.StringIO(text), NOW))
    (error,) = (item for item in found if isinstance(item, InputError))
    assert says in str(error)
    assert len([line for line in text.splitlines() if line.strip()]) == len(found)


def test_what_was_found_is_printed_as_the_contract_says() -> None:
    """Mentions with their symbol (none for a private firm), events with their status, links with what is expected."""
    lab = Company("lab", "Lab")
    maker = Company("maker", "Maker", instruments=(Instrument("MKR", "XNYS", "USD"),))
    relation = Relation("lab", "maker", RelationKind.SUPPLIER, 0.8, since=date(2024, 1, 1))
    lexicon = EventLexicon(expectations=(Expectation(EventType.MODEL_RELEASE, actor=Direction.UP),))
    config = Config(Settings(), {"lab": lab, "maker": maker}, (relation,), (), (), lexicon)
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
        "links": [{"symbol": "MKR", "path": "lab -supplier-> maker", "strength": 0.8, "expected": "up"}],
    } == found(item, analysis, Linking.of(config))


def test_a_long_input_is_answered_batch_by_batch_in_its_order() -> None:
    """The first answers come before the input has ended; errors keep their place among them."""
    taken: list[int] = []

    def lines() -> Iterator[str]:
        for number in range(3 * BATCH):
            taken.append(number)
            yield "{broken" if number == 1 else json.dumps({"id": number, "title": "x"})

    def analyze(texts: Sequence[Text]) -> list[Analysis]:
        assert 0 < len(texts) <= BATCH
        return [Analysis() for _ in texts]

    answers = answered(read(lines(), NOW), analyze)
    first, second, third = (next(answers) for _ in range(3))
    assert (BATCH, [0, 2]) == (len(taken), [a[0].id for a in (first, third) if isinstance(a, tuple)])
    assert isinstance(second, InputError)
    assert list(range(3, 3 * BATCH)) == [a[0].id for a in answers if isinstance(a, tuple)]


def test_what_was_read_before_a_broken_byte_is_answered() -> None:
    """A file that is not UTF-8 from some line on loses nothing before it."""
    source = io.TextIOWrapper(io.BytesIO(b'{"id": 1, "title": "One"}\n' + b" " * 10_000 + b"\n\xff\n"), "utf-8")
    answers = answered(read(source, NOW), lambda texts: [Analysis() for _ in texts])
    first = next(answers)
    assert isinstance(first, tuple)
    assert 1 == first[0].id
    with pytest.raises(UnicodeDecodeError):
        next(answers)


def test_letters_that_an_output_cannot_take_are_escaped() -> None:
    """Half a surrogate pair, or a terminal without Unicode: valid JSON all the same, and else letters as they are."""
    for text, encoding, plain in (("é", "utf-8", True), ("é", "ascii", False), ("\ud83d", "utf-8", False)):
        line = as_json({"id": text}, encoding)
        assert (plain, {"id": text}) == (text in line, json.loads(line))
