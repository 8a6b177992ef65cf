"""The recorded day that ships: its items and bars are whole, honest about time, and on one price basis."""

import csv
import gzip
import json
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from io import StringIO

import pytest

from config.load import load

Row = dict[str, str]

DAY = files("monitor") / "days" / "2025-01-27"
MONDAY = datetime(2025, 1, 27, tzinfo=UTC)
STAMPED_WRONG = "25-curbs-doubt"
UNSTAMPED = "21-sonar"
LATE = {"21-r1-price", "22-r1-praise", "27-app-top-late"}
FORESIGHT = (
    "rout",
    "selloff",
    "sell-off",
    "plunge",
    "tumble",
    "slump",
    "crash",
    "slide",
    "wipe",
    "27 january",
    "monday's",
)
NVDA_BASIS = 118.4009 / 118.42
SMH_BASIS = 0.996898
GZIP_FLAGS = slice(3, 8)

MOVES = {
    "6857.T": -8.61,
    "9984.T": -8.32,
    "6146.T": -1.79,
    "ASML.AS": -7.01,
    "SU.PA": -9.48,
    "ENR.DE": -20.00,
    "NVDA": -16.97,
    "AVGO": -17.40,
    "TSM": -13.33,
    "ANET": -22.35,
    "VRT": -29.88,
    "VST": -28.27,
    "CEG": -20.85,
    "GEV": -21.52,
    "ORCL": -13.79,
    "MU": -11.71,
    "MSFT": -2.14,
    "GOOGL": -4.20,
    "META": 1.91,
    "AMZN": 0.24,
    "AAPL": 3.18,
    "CRM": 3.96,
    "QQQ": -2.91,
    "^GSPC": -1.46,
    "SOXX": -7.84,
}


def instant(text: str) -> datetime:
    """The UTC instant that an ISO text with a Z says."""
    assert text.endswith("Z")
    return datetime.fromisoformat(text)


