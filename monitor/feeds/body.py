"""Reads the body of an HTTP answer as a stream, unpacked, with a cap on what comes out.

aiohttp would unpack a whole chunk at once; three hundred kilobytes of gzip can be three hundred megabytes of feed.
Here no more than the cap is ever unpacked.
"""

import zlib
from collections.abc import AsyncIterable, Awaitable, Callable

from monitor.feeds.errors import FeedError

ACCEPTED = "gzip, deflate"
"""What is asked for in Accept-Encoding, and all that `unpack` knows."""

GZIP_MAGIC = b"\x1f\x8b"
_GZIP, _ZLIB, _RAW = 31, 15, -15


LARGE = 500_000
"""Bytes from which on a body is one of the few that are read at a time: ten times an ordinary feed."""


async def read_body(
    chunks: AsyncIterable[bytes], encoding: str, cap: int, admit: Callable[[], Awaitable[object]] | None = None
) -> bytes:
    """All of `chunks`, unpacked from the Content-Encoding `encoding`. Raises FeedError beyond `cap` bytes.

    `admit`, if given, is waited for once, before more than `LARGE` bytes are held.
    """
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        unpack = None
    elif name in {"gzip", "x-gzip", "deflate"}:
        unpack = _Unpacker(name)
    else:
        raise FeedError(f"answered in an encoding that was not asked for: {name[:40]}")
    body = bytearray()
    async for chunk in chunks:
        body += unpack.feed(chunk, cap + 1 - len(body)) if unpack else chunk
        if len(body) > cap:
            raise FeedError(f"the feed is larger than {cap / 1e6:g} MB")
        if len(body) > LARGE and admit is not None:
            await admit()
            admit = None
    if unpack and not unpack.complete:
        raise FeedError("the answer broke off")
    return bytes(body)


class _Unpacker:
    """Inflates a stream piece by piece, never giving out more than asked for."""

    def __init__(self, name: str) -> None:
        self._deflate = name == "deflate"
        self._head = b""
        self._plain = False
        self._inflate: zlib._Decompress | None = None

    @property
    def complete(self) -> bool:
        """Whether the packed data came to its own end (an empty body is whole)."""
        return self._plain or (self._inflate.eof if self._inflate else not self._head)

    def feed(self, chunk: bytes, room: int) -> bytes:
        """At most `room` bytes of what `chunk` unpacks to; a caller that is given `room` bytes must stop."""
        if self._plain:
            return chunk
        if self._inflate is None:
            self._head += chunk
            if len(self._head) < len(GZIP_MAGIC):
                return b""
            chunk, self._head = self._head, b""
            if not self._deflate and not chunk.startswith(GZIP_MAGIC):  # servers that say gzip and send plain text
                self._plain = True
                return chunk
            self._inflate = zlib.decompressobj(self._window(chunk))
        out = bytearray()
        while chunk and len(out) < room:
            try:
                out += self._inflate.decompress(chunk, room - len(out))
            except zlib.error as error:
                raise FeedError("answered with broken gzip data") from error
            chunk = self._inflate.unconsumed_tail
            if self._inflate.eof:
                chunk = self._inflate.unused_data
                if not chunk.startswith(GZIP_MAGIC):
                    break
                self._inflate = zlib.decompressobj(_GZIP)
        return bytes(out)

    def _window(self, start: bytes) -> int:
        if not self._deflate:
            return _GZIP
        # RFC 1950: a zlib header's two bytes are a multiple of 31, its low four bits 8; else it is bare deflate.
        is_zlib = start[0] & 0x0F == zlib.DEFLATED and int.from_bytes(start[:2]) % 31 == 0
        return _ZLIB if is_zlib else _RAW
