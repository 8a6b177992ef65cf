"""The daemon: the one place that chooses concrete edges, and its start and end on SIGTERM or SIGINT."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import structlog

from alerts.outbox import wake
from alerts.types import DeliveryError, Notifier
from config.types import Config
from monitor import stopping
from monitor.cycle import Edges
from monitor.feeds.fetch import HttpNews
from monitor.market.sessions import Calendars
from monitor.notices import cannot_start
from monitor.notifiers import notifier_of
from monitor.opening import locked, opened
from monitor.places import Places
from monitor.reloading import Reloader
from monitor.serving import served
from monitor.store.outbox import StoredOutbox
from monitor.store.store import StoreError
from monitor.store.tx import Tx
from monitor.ticking import Daemon, Filling, no_filling
from monitor.types import PriceSource
from nlp.pool import Pool

log = structlog.get_logger("aftershock")


def _yahoo(environment: Mapping[str, str], state: Path) -> PriceSource:
    from monitor.market.yahoo import Yahoo  # noqa: PLC0415  yfinance and pandas are loaded only where they are used

    return Yahoo(state / "yahoo", base_url=environment.get("AFTERSHOCK_YAHOO_URL"))


def _streaming(environment: Mapping[str, str], state: Path) -> PriceSource:
    from monitor.market.streaming import Streaming  # noqa: PLC0415  as above, with websockets
    from monitor.market.yahoo import STREAM, Yahoo, tick_of  # noqa: PLC0415  as above

    base = environment.get("AFTERSHOCK_YAHOO_URL")
    source = Yahoo(state / "yahoo", base_url=base)
    url = f"{base.replace('http', 'ws', 1).rstrip('/')}/?version=2" if base else STREAM
    return Streaming(source, url, tick_of, settled=source.closes)


PRICE_SOURCES: Mapping[str, Callable[[Mapping[str, str], Path], PriceSource]] = {
    "yahoo": _yahoo,
    "yahoo-streaming": _streaming,
}
"""Price sources by name: one class and one row each."""


def prices_of(environment: Mapping[str, str], state: Path) -> PriceSource:
    """The price source that AFTERSHOCK_PRICES names, Yahoo if it names none. Raises StoreError in words."""
    name = environment.get("AFTERSHOCK_PRICES") or "yahoo"
    if name not in PRICE_SOURCES:
        raise StoreError(f"AFTERSHOCK_PRICES names no price source: {name}. There are: {', '.join(PRICE_SOURCES)}")
    return PRICE_SOURCES[name](environment, state)


@asynccontextmanager
async def live(
    config: Config, environment: Mapping[str, str], places: Places, clock: Callable[[], datetime]
) -> AsyncIterator[Edges]:
    """The edges of the live daemon, let go of at the end.

    Raises AlreadyRunningError, CredentialsError or StoreError.
    """
    with locked(places):
        prices = prices_of(environment, places.state)
        notifier = notifier_of(environment)
        store = await opened(places.database, config.settings.channel, clock())
        news = HttpNews(config.settings, clock=clock)
        analyzer = Pool(config.companies, config.lexicon, workers=config.settings.workers)
        edges = Edges(news, analyzer, prices, notifier, store, Calendars(), clock=clock)
        try:
            yield edges
        finally:
            edges.memory.look_back.close()
            for edge in (news, analyzer, prices, notifier):
                await edge.close()
            store.close()


async def _introduce(notifier: Notifier) -> None:
    """Say whom the daemon can tell, or what is in the way, before the first alert depends on it."""
    try:
        log.info("alerts go to", notifier=notifier.name, answer=await notifier.check())
    except DeliveryError as error:
        log.warning("alerts cannot be delivered yet", notifier=notifier.name, why=str(error))


def _exchanges(config: Config) -> set[str]:
    return {config.instrument(w.symbol).exchange for watchlist in config.watchlists for w in watchlist.companies}


def utc_now() -> datetime:
    """The clock of the live daemon."""
    return datetime.now(UTC)


async def run(
    config: Config,
    environment: Mapping[str, str],
    places: Places,
    clock: Callable[[], datetime] = utc_now,
    filling: Filling = no_filling,
) -> None:
    """Run the daemon until SIGTERM or SIGINT. Raises AlreadyRunningError or StoreError.

    Also raises where its database turns out to be damaged: the next start sets that aside and goes on. A signal that
    comes before the first tick breaks the start off.
    """
    starting = asyncio.current_task()
    asked = asyncio.Event()

    def leave() -> None:
        asked.set()
        if starting:
            starting.cancel()

    _on_signals(leave)
    try:
        try:
            await _run(config, environment, places, clock, filling)
        except StoreError as error:
            notifier = notifier_of(environment)
            try:
                await cannot_start(notifier, config.settings.channel, str(error), clock())
            finally:
                await notifier.close()
            raise
    except asyncio.CancelledError:
        if not asked.is_set():
            raise
        log.info("stopped before it had started")


def _on_signals(stop: Callable[[], None]) -> None:
    """Have SIGTERM and SIGINT do that from now on, and end the process in a bounded time."""

    def heard() -> None:
        stopping.limit()
        stop()

    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, heard)


async def _run(
    config: Config,
    environment: Mapping[str, str],
    places: Places,
    clock: Callable[[], datetime],
    filling: Filling,
) -> None:
    async with live(config, environment, places, clock) as edges:
        daemon = Daemon(edges, config, clock, filling, environment, places)
        watched = {w.symbol for watchlist in config.watchlists for w in watchlist.companies}
        await wake(StoredOutbox(edges.store), clock())
        await _introduce(edges.notifier)
        await asyncio.get_running_loop().run_in_executor(None, edges.calendars.prepare, _exchanges(config), clock())
        await daemon.upkeep.begin()
        log.info(
            "started",
            feeds=len(config.feeds),
            watched=len(watched),
            to=edges.notifier.name,
            state=str(places.state),
        )
        reloading = asyncio.create_task(Reloader(config, places, edges.store, clock, daemon.swap).run())
        try:
            async with served(daemon.upkeep.metrics, daemon.health(), environment):
                _on_signals(daemon.stop)
                await daemon.run()
        finally:
            reloading.cancel()
            await asyncio.gather(reloading, return_exceptions=True)
        log.info("stopped")
        if daemon.damaged:
            raise StoreError(
                f"{places.database} is damaged: start the daemon again; it sets the file aside and goes on."
            )


async def once(
    config: Config,
    environment: Mapping[str, str],
    places: Places,
    clock: Callable[[], datetime] = utc_now,
    filling: Filling = no_filling,
) -> None:
    """One pass of each line, then done. Raises AlreadyRunningError or StoreError."""
    async with live(config, environment, places, clock) as edges:
        daemon = Daemon(edges, config, clock, filling)
        await daemon.news()
        await daemon.prices()
        if await edges.memory.look_back.settled():
            await daemon.prices()
        await daemon.delivery()
        counts = await edges.store.transact(Tx.counts)
        log.info("one pass done", **counts, feeds=len(config.feeds))
