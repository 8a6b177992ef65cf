"""The command line: what a user's mistake looks like on screen, and that every command does what it says."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.store.store import Store
from monitor.types import FeedState
from standins.slack import Fault, SlackServer

NOW = datetime.now(UTC)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty configuration folder, and a state folder beside it; no secrets in the environment."""
    config = tmp_path / "config"
    config.mkdir()
    monkeypatch.setenv("AFTERSHOCK_CONFIG", str(config))
    monkeypatch.setenv("AFTERSHOCK_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("SLACK_BOT_TOKEN", raising=False)
    return config


def command(*arguments: str, given: str | None = None) -> Result:
    """Run the command in this process."""
    result = CliRunner().invoke(app, arguments, input=given)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def watch(folder: Path, text: str) -> None:
    """Write the one watchlist."""
    (folder / "watchlists").mkdir(exist_ok=True)
    (folder / "watchlists" / "ai.yaml").write_text(text, encoding="utf-8")


def test_check_finds_the_shipped_configuration_fine(folder: Path) -> None:
    """And says how much there is of it."""
    result = command("check")
    assert (0, True) == (result.exit_code, "fine." in result.stdout)


def test_check_names_file_line_and_the_nearest_ticker(folder: Path) -> None:
    """An unknown ticker is told where it stands, with what was probably meant; exit code 2."""
    watch(folder, 'name: AI\nchannel: "#ai"\ncompanies:\n  - AMD\n  - NVDIA\n')
    result = command("check")
    assert 2 == result.exit_code
    assert "watchlists/ai.yaml:5:5: " in result.stderr
    assert "NVDA" in result.stderr


def test_check_takes_the_folder_as_argument(folder: Path, tmp_path: Path) -> None:
    """Every command refuses a folder that is not there and says how to make it."""
    other = tmp_path / "other"
    assert "no such folder. Create it with: aftershock init --config" in command("check", str(other)).stderr
    other.mkdir()
    assert 0 == command("check", str(other)).exit_code


def test_a_state_folder_that_cannot_be_used_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file where the folder should be: one line, exit code 2."""
    monkeypatch.setenv("AFTERSHOCK_STATE", str(folder / "file"))
    (folder / "file").write_text("")
    result = command("once")
    assert 2 == result.exit_code
    assert "cannot keep state in" in result.stderr


@pytest.mark.parametrize("name", ["run", "once", "analyze", "status", "test-alert", "replay"])
def test_every_command_tells_wrong_yaml_in_a_line(folder: Path, name: str) -> None:
    """Also those that do something else first; never a traceback."""
    watch(folder, "name: AI\n\tchannel: x\n")
    result = command(name, *(["2025-01-27"] if name == "replay" else []), given="A title\n")
    assert 2 == result.exit_code
    assert "watchlists/ai.yaml:2:1: " in result.stderr


QUICK = """
import sys
from typer.testing import CliRunner
from monitor.cli import app
for line in ("--help", "check", "watch AMD 5%", "unwatch AMD", "config show", "companies find amd", "slack manifest"):
    assert CliRunner().invoke(app, line.split()).exit_code == 0, line
light = set(sys.modules)
for line in ("mute NVDA 2h", "unmute NVDA", "status"):
    assert CliRunner().invoke(app, line.split()).exit_code == 0, line
heavy = {"spacy", "pandas", "matplotlib"}
print((heavy | {"numpy", "sqlalchemy"}) & light, heavy & set(sys.modules))
"""


def test_quick_commands_load_nothing_heavy(folder: Path) -> None:
    """Those on the configuration load neither database nor figures, those on the database no calendars or language."""
    done = subprocess.run([sys.executable, "-c", QUICK], capture_output=True, text=True, check=False, timeout=120)
    assert ("set() set()\n", 0) == (done.stdout, done.returncode), done.stderr


def test_a_first_start_with_a_mistake_says_that_nothing_can_stand_in(folder: Path) -> None:
    """The daemon starts with a mistake only where a configuration has counted before."""
    watch(folder, "companies: [NVDIA]\n")
    result = command("run")
    assert 2 == result.exit_code
    assert "watchlists/ai.yaml:1:13: NVDIA: did you mean NVDA?" in result.stderr
    assert "Not started: no configuration has counted here yet" in result.stderr.replace("\n", " ")


def test_init_writes_a_starter_that_is_fine_and_never_overwrites(folder: Path) -> None:
    """A second time it leaves what was edited alone."""
    first = command("init")
    assert (0, True) == (first.exit_code, "wrote " in first.stdout)
    watchlist = folder / "watchlists" / "ai.yaml"
    watchlist.write_text(watchlist.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    again = command("init")
    assert "nothing was changed" in again.stdout
    assert watchlist.read_text(encoding="utf-8").endswith("# mine\n")
    assert 0 == command("check").exit_code


def test_analyze_prints_a_line_of_json_for_each_text(folder: Path) -> None:
    """JSON Lines in and out; the rough words of a machine translation are good enough."""
    lines = [
        json.dumps({"id": 1, "title": "OpenAI and SoftBank plan a data centre for AI models"}),
        json.dumps({"id": 2, "title": "A quiet day in the garden"}),
    ]
    result = command("analyze", given="\n".join(lines))
    first, second = map(json.loads, result.stdout.splitlines())
    assert [1, ["openai", "softbank"]] == [first["id"], [c["company"] for c in first["companies"]]]
    assert {"9984.T"} <= {link["symbol"] for link in first["links"]}
    assert {"id": 2, "companies": [], "events": [], "links": []} == second


def test_analyze_names_the_line_it_cannot_read(folder: Path, tmp_path: Path) -> None:
    """From a file as from standard input."""
    path = tmp_path / "items.jsonl"
    path.write_text('{"id": 1, "title": "Fine"}\n{broken\n', encoding="utf-8")
    result = command("analyze", str(path))
    assert 2 == result.exit_code
    assert f"{path}: line 2: not JSON" in result.stderr


def test_status_says_so_when_nothing_ran_yet(folder: Path) -> None:
    """And how to begin."""
    result = command("status")
    assert 0 == result.exit_code
    assert "aftershock run" in result.stdout


def test_status_shows_feeds_and_what_is_in_trouble(folder: Path, tmp_path: Path) -> None:
    """A feed's last error, and troubles that last."""
    store = Store(tmp_path / "state" / "aftershock.db")
    state = FeedState("openai", NOW, failures=2, error="404 Not Found", last_success=NOW)
    for work in (lambda tx: tx.save_feed(state), lambda tx: tx.set_notices({"prices x": "no prices from x"}, [], NOW)):
        store._run(work)  # the loop's thread is not needed here
    store.close()
    result = command("status")
    assert 0 == result.exit_code
    for words in ("404", "In trouble: no prices from x", "1 failing"):
        assert words in result.stdout


def test_test_alert_prints_without_a_token(folder: Path) -> None:
    """The terminal stands in for Slack."""
    result = command("test-alert")
    assert 0 == result.exit_code
    assert "Aftershock can reach #ai-aftershocks" in result.stdout


def test_test_alert_reaches_slack_or_says_what_to_mend(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One message when all is well; a refused token is told in words with exit code 2."""
    watch(folder, 'name: AI\nchannel: "#ai"\ncompanies: [NVDA]\n')
    (folder / "aftershock.yaml").write_text('channel: "#ai"\n', encoding="utf-8")
    with SlackServer("#ai") as slack:
        monkeypatch.setenv("AFTERSHOCK_SLACK_URL", slack.url)
        monkeypatch.setenv("SLACK_BOT_TOKEN", slack.token)
        assert 0 == command("test-alert").exit_code
        assert 1 == len(slack["#ai"].messages)
        slack.faults.append(Fault(error="invalid_auth"))
        refused = command("test-alert")
        assert 2 == refused.exit_code
        assert refused.stderr.startswith("#ai: ")
        assert "SLACK_BOT_TOKEN" in refused.stderr
        assert slack.token not in refused.stderr


def test_what_slack_can_ask_can_be_asked_here(folder: Path) -> None:
    """Mute, unmute and their mistakes, with who did it; `status` shows what is muted."""
    watch(folder, 'name: AI\nchannel: "#ai"\ncompanies: [NVDA]\n')
    muted = command("mute", "nvidia", "2h", "--channel", "#ai")
    assert (0, True) == (muted.exit_code, muted.stdout.startswith("Muted: NVDA until "))
    assert "at the terminal in #ai." in muted.stdout
    assert "• NVDA until " in command("unmute").stdout
    assert "Muted: NVDA until " in command("status").stdout
    for arguments, says in (
        (("mute", "NVDA", "soon"), "“soon” is no time span: write 30 min"),
        (("mute", "NVDA", "5", "parsecs"), "“5 parsecs” is no time span: write 30 min"),
        (("mute", "NVDIA"), "is no company that is known here"),
        (("mute", "anthropic"), "Anthropic is private: there is no price to watch"),
        (("why", "anthropic"), "Anthropic is private, so nothing is decided on it"),
        (("mute", "NVDA", "--channel", "#b"), "no watchlist speaks in #b. There are: #ai"),
        (("wrong", "NVDA", "price"), "no message of the last days tells NVDA"),
    ):
        refused = command(*arguments)
        assert (2, True) == (refused.exit_code, says in refused.stderr.replace("\n", " ")), refused.stderr
    longer = command("mute", "event", "funding", "30", "min")
    assert (0, True) == (longer.exit_code, longer.stdout.startswith("Muted: news of type funding until ")), (
        longer.stderr
    )
    assert "news of type funding can be heard again." in command("unmute", "event", "funding").stdout.replace("\n", " ")
    assert "NVDA can be heard again." in command("unmute", "NVDA").stdout.replace("\n", " ")
    assert "Nothing is muted." in command("unmute").stdout


def test_the_manifest_is_printed_as_it_is_pasted(folder: Path) -> None:
    """For api.slack.com/apps."""
    assert "socket_mode_enabled: true" in command("slack", "manifest").stdout


def test_a_second_daemon_on_the_same_state_is_refused(folder: Path, tmp_path: Path) -> None:
    """It says which folder, and how to give it another."""
    from filelock import FileLock  # noqa: PLC0415  only here

    (tmp_path / "state").mkdir()
    with FileLock(tmp_path / "state" / "lock"):
        result = command("once")
    assert 2 == result.exit_code
    assert "another Aftershock is running" in result.stderr


def test_the_version_is_told(folder: Path) -> None:
    """And help needs nothing."""
    assert command("--version").stdout.strip()
    assert "replay" in command("--help").stdout


def test_watch_unwatch_and_show_work_from_the_terminal(tmp_path: Path) -> None:
    """The list changes, its origin is shown, and a mistake is one line."""
    folder = ["--config", str(tmp_path)]
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "watchlists/ai.yaml").write_text("companies:\n  - NVDA  # mine\n", encoding="utf-8")
    put = CliRunner().invoke(app, ["watch", "ASML.AS", "4%", "2.5sigma", *folder])
    assert (0, "ASML.AS is watched now, on the list ai: {move: 4%, sigma: 2.5}") == (
        put.exit_code,
        put.stdout.partition(" (")[0],
    )
    shown = CliRunner().invoke(app, ["config", "show", "--origin", *folder])
    assert "[{move: 4%, sigma: 2.5}]" in shown.stdout
    assert "watchlists/ai.yaml:3:5" in shown.stdout
    taken = CliRunner().invoke(app, ["unwatch", "ASML", *folder])
    assert 2 == taken.exit_code
    assert 0 == CliRunner().invoke(app, ["unwatch", "ASML.AS", *folder]).exit_code
    assert "companies:\n  - NVDA  # mine\n" == (tmp_path / "watchlists/ai.yaml").read_text(encoding="utf-8")


def test_init_says_what_is_in_its_way(tmp_path: Path) -> None:
    """A file where a folder belongs, in one line that names it."""
    (tmp_path / "taken").write_text("", encoding="utf-8")
    for where in ("taken", "taken/below"):
        result = command("init", "--yes", "--config", str(tmp_path / where))
        assert (2, True) == (result.exit_code, f"{tmp_path / 'taken'}: this is a file" in result.stderr)


def test_init_asks_what_to_watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong answer is asked again; what was chosen is written."""
    monkeypatch.setattr("monitor.cli_config.interactive", lambda: True)
    answers = "quantumm\n16\nAI Desk\n#desk\n\n3\n4%\nafter 22:00 Europe/Berlin\n"
    asked = CliRunner().invoke(app, ["init", "--config", str(tmp_path)], input=answers)
    assert 0 == asked.exit_code, asked.output
    assert "quantumm is no group: did you mean quantum?" in asked.output
    assert "3 of what? Write 3% if that is meant" in asked.output
    text = (tmp_path / "watchlists/ai.yaml").read_text(encoding="utf-8")
    assert "  - group: quantum\n" in text
    assert 'channel: "#desk"\n' in text
    assert "quiet_hours: after 22:00 Europe/Berlin\n" in (tmp_path / "aftershock.yaml").read_text(encoding="utf-8")
    checked = CliRunner().invoke(app, ["check", "--config", str(tmp_path)])
    assert 0 == checked.exit_code
