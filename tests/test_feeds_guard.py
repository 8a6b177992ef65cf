"""Feeds cannot make this machine talk to itself or its neighbours, unless the settings list the place."""

import socket
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from config.types import Feed, Settings
from monitor.feeds import guard
from monitor.feeds.fetch import HttpNews
from monitor.feeds.guard import AddressRefusedError, guarded_sockets, is_allowed, is_public
from monitor.feeds.poll import due
from standins.names import Names
from standins.polls import polled
from standins.web import Answer, Web, item, rss

NOW = datetime(2025, 1, 27, 15, 0, tzinfo=UTC)


SPELLINGS = """
127.0.0.1 127.1 127.0.1 127.0.0.2 127.255.255.254 127.0.0.1. 2130706433 017700000001 0x7f000001 0x7f.1 0177.0.0.1
0 0.0.0.0 localhost LOCALHOST localhost. ip6-localhost a@127.0.0.1 a:b@127.0.0.1 1.1.1.1@127.0.0.1
[::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [64:ff9b::7f00:1] [2002:7f00:1::]
①②⑦.⓪.⓪.① 127。0。0。1 127.0.0.1%00.example %31%32%37.0.0.1 127.000.000.001 0x7f.0x0.0x0.0x1 0177.1 00000177.1
[::ffff:0:127.0.0.1] [::1%25lo] [0::1] [::ffff:0x7f.0.0.1] localhost%2eexample 127.0.0.1%2f
"""
ELSEWHERE = """
10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.254 192.168.0.1 192.168.255.255 169.254.169.254 2852039166 0xa9fea9fe
0251.0376.0251.0376 100.64.0.1 192.0.0.8 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1
255.255.255.255 [fe80::1] [fe80::1%25eth0] [fc00::1] [fd00:ec2::254] [fec0::1] [ff02::1] [2001:db8::1] [100::1]
[::ffff:10.0.0.1] [::ffff:a9fe:a9fe] [::10.0.0.1] [64:ff9b::a00:1] [64:ff9b::a9fe:a9fe] [2002:c0a8:1::] [3fff::1]
"""


async def errors(news: HttpNews, *urls: str) -> list[str]:
    """Poll feeds at these addresses once and close; the error of each."""
    feeds = [Feed(f"f{number}", url, url) for number, url in enumerate(urls)]
    try:
        answers = await polled(news, due(feeds, {}, NOW), NOW)
    finally:
        await news.close()
    by_feed = {answer.state.feed: answer.error for answer in answers}
    return [by_feed[feed.id] for feed in feeds]


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104  an address to refuse
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "3fff::1",
        "::ffff:0:7f00:1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_no_private_or_special_address_is_public(address: str) -> None:
    """Loopback, private, link-local, shared, reserved, multicast, documentation, and IPv4 inside IPv6."""
    assert not is_public(address)
    with pytest.raises(AddressRefusedError):
        guarded_sockets(frozenset)((socket.AF_INET, socket.SOCK_STREAM, 0, "", (address, 80)))


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "172.32.0.1", "192.0.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::1"],
)
def test_addresses_of_the_open_internet_are_public(address: str) -> None:
    """IPv4, IPv6, and public IPv4 inside IPv6 (NAT64 is how some mobile networks reach everything)."""
    assert is_public(address)


@pytest.mark.parametrize(
    ("host", "port", "allowed"),
    [
        ("news.intra", 80, True),
        ("NEWS.intra.", 8443, True),
        ("evil-news.intra", 80, False),
        ("feeds.intra", 8000, True),
        ("feeds.intra", 8001, False),
        ("127.0.0.1", 9000, True),
        ("127.0.0.1", 9001, False),
        ("::1", 9000, True),
        ("::1", 9001, False),
        ("", None, False),
    ],
)
def test_the_settings_list_hosts_alone_or_with_a_port(host: str, port: int | None, *, allowed: bool) -> None:
    """A host listed alone is allowed on every port, one listed with a port only there."""
    listed = {"news.intra", "Feeds.intra:8000", "127.0.0.1:9000", "[::1]:9000"}
    assert allowed == is_allowed(host, port, listed)


