"""Pictures for the messages that were sent: which are due, what they show, and a process of its own that draws them.

Pictures follow the alerts and never hold them up: a picture that fails is tried again later, one that was shown twice
does no harm. A new one comes when something was told that the last one does not show.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pebble import ProcessPool

from alerts.message import leaders
from alerts.table import ranked
from alerts.types import DeliveryError, Gallery, Picture, Row, Source
from alerts.words import clean
from config.exchanges import EXCHANGES, exchange_of
from monitor.market.sessions import Calendars
from monitor.market.snapshot import MARKET
from monitor.store.store import Store
from monitor.store.tx import Tx
from monitor.types import Shown
from nlp.processes import QuietContext

if TYPE_CHECKING:
    from alerts.chart import ChartView

DEADLINE: Final = 60.0
"""Seconds for one picture, the start of the process included; drawing takes half a second."""
AGAIN: Final = timedelta(minutes=5)
"""How long after a failure, and how soon after a picture of the same message, the next one is drawn."""
RECENT: Final = timedelta(days=2)
"""Messages whose pictures are kept up."""
_SOURCES: Final = 30
_INDICES: Final = 3
_NAMES: Final = {symbol: name.partition(" (")[0] for symbol, name in MARKET}


@dataclass(frozen=True, slots=True)
class Due:
    """A picture to draw: for which message, of which version, what it shows, and the file that it replaces."""

    shown: Shown
    version: str
    view: "ChartView"
    replaces: str = ""


def due(tx: Tx, calendars: Calendars, now: datetime, waiting: Mapping[str, datetime] | None = None) -> list[Due]:
    """The pictures that are missing or out of date at `now`; `waiting` says of roots until when to leave them alone."""
    pictures = tx.pictures()
    found = []
    for shown in tx.shown(now - RECENT):
        version = str(shown.told)
        before = pictures.get(shown.root)
        if before and (before[0] == version or now - before[1] < AGAIN):
            continue
        if now < (waiting or {}).get(shown.root, now):
            continue
        view = view_of(tx, calendars, shown, now)
        if view:
            found.append(Due(shown, version, view, before[2] if before else ""))
    return found


def view_of(tx: Tx, calendars: Calendars, shown: Shown, now: datetime) -> "ChartView | None":
    """What the picture of a message shows; None where no price of its stocks is known."""
    from alerts.chart import ChartView, Line  # noqa: PLC0415  matplotlib is loaded only where there are pictures

    rows = _order([row for row in ranked(shown.rows) if row.told and not row.corrected])
    if not rows:
        return None
    indices = list(dict.fromkeys(exchange_of(row.symbol).index for row in rows))
    since = min(row.day.base_time for row in rows)
    points = tx.points([*(row.symbol for row in rows), *indices], since)

    def line(symbol: str, base: float, base_time: datetime, *, market: bool = False) -> Line:
        mine = tuple((at, price) for at, price in points.get(symbol, []) if at > base_time)
        return Line(symbol, base, mine, market)

    lines = tuple(line(row.symbol, row.day.base_price, row.day.base_time) for row in rows)
    market = tuple(
        replace(line(index, base[1], base[0], market=True), symbol=_NAMES.get(index, index))
        for index in indices[:_INDICES]
        if (base := _base(points.get(index, []), [r for r in rows if exchange_of(r.symbol).index == index]))
    )
    if not any(one.points for one in lines):
        return None
    story = shown.story
    news = _news(tx.sources(story, _SOURCES), since) if story else ()
    return ChartView(clean(leaders(rows)), lines, now, market, news, _sessions(rows, calendars, now))


def _order(rows: Sequence[Row]) -> list[Row]:
    """The rows with the weightiest of each region first, so that no part of the day goes without a name."""
    first = list({row.region: row for row in reversed(rows)}.values())
    return sorted(rows, key=lambda row: (row not in first, rows.index(row)))


def _base(points: Sequence[tuple[datetime, float]], rows: Sequence[Row]) -> tuple[datetime, float] | None:
    """An index's last price before the session that its stocks' moves are counted in."""
    start = max(row.day.base_time for row in rows)
    before = [(at, price) for at, price in points if at <= start]
    return before[-1] if before else None


def _news(sources: Iterable[Source], since: datetime) -> tuple[tuple[datetime, str], ...]:
    """When the story was first heard of, and its newest articles since the last close."""
    order = sorted(sources, key=lambda source: source.seen)
    newest = [source for source in order[1:] if source.seen > since][-2:]
    return tuple((source.seen, f"{source.title} ({source.feed})") for source in [*order[:1], *newest])


def _sessions(rows: Iterable[Row], calendars: Calendars, now: datetime) -> tuple[Any, ...]:
    from alerts.chart import Span  # noqa: PLC0415  as above

    found: dict[str, Span] = {}
    for row in rows:
        exchange = exchange_of(row.symbol)
        held = calendars.session(exchange.mic, now)
        one = Span(EXCHANGES[exchange.mic].name, held.open, held.close)
        before = found.setdefault(exchange.region, one)
        if before.name != one.name:
            found[exchange.region] = Span(exchange.region, min(before.start, one.start), max(before.end, one.end))
    return tuple(found.values())


@dataclass
class Studio:
    """Draws in a process of its own, which is started at the first picture and replaced when it hangs or dies."""

    deadline: float = DEADLINE
    _pool: ProcessPool | None = field(default=None, init=False)

    @staticmethod
    def can_draw() -> bool:
        """Whether matplotlib is there; without it alerts come without pictures."""
        return find_spec("matplotlib") is not None

    async def draw(self, view: "ChartView") -> Picture:
        """The picture of a view. Raises TimeoutError, or what drawing raised."""
        from alerts.chart import draw  # noqa: PLC0415  as above

        if self._pool is None:
            self._pool = ProcessPool(max_workers=1, max_tasks=100, context=QuietContext())
        picture: Picture = await asyncio.wrap_future(self._pool.schedule(draw, args=(view,), timeout=self.deadline))
        return picture

    async def close(self) -> None:
        """End the process."""
        pool, self._pool = self._pool, None
        if pool:
            pool.stop()  # type: ignore[no-untyped-call]
            await asyncio.to_thread(pool.join)


async def show_due(
    store: Store,
    gallery: Gallery,
    studio: Studio,
    calendars: Calendars,
    clock: Callable[[], datetime],
    waiting: dict[str, datetime],
) -> tuple[list[str], dict[str, str]]:
    """Draw and show what is due; the roots that have a new picture, and what went wrong with others, by root.

    `waiting` is remembered between passes: until when a picture that failed is left alone.
    """
    done, wrong = [], {}
    now = clock()
    for one in await store.transact(partial(due, calendars=calendars, now=now, waiting=waiting)):
        root = one.shown.root
        try:
            picture = await studio.draw(one.view)
            file = await gallery.show(picture, one.shown.channel, one.shown.thread, one.replaces)
        except (DeliveryError, TimeoutError, ValueError, RuntimeError, OSError) as error:
            waiting[root] = clock() + AGAIN
            wrong[root] = str(error) or type(error).__name__
            continue
        waiting.pop(root, None)
        await store.transact(partial(Tx.save_picture, root=root, version=one.version, shown=clock(), file=file))
        done.append(root)
    return done, wrong


class Album:
    """A gallery of files: every picture of a replay, by the time of its drawing and its message."""

    def __init__(self, folder: Path) -> None:
        """Write into that folder, which is made if need be."""
        self._folder = folder
        self._count = 0

    async def show(self, picture: Picture, channel: str, thread: str, replaces: str = "") -> str:  # noqa: ARG002  the Gallery's signature
        """Write the picture, and its alt text beside it; the file's name."""
        self._count += 1
        await asyncio.to_thread(self._write, name := f"{self._count:03d}-{thread.rpartition('/')[2]}", picture)
        return name

    def _write(self, name: str, picture: Picture) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / f"{name}.png").write_bytes(picture.png)
        (self._folder / f"{name}.txt").write_text(picture.alt + "\n", encoding="utf-8")
