"""The picture of a message: its stocks in percent from their base prices, with their market and the news. Pure.

Drawn by matplotlib on a canvas in memory, in a worker process of its own. The card has its own light ground and a dark
frame, so that it reads alike on Slack's light and dark themes; colours are told apart by colour-blind people, and each
line that counts is named at its end, in letters that a phone shows at six or seven pixels before anybody taps it. What
the sighted see, `Picture.alt` says in words.
"""

import io
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from textwrap import wrap
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator, DateFormatter
from matplotlib.dates import date2num as _untyped_date2num
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from alerts.types import Picture
from alerts.words import clean, clock, count, cut, moment, percent

GROUND, INK, FAINT, FRAME = "#fbfbfc", "#1d2129", "#8b93a1", "#5b6472"
COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#c86fa0", "#4400aa", "#5b1a00", "#6666ee", "#cc2244")
"""Four of Okabe and Ito's (2008), then darker ones, as their yellow and sky blue cannot be read on white. No two are
closer than 16 in CIELAB as people with deuteranopia or protanopia see them (a test computes it)."""
NAMED: Final = 8
"""Lines in colour, with their names; the others are thin and grey."""
SIZE: Final = (6.0, 4.8)
"""Inches: with 240 dots an inch 1440 by 1152, higher than wide as phones like it. A point is then 3.3 pixels, and 0.83
of one on a phone's 360."""
DOTS: Final = 240
_TITLE, _LABEL, _SMALL, _FINE = 10.0, 8.5, 7.5, 7.0
"""Points of the headline, of names in the plot, of the axes and news, and of the legend."""
_HEADLINE: Final = 56
"""Characters of the headline in a line; it may have two."""
_LEFT: Final = 0.095
_NEWS_LINE: Final = 0.034
_NEWS_WIDTH: Final = 95
"""Characters of a piece of news below the picture."""
ALT_LIMIT: Final = 1000
"""Characters of alt text that Slack takes (docs.slack.dev, files.getUploadURLExternal)."""
_NEWS: Final = 3
_GAP: Final = timedelta(hours=1)
"""Between prices that are further apart the path is not known: such a line is drawn dashed."""
_LEAST: Final = timedelta(minutes=40)
"""The shortest stretch of time that is shown."""
_SHORT: Final = timedelta(minutes=15)
"""A line that is not longer ends in a dot, or it would hardly be seen."""
_WIDTH: Final = 0.0175
"""Part of the plot's width that a letter of such a name takes."""
_EARLY: Final = 0.86
"""A line that ends before this part of the width is named where it ends."""


@dataclass(frozen=True, slots=True)
class Line:
    """One symbol: its prices by time, oldest first, and the price from which percent are counted."""

    symbol: str
    base: float
    points: tuple[tuple[datetime, float], ...]
    market: bool = False

    @property
    def sparse(self) -> bool:
        """Whether its path is not known."""
        times = [at for at, _ in self.points]
        return len(times) == 1 or max(b - a for a, b in pairwise(times)) >= _GAP

    @property
    def last(self) -> float:
        """The newest price in percent of the base, as a fraction."""
        return self.points[-1][1] / self.base - 1


@dataclass(frozen=True, slots=True)
class Span:
    """A session of an exchange as a band of the picture."""

    name: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class ChartView:
    """All that a picture shows. `lines` the weightiest first; `news` are times with what was heard then."""

    title: str
    lines: tuple[Line, ...]
    at: datetime
    market: tuple[Line, ...] = ()
    news: tuple[tuple[datetime, str], ...] = ()
    sessions: tuple[Span, ...] = ()


def draw(view: ChartView) -> Picture:
    """The picture as PNG, 1440 by 1152, with its alt text. Raises ValueError if no line has a point."""
    lines = [line for line in view.lines if line.points]
    if not lines:
        raise ValueError("there is no price to draw")
    bottom = 0.098 + _NEWS_LINE * len(view.news[:_NEWS])
    png = card((_LEFT, bottom, 0.705, 0.795 - bottom), lambda figure, axes: _draw(figure, axes, view, lines))
    return Picture(png, cut(clean(view.title), 150), alt_text(view))


