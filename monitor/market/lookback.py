"""Trades before stories, asked for beside the passes: no quote waits for one-minute bars.

A fresh story wants the last trade before it of every stock that it is linked to, and each of these is a request. A pass
takes what the source has at hand (a recording has it all, so that a replay decides at once) and leaves the rest to come
in its own time; whoever watches `came` then makes a pass for these stocks. Until then the day window alone decides.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from monitor.types import StoryPrice

Key = tuple[str, str]
"""A story and a symbol."""
Look = Callable[[Mapping[Key, datetime]], Awaitable[list[StoryPrice]]]
"""Asks a source for the last trades before these times. Some may be missing from what it gives."""


class LookBack:
    """At most one question under way. `came` is set while something has come that no pass has taken."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self.came = asyncio.Event()
        self._asking: asyncio.Task[list[StoryPrice]] | None = None
        self._wanted: frozenset[str] = frozenset()

    async def take(self, look: Look, wanted: Mapping[Key, datetime]) -> list[StoryPrice]:
        """What has come since the last time; `look` is asked for what is `wanted` where nothing is under way.

        Raises what `look` raised.
        """
        if self._asking is None and wanted:
            self._wanted = frozenset(symbol for _, symbol in wanted)
            self._asking = asyncio.ensure_future(look(wanted))
            await asyncio.wait({self._asking}, timeout=0)
            if not self._asking.done():
                self._asking.add_done_callback(lambda _: self.came.set())
        if self._asking is None or not self._asking.done():
            return []
        done, self._asking = self._asking, None
        self._wanted = frozenset()
        self.came.clear()
        return done.result()

    def symbols(self) -> frozenset[str]:
        """Those of whom something has come that no pass has taken."""
        return self._wanted if self.came.is_set() else frozenset()

    async def settled(self) -> bool:
        """Wait for what is under way; whether anything was."""
        if self._asking is None:
            return False
        await asyncio.wait({self._asking})
        return True

    def close(self) -> None:
        """Break off what is under way."""
        if self._asking:
            self._asking.cancel()
            self._asking = None
