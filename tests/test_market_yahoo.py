"""Yahoo through the real yfinance, against a stand-in that speaks its protocol over real HTTP."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from yfinance.data import SingletonMeta

from monitor.market.sessions import Calendars
from monitor.market.throttle import Throttle
from monitor.market.yahoo import Yahoo
from monitor.types import Action, Bar, Quote
from standins.yahoo import YahooStandIn

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:yfinance")

CALENDARS = Calendars()
NOW = datetime(2025, 1, 27, 20, 0, tzinfo=UTC)
Made = Callable[..., Yahoo]


def utc(text: str) -> datetime:
    """A UTC time from "2025-01-27 14:30"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def standin() -> Iterator[YahooStandIn]:
    """A running stand-in that knows NVDA."""
    with YahooStandIn() as running:
        running.trade("NVDA", 118.4, NOW, marketCap=2.9e12)
        yield running


@pytest.fixture
async def source(standin: YahooStandIn, tmp_path: Path) -> AsyncIterator[Made]:
    """Makes price sources that ask the stand-in."""
    SingletonMeta._instances.clear()  # yfinance keeps cookie and crumb for the whole process
    sources: list[Yahoo] = []

    def made(timeout: float = 5.0, deadline: float = 10.0, clock: Callable[[], float] = time.monotonic) -> Yahoo:
        throttle = Throttle(clock=clock, sleep=lambda _: None)
        made = Yahoo(
            tmp_path / "yahoo", standin.url, calendars=CALENDARS, throttle=throttle, timeout=timeout, deadline=deadline
        )
        sources.append(made)
        return made

    yield made
    for one in sources:
        await one.close()


# Quotes


async def test_a_hundred_symbols_are_one_request(standin: YahooStandIn, source: Made) -> None:
    """With cookie and crumb fetched once; 101 symbols are two."""
    symbols = [f"S{n}" for n in range(101)]
    for symbol in symbols:
        standin.trade(symbol, 10.0, NOW)
    answer = await source().quotes(symbols, NOW)
    assert set(symbols) == set(answer.found)
    assert (2, 1) == (standin.count("/v7/"), standin.count("/v1/test/getcrumb"))


async def test_the_newest_trade_counts_whatever_the_hour(standin: YahooStandIn, source: Made) -> None:
    """Regular, then after hours, with the trade's own time; market value as Yahoo gives it."""
    yahoo = source()
    regular = (await yahoo.quotes(["NVDA"], NOW)).found["NVDA"]
    standin.trade("NVDA", 119.3, NOW + timedelta(hours=2), "post")
    after = (await yahoo.quotes(["NVDA"], NOW)).found["NVDA"]
    assert Quote("NVDA", 118.4, NOW, "USD", market_value=2.9e12) == regular
    assert (119.3, NOW + timedelta(hours=2)) == (after.price, after.time)


async def test_at_a_close_the_last_regular_trade_is_told(standin: YahooStandIn, source: Made) -> None:
    """A trade after hours a moment later is no close; five minutes later it is news."""
    yahoo, close = source(), utc("2025-01-27 21:00")
    standin.trade("NVDA", 118.42, close)
    standin.trade("NVDA", 121.0, close + timedelta(seconds=40), "post")
    prices = [(await yahoo.quotes(["NVDA"], close + timedelta(minutes=m))).found["NVDA"].price for m in (1, 4, 5)]
    assert [118.42, 118.42, 121.0] == prices


