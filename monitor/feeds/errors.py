"""Says what went wrong with a feed in one line for the person who can mend it, and whose trouble it is.

Lines name no host unless a redirect led to another: the feed's name stands before them, and what is alike (no network)
must read alike to be told once.
"""

import errno
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

import aiohttp

from monitor.feeds.clean import one_line, shorten
from monitor.feeds.guard import AddressRefusedError
from monitor.feeds.poll import Outcome, Trouble

MAX_LINE = 300

_HINTS = {
    HTTPStatus.UNAUTHORIZED: "the feed wants a login",
    HTTPStatus.FORBIDDEN: "the publisher turns this reader away",
    HTTPStatus.NOT_FOUND: "the feed's address has probably changed",
    HTTPStatus.GONE: "the publisher has ended this feed; it is not polled again",
    HTTPStatus.TOO_MANY_REQUESTS: "polled too often for this publisher",
}
_CONNECT_ERRORS: Mapping[int, tuple[str, Trouble]] = {
    errno.ECONNREFUSED: ("connection refused", Trouble.CONTACT),
    errno.ECONNRESET: ("connection reset", Trouble.CONTACT),
    errno.EHOSTUNREACH: ("host unreachable", Trouble.CONTACT),
    errno.ETIMEDOUT: ("no connection: timed out", Trouble.CONTACT),
    errno.ENETUNREACH: ("network unreachable", Trouble.NETWORK),
    errno.ENETDOWN: ("network unreachable", Trouble.NETWORK),
}
_MEANINGS: tuple[tuple[type[Exception], str, Trouble], ...] = (
    (aiohttp.ConnectionTimeoutError, "no connection within {limit.connect:g} s", Trouble.CONTACT),
    (aiohttp.ServerTimeoutError, "no more data for {limit.read:g} s", Trouble.CONTACT),
    (TimeoutError, "no whole answer within {limit.total:g} s", Trouble.CONTACT),
    (aiohttp.ServerDisconnectedError, "closed the connection without an answer", Trouble.CONTACT),
    (aiohttp.ClientPayloadError, "the answer broke off", Trouble.CONTACT),
    (aiohttp.ClientResponseError, "answered with something that is not HTTP", Trouble.ANSWER),
    (aiohttp.InvalidURL, "not an address that can be asked", Trouble.SETTINGS),
    (ValueError, "not an address that can be asked", Trouble.SETTINGS),
    (OSError, "failed: {error}", Trouble.CONTACT),
)
"""What the exceptions of aiohttp mean, the first that fits."""

_SSL_REASON = re.compile(r"\[[^\]]*\]\s*([^(]*)")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds allowed for looking up a name, making a connection, the next bytes, and a feed's whole answer."""

    name: float = 5.0
    connect: float = 10.0
    read: float = 10.0
    total: float = 20.0


class FeedError(Exception):
    """A feed's answer is of no use, or its address none that may be asked. `args[0]` is one line for people."""

    def __init__(self, message: str, trouble: Trouble = Trouble.ANSWER, *, retry_after: datetime | None = None) -> None:
        """`retry_after` is when the server says to come again."""
        super().__init__(message)
        self.trouble = trouble
        self.retry_after = retry_after


def status_error(status: int, retry_after: datetime | None, *, contact: str) -> FeedError:
    """The error of an HTTP status that brings no feed. `contact` is the settings' own, for whom it is missing."""
    try:
        known = HTTPStatus(status)
    except ValueError:
        return FeedError(f"{status}", retry_after=retry_after)
    hint = _HINTS.get(known, "")
    if known is HTTPStatus.FORBIDDEN and not contact:
        hint += "; some (the SEC) want a `contact` in aftershock.yaml"
    trouble = Trouble.GONE if known is HTTPStatus.GONE else Trouble.ANSWER
    return FeedError(f"{status} {known.phrase}{f': {hint}' if hint else ''}", trouble, retry_after=retry_after)


def explain(error: Exception, timeouts: Timeouts, elsewhere: str = "") -> Outcome:
    """What an exception from polling one feed means, for people and for the next poll.

    `elsewhere` is the host that redirects had led to, if it is another than the feed's.
    """
    text, trouble, wait = _explain(error, timeouts)
    place = f" (at {elsewhere}, where the feed redirects to)" if elsewhere else ""
    return Outcome(trouble, line(text + place), retry_after=wait)


def line(text: str) -> str:
    """`text` as one line of a bounded length."""
    return shorten(one_line(text), MAX_LINE)


def _explain(error: Exception, timeouts: Timeouts) -> tuple[str, Trouble, datetime | None]:
    if isinstance(error, FeedError):
        return str(error), error.trouble, error.retry_after
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        reason = error.certificate_error
        why = reason.verify_message if isinstance(reason, ssl.SSLCertVerificationError) else str(reason)
        return f"its certificate is not accepted: {why}", Trouble.CONTACT, None
    if isinstance(error, aiohttp.ClientOSError) and not isinstance(error, aiohttp.ServerTimeoutError):
        return *_explain_os_error(error), None
    for kind, text, trouble in _MEANINGS:
        if isinstance(error, kind):
            return text.format(limit=timeouts, error=error), trouble, None
    return f"unexpected {type(error).__name__}: {error}", Trouble.ANSWER, None


def _explain_os_error(error: aiohttp.ClientOSError) -> tuple[str, Trouble]:
    """What stood in the way of a connection, or broke it."""
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, AddressRefusedError):
        return str(cause.strerror), Trouble.SETTINGS
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        if isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_AGAIN:
            return "name not resolved: no answer from a name server", Trouble.NETWORK
        return "name not resolved", Trouble.CONTACT
    if isinstance(cause, ssl.SSLError):
        reason = _SSL_REASON.search(str(cause))
        return f"no secure connection: {reason[1].strip() if reason else cause.reason}", Trouble.CONTACT
    known = _CONNECT_ERRORS.get(cause.errno or 0)
    return known or (f"no connection: {cause.strerror or cause}", Trouble.CONTACT)
