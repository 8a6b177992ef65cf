"""The daemon as a real process, against stand-ins that speak the real protocols to the real clients."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest

from alerts.blocks import ACK, ONE_STOCK
from monitor.store.files import damage
from standins.edits import DISTURBANCES, GOOD, SAVES, disturb
from standins.line import Line
from standins.slack import APP_TOKEN, Fault, SlackServer
from standins.slack_socket import SocketServer
from standins.web import Web, item, rss
from standins.yahoo import YahooStandIn

SCRIPT = Path(__file__).parent / "standins" / "shifted_daemon.py"
MOMENT = datetime(2025, 3, 12, 15, 0, tzinfo=UTC)
"""A Wednesday on which New York trades; the daemon's clock starts here."""
DEADLINE = 60.0
"""Seconds in which anything must happen; most of them are the start of a process on a busy machine."""
CHANNEL = "#ai"
SETTINGS = """
schedule: {{news: 1 s, prices: 1 s, delivery: 1 s}}
network: {{allow: ["{place}"]}}
feeds: {{only: [test-wire], add: [{{id: test-wire, name: Test wire, url: "{url}", topic: press}}]}}
"""
WATCHLIST = """
name: Test
channel: "#ai"
companies: [NVDA]
"""


def sessions(until: date) -> list[date]:
    """The weekdays of the half-year before `until`, good enough as sessions of a made-up history."""
    days = (until - timedelta(days=n) for n in range(200, 0, -1))
    return [d for d in days if d.isoweekday() < 6]


@dataclass
class World:
    """The stand-ins and the folders of one daemon."""

    web: Web
    yahoo: YahooStandIn
    slack: SlackServer
    config: Path
    state: Path
    shift: timedelta

    def now(self) -> datetime:
        """The daemon's clock."""
        return datetime.now(UTC) + self.shift

    def trade(self, price: float) -> None:
        """Nvidia trades at `price`, the market as yesterday."""
        for symbol, last in (("NVDA", price), ("SPY", 500.0), ("QQQ", 400.0), ("SMH", 200.0), ("^IXIC", 18000.0)):
            self.yahoo.trade(symbol, last, self.now(), goes_on=True)

    def publish(self, *items: str) -> None:
        """The feed shows these items now."""
        self.web.feed("/feed", rss(*items), etag=f'"{time.monotonic_ns()}"')

    def follow(self, url: str, place: str) -> None:
        """Configure the one feed and the one stock."""
        (self.config / "aftershock.yaml").write_text(SETTINGS.format(place=place, url=url), encoding="utf-8")
        (self.config / "watchlists" / "test.yaml").write_text(WATCHLIST, encoding="utf-8")

    @contextmanager
    def daemon(self, log: Path, **environ: str) -> Iterator[subprocess.Popen[bytes]]:
        """The daemon, running; killed if the test has not ended it."""
        environment = {
            **os.environ,
            "AFTERSHOCK_CONFIG": str(self.config),
            "AFTERSHOCK_STATE": str(self.state),
            "AFTERSHOCK_YAHOO_URL": self.yahoo.url,
            "AFTERSHOCK_SLACK_URL": self.slack.url,
            "SLACK_BOT_TOKEN": self.slack.token,
            "AFTERSHOCK_HTTP": "127.0.0.1:0",
            **environ,
        }
        command = [sys.executable, str(SCRIPT), str(self.shift.total_seconds())]
        with log.open("ab") as out, subprocess.Popen(command, env=environment, stdout=out, stderr=out) as process:
            try:
                yield process
            finally:
                process.kill()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world in which one feed, one stock and one channel exist."""
    shift = MOMENT - datetime.now(UTC)
    config = tmp_path / "config"
    (config / "watchlists").mkdir(parents=True)
    with (
        Web() as web,
        YahooStandIn() as yahoo,
        SlackServer(CHANNEL, now=lambda: time.time() + shift.total_seconds()) as slack,
    ):
        made = World(web, yahoo, slack, config, tmp_path / "state", shift)
        made.follow(web.url("/feed"), web.place)
        for symbol, level in (("NVDA", 100.0), ("SPY", 500.0), ("QQQ", 400.0), ("SMH", 200.0), ("^IXIC", 18000.0)):
            swing = 0.01 if symbol == "NVDA" else 0.004
            days = sessions(made.now().date())
            closes = [level * (1 + swing * (-1) ** (n % 3 == 0)) for n in range(len(days) - 1)] + [level]
            yahoo.daily(symbol, [(d, c, c) for d, c in zip(days, closes, strict=True)])
        made.trade(100.0)
        made.publish(item("Old words about something else", guid="1", published=made.now() - timedelta(days=2)))
        yield made


def wait(done: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until `done`, at most `DEADLINE` seconds; on failure show the daemon's log."""
    ends = time.monotonic() + DEADLINE
    while not done():
        if time.monotonic() > ends or process.poll() is not None:
            pytest.fail(f"did not happen; the daemon ({process.poll()}) said:\n{log.read_text(encoding='utf-8')}")
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)


