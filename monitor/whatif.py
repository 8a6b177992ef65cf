"""What a configuration would have told on the stored days: the rules over stored bars and links, without the NLP.

Every stored session is looked at four times: at its open, at its high and low, and at its close. Stories are those in
the store, known from their first article on; bars are the daily ones, so when a high or low came is not known, and
both are held against the index's own. The window since the news is left out: it needs prices from within the day.
Nothing is written. Pure over what is handed in, so an edited and the current configuration are compared on the same
days.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from math import floor

from alerts.rules import decide, nearness, one_voice
from alerts.types import Candidate, Move, PriceState, Told, Verdict
from config.exchanges import EXCHANGES, exchange_of
from config.types import Config, Watched, Watchlist
from monitor.market.moves import Side, day_basis, day_move, fit
from monitor.market.sessions import Calendars
from monitor.market.value import fx_symbol, market_value, value_change
from monitor.memory import Memory
from monitor.store.tx import Tx
from monitor.stories import OPEN_FOR
from monitor.ties import ALSO, Ties, note, tie
from monitor.types import Bar, History, Quote, Session, Story

NEAR = 0.8
"""From this part of a threshold on a look that does not pass is a near miss."""
HELD, MISSED = "held back", "near miss"


@dataclass(frozen=True, slots=True)
class Stored:
    """What the store holds of the past: daily bars, stories, and when each story's articles were seen (ascending)."""

    histories: Mapping[str, History]
    stories: Sequence[Story]
    seen: Mapping[str, Sequence[datetime]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One stock's session on a list: the look that would have been told first, or the closest one that would not.

    `why` is "" for an alert, else `HELD` with the reason, or `MISSED` with how near it came.
    """

    watchlist: str
    symbol: str
    session: date
    look: str
    move: Move
    story: str
    why: str = ""
    near: float = 1.0

    @property
    def key(self) -> tuple[str, str, date]:
        """What two configurations are compared by."""
        return self.watchlist, self.symbol, self.session


@dataclass(slots=True)
class WhatIf:
    """What came of some days: alerts, moves that passed but were held back, near misses, and how much was looked at."""

    alerts: dict[tuple[str, str, date], Outcome] = field(default_factory=dict)
    held: list[Outcome] = field(default_factory=list)
    near: list[Outcome] = field(default_factory=list)
    sessions: set[tuple[str, date]] = field(default_factory=set)
    without_bars: set[str] = field(default_factory=set)


def stored(tx: Tx, since: datetime) -> Stored:
    """Read what there is of the days since then."""
    return Stored(tx.histories(), tx.open_stories(since - OPEN_FOR), tx.seen(since - OPEN_FOR))


def what_if(config: Config, past: Stored, calendars: Calendars, days: int, now: datetime) -> WhatIf:
    """What `config` would have told in the sessions of the last `days` days that were over by `now`."""
    found = WhatIf()
    memory = Memory()
    memory.recall(past.histories)
    first = (now - timedelta(days=days)).date()
    for watchlist in one_voice(config.watchlists):
        exchanges = dict.fromkeys(exchange_of(w.symbol).mic for w in watchlist.companies)
        for mic in exchanges:
            companies = [w for w in watchlist.companies if exchange_of(w.symbol).mic == mic]
            found.without_bars |= {w.symbol for w in companies if w.symbol not in past.histories}
            for session in calendars.between(mic, first, now.date()):
                if session.close < now:
                    _Session(config, watchlist, past, calendars, memory, session).look(companies, found)
    return found


class _Session:
    """One session of one exchange for one list."""

    def __init__(
        self, config: Config, watchlist: Watchlist, past: Stored, calendars: Calendars, memory: Memory, session: Session
    ) -> None:
        self.config = config
        self.watchlist = watchlist
        self.past = past
        self.calendars = calendars
        self.memory = memory
        self.session = session
        self.told: dict[str, Told] = {}

    def look(self, companies: Sequence[Watched], found: WhatIf) -> None:
        """Take all looks in order of time, and keep what comes of each stock."""
        closest: dict[str, Outcome] = {}
        kinds = ("open", "low", "high", "close")
        span = self.session.close - self.session.open
        for kind, part in zip(kinds, (0.0, 0.4, 0.6, 1.0), strict=True):
            at = self.session.open + part * span
            stories = [story for one in self.past.stories if (story := _known(one, self.past.seen, at))]
            ties = Ties.of(stories, self.config, self.watchlist, self.calendars, self.memory, at)
            notes = {story.id: note(story) for story in stories}
            for watched in companies:
                move = self.move(watched, kind, at)
                if move is None:
                    continue
                found.sessions.add((self.session.exchange, self.session.date))
                mic = self.session.exchange
                links = ties.to(watched, mic, move.raw)[: 1 + ALSO]
                bound = [tie(link, notes[link.story], ties.claim(link, mic)) for link in links]
                candidate = Candidate(
                    company=watched.company,
                    name=self.config.companies[watched.company].name,
                    symbol=watched.symbol,
                    exchange=self.session.exchange,
                    region=EXCHANGES[self.session.exchange].region,
                    session=self.session.date,
                    state=PriceState.FRESH,
                    day=move,
                    tie=bound[0] if bound else None,
                    also=tuple(bound[1:]),
                )
                outcome = self.decided(candidate, watched, kind, at)
                if outcome is None or outcome.key in found.alerts:
                    continue
                if not outcome.why:
                    found.alerts[outcome.key] = outcome
                    closest.pop(watched.symbol, None)
                elif outcome.near > closest.get(watched.symbol, outcome).near or watched.symbol not in closest:
                    closest[watched.symbol] = outcome
        found.held += [one for one in closest.values() if one.why.startswith(HELD)]
        found.near += [one for one in closest.values() if one.why.startswith(MISSED)]

    def decided(self, candidate: Candidate, watched: Watched, kind: str, at: datetime) -> Outcome | None:
        """What the rules say of a look; None where nothing comes of it."""
        decision = decide(candidate, self.watchlist, watched, self.told.get(watched.symbol), at)
        if decision.told:
            self.told[watched.symbol] = decision.told
        if candidate.day is None:
            return None
        told = decision.candidate.tie
        story = told.story.headline if told else ""
        made = Outcome(self.watchlist.name, watched.symbol, self.session.date, kind, candidate.day, story)
        if decision.verdict is Verdict.ALERT:
            return made
        near = nearness(self.watchlist.thresholds_for(watched), candidate.day)
        if decision.verdict is Verdict.HOLD:
            return replace(made, why=f"{HELD}: {decision.reason.removeprefix('it passes, but ')}", near=near)
        return replace(made, why=f"{MISSED}: {floor(100 * near)}% of a row", near=near) if near >= NEAR else None

    def move(self, watched: Watched, kind: str, at: datetime) -> Move | None:
        """The move in the day window at that price of the day's bar."""
        symbol, exchange = watched.symbol, exchange_of(watched.symbol)
        history, index = self.past.histories.get(symbol), self.past.histories.get(exchange.index)
        price = _price(history, self.session.date, kind)
        base, _ = day_basis(history, self.calendars.previous(self.session))
        if history is None or base is None or price is None:
            return None
        sessions = self.calendars.sessions(exchange.mic, at)
        key = (symbol, base.day)
        if key not in self.memory.stats:
            self.memory.stats[key] = fit(history, index, sessions, base.day, exchange.region)
        quote = Quote(symbol, price, at, history.currency, confirmed=True)
        level = _price(index, self.session.date, kind)
        beside = None
        if index is not None:
            there = None if level is None else Quote(exchange.index, level, at, index.currency, confirmed=True)
            beside = Side(index, there, sessions)
        found = day_move(Side(history, quote, sessions), beside, base, self.memory.stats[key])
        if found is None:
            return None
        value = market_value(
            self.config.companies[watched.company],
            self.config.instrument(symbol),
            quote,
            self._rate(history.currency),
        )
        return replace(found, value_change=value_change(value, found.base_price, found.price))

    def _rate(self, currency: str) -> float | None:
        symbol = fx_symbol(currency)
        return _price(self.past.histories.get(symbol), self.session.date, "close") if symbol else None


def _price(history: History | None, day: date, kind: str) -> float | None:
    bar: Bar | None = None
    if history is not None:
        place = bisect_right(history.bars, day, key=lambda one: one.date) - 1
        bar = history.bars[place] if place >= 0 and history.bars[place].date == day else None
    price: float | None = None if bar is None else getattr(bar, kind)
    return price


def _known(story: Story, seen: Mapping[str, Sequence[datetime]], at: datetime) -> Story | None:
    """A story as far as it was known at a moment; None before its first article. Its facts are those of today."""
    times = seen.get(story.id, ())
    known = bisect_right(times, at)
    if not known or at - times[known - 1] > OPEN_FOR:
        return None
    last = times[known - 1]
    return replace(story, last_seen=last, last_fact=min(story.last_fact, last))


@dataclass(frozen=True, slots=True)
class Comparison:
    """One list under two configurations: how many alerts each makes, and which of them only one of them does."""

    watchlist: str
    before: int
    after: int
    added: tuple[Outcome, ...]
    gone: tuple[Outcome, ...]


def compared(before: WhatIf, after: WhatIf) -> Iterator[Comparison]:
    """Both outcomes by list."""
    names = dict.fromkeys(one.watchlist for found in (before, after) for one in found.alerts.values())
    for name in names:
        old = {key: one for key, one in before.alerts.items() if key[0] == name}
        new = {key: one for key, one in after.alerts.items() if key[0] == name}
        added = tuple(one for key, one in new.items() if key not in old)
        gone = tuple(one for key, one in old.items() if key not in new)
        yield Comparison(name, len(old), len(new), added, gone)
