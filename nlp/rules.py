"""The event rules of `events.yaml`, compiled into one automaton, and what of them a sentence meets.

Everything that needs no grammar is decided here, on the raw text: which triggers, objects and vetoes
are there, whether it speaks of AI, whether it is opinion. A sentence that meets no rule never gets to
the parser. `nlp.events` then settles, with the parse, who did what to whom.

The rules' language beyond plain words: `raise ... target` asks for the parts in that order within a
sentence; `<company>` as an object asks for any company, `<actor>` and `<target>` for one in that role,
`<money>` and `<percent>` for a sum or a percentage, `<fund>` for a fund or money manager.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from config.types import EventLexicon, EventRule
from nlp.forms import all_forms, noun_forms, verb_forms
from nlp.matcher import Found, Matcher

GAP = "..."
_MONEY = re.compile(
    r"[$€£¥₩]\s?\d|\b\d[\d.,]*\s?(?:billion|million|trillion|bn|mn|tn|dollars|euros|yen|won)\b", re.IGNORECASE
)
_PERCENT = re.compile(r"\d\s?(?:%|percent\b|per cent\b|pct\b)", re.IGNORECASE)
_FUND = re.compile(
    r"\b(?:LLC|L\.L\.C|LP|L\.P|LLP|hedge funds?|advisors?|advisers?|wealth|asset managers?|asset management|pension"
    r"|capital management|investment management|capital partners|billionaires?|retirement system|13f|financial services"
    r"|financial group|investment office|senators?|congress(?:man|woman)?|rep\.|pelosi|cathie wood|ark invest|burry"
    r"|buffett|ackman|druckenmiller|tepper|laffont|coatue|tiger global|soros|point72|citadel|bridgewater"
    r"|(?-i:Investments|Trust Co|Bancorp|Bank of|Securities))\b",
    re.IGNORECASE,
)
_TURN = re.compile(
    r"(?<!such)(?<!well)\s(?:as|after|amid|while|because|despite|but|following|since|though)\s|;\s|\s[-–—]\s",
    re.IGNORECASE,
)
PATTERNS = {"<money>": _MONEY, "<percent>": _PERCENT, "<fund>": _FUND}
ROLES = frozenset({"<company>", "<actor>", "<target>"})
_WORD_BEFORE = re.compile(r"([\w'’]+)\s+$")
_LONGEST_WORD = 24  # characters looked back for the word before
_BEFORE_NOUNS = frozenset(
    "a an the of in for with by on over from amid despite after its their his her our this that".split()  # noqa: SIM905  a word list reads best as words
)
_BEFORE_VERBS = frozenset("to will would may might can could must should not n't reportedly just".split())  # noqa: SIM905  the same


class Kind(StrEnum):
    """What a word of the lexicon is in a rule, or for all rules."""

    VERB = "verb"
    NOUN = "noun"
    PHRASE = "phrase"
    OBJECT = "object"
    WITHOUT = "without"
    AI = "ai"
    OPINION = "opinion"
    PLANNED = "planned"
    RUMOURED = "rumoured"
    DENIED = "denied"


STATUSES = (Kind.DENIED, Kind.RUMOURED, Kind.PLANNED)
TRIGGERS = frozenset({Kind.VERB, Kind.NOUN, Kind.PHRASE})


@dataclass(frozen=True, slots=True)
class Word:
    """An entry of the automaton. A phrase with gaps has `parts` entries, this one being number `part`."""

    kind: Kind
    rule: int = -1
    phrase: str = ""
    part: int = 0
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Trigger:
    """Where a rule's verb, noun or phrase stands. `head_end` is where the first part of one with gaps ends."""

    kind: Kind
    start: int
    end: int
    head_end: int


