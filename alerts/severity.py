"""How far beyond its threshold a move is, and whom that calls. Pure.

A row of conditions is reached as many times as its least reached condition: -17 % and 6.4 sigma against
`{move: 3%, sigma: 2.5}` is 2.6 times. The row that is reached most counts.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from alerts.types import Move, Row, Severity
from config.types import Threshold, Tier, Tiers

ORDER: Final = (Severity.NOTICE, Severity.ALERT, Severity.ALARM)


def times(move: Move, rows: Sequence[Threshold]) -> float:
    """How many times its threshold a move is: 1 where it just crosses, 0 where nothing is known."""
    return max((_reached(move, row) for row in rows), default=0.0)


def severity(move: Move, rows: Sequence[Threshold], tiers: Tiers) -> Severity:
    """The tier of a move that is told."""
    reached = times(move, rows)
    return next((one for one in reversed(ORDER) if reached >= tier(tiers, one).times), Severity.NOTICE)


def tier(tiers: Tiers, severity: Severity) -> Tier:
    """The settings of that severity."""
    return {Severity.NOTICE: tiers.notice, Severity.ALERT: tiers.alert, Severity.ALARM: tiers.alarm}[severity]


def worst(severities: Iterable[Severity]) -> Severity:
    """The gravest of them, NOTICE if there are none."""
    return max(severities, key=ORDER.index, default=Severity.NOTICE)


def of_rows(rows: Iterable[Row]) -> Severity:
    """How grave a message is: as its gravest row that stands."""
    return worst(row.severity for row in rows if row.told and not row.corrected)


def _reached(move: Move, row: Threshold) -> float:
    same_side = move.abnormal is not None and move.raw * move.abnormal > 0
    pairs = [
        (row.move, move.raw),
        (row.sigma, move.sigma if same_side else None),
        (row.value_change, move.value_change),
    ]
    asked = [(wanted, value) for wanted, value in pairs if wanted]
    if not asked or any(value is None for _, value in asked):
        return 0.0
    return min(abs(value or 0.0) / wanted for wanted, value in asked)