def logged(log: Path, event: str) -> list[dict[str, str]]:
    """The log's lines of that event."""
    lines = (json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("{"))
    return [line for line in lines if line.get("event") == event]


def told(log: Path) -> list[str]:
    """What the log says cannot be reached, without the reasons."""
    return sorted(line["what"].partition(":")[0] for line in logged(log, "cannot reach"))


def test_an_item_and_a_fall_become_one_message_and_a_restart_sends_nothing_twice(world: World, tmp_path: Path) -> None:
    """News comes up in a feed, the price falls, the channel hears it once; SIGTERM ends well, a restart is silent."""
    log = tmp_path / "log"
    channel = world.slack[CHANNEL]
    with world.daemon(log) as process:
        wait(lambda: len(world.web.requests("/feed")) >= 2, process, log)
        wait(lambda: world.yahoo.count("/v7/finance/quote") >= 2, process, log)
        assert [] == channel.messages
        news = item(
            "Nvidia unveils Blackwell chip for AI data centres, shipments delayed",
            guid="2",
            link="https://news.example/2",
            published=world.now(),
        )
        world.publish(news)
        polls = len(world.web.requests("/feed"))
        wait(lambda: len(world.web.requests("/feed")) >= polls + 2, process, log)
        world.trade(88.0)
        wait(lambda: bool(channel.messages), process, log)
        seen = world.yahoo.count("/v7/finance/quote")
        wait(lambda: world.yahoo.count("/v7/finance/quote") >= seen + 3, process, log)
        process.send_signal(signal.SIGTERM)
        assert 0 == process.wait(DEADLINE)
    assert 1 == len(channel.roots) == len(channel.messages)
    message = channel.roots[0]
    assert "NVDA -12.0 %" in message.text
    assert "Blackwell" in message.written

    polls = len(world.web.requests("/feed"))
    seen = world.yahoo.count("/v7/finance/quote")
    world.trade(88.0)
    with world.daemon(log) as process:
        wait(lambda: len(world.web.requests("/feed")) >= polls + 2, process, log)
        wait(lambda: world.yahoo.count("/v7/finance/quote") >= seen + 4, process, log)
        process.send_signal(signal.SIGTERM)
        assert 0 == process.wait(DEADLINE)
    assert 1 == len(channel.messages)
    assert (2, 2) == (len(logged(log, "started")), len(logged(log, "stopped")))
    assert {
        "connected to Stand-in as @aftershock; no buttons and no answers to /aftershock without SLACK_APP_TOKEN"
    } == {line["answer"] for line in logged(log, "alerts go to")}
    assert "Traceback" not in log.read_text(encoding="utf-8")


