"""Recorded bars as a price source: what a poller would have been told at a moment, and never more.

Reads `bars.csv`, `bars.csv.gz` or `bars.parquet` once and answers from memory. Daily bars know no path within a day,
so they give two prices: the open from the open on and the close from the close on, each with a clock that runs on for
one more look and then stands still. A bar from within the day gives its close when it has ended. It is the same
protocol that Yahoo speaks, so the replay of a day and the daemon are the same code.
"""

import csv
import gzip
import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Final, TextIO, TypeVar

from config.exchanges import exchange_of
from monitor.market.sessions import Calendars, containing, last_closed
from monitor.types import Bar, History, PriceAnswer, Quote, Session

PARQUET: Final = "bars.parquet"
FILES: Final = ("bars.csv", "bars.csv.gz", PARQUET)
NUMBERS: Final = ("open", "high", "low", "close", "volume")
CODES: Final = {"GBp": "GBX", "ZAc": "ZAC"}
"""How Yahoo writes minor units, and how we do."""
POLL: Final = timedelta(minutes=1)
"""How long after an open or a close the second look comes: the shipped interval of price polls."""
FIXING: Final = time(15, tzinfo=UTC)
"""When a daily row of an exchange rate is known: the ECB publishes its reference rates around 16:00 in Frankfurt."""
RATE: Final = "=X"
"""How Yahoo's symbols of exchange rates end."""
LOOK_BACK: Final = 10
"""Sessions searched for a last price; the longest gap in the shipped recording is three."""
FRESH_BARS: Final = 2
"""A recording may have stopped where more than so many intervals, lunch aside, have passed since its newest bar."""

T = TypeVar("T")


class RecordingError(ValueError):
    """A recording cannot be read; `args[0]` says which file and line, and what is wrong."""


@dataclass(frozen=True, slots=True)
class Inside:
    """A bar from within a day: when it ended and its last price."""

    end: datetime
    close: float


@dataclass(slots=True)
class Series:
    """All bars of one symbol: daily ones by date, those from within a day by their start and by their end."""

    symbol: str
    currency: str
    adjusted: bool = False
    daily: dict[date, Bar] = field(default_factory=dict)
    starts: dict[datetime, float] = field(default_factory=dict)
    inside: tuple[Inside, ...] = ()

    @property
    def interval(self) -> timedelta:
        """The commonest time between two of its bars within a day; a minute where there is only one."""
        starts = sorted(self.starts)
        gaps = Counter(after - before for before, after in pairwise(starts))
        return gaps.most_common(1)[0][0] if gaps else timedelta(minutes=1)

    @property
    def is_rate(self) -> bool:
        """Whether it is an exchange rate, which has no sessions."""
        return self.symbol.endswith(RATE)


