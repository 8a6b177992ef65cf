"""Recorded bars as a price source: what was known when, reading the file, and the day that is shipped."""

import gzip
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow.parquet import write_table

from alerts.types import Move
from config.exchanges import exchange_of
from monitor.market.moves import Side, day_basis, day_move, fit
from monitor.market.recorded import Recorded, RecordingError, read_bars
from monitor.market.sessions import Calendars
from monitor.types import Quote

CALENDARS = Calendars()
SHIPPED = Path(__file__).parent.parent / "monitor" / "days" / "2025-01-27"
MONDAY = date(2025, 1, 27)
POLL = timedelta(minutes=1)
SMALL = """time,symbol,open,high,low,close,volume,currency
2025-01-23,NVDA,145,,,147.2,1000,USD
2025-01-24,NVDA,148,,,142.6,,USD
2025-01-27,NVDA,124.8,,,118.4,,USD
2025-01-24,6857.T,10022,,,10002,,JPY
2025-01-27,6857.T,9559,,,9141,,JPY
2025-01-24,SMH,266,,,260.7,,USD
2025-01-27,SMH,241,,,235,,USD
2025-01-24T20:50:00Z,SMH,261,261,261,261,10,USD
2025-01-27T14:00:00Z,SMH,246,246,246,246,10,USD
2025-01-27T14:05:00Z,SMH,246,246,246,245,10,USD
2025-01-27T14:25:00Z,SMH,243,243,243,243,10,USD
2025-01-27T14:30:00Z,SMH,241,243,240,242,10,USD
2025-01-27T14:35:00Z,SMH,242,243,240,241.5,10,USD
2025-01-27T20:55:00Z,SMH,236,236,234,234.5,10,USD
2025-01-27T21:00:00Z,SMH,234,234,230,230,10,USD
2025-01-24,JPYUSD=X,,,,0.00639,,USD
2025-01-27,JPYUSD=X,,,,0.00645,,USD
"""


def utc(text: str) -> datetime:
    """A UTC time from "2025-01-27 14:30"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def monday(text: str) -> datetime:
    """A UTC time on 27 January 2025."""
    return utc(f"2025-01-27 {text}")


def recorded(folder: Path, text: str = SMALL) -> Recorded:
    """A recording of the given CSV."""
    (folder / "bars.csv").write_text(text, encoding="utf-8")
    return Recorded.read(folder, CALENDARS)


@cache
def shipped() -> Recorded:
    """The shipped day."""
    return Recorded.read(SHIPPED, CALENDARS)


async def one(source: Recorded, symbol: str, now: datetime) -> Quote:
    """The quote of a symbol at a moment."""
    return (await source.quotes([symbol], now)).found[symbol]


# What is known when


@pytest.mark.parametrize(
    ("now", "price", "time"),
    [
        ("2025-01-24 20:59", 148.0, "2025-01-24 14:31"),
        ("2025-01-27 14:29", 142.6, "2025-01-24 21:01"),  # before the open: Friday's close, old
        ("2025-01-27 14:30", 124.8, "2025-01-27 14:30"),  # the open
        ("2025-01-27 14:31", 124.8, "2025-01-27 14:31"),  # the look that confirms it
        ("2025-01-27 14:40", 124.8, "2025-01-27 14:31"),  # from then on it ages
        ("2025-01-27 20:59", 124.8, "2025-01-27 14:31"),
        ("2025-01-27 21:00", 118.4, "2025-01-27 21:00"),
        ("2025-01-27 21:01", 118.4, "2025-01-27 21:01"),
        ("2025-01-28 10:00", 118.4, "2025-01-27 21:01"),
    ],
)
async def test_daily_bars_give_the_open_at_the_open_and_the_close_at_the_close(
    tmp_path: Path, now: str, price: float, time: str
) -> None:
    """Each for one more look with a moving clock; the path between them is not known."""
    quote = await one(recorded(tmp_path), "NVDA", utc(now))
    assert Quote("NVDA", price, utc(time), "USD", confirmed=True) == quote


@pytest.mark.parametrize(
    ("now", "price", "time", "confirmed"),
    [
        ("14:04", 260.7, "2025-01-24 21:01", True),  # its first bar has not ended
        ("14:05", 246.0, "2025-01-27 14:05", False),  # pre-market
        ("14:20", 245.0, "2025-01-27 14:10", False),  # nothing was traded since: the quote ages
        ("14:31", 243.0, "2025-01-27 14:30", False),
        ("14:35", 242.0, "2025-01-27 14:35", False),
        ("20:59", 241.5, "2025-01-27 14:40", False),
        ("21:00", 235.0, "2025-01-27 21:00", True),  # the official close, not the last trade of one venue
        ("21:06", 235.0, "2025-01-27 21:01", True),  # nor its thin trades after hours
    ],
)
async def test_bars_from_within_a_day_are_known_once_they_have_ended(
    tmp_path: Path, now: str, price: float, time: str, confirmed: bool
) -> None:
    """A bar's close at its end; such prints need a second look."""
    quote = await one(recorded(tmp_path), "SMH", monday(now))
    assert (price, utc(time), confirmed) == (quote.price, quote.time, quote.confirmed)


