"""Answers that Yahoo really gave, captured: read where they hold prices, refused in words where they do not.

They lie beside the checkout; the tests are skipped where they are absent. The stand-in hands each out over HTTP, as
it was sent, and the real yfinance reads it.
"""

import json
import math
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from yfinance.data import SingletonMeta

from monitor.market.sessions import Calendars
from monitor.market.throttle import Throttle
from monitor.market.yahoo import Yahoo
from standins.yahoo import YahooStandIn

HTTP = Path(__file__).parents[2] / "shared" / "yahoo" / "http"
CALENDARS = Calendars()
NOW = datetime(2025, 2, 17, 15, 0, tzinfo=UTC)
"""Some hours after the quotes were captured."""
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:yfinance"),
    pytest.mark.skipif(not HTTP.is_dir(), reason="the captured answers are not beside the checkout"),
]


def captured(kind: str) -> list[Path]:
    """The captured answers of a kind."""
    return sorted(HTTP.glob(f"{kind}-*.json"))


def answer(path: Path) -> tuple[int, str, str]:
    """Status, content type and body of a captured answer."""
    response: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["response"]
    body = response.get("bodyJson")
    text = json.dumps(body) if body is not None else str(response.get("body") or "")
    return int(response["status"]), "application/json" if body is not None else "text/html", text


def asked(path: Path) -> tuple[str, str]:
    """The path and the symbol that a captured request asked for."""
    url = json.loads(path.read_text(encoding="utf-8"))["request"]["url"]
    where = "/" + url.split("/", 3)[3].partition("?")[0]
    symbol = url.partition("symbols=")[2].partition("&")[0] or where.rpartition("/")[2]
    return where, symbol.replace("%3D", "=").replace("%5E", "^")


@pytest.fixture
def standin() -> Iterator[YahooStandIn]:
    """A running stand-in."""
    SingletonMeta._instances.clear()
    with YahooStandIn() as running:
        yield running


def yahoo(standin: YahooStandIn, folder: Path) -> Yahoo:
    """A source that asks it, without waiting between requests."""
    throttle = Throttle(clock=time.monotonic, sleep=lambda _: None)
    return Yahoo(folder / "yahoo", standin.url, calendars=CALENDARS, throttle=throttle, timeout=5.0, deadline=10.0)


def expected(text: str, symbol: str) -> float | None:
    """The price of the newest trade that a captured quote holds, None if it holds none."""
    try:
        rows = json.loads(text)["quoteResponse"]["result"]
    except (ValueError, KeyError, TypeError):
        return None
    row: dict[str, float] = next((r for r in rows if r["symbol"] == symbol), {})
    trades = [(row.get(f"{k}MarketTime"), row.get(f"{k}MarketPrice")) for k in ("regular", "pre", "post")]
    known = [(t, p) for t, p in trades if t and p]
    return max(known)[1] if known else None


@pytest.mark.parametrize("path", captured("quote"), ids=lambda p: p.stem)
async def test_a_captured_quote_is_read_or_refused_in_words(standin: YahooStandIn, tmp_path: Path, path: Path) -> None:
    """The newest trade with its own time, or one sentence why there is none."""
    _, symbol = asked(path)
    status, content, text = answer(path)
    standin.canned["/v7/finance/quote"] = (status, content, text)
    source = yahoo(standin, tmp_path)
    found = await source.quotes([symbol], NOW)
    await source.close()
    price = expected(text, symbol)
    if price is None or "is not asked" in found.problems.get(symbol, ""):
        assert found.found == {}
        assert found.problems[symbol].startswith("Yahoo ")
    else:
        quote = found.found[symbol]
        assert price == quote.price
        assert quote.time.year >= 2018
        assert len(quote.currency) == 3
        assert quote.currency not in {"GBp", "ZAc"}
    assert standin.count("/v7/") <= 2


@pytest.mark.parametrize("path", [*captured("chart"), *captured("historical")], ids=lambda p: p.stem)
async def test_a_captured_chart_is_read_or_refused_in_words(standin: YahooStandIn, tmp_path: Path, path: Path) -> None:
    """Bars with positive prices in order of their days, or one sentence why there are none; never a storm."""
    where, symbol = asked(path)
    if not where.startswith("/v8/"):
        pytest.skip("captured from an address that is not asked any more")
    standin.list(symbol)
    standin.canned[where] = answer(path)
    source = yahoo(standin, tmp_path)
    found = await source.history([symbol], NOW)
    await source.close()
    if symbol in found.found:
        bars = found.found[symbol].bars
        days = [bar.date for bar in bars]
        prices = [p for bar in bars for p in (bar.open, bar.high, bar.low, bar.close) if p is not None]
        assert days == sorted(days)
        assert prices
        assert all(math.isfinite(p) and p > 0 for p in prices)
    else:
        assert found.problems[symbol].startswith("Yahoo ")
    assert standin.count("/v8/") <= 3
