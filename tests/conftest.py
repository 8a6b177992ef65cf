"""What every test leaves behind as it found it."""

import logging
import signal
from collections.abc import Iterator

import pytest
import structlog

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell gives this to what it starts in the background, and so to every process that a test would interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A command under test logs to its own standard error, which is closed when the next test logs."""
    root = logging.getLogger()
    level, handlers = root.level, [*root.handlers]
    yield
    structlog.reset_defaults()
    root.setLevel(level)
    for handler in [one for one in root.handlers if type(one) is logging.StreamHandler and one not in handlers]:
        root.removeHandler(handler)
