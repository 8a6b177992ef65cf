"""Buttons and slash commands over a real Socket Mode connection, and what becomes of it when Slack drops it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from alerts import message
from alerts.asking import AskingError
from alerts.blocks import ACK, MUTE_STORY, ONE_STOCK
from alerts.slack import Slack
from alerts.slack_socket import SlackSocket
from alerts.types import Answer, Command, Delivery, DeliveryKind, Verb
from standins.moves import CLOSE, rows, view
from standins.slack import APP_TOKEN, TOKEN, Message, SlackServer, wait_for
from standins.slack_socket import SocketServer


async def until(done: Callable[[], bool]) -> bool:
    """Whether it came true in time; looked at from a thread, so that the loop goes on."""
    return await asyncio.to_thread(wait_for, done)


@dataclass
class Ear:
    """Whoever does what is asked, and the operator's log."""

    commands: list[Command] = field(default_factory=list)
    log: list[tuple[str, str]] = field(default_factory=list)

    async def obey(self, command: Command) -> Answer:
        """Remember it and say so."""
        if command.what == "BROKEN":
            raise RuntimeError("no such table")
        if command.what == "NOBODY":
            raise AskingError("“NOBODY” is no company")
        self.commands.append(command)
        return Answer(f"{command.verb} {command.what} <done> & well")


@dataclass
class Line:
    """A workspace, its socket, and who listens on our side."""

    slack: SlackServer
    socket: SocketServer
    ear: Ear

    async def answer(self, name: str) -> str:
        """What the asker was told, to the asker alone."""
        assert await until(lambda: any(a["to"] == name for a in self.slack.answers))
        found = [a for a in self.slack.answers if a["to"] == name]
        assert [("ephemeral", False)] == [(a["response_type"], a["replace_original"]) for a in found]
        return str(found[0]["text"])


@asynccontextmanager
async def listening(
    slack: SlackServer, socket: SocketServer, token: str = APP_TOKEN, patience: float = 3.0
) -> AsyncIterator[Line]:
    """Our side listens; signs of life come quickly."""
    ear = Ear()
    ours = SlackSocket(
        token, ear.obey, lambda text, level: ear.log.append((level, text)), slack.url,
        bot_token=TOKEN, ping=0.2, patience=patience,
    )  # fmt: skip
    task = asyncio.create_task(ours.run())
    try:
        yield Line(slack, socket, ear)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    """A connection that stands."""
    with SlackServer("#ai") as slack:
        async with SocketServer(slack) as socket, listening(slack, socket) as line:
            await socket.connected()
            yield line


async def root(line: Line) -> Message:
    """The day's root message, with its buttons, in the channel."""
    slack = Slack(TOKEN, line.slack.url, buttons=True)
    text, blocks = message.root(view(key="#ai/2025-01-27/s1"))
    await slack.post(Delivery("k", DeliveryKind.POST, "#ai", "k", CLOSE, text, blocks, rows()), None)
    await slack.close()
    return line.slack["#ai"].roots[-1]


async def test_a_slash_command_is_acknowledged_and_answered_to_the_asker_alone(line: Line) -> None:
    """With who asked, and in which channel; the answer's signs are Slack's own no more."""
    name = await line.socket.slash("mute NVDA 2h")
    assert "mute NVDA &lt;done&gt; &amp; well" == await line.answer(name)
    assert [Command(Verb.MUTE, "@ana", "NVDA", "2h", "#ai", place="C000000001")] == line.ear.commands


async def test_a_private_channel_is_known_by_its_name_all_the_same(line: Line) -> None:
    """Slack leaves it out of the command: it is asked for once. Untold, the command is done as it came."""
    line.slack.add("#desk")
    line.slack.add("#closed", member=False)
    for place in ("C000000002", "C000000002", "C000000003"):
        await line.answer(await line.socket.slash("mute NVDA 2h", "privategroup", place=place))
    assert ["#desk", "#desk", "#privategroup"] == [c.channel for c in line.ear.commands]
    assert 2 == line.slack.count("conversations.info")
    assert "a private channel's name is not known" in line.ear.log[-1][1]


