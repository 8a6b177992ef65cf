"""Which events a headline or a sentence of an article holds, before any grammar: rules and voice weighed together.

A headline is judged as a whole, as a reader takes it; a sentence inside an article by itself, and more strictly. What
holds comes as findings with a score each; `nlp.events` then works out trigger, roles and status.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from config.types import Company, EventLexicon, EventType
from nlp.features import Heard, kind_of, stem
from nlp.matcher import fold
from nlp.rules import Kind, Match, Reading, Rules, Trigger
from nlp.types import Mention
from nlp.voice import Verdict, Voice, fingerprint, shipped

BY_VOICE = "voice"
"""Stands in an event's `rule` where no rule fired."""
OWN_SECOND = 0.6
"""Score from which a user's own rule adds a cause beside another one."""
MOST = 2
"""Causes of one headline."""
TELLING = 2
"""Words beside names without which the voice is not asked: names alone report nothing."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_PREFIXES = (3, 4, 5, 6)
_IDLE = frozenset(
    """
    a an the of in for with by on over from amid despite after before its their his her our this that and or but
    as at to is are was were be been has have had will would may might can could not no new more most than into ai
    says said say it he she they s
    """.split()  # noqa: SIM905  a word list reads best as words
)
"""Words that can be no trigger."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence to decide about: its words, the companies in it with offsets of the words, what the rules read."""

    words: str
    mentions: tuple[Mention, ...]
    reading: Reading


@dataclass(frozen=True, slots=True)
class Finding:
    """A type that holds, with the sentence (by number) that tells it and what triggers it there.

    `match` is the rule that fires, None where the voice alone found it, at `trigger`. An `own` rule is one that the
    voice does not know, for which grammar has the last word.
    """

    type: EventType
    score: float
    sentence: int
    triggers: tuple[Trigger, ...]
    match: Match | None
    own: bool = False


class Decider:
    """Decides by one lexicon and the shipped voice. Stateless; one for all texts."""

    def __init__(self, lexicon: EventLexicon, companies: Iterable[Company], voice: Voice | None = None) -> None:
        """`voice` is the package's own unless another is given."""
        self.rules = Rules(lexicon)
        self._given = voice
        companies = tuple(companies)
        self.kinds: Mapping[str, str] = {c.id: kind_of(c) for c in companies}
        self._ai_businesses = frozenset(c.id for c in companies if c.ai_business)

    @cached_property
    def _voice(self) -> Voice:
        """The voice, read when it is first asked: not by who makes it."""
        return self._given or shipped()

    @cached_property
    def _known(self) -> frozenset[int]:
        """The rules, by their order, that the voice was blended with."""
        return frozenset(n for n, rule in enumerate(self.rules.rules) if fingerprint(rule) in self._voice.rules)

    def read(self, words: str, mentions: Sequence[Mention], *, on_topic: bool) -> Reading:
        """What the rules find in a sentence; `on_topic` if its title speaks of AI."""
        on_topic = on_topic or self.ai_business(mentions)
        return self.rules.read(words, self.rules.find(fold(words)), companies=bool(mentions), on_topic=on_topic)

    def ai_business(self, mentions: Iterable[Mention]) -> bool:
        """Whether one of the companies is one whose every act is on topic."""
        return any(m.company in self._ai_businesses for m in mentions)

    def hear(self, sentences: Sequence[Passage], *, on_topic: bool = False) -> Heard:
        """The sentences, in one, as the voice hears them."""
        pieces: list[str] = []
        mentions: list[Mention] = []
        at = 0
        for sentence in sentences:
            mentions.extend(replace(m, start=m.start + at, end=m.end + at) for m in sentence.mentions)
            pieces.append(sentence.words)
            at += len(sentence.words) + 1
        return Heard(
            " ".join(pieces),
            tuple(mentions),
            on_topic or any(s.reading.ai for s in sentences),
            self.ai_business(mentions),
            any(s.reading.opinion for s in sentences),
        )

    def _scores(self, sentences: Sequence[Passage]) -> dict[EventType, float]:
        return scores(sentences, self._known)

    def verdict(self, sentences: Sequence[Passage], *, on_topic: bool = False) -> Verdict:
        """How likely the sentences, taken as one headline, tell each type."""
        logits = self._voice.logits(self.hear(sentences, on_topic=on_topic), self.kinds)
        return self._voice.verdict(logits, self._scores(sentences))

    def decide(
        self, sentences: Sequence[Passage], *, headline: bool, lead: bool = False, on_topic: bool = False
    ) -> tuple[Finding, ...]:
        """What holds in a headline (all its sentences) or in one sentence of an article, the surest first.

        In the article's `lead` the voice may speak where no rule does; further on rules have to.
        """
        found: list[Finding] = []
        ruled = any(s.reading.matches for s in sentences)
        if ruled or ((headline or lead) and self._worth_hearing(sentences, headline=headline, on_topic=on_topic)):
            verdict = self.verdict(sentences, on_topic=on_topic)
            told = verdict.held() if headline else verdict.held_inside(self._scores(sentences))
            found = [self._finding(kind, score, sentences) for kind, score in told]
        return tuple(sorted(_with_own(found, self._own(sentences)), key=lambda f: -f.score))

    def _worth_hearing(self, sentences: Sequence[Passage], *, headline: bool, on_topic: bool) -> bool:
        """Whether there is anything that the voice alone can tell: words on topic, inside an article of a company."""
        if sum(map(_telling, sentences)) < TELLING:
            return False
        topical = on_topic or any(s.reading.on_topic for s in sentences)
        return topical and (headline or any(s.mentions for s in sentences))

    def _finding(self, kind: EventType, score: float, sentences: Sequence[Passage]) -> Finding:
        ranked = [
            (match.rule.score, -number, -match.order, match)
            for number, sentence in enumerate(sentences)
            for match in sentence.reading.matches
            if match.rule.type is kind
        ]
        if ranked:
            _, number, _, match = max(ranked, key=lambda one: one[:3])
            return Finding(kind, score, -number, tuple(match.triggers), match)
        number, trigger = self._loudest(kind, sentences)
        return Finding(kind, score, number, (trigger,), None)

    def _own(self, sentences: Sequence[Passage]) -> list[Finding]:
        """What rules that the voice does not know find by themselves."""
        return [
            Finding(match.rule.type, match.rule.score, number, tuple(match.triggers), match, own=True)
            for number, sentence in enumerate(sentences)
            for match in sentence.reading.matches
            if match.order not in self._known
        ]

    def _loudest(self, kind: EventType, sentences: Sequence[Passage]) -> tuple[int, Trigger]:
        """The word that speaks most for a type, as its trigger; the first word where none does."""
        best: tuple[float, int, Trigger] | None = None
        for number, sentence in enumerate(sentences):
            folded = fold(sentence.words)
            for word in _WORD.finditer(folded):
                start, end = word.span()
                if word.group() in _IDLE or any(m.start < end and start < m.end for m in sentence.mentions):
                    continue
                weight = self._voice.weight(_names(word.group()), kind)
                if best is None or weight > best[0]:
                    best = (weight, number, Trigger(Kind.PHRASE, start, end, end))
        if best is not None:
            return best[1], best[2]
        first = _WORD.search(sentences[0].words)
        start, end = first.span() if first else (0, len(sentences[0].words))
        return 0, Trigger(Kind.PHRASE, start, end, end)


