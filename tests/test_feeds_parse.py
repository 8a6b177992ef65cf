"""What becomes of a feed's bytes: plain items, or one line that says why there are none."""

import pickle
from datetime import UTC, datetime

import pytest

from monitor.feeds.clean import plain, web_link
from monitor.feeds.items import MAX_SUMMARY, MAX_TITLE, Item
from monitor.feeds.parse import read
from standins.web import item, rss

URL = "https://wire.example/news/rss.xml"

ATOM = b"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://lab.example/blog/">
  <title>A lab</title>
  <entry>
    <id>tag:lab.example,2025:1</id>
    <title type="html">Our &lt;em&gt;third&lt;/em&gt; model is out</title>
    <link rel="self" href="https://lab.example/api/1"/>
    <link rel="alternate" href="third-model"/>
    <published>2025-01-20T09:30:00+08:00</published>
    <updated>2025-01-21T00:00:00Z</updated>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>It is cheap.</p><p>And open.</p></div></content>
  </entry>
</feed>"""

RDF = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
  xmlns:dc="http://purl.org/dc/elements/1.1/">
  <channel rdf:about="https://old.example/"><title>Old</title><link>https://old.example/</link></channel>
  <item rdf:about="https://old.example/1"><title>Z\xfcrich chip firm grows</title>
    <link>https://old.example/1</link><dc:date>2025-01-27T08:00:00+01:00</dc:date></item>
</rdf:RDF>"""


def only(body: bytes, content_type: str = "application/rss+xml") -> Item:
    """The one item of a feed that can be read."""
    parsed = read(body, content_type, URL)
    assert parsed.error == ""
    [found] = parsed.items
    return found


def test_an_rss_item_becomes_plain_text_with_its_times_in_utc() -> None:
    """Title, link, summary and date of an ordinary item."""
    when = datetime(2025, 1, 27, 13, 5, tzinfo=UTC)
    body = rss(item("Chips &amp; power", guid="g1", link="/a?b=1", summary="<p>One.</p><p>Two.</p>", published=when))
    found = only(body)
    assert ("https://wire.example/a?b=1", "Chips & power", "One. Two.", when) == (
        found.link,
        found.title,
        found.summary,
        found.published,
    )


def test_an_atom_entry_is_read_with_its_base_address_and_published_before_updated() -> None:
    """Relative links follow xml:base; content stands in for a missing summary."""
    found = only(ATOM, "application/atom+xml")
    assert ("https://lab.example/blog/third-model", "Our third model is out", "It is cheap. And open.") == (
        found.link,
        found.title,
        found.summary,
    )
    assert datetime(2025, 1, 20, 1, 30, tzinfo=UTC) == found.published


def test_an_old_rdf_feed_in_latin_1_is_read() -> None:
    """RSS 1.0, an encoding named in the XML declaration, a Dublin Core date."""
    found = only(RDF, "text/xml")
    assert ("Zürich chip firm grows", datetime(2025, 1, 27, 7, 0, tzinfo=UTC)) == (found.title, found.published)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-16-be"])
def test_a_feed_is_read_in_whatever_encoding_it_comes(encoding: str) -> None:
    """Byte order marks and wide characters are no obstacle."""
    text = rss(item("A rise of 5 € ahead", guid="1")).decode().replace('encoding="utf-8"', 'encoding="utf-16"')
    assert "A rise of 5 € ahead" == only(text.encode(encoding)).title


@pytest.mark.parametrize(
    "date", ["", "<pubDate>yesterday</pubDate>", "<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>"]
)
def test_a_missing_or_senseless_date_is_no_date(date: str) -> None:
    """Never now, and never the beginning of time."""
    assert only(rss(item("No date", guid="1", more=date))).published is None


def test_a_date_that_cannot_be_read_gives_way_to_one_that_can() -> None:
    """`updated` counts where `pubDate` is no date."""
    more = "<pubDate>soon</pubDate><dc:modified xmlns:dc='http://purl.org/dc/terms/'>2025-01-27T10:00:00Z</dc:modified>"
    assert datetime(2025, 1, 27, 10, tzinfo=UTC) == only(rss(item("Dated", guid="1", more=more))).published


