"""Yahoo Finance as a price source, through yfinance: batch quotes, daily bars, one-minute bars.

Imported by the daemon only when it is wanted: yfinance takes a second to load. What yfinance sends goes through one
HTTP session of ours, which spaces requests, stops at the first 429, and turns the answers that make yfinance send
everything again into errors. Its blocking calls run on a daemon thread with a deadline, so a hanging host holds up
neither a pass nor the end of the program. Yahoo's data is for personal use.
"""

import asyncio
import json
import logging
import math
import warnings
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit, urlunsplit

import pandas as pd
import yfinance
from curl_cffi.requests import Response, Session
from curl_cffi.requests.exceptions import ConnectionError as NoConnection
from curl_cffi.requests.exceptions import DNSError, HTTPError, RequestException, Timeout
from google.protobuf.message import DecodeError
from yfinance import cache
from yfinance.cache import get_tz_cache
from yfinance.data import YfData
from yfinance.exceptions import YFException, YFTickerMissingError, YFTzMissingError
from yfinance.pricing_pb2 import PricingData

from config.exchanges import exchange_of
from monitor.market.renamed import gone
from monitor.market.sessions import Calendars
from monitor.market.throttle import Paused, Throttle
from monitor.market.yahoo_answers import CODES, actions_of, closes_of, daily, quote_of
from monitor.types import History, PriceAnswer, Quote

T = TypeVar("T")

# yfinance switches on the warnings of its own code; those are for its authors.
warnings.filterwarnings("ignore", category=DeprecationWarning, module="yfinance")

QUOTES: Final = "https://query1.finance.yahoo.com/v7/finance/quote"
STREAM: Final = "wss://streamer.finance.yahoo.com/?version=2"
SINGLE: Final = 7
"""Digits that a price of the stream, a single-precision number, holds."""
DATA: Final = ("/v7/finance/", "/v8/finance/")
"""Paths of prices; the others are yfinance's way to a cookie and a crumb, and are not counted as asking."""
CLOSING: Final = 1.0
"""Seconds that closing waits for the thread; one that hangs in a request is left to itself."""
BATCH: Final = 100
"""Symbols in one request for quotes."""
TIMEOUT: Final = 8.0
"""Seconds one request may take; yfinance's own are 10 and 30, and not all of its calls pass ours on."""
DEADLINE: Final = 25.0
"""Seconds one call of yfinance may take with the three or four requests it is made of."""
SETTLING: Final = timedelta(minutes=30)
"""Before that a session's daily bar is not final: quotes are up to 20 minutes late, then comes the closing auction."""
PERIOD: Final = "1y"
MINUTE: Final = timedelta(minutes=1)
MINUTES_KEPT: Final = timedelta(days=7)
"""How far back Yahoo gives one-minute bars."""
HALF_DAY: Final = timedelta(hours=12)
"""Longer than any session with its pre-market."""
MINUTES_LATE: Final = timedelta(minutes=30)
"""By then its one-minute bars have caught up, on exchanges that it shows late as well."""
AT_THE_CLOSE: Final = timedelta(minutes=5)
"""How long after a close its last regular trade is the newest that is told: the digest's, and a second look at it."""
NO_TYPE: Final = "NONE"
"""What Yahoo calls a symbol that it has only heard of."""
ERROR: Final = 400
NOT_FOUND: Final = 404
TOO_MANY: Final = 429
SERVER_ERROR: Final = 500


