"""Polling feeds over real HTTP: politely, within limits, and with a plain line for everything that goes wrong."""

import asyncio
import gzip
import socket
import threading
import zlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from aiohttp.abc import AbstractResolver, ResolveResult

from config.types import Feed, Settings
from monitor.feeds.errors import Timeouts
from monitor.feeds.fetch import HttpNews, Limits, user_agent
from monitor.feeds.poll import NEVER, due
from monitor.types import Article, FeedAnswer, FeedState
from standins.names import Names
from standins.polls import polled
from standins.web import Answer, Request, Web, conditional, item, rss

NOW = datetime(2025, 1, 27, 15, 0, tzinfo=UTC)
EVERY = timedelta(minutes=5)
LIMITS = Limits(Timeouts(5.0, 5.0, 5.0, 10.0), parse=5.0)
BODY = rss(item("A lab opens its model", guid="g1", link="https://lab.example/1", published=NOW - EVERY))


@pytest.fixture
def web() -> Iterator[Web]:
    """A server that is up during the test."""
    with Web() as server:
        yield server


@pytest_asyncio.fixture
async def news(web: Web) -> AsyncIterator[HttpNews]:
    """The source, allowed to ask the server."""
    source = HttpNews(Settings(contact="ops@desk.example", allow=frozenset({web.place})), limits=LIMITS)
    yield source
    await source.close()


async def poll(source: HttpNews, url: str, state: FeedState | None = None) -> FeedAnswer:
    """One poll of one feed at NOW."""
    feed = Feed("wire", url, "A wire")
    [answer] = await polled(source, [(feed, state)] if state else due([feed], {}, NOW), NOW)
    return answer


async def test_new_items_become_articles_seen_now(web: Web, news: HttpNews) -> None:
    """An item has the feed's id in its own, its claimed time, and the time we had it."""
    answer = await poll(news, web.feed("/rss", BODY, '"v1"', "Mon, 27 Jan 2025 14:55:00 GMT"))
    [article] = answer.articles
    told = Article(
        article.id, "wire", "https://lab.example/1", "A lab opens its model", "", NOW - EVERY, NOW, guid="g1"
    )
    assert told == article
    assert article.id.startswith("wire:")
    state = FeedState(
        "wire", NOW + EVERY, '"v1"', "Mon, 27 Jan 2025 14:55:00 GMT", last_success=NOW, url=web.url("/rss")
    )
    learnt = replace(state, earliest=NOW, newest=NOW - EVERY, digest=answer.state.digest)
    assert (learnt, True) == (answer.state, bool(answer.state.digest))
    assert "" == answer.error


async def test_an_unchanged_feed_is_not_sent_again(web: Web, news: HttpNews) -> None:
    """The second request carries both validators and no article comes of its 304."""
    url = web.feed("/rss", BODY, '"v1"', "Mon, 27 Jan 2025 14:55:00 GMT")
    first = await poll(news, url)
    second = await poll(news, url, first.state)
    unconditional, conditional_ = web.requests("/rss")
    assert {"if-none-match", "if-modified-since"}.isdisjoint(unconditional.headers)
    assert ('"v1"', "Mon, 27 Jan 2025 14:55:00 GMT") == (
        conditional_.headers["if-none-match"],
        conditional_.headers["if-modified-since"],
    )
    assert FeedAnswer(first.state) == second


@pytest.mark.parametrize("etag", [b'W/"weak, \\"and\\" odd"', b"unquoted", '"café-ü"'.encode(), b'"a"; note', b'""'])
async def test_validators_go_back_byte_for_byte(web: Web, news: HttpNews, etag: bytes) -> None:
    """Weak, unquoted and non-ASCII tags, and dates in no known form."""
    raw = b"HTTP/1.1 200 OK\r\nETag: " + etag + b"\r\nLast-Modified: a while ago\r\nContent-Length: %d\r\n\r\n"
    url = web.serve("/rss", Answer(raw=raw % len(BODY) + BODY), Answer(304))
    await poll(news, url, (await poll(news, url)).state)
    headers = web.requests("/rss")[1].headers
    assert (etag, "a while ago") == (headers["if-none-match"].encode("latin-1"), headers["if-modified-since"])


