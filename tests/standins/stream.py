"""A stand-in for Yahoo's stream: a real WebSocket server on the loopback address, speaking its protocol buffer."""

import asyncio
import json
from base64 import b64encode
from datetime import datetime
from types import TracebackType
from typing import Self

from websockets.asyncio.server import Server, ServerConnection, serve
from yfinance.pricing_pb2 import PricingData


def pricing(symbol: str, price: float, moment: datetime, currency: str = "USD", volume: int = 0) -> str:
    """A message as Yahoo sends it."""
    data = PricingData(
        id=symbol, price=price, time=int(moment.timestamp() * 1000), currency=currency, day_volume=volume
    )
    return json.dumps({"type": "pricing", "message": b64encode(data.SerializeToString()).decode()})


class StreamStandIn:
    """The server; `async with StreamStandIn() as stream:` runs it at `stream.url`."""

    def __init__(self) -> None:
        """Nobody is there yet."""
        self.subscriptions: list[list[str]] = []
        self.connections = 0
        self._open: set[ServerConnection] = set()
        self._server: Server | None = None
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        """Start serving."""
        self._server = await serve(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._server
        return f"ws://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/?version=2"

    async def send(self, *messages: str) -> None:
        """To everybody who is connected."""
        for connection in list(self._open):
            for message in messages:
                await connection.send(message)

    async def drop(self) -> None:
        """Close all connections cleanly, which yfinance's own client answers by spinning."""
        for connection in list(self._open):
            await connection.close()

    async def subscribed(self, count: int) -> None:
        """Wait until so many subscriptions came."""
        async with self._changed, asyncio.timeout(20):
            await self._changed.wait_for(lambda: len(self.subscriptions) >= count)

    async def _serve(self, connection: ServerConnection) -> None:
        self.connections += 1
        self._open.add(connection)
        try:
            async for message in connection:
                async with self._changed:
                    self.subscriptions.append(json.loads(message)["subscribe"])
                    self._changed.notify_all()
        finally:
            self._open.discard(connection)
