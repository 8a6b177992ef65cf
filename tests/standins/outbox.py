"""An outbox in memory, and a sender that dies at a chosen step.

`MemoryOutbox` is `alerts.outbox.OutboxStore` with plain dictionaries: what was saved is what a restarted process finds.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.outbox import OutboxStore
from alerts.types import Delivery, DeliveryKind, DeliveryState, Notifier, OutboxRow

START = datetime(2025, 1, 27, 15, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        """The time."""
        return self.now

    def move(self, **by: float) -> datetime:
        """Move on by that much."""
        self.now += timedelta(**by)
        return self.now


def delivery(key: str, kind: DeliveryKind = DeliveryKind.POST, root: str = "root", **more: Any) -> Delivery:  # noqa: ANN401  any field
    """A delivery to #ai made at the start."""
    values = {"channel": "#ai", "at": START, "text": f"text of {key}"}
    return Delivery(key, kind, root=root, **{**values, **more})


@dataclass
class MemoryOutbox:
    """Outbox rows by key, in the order in which they were put in."""

    rows: dict[str, OutboxRow] = field(default_factory=dict)

    def put(self, *deliveries: Delivery, due: datetime = START) -> None:
        """Enqueue deliveries; a known key is left as it is."""
        for each in deliveries:
            self.rows.setdefault(each.key, OutboxRow(each, DeliveryState.PENDING, due))

    def states(self) -> dict[str, str]:
        """The state of every row."""
        return {key: row.state.value for key, row in self.rows.items()}

    async def unsettled(self) -> list[OutboxRow]:
        """Rows that are neither sent nor superseded."""
        over = {DeliveryState.SENT, DeliveryState.SUPERSEDED}
        return [row for row in self.rows.values() if row.state not in over]

    async def save(self, row: OutboxRow) -> None:
        """Keep a row."""
        self.rows[row.delivery.key] = row

    async def root_ts(self, root: str) -> str | None:
        """The newest id of a root."""
        mine = [r for r in self.rows.values() if r.delivery.root == root and r.state is DeliveryState.SENT]
        ids = [r.ts for r in mine if r.delivery.kind is not DeliveryKind.REPLY]
        return ids[-1] if ids else None


class Killed(BaseException):
    """The process dies here; nothing in it may catch this."""


@dataclass
class Doom:
    """Dies at the `at`-th step, before it or, `after`, when it was done."""

    at: int
    after: bool
    steps: int = 0

    async def step(self, act: Any) -> Any:  # noqa: ANN401  any coroutine
        """Take one step, or die."""
        self.steps += 1
        if self.steps == self.at and not self.after:
            act.close()
            raise Killed
        done = await act
        if self.steps == self.at:
            raise Killed
        return done


@dataclass
class DoomedOutbox:
    """A store whose process dies."""

    store: OutboxStore
    doom: Doom

    async def unsettled(self) -> list[OutboxRow]:
        """As the store."""
        found: list[OutboxRow] = await self.doom.step(self.store.unsettled())
        return found

    async def save(self, row: OutboxRow) -> None:
        """As the store."""
        await self.doom.step(self.store.save(row))

    async def root_ts(self, root: str) -> str | None:
        """As the store."""
        found: str | None = await self.doom.step(self.store.root_ts(root))
        return found


@dataclass
class DoomedNotifier:
    """A notifier whose process dies."""

    notifier: Notifier
    doom: Doom
    name: str = "doomed"
    can_look_up: bool = True

    async def post(self, delivery: Delivery, thread: str | None) -> str:
        """As the notifier."""
        return str(await self.doom.step(self.notifier.post(delivery, thread)))

    async def edit(self, delivery: Delivery, ts: str) -> str:
        """As the notifier."""
        return str(await self.doom.step(self.notifier.edit(delivery, ts)))

    async def find(self, delivery: Delivery, thread: str | None, since: datetime) -> str | None:
        """As the notifier."""
        found: str | None = await self.doom.step(self.notifier.find(delivery, thread, since))
        return found

    async def check(self) -> str:
        """Who is told."""
        return await self.notifier.check()

    async def close(self) -> None:
        """As the notifier."""
        await self.notifier.close()
