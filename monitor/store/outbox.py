"""The outbox as the sender sees it: each call is one committed transaction of the store."""

from alerts.types import OutboxRow
from monitor.store.store import Store
from monitor.store.tx import Tx


class StoredOutbox:
    """An `alerts.outbox.OutboxStore` on the database."""

    def __init__(self, store: Store) -> None:
        """Speak to that store."""
        self._store = store

    async def unsettled(self) -> list[OutboxRow]:
        """Every row that is still to be brought to an end, in order of arrival."""
        return await self._store.transact(Tx.unsettled)

    async def save(self, row: OutboxRow) -> None:
        """Keep how far a delivery got."""
        await self._store.transact(lambda tx: tx.save_outbox_row(row))

    async def root_ts(self, root: str) -> str | None:
        """The id that a root message goes by."""
        return await self._store.transact(lambda tx: tx.root_ts(root))
