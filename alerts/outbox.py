"""Telling exactly once: mark, send, settle, and after a crash or an unclear answer look before sending again.

A row is committed as SENDING before the notifier is called and as SENT with the message's id afterwards, so
whatever happens in between leaves a row that says "perhaps". Such a row waits out `acceptance_lag`, then the
notifier is asked for a message with the delivery's key, and only if there is none is it sent again. What to do next
is decided by `next_rows`, on plain data; `send_due` does it. Only one sender may run on a store at a time.
"""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from alerts.types import DeliveryError, DeliveryKind, DeliveryState, Notifier, OutboxRow

ACCEPTANCE_LAG: Final = timedelta(seconds=30)
"""How long after an unclear answer a message may still appear (DESIGN.md, delivery)."""
A_MESSAGE_A_SECOND: Final = timedelta(seconds=1)
"""Slack's pace for one channel (docs.slack.dev, rate limits)."""
BACKOFF_MOST: Final = timedelta(minutes=5)
"""The longest wait between tries while a notifier cannot be reached; they double up to here."""
BLOCKED_RETRY: Final = timedelta(minutes=10)
"""A refused channel may be mended from outside at any time: one row is tried this often, none is lost.
A new token comes with a restart, which `wake`s everything."""
CLOCKS_DIFFER: Final = timedelta(minutes=5)
"""How far our clock may be ahead of the notifier's: a look-up begins that much before the delivery was made."""
REFUSALS: Final = 2
"""After so many tries a refused row no longer holds back the others of its channel."""
NEVER: Final = datetime.max.replace(tzinfo=UTC)
"""When a row is due that is refused for what it says: no retry helps, `status` shows it."""

LATE: Final = {DeliveryKind.REPLY: timedelta(hours=1), DeliveryKind.DIGEST: timedelta(hours=12)}
"""How long after its decision a reply or a digest is still sent: after an outage one summary, not a storm."""

_ROOTS: Final = frozenset({DeliveryKind.POST, DeliveryKind.DIGEST})


class OutboxStore(Protocol):
    """Where outbox rows live. Each method is one committed transaction."""

    async def unsettled(self) -> list[OutboxRow]:
        """Every row that is PENDING, SENDING or BLOCKED, in the order in which they were put in."""
        ...

    async def save(self, row: OutboxRow) -> None:
        """Keep state, due, attempts, marked, ts and error of the row with that key; committed on return."""
        ...

    async def root_ts(self, root: str) -> str | None:
        """The id that the root message goes by: of its newest row of kind POST, DIGEST or UPDATE that is SENT."""
        ...


@dataclass(slots=True)
class Pace:
    """When each channel was last sent to; `interval` zero for a notifier that needs no pace. Memory only."""

    interval: timedelta = A_MESSAGE_A_SECOND
    last: dict[str, datetime] = field(default_factory=dict)

    def busy(self, now: datetime) -> frozenset[str]:
        """The channels that may not be sent to yet; a clock that went back frees them."""
        return frozenset(c for c, at in self.last.items() if timedelta() <= now - at < self.interval)


@dataclass(frozen=True, slots=True)
class Sent:
    """What one pass did: rows settled, and for people what is in the way and what is no more, by channel."""

    settled: tuple[OutboxRow, ...] = ()
    troubles: tuple[tuple[str, str], ...] = ()
    mended: tuple[str, ...] = ()


async def send_due(
    store: OutboxStore,
    notifier: Notifier,
    now: datetime,
    *,
    acceptance_lag: timedelta = ACCEPTANCE_LAG,
    pace: Pace | None = None,
    clock: Callable[[], datetime] | None = None,
) -> Sent:
    """Send what is due at `now`, at most one message a channel and `pace`; never raises for what a notifier did.

    Without `pace` everything that is due is sent. `clock` tells the time during the pass (a call may take
    seconds), UTC-aware; without one the pass takes no time. `Sent.troubles` holds each failure of this pass: whoever
    reports them says each text of a channel once, until the channel is in `mended`.
    """
    clock = clock or (lambda: now)
    pace = pace or Pace(timedelta())
    settled: list[OutboxRow] = []
    troubles: dict[str, str] = {}
    mended: dict[str, None] = {}
    while True:
        rows, changed = newest_edits(await store.unsettled())
        rows, late = outdated(rows, clock())
        for row in (*changed, *late):
            await store.save(row)
        chosen = next_rows(rows, clock(), acceptance_lag, pace.busy(clock()))
        for row in chosen:
            pace.last[row.delivery.channel] = clock()
            after = await _send(store, notifier, row, clock, acceptance_lag)
            if after.state is DeliveryState.SENT:
                settled.append(after)
                if row.error:
                    mended[row.delivery.channel] = None
            else:
                troubles[row.delivery.channel] = after.error
        if not chosen:
            return Sent(tuple(settled), tuple(troubles.items()), tuple(c for c in mended if c not in troubles))


