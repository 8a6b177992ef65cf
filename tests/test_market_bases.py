"""Where a move is counted from: base prices on fourteen exchanges, dates and answers worked out by hand.

Bars are made for every weekday, holidays included, each with its date for a price, so that a base on a day without
trading would be seen. Trades are one-minute bars that a recorded source is asked for, as in the daemon.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from config.exchanges import exchange_of
from monitor.market.moves import Side, day_basis, event_basis
from monitor.market.recorded import Recorded, Series
from monitor.market.sessions import Calendars
from monitor.types import Bar, History, PriceAnswer, Quote

CALENDARS = Calendars()
TRADE = "trade "
MINUTE = timedelta(minutes=1)

# symbol, the story's time, now, the day window's base, the event window's base (an own time: a trade within a session).
# All UTC. A fourth word gives the spans in which the stock traded on the story's day.
CASES = [
    # New York: EST until 8 March 2025, 14:30 to 21:00; then 13:30 to 20:00. Pre-market from 04:00 local time.
    ("NVDA", "2025-01-25 10:00", "2025-01-27 15:00", "2025-01-24 21:00", "2025-01-24 21:00", ""),  # Saturday
    ("NVDA", "2025-01-24 20:00", "2025-01-27 15:00", "2025-01-24 21:00", "trade 2025-01-24 20:00", "14:30-21:00"),
    ("NVDA", "2025-01-24 22:00", "2025-01-27 12:00", "2025-01-24 21:00", "2025-01-24 21:00", ""),  # post-market
    ("NVDA", "2025-01-27 12:00", "2025-01-27 15:00", "2025-01-24 21:00", "2025-01-24 21:00", ""),  # pre-market
    ("NVDA", "2025-01-27 21:00", "2025-01-28 15:00", "2025-01-27 21:00", "2025-01-27 21:00", ""),  # at the close
    ("NVDA", "2025-01-27 14:30", "2025-01-27 15:00", "2025-01-24 21:00", "trade 2025-01-27 14:30", "13:00-21:00"),
    ("NVDA", "2025-01-20 15:00", "2025-01-21 15:00", "2025-01-17 21:00", "2025-01-17 21:00", ""),  # M. L. King
    ("NVDA", "2025-01-09 16:00", "2025-01-10 14:35", "2025-01-08 21:00", "2025-01-08 21:00", ""),  # day of mourning
    ("NVDA", "2024-11-29 18:30", "2024-12-02 15:00", "2024-11-29 18:00", "2024-11-29 18:00", ""),  # after a half day
    ("NVDA", "2024-11-29 17:00", "2024-11-29 17:30", "2024-11-27 21:00", "trade 2024-11-29 17:00", "14:30-18:00"),
    ("NVDA", "2024-11-28 12:00", "2024-11-29 15:00", "2024-11-27 21:00", "2024-11-27 21:00", ""),  # Thanksgiving
    ("NVDA", "2025-07-03 18:00", "2025-07-07 14:00", "2025-07-03 17:00", "2025-07-03 17:00", ""),  # before the Fourth
    ("NVDA", "2025-03-09 12:00", "2025-03-10 13:45", "2025-03-07 21:00", "2025-03-07 21:00", ""),  # into summer time
    ("NVDA", "2025-03-10 20:30", "2025-03-11 14:00", "2025-03-10 20:00", "2025-03-10 20:00", ""),
    ("NVDA", "2024-11-04 13:45", "2024-11-04 15:00", "2024-11-01 20:00", "2024-11-01 20:00", ""),  # out of it
    ("NVDA", "2025-01-27 02:00", "2025-01-27 09:30", "2025-01-24 21:00", "2025-01-24 21:00", ""),  # seen pre-market
    ("NVDA", "2025-01-27 23:00", "2025-01-28 01:30", "2025-01-24 21:00", "2025-01-27 21:00", ""),  # the night after
    ("NVDA", "2025-01-27 15:10", "2025-01-27 15:40", "2025-01-24 21:00", "trade 2025-01-27 15:00",
     "14:30-15:00 15:30-21:00"),  # in a halt
    ("NVDA", "2024-12-25 10:00", "2024-12-26 15:00", "2024-12-24 18:00", "2024-12-24 18:00", ""),
    ("NVDA", "2025-01-01 12:00", "2025-01-02 15:00", "2024-12-31 21:00", "2024-12-31 21:00", ""),
    ("NVDA", "2025-04-18 14:00", "2025-04-21 14:00", "2025-04-17 20:00", "2025-04-17 20:00", ""),  # Good Friday
    # Amsterdam: 08:00 to 16:30, from 30 March 2025 an hour earlier by UTC.
    ("ASML.AS", "2025-01-27 07:00", "2025-01-27 09:00", "2025-01-24 16:30", "2025-01-24 16:30", ""),
    ("ASML.AS", "2025-01-27 10:00", "2025-01-27 12:00", "2025-01-24 16:30", "trade 2025-01-27 10:00", "08:00-16:30"),
    ("ASML.AS", "2025-03-10 12:00", "2025-03-10 13:00", "2025-03-07 16:30", "trade 2025-03-10 12:00", "08:00-16:30"),
    ("ASML.AS", "2025-03-30 10:00", "2025-03-31 07:30", "2025-03-28 16:30", "2025-03-28 16:30", ""),
    ("ASML.AS", "2025-03-31 15:45", "2025-04-01 08:00", "2025-03-31 15:30", "2025-03-31 15:30", ""),
    ("ASML.AS", "2025-04-19 12:00", "2025-04-22 08:00", "2025-04-17 15:30", "2025-04-17 15:30", ""),  # Easter
    ("ASML.AS", "2024-12-24 14:00", "2024-12-27 09:00", "2024-12-24 13:05", "2024-12-24 13:05", ""),  # half day
    # Paris
    ("SU.PA", "2025-01-24 18:00", "2025-01-27 08:30", "2025-01-24 16:30", "2025-01-24 16:30", ""),
    ("SU.PA", "2025-05-01 10:00", "2025-05-02 08:00", "2025-04-30 15:30", "2025-04-30 15:30", ""),  # Labour Day
    ("SU.PA", "2025-07-14 09:00", "2025-07-14 10:00", "2025-07-11 15:30", "trade 2025-07-14 09:00", "07:00-15:30"),
    # Xetra
    ("SIE.DE", "2025-01-27 07:59", "2025-01-27 08:10", "2025-01-24 16:30", "2025-01-24 16:30", ""),
    ("SIE.DE", "2024-12-24 10:00", "2024-12-27 09:00", "2024-12-23 16:30", "2024-12-23 16:30", ""),  # closed all day
    ("SIE.DE", "2024-12-31 10:00", "2025-01-02 09:00", "2024-12-30 13:00", "2024-12-30 13:00", ""),  # the year's last
    ("SIE.DE", "2025-10-03 09:00", "2025-10-03 10:00", "2025-10-02 15:30", "trade 2025-10-03 09:00", "07:00-15:30"),
    # Milan
    ("ENI.MI", "2025-08-15 10:00", "2025-08-18 08:00", "2025-08-14 15:30", "2025-08-14 15:30", ""),  # Ferragosto
    ("ENI.MI", "2024-12-24 11:00", "2024-12-27 09:00", "2024-12-23 16:30", "2024-12-23 16:30", ""),
    ("ENI.MI", "2025-01-27 09:30", "2025-01-27 10:00", "2025-01-24 16:30", "trade 2025-01-27 09:30", "08:00-16:30"),
    # London
    ("VOD.L", "2025-05-05 11:00", "2025-05-06 08:00", "2025-05-02 15:30", "2025-05-02 15:30", ""),  # bank holidays
    ("VOD.L", "2024-12-24 13:00", "2024-12-27 09:00", "2024-12-24 12:30", "2024-12-24 12:30", ""),
    ("VOD.L", "2025-08-25 12:00", "2025-08-26 07:30", "2025-08-22 15:30", "2025-08-22 15:30", ""),
    ("VOD.L", "2025-10-24 18:00", "2025-10-27 09:00", "2025-10-24 15:30", "2025-10-24 15:30", ""),  # out of summer time
    # Zurich
    ("NESN.SW", "2025-05-01 12:00", "2025-05-02 08:00", "2025-04-30 15:30", "2025-04-30 15:30", ""),
    ("NESN.SW", "2025-08-01 12:00", "2025-08-04 08:00", "2025-07-31 15:30", "2025-07-31 15:30", ""),  # national day
    ("NESN.SW", "2025-01-02 10:00", "2025-01-03 09:00", "2024-12-30 16:30", "2024-12-30 16:30", ""),  # Berchtold
    # Tokyo: 00:00 to 06:30 (06:00 until November 2024), lunch from 02:30 to 03:30
    ("6857.T", "2025-01-27 03:00", "2025-01-27 04:00", "2025-01-24 06:30", "trade 2025-01-27 02:30",
     "00:00-02:30 03:30-06:30"),
    ("6857.T", "2025-01-26 12:00", "2025-01-27 00:30", "2025-01-24 06:30", "2025-01-24 06:30", ""),
    ("6857.T", "2025-01-27 06:30", "2025-01-28 00:30", "2025-01-27 06:30", "2025-01-27 06:30", ""),
    ("6857.T", "2024-11-01 06:10", "2024-11-05 01:00", "2024-11-01 06:00", "2024-11-01 06:00", ""),
    ("6857.T", "2025-05-05 02:00", "2025-05-07 01:00", "2025-05-02 06:30", "2025-05-02 06:30", ""),  # Golden Week
    ("6857.T", "2025-01-02 03:00", "2025-01-06 00:30", "2024-12-30 06:30", "2024-12-30 06:30", ""),
    ("6857.T", "2025-01-26 23:30", "2025-01-27 02:00", "2025-01-24 06:30", "2025-01-24 06:30", ""),
    # Hong Kong: 01:30 to 08:00, lunch from 04:00 to 05:00
    ("0700.HK", "2025-01-27 04:30", "2025-01-27 05:30", "2025-01-24 08:00", "trade 2025-01-27 04:00",
     "01:30-04:00 05:00-08:00"),
    ("0700.HK", "2025-01-28 05:00", "2025-02-03 02:00", "2025-01-28 04:00", "2025-01-28 04:00", ""),  # New Year's Eve
    ("0700.HK", "2025-02-01 05:00", "2025-02-03 02:00", "2025-01-28 04:00", "2025-01-28 04:00", ""),
    # Seoul, closed from the 27th to the 30th
    ("005930.KS", "2025-01-27 03:00", "2025-01-31 00:30", "2025-01-24 06:30", "2025-01-24 06:30", ""),
    ("005930.KS", "2025-01-31 01:00", "2025-01-31 02:00", "2025-01-24 06:30", "trade 2025-01-31 01:00", "00:00-06:30"),
    # Taiwan, closed from the 23rd to the 2nd
    ("2330.TW", "2025-01-27 14:00", "2025-02-03 01:30", "2025-01-22 05:30", "2025-01-22 05:30", ""),
    ("2330.TW", "2025-02-05 06:00", "2025-02-06 02:00", "2025-02-05 05:30", "2025-02-05 05:30", ""),
    # Shanghai: 01:30 to 07:00, lunch from 03:30 to 05:00
    ("600519.SS", "2025-01-23 04:00", "2025-01-23 05:30", "2025-01-22 07:00", "trade 2025-01-23 03:30",
     "01:30-03:30 05:00-07:00"),
    ("600519.SS", "2025-01-30 04:00", "2025-02-05 02:00", "2025-01-27 07:00", "2025-01-27 07:00", ""),
    ("600519.SS", "2024-10-03 03:00", "2024-10-08 02:00", "2024-09-30 07:00", "2024-09-30 07:00", ""),  # golden week
    # Sydney: 23:00 to 05:00, from 6 April 2025 00:00 to 06:00
    ("BHP.AX", "2025-01-27 01:00", "2025-01-27 23:30", "2025-01-24 05:00", "2025-01-24 05:00", ""),  # Australia Day
    ("BHP.AX", "2025-04-06 12:00", "2025-04-07 00:30", "2025-04-04 05:00", "2025-04-04 05:00", ""),
    ("BHP.AX", "2025-01-28 00:30", "2025-01-28 01:00", "2025-01-24 05:00", "trade 2025-01-28 00:30", "00:00-05:00"),
    ("BHP.AX", "2025-04-25 02:00", "2025-04-28 00:30", "2025-04-24 06:00", "2025-04-24 06:00", ""),  # Anzac Day
    # Toronto
    ("SHOP.TO", "2025-07-01 15:00", "2025-07-02 14:00", "2025-06-30 20:00", "2025-06-30 20:00", ""),  # Canada Day
    ("SHOP.TO", "2025-05-19 15:00", "2025-05-20 14:00", "2025-05-16 20:00", "2025-05-16 20:00", ""),  # Victoria Day
    ("SHOP.TO", "2024-11-28 15:00", "2024-11-28 16:00", "2024-11-27 21:00", "trade 2024-11-28 15:00", "14:30-21:00"),
    ("SHOP.TO", "2025-02-17 15:00", "2025-02-18 15:00", "2025-02-14 21:00", "2025-02-14 21:00", ""),  # Family Day
]  # fmt: skip


def utc(text: str) -> datetime:
    """A UTC time from "2025-01-27 14:30"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def dated(day: date) -> float:
    """The price of a day: its date as a number."""
    return float(f"{day:%Y%m%d}")


