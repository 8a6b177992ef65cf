"""Turns the bytes of a feed into items of plain text: the one place that knows feedparser.

Runs in a worker process that is killed at its deadline (`pool`), since a hostile feed can keep feedparser busy for
minutes; so it touches no network and no clock, and imports little. What it cannot read it says in one line for people:
an error page is never an empty feed.
"""

import hashlib
import io
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from xml.sax import SAXParseException

import feedparser

from monitor.feeds.clean import one_line, plain, shorten, web_link
from monitor.feeds.rhythm import wishes
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

_BOMS = ((b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_WIDE = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
_JSON = re.compile(r"[\ufeff\s]*[{\[]")
_PROLOGUE = re.compile(r"[^<]*(?:<\?.*?\?>[^<]*|<!--.*?-->[^<]*)*", re.DOTALL)
_DOCTYPE = re.compile(r"""<!DOCTYPE(?:[^>\["']|"[^"]*"|'[^']*')*(?P<subset>\[)?>?\s*""", re.IGNORECASE)
_ROOT = re.compile(r"<(?:[\w.-]+:)?(?P<name>[A-Za-z][\w.-]*)")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
_DECLARED = re.compile(r"""<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)""")
_FIRST_ITEM = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_SYMBOL_TYPE = re.compile(rb"""(<category\b[^<>]*?\s)type(\s*=\s*["']symbol["'])""")
_SYMBOL = re.compile(r"(?:(?P<market>[A-Za-z ]+):\s*)?(?P<symbol>[A-Za-z0-9^][A-Za-z0-9.^=-]{0,14})")
_US_MARKETS = frozenset({"nasdaq", "nyse", "nyse american", "nyse arca", "amex", "nasdaqgs", "nasdaqgm", "nasdaqcm"})

_NOT_FEEDS = {
    "html": "a web page",
    "head": "a web page",
    "body": "a web page",
    "urlset": "a sitemap",
    "sitemapindex": "a sitemap",
    "opml": "a list of feeds (OPML)",
    "json": "JSON",
    "text": "plain text",
}
"""What the outermost element of an answer says it is, where that is no feed."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a feed in plain text. `id` is unique in its feed and stays when the item is edited.

    `link` is an absolute http(s) address or ""; `published` is the feed's claim, UTC, None if missing or no date.
    """

    id: str
    link: str
    title: str
    summary: str
    published: datetime | None
    symbols: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """The items of a feed in its own order, or why there are none: `error` is one line for people, "" on success.

    `note` is what a reader must know of items that were found all the same (that the feed is broken half-way).
    """

    items: tuple[Item, ...] = ()
    error: str = ""
    wishes: Wishes = NO_WISHES
    note: str = ""


def read(body: bytes, content_type: str, url: str) -> Parsed:
    """Parse a feed fetched from `url`. Never raises for what is in `body`; takes as long as feedparser takes.

    Feeds with mistakes are read as far as they go; `content_type` only helps to find the encoding.
    """
    if refusal := refuse(body, content_type):
        return Parsed(error=refusal)
    headers = {"content-type": content_type, "content-location": url} if content_type else {"content-location": url}
    try:
        found = feedparser.parse(
            io.BytesIO(_SYMBOL_TYPE.sub(rb"\1scheme\2", body)),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
        items = tuple(_distinct(_items(found["entries"][:MAX_ITEMS], url)))
    except Exception as error:  # noqa: BLE001  whatever feedparser trips over in a stranger's bytes is that feed's error
        return Parsed(error=f"malformed feed: the parser gave up ({type(error).__name__})")
    said = wishes(_FIRST_ITEM.split(body, 1)[0])
    return Parsed(items, wishes=said) if items else Parsed(error=_why_empty(found), wishes=said)


def refuse(body: bytes, content_type: str) -> str:
    """Why `body` is not worth parsing (empty, a web page, JSON, a sitemap) or must not be (own entities); "" if it is.

    Looked at in each encoding that the parser might read it in, so that none hides a DOCTYPE.
    """
    if not body.strip(b" \t\r\n\0"):
        return "answered with an empty page"
    texts = list(_decoded(body, content_type))
    if any(map(_declares_entities, texts)):
        return "refused: the feed declares XML entities of its own (DOCTYPE)"
    root = next(filter(None, map(_root, texts)), "text")
    return f"answered with {_NOT_FEEDS[root]}, not a feed" if root in _NOT_FEEDS else ""


def _decoded(body: bytes, content_type: str) -> Iterator[str]:
    sniffed = next((name for mark, name in (*_BOMS, *_WIDE) if body.startswith(mark)), "utf-8")
    declared = _DECLARED.search(body[:1024].decode(sniffed, "replace"))
    told = _CHARSET.search(content_type)
    for encoding in dict.fromkeys((sniffed, declared[1] if declared else sniffed, told[1] if told else sniffed)):
        try:
            yield body.decode(encoding, "replace")
        except (LookupError, ValueError):
            continue


def _declares_entities(text: str) -> bool:
    start = _after(_PROLOGUE, text, 0)
    doctype = _DOCTYPE.match(text, start)
    if doctype and doctype["subset"]:
        return True
    root = _ROOT.search(text, start)
    return "<!ENTITY" in text[start : root.start() if root else None].upper()


def _root(text: str) -> str:
    """The name of the outermost element in lower case, "json" for JSON, "" where there is no element at all."""
    if _JSON.match(text):
        return "json"
    root = _ROOT.search(text, _after(_DOCTYPE, text, _after(_PROLOGUE, text, 0)))
    return root["name"].lower() if root else ""


def _after(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


def _why_empty(found: Any) -> str:  # noqa: ANN401  feedparser ships no types
    """One line on a feed without items, "" if it is simply empty."""
    problem = found.get("bozo_exception")
    if isinstance(problem, SAXParseException):
        place = f" at line {problem.getLineNumber()}" if problem.getLineNumber() else ""
        return f"malformed feed: {shorten(one_line(problem.getMessage()), 100)}{place}"
    return "" if found.get("version") else "answered with XML that is not a feed (RSS or Atom)"


def _items(entries: Iterable[Any], url: str) -> Iterator[tuple[Item, str]]:
    """Each entry that says anything, with the guid it claims ("" for none); ids are those of the guid alone."""
    for entry in entries:
        link = web_link(_text(entry.get("link")) or _alternate(entry), url)
        title = plain(_text(entry.get("title")), MAX_TITLE)
        summary = plain(_text(entry.get("summary")) or _content(entry), MAX_SUMMARY)
        title = title or shorten(summary, MAX_TITLE_FROM_SUMMARY)
        if not title:
            continue
        guid = _text(entry.get("id")).strip()
        yield (
            Item(
                digest(guid or link or title),
                link,
                title,
                "" if summary == title else summary,
                published(entry),
                tuple(_symbols(entry))[:MAX_SYMBOLS],
            ),
            guid,
        )


def _distinct(items: Iterator[tuple[Item, str]]) -> Iterator[Item]:
    """The items with ids that differ. A guid that several different items share tells none of them apart.

    Such items are known by guid, link and title together; an item that is there twice is kept once.
    """
    once = dict.fromkeys(items)
    shared = Counter(item.id for item, _ in once)
    given = set()
    for item, guid in once:
        one = item if shared[item.id] == 1 else replace(item, id=digest(guid, item.link, item.title))
        if one.id not in given:
            given.add(one.id)
            yield one


def digest(*parts: str) -> str:
    """A short name for what is written in `parts`, the same on every machine: 80 bits as 20 hex digits."""
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=10).hexdigest()


def published(entry: Any) -> datetime | None:  # noqa: ANN401  feedparser ships no types
    """When the entry says it was published, or else updated or created; None if it says nothing believable."""
    for key in ("published_parsed", "updated_parsed", "created_parsed"):
        when = dict.get(entry, key)  # feedparser's own `get` answers for a missing `updated` with `published`
        if isinstance(when, time.struct_time) and FIRST_YEAR <= when.tm_year <= LAST_YEAR:
            try:
                return datetime(*when[:5], min(when.tm_sec, 59), tzinfo=UTC)
            except ValueError:
                continue
    return None


def _symbols(entry: Any) -> Iterator[str]:  # noqa: ANN401  feedparser ships no types
    """The tickers the feed gave: Seeking Alpha's and GlobeNewswire's categories, Nasdaq's own element."""
    tags = entry.get("tags") or ()
    terms = [_text(t.get("term")) for t in tags if _is_symbol_scheme(_text(t.get("scheme")).lower())]
    terms += _text(entry.get("nasdaq_tickers")).split(",")
    seen = set()
    for term in terms:
        match = _SYMBOL.fullmatch(term.strip())
        if match and (match["market"] or "nasdaq").strip().lower() in _US_MARKETS:
            symbol = match["symbol"].upper()
            if symbol not in seen:
                seen.add(symbol)
                yield symbol


def _is_symbol_scheme(scheme: str) -> bool:
    return scheme == "symbol" or scheme.endswith(("/symbol", "/rss/stock"))


def _alternate(entry: Any) -> str:  # noqa: ANN401  feedparser ships no types
    links = [link for link in entry.get("links") or () if link.get("rel") == "alternate"]
    return _text(links[0].get("href")) if links else ""


def _content(entry: Any) -> str:  # noqa: ANN401  feedparser ships no types
    contents = entry.get("content") or ()
    return _text(contents[0].get("value")) if contents else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
