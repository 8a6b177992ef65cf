"""Writes the service's unit where systemd looks for it. Starts nothing: what to say next is told to the user."""

import os
import shutil
import sys
from importlib.resources import files
from pathlib import Path

from platformdirs import user_config_path

from monitor.places import Places

NAME = "aftershock.service"
SYSTEM = Path("/etc/systemd/system")
HOMES = (Path("/home"), Path("/root"), Path("/run/user"))
"""What the system unit's ProtectHome= hides."""


class InstallError(Exception):
    """The unit cannot be written; `args[0]` says why and what to do."""


def command_path() -> Path:
    """The `aftershock` beside the Python that runs this, else the one on the path. Raises InstallError."""
    beside = Path(sys.executable).with_name("aftershock")
    found = beside if beside.is_file() else shutil.which("aftershock")
    if not found:
        raise InstallError("there is no command `aftershock` beside this Python: install the package first")
    return Path(found).absolute()


def unit(command: Path, places: Places | None) -> str:
    """The text of the unit: a user's, with these places, or the machine's. Raises InstallError."""
    if places is None:
        if any(command.is_relative_to(home) for home in HOMES):
            raise InstallError(
                f"{command} lies in a home folder, which a service of the machine cannot see. Install Aftershock into "
                "/opt/aftershock, or the service for yourself: aftershock service install --user"
            )
        template, fill = NAME, {"COMMAND": command}
    else:
        template = "aftershock.user.service"
        credentials = places.config / "credentials"
        fill = {"COMMAND": command, "STATE": places.state, "CONFIG": places.config, "CREDENTIALS": credentials}
    text = (files("monitor.service") / template).read_text(encoding="utf-8")
    for name, value in fill.items():
        text = text.replace(f"@{name}@", _quoted(value))
    return text


def install(places: Places | None, folder: Path | None = None) -> Path:
    """Write the unit, for the user whose `places` are given or for the machine; its path. Raises InstallError."""
    where = folder or (SYSTEM if places is None else user_config_path("systemd") / "user")
    path = where / NAME
    text = unit(command_path(), places)
    try:
        where.mkdir(parents=True, exist_ok=True)
        if places is not None:
            for private in (places.state, places.config, places.config / "credentials"):
                private.mkdir(parents=True, exist_ok=True)
            (places.config / "credentials").chmod(0o700)
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        rights = " (for the machine's service run this as root, or use --user)" if places is None else ""
        raise InstallError(f"{path}: {error.strerror or error}{rights}") from error
    return path


def next_steps(places: Places | None) -> list[str]:
    """What the user types next."""
    if places is None:
        return [
            "Secrets: install -m 0600 /dev/stdin /etc/credstore/SLACK_BOT_TOKEN",
            "Start it: systemctl daemon-reload && systemctl enable --now aftershock",
            "Watch it: journalctl -u aftershock -f",
        ]
    return [
        f"Secrets: install -m 0600 /dev/stdin {places.config / 'credentials' / 'SLACK_BOT_TOKEN'}",
        "Start it: systemctl --user daemon-reload && systemctl --user enable --now aftershock",
        f"Also while you are logged out: loginctl enable-linger {os.environ.get('USER', '')}".rstrip(),
        "Watch it: journalctl --user -u aftershock -f",
    ]


def _quoted(value: Path) -> str:
    """A path as it stands between a unit's double quotes (systemd.syntax(7), systemd.unit(5) on %)."""
    return str(value).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
