"""Analysing many texts: in this process, or in workers that can be killed at a deadline and replaced.

A text that hangs a parser or kills its worker costs that text alone. Each worker loads the model once. An
analysis depends on its text only, so the number of workers changes nothing but the time.
"""

import asyncio
import logging
import os
import resource
import signal
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Protocol

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from config.types import Company, EventLexicon
from nlp.pipeline import MAX_CHARACTERS, Pipeline
from nlp.processes import QuietContext
from nlp.types import Analysis, Text

DEADLINE = 30.0  # seconds for one text; the longest that is read takes about one
TRIES = 2  # a worker that dies idle breaks pebble's pool, and with it texts that did nothing wrong

AT_ONCE = 64  # texts that wait in the workers' queue; the others wait here, as what they are
MOST_MEMORY = 1_500 * 2**20  # bytes of one worker, over twice what the model and the registry take
SPENT = 77  # the exit code of a worker that has grown too much

log = logging.getLogger(__name__)


class Reader(Protocol):
    """What reads texts, and is built once in each worker."""

    def analyze(self, text: Text) -> Analysis:
        """What `text` says."""
        ...

    def reload(self, companies: Mapping[str, Company], lexicon: EventLexicon) -> None:
        """Take another registry and other rules from the next text on."""
        ...


Build = Callable[[Mapping[str, Company], EventLexicon], Reader]


class NotSetUpError(OSError):
    """No worker can read anything, as when the model is missing: for the person who can mend that."""


class Inline:
    """Analyses in this process, one text after the other: for a replay and for tests."""

    def __init__(self, reader: Reader) -> None:
        """Read with this one."""
        self._reader = reader

    async def analyze(self, texts: Sequence[Text]) -> list[Analysis | None]:
        """One analysis per text, in order; None for a text that can't be analysed, with the reason in the log."""
        answers: list[Analysis | None] = []
        for text in texts:
            await asyncio.sleep(0)
            try:
                answers.append(self._reader.analyze(text))
            except Exception:
                log.exception("left out, because its analysis failed: %s", text.title[:80])
                answers.append(None)
        return answers

    async def reload(self, companies: Mapping[str, Company], lexicon: EventLexicon) -> None:
        """Take another registry and other rules from the next text on."""
        self._reader.reload(companies, lexicon)

    async def close(self) -> None:
        """Nothing to let go of."""

    aclose = close


class Pool:
    """Analyses in worker processes, which start with the first text."""

    def __init__(
        self,
        companies: Mapping[str, Company],
        lexicon: EventLexicon,
        workers: int = 1,
        deadline: float = DEADLINE,
        build: Build = Pipeline,
        most: int = MOST_MEMORY,
    ) -> None:
        """`deadline` is in seconds and for one text. `build` must be importable by a fresh process.

        A worker that has grown beyond `most` bytes of memory is replaced before it reads another text.
        """
        self._most = most
        self.replaced = 0
        self._companies, self._lexicon = companies, lexicon
        self._workers, self._deadline, self._build = workers, deadline, build
        self._pool: ProcessPool | None = None
        self._under_way: set[ProcessFuture[Analysis]] = set()

    async def analyze(self, texts: Sequence[Text]) -> list[Analysis | None]:
        """One analysis per text, in order; None for a text whose worker died or took too long.

        Raises NotSetUpError, in words for people, if a worker can't be set up at all, as when the model is missing.
        """
        answers: dict[int, Analysis | None] = {}
        tries: Counter[int] = Counter()
        while waiting := [n for n in range(len(texts)) if n not in answers and tries[n] < TRIES][:AT_ONCE]:
            pool = await self._running()
            futures = [self._schedule(pool, texts[n]) for n in waiting]
            settled = await asyncio.gather(*(self._settle(f) for f in futures), return_exceptions=True)
            for n, one in zip(waiting, settled, strict=True):
                if isinstance(one, NotSetUpError):
                    raise one
                if isinstance(one, asyncio.CancelledError):
                    answers[n] = None
                elif isinstance(one, BrokenProcessPool):
                    tries[n] += 1
                elif isinstance(one, ProcessExpired) and one.exitcode == SPENT:
                    # The text was not read yet; a new worker reads at least one before it can be spent.
                    self.replaced += 1
                elif isinstance(one, BaseException):
                    log.warning("left out, because %s: %s", _reason(one, self._deadline), texts[n].title[:80])
                    answers[n] = None
                else:
                    answers[n] = one
        return [answers.get(n) for n in range(len(texts))]

    async def reload(self, companies: Mapping[str, Company], lexicon: EventLexicon) -> None:
        """Take another registry and other rules from the next text on, in new workers; texts under way are finished."""
        self._companies, self._lexicon = companies, lexicon
        old, self._pool = self._pool, None
        if old is not None:
            old.close()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
            await asyncio.to_thread(old.join)

    async def close(self) -> None:
        """Stop the workers, whatever they are at; texts under way have no analysis."""
        old, self._pool = self._pool, None
        for future in tuple(self._under_way):
            future.cancel()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
        if old is not None:
            old.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
            await asyncio.to_thread(old.join)

    aclose = close

    async def _running(self) -> ProcessPool:
        """The workers, new ones where there are none or pebble's pool broke."""
        if self._pool is not None and not self._pool.active:
            broken, self._pool = self._pool, None
            await asyncio.to_thread(broken.join)
        if self._pool is None:
            self._pool = ProcessPool(
                max_workers=self._workers,
                initializer=_set_up,
                initargs=(self._build, self._companies, self._lexicon, self._most),
                context=QuietContext(),
            )
        return self._pool

    def _schedule(self, pool: ProcessPool, text: Text) -> "ProcessFuture[Analysis] | None":
        """Hand a text to the workers; None if their pool breaks at this very moment."""
        short = Text(text.title[:MAX_CHARACTERS], text.summary[:MAX_CHARACTERS], text.symbols)
        try:
            future = pool.schedule(_read, args=(short,), timeout=self._deadline)
        except RuntimeError:
            return None
        self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)
        return future

    @staticmethod
    async def _settle(future: "ProcessFuture[Analysis] | None") -> Analysis:
        if future is None:
            raise BrokenProcessPool
        return await asyncio.wrap_future(future)


def _reason(error: BaseException, deadline: float) -> str:
    """Why a text has no analysis, in words."""
    if isinstance(error, TimeoutError):
        return f"it took longer than {deadline:g} s"
    if isinstance(error, ProcessExpired):
        return f"its worker died (exit code {error.exitcode})"
    return f"its analysis failed ({type(error).__name__}: {error})"


class _Worker:
    """What a worker process holds between texts: its reader, or why it has none."""

    reader: Reader | None = None
    failure: str = ""
    most: int = MOST_MEMORY
    spent: bool = False


def _set_up(build: Build, companies: Mapping[str, Company], lexicon: EventLexicon, most: int) -> None:
    """Run once in each worker. What fails is told with the first text, where someone hears it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _Worker.most = most
    try:
        _Worker.reader = build(companies, lexicon)
    except OSError as error:
        _Worker.failure = str(error)


def _read(text: Text) -> Analysis:
    """Run in a worker for each text."""
    if _Worker.reader is None:
        raise NotSetUpError(_Worker.failure)
    if _Worker.spent:
        os._exit(SPENT)
    found = _Worker.reader.analyze(text)
    _Worker.spent = _memory() > _Worker.most
    return found


def _memory() -> int:
    """The resident memory of this process in bytes, 0 where the platform does not tell (proc_pid_statm(5))."""
    try:
        with Path("/proc/self/statm").open("rb") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except OSError:
        return 0
