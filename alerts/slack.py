"""The Slack notifier: the only room that knows slack_sdk, its errors and what a person does about them.

Every post carries the delivery's key in its metadata, so that a look into the channel's history can tell whether
an unclear answer was a yes. The client's own retries are off: after a lost reply it would post again, and waiting is
the outbox's business. An error says whether Slack may have taken the message all the same.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from alerts.types import Delivery, DeliveryError, DeliveryKind, Picture
from alerts.words import cut, escape
from config.registry import nearest_of

BASE_URL: Final = AsyncWebClient.BASE_URL
EVENT_TYPE: Final = "aftershock"
"""The metadata's event type; letters, digits and underscores only (docs.slack.dev, message metadata)."""
SCOPES: Final = {
    "chat:write": "no message can be sent",
    "channels:history": "after a crash or a lost answer a message waits for somebody to look",
    "groups:history": "after a crash or a lost answer a message in a private channel waits for somebody to look",
    "channels:read": "after a restart messages are redrawn only in channels that the watchlist names by their id",
    "groups:read": "the same in private channels",
    "files:write": "there are no pictures",
    "commands": "there is no /aftershock",
}
"""What the bot token needs, and what is not possible without."""
TIMEOUT: Final = 10.0
"""Seconds for one call; well under the outbox's acceptance lag, which a crash counts from before the call."""
CONNECT_TIMEOUT: Final = 5.0
TEXT_LIMIT: Final = 4000
"""Characters of a message's text that Slack recommends as the most; with blocks it is for notifications only."""
PAGE: Final = 200
"""Messages or channels a page; Slack's recommended most."""

_ID: Final = re.compile(r"[CGD][A-Z0-9]{8,}")
_BLOCKS_REFUSED: Final = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
_EDIT_REFUSED: Final = frozenset({"message_not_found", "edit_window_closed", "cant_update_message"})
_MESSAGE_REFUSED: Final = frozenset(
    {
        "msg_too_long",
        "no_text",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "metadata_too_large",
        "metadata_must_be_sent_from_app",
        "thread_not_found",
        "cannot_reply_to_message",
        "invalid_thread_ts",
    }
)
_LIMITED: Final = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_UNCLEAR: Final = frozenset({"internal_error", "fatal_error"})
"""Slack's documentation says of both that part of the operation may have succeeded."""
_PASSING: Final = frozenset({"service_unavailable", "request_timeout", "team_added_to_org"})
_TOKEN: Final = "reinstall the app in its workspace and set SLACK_BOT_TOKEN to the new bot token (xoxb-…)"  # noqa: S105  no token
_INVITE: Final = "invite the app there: /invite @Aftershock"
_NOT_SENT: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
)
"""Failures before the first byte of a request: Slack cannot have taken it."""
_MENDED_BY: Final = {
    "invalid_auth": f"Slack refuses the token: {_TOKEN}",
    "not_authed": f"Slack got no token: {_TOKEN}",
    "account_inactive": f"Slack says that the app's account is inactive: {_TOKEN}",
    "token_revoked": f"Slack says that the token was revoked: {_TOKEN}",
    "token_expired": f"Slack says that the token has expired: {_TOKEN}",
    "not_allowed_token_type": "Slack wants another kind of token: SLACK_BOT_TOKEN is the bot token (xoxb-…)",
    "channel_not_found": "Slack knows no channel {channel} that the app can see: check its name in the watchlist; "
    f"if it is private, {_INVITE}",
    "not_in_channel": f"Aftershock is not in {{channel}}: {_INVITE}",
    "is_archived": "the channel {channel} is archived: unarchive it, or name another one in the watchlist",
    "restricted_action": "the workspace does not let the app post in {channel}: ask its admin",
}


