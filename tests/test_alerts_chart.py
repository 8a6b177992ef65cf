"""The picture of a message: what it says in words, that it can be read, and that nothing in it breaks it."""

import io
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread

from alerts.chart import COLOURS, DOTS, GROUND, INK, NAMED, SIZE, ChartView, Line, Span, alt_text, draw

OPEN = datetime(2025, 1, 27, 14, 30, tzinfo=UTC)


def line(symbol: str = "NVDA", to: float = 83.0, count: int = 60, *, market: bool = False) -> Line:
    """From 100 to `to` in so many minutes."""
    steps = max(count - 1, 1)
    points = tuple((OPEN + timedelta(minutes=n), 100 + (to - 100) * n / steps) for n in range(count))
    return Line(symbol, 100.0, points, market)


def chart(*lines: Line, **more: Any) -> ChartView:  # noqa: ANN401  any field of a view
    """A view of those lines at noon in New York, with the market and two pieces of news."""
    values: dict[str, Any] = {
        "title": "NVDA -17.0 % (6.4 sigma), -$593 bn",
        "at": OPEN + timedelta(hours=2),
        "market": (line("S&P 500", 98.5, market=True),),
        "news": ((OPEN - timedelta(days=7), "A lab opens its model"), (OPEN + timedelta(minutes=9), "Chips fall")),
        "sessions": (Span("New York", OPEN, OPEN + timedelta(hours=6.5)),),
    }
    return ChartView(lines=lines or (line(),), **{**values, **more})


def pixels(view: ChartView) -> np.ndarray:
    """The drawn picture as rows of red, green and blue from 0 to 1."""
    found: np.ndarray = imread(io.BytesIO(draw(view).png), format="png")[:, :, :3]
    return found


def test_a_picture_is_a_card_of_its_own_with_dark_on_light() -> None:
    """On any theme: no part is see-through, and ink stands on the ground with a contrast of 12 to 1 and more."""
    raw = imread(io.BytesIO(draw(chart()).png), format="png")
    assert (int(SIZE[1] * DOTS), int(SIZE[0] * DOTS)) == raw.shape[:2]
    assert raw.shape[2] == 3 or (raw[:, :, 3] == 1).all()
    light = 0.2126 * raw[:, :, 0] + 0.7152 * raw[:, :, 1] + 0.0722 * raw[:, :, 2]
    assert light[20, 700] > 0.95
    assert (light < 0.2).sum() > 2_000
    assert GROUND == "#" + "".join(f"{round(255 * c):02x}" for c in raw[20, 700, :3])


def test_the_stock_is_drawn_where_its_price_is() -> None:
    """A fall goes down to the right, a rise up."""
    blue = np.array([0x00, 0x72, 0xB2]) / 255

    def ends(view: ChartView) -> tuple[float, float]:
        found = np.argwhere(np.abs(pixels(view)[110:600, 112:1170] - blue).max(axis=2) < 0.02)
        order = found[found[:, 1].argsort()]
        return float(order[:20, 0].mean()), float(order[-20:, 0].mean())

    start, end = ends(chart(line(to=83.0)))
    assert end > start + 200
    start, end = ends(chart(line(to=117.0)))
    assert end < start - 200


def test_alt_text_says_what_the_sighted_see() -> None:
    """Stocks with their moves, the market, the news and when."""
    words = draw(chart(line(), line("AAPL", 103.2))).alt
    assert words == (
        "Line chart of 2 stocks in percent from their last close, up to 27 Jan 16:30 UTC. NVDA -17.0 %, AAPL +3.2 %. "
        "Market: S&P 500 -1.5 %. News: 20 Jan 14:30 UTC: A lab opens its model; 27 Jan 14:39 UTC: Chips fall."
    )
    many = chart(*(line(f"S{n}") for n in range(NAMED + 5)), news=((OPEN, "n" * 5_000),))
    assert f"S{NAMED - 1} -17.0 % and 5 more" in alt_text(many)
    assert len(alt_text(many)) <= 1000


@pytest.mark.parametrize(
    "view",
    [
        chart(line(count=1)),
        chart(line(to=100.0)),
        chart(*(line(f"S{n}", 60 + n) for n in range(300))),
        chart(line(), line("EMPTY", count=0), market=(line("^X", count=0, market=True),), news=(), sessions=()),
        chart(line("$\\frac{1}{0}$"), title="$x^$ \\broken{ 日本語 <b> \n" * 40, news=((OPEN, "$$ " * 400),) * 9),
        chart(line("A" * 300)),
        chart(line(to=1e9), line(to=1e-9)),
    ],
    ids=["one price", "no move", "three hundred", "empty lines", "formulas", "a long name", "a huge range"],
)
def test_whatever_comes_in_a_picture_comes_out(view: ChartView) -> None:
    """No text is taken for a formula, no empty line or single price is too little."""
    assert draw(view).png.startswith(b"\x89PNG")


_SEEN_WITH = {
    "all cones": np.eye(3),
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
}
"""Linear red, green and blue as people see them: Machado, Oliveira and Fernandes, 2009, severity 1."""
_TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour: str) -> np.ndarray:
    """A colour's red, green and blue without the screen's gamma."""
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    """Linear red, green and blue as CIELAB under daylight (D65)."""
    parts = _TO_XYZ @ np.clip(light, 0, 1) / np.array([0.9505, 1.0, 1.089])
    x, y, z = np.where(parts > 0.008856, np.cbrt(parts), 7.787 * parts + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("eyes", _SEEN_WITH)
def test_colours_are_told_apart_also_by_colour_blind_people(eyes: str) -> None:
    """No two of the lines, the market's included, look alike; each has three times the contrast to the ground."""
    seen = {colour: lab(np.array(_SEEN_WITH[eyes]) @ linear(colour)) for colour in (*COLOURS, INK)}
    near = [(a, b) for a, b in itertools.combinations(seen, 2) if np.linalg.norm(seen[a] - seen[b]) < 16]
    assert [] == near
    ground = linear(GROUND) @ _TO_XYZ[1]
    assert all((ground + 0.05) / (linear(colour) @ _TO_XYZ[1] + 0.05) >= 3 for colour in COLOURS)


def test_the_same_view_is_the_same_picture() -> None:
    """To the byte: nothing in it depends on when or where it is drawn."""
    assert draw(chart()).png == draw(chart()).png


def test_without_any_price_there_is_none() -> None:
    """Rather than an empty frame."""
    with pytest.raises(ValueError, match="no price to draw"):
        draw(chart(line(count=0)))
