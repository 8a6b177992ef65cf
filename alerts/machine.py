"""A delivery for machines: the JSON object that `replay --json` prints and that webhooks get."""

from datetime import UTC, datetime
from typing import Any

from alerts.types import Delivery, Move, Row, Window


def as_json(delivery: Delivery) -> dict[str, Any]:
    """A delivery as plain JSON values; moves in percent, times in UTC.

    A move that is not `told` is one that a digest shows beside the others, or that was wrong: `corrected` says how.
    """
    return {
        "at": _stamp(delivery.at),
        "kind": delivery.kind.value,
        "key": delivery.key,
        "story": delivery.story,
        "moves": [_move(row, move) for row in delivery.rows for move in _deciding(row)],
        "text": delivery.text,
    }


def _deciding(row: Row) -> list[Move]:
    """The day's move, and the move since the news where that is what crossed."""
    return [row.day, row.event] if row.event and row.window is Window.EVENT else [row.day]


def _move(row: Row, move: Move) -> dict[str, Any]:
    return {
        "symbol": row.symbol,
        "window": move.window.value,
        "pct": _percent(move.raw),
        "abnormal_pct": _percent(move.abnormal),
        "sigma": None if move.sigma is None else round(move.sigma, 2),
        "base_price": move.base_price,
        "price": move.price,
        "value_change_usd": None if move.value_change is None else round(move.value_change),
        "path": row.path,
        "time": _stamp(move.time),
        "notes": list(move.notes),
        "volume": None if move.volume is None else round(move.volume, 2),
        "sector_pct": _percent(move.sector.raw) if move.sector else None,
        "told": row.told and not row.corrected,
        "corrected": row.corrected or None,
    }


def _percent(fraction: float | None) -> float | None:
    return None if fraction is None else round(100 * fraction, 3)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