def test_an_alert_does_not_wait_for_the_trade_before_its_news(world: World, tmp_path: Path) -> None:
    """While one-minute bars do not come it is told without; when they come it is redrawn at once."""
    log = tmp_path / "log"
    channel = world.slack[CHANNEL]
    unknown, known = "1 linked move, part since the news not known yet", "-5.0 % before the news, -1.1 % since"
    with world.daemon(log) as process:
        wait(lambda: len(world.web.requests("/feed")) >= 2, process, log)
        world.trade(94.0)
        seen = world.yahoo.count("/v7/finance/quote")
        wait(lambda: world.yahoo.count("/v7/finance/quote") >= seen + 3, process, log)
        early = world.now().replace(second=0, microsecond=0) - timedelta(minutes=5)
        around = [early + timedelta(minutes=n) for n in range(-4, 4)]
        world.yahoo.minute("NVDA", [(start, 95.0) for start in around])
        world.yahoo.minute("SPY", [(start, 500.0) for start in around])
        world.yahoo.fault("hang", "/v8/finance/chart/NVDA")
        world.publish(item("Nvidia unveils Blackwell chip for AI data centres", guid="2", published=early))
        wait(lambda: any(unknown in message.text for message in channel.roots), process, log)
        assert world.yahoo.count("/v8/finance/chart/NVDA") > 1
        world.yahoo.mend()
        wait(lambda: known in channel.roots[0].written, process, log)
        process.send_signal(signal.SIGTERM)
        assert 0 == process.wait(DEADLINE)
    assert (1, 1) == (len(channel.roots), len(channel.messages))
    assert "Traceback" not in log.read_text(encoding="utf-8")


@pytest.mark.parametrize(("sign", "method"), [(signal.SIGTERM, "auth.test"), (signal.SIGINT, "chat.postMessage")])
def test_a_start_that_hangs_can_be_stopped(world: World, tmp_path: Path, sign: signal.Signals, method: str) -> None:
    """At Slack's first answer, or telling that the database cannot be used: at once, and without a trace."""
    log = tmp_path / "log"
    world.slack.faults.append(Fault(method, hang=True))
    if method != "auth.test":
        (world.state / "aftershock.db").mkdir(parents=True)
    with world.daemon(log) as process:
        wait(lambda: world.slack.count(method) == 1, process, log)
        process.send_signal(sign)
        assert 0 == process.wait(DEADLINE / 6)
    assert [1] == [len(logged(log, "stopped before it had started"))]
    assert "Traceback" not in log.read_text(encoding="utf-8")


def test_a_stop_that_hangs_is_broken_off(world: World, tmp_path: Path) -> None:
    """With a line in the log that says where; the service manager need not kill it."""
    log = tmp_path / "log"
    with world.daemon(log, STOP_HANGS="yes") as process:
        wait(lambda: bool(logged(log, "started")), process, log)
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGINT)
        assert 0 == process.wait(DEADLINE / 2)
    (line,) = logged(log, "the stop took too long and is broken off; nothing is lost")
    assert "shifted_daemon.py" in str(line["where"])
    assert 1 == len(logged(log, "stopped"))


HOLDER = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
database.execute("ROLLBACK")
"""
"""Another program on the database, as `sqlite3` in somebody's terminal."""


