"""The table of moved stocks: which rows come first, what stands in a cell, footnotes, and the monospace form.

Slack has no table that every client shows, so the grid is text of fixed width: with words for the plain text, and for
Slack's code blocks a narrow one, whose figures fit into a phone's 40 letters (units stand in the headings) with the
company's name last, where a phone wraps it below them. The console draws the wide one's cells its own way.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from alerts.types import Move, Row, Window
from alerts.words import billions, clean, clock, cut, escape, money, percent

HEADINGS: Final = ("symbol", "company", "move", "adjusted", "sigma", "value")
NARROW: Final = ("stock", "move%", "adj.%", "sigma", "$bn")
"""Headings of the narrow grid; then "vol.", "news%" and "company"."""
SINCE_NEWS: Final = "since news"
VOLUME: Final = "volume"
NOT_CROSSED: Final = "linked, did not cross"
CORRECTED: Final = "corrected, does not count"
UNKNOWN: Final = "n/a"
"""What stands in a cell whose figure cannot be known."""

_NAME: Final = 20
"""Characters of a company's name; "Constellation Energy" fits."""
_STATE: Final = 60
_OLD: Final = timedelta(minutes=2)
"""Prices of an open market that are older are said to be: twice the shipped interval between looks."""
_SAME: Final = 0.0005
"""Windows whose moves differ by less show the same percentage."""
_SIGNS: Final = "¹²³⁴⁵⁶⁷⁸⁹"
_FEW: Final = 5
"""A fifth of the rows may lack a note that is told of all the others at once."""
_BY_EVENT: Final = "crossed by its move since the news"
_MEANINGS: Final = {
    "short history": "under 40 daily returns, so 2.5 % a day is taken for one sigma",
    "adjusted bars": "dividends are taken out of earlier prices",
}
"""What a note on a move means for its figures, where it does not say so itself (rule 4 of DESIGN.md)."""


@dataclass(frozen=True, slots=True)
class Signs:
    """Footnotes of a table: the sign of each note that some rows have, and the notes in words."""

    of: Mapping[str, str]
    notes: tuple[str, ...]

    def mark(self, row: Row) -> str:
        """The signs of a row, "¹³", filled up with blanks so that figures stand below each other."""
        return "".join(sign if note in _notes(row) else " " * len(sign) for note, sign in self.of.items())


def shown(row: Row) -> Move:
    """The move by the window that made the row cross."""
    return row.event if row.window is Window.EVENT and row.event else row.day


def ranked(rows: Iterable[Row]) -> list[Row]:
    """The most significant first: crossed before not crossed, then by market value, sigma and size of the move."""

    def key(row: Row) -> tuple[bool, float, float, float, str]:
        move = shown(row)
        return (
            not row.told or bool(row.corrected),
            -abs(move.value_change or 0.0),
            -abs(move.sigma or 0.0),
            -abs(move.raw),
            row.symbol,
        )

    return sorted(rows, key=key)


