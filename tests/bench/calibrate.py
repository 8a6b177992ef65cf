"""How often moves pass: the realised frequency of |z| on all recorded bars, and default alerts a day.

Run by hand: `python tests/bench/calibrate.py [FOLDER]`, FOLDER with a bars.csv or daily.csv (by default the shipped
day). Every stock with at least 40 returns before it is measured at each open and close from August 2024 on, each by a
fit that ends before its window. An alert is a first crossing of the shipped thresholds at the open or the close, before
any question of a linked story. The 38 names are the US stocks of the shipped list: those whose opens and closes are
recorded without gaps, three of them (ARM, SMCI, MRVL) to 7 February 2025 only.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import pairwise
from pathlib import Path

from config.exchanges import exchange_of
from config.load import load
from config.types import DEFAULT_THRESHOLDS, Config
from monitor.market.moves import FEWEST, Side, day_basis, day_move, fit
from monitor.market.recorded import Recorded, read_bars
from monitor.market.sessions import Calendars
from monitor.market.value import fx_symbol, market_value, value_change
from monitor.replay import DAYS
from monitor.types import History, Quote

FIRST = date(2024, 8, 1)
AROUND = (date(2024, 12, 26), date(2025, 2, 26))
"""Some forty sessions around 27 January 2025."""
FUNDS = {"SPY", "QQQ", "SMH", "SOXX", "XLK", "XLU", "IWM"}
LEVELS = (2.0, 2.5, 3.0)
NORMAL = {2.0: 0.0455, 2.5: 0.0124, 3.0: 0.0027}
LATE = datetime.combine(date(2026, 1, 1), time(), UTC)


@dataclass(frozen=True)
class Look:
    """One stock at one open or close."""

    symbol: str
    day: date
    when: str
    raw: float
    z: float
    same_sign: bool
    value: float | None


async def looks(recorded: Recorded, symbols: list[str], config: Config) -> list[Look]:
    """Every look at every stock."""
    calendars = Calendars()
    indices = sorted({exchange_of(s).index for s in symbols})
    rates = ["EURUSD=X", "JPYUSD=X"]
    histories = (await recorded.history([*symbols, *indices, *rates], LATE)).found
    found: list[Look] = []
    for symbol in symbols:
        exchange = exchange_of(symbol)
        history, index = histories[symbol], histories.get(exchange.index)
        sessions = calendars.between(exchange.mic, date(2023, 12, 1), date(2025, 3, 10))
        at = {s.date: s for s in sessions}
        bars = {bar.date: bar for bar in history.bars}
        market = {bar.date: bar for bar in index.bars} if index else {}
        for before, session in pairwise(sessions):
            bar = bars.get(session.date)
            base, _ = day_basis(history, at[before.date])
            if session.date < FIRST or bar is None or base is None:
                continue
            stats = fit(history, index, sessions, base.day, exchange.region)
            if stats.returns < FEWEST:
                continue
            for when, price, moment in (("open", bar.open, session.open), ("close", bar.close, session.close)):
                other = market.get(session.date)
                level = getattr(other, when) if other else None
                if not price:
                    continue
                quote = Quote(symbol, price, moment, history.currency)
                there = Quote(exchange.index, level, moment, "USD") if level else None
                move = day_move(Side(history, quote, sessions), Side(index, there, sessions), base, stats)
                if move and move.sigma is not None and move.abnormal is not None:
                    same = move.raw * move.abnormal > 0
                    change = _value(quote, base.price, histories, config)
                    found.append(Look(symbol, session.date, when, move.raw, move.sigma, same, change))
    return found


def _value(quote: Quote, base: float, histories: Mapping[str, History], config: Config) -> float | None:
    company = config.by_symbol.get(quote.symbol)
    if company is None:
        return None
    rate = fx_symbol(quote.currency)
    known = histories[rate].bars[-1].close if rate and rate in histories else None
    value = market_value(company, config.instrument(quote.symbol), quote, known)
    return value_change(value, base, quote.price)


def passes(look: Look) -> bool:
    """Whether the shipped thresholds hold."""
    for row in DEFAULT_THRESHOLDS:
        enough = look.same_sign and abs(look.z) >= (row.sigma or 0)
        if row.move is not None and enough and abs(look.raw) >= row.move:
            return True
        if row.value_change is not None and enough and abs(look.value or 0) >= row.value_change:
            return True
    return False


def _missing(found: list[Look], which: set[str], days: list[date]) -> int:
    """How many closes of those stocks are not recorded on those days but the 27th."""
    there = {(x.symbol, x.day) for x in found if x.when == "close"}
    return sum((s, d) not in there for s in which for d in days if d != date(2025, 1, 27))


def main() -> None:
    """Print the table."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DAYS / "2025-01-27"
    path = next(p for name in ("bars.csv", "bars.csv.gz", "daily.csv") if (p := folder / name).is_file())
    series = read_bars(path)
    stocks = sorted(s.symbol for s in series if s.symbol[0] != "^" and "=X" not in s.symbol and s.symbol not in FUNDS)
    config = load(None).config
    assert config is not None
    found = asyncio.run(looks(Recorded(series, Calendars()), stocks, config))
    print(f"{len(stocks)} stocks, {len(found)} looks from {min(x.day for x in found)} to {max(x.day for x in found)}")
    print("| look | count | |z| > 2 | > 2.5 | > 3 |\n|---|---|---|---|---|")
    for when in ("open", "close"):
        mine = [abs(x.z) for x in found if x.when == when]
        shares = " | ".join(f"{sum(z > level for z in mine) / len(mine):.1%}" for level in LEVELS)
        print(f"| {when} | {len(mine)} | {shares} |")
    print(f"| normal | | {' | '.join(f'{NORMAL[level]:.1%}' for level in LEVELS)} |")
    watched = {w.symbol for watchlist in config.watchlists for w in watchlist.companies}
    listed = set(stocks) & watched
    american = {s for s in listed if exchange_of(s).mic == "XNYS"}
    for name, which in (("recorded", set(stocks)), ("on the shipped list", listed), ("of them American", american)):
        days = sorted({x.day for x in found if AROUND[0] <= x.day <= AROUND[1] and exchange_of(x.symbol).mic == "XNYS"})
        tally = Counter(day for _, day in {(x.symbol, x.day) for x in found if x.symbol in which and passes(x)})
        other = [tally[d] for d in days if d != date(2025, 1, 27)]
        at_close = Counter(x.day for x in found if x.symbol in which and x.when == "close" and passes(x))
        per = 38 / len(which)
        closes = [at_close[d] for d in days if d != date(2025, 1, 27)]
        the_day = tally[date(2025, 1, 27)]
        stock_days = len(which) * len(other)
        print(
            f"{len(which)} stocks {name}, {len(days)} days {days[0]} to {days[-1]}: {the_day} on 27 January; on the "
            f"others {sum(other) / len(other):.2f} a day seen at open and close ({per * sum(other) / len(other):.2f} "
            f"for 38), {sum(closes) / len(closes):.2f} at the close alone ({per * sum(closes) / len(closes):.2f} for "
            f"38); median {sorted(other)[len(other) // 2]}, most {max(other)}; "
            f"{stock_days - _missing(found, which, days)} of {stock_days} stock days recorded; with the 27th "
            f"{per * (sum(other) + the_day) / len(days):.2f} for 38"
        )


if __name__ == "__main__":
    main()
