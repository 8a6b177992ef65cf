"""One HTTP POST to somebody's webhook, and what its answer means for the delivery.

Webhooks answer yes or no and nothing else: what was sent cannot be looked up, edited or taken back.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from alerts.types import DeliveryError
from alerts.words import clean, cut

TIMEOUT: Final = 10.0
"""Seconds for one call."""
_NOT_SENT: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
_SHOWN: Final = 120
"""Characters of a refusal that are told."""


class Hook:
    """A connection to one address, which stays out of logs and errors: who knows it can post."""

    def __init__(self, url: str, whom: str, timeout: float = TIMEOUT) -> None:
        """Connect to nothing yet. `whom` names the receiver in errors."""
        self._url = url
        self._whom = whom
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def host(self) -> str:
        """Where it leads, without the secret part."""
        return urlsplit(self._url).hostname or "nowhere"

    async def post(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Send the body. Raises DeliveryError, which says whether it may have been taken all the same."""
        if self._session is None:
            local = self.host in {"127.0.0.1", "::1", "localhost"}
            timeout = aiohttp.ClientTimeout(total=self._timeout)
            self._session = aiohttp.ClientSession(timeout=timeout, trust_env=not local)
        try:
            async with self._session.post(self._url, data=body, headers=headers, allow_redirects=False) as answer:
                self._judge(answer.status, answer.headers.get("Retry-After", ""), await answer.text(errors="replace"))
        except _NOT_SENT as error:
            raise DeliveryError(f"cannot reach {self._whom} at {self.host}: {type(error).__name__}") from error
        except TimeoutError as error:
            raise DeliveryError(f"{self._whom} did not answer within {self._timeout:g} s", ambiguous=True) from error
        except (aiohttp.ClientError, OSError) as error:
            words = f"the connection to {self._whom} broke before its answer: {type(error).__name__}"
            raise DeliveryError(words, ambiguous=True) from error

    def _judge(self, status: int, retry_after: str, text: str) -> None:
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            after = float(retry_after) if retry_after.isdecimal() else None
            raise DeliveryError(f"{self._whom} asks to send more slowly", retry_after=after)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
            raise DeliveryError(f"{self._whom} has a fault of its own (HTTP {status})", ambiguous=True)
        said = cut(clean(text), _SHOWN)
        raise DeliveryError(f"{self._whom} refuses (HTTP {status}{': ' + said if said else ''})", permanent=True)

    async def close(self) -> None:
        """Close the connection."""
        session, self._session = self._session, None
        if session:
            await session.close()
