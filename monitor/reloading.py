"""Edits of the configuration taken over while the daemon runs: read whole, checked, and swapped between two passes.

What is wrong changes nothing: the last good configuration stays in force, the mistake is told once in the log and in
the operator's channel, and its mending too. What counts is kept in the state folder, so that a start with a broken
file has something to fall back on. Deciding what an edit comes to is pure; reading is done in a thread.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog

from alerts.types import Delivery, DeliveryKind
from alerts.words import clean, count, cut, literal
from config.difference import differences, needs_restart
from config.kept import Keeper
from config.load import Loaded, load
from config.types import Config, Problem
from monitor.places import Places
from monitor.store.store import Store
from monitor.store.tx import Tx
from monitor.watching import changes, signature

log = structlog.get_logger("aftershock")

NOTICE: Final = "config"
"""The key under which the store remembers that a mistake was told."""
NAMED: Final = 8
"""Lines that one message names; the others are counted."""
LONGEST: Final = 300
"""Characters of one line."""
STAYS: Final = "The last good configuration stays in force until this is mended."


@dataclass(frozen=True, slots=True)
class Edit:
    """What an edit comes to.

    `config` is what counts from now on, None where nothing changes; `said` is what it changed, `restart` which of it
    waits for a restart, `wrong` the mistakes that keep the edit out, `warnings` what a person should look at.
    """

    config: Config | None = None
    said: tuple[str, ...] = ()
    restart: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def edit(before: Config, loaded: Loaded, folder: Path) -> Edit:
    """What becomes of `before` once the folder reads like that. Files are named by their paths inside the folder."""

    def lines(problems: Sequence[Problem]) -> tuple[str, ...]:
        return tuple(str(problem).replace(f"{folder}/", "") for problem in problems)

    wrong = lines([problem for problem in loaded.problems if problem.fatal])
    if loaded.config is None:
        return Edit(wrong=wrong)
    warnings = lines(loaded.problems)
    if loaded.config.fingerprint == before.fingerprint:
        return Edit(warnings=warnings)
    said = differences(before, loaded.config)
    return Edit(loaded.config, said, needs_restart(before, loaded.config), warnings=warnings)


class Reloader:
    """Follows the files of a configuration folder, and the table of companies that `companies update` writes.

    `swap` is called with each configuration that counts from then on.
    """

    def __init__(
        self,
        config: Config,
        places: Places,
        store: Store,
        clock: Callable[[], datetime],
        swap: Callable[[Config], Awaitable[None]],
    ) -> None:
        """`config` is in force now. Nothing is watched yet."""
        self._config = config
        self._folder = places.config
        self._refreshed = places.listings
        self._keeper = Keeper(places.state)
        self._store = store
        self._clock = clock
        self._swap = swap
        self._warnings: tuple[str, ...] | None = None

    async def run(self) -> None:
        """Follow the folder until cancelled. A fault here is told and never ends it: edits go on being taken over."""
        beside = (self._refreshed,)
        async with aclosing(changes(self._folder, signature(self._folder, beside), beside)) as stirs:
            await self._guarded()
            async for _ in stirs:
                await self._guarded()

    async def _guarded(self) -> None:
        try:
            await self.look()
        except Exception:
            # Not even a log that cannot be written may end the watch.
            with suppress(OSError, ValueError):
                log.exception("an edit of the configuration could not be taken over; the last good one stays in force")

    async def look(self) -> Edit:
        """Read the folder now, and take over what it says if that is right."""
        there = self._folder.exists() or self._keeper.good is not None
        loaded = await asyncio.to_thread(load, self._folder if there else None, refreshed=self._refreshed)
        found = edit(self._config, loaded, self._folder)
        if found.config is not None:
            await self._swap(found.config)
            self._config = found.config
            log.info("configuration changed", changes=list(found.said))
            for name in found.restart:
                log.warning("this counts after a restart", setting=name)
        if loaded.config is not None and loaded.texts:
            await asyncio.to_thread(self._keep, loaded)
        if self._warnings is not None:
            for line in [line for line in found.warnings if line not in self._warnings]:
                log.warning("check the configuration", what=line)
        self._warnings = found.warnings
        await self._tell(found)
        return found

    def _keep(self, loaded: Loaded) -> None:
        try:
            self._keeper.keep(loaded.texts, self._config.fingerprint, self._clock())
        except OSError as error:
            log.warning("the last good configuration could not be kept", why=error.strerror or str(error))

    async def _tell(self, found: Edit) -> None:
        """Tell the log and the operator's channel of a mistake and its mending once, over restarts too."""
        now, channel = self._clock(), self._config.settings.channel
        text = "\n".join(found.wrong)

        def work(tx: Tx) -> tuple[bool, bool]:
            before = tx.notices().get(NOTICE)
            begun, mended = bool(text) and text != before, not text and before is not None
            if begun:
                tx.set_notices({NOTICE: text}, (), now)
            elif mended:
                tx.set_notices({}, (NOTICE,), now)
            for delivery in messages(found, channel, now, begun=begun, mended=mended):
                tx.enqueue(delivery, now)
            return begun, mended

        begun, mended = await self._store.transact(work)
        if begun:
            log.error("the configuration is wrong; the last good one stays in force", problems=list(found.wrong))
        elif mended:
            log.info("the configuration is right again")


def messages(found: Edit, channel: str, now: datetime, *, begun: bool, mended: bool) -> list[Delivery]:
    """What the operator's channel is told of an edit: at most one message."""
    restart = [f"Needs a restart: {', '.join(found.restart)}."] if found.restart else []
    if begun:
        return [_post("wrong", "The configuration was not taken over.", found.wrong, [STAYS], channel, now)]
    if found.said:
        head = "The configuration is right again, and has changed:" if mended else "The configuration has changed:"
        return [_post("changed", head, found.said, restart, channel, now)]
    if mended:
        return [_post("mended", "The configuration is right again; nothing else has changed.", (), [], channel, now)]
    return []


def _post(kind: str, head: str, lines: Sequence[str], tail: Sequence[str], channel: str, now: datetime) -> Delivery:
    more = [f"and {count(len(lines) - NAMED, 'line')} more"] if len(lines) > NAMED else []
    named = lines[:NAMED]
    text = "\n".join([head, *(cut(clean(line), LONGEST) for line in named), *more, *tail])
    marked = "\n".join([head, *(f"• {literal(line, LONGEST)}" for line in named), *more, *tail])
    block = {"type": "section", "text": {"type": "mrkdwn", "text": marked, "verbatim": True}}
    key = f"{channel}/config/{kind}/{now.isoformat()}"
    return Delivery(key, DeliveryKind.POST, channel, key, now, text, (block,))
