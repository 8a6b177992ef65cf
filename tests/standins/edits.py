"""What people, editors and file systems do to a watchlist: every way to save it, and everything that must not count."""

import contextlib
import os
import random
import shutil
from pathlib import Path

GOOD = 'channel: "#ai"\ncompanies:\n  - NVDA: {{thresholds: [{{move: {move}%}}]}}\n'
"""A right watchlist with a threshold of `move` per cent."""


def replaced(path: Path, text: str) -> None:
    """As most editors save: a new file in the place of the old one."""
    new = path.with_name(f".{path.name}.tmp")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def backed_up(path: Path, text: str) -> None:
    """As vim saves with a backup: the old one moved away, a new one written, the backup removed."""
    backup = path.with_name(f"{path.name}~")
    with contextlib.suppress(FileNotFoundError):
        path.rename(backup)
    path.write_text(text, encoding="utf-8")
    backup.unlink(missing_ok=True)


def in_place(path: Path, text: str) -> None:
    """Half of it, then all of it."""
    with path.open("w", encoding="utf-8") as file:
        file.write(text[: len(text) // 2])
        file.flush()
        file.write(text[len(text) // 2 :])


SAVES = (replaced, backed_up, in_place)
BROKEN = (
    "companies:\n\t- NVDA\n",
    "companies: [NVDIA]\n",
    "",
    GOOD.format(move=4)[:-20],
    "companies: [NVDA\n",
    "\x00",
    'channel: "#ai"\ncompanies:\n  - NVDA: {thresholds: [{move: 300%}]}\n',
)


def disturb(path: Path, kind: str, draw: random.Random) -> None:
    """Anything that must not change what counts."""
    if kind == "bad":
        draw.choice(SAVES)(path, draw.choice(BROKEN))
    elif kind == "half":
        path.write_text(GOOD.format(move=draw.randint(1, 90))[: draw.randint(1, 30)], encoding="utf-8")
    elif kind == "swap":
        (path.parent / ".ai.yaml.swp").write_bytes(os.urandom(20))
        (path.parent / "4913").touch()
        (path.parent / "4913").unlink()
    elif kind == "deleted":
        path.unlink(missing_ok=True)
        path.write_text(BROKEN[0], encoding="utf-8")
    elif kind == "locked" and path.exists():
        path.chmod(0)
    elif kind == "folder":
        folder = path.parent.parent
        away = folder.with_name("away")
        folder.rename(away)
        shutil.copytree(away, folder)
        shutil.rmtree(away)
    elif kind == "loop":
        path.unlink(missing_ok=True)
        path.symlink_to(path.name)


DISTURBANCES = ("bad", "half", "swap", "deleted", "locked", "folder", "loop")
