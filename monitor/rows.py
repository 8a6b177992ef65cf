"""The rows of a root message: as a stock is first told, as it moves on, and when it turns out that it was told wrongly.

Pure. Also which alerts of one pass are gathered into one message: a market that falls as a whole is one message, not
three hundred.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from alerts.joins import timed
from alerts.severity import worst
from alerts.types import Decision, Move, Row, Severity, Tie, Verdict, Window
from alerts.words import percent

STORM: Final = 5
"""More new root messages of a channel than these at once become one."""
TOGETHER: Final = 40
"""Roots that one such message stands for: as many rows as a table has room for."""
_IN_ONE: Final = "/at-once/"
_BASIS: Final = 0.005
"""A base price that differs by more from the one that was told by, in the same session, was wrong."""


def storms(alerts: Iterable[Decision], now: datetime) -> Mapping[str, str]:
    """For roots that come at once in too great a number: the key of the one that takes its place, by their own."""
    found: dict[str, dict[str, None]] = {}
    for decision in alerts:
        if decision.told:
            of = f"{decision.channel}/{decision.candidate.session.isoformat()}"
            found.setdefault(of, {})[decision.told.root] = None
    return {
        root: f"{of}{_IN_ONE}{stamp(now)}-{1 + number // TOGETHER}"
        for of, roots in found.items()
        if len(roots) > STORM
        for number, root in enumerate(roots)
    }


def stamp(now: datetime) -> str:
    """A moment in a key; two passes of one second are two moments."""
    return f"{now:%Y%m%dT%H%M%S}" + (f".{now.microsecond:06}" if now.microsecond else "")


def in_one(key: str) -> bool:
    """Whether the root of that key tells many stories at once."""
    return _IN_ONE in key


def joining(alerts: Sequence[Decision], rows: Iterable[Row]) -> list[str]:
    """For each region of these alerts that is not among a message's rows yet: that it joins, and by which stock most.

    The weightiest of several is named, by market value, then by the move.
    """
    before = {row.region for row in rows}
    found = []
    for region in dict.fromkeys(d.candidate.region for d in alerts):
        moves = [(m, d) for d in alerts if d.candidate.region == region and (m := d.candidate.day or d.candidate.event)]
        if region not in before and moves:
            move, first = max(moves, key=lambda pair: (abs(pair[0].value_change or 0.0), abs(pair[0].raw)))
            more = f" and {len(moves) - 1} more" if len(moves) > 1 else ""
            found.append(f"First in {region}: {first.candidate.symbol} {percent(move.raw)}{more}")
    return found


def row_of(decision: Decision, before: Row | None = None, under: bool = False) -> Row:
    """The row of a stock that is told; one that was told `before` keeps its path where none leads there any more.

    `under` writes its story to it, for a message that tells several.
    """
    c = decision.candidate
    day = c.day or c.event
    if day is None:
        raise ValueError(f"{c.symbol} was told without a move")
    row = Row(
        company=c.company,
        name=c.name,
        symbol=c.symbol,
        region=c.region,
        day=day,
        path=c.tie.path if c.tie else before.path if before else "",
        event=c.event,
        window=decision.window or Window.DAY,
        also=tuple(f"“{t.story.headline}”" for t in c.also),
        severity=worst([decision.severity, before.severity if before else Severity.NOTICE]),
        under=c.tie.story.headline if under and c.tie else before.under if before else "",
        holding=c.holding,
    )
    if c.tie is None and before is not None:
        return replace(row, join=before.join, before=before.before, since=before.since, expected=before.expected)
    return timed(row, c.tie.story.first_time if c.tie else None, c.tie.expected if c.tie else row.expected)


def moved(row: Row, story: str | None, decision: Decision) -> Row:
    """A row of the message on `story` with the newest moves and other stories; its path stays as it was told."""
    c = decision.candidate
    mine = c.tie is not None and c.tie.story.id == story
    others = c.also if mine or c.tie is None else (c.tie, *c.also)
    also = tuple(f"“{t.story.headline}”" for t in others)
    now = replace(row, day=c.day or row.day, event=c.event if mine else None, also=also, holding=c.holding)
    if mine and c.tie:
        now = timed(now, c.tie.story.first_time, row.expected)
    if row.corrected or c.day is None:
        return now
    return replace(now, corrected=_mistake(row.day, c.day, decision))


def linked(row: Row, found: Tie, decision: Decision | None) -> Row:
    """A row of a move without linked news once news is linked to it; others of its message go with it."""
    c = decision.candidate if decision else None
    mine = c is not None and c.tie is not None and c.tie.story.id == found.story.id
    tie = c.tie if mine and c and c.tie else found
    told = replace(row, path=tie.path, event=c.event if mine and c else None)
    return timed(told, found.story.first_time, tie.expected)


def _mistake(told: Move, now: Move, decision: Decision) -> str:
    """Why a move that was told was none: the base it was counted from has been put right, and it passes no more."""
    same = told.base_time.date() == now.base_time.date() and told.currency == now.currency
    if not same or abs(now.base_price / told.base_price - 1) <= _BASIS or decision.verdict is not Verdict.NOTHING:
        return ""
    return (
        f"bad price: the last close was taken for {told.base_price:,.6g} {told.currency}, it was "
        f"{now.base_price:,.6g}; the move is {percent(now.raw)}, not {percent(told.raw)}"
    )
