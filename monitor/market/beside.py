"""What stands beside a move for its reader: the day's volume against its usual, the sector's move, results. Pure.

None of it decides an alert: a sector falls with its stocks and so explains nothing away, and volume and results are
reasons to look, not measures of a move.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from statistics import median
from types import MappingProxyType
from typing import Final

from config.exchanges import AMERICAS, ASIA, EUROPE, exchange_of
from config.types import Company
from monitor.market.moves import u_curve
from monitor.market.sessions import elapsed
from monitor.types import History, Quote, Session

VOLUME_DAYS: Final = 20
"""A month of sessions makes a usual volume."""
FEWEST_DAYS: Final = 10
EARLIEST: Final = 0.03
"""Of a session; before that, some twelve minutes, the opening auction is all there is."""
RESULTS_AROUND: Final = timedelta(hours=6)
"""Results of a session's day come up to so long before its open and after its close."""
DUE_TODAY: Final = "reports results today"
REPORTED: Final = "has reported results since the price that this is counted from"

CHIPS, UTILITIES, TECHNOLOGY = "chips", "utilities", "technology"
FUNDS: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        (AMERICAS, CHIPS): "SMH",
        (AMERICAS, UTILITIES): "XLU",
        (AMERICAS, TECHNOLOGY): "XLK",
        (EUROPE, CHIPS): "EXV3.DE",
        (EUROPE, UTILITIES): "EXH9.DE",
        (EUROPE, TECHNOLOGY): "EXV3.DE",
        (ASIA, CHIPS): "2644.T",
    }
)
"""The fund that stands for a sector in a part of the world, shown with its symbol.

VanEck Semiconductor, the Select Sector funds, iShares STOXX Europe 600 Technology and Utilities, Global X Japan
Semiconductor.
"""
SECTORS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("chips", "ai-chips", "memory", "equipment", "foundries", "analogue", "chip-design", "packaging"), CHIPS
        ),
        **dict.fromkeys(("power-chips", "testing", "eda"), CHIPS),
        **dict.fromkeys(("power", "nuclear", "gas"), UTILITIES),
        **dict.fromkeys(
            ("servers", "networking", "storage", "software", "cloud", "data", "security", "devices"), TECHNOLOGY
        ),
    }
)
"""The sector that a company's group belongs to; groups that stand for no sector of a fund are not here."""


def sector_of(company: Company, symbol: str) -> tuple[str, str] | None:
    """The sector of a listing and the fund that stands for it there; None where there is none, or it is that fund.

    A fund of another country's hours is none: a sector is compared over the same session.
    """
    exchange = exchange_of(symbol)
    for group in company.groups:
        sector = SECTORS.get(group)
        fund = FUNDS.get((exchange.region, sector)) if sector else None
        if sector and fund and fund != symbol and (exchange.region != ASIA or exchange_of(fund).mic == exchange.mic):
            return (sector, fund) if exchange.region != AMERICAS or exchange.mic == "XNYS" else None
    return None


def volume_ratio(history: History | None, session: Session, quote: Quote) -> float | None:
    """How many times its usual volume by that time of day a share has traded; None where that cannot be known.

    Usual is the median of the last 20 sessions, spread over the day along `u_curve`: volume has the same shape as
    variance (Jain and Joh, Journal of Financial and Quantitative Analysis 23, 1988).
    """
    if history is None or quote.volume is None or not session.open <= quote.time:
        return None
    past = [bar.volume for bar in history.bars if bar.volume and bar.date < session.date][-VOLUME_DAYS:]
    part = elapsed(session, quote.time)
    if len(past) < FEWEST_DAYS or part < EARLIEST:
        return None
    return quote.volume / (median(past) * u_curve(part))


def results_note(results: Iterable[datetime], base: datetime, session: Session, now: datetime) -> str:
    """Whether the company reported results since the base, or is to today; "" if neither."""
    times = sorted(results)
    if any(base < time <= now for time in times):
        return REPORTED
    first, last = session.open - RESULTS_AROUND, session.close + RESULTS_AROUND
    return DUE_TODAY if any(now < time and first <= time <= last for time in times) else ""