async def test_without_a_daily_bar_the_days_last_bar_stands_at_the_close(tmp_path: Path) -> None:
    """It ends with the session, however long its kind usually lasts, and after-hours bars change nothing."""
    hours = [("18:30", 150), ("19:30", 151), ("20:30", 152), ("21:30", 140)]
    rows = [f"2025-01-27T{start}:00Z,ARM,,{price}" for start, price in hours]
    source = recorded(tmp_path, "\n".join(["time,symbol,open,close", *rows]))
    for now in ("21:00", "22:45"):
        quote = await one(source, "ARM", monday(now))
        assert (152.0, monday("21:00")) == (quote.price, quote.time)


async def test_exchange_rates_are_known_when_they_are_published(tmp_path: Path) -> None:
    """Monday's from 15:00 UTC on, before that Friday's."""
    source = recorded(tmp_path)
    before = await one(source, "JPYUSD=X", monday("14:59"))
    after = await one(source, "JPYUSD=X", monday("15:00"))
    assert (0.00639, utc("2025-01-24 15:00")) == (before.price, before.time)
    assert (0.00645, monday("15:00")) == (after.price, after.time)


async def test_history_holds_closed_sessions_only(tmp_path: Path) -> None:
    """Each by its own exchange's close: Tokyo's Monday is over while New York's has not begun."""
    source = recorded(tmp_path)
    noon = (await source.history(["NVDA", "6857.T", "JPYUSD=X"], monday("12:00"))).found
    assert date(2025, 1, 24) == noon["NVDA"].bars[-1].date
    assert date(2025, 1, 27) == noon["6857.T"].bars[-1].date
    assert date(2025, 1, 24) == noon["JPYUSD=X"].bars[-1].date
    assert (await source.history(["NVDA"], monday("21:00"))).found["NVDA"].bars[-1].close == 118.4


async def test_what_the_recording_lacks_is_said_in_words(tmp_path: Path) -> None:
    """A symbol it does not have, and one without a price yet."""
    source = recorded(tmp_path)
    answer = await source.quotes(["AMD", "NVDA"], utc("2025-01-22 12:00"))
    assert answer.found == {}
    assert answer.problems == {
        "AMD": "it is not in the recording",
        "NVDA": "the recording has no price of it before 2025-01-22 12:00 UTC",
    }


@pytest.mark.parametrize(
    ("symbol", "moment", "price", "time"),
    [
        ("SMH", "2025-01-27 14:41", 241.5, "2025-01-27 14:40"),
        ("SMH", "2025-01-27 18:00", None, ""),  # its bars are hours old by then
        ("SMH", "2025-01-26 18:00", 260.7, "2025-01-24 21:00"),  # closed: the last close
        ("NVDA", "2025-01-27 18:00", None, ""),  # the open is no price of the afternoon
        ("NVDA", "2025-01-27 23:00", 118.4, "2025-01-27 21:00"),
        ("AMD", "2025-01-27 23:00", None, ""),
    ],
)
async def test_a_price_before_the_news_is_a_trade_or_none(
    tmp_path: Path, symbol: str, moment: str, price: float | None, time: str
) -> None:
    """Only bars from within a session know what was paid in it."""
    answer = await recorded(tmp_path).prices_at([(symbol, utc(moment))], utc("2025-01-28 12:00"))
    quote = answer.found.get(symbol)
    assert ((price, utc(time)) if price else None) == ((quote.price, quote.time) if quote else None)
    assert (symbol in answer.problems) is (price is None)


def test_a_replay_looks_at_opens_closes_and_ends_of_bars(tmp_path: Path) -> None:
    """And once more after each open and close, in the sessions of that day; after-hours bars are no reason to look."""
    ends = ["14:05", "14:10", "14:30", "14:35", "14:40"]
    edges = ["00:00", "00:01", "06:30", "06:31", "14:30", "14:31", "21:00", "21:01"]
    assert tuple(sorted({monday(t) for t in ends + edges})) == recorded(tmp_path).instants(MONDAY)


