"""Where secrets come from, and that none of them reaches a log, whoever writes it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.credentials import NAMES, CredentialsError, secrets_of, taken_from
from monitor.logs import Redactor

PLANTED = "xoxb-" + "0123456789-planted-token-of-a-test"
ODD = "no-shape-of-any-known-token-42"


def keep(folder: Path, name: str, text: str, mode: int = 0o600) -> Path:
    """A secret's file."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_a_folder_wins_over_the_environment_and_either_case_will_do(tmp_path: Path) -> None:
    """What systemd or a container gives counts whatever its mode; a folder of one's own must be private."""
    given, own = tmp_path / "given", tmp_path / "own"
    keep(given, "SLACK_BOT_TOKEN", "from systemd\n", 0o444)
    keep(own, "slack_app_token", "  of mine\n")
    found = secrets_of(
        {
            "SLACK_BOT_TOKEN": "from the environment",
            "CREDENTIALS_DIRECTORY": str(given),
            "AFTERSHOCK_CREDENTIALS": str(own),
        }
    )
    assert {"SLACK_BOT_TOKEN": "from systemd", "SLACK_APP_TOKEN": "of mine"} == {
        name: secret.get_secret_value() for name, secret in found.items()
    }
    assert "of mine" not in repr(found)
    assert {} == secrets_of({"CREDENTIALS_DIRECTORY": str(tmp_path / "none"), "SLACK_BOT_TOKEN": " "})


@pytest.mark.parametrize(
    ("text", "mode", "says"),
    [
        ("secret", 0o640, "chmod 600"),
        ("s" * 5000, 0o600, "too long for a secret"),
        ("g\u00e9heim", 0o600, "is it the secret"),
    ],
)
def test_a_file_that_is_unsafe_or_no_secret_is_refused_without_showing_it(
    tmp_path: Path, text: str, mode: int, says: str
) -> None:
    """The message names the file and what to do."""
    keep(tmp_path / "own", "SLACK_BOT_TOKEN", text, mode)
    with pytest.raises(CredentialsError, match=says) as told:
        secrets_of({"AFTERSHOCK_CREDENTIALS": str(tmp_path / "own")})
    assert "SLACK_BOT_TOKEN" in str(told.value)
    assert text not in str(told.value)
    with pytest.raises(CredentialsError, match="names no folder"):
        secrets_of({"AFTERSHOCK_CREDENTIALS": str(tmp_path / "elsewhere")})


def test_the_process_own_environment_loses_its_secrets() -> None:
    """So that workers, which read what strangers write, inherit none."""
    mine = {"SLACK_BOT_TOKEN": PLANTED, "HOME": "/home/me"}
    assert PLANTED == taken_from(mine)["SLACK_BOT_TOKEN"]
    assert {"HOME": "/home/me"} == mine


def test_secrets_are_taken_out_of_texts_by_value_and_by_shape() -> None:
    """Ordinary text stays."""
    redact = Redactor([ODD, "short"])
    said = f"short {ODD} {PLANTED} https://hooks.slack.com/services/T0/B0/abc Authorization: Bearer abcdefgh1234"
    assert "short [secret] [secret] [secret] Authorization: [secret]" == redact(said)
    assert "xoxb is how bot tokens begin" == redact("xoxb is how bot tokens begin")


LEAKY = f"""
import asyncio, logging, os, sys, threading, warnings
from monitor.cli_terminal import environment
given = environment()
assert not any(name in os.environ for name in {NAMES!r})
import structlog
token, odd = given["SLACK_BOT_TOKEN"], given["SLACK_APP_TOKEN"]
log = structlog.get_logger("aftershock")
log.info("event " + token, detail={{"deep": [odd]}}, header="Bearer " + odd)
try:
    raise ValueError(token)
except ValueError:
    log.exception("with a trace", what=odd)
    logging.getLogger("anything").critical("logged %s", odd, exc_info=True)
warnings.warn("warned " + token)
sys.stderr.write(token[:9]); sys.stderr.write(token[9:] + "\\n")
print(odd, file=sys.stderr, end="")
thread = threading.Thread(target=lambda: [][odd])
thread.start(); thread.join()
async def forgotten():
    async def fail(): raise RuntimeError(odd)
    task = asyncio.create_task(fail())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    asyncio.get_running_loop().call_exception_handler({{"message": token}})
asyncio.run(forgotten())
raise SystemError(token + odd)
"""


@pytest.mark.parametrize("form", ["json", "plain"])
def test_the_planted_token_is_in_no_byte_of_the_log(form: str) -> None:
    """Events, traces, warnings, libraries, threads, forgotten tasks, and the crash of the process itself."""
    environment = {**os.environ, "SLACK_BOT_TOKEN": PLANTED, "SLACK_APP_TOKEN": ODD, "AFTERSHOCK_LOG": form}
    done = subprocess.run([sys.executable, "-c", LEAKY], env=environment, capture_output=True, check=False, timeout=60)
    assert b"[secret]" in done.stderr
    for trace in (b"event", b"with a trace", b"logged", b"warned", b"SystemError", b"Exception in thread"):
        assert trace in done.stderr
    for token in (PLANTED, ODD):
        assert token.encode() not in done.stderr + done.stdout
    assert 1 == done.returncode
