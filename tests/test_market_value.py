"""What a company is worth in dollars, and how much of it a move took: shares, receipts, pence, doubt."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from config.types import Company, Instrument, ShareCount
from monitor.market.value import fx_symbol, market_value, value_change
from monitor.types import Quote

MONDAY = datetime(2025, 1, 27, 21, tzinfo=UTC)
NVDA = Instrument("NVDA", "XNYS", "USD")
NVIDIA = Company("nvidia", "NVIDIA", instruments=(NVDA,), shares=ShareCount(24.49e9, date(2024, 11, 15), "10-Q"))


def quote(price: float, currency: str = "USD", market_value: float | None = None) -> Quote:
    """A quote at the close of 27 January 2025."""
    return Quote("NVDA", price, MONDAY, currency, market_value=market_value)


def test_nvidia_lost_nearly_six_hundred_billion_dollars() -> None:
    """From 142.62 to 118.42 on 24.49 bn shares."""
    value = market_value(NVIDIA, NVDA, quote(118.42), None)
    change = value_change(value, 142.62, 118.42)
    assert value == pytest.approx(2.900e12, rel=1e-3)
    assert change == pytest.approx(-592.7e9, rel=1e-3)


def test_a_receipt_stands_for_several_shares() -> None:
    """One TSM is five shares of TSMC: 25.93 bn shares at a fifth of 192 dollars."""
    tsm = Instrument("TSM", "XNYS", "USD", shares_per_receipt=5)
    tsmc = Company("tsmc", "TSMC", instruments=(tsm,), shares=ShareCount(25.93e9, date(2024, 12, 31), "annual report"))
    assert market_value(tsmc, tsm, quote(192.0), None) == pytest.approx(25.93e9 / 5 * 192)
    unknown = replace(tsmc, shares=None)
    assert market_value(unknown, tsm, quote(192.0, market_value=1e12), None) is None


def test_the_sources_own_figure_serves_where_we_have_no_count() -> None:
    """But not where a count is too old, nor where the two differ by more than 5 %."""
    assert market_value(replace(NVIDIA, shares=None), NVDA, quote(100.0, market_value=2.4e12), None) == 2.4e12
    old = replace(NVIDIA, shares=ShareCount(2.5e9, date(2023, 11, 15), "10-Q"))
    assert market_value(old, NVDA, quote(100.0, market_value=2.4e12), None) == 2.4e12
    assert market_value(old, NVDA, quote(100.0), None) is None
    assert market_value(NVIDIA, NVDA, quote(100.0, market_value=2.4e12), None) == 2.449e12
    assert market_value(NVIDIA, NVDA, quote(100.0, market_value=2.3e12), None) is None


@pytest.mark.parametrize(
    ("currency", "symbol", "rate", "dollars"),
    [
        ("USD", None, None, 244.9e9),
        ("EUR", "EURUSD=X", 1.05, 244.9e9 * 1.05),
        ("GBX", "GBPUSD=X", 1.25, 244.9e9 * 1.25 / 100),
        ("JPY", "JPYUSD=X", None, None),
    ],
)
def test_other_currencies_are_counted_in_dollars(
    currency: str, symbol: str | None, rate: float | None, dollars: float | None
) -> None:
    """By a rate per unit, of the pound for pence; without one there is no value."""
    assert fx_symbol(currency) == symbol
    value = market_value(NVIDIA, NVDA, quote(10.0, currency), rate)
    assert value == (None if dollars is None else pytest.approx(dollars))


def test_no_value_no_change() -> None:
    """An unknown value stays unknown; a value at 110 that rose from 100 gained an eleventh of itself."""
    assert value_change(None, 100.0, 90.0) is None
    assert value_change(110.0, 100.0, 110.0) == pytest.approx(10.0)
