"""Publishers on a simulated clock that know what a good reader may do, and note each time that one does otherwise.

They stand where aiohttp's session does, so that all of the reader but its sockets is the real one, and a week of
polling takes a minute.
"""

import random
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from multidict import CIMultiDict
from yarl import URL

from config.types import Settings
from monitor.feeds.fetch import LIMITS, HttpNews, Page
from monitor.feeds.items import Parsed
from monitor.feeds.parse import read
from monitor.feeds.poll import FORGET_MOVE_AFTER
from monitor.types import FeedState
from standins.web import item, rss

MINUTE = timedelta(minutes=1)
SKIPPED = (2, 3, 4)
"""Hours in which those that skip hours want no request."""

VALIDATORS = (
    *[frozenset({"etag", "modified"})] * 4,
    frozenset({"etag"}),
    frozenset({"modified"}),
    *[frozenset({"etag", "modified"})] * 6,
    frozenset[str](),
)
"""What publishers give their readers to ask with: most both, some one, few none."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a reader that has one answer of a publisher knows, and has to keep to.

    `etag` and `modified` are the validators that came last, "" for none; `read` whether any body or 304 ever came;
    `settled` whether one came from the address that the feed has moved to; `failed` how many answers in a row were
    errors; `closed` until when this one asked for a pause.
    """

    etag: str = ""
    modified: str = ""
    read: bool = False
    settled: bool = False
    failed: int = 0
    closed: datetime | None = None


