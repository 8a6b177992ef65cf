"""The wide list of companies: who is meant by a symbol, an id, a name or an alias, and what was meant by a typo.

Pure look-ups over the companies it is given; the loader makes one from the merged files, and commands may make another.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import token_set_ratio

from config.types import Company

CLOSE_ENOUGH = 0.65
"""Similarity (1 - OSA distance / longer length) from which a name is offered: one edit in three letters passes."""
SYMBOL_BONUS = 0.05
"""Makes NVDA win over NVIDIA for NVDIA: in capitals a ticker was meant."""
SAME_WORDS = 95.0
"""Per cent of rapidfuzz's token set ratio from which one name holds the words of the other."""
SHORTEST_WORD = 5
"""Letters below which sharing a word, or a beginning, says nothing among thousands of names."""
SHORTEST_KEY = 3
"""The same among a dozen keys."""
LONGEST_SYMBOL = 10


def nearest_of(text: str, choices: Iterable[str]) -> str | None:
    """The choice most like `text` in any case, None if none is close. The first of equals wins."""
    scored = ((_likeness(text, choice, SHORTEST_KEY), choice) for choice in choices)
    score, best = max(scored, key=lambda pair: pair[0], default=(0.0, ""))
    return best if score >= CLOSE_ENOUGH else None


class Registry:
    """Look-up among companies by what people call them, in any case.

    Where two companies share a word, symbols win over ids, ids over names, and names over aliases; brands and people
    are no names of a company here. What only some look-ups need is indexed when the first of them comes: there are
    tens of thousands of names.
    """

    def __init__(self, companies: Iterable[Company]) -> None:
        """Index `companies`; of two claims of the same rank the first wins."""
        self.companies = {company.id: company for company in companies}
        self._listings: dict[str, tuple[Company, str]] = {}
        for company in self.companies.values():
            for instrument in company.instruments:
                self._listings.setdefault(instrument.symbol.casefold(), (company, instrument.symbol))

    def find(self, text: str) -> Company | None:
        """The company that a symbol, id, name or alias stands for."""
        word = _plain(text)
        listing = self._listings.get(word)
        return listing[0] if listing is not None else self._named(word)

    def listing(self, text: str) -> str | None:
        """The Yahoo symbol that `text` stands for: itself if it is one, else the company's main listing.

        None for an unknown or a private company.
        """
        word = _plain(text)
        if word in self._listings:
            return self._listings[word][1]
        company = self._named(word)
        return None if company is None else company.symbol

    def nearest(self, text: str) -> str | None:
        """The known symbol, id, name or alias most like `text`, None if none is close."""
        likeliest = self._likeliest(text)
        return likeliest[0][1] if likeliest else None

    def like(self, text: str, limit: int) -> list[Company]:
        """The companies whose symbol, id, name or an alias is close to `text` or holds its words, the likest first."""
        found: dict[str, Company] = {}
        for _, word in self._likeliest(text):
            company = self.find(word)
            if company is not None:
                found.setdefault(company.id, company)
        return list(found.values())[:limit]

    def _named(self, word: str) -> Company | None:
        return self.companies.get(word) or self._words.get(word)

    @cached_property
    def _words(self) -> dict[str, Company]:
        words: dict[str, Company] = {}
        every = self.companies.values()
        for company in every:
            words.setdefault(company.id.casefold(), company)
        for company in every:
            words.setdefault(company.name.casefold(), company)
        for company in every:
            for alias in _names(company):
                words.setdefault(alias.casefold(), company)
        return words

    @cached_property
    def _everything(self) -> tuple[list[str], list[str]]:
        """Every word there is, best form first and symbols before all, as it is written and for comparing."""
        every = self.companies.values()
        words = dict.fromkeys(symbol for _, symbol in self._listings.values())
        words |= dict.fromkeys(company.name for company in every)
        words |= dict.fromkeys(alias for company in every for alias in _names(company))
        words |= dict.fromkeys(self.companies)
        return list(words), [word.casefold() for word in words]

    def _likeliest(self, text: str) -> list[tuple[float, str]]:
        """What is close enough to `text` with how close it is, the likest first."""
        wanted = " ".join(text.split())
        low = wanted.casefold()
        written, plain = self._everything
        places = {place for *_, place in _extract(low, plain, OSA.normalized_similarity, CLOSE_ENOUGH - SYMBOL_BONUS)}
        if len(low) >= SHORTEST_WORD:
            places |= {place for *_, place in _extract(low, plain, token_set_ratio, SAME_WORDS)}
            places |= {place for place, word in enumerate(plain) if word.startswith(low)}
        stem, dot, suffix = low.rpartition(".")
        if dot:
            same = [place for place, word in enumerate(plain) if word.endswith(dot + suffix)]
            stems = [plain[place].removesuffix(dot + suffix) for place in same]
            score = CLOSE_ENOUGH - SYMBOL_BONUS
            places |= {same[place] for *_, place in _extract(stem, stems, OSA.normalized_similarity, score)}
        bonus = SYMBOL_BONUS if wanted.isupper() and len(wanted) <= LONGEST_SYMBOL else 0.0
        scored = (
            (_likeness(low, plain[place]) + (bonus if place < len(self._listings) else 0.0), -place) for place in places
        )
        return [(score, written[-place]) for score, place in sorted(scored, reverse=True) if score >= CLOSE_ENOUGH]


def _extract(
    wanted: str, words: Sequence[str], scorer: Callable[..., float], least: float
) -> Iterable[tuple[str, float, int]]:
    """The words that score at least so much, with their scores and places; in C, for there are many words."""
    found: list[tuple[str, float, int]] = process.extract(
        wanted, words, scorer=scorer, processor=None, score_cutoff=least, limit=None
    )
    return found


def _names(company: Company) -> Iterator[str]:
    return (alias.text for alias in company.aliases if alias.via == "name")


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _likeness(text: str, choice: str, shortest: int = SHORTEST_WORD) -> float:
    """How alike two words are, in [0, 1]: edits for typos, shared words for longer or shorter forms of a name.

    A suffix that both have (.DE) makes nothing more alike.
    """
    one, other = text.casefold(), choice.casefold()
    suffix = one[one.rfind(".") :] if "." in one else ""
    if suffix and other.endswith(suffix):
        one, other = one.removesuffix(suffix), other.removesuffix(suffix)
    score = float(OSA.normalized_similarity(one, other))
    long_enough = min(len(one), len(other)) >= shortest
    if long_enough and (token_set_ratio(one, other) >= SAME_WORDS or other.startswith(one)):
        score = max(score, CLOSE_ENOUGH + (1 - CLOSE_ENOUGH) * score)
    return score