def card(
    box: tuple[float, float, float, float],
    fill: Callable[[Figure, Axes], None],
    size: tuple[float, float] = SIZE,
    dots: int = DOTS,
) -> bytes:
    """A card with one pair of axes as PNG: left, bottom, width and height in parts of the card, and what to put there.

    `size` in inches, with so many `dots` an inch. The same bytes for the same filling: no program, version or date is
    written into it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a glyph that the font lacks is drawn as a box
        figure = Figure(figsize=size, dpi=dots, facecolor=GROUND, edgecolor=FRAME, linewidth=2)
        canvas = FigureCanvasAgg(figure)
        axes = figure.add_axes(box)
        frame(axes)
        fill(figure, axes)
        out = io.BytesIO()
        canvas.print_png(out, metadata={"Software": None})  # type: ignore[no-untyped-call]
    return out.getvalue()


def alt_text(view: ChartView) -> str:
    """What the picture shows, in words: each named line with its newest move, the market, and when the news came."""
    lines = [line for line in view.lines if line.points]
    moves = ", ".join(f"{line.symbol} {percent(line.last)}" for line in lines[:NAMED])
    more = f" and {len(lines) - NAMED} more" if len(lines) > NAMED else ""
    market = ", ".join(f"{line.symbol} {percent(line.last)}" for line in view.market if line.points)
    news = "; ".join(f"{moment(at)}: {clean(what)}" for at, what in view.news[:_NEWS])
    words = [f"Line chart of {count(len(lines), 'stock')} in percent from their last close, up to {moment(view.at)}"]
    words += [f"{moves}{more}"] + ([f"Market: {market}"] if market else []) + ([f"News: {news}"] if news else [])
    return cut(". ".join(words) + ".", ALT_LIMIT)


def _draw(figure: Figure, axes: Axes, view: ChartView, lines: Sequence[Line]) -> None:
    market = [line for line in view.market if line.points]
    times = [at for line in (*lines, *market) for at, _ in line.points]
    start, end = min(times), max(times)
    end = max(end, start + _LEAST)
    room = max((end - start) * 0.015, timedelta(minutes=2))
    axes.set_xlim(date2num(start - room), date2num(end + room))
    low, high = _range([*lines, *market])
    axes.set_ylim(low, high)
    _style(axes)
    for span in view.sessions:
        if span.end > start - room and span.start < end + room:
            left, right = max(span.start, start - room), min(span.end, end + room)
            axes.axvspan(date2num(left), date2num(right), color="#e8ecf3", zorder=0, linewidth=0)
            say(axes, date2num(left + (right - left) / 2), 1.012, span.name, transform=axes.get_xaxis_transform(),
                 ha="center", va="bottom", size=_SMALL, color=FRAME)  # fmt: skip
    axes.axhline(0.0, color=INK, linewidth=0.8, zorder=1)
    for line in reversed(lines[NAMED:]):
        _plot(axes, line, color="#b9c0cb", linewidth=1.0, zorder=2)
    for line in market:
        _plot(axes, line, color=INK, linewidth=1.4, zorder=3, linestyle=(0, (1, 1.5)))
    for number, line in reversed(list(enumerate(lines[:NAMED]))):
        _plot(axes, line, color=COLOURS[number % len(COLOURS)], linewidth=2.2, zorder=4)
    _news(axes, view, start - room, end + room)
    named = [(line, COLOURS[n % len(COLOURS)]) for n, line in enumerate(lines[:NAMED])]
    _labels(axes, [*named, *((line, INK) for line in market)])
    headline = _headline(clean(view.title))
    for number, words in enumerate(headline):
        say(figure, _LEFT, 0.945 - 0.042 * (number + 2 - len(headline)), words, size=_TITLE, weight="bold", color=INK)
    what = f"Percent from the last regular close · drawn {moment(view.at)}"
    say(figure, _LEFT, 0.867, what, size=_FINE, color=FRAME)
    say(figure, _LEFT, 0.84, _legend(lines, market), size=_FINE, color=FRAME)


def _headline(title: str) -> list[str]:
    """A title in one line or two, parted where it goes on to the next stocks."""
    first, apart, others = title.partition("; ")
    if len(title) > _HEADLINE and apart:
        return [cut(f"{first};", _HEADLINE), cut(others, _HEADLINE)]
    return wrap(title, _HEADLINE, max_lines=2, placeholder=" …")


def _legend(lines: Sequence[Line], market: Sequence[Line]) -> str:
    """What the kinds of lines mean that are in the picture."""
    rest = len(lines) - NAMED
    dashed = any(line.sparse and len(line.points) > 1 for line in lines)
    words = ["dotted: market"] if market else []
    words += ["dashed: path between prices not known"] if dashed else []
    return " · ".join(words + ([f"grey: {rest} more"] if rest > 0 else []))


def _plot(axes: Axes, line: Line, **style: Any) -> None:  # noqa: ANN401  matplotlib's own
    found = [(date2num(at), 100 * (price / line.base - 1)) for at, price in line.points]
    if line.sparse and not line.market:
        style |= {"linestyle": (0, (4, 2)), "marker": "o", "markersize": 3.5}
    elif line.points[-1][0] - line.points[0][0] < _SHORT:
        style |= {"marker": "o", "markersize": 3.5, "markevery": [-1]}
    axes.plot([x for x, _ in found], [y for _, y in found], **style)


def date2num(at: datetime) -> float:
    """A time as matplotlib's axis has it; its own function has no types."""
    return float(_untyped_date2num(at))  # type: ignore[no-untyped-call]


