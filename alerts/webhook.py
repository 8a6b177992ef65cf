"""The generic webhook: every delivery as a JSON body that is signed, for programs of one's own.

The body is what `replay --json` prints, with the channel and whose thread it belongs to. Signed as Slack signs its own
requests (docs.slack.dev, verifying requests): `X-Aftershock-Signature: v1=` and the HMAC-SHA256, in hex, of
`v1:TIMESTAMP:BODY` by the shared secret, where the timestamp (seconds since 1970) is in `X-Aftershock-Timestamp`. A
receiver compares it in constant time and refuses old timestamps. After a lost answer a delivery comes again with the
same `key`; whoever takes each key once has no doubles.
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime

from alerts.hooks import TIMEOUT, Hook
from alerts.machine import as_json
from alerts.types import Delivery


class Webhook:
    """Posts deliveries to an address. Implements `alerts.types.Notifier`; a message's id is its key."""

    name = "webhook"
    can_look_up = False

    def __init__(
        self,
        url: str,
        secret: str,
        timeout: float = TIMEOUT,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Connect to nothing yet. Without a `secret` nothing is signed."""
        self._hook = Hook(url, "the webhook", timeout)
        self._secret = secret
        self._clock = clock

    async def post(self, delivery: Delivery, thread: str | None) -> str:
        """Send it; `thread` is the key of its root. Raises DeliveryError."""
        body = json.dumps({**as_json(delivery), "channel": delivery.channel, "thread": thread}, ensure_ascii=False)
        await self._hook.post(body.encode(), self._headers(body.encode()))
        return delivery.key

    async def edit(self, delivery: Delivery, ts: str) -> str:
        """Send the new drawing of message `ts`, of kind "update". Raises DeliveryError."""
        await self.post(delivery, ts)
        return ts

    async def find(self, delivery: Delivery, thread: str | None, since: datetime) -> str | None:  # noqa: ARG002  the protocol's signature
        """A webhook cannot be asked."""
        return None

    async def check(self) -> str:
        """What is possible."""
        signed = "signed" if self._secret else "not signed (set AFTERSHOCK_WEBHOOK_SECRET)"
        return f"JSON to {self._hook.host}, {signed}; after a lost answer a delivery may come twice, with the same key"

    async def close(self) -> None:
        """Close the connection."""
        await self._hook.close()

    def _headers(self, body: bytes) -> dict[str, str]:
        stamp = str(int(self._clock().timestamp()))
        found = {"Content-Type": "application/json", "X-Aftershock-Timestamp": stamp, "User-Agent": "Aftershock"}
        return {**found, "X-Aftershock-Signature": signature(self._secret, stamp, body)} if self._secret else found


def signature(secret: str, stamp: str, body: bytes) -> str:
    """The signature of a body sent at that time: what a receiver computes too, to compare."""
    signed = hmac.new(secret.encode(), f"v1:{stamp}:".encode() + body, hashlib.sha256)
    return f"v1={signed.hexdigest()}"
