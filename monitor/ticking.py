"""The ticks that ask the three lines, over one set of edges.

APScheduler only ticks; what is due is data. A pass that fails is told and tried again at its next tick. Passes of the
news line may overlap, as none asks a feed that another has in hand; of the other lines one runs at a time. On a stop
the ticks end, then the running passes, and what is waiting is sent.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from alerts.types import Answer as Reply
from alerts.types import Command, Gallery
from config.types import Config
from monitor.cycle import Edges, deliver, read_news, watch_prices
from monitor.desks import furnished
from monitor.feeds.fetch import HttpNews
from monitor.filling import Progress, fill
from monitor.health import delivery_troubles, feed_notes, feed_troubles, price_troubles
from monitor.metrics import Metrics
from monitor.notices import Notices
from monitor.notifiers import listener_of
from monitor.operator import failing, messages
from monitor.pictures import Studio, show_due
from monitor.places import Places
from monitor.service import manager
from monitor.serving import Health
from monitor.store.store import CorruptError, StoreError
from monitor.types import Pushing
from monitor.upkeep import TICK, Upkeep
from nlp.pool import Pool

log = structlog.get_logger("aftershock")

DRAIN = timedelta(seconds=3)
"""How long a stop waits for running passes before it breaks them off: what they have not saved comes again."""
LAST = timedelta(seconds=5)
"""How long a stop then gives what waits in the outbox."""

BREATH = 1.0
"""Seconds between passes that moves of a streaming source bring about."""
NEWS_TICK = timedelta(seconds=5)
"""How often the news line looks whether a feed is due; each feed's own interval is data."""

PICTURES_TICK = timedelta(seconds=5)
"""How often it is looked whether a picture is due; pictures follow their messages."""
DEADLINES = {"news": 600.0, "prices": 900.0, "delivery": 300.0, "pictures": 300.0, "upkeep": 120.0}
"""Seconds after which a pass is broken off, well beyond what its own edges allow themselves; the first filling of daily
bars is in a price pass. What it had not saved comes again."""

NEWS_PASSES = 20
"""How many passes of the news line may go on at a time: each ends with its slowest feed, and none waits for another."""

Filling = Callable[[], AbstractContextManager[Progress]]
"""Shows the progress of the first filling for as long as it is entered."""


@contextmanager
def no_filling() -> Iterator[Progress]:
    """Show nothing."""
    yield lambda _done, _all: None


