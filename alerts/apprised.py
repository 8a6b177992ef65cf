"""Everything else: mail, Teams, Telegram, ntfy and a hundred more services, by Apprise's addresses.

An optional extra (`pip install aftershock[apprise]`). These services only take new messages: edits are left out, and a
reply is a message of its own that repeats what its root says. A service that took a message does not get it again when
another one failed.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from apprise import Apprise, NotifyFormat

from alerts.heads import Heads
from alerts.types import Delivery, DeliveryError, DeliveryKind
from alerts.words import clean, count

_KEPT: Final = 1000
"""Deliveries of which it is remembered who took them."""


class Apprised:
    """Sends to services by Apprise's addresses. Implements `alerts.types.Notifier`; a message's id is its key."""

    name = "apprise"
    can_look_up = False

    def __init__(self, urls: Sequence[str]) -> None:
        """Take the addresses. Raises DeliveryError for one that Apprise does not know, told without its secrets."""
        self._services: list[Apprise] = []
        self._taken: dict[str, set[int]] = {}
        self._heads = Heads()
        for number, url in enumerate(urls, start=1):
            service = Apprise()
            if not service.add(url):
                scheme = url.partition("://")[0] if "://" in url else "no scheme"
                raise DeliveryError(f"Apprise does not know address {number} ({clean(scheme)})", permanent=True)
            self._services.append(service)

    async def post(self, delivery: Delivery, thread: str | None) -> str:  # noqa: ARG002  these know no threads
        """Send it to all that have not taken it yet. Raises DeliveryError."""
        title, _, body = delivery.text.partition("\n")
        if over := self._heads.over(delivery):
            body = f"{over}\n{body}"
        taken = self._taken.setdefault(delivery.key, set())
        missing = [n for n in range(len(self._services)) if n not in taken]
        sent = await asyncio.gather(*(self._send(self._services[n], title, body.strip()) for n in missing))
        taken |= {n for n, done in zip(missing, sent, strict=True) if done}
        if len(taken) < len(self._services):
            left = [self._services[n][0].service_name for n in range(len(self._services)) if n not in taken]
            raise DeliveryError(f"{count(len(left), 'service')} did not take it: {', '.join(map(str, left))}")
        while len(self._taken) > _KEPT:
            del self._taken[next(iter(self._taken))]
        return delivery.key

    async def _send(self, service: Apprise, title: str, body: str) -> bool:
        return bool(await service.async_notify(body=body or title, title=title, body_format=NotifyFormat.TEXT))

    async def edit(self, delivery: Delivery, ts: str) -> str:
        """Nothing is sent: what was sent stands."""
        assert delivery.kind is DeliveryKind.UPDATE  # noqa: S101  the outbox edits with nothing else
        self._heads.remember(delivery)
        return ts

    async def find(self, delivery: Delivery, thread: str | None, since: datetime) -> str | None:  # noqa: ARG002  the protocol's signature
        """These services cannot be asked."""
        return None

    async def check(self) -> str:
        """Who is told."""
        names = ", ".join(str(service[0].service_name) for service in self._services)
        return f"{names}; messages are not redrawn, and one may come twice after a lost answer"

    async def close(self) -> None:
        """Nothing to let go of."""
