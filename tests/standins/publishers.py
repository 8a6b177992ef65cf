"""Publishers on a simulated clock that know what a good reader may do, and note each time that one does otherwise.

They stand where aiohttp's session does, so that all of the reader but its sockets is the real one, and a week of
polling takes a minute.
"""

import random
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import TracebackType
from typing import Any, Self

from multidict import CIMultiDict
from yarl import URL

from config.types import Settings
from monitor.feeds.fetch import HttpNews, Page
from monitor.feeds.items import Parsed
from monitor.feeds.parse import read
from monitor.types import FeedState
from standins.web import item, rss

MINUTE = timedelta(minutes=1)
SKIPPED = (2, 3, 4)
"""Hours in which those that skip hours want no request."""


@dataclass
class Publisher:
    """One feed at `http://{host}/{name}` and what it wants of its readers.

    `gap` is the mean time between its items. `ttl` and `max_age` are minutes that a reader has to wait; `skips` whether
    it closes at night. `broken` makes it answer 503 or 429 with a Retry-After now and then, `moves` when it goes to
    another address for good; `fickle` renames its ETag with every 304.
    """

    name: str
    host: str
    gap: timedelta
    dice: random.Random
    ttl: int = 0
    max_age: int = 0
    skips: bool = False
    broken: float = 0.0
    moves: datetime | None = None
    fickle: bool = False
    dated: bool = True
    asked: int = 0
    unconditional: int = 0
    shown: set[int] = field(default_factory=set)
    early: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    _last: datetime | None = None
    _etag: str = ""
    _modified: str = ""
    _closed: datetime | None = None
    _items: list[datetime] = field(default_factory=list)
    _next: datetime | None = None
    _version: int = 0
    _good: bool = False

    def answer(self, path: str, headers: Mapping[str, str], now: datetime) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body, after noting what was wrong with the request."""
        if self.moves and now >= self.moves and not path.endswith("-new"):
            return 301, {"Location": f"http://{self.host}/{self.name}-new"}, b""
        self._check(headers, now)
        self._last = now
        self.asked += 1
        if self.dice.random() < self.broken:
            wait = timedelta(minutes=self.dice.randrange(1, 300))
            self._closed = now.replace(microsecond=0) + wait
            self._good = False
            said = format_datetime(self._closed, usegmt=True) if self.dice.random() < 0.5 else f"{wait.seconds}"
            return self.dice.choice((429, 503)), {"Retry-After": said}, b"later"
        self._good = True
        self.unconditional += "If-None-Match" not in headers
        changed = self._write(now)
        unchanged = bool(self._etag) and headers.get("If-None-Match") == self._etag and not changed
        if changed or not self._etag or (unchanged and self.fickle):
            self._version += 1
            self._etag = f'W/"{self.name}-{self._version}-ü, \\"odd\\""'
            self._modified = format_datetime(now, usegmt=True)
        said_of_it = {"ETag": self._etag, "Last-Modified": self._modified}
        if self.max_age:
            said_of_it["Cache-Control"] = f"public, max-age={self.max_age * 60}"
        return (304, said_of_it, b"") if unchanged else (200, said_of_it, self._body())

    def _check(self, headers: Mapping[str, str], now: datetime) -> None:
        if self._etag and (headers.get("If-None-Match"), headers.get("If-Modified-Since")) != (
            self._etag,
            self._modified,
        ):
            self.wrong.append(f"{now}: {dict(headers)} for {self._etag}, {self._modified}")
        wait = MINUTE * max(self.ttl, self.max_age, 1) if self._good else MINUTE
        if self._last and now < self._last + wait:
            self.early.append(f"{now}: {self._last} was {now - self._last} before")
        if self._closed and now < self._closed:
            self.early.append(f"{now}: closed until {self._closed}")
        if self.skips and self._etag and now.hour in SKIPPED:
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
        )
        for n in range(number)
    ]


class ModelNews(HttpNews):
    """The real reader, with publishers in place of sockets and its parsing in this process."""

    def __init__(self, settings: Settings, publishers: Mapping[str, Publisher], clock: Callable[[], datetime]) -> None:
        """Ask these, by path without a slash."""
        super().__init__(settings, clock=clock)
        self._publishers = publishers
        self._now = clock

    def _session(self, url: URL) -> Any:  # noqa: ANN401  stands for aiohttp's
        return self

    def get(self, url: URL, *, headers: Mapping[str, str], allow_redirects: bool) -> "_Answer":
        """Ask the publisher."""
        name = url.path.removeprefix("/")
        return _Answer(url, *self._publishers[name.removesuffix("-new")].answer(name, headers, self._now()))

    async def _parse(self, state: FeedState, page: Page, body: bytes) -> Parsed:
        """Do it here."""
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

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is held."""


START = datetime(2025, 1, 20, 0, 0, 30, tzinfo=UTC)