class Daemon:
    """The ticks over one set of edges and one configuration. `clock` tells the time, UTC-aware."""

    def __init__(
        self,
        edges: Edges,
        config: Config,
        clock: Callable[[], datetime],
        filling: Filling = no_filling,
        environment: Mapping[str, str] | None = None,
        places: Places | None = None,
    ) -> None:
        """Nothing runs yet. `filling` shows how far the first filling of daily bars has come.

        What people ask in Slack is listened to if `environment` has the token for it; `places` is where they may have
        watchlists changed, None for nowhere.
        """
        self._environment = environment or {}
        self._edges = edges
        self._config = config
        self._clock = clock
        self._passes: set[asyncio.Task[object]] = set()
        self._stopping = asyncio.Event()
        self._broken: dict[str, str] = {}
        self._unkept: set[str] = set()
        self.damaged = False
        self.notices = Notices(edges.store, edges.notifier, clock, lambda: self._config.settings.channel)
        self.upkeep = Upkeep(edges, lambda: self._config, clock, self.notices, Metrics(), edges.store.path.parent)
        self._filling: Filling | None = filling
        self._pricing = asyncio.Lock()
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._reloads: set[asyncio.Task[None]] = set()
        self._studio = Studio()
        self._waiting: dict[str, datetime] = {}
        self._desk = furnished(edges.store, lambda: self._config, edges.calendars, clock, places)

    async def run(self) -> None:
        """Tick until `stop`, then let running passes end and send what is waiting, for a bounded time."""
        every = _ticks(self._config)
        lines: tuple[tuple[str, Callable[[], Awaitable[object]], int], ...] = (
            ("news", self.news, NEWS_PASSES),
            ("prices", self.prices, 1),
            ("delivery", self.delivery, 1),
            ("pictures", self.pictures, 1),
            ("upkeep", self.upkeep.look, 1),
        )
        scheduler = self._scheduler
        for name, line, most in lines:
            scheduler.add_job(
                self._tick,
                "interval",
                (name, line),
                seconds=every[name].total_seconds(),
                id=name,
                next_run_time=datetime.now(UTC),
                misfire_grace_time=None,
                coalesce=True,
                max_instances=most,
            )
        scheduler.add_listener(
            lambda event: self.upkeep.metrics.missed.labels(event.job_id).inc(),
            EVENT_JOB_MAX_INSTANCES | EVENT_JOB_MISSED,
        )
        scheduler.start()
        prices = self._edges.prices
        news_of_prices = [self._edges.memory.look_back.came, *([prices.moved] if isinstance(prices, Pushing) else [])]
        beside = [asyncio.create_task(self._on_moves(moved)) for moved in news_of_prices]
        listener = listener_of(self._environment, self.obey, self._heard)
        if listener:
            beside.append(asyncio.create_task(listener.run()))
        manager.tell(self._environment, manager.READY)
        if within := manager.watchdog(self._environment):
            beside.append(asyncio.create_task(self._reassure(within.total_seconds() / 2)))
        try:
            await self._stopping.wait()
        finally:
            manager.tell(self._environment, manager.STOPPING)
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            scheduler.remove_all_jobs()
            await self._drain()
            await self._studio.close()
            scheduler.shutdown(wait=False)

    def stop(self) -> None:
        """Begin a graceful stop; may be called more than once."""
        self._stopping.set()

    async def swap(self, config: Config) -> None:
        """Take another configuration from each line's next pass on; passes under way end with the one they began with.

        Texts under way are finished by the old workers; the next pass has the new companies and events.
        """
        before, self._config = self._config, config
        if isinstance(self._edges.news, HttpNews):
            self._edges.news.settings = config.settings
        for name, every in _ticks(config).items():
            if every != _ticks(before)[name] and self._scheduler.get_job(name):
                self._scheduler.reschedule_job(name, trigger="interval", seconds=every.total_seconds())
        analyzer = self._edges.analyzer
        if isinstance(analyzer, Pool) and (before.companies, before.lexicon) != (config.companies, config.lexicon):
            reload = asyncio.create_task(analyzer.reload(config.companies, config.lexicon))
            self._reloads.add(reload)
            reload.add_done_callback(self._reloads.discard)
            await asyncio.sleep(0)

    def health(self) -> Health:
        """Whether it is well, for who asks over HTTP."""
        return Health(self.upkeep.alive, self.upkeep.ready)

    async def _reassure(self, every: float) -> None:
        """Tell the service manager that it is alive, for as long as its lines are; stuck ones want a restart."""
        while True:
            if not self.upkeep.alive():
                manager.tell(self._environment, manager.ALIVE)
            await asyncio.sleep(every)

    async def news(self) -> None:
        """One pass of the news line."""
        done = await read_news(self._edges, self._config, self._clock())
        for taken in done.taken:
            if taken.story:
                log.info("story", story=taken.story.id, title=taken.article.title, why=taken.reason)
        self.upkeep.news_read(done)
        await self.notices.tell(*feed_troubles(done.answers))
        await self.notices.tell(*feed_notes(done.answers), "reads in part")
        await self.notices.tell(*failing(done.answers), wording=messages, logged=False)

    async def prices(self) -> None:
        """One pass of the price line; before the first one, the daily bars it needs. One at a time."""
        async with self._pricing:
            await self._prices()

    async def _prices(self) -> None:
        config = self._config
        if self._filling:
            filling, self._filling = self._filling, None
            with filling() as progress:
                found = await fill(self._edges, config, self._clock(), progress)
            if found:
                log.info("daily bars read", symbols=found)
        done = await watch_prices(self._edges, config, self._clock())
        for delivery in done.deliveries:
            log.info("put into the outbox", kind=delivery.kind.value, key=delivery.key)
        self.upkeep.prices_watched(done)
        if done.prices:
            prices = done.prices
            name = self._edges.prices.name
            problems = {**done.suspects, **done.stopped, **prices.problems}
            silent = prices.silent | done.stopped.keys()
            await self.notices.tell(*price_troubles(name, prices.asked, problems, silent))

    async def _on_moves(self, moved: asyncio.Event) -> None:
        """A pass of the price line whenever there is something new between its ticks, with a breath between.

        A tick keeps a cancellation to itself, so that its pass runs on: that a stop was asked for is looked up.
        """
        while not self._stopping.is_set():
            await moved.wait()
            await self._tick("prices", self.prices)
            if not self._stopping.is_set():
                await asyncio.sleep(BREATH)

    async def delivery(self) -> None:
        """One pass of the delivery line."""
        done = await deliver(self._edges, self._config, self._clock())
        for row in done.settled:
            log.info("delivered", kind=row.delivery.kind.value, key=row.delivery.key, channel=row.delivery.channel)
        self.upkeep.delivered([row.delivery.kind for row in done.settled])
        await self.notices.tell(*delivery_troubles(done))

    async def pictures(self) -> None:
        """Draw and show the pictures that are due, where alerts go to somebody who can see them."""
        gallery = self._edges.notifier
        if not isinstance(gallery, Gallery) or not self._studio.can_draw():
            return
        edges = self._edges
        done, wrong = await show_due(edges.store, gallery, self._studio, edges.calendars, self._clock, self._waiting)
        for root in done:
            log.info("picture shown", root=root)
        if done or wrong:
            troubles = {f"picture {root}": f"no picture of {root}: {why}" for root, why in wrong.items()}
            await self.notices.tell(troubles, {f"picture {root}" for root in (*done, *wrong)}, "cannot draw")

    async def obey(self, command: Command) -> Reply:
        """Do what somebody asks in Slack, and log who asked for what."""
        reply = await self._desk.obey(command)
        log.info(
            "asked", by=command.by, verb=command.verb.value, what=command.what, more=command.more, root=command.root
        )
        return reply

    def _heard(self, text: str, level: str) -> None:
        """Log what became of the connection to Slack's buttons, each text once until it changes."""
        if self._broken.get("listening") != text:
            self._broken["listening"] = text
            (log.warning if level == "warning" else log.info)("Slack", what=text)

    async def _tick(self, name: str, line: Callable[[], Awaitable[object]]) -> None:
        if self._stopping.is_set():
            return
        task = asyncio.ensure_future(self._guarded(name, line))
        self._passes.add(task)
        task.add_done_callback(self._passes.discard)
        with suppress(asyncio.CancelledError):
            await asyncio.shield(task)

    async def _guarded(self, name: str, line: Callable[[], Awaitable[object]]) -> None:
        """One pass. What the operator can mend is told once in a line, a fault of ours each time with its trace."""
        began = time.monotonic()
        problem = "was broken off"
        try:
            async with asyncio.timeout(DEADLINES[name]):
                await line()
        except (StoreError, OSError, TimeoutError) as error:
            problem = str(error) or f"it took longer than {DEADLINES[name]:g} s and was broken off"
            await self._failed(name, error, problem)
        except Exception as error:
            problem = repr(error)
            log.exception("this pass failed and is tried again at its next tick", line=name)
        else:
            problem = ""
            if self._broken.pop(name, None):
                log.info("works again", what=f"the {name} line")
            if self._unkept:
                self._unkept.discard(name)
                if not self._unkept:
                    await self.notices.straight_over("store")
        finally:
            self.upkeep.passed(name, problem, time.monotonic() - began)

    async def _failed(self, name: str, error: Exception, problem: str) -> None:
        """Tell what the operator can mend, once: past the outbox where the store cannot keep what is to be told.

        Another process that holds the database for a moment is a passing fault; a second time in a row it is not.
        """
        again = name in self._broken
        if self._broken.get(name) != problem:
            self._broken[name] = problem
            log.error("this pass failed and is tried again at each tick", line=name, why=problem)
        if isinstance(error, StoreError) and (again or not error.passing):
            self._unkept.add(name)
            await self.notices.straight("store", f"nothing can be kept, so nothing is told: {problem}")
        if isinstance(error, CorruptError):
            self.damaged = True
            self.stop()

    async def _drain(self) -> None:
        """Wait a moment for running passes, break off those that go on, then make one last delivery."""
        log.info("stopping")
        if self._passes:
            _, late = await asyncio.wait(self._passes, timeout=DRAIN.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        try:
            async with asyncio.timeout(LAST.total_seconds()):
                await self._guarded("delivery", self.delivery)
        except TimeoutError:
            log.warning("not everything could be sent in time; it is sent at the next start")
        with suppress(StoreError):
            await self.upkeep.end()


def _ticks(config: Config) -> dict[str, timedelta]:
    """How often each line looks whether something is due."""
    settings = config.settings
    return {
        "news": min(NEWS_TICK, settings.poll_news),
        "prices": settings.poll_prices,
        "delivery": settings.poll_delivery,
        "pictures": PICTURES_TICK,
        "upkeep": TICK,
    }
