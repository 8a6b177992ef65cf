"""Which watchlist, and which rows of it, somebody means who asks from Slack or the terminal. Pure.

Nothing is guessed: where several lists could be meant, the answer names them.
"""

import re
from collections.abc import Sequence
from typing import Final

from alerts.asking import AskingError
from config.conditions import row_of
from config.edit import EditError
from config.types import Config, Threshold, Watchlist
from config.units import dollars, percent

LESS: Final = 1.5
"""“Less like this” raises each condition of the rows that count for the stock to this many times its value."""
_BETWEEN: Final = re.compile(r"\s+(?=[\d.$+-])")
"""Between two conditions: `3% 2.5 sigma $20B`."""


def list_of(config: Config, channel: str, symbol: str) -> Watchlist | None:
    """The list that a request is about: of those that speak in the channel the one that has the stock, or the only one.

    `channel` is "" for a request from elsewhere, which may mean any list. None where there is no list at all. Raises
    AskingError where several could be meant.
    """
    mine = [one for one in config.watchlists if channel in {"", one.channel}]
    having = [one for one in mine if any(watched.symbol == symbol for watched in one.companies)]
    among = having or mine
    if len(among) > 1:
        names = ", ".join(f"“{one.name}” in {one.channel}" for one in among)
        raise AskingError(
            f"several watchlists could be meant: {names}. Ask in the channel of the one you mean, or in the terminal: "
            f"aftershock watch {symbol} 3% --list NAME"
        )
    return among[0] if among else None


def raised(row: Threshold) -> Threshold:
    """The row with each condition `LESS` times as high, in figures that people would write."""
    return Threshold(
        move=None if row.move is None else round(row.move * LESS, 4),
        sigma=None if row.sigma is None else round(row.sigma * LESS, 2),
        value_change=None if row.value_change is None else float(f"{row.value_change * LESS:.3g}"),
    )


def threshold(conditions: str) -> Threshold | None:
    """The row that `3%`, `2.5 sigma`, `$20B` or several of them make; None for no words. Raises AskingError."""
    if not conditions:
        return None
    try:
        return _row(_BETWEEN.split(conditions))
    except (EditError, ValueError) as error:
        raise AskingError(str(error)) from error


def _row(conditions: Sequence[str]) -> Threshold:
    row = row_of(conditions)
    return Threshold(
        move=percent(row["move"]) if "move" in row else None,
        sigma=float(row["sigma"]) if "sigma" in row else None,
        value_change=dollars(row["value_change"]) if "value_change" in row else None,
    )
