"""The picture of a dry run: bars where the counts are, words for who cannot see it, and nothing that breaks it."""

import io
from datetime import date, timedelta

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from alerts.chart_days import EDITED, MOST_DAYS, OTHER, Bars, DaysView, alt_text, draw

LAST = date(2025, 1, 31)


def view(
    edited: tuple[int, ...], other: tuple[int, ...] | None = None, near: tuple[int, ...] | None = None, note: str = ""
) -> DaysView:
    """Days up to the last of January with so many alerts each; near misses of the edited one."""
    days = tuple(LAST - timedelta(days=n) for n in reversed(range(len(edited))))
    none = (0,) * len(edited)
    return DaysView(
        days,
        Bars("edited", edited, near or none),
        Bars("now in force", other, near or none) if other else None,
        note,
    )


def bars(shown: DaysView, colour: str) -> list[tuple[int, int]]:
    """Left edge and height of each bar of a colour, from the left; axes and legend apart."""
    pixels = imread(io.BytesIO(draw(shown).png), format="png")[155:690, 115:, :3]
    found = np.abs(pixels - np.array(to_rgb(colour))).max(axis=2) < 0.01
    heights = found.sum(axis=0)
    starts = np.flatnonzero((heights[1:] > 5) & (heights[:-1] != heights[1:])) + 1
    return [(int(x), int(heights[x + 1])) for x in starts if heights[x + 1] == heights[x]]


def test_each_day_has_a_bar_of_each_side_as_high_as_its_count() -> None:
    """What counts now stands left of the edit; twice the alerts are twice the height."""
    shown = view((4, 2), (2, 0))
    (first, second), (other,) = bars(shown, EDITED), bars(shown, OTHER)
    assert other[0] < first[0] < second[0]
    assert (2, 2) == (round(first[1] / second[1], 1), round(first[1] / other[1], 1))
    assert first[1] > 400


def test_near_misses_stand_faintly_on_top() -> None:
    """They make a column higher, and the alerts in it no larger a number."""
    ((_, without),), ((_, beneath),) = bars(view((3,)), EDITED), bars(view((3,), near=(3,)), EDITED)
    assert 2 == round(without / beneath, 1)


def test_in_words_it_says_what_the_sighted_see() -> None:
    """How many, when most, and that a list without a counterpart is none that was edited."""
    assert alt_text(view((4, 1), (0, 0), (0, 1))) == (
        "Bar chart of alerts a day, 2 days with stored bars, 30 Jan to 31 Jan 2025. The edited watchlists would have "
        "told 5 alerts; those now in force, none. now in force: no alert, 1 near miss. edited: most on 30 Jan 2025 "
        "(4), 1 near miss."
    )
    assert "The watchlists would have told 1 alert" == draw(view((1,))).title
    assert "31 Jan 2024 to 31 Jan 2025" in alt_text(view((1,) * 367))


def monday(day: date) -> date:
    """Of the day's week."""
    return day - timedelta(days=day.weekday())


def test_many_days_are_drawn_by_week() -> None:
    """No bar is thinner than the eye; the days' counts add up."""
    daily, weekly = view((1,) * MOST_DAYS), view((1,) * (MOST_DAYS + 1))
    assert alt_text(daily).startswith("Bar chart of alerts a day")
    assert alt_text(weekly).startswith("Bar chart of alerts a week")
    weeks = bars(weekly, EDITED)
    assert len({monday(day) for day in weekly.days}) == len(weeks)
    assert 5 / 7 == pytest.approx(weeks[-1][1] / weeks[-2][1], rel=0.02)  # to a Friday


@pytest.mark.parametrize(
    "shown",
    [
        view((0,)),
        view((0,) * 30, (0,) * 30),
        view((9_999_999,), (1,)),
        view((1,) * 900, (2,) * 900),
        view((1, 2), note="$\\frac{1}{0}$ 日本語 \n" * 90),
    ],
    ids=["no alert on one day", "none on thirty", "a huge one", "years", "formulas"],
)
def test_whatever_comes_in_a_card_comes_out(shown: DaysView) -> None:
    """No matter how many or how few; the same bytes each time, without any part to see through."""
    png = draw(shown).png
    assert png == draw(shown).png
    raw = imread(io.BytesIO(png), format="png")
    assert (810, 1440) == raw.shape[:2]
    assert raw.shape[2] == 3 or (raw[:, :, 3] == 1).all()


def test_without_a_day_there_is_none() -> None:
    """Rather than an empty frame."""
    with pytest.raises(ValueError, match="no day to draw"):
        draw(view(()))
