"""What an article's address is, whatever aggregators and counters hang around it."""

import base64

import pytest

from monitor.feeds.links import canonical, feed_address, site, unwrapped

INNER = "https://wire.example/2025/01/27/chips?id=7"


def google(inner: bytes, head: bytes = b"\x08\x13\x22", tail: bytes = b"\xd2\x01\x00") -> str:
    """A Google News address of the kind that holds the publisher's."""
    size = bytes([len(inner)]) if len(inner) < 128 else bytes([len(inner) & 0x7F | 0x80, len(inner) >> 7])
    name = base64.urlsafe_b64encode(head + size + inner + tail).rstrip(b"=").decode()
    return f"https://news.google.com/rss/articles/{name}?oc=5"


@pytest.mark.parametrize(
    ("link", "inner"),
    [
        (google(INNER.encode()), INNER),
        (google(INNER.encode(), tail=b"\xd2\x01\x24https://wire.example/amp/chips/x/y/z"), INNER),
        (google((INNER + "&more=" + "x" * 200).encode()), INNER + "&more=" + "x" * 200),
        (google(INNER.encode()).replace("/rss/articles/", "/articles/"), INNER),
        ("https://www.google.com/url?rct=j&sa=t&url=https://wire.example/2025/01/27/chips%3Fid%3D7&ct=ga", INNER),
        (
            "https://www.bing.com/news/apiclick.aspx?ref=x&url=https%3a%2f%2fwire.example%2f2025",
            "https://wire.example/2025",
        ),
        (f"https://www.google.com/url?q={google(INNER.encode())}", INNER),
    ],
)
def test_an_address_inside_an_aggregators_is_taken_out(link: str, inner: str) -> None:
    """Google News' old kind, Google Alerts, Bing News, one in another."""
    assert inner == unwrapped(link)


@pytest.mark.parametrize(
    "link",
    [
        INNER,
        "",
        "http://[::1",
        "https://news.google.com/rss/articles/CBMiAUFVX3lxTE9uZQ?oc=5",
        "https://news.google.com/rss/articles/" + "A" * 2999,
        google(b"javascript:alert(1)"),
        "https://www.google.com/url?url=javascript:alert(1)",
        "https://www.google.com/search?url=https://wire.example/",
        "https://notgoogle.example/url?url=https://wire.example/",
    ],
)
def test_what_holds_no_address_stays_as_it_is(link: str) -> None:
    """Newer Google News addresses hold a number that only Google can look up; nothing but http(s) is taken out."""
    assert link == unwrapped(link)


@pytest.mark.parametrize(
    "link",
    [
        "https://wire.example/Story-1?id=7&b=",
        "http://www.wire.example:80/Story-1/?b=&id=7",
        "https://m.wire.example/Story-1?utm_source=rss&id=7&b=&utm_medium=feed#comments",
        "https://WIRE.example./Story-1/amp?id=7&b=&fbclid=abc&at_medium=RSS&smid=url&guccounter=1",
        "https://wire.example/Story-1/index.html?id=7&b=&mod=rss_x&ref=rss",
        "https://www.google.com/url?url=https%3A%2F%2Fwire.example%2FStory-1%3Fid%3D7%26b%3D",
    ],
)
def test_all_addresses_of_a_page_are_one(link: str) -> None:
    """Scheme, port, www, phone pages, tracking, order and wrapping make no difference."""
    assert "wire.example/Story-1?b=&id=7" == canonical(link)


@pytest.mark.parametrize(
    "link",
    [
        "https://wire.example/story-1?id=7&b=",
        "https://wire.example/Story-1?id=8&b=",
        "https://lab.example/Story-1?id=7&b=",
    ],
)
def test_other_pages_stay_apart(link: str) -> None:
    """Another path, another number, another host."""
    assert canonical("https://wire.example/Story-1?id=7&b=") != canonical(link)


@pytest.mark.parametrize("link", ["", "https://wire.example", "https://wire.example/?utm_source=rss#x", "http://[::1"])
def test_a_front_page_tells_nothing_apart(link: str) -> None:
    """Feeds without links of their own give it for every item."""
    assert "" == canonical(link)


def test_a_site_is_its_host_without_what_stands_for_a_phone() -> None:
    """And nothing for what is no address."""
    assert ("wire.example", "") == (site("https://m.wire.example/x"), site("http://[::1"))


@pytest.mark.parametrize(
    "other",
    ["http://wire.example/rss?hl=de", "https://WWW.wire.example:443/rss/?hl=de", " https://wire.example./rss?hl=de\n"],
)
def test_a_feed_is_the_same_under_http_www_and_a_last_slash(other: str) -> None:
    """Nobody follows it twice for that."""
    assert feed_address("https://wire.example/rss?hl=de") == feed_address(other)


@pytest.mark.parametrize(
    "other",
    ["https://wire.example/rss?hl=en", "https://wire.example/rss", "https://wire.example:8443/rss?hl=de", "http://["],
)
def test_another_edition_is_another_feed(other: str) -> None:
    """What counts for nothing in a page's address may choose a feed."""
    assert feed_address("https://wire.example/rss?hl=de") != feed_address(other)