async def test_what_a_move_is_held_against_comes_with_the_quote(standin: YahooStandIn, source: Made) -> None:
    """The close before as the source has it, in the pre-market the last regular one; shares so far; results."""
    last, coming = utc("2025-01-30 21:30"), utc("2025-05-01 20:00")
    standin.trade("NVDA", 118.4, NOW, regularMarketPreviousClose=142.6, regularMarketVolume=8e8)
    standin.trade("NVDA", 118.4, NOW, earningsTimestamp=last.timestamp(), earningsTimestampStart=coming.timestamp())
    standin.list("NVDA").quote["earningsTimestampEnd"] = coming.timestamp()
    yahoo = source()
    quote = (await yahoo.quotes(["NVDA"], NOW)).found["NVDA"]
    assert (142.6, 8e8, (last, coming)) == (quote.previous_close, quote.volume, quote.results)
    standin.trade("NVDA", 121.0, NOW + timedelta(hours=15), "pre")
    early = (await yahoo.quotes(["NVDA"], NOW + timedelta(hours=15))).found["NVDA"]
    assert (121.0, 118.4, None) == (early.price, early.previous_close, early.volume)
    standin.list("NVDA").quote["earningsTimestampEnd"] = coming.timestamp() + 5 * 86_400  # an estimate
    assert (last,) == (await yahoo.quotes(["NVDA"], NOW)).found["NVDA"].results


async def test_a_renamed_symbol_is_told_what_to_write(standin: YahooStandIn, source: Made) -> None:
    """And a delisted one that it is gone, whether Yahoo has only heard of it or not even that."""
    standin.list("VMW").quote["quoteType"] = "NONE"
    answer = await source().quotes(["FB", "VMW"], NOW)
    assert answer.problems == {
        "FB": "Yahoo knows no symbol FB; it has traded as META since 9 June 2022: write META",
        "VMW": "Yahoo knows no symbol VMW; it was delisted on 22 November 2023 (bought by Broadcom): "
        "take it off your watchlist",
    }


async def test_pence_and_a_late_exchange_are_understood(standin: YahooStandIn, source: Made) -> None:
    """London's prices are pence while its market values are pounds; its quotes are 15 minutes late."""
    standin.list("VOD.L", "GBp", "Europe/London")
    standin.trade("VOD.L", 70.5, NOW, marketCap=17e9, exchangeDataDelayedBy=15)
    quote = (await source().quotes(["VOD.L"], NOW)).found["VOD.L"]
    assert Quote("VOD.L", 70.5, NOW, "GBX", delay=timedelta(minutes=15), market_value=1.7e12) == quote


async def test_an_unknown_symbol_and_one_without_a_price_do_not_spoil_the_others(
    standin: YahooStandIn, source: Made
) -> None:
    """A sentence for each."""
    standin.trade("ADH", None, NOW)
    answer = await source().quotes(["NVDA", "NVDIA", "ADH"], NOW)
    assert ["NVDA"] == list(answer.found)
    assert answer.problems == {"NVDIA": "Yahoo knows no symbol NVDIA", "ADH": "Yahoo gives no price for ADH"}


async def test_a_symbol_of_an_unknown_exchange_is_not_asked_for(standin: YahooStandIn, source: Made) -> None:
    """Nothing is known of its sessions; the others come all the same."""
    yahoo = source()
    for answer in (await yahoo.quotes(["NVDA", "WSKT.JK"], NOW), await yahoo.history(["WSKT.JK"], NOW)):
        assert answer.problems["WSKT.JK"].startswith("Yahoo is not asked: WSKT.JK: no exchange has the suffix .JK")
    assert standin.count("/v8/") == 0


# Bars


async def test_history_is_daily_bars_of_sessions_that_are_settled(standin: YahooStandIn, source: Made) -> None:
    """Without the session that is open, nor the one that closed a moment ago; empty days are kept as unknown."""
    days = [date(2025, 1, 22), date(2025, 1, 23), date(2025, 1, 24), date(2025, 1, 27)]
    standin.daily("NVDA", [(day, 140.0 + n, 141.0 + n) for n, day in enumerate(days)])
    standin.daily("NVDA", [(date(2025, 1, 23), None, 147.2)])
    yahoo = source()
    history = (await yahoo.history(["NVDA"], NOW)).found["NVDA"]
    assert days[:3] == [bar.date for bar in history.bars]
    assert Bar("NVDA", date(2025, 1, 23), None, 147.2, 147.2, 147.2, 100.0) == history.bars[1]
    assert ("USD", True) == (history.currency, history.adjusted)
    for now, last in ((utc("2025-01-27 21:29"), 24), (utc("2025-01-27 21:30"), 27)):
        assert last == (await yahoo.history(["NVDA"], now)).found["NVDA"].bars[-1].date.day


