"""What a channel shows after the sender, or the whole daemon, was killed with SIGKILL: the same as if it had not been.

Real processes on a real database against a Slack that speaks HTTP. The suite runs a short form of each sweep; the long
ones (2,000 kills of the sender, 100 of the daemon in a replay, 500 doubtful answers) are marked slow and print what
they counted.
"""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from alerts.outbox import Pace, send_due
from alerts.slack import Slack
from alerts.types import Delivery, DeliveryKind
from monitor.store.store import Store
from standins.days import small_day
from standins.mortal import Mortal
from standins.outbox import START, Clock, MemoryOutbox, delivery
from standins.slack import TOKEN, Channel, Fault, SlackServer

HERE = Path(__file__).parent / "standins"
SENDER, REPLAYER = HERE / "mortal_sender.py", HERE / "mortal_replay.py"
LATER = 31.0
"""Seconds between a death and the next start: just more than the acceptance lag."""

Seen = list[tuple[str | None, str, str | None]]


def story(channel: str) -> list[Delivery]:
    """Two roots with replies and edits of each, in one channel."""
    at = datetime.now(UTC)
    post, update, reply = DeliveryKind.POST, DeliveryKind.UPDATE, DeliveryKind.REPLY
    kinds = [("a", post), ("a1", reply), ("a2", update), ("b", post), ("a3", reply), ("b1", update), ("b2", reply)]
    return [
        delivery(f"{channel}/{k}", kind, f"{channel}/{k[0]}", channel=channel, text=f"text of {k}", at=at)
        for k, kind in kinds
    ]


def shown(channel: Channel) -> Seen:
    """What a reader sees: each message in order, with its text and under which root it stands; channels made alike."""
    name = f"#{channel.name}/"
    texts = {m.ts: (m.key or "").removeprefix(name) for m in channel.roots}
    return [((m.key or "").removeprefix(name), m.text, texts.get(m.thread or "")) for m in channel.messages]


@contextmanager
def senders(tmp_path: Path) -> Iterator[tuple[SlackServer, Store, Mortal, dict[str, Any]]]:
    """A workspace, a database, and senders between them."""
    database = tmp_path / "outbox.db"
    store = Store(database)
    skew = [0.0]
    with SlackServer(now=lambda: time.time() + skew[0]) as server, Mortal(SENDER) as mortal:
        yield server, store, mortal, {"database": str(database), "token": TOKEN, "url": server.url}
    store.close()


async def put(store: Store, deliveries: list[Delivery]) -> None:
    """Put deliveries into the outbox."""
    await store.transact(lambda tx: [tx.enqueue(d, d.at) for d in deliveries])


async def sweep_senders(tmp_path: Path, kills: int) -> dict[str, int]:
    """Kill senders at `kills` points that sweep over a whole run, some of them several times in a row."""
    found = {"kills": 0, "runs": 0, "lost": 0, "doubled": 0, "different": 0, "in doubt": 0}
    with senders(tmp_path) as (server, store, mortal, place):
        server.add("#calm")
        await put(store, story("#calm"))
        assert mortal.run(**place, shift=0.0).status == 0
        expected = shown(server["#calm"])
        assert len(expected) == 5
        server.add("#calm2")
        await put(store, story("#calm2"))
        whole = mortal.run(**place, shift=0.0).seconds
        chance = random.Random(6)  # noqa: S311  points of a sweep
        while found["kills"] < kills:
            channel = f"#run{found['runs']}"
            server.add(channel)
            await put(store, story(channel))
            shift = 0.0
            for _ in range(chance.choice((1, 1, 1, 2, 3))):
                point = whole * 1.05 * ((found["kills"] * 0.6180339887) % 1.0)
                found["kills"] += mortal.run(point, **place, shift=shift).killed
                shift += LATER
            looked = server.count("conversations.history") + server.count("conversations.replies")
            assert mortal.run(**place, shift=shift).status == 0
            found["in doubt"] += server.count("conversations.history") + server.count("conversations.replies") > looked
            found["runs"] += 1
            keys = server[channel].keys()
            found["lost"] += len(expected) - len(set(keys))
            found["doubled"] += len(keys) - len(set(keys))
            found["different"] += shown(server[channel]) != expected
    return found


async def test_a_killed_sender_leaves_the_channel_as_an_undisturbed_one_does(tmp_path: Path) -> None:
    """Ten kills: nothing lost, nothing doubled, the same messages in the same order."""
    found = await sweep_senders(tmp_path, 10)
    assert (0, 0, 0) == (found["lost"], found["doubled"], found["different"]), found


@pytest.mark.slow
async def test_two_thousand_killed_senders(tmp_path: Path) -> None:
    """The long form; some of the kills fall between a call and its settling, or the sweep shows nothing."""
    found = await sweep_senders(tmp_path, 2_000)
    print("\nsender killed:", found)  # noqa: T201  the figures of the sweep
    assert (0, 0, 0) == (found["lost"], found["doubled"], found["different"])
    assert found["in doubt"] > 100


