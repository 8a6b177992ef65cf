"""What is kept between passes so as not to ask or compute twice. A cache: it may be empty at any time.

Daily bars are asked for as `market.histories` says, trades before a story once; what a source could not give is
not asked for again for a while. Nothing here decides anything.
"""

from collections.abc import Container, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial

from config.exchanges import exchange_of
from config.types import Config
from monitor.expected import Expectations
from monitor.links import Graph
from monitor.market.cadence import NEVER, Seen
from monitor.market.histories import AT_ONCE, MISSING_AT_ONCE, Wanted, due, merged, reaches
from monitor.market.lookback import Key, LookBack
from monitor.market.moves import Stats
from monitor.types import History, Link, PriceAnswer, PriceSource, Quote, StoryPrice

MOST_DERIVED = 20_000
"""Stories times watchlists whose links are kept, each a few kilobytes."""
AGAIN = timedelta(minutes=10)
"""How long after a source could not give something it is asked for it again."""
SOON = timedelta(minutes=2)
"""The same of a trade before a story, while that is so young that the source's bars may not reach it yet; then after as
long again as the story is old."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What one pass wants of a price source.

    `histories` says what each symbol's daily bars must hold, or they are asked for again; `before` the (story,
    symbol) whose last trade before the story's time is wanted.
    """

    symbols: tuple[str, ...] = ()
    histories: Mapping[str, Wanted] = field(default_factory=dict)
    before: Mapping[tuple[str, str], datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prices:
    """What the source gave, and one sentence for each symbol that it could not give a quote or bars of.

    `quoted` are those whose quote was asked for, `asked` these and those whose bars it could not give, `silent` those
    of which it said nothing at all; `histories` are the daily bars that came with this pass.
    """

    quotes: Mapping[str, Quote] = field(default_factory=dict)
    before: tuple[StoryPrice, ...] = ()
    quoted: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    problems: Mapping[str, str] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    histories: Mapping[str, History] = field(default_factory=dict)


class Memory:
    """Daily bars by symbol, fits made from them, links derived, and when something was asked for in vain.

    `stats` are by symbol and base day, `worst` the largest falls in the bars by symbol; `derived` the links of a
    story, by all they depend on but the relations. `seen` is when symbols were looked at and what came of it,
    `doubtful` those whose last look found a price that no second look heals. `look_back` asks for trades before
    stories.
    """

    def __init__(self) -> None:
        """Remember nothing yet."""
        self.stats: dict[tuple[str, date], Stats] = {}
        self.worst: dict[str, float | None] = {}
        self.derived: dict[Hashable, list[Link]] = {}
        self.seen: dict[str, Seen] = {}
        self.doubtful: frozenset[str] = frozenset()
        self._graph: tuple[str, Graph, Expectations] | None = None
        self.look_back = LookBack()
        self.recalled = False
        self._histories: dict[str, History] = {}
        self._in_vain: dict[object, tuple[datetime, str]] = {}

    def history(self, symbol: str) -> History | None:
        """The daily bars known of a symbol."""
        return self._histories.get(symbol)

    def recall(self, histories: Mapping[str, History]) -> None:
        """Take over the bars that the store has kept; once is enough."""
        self._histories = {**histories, **self._histories}
        self.recalled = True

    def learn(self, histories: Mapping[str, History]) -> dict[str, History]:
        """Join new bars to those known, and give back those that changed; fits made from older ones are forgotten."""
        joined = {symbol: merged(self._histories.get(symbol), new) for symbol, new in histories.items()}
        changed = {symbol: new for symbol, new in joined.items() if new != self._histories.get(symbol)}
        self._histories.update(changed)
        for key in [key for key in self.stats if {key[0], exchange_of(key[0]).index} & changed.keys()]:
            del self.stats[key]
        for symbol in changed:
            self.worst.pop(symbol, None)
        return changed

    def missing(self, asked: Mapping[str, Wanted]) -> list[str]:
        """The symbols whose last close is not known."""
        return due(self._histories, asked)[0]

    def graph(self, config: Config) -> tuple[Graph, Expectations]:
        """What links are derived from. Those of another configuration are forgotten, and the oldest anyway."""
        if self._graph is None or self._graph[0] != config.fingerprint:
            expectations = Expectations(config.lexicon, config.companies)
            self._graph = (config.fingerprint, Graph.of(config.relations), expectations)
            self.derived.clear()
        for key in list(self.derived)[: max(0, len(self.derived) - MOST_DERIVED)]:
            del self.derived[key]
        return self._graph[1:]

    async def ask(self, source: PriceSource, asking: Asking, now: datetime) -> Prices:
        """Ask for all of it: quotes, while `now` is true of them, then trades before stories and missing histories.

        Trades before stories that are not at hand are among the prices of a later pass: see `look_back`.
        """
        none: PriceAnswer[Quote] = PriceAnswer({}, {})
        quotes = await source.quotes(asking.symbols, now) if asking.symbols else none
        for symbol in set(asking.symbols) - quotes.silent:
            self.seen[symbol] = replace(self.seen.get(symbol, NEVER), asked=now)
        wanted = {key: moment for key, moment in asking.before.items() if self._may_ask(key, now)}
        before = await self.look_back.take(partial(self._before, source, now=now), wanted)
        bars = await self._histories_of(source, asking, now)
        return Prices(
            quotes=quotes.found,
            before=tuple(before),
            quoted=frozenset(asking.symbols),
            asked=frozenset(asking.symbols) | bars.problems.keys(),
            problems={**quotes.problems, **bars.problems},
            silent=quotes.silent | bars.silent,
            histories=bars.found,
        )

    def saw(self, looks: Mapping[str, Seen], doubtful: frozenset[str]) -> None:
        """Remember what this pass made of its quotes, and which of them no second look heals."""
        for symbol, look in looks.items():
            self.seen[symbol] = replace(look, asked=self.seen.get(symbol, NEVER).asked)
        self.doubtful = (self.doubtful - looks.keys()) | doubtful

    async def _histories_of(self, source: PriceSource, asking: Asking, now: datetime) -> PriceAnswer[History]:
        missing, old = due(self._histories, asking.histories)
        wanted = [symbol for symbol in missing if self._may_ask(symbol, now)]
        known = {symbol: self._in_vain[symbol][1] for symbol in missing if symbol not in wanted}
        wanted = wanted[:MISSING_AT_ONCE]
        again = [symbol for symbol in old if self._may_ask(symbol, now)][:AT_ONCE]
        if not (wanted or again):
            return PriceAnswer({}, known)
        answer = await source.history([*wanted, *again], now)
        joined = self.learn(answer.found)
        reached = {s for s in (*wanted, *again) if reaches(self.history(s), asking.histories[s].last)}
        self._note([*wanted, *again], reached | answer.silent, answer.problems, now + AGAIN)
        return PriceAnswer(joined, {**known, **answer.problems}, answer.silent)

    async def _before(self, source: PriceSource, wanted: Mapping[Key, datetime], now: datetime) -> list[StoryPrice]:
        stories: dict[str, list[tuple[str, datetime]]] = {}
        for (story, symbol), moment in wanted.items():
            stories.setdefault(story, []).append((symbol, moment))
        found = []
        for story, pairs in stories.items():
            answer = await source.prices_at(pairs, now)
            found += [StoryPrice(story, symbol, quote) for symbol, quote in answer.found.items()]
            given = answer.found.keys() | answer.silent
            pause = min(AGAIN, max(SOON, now - max(moment for _, moment in pairs)))
            self._note([(story, s) for s, _ in pairs], {(story, s) for s in given}, {}, now + pause)
        return found

    def _may_ask(self, what: object, now: datetime) -> bool:
        return what not in self._in_vain or now >= self._in_vain[what][0]

    def _note(
        self, asked: Sequence[object], settled: Container[object], problems: Mapping[str, str], again: datetime
    ) -> None:
        """Remember until when not to ask for what was asked for in vain: not given, nor worth asking for at once."""
        for what in asked:
            if what in settled:
                self._in_vain.pop(what, None)
            else:
                self._in_vain[what] = (again, problems.get(str(what), "its last close is not there yet"))
