"""Structured logs on standard error: coloured in a terminal, a JSON object a line elsewhere, and no secret in any.

Secrets are taken out of the text that is written, whatever wrote it: our events, a library's logger, a warning, or the
traceback of a thread that died.
"""

import logging
import os
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Final, TextIO, cast

import structlog

JSON, PLAIN = "json", "plain"
FORM: Final = "AFTERSHOCK_LOG"
"""The environment variable that asks for one of the two forms."""
REDACTED: Final = "[secret]"
SHORTEST: Final = 8
"""Characters of a secret that is looked for: shorter ones stand in ordinary text."""
SHAPES: Final = re.compile(
    r"xox[a-z]-[\w-]{8,}|xapp-[\w-]{8,}|https://hooks\.slack\.com/\S+|(?i:bearer) +[\w.~+/-]{8,}=*"
)
"""What is a secret by its looks: Slack's tokens and webhooks (docs.slack.dev), authorisation headers."""


class Redactor:
    """Takes secrets out of texts."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Know these secrets, and whatever has the shape of one."""
        known = sorted({s for s in secrets if len(s) >= SHORTEST}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, text: str) -> str:
        """The text without them."""
        if self._known:
            text = self._known.sub(REDACTED, text)
        return SHAPES.sub(REDACTED, text)


class RedactedStream:
    """A text stream that takes secrets out of what is written to it. A line is written whole, so none is cut in two."""

    def __init__(self, stream: TextIO, redact: Redactor) -> None:
        """Write to that stream."""
        self._stream = stream
        self._redact = redact
        self._rest = ""

    def write(self, text: str) -> int:
        """Write the lines that are whole; the rest waits for its end."""
        *lines, self._rest = (self._rest + text).split("\n")
        if lines:
            self._stream.write(self._redact("\n".join(lines)) + "\n")
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Write what waits, also without an end of line."""
        rest, self._rest = self._rest, ""
        if rest:
            self._stream.write(self._redact(rest))
        self._stream.flush()

    def __getattr__(self, name: str) -> object:
        """Anything else is the stream's own."""
        return getattr(self._stream, name)


def set_up_logging(environment: Mapping[str, str] | None = None, secrets: Iterable[str] = ()) -> None:
    """Log to standard error from now on, and let nothing else write there unredacted.

    Libraries speak up from critical on: what they say of failing calls is told once, in our words, by the lines.
    """
    environment = os.environ if environment is None else environment
    redact = Redactor(secrets)
    terminal = sys.stderr.isatty() if environment.get(FORM) not in {JSON, PLAIN} else environment[FORM] == PLAIN
    sys.stderr = cast("TextIO", RedactedStream(_bare(sys.stderr), redact))
    stamp = structlog.processors.TimeStamper(fmt="%H:%M:%S" if terminal else "iso", utc=not terminal)
    render: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer(
            pad_event_to=0,
            colors=sys.stderr.isatty(),
            # Rich would show local variables, and break a secret over two lines.
            exception_formatter=structlog.dev.plain_traceback,
        )
        if terminal
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            stamp,
            structlog.processors.StackInfoRenderer(),
            *([] if terminal else [structlog.processors.format_exc_info]),
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    logging.basicConfig(level=logging.CRITICAL, stream=sys.stderr, force=True)
    for name in ("yfinance", "slack_sdk", "apscheduler", "aiohttp"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _bare(stream: TextIO) -> TextIO:
    """The stream without a redaction from before."""
    return stream._stream if isinstance(stream, RedactedStream) else stream  # noqa: SLF001  our own class
