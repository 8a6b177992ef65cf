"""The commands of an operator: backup and restore, status, the doctor, and the service's installation."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from filelock import FileLock
from typer.testing import CliRunner, Result

from config.types import Limits
from monitor.cli import app
from monitor.store.store import Store
from monitor.types import FeedState
from standins.slack import SlackServer
from standins.web import Web, item, rss
from standins.yahoo import YahooStandIn

NOW = datetime.now(UTC)
WATCHLIST = 'name: AI\nchannel: "#ai"\ncompanies: [NVDA]\n'
SETTINGS = """
channel: "#ops"
severity: {{alarm: {{channel: "#alarm"}}}}
network: {{allow: ["{place}"]}}
feeds:
  only: [good, gone]
  add:
    - {{id: good, name: Good, url: "{good}", topic: press}}
    - {{id: gone, name: Gone, url: "{gone}", topic: press}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration folder with one watchlist, and a state folder beside it; no secrets in the environment."""
    config = tmp_path / "config"
    (config / "watchlists").mkdir(parents=True)
    (config / "watchlists" / "ai.yaml").write_text(WATCHLIST, encoding="utf-8")
    monkeypatch.setenv("AFTERSHOCK_CONFIG", str(config))
    monkeypatch.setenv("AFTERSHOCK_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "AFTERSHOCK_CREDENTIALS", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    return config


def command(*arguments: str) -> Result:
    """Run the command in this process."""
    result = CliRunner().invoke(app, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def remember(state: Path, feed: str, *, awake: datetime | None = None) -> None:
    """A database that knows one feed."""
    store = Store(state / "aftershock.db")
    store._run(lambda tx: tx.save_feed(FeedState(feed, NOW, last_success=NOW)))  # no loop here
    if awake:
        store._run(lambda tx: tx.mark("awake", awake, {"started": (awake - timedelta(hours=2)).isoformat()}))
    store.close()


def known(state: Path) -> list[str]:
    """The feeds that a database knows."""
    store = Store(state / "aftershock.db", reading=True)
    found = store._run(lambda tx: sorted(tx.feed_states()))
    store.close()
    return found


def test_a_backup_is_restored_and_what_was_there_is_kept(folder: Path, tmp_path: Path) -> None:
    """Not while a daemon runs on the folder, and not from a file that is none."""
    state, copy = tmp_path / "state", tmp_path / "copy.db"
    assert "there is no database" in command("backup", str(copy)).stderr
    remember(state, "first")
    done = command("backup", str(copy))
    assert (0, True) == (done.exit_code, "copied" in done.stdout)
    remember(state, "second")
    with FileLock(state / "lock"):
        refused = command("restore", str(copy))
        assert (2, True) == (refused.exit_code, "another Aftershock is running" in refused.stderr)
    assert ["first", "second"] == known(state)
    wrong = command("restore", str(folder / "watchlists" / "ai.yaml"))
    assert (2, True) == (wrong.exit_code, "cannot be restored" in wrong.stderr)
    done = command("restore", str(copy))
    assert (0, True) == (done.exit_code, "what was there is" in done.stdout)
    assert ["first"] == known(state)
    assert 1 == len(list(state.glob("*.before-restore-*")))


def test_status_says_whether_the_daemon_runs(folder: Path, tmp_path: Path) -> None:
    """By its last sign: a fresh one, an old one, none."""
    state = tmp_path / "state"
    remember(state, "wire")
    assert "has not run on this database yet" in command("status").stdout
    remember(state, "wire", awake=datetime.now(UTC))
    assert "is running, started 2 h ago" in command("status").stdout
    remember(state, "wire", awake=NOW - timedelta(hours=5))
    assert "not running, or stuck: it was last awake 5 h ago" in command("status").stdout


def test_the_service_is_installed_for_a_user(folder: Path, tmp_path: Path) -> None:
    """And the next steps are told."""
    done = command("service", "install", "--user")
    assert 0 == done.exit_code, done.stderr
    unit = tmp_path / "xdg" / "systemd" / "user" / "aftershock.service"
    assert f'"AFTERSHOCK_STATE={tmp_path / "state"}"' in unit.read_text(encoding="utf-8")
    assert "systemctl --user enable --now aftershock" in done.stdout


def test_the_doctor_tries_everything_and_says_what_to_mend(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A feed that is gone, a channel without the app, and what is well; nothing is posted, nothing stored."""
    with Web() as web, YahooStandIn() as yahoo, SlackServer("#ai", "#alarms") as slack:
        web.feed("/good", rss(item("Words", guid="1", published=NOW)), etag='"1"')
        text = SETTINGS.format(place=web.place, good=web.url("/good"), gone=web.url("/gone"))
        (folder / "aftershock.yaml").write_text(text, encoding="utf-8")
        for symbol in ("NVDA", "SPY"):
            yahoo.daily(symbol, [((NOW - timedelta(days=n)).date(), 100.0, 100.0) for n in range(9, 0, -1)])
            yahoo.trade(symbol, 100.0, NOW)
        monkeypatch.setenv("AFTERSHOCK_YAHOO_URL", yahoo.url)
        monkeypatch.setenv("AFTERSHOCK_SLACK_URL", slack.url)
        monkeypatch.setenv("SLACK_BOT_TOKEN", slack.token)
        # A process of its own: yfinance keeps to the first folder for its caches that it was given.
        doctor = [sys.executable, "-m", "monitor.cli", "doctor"]
        done = subprocess.run(doctor, capture_output=True, text=True, check=False, timeout=100)
        assert 1 == done.returncode
        lines = done.stdout.splitlines()
        assert [] == slack["#ai"].messages
        monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-of-nobody")
        refused = subprocess.run(doctor, capture_output=True, text=True, check=False, timeout=100).stdout
    for begins in (
        f"✓ configuration: {folder}",
        "✓ disk: ",
        "✓ database: none yet",
        "✓ slack: connected to",
        "✓ #ai: the app is in it and can read it back (for watchlist AI)",
        "✗ #alarm: Aftershock is not in #alarm: invite the app there: /invite @Aftershock; or did you mean #alarms",
        "✗ #ops: Aftershock is not in #ops: invite the app there: /invite @Aftershock (for operator's notices)",
        "✓ prices: Yahoo Finance gives 2 of 2 quotes",
        "✓ daily bars: 9 daily bars of NVDA",
        "✗ feed gone: ",
        "? feeds: 1 of 2 can be read",
    ):
        assert any(line.startswith(begins) for line in lines), (begins, done.stdout)
    assert "✗ slack: Slack refuses the token" in refused
    assert not (tmp_path / "state" / "aftershock.db").exists()


def test_the_doctor_finds_a_state_folder_that_cannot_be_written(folder: Path, tmp_path: Path) -> None:
    """A file where it should be, which holds for root too."""
    from monitor import doctor  # noqa: PLC0415  as the command does
    from monitor.places import Places  # noqa: PLC0415  as above

    (tmp_path / "taken").write_text("")
    found = doctor.machine(Places(folder, tmp_path / "taken"), Limits())
    assert (doctor.Verdict.BAD, f"{tmp_path / 'taken'} cannot be written") == next(
        (one.verdict, one.text) for one in found if one.subject == "state folder"
    )


def test_the_doctor_finds_a_damaged_database_and_leaves_it(folder: Path, tmp_path: Path) -> None:
    """The daemon sets it aside, not the doctor."""
    from monitor import doctor  # noqa: PLC0415  only here
    from monitor.places import Places  # noqa: PLC0415  as above

    path = tmp_path / "state" / "aftershock.db"
    path.parent.mkdir()
    path.write_bytes(b"not a database, by far " * 999)
    found = doctor.machine(Places(folder, tmp_path / "state"), Limits())
    assert ["good", "good", "bad"] == [f.verdict.value for f in found]
    assert "aftershock restore" in found[-1].advice
    assert path.is_file()