async def test_a_validator_that_cannot_be_sent_back_is_not_kept(web: Web, news: HttpNews) -> None:
    """Bytes that are no text cost a full answer next time, not the feed."""
    raw = b'HTTP/1.1 200 OK\r\nETag: "\xff\xfe"\r\nContent-Length: %d\r\n\r\n' % len(BODY) + BODY
    url = web.serve("/rss", Answer(raw=raw))
    first = await poll(news, url)
    assert None is first.state.etag
    assert "" == (await poll(news, url, first.state)).error


async def test_the_etag_of_a_304_is_kept(web: Web, news: HttpNews) -> None:
    """A server may rename what has not changed; what it does not mention stays."""
    state = FeedState("wire", NOW, '"v1"', "yesterday", last_success=NOW - EVERY)
    url = web.serve("/rss", Answer(304, headers={"ETag": '"v2"'}))
    answer = await poll(news, url, state)
    assert ('"v2"', "yesterday", NOW) == (answer.state.etag, answer.state.last_modified, answer.state.last_success)


async def test_a_304_that_was_not_asked_for_is_an_error(web: Web, news: HttpNews) -> None:
    """Nothing was ever read, so nothing can be unchanged."""
    answer = await poll(news, web.serve("/rss", Answer(304)))
    assert ("304 Not Modified", False) == (answer.error, answer.state.known)


async def test_a_body_that_cannot_be_read_does_not_count_as_had(web: Web, news: HttpNews) -> None:
    """The validators of an error page are not kept: else its 304 would pass for success."""
    page = conditional(Answer(body=b"<html><body>Maintenance</body></html>"), '"error page"')
    url = web.serve("/rss", page)
    state = FeedState("wire", NOW, '"v1"', last_success=NOW - EVERY)
    for failures in (1, 2):
        answer = await poll(news, url, state)
        state = answer.state
        assert ("answered with a web page, not a feed", '"v1"', failures) == (answer.error, state.etag, state.failures)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, "301 Moved Permanently"),
        (401, "401 Unauthorized: the feed wants a login"),
        (403, "403 Forbidden: the publisher turns this reader away"),
        (404, "404 Not Found: the feed's address has probably changed"),
        (429, "429 Too Many Requests: polled too often for this publisher"),
        (500, "500 Internal Server Error"),
        (599, "599"),
    ],
)
async def test_an_http_error_is_told_by_its_name(web: Web, news: HttpNews, status: int, error: str) -> None:
    """Number, phrase, and what it likely means; tried again after the interval."""
    answer = await poll(news, web.serve("/rss", Answer(status, b"<html>Oops</html>")))
    assert (error, error, NOW + EVERY) == (answer.error, answer.state.error, answer.state.next_poll)


async def test_a_403_says_that_some_want_a_contact_where_none_is_set(web: Web, news: HttpNews) -> None:
    """The SEC turns away readers that do not say who they are."""
    news.settings = replace(news.settings, contact="")
    answer = await poll(news, web.serve("/rss", Answer(403)))
    assert answer.error.endswith("; some (the SEC) want a `contact` in aftershock.yaml")


async def test_a_feed_that_is_gone_is_not_polled_again(web: Web, news: HttpNews) -> None:
    """410 is the publisher's last word."""
    answer = await poll(news, web.serve("/rss", Answer(410)))
    assert "410 Gone: the publisher has ended this feed; it is not polled again" == answer.error
    assert NEVER == answer.state.next_poll


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("header", ["7200", "Mon, 27 Jan 2025 17:00:00 GMT"])
async def test_retry_after_is_obeyed(web: Web, news: HttpNews, status: int, header: str) -> None:
    """In seconds and as a date."""
    answer = await poll(news, web.serve("/rss", Answer(status, headers={"Retry-After": header})))
    assert NOW + timedelta(hours=2) == answer.state.next_poll


