"""The wide list of companies: who is meant by a symbol, an id, a name or an alias, and what was meant by a typo.

Pure look-ups over the companies it is given; the loader makes one from the merged files, and commands may make another.
"""

from collections.abc import Iterable, Iterator

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
    are no names of a company here.
    """

    def __init__(self, companies: Iterable[Company]) -> None:
        """Index `companies`; of two claims of the same rank the first wins."""
        self.companies = {company.id: company for company in companies}
        self._listings: dict[str, tuple[Company, str]] = {}
        self._words: dict[str, Company] = {}
        every = self.companies.values()
        for company in every:
            for instrument in company.instruments:
                self._listings.setdefault(instrument.symbol.casefold(), (company, instrument.symbol))
        for company in every:
            self._words.setdefault(company.id.casefold(), company)
        for company in every:
            self._words.setdefault(company.name.casefold(), company)
        for company in every:
            for alias in _names(company):
                self._words.setdefault(alias.casefold(), company)

    def find(self, text: str) -> Company | None:
        """The company that a symbol, id, name or alias stands for."""
        word = _plain(text)
        listing = self._listings.get(word)
        return listing[0] if listing is not None else self._words.get(word)

    def listing(self, text: str) -> str | None:
        """The Yahoo symbol that `text` stands for: itself if it is one, else the company's main listing.

        None for an unknown or a private company.
        """
        word = _plain(text)
        if word in self._listings:
            return self._listings[word][1]
        company = self._words.get(word)
        return None if company is None else company.symbol

    def nearest(self, text: str) -> str | None:
        """The known symbol, id, name or alias most like `text`, None if none is close."""
        wanted = " ".join(text.split())
        shouted = wanted.isupper() and len(wanted) <= LONGEST_SYMBOL
        best, found = 0.0, None
        for word, bonus in self._everything():
            score = _likeness(wanted, word) + (bonus if shouted else 0.0)
            if score > best:
                best, found = score, word
        return found if best >= CLOSE_ENOUGH else None

    def _everything(self) -> Iterator[tuple[str, float]]:
        """Every word there is, best form first, with what it gains where a ticker was meant."""
        for _, symbol in self._listings.values():
            yield symbol, SYMBOL_BONUS
        for company in self.companies.values():
            yield company.name, 0.0
        for company in self.companies.values():
            yield from ((alias, 0.0) for alias in _names(company))
        for id_ in self.companies:
            yield id_, 0.0


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
