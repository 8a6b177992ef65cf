"""The exchanges that Yahoo symbols point to: calendar, currency, part of the world and broad index.

A table and a look-up, nothing else; every room may read it. The suffixes are Yahoo's own, the MICs are those that
exchange_calendars has calendars for, so one MIC may serve several suffixes (`XNYS` stands for Nasdaq too, `XSHG` for
Shenzhen, `XKRX` for Kosdaq, `XBOM` for the National Stock Exchange of India: their sessions are the same).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

AMERICAS, EUROPE, ASIA = "Americas", "Europe", "Asia"
EURO_INDEX = "^STOXX50E"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A trading place.

    `suffix` is what Yahoo puts behind its symbols, dot included ("" for the US). `currency` is ISO 4217, or `GBX`
    and `ZAC` for hundredths of a pound and a rand. `region` is Americas, Europe or Asia (Australia included), and
    `index` the Yahoo symbol of the country's broad index.
    """

    mic: str
    suffix: str
    currency: str
    region: str
    index: str
    name: str


_ROWS = (
    Exchange("XNYS", "", "USD", AMERICAS, "SPY", "New York"),
    Exchange("XTSE", ".TO", "CAD", AMERICAS, "^GSPTSE", "Toronto"),
    Exchange("XTSE", ".V", "CAD", AMERICAS, "^GSPTSE", "TSX Venture"),
    Exchange("BVMF", ".SA", "BRL", AMERICAS, "^BVSP", "São Paulo"),
    Exchange("XMEX", ".MX", "MXN", AMERICAS, "^MXX", "Mexico City"),
    Exchange("XETR", ".DE", "EUR", EUROPE, EURO_INDEX, "Xetra"),
    Exchange("XFRA", ".F", "EUR", EUROPE, EURO_INDEX, "Frankfurt"),
    Exchange("XAMS", ".AS", "EUR", EUROPE, EURO_INDEX, "Amsterdam"),
    Exchange("XPAR", ".PA", "EUR", EUROPE, EURO_INDEX, "Paris"),
    Exchange("XMIL", ".MI", "EUR", EUROPE, EURO_INDEX, "Milan"),
    Exchange("XMAD", ".MC", "EUR", EUROPE, EURO_INDEX, "Madrid"),
    Exchange("XBRU", ".BR", "EUR", EUROPE, EURO_INDEX, "Brussels"),
    Exchange("XHEL", ".HE", "EUR", EUROPE, EURO_INDEX, "Helsinki"),
    Exchange("XLIS", ".LS", "EUR", EUROPE, EURO_INDEX, "Lisbon"),
    Exchange("XWBO", ".VI", "EUR", EUROPE, EURO_INDEX, "Vienna"),
    Exchange("XDUB", ".IR", "EUR", EUROPE, EURO_INDEX, "Dublin"),
    Exchange("XLON", ".L", "GBX", EUROPE, "^FTSE", "London"),
    Exchange("XSWX", ".SW", "CHF", EUROPE, "^SSMI", "Zurich"),
    Exchange("XSTO", ".ST", "SEK", EUROPE, "^OMX", "Stockholm"),
    Exchange("XCSE", ".CO", "DKK", EUROPE, "^OMXC25", "Copenhagen"),
    Exchange("XOSL", ".OL", "NOK", EUROPE, "OSEBX.OL", "Oslo"),
    Exchange("XWAR", ".WA", "PLN", EUROPE, "WIG20.WA", "Warsaw"),
    Exchange("XJSE", ".JO", "ZAC", EUROPE, "^J203.JO", "Johannesburg"),
    Exchange("XTKS", ".T", "JPY", ASIA, "^N225", "Tokyo"),
    Exchange("XHKG", ".HK", "HKD", ASIA, "^HSI", "Hong Kong"),
    Exchange("XKRX", ".KS", "KRW", ASIA, "^KS11", "Seoul"),
    Exchange("XKRX", ".KQ", "KRW", ASIA, "^KS11", "Kosdaq"),
    Exchange("XTAI", ".TW", "TWD", ASIA, "^TWII", "Taipei"),
    Exchange("XTAI", ".TWO", "TWD", ASIA, "^TWII", "Taipei Exchange"),
    Exchange("XSHG", ".SS", "CNY", ASIA, "000001.SS", "Shanghai"),
    Exchange("XSHG", ".SZ", "CNY", ASIA, "000001.SS", "Shenzhen"),
    Exchange("XBOM", ".NS", "INR", ASIA, "^NSEI", "NSE India"),
    Exchange("XBOM", ".BO", "INR", ASIA, "^NSEI", "Mumbai"),
    Exchange("XSES", ".SI", "SGD", ASIA, "^STI", "Singapore"),
    Exchange("XASX", ".AX", "AUD", ASIA, "^AXJO", "Sydney"),
    Exchange("XNZE", ".NZ", "NZD", ASIA, "^NZ50", "Wellington"),
)

BY_SUFFIX: Mapping[str, Exchange] = MappingProxyType({row.suffix: row for row in _ROWS})
EXCHANGES: Mapping[str, Exchange] = MappingProxyType({row.mic: row for row in reversed(_ROWS)})
_INDICES = {row.index: row for row in reversed(_ROWS)}


@lru_cache(maxsize=8192)
def exchange_of(symbol: str) -> Exchange:
    """The exchange a Yahoo symbol trades on, case-insensitively.

    A symbol without a suffix is American; the index of a table row belongs to that row's exchange.

    Raises:
        ValueError: The suffix is none that is known here; the message says what to write instead.
    """
    symbol = symbol.upper()
    if symbol in _INDICES:
        return _INDICES[symbol]
    stem, dot, suffix = symbol.rpartition(".")
    found = BY_SUFFIX.get(dot + suffix if dot else "")
    if found is not None:
        return found
    if len(suffix) == 1:
        raise ValueError(
            f"{symbol}: no exchange has the suffix .{suffix} here; "
            f"Yahoo writes classes of US shares with a dash: {stem}-{suffix}"
        )
    known = ", ".join(row.suffix for row in _ROWS if row.suffix)
    raise ValueError(f"{symbol}: no exchange has the suffix .{suffix} here; known are {known}")