class Slack:
    """Delivers to Slack channels, named "#name" or by id. Implements `alerts.types.Notifier`.

    `base_url` is a Web API base that ends in "/api/". Calls must come from one event loop.
    """

    name = "slack"
    can_look_up = True

    def __init__(
        self, token: str, base_url: str | None = None, timeout: float = TIMEOUT, *, buttons: bool = False
    ) -> None:
        """Connect to nothing yet; `timeout` in seconds bounds each call.

        Messages have `buttons` only where somebody listens to them (Socket Mode): Slack shows an error under one that
        nobody answers.
        """
        self._client = AsyncWebClient(token, base_url=base_url or BASE_URL, retry_handlers=[])
        # The session below reads the proxy variables, and NO_PROXY, which slack_sdk does not.
        self._client.proxy = None
        self._timeout = timeout
        self._buttons = buttons
        self._ids: dict[str, str] = {}

    async def post(self, delivery: Delivery, thread: str | None) -> str:
        """Post into the channel or the thread of message `thread`; the message's `ts`. Raises DeliveryError."""
        about: dict[str, Any] = {
            "channel": self._known(delivery.channel),
            "text": _text(delivery),
            "metadata": _metadata(delivery.key),
            "unfurl_links": False,
            "unfurl_media": False,
        }
        if thread:
            about |= {"thread_ts": thread, "reply_broadcast": delivery.broadcast}
        answer = await self._with_blocks(self._client.chat_postMessage, delivery, about)
        self._ids[delivery.channel] = str(answer["channel"])
        return str(answer["ts"])

    async def edit(self, delivery: Delivery, ts: str) -> str:
        """Redraw message `ts`. One that can't be redrawn any more (deleted, too old) is posted anew.

        Raises DeliveryError.
        """
        about = {
            "channel": await self._id(delivery.channel),
            "ts": ts,
            "text": _text(delivery),
            "metadata": _metadata(delivery.root),
            "parse": "none",  # chat.update's default would turn names and addresses in the text into calls and links
            "link_names": False,
        }
        try:
            return str((await self._with_blocks(self._client.chat_update, delivery, about))["ts"])
        except _RefusedError as refused:
            if refused.code not in _EDIT_REFUSED:
                raise
        return await self.post(delivery, None)

    async def find(self, delivery: Delivery, thread: str | None, since: datetime) -> str | None:
        """The `ts` of the message with the delivery's key, from `since` on. Raises DeliveryError.

        Replies are looked for in their thread, all else in the channel.
        """
        channel = await self._id(delivery.channel)
        about = {"channel": channel, "oldest": f"{since.timestamp():.6f}", "include_all_metadata": True, "limit": PAGE}
        read: Callable[..., Awaitable[Any]] = self._client.conversations_history
        if thread and delivery.kind is DeliveryKind.REPLY:
            read, about["ts"] = self._client.conversations_replies, thread
        cursor: str | None = None
        while True:
            answer = await self._call(delivery.channel, read, **about, cursor=cursor)
            for message in answer.get("messages") or []:
                if _key(message) == delivery.key:
                    return str(message["ts"])
            cursor = _next(answer)
            if not cursor:
                return None

    async def check(self) -> str:
        """Who the token belongs to, and what is not possible and why, in words for people. Raises DeliveryError."""
        answer = await self._call("", self._client.auth_test)
        words = f"connected to {answer.get('team')} as @{answer.get('user')}"
        words += "" if self._buttons else "; no buttons and no answers to /aftershock without SLACK_APP_TOKEN"
        given = {scope.strip() for scope in str(answer.headers.get("x-oauth-scopes", "")).split(",")} - {""}
        lacking = [scope for scope in SCOPES if scope not in given] if given else []
        if not lacking:
            return words
        missing = "; ".join(f"without the scope {scope} {SCOPES[scope]}" for scope in lacking)
        return f"{words}, but {missing}. Add what you want under OAuth & Permissions and reinstall the app"

    async def show(self, picture: Picture, channel: str, thread: str, replaces: str = "") -> str:
        """Upload a picture into the thread of message `thread`, then delete the one it replaces; its file's id.

        Raises DeliveryError; after a lost answer a picture may come twice.
        """
        where = await self._id(channel)
        about = {"filename": "aftershock.png", "length": len(picture.png), "alt_txt": picture.alt}
        place = await self._call(channel, self._client.files_getUploadURLExternal, **about)
        await self._upload(str(place["upload_url"]), picture.png)
        file = str(place["file_id"])
        named = [{"id": file, "title": picture.title}]
        share = {"files": named, "channel_id": where, "thread_ts": thread}
        await self._call(channel, self._client.files_completeUploadExternal, **share)
        if replaces:
            with suppress(_RefusedError):  # somebody has deleted it already
                await self._call(channel, self._client.files_delete, file=replaces)
        return file

    async def _upload(self, url: str, png: bytes) -> None:
        session = self._client.session
        try:
            assert session  # noqa: S101  the call before has opened it
            async with session.post(url, data=png, headers={"Content-Type": "image/png"}) as answer:
                if answer.status >= HTTPStatus.BAD_REQUEST:
                    raise DeliveryError(f"Slack does not take the picture (HTTP {answer.status})")
        except (aiohttp.ClientError, OSError) as error:
            raise DeliveryError(f"the picture could not be uploaded: {str(error) or type(error).__name__}") from error

    async def close(self) -> None:
        """Close the connections."""
        session, self._client.session = self._client.session, None
        if session and not session.closed:
            await session.close()

    def _known(self, channel: str) -> str:
        return self._ids.get(channel, channel)

    async def _id(self, channel: str) -> str:
        """The id of a channel that only posting takes by name: as posting answered it, else from the app's list."""
        if _ID.fullmatch(channel):
            return channel
        cursor: str | None = None
        while channel not in self._ids:
            answer = await self._call(
                channel,
                self._client.users_conversations,
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=PAGE,
                cursor=cursor,
            )
            self._ids |= {f"#{found['name']}": str(found["id"]) for found in answer.get("channels") or []}
            cursor = _next(answer)
            if not cursor:
                break
        if channel not in self._ids:
            near = nearest_of(channel, self._ids)
            meant = f"; or did you mean {near}, where it is?" if near else ""
            raise _RefusedError("not_in_channel", _words("not_in_channel", channel) + meant, permanent=True)
        return self._ids[channel]

    async def _with_blocks(
        self, method: Callable[..., Awaitable[Any]], delivery: Delivery, about: Mapping[str, Any]
    ) -> Any:  # noqa: ANN401  slack_sdk's answers
        """Call with the blocks; where Slack refuses those, with the text alone: plain is better than silent."""
        blocks = [dict(block) for block in delivery.blocks if self._buttons or block["type"] != "actions"]
        try:
            return await self._call(delivery.channel, method, **about, **({"blocks": blocks} if blocks else {}))
        except _RefusedError as refused:
            if refused.code not in _BLOCKS_REFUSED or not blocks:
                raise
        return await self._call(delivery.channel, method, **about, blocks=[])

    async def _call(self, channel: str, method: Callable[..., Awaitable[Any]], /, **about: Any) -> Any:  # noqa: ANN401  slack_sdk's arguments and answers
        if self._client.session is None:
            local = urlsplit(self._client.base_url).hostname in {"127.0.0.1", "::1", "localhost"}
            timeout = aiohttp.ClientTimeout(total=self._timeout, sock_connect=min(CONNECT_TIMEOUT, self._timeout))
            self._client.session = aiohttp.ClientSession(timeout=timeout, trust_env=not local)
        try:
            return await method(**about)
        except SlackClientError as error:
            raise _refusal(error, channel) from error
        except _NOT_SENT as error:
            raise DeliveryError(f"cannot reach Slack at {self._client.base_url}: {error}") from error
        except TimeoutError as error:
            raise DeliveryError(f"Slack did not answer within {self._timeout:g} s", ambiguous=True) from error
        except (aiohttp.ClientError, OSError) as error:
            text = str(error) or type(error).__name__
            raise DeliveryError(f"the connection to Slack broke before its answer: {text}", ambiguous=True) from error


