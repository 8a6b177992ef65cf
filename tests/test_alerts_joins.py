"""Which came first, the news or the move, and whether the move goes the way that is expected."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.joins import course, join_of, parts, remark, split, summary, timed
from alerts.types import Join, Row, Window
from config.types import Direction
from standins.moves import CLOSE, move

UP, DOWN, UNCLEAR = Direction.UP, Direction.DOWN, Direction.UNCLEAR
NEWS = CLOSE - timedelta(hours=3)
"""A story of that day's session."""
BEFORE = CLOSE - timedelta(days=7)


def row(symbol: str = "NVDA", raw: float = -0.05, since: float | None = None, **more: object) -> Row:
    """A stock that moved by `raw` that day and by `since` after the news."""
    day = move(raw, symbol=symbol)
    base = 100.0 * (1 + raw) / (1 + since) if since is not None else 0.0
    event = None if since is None else replace(move(since), base_price=base, window=Window.EVENT)
    return replace(Row("nvidia", "NVIDIA", symbol, "Americas", day, "deepseek -supplier-> nvidia", event), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("since", "join", "says"),
    [
        (-0.05, Join.AFTER, ""),  # nothing of it was there before
        (-0.04, Join.AFTER, "-1.0 % before the news, -4.0 % since"),
        (-0.01, Join.BEFORE, "-4.0 % before the news, -1.0 % since"),
        (0.02, Join.BEFORE, "-6.9 % before the news, +2.0 % since"),  # the news brought some of it back
        (-0.10, Join.AFTER, "+5.6 % before the news, -10.0 % since"),  # it had risen before
        (None, Join.AFTER, ""),  # no price of that moment is known
    ],
)
def test_a_move_is_split_at_its_news(since: float | None, join: Join, says: str) -> None:
    """A fall of 5 % under news from within the session."""
    found = timed(row(since=since), NEWS, DOWN)
    assert (join, says) == (found.join, split(found))


def test_all_of_a_move_comes_after_news_of_an_earlier_day() -> None:
    """Though more or less of it may have come since the news itself."""
    found = timed(row(raw=-0.05, since=0.02), BEFORE, DOWN)
    assert (Join.AFTER, 0.0, -0.05) == (found.join, found.before, found.since)
    assert "as expected" == remark(found)


@given(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_the_parts_make_up_the_move(raw: float, since: float) -> None:
    """(1 + before) (1 + since) = 1 + raw, whatever they are."""
    stock = row(raw=raw, since=since)
    before, after = parts(stock.day, stock.event, NEWS)
    assert before is not None
    assert after is not None
    assert pytest.approx(1 + raw) == (1 + before) * (1 + after)


@pytest.mark.parametrize(
    ("expected", "raw", "says"),
    [
        (DOWN, -0.05, "as expected"),
        (UP, -0.05, "opposite to expected"),
        (UP, 0.05, "as expected"),
        (UNCLEAR, 0.05, "direction unclear"),
        (UP, 0.0001, "direction unclear"),  # no move to speak of
    ],
)
def test_the_direction_is_as_expected_opposite_or_unclear(expected: Direction, raw: float, says: str) -> None:
    """By the sign of the move that is shown."""
    assert says == course(expected, raw)


def test_an_unknown_part_is_called_that() -> None:
    """Without a trade just before the news nobody knows which came first, and nobody says so."""
    rows = [timed(row(since=since), NEWS, DOWN) for since in (None, -0.04)]
    after, unknown = summary(rows)
    assert "1 move after the linked news: as expected" == after
    assert "1 linked move, part since the news not known yet: as expected" == unknown


def test_a_flat_stock_has_no_part_before_its_news() -> None:
    """What rounds to nothing is not divided by."""
    assert [Join.AFTER, Join.AFTER] == [join_of(0.0, -0.03), join_of(-0.03, 0.0001)]


def test_the_four_joins_are_counted_each_in_a_line() -> None:
    """Moves after the news with who went which way, moves before it, moves without any, news without a move."""
    rows = [
        timed(row("A"), BEFORE, DOWN),
        timed(row("B"), BEFORE, UP),
        timed(row("C", since=-0.01), NEWS, DOWN),
        timed(row("D"), None, UNCLEAR),
        timed(row("E", told=False), BEFORE, DOWN),
    ]
    assert [
        "2 moves after the linked news: 1 as expected, 1 opposite to expected (B)",
        "1 move mostly before the linked news: C (-4.0 % before the news, -1.0 % since)",
        "1 move without linked news: D",
        "1 stock with linked news and no move over the thresholds",
    ] == summary(rows)


def test_a_message_of_a_move_without_news_says_so_once() -> None:
    """It has its own sentence for that."""
    assert [] == summary([timed(row("A"), None, UNCLEAR)])


def test_many_names_are_counted() -> None:
    """A line stays a line."""
    (line,) = summary([timed(row(f"S{n}"), BEFORE, UP) for n in range(9)])
    assert line.endswith("(S0, S1, S2, S3, S4, S5 and 3 more)")