def minutes(story: datetime, spans: str) -> dict[datetime, float]:
    """One-minute bars over the spans of the story's day, each priced by the time at which it ended."""
    made = {}
    for span in spans.split():
        first, last = (utc(f"{story:%Y-%m-%d} {text}") for text in span.split("-"))
        while first < last:
            made[first] = clock_price(first + MINUTE)
            first += MINUTE
    return made


def clock_price(moment: datetime) -> float:
    """The price of a trade: the minute at which it was made, as a number."""
    return 1.0 + moment.hour * 60 + moment.minute


def source(symbol: str, story: datetime, spans: str) -> tuple[Recorded, History]:
    """A recorded source and daily bars of every weekday around the story."""
    days = [story.date() + timedelta(days=n) for n in range(-30, 15)]
    bars = {d: Bar(symbol, d, None, None, None, dated(d)) for d in days if d.isoweekday() < 6}
    currency = exchange_of(symbol).currency
    series = Series(symbol, currency, daily=bars, starts=minutes(story, spans))
    return Recorded([series], CALENDARS), History(symbol, currency, tuple(bars.values()))


@pytest.mark.parametrize(("symbol", "story", "now", "day", "event", "spans"), CASES)
async def test_both_windows_begin_at_the_price_worked_out_by_hand(
    symbol: str, story: str, now: str, day: str, event: str, spans: str
) -> None:
    """The day window at the last regular close before the current session, the event window at the last trade."""
    mic, moment = exchange_of(symbol).mic, utc(now)
    CALENDARS.between(mic, date(2024, 10, 1), date(2025, 11, 1))  # one calendar for all cases of an exchange
    recorded, history = source(symbol, utc(story), spans)
    found, _ = day_basis(history, CALENDARS.previous(CALENDARS.session(mic, moment)))
    assert found is not None
    assert (utc(day), dated(utc(day).date())) == (found.time, found.price)

    answer: PriceAnswer[Quote] = await recorded.prices_at([(symbol, utc(story))], moment)
    side = Side(history, None, CALENDARS.sessions(mic, moment), at=answer.found.get(symbol))
    begins, reason = event_basis(utc(story), side)
    assert begins is not None, reason
    at = utc(event.removeprefix(TRADE))
    expected = clock_price(at) if event.startswith(TRADE) else dated(at.date())
    assert (at, expected, not event.startswith(TRADE)) == (begins.time, begins.price, begins.closing)