def _telling(passage: Passage) -> int:
    """How many words there are that could tell anything, up to what is asked for."""
    found = 0
    for word in _WORD.finditer(passage.words):
        named = any(m.start < word.end() and word.start() < m.end for m in passage.mentions)
        found += not named and word.group().lower() not in _IDLE
        if found == TELLING:
            break
    return found


def scores(sentences: Sequence[Passage], known: frozenset[int] | None = None) -> dict[EventType, float]:
    """The best score by type of the rules that fire; of those that are `known`, where that is given."""
    best: dict[EventType, float] = {}
    for sentence in sentences:
        for match in sentence.reading.matches:
            if known is None or match.order in known:
                best[match.rule.type] = max(best.get(match.rule.type, 0.0), match.rule.score)
    return best


@lru_cache(maxsize=4_096)
def _names(word: str) -> tuple[str, ...]:
    """The features of a single word, without its endings' variants twice."""
    return ("u:" + word, "su:" + stem(word), *("p" + word[:size] for size in _PREFIXES if len(word) > size))


def _with_own(found: Sequence[Finding], own: Sequence[Finding]) -> list[Finding]:
    """The findings and, where they leave room, those of rules that speak for themselves."""
    kept = list(found)
    for one in sorted(own, key=lambda f: -f.score):
        moves = one.type is EventType.MARKET_MOVE
        causes = [f for f in kept if f.type is not EventType.MARKET_MOVE]
        if any(f.type is one.type for f in kept):
            continue
        apart = not any(_shared(one, f) for f in causes)
        if moves or not causes or (len(causes) < MOST and one.score >= OWN_SECOND and apart):
            kept.append(one)
    return kept


def _shared(one: Finding, other: Finding) -> bool:
    """Whether two findings go back to the same words: then they tell one happening, and not two."""
    return one.sentence == other.sentence and any(
        a.start < b.end and b.start < a.end for a in one.triggers for b in other.triggers
    )
