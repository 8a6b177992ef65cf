"""Worker processes for work on strangers' bytes, killed at a deadline and replaced.

Each does one piece of work at a time, so that waiting for a turn never counts against the deadline.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from heapq import heappop, heappush
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from nlp.processes import QuietContext

T = TypeVar("T")

START_GRACE = 20.0
"""Seconds beyond the deadline in which a new worker may start; it imports what it runs, once."""

MAX_TASKS = 5_000
"""A worker is replaced after this many pieces of work, so that what parsers leak does not pile up."""


class WorkerError(Exception):
    """The work was not done: it took too long, or its worker died. `args[0]` is for people."""


class TooSlowError(WorkerError):
    """The work was not done in its time."""


class Worker:
    """Runs functions in a process that can be killed. The first piece of work starts it."""

    def __init__(self, deadline: float) -> None:
        """Each piece of work is given `deadline` seconds."""
        self._deadline = deadline
        self._turn = asyncio.Lock()
        self._pool: ProcessPool | None = None
        self._running: asyncio.Future[Any] | None = None
        self._closed = False

    async def run(self, function: Callable[..., T], *args: Any) -> T:  # noqa: ANN401  whatever the function takes
        """`function(*args)`, all of it and its result picklable. Raises WorkerError, or what the function raised."""
        async with self._turn:
            try:
                return await self._try(function, args)
            except BrokenExecutor:  # the worker had died between two pieces of work, so this one was not begun
                return await self._try(function, args)

    async def _try(self, function: Callable[..., T], args: tuple[Any, ...]) -> T:
        pool = await self._ready()
        work = asyncio.wrap_future(pool.schedule(function, args=args, timeout=self._deadline))
        self._running = work
        try:
            done, _ = await asyncio.wait({work}, timeout=self._deadline + START_GRACE)
            if not done:
                await self._drop()
                raise WorkerError("the parsing process did not start")
            if work.cancelled():
                raise WorkerError("the parsing process was stopped")
            return work.result()
        except ProcessExpired as error:
            raise WorkerError("the parsing process died on it") from error
        except TimeoutError as error:
            raise TooSlowError(f"parsing took longer than {self._deadline:g} s") from error
        finally:
            work.cancel()
            self._running = None

    async def _ready(self) -> ProcessPool:
        if self._closed:
            raise WorkerError("the parsing process was stopped")
        if self._pool is not None and not self._pool.active:
            await self._drop()
        if self._pool is None:
            self._pool = ProcessPool(max_workers=1, max_tasks=MAX_TASKS, context=QuietContext())
        return self._pool

    async def _drop(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves this one untyped
            await asyncio.to_thread(pool.join)

    async def close(self) -> None:
        """Kill the worker, whatever it is doing. Work in hand and work that comes later raises WorkerError."""
        self._closed = True
        if self._running is not None:
            self._running.cancel()
        async with self._turn:
            await self._drop()


class Workers:
    """Some workers, started as they are needed. A piece of work waits for the first that is free, in order of size."""

    def __init__(self, number: int, deadline: float) -> None:
        """Each piece of work is given `deadline` seconds."""
        self._all = [Worker(deadline) for _ in range(number)]
        self._free = list(reversed(self._all))
        self._waiting: list[tuple[int, int, asyncio.Future[Worker]]] = []
        self._number = 0

    async def run(self, function: Callable[..., T], *args: Any, size: int = 0) -> T:  # noqa: ANN401  as for `Worker`
        """`function(*args)`, as `Worker.run`; what is smaller by `size` goes before what waits already."""
        worker = await self._take(size)
        try:
            return await worker.run(function, *args)
        finally:
            self._give(worker)

    async def _take(self, size: int) -> Worker:
        if self._free:
            return self._free.pop()
        turn: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._number += 1
        heappush(self._waiting, (size, self._number, turn))
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give(turn.result())
            raise

    def _give(self, worker: Worker) -> None:
        while self._waiting:
            turn = heappop(self._waiting)[2]
            if not turn.done():
                turn.set_result(worker)
                return
        self._free.append(worker)

    async def close(self) -> None:
        """Kill all of them, as `Worker.close`."""
        await asyncio.gather(*(worker.close() for worker in self._all))