@pytest.mark.parametrize("busy", ["1", pytest.param("", marks=pytest.mark.slow)])
def test_another_process_that_holds_the_database_costs_nothing(world: World, tmp_path: Path, busy: str) -> None:
    """With a second's patience for a lock, and in the long form with the daemon's own ten.

    While it lasts the operator hears that nothing can be kept; then that it is over, and all of the news once.
    """
    log = tmp_path / "log"
    channel = world.slack[CHANNEL]
    settings = world.config / "aftershock.yaml"
    settings.write_text(f"channel: '#ai'\n{settings.read_text(encoding='utf-8')}", encoding="utf-8")

    def texts() -> list[str]:
        return [message.text for message in channel.messages]

    with world.daemon(log, BUSY_SECONDS=busy) as process:
        wait(lambda: world.yahoo.count("/v7/finance/quote") >= 2, process, log)
        command = [sys.executable, "-c", HOLDER, str(world.state / "aftershock.db")]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
            assert holder.stdout
            assert b"held\n" == holder.stdout.readline()
            held = time.monotonic()
            world.publish(item("Nvidia unveils Blackwell chip for AI data centres", guid="2", published=world.now()))
            world.trade(88.0)
            wait(lambda: any("nothing can be kept" in text for text in texts()), process, log)
            assert time.monotonic() - held < 60
            assert 1 == len(texts())
            holder.communicate(b"")
        wait(lambda: any("NVDA -12.0 %" in text for text in texts()), process, log)
        wait(lambda: any(text.startswith("Over: nothing can be kept") for text in texts()), process, log)
        process.send_signal(signal.SIGTERM)
        assert 0 == process.wait(DEADLINE)
    assert 1 == sum("NVDA -12.0 %" in text for text in texts())
    assert {"Trouble", "Over"} == {text.partition(":")[0] for text in texts() if "nothing can be kept" in text}
    assert "Traceback" not in log.read_text(encoding="utf-8")
    assert "" == damage(world.state / "aftershock.db")


def served(log: Path) -> dict[str, float]:
    """The daemon's metrics, by name and labels as they are written."""
    (line,) = logged(log, "metrics and health at")
    with urlopen(line["url"], timeout=10) as answer:  # noqa: S310  the daemon's own address
        lines = answer.read().decode().splitlines()
    return {name: float(value) for name, _, value in (x.rpartition(" ") for x in lines if not x.startswith("#"))}


@pytest.mark.slow
def test_no_tick_is_missed_in_ten_minutes(world: World, tmp_path: Path) -> None:
    """As shipped, but prices every ten seconds; `AFTERSHOCK_MINUTES` sets another time."""
    seconds = 60 * float(os.environ.get("AFTERSHOCK_MINUTES", "10"))
    log, settings = tmp_path / "log", world.config / "aftershock.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("news: 1 s, prices: 1 s", "news: 5 min, prices: 10 s"), encoding="utf-8")
    with world.daemon(log) as process:
        wait(lambda: bool(logged(log, "metrics and health at")), process, log)
        ends = time.monotonic() + seconds
        while time.monotonic() < ends and process.poll() is None:
            world.trade(100.0 + time.monotonic() % 7)
            with suppress(subprocess.TimeoutExpired):
                process.wait(5)
        found = served(log)
        process.send_signal(signal.SIGTERM)
        assert 0 == process.wait(DEADLINE)
    for line, every in (("news", 5), ("prices", 10), ("delivery", 1), ("upkeep", 15)):
        assert 0 == found[f'aftershock_ticks_missed_total{{line="{line}"}}'], line
        passes = found[f'aftershock_passes_total{{line="{line}",outcome="ok"}}']
        assert passes >= 0.95 * seconds / every - 1, (line, passes)
        assert f'aftershock_passes_total{{line="{line}",outcome="failed"}}' not in found, line


