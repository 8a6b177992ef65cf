"""The one place that touches the database: a thread of its own, and transactions that are all or nothing.

`Store.transact` runs a plain function inside `BEGIN IMMEDIATE`: read, decide, write. `Tx` is what
such a function sees; it knows values, not SQL. Neither the network nor the NLP may be called inside one.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError

from monitor.store.files import copy
from monitor.store.migrate import HEAD, UnknownFormError, bring_up, form, known
from monitor.store.tx import Tx

R = TypeVar("R")

DURABLE = ("journal_mode=WAL", "synchronous=FULL")
"""Readers do not wait for the writer, and what is committed survives a power cut."""
READING = ("query_only=ON",)
"""For a look beside a running daemon."""
FLEETING = ("locking_mode=EXCLUSIVE", "journal_mode=MEMORY", "synchronous=OFF")
"""For a file that is thrown away at the end: one process, no waiting for the disk."""

BUSY_SECONDS = 10.0
"""How long a transaction waits for another process that writes."""
PRIMARY = 0xFF
"""The part of SQLite's extended error codes that says the kind (sqlite.org/rescode.html)."""
BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class StoreError(Exception):
    """The database cannot be used; `args[0]` says why and what to do, for the operator.

    `passing` where another process holds the database for a moment; a full disk is no such thing.
    """

    def __init__(self, message: str, *, passing: bool = False) -> None:
        """Keep what decides how the operator is told."""
        super().__init__(message)
        self.passing = passing


class CorruptError(StoreError):
    """The file is damaged or no database: it is to be set aside, and a person to be told."""


class Store:
    """A SQLite database on a thread of its own.

    `durable` waits for the disk at every commit; the replay does without. `check` reads the whole file for damage
    first; `reading` changes nothing and waits for nobody, for a look beside a running daemon. Raises StoreError if
    the file cannot be opened or is no database of ours, CorruptError if it is damaged.
    """

    def __init__(self, path: Path, *, durable: bool = True, check: bool = False, reading: bool = False) -> None:
        """Open or create the database at `path`; its folder is made if need be."""
        self.path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._engine = create_engine(f"sqlite+pysqlite:///{path}", connect_args={"timeout": BUSY_SECONDS})

        @event.listens_for(self._engine, "connect")
        def _prepare(connection: Any, _: object) -> None:  # noqa: ANN401  the driver's own connection
            connection.isolation_level = None
            pragmas = READING if reading else DURABLE if durable else FLEETING
            try:
                for pragma in (*pragmas, "foreign_keys=ON"):
                    connection.execute(f"PRAGMA {pragma}")
            except Exception:
                connection.close()
                raise

        @event.listens_for(self._engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._thread.submit(self._look if reading else self._bring_up, check=check).result()
        except Exception as error:
            self.close()
            kind = CorruptError if isinstance(error, CorruptError) or _code(error) in DAMAGED else StoreError
            advice = "Check the disk and the folder's permissions, or name another folder with AFTERSHOCK_STATE."
            if kind is CorruptError:
                advice = "`aftershock run` sets it aside and begins anew; `aftershock restore FILE` puts a copy back."
            elif isinstance(error, UnknownFormError):
                advice = error.advice
            raise kind(
                f"cannot use the database {path}: {getattr(error, 'orig', error)}. {advice}",
                passing=_code(error) in BUSY,
            ) from error

    def _bring_up(self, *, check: bool) -> None:
        with self._engine.begin() as connection:
            if check:
                found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
                if found != "ok":
                    raise CorruptError(f"it is damaged: {found}")
            before = form(connection)
            if before not in {None, HEAD} and self.path.is_file():
                copy(self.path, self.path.with_name(f"{self.path.name}.before-{HEAD}"))
            bring_up(connection)

    def _look(self, *, check: bool) -> None:
        with self._engine.begin() as connection:
            if not check and not known(connection):
                raise UnknownFormError("it has an earlier form", "The daemon brings it up to date: aftershock run")

    async def transact(self, work: Callable[[Tx], R], then: Callable[[R], object] | None = None) -> R:
        """Run `work` in one transaction on the store's thread and give back what it returns.

        `then` is called with it once it is committed, before any later transaction: where caches learn what was saved.
        Raises StoreError where the disk or the file refuses (full, read-only, locked), CorruptError where the file is
        damaged, or what `work` raises.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._run, work, then)

    def _run(self, work: Callable[[Tx], R], then: Callable[[R], object] | None = None) -> R:
        try:
            with self._engine.begin() as connection:
                done = work(Tx(connection))
        except DatabaseError as error:
            code = _code(error)
            if code in DAMAGED:
                raise CorruptError(f"the database {self.path} is damaged: {error.orig}") from error
            if isinstance(error, OperationalError):
                text = f"cannot write to {self.path}: {error.orig}. Nothing of this pass was kept."
                raise StoreError(text, passing=code in BUSY) from error
            raise
        if then:
            then(done)
        return done

    async def back_up(self, target: Path) -> None:
        """Copy the database to `target` while it is in use. Raises OSError or sqlite3.Error."""
        await asyncio.to_thread(copy, self.path, target)

    async def tidy(self) -> None:
        """Let SQLite bring its statistics up to date and empty its journal. Raises StoreError."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._tidy)

    def _tidy(self) -> None:
        try:
            with closing(self._engine.raw_connection()) as connection:
                for pragma in ("optimize", "wal_checkpoint(TRUNCATE)"):
                    connection.cursor().execute(f"PRAGMA {pragma}").fetchall()
        except sqlite3.OperationalError as error:
            raise StoreError(f"cannot tidy up {self.path}: {error}") from error

    def close(self) -> None:
        """Finish what is running and close the file."""
        self._thread.submit(self._engine.dispose).result()
        self._thread.shutdown()


def _code(error: BaseException) -> int | None:
    """SQLite's own primary error code, None where the error is not SQLite's."""
    code = getattr(getattr(error, "orig", error), "sqlite_errorcode", None)
    return None if code is None else code & PRIMARY
