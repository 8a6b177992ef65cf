"""Talking to systemd: that the daemon is ready, alive, or about to stop (sd_notify(3), a datagram to a socket).

Without a service manager nothing is said and nobody minds.
"""

import socket
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

READY, STOPPING, ALIVE = "READY=1", "STOPPING=1", "WATCHDOG=1"


def tell(environment: Mapping[str, str], *lines: str) -> None:
    """Send assignments such as `READY=1` to who started us."""
    address = environment.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as connection:
        connection.connect(f"\0{address[1:]}" if address[0] == "@" else address)
        connection.sendall("\n".join(lines).encode())


def watchdog(environment: Mapping[str, str]) -> timedelta | None:
    """How often at least `ALIVE` is wanted: None where nobody watches. Half of it is a good interval."""
    usec = environment.get("WATCHDOG_USEC", "")
    return timedelta(microseconds=int(usec)) if usec.isascii() and usec.isdecimal() and int(usec) else None
