"""Telling the operator: in the log, in the operator's channel, and straight to the notifier where nothing can be kept.

A trouble is told when it begins and when it ends, over restarts too: the store remembers which were told. Where the
store itself is the trouble (a full disk, a damaged file), memory does, and the message goes past the outbox.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final, Protocol

import structlog

from alerts.types import Delivery, DeliveryError, Notifier
from monitor.health import Changes, changes
from monitor.operator import note
from monitor.store.store import Store
from monitor.store.tx import Tx

log = structlog.get_logger("aftershock")

STRAIGHT_DEADLINE: Final = 20.0
"""Seconds for a message past the outbox: whoever reads it must know within a minute."""
AGAIN: Final = 3
"""Tries of such a message; after them the log has to do."""


class Wording(Protocol):
    """Makes messages of what began and ended."""

    def __call__(
        self, begun: Mapping[str, str], ended: Mapping[str, str], channel: str, now: datetime
    ) -> list[Delivery]:
        """The messages for the operator's channel."""
        ...


class Notices:
    """The operator's ear. `channel` is asked each time, as the configuration may change."""

    def __init__(
        self, store: Store, notifier: Notifier, clock: Callable[[], datetime], channel: Callable[[], str]
    ) -> None:
        """Nothing was told yet by this process."""
        self._store = store
        self._notifier = notifier
        self._clock = clock
        self._channel = channel
        self._straight: dict[str, str] = {}

    async def tell(
        self,
        troubles: Mapping[str, str],
        looked_at: set[str],
        event: str = "cannot reach",
        wording: Wording | None = None,
        *,
        logged: bool = True,
    ) -> Changes:
        """Tell troubles that began and those that ended, of the keys `looked_at`. Raises StoreError.

        In the log, as `event`, unless not `logged`; with a `wording`, in the operator's channel too.
        """
        if not troubles and not looked_at:
            return Changes({}, {})
        now, channel = self._clock(), self._channel()

        def work(tx: Tx) -> Changes:
            found = changes(tx.notices(), troubles, looked_at)
            tx.set_notices(found.begun, found.ended, now)
            for delivery in wording(found.begun, found.ended, channel, now) if wording else ():
                tx.enqueue(delivery, now)
            return found

        found = await self._store.transact(work)
        if logged:
            for text in found.begun.values():
                log.warning(event, what=text)
            for text in found.ended.values():
                log.info("works again", what=text.partition(":")[0])
        return found

    async def straight(self, key: str, text: str) -> None:
        """Tell, past the outbox, a trouble that keeps the outbox from working: once, however often it is met."""
        if key in self._straight:
            return
        self._straight[key] = text
        await self._post(key, f"Trouble: {text}")

    async def straight_over(self, key: str) -> None:
        """It is over, if it was told."""
        if text := self._straight.pop(key, None):
            await self._post(f"{key} over", f"Over: {text}")

    async def _post(self, key: str, text: str) -> None:
        now, channel = self._clock(), self._channel()
        await _past_the_outbox(
            self._notifier, note(f"{channel}/straight/{key}/{now.isoformat()}", [text], channel, now)
        )


async def cannot_start(notifier: Notifier, channel: str, why: str, now: datetime) -> None:
    """Tell that the daemon cannot start: once a day and reason, however often a service manager tries again.

    Nothing can be remembered here but by the notifier itself; one that cannot look a message up is told each time.
    """
    reason = blake2b(why.encode(), digest_size=6).hexdigest()
    text = f"Trouble: Aftershock cannot start, and is tried again: {why}"
    delivery = note(f"{channel}/straight/start/{now.date().isoformat()}/{reason}", [text], channel, now)
    try:
        async with asyncio.timeout(STRAIGHT_DEADLINE):
            known = notifier.can_look_up and await notifier.find(delivery, None, now - timedelta(days=1))
    except (DeliveryError, TimeoutError, OSError):
        known = False
    if not known:
        await _past_the_outbox(notifier, delivery)


async def _past_the_outbox(notifier: Notifier, delivery: Delivery) -> None:
    """Post at once, some times if need be. What may have been accepted is not posted again: once is enough to know."""
    for attempt in range(AGAIN):
        try:
            async with asyncio.timeout(STRAIGHT_DEADLINE):
                await notifier.post(delivery, None)
        except (DeliveryError, TimeoutError, OSError) as error:
            over = isinstance(error, DeliveryError) and (error.permanent or error.ambiguous)
            if over or attempt == AGAIN - 1:
                log.warning("the operator cannot be told past the outbox", what=delivery.text, why=str(error))
                return
            await asyncio.sleep(2.0**attempt)
        else:
            return
