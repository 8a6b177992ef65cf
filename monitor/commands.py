"""What people can ask of a running or resting Aftershock, whether in the terminal or, later, in Slack."""

import asyncio
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from rich.table import Table

from alerts.types import Delivery, DeliveryError, DeliveryKind, Notifier
from alerts.words import count, literal
from config.types import Config
from config.units import as_size
from monitor.health import ALL_FEEDS, FEED
from monitor.market.sessions import Calendars
from monitor.obeying import muted
from monitor.replay import find_day, read_day
from monitor.spans import ago, ahead
from monitor.store.store import Store
from monitor.store.tx import Tx
from monitor.types import FeedState, History
from monitor.upkeep import AWAKE, TICK

SILENT = 4 * TICK
"""A daemon without a sign for longer does not run."""
NAMED = 6
"""Feeds with the same error that are named in `status`; the others are counted."""
LONGEST = 1000
"""Characters of what a test message says a channel is for."""


async def status_of(config: Config, database: Path, now: datetime) -> list[Table | str]:
    """What the daemon knows, to print: whether it runs, feeds, what is stored and sent, what could not be reached.

    Raises StoreError.
    """
    store = Store(database, reading=True)
    try:
        states, counts, waiting, troubles, mutes, awake = await store.transact(
            lambda tx: (
                tx.feed_states(),
                tx.counts(),
                tx.outbox_counts(),
                tx.notices(),
                tx.mutes(now),
                tx.marked(AWAKE),
            )
        )
    finally:
        store.close()
    known = [states[feed.id] for feed in config.feeds if feed.id in states]
    newest = max((s.last_success for s in known if s.last_success), default=None)
    read = f"{sum(s.known for s in known)} read so far, the newest {ago(newest, now)}"
    failing: dict[str, list[FeedState]] = {}
    for state in known:
        if state.error:
            failing.setdefault(state.error, []).append(state)
    number = sum(map(len, failing.values()))
    shown: list[Table | str] = [_running(awake, now), f"Feeds: {len(config.feeds)} followed, {read}, {number} failing."]
    if failing:
        table = Table(title="Failing feeds", title_justify="left")
        for heading in ("error", "feeds", "next try"):
            table.add_column(heading, overflow="fold")
        for error, states_of in sorted(failing.items(), key=lambda f: (-len(f[1]), f[0])):
            names = [state.feed for state in states_of]
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            soonest = min(state.next_poll for state in states_of)
            table.add_row(error, ", ".join(names[:NAMED]) + more, ahead(soonest, now))
        shown.append(table)
    sent = ", ".join(f"{number} {state}" for state, number in sorted(waiting.items())) or "none yet"
    stored = ", ".join(count(number, name.removesuffix("s"), name) for name, number in counts.items())
    shown += [f"Stored: {stored}; {_room(database)}.", f"Deliveries: {sent}."]
    shown += [f"Muted: {muted(mute)}." for mute in mutes]
    others = [f"In trouble: {text}" for key, text in troubles.items() if not key.startswith(FEED) or key == ALL_FEEDS]
    return [*shown, *others] if others or failing else [*shown, "No trouble known."]


def _running(awake: tuple[datetime, Any] | None, now: datetime) -> str:
    """Whether the daemon runs, by its last sign of being awake."""
    if awake is None:
        return "The daemon has not run on this database yet."
    at, since = awake
    started = (since or {}).get("started")
    if now - at < SILENT and started:
        return f"The daemon is running, started {ago(datetime.fromisoformat(started), now)}."
    return f"The daemon is not running, or stuck: it was last awake {ago(at, now)}."


def _room(database: Path) -> str:
    """How large the database is, and how much room is left beside it."""
    size, free = database.stat().st_size, shutil.disk_usage(database.parent).free
    return f"{size / 2**20:,.1f} MB, {as_size(free)} free"


async def send_test(config: Config, notifier: Notifier, now: datetime) -> list[tuple[bool, str]]:
    """Send a test message to each channel of the configuration: whether it went, and one line on how."""
    lines = []
    try:
        for channel, what in config.channels.items():
            text = f"Aftershock can reach {channel}. It tells here: {literal(', '.join(what), LONGEST)}."
            key = f"{channel}/test/{now.isoformat()}"
            block = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
            try:
                await notifier.post(Delivery(key, DeliveryKind.POST, channel, key, now, text, (block,)), None)
                lines.append((True, f"{channel}: sent by {notifier.name}"))
            except DeliveryError as error:
                lines.append((False, f"{channel}: {error}"))
    finally:
        await notifier.close()
    return lines


def bars_of(source: str, database: Path) -> tuple[Mapping[str, History], int | None, str]:
    """Daily bars to look for relations in, how many days of them (None: all), and where they are from, in words.

    `source` is a number of days of what the daemon has kept, "" for all of them, or a recorded day. Raises ReplayError,
    RecordingError or StoreError.
    """
    if source and not source.isdigit():
        day = read_day(find_day(source), Calendars())
        end = datetime.combine(day.date, time.max, UTC) + timedelta(days=1)
        answer = asyncio.run(day.prices.history(day.prices.symbols, end))
        return answer.found, None, f"the bars recorded with {source}"
    if not database.is_file():
        return {}, None, ""
    store = Store(database)
    try:
        histories = asyncio.run(store.transact(Tx.histories))
    finally:
        store.close()
    days = int(source) if source else None
    return histories, days, f"the daemon's daily bars{f', the last {days} days' if days else ''}"
