"""No text is too odd: an analysis comes back, its places are true, its JSON is valid, and it is the same every time.

The suite tries a few hundred random texts; `pytest -m slow` tries 20,000.
"""

import json
import random
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from monitor.analysis import Item, Linking, as_json, found
from monitor.cli import app
from monitor.types import Article
from nlp.matcher import clean
from nlp.types import Analysis, Text
from standins.reader import pipeline, shipped

NOW = datetime(2025, 1, 27, tzinfo=UTC)
EVENT = "Nvidia launches a new AI chip for data centers and sues OpenAI"
WORDS = """Nvidia|Apple|OpenAI|Meta|Arm|(NVDA)|$TSM|NASDAQ:AMD|<005930.KS>|launches|a new AI model|shares|fall 5%|as
|to buy|sues|bans|chips to China|reportedly|denies|may|not|raises $5bn|price target|“|’s|—|?|!|\n|. |U.S.|;|[|(|AT&T
|Disco Corp|İstanbul|ß"""
NEWS = st.sampled_from([word.strip(" ") for word in WORDS.replace("\n|", "|").split("|")])
ODD = {
    "nothing": "",
    "only whitespace": " \t\n\r\v\f\x85\u00a0\u2028\u2029\u3000",
    "a megabyte": (EVENT + ". ") * 17_000,
    "a megabyte without a space": "a" * 1_000_000,
    "a very long word": EVENT + " " + "supercalifragilistic" * 900,
    "emoji": "🚀👩\u200d👩\u200d👧 Nvidia 🇩🇪 launches 🤖🏽 a new AI chip 🏳️\u200d🌈",
    "right to left": "\u202eNvidia launches a new AI chip\u202c شركة Nvidia תטיל שבב AI חדש \u2067OpenAI\u2069",
    "control characters": "".join(map(chr, range(32))) + EVENT + "".join(map(chr, range(0x7F, 0xA0))),
    "NULs between the letters": "\x00".join(EVENT),
    "NULs between the words": EVENT.replace(" ", " \x00"),
    "lone surrogates": "\ud83d Nvidia \udc00 launches\udfff a new \ud800AI chip",
    "surrogates only": "\ud800\udc00\udbff" * 300,
    "combining marks": "N\u0301v\u0302i\u0303d\u0304i\u0305a launches "
    + "a\u0301\u0302\u0303\u0489" * 500
    + " AI chip",
    "letters that grow when small": "İ" * 200 + " Nvidia İ launches ẞ a new AI chip İİ OpenAI ŉ ǰ ΐ ß",
    "letters that grow when large": "ß" * 200 + " Nvidia ŉ launches ǰ a ﬁ new AI chip ΰ OpenAI",
    "full width": "Ｎｖｉｄｉａ launches a new AI chip, ＮＶＤＡ fell 5％",
    "look-alikes": "Νvidia lаunches a nеw ΑI chip",
    "zero-width joints": "Nvi\u200bdia laun\u2060ches a new\ufeff AI chip",
    "nested brackets": "(" * 4_000 + EVENT + ")" * 4_000,
    "nested brackets of all kinds": "([{<" * 2_000 + "NVDA" + ">}])" * 2_000,
    "quotes": "“" * 3_000 + EVENT + "”" * 3_000,
    "one sign again and again": "$" * 20_000,
    "stops": "." * 10_000 + EVENT + "…" * 5_000,
    "tickers": " ".join(f"({symbol})" for symbol in ("NVDA", "TSM", "AMD", "MSFT") * 2_000),
    "a doubtful name again and again": "Apple Target Block Gap Arm Visa " * 3_000,
    "capitals": EVENT.upper() * 20,
    "one event again and again": (EVENT + " ") * 60,
    "gaps of a phrase": "raise ... target raise target ... " * 700,
    "digits": "0123456789" * 2_000,
    "markup": "<script>alert('Nvidia launches a new AI chip')</script>&amp;&#0;" * 100,
    "printf and paths": "%s%n{0}{}\\x00../../etc/passwd $(reboot) Nvidia launches a new AI chip",
    "noncharacters": "\ufffe\uffff\U0010ffff\ufdd0 Nvidia launches a new AI chip \ufffd\ufffc",
    "line ends of all kinds": "\r\n".join(EVENT.split()) + "\r" + "\u2028".join(EVENT.split()),
}


@cache
def linking() -> Linking:
    """What links are derived from, made once."""
    return Linking.of(shipped())


