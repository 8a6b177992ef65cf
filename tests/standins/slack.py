"""A Slack workspace on loopback: real HTTP for the real client, with channels, threads, metadata and faults.

It knows as much of the Web API as Aftershock uses and is as strict as its documentation: Block Kit's limits, scopes
of membership, metadata only for those who ask. It runs in a thread of this process, so a daemon in another
process can speak to it too. Faults are put into `faults`, one a call; nothing in it waits for a clock.
"""

import json
import re
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

APP_TOKEN = "xapp-stand-in"  # noqa: S105  as below
TOKEN = "xoxb-stand-in"  # noqa: S105  opens nothing but this stand-in
SCOPES = (
    "chat:write", "channels:history", "groups:history", "channels:read", "groups:read", "files:write", "commands",
)  # fmt: skip
_MENTION = re.compile(r"<(?:[@#!])[^>]*>")
_LINK = re.compile(r"<(https?://[^|>]*)(?:\|([^>]*))?>")
_DEADLINE = 10.0


@dataclass
class Message:
    """One message of a channel as the workspace keeps it."""

    ts: str
    text: str
    blocks: list[dict[str, Any]]
    metadata: dict[str, Any] | None
    thread: str | None = None
    broadcast: bool = False
    edits: int = 0

    @property
    def key(self) -> str | None:
        """The delivery key in its metadata."""
        return ((self.metadata or {}).get("event_payload") or {}).get("key")

    @property
    def written(self) -> str:
        """All its text, blocks included, as sent."""
        return "\n".join([self.text, *_texts(self.blocks)])

    @property
    def calls(self) -> list[str]:
        """Mentions of people, groups and channels that Slack would act on."""
        return _MENTION.findall(self.written)

    @property
    def links(self) -> list[tuple[str, str]]:
        """Address and label of every link."""
        return _LINK.findall(self.written)


@dataclass
class File:
    """An uploaded file; `thread` is where it was shared, None while it is not."""

    id: str
    name: str
    size: int
    alt: str
    body: bytes = b""
    title: str = ""
    thread: str | None = None


