"""What people ask of Aftershock and what comes of it, the same from Slack and from the terminal.

Each command is one transaction that reads, changes and remembers who asked. Mutes hold from the next price pass on; a
root message that is there already says so at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from alerts.asking import HELP, AskingError
from alerts.blocks import BLOCKS_LIMIT
from alerts.message import remarked
from alerts.mutes import SpanError, active, no_span, until, words
from alerts.types import Answer, Command, DeliveryKind, Mute, MuteKind, Verb
from alerts.words import clean, count, moment
from config.exchanges import exchange_of
from config.types import Config, EventType, RelationKind, Threshold, Watched, Watchlist
from monitor.aiming import list_of, raised, threshold
from monitor.companies import found
from monitor.drawing import marks_of
from monitor.market.sessions import Calendars
from monitor.spans import ago
from monitor.store.store import Store
from monitor.store.tx import Tx

Why = Callable[[Store, Config, str, datetime], Awaitable[str]]
"""Why a symbol or story was told or not: reads the ledger, answers in plain text."""
Edit = Callable[[Watchlist, Watched, Sequence[Threshold]], str]
"""Writes the thresholds of a watched company into its watchlist's file and says where; raises AskingError."""
Watch = Callable[[Watchlist | None, str, Threshold | None], str]
"""Puts a symbol on a watchlist's file, with a threshold of its own if given, and says so; raises AskingError."""

ROOTS: Final = timedelta(days=7)
_MISTAKES: Final = {"price": "bad price", "link": "not linked to this story"}


@dataclass(frozen=True, slots=True)
class Desk:
    """What commands work with. `why`, `edit` and `watch` may be None where there is nothing behind them."""

    store: Store
    config: Callable[[], Config]
    calendars: Calendars
    clock: Callable[[], datetime]
    why: Why | None = None
    edit: Edit | None = None
    watch: Watch | None = None

    async def obey(self, command: Command) -> Answer:
        """Do what is asked. Raises AskingError with what to write instead, or StoreError."""
        now, config = self.clock(), self.config()
        command = replace(command, channel=await self._channel(command, config))
        if command.verb is Verb.WHY:
            answer = Answer(await self._why(command, config, now))
        elif command.verb is Verb.WATCH:
            answer = Answer(await asyncio.to_thread(self._watch, command, config))
        elif command.verb is Verb.LESS:
            answer = Answer(await asyncio.to_thread(self._less, command, config))
        else:
            return await self.store.transact(lambda tx: _done(tx, command, config, self.calendars, now))
        await self.store.transact(lambda tx: tx.save_act(command, now))
        return answer

    async def _channel(self, command: Command, config: Config) -> str:
        """Where it is asked as the watchlists name it, "" if none speaks there: then all channels are meant."""
        known = {watchlist.channel for watchlist in config.watchlists}
        root = await self.store.transact(lambda tx: tx.root(command.root)) if command.root else None
        named = (root.channel if root else "", command.channel, command.place)
        return next((name for name in named if name in known), "")

    async def _why(self, command: Command, config: Config, now: datetime) -> str:
        if self.why is None:
            raise AskingError("the ledger cannot be read here")
        return await self.why(self.store, config, command.what, now)

    def _watch(self, command: Command, config: Config) -> str:
        if self.watch is None:
            raise AskingError("watchlists cannot be changed from here: edit the file in the folder watchlists")
        row, symbol = threshold(command.more), _symbol(command.what, config)
        return self.watch(list_of(config, command.channel, symbol), symbol, row)

    def _less(self, command: Command, config: Config) -> str:
        if self.edit is None:
            raise AskingError("watchlists cannot be changed from here: edit the file in the folder watchlists")
        symbol = _symbol(command.what, config)
        watchlist = list_of(config, command.channel, symbol)
        watched = next((w for w in watchlist.companies if w.symbol == symbol), None) if watchlist else None
        if watchlist is None or watched is None:
            raise AskingError(f"{symbol} is on no watchlist of this channel")
        rows = [raised(row) for row in watchlist.thresholds_for(watched)]
        return f"{symbol} is told less from now on: {self.edit(watchlist, watched, rows)}"


def _done(tx: Tx, command: Command, config: Config, calendars: Calendars, now: datetime) -> Answer:
    """What changes the store, or only reads it, in its transaction."""
    acts: Mapping[Verb, Callable[[], Answer]] = {
        Verb.HELP: lambda: Answer(HELP),
        Verb.STATUS: lambda: Answer("\n".join(status_lines(tx, config, now))),
        Verb.MUTE: lambda: _mute(tx, command, config, calendars, now),
        Verb.UNMUTE: lambda: _unmute(tx, command, config, now),
        Verb.ACKNOWLEDGE: lambda: _acknowledge(tx, command, now),
        Verb.WRONG: lambda: _wrong(tx, command, config, calendars, now),
    }
    answer = acts[command.verb]()
    if command.verb not in {Verb.HELP, Verb.STATUS}:
        tx.save_act(command, now)
    return answer


