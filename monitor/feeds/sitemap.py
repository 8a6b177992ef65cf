"""Reads news sitemaps (Google's extension of the sitemap protocol), whose tickers few feeds have.

Runs in the parsing process, after documents with a DOCTYPE of their own were refused; nothing but the standard library.
"""

from typing import Any
from xml.parsers import expat  # a stream without entities of its own, in a process that may be killed

from monitor.feeds.clean import plain
from monitor.feeds.items import MAX_ITEMS, MAX_TITLE, Entry, Parsed, moment, tidy

NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
_FIELDS = {
    f"{NEWS} title": "title",
    f"{NEWS} publication_date": "date",
    f"{NEWS} stock_tickers": "symbols",
    f"{NEWS} name": "source",
}


class _Enough(Exception):  # noqa: N818  no error: there are as many as are read
    pass


class _Sitemap:
    """Collects an entry at each end of `url` that had a news part."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.source = ""
        self._found: dict[str, str] = {}
        self._text: list[str] = []

    def start(self, name: str, _: Any) -> None:  # noqa: ANN401  expat's attributes
        self._text = []
        if _local(name) == "url":
            self._found = {}
        elif name == f"{NEWS} news":
            self._found["news"] = "yes"

    def data(self, text: str) -> None:
        self._text.append(text)

    def end(self, name: str) -> None:
        text = "".join(self._text).strip()
        self._text = []
        if name in _FIELDS:
            self._found[_FIELDS[name]] = text
        elif _local(name) == "loc" and not name.startswith("http://www.google.com/schemas/"):
            self._found["link"] = text
        elif _local(name) == "url" and "news" in self._found:
            found = self._found
            self.source = self.source or found.get("source", "")
            self.entries.append(
                Entry(
                    link=found.get("link", ""),
                    title=found.get("title", ""),
                    published=moment(found.get("date", "")),
                    symbols=tuple(found.get("symbols", "").split(",")),
                )
            )
            if len(self.entries) >= MAX_ITEMS:
                raise _Enough


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def read_sitemap(body: bytes, url: str) -> Parsed:
    """The items of a news sitemap, as far as it can be read. Never raises for what is in `body`."""
    sitemap = _Sitemap()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = sitemap.start
    parser.EndElementHandler = sitemap.end
    parser.CharacterDataHandler = sitemap.data
    parser.buffer_text = True
    note = ""
    try:
        parser.Parse(body, True)  # noqa: FBT003  expat takes it by place: this is all of it
    except _Enough:
        pass
    except (expat.ExpatError, ValueError) as error:
        note = f"malformed sitemap, read as far as it goes: {error}"
    items = tidy(sitemap.entries, url)
    if items:
        return Parsed(items, note=note, title=plain(sitemap.source, MAX_TITLE))
    return Parsed(error=note or "answered with a sitemap without news, not a feed")