def by_root(channel: Channel) -> dict[str | None, list[tuple[str | None, str]]]:
    """Each root with its text, then its replies in order; in what order roots stand, a crash may change."""
    found = {}
    for root in channel.roots:
        found[root.key] = [(root.key, root.text), *((m.key, m.text) for m in channel.replies(root.ts))]
    return found


def sweep_replays(tmp_path: Path, day: str, kills: int, stride: float) -> dict[str, int]:
    """Kill the cycle over a recorded day at `kills` points, `stride` of a whole run apart at the most."""
    found = {"kills": 0, "runs": 0, "lost": 0, "doubled": 0, "different": 0}
    with SlackServer() as server, Mortal(REPLAYER, day) as mortal:
        channel = server.add("#ai-aftershocks")
        place = {"token": TOKEN, "url": server.url}

        def fresh(name: str) -> dict[str, Any]:
            channel.messages = []
            return {**place, "database": str(tmp_path / f"{name}.db"), "begun": str(tmp_path / f"{name}.begun")}

        calm = mortal.run(**fresh("calm"))
        assert calm.status == 0
        expected = by_root(channel)
        assert len(channel.messages) > 1
        while found["kills"] < kills:
            run, alive = fresh(f"run{found['runs']}"), True
            while alive:
                last = found["kills"] >= kills
                point = None if last else calm.seconds * stride * ((found["kills"] * 0.6180339887) % 1.0)
                ran = mortal.run(point, **run)
                found["kills"] += ran.killed
                assert ran.killed or ran.status == 0
                alive = ran.killed
            found["runs"] += 1
            keys = channel.keys()
            found["lost"] += sum(map(len, expected.values())) - len(set(keys))
            found["doubled"] += len(keys) - len(set(keys))
            found["different"] += by_root(channel) != expected
    return found


def test_a_killed_daemon_goes_on_where_it_died(tmp_path: Path) -> None:
    """A small day told by daemons of which three die: the channel ends as the undisturbed one's."""
    found = sweep_replays(tmp_path, str(small_day(tmp_path)), 3, 0.9)
    assert (0, 0, 0) == (found["lost"], found["doubled"], found["different"]), found


@pytest.mark.slow
def test_a_hundred_killed_daemons_in_a_replay(tmp_path: Path) -> None:
    """27 January 2025 told by a daemon that dies again and again: the channel ends as if it had lived."""
    found = sweep_replays(tmp_path, "2025-01-27", 100, 0.3)
    print("\ndaemon killed:", found)  # noqa: T201  the figures of the sweep
    assert (0, 0, 0) == (found["lost"], found["doubled"], found["different"])


async def sweep_doubts(cases: int) -> dict[str, int]:
    """Tell a story `cases` times to a Slack that accepts and breaks off, accepts late, or fails; on a fake clock."""
    found = {"faults": 0, "lost": 0, "doubled": 0, "different": 0}
    chance = random.Random(7)  # noqa: S311  faults of a sweep
    post, edit = "chat.postMessage", "chat.update"
    # A timeout must be longer than an honest answer on a busy machine takes, and is waited for in full.
    with SlackServer() as server:
        slack = Slack(TOKEN, server.url, timeout=0.25)
        for number in range(cases):
            channel, store, clock = server.add(f"#c{number}"), MemoryOutbox(), Clock()
            for one in story(f"#c{number}"):
                store.put(replace(one, at=START))
            kinds = [Fault(post, reset=True, accept=True), Fault(post, hang=True, late=True), Fault(post, reset=True)]
            kinds += [Fault(post, status=503), Fault(edit, reset=True, accept=True), Fault(edit, status=500)]
            kinds += [Fault("conversations.history", status=502), Fault(post, error="internal_error", accept=True)]
            server.faults.extend([kinds[number % 2], *chance.sample(kinds, chance.randint(0, 2))])
            found["faults"] += len(server.faults)
            while await store.unsettled():
                await send_due(store, slack, clock(), clock=clock, pace=Pace())
                clock.move(seconds=chance.choice((1.1, 5.0, 12.0)))
                if chance.random() < 0.5:
                    clock.move(seconds=12)
                server.release()  # what hangs is accepted now, up to 24 seconds late
            server.faults.clear()
            expected = {f"#c{number}/{k}" for k in ("a", "a1", "b", "a3", "b2")}
            found["lost"] += len(expected - set(channel.keys()))
            found["doubled"] += len(channel.keys()) - len(set(channel.keys()))
            texts = [m.text for m in channel.roots]
            found["different"] += sorted(texts) != ["text of a2", "text of b1"]
        await slack.close()
    return found


async def test_a_doubtful_answer_costs_no_message_and_doubles_none() -> None:
    """Ten stories told to a Slack that breaks off after accepting, or accepts late."""
    found = await sweep_doubts(10)
    assert (0, 0, 0) == (found["lost"], found["doubled"], found["different"]), found


@pytest.mark.slow
async def test_five_hundred_doubtful_answers() -> None:
    """The long form: every case has at least one acceptance that was not heard of."""
    found = await sweep_doubts(500)
    print("\ndoubtful answers:", found)  # noqa: T201  the figures of the sweep
    assert (0, 0, 0) == (found["lost"], found["doubled"], found["different"])
