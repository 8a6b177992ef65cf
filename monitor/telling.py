"""From prices to deliveries: the deciding half of the price line, inside its one transaction.

Each watched stock becomes a candidate under the story that is linked to it best, the rules decide, and what is to be
told goes into the outbox together with the memory that it was told. Root messages are drawn again
where their rows have moved.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from alerts.joins import timed
from alerts.message import digest as digest_message
from alerts.message import joined
from alerts.message import reply as reply_message
from alerts.message import root as root_message
from alerts.quiet import resumes
from alerts.rules import decide, one_voice
from alerts.types import (
    Candidate,
    Decision,
    Delivery,
    DeliveryKind,
    DigestView,
    PriceState,
    RootView,
    Row,
    StoryNote,
    Tie,
    Verdict,
    Window,
)
from alerts.words import day as day_words
from config.exchanges import AMERICAS, ASIA, EUROPE, EXCHANGES
from config.types import Config, Watched, Watchlist
from monitor.market.records import Record, records_of
from monitor.market.sessions import Calendars
from monitor.market.snapshot import Snapshot, beside_lines
from monitor.memory import Memory, Prices
from monitor.store.store import Tx
from monitor.stories import OPEN_FOR
from monitor.ties import ALSO, Ties, note, quoted, tie
from monitor.types import Root

REDRAW = timedelta(minutes=1)
"""A root is drawn again at most this often, but always at a close."""
MEMORY = timedelta(days=7)
"""Sessions this far back can still be current somewhere (the longest holidays)."""
DIGEST_UNTIL = timedelta(hours=6)
"""A daemon that was down when the day ended tells it until then; later the prices at hand are of another session."""
SOURCES = 30
"""Articles of a story that are read for its message."""
DAY_ORDER = (ASIA, EUROPE, AMERICAS)
"""The order in which a day goes round the world."""
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
    telling = _Telling(tx, config, snapshot, memory)
    decisions = telling.decide()
    telling.draw(decisions)
    telling.digests()
    tx.record(decisions, config.fingerprint, now)
    memory.saw(snapshot.seen(), snapshot.doubtful())
    tx.save_looks({symbol: looks for symbol, looks in snapshot.looks.items() if looks != before.get(symbol)})
    return Pass(tuple(decisions), tuple(telling.deliveries), prices, snapshot.suspects(), snapshot.stopped())


class _Telling:
    """One pass over all watchlists: what the transaction has read, and what it has changed so far."""

    def __init__(self, tx: Tx, config: Config, snapshot: Snapshot, memory: Memory) -> None:
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
        self.watchlists = one_voice(config.watchlists)
        self.deliveries: list[Delivery] = []
        self._notes: dict[str, StoryNote] = {}

    def decide(self) -> list[Decision]:
        """A decision on every watched stock whose price was asked for."""
        decisions = []
        for watchlist in self.watchlists:
            ties = self._ties(watchlist)
            for watched in watchlist.companies:
                candidate = self._candidate(watchlist, watched, ties)
                if candidate is not None:
                    decisions.append(self._decide(candidate, watchlist, watched))
        return decisions

    def _decide(self, candidate: Candidate, watchlist: Watchlist, watched: Watched) -> Decision:
        key = (watchlist.channel, watched.symbol, candidate.session)
        decision = decide(candidate, watchlist, watched, self.told.get(key), self.now)
        if decision.told:
            self.told[key] = decision.told
            self.tx.save_told(decision.told)
        return decision

    def _ties(self, watchlist: Watchlist) -> Ties:
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
        for decision in decisions:
            if decision.verdict is Verdict.ALERT and decision.told:
                alerts.setdefault(decision.told.root, []).append(decision)
        for key, (first, *_) in alerts.items():
            if key not in self.roots:
                story = first.candidate.tie.story.id if first.candidate.tie else None
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

    def _bring_up(self, root: Root, alerts: Sequence[Decision], fresh: dict[str, Decision]) -> Root:
        rows = {r.symbol: _moved(r, root, fresh[r.symbol]) if r.symbol in fresh else r for r in root.rows}
        regions = {row.region for row in root.rows}
        rows |= {d.candidate.symbol: _row(d, rows.get(d.candidate.symbol)) for d in alerts}
        if not fresh.keys() & rows.keys():
            return root
        after, news = self._with_news(replace(root, rows=tuple(rows.values())), fresh)
        after, records = self._with_records(after)
        if root.drawn is None:
            self._freeze(after.story)
            return self._drawn(after, DeliveryKind.POST)
        joining = [f"{region} joins" for region in _regions(alerts) if region not in regions]
        if alerts or records or news:
            self._reply(after, alerts, [*news, *joining, *records])
        closing = any(fresh[symbol].candidate.closing for symbol in rows if symbol in fresh)
        due = self.now - root.drawn >= REDRAW - self.config.settings.poll_prices / 2
        return self._drawn(after, DeliveryKind.UPDATE) if alerts or records or news or closing or due else after

    def _with_news(self, root: Root, fresh: dict[str, Decision]) -> tuple[Root, list[str]]:
        """The root of a move without linked news once news is linked to it: prices often move first."""
        found = next((d.candidate.tie for row in root.rows if (d := fresh.get(row.symbol)) and d.candidate.tie), None)
        if root.story or root.drawn is None or found is None:
            return root, []
        rows = tuple(_linked(row, found, fresh.get(row.symbol)) for row in root.rows)
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

    def _reply(self, root: Root, alerts: Sequence[Decision], headlines: Sequence[str]) -> None:
        headline = "; ".join(headlines)
        text, blocks = reply_message(alerts, headline)
        self._enqueue(
            Delivery(
                key=f"{root.key}#r{self.now:%Y%m%dT%H%M%S}",
                kind=DeliveryKind.REPLY,
                channel=root.channel,
                root=root.key,
                at=self.now,
                text=text,
                blocks=blocks,
                rows=tuple(r for r in root.rows if r.symbol in {d.candidate.symbol for d in alerts}),
                story=root.story,
                broadcast=bool(headline),
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
        self._enqueue(Delivery(key, kind, root.channel, root.key, self.now, text, blocks, root.rows, root.story))
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
        )

    def _story_note(self, root: Root) -> StoryNote | None:
        return self._note(root.story) if root.story and root.story in self.stories else None

    def _with_sources(self, root: Root) -> StoryNote | None:
        known = self._story_note(root)
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

    def digests(self) -> None:
        """One table of the day for each channel that was told anything, once its last exchange has closed."""
        for channel in sorted({w.channel for w in self.config.watchlists}):
            for session in sorted({r.session for r in self.roots.values() if r.channel == channel}):
                key = f"{channel}/{session.isoformat()}/digest"
                if self._is_over(channel, session) and self.tx.delivery(key) is None:
                    self._digest(key, channel, session)

    def _is_over(self, channel: str, session: date) -> bool:
        """Whether the watched exchanges closed that day, just long enough ago for their last prices to arrive."""
        watched = {w.symbol: self._mic(w) for watchlist in self._lists(channel) for w in watchlist.companies}
        closes = [
            held.close + self.snapshot.delay(symbol)
            for symbol, mic in watched.items()
            for held in self.snapshot.calendars.between(mic, session, session)
        ]
        wait = self.config.settings.poll_prices / 2
        return bool(closes) and max(closes) + wait < self.now < max(closes) + DIGEST_UNTIL

    def _digest(self, key: str, channel: str, session: date) -> None:
        roots = [r for r in self.roots.values() if (r.channel, r.session) == (channel, session)]
        told = {row.symbol: replace(row, event=None, window=Window.DAY) for root in roots for row in root.rows}
        rows = [*told.values(), *(r for r in self._quiet_rows(channel, session) if r.symbol not in told)]
        rows.sort(key=lambda row: DAY_ORDER.index(row.region))
        view = DigestView(
            channel=channel,
            session=session,
            title=f"The day, {day_words(session)}",
            rows=tuple(rows),
            at=self.now,
            stories=tuple(dict.fromkeys(self._story_note(root) for root in roots)),
            held=self.tx.held(channel, session),
            market=(*self.snapshot.closing_lines(session), *beside_lines(rows)),
            records=tuple(dict.fromkeys(text for root in roots for text in root.records)),
            states=self.snapshot.states(row.symbol for row in rows),
        )
        text, blocks = digest_message(view)
        self._enqueue(Delivery(key, DeliveryKind.DIGEST, channel, key, self.now, text, blocks, view.rows))

    def _quiet_rows(self, channel: str, session: date) -> Iterable[Row]:
        """The watched stocks that a story is linked to and whose last move of that session was not told."""
        for watchlist in self._lists(channel):
            ties = self._ties(watchlist)
            for watched in watchlist.companies:
                mic = self._mic(watched)
                move = self.snapshot.last_move(watched.symbol, session)
                links = ties.to(watched, mic, move.raw if move else 0.0)[:1]
                if links and move:
                    name = self.config.companies[watched.company].name
                    region = EXCHANGES[mic].region
                    row = Row(watched.company, name, watched.symbol, region, move, links[0].path, told=False)
                    yield timed(row, self.stories[links[0].story].time, links[0].expected)

    def _lists(self, channel: str) -> list[Watchlist]:
        return [w for w in self.watchlists if w.channel == channel]

    def _mic(self, watched: Watched) -> str:
        return self.config.instrument(watched.symbol).exchange

    def _enqueue(self, delivery: Delivery) -> None:
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


def _regions(alerts: Iterable[Decision]) -> list[str]:
    return list(dict.fromkeys(d.candidate.region for d in alerts))


def _row(decision: Decision, before: Row | None = None) -> Row:
    """The row of a stock that is told; one that was told `before` keeps its path where none leads there any more."""
    c = decision.candidate
    day = c.day or c.event
    if day is None:
        raise ValueError(f"{c.symbol} was told without a move")
    row = Row(
        company=c.company,
        name=c.name,
        symbol=c.symbol,
        region=c.region,
        day=day,
        path=c.tie.path if c.tie else before.path if before else "",
        event=c.event,
        window=decision.window or Window.DAY,
        also=tuple(f"“{t.story.headline}”" for t in c.also),
        holding=c.holding,
    )
    if c.tie is None and before is not None:
        return replace(row, join=before.join, before=before.before, since=before.since, expected=before.expected)
    return timed(row, c.tie.story.first_time if c.tie else None, c.tie.expected if c.tie else row.expected)


def _moved(row: Row, root: Root, decision: Decision) -> Row:
    """A row with the newest moves and other stories; its path stays as it was told."""
    c = decision.candidate
    mine = c.tie is not None and c.tie.story.id == root.story
    others = c.also if mine or c.tie is None else (c.tie, *c.also)
    also = tuple(f"“{t.story.headline}”" for t in others)
    now = replace(row, day=c.day or row.day, event=c.event if mine else None, also=also, holding=c.holding)
    return timed(now, c.tie.story.first_time, row.expected) if mine and c.tie else now


def _linked(row: Row, found: Tie, decision: Decision | None) -> Row:
    """A row of a move without linked news once news is linked to it; others of its message go with it."""
    c = decision.candidate if decision else None
    mine = c is not None and c.tie is not None and c.tie.story.id == found.story.id
    tie = c.tie if mine and c and c.tie else found
    told = replace(row, path=tie.path, event=c.event if mine and c else None)
    return timed(told, found.story.first_time, tie.expected)