@settings(deadline=None)  # the first look at an exchange builds its calendar
@given(minutes=st.integers(min_value=0, max_value=8 * 24 * 60))
async def test_nothing_is_given_before_it_could_be_known(minutes: int) -> None:
    """At any minute of the week no quote is newer than the moment, and no day whose session is still open."""
    now = utc("2025-01-22 00:00") + timedelta(minutes=minutes)
    symbols = ["NVDA", "SMH", "^IXIC", "6857.T", "ASML.AS", "^STOXX50E", "JPYUSD=X"]
    for quote in (await shipped().quotes(symbols, now)).found.values():
        assert quote.time <= now
    for symbol, history in (await shipped().history(symbols[:-1], now)).found.items():
        last = history.bars[-1].date
        (session,) = CALENDARS.between(exchange_of(symbol).mic, last, last)
        assert session.close <= now


# Reading the file


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2025-01-27,AMD,1,,,abc,,USD", "bars.csv:19: close 'abc' is no number"),
        ("2025-01-27,AMD,1,,,nan,,USD", "bars.csv:19: close 'nan' is no price"),
        ("2025-01-27,AMD,1,,,-3,,USD", "bars.csv:19: close '-3' is no price"),
        ("2025-01-27,AMD,0,,,3,,USD", "bars.csv:19: open '0' is no price"),
        ("2025-01-27,AMD,1,,,3,-1,USD", "bars.csv:19: volume '-1' is no volume"),
        ("27 January,AMD,1,,,3,,USD", "bars.csv:19: '27 January' is neither a date (2025-01-27) nor a time"),
        ("2025-01-27,AMD,1,,,3", "bars.csv:19: the row has more or fewer cells than the first line has columns"),
        ("2025-01-27,AMD,1,,,3,,USD,,", "bars.csv:19: the row has more or fewer cells"),
        ("2025-01-27,NVDA,1,,,3,,USD", "bars.csv:19: a second row of NVDA for 2025-01-27"),
        ("2025-01-27,,1,,,3,,USD", "bars.csv:19: the row names no symbol"),
        ("2025-01-27,ABC.QQ,1,,,3,,", "bars.csv:19: ABC.QQ: no exchange has the suffix .QQ here"),
    ],
)
def test_a_bad_row_is_told_with_its_line(tmp_path: Path, row: str, words: str) -> None:
    """File, line, and what is wrong."""
    with pytest.raises(RecordingError) as told:
        recorded(tmp_path, SMALL + row + "\n")
    assert words in str(told.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "bars.csv:1: the first line must name the columns: no symbol, close"),
        (b"symbol,close\nNVDA,3\n", "bars.csv:1: the first line must name the columns: no time or date"),
        (b"time,symbol,close\n2025-01-27,N\xffDA,3\n", "bars.csv:1: "),
    ],
)
def test_a_file_that_is_no_table_of_bars_is_told(tmp_path: Path, content: bytes, words: str) -> None:
    """Without a traceback."""
    (tmp_path / "bars.csv").write_bytes(content)
    with pytest.raises(RecordingError) as told:
        Recorded.read(tmp_path, CALENDARS)
    assert words in str(told.value)


def test_a_folder_without_prices_and_a_damaged_archive_are_told(tmp_path: Path) -> None:
    """What a recorded day must have, by name."""
    with pytest.raises(RecordingError) as told:
        Recorded.read(tmp_path, CALENDARS)
    assert "a recorded day has a bars.csv or a bars.csv.gz" in str(told.value)
    (tmp_path / "bars.csv.gz").write_bytes(gzip.compress(SMALL.encode())[:60])
    with pytest.raises(RecordingError) as damaged:
        Recorded.read(tmp_path, CALENDARS)
    assert "bars.csv.gz:1: " in str(damaged.value)


async def test_currency_and_column_names_may_be_left_to_their_defaults(tmp_path: Path) -> None:
    """`date` for `time`, no currency, no volume, a time without a zone: the exchange's currency, and UTC."""
    text = (
        "date,symbol,open,close\n2025-01-24,VOD.L,70,71\n2025-01-24T09:00:00,VOD.L,70,70.5\n2025-01-24,EURUSD=X,,1.05\n"
    )
    source = recorded(tmp_path, text)
    assert await one(source, "VOD.L", utc("2025-01-24 09:01")) == Quote("VOD.L", 70.5, utc("2025-01-24 09:01"), "GBX")
    assert (await one(source, "EURUSD=X", utc("2025-01-24 16:00"))).currency == "USD"


def test_a_compressed_file_reads_like_a_plain_one(tmp_path: Path) -> None:
    """The shipped day is compressed."""
    (tmp_path / "a.csv").write_text(SMALL, encoding="utf-8")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(SMALL.encode()))
    assert read_bars(tmp_path / "a.csv") == read_bars(tmp_path / "a.csv.gz")


