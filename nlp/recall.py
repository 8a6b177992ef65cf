"""What a longer text calls a company after it has named it once: initials, a short form, a misspelt name.

Works on one text alone and only adds places of companies that are in it already. The word list that tells a misspelt
name from an ordinary word is read only when a word comes that close.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from rapidfuzz.distance import OSA

from config.trades import RANKS, TRADES
from config.words import words
from nlp import beside, signs
from nlp.aliases import NAME, PERSON, TICKER, Hit
from nlp.types import Mention

WORTHWHILE = 300
"""Characters from which a text is longer than a headline, so that it comes back to what it has named."""
INITIALS_SCORE, SHORT_SCORE, MISSPELT_SCORE = 0.85, 0.7, 0.65
NAMED = 0.8
"""The score of a mention from which its text is the company's name beyond doubt."""
SHORTEST, LONG = 6, 10
"""Letters that a name needs to be looked for misspelt with one edit, and with two."""
EDITS_IN_TWO = 2
"""Edits that a name written as two words may be away."""
CLIPPED = 4
"""Letters that the first word of a name needs to stand for the whole."""

_INTRODUCED = re.compile(r"(?:,?\s(?:Inc|Corp|Co|Ltd|PLC|plc|Group|Holdings)\b\.?)*\s\(([A-Z][A-Z&.]{1,6})\)")
_CAPITALISED = re.compile(r"(?<![\w@#])[A-Z][A-Za-z]{2,}(?!\w)")
_HUMPS = re.compile(r"[A-Z][a-z]{2,}")
_MONTHS = frozenset(("jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"))
_HALVES = 2


def with_more(text: str, mentions: Sequence[Mention], hits: Sequence[Hit]) -> tuple[Mention, ...]:
    """`mentions` and what else in `text` means their companies, by place. `hits` are all candidates, settled or not."""
    taken = bytearray(len(text))
    for start, end in (*((hit.start, hit.end) for hit in hits), *((m.start, m.end) for m in mentions)):
        taken[start:end] = b"x" * (end - start)
    names = {m.text: m.company for m in mentions if m.via == NAME and m.score >= NAMED}
    found = list(mentions)
    for more in (*_initials(text, mentions), *_short(text, names), *_misspelt(text, names)):
        if not any(taken[more.start : more.end]):
            taken[more.start : more.end] = b"x" * (more.end - more.start)
            found.append(more)
    return tuple(sorted(found, key=lambda mention: mention.start))


def _mention(company: str, text: str, start: int, end: int, score: float) -> Mention:
    return Mention(company, text[start:end], start, end, NAME, score)


def _initials(text: str, mentions: Iterable[Mention]) -> Iterator[Mention]:
    """Later places of initials that brackets after the name introduce: Anything Semiconductor Corp (ASC)."""
    told: dict[str, str] = {}
    for mention in mentions:
        if mention.via in {TICKER, PERSON} or " " not in mention.text:
            continue
        found = _INTRODUCED.match(text, mention.end)
        if found and _abbreviates(found[1], text[mention.start : found.start(1)]):
            told.setdefault(found[1], mention.company)
    for letters, company in told.items():
        for place in re.finditer(rf"(?<!\w){re.escape(letters)}(?!\w)", text):
            yield _mention(company, text, *place.span(), INITIALS_SCORE)


def _abbreviates(letters: str, name: str) -> bool:
    """Whether the letters are initials of the name's words, in order, the first of them included."""
    initials = iter(word[0].upper() for word in re.findall(r"\w+", name))
    plain = [letter for letter in letters if letter.isalpha()]
    return name[:1].upper() == plain[0] and all(any(letter == initial for initial in initials) for letter in plain)


def _short(text: str, names: dict[str, str]) -> Iterator[Mention]:
    """The first word of a name of several, where it owns, acts or is traded like the company."""
    first = {name.split()[0]: company for name, company in names.items() if " " in name}
    for word, company in first.items():
        if len(word) < CLIPPED or not word.isalpha() or word.lower() in RANKS or word.lower() in TRADES:
            continue
        for place in re.finditer(rf"(?<![\w-]){word}(?![\w-])", text):
            after = signs.NEXT.match(text, place.end())
            if after is None or after["mark"]:
                continue
            said = (after["word"] or "").lower()
            if after["owner"] or said in beside.ACTS or said in beside.MARKET:
                yield _mention(company, text, *place.span(), SHORT_SCORE)


def _misspelt(text: str, names: dict[str, str]) -> Iterator[Mention]:
    """Capitalised words, or two of them, that are a letter or two away from a name of one word and are no word."""
    targets = {name: company for name, company in names.items() if name.isalpha() and len(name) >= SHORTEST}
    if not targets:
        return
    places = list(_CAPITALISED.finditer(text))
    near = _near({place.group().lower() for place in places}, {name.lower(): c for name, c in targets.items()})
    for place in places:
        if place.group().lower() in near:
            yield _mention(near[place.group().lower()], text, *place.span(), MISSPELT_SCORE)
    for left, right in pairwise(places):
        if text[left.end() : right.start()] not in {" ", "-"}:
            continue
        for name, company in targets.items():
            if not _is_split(left.group(), right.group(), name) or _is_said(text, right):
                continue
            if OSA.distance((left.group() + right.group()).lower(), name.lower()) <= EDITS_IN_TWO:
                yield _mention(company, text, left.start(), right.end(), MISSPELT_SCORE)


def _near(written: Iterable[str], targets: Mapping[str, str]) -> dict[str, str]:
    """The words that are close to a target and none of the word list, each with the target's company."""
    close = {word: company for word in written for target, company in targets.items() if _is_near(word, target)}
    return {word: company for word, company in close.items() if word not in words()}


def _is_near(written: str, target: str) -> bool:
    edits = 2 if len(target) >= LONG else 1
    if written[0] != target[0] or written == target or abs(len(written) - len(target)) > edits:
        return False
    return OSA.distance(written, target, score_cutoff=edits) <= edits


def _is_split(left: str, right: str, name: str) -> bool:
    """Whether two words are the two halves of a name like DeepSeek, the first of them spelt right."""
    humps = _HUMPS.findall(name)
    return len(humps) == _HALVES and "".join(humps) == name and left == humps[0] and right[0] == humps[1][0]


def _is_said(text: str, word: re.Match[str]) -> bool:
    """Whether a word is one that could follow any other; a month's short name is none without a day or a year."""
    low = word.group().lower()
    if low in _MONTHS:
        return text[word.end() :].lstrip(". ")[:1].isdigit()
    return low in words()
