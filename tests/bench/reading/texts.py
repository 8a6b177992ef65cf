"""Made-up news for the bench: articles and headlines from a seed, no sentence twice.

Two thirds of the texts are about sport, politics, science, towns and small firms; one third concerns a listed company
of the registry that is given, half of those with AI. A tenth of the others speak of AI without any company.
"""

import random
import re
from collections.abc import Iterator, Sequence

from bench.reading.grammar import WORDS
from config.types import Company
from nlp.types import Text

ARTICLE_WORDS = 300
SENTENCES_A_PARAGRAPH = 3
LISTED, WITH_AI, AI_ALONE, FAMOUS = (
    1 / 3,
    0.5,
    0.1,
    0.6,
)  # shares of texts; of their companies, those whose business is AI
NAMING = 0.35  # share of the sentences of a company's article that name it
QUOTED = 0.12
OTHERS = ("sport", "politics", "science", "local", "trade")
TRIES = 10_000

_MARK = re.compile(r"\s+([,.])(?!\d)")
_SLOT = re.compile(r"\{(\w+)\}")
_RULES = {
    name: [
        " ".join(one.replace("{lead}", "{lead} ").replace("{tail}", " {tail} {more}").split())
        for one in text.split("|")
    ]
    for name, text in WORDS.items()
}


class Writer:
    """Writes texts that share no sentence, the same ones for the same seed and companies."""

    def __init__(self, companies: Sequence[Company], seed: int = 20250127) -> None:
        """`companies` may be named; only listed ones are."""
        self._random = random.Random(seed)  # noqa: S311  nothing is secret here
        listed = sorted((c for c in companies if c.symbol), key=lambda c: c.id)
        self._listed, self._famous = listed, [c for c in listed if c.ai_business] or listed
        self._written: set[str] = set()
        self._bags: dict[str, list[str]] = {}

    def articles(self, number: int) -> list[Text]:
        """Texts of some 300 words, title included."""
        return [self._article() for _ in range(number)]

    def headlines(self, number: int) -> list[Text]:
        """Titles alone; half as a sentence, a third In Title Case, some IN CAPITALS."""
        return [Text(self._dressed(self._new("h_" + topic, firms))) for topic, firms in self._topics(number)]

    def _topics(self, number: int) -> Iterator[tuple[str, Sequence[Company]]]:
        for _ in range(number):
            if self._random.random() < LISTED:
                topic = "aifirm" if self._random.random() < WITH_AI else "plain"
                pool = self._famous if self._random.random() < FAMOUS else self._listed
                yield topic, (self._random.choice(pool), self._random.choice(self._famous))
            else:
                yield "ai" if self._random.random() < AI_ALONE else self._random.choice(OTHERS), ()

    def _article(self) -> Text:
        ((topic, firms),) = self._topics(1)
        title = self._dressed(self._new("h_" + topic, firms))
        words, paragraphs = len(title.split()), [""]
        first = True
        while words < ARTICLE_WORDS:
            sentence = self._new(self._kind(topic, first=first), firms)
            first = False
            words += len(sentence.split())
            if paragraphs[-1].count(". ") >= SENTENCES_A_PARAGRAPH:
                paragraphs.append("")
            paragraphs[-1] += sentence + " "
        return Text(title, "\n".join(paragraph.strip() for paragraph in paragraphs))

    def _kind(self, topic: str, *, first: bool) -> str:
        """Which kind of sentence comes next."""
        chance = self._random.random()
        if chance < QUOTED and not first:
            return "quote"
        if topic in {"aifirm", "plain"}:
            return topic if first or chance < QUOTED + NAMING else self._random.choice(("again", "again", "trade"))
        return topic if first or chance < 1 - QUOTED else self._random.choice(OTHERS)

    def _new(self, kind: str, firms: Sequence[Company]) -> str:
        """A sentence that was not written before."""
        for _ in range(TRIES):
            sentence = " ".join(self._filled(self._form(kind), firms).split())
            sentence = _MARK.sub(r"\1", sentence)
            sentence = sentence[:1].upper() + sentence[1:]
            if sentence.casefold() not in self._written:
                self._written.add(sentence.casefold())
                return sentence
        raise ValueError(
            f"the grammar has no more sentences of the kind {kind}: add alternatives, or ask for fewer texts"
        )

    def _form(self, kind: str) -> str:
        """An alternative of `kind`; all have their turn before one comes again."""
        bag = self._bags.setdefault(kind, [])
        if not bag:
            bag.extend(_RULES[kind])
            self._random.shuffle(bag)
        return bag.pop()

    def _filled(self, text: str, firms: Sequence[Company]) -> str:
        while slot := _SLOT.search(text):
            name = slot[1]
            word = (
                self._named(firms[name == "firm2"]) if name in {"firm", "firm2"} else self._random.choice(_RULES[name])
            )
            text = text[: slot.start()] + word + text[slot.end() :]
        return text

    def _named(self, company: Company) -> str:
        """A company as an article writes it: by one of its names, at times with its ticker."""
        names = [company.name, company.name, *(alias.text for alias in company.aliases if alias.via == "name")][:4]
        name = self._random.choice(names)
        return f"{name} ({company.symbol})" if self._random.random() < 1 / 12 else name

    def _dressed(self, title: str) -> str:
        chance = self._random.random()
        if chance < 1 / 20:
            return title.upper()
        if chance < 1 / 3:
            return " ".join(word[:1].upper() + word[1:] for word in title.split())
        return title
