"""The database as a file: copied while in use, put back, checked, and set aside when it is damaged.

Nothing is ever overwritten: what a restored or a new file takes the place of keeps lying beside it, under a name that
says when and why.
"""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from monitor.store.migrate import foreign

PARTS = ("", "-wal", "-shm")
"""A database in use is up to three files (sqlite.org/wal.html)."""
BUSY = 20.0
"""Seconds that a copy waits for a database that is locked."""


class BackupError(Exception):
    """A copy cannot be made or put back; `args[0]` says why, for the operator."""


def copy(database: Path, target: Path) -> None:
    """Copy a database, also one in use, to `target`: whole and checked, or not at all. Raises OSError, sqlite3.Error.

    SQLite's online backup in one step: it reads one snapshot, and a writer in WAL mode need not wait for it.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        unfinished.touch(mode=0o600)
        with closing(sqlite3.connect(database, timeout=10)) as source, closing(sqlite3.connect(unfinished)) as made:
            source.backup(made, progress=_patient())
            made.execute("PRAGMA journal_mode=DELETE")
        if problem := damage(unfinished):
            raise sqlite3.DatabaseError(problem)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    _sync(target.parent)


def _patient() -> Callable[[int, int, int], None]:
    """Hears of each step of a backup, and gives up on a database that another connection keeps to itself.

    Python's own loop would wait for that one for ever.
    """
    until = time.monotonic() + BUSY

    def heard(status: int, _remaining: int, _pages: int) -> None:
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} and time.monotonic() > until:
            raise sqlite3.OperationalError("database is locked")

    return heard


def damage(database: Path) -> str:
    """What SQLite finds wrong with a file, "" if nothing. Raises OSError if it cannot be read."""
    with database.open("rb"):
        pass
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            found = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found == "ok" else found


def set_aside(database: Path, why: str, now: datetime) -> Path:
    """Rename a database, with its journal, to a name that says why and when; its new path. Raises OSError.

    The journal's files take the same name, so that SQLite's tools find them beside it.
    """
    aside = database.with_name(f"{database.name}.{why}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    number = 1
    while aside.exists():
        number += 1
        aside = database.with_name(f"{database.name}.{why}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{number}")
    for part in PARTS:
        path = database.with_name(f"{database.name}{part}")
        if path.exists():
            path.rename(aside.with_name(f"{aside.name}{part}"))
    _sync(database.parent)
    return aside


def put_back(backup: Path, database: Path, now: datetime) -> Path | None:
    """Restore a copy; where the database lies now that it took the place of, None if there was none.

    Nobody may have the database open. Raises BackupError in words; then all is as it was.
    """
    try:
        if problem := damage(backup):
            raise BackupError(f"{backup} cannot be restored: {problem}")
        with closing(sqlite3.connect(f"file:{backup}?mode=ro", uri=True)) as connection:
            named = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {"schema", "outbox"} <= named:
            raise BackupError(f"{backup} cannot be restored: it is a database, but not one of Aftershock's")
        if problem := foreign(backup):
            raise BackupError(f"{backup} cannot be restored: {problem}. Restore it with that one")
        fresh = database.with_name(f"{database.name}.restored")
        copy(backup, fresh)
        aside = set_aside(database, "before-restore", now) if database.exists() else None
        fresh.replace(database)
        _sync(database.parent)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{backup} cannot be restored: {error}") from error
    return aside


def forget_old(folder: Path, keep: int) -> None:
    """Delete the daemon's own daily copies but the newest. Raises OSError."""
    for path in sorted(folder.glob("aftershock-*.db"))[:-keep]:
        path.unlink()


def daily(folder: Path, now: datetime) -> Path:
    """Where the daemon's own copy of a day goes."""
    return folder / f"aftershock-{now.astimezone(UTC):%Y-%m-%d}.db"


def _sync(folder: Path) -> None:
    """Let renames survive a power cut, where the platform can."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
