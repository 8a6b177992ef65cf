"""Deciding, by what stands around it, which places that could name a company do name one.

Safe aliases need no sign. A doubtful one (Apple, Meta, Arm, Disco) is an ordinary word as well: signs
beside it are weighed, a finance noun more than a verb of business, and the text's other mentions
count. Measured on labelled headlines, the model's tagger and NER added nothing to that, so nothing
here reads more than characters.
"""

from collections.abc import Sequence

from spacy.language import Language
from spacy.tokens import Doc, Span

from config.types import AliasClass
from nlp import signs
from nlp.aliases import BRAND, PERSON, TICKER, Aliases, Hit
from nlp.matcher import clean
from nlp.sentences import Sentence, split
from nlp.types import Mention

SAFE_SCORE = 0.97
CASED_SCORE = 0.93
PERSON_SCORE = 0.6
_CERTAIN, _SLOPE, _CEILING = 0.6, 0.1, 0.95  # score of a doubtful mention: what just passes, per weight, at most
_OPENERS = frozenset('.!?\n:"“‘')
_BEFORE, _AFTER = 24, 40  # characters looked at on either side; the longest sign fits in
GIVEN_SCORE = 0.9  # for a symbol that the feed gave and the text need not name


class Companies:
    """Finds the companies in a text. Stateless; one for all texts."""

    def __init__(self, aliases: Aliases) -> None:
        """`aliases` gives the candidates."""
        self._aliases = aliases

    def find(self, text: str) -> tuple[Mention, ...]:
        """All companies named in `text`, by place."""
        hits = self._aliases.find(text)
        return settle(text, hits, split(text)) if hits else ()

    def given(self, symbols: Sequence[str]) -> tuple[Mention, ...]:
        """The companies of the symbols a feed gave. They have no place in the text: start and end are 0."""
        found = {company: s for s in reversed(symbols) if (company := self._aliases.company_of(s)) is not None}
        return tuple(Mention(c, s, 0, 0, TICKER, GIVEN_SCORE) for c, s in reversed(found.items()))


def settle(text: str, hits: Sequence[Hit], sentences: Sequence[Sentence]) -> tuple[Mention, ...]:
    """Which of `hits` (candidates by place) name a company in `text`, with a score in [0, 1] each.

    A company that is certain at one place makes its doubtful names count at the others. A person
    stands for a company only where the company is named as well: Musk is not Tesla.
    """
    text = clean(text)
    hits = [hit for hit in hits if not (hit.via != PERSON and signs.OTHER_FIRM.match(text, hit.end))]
    sure = {hit.company for hit in hits if hit.trust is not AliasClass.DOUBTFUL and hit.via != PERSON}
    weights = _weights(text, hits, sentences, sure)
    told = sure | {hit.company for hit, weight in zip(hits, weights, strict=True) if weight >= signs.ENOUGH}
    named = {hit.company for hit in hits if hit.company in told and hit.via != PERSON}
    mentions = []
    for hit, weight in zip(hits, weights, strict=True):
        if hit.via == PERSON:
            if hit.company in named:
                mentions.append(_mention(hit, PERSON_SCORE))
        elif hit.trust is AliasClass.SAFE:
            mentions.append(_mention(hit, SAFE_SCORE))
        elif hit.trust is AliasClass.CASED:
            mentions.append(_mention(hit, CASED_SCORE))
        else:
            elsewhere = hit.company in sure or (weight < signs.ENOUGH and hit.company in told)
            total = weight + (signs.KNOWN if elsewhere else 0)
            if total >= signs.ENOUGH:
                mentions.append(_mention(hit, min(_CEILING, _CERTAIN + _SLOPE * (total - signs.ENOUGH))))
    return tuple(mentions)


def _mention(hit: Hit, score: float) -> Mention:
    return Mention(hit.company, hit.text, hit.start, hit.end, hit.via, round(score, 3))


def _weights(text: str, hits: Sequence[Hit], sentences: Sequence[Sentence], sure: set[str]) -> list[float]:
    """The signs for each hit, summed; 0 where none are needed."""
    topic = (
        signs.TOPIC if any(hit.trust is AliasClass.DOUBTFUL for hit in hits) and signs.TOPIC_WORD.search(text) else 0.0
    )
    weights = []
    place = 0
    for index, hit in enumerate(hits):
        while place + 1 < len(sentences) and sentences[place].end <= hit.start:
            place += 1
        if hit.trust is AliasClass.DOUBTFUL:
            neighbours = hits[max(0, index - 1) : index], hits[index + 1 : index + 2]
            weights.append(topic + _signs(text, hit, sentences[place], *neighbours, sure))
        else:
            weights.append(0.0)
    return weights