class Recorded:
    """A `PriceSource` over recorded bars. Quotes from daily bars confirm themselves; bars from within a day do not."""

    name = "recorded bars"

    def __init__(self, series: Iterable[Series], calendars: Calendars, poll: timedelta = POLL) -> None:
        """Hold the bars."""
        self._series = {s.symbol: s for s in series}
        self._calendars = calendars
        self._poll = poll
        for one in self._series.values():
            one.inside = tuple(self._ends(one))

    @classmethod
    def read(cls, folder: Path, calendars: Calendars, poll: timedelta = POLL) -> "Recorded":
        """Read the bars of a recorded day's folder.

        Columns: `time` or `date` (a date for a daily bar, else the ISO instant at which the bar starts; UTC if it
        names no zone), symbol, open, high, low, close, volume; if need be currency (else the exchange's own), basis
        ("adjusted" where dividends are taken out of a symbol's prices, else "traded") and note (what a reader must
        know of a daily bar). An empty cell is a missing value.

        Raises:
            RecordingError: There is no such file, or a row cannot be read; with file and line.
        """
        path = next((folder / name for name in FILES if (folder / name).is_file()), None)
        if path is None:
            raise RecordingError(f"{folder}: no prices here; a recorded day has a {FILES[0]} or a {FILES[1]}")
        return cls(read_bars(path), calendars, poll)

    def instants(self, day: date) -> tuple[datetime, ...]:
        """The moments worth a look in the sessions dated `day`: opens, closes, one poll after each, ends of bars."""
        found: set[datetime] = set()
        for one in self._series.values():
            if one.is_rate:
                continue
            for session in self._calendars.between(exchange_of(one.symbol).mic, day, day):
                ends = {bar.end for bar in one.inside if session.early <= bar.end <= session.close}
                if day in one.daily or ends:
                    found |= ends
                    found |= {t for m in (session.open, session.close) for t in (m, m + self._poll)}
        return tuple(sorted(found))

    @property
    def symbols(self) -> tuple[str, ...]:
        """All symbols that have bars."""
        return tuple(self._series)

    def within(self, day: date) -> tuple[str, ...]:
        """The symbols that have bars from within `day`, in alphabetical order."""
        return tuple(sorted(s.symbol for s in self._series.values() if any(bar.end.date() == day for bar in s.inside)))

    async def quotes(self, symbols: Sequence[str], now: datetime) -> PriceAnswer[Quote]:
        """The newest price of each symbol that was known at `now`."""
        found = {s: q for s in symbols if s in self._series and (q := self._quote(self._series[s], now))}
        return self._answer(symbols, found, f"the recording has no price of it before {now:%Y-%m-%d %H:%M} UTC")

    async def history(self, symbols: Sequence[str], now: datetime) -> PriceAnswer[History]:
        """Daily bars of sessions that had closed by `now`; of exchange rates, those that were published."""
        found = {}
        for one in (self._series[s] for s in symbols if s in self._series):
            last = self._last_day(one, now)
            bars = tuple(bar for day, bar in one.daily.items() if last and day <= last)
            if bars:
                found[one.symbol] = History(one.symbol, one.currency, bars, one.adjusted)
        return self._answer(symbols, found, f"the recording has no day of it before {now:%Y-%m-%d %H:%M} UTC")

    async def prices_at(self, wanted: Sequence[tuple[str, datetime]], now: datetime) -> PriceAnswer[Quote]:
        """The last trade of each symbol at or before a time.

        Within a session only bars from within the day know it: the open is no price of the afternoon.
        """
        found = {}
        for symbol, moment in wanted:
            one = self._series.get(symbol)
            quote = self._traded(one, min(moment, now), now) if one else None
            if quote:
                found[symbol] = quote
        return self._answer([s for s, _ in wanted], found, "the recording has no trade of it just before then")

    async def close(self) -> None:
        """Nothing to let go of."""

    def _answer(self, symbols: Iterable[str], found: dict[str, T], problem: str) -> PriceAnswer[T]:
        missing = [s for s in symbols if s not in found]
        return PriceAnswer(found, {s: problem if s in self._series else "it is not in the recording" for s in missing})

    def _ends(self, one: Series) -> Iterator[Inside]:
        """When each bar from within a day ended: after the usual interval, but not past the next bar or the close."""
        starts, interval = sorted(one.starts), one.interval
        mic = "" if one.is_rate else exchange_of(one.symbol).mic
        for start, following in zip_longest(starts, starts[1:]):
            end = min(start + interval, following or start + interval)
            if mic and start < (close := self._calendars.session(mic, start).close):
                end = min(end, close)
            yield Inside(end, one.starts[start])

    def _quote(self, one: Series, now: datetime) -> Quote | None:
        """The newest price known at `now`, from the current session or else from the ones before it."""
        if one.is_rate:
            return _rate(one, now)
        session = self._calendars.session(exchange_of(one.symbol).mic, now)
        for _ in range(LOOK_BACK):
            quote = self._within(one, session, now)
            if quote:
                return quote
            session = self._calendars.previous(session)
        return None

    def _within(self, one: Series, session: Session, now: datetime) -> Quote | None:
        """The newest price of a session known at `now`: its close, else a bar from within, else its open.

        From the close on that price stands: thin trades of one venue after hours are no price of the day.
        """
        bar = one.daily.get(session.date)
        if bar and bar.close and now >= session.close:
            return replace(_confirmed(one, bar.close, min(now, session.close + self._poll)), volume=bar.volume)
        inside = _newest(one, min(now, session.close))
        if inside and inside.end > session.early:
            return Quote(one.symbol, inside.close, inside.end, one.currency)
        if bar and bar.open and now >= session.open:
            return _confirmed(one, bar.open, min(now, session.open + self._poll))
        return None

    def _traded(self, one: Series, moment: datetime, now: datetime) -> Quote | None:
        """The last trade at or before `moment`, as far as it is known at `now`.

        A bar counts as the last one if it is new, or if the recording is known to go on after `moment`: then there
        was a halt, or nobody traded.
        """
        if one.is_rate:
            return _rate(one, moment)
        sessions = self._calendars.sessions(exchange_of(one.symbol).mic, moment)
        session = containing(sessions, moment)
        if session is None:
            closed = last_closed(sessions, moment)
            bar = one.daily.get(closed.date) if closed else None
            return _confirmed(one, bar.close, closed.close) if closed and bar and bar.close else None
        inside = _newest(one, moment)
        if inside is None or inside.end <= session.early:
            return None
        newest = _newest(one, now)
        goes_on = newest is not None and moment < newest.end <= session.close
        if not goes_on and moment - inside.end - _lunch(session, inside.end, moment) > FRESH_BARS * one.interval:
            return None
        return Quote(one.symbol, inside.close, inside.end, one.currency)

    def _last_day(self, one: Series, now: datetime) -> date | None:
        """The newest day whose daily bar was known at `now`."""
        if one.is_rate:
            return now.date() if now >= datetime.combine(now, FIXING) else now.date() - timedelta(days=1)
        closed = last_closed(self._calendars.sessions(exchange_of(one.symbol).mic, now), now)
        return closed.date if closed else None