async def test_redirects_are_followed(web: Web, news: HttpNews) -> None:
    """Of every kind, relative and absolute; links in the feed are relative to where it was found."""
    url = web.serve("/a", Answer(301, headers={"Location": "/b"}))
    web.serve("/b", Answer(302, headers={"Location": "c?x=1"}))
    web.serve("/c?x=1", Answer(303, headers={"Location": web.url("/d")}))
    web.serve("/d", Answer(307, headers={"Location": "/e"}))
    web.serve("/e", Answer(308, headers={"Location": "/news/rss"}))
    web.serve("/news/rss", Answer(body=rss(item("Moved", guid="1", link="story"))))
    answer = await poll(news, url)
    assert [web.url("/news/story")] == [a.link for a in answer.articles]


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("/rss", "redirects more than 5 times"),
        ("ftp://lab.example/rss", "only http and https addresses are read: ftp://lab.example/rss"),
        ("http://[::1", "not an address that can be asked"),
        ("", "redirects more than 5 times"),
    ],
)
async def test_a_redirect_that_leads_nowhere_is_told(web: Web, news: HttpNews, location: str, error: str) -> None:
    """Loops, other schemes, broken addresses."""
    answer = await poll(news, web.serve("/rss", Answer(302, headers={"Location": location})))
    assert error == answer.error


async def test_an_error_after_a_redirect_names_the_host(web: Web, news: HttpNews) -> None:
    """Else one would look for it at the wrong place."""
    location = f"http://localhost:{web.place.partition(':')[2]}/elsewhere"
    news.settings = replace(news.settings, allow=frozenset({web.place, "localhost"}))
    answer = await poll(news, web.serve("/rss", Answer(302, headers={"Location": location})))
    assert (
        "404 Not Found: the feed's address has probably changed (at localhost, where the feed redirects to)"
        == answer.error
    )


async def test_a_closed_port_is_told_as_connection_refused(news: HttpNews) -> None:
    """Nobody listens there."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{held.getsockname()[1]}"
        news.settings = replace(news.settings, allow=frozenset({place}))
        assert "connection refused" == (await poll(news, f"http://{place}/rss")).error


async def test_a_name_that_does_not_exist_is_told(news: HttpNews) -> None:
    """The top-level domain `invalid` is reserved for names that never resolve."""
    assert (await poll(news, "http://feeds.invalid/rss")).error.startswith("name not resolved")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(raw=b""), "closed the connection without an answer"),
        (Answer(raw=b"SSH-2.0-OpenSSH_9.2\r\n"), "answered with something that is not HTTP"),
        (Answer(body=BODY, length=len(BODY) + 10), "the answer broke off"),
        (Answer(204), "answered with an empty page"),
        (Answer(body=gzip.compress(BODY)[:-20], headers={"Content-Encoding": "gzip"}), "the answer broke off"),
        (
            Answer(body=b"\x1f\x8bnonsense", headers={"Content-Encoding": "gzip"}),
            "answered with broken gzip data",
        ),
        (
            Answer(body=BODY, headers={"Content-Encoding": "br"}),
            "answered in an encoding that was not asked for: br",
        ),
    ],
)
async def test_a_broken_answer_is_told_plainly(web: Web, news: HttpNews, answer: Answer, error: str) -> None:
    """Each in its own words, without a trace of the library's."""
    assert error == (await poll(news, web.serve("/rss", answer))).error


