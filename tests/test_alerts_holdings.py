"""What a move is worth to a reader who said how many shares they hold."""

from datetime import UTC, date, datetime

from alerts.holdings import holdings
from alerts.message import root
from alerts.rules import one_voice
from alerts.types import Move, RootView, Row, Window
from config.types import Watched, Watchlist

NOW = datetime(2025, 1, 27, 16, tzinfo=UTC)


def row(symbol: str, base: float, price: float, currency: str, holding: float | None) -> Row:
    """A stock that moved from `base` to `price`."""
    move = Move(symbol, Window.DAY, base, NOW, price, NOW, currency, price / base - 1)
    return Row(symbol.lower(), symbol, symbol, "Europe", move, "", holding=holding)


def test_a_holding_is_told_in_the_stocks_own_currency() -> None:
    """With its sign; pence as pounds; stocks that are not held are not spoken of."""
    rows = [
        row("ASML.AS", 700.0, 651.3, "EUR", 1200),
        row("SHEL.L", 2600.0, 2610.0, "GBX", 1234567),
        row("NVDA", 142.0, 118.0, "USD", None),
    ]
    assert ["Your 1,200 ASML.AS: -EUR 58,440", "Your 1,234,567 SHEL.L: +GBP 123,457"] == holdings(rows)


def test_a_root_message_tells_it() -> None:
    """In the plain text and in the blocks."""
    view = RootView("#ai", date(2025, 1, 27), None, (row("ASML.AS", 700.0, 651.3, "EUR", 1200),), NOW)
    text, blocks = root(view)
    assert "Your 1,200 ASML.AS: -EUR 58,440" in text
    assert "Your 1,200 ASML.AS: -EUR 58,440" in str(blocks)


def test_a_holding_survives_a_second_list_of_the_channel() -> None:
    """Whichever of the lists says it."""
    lists = [
        Watchlist("a", "#ai", (Watched("nvidia", "NVDA"),)),
        Watchlist("b", "#ai", (Watched("nvidia", "NVDA", None, 5.0),)),
    ]
    assert 5.0 == one_voice(lists)[0].companies[0].holding
