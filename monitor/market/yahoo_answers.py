"""What Yahoo's answers say, as our values: rows of quotes, and the frames that yfinance makes of its charts.

Takes what was received and decides nothing about it but what can be no price at all. Knows neither yfinance nor HTTP.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeGuard

import pandas as pd

from config.exchanges import exchange_of
from monitor.types import Action, Bar, Quote

CODES: Final = {"GBp": "GBX", "ZAc": "ZAC"}
"""How Yahoo writes minor units, and how we do; it gives market values in the currency they are part of."""
MINOR_UNITS: Final = 100
PRE, POST = "preMarket", "postMarket"
TRADES: Final = ("regularMarket", PRE, POST)
SURE: Final = 86_400
"""Seconds: a span in which results are expected is a date if it is no longer than a day, else a guess."""
ROUNDING: Final = 1.001
"""An adjusted close may exceed the traded one by its rounding."""


def _is_figure(value: Any) -> TypeGuard[float]:  # noqa: ANN401  whatever JSON holds
    """Whether a field is a price, a time or a value: a number above zero."""
    return isinstance(value, int | float) and math.isfinite(value) and value > 0


def quote_of(symbol: str, row: Mapping[str, Any], *, closes: bool = False) -> Quote | None:
    """The newest trade in a row of Yahoo's answer, None if it has none.

    Where its exchange `closes`, that is the newest regular one.
    """
    trades = [(row.get(f"{kind}Time"), row.get(f"{kind}Price"), kind) for kind in TRADES]
    usable = [(int(t), float(p), kind) for t, p, kind in trades if _is_figure(t) and _is_figure(p)]
    if closes:
        usable = [trade for trade in usable if trade[2] != POST] or usable
    if not usable:
        return None
    seconds, price, kind = max(usable, key=lambda trade: trade[0])
    given = str(row.get("currency") or "")
    value = row.get("marketCap")
    if _is_figure(value) and given in CODES:
        value *= MINOR_UNITS
    # Before the open, the last regular trade is that of the close before.
    previous = row.get("regularMarketPrice" if kind == PRE else "regularMarketPreviousClose")
    volume = row.get("regularMarketVolume")
    last, first, end = (row.get(f"earningsTimestamp{which}") for which in ("", "Start", "End"))
    sure = _is_figure(first) and _is_figure(end) and end - first <= SURE
    results = {int(t) for t in (last, first if sure else None) if _is_figure(t)}
    return Quote(
        symbol,
        price,
        datetime.fromtimestamp(seconds, UTC),
        CODES.get(given, given) or exchange_of(symbol).currency,
        delay=timedelta(minutes=float(row.get("exchangeDataDelayedBy") or 0)),
        market_value=float(value) if _is_figure(value) else None,
        previous_close=float(previous) if _is_figure(previous) else None,
        volume=float(volume) if kind != PRE and (volume == 0 or _is_figure(volume)) else None,
        results=tuple(datetime.fromtimestamp(t, UTC) for t in sorted(results)),
    )


def daily(symbol: str, frame: pd.DataFrame) -> Iterator[Bar]:
    """Daily bars of yfinance's frame, dividends taken out; its index is the local midnight of each session.

    An adjusted close that cannot be one (negative, infinite, above the traded one) is not used.
    """
    for row in frame.reset_index(names="Session").to_dict("records"):
        prices = [_number(row[name]) for name in ("Open", "High", "Low", "Close")]
        traded, adjusted = prices[-1], _number(row["Adj Close"])
        factor = adjusted / traded if traded and adjusted and 0 < adjusted <= traded * ROUNDING else 1.0
        volume = _number(row["Volume"])
        kept = [*(price * factor if price and price > 0 else None for price in prices), volume]
        yield Bar(symbol, row["Session"].date(), *kept, traded=traded if factor != 1 else None)


def actions_of(frame: pd.DataFrame) -> tuple[Action, ...]:
    """Dividends and splits of yfinance's frame by their ex-date, the day of asking included."""
    found = []
    for row in frame.reset_index(names="Session").to_dict("records"):
        dividend, split = (_number(row.get(name)) or 0.0 for name in ("Dividends", "Stock Splits"))
        if dividend > 0 or split > 0:
            found.append(Action(row["Session"].date(), dividend, split))
    return tuple(found)


def closes_of(frame: pd.DataFrame) -> Iterator[tuple[datetime, float]]:
    """Start and last price of each bar of a frame that has one."""
    for stamp, row in zip(frame.index, frame.itertuples(index=False), strict=True):
        price = _number(row.Close)
        if price:
            yield stamp.to_pydatetime().astimezone(UTC), price


def _number(value: object) -> float | None:
    """A figure of pandas, None where it has none."""
    if value is None or pd.isna(value):  # type: ignore[call-overload]  # a cell of a frame has no type
        return None
    number = float(value)  # type: ignore[arg-type]  # as above
    return number if math.isfinite(number) else None
