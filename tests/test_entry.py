"""The command's first second: a person may change their mind at any time."""

import signal
import subprocess
import sys

import pytest

SLOW = """
import signal, sys
from importlib.abc import MetaPathFinder
class Interrupted(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == {name!r}:
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Interrupted())
sys.argv = ["aftershock", "run"]
from monitor.entry import main
main()
"""


@pytest.mark.parametrize("module", ["typer", "config.starting", "monitor.daemon", "apscheduler.schedulers.asyncio"])
def test_ctrl_c_while_modules_are_loaded_ends_without_a_trace(module: str) -> None:
    """At an import of the command itself, and at those of `run`."""
    code = SLOW.format(name=module)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60, preexec_fn=None
    )
    assert -signal.SIGINT != done.returncode
    assert (130, "") == (done.returncode, done.stderr)
