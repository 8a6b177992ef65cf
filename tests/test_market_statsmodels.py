"""The day's figures held against statsmodels on the same bars: every stock of the recorded day, at its close.

The other computation shares nothing with ours but the file: pandas reads it, exchange_calendars says which days
follow each other, and statsmodels fits.
"""

import math
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import exchange_calendars
import pandas as pd
import pytest
import statsmodels.api as sm

from config.exchanges import exchange_of
from monitor.market.moves import Side, day_basis, day_move, fit
from monitor.market.recorded import Recorded
from monitor.market.sessions import Calendars
from monitor.replay import DAYS

MONDAY, FRIDAY = date(2025, 1, 27), date(2025, 1, 24)
BARS = DAYS / "2025-01-27" / "bars.csv.gz"
SHARED = Path(__file__).parents[2] / "shared" / "prices" / "daily.csv"
CALENDARS = Calendars()
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@cache
def recorded() -> Recorded:
    """The shipped bars as our price source."""
    return Recorded.read(BARS.parent, CALENDARS)


@cache
def closes() -> pd.DataFrame:
    """The shipped daily closes, a column a symbol, as pandas reads them."""
    rows = pd.read_csv(BARS)
    daily = rows[rows["time"].str.len() == len("2025-01-27")]
    return daily.pivot_table(index="time", columns="symbol", values="close")


@cache
def days(mic: str) -> list[str]:
    """The session dates of an exchange, as its calendar lists them."""
    calendar = exchange_calendars.get_calendar(mic, start="2024-01-02", end="2025-02-07")
    return [stamp.date().isoformat() for stamp in calendar.sessions]


def stocks() -> list[str]:
    """The symbols with closes on both days, indices and exchange rates aside."""
    both = closes().loc[[str(FRIDAY), str(MONDAY)]].dropna(axis="columns")
    return [s for s in both.columns if not s.startswith("^") and "=X" not in s and s != "SPY"]


@dataclass(frozen=True)
class Independent:
    """What statsmodels makes of a stock's Monday."""

    raw: float
    beta: float
    abnormal: float
    z: float
    returns: int


def independent(symbol: str) -> Independent:
    """Least squares on up to 120 returns between consecutive sessions before Monday, then Monday's close."""
    exchange = exchange_of(symbol)
    table = closes()[[symbol, exchange.index]].reindex(days(exchange.mic))
    returns = table.pct_change(fill_method=None).loc[: str(FRIDAY)].dropna().tail(120)
    fitted = sm.OLS(returns[symbol], sm.add_constant(returns[exchange.index])).fit()
    stock, market = (table[s][str(MONDAY)] / table[s][str(FRIDAY)] - 1 for s in table.columns)
    abnormal = stock - fitted.params[exchange.index] * market
    return Independent(
        stock, fitted.params[exchange.index], abnormal, abnormal / math.sqrt(fitted.mse_resid), len(returns)
    )


@pytest.mark.parametrize("symbol", stocks())
async def test_abnormal_move_and_sigma_are_statsmodels_own(symbol: str) -> None:
    """Raw, beta, abnormal and z of the close agree to nine digits, and the number of returns is the same."""
    expected = independent(symbol)
    exchange = exchange_of(symbol)
    (session,) = CALENDARS.between(exchange.mic, MONDAY, MONDAY)
    pair = [symbol, exchange.index]
    quotes = (await recorded().quotes(pair, session.close)).found
    histories = (await recorded().history(pair, session.close)).found
    sides = [Side(histories[s], quotes[s], CALENDARS.sessions(exchange_of(s).mic, session.close)) for s in pair]
    basis, _ = day_basis(histories[symbol], CALENDARS.previous(session))
    assert basis is not None
    stats = fit(histories[symbol], histories[exchange.index], sides[0].sessions, basis.day, exchange.region)
    move = day_move(sides[0], sides[1], basis, stats)
    assert move is not None
    assert pytest.approx(expected.raw, rel=1e-9) == move.raw
    assert pytest.approx(expected.beta, rel=1e-9) == stats.beta
    assert pytest.approx(expected.abnormal, rel=1e-9) == move.abnormal
    assert pytest.approx(expected.z, rel=1e-9) == move.sigma
    assert expected.returns == stats.returns


def test_more_than_fifty_stocks_on_four_exchanges_are_held_against_it() -> None:
    """The comparison is no handful."""
    assert len(stocks()) > 50
    assert {"XNYS", "XTKS", "XAMS", "XPAR", "XETR"} == {exchange_of(s).mic for s in stocks()}


@pytest.mark.skipif(not SHARED.is_file(), reason="the project's shared price files are not beside the checkout")
def test_shipped_moves_are_those_of_the_price_files_to_a_hundredth_of_a_point() -> None:
    """Raw moves of 27 January 2025, every symbol that both have."""
    rows = pd.read_csv(SHARED).pivot_table(index="date", columns="symbol", values="close")
    theirs = (rows.loc[str(MONDAY)] / rows.loc[str(FRIDAY)] - 1).dropna()
    ours = (closes().loc[str(MONDAY)] / closes().loc[str(FRIDAY)] - 1).dropna()
    both = theirs.index.intersection(ours.index)
    assert len(both) > 50
    assert max(abs(float(ours[s]) - float(theirs[s])) for s in both) < 0.0001
