"""A real HTTP server on loopback that answers as scripted and remembers what it was asked.

It runs in threads of the test's own process, so a test can change a feed while a daemon in another process polls it.
Nothing in it sleeps: delays end when the server stops.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from xml.sax.saxutils import escape


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sent; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back.

    `delay` is seconds before the first byte, `trickle` seconds between the bytes of the body, `length` the
    Content-Length to claim instead of the true one. `raw` is sent instead of everything else, byte for byte, and the
    connection closed.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    trickle: float = 0.0
    length: int | None = None
    raw: bytes | None = None


Scripted = Answer | Callable[[Request], Answer]

NOT_FOUND = Answer(404, b"no such page")


class Web:
    """The server: `with Web() as web: web.serve("/feed", Answer(body=...))`. Unscripted paths are 404."""

    def __init__(self) -> None:
        """Take a free port of 127.0.0.1."""
        self._scripts: dict[str, list[Scripted]] = {}
        self._asked: list[Request] = []
        self._news = threading.Condition()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def place(self) -> str:
        """`127.0.0.1:port`, as the settings' `allow` wants it."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def connections(self) -> int:
        """How many connections were ever made."""
        return self._server.accepted

    def url(self, path: str = "/") -> str:
        """The address of `path` on this server."""
        return f"http://{self.place}{path}"

    def serve(self, path: str, *answers: Scripted) -> str:
        """Answer requests for `path` with `answers` in turn, then for ever with the last; return the address."""
        with self._news:
            self._scripts[path] = list(answers)
        return self.url(path)

    def feed(self, path: str, body: bytes, etag: str = "", last_modified: str = "") -> str:
        """Serve a feed as a good publisher does, with 304 for a client that has it; return the address."""
        return self.serve(path, conditional(Answer(body=body), etag, last_modified))

    def requests(self, path: str | None = None) -> list[Request]:
        """All requests so far, oldest first, or those for `path`."""
        with self._news:
            return [r for r in self._asked if path in {None, r.path}]

    def wait_for(self, path: str, times: int = 1, within: float = 20.0) -> list[Request]:
        """The requests for `path` once there are `times` of them. Raises TimeoutError after `within` seconds."""
        end = time.monotonic() + within
        with self._news:
            while len(found := [r for r in self._asked if r.path == path]) < times:
                if not self._news.wait(end - time.monotonic()):
                    raise TimeoutError(f"{path} was asked {len(found)} times in {within} s, not {times}")
            return found

    def answer(self, request: Request) -> Answer:
        """Note `request` and give what is scripted for it."""
        with self._news:
            self._asked.append(request)
            self._news.notify_all()
            script = self._scripts.get(request.path, [NOT_FOUND])
            scripted = script.pop(0) if len(script) > 1 else script[0]
        return scripted if isinstance(scripted, Answer) else scripted(request)

    def __enter__(self) -> Self:
        """Start answering."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, whatever clients are waiting for."""
        self._server.end()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, web: Web) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.web = web
        self.accepted = 0
        self.ending = threading.Event()
        self._open: set[socket.socket] = set()

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        assert isinstance(request, socket.socket)
        self.accepted += 1
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        assert isinstance(request, socket.socket)
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no error of the server's."""

    def end(self) -> None:
        self.ending.set()
        self.shutdown()
        self.server_close()
        for connection in tuple(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        """Answer, also to HEAD and POST."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.web.answer(Request(self.command, self.path, headers, body))
        if answer.delay and self.server.ending.wait(answer.delay):
            return
        if answer.raw is not None:
            self.wfile.write(answer.raw)
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body) if answer.length is None else answer.length))
        self.end_headers()
        if self.command != "HEAD":
            self._send(answer)
        self.close_connection = self.close_connection or answer.length is not None

    do_HEAD = do_POST = do_GET  # noqa: N815  the base's names

    def _send(self, answer: Answer) -> None:
        if not answer.trickle:
            self.wfile.write(answer.body)
            return
        for byte in answer.body:
            self.wfile.write(bytes([byte]))
            if self.server.ending.wait(answer.trickle):
                return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base's name
        """Tests read `Web.requests`, not a log."""


def conditional(answer: Answer, etag: str = "", last_modified: str = "") -> Callable[[Request], Answer]:
    """`answer` with these validators, or a 304 for a request that sends one of them back byte for byte."""
    validators = {name: value for name, value in (("ETag", etag), ("Last-Modified", last_modified)) if value}

    def decide(request: Request) -> Answer:
        sent = {request.headers.get("if-none-match"), request.headers.get("if-modified-since")}
        if not sent.isdisjoint(validators.values()):
            return Answer(304, headers=validators)
        return replace(answer, headers={**answer.headers, **validators})

    return decide


def item(
    title: str, *, guid: str = "", link: str = "", summary: str = "", published: datetime | None = None, more: str = ""
) -> str:
    """One RSS item of plain texts; `more` is XML that goes in as it is."""
    parts = {"title": title, "guid": guid, "link": link, "description": summary}
    texts = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in parts.items() if text)
    date = f"<pubDate>{format_datetime(published)}</pubDate>" if published else ""
    return f"<item>{texts}{date}{more}</item>"


def rss(*items: str, name: str = "A wire") -> bytes:
    """An RSS 2.0 feed of `items`."""
    inner = "".join(items)
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>{escape(name)}</title>'
        f"<link>https://wire.example/</link>{inner}</channel></rss>"
    ).encode()