async def wake(store: OutboxStore, now: datetime) -> None:
    """Try at once what waits because it failed, as after a start: the token or the network may have been mended."""
    for row in await store.unsettled():
        if row.error and row.state is not DeliveryState.SENDING and now < row.due < NEVER:
            await store.save(replace(row, due=now))


def newest_edits(rows: Iterable[OutboxRow]) -> tuple[list[OutboxRow], list[OutboxRow]]:
    """The rows with only the newest edit of each root, and what changed by that and is to be saved.

    An edit that may have been accepted already stays. The newest one takes over the earliest due time of those it
    replaces, so that a root that changes all the time is still redrawn, and their failures, so that it waits as long.
    """
    rows = list(rows)
    edits: dict[str, list[OutboxRow]] = {}
    for row in rows:
        if row.delivery.kind is DeliveryKind.UPDATE and row.marked is None:
            edits.setdefault(row.delivery.root, []).append(row)
    changed: dict[str, OutboxRow] = {}
    for *older, newest in edits.values():
        changed |= {row.delivery.key: replace(row, state=DeliveryState.SUPERSEDED) for row in older}
        heir = _heir(newest, [row for row in older if row.due != NEVER])
        if heir != newest:
            changed[newest.delivery.key] = heir
    now = [changed.get(row.delivery.key, row) for row in rows]
    return [row for row in now if row.state is not DeliveryState.SUPERSEDED], list(changed.values())


def _heir(newest: OutboxRow, older: Sequence[OutboxRow]) -> OutboxRow:
    due = min(row.due for row in (newest, *older))
    for row in older:
        if row.attempts:
            due = max(due, row.due)
            newest = replace(newest, state=row.state, attempts=max(newest.attempts, row.attempts), error=row.error)
    return replace(newest, due=due)


def outdated(rows: Iterable[OutboxRow], now: datetime) -> tuple[list[OutboxRow], list[OutboxRow]]:
    """The rows that are still worth sending, and those that came too late, as SUPERSEDED.

    After an outage the root messages say in their newest drawing what their replies would have said, and a digest
    of days ago is no digest. What may have been accepted already stays.
    """
    kept: list[OutboxRow] = []
    late: list[OutboxRow] = []
    for row in rows:
        until = LATE.get(row.delivery.kind)
        is_late = until is not None and row.state is DeliveryState.PENDING and now - row.delivery.at > until
        (late if is_late else kept).append(replace(row, state=DeliveryState.SUPERSEDED) if is_late else row)
    return kept, late


def next_rows(
    rows: Sequence[OutboxRow], now: datetime, acceptance_lag: timedelta, busy: AbstractSet[str] = frozenset()
) -> list[OutboxRow]:
    """The rows to take on now, one a channel, out of all unsettled ones in their order. Pure.

    A root goes before its edits and replies, and what belongs to one root goes in order. A row in doubt holds
    its root; one that failed for sure holds its whole channel until it is tried again, unless it was refused
    `REFUSALS` times: then the others are tried too, lest one message silence a channel.
    """
    chosen: list[OutboxRow] = []
    channels, roots = set(busy), set[str]()
    for row in rows:
        channel, root = row.delivery.channel, row.delivery.root
        if channel in channels or root in roots:
            continue
        if now >= _ready(row, acceptance_lag):
            chosen.append(row)
            channels.add(channel)
            continue
        if row.state is DeliveryState.SENDING or row.delivery.kind in _ROOTS:
            roots.add(root)
        failed = row.attempts > 0 and row.state is not DeliveryState.SENDING and row.due != NEVER
        if failed and (row.state is DeliveryState.PENDING or row.attempts < REFUSALS):
            channels.add(channel)
    return chosen