def raw_deflate(body: bytes) -> bytes:
    """Deflate as some servers send it, without zlib's header."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(BODY)),
        ("X-GZIP", gzip.compress(BODY[:100]) + gzip.compress(BODY[100:])),
        ("gzip", gzip.compress(BODY) + b"\0\0padding"),
        ("gzip", BODY),
        ("deflate", zlib.compress(BODY)),
        ("deflate", raw_deflate(BODY)),
        ("identity", BODY),
    ],
)
async def test_packed_feeds_are_unpacked(web: Web, news: HttpNews, encoding: str, body: bytes) -> None:
    """In one member or several, with padding, with or without a header, or not packed at all."""
    answer = await poll(news, web.serve("/rss", Answer(body=body, headers={"Content-Encoding": encoding})))
    assert ("", ["A lab opens its model"]) == (answer.error, [a.title for a in answer.articles])


@pytest.mark.parametrize("packed", [True, False])
async def test_a_feed_that_is_too_large_is_dropped_at_the_cap(web: Web, news: HttpNews, *, packed: bool) -> None:
    """A hundred megabytes in a hundred kilobytes are never unpacked, and six plain ones not read to the end."""
    if packed:
        packer = zlib.compressobj(wbits=31)
        body = b"".join(packer.compress(bytes(1_000_000)) for _ in range(100)) + packer.flush()
        answer = Answer(body=body, headers={"Content-Encoding": "gzip"})
    else:
        answer = Answer(body=bytes(6_000_000))
    assert "the feed is larger than 5 MB" == (await poll(news, web.serve("/rss", answer))).error


@pytest.mark.parametrize(
    ("answer", "timeouts", "error"),
    [
        (Answer(delay=60), Timeouts(5, 5, 0.2, 5), "no more data for 0.2 s"),
        (Answer(delay=60), Timeouts(5, 5, 5, 0.2), "no whole answer within 0.2 s"),
        (Answer(body=BODY, trickle=0.05), Timeouts(5, 5, 5, 0.3), "no whole answer within 0.3 s"),
    ],
)
async def test_a_server_that_takes_too_long_is_left(web: Web, answer: Answer, timeouts: Timeouts, error: str) -> None:
    """Silent, or trickling a byte at a time so as to outlive a timeout between reads."""
    source = HttpNews(Settings(allow=frozenset({web.place})), limits=Limits(timeouts))
    try:
        assert error == (await poll(source, web.serve("/rss", answer))).error
    finally:
        await source.close()


async def test_publishers_see_who_asks_and_how_to_reach_them(web: Web, news: HttpNews) -> None:
    """User-Agent with the contact, what is read, what is unpacked; and no cookie is ever sent back."""
    url = web.serve("/rss", Answer(body=BODY, headers={"Set-Cookie": "id=1"}))
    await poll(news, url, (await poll(news, url)).state)
    headers = web.requests("/rss")[1].headers
    assert headers["user-agent"].startswith("Aftershock")
    assert headers["user-agent"].endswith("(feed reader; contact: ops@desk.example)")
    assert "gzip, deflate" == headers["accept-encoding"]
    assert "application/rss+xml" in headers["accept"]
    assert "cookie" not in headers


def test_a_contact_cannot_smuggle_a_header() -> None:
    """Line breaks in the settings stay out of the request."""
    assert user_agent("me\r\nX-Evil: 1 ü").endswith("(feed reader; contact: me X-Evil: 1 )")


@pytest.mark.parametrize("url", ["", "nonsense", "http://", "http://[::1", "http://a b/", "http://x:99999999/", "\0"])
async def test_an_address_that_is_none_costs_only_its_own_feed(web: Web, news: HttpNews, url: str) -> None:
    """The others are read, and the line is for people."""
    feeds = [Feed("bad", url, "Bad"), Feed("good", web.feed("/rss", BODY), "Good")]
    answers = {a.state.feed: a for a in await polled(news, due(feeds, {}, NOW), NOW)}
    assert ("", 1) == (answers["good"].error, len(answers["good"].articles))
    assert answers["bad"].error.startswith(("not an address", "only http", "name not resolved"))
    assert "\n" not in answers["bad"].error


async def test_without_a_network_every_feed_says_so_at_once_and_none_is_put_off(web: Web) -> None:
    """Names that do not resolve, hour after hour: the same plain line, and the ordinary interval."""

    class Nowhere(AbstractResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        async def close(self) -> None:
            pass

    source = HttpNews(Settings(), limits=LIMITS, resolver=Nowhere())
    feeds = [Feed(name, f"https://{name}.example/rss", name) for name in ("press", "wire", "lab", "chips")]
    states: dict[str, FeedState] = {}
    try:
        for hour in range(3):
            now = NOW + timedelta(hours=hour)
            answers = await polled(source, due(feeds, states, now), now)
            states = {a.state.feed: a.state for a in answers}
            assert {("name not resolved", now + EVERY, 0)} == {
                (a.error, a.state.next_poll, a.state.failures) for a in answers
            }
            assert 4 == len(answers)
    finally:
        await source.close()


async def test_a_name_server_that_does_not_answer_holds_up_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look-ups are given up in time, and the loop's own threads stay free while the system still waits."""
    answered = threading.Event()
    source = HttpNews(Settings(), limits=replace(LIMITS, timeouts=Timeouts(name=0.1), at_once=64))
    feeds = [Feed(f"f{n}", f"https://f{n}.example/rss", "Feed") for n in range(40)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answered.wait(60))
    try:
        answers = await polled(source, due(feeds, {}, NOW), NOW)
        assert {"name not resolved: no answer from a name server"} == {a.error for a in answers}
        assert 3 == await asyncio.wait_for(asyncio.to_thread(len, "abc"), 5)
    finally:
        answered.set()
        await source.close()


