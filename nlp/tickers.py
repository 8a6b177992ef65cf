"""Stock symbols as texts and feeds write them: (NVDA), $NVDA, NASDAQ:NVDA, <005930.KS>, (700 HK), BRK/B.

Read by pattern, and only those of the companies given. Knows exchange tags, terminal codes and Reuters' suffixes and
turns them into Yahoo's symbols; bare symbols are the business of `nlp.aliases`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from config.types import Company

_AMERICAN = "NASDAQ NASDAQGS NASDAQGM NASDAQCM NYSE NYSEAMERICAN NYSEARCA AMEX OTC OTCMKTS OTCQX OTCQB OTCPK CBOE"
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
    "NSE": ".NS",
}
_TERMINAL = {
    "US": "", "JP": ".T", "JT": ".T", "KS": ".KS", "KQ": ".KQ", "HK": ".HK", "TT": ".TW", "CH": ".SS", "NA": ".AS",
    "FP": ".PA", "GR": ".DE", "GY": ".DE", "LN": ".L", "SW": ".SW", "SE": ".SW", "IM": ".MI", "SM": ".MC", "AU": ".AX",
}  # fmt: skip  # a table reads best as one
_HONG_KONG_DIGITS = 4  # Yahoo pads Hong Kong's numbers
_AMERICAN_RIC = re.compile(r"\.(?:OQ|O|N|K|A)$")  # Reuters' suffixes of New York's exchanges

_CODE = r"[A-Z0-9]{1,6}(?:[.\-/][A-Z]{1,3})?"
_TAGGED = re.compile(rf"\b((?:NYSE |Nasdaq )?[A-Za-z]{{3,12}})\s?:\s?\^?({_CODE})\b")
_DOLLAR = re.compile(r"(?<![\w$])\$([A-Z]{1,6}(?:[.\-][A-Z])?)\b")
_BRACKETED = re.compile(rf"(?<=[(<\[])\s?({_CODE})(?:\s({'|'.join(_TERMINAL)}))?(?:\sEquity)?\s?(?=[)>\],;/])")
_LISTED_ON = re.compile(rf"(?<=[,;/])\s?({_CODE})\s?(?=[)>\],;/])")
_OPENS = re.compile(r"[(<\[]")


@dataclass(frozen=True, slots=True)
class Dressed:
    """A symbol's place in a text, without its dress. `sure` where the dress leaves no doubt that it is a symbol.

    `tag` is the place of an exchange's name before it, if there is one: in `(NASDAQ: X)`, Nasdaq is no company, be X
    known or not; no company where it is not.
    """

    company: str | None
    start: int
    end: int
    sure: bool
    tag: tuple[int, int] | None = None

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """What it takes of the text."""
        own = ((self.start, self.end),) if self.company else ()
        return own if self.tag is None else (*own, self.tag)


class Symbols:
    """The symbols of a set of companies."""

    def __init__(self, companies: Iterable[Company]) -> None:
        """Of two companies with one symbol the first has it."""
        self.owners: dict[str, str] = {}
        for company in companies:
            for instrument in company.instruments:
                self.owners.setdefault(instrument.symbol.upper(), company.id)

    def company_of(self, symbol: str) -> str | None:
        """The company a feed's or a text's symbol belongs to; exchange tags and Reuters suffixes are understood."""
        exchange, colon, code = symbol.strip().upper().removeprefix("$").rpartition(":")
        suffix = _EXCHANGES.get(exchange.strip().replace(" ", ""), "") if colon else ""
        code = code.strip().replace("/", ".")
        for tried in (_joined(code, suffix), _AMERICAN_RIC.sub("", code), code.replace(".", "-")):
            if tried in self.owners:
                return self.owners[tried]
        return None

    def find(self, text: str) -> list[Dressed]:
        """All symbols in dress, each once, and exchange tags before unknown ones; by pattern, then by place."""
        found: dict[int, Dressed] = {}
        for dressed in self._all(text):
            found.setdefault(dressed.start, dressed)
        return list(found.values())

    def _all(self, text: str) -> Iterator[Dressed]:
        if ":" in text:
            for m in _TAGGED.finditer(text):
                if m[1].upper().replace(" ", "") in _EXCHANGES:
                    yield Dressed(self.company_of(f"{m[1]}:{m[2]}"), *m.span(2), sure=True, tag=m.span(1))
        if "$" in text:
            yield from self._plain(_DOLLAR, text, sure=True)
        if _OPENS.search(text):
            for m in _BRACKETED.finditer(text):
                company = self.company_of(_joined(m[1], _TERMINAL[m[2]]) if m[2] else m[1])
                if company is not None:
                    yield Dressed(company, *m.span(1), sure=not m[1].isalpha())
            yield from self._plain(_LISTED_ON, text, sure=False)

    def _plain(self, pattern: re.Pattern[str], text: str, *, sure: bool) -> Iterator[Dressed]:
        for m in pattern.finditer(text):
            company = self.company_of(m[1])
            if company is not None:
                yield Dressed(company, *m.span(1), sure=sure or not m[1].isalpha())


def _joined(code: str, suffix: str) -> str:
    return (code.zfill(_HONG_KONG_DIGITS) if suffix == ".HK" else code) + suffix
