"""Lists of feeds as other readers write and read them (OPML 2.0). Pure; nothing but the standard library."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from xml.parsers import expat  # a user's own file, from which a DOCTYPE is refused
from xml.sax.saxutils import quoteattr

from config.types import Feed
from monitor.feeds.clean import one_line, web_link

DEFAULT_TOPIC = "news"


class OpmlError(Exception):
    """This is no list of feeds; `args[0]` says why."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of a list: its address, what it is called ("" for nothing), and the folder it is in."""

    url: str
    name: str
    topic: str = DEFAULT_TOPIC


def read_opml(body: bytes) -> list[Outline]:
    """The feeds of a list, in order, those of one address once. Raises OpmlError."""
    found: dict[str, Outline] = {}
    folders: list[str] = []
    roots: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        roots.append(name.lower())
        if name.lower() != "outline":
            return
        said = {key.lower(): one_line(value) for key, value in attributes.items()}
        title = said.get("title") or said.get("text") or ""
        if url := web_link(said.get("xmlurl", ""), ""):
            topic = next((folder for folder in reversed(folders) if folder), DEFAULT_TOPIC)
            found.setdefault(url, Outline(url, title, topic))
        folders.append("" if "xmlurl" in said else title)

    def end(name: str) -> None:
        if name.lower() == "outline":
            folders.pop()

    def refuse(*_: object) -> None:
        raise OpmlError("it has a DOCTYPE, which lists of feeds have not")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(body, True)  # noqa: FBT003  expat takes it by place: this is all of it
    except (expat.ExpatError, ValueError) as error:
        raise OpmlError(f"it is no XML that can be read: {error}") from error
    if roots[0] != "opml":
        raise OpmlError(f"it is no OPML: its outermost element is {roots[0]}")
    return list(found.values())


def write_opml(feeds: Iterable[Feed], title: str) -> str:
    """Feeds as a list that other readers import, a folder a topic."""
    topics: defaultdict[str, list[Feed]] = defaultdict(list)
    for feed in feeds:
        topics[feed.topic].append(feed)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">']
    lines.append(f"  <head><title>{_text(title)}</title></head>\n  <body>")
    for topic, members in topics.items():
        lines.append(f"    <outline text={quoteattr(topic)}>")
        for feed in members:
            name, url = quoteattr(feed.name), quoteattr(feed.url)
            lines.append(f'      <outline type="rss" text={name} title={name} xmlUrl={url}/>')
        lines.append("    </outline>")
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