async def test_a_feed_made_to_stall_the_parser_costs_the_others_nothing(web: Web) -> None:
    """Its parsing is killed at the deadline, and a new process reads the rest."""
    slow = rss(item("x", guid="1", more="<link rel='a' href='b'/>" * 97_000))  # some seconds, as many as are let in
    feeds = [Feed("a-slow", web.serve("/slow", Answer(body=slow)), "Slow")]
    feeds += [Feed(f"b-{n}", web.feed(f"/{n}", BODY), "Good") for n in range(3)]
    source = HttpNews(Settings(allow=frozenset({web.place})), limits=replace(LIMITS, parse=0.5))
    try:
        answers = {a.state.feed: a for a in await polled(source, due(feeds, {}, NOW), NOW)}
    finally:
        await source.close()
    assert "parsing took longer than 0.4 s" == answers.pop("a-slow").error
    assert [("", 1)] * 3 == [(a.error, len(a.articles)) for a in answers.values()]


@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
async def test_a_crowd_of_hostile_feeds_holds_up_only_itself(web: Web, known: bool) -> None:
    """Bombs, servers that trickle and nesting, all due first: every ordinary feed is read before a trickler is over."""
    packer = zlib.compressobj(wbits=31)
    bomb = packer.compress(bytes(9_000_000)) + packer.flush()
    answers = {
        "bomb": Answer(body=bomb, headers={"Content-Encoding": "gzip"}),
        "trickle": Answer(body=BODY, trickle=0.5),
        "nest": Answer(body=rss(item("x", more="<a>" * 200_000))),
    }
    port = web.place.partition(":")[2]
    bad = [Feed(f"{k}-{n}", f"http://{k}-{n}.example:{port}/{k}", k) for k in answers for n in range(4)]
    for kind, answer in answers.items():
        web.serve(f"/{kind}", answer)
    well = [Feed(f"well-{n}", web.feed(f"/well-{n}", BODY), "Well") for n in range(6)]
    states = {feed.id: FeedState(feed.id, NOW, last_success=NOW, url=feed.url) for feed in well}
    if known:  # they were read once, failed since, and are due again
        ill = FeedState("", NOW - EVERY, failures=1, last_success=NOW - EVERY)
        states |= {feed.id: replace(ill, feed=feed.id, url=feed.url) for feed in bad}
    names = Names({feed.id: "127.0.0.1" for feed in bad})
    limits = Limits(Timeouts(5, 5, 5, 2), at_once=4, doubtful=2, per_host=2, large=1)
    source = HttpNews(Settings(allow=frozenset({web.place})), limits=limits, resolver=names)
    try:
        came = [
            (a.state.feed.partition("-")[0], a.error)
            for a in await polled(source, due([*bad, *well], states, NOW), NOW)
        ]
    finally:
        await source.close()
    kinds = [kind for kind, _ in came]
    assert "trickle" not in kinds[: len(kinds) - kinds[::-1].index("well")]
    wanted = {
        ("bomb", "the feed is larger than 5 MB"),
        ("trickle", "no whole answer within 2 s"),
        ("nest", "refused: the feed is nested more than 500 deep"),
        ("well", ""),
    }
    assert (wanted, 18) == (set(came), len(came))


async def test_a_host_is_asked_for_few_feeds_at_a_time(web: Web, news: HttpNews) -> None:
    """Eight feeds of one publisher come two by two, however many could be asked at once."""
    counting, pair = threading.Lock(), threading.Barrier(2, timeout=30)
    in_hand, most = 0, 0

    def count(request: Request) -> Answer:
        nonlocal in_hand, most
        with counting:
            in_hand += 1
            most = max(most, in_hand)
        pair.wait()
        with counting:
            in_hand -= 1
        return Answer(body=BODY)

    feeds = [Feed(f"f{n}", web.serve(f"/{n}", count), "Feed") for n in range(8)]
    answers = await polled(news, due(feeds, {}, NOW), NOW)
    assert [""] * 8 == [a.error for a in answers]
    assert 2 == most


async def test_a_source_can_be_closed_before_it_was_used() -> None:
    """And twice."""
    source = HttpNews(Settings())
    await source.close()
    await source.close()


