"""The first pass over a raw text: every place that could name a company, found before any tokenizing.

Names, brands, people, bare tickers and blocked phrases go through one automaton; where they overlap the one that
begins first wins, then the longer; tickers in dress come from `nlp.tickers`. What is doubtful stays a candidate with
the class of its alias: `nlp.companies` decides by context.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from config.types import AliasClass, Company, Origin
from nlp import blocked
from nlp.matcher import FIRST_UNSPACED, PLAIN, Automaton, clean, fold, is_whole
from nlp.tickers import Symbols

NAME, BRAND, PERSON, TICKER = "name", "brand", "person", "ticker"
BARE_TICKER = (
    4  # letters from which a ticker in capitals is told from an abbreviation, by measure on labelled headlines
)
DOUBTFUL_TICKER = 3  # letters at which it needs a sign beside it; shorter ones are never read bare
LOSES_APOSTROPHE = 5  # letters from which a plain name with an s more is still that name
INITIALS = 3  # letters up to which a name in capitals is written so
WRITTEN = frozenset((AliasClass.SAFE, AliasClass.CASED, AliasClass.DOUBTFUL))  # the classes that people give

_ANY_CASE = frozenset((AliasClass.SAFE, AliasClass.DOUBTFUL))
_KEEPS_NAME = frozenset((AliasClass.SAFE, AliasClass.DISTINCT, AliasClass.UNCOMMON))
_EDGES = frozenset(" ,.:;'\"()-?!/")  # characters that surely end a word
_OF_ADDRESSES = frozenset("/.")
_UNSPACED = chr(FIRST_UNSPACED)
_SMALL = frozenset(("the", "of", "and", "for", "in", "de", "la", "du", "to", "by", "on", "at"))
_OWNS = re.compile(r"\s(?:\$\d|(?:q[1-4]|stock|shares|earnings|revenues?|sales|profits?|ceo|guidance|capex)\b)")
_INNER_FORM = re.compile(r"\b(Corp|Inc|Co|Ltd|St)\s")
_INITIALS_AND_S = re.compile(r"[A-Z]{3,}s")  # ASICs are chips, ASICS makes shoes
_WORDS = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_SHARE_CLASS = re.compile(r"[A-Z]{2,5}-[A-C]")


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that could name a company. `trust` says how far that goes without looking around.

    `rival`, for a brand that is an ordinary word, is the company whose name it is as well; `alias` is the name as the
    list has it.
    """

    company: str
    text: str
    start: int
    end: int
    via: str
    trust: AliasClass
    rival: str | None = None
    alias: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a phrase of the automaton stands for; no company for a blocked one."""

    company: str
    written: str
    via: str
    trust: AliasClass
    rival: str | None = None


class Aliases:
    """The names of a set of companies, made ready for looking them all up at once."""

    def __init__(self, companies: Iterable[Company]) -> None:
        """Build the automaton; where two companies share a name, what a person wrote wins, then the first one."""
        companies = tuple(companies)
        self._symbols = Symbols(companies)
        known: dict[str, _Entry] = {}
        for entry in _entries(companies):
            for form in _spellings(entry.written):
                key = fold(form)
                first = known.setdefault(key, entry)
                if first.via == BRAND and first.trust is AliasClass.DOUBTFUL and entry.via == NAME:
                    known[key] = replace(first, rival=first.rival or entry.company)
        for entry in _bare(companies, self._symbols):
            known.setdefault(fold(entry.written), entry)
        for phrase in blocked.phrases():
            known.setdefault(fold(phrase), _Entry("", phrase, "", AliasClass.SAFE))
        known.pop("", None)
        self._automaton = Automaton(list(known))
        self._known = tuple(known.values())
        self._capital = tuple(e.trust not in _ANY_CASE and not e.written[0].islower() for e in self._known)

    def company_of(self, symbol: str) -> str | None:
        """The company a feed's or a text's symbol belongs to; exchange tags and Reuters suffixes are understood."""
        return self._symbols.company_of(symbol)

    def find(self, text: str) -> list[Hit]:
        """All candidates in `text`, none overlapping another, by place."""
        text = clean(text)
        symbols = self._symbols.find(text)
        tickers = [
            Hit(d.company, text[d.start : d.end], d.start, d.end, TICKER, _SURE if d.sure else _TOLD)
            for d in symbols
            if d.company
        ]
        names = self._names(text, [span for d in symbols for span in d.spans])
        if not tickers:
            return names
        return sorted(names + _believed(tickers, names, text), key=lambda hit: hit.start)

    def _names(self, text: str, taken: Sequence[tuple[int, int]]) -> list[Hit]:
        """Of overlapping aliases and blocked phrases the first, then the longest; none in a span that is `taken`."""
        hits: list[Hit] = []
        reached = 0
        spans = bytearray(len(text) if taken else 0)
        for first, last in taken:
            spans[first:last] = b"x" * (last - first)
        for start, minus_end, _, index, trust in self._candidates(text):
            end = -minus_end
            if start < reached or (taken and any(spans[start:end])):
                continue
            reached = end
            entry = self._known[index]
            if entry.company:
                hits.append(
                    Hit(entry.company, text[start:end], start, end, entry.via, trust, entry.rival, entry.written)
                )
        return hits

    def _candidates(self, text: str) -> list[tuple[int, int, int, int, AliasClass]]:
        """Where aliases and blocked phrases stand as written: start, -end, rank, index and class, in order."""
        folded = fold(text)
        shouting = text.isupper()
        length = len(text)
        found = []
        for index, start, end in self._automaton.places(folded):
            if start and (folded[start - 1] in PLAIN or _runs_on(folded, start)):
                continue
            if self._capital[index] and text[start].islower():
                continue
            entry, last = self._known[index], end
            if end < length and folded[end] not in _EDGES and not is_whole(folded, start, end):
                last = _plural(folded, start, end, entry)
            if last:
                trust = _trust(entry, text[start:end], shouting=shouting)
                if trust is not None:
                    found.append((start, -last, last - end, index, trust))
        found.sort()
        return found


_SURE, _TOLD = AliasClass.SAFE, AliasClass.CASED  # a symbol in dress, and one that could be an abbreviation in brackets


def _runs_on(folded: str, start: int) -> bool:
    """Whether no name can begin here: after a letter of a spaced language, or inside a web address."""
    before = folded[start - 1]
    if before in _EDGES:
        return before in _OF_ADDRESSES and folded.endswith(("://", "www."), 0, start)
    return before.isalnum() and before < _UNSPACED


def _entries(companies: Iterable[Company]) -> Iterator[_Entry]:
    """Every alias but tickers, those that people wrote first.

    A company's `name` is safe unless an alias says otherwise; in the wide table the aliases say all.
    """
    derived = []
    for company in companies:
        named = company.origin is Origin.LISTED
        for alias in company.aliases:
            named = named or alias.text == company.name
            if alias.trust in WRITTEN:
                yield _Entry(company.id, alias.text, alias.via, alias.trust)
            elif alias.via != TICKER:
                derived.append(_Entry(company.id, alias.text, alias.via, alias.trust))
        if not named and fold(company.name) not in {fold(alias.text) for alias in company.aliases}:
            yield _Entry(company.id, company.name, NAME, AliasClass.SAFE)
    yield from derived


def _bare(companies: Iterable[Company], symbols: Symbols) -> Iterator[_Entry]:
    """The symbols that may stand bare; of some an alias says that they are words."""
    words = {alias.text for company in companies for alias in company.aliases if alias.via == TICKER}
    for symbol, company in symbols.owners.items():
        if len(symbol) < DOUBTFUL_TICKER:
            continue
        if _SHARE_CLASS.fullmatch(symbol):
            yield _Entry(company, symbol, TICKER, AliasClass.CASED)
            yield _Entry(company, symbol.replace("-", "."), TICKER, AliasClass.CASED)
        elif symbol.isalpha() or "." in symbol:
            trust = AliasClass.CASED if len(symbol) >= BARE_TICKER else AliasClass.DOUBTFUL
            yield _Entry(company, symbol, TICKER, AliasClass.GENERIC if symbol in words else trust)


def _spellings(name: str) -> Iterator[str]:
    """A name and its usual other spellings: no hyphen, no apostrophe, no mark at its end, `and` for `&`."""
    yield name
    if name.isalnum():
        return
    if "-" in name:
        yield name.replace("-", " ")
    if "'" in name:
        yield name.replace("'", "")
    if "!" in name:
        yield name.replace("!", "")
    if " & " in name:
        yield name.replace(" & ", " and ")
        yield name.replace(" & ", "&")
    if _INNER_FORM.search(name):
        yield _INNER_FORM.sub(r"\1. ", name)


def _plural(folded: str, start: int, end: int, entry: _Entry) -> int:
    """Where a name ends that runs on by an s, an apostrophe lost on the way (Walmarts); 0 if it is another word.

    An ordinary word with an s is one still, but for `Alphabets $75 billion plan`.
    """
    if folded[end : end + 1] != "s" or folded[end - 1] == "s" or not folded[end - 1].isalpha():
        return 0
    if entry.via != NAME or end - start < LOSES_APOSTROPHE or not is_whole(folded, start, end + 1):
        return 0
    return end + 1 if entry.trust in _KEEPS_NAME or _OWNS.match(folded, end + 1) else 0


def _trust(entry: _Entry, written: str, *, shouting: bool) -> AliasClass | None:
    """How far a place can be trusted by the way it is written; None if it is not the name at all."""
    trust = entry.trust
    if not entry.company or trust is AliasClass.SAFE or (trust is AliasClass.DOUBTFUL and entry.via != TICKER):
        return trust
    if entry.via == TICKER:
        return trust if written == entry.written and not shouting else None
    if trust is AliasClass.CASED:
        fits = written in {entry.written, entry.written.upper()}
        return (AliasClass.DOUBTFUL if shouting else trust) if fits else None
    return trust if written == entry.written or _fits(entry, written) else None


def _fits(entry: _Entry, written: str) -> bool:
    """Whether a derived name is written with its capitals; one that is no other word needs but the first."""
    if len(written) <= INITIALS and entry.written.isupper():
        return False
    if entry.trust is AliasClass.DISTINCT:
        small = written[0].islower() and not entry.written[0].islower()
        return not small and _INITIALS_AND_S.fullmatch(written) is None
    return all(not word[0].islower() or word in _SMALL for word in written.split())


def _believed(tickers: list[Hit], names: list[Hit], text: str) -> list[Hit]:
    """The tickers without those that only abbreviate the words before them, such as macular degeneration (AMD)."""
    named = {hit.company for hit in names}
    return [t for t in tickers if t.trust is AliasClass.SAFE or _is_ticker(t, named, text)]


def _is_ticker(hit: Hit, named: set[str], text: str) -> bool:
    if hit.company in named:
        return True
    if len(hit.text) < DOUBTFUL_TICKER:
        return False
    words = _WORDS.findall(text[max(0, hit.start - 120) : hit.start])[-len(hit.text) :]
    return "".join(word[0] for word in words).upper() != hit.text.upper()
