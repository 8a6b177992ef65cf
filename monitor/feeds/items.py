"""From what a feed says of its entries to items of plain text: the half of reading that is the same for every format.

A format hands over `Entry` values, as written by strangers; here they are cleaned, given their ids and told apart.
Pure; nothing but the standard library, as it runs in the parsing process.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from monitor.feeds.clean import plain, shorten, web_link
from monitor.feeds.links import unwrapped
from monitor.types import NO_WISHES, Wishes

MAX_TITLE = 500
MAX_SUMMARY = 4_000
MAX_TITLE_FROM_SUMMARY = 140
"""Characters of the summary that stand in for a missing title; notes without titles are about this long."""

MAX_ITEMS = 1_000
"""Feeds list their newest items first; one with more than this is an archive."""

MAX_SYMBOLS = 20
"""An item that lists more tickers than this is about the market, not about them."""

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Dates outside are no dates: zero timestamps, two-digit years, years without a calendar."""

_SYMBOL = re.compile(r"(?:(?P<market>[A-Za-z ]+):\s*)?(?P<symbol>[A-Za-z0-9^][A-Za-z0-9.^=-]{0,14})")
_US_MARKETS = frozenset(
    {
        "",
        "nasdaq",
        "nyse",
        "nyse american",
        "nyse arca",
        "nysearca",
        "nysemkt",
        "amex",
        "nasdaqgs",
        "nasdaqgm",
        "nasdaqcm",
    }
)
_MARKETS = {
    "ams": ".AS", "asx": ".AX", "bit": ".MI", "bme": ".MC", "bom": ".BO", "cph": ".CO", "ebr": ".BR", "epa": ".PA",
    "etr": ".DE", "euronext amsterdam": ".AS", "euronext paris": ".PA", "fra": ".F", "frankfurt": ".F", "hel": ".HE",
    "hkg": ".HK", "hong kong": ".HK", "krx": ".KS", "london": ".L", "lon": ".L", "lse": ".L", "nse": ".NS",
    "oslo": ".OL", "paris": ".PA", "sha": ".SS", "she": ".SZ", "sto": ".ST", "stockholm": ".ST", "swx": ".SW",
    "tokyo": ".T", "toronto": ".TO", "tpe": ".TW", "tse": ".TO", "tsx": ".TO", "tyo": ".T", "vie": ".VI",
}  # fmt: skip
"""What Google's and the wires' names of exchanges are at the end of a Yahoo symbol."""

_KIND = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as its feed has it, in markup or not; every text may be "". `source` names where it is from."""

    guid: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    published: datetime | None = None
    symbols: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a feed in plain text. `id` is unique in its feed and stays when the item is edited.

    `link` is an absolute http(s) address or ""; `published` is the feed's claim, UTC, None if missing or no date.
    `guid` is what the feed calls it, "" for nothing. An item without words has the title "": it is no article.
    """

    id: str
    link: str
    title: str
    summary: str
    published: datetime | None
    symbols: tuple[str, ...] = ()
    guid: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """The items of a feed in its own order, or why there are none: `error` is one line for people, "" on success.

    `note` is what a reader must know of items that were found all the same (that the feed breaks off), `title` what the
    feed calls itself.
    """

    items: tuple[Item, ...] = ()
    error: str = ""
    wishes: Wishes = NO_WISHES
    note: str = ""
    title: str = ""


def tidy(entries: Iterable[Entry], url: str) -> tuple[Item, ...]:
    """The entries as items, each once, in the same order; `url` is where the feed was found."""
    return tuple(_distinct(_item(entry, url) for entry in entries))


def _item(entry: Entry, url: str) -> Item:
    link = unwrapped(web_link(entry.link, url))
    title = plain(entry.title, MAX_TITLE)
    summary = plain(entry.summary, MAX_SUMMARY)
    source = plain(entry.source, MAX_TITLE)
    if source and title.endswith(f" - {source}"):  # as news aggregators write titles
        title = title.removesuffix(f" - {source}")
        summary = "" if summary.startswith(title) else summary
    title = title or shorten(summary, MAX_TITLE_FROM_SUMMARY)
    guid = entry.guid.strip()
    summary = "" if summary == title else summary
    symbols = tuple(_symbols(entry.symbols))[:MAX_SYMBOLS]
    return Item(digest(guid or link or title), link, title, summary, entry.published, symbols, guid)


def _distinct(items: Iterable[Item]) -> Iterator[Item]:
    """The items with ids that differ. A guid that several different items share tells none of them apart.

    Such items are known by guid, link and title together; an item that is there twice is kept once.
    """
    once = dict.fromkeys(items)
    shared = Counter(item.id for item in once)
    given = set()
    for item in once:
        one = item if shared[item.id] == 1 else replace(item, id=digest(item.guid, item.link, item.title), guid="")
        if one.id not in given:
            given.add(one.id)
            yield one


def _symbols(terms: Iterable[str]) -> Iterator[str]:
    """Tickers as Yahoo has them, each once, from "NVDA", "Nasdaq:NVDA", "TYO:6857"; of unknown markets none."""
    seen = set()
    for term in terms:
        match = _SYMBOL.fullmatch(term.strip())
        if not match:
            continue
        market = _KIND.sub(" ", (match["market"] or "").strip().lower())
        if market not in _US_MARKETS and market not in _MARKETS:
            continue
        symbol = match["symbol"].upper() + _MARKETS.get(market, "")
        if symbol not in seen:
            seen.add(symbol)
            yield symbol


def digest(*parts: str) -> str:
    """A short name for what is written in `parts`, the same on every machine: 80 bits as 20 hex digits."""
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=10).hexdigest()


def moment(text: str) -> datetime | None:
    """A date in ISO 8601 or as in an e-mail, UTC; None if it is no believable one. Without a zone it is UTC."""
    text = text.strip()
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            when = parse(text)
            return believable(when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC))
        except (ValueError, OverflowError):
            continue
    return None


def believable(when: datetime) -> datetime | None:
    """`when`, unless its year shows that it is no date."""
    return when if FIRST_YEAR <= when.year <= LAST_YEAR else None
