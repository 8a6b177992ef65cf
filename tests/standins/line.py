"""A cable to a server on loopback that can be cut and mended: while it is cut, connections are refused."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

CHUNK = 65536


class Line:
    """Forwards a port of its own to the server at `url`; begins cut. A context manager."""

    def __init__(self, url: str) -> None:
        """Take a free port, and refuse connections to it until `mend`."""
        there = urlsplit(url)
        self._to = (there.hostname or "", there.port or 80)
        self._path = there.path
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self._port = probe.getsockname()[1]
        self._listening: socket.socket | None = None
        self._open: list[socket.socket] = []

    @property
    def url(self) -> str:
        """The address on this side."""
        return f"http://127.0.0.1:{self._port}{self._path}"

    @property
    def place(self) -> str:
        """Host and port on this side."""
        return f"127.0.0.1:{self._port}"

    def mend(self) -> None:
        """Let connections through."""
        self._listening = socket.create_server(("127.0.0.1", self._port))
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def cut(self) -> None:
        """Refuse new connections and break those there are."""
        listening, self._listening = self._listening, None
        broken, self._open = self._open, []
        for one in ([listening] if listening else []) + broken:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def __enter__(self) -> Self:
        """Nothing more to do: it begins cut."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cut it for good."""
        self.cut()

    def _accept(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listening.accept()
                far = socket.create_connection(self._to)
                self._open += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=_pump, args=(one, other), daemon=True).start()


def _pump(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := one.recv(CHUNK):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
