"""Cutting a text into sentences, and a headline's capitals down to those that mean something.

Both work on characters and keep every offset. Sentences are cut before any tokenizing, so that the
model reads only those that need it; and the parser, which learnt on running text, reads a Title Case
Headline far better when its ordinary words are written small.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from nlp.matcher import clean

MAX_SENTENCE = 600  # characters; longer runs without a stop are tables and lists, which no parser reads well
TITLE_SHARE = 0.65  # of content words with a capital, from which case is no evidence, by measure on labelled headlines
MIN_JUDGED = 3  # content words that it takes to tell
_BREAK = re.compile(
    r"\n+|(?<=[.!?。;…])[\"'”’)\]]*\s+|(?<=。)|\s+[|•]\s+"
    r"|\s+[-–—]\s+(?=[A-Z][\w.&'’]*(?:\s[A-Z][\w.&'’]*){0,3}$)"  # a publisher's name at the end of a headline
    r"|:\s+(?=(?i:what|why|how|should|is|are|can|could|will|does|do|here['’]s)\s[^.!?]*\?)",
    re.MULTILINE,
)
_NO_STOP = re.compile(
    r"(?:\b(?:[A-Z]|Inc|Corp|Co|Ltd|LLC|No|Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Jr|Sr|St|vs|Jan|Feb|Mar|Apr|Jun|Jul|Aug"
    r"|Sept?|Oct|Nov|Dec|approx|est|cf|e\.g|i\.e|U\.S|U\.K|E\.U|a\.m|p\.m)\.)$"
)
_NUMBER = re.compile(r"-?\d")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SMALL = """
a an and as at but by for from has have in into is it its of on or over than that the to vs was will with up via after
amid be are not no new says
"""
_SMALL_LETTERS = frozenset(_SMALL.split())  # written small in many headline styles, or capitals that say nothing


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence's place in the text, and its words."""

    start: int
    end: int
    words: str = field(compare=False, repr=False)

    @property
    def titled(self) -> bool:
        """Whether its capitals say nothing; worked out when asked, which few sentences are."""
        return is_titled(self.words)


def split(text: str) -> list[Sentence]:
    """The sentences of `text` in order; line ends, stops, semicolons and bars end one. Blank ones are left out."""
    return [Sentence(start, end, text[start:end]) for start, end in _spans(text)]


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for found in _BREAK.finditer(text):
        end = found.start() + len(found.group()) - len(found.group().lstrip("\"'”’)]"))
        stop = "\n" not in found.group() and text[found.start() - 1 : found.start()] == "."
        if stop and _NO_STOP.search(text, max(start, end - 8), end) and not _ends_anyway(text, found.end()):
            continue
        yield from _trimmed(text, start, end)
        start = found.end()
    yield from _trimmed(text, start, len(text))


def _ends_anyway(text: str, after: int) -> bool:
    """After an abbreviation a sentence begins only with a word that seldom stands inside one."""
    return text.startswith(("The ", "It ", "In ", "But ", "He ", "She ", "They ", "Here", "What", "Why"), after)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > MAX_SENTENCE:
        cut = text.rfind(" ", start, start + MAX_SENTENCE)
        cut = cut if cut > start else start + MAX_SENTENCE
        yield start, cut
        start = cut
    if start < end:
        yield start, end


def is_titled(sentence: str) -> bool:
    """Whether most content words carry a capital (or all letters are capitals), so that none of them tells a name."""
    words = [w for w in _WORD.findall(sentence) if len(w) > 1 and w.lower() not in _SMALL_LETTERS][1:]
    if len(words) < MIN_JUDGED:
        return sentence.isupper()
    capitals = len([w for w in words if w[0].isupper()])
    return capitals >= TITLE_SHARE * len(words)


def unheadline(sentence: str, keep: Sequence[tuple[int, int]]) -> str:
    """A titled sentence as running text would write it, letter by letter in place.

    Words inside the spans of `keep` (companies) stay as they are, as do those with a capital or a
    digit after their first letter (GPT-4, iPhone), unless everything is in capitals.
    """
    sentence = clean(sentence)
    shouting = sentence.isupper()
    letters = list(sentence)
    for word in _WORD.finditer(sentence):
        start, end = word.span()
        inside = any(s < end and start < e for s, e in keep)
        initial = len(word.group()) == 1 and (word.group() != "A" or sentence[end : end + 1] == ".")
        told = not shouting and (word.group()[1:] != word.group()[1:].lower() or initial)
        numbered = _NUMBER.match(sentence, end) is not None
        if not (inside or told or numbered):
            letters[start:end] = _lower(word.group())
    return "".join(letters)


def _lower(word: str) -> str:
    low = word.lower()
    return low if len(low) == len(word) else word
