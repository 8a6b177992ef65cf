"""Formats beside plain RSS and Atom: JSON Feed, news sitemaps with tickers, filings, aggregators, broken feeds."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.feeds.items import Item, Parsed
from monitor.feeds.parse import read
from standins.web import item, rss

URL = "https://wire.example/feed"
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
MAPS = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" {NEWS}>'
EDGAR = b"""<?xml version="1.0" encoding="ISO-8859-1" ?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Latest filings</title>
<entry><title>8-K - ACME CHIPS CORP (0000012345) (Filer)</title>
<link rel="alternate" type="text/html" href="https://www.sec.gov/Archives/edgar/data/12345/x-index.htm"/>
<summary type="html"> &lt;b&gt;Filed:&lt;/b&gt; 2025-01-27 &lt;b&gt;Size:&lt;/b&gt; 2 MB</summary>
<updated>2025-01-27T16:05:11-05:00</updated>
<category scheme="https://www.sec.gov/" label="form type" term="8-K"/>
<id>urn:tag:sec.gov,2008:accession-number=0000012345-25-000007</id></entry></feed>"""


def feed(*items: dict[str, Any], **more: object) -> bytes:
    """A JSON Feed."""
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "A", "items": items, **more}).encode()


def first(parsed: Parsed) -> Item:
    """The first item of a feed that could be read."""
    assert "" == parsed.error
    return parsed.items[0]


def test_a_json_feed_is_read() -> None:
    """Text, markup and numbers as ids; the date in UTC; an address outside where there is none inside."""
    one = {
        "id": 7,
        "url": "/a",
        "title": "Plant &amp; grid",
        "content_html": "<p>Two.</p>",
        "date_published": "2025-01-27T10:00:00+01:00",
    }
    two = {"id": "x", "external_url": "https://lab.example/b", "content_text": "A note without a title"}
    parsed = read(b"\xef\xbb\xbf" + feed(one, two, {"id": 3}), "application/feed+json", URL)
    found = first(parsed)
    assert ("https://wire.example/a", "Plant & grid", "Two.", datetime(2025, 1, 27, 9, tzinfo=UTC), "7") == (
        found.link,
        found.title,
        found.summary,
        found.published,
        found.guid,
    )
    assert ("A note without a title", "https://lab.example/b", None) == (
        parsed.items[1].title,
        parsed.items[1].link,
        parsed.items[1].published,
    )
    assert "" == parsed.items[2].title


@pytest.mark.parametrize(
    "body",
    [
        feed().replace(b'"items": []', b'"items": ' + b"[" * 200_000),
        b"[" * 500_000,
        b'{"version": "https://jsonfeed.org/version/1", "items": {"a": 1}}',
        b'{"version": 1, "items": [1, null, "x", {"id": {}, "title": [], "url": 5}]}',
        feed({"title": "x", "date_published": "9" * 5000, "id": 10**4000}),
        b'{"a": "\\ud800"}',
    ],
)
def test_json_of_the_wrong_shape_is_told_or_read_as_far_as_it_has_one(body: bytes) -> None:
    """Nesting, numbers of any length and other types end in a line or in items, never in a crash."""
    parsed = read(body, "application/json", URL)
    assert "\n" not in parsed.error
    assert bool(parsed.error) != bool(parsed.items)


def test_a_news_sitemap_brings_titles_and_tickers() -> None:
    """Tickers in Google's form become Yahoo's symbols; pages without a news part and pictures are left out."""
    body = f"""<?xml version="1.0" encoding="UTF-8"?>{MAPS}
    <url><loc>https://wire.example/1</loc><news:news><news:publication><news:name>Wire</news:name></news:publication>
      <news:publication_date>2025-01-27T08:30:00Z</news:publication_date><news:title>Chips &amp; tools</news:title>
      <news:stock_tickers>NASDAQ:NVDA, TYO:6857, AMS:ASML, HKG:0700, MARS:X</news:stock_tickers></news:news>
      <image:image xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><image:loc>https://p.example/i.png</image:loc>
      </image:image></url>
    <url><loc>https://wire.example/about</loc></url></urlset>""".encode()
    parsed = read(body, "application/xml", URL)
    found = first(parsed)
    assert ("https://wire.example/1", "Chips & tools", datetime(2025, 1, 27, 8, 30, tzinfo=UTC)) == (
        found.link,
        found.title,
        found.published,
    )
    assert ("NVDA", "6857.T", "ASML.AS", "0700.HK") == found.symbols
    assert 1 == len(parsed.items)


