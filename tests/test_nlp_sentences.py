"""Cutting texts into sentences, reading a headline's capitals, and the forms of words."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.forms import all_forms, noun_forms, verb_forms
from nlp.matcher import clean
from nlp.sentences import MAX_SENTENCE, is_titled, split, unheadline


def parts(text: str) -> list[str]:
    """The sentences' own words."""
    return [text[s.start : s.end] for s in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One fell. Two rose!  Three?", ["One fell.", "Two rose!", "Three?"]),
        ("Apple Inc. fell on Jan. 27 in the U.S. market.", ["Apple Inc. fell on Jan. 27 in the U.S. market."]),
        ("He works for Apple Inc. The firm is large.", ["He works for Apple Inc.", "The firm is large."]),
        ("A headline\nIts summary says more. And more.", ["A headline", "Its summary says more.", "And more."]),
        ("He said “it works.” She left.", ["He said “it works.”", "She left."]),
        ("Stocks fall; Nvidia leads", ["Stocks fall;", "Nvidia leads"]),
        ("Nvidia falls 5%: should you buy?", ["Nvidia falls 5%", "should you buy?"]),
        ("Nvidia: a chip maker", ["Nvidia: a chip maker"]),
        ("Nvidia Unveils a Chip - Example Wire", ["Nvidia Unveils a Chip", "Example Wire"]),
        ("It rose 1.5 % to 3.25.", ["It rose 1.5 % to 3.25."]),
        (" \n\n ", []),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    """Abbreviations and decimals end none; line ends, semicolons and questions after a colon do."""
    assert expected == parts(text)


def test_a_run_without_a_stop_is_cut() -> None:
    """A table of a thousand words becomes pieces that a parser can stand."""
    pieces = split("word " * 1_000)
    assert max(p.end - p.start for p in pieces) <= MAX_SENTENCE
    assert min(p.end - p.start for p in pieces) > 0


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_sentences_lie_in_order_inside_the_text(text: str) -> None:
    """Whatever the text, sentences are not blank, don't overlap, and lose no word."""
    found = split(text)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(text[s.start : s.end].strip() == text[s.start : s.end] != "" for s in found)


@pytest.mark.parametrize(
    ("sentence", "titled"),
    [
        ("Nvidia Unveils New Chips for Cheaper Robots", True),
        ("Nvidia unveils new chips for cheaper robots", False),
        ("NVIDIA UNVEILS CHIPS", True),
        ("Nvidia, Apple and Microsoft reported results for the quarter", False),
        ("Nvidia Falls", False),
    ],
)
def test_capitals_of_a_headline_are_told_from_names(sentence: str, titled: bool) -> None:
    """Where most words carry a capital, none of them tells a name."""
    assert titled is is_titled(sentence)


def test_a_headline_is_written_small_but_for_names() -> None:
    """What the parser reads has the same length, with companies, GPT-4 and iPhones as they were."""
    headline = "Apple Taps OpenAI's GPT-4 For Its iPhone In US"
    assert "Apple taps OpenAI's GPT-4 for its iPhone in US" == unheadline(headline, [(0, 5), (11, 17)])
    assert "apple taps rivals" == unheadline("APPLE TAPS RIVALS", [])


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_writing_small_keeps_every_place(text: str) -> None:
    """Offsets found in the small form are offsets of the headline."""
    assert len(text) == len(unheadline(text, []))
    assert clean(text).lower() == unheadline(text, []).lower()


@pytest.mark.parametrize(
    ("lemma", "forms"),
    [
        ("plan", {"plan", "plans", "planned", "planning"}),
        ("unveil", {"unveil", "unveils", "unveiled", "unveiling"}),
        ("fall", {"fall", "falls", "fell", "fallen", "falling"}),
        ("buy", {"buy", "buys", "bought", "buying"}),
        ("acquire", {"acquire", "acquires", "acquired", "acquiring"}),
        ("deny", {"deny", "denies", "denied", "denying"}),
        ("cut", {"cut", "cuts", "cutting"}),
        ("lay off", {"lay off", "lays off", "laid off", "laying off"}),
        ("tie up", {"tie up", "ties up", "tied up", "tying up"}),
        ("launch", {"launch", "launches", "launched", "launching"}),
    ],
)
def test_a_verb_is_known_in_all_its_forms(lemma: str, forms: set[str]) -> None:
    """A rule names the lemma; third person, past and participles follow from it."""
    assert forms <= set(verb_forms(lemma))


def test_a_noun_is_known_in_the_plural() -> None:
    """The last word is counted, and words that end in s already are left alone."""
    assert ("data center", "data centers") == noun_forms("data center")
    assert ("rally", "rallies") == noun_forms("rally")
    assert ("earnings",) == noun_forms("earnings")


def test_a_phrase_takes_the_forms_of_its_first_and_last_word() -> None:
    """`tops app store` need not be written out for each tense; signs have one form."""
    assert {"agree to buy", "agrees to buy", "agreed to buy"} <= set(all_forms("agree to buy"))
    assert ("$ ",) == all_forms("$ ")
