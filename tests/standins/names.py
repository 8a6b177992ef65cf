"""A name server of the test's own."""

import socket
from collections.abc import Mapping

from aiohttp.abc import AbstractResolver, ResolveResult


class Names(AbstractResolver):
    """A name server that gives each name these addresses."""

    def __init__(self, hosts: Mapping[str, str] | None = None, **addresses: str) -> None:
        """Addresses by a name's first label."""
        self.addresses = {**(hosts or {}), **addresses}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The one address, in the form aiohttp wants."""
        address = self.addresses[host.partition(".")[0]]
        kind = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing is held."""