def test_without_a_network_it_stays_up_says_so_once_and_recovers(world: World, tmp_path: Path) -> None:
    """Each thing that cannot be reached is told once, its return too, and what waited then arrives."""
    log = tmp_path / "log"
    channel = world.slack[CHANNEL]
    with Line(world.web.url("/feed")) as feed, Line(world.yahoo.url) as yahoo, Line(world.slack.url) as slack:
        world.follow(feed.url, feed.place)
        with world.daemon(log, AFTERSHOCK_YAHOO_URL=yahoo.url, AFTERSHOCK_SLACK_URL=slack.url) as process:
            wait(lambda: len(logged(log, "cannot reach")) == 2, process, log)
            assert ["no prices from Yahoo Finance", "test-wire"] == told(log)
            feed.mend()
            yahoo.mend()
            wait(lambda: len(logged(log, "works again")) == 2, process, log)
            world.publish(item("Nvidia unveils Blackwell chip for AI data centres", guid="2", published=world.now()))
            polls = len(world.web.requests("/feed"))
            wait(lambda: len(world.web.requests("/feed")) >= polls + 2, process, log)
            world.trade(88.0)
            wait(lambda: len(logged(log, "cannot reach")) == 3, process, log)
            assert ["#ai", "no prices from Yahoo Finance", "test-wire"] == told(log)
            assert [] == channel.messages
            slack.mend()
            wait(lambda: bool(channel.messages), process, log)
            wait(lambda: len(logged(log, "works again")) == 3, process, log)
            process.send_signal(signal.SIGINT)
            assert 0 == process.wait(DEADLINE)
    assert 1 == len(channel.roots)
    assert "Traceback" not in log.read_text(encoding="utf-8")


def test_an_edit_counts_while_it_runs_and_a_wrong_one_never_stops_it(world: World, tmp_path: Path) -> None:
    """A lower threshold makes the alert that was not due before; a broken file is told, and survived by a restart."""
    log = tmp_path / "log"
    channel = world.slack[CHANNEL]
    watchlist = world.config / "watchlists" / "test.yaml"
    settings = world.config / "aftershock.yaml"
    settings.write_text(f"channel: '#ai'\n{settings.read_text(encoding='utf-8')}", encoding="utf-8")
    watchlist.write_text(f"{WATCHLIST}unlinked: yes\nthresholds: [{{move: 50%}}]\n", encoding="utf-8")
    with world.daemon(log) as process:
        wait(lambda: world.yahoo.count("/v7/finance/quote") >= 2, process, log)
        world.trade(88.0)
        seen = world.yahoo.count("/v7/finance/quote")
        wait(lambda: world.yahoo.count("/v7/finance/quote") >= seen + 3, process, log)
        assert [] == channel.messages
        watchlist.write_text(f"{WATCHLIST}thresholds: [{{move: 5}}]\n", encoding="utf-8")
        wait(lambda: "5 of what? Write 5% if that is meant" in str(channel.messages), process, log)
        watchlist.write_text(f"{WATCHLIST}unlinked: yes\nthresholds: [{{move: 5%}}]\n", encoding="utf-8")
        wait(lambda: any("NVDA -12.0 %" in message.text for message in channel.roots), process, log)
        wait(lambda: "test.yaml: move 50%" in str(channel.messages), process, log)
        watchlist.write_text("companies: [NVDA", encoding="utf-8")
        wait(lambda: "is not closed" in str(channel.messages), process, log)
        process.send_signal(signal.SIGTERM)
        assert 0 == process.wait(DEADLINE)
    told_before = len(channel.roots)
    with world.daemon(log) as process:
        wait(lambda: len(logged(log, "started")) == 2, process, log)
        assert "Started with the last good configuration" in log.read_text(encoding="utf-8")
        watchlist.write_text(f"{WATCHLIST}unlinked: yes\nthresholds: [{{move: 5%}}]\n", encoding="utf-8")
        wait(lambda: "right again" in str(channel.roots[told_before:]), process, log)
        process.send_signal(signal.SIGTERM)
        assert 0 == process.wait(DEADLINE)
    assert told_before + 1 == len(channel.roots)
    assert "Traceback" not in log.read_text(encoding="utf-8")