def _ready(row: OutboxRow, acceptance_lag: timedelta) -> datetime:
    """When a row may be taken on: one that was left in doubt by a crash waits from its mark."""
    if row.state is DeliveryState.SENDING and row.marked:
        return max(row.due, row.marked + acceptance_lag)
    return row.due


async def _send(
    store: OutboxStore, notifier: Notifier, row: OutboxRow, clock: Callable[[], datetime], acceptance_lag: timedelta
) -> OutboxRow:
    """Take one row as far as it goes now and save it; returns it as saved."""
    thread = None if row.delivery.kind in _ROOTS else await store.root_ts(row.delivery.root)
    after: OutboxRow | None
    if row.delivery.kind not in _ROOTS and thread is None:
        after = replace(row, state=DeliveryState.BLOCKED, due=NEVER, error="its root message was never delivered")
    else:
        after = await _look_up(notifier, row, thread, clock)
    if after is None:
        marked = replace(row, state=DeliveryState.SENDING, marked=clock(), attempts=row.attempts + 1)
        await store.save(marked)
        after = await _tell(notifier, marked, thread, clock, acceptance_lag)
    await store.save(after)
    return after


async def _look_up(
    notifier: Notifier, row: OutboxRow, thread: str | None, clock: Callable[[], datetime]
) -> OutboxRow | None:
    """The row as settled or still in doubt; None if it is known not to have been accepted."""
    if not (row.marked and notifier.can_look_up):
        return None
    in_thread = thread if row.delivery.kind is DeliveryKind.REPLY else None
    try:
        found = await notifier.find(row.delivery, in_thread, row.delivery.at - CLOCKS_DIFFER)
    except DeliveryError as error:
        return _failed(row, error, clock(), timedelta(), doubt=True)
    except Exception as error:  # noqa: BLE001  a fault in one notifier must not stop the deliveries of all
        return _failed(row, _unexpected(error), clock(), timedelta(), doubt=True)
    return replace(row, state=DeliveryState.SENT, ts=found, error="") if found else None


async def _tell(
    notifier: Notifier, row: OutboxRow, thread: str | None, clock: Callable[[], datetime], acceptance_lag: timedelta
) -> OutboxRow:
    """Post or redraw a marked row: settled, failed, or in doubt."""
    try:
        if row.delivery.kind is DeliveryKind.UPDATE and thread:
            ts = await notifier.edit(row.delivery, thread)
        else:
            ts = await notifier.post(row.delivery, thread)
    except DeliveryError as error:
        return _failed(row, error, clock(), acceptance_lag, doubt=error.ambiguous)
    except Exception as error:  # noqa: BLE001  what it did before its fault is unknown, so the row is in doubt
        return _failed(row, _unexpected(error), clock(), acceptance_lag, doubt=True)
    return replace(row, state=DeliveryState.SENT, ts=ts, error="")


def _failed(row: OutboxRow, error: DeliveryError, now: datetime, lag: timedelta, *, doubt: bool) -> OutboxRow:
    """The row after a failure. In doubt it keeps its mark, by which the next try looks before it sends."""
    marked = row.marked if doubt else None
    text = str(error)
    if error.permanent:
        due = NEVER if error.this_message and not doubt else now + BLOCKED_RETRY
        return replace(row, state=DeliveryState.BLOCKED, due=due, marked=marked, error=text)
    if error.retry_after is not None:
        wait = timedelta(seconds=error.retry_after)
    elif error.ambiguous and lag:
        wait = lag
    else:
        wait = min(timedelta(seconds=2.0 ** min(row.attempts, 30)), BACKOFF_MOST)
    state = DeliveryState.SENDING if doubt else DeliveryState.PENDING
    return replace(row, state=state, due=now + max(wait, A_MESSAGE_A_SECOND), marked=marked, error=text)


def _unexpected(error: Exception) -> DeliveryError:
    return DeliveryError(f"unexpected fault while sending: {error!r}", ambiguous=True)
