"""Turns the bytes of a feed into items of plain text: the one place that knows feedparser.

Runs in a worker process that is killed at its deadline (`pool`), since a hostile feed can keep feedparser busy for
minutes; so it touches no network and no clock, and imports little. What it cannot read it says in one line for people:
an error page is never an empty feed. JSON Feed and news sitemaps, unknown to feedparser, have rooms of their own.
"""

import io
import re
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from xml.sax import SAXParseException

import feedparser

from monitor.feeds.clean import one_line, plain, shorten
from monitor.feeds.items import MAX_ITEMS, MAX_TITLE, Entry, Parsed, believable, tidy
from monitor.feeds.jsonfeed import read_json
from monitor.feeds.rhythm import wishes
from monitor.feeds.screen import (
    BOMS,
    FIRST_ITEM,
    ITEM_END,
    MAX_TAGS,
    WIDE,
    WIDE_STARTS,
    kind_of,
    newest,
    refuse,
    shortened,
)
from monitor.feeds.sitemap import read_sitemap

_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
_DECLARED = re.compile(r"""<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)""")
_WHOLE = re.compile(rb"</(?:\w+:)?(?:rss|feed|rdf|channel|title)\s*>", re.IGNORECASE)
UNIX_DIGITS = (9, 10)
"""Digits of a number of seconds since 1970 from 1973 to 2286; one of eight is a date without dashes."""

_STRAY = re.compile(rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|\w{2,31};)", re.DOTALL)
_RSS_PREFIX = re.compile(rb"(</?)rss:(?=[a-z])", re.IGNORECASE)
_SYMBOL_TYPE = re.compile(rb"""(<category\b[^<>]*?\s)type(\s*=\s*["']symbol["'])""")


def read(body: bytes, content_type: str, url: str) -> Parsed:
    """Parse a feed fetched from `url`. Never raises for what is in `body`; takes as long as feedparser takes.

    Feeds with mistakes are read as far as they go; `content_type` only helps to find the encoding.
    """
    texts = list(_decoded(body, content_type))
    if refusal := refuse(body, texts):
        return Parsed(error=refusal)
    kind = kind_of(texts)
    if kind == "json":
        return read_json(texts[0].removeprefix("\ufeff"), url)
    if kind == "urlset":
        return read_sitemap(body, url)
    return _parsed(newest(shortened(body)), content_type, url)


