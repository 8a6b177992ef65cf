"""The daemon as `aftershock run` starts it, with only its clock set off: `shifted_daemon.py SECONDS`.

A process of its own; `BUSY_SECONDS` in its environment says how long its store waits for a lock, and `STOP_HANGS` that
it never closes. Everything but the clock's reading is as in live running; that one is shifted so that an exchange is
open whenever the tests run.
"""

import asyncio
import os
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from monitor import stopping
from monitor.cli_terminal import configured, environment, places, told_plainly
from monitor.daemon import run, utc_now
from monitor.store import store


def main() -> None:
    """Run until told to stop."""
    shift = timedelta(seconds=float(sys.argv[1]))
    folder = Path(os.environ["AFTERSHOCK_CONFIG"])

    def clock() -> datetime:
        return utc_now() + shift

    if os.environ.get("STOP_HANGS"):
        stopping.limit.__defaults__ = (6.0,)
        store.Store.close = lambda _: time.sleep(600)  # type: ignore[method-assign, assignment]
    if seconds := os.environ.get("BUSY_SECONDS"):
        store.BUSY_SECONDS = float(seconds)
    given = environment()
    config = configured(folder, last_good=True)
    with told_plainly():
        asyncio.run(run(config, given, places(folder), clock))


if __name__ == "__main__":
    main()
