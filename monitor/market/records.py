"""What is remarkable about a move of market value: the largest loss in our data, a new most valuable company. Pure.

Both are stated only of companies whose value is known, and say how far the data reaches.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from alerts.types import Move
from alerts.words import day, money
from config.types import Config
from monitor.market.snapshot import Snapshot

FEWEST_DAYS = 200
"""A record needs a past: most of a year of daily bars."""


@dataclass(frozen=True, slots=True)
class Record:
    """A sentence, and the symbol whose row it belongs beside. It holds no live figures: it is said once."""

    symbol: str
    text: str


def records_of(snapshot: Snapshot, config: Config, moves: Iterable[tuple[str, Move]]) -> tuple[Record, ...]:
    """The records that the day moves of some symbols set."""
    losses = [(move.value_change, symbol) for symbol, move in moves if (move.value_change or 0.0) < 0]
    found = [_largest_loss(snapshot, config, *min(losses)) if losses else None, _most_valuable(snapshot, config)]
    return tuple(record for record in found if record)


def _largest_loss(snapshot: Snapshot, config: Config, loss: float | None, symbol: str) -> Record | None:
    """Whether a loss exceeds every one-day loss of every watched company, at today's share counts."""
    mine = snapshot.history(symbol)
    if loss is None or mine is None or len(mine.bars) < FEWEST_DAYS:
        return None
    before = []
    for other in _watched(config):
        history, value, quote = snapshot.history(other), snapshot.value(other), snapshot.quote(other)
        closes = [bar.close for bar in history.bars if bar.close] if history else []
        drops = [after - start for start, after in pairwise(closes)]
        if drops and value is not None and quote is not None:
            before.append((min(drops) * value / quote.price, other))
    if not before or loss >= min(before)[0]:
        return None
    worst, whose = min(before)
    first = mine.bars[0].date
    return Record(
        symbol,
        f"{_name(config, symbol)}: the largest one-day loss of market value in our data (watched companies since "
        f"{day(first)} {first.year}, at today's share counts); before, it was {money(worst)} ({whose})",
    )


def _most_valuable(snapshot: Snapshot, config: Config) -> Record | None:
    """Whether another watched company is worth most now than at the last close."""
    worth = []
    for symbol in _watched(config):
        reading, value = snapshot.reading(symbol), snapshot.value(symbol)
        if reading and reading.day and value is not None:
            worth.append((value, value * reading.day.base_price / reading.day.price, symbol))
    if not worth:
        return None
    *_, leader = max(worth)
    *_, before = max(worth, key=lambda w: (w[1], w[2]))
    if leader == before:
        return None
    text = f"{_name(config, leader)} passes {_name(config, before)} as the most valuable of the watched companies"
    return Record(before, text)


def _watched(config: Config) -> Iterator[str]:
    yield from dict.fromkeys(w.symbol for watchlist in config.watchlists for w in watchlist.companies)


def _name(config: Config, symbol: str) -> str:
    return config.by_symbol[symbol].name
