"""Slack's side of Socket Mode: a real websocket server that sends buttons and slash commands to whoever listens.

It knows the envelopes' form, waits for each acknowledgement, and can cut or replace connections as Slack does several
times a day. It runs in the event loop of the test.
"""

import asyncio
import itertools
import json
from types import TracebackType
from typing import Any, Self

from websockets.asyncio.server import Server, ServerConnection, serve

from standins.slack import SlackServer

DEADLINE = 10.0


class SocketServer:
    """The websocket server; an async context manager. `SlackServer.socket_url` is set to its address."""

    def __init__(self, slack: SlackServer) -> None:
        """Speak for that workspace."""
        self.slack = slack
        self.connections: list[ServerConnection] = []
        self.opened = 0
        self.acknowledged: dict[str, dict[str, Any]] = {}
        self._server: Server | None = None
        self._ids = itertools.count(1)
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        """Listen."""
        self._server = await serve(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.slack.socket_url = f"ws://127.0.0.1:{port}/link"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, connection: ServerConnection) -> None:
        self.connections.append(connection)
        async with self._changed:
            self.opened += 1
            self._changed.notify_all()
        await connection.send(json.dumps({"type": "hello", "num_connections": len(self.connections)}))
        try:
            async for raw in connection:
                answer = json.loads(raw)
                async with self._changed:
                    self.acknowledged[answer["envelope_id"]] = answer
                    self._changed.notify_all()
        finally:
            self.connections.remove(connection)

    async def connected(self, times: int = 1) -> None:
        """Wait until so many connections have been opened in all, and one is there."""
        async with asyncio.timeout(DEADLINE), self._changed:
            await self._changed.wait_for(lambda: self.opened >= times and bool(self.connections))

    async def send(self, kind: str, payload: dict[str, Any], envelope: str = "") -> str:
        """Send a request over the newest connection and wait for its acknowledgement; its envelope's id."""
        envelope = envelope or f"e{next(self._ids)}"
        message = {"type": kind, "envelope_id": envelope, "payload": payload, "accepts_response_payload": False}
        self.acknowledged.pop(envelope, None)
        await self.connections[-1].send(json.dumps(message))
        async with asyncio.timeout(DEADLINE), self._changed:
            await self._changed.wait_for(lambda: envelope in self.acknowledged)
        return envelope

    async def slash(self, text: str, channel: str = "ai", envelope: str = "", place: str = "C000000001") -> str:
        """`/aftershock text`, typed by ana. Slack names every private channel "privategroup"."""
        name = f"{next(self._ids)}"
        payload = {
            "command": "/aftershock", "text": text, "user_id": "U0123ABCD", "user_name": "ana",
            "channel_id": place, "channel_name": channel,
            "response_url": self.slack.url.replace("/api/", f"/respond/{name}"),
        }  # fmt: skip
        await self.send("slash_commands", payload, envelope)
        return name

    async def press(self, message: Any, action: str, option: str = "") -> str:  # noqa: ANN401  the workspace's message
        """A button under a message of the workspace, or an entry of its menu, chosen by ana."""
        name = f"{next(self._ids)}"
        elements = [e for block in message.blocks if block["type"] == "actions" for e in block["elements"]]
        element = next(e for e in elements if e["action_id"] == action)
        acted: dict[str, Any] = {"action_id": action, "type": element["type"]}
        if element["type"] == "button":
            acted["value"] = element["value"]
        else:
            options = [o for group in element["option_groups"] for o in group["options"]]
            acted["selected_option"] = next(o for o in options if o["text"]["text"] == option)
        payload = {
            "type": "block_actions", "user": {"id": "U0123ABCD", "username": "ana", "name": "ana"},
            "channel": {"id": "C000000001", "name": "ai"}, "actions": [acted],
            "message": {"ts": message.ts, "blocks": message.blocks},
            "response_url": self.slack.url.replace("/api/", f"/respond/{name}"),
        }  # fmt: skip
        await self.send("interactive", payload)
        return name

    async def drop(self) -> None:
        """Break every connection, without a word."""
        for connection in list(self.connections):
            connection.transport.abort()

    async def refresh(self) -> None:
        """Ask the client to connect anew, as Slack does before it moves a connection."""
        await self.connections[-1].send(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))
