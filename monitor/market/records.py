"""What is remarkable about a move of market value: the largest loss in our data, a new most valuable company. Pure.

Both are stated only of companies whose value is known, and say how far the data reaches. A company counts once, however
many of its listings are watched: with one that trades now, else with the first on the list.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.words import day, money
from config.types import Config
from monitor.market.snapshot import Snapshot, Worth

FEWEST_DAYS = 200
"""A record needs a past: most of a year of daily bars."""


@dataclass(frozen=True, slots=True)
class Record:
    """A sentence without live figures, the company whose row it belongs beside, and what it is said once for."""

    company: str
    key: str
    text: str


def records_of(snapshot: Snapshot, config: Config) -> tuple[Record, ...] | None:
    """The records that hold at this moment; None where that cannot be known.

    Only fresh prices of regular hours set one, and only if every watched company with a share count has a value: one
    that is missing might be the larger.
    """
    worths = {}
    for company, symbols in _listings(config).items():
        known = [(symbol, worth) for symbol in symbols if (worth := snapshot.worth(symbol))]
        if not known:
            if config.companies[company].shares:
                return None
            continue
        symbol, worth = max(known, key=lambda pair: pair[1].live)
        worths[symbol] = worth
    if not any(worth.live for worth in worths.values()):
        return None
    found = (_largest_loss(snapshot, config, worths), _most_valuable(config, worths))
    return tuple(record for record in found if record)


def _largest_loss(snapshot: Snapshot, config: Config, worths: Mapping[str, Worth]) -> Record | None:
    """Whether today's largest loss exceeds every one-day loss of every watched company, at today's share counts."""
    losses = [(worth.now - worth.before, symbol) for symbol, worth in worths.items() if worth.live]
    loss, symbol = min(losses)
    mine = snapshot.history(symbol)
    if mine is None or len(mine.bars) < FEWEST_DAYS:
        return None
    before = []
    for other, worth in worths.items():
        drop = snapshot.worst_drop(other)
        if drop is not None:
            before.append((drop * worth.before, other))
    if not before or loss >= min(before)[0]:
        return None
    worst, whose = min(before)
    reading = snapshot.reading(symbol)
    so_far = "" if reading and reading.closing else "at this price "
    first = mine.bars[0].date
    company = config.by_symbol[symbol].id
    return Record(
        company,
        f"loss {company}",
        f"{_name(config, symbol)}: {so_far}the largest one-day loss of market value in our data (watched companies "
        f"since {day(first)} {first.year}, at today's share counts); before, it was {money(worst)} ({whose})",
    )


def _most_valuable(config: Config, worths: Mapping[str, Worth]) -> Record | None:
    """Whether another watched company is worth most now than at the last close."""
    leader = max(worths, key=lambda s: (worths[s].now, s))
    before = max(worths, key=lambda s: (worths[s].before, s))
    if leader == before or not (worths[leader].live and worths[before].live):
        return None
    text = f"{_name(config, leader)} passes {_name(config, before)} as the most valuable of the watched companies"
    return Record(config.by_symbol[before].id, f"lead {config.by_symbol[leader].id}", text)


def _listings(config: Config) -> Mapping[str, Sequence[str]]:
    """The watched symbols of each company, in the order of the watchlists."""
    found: dict[str, list[str]] = {}
    for watched in (w for watchlist in config.watchlists for w in watchlist.companies):
        found.setdefault(watched.company, []).append(watched.symbol)
    return found


def _name(config: Config, symbol: str) -> str:
    return config.by_symbol[symbol].name
