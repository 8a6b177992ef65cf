"""Alert values written by hand: moves, candidates, a story, and a day like 27 January 2025.

The day's percentages are facts; sentences are made up for the tests.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from alerts.types import Candidate, Move, PriceState, RootView, Row, Source, StoryNote, Tie, Window
from config.types import Watched, Watchlist

DAY = date(2025, 1, 27)
NOON = datetime(2025, 1, 27, 12, 0, tzinfo=UTC)
CLOSE = datetime(2025, 1, 27, 21, 0, tzinfo=UTC)


def move(raw: float, sigma: float | None = -6.0, value: float | None = None, **more: Any) -> Move:  # noqa: ANN401  any field
    """A move of `raw` from 100; the market-adjusted part is 0.9 of it, on sigma's side."""
    abnormal = None if sigma is None else (abs(raw) * 0.9 if sigma > 0 else -abs(raw) * 0.9)
    values = {
        "symbol": "NVDA",
        "window": Window.DAY,
        "base_price": 100.0,
        "base_time": datetime(2025, 1, 24, 21, 0, tzinfo=UTC),
        "price": 100.0 * (1 + raw),
        "time": CLOSE,
        "currency": "USD",
        "raw": raw,
        "abnormal": abnormal,
        "sigma": sigma,
        "value_change": value,
    }
    return Move(**{**values, **more})


def story(headline: str = "DeepSeek opens its R1 reasoning model to everyone", **more: Any) -> StoryNote:  # noqa: ANN401  any field
    """A story with two sources."""
    first = datetime(2025, 1, 20, 12, 5, tzinfo=UTC)
    values = {
        "id": "s1",
        "headline": headline,
        "types": ("model_release",),
        "status": "reported",
        "reason": "The lab put the weights of its reasoning model up for free.",
        "first_time": first,
        "last_fact": first,
        "feeds": 7,
        "sources": (
            Source(
                "Example Wire", NOON, "Chip shares slide as a cheap model spreads", "https://news.example/a?b=1&c=2"
            ),
            Source("Example Lab", first, headline, "https://lab.example/r1"),
        ),
    }
    return StoryNote(**{**values, **more})


def tie(path: str = "deepseek -competitor-> openai -supplier-> nvidia", of: StoryNote | None = None) -> Tie:
    """How a story reaches a company."""
    return Tie(of or story(), path, 0.6)


def candidate(raw: float = -0.17, sigma: float | None = -6.4, **more: Any) -> Candidate:  # noqa: ANN401  any field
    """A fresh candidate for Nvidia, linked by the story."""
    values = {
        "company": "nvidia",
        "name": "NVIDIA",
        "symbol": "NVDA",
        "exchange": "XNYS",
        "region": "Americas",
        "session": DAY,
        "state": PriceState.FRESH,
        "day": move(raw, sigma, None),
        "tie": tie(),
    }
    return Candidate(**{**values, **more})


WATCHED = Watched("nvidia", "NVDA")


def watchlist(**more: Any) -> Watchlist:  # noqa: ANN401  any field
    """A watchlist of Nvidia with the shipped thresholds."""
    values = {"name": "AI complex", "channel": "#ai", "companies": (WATCHED,)}
    return Watchlist(**{**values, **more})


_ASIA, _EUROPE, _AMERICAS = ("Asia", 6), ("Europe", 16), ("Americas", 21)
_THE_DAY = (
    ("6857.T", "Advantest", _ASIA, -0.086, -2.5, None, "nvidia -supplier-> advantest"),
    ("9984.T", "SoftBank Group", _ASIA, -0.083, -2.9, None, "openai <-investor- softbank"),
    ("ASML.AS", "ASML", _EUROPE, -0.070, -2.8, -20.1e9, "tsmc -supplier-> asml"),
    ("SU.PA", "Schneider Electric", _EUROPE, -0.095, -9.0, -15.2e9, "microsoft -supplier-> schneider-electric"),
    ("ENR.DE", "Siemens Energy", _EUROPE, -0.199, -6.5, -10.6e9, "microsoft -power-> siemens-energy"),
    ("NVDA", "NVIDIA", _AMERICAS, -0.170, -6.4, -593e9, "openai -supplier-> nvidia"),
    ("AVGO", "Broadcom", _AMERICAS, -0.174, -5.2, -199e9, "google -supplier-> broadcom"),
    ("TSM", "TSMC", _AMERICAS, -0.133, -5.5, -151e9, "nvidia -supplier-> tsmc"),
    ("ANET", "Arista Networks", _AMERICAS, -0.224, -11.0, -36e9, "microsoft -supplier-> arista"),
    ("VRT", "Vertiv", _AMERICAS, -0.299, -10.1, -16e9, "microsoft -supplier-> vertiv"),
    ("VST", "Vistra", _AMERICAS, -0.283, -7.3, -18e9, "microsoft -power-> vistra"),
    ("CEG", "Constellation Energy", _AMERICAS, -0.209, -6.9, -22e9, "microsoft -power-> constellation"),
    ("GEV", "GE Vernova", _AMERICAS, -0.215, -7.0, -25e9, "microsoft -power-> ge-vernova"),
    ("ORCL", "Oracle", _AMERICAS, -0.138, -5.9, -71e9, "openai -partner-> oracle"),
    ("AAPL", "Apple", _AMERICAS, 0.032, 3.9, 107e9, "openai -partner-> apple"),
)


def rows(count: int = len(_THE_DAY)) -> tuple[Row, ...]:
    """The first `count` rows of the day, in order of first crossing; more than there are repeat under other symbols."""
    found = []
    for number in range(count):
        symbol, name, (region, hour), raw, sigma, value, path = _THE_DAY[number % len(_THE_DAY)]
        turn = number // len(_THE_DAY)
        symbol = f"{symbol}{turn}" if turn else symbol
        notes = ("short history",) if symbol == "GEV" else ()
        time = CLOSE.replace(hour=hour)
        found.append(
            Row(
                name.lower(),
                name,
                symbol,
                region,
                move(raw, sigma, value, symbol=symbol, time=time, notes=notes),
                f"deepseek -competitor-> {path}",
            )
        )
    return tuple(found)


def view(**more: Any) -> RootView:  # noqa: ANN401  any field
    """The day's root message at the close."""
    values = {
        "channel": "#ai",
        "session": DAY,
        "story": story(),
        "rows": rows(),
        "at": CLOSE + timedelta(minutes=1),
        "market": ("Nasdaq 100 -2.9 %, S&P 500 -1.5 %, SOXX -7.8 %",),
        "records": ("NVDA: the largest one-day loss of market value in the data at hand",),
        "states": {"Asia": "closed", "Europe": "closed", "Americas": "closed"},
    }
    return RootView(**{**values, **more})
