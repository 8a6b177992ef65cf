"""Real processes that are killed: a program that has loaded everything once and forks a child for each run.

`Mortal` is the test's side of it: it asks for a run of one of the program's jobs, kills the child with SIGKILL after a
time if told to, and says whether it died. Forking saves the second that each import would take, and a killed child is a
killed process: its sockets break, its database connection is gone, nothing of it runs on.
"""

import asyncio
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

Job = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]
"""What a child does, with the arguments of its run."""


@dataclass(frozen=True)
class Ran:
    """How a run ended: killed or by itself with `status`, after so many seconds."""

    killed: bool
    status: int
    seconds: float


class Mortal:
    """A program that forks; a context manager. `script` is a file that ends in `serve(job)`."""

    def __init__(self, script: Path, *arguments: str) -> None:
        """Start it; it is ready once it has loaded everything, which `run` waits for."""
        path = os.pathsep.join(p for p in sys.path if p)
        command = [sys.executable, str(script), *arguments]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}, text=True
        )

    def __enter__(self) -> Self:
        """Nothing more to do."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the program."""
        self._process.kill()
        self._process.communicate()

    def run(self, kill_after: float | None = None, **arguments: Any) -> Ran:  # noqa: ANN401  a job's arguments
        """Run the job in a child, killed after so many seconds unless it has ended by then."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"kill_after": kill_after, "arguments": arguments}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the program that forks has died"
        return Ran(**json.loads(answer))


def serve(job: Job) -> None:
    """Fork a child for each line on standard input, kill it when it is time, and say how it ended."""
    for line in sys.stdin:
        wanted = json.loads(line)
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            _run(job, wanted["arguments"])
        killed, status = _wait(child, wanted["kill_after"])
        answer = {"killed": killed, "status": status, "seconds": time.monotonic() - began}
        print(json.dumps(answer), flush=True)  # noqa: T201  the answer


def _run(job: Job, arguments: dict[str, Any]) -> None:
    status = 1
    try:
        asyncio.run(job(arguments))
        status = 0
    finally:
        os._exit(status)


def _wait(child: int, kill_after: float | None) -> tuple[bool, int]:
    handle = os.pidfd_open(child)
    try:
        ended, _, _ = select.select([handle], [], [], kill_after)
        if not ended:
            os.kill(child, signal.SIGKILL)
        _, raw = os.waitpid(child, 0)
    finally:
        os.close(handle)
    return not ended, os.waitstatus_to_exitcode(raw)


def shifted(seconds: float) -> Callable[[], datetime]:
    """The real clock, so many seconds on: what a process that starts later reads."""
    return lambda: datetime.now(UTC) + timedelta(seconds=seconds)