class _RefusedError(DeliveryError):
    """Slack's own no, with its code."""

    def __init__(self, code: str, message: str, *, permanent: bool = False, this_message: bool = False) -> None:
        super().__init__(message, permanent=permanent, this_message=this_message)
        self.code = code


def manifest() -> str:
    """The Slack app manifest, YAML to paste at api.slack.com/apps."""
    return (files("alerts") / "manifest.yaml").read_text(encoding="utf-8")


def _text(delivery: Delivery) -> str:
    return escape(cut(delivery.text, TEXT_LIMIT))


def _metadata(key: str) -> dict[str, Any]:
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key}}


def _key(message: Mapping[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    key = (metadata.get("event_payload") or {}).get("key")
    return key if isinstance(key, str) else None


def _next(answer: Any) -> str | None:  # noqa: ANN401  slack_sdk's answers
    return (answer.get("response_metadata") or {}).get("next_cursor") or None


def _refusal(error: SlackClientError, channel: str) -> DeliveryError:
    """What an answer that is no success means. The response may be slack_sdk's or, for a broken body, aiohttp's."""
    response = getattr(error, "response", None)
    status = getattr(response, "status_code", None) or getattr(response, "status", None) or 0
    data = getattr(response, "data", None)
    code = str(data.get("error") or "") if isinstance(data, dict) else ""
    if status == HTTPStatus.TOO_MANY_REQUESTS or code in _LIMITED:
        headers = getattr(response, "headers", None) or {}
        after = str(headers.get("Retry-After", ""))
        return DeliveryError("Slack asks to send more slowly", retry_after=float(after) if after.isdecimal() else None)
    if code in _UNCLEAR or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return DeliveryError(f"Slack has a fault of its own ({code or f'HTTP {status}'})", ambiguous=True)
    if code in _PASSING:
        return DeliveryError(f"Slack cannot take messages now ({code})")
    if code:
        return _RefusedError(code, _words(code, channel, data), permanent=True, this_message=code in _MESSAGE_REFUSED)
    if status >= HTTPStatus.BAD_REQUEST:
        text = f"what answers at Slack's address is not Slack (HTTP {status}): check proxies and AFTERSHOCK_SLACK_URL"
        return DeliveryError(text, permanent=True)
    return DeliveryError("Slack's answer cannot be read: it is no JSON object", ambiguous=True)


def _words(code: str, channel: str, data: Any = None) -> str:  # noqa: ANN401  an answer's body
    if code == "missing_scope":
        needed = data.get("needed", "?") if isinstance(data, dict) else "?"
        return f"the Slack app lacks the scope {needed}: add it under OAuth & Permissions and reinstall the app"
    known = _MENDED_BY.get(code) or _MENDED_BY.get("restricted_action" if code.startswith("restricted_action") else "")
    return (known or f"Slack refuses the message to {{channel}} ({code})").format(channel=channel)
