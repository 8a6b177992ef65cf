"""A recorded day told again: the same cycle on a simulated clock, with recorded edges.

Items are shown when they were seen, prices when they were traded, and every line of the cycle is asked at those
moments as the daemon's ticks would ask it. Items from before the day fill the store only. Nothing here decides.
"""

import json
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alerts.machine import as_json
from alerts.outbox import Pace
from alerts.types import Delivery, Gallery, Notifier
from config.types import Config, Feed
from monitor.cycle import Edges, deliver, read_news, watch_prices
from monitor.feeds.clean import one_line
from monitor.market.recorded import Recorded
from monitor.market.sessions import Calendars
from monitor.pictures import Studio, show_due
from monitor.places import Places
from monitor.store.store import Store
from monitor.store.tx import Tx
from monitor.types import Analyzer, Article, FeedAnswer, FeedState

DAYS = Path(__file__).parent / "days"
"""The recorded days that come with the package, a folder each."""


class ReplayError(Exception):
    """A recorded day cannot be read; `args[0]` says which file and line, and what is wrong."""


@dataclass(frozen=True, slots=True)
class Day:
    """A recorded day: its date, the items in order of `seen`, and its prices."""

    date: date
    items: tuple[Article, ...]
    prices: Recorded


def introduction(day: Day) -> str:
    """What a reader must know before the replay begins: what is recorded, and what daily bars cannot know."""
    earlier = sum(a.seen.date() < day.date for a in day.items)
    return (
        f"Replaying {day.date:%A %-d %B %Y}: {len(day.items)} recorded news items, {earlier} of them from the days "
        f"before, which only fill the store. Prices are of the sessions dated that day. Daily bars know no path inside "
        f"a day: such a stock is seen at its open and at its close, each confirmed one poll later; real bars from "
        f"inside the day are used for {', '.join(day.prices.within(day.date)) or 'none'}.\n"
    )


def find_day(name: str) -> Path:
    """The folder of a shipped day (`2025-01-27`) or of one's own. Raises ReplayError if there is none."""
    for folder in (Path(name), DAYS / name):
        if (folder / "items.jsonl").is_file():
            return folder
    shipped = ", ".join(sorted(d.name for d in DAYS.iterdir() if d.is_dir()))
    raise ReplayError(
        f"{name}: no recorded day. It is a folder with items.jsonl and bars.csv, or one of the days that come with "
        f"Aftershock: {shipped}"
    )


def brings_configuration(folder: Path) -> bool:
    """Whether a recorded day comes with YAML of its own, which then takes the place of the user's folder."""
    return any(folder.glob("*.yaml")) or any(folder.glob("watchlists/*.yaml"))


def read_day(folder: Path, calendars: Calendars) -> Day:
    """Read a recorded day. Its date is the folder's name, or else that of the last item. Raises ReplayError."""
    items = read_items(folder / "items.jsonl")
    try:
        day = date.fromisoformat(folder.resolve().name)
    except ValueError:
        if not items:
            raise ReplayError(
                f"{folder}: the day is not in the folder's name (YYYY-MM-DD) and items.jsonl is empty"
            ) from None
        day = items[-1].seen.date()
    return Day(day, items, Recorded.read(folder, calendars))


def read_items(path: Path) -> tuple[Article, ...]:
    """The articles of an items.jsonl, by `seen`. Raises ReplayError with the line that cannot be read."""
    items = []
    number = 0
    try:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                number += 1
                if line.strip():
                    items.append(article(json.loads(line)))
    except UnicodeDecodeError:
        raise ReplayError(f"{path}:{number + 1}: not UTF-8") from None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        what = f"{error} is missing" if isinstance(error, KeyError) else error
        raise ReplayError(f"{path}:{number}: {what}") from None
    return tuple(sorted(items, key=lambda a: (a.seen, a.feed, a.id)))


def article(row: dict[str, Any]) -> Article:
    """An article from its JSON fields: `id`, `title` and `seen` must be there. Raises ValueError or KeyError."""
    return Article(
        id=str(row["id"]),
        feed=str(row.get("feed") or "recorded"),
        link=str(row.get("link") or ""),
        title=one_line(str(row["title"])),
        summary=one_line(str(row.get("summary") or "")),
        published=_time(row["published"]) if row.get("published") else None,
        seen=_time(row["seen"]),
        symbols=tuple(str(s) for s in row.get("symbols") or ()),
    )


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no time zone: write it with Z or an offset")
    return moment.astimezone(UTC)


