"""One open transaction: what a function sees that `Store.transact` runs."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select

from monitor.store import tables as t
from monitor.store.prices import Prices
from monitor.store.reports import Reports
from monitor.store.sending import Sending


class Tx(Reports, Prices, Sending):
    """One open transaction. Methods read and write values; nothing is kept if the function raises."""

    @property
    def connection(self) -> Connection:
        """What the rooms of the store itself speak over."""
        return self._db

    # Notices

    def notices(self) -> dict[str, str]:
        """Troubles that were told and have not ended, by key."""
        return {row.key: row.text for row in self._db.execute(select(t.notices))}

    def set_notices(self, begun: Mapping[str, str], ended: Iterable[str], now: datetime) -> None:
        """Remember troubles that began and forget those that ended."""
        rows = [{"key": key, "since": now, "text": text, "told": True} for key, text in begun.items()]
        self._put(t.notices, ("key",), rows)
        for key in ended:
            self._db.execute(delete(t.notices).where(t.notices.c.key == key))

    # Marks

    def mark(self, name: str, at: datetime, body: object = None) -> None:
        """Remember of the daemon itself that `name` was last so at `at`, with any JSON value."""
        self._put(t.marks, ("name",), [{"name": name, "at": at, "body": json.dumps(body)}])

    def marked(self, name: str) -> tuple[datetime, Any] | None:
        """When `name` was last so, and the value kept with it; None if never."""
        row = self._db.execute(select(t.marks.c.at, t.marks.c.body).where(t.marks.c.name == name)).first()
        return (row.at, json.loads(row.body)) if row else None

    def counts(self) -> dict[str, int]:
        """How many rows each main table holds."""
        names = {"articles": t.articles, "stories": t.stories, "messages": t.roots}
        return {name: self._db.scalar(select(func.count()).select_from(table)) or 0 for name, table in names.items()}
