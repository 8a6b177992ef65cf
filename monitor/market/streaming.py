"""Streaming quotes as an option: the newest ticks over a WebSocket, laid over the quotes of a source that is polled.

A tick knows price, time and volume only; what else a quote says comes from the polled source, which is asked as often
as without streaming and no more. While there is no connection, or a symbol has no tick, polling is all there is, so
nothing depends on the stream. yfinance's own client spins on a clean close and never comes back: this one reconnects
with growing pauses.
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from monitor.types import History, PriceAnswer, PriceSource, Quote

SILENCE: Final = 60.0
"""Seconds without any message after which a connection is given up: while an exchange is open there are many."""
AGAIN: Final = 15.0
"""Seconds between subscriptions, which Yahoo wants repeated; as yfinance does."""
FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 60.0
JITTER: Final = 0.5
"""Seconds before a new connection: doubled each time up to a minute, and up to half longer by chance."""
MOVED: Final = 0.0025
"""A price that moved by a quarter of a percent since it was last asked for is worth a look of its own."""
CUSHION: Final = timedelta(seconds=5)
"""How much earlier than its interval the polled source may be asked: ticks of the clock are not exact."""

_LOST: Final = (OSError, TimeoutError, WebSocketException)


class Streaming:
    """A `PriceSource` over another one. `moved` is set when a price has moved since it was asked for.

    `decode` makes a quote of a message, None of one that holds none. `settled` says of a quote whether a later trade
    must not take its place (just after a close). `poll` is how often the other source is asked. `lost` says why
    there is no connection, if one was tried.
    """

    def __init__(
        self,
        source: PriceSource,
        url: str,
        decode: Callable[[str | bytes], Quote | None],
        *,
        poll: timedelta = timedelta(minutes=1),
        settled: Callable[[str, datetime], bool] = lambda _symbol, _now: False,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Connect at the first question."""
        self.name = f"{source.name}, streaming"
        self.moved = asyncio.Event()
        self.connected = False
        self.lost = ""
        self._source = source
        self._url = url
        self._decode = decode
        self._poll = poll
        self._settled = settled
        self._sleep = sleep
        self._ticks: dict[str, Quote] = {}
        self._told: dict[str, float] = {}
        self._stirred: set[str] = set()
        self._wanted: set[str] = set()
        self._new = asyncio.Event()
        self._polled: dict[str, tuple[datetime, Quote | None, str]] = {}
        self._task: asyncio.Task[None] | None = None

    async def quotes(self, symbols: Sequence[str], now: datetime) -> PriceAnswer[Quote]:
        """The newest of tick and polled quote of each symbol; symbols polled within the interval are not polled again.

        Without a connection every call polls.
        """
        self._follow(symbols)
        silent = await self._ask(symbols, now)
        found, problems = {}, {}
        for symbol in symbols:
            _, polled, problem = self._polled.get(symbol, (now, None, ""))
            quote = self._laid_over(symbol, polled, now)
            if quote:
                found[symbol] = quote
                self._told[symbol] = quote.price
            else:
                problems[symbol] = problem
        self._stirred -= set(symbols)
        if not self._stirred:
            self.moved.clear()
        return PriceAnswer(found, problems, silent - found.keys())

    def stirred(self) -> frozenset[str]:
        """The symbols whose price has moved since it was asked for or they were named here."""
        found = frozenset(self._stirred)
        self._told |= {symbol: self._ticks[symbol].price for symbol in found}
        self._stirred.clear()
        self.moved.clear()
        return found

    async def history(self, symbols: Sequence[str], now: datetime) -> PriceAnswer[History]:
        """Daily bars of the polled source."""
        return await self._source.history(symbols, now)

    async def prices_at(self, wanted: Sequence[tuple[str, datetime]], now: datetime) -> PriceAnswer[Quote]:
        """Earlier trades of the polled source."""
        return await self._source.prices_at(wanted, now)

    async def close(self) -> None:
        """Let go of the connection and of the polled source."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._source.close()

    async def _ask(self, symbols: Sequence[str], now: datetime) -> frozenset[str]:
        """Poll what is due; those of which the source said nothing."""
        fresh = self._poll - CUSHION
        due = [s for s in symbols if not self.connected or s not in self._polled or now - self._polled[s][0] >= fresh]
        if not due:
            return frozenset()
        answer = await self._source.quotes(due, now)
        for symbol in due:
            self._polled[symbol] = (now, answer.found.get(symbol), answer.problems.get(symbol, ""))
        return answer.silent

    def _laid_over(self, symbol: str, polled: Quote | None, now: datetime) -> Quote | None:
        tick = self._ticks.get(symbol)
        if tick is None or (polled and (polled.time >= tick.time or self._settled(symbol, now))):
            return polled
        if polled is None:
            return tick
        volume = tick.volume or polled.volume
        return replace(polled, price=tick.price, time=tick.time, volume=volume, delay=timedelta())

    def _follow(self, symbols: Sequence[str]) -> None:
        if not self._wanted >= set(symbols):
            self._wanted |= set(symbols)
            self._new.set()
        if self._task is None:
            self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        """Connect, read, and connect again, for ever."""
        pause = FIRST_PAUSE
        while True:
            try:
                async with connect(self._url, open_timeout=10, max_size=2**20) as socket:
                    self.connected = True
                    self.lost = ""
                    if await self._read(socket):
                        pause = FIRST_PAUSE
            except _LOST as error:
                self.lost = str(error) or type(error).__name__
            self.connected = False
            await self._sleep(pause * random.uniform(1, 1 + JITTER))  # noqa: S311  no secret
            pause = min(LONGEST_PAUSE, 2 * pause)

    async def _read(self, socket: ClientConnection) -> bool:
        """Take ticks until the connection ends or falls silent; whether there was any."""
        subscribing = asyncio.create_task(self._subscribe(socket))
        any_tick = False
        try:
            while True:
                message = await asyncio.wait_for(socket.recv(), SILENCE)
                tick = self._decode(message)
                if tick:
                    any_tick = True
                    self._take(tick)
        except _LOST:
            return any_tick
        finally:
            subscribing.cancel()

    def _take(self, tick: Quote) -> None:
        known = self._ticks.get(tick.symbol)
        if known and known.time > tick.time:
            return
        self._ticks[tick.symbol] = tick
        told = self._told.get(tick.symbol)
        if told and abs(tick.price / told - 1) >= MOVED:
            self._stirred.add(tick.symbol)
            self.moved.set()

    async def _subscribe(self, socket: ClientConnection) -> None:
        """Say what is wanted: at once, when something new is, and again from time to time."""
        with suppress(*_LOST):
            while True:
                self._new.clear()
                await socket.send(json.dumps({"subscribe": sorted(self._wanted)}))
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._new.wait(), AGAIN)
