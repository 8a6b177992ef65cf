"""Deciding, by what stands around it, which places that could name a company do name one.

Names that are no other word need no sign. The others (Apple, Meta, Arm, Disco, Compass, Parsons) are weighed by
`nlp.weighing`: a finance noun counts more than a verb of business, and the text's other mentions count. Measured on
labelled headlines, the model's tagger and NER added nothing to that, so nothing here reads more than characters.
"""

from collections.abc import Sequence

from spacy.language import Language
from spacy.tokens import Doc, Span

from config.types import AliasClass
from nlp import beside, recall, signs
from nlp.aliases import PERSON, TICKER, Aliases, Hit
from nlp.matcher import clean
from nlp.sentences import Sentence, split
from nlp.types import Mention
from nlp.weighing import SURE, names_another, owned, speaks_of, weights

SAFE_SCORE, CASED_SCORE, PERSON_SCORE = 0.97, 0.93, 0.6
GIVEN_SCORE = 0.9  # for a symbol that the feed gave and the text need not name
_CERTAIN, _SLOPE, _CEILING = 0.6, 0.1, 0.95  # score of a doubtful mention: what just passes, per weight, at most
_PLAIN, _GENTLE = 0.85, 0.04  # the same of a derived name that is no other word


class Companies:
    """Finds the companies in a text. Stateless; one for all texts."""

    def __init__(self, aliases: Aliases) -> None:
        """`aliases` gives the candidates."""
        self._aliases = aliases

    def find(self, text: str) -> tuple[Mention, ...]:
        """All companies named in `text`, by place."""
        hits = self._aliases.find(text)
        doubtful = any(hit.trust not in SURE for hit in hits)
        return settle(text, hits, split(text) if doubtful else ())

    def given(self, symbols: Sequence[str]) -> tuple[Mention, ...]:
        """The companies of the symbols a feed gave. They have no place in the text: start and end are 0."""
        found = {company: s for s in reversed(symbols) if (company := self._aliases.company_of(s)) is not None}
        return tuple(Mention(c, s, 0, 0, TICKER, GIVEN_SCORE) for c, s in reversed(found.items()))


def settle(text: str, hits: Sequence[Hit], sentences: Sequence[Sentence]) -> tuple[Mention, ...]:
    """Which of `hits` (candidates by place) name a company in `text`, with a score in [0, 1] each.

    A company that is certain at one place makes its doubtful names count at the others, and in a longer text also
    its short forms, its initials and misspelt names. A person stands for a company only where the company is named
    as well: Musk is not Tesla. `sentences` are not read where no hit is doubtful.
    """
    text = clean(text)
    hits = [owned(text, hit) for hit in hits if hit.via in {PERSON, TICKER} or not names_another(text, hit)]
    weighed = list(zip(hits, weights(text, hits, sentences), strict=True))
    enough = _enough(text, weighed)
    known = {hit.company for hit, weight in weighed if weight >= enough and hit.via != PERSON}
    mentions = []
    for hit, weight in weighed:
        score = _score(hit, weight + signs.KNOWN if weight < enough and hit.company in known else weight, enough)
        if score and (hit.via != PERSON or hit.company in known):
            place = (hit.company, hit.text, hit.start, hit.end, hit.via, score)
            mentions.append(Mention(*place, hit.alias or hit.text, hit.trust.value))
    if mentions and len(text) >= recall.WORTHWHILE:
        return recall.with_more(text, mentions, hits)
    return tuple(mentions)


def _enough(text: str, weighed: Sequence[tuple[Hit, float]]) -> float:
    """The weight that makes a mention: less where a text about stocks has one candidate and nothing certain."""
    if any(hit.trust in SURE and hit.via != PERSON for hit, _ in weighed):
        return signs.ENOUGH
    near = {hit.company for hit, weight in weighed if weight >= signs.LONE}
    return signs.LONE if len(near) == 1 and speaks_of(text, beside.MARKET_TOPIC) else signs.ENOUGH


def _score(hit: Hit, weight: float, enough: float) -> float:
    """How sure a mention is, 0 for none: names that are no other word begin higher and rise slower."""
    if hit.via == PERSON:
        return PERSON_SCORE
    if hit.trust in SURE:
        return SAFE_SCORE if hit.trust is AliasClass.SAFE else CASED_SCORE
    if weight < enough:
        return 0.0
    if hit.trust is AliasClass.DISTINCT:
        return round(min(_CEILING, max(_PLAIN, _PLAIN + _GENTLE * (weight - signs.START[hit.trust]))), 3)
    return round(min(_CEILING, _CERTAIN + _SLOPE * (weight - signs.ENOUGH)), 3)


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