def _signs(
    text: str, hit: Hit, sentence: Sentence, before: Sequence[Hit], after: Sequence[Hit], sure: set[str]
) -> float:
    """The weight of what stands beside a doubtful hit."""
    ahead, behind = text[hit.end : hit.end + _AFTER], text[max(0, hit.start - _BEFORE) : hit.start]
    first = signs.OPENING.fullmatch(text, sentence.start, hit.start) is not None
    weight = signs.FIRST if first else 0.0
    weight += sum(value for sign, value in signs.AHEAD if sign.match(ahead))
    weight += sum(value for sign, value in signs.BEHIND if sign.search(behind))
    if not first and signs.INFINITIVE.search(behind):
        weight += signs.UNLIKELY_AFTER
    weight += sum(_joint(text, left, hit, sure) for left in before) + sum(
        _joint(text, hit, right, sure) for right in after
    )
    if hit.via == TICKER:
        weight += signs.BARE
    elif hit.text.lower() not in signs.COMMON:
        weight += signs.RARE
    if hit.via == BRAND:
        weight += _product(text, sentence, ahead)
    if not sentence.titled:
        weight += _capital(text, hit, (before, after), first=first)
    return weight


def _joint(text: str, left: Hit, right: Hit, sure: set[str]) -> float:
    """What it says that two hits follow each other with hardly anything between them."""
    if right.start - left.end > _BEFORE:
        return 0.0
    between = text[left.end : right.start]
    if right.via == TICKER and left.company == right.company and len(between.strip()) <= len("(NASDAQ: "):
        return signs.OWN_TICKER
    certain = left.company in sure or right.company in sure or left.trust is right.trust
    return signs.BESIDE if certain and left.company != right.company and signs.JOINED.fullmatch(between) else 0.0


def _product(text: str, sentence: Sentence, ahead: str) -> float:
    """What tells a model's name from the word: a version after it, a product word, AI in its sentence."""
    if signs.PRODUCT_NEXT.match(ahead):
        return signs.PRODUCT
    return signs.AI_SENTENCE if signs.AI_NEAR.search(text, sentence.start, sentence.end) else 0.0


def _capital(text: str, hit: Hit, around: tuple[Sequence[Hit], Sequence[Hit]], *, first: bool) -> float:
    """What a capital says in a sentence that uses them for names: a name, but perhaps a longer one's part."""
    before, after = around
    weight = 0.0 if first else signs.INSIDE
    follower = signs.NAME_NEXT.match(text, hit.end)
    if follower and not any(h.start == follower.end() for h in after):
        ahead = text[hit.end : hit.end + _AFTER]
        if not (signs.SUFFIX_NEXT.match(ahead) or signs.FINANCE_NEXT.match(ahead) or signs.PRODUCT_NEXT.match(ahead)):
            weight += signs.STRANGER
    leader = signs.NAME_BEFORE.search(text[max(0, hit.start - _BEFORE) : hit.start])
    if (
        leader
        and not any(h.end >= hit.start - 1 for h in before)
        and not _opens_sentence(text, hit.start - len(leader.group()))
    ):
        weight += signs.STRANGER
    return weight


def _opens_sentence(text: str, start: int) -> bool:
    """Whether the word at `start` carries its capital only because a sentence begins there."""
    before = text[max(0, start - 3) : start].rstrip()
    return not before or before[-1] in _OPENERS


class CompaniesComponent:
    """The pipe `companies`: puts the companies of a text into `doc.spans["companies"]`, each with its mention.

    If the pipeline has settled a whole document already, `doc._.mentions` holds those of this
    sentence and is kept; a bare `Doc` is read on its own.
    """

    def __init__(self) -> None:
        """An empty pipe finds nothing; `load` fills it."""
        self._companies = Companies(Aliases(()))

    def load(self, companies: Companies) -> "CompaniesComponent":
        """Look for these from now on."""
        self._companies = companies
        return self

    def __call__(self, doc: Doc) -> Doc:
        """Set `doc._.mentions` and the span group."""
        if doc._.mentions is None:
            doc._.mentions = self._companies.find(doc.text)
        spans: list[Span] = []
        for mention in doc._.mentions:
            span = doc.char_span(mention.start, mention.end, label=mention.company, alignment_mode="expand")
            if span is not None and mention.end:
                span._.mention = mention
                spans.append(span)
        doc.spans["companies"] = spans
        return doc


def make_companies(nlp: Language, name: str) -> CompaniesComponent:
    """The factory behind the pipe; `nlp.pipeline.register` makes it known."""
    del nlp, name
    return CompaniesComponent()
