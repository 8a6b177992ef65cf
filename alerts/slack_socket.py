"""Buttons and slash commands over Slack's Socket Mode: a connection that we open, so no public address is needed.

What is asked is turned into a `Command`, answered to the asker alone, and acknowledged to Slack before anything is
done, as Slack waits three seconds only. The connection is slack_sdk's own client; above it stands a watch that makes a
new one where that client would try a stale address for ever, and that says plainly what a person must mend.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from alerts.asking import AskingError, command, pressed
from alerts.blocks import ACK, CONTROLS, MUTE_STORY, ONE_STOCK
from alerts.types import Answer, Command, Verb
from alerts.words import cut, escape

Obey = Callable[[Command], Awaitable[Answer]]
"""Does what is asked and says what came of it; raises AskingError with what to write instead."""
Told = Callable[[str, str], None]
"""Hears what became of the connection, in words for the operator, and how loud they are: "info" or "warning"."""

PATIENCE: Final = 30.0
"""Seconds that slack_sdk's client is given to reconnect by itself before a new one takes its place."""
BACKOFF_MOST: Final = 60.0
MEND: Final = 300.0
"""Seconds between tries while a person must mend something."""
ANSWER_LIMIT: Final = 3500
"""Characters of an answer; Slack recommends at most 4,000."""
_REMEMBERED: Final = 1000
"""Requests that are remembered, as Slack may send one again after a reconnect."""
_UNNAMED: Final = frozenset({"#privategroup", "#"})
"""What Slack says in the place of a private channel's name."""
_MENDED_BY: Final = {
    "not_allowed_token_type": "SLACK_APP_TOKEN must be an app-level token (xapp-…) with the scope connections:write",
    "invalid_auth": "Slack refuses SLACK_APP_TOKEN: make a new app-level token with the scope connections:write",
    "missing_scope": "SLACK_APP_TOKEN lacks the scope connections:write: make a new app-level token with it",
    "socket_mode_not_enabled": "switch Socket Mode on in the app's settings, or create the app from "
    "`aftershock slack manifest`",
}