def test_a_sitemap_that_breaks_off_is_read_as_far_as_it_goes_and_says_so() -> None:
    """What is whole is news; a list of pages or of sitemaps is none."""
    url = "<url><loc>https://wire.example/{0}</loc><news:news><news:title>Item {0}</news:title></news:news></url>"
    parsed = read(f"{MAPS}{url.format(1)}{url.format(2)[:-20]}".encode(), "", URL)
    assert (["Item 1"], True) == ([i.title for i in parsed.items], parsed.note.startswith("malformed sitemap"))
    assert "answered with a sitemap without news, not a feed" == read(f"{MAPS}<url/></urlset>".encode(), "", URL).error
    assert "answered with a list of sitemaps, not a feed" == read(b"<sitemapindex/>", "", URL).error


def test_a_filing_of_the_sec_is_read() -> None:
    """Form and filer in the title, its time in UTC, the accession number as its id."""
    found = first(read(EDGAR, "application/atom+xml", URL))
    assert ("8-K - ACME CHIPS CORP (0000012345) (Filer)", datetime(2025, 1, 27, 21, 5, 11, tzinfo=UTC)) == (
        found.title,
        found.published,
    )
    assert ("urn:tag:sec.gov,2008:accession-number=0000012345-25-000007", "Filed: 2025-01-27 Size: 2 MB") == (
        found.guid,
        found.summary,
    )


def test_an_aggregators_title_loses_the_source_that_it_names() -> None:
    """And its summary, which only says the same."""
    source = '<source url="https://press.example">Press &amp; Co</source>'
    body = rss(item("Chips fall - Press & Co", guid="1", summary="<a href='x'>Chips fall</a> Press & Co", more=source))
    found = first(read(body, "", URL))
    assert ("Chips fall", "") == (found.title, found.summary)


def test_the_address_before_a_counting_service_is_taken() -> None:
    """FeedBurner tells the original."""
    more = '<f:origLink xmlns:f="http://rssnamespace.org/feedburner/ext/1.0">https://lab.example/1</f:origLink>'
    assert (
        "https://lab.example/1"
        == first(read(rss(item("A", guid="1", link="https://c.example/~r/1", more=more)), "", URL)).link
    )


@pytest.mark.parametrize(
    "title", ["R&D spending; AT&T up", "<![CDATA[R&D spending; AT&T up]]>", "R&amp;D spending; AT&amp;T up"]
)
def test_an_ampersand_that_begins_no_entity_is_an_ampersand(title: str) -> None:
    """Research and development is no entity, nor are the parameters of an address."""
    link = "https://a.example/?a=1&b=2&copy=3"
    inside = f"<title>{title}</title><link><![CDATA[{link}]]></link>"
    body = f"<rss version='2.0'><channel><item>{inside}</item></channel></rss>"
    found = first(read(body.encode(), "", URL))
    assert ("R&D spending; AT&T up", link) == (found.title, found.link)


def test_a_feed_that_breaks_off_inside_a_title_loses_that_item_only_and_says_so() -> None:
    """Half a headline would be another headline."""
    body = rss(item("Whole", guid="1"), item("Supplier denies that it will cut", guid="2"))
    cut = body[: body.index(b" it will cut")]
    parsed = read(cut, "", URL)
    assert (["Whole"], "the feed breaks off inside an item, which is left out") == (
        [i.title for i in parsed.items],
        parsed.note,
    )
    assert "" == read(body, "", URL).note


def test_a_malformed_feed_that_can_be_read_says_where_it_is_malformed() -> None:
    """Its items are news all the same."""
    parsed = read(rss(item("Whole", guid="1")).replace(b"<link>", b"<b><link>"), "", URL)
    assert (["Whole"], True) == (
        [i.title for i in parsed.items],
        parsed.note.startswith("malformed feed: mismatched tag"),
    )
