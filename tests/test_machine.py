"""Whatever happens to a daemon, in whatever order, its promises hold: hypothesis looks for an order that breaks one.

News, edits, moves, ticks, crashes at any transaction, a channel that refuses or loses its answer, outages, clocks that
jump, and edits of the configuration, on the real cycle and the real store. The suite tries a few orders;
`pytest -m slow` a thousand of fifty steps (`AFTERSHOCK_RUNS` sets another number).
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
import structlog
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from monitor.store.store import Store
from monitor.store.tx import Tx
from monitor.ticking import Daemon
from monitor.upkeep import Moment
from standins.outbox import Killed
from standins.world import LEVELS, NAMES, OPEN, World, configuration

R = TypeVar("R")
FEEDS = ("feed0", "feed1", "feed2")
STOCKS = ("NVDA", "AMD", "MSFT")
QUICK = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  each life has a folder of its own there
"""Where no life waits for a disk."""
HEALING = (1,) * 8 + (5,) * 6 + (30,) * 6 + (120,) * 12
"""Minutes between the ticks after which everything must have come to an end, whatever the clock did."""


class Mortal(Store):
    """A store whose process dies at a transaction, before or after it is committed."""

    dies_in: int | None = None
    after = False

    async def transact(self, work: Callable[[Tx], R], then: Callable[[R], object] | None = None) -> R:
        """Do it, or die."""
        if self.dies_in is not None:
            self.dies_in -= 1
        if self.dies_in == 0 and not self.after:
            raise Killed
        done = await super().transact(work, then)
        if self.dies_in == 0:
            raise Killed
        return done


class Life(RuleBasedStateMachine):
    """A daemon's life in the small world."""

    def __init__(self) -> None:
        """Nothing has happened."""
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="aftershock-", dir=QUICK))
        self.runner = asyncio.Runner()
        self.world = World()
        self.now = OPEN
        self.lived = 0.0
        self.config = configuration()
        self.published: set[str] = set()
        self.alerted: set[str] = set()

    def start(self) -> None:
        """A new process on the same folder."""
        edges = self.world.edges(self.folder, self.clock)
        edges.store.close()
        self.store = Mortal(self.folder / "aftershock.db")
        object.__setattr__(edges, "store", self.store)
        self.daemon = Daemon(edges, self.config, self.clock)
        self.daemon.upkeep._clocks = lambda: Moment(self.now, self.lived, self.lived)
        self.runner.run(self.daemon.upkeep.begin())

    def clock(self) -> datetime:
        """The machine's clock."""
        return self.now

    @initialize()
    def born(self) -> None:
        """The first start; feeds show what they showed before."""
        for feed in FEEDS:
            self.world.feeds.publish(feed, "old", "An old item about nothing", self.now - timedelta(days=2))
        self.start()

    @rule(feed=st.sampled_from(FEEDS), name=st.sampled_from([*NAMES, "Nobody"]), number=st.integers(0, 30))
    def news(self, feed: str, name: str, number: int) -> None:
        """A feed shows an item, or another version of it."""
        self.world.feeds.publish(feed, f"{name}{number}", f"{name} opens thing number {number}", self.now)
        self.published.add(f"{feed}:{name}{number}")

    @rule(feed=st.sampled_from(FEEDS), number=st.integers(0, 5))
    def edit(self, feed: str, number: int) -> None:
        """An item that is shown says something else."""
        shown = self.world.feeds.shown.get(feed, [])
        if number < len(shown):
            guid, title, at = shown[number]
            self.world.feeds.publish(feed, guid, f"{title}, updated", at)

    @rule(symbol=st.sampled_from(STOCKS), by=st.sampled_from([-0.2, -0.08, -0.04, 0.0, 0.04, 0.07, 0.15]))
    def trade(self, symbol: str, by: float) -> None:
        """A stock trades away from its level."""
        self.world.trades.now[symbol] = LEVELS[symbol] * (1 + by)

    @rule(minutes=st.sampled_from([0, 1, 1, 2, 5, 30, 600]))
    def tick(self, minutes: int) -> None:
        """Time passes, and every line has its turn."""
        self.live(minutes)
        self.runner.run(self.pass_())

    def live(self, minutes: int) -> None:
        """Time passes."""
        self.now += timedelta(minutes=minutes)
        self.lived += minutes * 60

    async def pass_(self) -> None:
        """One pass of each line."""
        daemon = self.daemon
        lines = (("news", daemon.news), ("prices", daemon.prices), ("delivery", daemon.delivery))
        for name, line in (*lines, ("upkeep", daemon.upkeep.look)):
            await daemon._guarded(name, line)

    @rule(at=st.integers(1, 30), after=st.booleans(), minutes=st.sampled_from([0, 1, 20]))
    def crash(self, at: int, after: bool, minutes: int) -> None:
        """The process dies at some transaction of the next tick, or after it, and is started again some time later."""
        self.store.dies_in, self.store.after = at, after
        with suppress(Killed):
            self.runner.run(self.pass_())
        self.store.close()
        self.live(minutes)
        self.start()

    @rule(faults=st.lists(st.sampled_from(["refused", "lost", ""]), min_size=1, max_size=4))
    def falter(self, faults: list[str]) -> None:
        """The channel's next answers."""
        self.world.channel.fails = faults

    @rule(feeds=st.booleans(), prices=st.booleans())
    def outage(self, feeds: bool, prices: bool) -> None:
        """Feeds or prices cannot be reached, or can again."""
        self.world.feeds.down, self.world.trades.down = feeds, prices

    @rule(hours=st.sampled_from([-30, -5, -1, 1, 5, 30]))
    def jump(self, hours: int) -> None:
        """The clock is set."""
        self.now += timedelta(hours=hours)

    @rule(move=st.sampled_from([0.02, 0.03, 0.06]), feeds=st.integers(1, 3))
    def configure(self, move: float, feeds: int) -> None:
        """Somebody edits the configuration: it counts from the next pass on."""
        self.config = configuration(move=move, fingerprint=f"{move} {feeds}", feeds=feeds)
        self.daemon._config = self.config

    @invariant()
    @precondition(lambda self: hasattr(self, "store"))
    def no_pass_fails(self) -> None:
        """Nothing of this is a reason for a pass to fail."""
        assert {} == self.daemon.upkeep._failing

    @invariant()
    @precondition(lambda self: hasattr(self, "store"))
    def what_is_sent_was_accepted_once(self) -> None:
        """No key twice in the channel; a row that says it was sent is there; nothing is there that was not decided."""
        heard = [m["key"] for m in self.world.channel.messages if "/straight/" not in m["key"]]
        assert len(heard) == len(set(heard))
        sent = set(self.rows("select key from outbox where state = 'sent' and kind <> 'update'"))
        known = set(self.rows("select key from outbox"))
        assert sent <= set(heard)
        assert set(heard) <= known

    def rows(self, query: str) -> list[str]:
        """The first column of a query."""
        return self.store._run(lambda tx: list(tx.connection.exec_driver_sql(query).scalars()))

    def teardown(self) -> None:
        """All is well again: everything comes to its end, and nothing was lost."""
        try:
            if hasattr(self, "store"):
                self.heal()
        finally:
            if hasattr(self, "store"):
                self.runner.run(self.daemon.upkeep.end())
                self.store.close()
            self.runner.close()
            shutil.rmtree(self.folder)

    def heal(self) -> None:
        """Time passes without any fault."""
        self.world.channel.fails, self.world.feeds.down, self.world.trades.down = [], False, False
        self.config = configuration(fingerprint="healed")
        self.daemon._config = self.config
        latest = self.rows("select max(next_poll) from feeds") + self.rows(
            "select max(due) from outbox where state in ('pending', 'sending') and due < '9'"
        )
        self.now = max([self.now, *(datetime.fromisoformat(text) for text in latest if text)])
        for minutes in HEALING:
            self.tick(minutes)
            self.no_pass_fails()
        self.runner.run(self.daemon._guarded("delivery", self.daemon.delivery))
        self.what_is_sent_was_accepted_once()
        assert [] == self.rows("select key from outbox where state in ('pending', 'sending')")
        assert [] == self.rows("select key from outbox where state = 'blocked'")
        shown = {f"{feed}:{guid}" for feed, items in self.world.feeds.shown.items() for guid, _, _ in items}
        kept = self.rows("select id from articles")
        assert len(kept) == len(set(kept))
        missing = shown - set(kept)
        # An item may be known under another feed's id, as the same words.
        assert all(name.partition(":")[2] in {k.partition(":")[2] for k in kept} for name in missing), missing
        assert [] == self.rows(
            "select id from articles where story is not null and story not in (select id from stories)"
        )
        assert ["ok"] == self.rows("pragma integrity_check")
        roots = self.rows("select key from roots")
        assert set(roots) <= {m["key"] for m in self.world.channel.messages}


def lived(runs: int, steps: int) -> None:
    """Live so many lives of so many steps."""
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    chosen = settings(
        max_examples=runs, stateful_step_count=steps, deadline=None, suppress_health_check=checks, database=None
    )
    with structlog.testing.capture_logs():
        run_state_machine_as_test(Life, settings=chosen)


def test_promises_hold_in_some_lives() -> None:
    """The short form."""
    lived(runs=6, steps=30)


@pytest.mark.slow
def test_promises_hold_in_a_thousand_lives() -> None:
    """A thousand of fifty steps."""
    lived(runs=int(os.environ.get("AFTERSHOCK_RUNS", "1000")), steps=50)
