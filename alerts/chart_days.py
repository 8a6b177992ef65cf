"""The picture of a dry run: alerts a day that watchlists would have made, as edited and as they count now. Pure.

On the card of the messages' pictures. Both configurations stand side by side in each day, near misses faintly on top of
the alerts; over many days there are too many bars to be told apart, and weeks are drawn.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from textwrap import wrap
from typing import Final

from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from alerts.chart import COLOURS, FAINT, FRAME, GROUND, INK, card, say
from alerts.types import Picture
from alerts.words import clean, count, day

SIZE: Final = (9.6, 5.4)
DOTS: Final = 150
"""Inches, and dots an inch: 1440 by 810, for a screen."""
BOX: Final = (0.075, 0.145, 0.895, 0.665)
EDITED, OTHER = COLOURS[0], FAINT
NEAR: Final = 0.32
"""How much of a near miss's colour shows."""
MOST_DAYS: Final = 130
"""Days that are drawn one by one, half a year's: four dots a bar."""
WIDTH: Final = 0.8
"""Part of a day's room that its bars take."""
MOST_ROOM: Final = 12
"""A single day's bars are as wide as if there were so many."""
TICKS: Final = 9
"""Dates that find room below the bars."""
LATE: Final = 20
"""A month that begins after this day is not named: its name would stand in the next one's room."""
HEADROOM: Final = 1.08
EMPTY: Final = 1.25
"""The same where a line of words stands above the near misses."""
LINE: Final = 145
"""Characters of small print on a line."""


@dataclass(frozen=True, slots=True)
class Bars:
    """One configuration: what it is called ("edited", "now in force"), and its alerts and near misses of each day."""

    name: str
    alerts: tuple[int, ...]
    near: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DaysView:
    """All that a picture shows: days in order, and of each what the edited and, if there is one, the other told."""

    days: tuple[date, ...]
    edited: Bars
    other: Bars | None = None
    note: str = ""


def draw(view: DaysView) -> Picture:
    """The picture as PNG, 1440 by 810, with its alt text. Raises ValueError if there is no day."""
    if not view.days:
        raise ValueError("there is no day to draw")
    png = card(BOX, lambda figure, axes: _draw(figure, axes, view), SIZE, DOTS)
    return Picture(png, title(view), alt_text(view))


def title(view: DaysView) -> str:
    """What came of it, in one line."""
    number = sum(view.edited.alerts)
    told = f"{number:,} alert{'' if number == 1 else 's'}" if number else "no alert"
    if view.other is None:
        return f"The watchlists would have told {told}"
    other = f"{sum(view.other.alerts):,}" if any(view.other.alerts) else "none"
    return f"The edited watchlists would have told {told}; those {clean(view.other.name)}, {other}"


def alt_text(view: DaysView) -> str:
    """What the picture shows, in words."""
    words = [f"Bar chart of alerts {_unit(view)}, {_span(view)}", title(view)]
    for one in _both(view):
        most = max(one.alerts)
        peak = f"most on {_dated(view.days[one.alerts.index(most)])} ({most})" if most else "no alert"
        words.append(f"{clean(one.name)}: {peak}, {count(sum(one.near), 'near miss', 'near misses')}")
    return ". ".join(words) + "."


def _dated(one: date) -> str:
    return f"{day(one)} {one.year}"


def _span(view: DaysView) -> str:
    """Which days they are."""
    first, last = view.days[0], view.days[-1]
    ends = [day(first) if first.year == last.year and first != last else _dated(first), _dated(last)]
    return " to ".join([f"{count(len(view.days), 'day')} with stored bars, {ends[0]}", *ends[1:]][: len(view.days)])


def _both(view: DaysView) -> list[Bars]:
    """In order of time: what counts stands left of what is to come."""
    return [one for one in (view.other, view.edited) if one is not None]


def _unit(view: DaysView) -> str:
    return "a week" if len(view.days) > MOST_DAYS else "a day"


def _monday(one: date) -> date:
    return one - timedelta(days=one.weekday())


def _weeks(days: Sequence[date]) -> list[tuple[date, slice]]:
    """The Monday of each week that has a day, with the places of its days."""
    found, start = [], 0
    for monday, same in groupby(days, _monday):
        end = start + len(list(same))
        found.append((monday, slice(start, end)))
        start = end
    return found