@dataclass
class Channel:
    """A channel; `member` is whether the app was invited."""

    id: str
    name: str
    member: bool = True
    archived: bool = False
    messages: list[Message] = field(default_factory=list)

    files: list["File"] = field(default_factory=list)

    @property
    def roots(self) -> list[Message]:
        """Messages outside threads, oldest first."""
        return [m for m in self.messages if m.thread is None]

    def replies(self, ts: str) -> list[Message]:
        """The thread of message `ts` without itself, oldest first."""
        return [m for m in self.messages if m.thread == ts]

    def keys(self) -> list[str | None]:
        """The delivery keys of all messages, in order of acceptance."""
        return [m.key for m in self.messages]


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call of `method` (any if empty).

    `error` answers ok: false with that code; `status` with that HTTP status and an HTML page (429: JSON, with
    `retry_after`). `reset` cuts the connection instead of answering, `hang` holds the answer back until
    `release`; with `accept` the call is carried out before, with `late` when `release` is called.
    """

    method: str = "chat.postMessage"
    error: str = ""
    status: int = 0
    retry_after: int | None = None
    reset: bool = False
    hang: bool = False
    accept: bool = False
    late: bool = False


class SlackServer:
    """The workspace and its server; a context manager. `url` is the Web API base."""

    def __init__(self, *channels: str, token: str = TOKEN, now: Callable[[], float] = time.time) -> None:
        """Open a workspace with those channels ("#name"), the app a member of each."""
        self.token = token
        self.scopes: Sequence[str] = SCOPES
        self.faults: deque[Fault] = deque()
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.channels: dict[str, Channel] = {}
        self.now = now
        self.files: dict[str, File] = {}
        self.answers: list[dict[str, Any]] = []
        self.socket_url = ""
        self.app_token = APP_TOKEN
        self._lock = threading.RLock()
        self._released = threading.Event()
        self._late: list[Callable[[], Any]] = []
        self._last = 0.0
        for name in channels:
            self.add(name)
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/api/"

    def __enter__(self) -> Self:
        """Start to serve."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, hanging answers included."""
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def add(self, name: str, *, member: bool = True, archived: bool = False) -> Channel:
        """Add a channel."""
        channel = Channel(f"C{len(self.channels) + 1:09d}", name.removeprefix("#"), member, archived)
        self.channels[name] = channel
        return channel

    def __getitem__(self, name: str) -> Channel:
        """The channel of that "#name"."""
        return self.channels[name]

    def count(self, method: str) -> int:
        """How often a method was called."""
        with self._lock:
            return sum(called == method for called, _ in self.calls)

    def release(self) -> None:
        """Let hanging answers go, and accept what was to be accepted late."""
        with self._lock:
            for act in self._late:
                act()
            self._late.clear()
        self._released.set()

    def wait_for(self, done: Callable[[], bool], deadline: float = _DEADLINE) -> bool:
        """Whether `done` came true before the deadline, in seconds."""
        return wait_for(done, deadline)

    def handle(self, method: str, args: dict[str, Any], token: str) -> tuple[Fault | None, dict[str, Any]]:
        """Carry one call out: the fault that befalls it, and the answer where there is one."""
        with self._lock:
            self.calls.append((method, args))
            fault = next((f for f in self.faults if f.method in {"", method}), None)
            if fault:
                self.faults.remove(fault)
                if fault.hang:
                    self._released.clear()
                if fault.late:
                    self._late.append(lambda: self._act(method, args, token))
                if not fault.accept:
                    return fault, {"ok": False, "error": fault.error or "internal_error"}
            return fault, self._act(method, args, token)

    def hold(self) -> None:
        """Keep a hanging answer back until it is released."""
        self._released.wait(_DEADLINE)

    def _act(self, method: str, args: dict[str, Any], token: str) -> dict[str, Any]:
        acts = {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "users.conversations": self._conversations,
            "conversations.info": self._info,
            "files.getUploadURLExternal": self._upload_url,
            "files.completeUploadExternal": self._complete_upload,
            "files.delete": self._delete_file,
        }
        if method == "apps.connections.open":
            known = token == self.app_token
            return {"ok": True, "url": self.socket_url} if known else {"ok": False, "error": "invalid_auth"}
        if token != self.token:
            return {"ok": False, "error": "invalid_auth"}
        if method not in acts:
            return {"ok": False, "error": "unknown_method"}
        try:
            return {"ok": True, **acts[method](args)}
        except _NoError as no:
            return {"ok": False, "error": no.code, **no.more}

    def _auth_test(self, args: Mapping[str, Any]) -> dict[str, Any]:
        return {"url": "https://stand-in.slack.com/", "team": "Stand-in", "user": "aftershock", "bot_id": "B000000001"}

    def _channel(self, wanted: object, *, by_name: bool) -> Channel:
        for channel in self.channels.values():
            names = {channel.name, f"#{channel.name}"} if by_name else set()
            if wanted in {channel.id, *names}:
                if not channel.member:
                    raise _NoError("not_in_channel")
                return channel
        raise _NoError("channel_not_found")

    def _stamp(self) -> str:
        self._last = max(self.now(), self._last + 0.0001)
        return f"{self._last:.6f}"

    def _post(self, args: Mapping[str, Any]) -> dict[str, Any]:
        channel = self._channel(args.get("channel"), by_name=True)
        if channel.archived:
            raise _NoError("is_archived")
        thread = args.get("thread_ts")
        if thread is not None and all(m.ts != thread for m in channel.roots):
            raise _NoError("thread_not_found")
        blocks, metadata = self._checked(args)
        message = Message(
            self._stamp(), args.get("text", ""), blocks, metadata, thread, bool(args.get("reply_broadcast"))
        )
        channel.messages.append(message)
        return {"channel": channel.id, "ts": message.ts, "message": _shown(message, with_metadata=False)}

    def _update(self, args: Mapping[str, Any]) -> dict[str, Any]:
        channel = self._channel(args.get("channel"), by_name=False)
        message = next((m for m in channel.messages if m.ts == args.get("ts")), None)
        if message is None:
            raise _NoError("message_not_found")
        blocks, metadata = self._checked(args)
        message.text, message.edits = args.get("text", ""), message.edits + 1
        message.blocks = blocks if "blocks" in args else message.blocks
        message.metadata = metadata if metadata is not None else message.metadata
        return {"channel": channel.id, "ts": message.ts, "text": message.text}

    def _checked(self, args: Mapping[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
        blocks, metadata = args.get("blocks") or [], args.get("metadata")
        if not args.get("text") and not blocks:
            raise _NoError("no_text")
        problems = block_problems(blocks)
        if problems:
            raise _NoError("invalid_blocks", response_metadata={"messages": problems})
        if metadata is not None and not (
            re.fullmatch(r"\w+", str(metadata.get("event_type", "")))
            and isinstance(metadata.get("event_payload"), dict)
        ):
            raise _NoError("invalid_metadata_format")
        return blocks, metadata

    def _history(self, args: Mapping[str, Any]) -> dict[str, Any]:
        channel = self._channel(args.get("channel"), by_name=False)
        found = [m for m in channel.messages if m.thread is None or m.broadcast]
        return self._page(list(reversed(found)), args)

    def _replies(self, args: Mapping[str, Any]) -> dict[str, Any]:
        channel = self._channel(args.get("channel"), by_name=False)
        root = next((m for m in channel.roots if m.ts == args.get("ts")), None)
        if root is None:
            raise _NoError("thread_not_found")
        page = self._page(channel.replies(root.ts), args)
        page["messages"].insert(0, _shown(root, with_metadata=_asks(args, "include_all_metadata")))
        return page

    def _page(self, messages: Sequence[Message], args: Mapping[str, Any]) -> dict[str, Any]:
        oldest, latest = float(args.get("oldest") or 0), float(args.get("latest") or "inf")
        inside = [m for m in messages if oldest < float(m.ts) < latest]
        start, limit = int(args.get("cursor") or 0), int(args.get("limit") or 100)
        page = [_shown(m, with_metadata=_asks(args, "include_all_metadata")) for m in inside[start : start + limit]]
        more = str(start + limit) if start + limit < len(inside) else ""
        return {"messages": page, "has_more": bool(more), "response_metadata": {"next_cursor": more}}

    def _upload_url(self, args: Mapping[str, Any]) -> dict[str, Any]:
        if "files:write" not in self.scopes:
            raise _NoError("missing_scope", needed="files:write", provided=",".join(self.scopes))
        file = File(f"F{len(self.files) + 1:09d}", args["filename"], int(args["length"]), args.get("alt_txt", ""))
        if len(file.alt) > 1000:
            raise _NoError("alt_txt_too_large")
        self.files[file.id] = file
        return {"file_id": file.id, "upload_url": self.url.replace("/api/", f"/upload/{file.id}")}

    def _complete_upload(self, args: Mapping[str, Any]) -> dict[str, Any]:
        channel = self._channel(args.get("channel_id"), by_name=False)
        given = args["files"] if isinstance(args["files"], list) else json.loads(args["files"])
        for one in given:
            file = self.files.get(one["id"])
            if file is None or len(file.body) != file.size:
                raise _NoError("file_not_found")
            file.title, file.thread = one.get("title", ""), args.get("thread_ts")
            channel.files.append(file)
        return {"files": given}

    def _delete_file(self, args: Mapping[str, Any]) -> dict[str, Any]:
        file = self.files.pop(str(args.get("file")), None)
        if file is None:
            raise _NoError("file_not_found")
        for channel in self.channels.values():
            channel.files = [f for f in channel.files if f is not file]
        return {}

    def put(self, path: str, body: bytes) -> bool:
        """Take what is posted outside the Web API: a file's bytes, or an answer to a response_url."""
        kind, _, name = path.strip("/").partition("/")
        with self._lock:
            if kind == "upload" and name in self.files:
                self.files[name].body = body
            elif kind == "respond":
                self.answers.append({"to": name, **json.loads(body)})
            else:
                return False
        return True

    def _info(self, args: Mapping[str, Any]) -> dict[str, Any]:
        channel = self._channel(args.get("channel"), by_name=False)
        return {"channel": {"id": channel.id, "name": channel.name}}

    def _conversations(self, args: Mapping[str, Any]) -> dict[str, Any]:
        if "channels:read" not in self.scopes:
            raise _NoError("missing_scope", needed="channels:read", provided=",".join(self.scopes))
        found = [c for c in self.channels.values() if c.member and not c.archived]
        start, limit = int(args.get("cursor") or 0), int(args.get("limit") or 100)
        page = [{"id": c.id, "name": c.name} for c in found[start : start + limit]]
        more = str(start + limit) if start + limit < len(found) else ""
        return {"channels": page, "response_metadata": {"next_cursor": more}}


def wait_for(done: Callable[[], bool], deadline: float = _DEADLINE) -> bool:
    """Whether `done` came true before the deadline, in seconds."""
    end = time.monotonic() + deadline
    while not done():
        if time.monotonic() > end:
            return False
        threading.Event().wait(0.01)
    return True


def block_problems(blocks: Any) -> list[str]:  # noqa: ANN401  what a client sent
    """What Slack's documentation forbids in these blocks, in words; empty if it takes them."""
    if not isinstance(blocks, list):
        return ["blocks: must be an array"]
    found = [f"blocks: {len(blocks)} of at most 50"] if len(blocks) > 50 else []
    for number, block in enumerate(blocks):
        where = f"blocks/{number}"
        match block.get("type"):
            case "header":
                found += _text_problems(f"{where}/text", block.get("text"), 150, {"plain_text"})
            case "section":
                found += _section_problems(where, block)
            case "context":
                elements = block.get("elements") or []
                found += [] if 1 <= len(elements) <= 10 else [f"{where}/elements: {len(elements)} of 1 to 10"]
                for i, element in enumerate(elements):
                    found += _text_problems(f"{where}/elements/{i}", element, 3000, {"plain_text", "mrkdwn"})
            case "actions":
                found += _actions_problems(where, block)
            case "divider":
                pass
            case other:
                found.append(f"{where}: unsupported type {other}")
    names = [block["block_id"] for block in blocks if "block_id" in block]
    found += [
        f"blocks: block_id {name} twice or too long" for name in names if names.count(name) > 1 or len(name) > 255
    ]
    return found


def _actions_problems(where: str, block: Mapping[str, Any]) -> list[str]:
    elements = block.get("elements") or []
    found = [] if 1 <= len(elements) <= 25 else [f"{where}/elements: {len(elements)} of 1 to 25"]
    ids = [element.get("action_id", "") for element in elements]
    found += [f"{where}: action_id {one} twice or too long" for one in ids if ids.count(one) > 1 or len(one) > 255]
    for i, element in enumerate(elements):
        at = f"{where}/elements/{i}"
        if element["type"] == "button":
            found += _text_problems(f"{at}/text", element.get("text"), 75, {"plain_text"})
            found += [] if len(element.get("value", "")) <= 2000 else [f"{at}/value: too long"]
        elif element["type"] == "static_select":
            found += _text_problems(f"{at}/placeholder", element.get("placeholder"), 150, {"plain_text"})
            groups = element.get("option_groups") or []
            found += [] if 1 <= len(groups) <= 100 else [f"{at}/option_groups: {len(groups)} of 1 to 100"]
            for group in groups:
                found += _text_problems(f"{at}/label", group.get("label"), 75, {"plain_text"})
                options = group.get("options") or []
                found += [] if 1 <= len(options) <= 100 else [f"{at}/options: {len(options)} of 1 to 100"]
                for option in options:
                    found += _text_problems(f"{at}/option", option.get("text"), 75, {"plain_text"})
                    found += [] if 1 <= len(option.get("value", "")) <= 150 else [f"{at}/option: value too long"]
        else:
            found.append(f"{at}: unsupported type {element['type']}")
    return found


def _section_problems(where: str, block: Mapping[str, Any]) -> list[str]:
    kinds = {"plain_text", "mrkdwn"}
    fields = block.get("fields")
    if block.get("text") is None and not fields:
        return [f"{where}: neither text nor fields"]
    found = [] if block.get("text") is None else _text_problems(f"{where}/text", block["text"], 3000, kinds)
    if fields is not None:
        found += [] if 1 <= len(fields) <= 10 else [f"{where}/fields: {len(fields)} of 1 to 10"]
        for i, text in enumerate(fields):
            found += _text_problems(f"{where}/fields/{i}", text, 2000, kinds)
    return found


def _text_problems(where: str, text: Any, most: int, kinds: set[str]) -> list[str]:  # noqa: ANN401  what a client sent
    if not isinstance(text, dict) or text.get("type") not in kinds:
        return [f"{where}: not one of {sorted(kinds)}"]
    size = len(text.get("text") or "")
    found = [] if 1 <= size <= most else [f"{where}: {size} characters of 1 to {most}"]
    allowed = {"type", "text", "emoji"} if text["type"] == "plain_text" else {"type", "text", "verbatim"}
    return found + [f"{where}: unknown {name}" for name in sorted(text.keys() - allowed)]


def _texts(value: Any) -> list[str]:  # noqa: ANN401  JSON
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    if isinstance(value, dict):
        return [
            text
            for name, item in value.items()
            for text in ([item] if name == "text" and isinstance(item, str) else _texts(item))
        ]
    return []


def _asks(args: Mapping[str, Any], name: str) -> bool:
    return str(args.get(name, "")).lower() in {"1", "true"}


def _shown(message: Message, *, with_metadata: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "message", "ts": message.ts, "text": message.text, "blocks": message.blocks}
    if message.thread:
        found["thread_ts"] = message.thread
    if message.broadcast:
        found["subtype"] = "thread_broadcast"
    if with_metadata and message.metadata:
        found["metadata"] = message.metadata
    return found


class _NoError(Exception):
    def __init__(self, code: str, **more: Any) -> None:  # noqa: ANN401  further fields of the answer
        super().__init__(code)
        self.code = code
        self.more = more


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, slack: SlackServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.slack = slack

    def handle_error(self, request: object, client_address: object) -> None:
        """Be silent: a client that goes away is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _DEADLINE
    disable_nagle_algorithm = True  # head and body go out at once, not 40 ms apart
    server: _Server

    def do_GET(self) -> None:
        self._serve({})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path).path
        if not path.startswith("/api/"):
            self._answer(200 if self.server.slack.put(path, raw) else 404, "text/plain", b"ok")
            return
        body = raw.decode()
        if "json" in (self.headers.get("Content-Type") or ""):
            self._serve(json.loads(body))
        else:
            self._serve({name: values[-1] for name, values in parse_qs(body).items()})

    def _serve(self, args: dict[str, Any]) -> None:
        where = urlsplit(self.path)
        args |= {name: values[-1] for name, values in parse_qs(where.query).items()}
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        fault, answer = self.server.slack.handle(where.path.removeprefix("/api/"), args, token)
        if fault and fault.hang:
            self.server.slack.hold()
        if fault and fault.reset:
            self._reset()
        elif fault and fault.status == HTTPStatus.TOO_MANY_REQUESTS:
            self._answer(fault.status, "application/json", b'{"ok":false,"error":"ratelimited"}', fault.retry_after)
        elif fault and fault.status:
            self._answer(fault.status, "text/html", b"<html><body>An error occurred</body></html>")
        else:
            self._answer(HTTPStatus.OK, "application/json; charset=utf-8", json.dumps(answer).encode())

    def _answer(self, status: int, kind: str, body: bytes, retry_after: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-OAuth-Scopes", ",".join(self.server.slack.scopes))
        if retry_after is not None:
            self.send_header("Retry-After", str(retry_after))
        self.end_headers()
        self.wfile.write(body)

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's name
        """Say nothing."""
