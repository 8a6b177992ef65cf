"""How worker processes are started, here and for parsing feeds: spawned, and deaf to Ctrl-C.

A fork of a process with threads and sockets may inherit a lock that nobody releases. A terminal sends Ctrl-C to
every process in it, but it is the daemon that decides when its workers end.
"""

import contextlib
import signal
from collections.abc import Iterator
from multiprocessing.context import SpawnContext, SpawnProcess


class _QuietProcess(SpawnProcess):
    """A worker that never sees Ctrl-C, not even while it is still importing."""

    def start(self) -> None:
        """Start with SIGINT blocked; a child inherits that."""
        with _interrupts_blocked():
            super().start()


class QuietContext(SpawnContext):
    """Spawn, with workers that leave Ctrl-C to the daemon."""

    Process = _QuietProcess


@contextlib.contextmanager
def _interrupts_blocked() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
