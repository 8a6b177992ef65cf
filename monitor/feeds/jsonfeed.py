"""Reads JSON Feed (jsonfeed.org, versions 1 and 1.1). Runs in the parsing process; nothing but the standard library."""

import json
from collections.abc import Iterator
from typing import Any

from monitor.feeds.clean import plain
from monitor.feeds.items import MAX_ITEMS, MAX_TITLE, Entry, Parsed, moment, tidy

VERSION = "jsonfeed.org/version/"
BARE_VERSIONS = frozenset({"1", "1.0", "1.1"})
"""What some write in place of the address that the format asks for."""


def read_json(text: str, url: str) -> Parsed:
    """The items of a JSON Feed. Never raises for what is in `text`."""
    try:
        root = json.loads(text, parse_int=str, parse_float=str)
    except RecursionError:
        return Parsed(error="refused: the JSON is nested too deeply")
    except ValueError as error:
        return Parsed(error=f"malformed JSON: {error}")
    version = _text(root.get("version")) if isinstance(root, dict) else ""
    if VERSION not in version and version not in BARE_VERSIONS:
        return Parsed(error="answered with JSON, not a feed")
    listed = root.get("items")
    if not isinstance(listed, list):
        return Parsed(error="malformed feed: it has no list of items")
    note = "the feed says that it will not be written to any more" if root.get("expired") is True else ""
    return Parsed(tidy(_entries(listed), url), note=note, title=plain(_text(root.get("title")), MAX_TITLE))


def _entries(listed: list[Any]) -> Iterator[Entry]:
    for one in listed[:MAX_ITEMS]:
        if not isinstance(one, dict):
            continue
        texts = (_text(one.get(name)) for name in ("summary", "content_html", "content_text"))
        dates = (moment(_text(one.get(name))) for name in ("date_published", "date_modified"))
        yield Entry(
            guid=_text(one.get("id")),
            link=_text(one.get("url")) or _text(one.get("external_url")),
            title=_text(one.get("title")),
            summary=next(filter(None, texts), ""),
            published=next(filter(None, dates), None),
        )


def _text(value: object) -> str:
    """A text; numbers are texts already."""
    return value if isinstance(value, str) else ""
