"""The first pass over a raw text: every place that could name a company, found before any tokenizing.

Names, brands, people, bare tickers and blocked phrases go through one automaton, and where they
overlap the longest wins; tickers in their usual dress, such as (NVDA), $NVDA, NASDAQ:NVDA or
<005930.KS>, are read by pattern. What is doubtful stays a candidate: `nlp.companies` decides by context.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from config.types import AliasClass, Company
from nlp import blocked
from nlp.matcher import Matcher, clean, fold

NAME, BRAND, PERSON, TICKER = "name", "brand", "person", "ticker"
BARE_TICKER = (
    4  # letters from which a ticker in capitals is told from an abbreviation, by measure on labelled headlines
)
LOSES_APOSTROPHE = 5  # letters from which a plain name with an s more is still that name
DOUBTFUL_TICKER = 3  # letters at which it needs a sign beside it; shorter ones are never read bare

_AMERICAN = "NASDAQ NASDAQGS NASDAQGM NASDAQCM NYSE NYSEAMERICAN NYSEARCA AMEX OTC OTCMKTS OTCQX OTCPK"
_EXCHANGES = {
    **dict.fromkeys(_AMERICAN.split(), ""),
    **dict.fromkeys(("TYO", "TSE", "JPX"), ".T"),
    **dict.fromkeys(("KRX", "KOSPI", "KSE"), ".KS"),
    "KOSDAQ": ".KQ",
    **dict.fromkeys(("HKG", "SEHK", "HKEX", "HKSE"), ".HK"),
    **dict.fromkeys(("TPE", "TWSE"), ".TW"),
    **dict.fromkeys(("SHA", "SSE"), ".SS"),
    **dict.fromkeys(("SHE", "SZSE"), ".SZ"),
    **dict.fromkeys(("EPA", "ENXTPA"), ".PA"),
    **dict.fromkeys(("AMS", "ENXTAM"), ".AS"),
    **dict.fromkeys(("ETR", "FRA", "XTRA", "XETRA", "FWB"), ".DE"),
    **dict.fromkeys(("LON", "LSE"), ".L"),
    **dict.fromkeys(("SWX", "SIX"), ".SW"),
    "BIT": ".MI",
    "BME": ".MC",
    "STO": ".ST",
    "CPH": ".CO",
    "HEL": ".HE",
    "ASX": ".AX",
    "TSX": ".TO",
}
_TERMINAL = {
    "US": "", "JP": ".T", "JT": ".T", "KS": ".KS", "KQ": ".KQ", "HK": ".HK", "TT": ".TW", "CH": ".SS", "NA": ".AS",
    "FP": ".PA", "GR": ".DE", "GY": ".DE", "LN": ".L", "SW": ".SW", "SE": ".SW", "IM": ".MI", "SM": ".MC", "AU": ".AX",
}  # fmt: skip  # a table reads best as one
_HONG_KONG_DIGITS = 4  # Yahoo pads Hong Kong's numbers
_AMERICAN_RIC = re.compile(r"\.(?:OQ|O|N|K|A)$")  # Reuters' suffixes of New York's exchanges

_CODE = r"[A-Z0-9]{1,6}(?:[.\-/][A-Z]{1,3})?"
_TAGGED = re.compile(rf"\b((?i:{'|'.join(sorted(_EXCHANGES, key=len, reverse=True))}))\s?:\s?\^?({_CODE})\b")
_DOLLAR = re.compile(r"(?<![\w$])\$([A-Z]{1,6}(?:[.\-][A-Z])?)\b")
_BRACKETED = re.compile(rf"(?<=[(<\[])\s?({_CODE})(?:\s(?:(US|{'|'.join(_TERMINAL)})))?(?:\sEquity)?\s?(?=[)>\],;/])")
_LISTED_ON = re.compile(rf"(?<=[,;/])\s?({_CODE})\s?(?=[)>\],;/])")


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that could name a company. `trust` says how far that goes without looking around."""

    company: str
    text: str
    start: int
    end: int
    via: str
    trust: AliasClass


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a phrase of the automaton stands for; no company for a blocked one."""

    company: str
    written: str
    via: str
    trust: AliasClass


class Aliases:
    """The names of a set of companies, made ready for looking them all up at once."""

    def __init__(self, companies: Iterable[Company]) -> None:
        """Build the automaton; where two companies share a name, the first one has it."""
        companies = tuple(companies)
        self._symbols = {i.symbol.upper(): c.id for c in reversed(companies) for i in c.instruments}
        known: dict[str, _Entry] = {}
        for entry in _entries(companies):
            for form in _spellings(entry.written, plain=entry.trust is AliasClass.SAFE and entry.via == NAME):
                known.setdefault(fold(form), replace(entry, written=form))
        for symbol, company in self._symbols.items():
            if symbol.isalpha() and len(symbol) >= DOUBTFUL_TICKER:
                trust = AliasClass.CASED if len(symbol) >= BARE_TICKER else AliasClass.DOUBTFUL
                known.setdefault(fold(symbol), _Entry(company, symbol, TICKER, trust))
        for phrase in blocked.phrases():
            known.setdefault(fold(phrase), _Entry("", phrase, "", AliasClass.SAFE))
        self._matcher = Matcher(known.items())

    def company_of(self, symbol: str) -> str | None:
        """The company a feed's or a text's symbol belongs to; exchange tags and Reuters suffixes are understood."""
        found = self._symbol(symbol.strip().upper().removeprefix("$"))
        return self._symbols[found] if found else None

    def find(self, text: str) -> list[Hit]:
        """All candidates in `text`, none overlapping another, by place."""
        text = clean(text)
        tickers = list(self._tickers(text))
        taken = bytearray(len(text))
        for start, end in [(hit.start, hit.end) for hit in tickers] + [m.span(1) for m in _TAGGED.finditer(text)]:
            taken[start:end] = b"x" * (end - start)
        shouting = text.isupper()
        candidates: list[Hit] = []
        for found in self._matcher.find(fold(text)):
            entry, written = found.value, text[found.start : found.end]
            trust = _trust(entry, written, shouting=shouting)
            if trust is not None:
                candidates.append(Hit(entry.company, written, found.start, found.end, entry.via, trust))
        candidates.sort(key=lambda hit: (hit.start - hit.end, hit.start))
        kept: list[Hit] = []
        for hit in candidates:
            if not any(taken[hit.start : hit.end]):
                taken[hit.start : hit.end] = b"x" * (hit.end - hit.start)
                kept.append(hit)
        names = [hit for hit in kept if hit.company]
        return sorted(names + _believed(tickers, names, text), key=lambda hit: hit.start)

    def _tickers(self, text: str) -> Iterator[Hit]:
        """Tickers in dress. Offsets are the symbol's own, without the dress."""
        seen: set[int] = set()
        for pattern in (_TAGGED, _DOLLAR, _BRACKETED, _LISTED_ON):
            for m in pattern.finditer(text):
                place = 2 if pattern is _TAGGED else 1
                start, end = m.span(place)
                dressed = f"{m[1]}:{m[2]}" if pattern is _TAGGED else m[1]
                if pattern is _BRACKETED and m[2]:
                    dressed = _joined(m[1], _TERMINAL[m[2]])
                company = self.company_of(dressed)
                if company is not None and start not in seen:
                    seen.add(start)
                    sure = pattern in {_TAGGED, _DOLLAR} or not dressed.isalpha()
                    trust = AliasClass.SAFE if sure else AliasClass.CASED
                    yield Hit(company, text[start:end], start, end, TICKER, trust)

    def _symbol(self, dressed: str) -> str | None:
        """The known symbol that `dressed` writes, None if it is none of ours."""
        exchange, colon, code = dressed.rpartition(":")
        suffix = _EXCHANGES.get(exchange.strip().replace(" ", ""), "") if colon else ""
        code = code.strip().replace("/", ".")
        tries = [_joined(code, suffix or ""), _AMERICAN_RIC.sub("", code), code.replace(".", "-")]
        return next((t for t in tries if t in self._symbols), None)