@dataclass
class Publisher:
    """One feed at `http://{host}/{name}` and what it wants of its readers.

    `gap` is the mean time between its items. `ttl` and `max_age` are minutes that a reader has to wait; `skips` whether
    it closes at night. `broken` makes it answer 503 or 429 with a Retry-After now and then, for its whole host, whose
    closing time all of its feeds find in `doors`; `moves` is when it goes to another address for good; `fickle` renames
    its validators with every 304. `gives` are the validators it has, any of "etag" and "modified".

    What a reader was told counts from the moment it was sent, unless `unheard` takes it back.
    """

    name: str
    host: str
    gap: timedelta
    dice: random.Random
    doors: dict[str, datetime] = field(default_factory=dict)
    ttl: int = 0
    max_age: int = 0
    skips: bool = False
    broken: float = 0.0
    moves: datetime | None = None
    fickle: bool = False
    dated: bool = True
    gives: frozenset[str] = frozenset({"etag", "modified"})
    asked: int = 0
    unconditional: int = 0
    excused: int = 0
    lost: int = 0
    shown: set[int] = field(default_factory=set)
    early: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    last: datetime | None = None
    said: Said = Said()
    _before: Said = Said()
    _door_before: datetime | None = None
    _shown_before: frozenset[int] = frozenset()
    _bare: bool = False
    _items: list[datetime] = field(default_factory=list)
    _next: datetime | None = None
    _version: int = 0

    def answer(self, path: str, headers: Mapping[str, str], now: datetime) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body, after noting what was wrong with the request."""
        if self.moves and now >= self.moves and not path.endswith("-new"):
            self._check_validators(headers, now)
            if self.said.settled and self.said.failed < FORGET_MOVE_AFTER:
                self.wrong.append(f"{now}: asked at the address that it has left for good")
            return 301, {"Location": f"http://{self.host}/{self.name}-new"}, b""
        self._check_validators(headers, now)
        self._check_time(now)
        self.last, self.asked = now, self.asked + 1
        self._before, self._door_before = self.said, self.doors.get(self.host)
        self._shown_before = frozenset(self.shown)
        self._bare = not {"If-None-Match", "If-Modified-Since"} & headers.keys()
        self.unconditional += self._bare
        if self.dice.random() < self.broken:
            self.excused += self._bare
            wait = timedelta(minutes=self.dice.randrange(1, 300))
            closed = now.replace(microsecond=0) + wait
            self.doors[self.host] = max(closed, self.doors.get(self.host, closed))
            self.said = replace(self.said, failed=self.said.failed + 1, closed=closed)
            text = format_datetime(closed, usegmt=True) if self.dice.random() < 0.5 else f"{wait.seconds}"
            return self.dice.choice((429, 503)), {"Retry-After": text}, b"later"
        changed = self._write(now)
        unchanged = self.said.read and not self._bare and not changed
        if not unchanged or self.fickle:
            self._version += 1
            etag = f'W/"{self.name}-{self._version}-ü, \\"odd\\""' if "etag" in self.gives else ""
            modified = format_datetime(now, usegmt=True) if "modified" in self.gives else ""
            self.said = replace(self.said, etag=etag, modified=modified)
        self.said = replace(self.said, read=True, settled=path.endswith("-new"), failed=0, closed=None)
        sent = {"ETag": self.said.etag, "Last-Modified": self.said.modified}
        sent = {name: value for name, value in sent.items() if value}
        if self.max_age:
            sent["Cache-Control"] = f"public, max-age={self.max_age * 60}"
        return (304, sent, b"") if unchanged else (200, sent, self._body())

    def unheard(self) -> None:
        """Take back the last answer: its reader was killed before it had kept any of it, and cannot know it."""
        if self.said.closed:  # an error, which its door was closed for, and excused already
            self.doors.pop(self.host, None)
            if self._door_before:
                self.doors[self.host] = self._door_before
        else:
            self.excused += self._bare
        self.said, self.shown = self._before, set(self._shown_before)
        self.lost += 1

    def _check_validators(self, headers: Mapping[str, str], now: datetime) -> None:
        sent = headers.get("If-None-Match", ""), headers.get("If-Modified-Since", "")
        if sent != (self.said.etag, self.said.modified):
            self.wrong.append(f"{now}: {sent} for {self.said}")

    def _check_time(self, now: datetime) -> None:
        """Note a request before the wait that the reader knows of, whether or not it has heard the last answer."""
        wait = MINUTE * max(self.ttl, self.max_age, 1) if self.said.read and not self.said.failed else MINUTE
        if self.last and now < self.last + wait:
            self.early.append(f"{now}: {self.last} was {now - self.last} before")
        door = self.doors.get(self.host)
        if door and now < door:
            self.early.append(f"{now}: {self.host} is closed until {door}")
        if self.skips and self.said.read and now.hour in SKIPPED:
            self.early.append(f"{now}: in a skipped hour")

    def _write(self, now: datetime) -> bool:
        """Bring out the items that are due; whether there were any."""
        before = len(self._items)
        self._next = self._next or now - 10 * self.gap
        while self._next <= now:
            self._items.append(self._next)
            self._next += self.gap * self.dice.uniform(0.2, 1.8)
        return len(self._items) > before

    def _body(self) -> bytes:
        numbered = list(enumerate(self._items))[-10:]
        self.shown.update(n for n, _ in numbered)
        items = [
            item(f"{self.name} brings item number {n}", guid=f"{n}", published=t if self.dated else None)
            for n, t in reversed(numbered)
        ]
        wishes = f"<ttl>{self.ttl}</ttl>" if self.ttl else ""
        if self.skips:
            wishes += f"<skipHours>{''.join(f'<hour>{hour}</hour>' for hour in SKIPPED)}</skipHours>"
        return rss(*items).replace(b"<item>", wishes.encode() + b"<item>", 1)


def press(number: int, seed: int, start: datetime) -> list[Publisher]:
    """So many publishers of all kinds, some sharing a host."""
    dice = random.Random(seed)  # noqa: S311  a simulation
    doors: dict[str, datetime] = {}
    kinds = (timedelta(minutes=4), timedelta(minutes=40), timedelta(hours=6), timedelta(days=3))
    return [
        Publisher(
            f"feed-{n}",
            f"host-{n // 2 if n % 3 else n}.example",
            kinds[n % 4],
            random.Random(seed + n),  # noqa: S311  a simulation
            ttl=dice.choice((0, 0, 15, 60, 180)),
            max_age=dice.choice((0, 0, 1, 10, 45)),
            skips=n % 7 == 0,
            broken=dice.choice((0.0, 0.0, 0.01, 0.1)),
            moves=start + timedelta(days=dice.random() * 7) if n % 9 == 0 else None,
            fickle=n % 5 == 0,
            dated=n % 11 != 0,
            doors=doors,
            gives=VALIDATORS[n % len(VALIDATORS)],
        )
        for n in range(number)
    ]


class ModelNews(HttpNews):
    """The real reader, with publishers in place of sockets and its parsing in this process.

    `step` is waited for wherever a reader may be killed: before a request leaves, before its answer is heard, and in
    the middle of the body.
    """

    def __init__(
        self,
        settings: Settings,
        publishers: Mapping[str, Publisher],
        clock: Callable[[], datetime],
        step: Callable[[], Awaitable[None]],
    ) -> None:
        """Ask these, by path without a slash."""
        super().__init__(settings, limits=replace(LIMITS, gap=0.0), clock=clock)
        self._publishers = publishers
        self._now = clock
        self._step = step

    def _session(self, url: URL) -> Any:  # noqa: ANN401  stands for aiohttp's
        return self

    @asynccontextmanager
    async def get(
        self, url: URL, *, headers: Mapping[str, str], allow_redirects: bool
    ) -> AsyncGenerator["_Answer", None]:
        """Ask the publisher."""
        name = url.path.removeprefix("/")
        await self._step()
        answer = _Answer(url, *self._publishers[name.removesuffix("-new")].answer(name, headers, self._now()))
        await self._step()
        yield answer

    async def _parse(self, state: FeedState, page: Page, body: bytes) -> Parsed:
        """Do it here."""
        await self._step()
        return read(body, page.content_type, page.url)


class _Answer:
    """What of aiohttp's answer is looked at."""

    def __init__(self, url: URL, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.url, self.status, self.headers = url, status, CIMultiDict(headers)
        self.raw_headers = tuple((name.encode(), value.encode()) for name, value in headers.items())
        self.content = self
        self._body = body

    async def iter_any(self) -> AsyncIterator[bytes]:
        """The body at once."""
        yield self._body


START = datetime(2025, 1, 20, 0, 0, 30, tzinfo=UTC)
