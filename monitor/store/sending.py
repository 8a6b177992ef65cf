"""The outbox, and the pictures that follow its messages."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from alerts.types import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    OutboxRow,
)
from monitor.store import tables as t
from monitor.store.decisions import Decisions
from monitor.types import Shown

UNSETTLED = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.BLOCKED)
"""Outbox states of deliveries that are still to be brought to an end."""


class Sending(Decisions):
    """Reads and writes what is sent."""

    def delivery(self, key: str) -> OutboxRow | None:
        """The outbox row of that key."""
        row = self._db.execute(select(t.outbox).where(t.outbox.c.key == key)).first()
        return _outbox_row(row) if row else None

    def drawing(self, root: str) -> Delivery | None:
        """The newest drawing of a root message, whether it was sent yet or not."""
        kinds = [DeliveryKind.POST.value, DeliveryKind.UPDATE.value]
        mine = (t.outbox.c.root == root) & t.outbox.c.kind.in_(kinds)
        body = self._db.scalar(select(t.outbox.c.body).where(mine).order_by(t.outbox.c.number.desc()).limit(1))
        return t.load(Delivery, body) if body else None

    def rewrite(self, delivery: Delivery) -> None:
        """Change what a delivery that was not sent yet says."""
        waiting = (t.outbox.c.key == delivery.key) & (t.outbox.c.state == DeliveryState.PENDING.value)
        self._db.execute(update(t.outbox).where(waiting).values(body=t.dump(delivery)))

    def enqueue(self, delivery: Delivery, due: datetime) -> bool:
        """Put a delivery into the outbox; False if its key was there already."""
        number = self._db.scalar(select(func.coalesce(func.max(t.outbox.c.number), 0) + 1))
        done = self._db.execute(
            upsert(t.outbox)
            .values(
                key=delivery.key,
                number=number,
                root=delivery.root,
                kind=delivery.kind.value,
                channel=delivery.channel,
                state=DeliveryState.PENDING.value,
                due=due,
                body=t.dump(delivery),
            )
            .on_conflict_do_nothing()
        )
        return bool(done.rowcount)

    def unsettled(self) -> list[OutboxRow]:
        """Every outbox row that is not settled yet, in order of arrival."""
        query = select(t.outbox).where(t.outbox.c.state.in_([s.value for s in UNSETTLED]))
        return [_outbox_row(row) for row in self._db.execute(query.order_by(t.outbox.c.number))]

    def save_outbox_row(self, row: OutboxRow) -> None:
        """Keep how far a delivery got."""
        values = {"state": row.state.value, "due": row.due, "attempts": row.attempts, "marked": row.marked}
        mine = t.outbox.c.key == row.delivery.key
        self._db.execute(update(t.outbox).where(mine).values(**values, ts=row.ts, error=row.error))

    def outbox_counts(self) -> dict[str, int]:
        """How many rows are in each state."""
        rows = self._db.execute(select(t.outbox.c.state, func.count()).group_by(t.outbox.c.state))
        return {row[0]: row[1] for row in rows}

    def too_late(self, since: datetime) -> int:
        """How many replies and digests made from `since` on were not sent, as they came too late."""
        kinds = [DeliveryKind.REPLY.value, DeliveryKind.DIGEST.value]
        late = (t.outbox.c.state == DeliveryState.SUPERSEDED.value) & t.outbox.c.kind.in_(kinds)
        return self._db.scalar(select(func.count()).select_from(t.outbox).where(late & (t.outbox.c.due >= since))) or 0

    def root_ts(self, root: str) -> str | None:
        """The notifier's id of a root message: that of its newest drawing that was accepted."""
        kinds = [k.value for k in (DeliveryKind.POST, DeliveryKind.DIGEST, DeliveryKind.UPDATE)]
        accepted = (t.outbox.c.state == DeliveryState.SENT.value) & t.outbox.c.ts.is_not(None)
        mine = (t.outbox.c.root == root) & t.outbox.c.kind.in_(kinds) & accepted
        return self._db.scalar(select(t.outbox.c.ts).where(mine).order_by(t.outbox.c.number.desc()).limit(1))

    # Pictures

    def shown(self, since: datetime) -> list[Shown]:
        """Messages that stand in a channel, from `since` on: roots and digests with what they tell."""
        count = func.count().label("told")
        kinds = [DeliveryKind.POST.value, DeliveryKind.DIGEST.value, DeliveryKind.REPLY.value]
        mine = t.outbox.c.kind.in_(kinds) & (t.outbox.c.state == DeliveryState.SENT.value) & (t.outbox.c.due >= since)
        told = {
            row.root: row.told for row in self._db.execute(select(t.outbox.c.root, count).where(mine).group_by("root"))
        }
        found = []
        for root, number in told.items():
            body = self._db.scalar(select(t.outbox.c.body).where(t.outbox.c.key == root))
            thread = self.root_ts(root)
            if body and thread:
                first = t.load(Delivery, body)
                kept = self.root(root)
                rows, story = (kept.rows, kept.story) if kept else (first.rows, first.story)
                found.append(Shown(root, first.channel, thread, number, rows, story))
        return found

    def pictures(self) -> dict[str, tuple[str, datetime, str]]:
        """Which version of each root's picture is shown, since when, and its file, by root."""
        return {row.root: (row.version, row.shown, row.file) for row in self._db.execute(select(t.pictures))}

    def save_picture(self, root: str, version: str, shown: datetime, file: str) -> None:
        """Remember which picture stands in a root's thread."""
        self._put(t.pictures, ("root",), [{"root": root, "version": version, "shown": shown, "file": file}])


def _outbox_row(row: Any) -> OutboxRow:  # noqa: ANN401  a row of the outbox table
    return OutboxRow(
        delivery=t.load(Delivery, row.body),
        state=DeliveryState(row.state),
        due=row.due,
        attempts=row.attempts,
        marked=row.marked,
        ts=row.ts,
        error=row.error,
    )