class RecordedNews:
    """A news source that shows recorded items once their time has come."""

    def __init__(self, items: Iterable[Article]) -> None:
        """Hold the items of all feeds."""
        self._items = sorted(items, key=lambda a: (a.seen, a.feed, a.id))

    async def poll(
        self, due: Sequence[tuple[Feed, FeedState]], now: datetime
    ) -> AsyncGenerator[Sequence[FeedAnswer], None]:
        """The items of each due feed that were seen since it was last asked, all at once."""
        answers = []
        for feed, state in due:
            since = state.last_success or datetime.min.replace(tzinfo=UTC)
            new = tuple(a for a in self._items if a.feed == feed.id and since < a.seen <= now)
            if new:
                answers.append(FeedAnswer(replace(state, last_success=now, next_poll=now), new))
        yield answers

    async def close(self) -> None:
        """Nothing to let go of."""


class JsonLines:
    """A notifier for machines: each accepted delivery is one JSON object, as the contract says."""

    name = "json"
    can_look_up = False

    def __init__(self, write: Callable[[str], object]) -> None:
        """Give each line, without its end, to `write`."""
        self._write = write

    async def post(self, delivery: Delivery, thread: str | None) -> str:  # noqa: ARG002  the Notifier's signature
        """Write a new message."""
        self._write(json.dumps(as_json(delivery), ensure_ascii=False))
        return delivery.key

    async def edit(self, delivery: Delivery, ts: str) -> str:
        """Write a new drawing."""
        self._write(json.dumps(as_json(delivery), ensure_ascii=False))
        return ts

    async def check(self) -> str:
        """Who reads this."""
        return "standard output"

    async def find(self, delivery: Delivery, thread: str | None, since: datetime) -> str | None:  # noqa: ARG002  the Notifier's signature
        """Nothing can be looked up in what was written."""
        return None

    async def close(self) -> None:
        """Nothing to let go of."""


async def replay(
    day: Day,
    config: Config,
    analyzer: Analyzer,
    notifier: Notifier,
    calendars: Calendars,
    progress: Callable[[int, int], object] = lambda _done, _all: None,
    keep: Path | None = None,
    gallery: Gallery | None = None,
) -> None:
    """Tell the day again to `notifier`. `progress` hears how many of how many moments are done.

    The store is thrown away at the end, unless `keep` names a folder for it, where `why` can read it: see `keeping`.
    A `gallery`, where given, gets the pictures of the messages as they would have stood in Slack.
    """
    feeds = tuple(Feed(name, "", name) for name in sorted({a.feed for a in day.items}))
    config = replace(config, feeds=feeds)
    prices = day.prices.instants(day.date)
    moments = sorted({a.seen for a in day.items if not prices or a.seen <= prices[-1]} | set(prices))
    watched = set(prices)
    with TemporaryDirectory(prefix="aftershock-") as folder:
        store = Store(database_in(keep) if keep else Path(folder) / "replay.db", durable=False)
        edges = Edges(RecordedNews(day.items), analyzer, day.prices, notifier, store, calendars, pace=Pace(timedelta()))
        studio, waiting = Studio(), dict[str, datetime]()
        try:
            if moments:
                await store.transact(lambda tx: _follow(tx, feeds, moments[0] - timedelta(seconds=1)))
            for done, now in enumerate(moments):
                progress(done, len(moments))
                await read_news(edges, config, now)
                if now in watched:
                    await watch_prices(edges, config, now)
                    await deliver(edges, config, now)
                    if gallery:
                        _, wrong = await show_due(store, gallery, studio, calendars, _still(now), waiting)
                        for root, why in wrong.items():
                            raise ReplayError(f"no picture of {root}: {why}")
            progress(len(moments), len(moments))
        finally:
            await studio.close()
            store.close()


def _still(now: datetime) -> Callable[[], datetime]:
    return lambda: now


KEPT_REPLAY = "replayed.txt"
"""Marks a state folder as a replay's: it may be written over, and no daemon's state is."""


def keeping(folder: Path, day: Day) -> None:
    """Make a folder ready for the store of a replay: what an earlier one kept there goes, anything else stays.

    Raises ReplayError where a daemon keeps its state there, or the folder cannot be made.
    """
    mark, database = folder / KEPT_REPLAY, database_in(folder)
    if database.exists() and not mark.exists():
        raise ReplayError(f"{folder}: a daemon keeps its state here. Name another folder to keep the replay in")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        mark.write_text(f"The store of a replay of {day.date.isoformat()}; it may be deleted.\n", encoding="utf-8")
        database.unlink(missing_ok=True)
    except OSError as error:
        raise ReplayError(f"{folder}: {error.strerror or error}") from None


def database_in(folder: Path) -> Path:
    """Where the store lies in a state folder."""
    return Places(folder, folder).database


def _follow(tx: Tx, feeds: Iterable[Feed], since: datetime) -> None:
    """Recorded feeds were followed before the recording: their first items are news, not history."""
    for feed in feeds:
        tx.save_feed(FeedState(feed.id, since, last_success=since))
