"""Fetches feeds over HTTP as a publisher would like it done: the edge behind `NewsSource`.

Asks conditionally with validators byte for byte, follows redirects by hand so that every hop passes the guard, bounds
time and size, and hands bodies to processes that can be killed: one for ordinary feeds that could be read last time,
some for the rest, so that a hostile feed holds up none that is well. What comes of it is decided in `poll`; nothing a
feed does raises.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from config.types import Feed, Settings
from monitor.feeds import parse
from monitor.feeds.body import ACCEPTED, LARGE, read_body
from monitor.feeds.clean import one_line
from monitor.feeds.errors import FeedError, Timeouts, explain, status_error
from monitor.feeds.guard import guarded_sockets, is_allowed
from monitor.feeds.items import Item, Parsed
from monitor.feeds.names import SystemNames
from monitor.feeds.poll import Body, Outcome, Reach, Trouble, apart, host_of, retry_after, settle
from monitor.feeds.pool import TooSlowError, Worker, WorkerError, Workers
from monitor.feeds.rhythm import fresh_for, welcome
from monitor.feeds.turns import Turns
from monitor.types import Article, FeedAnswer, FeedState

Admit = Callable[[], Awaitable[None]]

REDIRECTS = frozenset({301, 302, 303, 307, 308})
QUICK = 0.2
"""The part of the time for parsing that a feed has among those that were read last time."""

FOR_GOOD = frozenset({301, 308})
WANT_CONTACT = ("sec.gov",)
"""Hosts that serve nobody without a contact in the User-Agent (the SEC's fair access rules)."""

FEED_TYPES = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, "
    "application/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a poll may take. `parse` and `gap` are in seconds, `body` in unpacked bytes; the rest are numbers.

    `at_once` feeds that are well are asked at a time, and beside them so many `doubtful` ones: tricklers hold only each
    other up. `gap` lies between two feeds of a host; those that the settings list are the user's own, and wait for no
    turn.
    """

    timeouts: Timeouts = field(default_factory=Timeouts)
    parse: float = 10.0
    body: int = 5_000_000
    redirects: int = 5
    at_once: int = 48
    doubtful: int = 24
    per_host: int = 2
    large: int = 4
    parsers: int = 2
    gap: float = 0.5


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Page:
    """A 2xx answer (`body` is unpacked) or a 304 (`body` is None), with the validators to send next time.

    `fresh` is for how long it says that it stays as it is, `moved` where permanent redirects led before it was found.
    """

    url: str
    body: bytes | None
    content_type: str
    etag: str | None
    last_modified: str | None
    fresh: timedelta = timedelta()
    moved: str = ""


@dataclass(frozen=True, slots=True)
class Polled:
    """One feed's outcome and items, with its state before, the host that was asked, and when the answer was there."""

    feed: Feed
    state: FeedState
    host: str
    outcome: Outcome
    items: tuple[Item, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look at an address found; `page.body` is not None."""

    page: Page
    parsed: Parsed


class HttpNews:
    """RSS and Atom feeds over HTTP. `settings` may be replaced between two polls.

    Must be closed from the event loop it was used on.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        limits: Limits = LIMITS,
        resolver: AbstractResolver | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """Open nothing yet; `resolver` None is the system's, without a `clock` no poll takes any time."""
        self.settings = settings
        self._clock = clock
        self._closed: dict[str, datetime] = {}
        self._limits = limits
        self._names = resolver or SystemNames(limits.at_once, limits.timeouts.name)
        quick = limits.parse * QUICK
        self._quick, self._patient = Worker(quick), Workers(limits.parsers, limits.parse - quick)
        self._bulky = asyncio.Semaphore(max(limits.parsers - 1, 1))
        self._turns = Turns(limits.gap)
        self._reach = Reach()
        self._slots = {well: asyncio.Semaphore(limits.at_once if well else limits.doubtful) for well in (True, False)}
        self._large = asyncio.Semaphore(limits.large)
        self._hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(limits.per_host))
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def poll(
        self, due: Sequence[tuple[Feed, FeedState]], now: datetime
    ) -> AsyncGenerator[Sequence[FeedAnswer], None]:
        """Ask all of `due` at once, within the limits; one answer each, as they come.

        A host that cannot be reached is told when another one has been, which shows that the network is up, or at the
        end. Polls that nobody waits for any longer are broken off.
        """
        arrived: asyncio.Queue[Polled] = asyncio.Queue()

        async def ask(feed: Feed, state: FeedState) -> None:
            await arrived.put(await self._poll(feed, state, now))

        crowds = Counter(host_of(state) for _, state in due)
        asking = [asyncio.create_task(ask(feed, state)) for feed, state in due]
        try:
            left = len(asking)
            unreached: list[Polled] = []
            while left:
                polled = [await arrived.get()]
                while not arrived.empty():
                    polled.append(arrived.get_nowait())
                left -= len(polled)
                unreached += (one for one in polled if one.outcome.trouble is Trouble.CONTACT)
                ready = [one for one in polled if one.outcome.trouble is not Trouble.CONTACT]
                self._reach = self._reach.after((one.host, one.outcome) for one in polled)
                if self._reach.is_up or not left:
                    ready += unreached
                    unreached = []
                if ready:
                    yield [self._answer(one, crowds[host_of(one.state)] > self._limits.per_host) for one in ready]
        finally:
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)

    def _answer(self, one: Polled, in_a_crowd: bool) -> FeedAnswer:
        outcome = self._reach.blame(one.outcome)
        state = settle(one.state, outcome, one.at, self.settings.poll_news)
        state = apart(state, one.at) if in_a_crowd else state
        error = state.error if outcome.trouble is Trouble.CLOSED else outcome.error
        return FeedAnswer(state, tuple(article(one.feed, item, one.at) for item in one.items if item.title), error)

    async def _poll(self, feed: Feed, state: FeedState, now: datetime) -> Polled:
        trail: list[URL] = []
        host = ""
        try:
            url = address(state.moved or feed.url)
            host = url.host or ""
            async with self._hosts[host]:
                await self._turn(url)
                async with self._slots[is_well(state)]:
                    outcome, items = await self._ask(url, state, now, trail)
        except WorkerError as error:
            outcome, items = Outcome(Trouble.ANSWER, str(error)), ()
        except Exception as error:  # noqa: BLE001  one feed, whatever it did, must not cost the others their poll
            last = (trail[-1].host or "") if trail else host
            outcome, items = explain(error, self._limits.timeouts, last if last != host else ""), ()
            if outcome.retry_after and outcome.trouble is not Trouble.CLOSED:
                self._closed[last] = outcome.retry_after
        return Polled(feed, state, host, outcome, items, self._at(now))

    async def _turn(self, url: URL) -> None:
        """Wait until the host may be asked for one more of its feeds."""
        if not is_allowed(url.host or "", url.port, self.settings.allow):
            await asyncio.sleep(self._turns.wait(url.host or "", asyncio.get_running_loop().time()))

    async def _ask(
        self, url: URL, state: FeedState, now: datetime, trail: list[URL]
    ) -> tuple[Outcome, tuple[Item, ...]]:
        async with AsyncExitStack() as room:
            page = await self._in_time(url, state, now, trail, room)
            return await self._read(page, state)

    async def _in_time(self, url: URL, state: FeedState, now: datetime, trail: list[URL], room: AsyncExitStack) -> Page:
        """As `_get`, within the time for a whole answer. Waiting for a place for a large body does not count."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._limits.timeouts.total) as limit:

            async def admit() -> None:
                left = (limit.when() or 0.0) - loop.time()
                limit.reschedule(None)
                await room.enter_async_context(self._large)
                limit.reschedule(loop.time() + left)

            return await self._get(url, state, now, trail, admit)

    async def _read(self, page: Page, state: FeedState) -> tuple[Outcome, tuple[Item, ...]]:
        good = Outcome(etag=page.etag, last_modified=page.last_modified, fresh=page.fresh, moved=page.moved)
        if page.body is None:
            return good, ()
        digest = blake2b(page.body, digest_size=10).hexdigest()
        if digest == state.digest and not state.failures:
            return good, ()
        parsed = await self._parse(state, page, page.body)
        if parsed.error:
            return Outcome(Trouble.ANSWER, parsed.error), ()
        times = tuple(item.published for item in parsed.items if item.published)
        return replace(good, body=Body(digest, parsed.wishes, times, parsed.note)), parsed.items

    async def look(self, url: str, now: datetime) -> Looked:
        """One address as a poll would find it, whatever is there. Raises FeedError in words for people."""
        state, trail = FeedState("", now), list[URL]()
        try:
            async with AsyncExitStack() as room:
                page = await self._in_time(address(url), state, now, trail, room)
                parsed = await self._parse(state, page, page.body or b"")
        except WorkerError as error:
            raise FeedError(str(error)) from error
        except Exception as error:
            elsewhere = (trail[-1].host or "") if trail and trail[-1].host != URL(url).host else ""
            raise FeedError(explain(error, self._limits.timeouts, elsewhere).error) from error
        return Looked(page, parsed)

    async def _parse(self, state: FeedState, page: Page, body: bytes) -> Parsed:
        """The items of `body`. Raises WorkerError.

        A feed that could be read last time and is of an ordinary size is quick, and shares a process with its like; one
        that is slow all the same is broken off, and goes where all others are parsed, so that it delays only those.
        There small ones go first, and one process is never lent to large ones.
        """
        work = parse.read, body, page.content_type, page.url
        if len(body) > LARGE:
            async with self._bulky:
                return await self._patient.run(*work, size=len(body))
        if is_well(state):
            with suppress(TooSlowError):
                return await self._quick.run(*work)
        return await self._patient.run(*work, size=len(body))

    async def _get(self, url: URL, state: FeedState, now: datetime, trail: list[URL], admit: Admit) -> Page:
        """The feed's page, over as many redirects as allowed; `trail` is given every address that is asked.

        `admit` is waited for before a large body is read.

        Raises FeedError and what aiohttp raises.
        """
        headers = self._headers(state)
        moved, for_good = "", True
        for _ in range(self._limits.redirects + 1):
            trail.append(url)
            self._check_open(url, state, self._at(now))
            async with self._session(url).get(url, headers=headers, allow_redirects=False) as response:
                if response.status not in REDIRECTS or "Location" not in response.headers:
                    return replace(await self._page(response, state, now, admit), moved=moved)
                target = address(response.headers["Location"], url)
                for_good = for_good and response.status in FOR_GOOD and target.scheme >= url.scheme
                url = target
                moved = str(url) if for_good else moved
        raise FeedError(f"redirects more than {self._limits.redirects} times")

    def _at(self, now: datetime) -> datetime:
        """The time at this moment of a pass that began at `now`."""
        return self._clock() if self._clock else now

    def _check_open(self, url: URL, state: FeedState, now: datetime) -> None:
        """Raises FeedError if the host wants to know whom it serves and is not told, or no request before a time."""
        name = url.host or ""
        if not self.settings.contact and any(f".{name}".endswith(f".{host}") for host in WANT_CONTACT):
            raise FeedError(
                f"{name} asks its readers for a contact: set `contact` in aftershock.yaml", Trouble.SETTINGS
            )
        until = self._closed.get(url.host or "")
        if until and until > now:
            raise FeedError("its host asked for a pause", Trouble.CLOSED, retry_after=until)
        if (later := welcome(now, state.wishes)) > now:  # its turn came late
            raise FeedError("its publisher skips this hour", Trouble.CLOSED, retry_after=later)

    async def _page(self, response: aiohttp.ClientResponse, state: FeedState, now: datetime, admit: Admit) -> Page:
        etag, last_modified = _raw(response, b"etag"), _raw(response, b"last-modified")
        content_type = response.headers.get("Content-Type", "")
        if response.status == HTTPStatus.NOT_MODIFIED and (state.etag or state.last_modified):
            kept = etag or state.etag, last_modified or state.last_modified
            return Page(str(response.url), None, content_type, *kept, fresh_for(response.headers))
        if response.status not in range(200, 300):
            wait = retry_after(response.headers.get("Retry-After", ""), self._at(now))
            raise status_error(response.status, wait, contact=self.settings.contact)
        encoding = response.headers.get("Content-Encoding", "")
        body = await read_body(response.content.iter_any(), encoding, self._limits.body, admit)
        return Page(str(response.url), body, content_type, etag, last_modified, fresh_for(response.headers))

    def _headers(self, state: FeedState) -> dict[str, str]:
        headers = {"User-Agent": user_agent(self.settings.contact), "Accept": FEED_TYPES, "Accept-Encoding": ACCEPTED}
        if state.etag:
            headers["If-None-Match"] = state.etag
        if state.last_modified:
            headers["If-Modified-Since"] = state.last_modified
        return headers

    def _session(self, url: URL) -> aiohttp.ClientSession:
        """The session for `url`: one that checks every address, or one that does not for hosts the settings list."""
        guarded = not is_allowed(url.host or "", url.port, self.settings.allow)
        if guarded not in self._sessions:
            timeouts = self._limits.timeouts
            self._sessions[guarded] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._limits.at_once + self._limits.doubtful,
                    resolver=self._names,
                    socket_factory=guarded_sockets(lambda: self.settings.allow) if guarded else None,
                ),
                timeout=aiohttp.ClientTimeout(sock_connect=timeouts.connect, sock_read=timeouts.read),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            )
        return self._sessions[guarded]

    async def close(self) -> None:
        """Let go of connections, of look-ups and of the parsing process; no poll after that."""
        sessions, self._sessions = list(self._sessions.values()), {}
        for session in sessions:
            await session.close()
        await self._names.close()
        await asyncio.gather(self._quick.close(), self._patient.close())


def address(text: str, base: URL | None = None) -> URL:
    """`text` as an http(s) address, relative to `base` if given. Raises FeedError for any other."""
    try:
        url = base.join(URL(text)) if base else URL(text)
    except ValueError as error:
        raise FeedError("not an address that can be asked", Trouble.SETTINGS) from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise FeedError(f"only http and https addresses are read: {url}", Trouble.SETTINGS)
    return url


def is_well(state: FeedState) -> bool:
    """Whether a feed could be read the last time."""
    return state.known and not state.failures


def article(feed: Feed, item: Item, seen: datetime) -> Article:
    """An item as an article; its id is the feed's with the item's, so unique and the same on every poll."""
    return Article(
        id=f"{feed.id}:{item.id}",
        feed=feed.id,
        link=item.link,
        title=item.title,
        summary=item.summary,
        published=item.published,
        seen=seen,
        symbols=item.symbols,
        guid=item.guid,
    )


def user_agent(contact: str) -> str:
    """What publishers see; `contact` is how they reach the person who runs this."""
    try:
        name = f"Aftershock/{version('aftershock')}"
    except PackageNotFoundError:
        name = "Aftershock"
    contact = one_line(contact).encode("ascii", "ignore").decode()
    return f"{name} (feed reader; contact: {contact})" if contact else f"{name} (feed reader)"


def _raw(response: aiohttp.ClientResponse, name: bytes) -> str | None:
    """A header byte for byte; None where aiohttp could not send it back as it came (control characters, no UTF-8)."""
    for key, value in response.raw_headers:
        if key.lower() == name:
            text = value.decode("utf-8", "replace")
            return text if text and text.isprintable() and text.encode() == value else None
    return None
