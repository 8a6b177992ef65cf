"""What the daemon does for itself: looks at its vitals, remembers that it is awake, tidies its database, beats a heart.

One tick, asked by the scheduler like the lines, and like them effects around pure decisions (`vitals`, `missed`). It
also answers whether the daemon is well, for the service manager, the container and `/healthz`.
"""

import asyncio
import shutil
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from alerts.types import DeliveryKind, DeliveryState, PriceState
from alerts.words import count
from config.exchanges import exchange_of
from config.types import Config
from monitor.cycle import Edges, NewsPass
from monitor.market.sessions import phase
from monitor.metrics import Metrics
from monitor.missed import (
    ASLEEP,
    SETTLE,
    STALLED,
    STOPPED,
    Absence,
    Return,
    absence,
    joined,
    key_of,
    missed_sessions,
    oldest_items,
    summary,
)
from monitor.notices import Notices
from monitor.operator import note, vital
from monitor.spans import span
from monitor.store.files import daily, forget_old
from monitor.store.retention import prune
from monitor.store.store import StoreError
from monitor.store.tx import Tx
from monitor.telling import Pass
from monitor.vitals import JUMP, KEYS, Vitals, jump_words, jumped, troubles

log = structlog.get_logger("aftershock")

TICK: Final = timedelta(seconds=15)
"""How often vitals are looked at; an operator hears of what is wrong within a minute."""
HEARTBEAT: Final = timedelta(hours=1)
"""How often the day's heartbeat message is redrawn, and how long after a start the first one comes."""
STUCK: Final = timedelta(minutes=20)
"""A line that has not ended a pass for so long is stuck, beyond all its deadlines: only a restart helps."""
TIDY_EVERY: Final = timedelta(days=1)
AWAKE, AWAY, BEAT, TIDIED = "awake", "away", "heartbeat", "tidied"
"""The marks in the store."""


