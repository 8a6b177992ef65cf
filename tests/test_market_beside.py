"""What stands beside a move: volume, sector and results, and what is said of quotes that stand still."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from alerts.types import PriceState, Sector
from config.types import Company, Config, EventLexicon, Instrument, Settings
from monitor.market.beside import DUE_TODAY, REPORTED, results_note, sector_of, volume_ratio
from monitor.market.gate import Looks
from monitor.market.sessions import Calendars
from monitor.market.snapshot import Snapshot, beside_lines
from monitor.memory import Memory, Prices
from monitor.types import Bar, History, Quote
from standins.moves import rows

CALENDARS = Calendars()
OPEN = datetime(2025, 1, 27, 14, 30, tzinfo=UTC)
CLOSE = datetime(2025, 1, 27, 21, 0, tzinfo=UTC)
FRIDAY_CLOSE = datetime(2025, 1, 24, 21, 0, tzinfo=UTC)
SESSION = CALENDARS.session("XNYS", OPEN)
DAYS = [s.date for s in CALENDARS.sessions("XNYS", OPEN) if s.date < SESSION.date]


def history(symbol: str = "NVDA", close: float = 100.0, volume: float | None = 2e6) -> History:
    """Sixty days around one price with that volume each."""
    bars = (Bar(symbol, d, close, None, None, close * (1 + 0.01 * (-1) ** n), volume) for n, d in enumerate(DAYS[-60:]))
    return History(symbol, "USD", (*list(bars)[:-1], Bar(symbol, DAYS[-1], close, None, None, close, volume)))


def quote(symbol: str = "NVDA", price: float = 90.0, at: datetime = CLOSE, **more: object) -> Quote:
    """A quote in dollars."""
    return Quote(symbol, price, at, "USD", **more)  # type: ignore[arg-type]  # tests name the fields they set


@pytest.mark.parametrize(
    ("minutes", "volume", "ratio"),
    [
        (390, 6e6, 3.0),
        (195, 1e6, 1.0),  # half of the day, half of its volume
        (39, 2e6 * 0.1576, 1.0),  # a tenth of the time, (0.1 + 2 x 0.488 / 6) / (5 / 3) of the day
        (5, 1e6, None),  # the opening auction alone says nothing
    ],
)
def test_volume_is_held_against_what_is_usual_by_that_hour(minutes: int, volume: float, ratio: float | None) -> None:
    """Not against the whole day's: at noon half of that is usual, and more than a tenth in the first tenth."""
    found = volume_ratio(history(), SESSION, quote(at=OPEN + timedelta(minutes=minutes), volume=volume))
    assert (pytest.approx(ratio, rel=1e-3) if ratio else ratio) == found


def test_an_unknown_volume_is_no_volume() -> None:
    """Neither without the quote's, nor without bars that have one, nor before the open."""
    early = quote(at=OPEN - timedelta(hours=1), volume=1e6)
    for known, asked in ((history(), quote()), (history(volume=None), quote(volume=1e6)), (history(), early)):
        assert volume_ratio(known, SESSION, asked) is None


def test_a_stock_has_the_fund_of_its_sector_where_it_trades() -> None:
    """Chips in New York and Europe; none for a fund itself, another market's hours, or a firm of no sector."""

    def company(*groups: str) -> Company:
        return Company("x", "X", groups=groups)

    assert ("chips", "SMH") == sector_of(company("ai-chips"), "NVDA")
    assert ("chips", "EXV3.DE") == sector_of(company("europe", "equipment"), "ASML.AS")
    assert ("utilities", "XLU") == sector_of(company("nuclear"), "CEG")
    assert ("chips", "2644.T") == sector_of(company("equipment"), "6857.T")
    nowhere = (("chips", "2330.TW"), ("chips", "SMH"), ("chips", "SHOP.TO"), ("banks", "JPM"))
    assert [None] * 4 == [sector_of(company(group), symbol) for group, symbol in nowhere]


@pytest.mark.parametrize(
    ("results", "note"),
    [
        (CLOSE + timedelta(minutes=30), DUE_TODAY),  # after today's close
        (OPEN - timedelta(hours=2), REPORTED),  # this morning
        (FRIDAY_CLOSE + timedelta(minutes=20), REPORTED),  # on Friday evening, after the close that is the base
        (FRIDAY_CLOSE - timedelta(hours=1), ""),  # before it: the base knows
        (CLOSE + timedelta(days=1), ""),  # tomorrow
    ],
)
def test_results_of_the_day_or_since_the_base_are_marked(results: datetime, note: str) -> None:
    """Seen an hour after the open."""
    assert note == results_note([results], FRIDAY_CLOSE, SESSION, OPEN + timedelta(hours=1))


