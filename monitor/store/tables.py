"""The tables, and how values are written into them.

Columns are what queries select or order by; the rest of a value is one JSON body, written and
checked by pydantic. Times are UTC text of fixed width, so that they sort and can be read by eye.
"""

from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Boolean, Column, Dialect, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text
from sqlalchemy.dialects.sqlite import Insert, insert
from sqlalchemy.types import TypeDecorator

V = TypeVar("V")

SCHEMA_VERSION = 3
"""What tells programs from before migrations to leave a database alone; steps have names since (`migrate.HEAD`)."""


class Instant(TypeDecorator[datetime]):
    """A UTC-aware datetime as text of fixed width; a naive one is a programming error."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002  the base's signature
        """To UTC text with microseconds."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone: {value!r}")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002  the base's signature
        """Back to an aware datetime."""
        return None if value is None else datetime.fromisoformat(value)


metadata = MetaData()

schema = Table("schema", metadata, Column("version", Integer, nullable=False))

feeds = Table(
    "feeds", metadata, Column("feed", String, primary_key=True), Column("next_poll", Instant), Column("body", Text)
)

articles = Table(
    "articles",
    metadata,
    Column("id", String, primary_key=True),
    Column("content", String, index=True),
    Column("seen", Instant, nullable=False, index=True),
    Column("story", String, ForeignKey("stories.id"), index=True),
    Column("reason", String, nullable=False),
    Column("body", Text, nullable=False),
)

article_keys = Table(
    "article_keys",
    metadata,
    Column("name", String, primary_key=True),
    Column("article", String, nullable=False),
    Column("seen", Instant, nullable=False),
    sqlite_with_rowid=False,
)

stories = Table(
    "stories",
    metadata,
    Column("id", String, primary_key=True),
    Column("last_seen", Instant, nullable=False, index=True),
    Column("links", Boolean, nullable=False),
    Column("body", Text, nullable=False),
)

looks = Table("looks", metadata, Column("symbol", String, primary_key=True), Column("body", Text, nullable=False))

story_prices = Table(
    "story_prices",
    metadata,
    Column("story", String, primary_key=True),
    Column("symbol", String, primary_key=True),
    Column("body", Text, nullable=False),
)

histories = Table(
    "histories",
    metadata,
    Column("symbol", String, primary_key=True),
    Column("asked", Instant),
    Column("body", Text, nullable=False),
)

told = Table(
    "told",
    metadata,
    Column("channel", String, primary_key=True),
    Column("symbol", String, primary_key=True),
    Column("session", String, primary_key=True),
    Column("body", Text, nullable=False),
)

roots = Table(
    "roots",
    metadata,
    Column("key", String, primary_key=True),
    Column("channel", String, nullable=False),
    Column("session", String, nullable=False, index=True),
    Column("story", String),
    Column("body", Text, nullable=False),
)

ledger = Table(
    "ledger",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", String, nullable=False),
    Column("symbol", String, nullable=False),
    Column("session", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False, index=True),
    Column("times", Integer, nullable=False),
    Column("verdict", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("body", Text, nullable=False),
    Index("ledger_of", "session", "channel", "symbol"),
)

peaks = Table(
    "peaks",
    metadata,
    Column("entry", Integer, ForeignKey("ledger.id"), primary_key=True),
    Column("size", Float, nullable=False),
    Column("at", Instant, nullable=False),
    Column("body", Text),
    Column("last", Text),
)

findings = Table(
    "findings",
    metadata,
    Column("article", String, primary_key=True),
    Column("seen", Instant, nullable=False, index=True),
    Column("body", Text, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("key", String, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("root", String, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("due", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("marked", Instant),
    Column("sent", Instant),
    Column("ts", String),
    Column("error", String, nullable=False, default=""),
    Column("body", Text, nullable=False),
)

mutes = Table(
    "mutes",
    metadata,
    Column("kind", String, primary_key=True),
    Column("what", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("until", Instant),
    Column("body", Text, nullable=False),
)

points = Table(
    "points",
    metadata,
    Column("symbol", String, primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("price", Float, nullable=False),
    sqlite_with_rowid=False,
)

pictures = Table(
    "pictures",
    metadata,
    Column("root", String, primary_key=True),
    Column("version", String, nullable=False),
    Column("shown", Instant, nullable=False),
    Column("file", String, nullable=False),
)

acts = Table(
    "acts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("by", String, nullable=False),
    Column("verb", String, nullable=False),
    Column("body", Text, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("key", String, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("text", String, nullable=False),
    Column("told", Boolean, nullable=False),
)

marks = Table(
    "marks",
    metadata,
    Column("name", String, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("body", Text, nullable=False),
)


@cache
def put(table: Table, keys: tuple[str, ...], values: tuple[str, ...]) -> Insert:
    """The statement that writes rows, or their `values` where rows with such `keys` are there."""
    statement = insert(table)
    return statement.on_conflict_do_update(keys, set_={name: statement.excluded[name] for name in values})


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def _adapter(kind: type) -> TypeAdapter[Any]:
    return _ADAPTERS.get(kind) or _ADAPTERS.setdefault(kind, TypeAdapter(kind))


def dump(value: object) -> str:
    """A value as JSON text."""
    return _adapter(type(value)).dump_json(value).decode()


def load(kind: type[V], text: str) -> V:
    """The value of that JSON text. Raises pydantic.ValidationError if it is not one."""
    value: V = _adapter(kind).validate_json(text)
    return value