def _range(lines: Sequence[Line]) -> tuple[float, float]:
    values = [100 * (price / line.base - 1) for line in lines for _, price in line.points] + [0.0]
    spread = max(max(values) - min(values), 0.5)
    return min(values) - 0.12 * spread, max(values) + 0.06 * spread


def _style(axes: Axes) -> None:
    axes.xaxis.set_major_locator(AutoDateLocator(tz=UTC, minticks=4, maxticks=10))  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(DateFormatter("%H:%M", tz=UTC))  # type: ignore[no-untyped-call]
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+.4g} %" if value else "0"))


def frame(axes: Axes) -> None:
    """What the axes of every picture look like: two thin sides and faint lines across."""
    axes.set_facecolor(GROUND)
    axes.grid(axis="y", color="#dfe3ea", linewidth=0.7, zorder=0)
    axes.tick_params(colors=FRAME, labelsize=_SMALL, length=3)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(FAINT)


def _news(axes: Axes, view: ChartView, start: datetime, end: datetime) -> None:
    """Markers on the lower edge, numbered, and what they are below the axis; news from before stands at its left."""
    low, lines = axes.get_ylim()[0], len(view.news[:_NEWS])
    for number, (at, what) in enumerate(view.news[:_NEWS], start=1):
        inside = start < at < end
        x = date2num(min(max(at, start), end))
        if inside:
            axes.axvline(x, color=FAINT, linewidth=0.8, linestyle=(0, (2, 2)), zorder=1)
        axes.plot([x], [low], marker="^" if inside else "<", markersize=9, color=INK, clip_on=False, zorder=6)
        say(axes, x, low, str(number), ha="center", va="center", size=5, color="white", weight="bold", zorder=7)
        words = cut(f"{number}  {moment(at) if not inside else clock(at)}  {clean(what)}", _NEWS_WIDTH)
        say(axes.figure, _LEFT, 0.113 - _NEWS_LINE * (number + 2 - lines), words, size=_SMALL, color=INK)


def _labels(axes: Axes, named: Sequence[tuple[Line, str]]) -> None:
    """Names and newest moves to the right, moved apart where lines end close to each other."""
    low, high = axes.get_ylim()
    left, right = axes.get_xlim()
    step = (high - low) * 0.055
    early = [one for one in named if date2num(one[0].points[-1][0]) < left + _EARLY * (right - left)]
    _in_place(axes, early, step)
    order = sorted((one for one in named if one not in early), key=lambda one: one[0].last)
    places: list[float] = []
    for line, _ in order:
        places.append(max(100 * line.last, places[-1] + step if places else low))
    over = places[-1] - (high - step / 2) if places else 0.0
    for number in range(len(places) - 1, -1, -1):
        if over > 0:
            ceiling = places[number + 1] - step if number + 1 < len(places) else high - step / 2
            places[number] = min(places[number], ceiling)
    for (line, colour), place in zip(order, places, strict=True):
        x, y = date2num(line.points[-1][0]), 100 * line.last
        axes.plot([x, right], [y, place], color=colour, linewidth=0.6, alpha=0.7, clip_on=False, zorder=3)
        text = f" {line.symbol} {percent(line.last)}"
        size = _SMALL if line.market else _LABEL
        say(axes, right, place, text, ha="left", va="center", size=size, color=colour, weight="bold")


def _in_place(axes: Axes, named: Sequence[tuple[Line, str]], step: float) -> None:
    """Names at the ends of lines whose session is over, from the top down; above the line where the right is taken."""
    left, right = axes.get_xlim()
    before: dict[datetime, float] = {}
    for line, colour in sorted(named, key=lambda one: -one[0].last):
        end, y = line.points[-1][0], 100 * line.last
        near = [place for at, place in before.items() if abs(at - end) < timedelta(hours=2)]
        before[end] = place = min([y, *(p - step * 0.8 for p in near)])
        text = f"{line.symbol} {percent(line.last)}"
        room = (right - date2num(end)) / (right - left) > _WIDTH * len(text)
        halo = {"facecolor": GROUND, "edgecolor": "none", "alpha": 0.75, "pad": 0.6}
        side: dict[str, Any] = {"ha": "left", "va": "center", "xytext": (5, 0), "bbox": halo}
        if not room:
            side = {"ha": "right", "va": "bottom", "xytext": (0, 4)}
        axes.annotate(text, (date2num(end), place), textcoords="offset points", parse_math=False, size=_SMALL,
                      color=colour, weight="bold", zorder=5, **side)  # fmt: skip


def say(where: Any, x: float, y: float, text: str, **style: Any) -> None:  # noqa: ANN401  matplotlib's own
    """Text as it is: a dollar sign begins no formula."""
    where.text(x, y, text, parse_math=False, **style)
