"""An end to every stop: what hangs is waited for, but not for ever.

Every wait of a stop is meant to be bounded. One that is not, here or in a library that is closed, is a fault: its place
goes into the log, and the process ends before the service manager has to kill it. Nothing is lost by that, as every
start recovers.
"""

import multiprocessing
import os
import signal
import sys
import threading
import traceback
from typing import Final

import structlog

log = structlog.get_logger("aftershock")

PATIENCE: Final = 20.0
"""Seconds from the signal to the end: more than draining takes, less than the 30 that the units and Compose allow."""
_INNERMOST: Final = 3


def limit(seconds: float = PATIENCE) -> None:
    """From now on this process ends within so many seconds, with or without us. Once is enough."""
    if any(thread.name == _break_off.__name__ for thread in threading.enumerate()):
        return
    timer = threading.Timer(seconds, _break_off)
    timer.name = _break_off.__name__
    timer.daemon = True
    timer.start()


def deaf() -> None:
    """Hear no further signal: what is left is the interpreter's own end, and its exit code ours."""
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, signal.SIG_IGN)


def _break_off() -> None:
    """End at once, with a line that says where everything was: for whoever looks for the fault."""
    log.error("the stop took too long and is broken off; nothing is lost", where=_whereabouts())
    for child in multiprocessing.active_children():
        child.kill()
    os._exit(0)


def _whereabouts() -> dict[str, str]:
    """What each thread is doing, by its name: the innermost calls, outer first."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    found = {}
    for ident, frame in sys._current_frames().items():  # noqa: SLF001  the documented way to see other threads' frames
        if ident != threading.get_ident():
            calls = traceback.extract_stack(frame)[-_INNERMOST:]
            where = " > ".join(f"{os.path.basename(c.filename)}:{c.lineno} {c.name}" for c in calls)  # noqa: PTH119
            found[names.get(ident, str(ident))] = where
    return found
