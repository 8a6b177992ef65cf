"""The first filling of the daily bars: a year of each symbol, in steps that are kept as they come.

A price pass asks for bars as well, but quotes would be minutes old by the time that a hundred symbols' are there. An
effect, asked by the daemon before its first price pass; it decides nothing.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

from config.types import Config
from monitor.cycle import Edges
from monitor.market.histories import barred, wanted
from monitor.memory import Asking
from monitor.store.tx import Tx

STEP: Final = 10
"""Symbols of one step: some seconds of asking, then what came is kept."""
FEW: Final = 10
"""A pass may as well ask for so many itself."""

Progress = Callable[[int, int], object]
"""Hears how many of how many symbols are done."""


async def fill(edges: Edges, config: Config, now: datetime, progress: Progress) -> int:
    """Ask for the bars that are missing and keep them; how many were found.

    Ends early where the source says nothing: what is missing then is asked for by the passes.
    """
    if not edges.memory.recalled:
        edges.memory.recall(await edges.store.transact(Tx.histories))
    symbols = barred(config)
    bars = wanted(symbols, edges.calendars, now, early=symbols)
    missing = edges.memory.missing(bars)
    if len(missing) <= FEW:
        return 0
    found = 0
    for start in range(0, len(missing), STEP):
        progress(start, len(missing))
        step = {symbol: bars[symbol] for symbol in missing[start : start + STEP]}
        came = await edges.memory.ask(edges.prices, Asking(histories=step), now)
        await edges.store.transact(partial(Tx.save_histories, histories=came.histories))
        found += len(came.histories)
        if came.silent >= step.keys():
            break
    progress(len(missing), len(missing))
    return found