def read_bars(path: Path) -> list[Series]:
    """The bars of a CSV or Parquet file by symbol. Raises RecordingError with file and line (or row)."""
    if path.suffix == ".parquet":
        return _read_parquet(path)
    found: dict[str, Series] = {}
    line = 1
    try:
        with _text(path) as text:
            rows = csv.DictReader(text, strict=True)
            when = next((name for name in ("time", "date") if name in (rows.fieldnames or ())), None)
            missing = [name for name in ("symbol", "close") if name not in (rows.fieldnames or ())]
            if when is None or missing:
                raise ValueError(f"the first line must name the columns: no {', '.join(missing) or 'time or date'}")  # noqa: TRY301  told like any other bad line
            for row in rows:
                line = rows.line_num
                _take(found, row, when)
    except (ValueError, csv.Error, EOFError, OSError) as error:
        raise RecordingError(f"{path}:{line}: {error}") from None
    return _sorted(found)


def _sorted(found: dict[str, Series]) -> list[Series]:
    for one in found.values():
        one.daily = dict(sorted(one.daily.items()))
    return list(found.values())


def _read_parquet(path: Path) -> list[Series]:
    """The bars of a Parquet file: the same columns as in CSV, of dates, times and numbers or of text."""
    try:
        from pyarrow import ArrowException  # noqa: PLC0415  an extra that most do without
        from pyarrow.parquet import read_table  # noqa: PLC0415  as above
    except ImportError:
        raise RecordingError(f"{path}: reading it takes pyarrow: pip install 'aftershock[parquet]'") from None
    found: dict[str, Series] = {}
    number = 0
    try:
        rows = read_table(path).to_pylist()
        names = rows[0] if rows else {}
        when = next((name for name in ("time", "date") if name in names), None)
        missing = [name for name in ("symbol", "close") if name not in names]
        if when is None or missing:
            raise ValueError(f"it must have the columns: no {', '.join(missing) or 'time or date'}")  # noqa: TRY301  told like any other bad row
        for number, row in enumerate(rows, start=1):  # noqa: B007  the error says where
            _take(found, {name: _cell(value) for name, value in row.items()}, when)
    except (ValueError, ArrowException, OSError) as error:
        raise RecordingError(f"{path}:{number}: {error}") from None
    return _sorted(found)