class SlackSocket:
    """Listens to buttons and slash commands until it is cancelled.

    `base_url` is a Web API base that ends in "/api/"; `obey` does what is asked, `told` hears of the connection.
    """

    def __init__(
        self,
        app_token: str,
        obey: Obey,
        told: Told,
        base_url: str | None = None,
        *,
        bot_token: str = "",
        ping: float = 5.0,
        patience: float = PATIENCE,
    ) -> None:
        """Connect to nothing yet. `ping` is the seconds between signs of life on the connection.

        `bot_token` finds out the names of private channels, which Slack leaves out of what it sends.
        """
        self._token = app_token
        self._obey = obey
        self._told = told
        self._base_url = base_url or AsyncWebClient.BASE_URL
        self._bot_token = bot_token
        self._web: AsyncWebClient | None = None
        self._names: dict[str, str] = {}
        self._ping = ping
        self._patience = patience
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._answering: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Stay connected. Ends only by being cancelled."""
        wait = 1.0
        while True:
            try:
                await self._connected_once()
                wait = 1.0
            except SlackApiError as error:
                code = str(error.response.get("error", "")) if isinstance(error.response.data, dict) else ""
                words = _MENDED_BY.get(code, f"Slack refuses the connection ({code or error.response.status_code})")
                self._told(f"buttons and slash commands do not work: {words}", "warning")
                wait = MEND if code in _MENDED_BY else min(2 * wait, BACKOFF_MOST)
            except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError) as error:
                self._told(f"buttons and slash commands do not work: {str(error) or type(error).__name__}", "warning")
                wait = min(2 * wait, BACKOFF_MOST)
            await asyncio.sleep(wait * self._ping / 5)

    async def _connected_once(self) -> None:
        """Open one client and stay with it for as long as it keeps or regains its connection."""
        local = urlsplit(self._base_url).hostname in {"127.0.0.1", "::1", "localhost"}
        async with aiohttp.ClientSession(trust_env=not local, timeout=aiohttp.ClientTimeout(total=10)) as session:
            web = self._web = AsyncWebClient(base_url=self._base_url, session=session, retry_handlers=[])
            opened = await web.apps_connections_open(app_token=self._token)
            client = SocketModeClient(self._token, web_client=web, ping_interval=self._ping)
            client.wss_uri = str(opened["url"])
            client.socket_mode_request_listeners.append(self._heard)
            try:
                await asyncio.wait_for(client.connect(), self._patience)  # type: ignore[no-untyped-call]
                self._told("listens to buttons and slash commands", "info")
                await self._watch(client)
            finally:
                await client.close()  # type: ignore[no-untyped-call]
                await asyncio.gather(*self._answering, return_exceptions=True)

    async def _watch(self, client: SocketModeClient) -> None:
        """Return once the client has been without a connection for longer than `patience`."""
        loop = asyncio.get_running_loop()
        last = loop.time()
        while loop.time() - last < self._patience:
            await asyncio.sleep(self._ping / 5)
            if await client.is_connected():
                last = loop.time()

    async def _heard(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        """Acknowledge at once, then do it, once however often Slack sends it."""
        await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
        if request.envelope_id in self._seen:
            return
        self._seen[request.envelope_id] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        task = asyncio.ensure_future(self._answer(request))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, request: SocketModeRequest) -> None:
        payload = request.payload
        try:
            asked = _asked(request.type, payload)
            if asked is None:
                return
            text = (await self._obey(replace(asked, channel=await self._named(asked)))).text
        except AskingError as error:
            text = str(error)
        except Exception as error:  # noqa: BLE001  the asker must hear that it failed, whatever it was
            self._told(f"a request from Slack failed: {error!r}", "warning")
            text = "That failed on my side; the log says why. Nothing was changed."
        await self._say(str(payload.get("response_url") or ""), text)

    async def _named(self, asked: Command) -> str:
        """The channel by its name, also where Slack only says that it is private; as it is where nobody tells."""
        if asked.channel not in _UNNAMED or not self._bot_token:
            return asked.channel
        if asked.place not in self._names:
            assert self._web  # noqa: S101  what is asked came over its connection
            try:
                answer = await self._web.conversations_info(channel=asked.place, token=self._bot_token)
            except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError) as error:
                self._told(f"a private channel's name is not known: {error}", "warning")
                return asked.channel
            self._names[asked.place] = f"#{answer['channel'].get('name') or ''}"
        return self._names[asked.place]

    async def _say(self, url: str, text: str) -> None:
        """Answer the asker alone."""
        if not url:
            return
        try:
            webhook = AsyncWebhookClient(url, timeout=10, trust_env_in_session=False)
            await webhook.send(text=escape(cut(text, ANSWER_LIMIT)), response_type="ephemeral", replace_original=False)
        except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError) as error:
            self._told(f"an answer did not reach its asker: {error}", "warning")


def _asked(kind: str, payload: Mapping[str, Any]) -> Command | None:
    """What a request asks for; None for what is none of ours. Raises AskingError."""
    if kind == "slash_commands":
        by = _who(payload.get("user_name"), payload.get("user_id"))
        asked = command(str(payload.get("text") or ""), by, f"#{payload.get('channel_name') or ''}")
        return replace(asked, place=str(payload.get("channel_id") or ""))
    if kind != "interactive" or payload.get("type") != "block_actions":
        return None
    user, channel = payload.get("user") or {}, payload.get("channel") or {}
    by = _who(user.get("username") or user.get("name"), user.get("id"))
    where, place = f"#{channel.get('name') or ''}", str(channel.get("id") or "")
    root = _root(payload.get("message") or {})
    for action in payload.get("actions") or []:
        match action.get("action_id"):
            case str(one) if one == ACK:
                return Command(Verb.ACKNOWLEDGE, by, "", "", where, str(action.get("value") or ""), place)
            case str(one) if one == MUTE_STORY:
                return Command(Verb.MUTE, by, "story", "", where, str(action.get("value") or ""), place)
            case str(one) if one == ONE_STOCK:
                value = str((action.get("selected_option") or {}).get("value") or "")
                return replace(pressed(value, by, where, root), place=place)
    return None


def _who(name: object, id_: object) -> str:
    return f"@{name or id_ or 'somebody'}"


def _root(message: Mapping[str, Any]) -> str:
    """The key of the root that a message shows, as its buttons carry it."""
    for block in message.get("blocks") or []:
        if block.get("block_id") == CONTROLS:
            values = [e.get("value") for e in block.get("elements") or [] if e.get("action_id") == ACK]
            return str(values[0]) if values else ""
    return ""
