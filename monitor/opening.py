"""A state folder that is ours alone, and a database in it that is sound: what a start needs before anything else."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import structlog
from filelock import FileLock, Timeout

from monitor.operator import note
from monitor.places import AlreadyRunningError, Places
from monitor.store.files import set_aside
from monitor.store.store import CorruptError, Store, StoreError

log = structlog.get_logger("aftershock")


@contextmanager
def locked(places: Places) -> Iterator[None]:
    """The state folder, ours alone. Raises AlreadyRunningError or StoreError."""
    lock = FileLock(places.state / "lock")
    try:
        places.state.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise AlreadyRunningError(
            f"another Aftershock is running on {places.state}. Stop it, or give this one a folder of its own "
            "with AFTERSHOCK_STATE."
        ) from None
    except OSError as error:
        raise StoreError(
            f"cannot keep state in {places.state}: {error.strerror or error}. Mend the folder, or name another one "
            "with AFTERSHOCK_STATE."
        ) from error
    try:
        yield
    finally:
        lock.release()


async def opened(database: Path, channel: str, now: datetime) -> Store:
    """The store, read through for damage. A damaged file is set aside, and the operator told in the new one.

    Raises StoreError.
    """
    try:
        return Store(database, check=True)
    except CorruptError as error:
        try:
            aside = set_aside(database, "damaged", now)
        except OSError as problem:
            raise StoreError(f"{error} It cannot be set aside either: {problem}") from error
        why = getattr(error.__cause__, "orig", error.__cause__)
        lines = [
            f"The database was damaged ({why}) and lies at {aside} now; a new one was begun.",
            "What was told today may be told once more. `aftershock restore FILE` puts a copy back.",
            f"The daemon's own daily copies are in {database.parent / 'backups'}.",
        ]
        for line in lines:
            log.error("database damaged", what=line)  # noqa: TRY400  the operator mends it, not the trace
        store = Store(database)
        await store.transact(
            lambda tx: tx.enqueue(note(f"{channel}/damaged/{now.isoformat()}", lines, channel, now), now)
        )
        return store