async def test_dividends_and_splits_come_with_the_bars(standin: YahooStandIn, source: Made) -> None:
    """Those of the day that is open too; what is taken out of earlier closes can be told from what traded."""
    thursday, friday, monday = date(2025, 1, 23), date(2025, 1, 24), date(2025, 1, 27)
    standin.daily("NVDA", [(thursday, 99.0, 100.0), (friday, 101.0, 102.0), (monday, 96.0, 97.0)])
    for day, close in ((thursday, 95.0), (friday, 96.9)):
        standin.adjust("NVDA", day, close)
    standin.dividend("NVDA", monday, 5.0)
    standin.split("NVDA", thursday, 3, 2)
    history = (await source().history(["NVDA"], NOW)).found["NVDA"]
    assert (Action(thursday, 0.0, 1.5), Action(monday, 5.0, 0.0)) == history.actions
    assert [(95.0, 100.0), (96.9, 102.0)] == [(bar.close, bar.traded) for bar in history.bars]
    assert pytest.approx(101.0 * 0.95) == history.bars[1].open
    assert history.asked == NOW


@pytest.mark.parametrize("close", [-3.0, 0.0, 900.0])
async def test_an_adjusted_close_that_cannot_be_one_is_not_used(
    standin: YahooStandIn, source: Made, close: float
) -> None:
    """Negative, none, or above what traded: the traded close stands."""
    standin.daily("NVDA", [(date(2025, 1, 24), 142.0, 142.6)])
    standin.adjust("NVDA", date(2025, 1, 24), close)
    (bar,) = (await source().history(["NVDA"], NOW)).found["NVDA"].bars
    assert (142.6, None) == (bar.close, bar.traded)


async def test_bars_of_an_unknown_symbol_are_asked_for_once(standin: YahooStandIn, source: Made) -> None:
    """Left alone, yfinance would try again and again; the answer is a sentence, and the next symbol is asked for."""
    standin.daily("NVDA", [(date(2025, 1, 24), 142.0, 142.6)])
    answer = await source().history(["NVDIA", "NVDA"], NOW)
    assert answer.problems == {"NVDIA": "Yahoo knows no symbol NVDIA"}
    assert ["NVDA"] == list(answer.found)
    assert standin.count("/v8/finance/chart/NVDIA") == 1


async def test_bars_of_many_symbols_are_one_request_each(standin: YahooStandIn, source: Made) -> None:
    """Their time zones, which yfinance wants to know first, come with one request for all."""
    symbols = [f"S{n}" for n in range(20)]
    for symbol in symbols:
        standin.daily(symbol, [(date(2025, 1, 24), 142.0, 142.6)])
    answer = await source().history(symbols, NOW)
    assert set(symbols) == set(answer.found)
    assert (1, 20) == (standin.count("/v7/"), standin.count("/v8/"))


async def test_a_price_before_the_news_is_the_last_minute_that_had_ended(standin: YahooStandIn, source: Made) -> None:
    """At 15:00:30 the bar of 15:00 is still open, so the one of 14:59 counts."""
    start = utc("2025-01-27 14:30")
    standin.minute("NVDA", [(start + timedelta(minutes=n), 120.0 + n) for n in range(60)])
    answer = await source().prices_at([("NVDA", utc("2025-01-27 15:00") + timedelta(seconds=30))], NOW)
    assert Quote("NVDA", 149.0, utc("2025-01-27 15:00"), "USD") == answer.found["NVDA"]


