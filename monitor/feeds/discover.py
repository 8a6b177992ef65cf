"""Finds the feeds that a web page names. Pure; nothing but the standard library."""

from collections.abc import Iterator
from html.parser import HTMLParser

from monitor.feeds.clean import web_link

MAX_PAGE = 500_000
"""Characters of a page that are looked at; its head stands at the beginning."""

TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"})
"""What the `type` of a link to a feed says; JSON alone may be anything."""

USUAL = ("feed", "rss", "feed.xml", "rss.xml", "atom.xml", "index.xml")
"""Where feeds are that no page names, beside the page."""


class _Page(HTMLParser):
    """Collects the links that stand for the page's own content in another form."""

    def __init__(self) -> None:
        super().__init__()
        self.base = ""
        self.links: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "base" and not self.base:
            self.base = said.get("href", "")
        is_other_form = "alternate" in said.get("rel", "").lower().split()
        if tag == "link" and is_other_form and said.get("type", "").partition(";")[0].strip().lower() in TYPES:
            self.links.append((said.get("href", ""), said.get("title", "")))


def feeds_of(html: str, url: str) -> list[str]:
    """The addresses of the feeds that a page names, its own first and those of its comments last, each once."""
    page = _Page()
    page.feed(html[:MAX_PAGE])
    base = web_link(page.base, url) or url
    links = sorted(page.links, key=lambda link: "comment" in f"{link[0]} {link[1]}".lower())
    return list(dict.fromkeys(found for link, _ in links if (found := web_link(link, base))))


def guesses(url: str) -> Iterator[str]:
    """Where a feed might be that the page at `url` does not name."""
    for name in USUAL:
        if found := web_link(name, url if url.endswith("/") else f"{url}/"):
            yield found
