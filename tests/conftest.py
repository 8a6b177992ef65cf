"""What every test leaves behind as it found it."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A command under test logs to its own standard error, which is closed when the next test logs."""
    yield
    structlog.reset_defaults()