def _joined(code: str, suffix: str) -> str:
    return (code.zfill(_HONG_KONG_DIGITS) if suffix == ".HK" else code) + suffix


def _entries(companies: Iterable[Company]) -> Iterator[_Entry]:
    """Every alias of every company; `name` itself is safe unless an alias says otherwise."""
    for company in companies:
        for alias in company.aliases:
            yield _Entry(company.id, alias.text, alias.via, alias.trust)
        if fold(company.name) not in {fold(alias.text) for alias in company.aliases}:
            yield _Entry(company.id, company.name, NAME, AliasClass.SAFE)


def _spellings(name: str, *, plain: bool) -> Iterator[str]:
    """A name and its usual other spellings: no hyphen, `and` for `&`, and `Walmarts`, an apostrophe lost on the way."""
    yield name
    if plain and name.isalpha() and len(name) >= LOSES_APOSTROPHE and not name.endswith("s"):
        yield name + "s"
    if "-" in name:
        yield name.replace("-", " ")
    if " & " in name:
        yield name.replace(" & ", " and ")
        yield name.replace(" & ", "&")


def _trust(entry: _Entry, written: str, *, shouting: bool) -> AliasClass | None:
    """How far a place can be trusted by the way it is written; None if it is not the name at all."""
    if not entry.company or entry.trust is AliasClass.SAFE:
        return AliasClass.SAFE
    if entry.trust is AliasClass.CASED:
        fits = written in {entry.written, entry.written.upper()}
        return (AliasClass.DOUBTFUL if shouting else AliasClass.CASED) if fits else None
    if entry.via == TICKER:
        return AliasClass.DOUBTFUL if written == entry.written else None
    capital = written[:1].isupper() or written[:1].isdigit() or written == entry.written
    return AliasClass.DOUBTFUL if capital else None


def _believed(tickers: list[Hit], names: list[Hit], text: str) -> list[Hit]:
    """The tickers without those that only abbreviate the words before them, such as macular degeneration (AMD)."""
    named = {hit.company for hit in names}
    return [t for t in tickers if t.trust is AliasClass.SAFE or _is_ticker(t, named, text)]


def _is_ticker(hit: Hit, named: set[str], text: str) -> bool:
    if hit.company in named:
        return True
    if len(hit.text) < DOUBTFUL_TICKER:
        return False
    words = re.findall(r"[^\W_]+(?:-[^\W_]+)*", text[max(0, hit.start - 120) : hit.start])[-len(hit.text) :]
    return "".join(word[0] for word in words).upper() != hit.text.upper()