def test_an_item_keeps_its_id_when_it_is_edited_or_moves() -> None:
    """The guid is the id; without one the link, without either the title."""
    before = only(rss(item("Plant to open", guid="g1", link="https://a.example/1")))
    after = only(rss(item("Plant to open late", guid=" g1 ", link="https://a.example/2", summary="new")))
    assert before.id == after.id
    unguided = [only(rss(item(title, link="https://a.example/1"))).id for title in ("One", "Two")]
    assert unguided[0] == unguided[1] != before.id
    assert only(rss(item("One"))).id != only(rss(item("Two"))).id


def test_ids_are_unique_in_a_feed_whose_guids_are_not() -> None:
    """Items that share a guid stay apart, keep their ids when new ones come, and doubles are dropped."""
    first = item("One", guid="same", link="https://a.example/1")
    second = item("Two", guid="same", link="https://a.example/2")
    two = read(rss(first, second, first), "", URL).items
    assert ["One", "Two"] == [i.title for i in two]
    three = read(rss(item("Three", guid="same"), first, second), "", URL).items
    assert 3 == len({i.id for i in three})
    assert {i.id for i in two} < {i.id for i in three}


def test_a_note_without_a_title_is_called_by_its_first_words() -> None:
    """The title is cut from the summary; an item that says nothing at all has none."""
    note = item("", guid="1", summary="word " * 100)
    found, silent = read(rss(note, item("", guid="2", link="https://a.example/2")), "", URL).items
    assert "" == silent.title
    assert found.title.startswith("word word")
    assert found.title.endswith("word…")
    assert len(found.title) <= 140 < len(found.summary)


def test_long_texts_are_cut_at_a_word() -> None:
    """Titles at 500 characters, summaries at 4,000."""
    found = only(rss(item("long title " * 100, guid="1", summary="<b>long</b> summary " * 5000)))
    assert (True, True) == (found.title.endswith("title…") or found.title.endswith("long…"), found.summary[-1] == "…")
    assert MAX_TITLE - 10 < len(found.title) <= MAX_TITLE
    assert MAX_SUMMARY - 10 < len(found.summary) <= MAX_SUMMARY


@pytest.mark.parametrize(
    "more",
    [
        '<category type="symbol">NVDA</category><category type="symbol">brk.b</category><category>NVDA</category>',
        (
            '<category domain="https://wire.example/rss/stock">Nasdaq:NVDA</category>'
            '<category domain="https://wire.example/rss/stock">NYSE: BRK.B</category>'
            '<category domain="https://wire.example/rss/stock">Mars:CLS</category>'
        ),
        "<nasdaq:tickers xmlns:nasdaq='http://nasdaq.com/rss'>NVDA,BRK.B, not a symbol,</nasdaq:tickers>",
    ],
)
def test_tickers_that_the_feed_gives_are_taken(more: str) -> None:
    """As categories of type symbol, as a stock domain with a US market, or in Nasdaq's own element."""
    assert ("NVDA", "BRK.B") == only(rss(item("Shares rise", guid="1", more=more))).symbols


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "answered with an empty page"),
        (b" \r\n\t", "answered with an empty page"),
        (b"<!doctype html><html><head><title>Sign in</title>", "answered with a web page, not a feed"),
        (
            b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "x.dtd">\n<html><body/></html>',
            "answered with a web page, not a feed",
        ),
        (b"\xef\xbb\xbf <!-- cached --> <HTML><item><title>x</title></item>", "answered with a web page, not a feed"),
        (b'{"version": "2.0", "items": []}', "answered with JSON, not a feed"),
        (b'{"version": "https://jsonfeed.org/version/1.1"}', "malformed feed: it has no list of items"),
        (b'{"version": ', "malformed JSON: "),
        (b"Bad gateway", "answered with plain text, not a feed"),
        (b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"/>', "answered with a sitemap without news"),
        (b'<opml version="2.0"><body/></opml>', "answered with a list of feeds (OPML), not a feed"),
        (b"<note><to>you</to></note>", "answered with XML that is not a feed (RSS or Atom)"),
        (b"<rss version='2.0'><channel><title>Cut</titl", "malformed feed: "),
    ],
)
def test_what_is_no_feed_says_so_in_one_line(body: bytes, error: str) -> None:
    """An error page is never an empty feed."""
    parsed = read(body, "text/html; charset=utf-8", URL)
    assert () == parsed.items
    assert parsed.error.startswith(error)
    assert "\n" not in parsed.error


