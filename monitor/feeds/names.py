"""Looks up host names in threads of its own, each within a time limit.

The system's look-up cannot be cancelled: where no name server answers, it holds its thread for many seconds. In the
event loop's own threads a hundred feeds would leave none for anything else.
"""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from aiohttp.abc import AbstractResolver, ResolveResult

_GIVEN_AS_NUMBERS = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
_WITH_SCOPE = 4
"""Length of an IPv6 socket address; its last part is the interface of a link-local one, which no feed lives on."""


class SystemNames(AbstractResolver):
    """The system's name service, for aiohttp."""

    def __init__(self, threads: int, timeout: float) -> None:
        """At most `threads` look-ups at a time, each waited for at most `timeout` seconds."""
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="names")
        self._timeout = timeout

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """All addresses of `host`. Raises socket.gaierror, EAI_AGAIN also where no answer comes in time."""
        look_up = partial(socket.getaddrinfo, host, port, family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
        try:
            async with asyncio.timeout(self._timeout):
                found = await asyncio.get_running_loop().run_in_executor(self._threads, look_up)
        except TimeoutError as error:
            raise socket.gaierror(socket.EAI_AGAIN, "no answer from a name server") from error
        return [
            ResolveResult(
                hostname=host, host=str(place[0]), port=int(place[1]), family=kind, proto=proto, flags=_GIVEN_AS_NUMBERS
            )
            for kind, _, proto, _, place in found
            if len(place) < _WITH_SCOPE or not place[-1]
        ]

    async def close(self) -> None:
        """Let go of the threads; those that still wait for an answer end with it."""
        self._threads.shutdown(wait=False, cancel_futures=True)