@dataclass(slots=True)
class Seen:
    """What the lines came to since a moment; `read` and `priced` as in `Vitals`."""

    read: datetime
    priced: datetime
    failed: int = 0
    articles: int = 0
    stories: int = 0
    messages: int = 0
    feeds: set[str] = field(default_factory=set)
    oldest: dict[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moment:
    """One reading of three clocks: the wall's, seconds the machine lived, and seconds it lived awake."""

    wall: datetime
    lived: float
    awake: float


def moment(clock: Callable[[], datetime]) -> Moment:
    """The clocks now. Where the platform cannot tell sleep, sleep looks like a jump of the clock."""
    awake = time.monotonic()
    lived = time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else awake
    return Moment(clock(), lived, awake)


class Upkeep:
    """The daemon's care for itself, over the same edges as its lines. `state` is its folder."""

    def __init__(
        self,
        edges: Edges,
        config: Callable[[], Config],
        clock: Callable[[], datetime],
        notices: Notices,
        metrics: Metrics,
        state: Path,
        clocks: Callable[[], Moment] | None = None,
    ) -> None:
        """Nothing is looked at yet."""
        self._edges = edges
        self._config = config
        self._clock = clock
        self._notices = notices
        self.metrics = metrics
        self._state = state
        self._clocks = clocks or (lambda: moment(clock))
        self._last: Moment | None = None
        self.started = clock()
        self._seen = Seen(self.started, self.started)
        self._today = Seen(self.started, self.started)
        self._ended: dict[str, float] = {}
        self._lines_since = time.monotonic()
        self._failing: dict[str, str] = {}
        self._tidying: asyncio.Task[None] | None = None

    # What the lines tell it

    def news_read(self, done: NewsPass) -> None:
        """A news pass came to this."""
        now = self._clock()
        good = [a for a in done.answers if not a.error]
        for outcome, number in (("read", len(good)), ("failed", len(done.answers) - len(good))):
            self.metrics.polls.labels(outcome).inc(number)
        for seen in (self._seen, self._today):
            seen.articles += len(done.taken)
            seen.stories += sum(1 for taken in done.taken if taken.story)
            seen.feeds |= {a.state.feed for a in good}
            seen.failed = 0 if good else seen.failed + len(done.answers)
            seen.read = now if good else seen.read
            seen.oldest |= oldest_items(good)
        for taken in done.taken:
            self.metrics.articles.labels("story" if taken.story else "kept").inc()

    def prices_watched(self, done: Pass) -> None:
        """A price pass came to this."""
        now = self._clock()
        for decision in done.decisions:
            self.metrics.decisions.labels(decision.verdict.value).inc()
            self.metrics.quotes.labels(decision.candidate.state.value).inc()
            if decision.candidate.state is PriceState.FRESH:
                self._seen.priced = self._today.priced = now

    def delivered(self, kinds: list[DeliveryKind]) -> None:
        """Deliveries of these kinds were settled."""
        for kind in kinds:
            self.metrics.deliveries.labels(kind.value).inc()
        self._today.messages += len(kinds)

    def passed(self, line: str, problem: str, seconds: float) -> None:
        """A pass of a line ended, with a `problem` or, "", well."""
        self._ended[line] = time.monotonic()
        self.metrics.passed(line, "failed" if problem else "ok", seconds, self._clock().timestamp())
        if problem:
            self._failing[line] = problem
        else:
            self._failing.pop(line, None)

    # What it answers

    def alive(self) -> Mapping[str, str]:
        """What only a restart would mend: lines that are stuck. Empty is well."""
        now = time.monotonic()
        return {
            line: f"no pass has ended for {span(now - last)}"
            for line in ("news", "prices", "delivery", "upkeep")
            if now - (last := max(self._ended.get(line, 0.0), self._lines_since)) > STUCK.total_seconds()
        }

    def ready(self) -> Mapping[str, str]:
        """What keeps it from its work now: also lines that fail or have not ended their first pass."""
        waiting = {
            line: "its first pass has not ended yet"
            for line in ("news", "prices", "delivery")
            if line not in self._ended
        }
        return {**waiting, **self._failing, **self.alive()}

    # What it does

    async def begin(self) -> None:
        """Find out whether the daemon was away before this start. Raises StoreError."""
        now = self._clock()
        kept = await self._edges.store.transact(lambda tx: tx.marked(AWAKE))
        await self._was_away(absence(kept[0] if kept else None, now, STOPPED))

    async def look(self) -> None:
        """One tick: clocks, mark, vitals, summary, heartbeat, and once a day the database. Raises StoreError."""
        await self._look_at_clocks()
        now = self._clock()
        await self._edges.store.transact(lambda tx: tx.mark(AWAKE, now, {"started": self.started.isoformat()}))
        self.metrics.awake.set(now.timestamp())
        await self._look_at_vitals(now)
        await self._sum_up(now)
        await self._beat(now)
        if self._tidying is None or self._tidying.done():
            self._tidying = asyncio.create_task(self._tidy(now))

    async def end(self) -> None:
        """Stop tidying; what is begun comes again. The last sign of being awake is now."""
        if self._tidying:
            self._tidying.cancel()
            await asyncio.gather(self._tidying, return_exceptions=True)
        now = self._clock()
        await self._edges.store.transact(lambda tx: tx.mark(AWAKE, now))

    async def _look_at_clocks(self) -> None:
        before, after = self._last, self._clocks()
        self._last = after
        if before is None:
            return
        lived, awake = (timedelta(seconds=x) for x in (after.lived - before.lived, after.awake - before.awake))
        off = jumped(after.wall - before.wall, lived)
        if off:
            words = jump_words(off)
            log.warning("clock jumped", what=words)
            self.metrics.jumps.inc()
            channel, now = self._config().settings.channel, after.wall
            delivery = note(f"{channel}/clock/{now.isoformat()}", [words], channel, now)
            await self._edges.store.transact(lambda tx: tx.enqueue(delivery, now))
        how = ASLEEP if lived - awake >= JUMP else STALLED
        # By what the machine lived: a clock that was set forward missed nothing.
        await self._was_away(absence(after.wall - lived, after.wall, how))

    async def _was_away(self, away: Absence | None) -> None:
        if away is None:
            return
        log.warning("was away", since=away.since.isoformat(), until=away.until.isoformat(), how=away.how)
        self._seen = Seen(away.until, away.until)

        def work(tx: Tx) -> None:
            kept = tx.marked(AWAY)
            whole = joined(_absence(kept[1]) if kept and kept[1] else None, away)
            tx.mark(AWAY, away.until, [whole.since.isoformat(), whole.until.isoformat(), whole.how])

        await self._edges.store.transact(work)

    async def _look_at_vitals(self, now: datetime) -> None:
        config = self._config()
        # The calendars are the store thread's, like all that passes decide with.
        rows, counts, before, trading = await self._edges.store.transact(
            lambda tx: (tx.unsettled(), tx.outbox_counts(), tx.notices(), self._trading(config, now))
        )
        under_way = [r for r in rows if r.state is not DeliveryState.BLOCKED and r.delivery.at <= now]
        due = [max(r.delivery.at, self.started) for r in under_way if r.due <= now or r.attempts]
        disk = shutil.disk_usage(self._state)
        vitals = Vitals(
            now,
            self._seen.read,
            self._seen.priced,
            self._seen.failed,
            trading,
            len(due),
            min(due, default=None),
            disk.free,
            disk.total,
        )
        kinds: dict[str, int] = {}
        for key in before:
            kinds[key.partition(" ")[0]] = kinds.get(key.partition(" ")[0], 0) + 1
        self.metrics.hold(counts, kinds)
        self.metrics.oldest.set((now - vitals.oldest).total_seconds() if vitals.oldest else 0)
        self.metrics.disk_free.set(disk.free)
        self.metrics.database.set(_size(self._edges.store.path))
        found = troubles(vitals, before, config.settings.limits)
        await self._notices.tell(found, set(KEYS), "in trouble", vital)

    def _trading(self, config: Config, now: datetime) -> dict[str, datetime]:
        """The exchanges that trade, with since when: a lunch break begins anew."""
        found = {}
        for mic in _mics(config):
            session = self._edges.calendars.session(mic, now)
            if phase(session, now) == "open":
                found[mic] = session.lunch[1] if session.lunch and now >= session.lunch[1] else session.open
        return found

    async def _sum_up(self, now: datetime) -> None:
        kept = await self._edges.store.transact(lambda tx: tx.marked(AWAY))
        if not kept or not kept[1]:
            return
        away, config = _absence(kept[1]), self._config()
        if timedelta() <= now - max(away.until, self.started) < SETTLE:
            return

        def work(tx: Tx) -> list[str]:
            first, last = away.since.date() - timedelta(days=1), away.until.date()
            calendars = self._edges.calendars
            traded = missed_sessions(away, {mic: calendars.between(mic, first, last) for mic in _mics(config)})
            concerned = {w.channel for w in config.watchlists if traded.keys() & _mics(config, w.channel)}
            seen = self._seen
            late = tx.too_late(away.since)
            lines = summary(away, Return(len(config.feeds), len(seen.feeds), seen.articles, seen.oldest, late), traded)
            for channel in sorted({config.settings.channel, *concerned}):
                tx.enqueue(note(key_of(away, channel), lines, channel, now), now)
            tx.mark(AWAY, now)
            return lines

        for line in await self._edges.store.transact(work):
            log.info("missed", what=line)

    async def _beat(self, now: datetime) -> None:
        if now - self.started < HEARTBEAT:
            return
        channel = self._config().settings.channel
        day = now.astimezone(UTC).date().isoformat()
        seen = self._today
        read = f"{count(len(seen.feeds), 'feed')} read, {count(seen.articles, 'article')}"
        told = f"{count(seen.stories, 'report')} of stories, {count(seen.messages, 'message')} sent"
        lines = [
            f"Aftershock is running, since {self.started:%-d %b %H:%M} UTC.",
            f"Today until {now:%H:%M} UTC: {read}, {told}.",
        ]

        def work(tx: Tx) -> bool:
            kept = tx.marked(BEAT)
            same_day = kept is not None and kept[1]["day"] == day
            if kept and same_day and timedelta() <= now - kept[0] < HEARTBEAT:
                return False
            edits = kept[1]["edits"] + 1 if kept and same_day else 0
            root = f"{channel}/heartbeat/{day}"
            beat = note(
                root, [*lines, *(f"In trouble: {text}" for text in list(tx.notices().values())[:5])], channel, now
            )
            if edits:
                beat = replace(beat, key=f"{root}#u{edits}", kind=DeliveryKind.UPDATE)
            tx.enqueue(beat, now)
            tx.mark(BEAT, now, {"day": day, "edits": edits})
            return not same_day

        if await self._edges.store.transact(work):
            self._today = Seen(seen.read, seen.priced)

    async def _tidy(self, now: datetime) -> None:
        """Once a day: a copy of the database, then what is too old goes. What fails is told and comes again."""
        try:
            kept = await self._edges.store.transact(lambda tx: tx.marked(TIDIED))
            if kept and timedelta() <= now - kept[0] < TIDY_EVERY:
                return
            keep = self._config().settings.keep
            backups = self._state / "backups"
            if shutil.disk_usage(self._state).free > 2 * _size(self._edges.store.path) + 2**28:
                await self._edges.store.back_up(daily(backups, now))
                await asyncio.to_thread(forget_old, backups, keep.copies)
            else:
                log.warning("no room for the daily copy of the database", folder=str(backups))
            gone = await prune(self._edges.store, now, keep)
            await self._edges.store.transact(lambda tx: tx.mark(TIDIED, now, gone))
            log.info("tidied up", **gone)
        except (StoreError, OSError, sqlite3.Error) as error:
            log.error("tidying up failed and is tried again", why=str(error))  # noqa: TRY400  the operator mends it
        except Exception:
            log.exception("tidying up failed and is tried again")


def _mics(config: Config, channel: str | None = None) -> set[str]:
    """The exchanges of watched stocks, of all channels or of one."""
    lists = [w for w in config.watchlists if channel in {None, w.channel}]
    return {exchange_of(watched.symbol).mic for watchlist in lists for watched in watchlist.companies}


def _absence(kept: list[str]) -> Absence:
    since, until, how = kept
    return Absence(datetime.fromisoformat(since), datetime.fromisoformat(until), how)


def _size(database: Path) -> int:
    sizes = (database.with_name(f"{database.name}{part}") for part in ("", "-wal"))
    return sum(path.stat().st_size for path in sizes if path.exists())
