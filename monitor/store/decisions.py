"""What was decided and told: told moves, root messages, the ledger; and what people asked for."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, insert, select

from alerts.trace import Entry
from alerts.types import (
    Command,
    Decision,
    Mute,
    Told,
)
from monitor.store import ledger
from monitor.store import tables as t
from monitor.store.part import Part
from monitor.types import Root


class Decisions(Part):
    """Reads and writes what was decided."""

    def told(self, since: date) -> dict[tuple[str, str, date], Told]:
        """What was told from the session date `since` on, by channel, symbol and session."""
        rows = self._db.execute(select(t.told.c.body).where(t.told.c.session >= since.isoformat()))
        found = (t.load(Told, row.body) for row in rows)
        return {(x.channel, x.symbol, x.session): x for x in found}

    def save_told(self, told: Told) -> None:
        """Remember what a channel was told of a symbol in a session."""
        keys = {"channel": told.channel, "symbol": told.symbol, "session": told.session.isoformat()}
        self._put(t.told, tuple(keys), [{**keys, "body": t.dump(told)}])

    def roots(self, since: date) -> dict[str, Root]:
        """Root messages from the session date `since` on, by key, oldest first."""
        query = select(t.roots.c.body).where(t.roots.c.session >= since.isoformat())
        found = (t.load(Root, row.body) for row in self._db.execute(query.order_by(t.roots.c.session, t.roots.c.key)))
        return {root.key: root for root in found}

    def root(self, key: str) -> Root | None:
        """The root message of that key."""
        body = self._db.scalar(select(t.roots.c.body).where(t.roots.c.key == key))
        return t.load(Root, body) if body else None

    def save_root(self, root: Root) -> None:
        """Keep what a root message shows."""
        values = {"channel": root.channel, "session": root.session.isoformat(), "story": root.story}
        self._put(t.roots, ("key",), [{"key": root.key, **values, "body": t.dump(root)}])

    def record(self, decisions: Sequence[Decision], fingerprint: str, now: datetime) -> None:
        """Write each decision to the ledger when its verdict or reason is new; else count it."""
        ledger.record(self._db, decisions, fingerprint, now)

    def held(self, channel: str, session: date) -> dict[str, int]:
        """How many symbols that were never told that session are held back though they pass, by reason."""
        return ledger.held(self._db, channel, session)

    def entries(self, wanted: ledger.Wanted) -> list[Entry]:
        """The ledger's entries that are asked for, oldest first."""
        return ledger.entries(self._db, wanted)

    def sessions(self, symbol: str) -> list[date]:
        """The session dates of which the ledger has something on a symbol, newest first."""
        return ledger.sessions(self._db, symbol)

    # What people asked for

    def mutes(self, now: datetime) -> list[Mute]:
        """The mutes that hold at `now`."""
        holds = t.mutes.c.until.is_(None) | (t.mutes.c.until > now)
        rows = self._db.execute(select(t.mutes.c.body).where(holds).order_by(t.mutes.c.until))
        return [t.load(Mute, row.body) for row in rows]

    def save_mute(self, mute: Mute) -> None:
        """Mute from now on; a mute of the same is replaced."""
        keys = {"kind": mute.kind.value, "what": mute.what, "channel": mute.channel}
        self._put(t.mutes, tuple(keys), [{**keys, "until": mute.until, "body": t.dump(mute)}])

    def lift(self, mute: Mute) -> None:
        """Lift a mute."""
        same = (t.mutes.c.kind == mute.kind.value) & (t.mutes.c.what == mute.what)
        self._db.execute(delete(t.mutes).where(same & (t.mutes.c.channel == mute.channel)))

    def save_act(self, command: Command, now: datetime) -> None:
        """Remember who asked for what."""
        self._db.execute(insert(t.acts).values(at=now, by=command.by, verb=command.verb.value, body=t.dump(command)))

    def acts(self, since: datetime) -> list[tuple[datetime, Command]]:
        """Who asked for what from `since` on, oldest first."""
        rows = self._db.execute(select(t.acts).where(t.acts.c.at >= since).order_by(t.acts.c.id))
        return [(row.at, t.load(Command, row.body)) for row in rows]
