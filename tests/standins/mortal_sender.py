"""The sender alone, as a program whose children can be killed: it brings an outbox on disk to its end and exits."""

import asyncio
from pathlib import Path
from typing import Any

from alerts.outbox import send_due
from alerts.slack import Slack
from alerts.types import Delivery
from monitor.store.outbox import StoredOutbox
from monitor.store.store import Store
from monitor.store.tables import dump, load
from standins.mortal import serve, shifted
from standins.outbox import delivery


async def drain(run: dict[str, Any]) -> None:
    """Send all there is in the database, on a clock that is `shift` seconds on."""
    clock = shifted(run["shift"])
    store, slack = Store(Path(run["database"])), Slack(run["token"], run["url"], timeout=5)
    outbox = StoredOutbox(store)
    while await outbox.unsettled():
        await send_due(outbox, slack, clock(), clock=clock)
        await asyncio.sleep(0)
    await slack.close()
    store.close()


if __name__ == "__main__":
    load(Delivery, dump(delivery("loaded")))  # what pydantic builds at first use, it builds once
    serve(drain)