async def test_no_spelling_of_this_machine_is_connected_to() -> None:
    """Short, octal, hexadecimal and decimal forms, IPv6, names, userinfo, other digits: not one connection."""
    hosts = SPELLINGS.split()
    with Web() as web:
        port = web.place.partition(":")[2]
        urls = [f"http://{host}:{port}/" for host in hosts] + [f"https://127.0.0.1:{port}/"]
        told = await errors(HttpNews(Settings(allow=frozenset({"127.0.0.1:1", "news.intra"}))), *urls)
        assert 0 == web.connections
    assert [] == [
        (url, error)
        for url, error in zip(urls, told, strict=True)
        if not error.startswith(("refused: ", "name not resolved", "not an address"))
    ]


async def test_no_spelling_of_a_neighbour_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Private networks, link-local ones with a cloud's secrets, all that is set aside: not even a socket is made."""
    made: list[object] = []

    def make(family: int, kind: int, protocol: int) -> socket.socket:
        made.append(family)
        raise AssertionError("a socket was made")

    monkeypatch.setattr(guard, "socket", SimpleNamespace(socket=make))
    hosts = ELSEWHERE.split()
    told = await errors(HttpNews(Settings()), *(f"http://{host}/latest/meta-data/" for host in hosts))
    assert ([], True) == (made, len(hosts) + len(SPELLINGS.split()) > 60)
    assert [] == [
        (host, error)
        for host, error in zip(hosts, told, strict=True)
        if not error.startswith(("refused: ", "name not resolved", "not an address"))
    ]


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://wire.example/", "data:text/xml,<rss/>", "/etc/passwd", ""]
)
async def test_only_http_and_https_are_read(url: str) -> None:
    """Other schemes, and what is no address at all, are told plainly."""
    [error] = await errors(HttpNews(Settings()), url)
    assert error.startswith("only http and https addresses are read")


async def test_a_public_name_that_leads_to_this_machine_is_refused() -> None:
    """What counts is where the name leads when the connection is made, and the line says how to allow it."""
    with Web() as web:
        port = int(web.place.partition(":")[2])
        news = HttpNews(Settings(), resolver=Names(wire="127.0.0.1", lab="::ffff:127.0.0.1"))
        told = await errors(news, f"http://wire.example:{port}/", f"http://lab.example:{port}/")
        assert [
            (
                f"refused: 127.0.0.1 is not a public address; if it is meant, list 127.0.0.1:{port} "
                "under network: allow: in aftershock.yaml"
            ),
            (
                f"refused: ::ffff:127.0.0.1 is not a public address; if it is meant, list [::ffff:127.0.0.1]:{port} "
                "under network: allow: in aftershock.yaml"
            ),
        ] == told
        assert 0 == web.connections


@pytest.mark.parametrize("entry", ["wire.example", "wire.example:{port}", "127.0.0.1", "127.0.0.1:{port}"])
async def test_a_listed_place_is_read(entry: str) -> None:
    """By its name or by its address, alone or with the port."""
    with Web() as web:
        port = web.place.partition(":")[2]
        web.feed("/rss", rss(item("Inside news", guid="1")))
        settings = Settings(allow=frozenset({entry.format(port=port)}))
        news = HttpNews(settings, resolver=Names(wire="127.0.0.1"))
        assert [""] == await errors(news, f"http://wire.example:{port}/rss")


async def test_a_redirect_from_a_listed_place_to_one_that_is_not_is_refused() -> None:
    """The guard is asked at every hop, also on the same machine."""
    with Web() as listed, Web() as secret:
        secret.serve("/admin", Answer(body=b"secret"))
        url = listed.serve("/rss", Answer(302, headers={"Location": secret.url("/admin")}))
        [error] = await errors(HttpNews(Settings(allow=frozenset({listed.place}))), url)
        assert error.startswith("refused: 127.0.0.1 is not a public address")
        assert (1, 0) == (listed.connections, secret.connections)


async def test_a_place_that_is_no_longer_listed_is_refused_from_then_on() -> None:
    """Settings that are edited while running count at the next poll, open connections or not."""
    with Web() as web:
        feed = Feed("wire", web.feed("/rss", rss(item("Inside news", guid="1"))), "A wire")
        news = HttpNews(Settings(allow=frozenset({web.place})))
        try:
            [before] = await polled(news, due([feed], {}, NOW), NOW)
            news.settings = Settings()
            [after] = await polled(news, due([feed], {}, NOW), NOW)
        finally:
            await news.close()
        assert ("", True) == (before.error, after.error.startswith("refused: "))
        assert 1 == len(web.requests())
