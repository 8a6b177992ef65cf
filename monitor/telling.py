"""From prices to deliveries: the deciding half of the price line, inside its one transaction.

Each watched stock becomes a candidate under the story that is linked to it best, the rules decide, and what is to be
told goes into the outbox together with the memory that it was told. Root messages are drawn again
where their rows have moved.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache

from alerts.joins import is_parted
from alerts.message import corrections, joined
from alerts.message import reply as reply_message
from alerts.message import root as root_message
from alerts.mutes import active, hushed
from alerts.mutes import words as mute_words
from alerts.quiet import resumes
from alerts.rules import decide, one_voice
from alerts.severity import ORDER, of_rows, severity, tier, worst
from alerts.types import (
    Candidate,
    Decision,
    Delivery,
    DeliveryKind,
    Mute,
    MuteKind,
    PriceState,
    RootView,
    Row,
    Severity,
    StoryNote,
    Verdict,
    Window,
)
from alerts.words import day as day_words
from config.exchanges import EXCHANGES
from config.types import Config, Threshold, Watched, Watchlist
from monitor.digests import digests
from monitor.market.records import Record, records_of
from monitor.market.sessions import Calendars
from monitor.market.snapshot import Snapshot, beside_lines
from monitor.memory import Memory, Prices
from monitor.rows import in_one, joining, linked, moved, row_of, stamp, storms
from monitor.store.store import Tx
from monitor.stories import OPEN_FOR
from monitor.ties import ALSO, Ties, note, quoted, tie
from monitor.types import Root

REDRAW = timedelta(minutes=1)
"""A root is drawn again at most this often, but always at a close."""
MEMORY = timedelta(days=7)
"""Sessions this far back can still be current somewhere (the longest holidays)."""
PICTURED = timedelta(days=4)
"""Prices this far back can still be in a picture: yesterday's close over a long weekend."""
SOURCES = 30
"""Articles of a story that are read for its message."""
_ANY_TIME = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass of the price line decided and put into the outbox, and what was wrong with prices.

    `suspects` says of symbols why their quotes are not believed, `stopped` of those without any new price, with
    their whole market, how old the last one is.
    """

    decisions: tuple[Decision, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    prices: Prices | None = None
    suspects: Mapping[str, str] = field(default_factory=dict)
    stopped: Mapping[str, str] = field(default_factory=dict)


def tell(tx: Tx, *, config: Config, calendars: Calendars, memory: Memory, prices: Prices, now: datetime) -> Pass:
    """Decide on every watched stock, and write decisions, messages and what must be remembered."""
    for price in prices.before:
        tx.save_story_price(price)
    tx.save_histories(prices.histories)
    before = tx.looks()
    snapshot = Snapshot(prices, before, tx.story_prices(now - OPEN_FOR), config, calendars, memory, now)
    telling = Telling(tx, config, snapshot, memory)
    decisions = telling.decide()
    telling.draw(decisions)
    digests(telling)
    tx.save_points(snapshot.points(), now - PICTURED)
    tx.record(decisions, config.fingerprint, now)
    memory.saw(snapshot.seen(), snapshot.doubtful())
    tx.save_looks({symbol: looks for symbol, looks in snapshot.looks.items() if looks != before.get(symbol)})
    return Pass(tuple(decisions), tuple(telling.deliveries), prices, snapshot.suspects(), snapshot.stopped())


class Telling:
    """One pass over all watchlists: what the transaction has read, and what it has changed so far."""

    def __init__(self, tx: Tx, config: Config, snapshot: Snapshot, memory: Memory) -> None:
        """Read what the decisions of this pass rest on."""
        since = (snapshot.now - MEMORY).date()
        self.tx = tx
        self.config = config
        self.snapshot = snapshot
        self.memory = memory
        self.now = snapshot.now
        self.told = tx.told(since)
        self.roots = tx.roots(since)
        self.stories = {s.id: s for s in tx.open_stories(self.now - OPEN_FOR)}
        older = {r.story for r in self.roots.values() if r.story} - self.stories.keys()
        self.stories |= {s.id: s for s in tx.stories(older)}
        self.watchlists = _one_voice(config.watchlists)
        self.mutes = tx.mutes(self.now)
        self.deliveries: list[Delivery] = []
        self._notes: dict[str, StoryNote] = {}

    def decide(self) -> list[Decision]:
        """A decision on every watched stock whose price was asked for."""
        decisions = []
        for watchlist in self.watchlists:
            ties = self.ties(watchlist)
            for watched in watchlist.companies:
                candidate = self._candidate(watchlist, watched, ties)
                if candidate is not None:
                    decisions.append(self._decide(candidate, watchlist, watched))
        return decisions

    def _decide(self, candidate: Candidate, watchlist: Watchlist, watched: Watched) -> Decision:
        key = (watchlist.channel, watched.symbol, candidate.session)
        decision = hushed(decide(candidate, watchlist, watched, self.told.get(key), self.now), self.mutes, self.now)
        if decision.verdict is Verdict.ALERT:
            decision = replace(decision, severity=self._severity(decision, watchlist.thresholds_for(watched)))
        if decision.told:
            self.told[key] = decision.told
            self.tx.save_told(decision.told)
        return decision

    def _severity(self, decision: Decision, rows: Sequence[Threshold]) -> Severity:
        c = decision.candidate
        move = c.event if decision.window is Window.EVENT else c.day
        return severity(move, rows, self.config.settings.tiers) if move else Severity.NOTICE

    def ties(self, watchlist: Watchlist) -> Ties:
        """By which stories the companies of a watchlist are linked now."""
        calendars = self.snapshot.calendars
        return Ties.of(list(self.stories.values()), self.config, watchlist, calendars, self.memory, self.now)

    def _candidate(self, watchlist: Watchlist, watched: Watched, ties: Ties) -> Candidate | None:
        """The stock under the story it is linked to best, or, once told, under the story it was told under."""
        reading = self.snapshot.reading(watched.symbol)
        if reading is None:
            return None
        mic = reading.session.exchange
        # Only a fresh price is told, so only it needs a story.
        raw = reading.day.raw if reading.day else 0.0
        links = ties.to(watched, mic, raw) if reading.state is PriceState.FRESH else []
        told = self.told.get((watchlist.channel, watched.symbol, reading.session.date))
        root = self.roots.get(told.root) if told else None
        if root and root.story:
            links.sort(key=lambda link: link.story != root.story)
        bound = [tie(link, self._note(link.story), ties.claim(link, mic)) for link in links[: 1 + ALSO]]
        event, decides = None, False
        if bound:
            story = self.stories[bound[0].story.id]
            event = self.snapshot.event_move(watched.symbol, story.id, story.time)
            decides = event is not None and self.snapshot.event_decides(watched.symbol, story.time)
        return Candidate(
            company=watched.company,
            name=self.config.companies[watched.company].name,
            symbol=watched.symbol,
            exchange=mic,
            region=EXCHANGES[mic].region,
            session=reading.session.date,
            state=reading.state,
            day=reading.day,
            event=event,
            event_decides=decides,
            tie=bound[0] if bound else None,
            also=tuple(bound[1:]),
            closing=reading.closing,
            problem=reading.problem,
            holding=watched.holding,
            quoted=quoted(reading.quote),
        )

    def _note(self, story: str) -> StoryNote:
        if story not in self._notes:
            self._notes[story] = note(self.stories[story])
        return self._notes[story]

    def draw(self, decisions: Sequence[Decision]) -> None:
        """Bring every root message of a current session up to date: new rows, moved rows, records, replies."""
        alerts: dict[str, list[Decision]] = {}
        for decision in self._gathered(decisions):
            if decision.told:
                alerts.setdefault(decision.told.root, []).append(decision)
        for key, (first, *others) in alerts.items():
            if key not in self.roots:
                stories = {d.candidate.tie.story.id if d.candidate.tie else None for d in (first, *others)}
                story = stories.pop() if len(stories) == 1 else None
                self.roots[key] = Root(key, first.channel, first.candidate.session, story)
        fresh = {
            (d.channel, d.candidate.symbol, d.candidate.session): d
            for d in decisions
            if d.candidate.state is PriceState.FRESH
        }
        for key, root in self.roots.items():
            mine = {symbol: d for (channel, symbol, session), d in fresh.items()
                    if channel == root.channel and session == root.session}  # fmt: skip
            brought = self._bring_up(root, alerts.get(key, []), mine)
            if brought != root or key in alerts:
                self.roots[key] = brought
                self.tx.save_root(brought)

    def _gathered(self, decisions: Sequence[Decision]) -> Iterable[Decision]:
        """The alerts; where more than `STORM` new roots of a channel would come at once, as of one root."""
        alerts = [d for d in decisions if d.verdict is Verdict.ALERT and d.told]
        together = storms([d for d in alerts if d.told and d.told.root not in self.roots], self.now)
        for decision in alerts:
            key = together.get(decision.told.root) if decision.told else None
            if key and decision.told:
                one = replace(decision.told, root=key)
                self.told[one.channel, one.symbol, one.session] = one
                self.tx.save_told(one)
                yield replace(decision, told=one)
            else:
                yield decision

    def _bring_up(self, root: Root, alerts: Sequence[Decision], fresh: dict[str, Decision]) -> Root:
        rows = {r.symbol: moved(r, root.story, fresh[r.symbol]) if r.symbol in fresh else r for r in root.rows}
        rows |= {d.candidate.symbol: row_of(d, rows.get(d.candidate.symbol), in_one(root.key)) for d in alerts}
        if not fresh.keys() & rows.keys():
            return root
        after, news = self._with_news(replace(root, rows=tuple(rows.values())), fresh)
        after, records = self._with_records(after)
        wrong = [line for line in corrections(after.rows) if line not in corrections(root.rows)]
        self._forget(row for row in after.rows if row.corrected and row not in root.rows)
        if root.drawn is None:
            self._freeze(after.story)
            for decision in alerts:
                self._freeze(decision.candidate.tie.story.id if decision.candidate.tie else None)
            self._elsewhere(after, alerts)
            return self._drawn(after, DeliveryKind.POST)
        if (alerts or records or news or wrong) and not self._muted(after):
            self._reply(root, after, alerts, [*news, *joining(alerts, root.rows), *records, *wrong])
        self._elsewhere(after, alerts)
        closing = any(fresh[symbol].candidate.closing for symbol in rows if symbol in fresh)
        due = self.now - root.drawn >= REDRAW - self.config.settings.poll_prices / 2
        parted = {r.symbol for r in after.rows if is_parted(r)} - {r.symbol for r in root.rows if is_parted(r)}
        something = alerts or records or news or wrong or closing or due or parted
        return self._drawn(after, DeliveryKind.UPDATE) if something else after

    def _muted(self, root: Root) -> bool:
        mutes = [m for m in self.mutes if m.kind is MuteKind.STORY and m.channel in {"", root.channel}]
        return any(m.what == root.story and active(m, self.now) for m in mutes)

    def _forget(self, wrong: Iterable[Row]) -> None:
        """What was told by a wrong base does not stand in the way of what is told by the right one."""
        for row in wrong:
            for key, told in self.told.items():
                if told.symbol == row.symbol and told.session == self._session(row.symbol):
                    self.told[key] = replace(told, at=None, up=0.0, down=0.0, armed=True)
                    self.tx.save_told(self.told[key])

    def _session(self, symbol: str) -> date | None:
        reading = self.snapshot.reading(symbol)
        return reading.session.date if reading else None

    def _elsewhere(self, root: Root, alerts: Sequence[Decision]) -> None:
        """Tell an alert that is grave enough in the channel of its severity too, once a root and severity."""
        for grave in reversed(ORDER):
            mine = [d for d in alerts if d.severity is grave]
            there = tier(self.config.settings.tiers, grave)
            if not mine or not there.channel or there.channel == root.channel:
                continue
            text, blocks = reply_message(mine, f"{grave.capitalize()} in {root.channel}", there.mention)
            key = f"{root.key}@{there.channel}/{grave}"
            rows = tuple(r for r in root.rows if r.symbol in {d.candidate.symbol for d in mine})
            told = Delivery(key, DeliveryKind.POST, there.channel, key, self.now, text, blocks, rows, root.story)
            self.enqueue(told)

    def _with_news(self, root: Root, fresh: dict[str, Decision]) -> tuple[Root, list[str]]:
        """The root of a move without linked news once news is linked to it: prices often move first."""
        found = next((d.candidate.tie for row in root.rows if (d := fresh.get(row.symbol)) and d.candidate.tie), None)
        if root.story or root.drawn is None or found is None or in_one(root.key):
            return root, []
        rows = tuple(linked(row, found, fresh.get(row.symbol)) for row in root.rows)
        self._freeze(found.story.id)
        return replace(root, story=found.story.id, rows=rows), [f"Linked AI news: “{found.story.headline}”"]

    @cached_property
    def _records(self) -> tuple[Record, ...] | None:
        """The records of this moment, worked out for the first root that needs them."""
        return records_of(self.snapshot, self.config)

    def _with_records(self, root: Root) -> tuple[Root, list[str]]:
        """The root with the records that hold now of its stocks, and what of them was not said yet."""
        if self._records is None:
            return root, []
        companies = {row.company for row in root.rows}
        mine = [r for r in self._records if r.company in companies]
        new = [r for r in mine if r.key not in root.announced]
        announced = root.announced + tuple(r.key for r in new)
        return replace(root, records=tuple(r.text for r in mine), announced=announced), [r.text for r in new]

    def _reply(self, before: Root, root: Root, alerts: Sequence[Decision], headlines: Sequence[str]) -> None:
        """Tell it in the thread; in the channel too, and calling whom its severity calls, if it is new or graver.

        Once somebody has acknowledged the message, only what is graver is.
        """
        headline = "; ".join(headlines)
        new = worst(d.severity for d in alerts)
        graver = ORDER.index(new) > ORDER.index(of_rows(before.rows))
        loud = graver or (bool(headline) and not root.acknowledged)
        mention = tier(self.config.settings.tiers, new).mention if graver else ""
        text, blocks = reply_message(alerts, headline, mention)
        self.enqueue(
            Delivery(
                key=f"{root.key}#r{stamp(self.now)}",
                kind=DeliveryKind.REPLY,
                channel=root.channel,
                root=root.key,
                at=self.now,
                text=text,
                blocks=blocks,
                rows=tuple(r for r in root.rows if r.symbol in {d.candidate.symbol for d in alerts}),
                story=root.story,
                broadcast=loud,
            )
        )

    def _drawn(self, root: Root, kind: DeliveryKind) -> Root:
        """The root as it is drawn now; nothing is sent where it would say what it says already."""
        view = self._view(root)
        same, _ = root_message(replace(view, at=_ANY_TIME))
        if same == root.text:
            return root
        edits = root.edits + (kind is DeliveryKind.UPDATE)
        key = f"{root.key}#u{edits}" if kind is DeliveryKind.UPDATE else root.key
        text, blocks = root_message(view)
        self.enqueue(Delivery(key, kind, root.channel, root.key, self.now, text, blocks, root.rows, root.story))
        return replace(root, text=same, drawn=self.now, edits=edits)

    def _view(self, root: Root) -> RootView:
        return RootView(
            channel=root.channel,
            session=root.session,
            story=self._with_sources(root),
            rows=root.rows,
            at=self.now,
            market=(*self.snapshot.market_lines(), *beside_lines(root.rows)),
            records=root.records,
            previous=self._previous(root),
            states=self.snapshot.states(row.symbol for row in root.rows),
            mention=tier(self.config.settings.tiers, of_rows(root.rows)).mention,
            marks=marks_of(root, self.mutes, self.now),
            key=root.key,
        )

    def story_note(self, root: Root) -> StoryNote | None:
        """A root's story as messages tell it."""
        return self._note(root.story) if root.story and root.story in self.stories else None

    def _with_sources(self, root: Root) -> StoryNote | None:
        known = self.story_note(root)
        return replace(known, sources=self.tx.sources(known.id, SOURCES)) if known else None

    def _previous(self, root: Root) -> str | None:
        """A line that points to the root of the same story on an earlier day."""
        same = [r for r in self.roots.values() if (r.channel, r.story) == (root.channel, root.story)]
        earlier = [r for r in same if root.story and r.session < root.session]
        if not earlier:
            return None
        last = max(earlier, key=lambda r: r.session)
        return f"Goes on from {day_words(last.session)}: {last.text.partition(chr(10))[0]}"

    def _freeze(self, story: str | None) -> None:
        """A story that was told keeps its time."""
        if story and story in self.stories and not self.stories[story].told:
            self.stories[story] = replace(self.stories[story], told=True)
            self.tx.save_story(self.stories[story])

    def lists(self, channel: str) -> list[Watchlist]:
        """The watchlists of a channel."""
        return [w for w in self.watchlists if w.channel == channel]

    def mic(self, watched: Watched) -> str:
        """The exchange of a watched listing."""
        return self.config.instrument(watched.symbol).exchange

    def enqueue(self, delivery: Delivery) -> None:
        """Put a delivery into the outbox; in quiet hours for after them, a root's replies as one."""
        due = resumes(self.config.settings.quiet, self.now)
        if due > self.now and delivery.kind is DeliveryKind.REPLY:
            key = f"{delivery.root}#q{due:%Y%m%dT%H%M}"
            waiting = self.tx.delivery(key)
            if waiting:
                self.tx.rewrite(joined(waiting.delivery, delivery))
                return
            delivery = replace(delivery, key=key, at=due)
        if self.tx.enqueue(delivery, due):
            self.deliveries.append(delivery)


@lru_cache(maxsize=4)
def _one_voice(watchlists: tuple[Watchlist, ...]) -> tuple[Watchlist, ...]:
    """`one_voice`, kept while the watchlists stay the same: with 200 stocks it takes a fifth of a pass."""
    return one_voice(watchlists)


def marks_of(root: Root, mutes: Iterable[Mute], now: datetime) -> tuple[str, ...]:
    """What people did with a root message, in lines: acknowledged it, muted its story or one of its stocks."""
    objects = {(MuteKind.SYMBOL, row.symbol) for row in root.rows} | {(MuteKind.STORY, root.story)}
    mine = [m for m in mutes if active(m, now) and m.channel in {"", root.channel} and (m.kind, m.what) in objects]
    return (*([root.acknowledged] if root.acknowledged else []), *map(mute_words, mine))
