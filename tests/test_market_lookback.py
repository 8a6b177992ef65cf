"""Trades before stories come beside the passes: at once where they are at hand, else in their own time."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from monitor.market.lookback import Key, LookBack
from monitor.types import Quote, StoryPrice

NOW = datetime(2025, 1, 27, 15, tzinfo=UTC)
WANTED = {("s1", "ACME"): NOW, ("s1", "SPY"): NOW}
FOUND = [StoryPrice("s1", symbol, Quote(symbol, 2.0, NOW, "USD")) for symbol in ("ACME", "SPY")]


class Archive:
    """Gives what is asked for once it is open, and remembers what that was."""

    def __init__(self, *, at_hand: bool) -> None:
        """Open from the start if all is at hand."""
        self.open = asyncio.Event()
        if at_hand:
            self.open.set()
        self.asked: list[Mapping[Key, datetime]] = []

    async def look(self, wanted: Mapping[Key, datetime]) -> list[StoryPrice]:
        """Wait for the archive to open."""
        self.asked.append(wanted)
        await self.open.wait()
        return FOUND


async def test_what_is_at_hand_is_had_at_once() -> None:
    """So that a recorded day is told with it; nobody is called."""
    back = LookBack()
    assert FOUND == await back.take(Archive(at_hand=True).look, WANTED)
    assert (False, frozenset()) == (back.came.is_set(), back.symbols())


async def test_what_takes_its_time_is_not_waited_for_and_not_asked_for_twice() -> None:
    """A later pass takes it, called by what came."""
    back, archive = LookBack(), Archive(at_hand=False)
    assert [] == await back.take(archive.look, WANTED)
    assert ([], frozenset()) == (await back.take(archive.look, WANTED), back.symbols())
    archive.open.set()
    await asyncio.wait_for(back.came.wait(), 10)
    assert {"ACME", "SPY"} == back.symbols()
    assert FOUND == await back.take(archive.look, {})
    assert (False, frozenset(), 1) == (back.came.is_set(), back.symbols(), len(archive.asked))


async def test_a_look_that_fails_is_told_to_the_pass_that_takes_it() -> None:
    """And the next one may ask again."""
    archive = Archive(at_hand=False)

    async def broken(wanted: Mapping[Key, datetime]) -> list[StoryPrice]:
        await archive.look(wanted)
        raise RuntimeError("no archive")

    back = LookBack()
    await back.take(broken, WANTED)
    archive.open.set()
    await back.settled()
    with pytest.raises(RuntimeError, match="no archive"):
        await back.take(broken, WANTED)
    assert FOUND == await back.take(Archive(at_hand=True).look, WANTED)


async def test_what_is_under_way_can_be_waited_for_or_broken_off() -> None:
    """As one pass by hand does, and as the end of the daemon does."""
    back, archive = LookBack(), Archive(at_hand=False)
    assert not await back.settled()
    await back.take(archive.look, WANTED)
    waiting = asyncio.create_task(back.settled())
    archive.open.set()
    assert await asyncio.wait_for(waiting, 10)
    back.close()
    assert [] == await back.take(archive.look, {})


async def test_a_broken_off_look_leaves_nothing_behind() -> None:
    """The task ends, and what was asked for is asked for again."""
    back, archive = LookBack(), Archive(at_hand=False)
    await back.take(archive.look, WANTED)
    back.close()
    await asyncio.sleep(0)
    assert {asyncio.current_task()} == asyncio.all_tasks()
    archive.open.set()
    later = {("s2", "ACME"): NOW + timedelta(minutes=1)}
    assert FOUND == await back.take(archive.look, later)
    assert [WANTED, later] == archive.asked
