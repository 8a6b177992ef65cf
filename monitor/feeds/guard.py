"""Which addresses feeds may live on: the open internet, and what the settings list. Pure but for making a socket.

The check sits where a connection is made, on the address that the name was resolved to: a check of the name, or of an
earlier resolution, can be told one thing and get another (DNS rebinding, redirects, decimal forms, v4 in v6).
"""

import errno
import socket
from collections.abc import Callable, Collection
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

NAT64 = IPv6Network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are an IPv4 address, which is where the packets go."""

LATE = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv6Network("3fff::/20"),
    IPv6Network("::ffff:0:0:0/96"),
)
"""Special by IANA's registries or, the last one, by RFC 2765, but not by the lists of every Python from 3.11 on."""

AddressInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[object, ...]]


class AddressRefusedError(OSError):
    """Nothing was sent: the name leads to an address that feeds may not live on."""

    def __init__(self, address: str, port: int) -> None:
        """Say which, and how to allow it."""
        place = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        super().__init__(
            errno.EACCES,
            f"refused: {address} is not a public address; if it is meant, list {place} "
            "under network: allow: in aftershock.yaml",
        )


def is_public(address: str) -> bool:
    """Whether packets to `address` (IPv4 or IPv6, in the form a resolver gives) leave for the open internet."""
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if inner := _inside(ip):
            return is_public(str(inner))
        if ip.is_reserved or ip.is_site_local:
            return False
    special = ip.is_multicast or ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_reserved
    return ip.is_global and not special and not any(ip in network for network in LATE)


def _inside(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address is another form of: v4-mapped, 6to4, NAT64."""
    if ip in NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


def is_allowed(host: str, port: int | None, allow: Collection[str]) -> bool:
    """Whether the settings list `host`, alone or with its port. A name is listed for all it may resolve to."""
    name = host.lower().rstrip(".").strip("[]")
    listed = {entry.lower() for entry in allow}
    return not listed.isdisjoint({name, f"[{name}]", f"{name}:{port}", f"[{name}]:{port}"})


def guarded_sockets(allow: Callable[[], Collection[str]]) -> Callable[[AddressInfo], socket.socket]:
    """What aiohttp makes its sockets with: one for an address that may be asked, else AddressRefusedError."""
    return partial(_socket, allow)


def _socket(allow: Callable[[], Collection[str]], info: AddressInfo) -> socket.socket:
    family, kind, protocol, _, (host, port, *_) = info
    if not is_public(str(host)) and not is_allowed(str(host), int(str(port)), allow()):
        raise AddressRefusedError(str(host), int(str(port)))
    return socket.socket(family, kind, protocol)
