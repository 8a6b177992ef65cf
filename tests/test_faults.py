"""A daemon whose writes fail or that is killed in the middle of them ends where an undisturbed one does.

strace makes system calls fail (ENOSPC, EIO) or kills the process at them, one by one, on the database's files only. The
suite tries some points of each kind; `pytest -m slow` tries every write of one tick and fifty points of the morning.
"""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from monitor.cli import TRY_AGAIN
from monitor.store.files import damage
from standins.script import DATABASE, TICKS, WHOLE
from standins.world import Channel

TESTS = Path(__file__).parent
TICK = 10
"""A tick with news of two feeds, prices that cross, and deliveries."""
KILL, FULL, BROKEN = "signal=KILL", "error=ENOSPC", "error=EIO"
FAULTS = (KILL, FULL, BROKEN)


class Server:
    """The forking server of `standins/script.py`."""

    def __init__(self) -> None:
        """Start it; its imports are done once."""
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])}
        command = [sys.executable, "-m", "standins.script"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            command, env=environment, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, cwd=TESTS.parent
        )

    def play(
        self, folder: Path, ticks: int = WHOLE, inject: str | None = None, *, trace: bool = False
    ) -> dict[str, Any]:
        """One daemon on that folder, disturbed as told; how it ended and, with `trace`, how often it wrote."""
        assert self._process.stdin
        assert self._process.stdout
        asked = {"folder": str(folder), "ticks": ticks, "inject": inject, "trace": trace or bool(inject)}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def stop(self) -> None:
        """End it."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(20)
        assert self._process.stdout
        self._process.stdout.close()


@dataclass
class Morning:
    """The undisturbed morning: its folder at the tick that is disturbed, its end, and how often that tick writes."""

    server: Server
    before: Path
    whole: dict[str, Any]
    of_tick: dict[str, int]


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Morning]:
    """Played once without any fault."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not here: apt-get install strace")
    server = Server()
    try:
        folder = tmp_path_factory.mktemp("morning")
        if server.play(folder, TICK, trace=True)["calls"]["pwrite64"] == 0:
            pytest.skip("strace may not trace here")
        before = folder.with_name(f"{folder.name}-before")
        shutil.copytree(folder, before)
        one = server.play(folder, TICK + 1, trace=True)["calls"]
        server.play(folder)
        whole = state(folder)
        yield Morning(server, before, whole, one)
    finally:
        server.stop()


def channel(folder: Path) -> Channel:
    """What the channel has accepted."""
    kept = Channel()
    for line in (folder / "channel.jsonl").read_text(encoding="utf-8").splitlines():
        kept.accept(json.loads(line))
    return kept


def state(folder: Path) -> dict[str, Any]:
    """What counts in the end: nothing damaged, nothing waiting, what is known, what was told, what readers see."""
    assert "" == damage(folder / DATABASE)
    with closing(sqlite3.connect(folder / DATABASE)) as db:

        def rows(query: str) -> list[Any]:
            return db.execute(query).fetchall()

        # A poll that was broken off is made again at the feed's next time, lest a publisher be asked twice: what it
        # shows is then seen some minutes later, and a message's list of sources says so.
        seen = re.compile(r"^• \d+ \w+ [\d:]+ UTC (?=feed)", re.MULTILINE)
        messages = [(key, kind, seen.sub("• ", text)) for key, kind, text in channel(folder).told()]
        assert len(messages) == len({key for key, _, _ in messages}), "a message came twice"
        return {
            "waiting": rows("select key, state from outbox where state in ('pending', 'sending', 'blocked')"),
            "articles": rows("select id, story, reason, body ->> '$.title' from articles order by id"),
            "stories": rows("select id, body -> '$.feeds' from stories order by id"),
            "told": rows(
                "select channel, symbol, session, body ->> '$.up', body ->> '$.down' from told order by symbol"
            ),
            "roots": rows("select key, story, body ->> '$.edits' from roots order by key"),
            "decisions": rows("select symbol, verdict, reason from ledger order by symbol, id"),
            "seen": messages,
        }


def spread(count: int, points: int) -> list[int]:
    """So many of the numbers 1 to `count`, evenly."""
    return sorted({1 + round(n * (count - 1) / max(points - 1, 1)) for n in range(min(points, count))})


def disturbed(morning: Morning, folder: Path, fault: str, call: str, point: int, *, whole: bool) -> None:
    """A daemon disturbed at one write; afterwards one that is not; then all is as if nothing had been."""
    if whole:
        folder.mkdir()
    else:
        shutil.copytree(morning.before, folder)
    inject = f"{call}:{fault}:when={point}"
    done = morning.server.play(folder, WHOLE if whole else TICK + 1, inject)
    assert done["injected"] or fault == KILL, inject
    assert done["code"] in ({-9} if fault == KILL else {0, TRY_AGAIN}), inject
    morning.server.play(folder)
    assert morning.whole == state(folder), inject
    if fault != KILL and (folder / "channel.jsonl").exists():
        _was_told(folder, inject)


def _was_told(folder: Path, inject: str) -> None:
    """The operator heard of a fault that a pass met, past the outbox."""
    failed = (folder / "failed").exists()
    heard = [m["text"] for m in channel(folder).messages if "/straight/" in m["key"]]
    assert failed == any(text.startswith("Trouble: ") for text in heard), (inject, heard)


def points(counts: dict[str, int], each: int) -> Sequence[tuple[str, int]]:
    """Calls and their numbers, so many of each kind of call."""
    return [(call, n) for call, count in counts.items() if count for n in spread(count, each)]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_tick_changes_nothing_in_the_end(morning: Morning, tmp_path: Path, fault: str) -> None:
    """Some writes of one news, one price and one delivery pass; every one of them in the slow form."""
    for number, (call, n) in enumerate(points(morning.of_tick, 2)):
        disturbed(morning, tmp_path / str(number), fault, call, n, whole=False)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_every_write_of_a_tick_changes_nothing_in_the_end(
    morning: Morning, tmp_path: Path, fault: str
) -> None:
    """Each call that SQLite writes with, one run each."""
    for number, (call, n) in enumerate(points(morning.of_tick, 10_000)):
        disturbed(morning, tmp_path / str(number), fault, call, n, whole=False)
        shutil.rmtree(tmp_path / str(number))


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_fifty_points_of_the_morning_changes_nothing_in_the_end(
    morning: Morning, tmp_path: Path, fault: str
) -> None:
    """From the first write of an empty database on."""
    again = tmp_path / "again"
    again.mkdir()
    # Not to the last tick: what is in doubt needs some to be looked up in.
    every = morning.server.play(again, TICKS + 3, trace=True)["calls"]
    for number, n in enumerate(spread(every["pwrite64"], 50)):
        disturbed(morning, tmp_path / str(number), fault, "pwrite64", n, whole=True)
        shutil.rmtree(tmp_path / str(number))


def test_a_disk_that_stays_full_is_told_and_nothing_is_lost(morning: Morning, tmp_path: Path) -> None:
    """From some write on every one fails: the operator hears it straight, and room brings everything back."""
    folder = tmp_path / "full"
    shutil.copytree(morning.before, folder)
    done = morning.server.play(folder, TICK + 2, "pwrite64:error=ENOSPC:when=9+")
    assert 0 == done["code"]
    heard = [m["text"] for m in channel(folder).messages if "/straight/" in m["key"]]
    assert 1 == len(heard)
    assert "nothing can be kept, so nothing is told: cannot write to" in heard[0]
    assert "full" in heard[0]
    (folder / "done").write_text(str(TICK))
    morning.server.play(folder)
    assert morning.whole == state(folder)