def test_a_feed_without_items_is_simply_empty() -> None:
    """A valid feed with nothing in it is no error."""
    parsed = read(rss(), "application/rss+xml", URL)
    assert ((), "") == (parsed.items, parsed.error)


def test_a_feed_with_a_mistake_is_read_as_far_as_it_goes() -> None:
    """An unknown entity or a lost end costs no item that stands before it."""
    broken = rss(item("Fine", guid="1"), "<item><title>Prices&nbsp;up</title></item>")[:-20]
    assert ["Fine", "Prices up"] == [i.title for i in read(broken, "", URL).items]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (rss(item("x", guid="1", more="<a>" * 200_000)), "refused: the feed is nested more than 500 deep"),
        (b"<feed><entry>" + b"<a>" * 501, "refused: the feed is nested more than 500 deep"),
        (rss(item("x", more="<a " + "b='c' " * 50_000 + "/>")), "refused: a tag of the feed is longer than 100 kB"),
    ],
)
def test_a_feed_that_would_choke_the_parser_is_refused_before(body: bytes, error: str) -> None:
    """Nesting and attributes without end; a parser takes minutes and hundreds of megabytes for them."""
    assert error == read(body, "", URL).error


def test_markup_that_is_never_closed_is_no_nesting() -> None:
    """In each item a few, in CDATA any number."""
    loose = "<br>" * 400
    body = rss(*(item(f"Item {n}", guid=f"{n}", more=f"<x>{loose}</x>") for n in range(5)))
    assert "Item 4" in [i.title for i in read(body, "", URL).items]
    quoted = rss(item("Quoted", guid="1", more=f"<description><![CDATA[{'<br>' * 900}]]></description>"))
    assert "Quoted" == only(quoted).title


def test_of_an_archive_the_first_and_last_items_are_read() -> None:
    """Four hundred of them, whichever end is the newer one."""
    titles = [i.title for i in read(rss(*(item(f"Item {n}", guid=f"{n}") for n in range(1_200))), "", URL).items]
    assert [f"Item {n}" for n in (*range(350), *range(1_150, 1_200))] == titles


ENTITIES = '<?xml version="1.0"{}?><!-- <a> --><!DOCTYPE rss SYSTEM "a>b" [<!ENTITY x "y">]><rss version="2.0"/>'


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (ENTITIES.format("").encode(), ""),
        (ENTITIES.format("").lower().encode(), "text/html"),
        (ENTITIES.format("").encode("utf-16"), ""),
        (ENTITIES.format("").encode("utf-16-be"), ""),
        (ENTITIES.format("").encode("utf-32-le"), ""),
        (ENTITIES.format("").encode("cp037"), ""),
        (ENTITIES.format("").encode().replace(b"<!DOC", b"+ADwAIQ-DOC"), "text/xml; charset=utf-7"),
        (ENTITIES.format(' encoding="utf-7"').encode().replace(b"<!DOC", b"+ADwAIQ-DOC"), ""),
        (b"Notice: php\n" + ENTITIES.format("").encode(), ""),
    ],
)
def test_a_feed_with_entities_of_its_own_is_refused_in_every_encoding(body: bytes, content_type: str) -> None:
    """A DOCTYPE with an internal subset reaches no XML parser, however it is dressed up."""
    assert "refused: the feed declares XML entities of its own (DOCTYPE)" == read(body, content_type, URL).error


def test_the_doctype_of_an_old_rss_version_is_no_reason_to_refuse() -> None:
    """RSS 0.91 asks for one; it only names a file, which nobody fetches."""
    doctype = (
        b'<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd">'
    )
    body = rss(item("Old but good", guid="1")).replace(b"<rss", doctype + b"<rss")
    assert "Old but good" == only(body).title