async def test_buttons_carry_the_message_they_stand_under(line: Line) -> None:
    """Acknowledge, mute the story, and each entry of the menu for a stock."""
    shown = await root(line)
    await line.answer(await line.socket.press(shown, ACK))
    await line.answer(await line.socket.press(shown, MUTE_STORY))
    for option in ("Why: NVDA", "Mute 1 hour: NVDA", "Less like this: TSM", "Wrong: the price: AVGO"):
        await line.answer(await line.socket.press(shown, ONE_STOCK, option))
    key = "#ai/2025-01-27/s1"
    assert [
        (Verb.ACKNOWLEDGE, "", "", key),
        (Verb.MUTE, "story", "", key),
        (Verb.WHY, "NVDA", "", key),
        (Verb.MUTE, "NVDA", "1h", key),
        (Verb.LESS, "TSM", "", key),
        (Verb.WRONG, "AVGO", "price", key),
    ] == [(c.verb, c.what, c.more, c.root) for c in line.ear.commands]
    assert {"@ana"} == {c.by for c in line.ear.commands}


async def test_what_cannot_be_done_is_answered_too(line: Line) -> None:
    """A mistake in its own words, a fault of ours in general ones with the cause in the log."""
    assert "is nothing I know" in await line.answer(await line.socket.slash("dance"))
    assert "“NOBODY” is no company" == await line.answer(await line.socket.slash("why NOBODY"))
    assert "failed on my side" in await line.answer(await line.socket.slash("why BROKEN"))
    assert ("warning", "a request from Slack failed: RuntimeError('no such table')") in line.ear.log


async def test_a_request_that_slack_sends_twice_is_done_once(line: Line) -> None:
    """And acknowledged each time."""
    name = await line.socket.slash("mute NVDA 2h", envelope="same")
    await line.answer(name)
    await line.socket.slash("mute NVDA 2h", envelope="same")
    await line.answer(await line.socket.slash("why NVDA"))
    assert [Verb.MUTE, Verb.WHY] == [c.verb for c in line.ear.commands]


@pytest.mark.parametrize("how", ["drop", "refresh"])
async def test_it_listens_again_after_every_loss(line: Line, how: str) -> None:
    """Three times in a row, whether the connection breaks or Slack asks for a new one."""
    for turn in range(1, 4):
        await (line.socket.drop() if how == "drop" else line.socket.refresh())
        await line.socket.connected(turn + 1)
        assert "why" in await line.answer(await line.socket.slash("why NVDA"))
    assert 3 == len(line.ear.commands)


async def test_a_refused_token_is_said_in_words() -> None:
    """With what to make instead; nothing is connected."""
    with SlackServer("#ai") as slack:
        async with SocketServer(slack) as socket, listening(slack, socket, "xapp-old") as line:
            assert await until(lambda: bool(line.ear.log))
            ((level, text),) = line.ear.log
            assert ("warning", 0) == (level, socket.opened)
            assert "Slack refuses SLACK_APP_TOKEN: make a new app-level token" in text


async def test_it_waits_for_a_slack_that_is_not_there_yet() -> None:
    """A start without a network ends in a connection once there is one."""
    with SlackServer("#ai") as slack:
        async with SocketServer(slack) as socket:
            slack.socket_url, later = "ws://127.0.0.1:9/link", slack.socket_url
            async with listening(slack, socket) as line:
                assert await until(lambda: bool(slack.count("apps.connections.open")))
                slack.socket_url = later
                await socket.connected()
                assert "why" in await line.answer(await socket.slash("why NVDA"))


async def test_it_asks_for_another_address_where_the_new_one_is_dead() -> None:
    """slack_sdk's client would try that one for ever after a loss."""
    with SlackServer("#ai") as slack:
        async with SocketServer(slack) as socket, listening(slack, socket, patience=1.0) as line:
            await socket.connected()
            slack.socket_url, alive = "ws://127.0.0.1:9/link", slack.socket_url
            await socket.drop()
            assert await until(lambda: 2 == slack.count("apps.connections.open"))
            slack.socket_url = alive
            await socket.connected(2)
            assert "why" in await line.answer(await socket.slash("why NVDA"))
