"""Thousands of feeds that other readers are tested with: none breaks ours, and ours finds what theirs do."""

import pytest

from monitor.feeds.clean import plain, web_link
from monitor.feeds.items import MAX_TITLE, Parsed
from monitor.feeds.parse import read
from standins import corpus

pytestmark = pytest.mark.skipif(not corpus.ROOT.is_dir(), reason="the feeds are beside the repository, not in it")

URL = "http://127.0.0.1:8097/feed"

DIFFERENCES = {
    "feedparser/tests/wellformed/base/http_item_link_base_content_location.xml": (
        "links are relative to the address that was asked; a Content-Location is what a server thinks it is called"
    ),
    "gofeed/testdata/parser/rss/rss_channel_item_illegal_char.xml": (
        "a control character parts words, as in feeds that use one for a line break; there it is dropped"
    ),
    "gofeed/testdata/parser/rss/rss_channel_item_uri_at_protocol.xml": (
        "a link element with an address as attribute and another as text: feedparser takes neither, so it has none"
    ),
}
"""Every feed on which we differ from what comes with it, with the reason."""


def parsed() -> dict[str, tuple[Parsed, corpus.Wanted | None]]:
    """Every feed as it is read here, with what is expected of it."""
    found = {}
    for path in corpus.files():
        body = path.read_bytes()
        found[corpus.name(path)] = (read(body, corpus.content_type(path, body), URL), corpus.wanted(path, body))
    return found


def differs(read_here: Parsed, wanted: corpus.Wanted) -> bool:
    """Whether the number of items, a title or a link is another one, both cleaned alike."""
    items = read_here.items
    if wanted.count not in {None, len(items)}:
        return True
    clean = {"title": lambda text: plain(text, MAX_TITLE), "link": lambda text: web_link(text, URL)}
    return any(
        place >= len(items) or clean[field](text) != getattr(items[place], field)
        for (place, field), text in wanted.fields.items()
    )


def test_every_feed_goes_through_and_items_are_those_that_other_readers_find() -> None:
    """No crash in any; count, titles and links agree wherever they are expected, but for the differences listed."""
    found = parsed()
    compared = {name: wanted for name, (_, wanted) in found.items() if wanted}
    assert (len(found) > 3000, len(compared) > 600) == (True, True)
    differences = {name for name, wanted in compared.items() if differs(found[name][0], wanted)}
    assert set(DIFFERENCES) == differences
    assert [] == [name for name, (one, _) in found.items() if "gave up" in one.error or "\n" in one.error + one.note]