async def test_a_parquet_file_reads_like_a_csv_file(tmp_path: Path) -> None:
    """Of the same columns, as dates, times and numbers; a bad row is told with its number."""
    rows = [
        {"time": date(2025, 1, 24), "symbol": "NVDA", "open": None, "close": 142.6, "volume": 2e8},
        {"time": date(2025, 1, 27), "symbol": "NVDA", "open": 124.8, "close": 118.4, "volume": float("nan")},
    ]
    write_table(pa.Table.from_pylist(rows), tmp_path / "bars.parquet")
    (one,) = read_bars(tmp_path / "bars.parquet")
    (tmp_path / "bars.csv").write_text(
        "time,symbol,open,close,volume\n2025-01-24,NVDA,,142.6,200000000\n2025-01-27,NVDA,124.8,118.4,\n"
    )
    (other,) = read_bars(tmp_path / "bars.csv")
    assert other.daily == one.daily
    write_table(pa.Table.from_pylist([rows[0], rows[0]]), tmp_path / "twice.parquet")
    for name, words in (("twice", "twice.parquet:2: a second row of NVDA"), ("damaged", "damaged.parquet:0: ")):
        (tmp_path / "damaged.parquet").write_bytes(b"PAR1 no such thing")
        with pytest.raises(RecordingError, match=words):
            read_bars(tmp_path / f"{name}.parquet")


# The shipped day


async def measured(symbol: str, when: str) -> Move:
    """The day move of a symbol at its session's open or close on 27 January 2025."""
    exchange = exchange_of(symbol)
    (session,) = CALENDARS.between(exchange.mic, MONDAY, MONDAY)
    now = getattr(session, when)
    pair = [symbol, exchange.index]
    quotes = (await shipped().quotes(pair, now)).found
    histories = (await shipped().history(pair, now)).found
    sides = [Side(histories[s], quotes[s], CALENDARS.sessions(exchange_of(s).mic, now)) for s in pair]
    basis, reason = day_basis(histories[symbol], CALENDARS.previous(session))
    assert basis is not None, reason
    stats = fit(histories[symbol], histories[exchange.index], sides[0].sessions, basis.day, exchange.region)
    move = day_move(sides[0], sides[1], basis, stats)
    assert move is not None
    return move


@pytest.mark.parametrize(
    ("symbol", "when", "raw", "sigma"),
    [
        ("NVDA", "close", -0.1697, -6.42),
        ("ANET", "close", -0.2235, -11.25),
        ("VRT", "close", -0.2988, -10.03),
        ("SU.PA", "close", -0.0948, -9.24),
        ("ENR.DE", "close", -0.2000, -6.94),
        ("6857.T", "close", -0.0861, -2.47),
        ("6857.T", "open", -0.0443, -2.63),
        ("ASML.AS", "close", -0.0701, -2.84),
        ("MU", "close", -0.1171, -2.74),
        ("AAPL", "close", 0.0318, 3.86),
        ("AMZN", "open", -0.0368, -0.15),
    ],
)
async def test_the_27th_of_january_is_measured_as_it_was(symbol: str, when: str, raw: float, sigma: float) -> None:
    """Raw moves and sigmas of the day that the project is measured by, from the bars it ships."""
    move = await measured(symbol, when)
    assert pytest.approx(raw, abs=5e-5) == move.raw
    assert pytest.approx(sigma, abs=5e-3) == move.sigma


async def test_of_all_stocks_those_of_the_story_pass_and_amazon_does_not() -> None:
    """3 % and 2.5 sigma at the open or the close: both kinds of stock, with a number to tell them apart."""

    async def passes(symbols: Sequence[str]) -> list[str]:
        found = []
        for symbol in symbols:
            moves = [await measured(symbol, when) for when in ("open", "close")]
            if any(abs(m.raw) >= 0.03 and abs(m.sigma or 0) >= 2.5 and m.raw * (m.abnormal or 0) > 0 for m in moves):
                found.append(symbol)
        return found

    told = ["6857.T", "9984.T", "ASML.AS", "SU.PA", "ENR.DE", "NVDA", "AVGO", "TSM", "VRT", "VST", "CEG", "GEV"]
    told += ["ANET", "ORCL", "MU", "AAPL", "CRM"]
    assert told == await passes(told)
    assert await passes(["AMZN", "META", "6146.T"]) == []


async def test_faults_left_in_the_recording_stay_inside_their_bars() -> None:
    """SMH's bad print of 13:05 opened its bar; what is quoted at 13:10 is where the bar closed."""
    quote = await one(shipped(), "SMH", monday("13:10"))
    assert quote.price == pytest.approx(244.47 * 0.996898, rel=1e-4)
