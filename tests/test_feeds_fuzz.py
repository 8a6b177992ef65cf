"""Feeds that were damaged in every way: whatever comes out is plain and bounded, and nothing breaks or hangs."""

import faulthandler
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.feeds.clean import MAX_LINK
from monitor.feeds.items import MAX_ITEMS, MAX_SUMMARY, MAX_TITLE, Parsed
from monitor.feeds.parse import read
from monitor.feeds.rhythm import MOST_WISHED
from standins import corpus
from standins.web import item, rss

FEW, MANY = 300, 20_000
"""Feeds that the suite makes, and those of the long sweep (`pytest -m slow`)."""

HANG = 120.0
"""Seconds after which a feed of a few kilobytes is one that hangs."""

URL = "https://wire.example/news/rss"
ATOM = b"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><id>tag:a,2025:1</id>
<title type="html">Our &lt;b&gt;third&lt;/b&gt; one</title><link href="/3"/><updated>2025-01-20T09:30:00+08:00</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>It is out.</p></div></content></entry></feed>"""
RDF = """<?xml version="1.0" encoding="ISO-8859-1"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>Alt</title>
</channel><item rdf:about="y"><title>Z\xfcrich up</title><dc:date>2025-01-27</dc:date></item></rdf:RDF>""".encode("l1")
MAP = b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://a.example/1</loc><n:news><n:publication_date>2025-01-27</n:publication_date><n:title>Up</n:title>
<n:stock_tickers>NASDAQ:NVDA, TYO:6857</n:stock_tickers></n:news></url></urlset>"""
JSON = b"""{"version": "https://jsonfeed.org/version/1.1", "title": "A", "items": [{"id": 1, "url": "/a", "title": "B",
"content_html": "<p>C</p>", "date_published": "2025-01-27T10:00:00Z", "tags": ["x"]},
{"id": "2", "content_text": "D"}]}"""
RSS = rss(
    item("Chips & tools", guid="1", link="/a?b=1&c=2", summary="<p>One.</p><p>Two</p>"),
    item("R&D up", more="<pubDate>Mon, 27 Jan 2025 10:00:00 GMT</pubDate><category type='symbol'>NVDA</category>"),
).replace(b"<item>", b"<ttl>60</ttl><skipHours><hour>3</hour></skipHours><item>", 1)
SEEDS = [RSS, ATOM, RDF, MAP, JSON, RSS.decode().encode("utf-16")]
if corpus.ROOT.is_dir():
    SEEDS += [seed for seed in corpus.seeds(8_000) if seed]

TOKENS = [
    b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<!DOCTYPE x [", b"<!ENTITY a 'b'>", b"&a;", b"&#0;",
    b"&#xD800;", b"&#99999999;", b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"<item>", b"</item>", b"<entry>", b"</feed>",
    b"<title>", b"<link>", b"javascript:", b"http://[", b"xml:base='http://'", b"encoding='utf-7'", b"<?xml ", b"?>",
    b"9" * 400, b"0000-00-00", b"Mon, 99 Jan 0000", b"{", b"[", b'"', b"\\ud800", b"<a>" * 600, b"x='y' " * 20, b"\r\n",
    b"<ttl>9999999999999</ttl>", b"<!channel>", "\u202e".encode(), "𝕏".encode(),
]  # fmt: skip
TYPES = ["", "text/xml", "text/html; charset=utf-16", "application/xml; charset=nonsense", "x; charset=utf-7"]

place = st.floats(0, 1)
mutation = st.one_of(
    st.tuples(st.just("insert"), place, st.sampled_from(TOKENS)),
    st.tuples(st.just("flip"), place, st.integers(0, 255)),
    st.tuples(st.just("cut"), place, st.integers(1, 400)),
    st.tuples(st.just("double"), place, st.integers(1, 400)),
    st.tuples(st.just("splice"), place, st.sampled_from(SEEDS)),
    st.tuples(st.just("end"), place, st.none()),
)


def mutated(body: bytes, changes: list[tuple[str, float, bytes | int | None]]) -> bytes:
    """`body` after all of `changes`, whose places are parts of its length."""
    for kind, where, what in changes:
        at = int(where * len(body))
        if kind == "insert" and isinstance(what, bytes):
            body = body[:at] + what + body[at:]
        elif kind == "splice" and isinstance(what, bytes):
            body = body[:at] + what[int(where * len(what)) :]
        elif kind == "flip" and isinstance(what, int):
            body = body[:at] + bytes([what]) + body[at + 1 :]
        elif kind == "cut" and isinstance(what, int):
            body = body[:at] + body[at + what :]
        elif kind == "double" and isinstance(what, int):
            body = body[: at + what] + body[at:]
        elif kind == "end":
            body = body[:at]
    return body


def check(parsed: Parsed) -> None:
    """What holds of every answer: plain texts on one line, web addresses, and everything within its bounds."""
    assert "\n" not in parsed.error + parsed.note
    assert not (parsed.error and parsed.items)
    assert len(parsed.items) <= MAX_ITEMS
    assert parsed.wishes.ttl <= MOST_WISHED
    assert len({one.id for one in parsed.items}) == len(parsed.items)
    for one in parsed.items:
        assert len(one.title) <= MAX_TITLE
        assert len(one.summary) <= MAX_SUMMARY
        for text in (one.title, one.summary):
            text.encode()
            assert text.isprintable() or all(c.isprintable() or not c.isspace() or c == " " for c in text)
        assert len(one.link) <= MAX_LINK
        assert not one.link or urlsplit(one.link).scheme in {"http", "https"}
        assert not set(one.link) & set("<>|\"' \n\x00") - {"'"}
        assert one.published is None or one.published.tzinfo is not None


damaged = given(st.sampled_from(SEEDS), st.lists(mutation, min_size=1, max_size=8), st.sampled_from(TYPES))
examples = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None)


def read_damaged(seed: bytes, changes: list[tuple[str, float, bytes | int | None]], content_type: str) -> None:
    """Read one and check what comes out; ends the process where it hangs."""
    faulthandler.dump_traceback_later(HANG, exit=True)
    try:
        check(read(mutated(seed, changes), content_type, URL))
    finally:
        faulthandler.cancel_dump_traceback_later()


@settings(examples, max_examples=FEW)
@damaged
def test_no_damage_breaks_the_reader(
    seed: bytes, changes: list[tuple[str, float, bytes | int | None]], content_type: str
) -> None:
    """Cut, doubled, spliced, with what parsers dislike most put in: items or one line, and no work without end."""
    read_damaged(seed, changes, content_type)


@pytest.mark.slow
@settings(examples, max_examples=MANY)
@damaged
def test_no_damage_breaks_the_reader_in_twenty_thousand_feeds(
    seed: bytes, changes: list[tuple[str, float, bytes | int | None]], content_type: str
) -> None:
    """The same, for as long as it takes."""
    read_damaged(seed, changes, content_type)