def _parsed(body: bytes, content_type: str, url: str) -> Parsed:
    """What feedparser makes of a feed that is not too large for it."""
    if body.count(b"<") > MAX_TAGS:
        return Parsed(error=f"refused: an item of the feed has more than {MAX_TAGS:,} tags")
    # Without the feed's address feedparser leaves guids as they are: a feed that moves keeps its items' ids.
    headers = {"content-type": content_type} if content_type else {}
    head, cut = FIRST_ITEM.split(body, 1)[0], _breaks_off(body)
    try:
        found = feedparser.parse(
            io.BytesIO(_mended(body)), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
        entries = found["entries"][:MAX_ITEMS]
        items = tidy(_entries(entries[:-1] if cut else entries), url)
    except Exception as error:  # noqa: BLE001  whatever feedparser trips over in a stranger's bytes is that feed's error
        return Parsed(error=f"malformed feed: the parser gave up ({type(error).__name__})")
    problem = _problem(found)
    title = plain(_text((found.get("feed") or {}).get("title")), MAX_TITLE)
    if not items:
        return Parsed(error=problem or _why_empty(found), wishes=wishes(head), title=title)
    note = "the feed breaks off inside an item, which is left out" if cut else problem
    return Parsed(items, wishes=wishes(head), note=note, title=title)


def _mended(body: bytes) -> bytes:
    """`body` without what makes parsers stumble over feeds that people can read, or what feedparser overlooks.

    An ampersand that begins no entity ("R&D") is text: feedparser would make an entity of it, and "R&D;".
    """
    if body.startswith(WIDE_STARTS):
        return body
    body = _RSS_PREFIX.sub(rb"\1", body)
    return _SYMBOL_TYPE.sub(rb"\1scheme\2", _STRAY.sub(lambda m: b"&amp;" if m[0] == b"&" else m[0], body))


def _breaks_off(body: bytes) -> bool:
    """Whether the feed ends inside an item whose title is not there in full."""
    ends = max((m.start() for m in ITEM_END.finditer(body)), default=-1)
    last = max((m.start() for m in FIRST_ITEM.finditer(body, ends + 1)), default=-1)
    return last > ends and not _WHOLE.search(body, last)


def _decoded(body: bytes, content_type: str) -> Iterator[str]:
    sniffed = next((name for mark, name in (*BOMS, *WIDE) if body.startswith(mark)), "utf-8")
    declared = _DECLARED.search(body[:1024].decode(sniffed, "replace"))
    told = _CHARSET.search(content_type)
    for encoding in dict.fromkeys((sniffed, declared[1] if declared else sniffed, told[1] if told else sniffed)):
        try:
            yield body.decode(encoding, "replace")
        except (LookupError, ValueError):
            continue


def _problem(found: Any) -> str:  # noqa: ANN401  feedparser ships no types
    """One line on what is wrong with a feed's XML, "" if nothing is."""
    problem = found.get("bozo_exception")
    if not isinstance(problem, SAXParseException):
        return ""
    place = f" at line {problem.getLineNumber()}" if problem.getLineNumber() else ""
    return f"malformed feed: {shorten(one_line(problem.getMessage()), 100)}{place}"


def _why_empty(found: Any) -> str:  # noqa: ANN401  feedparser ships no types
    """One line on a feed without items and without mistakes, "" if it is simply empty."""
    return "" if found.get("version") else "answered with XML that is not a feed (RSS or Atom)"


def _unix(text: str) -> time.struct_time | None:
    """A date that is a number of seconds since 1970, in which feedparser would see a year and a month."""
    digits = text.strip()
    return time.gmtime(int(digits)) if digits.isascii() and digits.isdigit() and len(digits) in UNIX_DIGITS else None


feedparser.registerDateHandler(_unix)


def _entries(found: Iterable[Any]) -> Iterator[Entry]:
    for entry in found:
        source = entry.get("source") or {}
        yield Entry(
            guid=_text(entry.get("id")),
            link=_text(entry.get("feedburner_origlink")) or _link(entry),
            title=_text(entry.get("title")),
            summary=_text(entry.get("summary")) or _content(entry),
            published=published(entry),
            symbols=tuple(_symbols(entry)),
            source=_text(source.get("title")),
        )


def published(entry: Any) -> datetime | None:  # noqa: ANN401  feedparser ships no types
    """When the entry says it was published, or else updated or created; None if it says nothing believable."""
    for key in ("published_parsed", "updated_parsed", "created_parsed"):
        when = dict.get(entry, key)  # feedparser's own `get` answers for a missing `updated` with `published`
        if isinstance(when, time.struct_time):
            try:
                told = believable(datetime(*when[:5], min(when.tm_sec, 59), tzinfo=UTC))
            except ValueError:
                continue
            if told:
                return told
    return None


def _symbols(entry: Any) -> Iterator[str]:  # noqa: ANN401  feedparser ships no types
    """The tickers the feed gave: Seeking Alpha's and GlobeNewswire's categories, Nasdaq's own element."""
    for tag in entry.get("tags") or ():
        if _is_symbol_scheme(_text(tag.get("scheme")).lower()):
            yield _text(tag.get("term"))
    yield from _text(entry.get("nasdaq_tickers")).split(",")


def _is_symbol_scheme(scheme: str) -> bool:
    return scheme == "symbol" or scheme.endswith(("/symbol", "/rss/stock"))


def _link(entry: Any) -> str:  # noqa: ANN401  feedparser ships no types
    """Where the entry says that it is. A guid stands in for that only if it is a whole address ("7" is none)."""
    link = _text(entry.get("link"))
    guid = _text(entry.get("id"))
    return (link if link != guid or "://" in link else "") or _alternate(entry)


def _alternate(entry: Any) -> str:  # noqa: ANN401  feedparser ships no types
    links = [link for link in entry.get("links") or () if link.get("rel") == "alternate"]
    return _text(links[0].get("href")) if links else ""


def _content(entry: Any) -> str:  # noqa: ANN401  feedparser ships no types
    contents = entry.get("content") or ()
    return _text(contents[0].get("value")) if contents else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
