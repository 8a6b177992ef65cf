"""The ledger: every decision with its trace, written when its verdict or reason changes and counted while both stay.

Of a decision that is repeated the look with the largest move is kept as well, and the newest figures, so that `why` can
say how near it came without working anything out again. Kept for 30 days.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from alerts.trace import Entry
from alerts.types import Decision, Move, PriceState, Verdict
from monitor.store import tables as t

LEAD = 1e-6
"""A move is larger only by more than rounding."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are asked for; what is left out counts as any."""

    symbol: str | None = None
    session: date | None = None
    channel: str | None = None
    story: str | None = None
    since: datetime | None = None


def record(db: Connection, decisions: Sequence[Decision], fingerprint: str, now: datetime) -> None:
    """Write each decision when its verdict or reason is new; else count it, with its figures."""
    known = _newest(db, {d.candidate.session.isoformat() for d in decisions})
    again: dict[int, Decision] = {}
    new = []
    for d in decisions:
        number = known.get((*_of(d), d.verdict.value, d.reason))
        if number is None:
            new.append(d)
        else:
            again[number] = d
    if again:
        counted = {"times": t.ledger.c.times + 1, "last_at": now}
        db.execute(update(t.ledger).where(t.ledger.c.id.in_(list(again))).values(counted))
        _look_again(db, again, now)
    if new:
        rows = [_row(d, fingerprint, now) for d in new]
        ids = db.scalars(insert(t.ledger).returning(t.ledger.c.id, sort_by_parameter_order=True), rows).all()
        first = [{"entry": id_, "size": _size(d), "at": now} for id_, d in zip(ids, new, strict=True)]
        db.execute(insert(t.peaks), first)


def _of(decision: Decision) -> tuple[str, str, str]:
    return decision.channel, decision.candidate.symbol, decision.candidate.session.isoformat()


def _row(decision: Decision, fingerprint: str, now: datetime) -> dict[str, Any]:
    channel, symbol, session = _of(decision)
    return {
        "channel": channel,
        "symbol": symbol,
        "session": session,
        "at": now,
        "last_at": now,
        "times": 1,
        "verdict": decision.verdict.value,
        "reason": decision.reason,
        "fingerprint": fingerprint,
        "body": t.dump(decision),
    }


def _size(decision: Decision) -> float:
    """How large the day's move was, 0 where it is not known."""
    move = decision.candidate.day
    return abs(move.raw) if move else 0.0


def _newest(db: Connection, sessions_: set[str]) -> Mapping[tuple[str, ...], int]:
    """The newest entry of each channel, symbol and session: its number by these, its verdict and its reason."""
    newest = select(func.max(t.ledger.c.id)).where(t.ledger.c.session.in_(sessions_))
    newest = newest.group_by(t.ledger.c.channel, t.ledger.c.symbol, t.ledger.c.session)
    columns = (t.ledger.c.id, t.ledger.c.channel, t.ledger.c.symbol, t.ledger.c.session)
    query = select(*columns, t.ledger.c.verdict, t.ledger.c.reason).where(t.ledger.c.id.in_(newest))
    return {tuple(row[1:]): row[0] for row in db.execute(query)}


def _look_again(db: Connection, again: Mapping[int, Decision], now: datetime) -> None:
    """Keep the newest fresh figures of repeated decisions, and the whole look where its move was the largest yet."""
    query = select(t.peaks.c.entry, t.peaks.c.size).where(t.peaks.c.entry.in_(list(again)))
    sizes = {row.entry: row.size for row in db.execute(query)}
    fresh = {id_: d.candidate.day for id_, d in again.items() if d.candidate.state is PriceState.FRESH}
    last = [{"of": id_, "move": t.dump(move)} for id_, move in fresh.items() if move]
    if last:
        newest = update(t.peaks).where(t.peaks.c.entry == bindparam("of")).values(last=bindparam("move"))
        db.execute(newest, last)
    larger = {id_: d for id_, d in again.items() if _size(d) > sizes.get(id_, -1.0) + LEAD}
    if larger:
        rows = [{"entry": id_, "size": _size(d), "at": now, "body": t.dump(d)} for id_, d in larger.items()]
        db.execute(t.put(t.peaks, ("entry",), ("size", "at", "body")), rows)


def held(db: Connection, channel: str, session: date) -> dict[str, int]:
    """How many symbols that were never told that session are held back though they pass, by reason."""
    of = (t.ledger.c.channel == channel) & (t.ledger.c.session == session.isoformat())
    columns = (t.ledger.c.symbol, t.ledger.c.verdict, t.ledger.c.reason)
    rows = db.execute(select(*columns).where(of).order_by(t.ledger.c.id)).all()
    told = {row.symbol for row in rows if row.verdict == Verdict.ALERT.value}
    last = {row.symbol: row for row in rows if row.symbol not in told}
    return dict(Counter(row.reason for row in last.values() if row.verdict == Verdict.HOLD.value))


def entries(db: Connection, wanted: Wanted) -> list[Entry]:
    """The entries that are asked for, oldest first."""
    query = select(t.ledger, t.peaks.c.at.label("peak_at"), t.peaks.c.body.label("peak"), t.peaks.c.last)
    query = query.join(t.peaks, t.peaks.c.entry == t.ledger.c.id, isouter=True)
    if wanted.symbol is not None:
        query = query.where(t.ledger.c.symbol == wanted.symbol)
    if wanted.session is not None:
        query = query.where(t.ledger.c.session == wanted.session.isoformat())
    if wanted.channel is not None:
        query = query.where(t.ledger.c.channel == wanted.channel)
    if wanted.since is not None:
        query = query.where(t.ledger.c.last_at >= wanted.since)
    if wanted.story is not None:
        # The id stands in the body as it is; what else it is part of is left out below.
        query = query.where(t.ledger.c.body.contains(wanted.story, autoescape=True))
    found = [_entry(row) for row in db.execute(query.order_by(t.ledger.c.id))]
    return [e for e in found if wanted.story is None or _is_under(e.decision, wanted.story)]


def _is_under(decision: Decision, story: str) -> bool:
    tie = decision.candidate.tie
    return tie is not None and tie.story.id == story


def _entry(row: Any) -> Entry:  # noqa: ANN401  a row of the ledger
    decision = t.load(Decision, row.body)
    return Entry(
        at=row.at,
        last_at=row.last_at,
        times=row.times,
        decision=decision,
        peak_at=row.peak_at or row.at,
        peak=t.load(Decision, row.peak) if row.peak else decision,
        last=t.load(Move, row.last) if row.last else decision.candidate.day,
        fingerprint=row.fingerprint,
    )


def sessions(db: Connection, symbol: str) -> list[date]:
    """The session dates of which there is something on a symbol, newest first."""
    query = select(t.ledger.c.session).where(t.ledger.c.symbol == symbol).distinct()
    return sorted((date.fromisoformat(row.session) for row in db.execute(query)), reverse=True)