def _draw(figure: Figure, axes: Axes, view: DaysView) -> None:
    parts = [(one, slice(n, n + 1)) for n, one in enumerate(view.days)]
    if _unit(view) == "a week":
        parts = _weeks(view.days)
    both = _both(view)
    width = WIDTH / len(both)
    highest = 0
    for number, one in enumerate(both):
        colour = EDITED if one is view.edited else OTHER
        places = [n - WIDTH / 2 + (number + 0.5) * width for n in range(len(parts))]
        alerts = [sum(one.alerts[part]) for _, part in parts]
        near = [sum(one.near[part]) for _, part in parts]
        axes.bar(places, alerts, width, color=colour, linewidth=0, zorder=3)
        axes.bar(places, near, width, bottom=alerts, color=_faint(colour), linewidth=0, zorder=3)
        highest = max(highest, *(a + b for a, b in zip(alerts, near, strict=True)))
    room = max(MOST_ROOM - len(parts), 0) / 2
    axes.set_xlim(-0.6 - room, len(parts) - 0.4 + room)
    told = any(any(one.alerts) for one in both)
    axes.set_ylim(0, max(highest, 1) * (HEADROOM if told else EMPTY))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=7, integer=True, min_n_ticks=1))
    axes.set_ylabel(f"alerts {_unit(view)}", size=8.5, color=FRAME)
    ticks = list(_ticks([first for first, _ in parts]))
    axes.set_xticks([place for place, _ in ticks], [name for _, name in ticks], parse_math=False)
    if not told:
        say(axes, 0.5, 0.93, "no alert on these days", transform=axes.transAxes, ha="center", va="center", size=13,
            color=FRAME, zorder=5)  # fmt: skip
    _legend(axes, view)
    say(figure, BOX[0], 0.925, title(view), size=12.5, weight="bold", color=INK)
    small = _span(view) + (", drawn by week" if _unit(view) == "a week" else "")
    say(figure, BOX[0], 0.883, small, size=8, color=FRAME)
    for number, text in enumerate(wrap(clean(view.note), LINE)[:2]):
        say(figure, BOX[0], 0.052 - 0.026 * number, text, size=7, color=FRAME)


def _faint(colour: str) -> str:
    """A colour as it would shine through, but no line does."""
    red, green, blue = (NEAR * a + (1 - NEAR) * b for a, b in zip(to_rgb(colour), to_rgb(GROUND), strict=True))
    return to_hex((red, green, blue))


def _legend(axes: Axes, view: DaysView) -> None:
    handles, names = [], []
    for one in _both(view):
        colour = EDITED if one is view.edited else OTHER
        handles.append(Patch(color=colour, linewidth=0))
        names.append(f"{clean(one.name)}: {sum(one.alerts) / len(view.days):.1f} a day")
        handles.append(Patch(color=_faint(colour), linewidth=0))
        names.append(f"near misses: {sum(one.near) / len(view.days):.1f} a day")
    axes.legend(handles, names, loc="lower left", bbox_to_anchor=(-0.004, 1.0), ncols=len(handles), frameon=False,
                fontsize=8, labelcolor=INK, handlelength=1.0, handleheight=1.0, borderaxespad=0.3, borderpad=0.2,
                columnspacing=1.6)  # fmt: skip


def _ticks(days: Sequence[date]) -> Iterator[tuple[int, str]]:
    """Places that are named: each day with its weekday where they are few, then some days, then months."""
    months = [n for n, one in enumerate(days) if n == 0 or one.month != days[n - 1].month]
    if len(months) <= TICKS // 2:
        for n in range(0, len(days), -(-len(days) // TICKS)):
            yield n, f"{days[n]:%a} {day(days[n])}" if len(days) <= TICKS else day(days[n])
        return
    if days[0].day > LATE:
        months = months[1:]
    year = 0
    for n in months[:: -(-len(months) // TICKS)]:
        name = day(days[n]).split()[1]
        yield n, name if days[n].year == year else f"{name} {days[n].year}"
        year = days[n].year