def status_lines(tx: Tx, config: Config, now: datetime) -> list[str]:
    """How it is, in a few lines of plain text: news, prices, what waits, what is muted, what is wrong."""
    states = tx.feed_states()
    known = [states[feed.id] for feed in config.feeds if feed.id in states]
    newest = max((s.last_success for s in known if s.last_success), default=None)
    failing = sum(bool(s.error) for s in known)
    watched = {w.symbol for watchlist in config.watchlists for w in watchlist.companies}
    counts = ", ".join(count(n, name.removesuffix("s"), name) for name, n in tx.counts().items())
    sent = ", ".join(f"{n} {state}" for state, n in sorted(tx.outbox_counts().items())) or "none yet"
    lines = [
        f"Feeds: {len(config.feeds)} followed, {failing} failing, the newest read {ago(newest, now)}.",
        f"Watched: {count(len(watched), 'stock')} on {count(len(config.watchlists), 'watchlist')}.",
        f"Stored: {counts}. Deliveries: {sent}.",
    ]
    lines += [f"Muted: {muted(mute)}." for mute in tx.mutes(now)]
    troubles = [clean(text) for text in tx.notices().values()]
    lines += [f"In trouble: {text}" for text in troubles[:5]]
    if len(troubles) > 5:  # noqa: PLR2004  as many as are shown
        lines.append(f"and {len(troubles) - 5} more: `aftershock status` in the terminal shows all")
    return lines if troubles else [*lines, "No trouble known."]


def muted(mute: Mute) -> str:
    """A mute in words: of what, until when, by whom, where."""
    what = words(mute).partition(" is muted ")
    name = f"story {clean(mute.what)}" if mute.kind is MuteKind.STORY else what[0]
    return f"{name} {what[2]}" + (f" in {mute.channel}" if mute.channel else "")


def _symbol(what: str, config: Config) -> str:
    """The listing that somebody means: the watched one of a company, else its main one. Raises AskingError."""
    if what.upper() in config.by_symbol:
        return what.upper()
    company, others = found(config, what)
    watched = [w.symbol for one in config.watchlists for w in one.companies if company and w.company == company.id]
    listings = watched or [i.symbol for i in company.instruments] if company else []
    if listings:
        return listings[0]
    if company:
        raise AskingError(f"{clean(company.name)} is private: there is no price to watch")
    near = ", ".join(o.symbol or o.name for o in others[:3])
    hint = f" Did you mean {near}?" if near else ""
    raise AskingError(f"“{clean(what)}” is no company that is known here and listed.{hint}")


def _mute(tx: Tx, command: Command, config: Config, calendars: Calendars, now: datetime) -> Answer:
    kind, what = _to_mute(tx, command, config)
    try:
        day_ends = now  # asked of a calendar only where it counts: the first one takes a second
        if "today" in command.more.casefold():
            day_ends = _day_ends(what if kind is MuteKind.SYMBOL else "SPY", calendars, now)
        ends = until(command.more, now, day_ends)
    except SpanError as error:
        raise AskingError(str(error)) from error
    mute = Mute(kind, what, command.channel, ends, command.by, now)
    tx.save_mute(mute)
    everywhere = "" if mute.channel else " in every channel"
    return Answer(f"Muted: {muted(mute)}{everywhere}.", _mark(tx, command, now))


def _to_mute(tx: Tx, command: Command, config: Config) -> tuple[MuteKind, str]:
    """What is to be muted; what follows a symbol and is no part of a name can only be meant for a span."""
    try:
        kind, what = _object(tx, command, config)
    except AskingError:
        first, _, rest = command.what.partition(" ")
        if rest and first.upper() in config.by_symbol:
            raise AskingError(no_span(rest)) from None
        raise
    if kind is MuteKind.STORY and not command.root and not tx.stories([what]):
        raise AskingError(f"“{clean(what)}” is no story that is known here: its message has a button for this")
    return kind, what


def _object(tx: Tx, command: Command, config: Config) -> tuple[MuteKind, str]:
    """What is to be muted or not muted any more."""
    first, _, rest = command.what.partition(" ")
    name = rest.strip().lower()
    if first == "story" and (command.root or rest):
        root = tx.root(command.root) if command.root else None
        story = root.story if root else rest.strip()
        if not story:
            raise AskingError("this message tells no single story: mute its stocks one by one")
        return MuteKind.STORY, story
    if first == "event" and rest:
        _one_of(name, EventType, "event type")
        return MuteKind.EVENT, name.replace(" ", "_")
    if first == "relation" and rest:
        _one_of(name, RelationKind, "relation")
        return MuteKind.RELATION, name
    return MuteKind.SYMBOL, _symbol(command.what, config)


