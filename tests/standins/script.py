"""A scripted morning in the small world, which a daemon can be killed in and go on with: the fault tests' subject.

Run as a program it is a server that forks a daemon a line of standard input, has its writes to the database disturbed
by strace, and says how it ended. What the channel accepted, and which ticks are done, outlive the daemon in files.
"""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from monitor.cli import TRY_AGAIN
from monitor.notices import cannot_start
from monitor.store.store import StoreError
from monitor.ticking import Daemon
from standins.world import CALENDARS, OPEN, OPERATOR, Feeds, World, configuration

TICKS, WHOLE = 14, 22
"""Ticks of a minute each in which something happens, and with those in which what is in doubt is looked up."""
POLL = timedelta(minutes=2)
DATABASE = "aftershock.db"
WRITES = ("pwrite64", "fdatasync", "fsync", "ftruncate")
"""What SQLite writes a database and its journal with."""


def happens(world: World, tick: int) -> datetime:
    """What the world does up to a tick, and the time: told from the tick alone, so that a restart finds it the same.

    Stocks move once their news was seen even if a poll was broken off: it is made again at the feed's next time.
    """
    for n in range(min(tick, TICKS) + 1):
        at = OPEN + timedelta(minutes=n)
        if n % 5 == 0:
            world.feeds.publish("feed0", f"a{n}", f"Nvidia opens model number {n}", at)
        if n % 7 == 1:
            world.feeds.publish("feed1", f"b{n}", f"Amd opens another chip of the year {n}", at)
        if n % 9 == 2:
            world.feeds.publish("feed2", "c", f"Microsoft opens its office, version {n}", at)
        if n >= 5:
            world.trades.now["NVDA"] = 95.0 - n
        if n >= 8:
            world.trades.now["AMD"] = 50.0 + n
    return OPEN + timedelta(minutes=tick)


def play(folder: Path, ticks: int = WHOLE) -> None:
    """Run the daemon's lines from the first tick that is not done up to that one."""
    world = World(Feeds(every=POLL))
    accepted, done = folder / "channel.jsonl", folder / "done"
    if accepted.exists():
        for line in accepted.read_text(encoding="utf-8").splitlines():
            world.channel.accept(json.loads(line))
    file = os.open(accepted, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    world.channel.keep = lambda message: os.write(file, json.dumps(message).encode() + b"\n")
    first = int(done.read_text()) if done.exists() else 0
    asyncio.run(_play(world, folder, first, ticks))


async def _play(world: World, folder: Path, first: int, ticks: int) -> None:
    now = happens(world, first)
    try:
        edges = world.edges(folder, lambda: now)
        daemon = Daemon(edges, configuration(poll=POLL), lambda: now)
        await daemon.upkeep.begin()
    except StoreError as error:
        (folder / "failed").touch()
        await cannot_start(world.channel, OPERATOR, str(error), now)
        raise SystemExit(TRY_AGAIN) from error
    for tick in range(first, ticks):
        now = happens(world, tick)
        for _ in range(3):
            await _once(daemon)
            if not daemon._broken:
                break
            (folder / "failed").touch()
        if daemon.damaged:
            raise SystemExit(3)
        (folder / "done").write_text(str(tick + 1))
    edges.store.close()


async def _once(daemon: Daemon) -> None:
    for name, line in (("news", daemon.news), ("prices", daemon.prices), ("delivery", daemon.delivery)):
        await daemon._guarded(name, line)


def serve() -> None:
    """Read `{"folder", "ticks", "trace", "inject"}` a line, play it in a process of its own, and say how it ended."""
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=sys.stderr))
    CALENDARS.prepare(["XNYS"], OPEN)
    for line in sys.stdin:
        asked: dict[str, Any] = json.loads(line)
        answer = _forked(Path(asked["folder"]), asked["ticks"], asked["trace"], asked["inject"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _forked(folder: Path, ticks: int, trace: bool, inject: str | None) -> dict[str, Any]:
    waits, goes = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(goes)
        os.read(waits, 1)
        code = 1
        try:
            play(folder, ticks)
            code = 0
        except SystemExit as left:
            code = int(left.code or 0)
        except BaseException as error:  # noqa: BLE001  the parent has to know
            sys.stderr.write(f"{error!r}\n")
        finally:
            sys.stderr.flush()
            os._exit(code)
    os.close(waits)
    if not trace:
        os.close(goes)
        return {"code": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}
    traced = folder / "trace"
    files = [str(folder / f"{DATABASE}{part}") for part in ("", "-wal", "-shm")]
    paths = [argument for file in files for argument in ("-P", file)]
    what = ["-e", f"trace={','.join(WRITES)}", *(["-e", f"inject={inject}"] if inject else [])]
    strace = ["strace", "-f", "-qq", "-p", str(child), "-o", str(traced), *paths, *what]
    with subprocess.Popen(strace, stderr=subprocess.DEVNULL) as tracer:
        with suppress(FileNotFoundError):
            while "TracerPid:\t0\n" in Path(f"/proc/{child}/status").read_text() and tracer.poll() is None:
                pass
        os.write(goes, b"x")
        os.close(goes)
        _, status = os.waitpid(child, 0)
        try:
            tracer.wait(10)
        except subprocess.TimeoutExpired:
            tracer.kill()
    calls = re.findall(r"^\d+ +(\w+)\(", traced.read_text(), re.MULTILINE)
    counts = {name: calls.count(name) for name in WRITES}
    return {"code": os.waitstatus_to_exitcode(status), "calls": counts, "injected": "INJECTED" in traced.read_text()}


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve()