@pytest.fixture(scope="module")
def items() -> list[dict[str, str | None]]:
    """The news items, in the order of the file."""
    return [json.loads(line) for line in (DAY / "items.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """Every row of the bars, as text."""
    text = gzip.decompress((DAY / "bars.csv.gz").read_bytes()).decode()
    return list(csv.DictReader(StringIO(text)))


@pytest.fixture(scope="module")
def bars(rows: list[Row]) -> dict[tuple[str, str], Row]:
    """The rows by symbol and time."""
    return {(row["symbol"], row["time"]): row for row in rows}


def when(item: dict[str, str | None]) -> datetime:
    """When an item was seen."""
    return instant(str(item["seen"]))


def test_every_item_has_the_fields_of_an_article_and_an_own_id(items: list[dict[str, str | None]]) -> None:
    """A replay can make an article of each line, and nothing is said twice under one id or link."""
    fields = {"id", "feed", "link", "title", "summary", "published", "seen"}
    assert [fields] * len(items) == [set(item) for item in items]
    assert len(items) == len({item["id"] for item in items}) == len({item["link"] for item in items})
    assert all(item[field] for item in items for field in fields - {"published"})
    assert all(str(item["link"]).startswith("https://example.com/") for item in items)
    assert 60 <= len(items) <= 90


def test_items_come_in_the_order_in_which_they_were_seen_that_week(items: list[dict[str, str | None]]) -> None:
    """The file is in the order of decisions, and covers 20 to 27 January."""
    assert sorted(items, key=lambda item: (when(item), item["feed"], item["id"])) == items
    assert datetime(2025, 1, 20, tzinfo=UTC) <= when(items[0])
    assert MONDAY + timedelta(days=1) > when(items[-1])


def test_published_is_wrong_missing_or_late_only_where_meant(items: list[dict[str, str | None]]) -> None:
    """One claim lies in the future, one is missing, three items come hours late; the rest are minutes old."""
    ages = {item["id"]: when(item) - instant(item["published"]) for item in items if item["published"]}
    assert [UNSTAMPED] == [item["id"] for item in items if not item["published"]]
    assert [STAMPED_WRONG] == [key for key, age in ages.items() if age < timedelta()]
    assert LATE == {key for key, age in ages.items() if age > timedelta(hours=1)}


def test_nothing_seen_before_monday_knows_of_the_rout(items: list[dict[str, str | None]]) -> None:
    """Before the 27th no item speaks of a fall that has not happened."""
    before = [f"{item['title']} {item['summary']}".lower() for item in items if when(item) < MONDAY]
    assert [] == [text for text in before if any(word in text for word in FORESIGHT)]
    assert not any("deepseek" in text and ("share" in text or "stock" in text) for text in before)


def test_the_release_and_the_app_chart_are_known_before_tokyo_opens(items: list[dict[str, str | None]]) -> None:
    """What Monday's moves are linked to was in the feeds before the first exchange opened."""
    seen = {item["id"]: when(item) for item in items}
    assert seen["20-r1-weights"] < seen["26-app-top"] < MONDAY
    blamed = [when(i) for i in items if i["feed"] in {"asia-wire", "markets-wire"} and when(i) >= MONDAY]
    assert min(blamed) > MONDAY + timedelta(minutes=30)


def test_bars_have_the_promised_columns_and_sane_prices(rows: list[Row]) -> None:
    """Every row reads as a date or a UTC instant with numbers, low at the bottom and high at the top."""
    assert list(rows[0]) == ["time", "symbol", "open", "high", "low", "close", "volume", "currency", "basis", "note"]
    assert {"adjusted", "traded"} == {row["basis"] for row in rows}
    for row in rows:
        moment = instant(row["time"]) if "T" in row["time"] else datetime.fromisoformat(row["time"])
        assert moment.replace(tzinfo=UTC) <= datetime(2025, 1, 31, tzinfo=UTC)
        prices = {name: float(row[name]) for name in ("open", "high", "low", "close") if row[name]}
        assert min(prices.values()) > 0
        assert prices["close"]
        assert prices.get("low", 0.0) == pytest.approx(min(prices.values()), abs=2e-4) or "low" not in prices
        assert prices.get("high", 0.0) == pytest.approx(max(prices.values()), abs=2e-4) or "high" not in prices
        assert not row["volume"] or int(row["volume"]) >= 0


def test_a_derived_price_says_so(rows: list[Row]) -> None:
    """The one close that no source has is marked, so that a message shows it."""
    noted = {(row["symbol"], row["time"]) for row in rows if row["note"]}
    assert {("ENR.DE", "2025-01-24")} == noted


def test_prices_fit_the_share_counts(rows: list[Row]) -> None:
    """A price on another basis than the count (a split between them) would make market values wrong by that factor."""
    config = load(None).config
    assert config
    values = {"NVDA": 3490e9, "AAPL": 3340e9, "TSM": 1146e9, "AVGO": 1141e9, "9984.T": 15.4e12, "6857.T": 7.37e12}
    closes = {row["symbol"]: float(row["close"]) for row in rows if row["time"] == "2025-01-24"}
    for symbol, value in values.items():
        company, listing = config.by_symbol[symbol], config.instrument(symbol)
        assert company.shares
        worth = company.shares.shares / listing.shares_per_receipt * closes[symbol]
        assert worth == pytest.approx(value, rel=0.03)


def test_each_row_stands_once_and_in_order(rows: list[Row]) -> None:
    """Symbol by symbol, daily rows before intraday ones, no time twice."""
    keys = [(row["symbol"], "T" in row["time"], row["time"]) for row in rows]
    assert sorted(set(keys)) == keys


def test_prices_are_in_the_currency_of_the_exchange(rows: list[Row]) -> None:
    """Yen in Tokyo, euros on the continent, dollars elsewhere, one currency a symbol."""
    by_symbol = {(row["symbol"], row["currency"]) for row in rows}
    assert {symbol for symbol, currency in by_symbol if currency == "JPY"} == {"6146.T", "6857.T", "9984.T", "^N225"}
    euro = {"ASML.AS", "SU.PA", "LR.PA", "SIE.DE", "ENR.DE", "^STOXX50E"}
    assert euro == {symbol for symbol, currency in by_symbol if currency == "EUR"}
    assert {currency for _, currency in by_symbol} == {"JPY", "EUR", "USD"}
    assert len(by_symbol) == len({symbol for symbol, _ in by_symbol})


@pytest.mark.parametrize(("symbol", "percent"), MOVES.items())
def test_the_close_of_the_day_is_the_known_one(bars: dict[tuple[str, str], Row], symbol: str, percent: float) -> None:
    """From the close of the 24th to that of the 27th each stock moved as the record says, to 0.01 points."""
    before, after = (float(bars[symbol, day]["close"]) for day in ("2025-01-24", "2025-01-27"))
    assert percent == pytest.approx(100 * (after / before - 1), abs=0.01)


def test_nvidia_s_intraday_bars_share_the_basis_of_its_daily_ones(bars: dict[tuple[str, str], Row]) -> None:
    """The official open and low of the day are the same number in the 5-minute and the daily rows."""
    daily = bars["NVDA", "2025-01-27"]
    regular = [bar for (symbol, time), bar in bars.items() if symbol == "NVDA" and "T14:30" <= time[10:16] < "T21:00"]
    assert 78 == len(regular)
    assert float(daily["open"]) == pytest.approx(float(regular[0]["open"]), abs=2e-4)
    assert float(daily["low"]) == pytest.approx(min(float(bar["low"]) for bar in regular), abs=2e-4)
    assert float(daily["close"]) == pytest.approx(118.42 * NVDA_BASIS, abs=1e-4)
    assert float(regular[0]["open"]) == pytest.approx(124.80 * NVDA_BASIS, abs=1e-4)


def test_smh_s_factor_turns_its_daily_prices_into_whole_cents(bars: dict[tuple[str, str], Row]) -> None:
    """The factor behind its 5-minute bars is that of the daily ones, and puts the open inside the first regular bar."""
    recent = [bar for (symbol, time), bar in bars.items() if symbol == "SMH" and "2024-12-26" <= time <= "2025-01-31"]
    daily = [bar for bar in recent if "T" not in bar["time"]]
    cents = [100 * float(bar[name]) / SMH_BASIS for bar in daily for name in ("open", "close")]
    assert 48 == len(cents)
    assert max(abs(price - round(price)) for price in cents) < 0.02
    first = bars["SMH", "2025-01-27T14:30:00Z"]
    assert float(first["open"]) == pytest.approx(243.63 * SMH_BASIS, abs=1e-4)
    assert float(first["low"]) < float(bars["SMH", "2025-01-27"]["open"]) < float(first["high"])


def test_smh_s_two_faults_are_still_there_for_the_gate(bars: dict[tuple[str, str], Row]) -> None:
    """A stale first open and one bad print stand where the README says."""
    first, bad = bars["SMH", "2025-01-27T09:35:00Z"], bars["SMH", "2025-01-27T13:05:00Z"]
    assert float(first["open"]) / float(first["close"]) - 1 == pytest.approx(0.07, abs=0.005)
    before = float(bars["SMH", "2025-01-27T13:00:00Z"]["close"])
    assert float(bad["open"]) / before - 1 == pytest.approx(0.0265, abs=0.001)


def test_the_composite_s_daily_closes_are_its_closing_prints(bars: dict[tuple[str, str], Row]) -> None:
    """^IXIC has a daily close only on the days whose closing print was recorded, and nothing else that day."""
    daily = {time: bar for (symbol, time), bar in bars.items() if symbol == "^IXIC" and "T" not in time}
    assert ["2025-01-24", "2025-01-27", "2025-01-28", "2025-01-29"] == sorted(daily)
    assert {t: bars["^IXIC", f"{t}T21:00:00Z"]["close"] for t in daily} == {t: bar["close"] for t, bar in daily.items()}
    assert {bar[name] for bar in daily.values() for name in ("open", "high", "low", "volume")} == {""}


def test_siemens_energy_s_derived_close_has_no_open(bars: dict[tuple[str, str], Row]) -> None:
    """The close that was worked out and not recorded stands alone in its row, and the README owns up to it."""
    assert ("60.4", "") == (bars["ENR.DE", "2025-01-24"]["close"], bars["ENR.DE", "2025-01-24"]["open"])
    assert "derived, not recorded" in (DAY / "README.md").read_text(encoding="utf-8")


def test_exchange_rates_are_there_for_every_working_day(bars: dict[tuple[str, str], Row]) -> None:
    """The central bank's 42 rates of December and January, dollars per euro and dollars per yen."""
    days = {symbol: sorted(t for s, t in bars if s == symbol) for symbol in ("EURUSD=X", "JPYUSD=X")}
    assert days["EURUSD=X"] == days["JPYUSD=X"]
    assert (len(days["EURUSD=X"]), days["EURUSD=X"][0], days["EURUSD=X"][-1]) == (42, "2024-12-02", "2025-01-31")
    assert bars["EURUSD=X", "2025-01-24"]["close"] == "1.0472"
    assert float(bars["JPYUSD=X", "2025-01-24"]["close"]) == pytest.approx(1.0472 / 163.90, abs=5e-9)


def test_the_archive_is_the_same_bytes_whenever_it_is_made() -> None:
    """Its header holds neither a time nor a file name, and it stays small enough for the wheel."""
    data = (DAY / "bars.csv.gz").read_bytes()
    assert bytes(5) == data[GZIP_FLAGS]
    assert len(data) < 400_000
