"""What the parts of a transaction share. Each part is one class of `Tx`: values come and go, not SQL."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Table

from monitor.store import tables as t


class Part:
    """A part of an open transaction."""

    def __init__(self, connection: Connection) -> None:
        """Speak over that connection."""
        self._db = connection

    def _put(self, table: Table, keys: tuple[str, ...], rows: Sequence[Mapping[str, object]]) -> None:
        """Write rows of the same columns in the place of those with the same `keys`."""
        if rows:
            self._db.execute(t.put(table, keys, tuple(name for name in rows[0] if name not in keys)), rows)