class Yahoo:
    """A `PriceSource`. `now` and what is asked come in; nothing but cookies and time zones is kept between calls."""

    name = "Yahoo Finance"

    def __init__(
        self,
        cache_folder: Path,
        base_url: str | None = None,
        *,
        calendars: Calendars | None = None,
        throttle: Throttle | None = None,
        timeout: float = TIMEOUT,
        deadline: float = DEADLINE,
    ) -> None:
        """Keep yfinance's cookies and time zones in `cache_folder`; send all of Yahoo's hosts to `base_url`, if any."""
        cache_folder.mkdir(parents=True, exist_ok=True)
        yfinance.set_tz_cache_location(str(cache_folder))
        yfinance.config.debug.hide_exceptions = False
        logging.getLogger("yfinance").setLevel(logging.CRITICAL)
        self._session = _Session(throttle or Throttle(), base_url, timeout)
        self._calendars = calendars or Calendars()
        self._deadline = deadline
        self._thread = _Thread()

    async def quotes(self, symbols: Sequence[str], now: datetime) -> PriceAnswer[Quote]:
        """The newest trade of each symbol: regular, pre- or post-market, whichever is later.

        For some minutes after a close that is the session's last regular trade: a close is told by it.
        """
        found: dict[str, Quote] = {}
        problems = _unplaced(symbols)
        silent: set[str] = set()
        symbols = [symbol for symbol in symbols if symbol not in problems]
        for start in range(0, len(symbols), BATCH):
            batch = symbols[start : start + BATCH]
            try:
                rows = await self._run(partial(self._rows, batch))
            except _TOLD as error:
                problems |= {symbol: _words(error, symbol) for symbol in batch}
                silent |= set(batch)
                continue
            for symbol in batch:
                quote = quote_of(symbol, rows[symbol], closes=self.closes(symbol, now)) if symbol in rows else None
                if quote:
                    found[symbol] = quote
                else:
                    known = symbol in rows and rows[symbol].get("quoteType") != NO_TYPE
                    problems[symbol] = f"Yahoo gives no price for {symbol}" if known else _unknown(symbol)
        return PriceAnswer(found, problems, frozenset(silent))

    async def history(self, symbols: Sequence[str], now: datetime) -> PriceAnswer[History]:
        """A year of daily bars, adjusted for dividends and splits, of sessions that closed half an hour ago or more."""
        found: dict[str, History] = {}
        problems = _unplaced(symbols)
        silent: set[str] = set()
        symbols = [symbol for symbol in symbols if symbol not in problems]
        with suppress(*_TOLD):
            await self._run(partial(self._learn_zones, symbols))
        for symbol in symbols:
            try:
                asked = partial(self._bars, symbol, period=PERIOD, interval="1d", actions=True)
                frame, currency = await self._run(asked)
            except _TOLD as error:
                problems[symbol] = _words(error, symbol)
                silent |= set() if isinstance(error, _Unknown) else {symbol}
                continue
            last = self._last_settled(symbol, now)
            bars = tuple(bar for bar in daily(symbol, frame) if bar.date <= last)
            if bars:
                currency = currency or exchange_of(symbol).currency
                found[symbol] = History(symbol, currency, bars, adjusted=True, actions=actions_of(frame), asked=now)
            else:
                problems[symbol] = f"Yahoo gives no bars for {symbol}"
        return PriceAnswer(found, problems, frozenset(silent))

    async def prices_at(self, wanted: Sequence[tuple[str, datetime]], now: datetime) -> PriceAnswer[Quote]:
        """The last one-minute bar of each symbol that had ended at the given time, of the last seven days."""
        found: dict[str, Quote] = {}
        problems: dict[str, str] = {}
        silent: set[str] = set()
        for symbol, moment in wanted:
            late = f"Yahoo's one-minute bars do not reach {moment:%H:%M} UTC yet"
            if now - moment > MINUTES_KEPT:
                problems[symbol] = f"Yahoo keeps one-minute bars for {MINUTES_KEPT.days} days only"
                continue
            if now - moment < MINUTE:  # no bar that began after it can have ended
                problems[symbol] = late
                continue
            try:
                frame, currency = await self._run(partial(self._minutes, symbol, moment))
            except _TOLD as error:
                problems[symbol] = _words(error, symbol)
                silent |= set() if isinstance(error, _Unknown) else {symbol}
                continue
            trades = [(start + MINUTE, price) for start, price in closes_of(frame) if start + MINUTE <= now]
            before = [trade for trade in trades if trade[0] <= moment]
            reached = now - moment >= MINUTES_LATE or len(before) < len(trades)
            if before and reached:
                time, price = before[-1]
                found[symbol] = Quote(symbol, price, time, currency or exchange_of(symbol).currency)
            else:
                problems[symbol] = f"Yahoo has no trade of {symbol} in the half day before then" if reached else late
        return PriceAnswer(found, problems, frozenset(silent))

    async def close(self) -> None:
        """Stop asking. A request that hangs is left to its own end on a thread that nobody waits for."""
        self._session.throttle.stop()
        if self._thread.started:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._thread.run(_close_caches), CLOSING)
        self._thread.stop()

    async def _run(self, work: Callable[[], T]) -> T:
        """Call yfinance on the thread. Raises what it raises, TimeoutError at the deadline."""
        return await asyncio.wait_for(self._thread.run(work), self._deadline)

    def _rows(self, symbols: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """Yahoo's answer for a batch, by symbol."""
        answer = YfData(session=self._session).get_raw_json(QUOTES, params={"symbols": ",".join(symbols)})
        return {str(row["symbol"]): row for row in answer["quoteResponse"]["result"]}

    def _bars(self, symbol: str, *, actions: bool = False, **wanted: object) -> tuple[pd.DataFrame, str]:
        """Yahoo's bars of a symbol and their currency."""
        ticker = yfinance.Ticker(symbol, session=self._session)
        frame = ticker.history(auto_adjust=False, actions=actions, timeout=TIMEOUT, **wanted)
        currency = str(ticker.history_metadata.get("currency") or "")
        return frame, CODES.get(currency, currency)

    def _learn_zones(self, symbols: Sequence[str]) -> None:
        """Give yfinance the time zones of new symbols, a hundred a request; it would ask for each on its own."""
        known = get_tz_cache()
        new = [symbol for symbol in symbols if not known.lookup(symbol)]
        if len(new) > 1:
            for start in range(0, len(new), BATCH):
                for symbol, row in self._rows(new[start : start + BATCH]).items():
                    known.store(symbol, row.get("exchangeTimezoneName"))

    def _minutes(self, symbol: str, moment: datetime) -> tuple[pd.DataFrame, str]:
        """The one-minute bars of the day around `moment`, pre- and post-market included."""
        start, end = moment - HALF_DAY, moment + timedelta(hours=1)
        return self._bars(symbol, start=start, end=end, interval="1m", prepost=True)

    def closes(self, symbol: str, now: datetime) -> bool:
        """Whether the symbol's exchange has just closed."""
        close = self._calendars.session(exchange_of(symbol).mic, now).close
        return close <= now < close + AT_THE_CLOSE

    def _last_settled(self, symbol: str, now: datetime) -> date:
        """The date of the last session whose daily bar is final."""
        session = self._calendars.session(exchange_of(symbol).mic, now)
        return (session if session.close + SETTLING <= now else self._calendars.previous(session)).date


def tick_of(message: str | bytes) -> Quote | None:
    """The trade in a message of Yahoo's stream (JSON around a protocol buffer in base 64), None if it holds none."""
    try:
        data = PricingData.FromString(b64decode(json.loads(message)["message"]))
    except (ValueError, KeyError, TypeError, DecodeError):
        return None
    if not (data.id and math.isfinite(data.price) and data.price > 0 and data.time > 0):
        return None
    price = float(f"{data.price:.{SINGLE}g}")
    given = data.currency
    moment = datetime.fromtimestamp(data.time / 1000, UTC)
    try:
        currency = CODES.get(given, given) or exchange_of(data.id).currency
    except ValueError:
        return None
    return Quote(data.id, price, moment, currency, volume=float(data.day_volume) or None)


class _Refused(Exception):  # noqa: N818  a reply, told to people in its own words
    """Yahoo answered, but not with what was asked for; `args[0]` says what it did."""


class _Unknown(Exception):  # noqa: N818  a reply, told to people in its own words
    """Yahoo has no such symbol."""


_TOLD: Final = (
    Paused,
    _Refused,
    _Unknown,
    RequestException,
    YFException,
    TimeoutError,
    ValueError,
    KeyError,
    TypeError,
)
"""What a call of yfinance may end in and people are told of; anything else is a fault of ours."""


class _Session(Session[Response]):
    """The HTTP session that yfinance is given: spaced, bounded in time, and with no second tries.

    yfinance answers any status from 400 on with a change of its cookie strategy and a repeat, up to 20 requests for
    one symbol, and keeps the text of a refused crumb as the crumb. It never sees those statuses.
    """

    def __init__(self, throttle: Throttle, base_url: str | None, timeout: float) -> None:
        """Look like a browser, as Yahoo wants it; a proxy of the environment is not for a stand-in."""
        super().__init__(impersonate="chrome", trust_env=base_url is None)
        self.throttle = throttle
        self._base = base_url.rstrip("/") if base_url else None
        self._limit = timeout

    def request(self, method: Any, url: str, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401  curl_cffi's own signature, some thirty arguments long
        """Send one request. Raises Paused, _Refused or _Unknown besides what curl_cffi raises."""
        path = urlsplit(url).path
        self.throttle.enter(cost=int(path.startswith(DATA)))
        kwargs["timeout"] = self._limit
        try:
            response = super().request(method, self._target(url), *args, **kwargs)
        except RequestException as error:
            self.throttle.failed(_unreached(error))
            raise
        self._judge(response, path)
        return response

    def _target(self, url: str) -> str:
        """Where a request really goes."""
        parts = urlsplit(url)
        if self._base and (parts.hostname or "").endswith("yahoo.com"):
            return self._base + urlunsplit(("", "", parts.path or "/", parts.query, ""))
        return url

    def _judge(self, response: Response, path: str) -> None:
        """Tell the throttle how it went, and raise where yfinance would only make it worse."""
        status = int(response.status_code)
        if status == TOO_MANY:
            self.throttle.refused(_seconds(response.headers.get("Retry-After")))
            self.throttle.enter()
        if status >= SERVER_ERROR:
            self.throttle.failed(f"HTTP {status}")
            raise _Refused(f"it answered with an error (HTTP {status})")
        if not path.startswith(DATA):
            return
        if status == NOT_FOUND and path.startswith("/v8/finance/chart/"):
            self.throttle.succeeded()
            raise _Unknown
        if status >= ERROR:
            # yfinance asks once more, with a new crumb. It is counted, so that this does not go on for ever.
            self.throttle.failed(f"HTTP {status}")
        elif response.content[:1] not in {b"{", b"["}:
            self.throttle.failed("it answered with something that is no data")
            raise _Refused("it answered with something that is no data")
        else:
            self.throttle.succeeded()


class _Thread:
    """One daemon thread that does blocking work in order. The interpreter does not wait for it at its end."""

    def __init__(self) -> None:
        """Start at the first piece of work."""
        self._work: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self.started = False

    def run(self, work: Callable[[], T]) -> "asyncio.Future[T]":
        """Hand in work; cancelling what is returned takes it out again unless it has begun."""
        if not self.started:
            self.started = True
            Thread(target=self._loop, name="yahoo", daemon=True).start()
        future: Future[T] = Future()
        self._work.put((future, work))
        return asyncio.wrap_future(future)

    def stop(self) -> None:
        """End the thread after what it is doing now."""
        self._work.put(None)

    def _loop(self) -> None:
        while (taken := self._work.get()) is not None:
            future, work = taken
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = work()
            except BaseException as error:  # noqa: BLE001  it is raised where the work was handed in
                future.set_exception(error)
            else:
                future.set_result(result)


def _close_caches() -> None:
    """Close yfinance's own databases on the thread that opened them; it has no public way."""
    for manager in (cache._TzDBManager, cache._CookieDBManager, cache._ISINDBManager):  # noqa: SLF001  see above
        manager.close_db()


def _seconds(text: str | None) -> float:
    """A Retry-After in seconds; Yahoo does not send dates."""
    return float(text) if text and text.isdecimal() else 0.0


def _unplaced(symbols: Sequence[str]) -> dict[str, str]:
    """Symbols of exchanges that nothing is known of here, with why: their prices belong to no session."""
    found = {}
    for symbol in symbols:
        try:
            exchange_of(symbol)
        except ValueError as error:
            found[symbol] = f"Yahoo is not asked: {error}"
    return found


def _unknown(symbol: str) -> str:
    end = gone(symbol)
    return f"Yahoo knows no symbol {symbol}" + (f"; {end}" if end else "")


def _unreached(error: RequestException) -> str:
    """Why a request was not answered, in plain words where there are some, else in the library's."""
    if isinstance(error, Timeout):
        return "no answer in time"
    if isinstance(error, DNSError):
        return "name not resolved"
    if isinstance(error, NoConnection):
        return "no connection"
    return str(error).removeprefix("Failed to perform, ").partition(" See http")[0]


def _words(error: BaseException, symbol: str) -> str:
    """What went wrong, for people."""
    match error:
        case _Unknown() | YFTzMissingError():
            words = _unknown(symbol)
        case YFTickerMissingError():
            words = f"Yahoo gives no bars for {symbol}"
        case Paused():
            words = f"Yahoo gives nothing for now: {error}"
        case _Refused():
            words = f"Yahoo could not be read: {error}"
        case TimeoutError():
            words = "Yahoo could not be reached: no answer in time"
        case HTTPError():
            words = f"Yahoo could not be read: it refused ({str(error).strip(': ')})"
        case RequestException():
            words = f"Yahoo could not be reached: {_unreached(error)}"
        case _:
            words = f"Yahoo could not be read: unexpected answer ({type(error).__name__}: {error})"
    return words