async def test_a_price_before_the_news_is_not_guessed(standin: YahooStandIn, source: Made) -> None:
    """While the bars do not reach the news, the last one may not be the last trade before it; old news has no bars."""
    start = utc("2025-01-27 19:00")
    standin.minute("NVDA", [(start + timedelta(minutes=n), 120.0 + n) for n in range(45)])
    yahoo = source()
    early = await yahoo.prices_at([("NVDA", utc("2025-01-27 19:55"))], NOW)
    later = await yahoo.prices_at([("NVDA", utc("2025-01-27 19:55"))], utc("2025-01-27 20:30"))
    old = await yahoo.prices_at([("NVDA", utc("2025-01-19 19:55"))], NOW)
    asked = standin.count("/v8/")
    at_once = await yahoo.prices_at([("NVDA", NOW)], NOW + timedelta(seconds=59))
    assert (asked, early.problems.keys()) == (standin.count("/v8/"), at_once.problems.keys())
    assert early.problems == {"NVDA": "Yahoo's one-minute bars do not reach 19:55 UTC yet"}
    assert later.found["NVDA"].price == 164.0
    assert old.problems == {"NVDA": "Yahoo keeps one-minute bars for 7 days only"}


# Trouble


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("500", "Yahoo could not be read: it answered with an error (HTTP 500)"),
        ("html", "Yahoo could not be read: it answered with something that is no data"),
        ("empty", "Yahoo could not be read: it answered with something that is no data"),
        ("429", "Yahoo gives nothing for now: it says that it is asked too often (HTTP 429)"),
    ],
)
async def test_trouble_at_yahoo_is_one_request_and_a_sentence(
    standin: YahooStandIn, source: Made, kind: str, words: str
) -> None:
    """Of the whole batch; at the next look quotes come again, unless Yahoo has asked for a pause."""
    yahoo = source()
    standin.fault(kind, "/v7/", times=1)
    answer = await yahoo.quotes(["NVDA", "AMD"], NOW)
    assert answer.found == {}
    assert {"NVDA", "AMD"} == set(answer.problems)
    assert all(said.startswith(words) for said in answer.problems.values())
    assert standin.count("/v7/") == 1
    assert bool((await yahoo.quotes(["NVDA"], NOW)).found) is (kind != "429")


async def test_a_refusal_never_becomes_a_storm(standin: YahooStandIn, source: Made) -> None:
    """Ten passes with quotes and bars of 50 symbols meet a 429: one request; after the pause all is well again."""
    seconds = [1000.0]
    yahoo = source(clock=lambda: seconds[0])
    symbols = [f"S{n}" for n in range(50)]
    standin.fault("429")
    for _ in range(10):
        await yahoo.quotes(symbols, NOW)
        await yahoo.history(symbols, NOW)
    assert standin.count("/v") == 1
    standin.mend()
    seconds[0] += 75
    assert (await yahoo.quotes(["NVDA"], NOW)).found["NVDA"].price == 118.4


async def test_a_refused_crumb_is_not_kept_as_the_crumb(standin: YahooStandIn, source: Made) -> None:
    """Its text would be sent as one, refused, and everything asked for twice."""
    seconds = [1000.0]
    yahoo = source(clock=lambda: seconds[0])
    standin.fault("429", "/v1/", times=1)
    assert (await yahoo.quotes(["NVDA"], NOW)).found == {}
    seconds[0] += 75
    assert (await yahoo.quotes(["NVDA"], NOW)).found["NVDA"].price == 118.4
    assert standin.count("/v7/") == 1


async def test_a_crumb_that_yahoo_no_longer_takes_is_renewed(standin: YahooStandIn, source: Made) -> None:
    """Within the same call: the reader of the quotes notices nothing."""
    yahoo = source()
    await yahoo.quotes(["NVDA"], NOW)
    standin.forget_crumbs()
    assert (await yahoo.quotes(["NVDA"], NOW)).found["NVDA"].price == 118.4