async def test_a_permanent_redirect_is_remembered_once_its_target_can_be_read(web: Web, news: HttpNews) -> None:
    """The next poll goes there directly; a target that is an error page is asked for at the old place again."""
    url = web.serve("/old", Answer(308, headers={"Location": "/older"}))
    web.serve("/older", Answer(301, headers={"Location": "/new"}))
    web.serve("/new", Answer(404), conditional(Answer(body=BODY), '"v1"'))
    first = await poll(news, url)
    assert "" == first.state.moved
    second = await poll(news, url, first.state)
    assert web.url("/new") == second.state.moved
    third = await poll(news, url, second.state)
    assert ("", NOW) == (third.error, third.state.last_success)
    assert [2, 3] == [len(web.requests(path)) for path in ("/old", "/new")]


@pytest.mark.parametrize("status", [302, 303, 307])
async def test_a_temporary_redirect_is_not_remembered(web: Web, news: HttpNews, status: int) -> None:
    """Neither is what comes after one, though it be permanent."""
    url = web.serve("/old", Answer(301, headers={"Location": "/moved"}))
    web.serve("/moved", Answer(status, headers={"Location": "/now"}))
    web.serve("/now", Answer(301, headers={"Location": "/new"}))
    web.feed("/new", BODY)
    assert web.url("/moved") == (await poll(news, url)).state.moved


async def test_how_long_to_wait_is_read_from_headers_and_feed(web: Web, news: HttpNews) -> None:
    """The longer of max-age and ttl; a 304 may say something new of the one and leaves the other."""
    body = BODY.replace(b"<item>", b"<ttl>30</ttl><item>")
    answers = [
        Answer(body=body, headers={"Cache-Control": "max-age=600", "ETag": '"1"'}),
        Answer(304, headers={"Cache-Control": "max-age=7200"}),
        Answer(304),
    ]
    url = web.serve("/rss", *answers)
    state, waits = None, []
    for _ in answers:
        state = (await poll(news, url, state)).state
        waits.append((state.next_poll - NOW) / timedelta(minutes=1))
    assert [30, 120, 30] == waits


async def test_the_same_body_again_is_not_read_again(web: Web, news: HttpNews) -> None:
    """A server without validators costs a download, but no parsing and no articles."""
    url = web.serve("/rss", Answer(body=BODY))
    first = await poll(news, url)
    again = await poll(news, url, first.state)
    assert [(1, ""), (0, "")] == [(len(a.articles), a.error) for a in (first, again)]
    assert first.state == again.state


async def test_a_host_that_asks_for_a_pause_is_not_asked_for_its_other_feeds(web: Web, news: HttpNews) -> None:
    """Not even in the same pass: those wait, have not failed, and will not all come in the moment that it opens."""
    feeds = [Feed(f"f{n}", web.serve(f"/{n}", Answer(429, headers={"Retry-After": "600"})), "Feed") for n in range(9)]
    answers = await polled(news, due(feeds, {}, NOW), NOW)
    times = {a.state.next_poll - NOW for a in answers}
    assert (9, True) == (len(times), timedelta(minutes=10) <= min(times) <= max(times) <= timedelta(minutes=10.5))
    asked = [a for a in answers if a.state.failures]
    assert len(asked) == len(web.requests()) <= 2
    assert {""} == {a.error for a in answers if not a.state.failures}


async def test_a_host_that_wants_a_contact_is_not_asked_without_one() -> None:
    """The SEC turns such readers away, and after a while for good; the line says what to set."""
    source = HttpNews(Settings(), limits=LIMITS)
    try:
        answer = await poll(source, "https://www.sec.gov/cgi-bin/browse-edgar?output=atom")
    finally:
        await source.close()
    assert "www.sec.gov asks its readers for a contact: set `contact` in aftershock.yaml" == answer.error


async def test_only_a_few_large_bodies_are_held_at_a_time(web: Web) -> None:
    """Each waits for a place, which is free again when it has been parsed, and all are read."""
    body = rss(item("Large", guid="1", summary="word " * 200_000))
    feeds = [Feed(f"f{n}", web.feed(f"/{n}", body), "Feed") for n in range(4)]
    limits = replace(LIMITS, large=1, per_host=4, timeouts=Timeouts(5, 5, 60, 60), parse=60.0)
    source = HttpNews(Settings(allow=frozenset({web.place})), limits=limits)
    try:
        answers = await polled(source, due(feeds, {}, NOW), NOW)
    finally:
        await source.close()
    assert [("", 1)] * 4 == [(a.error, len(a.articles)) for a in answers]
    assert not source._large.locked()
