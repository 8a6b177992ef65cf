"""The one place that touches the database: a thread of its own, and transactions that are all or nothing.

`Store.transact` runs a plain function inside `BEGIN IMMEDIATE`: read, decide, write. `Tx` is what
such a function sees; it knows values, not SQL. Neither the network nor the NLP may be called inside one.
"""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, create_engine, delete, event, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DatabaseError, OperationalError

from alerts.trace import Entry
from alerts.types import (
    Command,
    Decision,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Mute,
    OutboxRow,
    Source,
    Told,
)
from monitor.market.gate import Looks
from monitor.store import ledger
from monitor.store import tables as t
from monitor.store.files import copy
from monitor.store.migrate import HEAD, UnknownFormError, bring_up, form, known
from monitor.types import Article, FeedState, History, Quote, Root, Shown, Story, StoryPrice
from monitor.unseen import Holder, Key, Sifted, edited, sift, version
from nlp.types import Analysis

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

UNSETTLED = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.BLOCKED)
"""Outbox states of deliveries that are still to be brought to an end."""


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


class Tx:
    """One open transaction. Methods read and write values; nothing is kept if the function raises."""

    def __init__(self, connection: Connection) -> None:
        """Speak over that connection."""
        self._db = connection

    @property
    def connection(self) -> Connection:
        """What the rooms of the store itself speak over."""
        return self._db

    # Feeds and articles

    def feed_states(self) -> dict[str, FeedState]:
        """What is remembered of every feed, by feed id."""
        return {row.feed: t.load(FeedState, row.body) for row in self._db.execute(select(t.feeds))}

    def save_feed(self, state: FeedState) -> None:
        """Remember a feed's new state."""
        self.save_feeds([state])

    def save_feeds(self, states: Sequence[FeedState]) -> None:
        """Remember the new states of some feeds."""
        rows = [{"feed": s.feed, "next_poll": s.next_poll, "body": t.dump(s)} for s in states]
        self._put(t.feeds, ("feed",), rows)

    def sift(self, articles: Sequence[Article], names: Mapping[str, Sequence[Key]]) -> Sifted:
        """Which of `articles` are new, and which are new versions; `names` are their keys, by article id."""
        columns = (t.article_keys.c.name, t.article_keys.c.article, t.article_keys.c.seen)
        wanted = [key.name for article in articles for key in names[article.id]]
        holders = {name: Holder(of, seen) for name, of, seen in self._found(columns, wanted)}
        ids = [a.id for a in articles] + [holder.article for holder in holders.values()]
        rows = self._found((t.articles.c.id, t.articles.c.content, t.articles.c.body), list(dict.fromkeys(ids)))
        kept = {name: (content, t.load(Article, body).feed) for name, content, body in rows}
        versions = {name: content for name, (content, _) in kept.items()}
        return sift(articles, names, versions, holders, {name: feed for name, (_, feed) in kept.items()})

    def _found(self, columns: Sequence[Any], values: Sequence[str]) -> list[Any]:
        """Rows whose first column is one of `values`."""
        rows: list[Any] = []
        for at in range(0, len(values), 500):
            rows += self._db.execute(select(*columns).where(columns[0].in_(values[at : at + 500])))
        return rows

    def save_article(self, article: Article, story: str | None, reason: str, names: Iterable[Key] = ()) -> None:
        """Keep an article with the story it joined and why, under the keys that it is known by."""
        self._db.execute(
            insert(t.articles).values(
                id=article.id,
                content=version(article),
                seen=article.seen,
                story=story,
                reason=reason,
                body=t.dump(article),
            )
        )
        self._keep(names, article.id, article.seen)

    def edit_article(self, id_: str, new: Article, names: Iterable[Key]) -> None:
        """Keep what its feed now says of an article."""
        mine = t.articles.c.id == id_
        kept = t.load(Article, self._db.execute(select(t.articles.c.body).where(mine)).scalar_one())
        values = {"content": version(new), "body": t.dump(edited(kept, new))}
        self._db.execute(update(t.articles).where(mine).values(values))
        self._keep(names, id_, new.seen)

    def _keep(self, names: Iterable[Key], article: str, seen: datetime) -> None:
        """Remember keys of an article. One that another holds goes over to this one when it has lost its force."""
        rows = [{"name": key.name, "article": article, "seen": seen} for key in names]
        self._put(t.article_keys, ("name",), rows)

    # Stories

    def open_stories(self, since: datetime, *, linking: bool = True) -> list[Story]:
        """Stories that had an article at or after `since`, oldest id first; only those that can link, or all."""
        recent = t.stories.c.last_seen >= since
        query = select(t.stories.c.body).where(recent & t.stories.c.links if linking else recent)
        return [t.load(Story, row.body) for row in self._db.execute(query.order_by(t.stories.c.id))]

    def seen(self, since: datetime) -> dict[str, list[datetime]]:
        """When the articles of stories were first had, by story and ascending, of those since then."""
        query = select(t.articles.c.story, t.articles.c.seen).where(t.articles.c.seen >= since)
        found: dict[str, list[datetime]] = {}
        for row in self._db.execute(query.where(t.articles.c.story.is_not(None)).order_by(t.articles.c.seen)):
            found.setdefault(row.story, []).append(row.seen)
        return found

    def stories(self, ids: Iterable[str]) -> list[Story]:
        """Those stories, however old."""
        query = select(t.stories.c.body).where(t.stories.c.id.in_(list(ids))).order_by(t.stories.c.id)
        return [t.load(Story, row.body) for row in self._db.execute(query)]

    def save_story(self, story: Story) -> None:
        """Keep a story as it is now."""
        values = {"last_seen": story.last_seen, "links": bool(story.parties), "body": t.dump(story)}
        self._put(t.stories, ("id",), [{"id": story.id, **values}])

    def take_in(self, story: str, into: str) -> None:
        """Give the articles of a story to another, and forget it."""
        self._db.execute(update(t.articles).where(t.articles.c.story == story).values(story=into))
        self._db.execute(delete(t.story_prices).where(t.story_prices.c.story == story))
        self._db.execute(delete(t.stories).where(t.stories.c.id == story))

    def sources(self, story: str, most: int) -> tuple[Source, ...]:
        """The newest articles of a story and its first one, at most `most`, newest first."""
        query = select(t.articles.c.body).where(t.articles.c.story == story)
        newest = query.order_by(t.articles.c.seen.desc(), t.articles.c.id).limit(most - 1)
        first = query.order_by(t.articles.c.seen, t.articles.c.id).limit(1)
        bodies = [row.body for part in (newest, first) for row in self._db.execute(part)]
        articles = [t.load(Article, body) for body in dict.fromkeys(bodies)]
        return tuple(Source(a.feed, a.seen, a.title, a.link) for a in articles)

    # Prices

    def looks(self) -> dict[str, Looks]:
        """What earlier looks at each symbol gave."""
        return {row.symbol: t.load(Looks, row.body) for row in self._db.execute(select(t.looks))}

    def save_looks(self, looks: Mapping[str, Looks]) -> None:
        """Remember the newest quotes of some symbols."""
        self._put(t.looks, ("symbol",), [{"symbol": s, "body": t.dump(seen)} for s, seen in looks.items()])

    def histories(self) -> dict[str, History]:
        """The daily bars kept of each symbol."""
        return {row.symbol: t.load(History, row.body) for row in self._db.execute(select(t.histories))}

    def save_histories(self, histories: Mapping[str, History]) -> None:
        """Keep the daily bars of some symbols in the place of those kept before."""
        rows = [{"symbol": s, "asked": history.asked, "body": t.dump(history)} for s, history in histories.items()]
        self._put(t.histories, ("symbol",), rows)

    def story_prices(self, since: datetime) -> dict[tuple[str, str], Quote]:
        """The last trades before stories that had an article at or after `since`, by story and symbol."""
        recent = select(t.stories.c.id).where(t.stories.c.last_seen >= since)
        rows = self._db.execute(select(t.story_prices.c.body).where(t.story_prices.c.story.in_(recent)))
        found = (t.load(StoryPrice, row.body) for row in rows)
        return {(b.story, b.symbol): b.quote for b in found}

    def save_story_price(self, price: StoryPrice) -> None:
        """Keep the last trade before a story; until that is told, its time may move back, and this trade with it."""
        row = {"story": price.story, "symbol": price.symbol, "body": t.dump(price)}
        self._put(t.story_prices, ("story", "symbol"), [row])

    # Decisions

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

    def save_findings(self, found: Mapping[Article, Analysis]) -> None:
        """Keep what was found in some articles."""
        rows = [{"article": a.id, "seen": a.seen, "body": t.dump(analysis)} for a, analysis in found.items()]
        if rows:
            self._db.execute(upsert(t.findings).on_conflict_do_nothing(), rows)

    def findings(self, story: str, until: datetime) -> list[tuple[Article, str, Analysis | None]]:
        """The articles of a story that were seen by a time, with why each joined and what was found in it."""
        query = select(t.articles.c.body, t.articles.c.reason, t.findings.c.body.label("found"))
        query = query.join(t.findings, t.findings.c.article == t.articles.c.id, isouter=True)
        query = query.where((t.articles.c.story == story) & (t.articles.c.seen <= until))
        rows = self._db.execute(query.order_by(t.articles.c.seen, t.articles.c.id))
        return [(t.load(Article, r.body), r.reason, t.load(Analysis, r.found) if r.found else None) for r in rows]

    # The outbox

    def delivery(self, key: str) -> OutboxRow | None:
        """The outbox row of that key."""
        row = self._db.execute(select(t.outbox).where(t.outbox.c.key == key)).first()
        return _outbox_row(row) if row else None

    def drawing(self, root: str) -> Delivery | None:
        """The newest drawing of a root message, whether it was sent yet or not."""
        kinds = [DeliveryKind.POST.value, DeliveryKind.UPDATE.value]
        mine = (t.outbox.c.root == root) & t.outbox.c.kind.in_(kinds)
        body = self._db.scalar(select(t.outbox.c.body).where(mine).order_by(t.outbox.c.number.desc()).limit(1))
        return t.load(Delivery, body) if body else None

    def rewrite(self, delivery: Delivery) -> None:
        """Change what a delivery that was not sent yet says."""
        waiting = (t.outbox.c.key == delivery.key) & (t.outbox.c.state == DeliveryState.PENDING.value)
        self._db.execute(update(t.outbox).where(waiting).values(body=t.dump(delivery)))

    def enqueue(self, delivery: Delivery, due: datetime) -> bool:
        """Put a delivery into the outbox; False if its key was there already."""
        number = self._db.scalar(select(func.coalesce(func.max(t.outbox.c.number), 0) + 1))
        done = self._db.execute(
            upsert(t.outbox)
            .values(
                key=delivery.key,
                number=number,
                root=delivery.root,
                kind=delivery.kind.value,
                channel=delivery.channel,
                state=DeliveryState.PENDING.value,
                due=due,
                body=t.dump(delivery),
            )
            .on_conflict_do_nothing()
        )
        return bool(done.rowcount)

    def unsettled(self) -> list[OutboxRow]:
        """Every outbox row that is not settled yet, in order of arrival."""
        query = select(t.outbox).where(t.outbox.c.state.in_([s.value for s in UNSETTLED]))
        return [_outbox_row(row) for row in self._db.execute(query.order_by(t.outbox.c.number))]

    def save_outbox_row(self, row: OutboxRow) -> None:
        """Keep how far a delivery got."""
        values = {"state": row.state.value, "due": row.due, "attempts": row.attempts, "marked": row.marked}
        mine = t.outbox.c.key == row.delivery.key
        self._db.execute(update(t.outbox).where(mine).values(**values, ts=row.ts, error=row.error))

    def outbox_counts(self) -> dict[str, int]:
        """How many rows are in each state."""
        rows = self._db.execute(select(t.outbox.c.state, func.count()).group_by(t.outbox.c.state))
        return {row[0]: row[1] for row in rows}

    def too_late(self, since: datetime) -> int:
        """How many replies and digests made from `since` on were not sent, as they came too late."""
        kinds = [DeliveryKind.REPLY.value, DeliveryKind.DIGEST.value]
        late = (t.outbox.c.state == DeliveryState.SUPERSEDED.value) & t.outbox.c.kind.in_(kinds)
        return self._db.scalar(select(func.count()).select_from(t.outbox).where(late & (t.outbox.c.due >= since))) or 0

    def root_ts(self, root: str) -> str | None:
        """The notifier's id of a root message: that of its newest drawing that was accepted."""
        kinds = [k.value for k in (DeliveryKind.POST, DeliveryKind.DIGEST, DeliveryKind.UPDATE)]
        accepted = (t.outbox.c.state == DeliveryState.SENT.value) & t.outbox.c.ts.is_not(None)
        mine = (t.outbox.c.root == root) & t.outbox.c.kind.in_(kinds) & accepted
        return self._db.scalar(select(t.outbox.c.ts).where(mine).order_by(t.outbox.c.number.desc()).limit(1))

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

    # Pictures

    def save_points(self, points: Sequence[tuple[str, datetime, float]], until: datetime) -> None:
        """Keep prices for pictures by symbol and time, and forget those from before `until`."""
        self._db.execute(delete(t.points).where(t.points.c.at < until))
        if points:
            rows = [{"symbol": symbol, "at": at, "price": price} for symbol, at, price in points]
            self._db.execute(upsert(t.points).on_conflict_do_nothing(), rows)

    def points(self, symbols: Sequence[str], since: datetime) -> dict[str, list[tuple[datetime, float]]]:
        """The prices kept of those symbols from `since` on, oldest first."""
        mine = t.points.c.symbol.in_(symbols) & (t.points.c.at >= since)
        found: dict[str, list[tuple[datetime, float]]] = {}
        for row in self._db.execute(select(t.points).where(mine).order_by(t.points.c.symbol, t.points.c.at)):
            found.setdefault(row.symbol, []).append((row.at, row.price))
        return found

    def shown(self, since: datetime) -> list[Shown]:
        """Messages that stand in a channel, from `since` on: roots and digests with what they tell."""
        count = func.count().label("told")
        kinds = [DeliveryKind.POST.value, DeliveryKind.DIGEST.value, DeliveryKind.REPLY.value]
        mine = t.outbox.c.kind.in_(kinds) & (t.outbox.c.state == DeliveryState.SENT.value) & (t.outbox.c.due >= since)
        told = {
            row.root: row.told for row in self._db.execute(select(t.outbox.c.root, count).where(mine).group_by("root"))
        }
        found = []
        for root, number in told.items():
            body = self._db.scalar(select(t.outbox.c.body).where(t.outbox.c.key == root))
            thread = self.root_ts(root)
            if body and thread:
                first = t.load(Delivery, body)
                kept = self.root(root)
                rows, story = (kept.rows, kept.story) if kept else (first.rows, first.story)
                found.append(Shown(root, first.channel, thread, number, rows, story))
        return found

    def pictures(self) -> dict[str, tuple[str, datetime, str]]:
        """Which version of each root's picture is shown, since when, and its file, by root."""
        return {row.root: (row.version, row.shown, row.file) for row in self._db.execute(select(t.pictures))}

    def save_picture(self, root: str, version: str, shown: datetime, file: str) -> None:
        """Remember which picture stands in a root's thread."""
        self._put(t.pictures, ("root",), [{"root": root, "version": version, "shown": shown, "file": file}])

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

    def _put(self, table: Table, keys: tuple[str, ...], rows: Sequence[Mapping[str, object]]) -> None:
        """Write rows of the same columns in the place of those with the same `keys`."""
        if rows:
            self._db.execute(t.put(table, keys, tuple(name for name in rows[0] if name not in keys)), rows)


def _outbox_row(row: Any) -> OutboxRow:  # noqa: ANN401  a row of the outbox table
    return OutboxRow(
        delivery=t.load(Delivery, row.body),
        state=DeliveryState(row.state),
        due=row.due,
        attempts=row.attempts,
        marked=row.marked,
        ts=row.ts,
        error=row.error,
    )


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
