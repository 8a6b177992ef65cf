"""From whatever form a database has to today's, in one transaction: all of it or nothing.

A new file gets today's tables at once; one that is up to date costs a query. Only an older one loads Alembic, which
walks the steps in `migrations/versions`. Before migrations came, several forms of the tables bore the numbers 1
and 2: which of them a file has is read off its tables.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, create_engine, insert, inspect, select
from sqlalchemy.pool import NullPool

from monitor.store import tables as t

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "prints"
"""The newest step; a test holds it against the folder."""

_VERSION = "alembic_version"


class UnknownFormError(Exception):
    """The database has a form that this program does not know or cannot use yet; `args[0]` says which.

    `advice` is what the operator does about it.
    """

    def __init__(self, message: str, advice: str = "Name another folder with AFTERSHOCK_STATE.") -> None:
        """Keep both."""
        super().__init__(message)
        self.advice = advice


_LATER = (
    "Run the Aftershock that wrote it, or put an older copy back with `aftershock restore FILE`: the daemon's own are "
    "in `backups` beside it."
)


def known(connection: Connection) -> bool:
    """Whether the database already has today's form; False if it has an earlier one. Raises UnknownFormError."""
    before = form(connection)
    if before is not None and before != HEAD:
        _script_of(connection, before)
    return before == HEAD


def form(connection: Connection) -> str | None:
    """Which step the database is at, None if it has no tables. Raises UnknownFormError."""
    names = set(inspect(connection).get_table_names())
    if "schema" not in names:
        if names:
            raise UnknownFormError("it is a database, but not one of Aftershock's")
        return None
    number = connection.scalar(select(t.schema.c.version))
    if number is None:
        return None
    if not 1 <= number <= t.SCHEMA_VERSION:
        raise UnknownFormError(f"it has schema version {number}, of a later program", _LATER)
    if _VERSION in names:
        return str(connection.exec_driver_sql(f"SELECT version_num FROM {_VERSION}").scalar())  # noqa: S608  a constant
    if "article_keys" in names:
        return "histories" if "histories" in names else "article_keys"
    if "bases" in names:
        return "first"
    columns = {column["name"] for column in inspect(connection).get_columns("articles")}
    return "content" if "content" in columns else "story_prices"


def bring_up(connection: Connection) -> str | None:
    """Give the database today's form, inside the transaction that is open; the form it had. Raises UnknownFormError."""
    before = form(connection)
    if before == HEAD:
        return before
    if before is None:
        t.metadata.create_all(connection)
        connection.execute(insert(t.schema).values(version=t.SCHEMA_VERSION))
        connection.exec_driver_sql(f"CREATE TABLE {_VERSION} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        connection.exec_driver_sql(f"INSERT INTO {_VERSION} VALUES (?)", (HEAD,))  # noqa: S608  a constant
        return before
    from alembic import command  # noqa: PLC0415  an upgrade comes once, a start often

    settings = _script_of(connection, before)
    if _VERSION not in inspect(connection).get_table_names():
        command.stamp(settings, before)
    command.upgrade(settings, "head")
    return before


def _script_of(connection: Connection, before: str) -> "Config":
    """What Alembic needs to know, for a database of that form. Raises UnknownFormError if no step leads from it."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415  as above
    from alembic.util import CommandError  # noqa: PLC0415  as above

    settings = alembic_settings(connection)
    try:
        ScriptDirectory.from_config(settings).get_revision(before)
    except CommandError:
        raise UnknownFormError(f"it has the form “{before}”, of a later program", _LATER) from None
    return settings


def alembic_settings(connection: Connection) -> "Config":
    """What Alembic needs to know: where the steps are, and the connection to walk them on."""
    from alembic.config import Config  # noqa: PLC0415  as above

    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    settings.attributes["connection"] = connection
    return settings


def foreign(database: Path) -> str:
    """Why this program cannot use a database, "" if it can or knows how to bring it up to date.

    Raises SQLAlchemyError.
    """
    engine = create_engine(f"sqlite:///file:{database}?mode=ro&uri=true", poolclass=NullPool)
    try:
        with engine.connect() as connection:
            known(connection)
    except UnknownFormError as error:
        return str(error)
    finally:
        engine.dispose()
    return ""