def test_an_answer_of_the_parser_can_cross_between_processes() -> None:
    """It is pickled on its way from the worker."""
    parsed = read(ATOM, "", URL)
    assert parsed == pickle.loads(pickle.dumps(parsed))  # noqa: S301  our own bytes


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("AT&amp;T <b>rises</b>", "AT&T rises"),
        ("Open<i>AI</i> &lt;b&gt;ships&lt;/b&gt;<br>today", "OpenAI ships today"),
        ("Margins < 5 % and > 3 %, we <3 it", "Margins < 5 % and > 3 %, we <3 it"),
        ("<!channel> <@U123> look", "<@U123> look"),
        ("one\x00two\u202ethree\u200b\u00adfour\r\n five", "one twothreefour five"),
        ("<script>alert(1)</script>Fine<style>p{}", "Fine"),
        ("\ud83d\ude00 and \ud83d", "😀 and \ufffd"),
        ("&#x41;&#66; &copy=2 &nosuch; &#xD800;", "AB &copy=2 &nosuch; \ufffd"),
        ("<!-- a -- > b", ""),
    ],
)
def test_markup_becomes_the_text_a_reader_would_see(markup: str, text: str) -> None:
    """Tags, entities, control and format characters and half surrogates."""
    assert text == plain(markup, 500)


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("../x y?q=ü|<b>", "https://wire.example/x%20y?q=%C3%BC%7C%3Cb%3E"),
        (" https://a.exa\nmple/\tx ", "https://a.example/x"),
        ("javascript:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("http://", ""),
        ("http://[::1", ""),
        ("x" * 3000, ""),
        ("", ""),
    ],
)
def test_a_link_is_an_absolute_web_address_or_nothing(link: str, address: str) -> None:
    """Relative links are resolved, what could be taken for markup is encoded, other schemes are dropped."""
    assert address == web_link(link, URL)


@pytest.mark.parametrize("wrap", ["{}", "<![CDATA[{}]]>"], ids=["escaped", "quoted"])
@pytest.mark.parametrize(
    "word", ["Orders rose. ", "訂單增加", "&lt;b&gt;"], ids=["words", "unbroken", "escaped-markup"]
)
def test_a_text_of_megabytes_is_cut_and_what_follows_it_is_read(word: str, wrap: str) -> None:
    """In the middle of no character, and both its neighbours are whole."""
    long = wrap.format(word * (2_000_000 // len(word)))
    items = [item("Before", guid="1"), f"<item><title>Long</title><description>{long}</description></item>"]
    parsed = read(rss(*items, item("After & on", guid="3")), "text/xml; charset=utf-8", URL)
    assert ["Before", "Long", "After & on"] == [one.title for one in parsed.items]
    assert ("", "") == (parsed.error, parsed.note)
    assert "\ufffd" not in parsed.items[1].summary
    assert len(parsed.items[1].summary) <= MAX_SUMMARY


def test_of_a_feed_with_too_many_tags_the_first_and_last_items_are_read() -> None:
    """As many as a parser gets through in a second; an item that alone has more is refused."""
    many = [item(f"Headline {n}", guid=f"{n}", more="<category>x</category>" * 1_000) for n in range(200)]
    titles = [one.title for one in read(rss(*many), "", URL).items]
    assert ("Headline 0", "Headline 199", True) == (titles[0], titles[-1], 30 < len(titles) < 60)
    huge = read(rss(item("Huge", guid="1", more="<category>x</category>" * 60_000)), "", URL)
    assert ("refused: an item of the feed has more than 100,000 tags", ()) == (huge.error, huge.items)


@pytest.mark.parametrize("start", ["", "x='&gt;' ", "x='>' "])
def test_a_tag_of_thousands_of_attributes_is_refused(start: str) -> None:
    """Wherever it seems to end; feedparser would be busy for minutes."""
    attributes = " ".join(f"a{n}=''" for n in range(11_000))
    parsed = read(rss(item("x", more=f"<a {start}{attributes}/>" * 40)), "", URL)
    assert "refused: a tag of the feed has more than 300 attributes" == parsed.error


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1737972000", datetime(2025, 1, 27, 10, 0, tzinfo=UTC)),
        (" 999999999 ", datetime(2001, 9, 9, 1, 46, 39, tzinfo=UTC)),
        ("20250127", datetime(2025, 1, 27, tzinfo=UTC)),
        ("0", None),
    ],
)
def test_seconds_since_1970_are_a_date(written: str, meant: datetime | None) -> None:
    """As scripts write them that know no other; never a year that stands somewhere in the number."""
    [one] = read(rss(item("x", more=f"<pubDate>{written}</pubDate>")), "", URL).items
    assert meant == one.published