def _one_of(name: str, kinds: Iterable[str], what: str) -> None:
    if name.replace(" ", "_") not in set(kinds):
        raise AskingError(f"“{clean(name)}” is no {what}. There are: {', '.join(kinds)}")


def _day_ends(symbol: str, calendars: Calendars, now: datetime) -> datetime:
    """When the last trades of a symbol's current session end, or of its next one if they have ended."""
    mic = exchange_of(symbol).mic
    sessions = calendars.between(mic, now.date() - timedelta(days=1), now.date() + timedelta(days=14))
    return next((s.late for s in sessions if s.late > now), now + timedelta(days=1))


def _unmute(tx: Tx, command: Command, config: Config, now: datetime) -> Answer:
    mine = [m for m in tx.mutes(now) if command.channel in {"", m.channel} or not m.channel]
    if not mine:
        return Answer("Nothing is muted.")
    if command.what == "all":
        lifted = mine
    elif not command.what:
        listed = "\n".join(f"• {muted(mute)}" for mute in mine)
        return Answer(f"Muted are:\n{listed}\n`unmute NVDA` lifts one, `unmute all` lifts all.")
    else:
        wanted = _object(tx, command, config)
        lifted = [m for m in mine if (m.kind, m.what) == wanted]
    if not lifted:
        raise AskingError(f"{clean(command.what)} is not muted")
    for mute in lifted:
        tx.lift(mute)
    names = ", ".join(muted(mute).partition(" until ")[0] for mute in lifted)
    return Answer(f"{names} can be heard again.", _mark(tx, command, now))


def _acknowledge(tx: Tx, command: Command, now: datetime) -> Answer:
    root = tx.root(command.root)
    if root is None:
        raise AskingError("this message is not known here any more")
    tx.save_root(replace(root, acknowledged=f"acknowledged by {clean(command.by)}, {moment(now)}"))
    said = "Acknowledged: what follows comes in the thread only, unless it gets graver."
    return Answer(said, _mark(tx, command, now))


def _wrong(tx: Tx, command: Command, config: Config, calendars: Calendars, now: datetime) -> Answer:
    """Somebody says that a row was told wrongly: it is struck in place, and its stock is silent for today."""
    symbol, mistake = _symbol(command.what, config), _MISTAKES.get(command.more, clean(command.more))
    roots = [r for r in tx.roots((now - ROOTS).date()).values() if any(row.symbol == symbol for row in r.rows)]
    root = tx.root(command.root) if command.root else max(roots, key=lambda r: (r.session, r.key), default=None)
    if root is None or not any(row.symbol == symbol for row in root.rows):
        raise AskingError(f"no message of the last days tells {symbol}")
    said = f"{mistake}, says {clean(command.by)}"
    rows = tuple(replace(row, corrected=said) if row.symbol == symbol else row for row in root.rows)
    # An emptied text makes the next price pass draw it anew; until then a line says it.
    tx.save_root(replace(root, rows=rows, text=""))
    tx.save_mute(Mute(MuteKind.SYMBOL, symbol, root.channel, _day_ends(symbol, calendars, now), command.by, now))
    redrawn = _mark(tx, replace(command, root=root.key), now, [f"corrected: {symbol}: {said}"])
    return Answer(f"{symbol} is struck from the message and muted for today in {root.channel}.", redrawn)


def _mark(tx: Tx, command: Command, now: datetime, more: Sequence[str] = ()) -> str:
    """Say in the root message, at once, what was done with it; its key, "" if there is none to redraw."""
    root = tx.root(command.root) if command.root else None
    drawing = tx.drawing(root.key) if root else None
    if root is None or drawing is None:
        return ""
    mutes = [mute for mute in tx.mutes(now) if active(mute, now)]
    text, blocks = remarked(drawing, [*marks_of(root, mutes, now), *more])
    root = replace(root, edits=root.edits + 1)
    tx.save_root(root)
    key = f"{root.key}#u{root.edits}"
    edit = replace(drawing, key=key, kind=DeliveryKind.UPDATE, at=now, text=text, blocks=blocks[:BLOCKS_LIMIT])
    tx.enqueue(edit, now)
    return root.key


def operator(name: str) -> str:
    """How somebody at the terminal is named in messages and the log."""
    return f"{clean(name) or 'somebody'} at the terminal"