def _cell(value: object) -> str:
    """A value as it would stand in a CSV file."""
    if value is None or value != value:  # noqa: PLR0124  not a number
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _text(path: Path) -> TextIO:
    """A CSV file, compressed or not, as text."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _take(found: dict[str, Series], row: dict[str, str], when: str) -> None:
    """Put one row into its series. Raises ValueError in words."""
    if None in row or None in row.values():
        raise ValueError("the row has more or fewer cells than the first line has columns")
    symbol = row["symbol"].strip().upper()
    if not symbol:
        raise ValueError("the row names no symbol")
    one = found.get(symbol)
    if one is None:
        currency = _currency(symbol, row.get("currency", "").strip())
        one = found[symbol] = Series(symbol, currency, adjusted=_adjusted(row.get("basis", "")))
    elif one.adjusted != _adjusted(row.get("basis", "")):
        raise ValueError(f"the prices of {symbol} are on two bases, adjusted and traded")
    prices = {name: _number(name, row.get(name, "")) for name in NUMBERS}
    moment = _moment(row[when].strip())
    if moment in one.daily or moment in one.starts:
        raise ValueError(f"a second row of {symbol} for {row[when]}")
    if not isinstance(moment, datetime):
        one.daily[moment] = Bar(symbol, moment, *prices.values(), note=row.get("note", "").strip())
    elif prices["close"]:
        one.starts[moment] = prices["close"]


def _adjusted(basis: str) -> bool:
    """Whether a basis cell says that dividends are taken out."""
    basis = basis.strip()
    if basis not in {"", "traded", "adjusted"}:
        raise ValueError(f"basis {basis!r} is neither traded nor adjusted")
    return basis == "adjusted"


def _currency(symbol: str, given: str) -> str:
    """The currency of a symbol's prices, minor units by their own code."""
    if given:
        return CODES.get(given, given.upper())
    return symbol.removesuffix(RATE)[-3:] if symbol.endswith(RATE) else exchange_of(symbol).currency


def _moment(text: str) -> date | datetime:
    """A date, or an instant in UTC."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is neither a date (2025-01-27) nor a time (2025-01-27T14:30:00Z)") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _number(name: str, text: str) -> float | None:
    """A cell: None if empty. Raises ValueError in words."""
    if not text.strip():
        return None
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{name} {text!r} is no number") from None
    if not math.isfinite(value) or value < 0 or (value == 0 and name != "volume"):
        raise ValueError(f"{name} {text!r} is no price" if name != "volume" else f"volume {text!r} is no volume")
    return value


def _newest(one: Series, moment: datetime) -> Inside | None:
    """The newest bar from within a day that had ended by `moment`."""
    place = bisect_right(one.inside, moment, key=lambda bar: bar.end)
    return one.inside[place - 1] if place else None


def _lunch(session: Session, start: datetime, end: datetime) -> timedelta:
    """How much of the time from `start` to `end` was the session's lunch break."""
    if session.lunch is None:
        return timedelta()
    return max(timedelta(), min(end, session.lunch[1]) - max(start, session.lunch[0]))


def _rate(one: Series, moment: datetime) -> Quote | None:
    """The exchange rate known at `moment`."""
    known = [(datetime.combine(day, FIXING), bar.close) for day, bar in one.daily.items() if bar.close]
    known += [(bar.end, bar.close) for bar in one.inside]
    newest = max((pair for pair in known if pair[0] <= moment), default=None)
    return _confirmed(one, newest[1], newest[0]) if newest else None


def _confirmed(one: Series, price: float, moment: datetime) -> Quote:
    """A quote that needs no second look."""
    return Quote(one.symbol, price, moment, one.currency, confirmed=True)
