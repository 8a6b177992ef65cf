"""The last good configuration: the user's files as they were when they counted, kept in the state folder.

A start with a broken file falls back on them, and `check --what-if` compares an edit with them. `good` is what counts
now, `before` what counted until the last change. Written whole into a folder of its own and then renamed, so that a
crash leaves one of the two.
"""

import json
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.load import Loaded, load

_NOTE = "kept.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """A configuration that counted since `since`, UTC-aware, with its files in `folder`."""

    folder: Path
    fingerprint: str
    since: datetime

    def load(self, refreshed: Path | None = None) -> Loaded:
        """Read it again, as `load` does."""
        return load(self.folder, refreshed=refreshed)


class Keeper:
    """Keeps the last two good configurations in a folder of the state."""

    def __init__(self, state: Path) -> None:
        """Nothing is read or written yet."""
        self._place = state / "config"

    @property
    def good(self) -> Kept | None:
        """What counts now, as far as is known here."""
        return self._read("good") or self._read("before")

    @property
    def before(self) -> Kept | None:
        """What counted before the last change."""
        return self._read("before")

    def keep(self, texts: Mapping[str, str], fingerprint: str, now: datetime) -> None:
        """Keep these files, by their paths inside the folder, as what counts from now on. Raises OSError."""
        good = self._read("good")
        if good is not None and good.fingerprint == fingerprint:
            return
        self._place.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix="new-", dir=self._place))
        for name, text in texts.items():
            path = new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        note = {"fingerprint": fingerprint, "since": now.isoformat()}
        (new / _NOTE).write_text(json.dumps(note), encoding="utf-8")
        if good is not None:
            shutil.rmtree(self._place / "before", ignore_errors=True)
            (self._place / "good").rename(self._place / "before")
        else:
            shutil.rmtree(self._place / "good", ignore_errors=True)
        new.rename(self._place / "good")
        for left in self._place.glob("new-*"):
            shutil.rmtree(left, ignore_errors=True)

    def _read(self, name: str) -> Kept | None:
        folder = self._place / name
        with suppress(OSError, ValueError, KeyError):
            note = json.loads((folder / _NOTE).read_text(encoding="utf-8"))
            return Kept(folder, str(note["fingerprint"]), datetime.fromisoformat(note["since"]))
        return None
