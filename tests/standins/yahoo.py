"""A stand-in for Yahoo Finance on loopback: real HTTP, and as much of its protocol as the real yfinance needs.

It hands out a cookie and a crumb and wants both back for quotes, answers v7 batch quotes and v8 charts from prices
that a test sets, counts requests, and misbehaves on demand. It runs on threads of the test's own process, so that
a daemon in another process can talk to it as well.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from time import monotonic
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

COOKIE = "A3=d=stand-in"
PAGE = "<html><body>We are doing some maintenance.</body></html>"
FAULTS = {
    "429": (429, "text/html", "Edge: Too Many Requests"),
    "500": (500, "application/json", '{"finance": {"error": {"code": "Internal Server Error"}}}'),
    "html": (200, "text/html", PAGE),
    "empty": (200, "application/json", ""),
}


@dataclass
class Listing:
    """What the stand-in knows of a symbol: Yahoo's fields of its quote, its bars by start in seconds.

    `since` is the monotonic time from which its trades go on at the same price, None if the last one was the last.
    """

    currency: str = "USD"
    zone: str = "America/New_York"
    quote: dict[str, Any] = field(default_factory=dict)
    since: float | None = None
    days: dict[int, tuple[float | None, float | None]] = field(default_factory=dict)
    minutes: dict[int, tuple[float | None, float | None]] = field(default_factory=dict)
    adjusted: dict[int, float | None] = field(default_factory=dict)
    events: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)


@dataclass
class Fault:
    """A way to misbehave (a key of FAULTS or "hang") on paths that begin so, for so many requests or for good."""

    kind: str
    path: str
    times: int | None


class YahooStandIn:
    """The server; `with YahooStandIn() as yahoo:` runs it at `yahoo.url`."""

    def __init__(self) -> None:
        """Take a free port of the loopback address."""
        self.listings: dict[str, Listing] = {}
        self.requests: list[str] = []
        self.released = Event()
        self.crumb = "a.Crumb/42"
        self.canned: dict[str, tuple[int, str, str]] = {}
        self._faults: list[Fault] = []
        self._lock = Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        """Start serving."""
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let hanging answers go and stop."""
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """What AFTERSHOCK_YAHOO_URL is set to."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def list(self, symbol: str, currency: str = "USD", zone: str = "America/New_York") -> Listing:
        """A symbol that is known from now on; `currency` is Yahoo's code, GBp for pence."""
        return self.listings.setdefault(symbol, Listing(currency, zone))

    def trade(
        self,
        symbol: str,
        price: float | None,
        moment: datetime,
        kind: str = "regular",
        *,
        goes_on: bool = False,
        **fields: object,
    ) -> None:
        """Set a symbol's last regular, pre or post trade, and further fields of its quote by Yahoo's names.

        With `goes_on` it is traded at that price from then on: each answer has a later time of its regular trade.
        """
        listing = self.list(symbol)
        listing.quote.update({f"{kind}MarketPrice": price, f"{kind}MarketTime": int(moment.timestamp())} | fields)
        listing.since = monotonic() if goes_on else None

    def daily(self, symbol: str, bars: Iterable[tuple[date, float | None, float | None]]) -> None:
        """Set a symbol's daily bars: date, open, close."""
        listing = self.list(symbol)
        for day, first, last in bars:
            start = datetime.combine(day, time(9, 30), ZoneInfo(listing.zone))
            listing.days[int(start.timestamp())] = (first, last)

    def dividend(self, symbol: str, day: date, amount: float) -> None:
        """Record a dividend by its ex-date; the bars stay as they are."""
        start = self._start(symbol, day)
        self.list(symbol).events.setdefault("dividends", {})[start] = {"amount": amount}

    def split(self, symbol: str, day: date, new: int, old: int = 1) -> None:
        """Record a split by its ex-date; the bars stay as they are."""
        fields = {"numerator": new, "denominator": old, "splitRatio": f"{new}:{old}"}
        self.list(symbol).events.setdefault("splits", {})[self._start(symbol, day)] = fields

    def adjust(self, symbol: str, day: date, close: float) -> None:
        """Give a day's adjusted close apart from its close."""
        self.list(symbol).adjusted[self._start(symbol, day)] = close

    def _start(self, symbol: str, day: date) -> int:
        return int(datetime.combine(day, time(9, 30), ZoneInfo(self.list(symbol).zone)).timestamp())

    def minute(self, symbol: str, bars: Iterable[tuple[datetime, float | None]]) -> None:
        """Set a symbol's one-minute bars: start and last price."""
        self.list(symbol).minutes.update({int(start.timestamp()): (price, price) for start, price in bars})

    def fault(self, kind: str, path: str = "/v", times: int | None = None) -> None:
        """Misbehave from now on: "429", "500", "html", "empty" or "hang"."""
        self._faults.append(Fault(kind, path, times))

    def forget_crumbs(self) -> None:
        """Take no crumb that was given out before, as Yahoo does from time to time."""
        self.crumb += "x"

    def mend(self) -> None:
        """Behave again."""
        self._faults.clear()
        self.released.set()
        self.released = Event()

    def count(self, path: str = "/") -> int:
        """How many requests were made to paths that begin so."""
        return sum(request.startswith(path) for request in self.requests)

    def _misbehaves(self, path: str) -> str | None:
        with self._lock:
            self.requests.append(path)
            fault = next((f for f in self._faults if path.startswith(f.path) and f.times != 0), None)
            if fault and fault.times:
                fault.times -= 1
            return fault.kind if fault else None

    def _answer(self, path: str, query: dict[str, str], cookie: str) -> tuple[int, str, str]:
        if path == "/v1/test/getcrumb":
            return (200, "text/plain", self.crumb) if COOKIE in cookie else (401, "text/plain", "")
        if unquote(path) in self.canned:
            return self.canned[unquote(path)]
        if path == "/v7/finance/quote":
            if query.get("crumb") != self.crumb or COOKIE not in cookie:
                return _json(
                    401,
                    {"finance": {"result": None, "error": {"code": "Unauthorized", "description": "Invalid Crumb"}}},
                )
            asked = query.get("symbols", "").split(",")
            rows = [self._quote(symbol) for symbol in asked if symbol in self.listings]
            return _json(200, {"quoteResponse": {"result": rows, "error": None}})
        if path.startswith("/v8/finance/chart/"):
            return self._chart(unquote(path.rpartition("/")[2]), query)
        return (404, "text/html", PAGE)

    def _quote(self, symbol: str) -> dict[str, Any]:
        listing = self.listings[symbol]
        given = {
            "symbol": symbol,
            "currency": listing.currency,
            "exchangeTimezoneName": listing.zone,
            "quoteType": "EQUITY",
        }
        quote = given | {"exchangeDataDelayedBy": 0} | listing.quote
        if listing.since is not None:
            quote["regularMarketTime"] += int(monotonic() - listing.since)
        return quote

    def _chart(self, symbol: str, query: dict[str, str]) -> tuple[int, str, str]:
        listing = self.listings.get(symbol)
        if listing is None:
            said = {"code": "Not Found", "description": "No data found, symbol may be delisted"}
            return _json(404, {"chart": {"result": None, "error": said}})
        interval = query.get("interval", "1d")
        first, last = int(query.get("period1", 0)), int(query.get("period2", 2**40))
        source = listing.minutes if interval == "1m" else listing.days
        bars = {start: bar for start, bar in sorted(source.items()) if first <= start < last}
        meta = {
            "currency": listing.currency,
            "symbol": symbol,
            "instrumentType": "EQUITY",
            "exchangeTimezoneName": listing.zone,
            "timezone": "X",
            "gmtoffset": 0,
            "regularMarketPrice": listing.quote.get("regularMarketPrice"),
            "regularMarketTime": listing.quote.get("regularMarketTime"),
            "dataGranularity": interval,
            "range": query.get("range", ""),
            "priceHint": 2,
            "validRanges": ["1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max"],
        }
        result: dict[str, Any] = {"meta": meta, "indicators": {"quote": [{}]}}
        events = {
            kind: {str(start): {"date": start} | fields for start, fields in found.items() if first <= start < last}
            for kind, found in listing.events.items()
        }
        if interval == "1d" and any(events.values()):
            result["events"] = events
        if bars:
            opens, closes = [bar[0] for bar in bars.values()], [bar[1] for bar in bars.values()]
            adjusted = [listing.adjusted.get(start, bar[1]) for start, bar in bars.items()]
            prices = {"open": opens, "high": closes, "low": closes, "close": closes, "volume": [100] * len(bars)}
            result |= {"timestamp": list(bars), "indicators": {"quote": [prices], "adjclose": [{"adjclose": adjusted}]}}
        return _json(200, {"chart": {"result": [result], "error": None}})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        standin = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                kind = standin._misbehaves(parts.path)
                if kind == "hang":
                    standin.released.wait()
                    self.close_connection = True
                    return
                query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
                answer = FAULTS[kind] if kind else standin._answer(parts.path, query, self.headers.get("Cookie", ""))
                self._send(*answer)

            def do_POST(self) -> None:
                self.do_GET()

            def _send(self, status: int, content: str, text: str) -> None:
                body = text.encode()
                self.send_response(status)
                self.send_header("Content-Type", content)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Set-Cookie", f"{COOKIE}; Path=/; Max-Age=31557600")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name for it
                """Say nothing."""

        return Handler


def _json(status: int, value: object) -> tuple[int, str, str]:
    return status, "application/json", json.dumps(value)