def sound(text: Text) -> Analysis:
    """The analysis of a text, of which everything that must be true is true."""
    analysis = pipeline().analyze(text)
    whole = text.whole
    placed = [m for m in analysis.mentions if m.end]
    assert [m.text for m in placed] == [whole[m.start : m.end] for m in placed]
    assert all(m.text in text.symbols for m in analysis.mentions if not m.end)
    assert all(0 < m.score <= 1 for m in analysis.mentions)
    triggers = [clean(whole)[e.start : e.start + len(e.trigger)] for e in analysis.events]
    assert [e.trigger for e in analysis.events] == triggers
    assert all(e.trigger in e.sentence and 0 < e.score <= 1 for e in analysis.events)
    item = Item("x", Article("x", "", "", text.title, text.summary, None, NOW, text.symbols))
    row = found(item, analysis, linking())
    line = as_json(row, "utf-8")
    assert "\n" not in line
    assert row == json.loads(line, parse_constant=_refuse)
    line.encode()
    return analysis


def _refuse(constant: str) -> None:
    raise AssertionError(constant)


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_no_text_is_too_odd(text: str) -> None:
    """As a title, as a summary under a title with an event, and as a symbol: sound, and the same again."""
    sound(Text(text))
    sound(Text(text, EVENT))
    below = Text(EVENT, text, (text[:40],))
    analysis = sound(below)
    assert analysis == pipeline().analyze(below)
    assert "nvidia" in analysis.companies


def test_ten_thousand_companies_in_one_text_are_no_trouble() -> None:
    """Of a text of names only, those within what is read of it are found, each at its place."""
    names = [company.name for company in shipped().companies.values()]
    text = ", ".join(random.Random(1).choices(names, k=10_000))  # noqa: S311  nothing is secret here
    assert len(sound(Text("Companies of the day", text)).companies) > 100


def test_what_was_read_before_changes_nothing() -> None:
    """A text reads the same after others as before them, in whatever order they come."""
    texts = [Text(EVENT, odd[:2_000]) for odd in ODD.values()]
    first = [pipeline().analyze(text) for text in texts]
    backwards = [pipeline().analyze(text) for text in reversed(texts)]
    assert first == backwards[::-1]


ANYTHING = st.text(st.characters(), max_size=200)
PIECES = st.lists(st.one_of(NEWS, st.text(st.characters(), max_size=6)), max_size=30).map(" ".join)
TEXTS = st.builds(
    Text,
    st.one_of(ANYTHING, PIECES),
    st.one_of(ANYTHING, PIECES),
    st.lists(st.one_of(st.text(st.characters(), max_size=8), st.sampled_from(["NVDA", "AMD.O"])), max_size=3).map(
        tuple
    ),
)
HASTE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(TEXTS)
@settings(HASTE, max_examples=200)
def test_no_random_text_is_too_odd(text: Text) -> None:
    """Any characters, half surrogate pairs included, and words of the trade in any order between them."""
    assert sound(text) == pipeline().analyze(text)


@pytest.mark.slow
@given(TEXTS)
@settings(HASTE, max_examples=20_000)
def test_none_of_twenty_thousand_random_texts_is_too_odd(text: Text) -> None:
    """The same for long."""
    sound(text)


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command without its seconds of getting ready: it takes the configuration and pipeline that are there."""
    monkeypatch.setattr("monitor.cli_texts.configured", lambda _folder: shipped())
    monkeypatch.setattr("nlp.pipeline.Pipeline", lambda *_: pipeline())


def test_the_command_takes_whatever_json_can_hold(ready: None) -> None:
    """Every odd text as a line with escapes, ids of all kinds: as many lines of valid JSON come back, in order."""
    ids: list[Any] = [0, -1.5, None, True, "", "\ud800", "\x00", [1, {"a": None}], {"id": 1}, "x" * 1_000]
    rows: list[dict[str, Any]] = [
        {"id": ids[n % len(ids)], "title": text[:300], "summary": text} for n, text in enumerate(ODD.values())
    ]
    rows += [{"title": None, "summary": [EVENT]}, {"id": 1, "title": {"a": [1.5]}, "summary": 7, "link": False}]
    result = CliRunner().invoke(app, ["analyze"], input="\n".join(map(json.dumps, rows)))
    assert (0, None) == (result.exit_code, result.exception)
    answers = [json.loads(line, parse_constant=_refuse) for line in result.stdout.splitlines()]
    assert [row.get("id") for row in rows] == [answer["id"] for answer in answers]


@pytest.mark.parametrize("text", [text for text in ODD.values() if text.isprintable() or "\n" in text])
def test_the_command_takes_plain_text(ready: None, text: str) -> None:
    """One object for one text, none for none; for people too."""
    for arguments in (["analyze"], ["analyze", "--pretty"]):
        result = CliRunner().invoke(app, arguments, input=text)
        assert (0, None) == (result.exit_code, result.exception)
        assert bool(text.strip()) == bool(result.stdout.strip())