# In a snapshot


def snapshot(now: datetime, *quotes: Quote) -> Snapshot:
    """A moment's prices of Nvidia, the market and the chips' fund."""
    nvidia = Company("nvidia", "NVIDIA", (), (Instrument("NVDA", "XNYS", "USD"),), groups=("chips",))
    config = Config(Settings(), {"nvidia": nvidia}, (), (), (), EventLexicon(), "made up", {"NVDA": nvidia})
    memory = Memory()
    memory.recall({s: history(s) for s in ("NVDA", "SPY", "SMH")})
    prices = Prices({q.symbol: q for q in quotes}, quoted=frozenset(q.symbol for q in quotes))
    return Snapshot(prices, dict[str, Looks](), {}, config, CALENDARS, memory, now)


def test_a_move_carries_its_volume_its_sector_and_its_results() -> None:
    """And the sector only while its price is fresh."""
    now, results = CLOSE - timedelta(minutes=1), (OPEN - timedelta(hours=2),)
    nvda = quote(at=now, volume=6e6, results=results, confirmed=True)
    spy, smh = (quote(s, 99.0, now, confirmed=True) for s in ("SPY", "SMH"))
    move = snapshot(now, nvda, spy, smh).reading("NVDA")
    assert move is not None
    assert move.day is not None
    assert move.day.volume is not None
    assert 2.9 < move.day.volume < 3.1
    assert move.day.sector is not None
    assert ("chips", "SMH") == (move.day.sector.name, move.day.sector.symbol)
    assert pytest.approx(-0.01) == move.day.sector.raw
    assert REPORTED in move.day.notes
    old = quote("SMH", 99.0, now - timedelta(hours=1))
    again = snapshot(now, nvda, spy, old).reading("NVDA")
    assert again is not None
    assert again.day is not None
    assert again.day.sector is None


def test_nothing_is_said_beside_rows_without_it() -> None:
    """No empty lines, and nothing that the market's line or the table says already."""
    assert beside_lines([]) == ()


def test_a_sector_is_told_once() -> None:
    """Chip stocks stand in the market's line; utilities only here, however many rows they are beside."""
    chips, power = Sector("chips", "SMH", -0.098), Sector("utilities", "XLU", -0.023)
    found = [
        replace(row, day=replace(row.day, sector=s)) for row, s in zip(rows(3), (chips, power, power), strict=True)
    ]
    assert ("Sectors: utilities (XLU) -2.3 %",) == beside_lines(found)


def test_a_halt_is_told_while_the_market_trades() -> None:
    """After half an hour without a trade; not while the exchange is closed, and not at the first minutes of a day."""
    now = OPEN + timedelta(hours=2)
    for minutes, told in ((29, False), (31, True)):
        found = snapshot(now, quote(at=now - timedelta(minutes=minutes)), quote("SPY", 100.0, now))
        states = [r.state for s in ("NVDA", "SPY") if (r := found.reading(s))]
        assert [PriceState.STALE, PriceState.FRESH] == states
        assert told is ("NVDA" in found.suspects())
        assert found.stopped() == {}
    soon = OPEN + timedelta(minutes=10)
    fresh = snapshot(soon, quote(at=FRIDAY_CLOSE), quote("SPY", 100.0, soon))
    assert fresh.reading("NVDA")
    assert fresh.reading("SPY")
    assert fresh.suspects() == {}


def test_a_source_whose_clock_stands_is_one_trouble() -> None:
    """Not even the index has a new trade: the source has stopped, for all its symbols."""
    now = OPEN + timedelta(hours=2)
    found = snapshot(now, quote(at=now - timedelta(hours=1)), quote("SPY", 100.0, now - timedelta(hours=1)))
    assert found.reading("NVDA")
    assert found.reading("SPY")
    assert found.suspects() == {}
    assert {"NVDA", "SPY"} == found.stopped().keys()


def test_days_are_those_before_the_session() -> None:
    """What the tests above rest on."""
    assert date(2025, 1, 24) == DAYS[-1]