def signs(rows: Sequence[Row]) -> Signs:
    """Number the notes in order of appearance; one that most rows have needs no sign, but names the exceptions.

    There are nine signs; the notes beyond are only counted.
    """
    every = list(dict.fromkeys(note for row in rows for note in _notes(row)))
    without = {note: [row.symbol for row in rows if note not in _notes(row)] for note in every}
    general = [n for n in every if len(rows) > 1 and len(without[n]) <= len(rows) // _FEW]
    signed = [n for n in every if n not in general]
    of = dict(zip(signed, _SIGNS, strict=False))
    left = len(signed) - len(of)
    more = [f"and {left} more notes"] if left > 0 else []
    whom = {note: f"all but {', '.join(without[note])}" if without[note] else "all" for note in general}
    return Signs(
        of,
        (*(f"{whom[n]}: {_meaning(n)}" for n in general), *(f"{sign} {_meaning(n)}" for n, sign in of.items()), *more),
    )


def since_news(rows: Iterable[Row]) -> bool:
    """Whether some row's move since the news is another one than the day's, so that it needs a column."""
    return any(row.event and abs(row.event.raw - row.day.raw) >= _SAME for row in rows)


def volumes(rows: Iterable[Row]) -> bool:
    """Whether the volume of some row is known, so that it needs a column."""
    return any(row.day.volume is not None for row in rows)


def headings(rows: Sequence[Row]) -> tuple[str, ...]:
    """`HEADINGS`, then those of the columns that these rows need."""
    return (*HEADINGS, *([VOLUME] if volumes(rows) else []), *([SINCE_NEWS] if since_news(rows) else []))


def cells(row: Row, signs: Signs, *, with_news: bool, with_volume: bool = False) -> tuple[str, ...]:
    """The cells of a row under `HEADINGS`, then its volume and the move since the news where asked for.

    Volume is in times of what is usual by that hour.
    """
    move = row.day
    sigma = UNKNOWN if move.sigma is None else f"{move.sigma:+.1f}"
    found: tuple[str, ...] = (
        row.symbol,
        cut(clean(row.name), _NAME),
        percent(move.raw),
        UNKNOWN if move.abnormal is None else percent(move.abnormal),
        sigma + signs.mark(row),
        UNKNOWN if move.value_change is None else money(move.value_change),
    )
    if with_volume:
        found += (UNKNOWN if move.volume is None else f"{move.volume:.1f}x",)
    if with_news:
        found += (percent(row.event.raw) if row.event else "",)
    return found


def narrow_headings(rows: Sequence[Row]) -> tuple[str, ...]:
    """`NARROW`, the columns that these rows need, and the name.

    The move since the news is left out where it decided nothing.
    """
    return (*NARROW, *(["vol."] if volumes(rows) else []), *(["news%"] if _by_news(rows) else []), "company")


def narrow_cells(row: Row, signs: Signs, *, with_news: bool, with_volume: bool = False) -> tuple[str, ...]:
    """The same figures without their units, in percent and in billions of dollars; the name last."""
    move = row.day
    found: tuple[str, ...] = (
        row.symbol,
        _bare(move.raw),
        UNKNOWN if move.abnormal is None else _bare(move.abnormal),
        (UNKNOWN if move.sigma is None else f"{move.sigma:+.1f}") + signs.mark(row),
        UNKNOWN if move.value_change is None else billions(move.value_change),
    )
    if with_volume:
        found += (UNKNOWN if move.volume is None else f"{move.volume:.1f}x",)
    if with_news:
        found += (_bare(row.event.raw) if row.event else "",)
    return (*found, cut(clean(row.name), _NAME))


def _by_news(rows: Iterable[Row]) -> bool:
    return any(row.window is Window.EVENT and row.event for row in rows)


def _bare(fraction: float) -> str:
    return percent(fraction).removesuffix(" %")


def groups(rows: Sequence[Row], states: Mapping[str, str], at: datetime | None = None) -> list[tuple[str, list[Row]]]:
    """Rows by region with a heading each, regions in order of first crossing; those that did not cross come last.

    A heading says the session's state and the time of the prices: "Asia · closed · prices of 06:00 UTC", and how old
    they are `at` the time of drawing where the market is open and they are not of the last minutes.
    """
    found = []
    wrong = [row for row in rows if row.corrected]
    rows = [row for row in rows if not row.corrected]
    for region in dict.fromkeys(row.region for row in rows if row.told):
        mine = [row for row in rows if row.told and row.region == region]
        times = [shown(r).time for r in mine]
        age = at - max(times) if at and "open" in states.get(region, "") else timedelta()
        old = f", {age // timedelta(minutes=1)} min old" if age > _OLD else ""
        words = [region, cut(states.get(region, ""), _STATE), f"prices of {_times(times)}{old}"]
        found.append((" · ".join(w for w in words if w), mine))
    others = [row for row in rows if not row.told]
    return [*found, *([(NOT_CROSSED, others)] if others else []), *([(CORRECTED, wrong)] if wrong else [])]


def grid(
    rows: Sequence[Row],
    states: Mapping[str, str],
    marks: Signs,
    most: int | None = None,
    at: datetime | None = None,
    *,
    narrow: bool = False,
) -> str:
    """The table as text of fixed width, drawn `at` that time; `most` bounds the characters of its escaped form.

    Where not all rows fit, the least significant are left out and named as "and N more".
    """
    draw = partial(_grid, rows, states=states, marks=marks, at=at, narrow=narrow)
    text = draw(kept={row.symbol for row in rows})
    if most is None or len(escape(text)) <= most:
        return text
    order = [row.symbol for row in ranked(rows)]
    fits, fails = 0, len(order)
    while fails - fits > 1:
        middle = (fits + fails) // 2
        if len(escape(draw(kept=set(order[:middle])))) <= most:
            fits = middle
        else:
            fails = middle
    return cut(draw(kept=set(order[:fits])), most)


def _grid(
    rows: Sequence[Row],
    *,
    kept: AbstractSet[str],
    states: Mapping[str, str],
    marks: Signs,
    at: datetime | None,
    narrow: bool,
) -> str:
    if narrow:
        head, fill = narrow_headings(rows), partial(narrow_cells, with_news=_by_news(rows))
    else:
        head, fill = headings(rows), partial(cells, with_news=since_news(rows))
    fill = partial(fill, signs=marks, with_volume=volumes(rows))
    body = [
        (title.replace("prices of ", "") if narrow else title, [fill(row) for row in mine if row.symbol in kept])
        for title, mine in groups(rows, states, at)
    ]
    lines = [head, *(line for _, found in body for line in found)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    left = {0, len(head) - 1} if narrow else {0, 1}
    apart = " " if narrow else "  "
    text = [_line(head, widths, left, apart)]
    for title, found in body:
        if found:
            text += [title, *(_line(line, widths, left, apart) for line in found)]
    rest = sum(row.symbol not in kept for row in rows)
    return "\n".join([*text, f"and {rest} more"] if rest else text)


def _line(values: Sequence[str], widths: Sequence[int], left: AbstractSet[int], apart: str) -> str:
    cells = [f"{v:<{w}}" if n in left else f"{v:>{w}}" for n, (v, w) in enumerate(zip(values, widths, strict=True))]
    return apart.join(cells).rstrip()


def _notes(row: Row) -> tuple[str, ...]:
    return (*row.day.notes, _BY_EVENT) if row.window is Window.EVENT else row.day.notes


def _meaning(note: str) -> str:
    return f"{note}: {_MEANINGS[note]}" if note in _MEANINGS else note


def _times(times: Sequence[datetime]) -> str:
    first, last = clock(min(times)), clock(max(times))
    return first if first == last else f"{first.removesuffix(' UTC')} to {last}"
