"""Slack by an incoming webhook alone: for workspaces in which no app with a bot may be installed.

Such a hook can only post, into the one channel it was made for. So replies are messages of their own under a line that
says what their root does, edits are left out (the digest shows the day's end), and after a lost answer a message may
come twice.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from alerts.blocks import BLOCKS_LIMIT, context
from alerts.heads import Heads
from alerts.hooks import TIMEOUT, Hook
from alerts.types import Delivery, DeliveryError, DeliveryKind
from alerts.words import cut, escape

TEXT_LIMIT: Final = 4000
_BLOCKS_REFUSED: Final = ("invalid_blocks", "msg_blocks_too_long")


class SlackHook:
    """Posts to an incoming webhook of Slack. Implements `alerts.types.Notifier`; a message's id is its key."""

    name = "slack webhook"
    can_look_up = False

    def __init__(self, url: str, timeout: float = TIMEOUT) -> None:
        """Connect to nothing yet."""
        self._hook = Hook(url, "Slack's webhook", timeout)
        self._heads = Heads()

    async def post(self, delivery: Delivery, thread: str | None) -> str:  # noqa: ARG002  a hook knows no threads
        """Post it; where Slack refuses its blocks, the text alone, as a message that stays stuck helps nobody.

        Raises DeliveryError.
        """
        blocks = [block for block in delivery.blocks if block["type"] != "actions"]
        text = delivery.text
        if over := self._heads.over(delivery):
            blocks, text = [context([over]), *blocks][:BLOCKS_LIMIT], f"{over}\n{text}"
        text = escape(cut(text, TEXT_LIMIT))
        body = {"text": text, "unfurl_links": False, "unfurl_media": False}
        try:
            await self._send({**body, **({"blocks": blocks} if blocks else {})})
        except DeliveryError as error:
            if not (blocks and error.permanent and any(code in str(error) for code in _BLOCKS_REFUSED)):
                raise
            await self._send(body)
        return delivery.key

    async def _send(self, body: Mapping[str, Any]) -> None:
        await self._hook.post(json.dumps(body).encode(), {"Content-Type": "application/json"})

    async def edit(self, delivery: Delivery, ts: str) -> str:
        """Nothing is sent: what was posted stands. A root that could not be drawn before is not drawn now either."""
        assert delivery.kind is DeliveryKind.UPDATE  # noqa: S101  the outbox edits with nothing else
        self._heads.remember(delivery)
        return ts

    async def find(self, delivery: Delivery, thread: str | None, since: datetime) -> str | None:  # noqa: ARG002  the protocol's signature
        """A webhook cannot be asked."""
        return None

    async def check(self) -> str:
        """What is possible, and what is not."""
        return (
            "an incoming webhook: it posts into the one channel it was made for, whatever channel a watchlist names; "
            "messages are not redrawn, have no threads, pictures or buttons, and one may come twice after a lost "
            "answer. With SLACK_BOT_TOKEN all of it works: `aftershock slack manifest`"
        )

    async def close(self) -> None:
        """Close the connection."""
        await self._hook.close()
