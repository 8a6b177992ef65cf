"""What moves are worth to the reader who wrote `holding` into a watchlist. Pure.

In the stock's own currency and since its last close: no exchange rate, no purchase price.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from alerts.table import ranked
from alerts.types import Row

_MAJOR: Final[Mapping[str, tuple[str, int]]] = {"GBX": ("GBP", 100), "ZAC": ("ZAR", 100), "ILA": ("ILS", 100)}
"""Minor units that prices are quoted in, with the currency that a sum is told in and how many make one of it."""


def holdings(rows: Iterable[Row]) -> list[str]:
    """A line for each stock that the reader holds, the most significant first: `Your 1,200 ASML.AS: -EUR 58,440`."""
    return [_line(row) for row in ranked(rows) if row.holding]


def _line(row: Row) -> str:
    move = row.day
    currency, units = _MAJOR.get(move.currency, (move.currency, 1))
    change = (row.holding or 0.0) * (move.price - move.base_price) / units
    sign = "-" if change < 0 else "+"
    return f"Your {row.holding:,.12g} {row.symbol}: {sign}{currency} {abs(change):,.0f}"