def test_there_are_enough_cases_on_every_exchange() -> None:
    """Sixty or more, and fourteen exchanges."""
    assert len(CASES) >= 60
    assert len({exchange_of(case[0]).mic for case in CASES}) == 14


async def test_news_in_a_halt_counts_from_the_last_trade_before_it_once_trading_has_gone_on() -> None:
    """While the halt lasts the recording may as well have stopped: then nothing is known."""
    story = utc("2025-01-27 15:10")
    recorded, _ = source("NVDA", story, "14:30-15:00 15:30-21:00")
    for now, known in (("15:12", False), ("15:31", True)):
        answer = await recorded.prices_at([("NVDA", story)], utc(f"2025-01-27 {now}"))
        assert known is ("NVDA" in answer.found)


async def test_a_trade_after_the_story_is_never_its_base() -> None:
    """However late the question comes."""
    story = utc("2025-01-27 10:00")
    recorded, history = source("ASML.AS", story, "10:00-16:30")
    answer = await recorded.prices_at([("ASML.AS", story)], utc("2025-01-27 16:00"))
    assert answer.found == {}
    later = replace(Quote("ASML.AS", 1.0, story + MINUTE, "EUR"))
    side = Side(history, None, CALENDARS.sessions("XAMS", story), at=later)
    assert event_basis(story, side) == (None, "no trade known at or before 10:00 UTC")
