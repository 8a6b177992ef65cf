"""Thirty simulated days of the daemon at 2,000 articles a day: memory, open files and the database stay flat.

    PYTHONPATH=tests python -m bench.soak [--days 30] [--articles 2000]

The real lines, upkeep and retention on a real store, with made-up feeds, prices and a channel; analyses are cached, as
for syndicated copies. Retention is shortened to a week, so that it comes into play. Prints a line a day, and at the end
the slope over the second half by least squares.
"""

import argparse
import asyncio
import gc
import os
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import structlog

from config.types import Keep
from monitor.ticking import Daemon
from monitor.upkeep import Moment
from standins.world import LEVELS, NAMES, OPEN, World, configuration

FEEDS, EVERY = 10, timedelta(minutes=5)
KEEP = Keep(articles=timedelta(days=7), ledger=timedelta(days=7), messages=timedelta(days=7))


def resident() -> float:
    """Resident memory of this process in MB."""
    fields = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


async def soak(days: int, articles: int) -> None:
    """Run it."""
    folder = Path(tempfile.mkdtemp(prefix="aftershock-soak-"))
    now, lived = OPEN, 0.0
    world = World()
    world.feeds.every = 2 * EVERY
    config = configuration(feeds=FEEDS)
    config = replace(config, settings=replace(config.settings, keep=KEEP))
    edges = world.edges(folder, lambda: now)
    daemon = Daemon(edges, config, lambda: now)
    daemon.upkeep._clocks = lambda: Moment(now, lived, lived)
    await daemon.upkeep.begin()
    steps = int(timedelta(days=1) / EVERY)
    rng = np.random.default_rng(1)
    names, number, began = [*NAMES, *["Somebody"] * 12], 0, time.monotonic()
    rows = []
    for day in range(days):
        for step in range(steps):
            for _ in range(articles * (step + 1) // steps - articles * step // steps):
                name = names[int(rng.integers(len(names)))]
                feed = f"feed{rng.integers(FEEDS)}"
                world.feeds.publish(feed, str(number), f"{name} opens thing {number} of day {day}", now)
                number += 1
            for symbol in ("NVDA", "AMD", "MSFT"):
                world.trades.now[symbol] = LEVELS[symbol] * (1 + float(rng.normal(0, 0.03)))
            for name, line in (("news", daemon.news), ("prices", daemon.prices), ("delivery", daemon.delivery)):
                await daemon._guarded(name, line)
            await daemon._guarded("upkeep", daemon.upkeep.look)
            if tidying := daemon.upkeep._tidying:
                await tidying
            now += EVERY
            lived += EVERY.total_seconds()
        del world.channel.messages[:-50]
        gc.collect()
        size = sum(f.stat().st_size for f in folder.glob("aftershock.db*")) / 2**20
        rows.append((day + 1, resident(), sum(1 for _ in Path("/proc/self/fd").iterdir()), size))
        print(
            "day {:3}  {:7.1f} MB  {:3} files  database {:6.1f} MB".format(*rows[-1]),
            f"{time.monotonic() - began:6.0f} s",
        )
        if daemon.upkeep._failing:
            raise SystemExit(f"a pass failed: {daemon.upkeep._failing}")
    half = np.array(rows[len(rows) // 2 :])
    for n, unit in ((1, "MB of memory"), (2, "open files"), (3, "MB of database")):
        slope = np.polyfit(half[:, 0], half[:, n], 1)[0] if len(half) > 1 else float("nan")
        print(f"slope of the second half: {slope:+.3f} {unit} a day")
    counted = await edges.store.transact(lambda tx: tx.counts())
    print(f"{number} articles published; kept now: {counted}")
    await daemon.upkeep.end()
    edges.store.close()


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--articles", type=int, default=2000)
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    asyncio.run(soak(arguments.days, arguments.articles))


if __name__ == "__main__":
    main()
