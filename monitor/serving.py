"""Metrics and health over HTTP, on loopback unless told otherwise: `/metrics`, `/healthz`, `/readyz`.

Reads only, and nothing secret: a name and a reason for what is wrong. Whether the daemon is well is decided by who made
the server (`Health`), so that the service manager's watchdog, the container's check and a person get one answer.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import web

from monitor.metrics import CONTENT_TYPE, Metrics

log = structlog.get_logger("aftershock")

ADDRESS: Final = "AFTERSHOCK_HTTP"
"""The environment variable: `host:port`, or `off`."""
DEFAULT: Final = "127.0.0.1:9477"
OFF: Final = "off"
MOST_PORT: Final = 65535


class AddressError(Exception):
    """AFTERSHOCK_HTTP is no address; `args[0]` says what to write."""


@dataclass(frozen=True, slots=True)
class Health:
    """What is wrong now, by name; nothing is well. `alive`: would a restart help; `ready`: does it do its work."""

    alive: Callable[[], Mapping[str, str]]
    ready: Callable[[], Mapping[str, str]]


def address_of(environment: Mapping[str, str]) -> tuple[str, int] | None:
    """Where to listen; None for nowhere. Raises AddressError."""
    text = environment.get(ADDRESS, "").strip() or DEFAULT
    if text.lower() == OFF:
        return None
    host, _, port = text.rpartition(":")
    if not port.isascii() or not port.isdecimal() or int(port) > MOST_PORT:
        raise AddressError(f"{ADDRESS}: write host:port, such as {DEFAULT}, or {OFF}; not {text}")
    return host.strip("[]") or "127.0.0.1", int(port)


class Server:
    """The HTTP server. Raises OSError from `start` where the address is taken."""

    def __init__(self, metrics: Metrics, health: Health) -> None:
        """Listen nowhere yet."""
        app = web.Application()
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/healthz", self._alive)
        app.router.add_get("/readyz", self._ready)
        self._metrics_of = metrics
        self._health = health
        self._runner = web.AppRunner(app, access_log=None)

    async def start(self, host: str, port: int) -> int:
        """Listen there; the port, which port 0 leaves to the system."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Listen no more."""
        await self._runner.cleanup()

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=self._metrics_of.text(), headers={"Content-Type": CONTENT_TYPE})

    async def _alive(self, _: web.Request) -> web.Response:
        return _answer(self._health.alive())

    async def _ready(self, _: web.Request) -> web.Response:
        return _answer(self._health.ready())


def _answer(wrong: Mapping[str, str]) -> web.Response:
    status = HTTPStatus.SERVICE_UNAVAILABLE if wrong else HTTPStatus.OK
    return web.json_response({"ok": not wrong, "wrong": dict(wrong)}, status=status)


@asynccontextmanager
async def served(metrics: Metrics, health: Health, environment: Mapping[str, str]) -> AsyncIterator[None]:
    """Listen for as long as it is entered; where the address is taken, go on without and say so.

    Raises AddressError.
    """
    where = address_of(environment)
    if where is None:
        yield
        return
    server = Server(metrics, health)
    try:
        port = await server.start(*where)
        log.info("metrics and health at", url=f"http://{where[0]}:{port}/metrics")
    except OSError as error:
        log.warning("no metrics and health over HTTP", why=str(error))
    try:
        yield
    finally:
        await server.stop()
