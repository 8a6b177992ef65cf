"""What people can ask of a running or resting Aftershock, whether in the terminal or, later, in Slack."""

from datetime import datetime
from pathlib import Path

from rich.table import Table

from alerts.types import Delivery, DeliveryError, DeliveryKind, Notifier
from config.types import Config
from monitor.store.store import Store


async def status_of(config: Config, database: Path, now: datetime) -> list[Table | str]:
    """Tables on feeds, what is stored and waiting, and what could not be reached when it was last tried."""
    store = Store(database)
    try:
        states, counts, waiting, troubles = await store.transact(
            lambda tx: (tx.feed_states(), tx.counts(), tx.outbox_counts(), tx.notices())
        )
    finally:
        store.close()
    feeds = Table(title="Feeds", title_justify="left")
    for heading in ("feed", "last read", "next poll", "failures", "last error"):
        feeds.add_column(heading, overflow="fold")
    for feed in config.feeds:
        state = states.get(feed.id)
        if state is None:
            feeds.add_row(feed.id, "never", "when it runs", "", "")
            continue
        feeds.add_row(
            feed.id,
            _ago(state.last_success, now),
            _ahead(state.next_poll, now),
            str(state.failures or ""),
            state.error,
        )
    stored = Table(title="Stored and sent", title_justify="left", show_header=False)
    for name, count in {**counts, **{f"deliveries {state}": n for state, n in sorted(waiting.items())}}.items():
        stored.add_row(name, str(count))
    if not troubles:
        return [feeds, stored, "No trouble known."]
    trouble = Table(title="In trouble", title_justify="left", show_header=False)
    for text in troubles.values():
        trouble.add_row(text)
    return [feeds, stored, trouble]


def _ago(moment: datetime | None, now: datetime) -> str:
    return "never" if moment is None else f"{_span((now - moment).total_seconds())} ago"


def _ahead(moment: datetime, now: datetime) -> str:
    seconds = (moment - now).total_seconds()
    return "due" if seconds <= 0 else f"in {_span(seconds)}"


def _span(seconds: float) -> str:
    minute, hour, day = 60, 3600, 86400
    for size, name in ((day, "d"), (hour, "h"), (minute, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} s"


async def send_test(config: Config, notifier: Notifier, now: datetime) -> list[str]:
    """Send a test message to each channel; one line a channel on how it went. Raises the last DeliveryError."""
    lines = []
    try:
        for channel in sorted({w.channel for w in config.watchlists}):
            text = f"Aftershock can reach {channel}. Alerts of its watchlists will come here."
            key = f"{channel}/test/{now.isoformat()}"
            block = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
            try:
                await notifier.post(Delivery(key, DeliveryKind.POST, channel, key, now, text, (block,)), None)
                lines.append(f"{channel}: sent by {notifier.name}")
            except DeliveryError as error:
                lines.append(f"{channel}: {error}")
    finally:
        await notifier.close()
    return lines
