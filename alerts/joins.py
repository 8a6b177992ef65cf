"""How news and moves stand to each other: which came first, and whether the move goes the way that is expected.

Four joins: a move after linked news; a move that came, for the larger part, before the news it is linked to; a move
without linked news; and linked news without a move. Pure, and careful: "linked" and "since" is all that is ever said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from alerts.table import shown
from alerts.types import Join, Move, Row
from alerts.words import count, percent
from config.types import Direction

MOSTLY: Final = 0.5
"""A move came before its news if more than this part of it was there by then."""
FLAT: Final = 0.0005
"""Less than this is no move in either direction: it is printed as 0.0 %."""
_NAMED: Final = 6
_SIDES: Final = {Direction.UP: 1, Direction.DOWN: -1}

AS_EXPECTED, OPPOSITE, UNCLEAR = "as expected", "opposite to expected", "direction unclear"


def parts(day: Move, event: Move | None, story_time: datetime) -> tuple[float | None, float | None]:
    """The parts of a day's move before the story's time and since, as fractions; None where that is not known.

    They multiply: (1 + before) (1 + since) = 1 + raw. All of it came since a story from before the day's base price.
    """
    if story_time <= day.base_time:
        return 0.0, day.raw
    if event is None or not day.base_price:
        return None, None
    return event.base_price / day.base_price - 1, event.raw


def join_of(raw: float, before: float | None) -> Join:
    """Whether a move that is linked to a story came mostly before it; where its parts are not known, it did not."""
    if before is None or abs(raw) < FLAT or abs(before) < FLAT:
        return Join.AFTER
    return Join.BEFORE if before / raw > MOSTLY else Join.AFTER


def timed(row: Row, story_time: datetime | None, expected: Direction) -> Row:
    """The row with its join to a story of that time, None for no story."""
    if story_time is None:
        return replace(row, join=Join.UNLINKED, before=None, since=None, expected=Direction.UNCLEAR)
    before, since = parts(row.day, row.event, story_time)
    join = join_of(row.day.raw, before) if row.told else Join.SILENT
    return replace(row, join=join, before=before, since=since, expected=expected)


def is_parted(row: Row) -> bool:
    """Whether it is known how much of a linked row's move came since its news."""
    return row.since is not None


def course(expected: Direction, raw: float) -> str:
    """Whether a move of `raw` goes the way that is expected, in words."""
    side = _SIDES.get(expected)
    if side is None or abs(raw) < FLAT:
        return UNCLEAR
    return AS_EXPECTED if raw * side > 0 else OPPOSITE


def split(row: Row) -> str:
    """Which part of a row's move came before the news and which since; "" where all of it came since."""
    if row.join in {Join.UNLINKED, Join.SILENT} or row.before is None or row.since is None or abs(row.before) < FLAT:
        return ""
    return f"{percent(row.before)} before the news, {percent(row.since)} since"


def remark(row: Row) -> str:
    """What a reader should know of a linked row in a few words: "as expected; -4.0 % before the news, -1.0 % since"."""
    if row.join in {Join.UNLINKED, Join.SILENT}:
        return ""
    told = course(row.expected, shown(row).raw)
    return "; ".join(w for w in (told, split(row)) if w)


def exception(row: Row) -> str:
    """What of it `summary` does not say yet: a course that is opposite to the expected one, and the parts."""
    if row.join in {Join.UNLINKED, Join.SILENT}:
        return ""
    told = course(row.expected, shown(row).raw)
    return "; ".join(w for w in (told if told == OPPOSITE else "", split(row)) if w)


def summary(rows: Sequence[Row]) -> list[str]:
    """A line for each kind of join among rows that were told or are shown beside them."""
    lines = []
    linked = [row for row in rows if row.join is Join.AFTER]
    after, unknown = [row for row in linked if is_parted(row)], [row for row in linked if not is_parted(row)]
    if after:
        lines.append(f"{count(len(after), 'move')} after the linked news: {_courses(after)}")
    if unknown:
        lines.append(f"{count(len(unknown), 'linked move')}, part since the news not known yet: {_courses(unknown)}")
    before = [row for row in rows if row.join is Join.BEFORE]
    if before:
        lines.append(f"{count(len(before), 'move')} mostly before the linked news: " + _some(map(_early, before)))
    unlinked = [row for row in rows if row.join is Join.UNLINKED]
    if unlinked and len(unlinked) < len(rows):
        lines.append(f"{count(len(unlinked), 'move')} without linked news: " + _some(row.symbol for row in unlinked))
    silent = [row for row in rows if row.join is Join.SILENT]
    if silent:
        lines.append(f"{count(len(silent), 'stock')} with linked news and no move over the thresholds")
    return lines


def _early(row: Row) -> str:
    return f"{row.symbol} ({split(row)})"


def _courses(rows: Sequence[Row]) -> str:
    """How many moved as expected, and who did not."""
    if len(rows) == 1:
        return course(rows[0].expected, shown(rows[0]).raw)
    found: dict[str, list[str]] = {AS_EXPECTED: [], OPPOSITE: [], UNCLEAR: []}
    for row in rows:
        found[course(row.expected, shown(row).raw)].append(row.symbol)
    words = [f"{len(found[AS_EXPECTED])} as expected"] if found[AS_EXPECTED] else []
    words += [f"{len(v)} {k} ({_some(v)})" for k, v in found.items() if v and k != AS_EXPECTED]
    return ", ".join(words)


def _some(words: Iterable[str]) -> str:
    all_ = list(words)
    left = len(all_) - _NAMED
    return ", ".join(all_[:_NAMED]) + (f" and {left} more" if left > 0 else "")