async def test_failures_in_a_row_stop_the_asking(standin: YahooStandIn, source: Made) -> None:
    """Bars of 50 symbols from a broken server are three requests, not hundreds."""
    standin.fault("500", "/v8/")
    answer = await source().history([f"S{n}" for n in range(50)], NOW)
    assert len(answer.problems) == 50
    assert standin.count("/v8/") == 3


async def test_a_hanging_server_is_left_in_time(standin: YahooStandIn, source: Made) -> None:
    """At the request's limit, well before the deadline; the loop is free meanwhile."""
    yahoo = source(timeout=0.3)
    standin.fault("hang", "/v7/")
    began = time.monotonic()
    answer = await yahoo.quotes(["NVDA"], NOW)
    assert answer.problems == {"NVDA": "Yahoo could not be reached: no answer in time"}
    assert time.monotonic() - began < 3


async def test_the_deadline_holds_even_where_the_request_does_not_end(standin: YahooStandIn, source: Made) -> None:
    """A call that is stuck is abandoned, and closing does not wait for it."""
    yahoo = source(timeout=60.0, deadline=0.5)
    standin.fault("hang", "/v7/")
    began = time.monotonic()
    answer = await yahoo.quotes(["NVDA"], NOW)
    await yahoo.close()
    assert answer.problems == {"NVDA": "Yahoo could not be reached: no answer in time"}
    assert time.monotonic() - began < 3


def test_the_program_ends_while_a_request_hangs(standin: YahooStandIn, tmp_path: Path) -> None:
    """The interpreter does not wait for the thread that does; yfinance writes nothing of its own to the terminal."""
    standin.daily("NVDA", [(date(2025, 1, 24), 142.0, 142.6)])
    standin.fault("hang", "/v7/")
    code = f"""
import asyncio, datetime, pathlib
from monitor.market.yahoo import Yahoo
yahoo = Yahoo(pathlib.Path({str(tmp_path)!r}), {standin.url!r}, timeout=120, deadline=3)
async def main(now):
    print((await yahoo.history(["NVDA"], now)).found["NVDA"].bars[0].close, flush=True)
    print((await yahoo.quotes(["NVDA"], now)).problems["NVDA"], flush=True)
asyncio.run(main(datetime.datetime.now(datetime.UTC)))
"""
    root = Path(__file__).parent.parent
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=60, check=False
    )
    assert (0, "", "142.6\nYahoo could not be reached: no answer in time\n") == (
        ended.returncode,
        ended.stderr,
        ended.stdout,
    )


async def test_without_a_network_it_says_what_it_cannot_reach(tmp_path: Path) -> None:
    """In words, with the cause, and not for ever: after a pause it is tried again."""
    with YahooStandIn() as gone:
        url = gone.url
    yahoo = Yahoo(tmp_path, url, calendars=CALENDARS)
    answer = await yahoo.quotes(["NVDA"], NOW)
    again = await yahoo.quotes(["NVDA"], NOW)
    await yahoo.close()
    assert answer.problems["NVDA"] == "Yahoo could not be reached: no connection"
    assert again.problems["NVDA"].startswith("Yahoo gives nothing for now: no connection, several times in a row")
    assert {"NVDA"} == answer.silent == again.silent


async def test_several_calls_at_once_do_not_disturb_each_other(standin: YahooStandIn, source: Made) -> None:
    """They are done in order on one thread."""
    standin.daily("NVDA", [(date(2025, 1, 24), 142.0, 142.6)])
    yahoo = source()
    quotes, history = await asyncio.gather(yahoo.quotes(["NVDA"], NOW), yahoo.history(["NVDA"], NOW))
    assert (118.4, 142.6) == (quotes.found["NVDA"].price, history.found["NVDA"].bars[-1].close)
