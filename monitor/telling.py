"""From prices to deliveries: the deciding half of the price line, inside its one transaction.

Each watched stock becomes a candidate under the story that is linked to it best, the rules decide, and what is to be
told goes into the outbox together with the memory that it was told. Root messages are drawn by `monitor.drawing`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache

from alerts.message import joined
from alerts.mutes import hushed
from alerts.quiet import resumes
from alerts.rules import decide, one_voice
from alerts.severity import severity
from alerts.types import (
    Candidate,
    Decision,
    Delivery,
    DeliveryKind,
    PriceState,
    Severity,
    StoryNote,
    Verdict,
    Window,
)
from config.exchanges import EXCHANGES
from config.types import Config, Threshold, Watched, Watchlist
from monitor.digests import digests
from monitor.drawing import Drawing
from monitor.market.sessions import Calendars
from monitor.market.snapshot import Snapshot
from monitor.memory import Memory, Prices
from monitor.store.tx import Tx
from monitor.stories import OPEN_FOR
from monitor.ties import ALSO, Ties, note, quoted, tie
from monitor.types import Root

MEMORY = timedelta(days=7)
"""Sessions this far back can still be current somewhere (the longest holidays)."""
PICTURED = timedelta(days=4)
"""Prices this far back can still be in a picture: yesterday's close over a long weekend."""


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
    Drawing(telling).draw(decisions)
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

    def story_note(self, root: Root) -> StoryNote | None:
        """A root's story as messages tell it."""
        return self._note(root.story) if root.story and root.story in self.stories else None

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