@pytest.mark.slow
def test_two_hundred_random_edits_cost_a_running_daemon_no_alert(world: World, tmp_path: Path) -> None:
    """Each good edit counts, nothing else does, and the fall that comes after all of them is told."""
    log = tmp_path / "log"
    draw = random.Random(11)  # noqa: S311  a test's choices
    path = world.config / "watchlists" / "test.yaml"
    good = GOOD + "unlinked: yes\n"
    path.write_text(good.format(move=90), encoding="utf-8")
    settings = world.config / "aftershock.yaml"
    settings.write_text(f"channel: '#ai'\n{settings.read_text(encoding='utf-8')}", encoding="utf-8")
    took = []
    with world.daemon(log) as process:
        wait(lambda: bool(logged(log, "started")), process, log)
        world.trade(88.0)
        for number in range(200):
            kind = draw.choice(("good", *DISTURBANCES))
            if path.is_symlink():
                path.unlink()
            if kind != "good":
                disturb(path, kind, draw)
                continue
            move = 20 + number % 60 + number / 1000
            draw.choice(SAVES)(path, good.format(move=move))
            path.chmod(0o644)
            start = time.monotonic()
            wait(lambda: f"-> {move:g}%" in log.read_text(encoding="utf-8"), process, log)  # noqa: B023  at once
            took.append(time.monotonic() - start)
        assert not any("NVDA -12.0 %" in message.text for message in world.slack[CHANNEL].roots)
        path.unlink(missing_ok=True)
        path.write_text(good.format(move=5), encoding="utf-8")
        wait(lambda: any("NVDA -12.0 %" in m.text for m in world.slack[CHANNEL].roots), process, log)
        process.send_signal(signal.SIGTERM)
        assert 0 == process.wait(DEADLINE)
    assert "Traceback" not in log.read_text(encoding="utf-8")
    took.sort()
    print(f"{len(took)} good edits: median {took[len(took) // 2]:.2f} s, slowest {took[-1]:.2f} s")  # noqa: T201  measured


async def test_what_people_ask_in_slack_reaches_the_running_daemon(world: World, tmp_path: Path) -> None:
    """A mute holds the alert back; lifted, it comes with a picture in its thread; its button is answered and shown."""
    log = tmp_path / "log"
    channel = world.slack[CHANNEL]
    async with SocketServer(world.slack) as socket:
        with world.daemon(log, SLACK_APP_TOKEN=APP_TOKEN) as process:

            async def until(done: Callable[[], bool]) -> None:
                await asyncio.to_thread(wait, done, process, log)

            await until(lambda: bool(socket.connections) and world.yahoo.count("/v7/finance/quote") >= 2)
            muted = await socket.slash("mute NVDA 2h")
            await until(
                lambda: any(a["to"] == muted and a["text"].startswith("Muted: NVDA until") for a in world.slack.answers)
            )
            world.publish(item("Nvidia unveils Blackwell chip for AI data centres", guid="2", published=world.now()))
            polls = len(world.web.requests("/feed"))
            await until(lambda: len(world.web.requests("/feed")) >= polls + 2)
            world.trade(88.0)
            seen = world.yahoo.count("/v7/finance/quote")
            await until(lambda: world.yahoo.count("/v7/finance/quote") >= seen + 4)
            assert [] == channel.messages
            await socket.slash("unmute NVDA")
            await until(lambda: bool(channel.files))
            (root,) = channel.roots
            assert (root.ts, True) == (channel.files[0].thread, "NVDA -12.0 %" in channel.files[0].alt)
            await socket.press(root, ACK)
            await until(lambda: "acknowledged by @ana" in root.written)
            asked = await socket.slash("why NVDA")
            await until(
                lambda: any(a["to"] == asked and "NVDA · NVIDIA · told at" in a["text"] for a in world.slack.answers)
            )
            await socket.press(root, ONE_STOCK, "Less like this: NVDA")
            await until(lambda: "NVDA row 1 move 3% -> 4.5%" in str(logged(log, "configuration changed")))
            process.send_signal(signal.SIGTERM)
            assert 0 == await asyncio.to_thread(process.wait, DEADLINE)
    assert [("mute", "@ana"), ("unmute", "@ana"), ("acknowledge", "@ana"), ("why", "@ana"), ("less", "@ana")] == [
        (line["verb"], line["by"]) for line in logged(log, "asked")
    ]
    assert "Traceback" not in log.read_text(encoding="utf-8")
