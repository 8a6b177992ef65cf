"""A row of conditions as people type it, `3%`, `2.5 sigma` and `$50B`, and as it is written into a watchlist. Pure."""

import re
from collections.abc import Sequence

from config.edit import EditError
from config.types import Threshold
from config.units import dollars, percent

_UNITS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"))
_EATEN = re.compile(r"[0-9.]*[KMBT]n?", re.IGNORECASE)
"""What a shell leaves of `$20B`, in which it reads `$2`."""
_SIGMA = re.compile(r"([0-9]*\.?[0-9]+)\s*(?:sigmas?|s|z)", re.IGNORECASE)


def row_of(conditions: Sequence[str]) -> dict[str, str]:
    """`3%`, `2.5 sigma` and `$50B` as a row of conditions, as one writes it. Raises EditError."""
    row: dict[str, str] = {}
    for text in (part.strip() for given in conditions for part in re.split(r",| and ", given)):
        try:
            if match := _SIGMA.fullmatch(text):
                key, value = "sigma", match[1]
            elif "$" in text:
                key, value = "value_change", text
                dollars(text)
            else:
                key, value = "move", text
                percent(text)
        except ValueError as error:
            eaten = _EATEN.fullmatch(text)
            hint = "in a terminal write market value in quotes, '$20B': the shell takes $2 for a name" if eaten else ""
            hint = hint or "a threshold is a move like 3%, 2.5 sigma, or $50B of market value"
            raise EditError(f"{error} ({hint})") from error
        if key in row:
            raise EditError(f"{text}: {key} is given twice, as {row[key]} before: write one")
        row[key] = value
    return row


def written(threshold: Threshold) -> dict[str, str]:
    """A row of conditions as one writes it, the reverse of `row_of`."""
    said = {
        "move": threshold.move and f"{_figure(100 * threshold.move)}%",
        "sigma": threshold.sigma and _figure(threshold.sigma),
        "value_change": threshold.value_change and _money(threshold.value_change),
    }
    return {key: value for key, value in said.items() if value}


def _money(dollars_: float) -> str:
    size, unit = next(((size, unit) for size, unit in _UNITS if dollars_ >= size), (1.0, ""))
    return f"${_figure(dollars_ / size)}{unit}"


def _figure(number: float) -> str:
    """Ten digits at most: 100 * 0.07 is 7.000000000000001."""
    return f"{number:.10g}"