@dataclass(slots=True)
class Match:
    """A rule that a sentence may meet, with all places of its triggers and of its objects."""

    rule: EventRule
    order: int
    triggers: list[Trigger] = field(default_factory=list)
    objects: list[tuple[int, int]] = field(default_factory=list)

    @property
    def roles(self) -> frozenset[str]:
        """The roles of which one would do as an object."""
        return ROLES.intersection(self.rule.objects)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sentence says without grammar.

    The rules it meets, its governing words by kind, whether it has a word of AI, whether it is on topic with what
    stands around it, and whether it only has a view.
    """

    matches: tuple[Match, ...]
    governing: tuple[tuple[Kind, int, int], ...]
    ai: bool
    on_topic: bool
    opinion: bool


class Rules:
    """A compiled lexicon. Stateless; one for all texts."""

    def __init__(self, lexicon: EventLexicon) -> None:
        """Build the automaton."""
        self.rules = lexicon.rules
        self._matcher = Matcher(_entries(lexicon))
        self._gate = Matcher(_gate_entries(lexicon))
        self._veto_marks = {
            order: marks for order, rule in enumerate(lexicon.rules) if (marks := PATTERNS.keys() & set(rule.without))
        }

    def gate(self, folded: str) -> list[Found[bool]]:
        """Where a folded text could be on topic: words of AI (True) and triggers that need none (False)."""
        return self._gate.find(folded)

    def find(self, folded: str) -> list[Found[Word]]:
        """All words of the lexicon in a whole folded text, by place: one pass for all sentences."""
        return self._matcher.find(folded)

    def read(self, text: str, found: Sequence[Found[Word]], *, companies: bool, on_topic: bool) -> Reading:
        """What one sentence says.

        `found` are the lexicon's words in it, with offsets of `text`; `companies` tells whether it
        names any, `on_topic` whether it (or its title) has a company whose business is AI.
        """
        ai = any(f.value.kind is Kind.AI for f in found)
        whole = _whole_phrases(found)
        opinion = any(f.value.kind is Kind.OPINION for f in whole)
        matches = () if opinion else self._matches(text, whole, companies=companies)
        kept = tuple(m for m in matches if ai or on_topic or m.rule.any_topic)
        governing = tuple((f.value.kind, f.start, f.end) for f in whole if f.value.kind in STATUSES)
        return Reading(kept, governing, ai, ai or on_topic, opinion)

    def _vetoes(self, text: str, whole: Sequence[Found[Word]]) -> dict[int, list[int]]:
        """Where the words and marks of `without` stand, by rule."""
        vetoes: dict[int, list[int]] = {}
        for f in whole:
            if f.value.kind is Kind.WITHOUT:
                vetoes.setdefault(f.value.rule, []).append(f.start)
        for order in {f.value.rule for f in whole if f.value.kind in TRIGGERS} & self._veto_marks.keys():
            marks = self._veto_marks[order]
            vetoes.setdefault(order, []).extend(m.start() for mark in marks for m in PATTERNS[mark].finditer(text))
        return vetoes

    def _matches(self, text: str, whole: Sequence[Found[Word]], *, companies: bool) -> list[Match]:
        vetoes = self._vetoes(text, whole)
        matches: dict[int, Match] = {}
        for f in whole:
            order = f.value.rule
            if f.value.kind in TRIGGERS and not any(same_clause(text, f.start, v) for v in vetoes.get(order, ())):
                match = matches.setdefault(order, Match(self.rules[order], order))
                head = min(f.end, f.start + len(f.value.phrase.partition(GAP)[0])) if f.value.parts > 1 else f.end
                trigger = Trigger(f.value.kind, f.start, f.end, head)
                if stands(text, trigger):
                    match.triggers.append(trigger)
        for f in whole:
            if f.value.kind is Kind.OBJECT and f.value.rule in matches:
                matches[f.value.rule].objects.append((f.start, f.end))
        for match in matches.values():
            for mark in PATTERNS.keys() & set(match.rule.objects):
                match.objects.extend(m.span() for m in PATTERNS[mark].finditer(text))
        return [m for m in matches.values() if m.triggers and _may_hold(m, companies=companies)]


def stands(text: str, trigger: Trigger) -> bool:
    """Whether the words around allow a trigger to be what it is: no verb after `the`, none in AI-powered."""
    if trigger.kind is Kind.PHRASE:
        return True
    found = _WORD_BEFORE.search(text, max(0, trigger.start - _LONGEST_WORD), trigger.start)
    before = found[1].lower() if found else ""
    if trigger.kind is Kind.NOUN:
        return before not in _BEFORE_VERBS
    tied = text[trigger.start - 1 : trigger.start] == "-" or text[trigger.head_end : trigger.head_end + 1] == "-"
    return not tied and (before not in _BEFORE_NOUNS or text.endswith("ing", trigger.start, trigger.head_end))


def same_clause(text: str, one: int, other: int) -> bool:
    """Whether no turn of the sentence (as, after, amid, but, ...) stands between two places of it."""
    return _TURN.search(text, min(one, other), max(one, other)) is None


def _may_hold(match: Match, *, companies: bool) -> bool:
    """Whether an object asked for is there at all, apart from the trigger itself."""
    if not match.rule.objects:
        return True
    apart = any(not (o[0] < t.head_end and t.start < o[1]) for o in match.objects for t in match.triggers)
    return apart or (companies and bool(match.roles))


def _gate_entries(lexicon: EventLexicon) -> Iterator[tuple[str, bool]]:
    for word in lexicon.ai_words:
        yield from ((form, True) for part in word.split(GAP)[:1] for form in all_forms(part.strip()))
    for rule in lexicon.rules:
        if rule.any_topic:
            yield from ((form, False) for verb in rule.verbs for form in verb_forms(verb))
            yield from ((form, False) for noun in rule.nouns for form in noun_forms(noun))
            yield from (
                (form, False) for phrase in rule.phrases for form in all_forms(phrase.partition(GAP)[0].strip())
            )


def _entries(lexicon: EventLexicon) -> Iterator[tuple[str, Word]]:
    shared = (
        (Kind.AI, lexicon.ai_words),
        (Kind.OPINION, lexicon.opinion),
        (Kind.PLANNED, lexicon.planned),
        (Kind.RUMOURED, lexicon.rumoured),
        (Kind.DENIED, lexicon.denied),
    )
    for kind, words in shared:
        for word in words:
            yield from _phrase(kind, -1, word)
    for order, rule in enumerate(lexicon.rules):
        for verb in rule.verbs:
            yield from ((form, Word(Kind.VERB, order)) for form in verb_forms(verb))
        for noun in rule.nouns:
            yield from ((form, Word(Kind.NOUN, order)) for form in noun_forms(noun))
        for kind, words in ((Kind.PHRASE, rule.phrases), (Kind.OBJECT, rule.objects), (Kind.WITHOUT, rule.without)):
            for word in words:
                if word not in PATTERNS and word not in ROLES:
                    yield from _phrase(kind, order, word)


def _phrase(kind: Kind, order: int, phrase: str) -> Iterator[tuple[str, Word]]:
    parts = [part.strip() for part in phrase.split(GAP) if part.strip()]
    for number, part in enumerate(parts):
        word = Word(kind, order, phrase, number, len(parts))
        yield from ((form, word) for form in all_forms(part))


def _whole_phrases(found: Sequence[Found[Word]]) -> list[Found[Word]]:
    """The words found, with phrases with gaps put together (from their first part on) or left out if not all there."""
    whole = [f for f in found if f.value.parts == 1]
    open_ends: dict[tuple[Kind, int, str], tuple[int, int, int]] = {}
    for f in found:
        word = f.value
        if word.parts == 1:
            continue
        key = (word.kind, word.rule, word.phrase)
        if word.part == 0:
            open_ends.setdefault(key, (0, f.start, f.end))
        elif key in open_ends and open_ends[key][0] == word.part - 1 and f.start >= open_ends[key][2]:
            start = open_ends[key][1]
            open_ends[key] = (word.part, start, f.end)
            if word.part == word.parts - 1:
                whole.append(Found(start, f.end, word))
    whole.sort(key=lambda f: (f.start, -f.end))
    return whole
