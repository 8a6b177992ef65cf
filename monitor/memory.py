"""What is kept between passes so as not to ask or compute twice. A cache: it may be empty at any time.

Daily bars are asked for once a session of their exchange (again only while the last session's is missing), trades
before a story once; what a source could not give is
not asked for again for a while. Nothing here decides anything.
"""

from collections.abc import Container, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from config.types import Config
from monitor.expected import Expectations
from monitor.links import Graph
from monitor.market.moves import Stats
from monitor.types import History, Link, PriceAnswer, PriceSource, Quote, StoryPrice

MOST_DERIVED = 20_000
"""Stories times watchlists whose links are kept, each a few kilobytes."""
AGAIN = timedelta(minutes=10)
"""How long after a source could not give something it is asked for it again."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What one pass wants of a price source.

    `histories` gives each symbol's last session that is over: its bar must be there, or the bars are asked for again;
    `before` the (story, symbol) whose last trade before the story's time is wanted.
    """

    symbols: tuple[str, ...] = ()
    histories: Mapping[str, date] = field(default_factory=dict)
    before: Mapping[tuple[str, str], datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prices:
    """What the source gave, and one sentence for each symbol that it could not give a quote or bars of.

    `quoted` are those whose quote was asked for, `silent` those of which it said nothing at all.
    """

    quotes: Mapping[str, Quote] = field(default_factory=dict)
    before: tuple[StoryPrice, ...] = ()
    quoted: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    problems: Mapping[str, str] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()


class Memory:
    """Daily bars by symbol, fits made from them, links derived, and when something was asked for in vain.

    `stats` are by symbol and base day, `worst` the largest falls in the bars by symbol; `derived` the links of a
    story, by all they depend on but the relations.
    """

    def __init__(self) -> None:
        """Remember nothing yet."""
        self.stats: dict[tuple[str, date], Stats] = {}
        self.worst: dict[str, float | None] = {}
        self.derived: dict[Hashable, list[Link]] = {}
        self._graph: tuple[str, Graph, Expectations] | None = None
        self._histories: dict[str, History] = {}
        self._in_vain: dict[object, tuple[datetime, str]] = {}

    def history(self, symbol: str) -> History | None:
        """The daily bars known of a symbol."""
        return self._histories.get(symbol)

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
        """Ask for all of it: quotes, while `now` is true of them, then trades before stories and missing histories."""
        none: PriceAnswer[Quote] = PriceAnswer({}, {})
        quotes = await source.quotes(asking.symbols, now) if asking.symbols else none
        before = await self._before(source, asking.before, now)
        bars = await self._histories_of(source, asking, now)
        return Prices(
            quotes=quotes.found,
            before=tuple(before),
            quoted=frozenset(asking.symbols),
            asked=frozenset(asking.symbols) | asking.histories.keys(),
            problems={**quotes.problems, **bars.problems},
            silent=quotes.silent | bars.silent,
        )

    async def _histories_of(self, source: PriceSource, asking: Asking, now: datetime) -> PriceAnswer[History]:
        missing = [symbol for symbol, day in asking.histories.items() if not self._reaches(symbol, day)]
        wanted = [symbol for symbol in missing if self._may_ask(symbol, now)]
        known = {symbol: self._in_vain[symbol][1] for symbol in missing if symbol not in wanted}
        if not wanted:
            return PriceAnswer({}, known)
        answer = await source.history(wanted, now)
        self._histories.update(answer.found)
        self.stats.clear()
        self.worst.clear()
        reached = {s for s in wanted if self._reaches(s, asking.histories[s])}
        self._note(wanted, reached | answer.silent, answer.problems, now)
        return PriceAnswer(answer.found, {**known, **answer.problems}, answer.silent)

    def _reaches(self, symbol: str, day: date) -> bool:
        history = self._histories.get(symbol)
        return history is not None and any(bar.date == day for bar in reversed(history.bars))

    async def _before(
        self, source: PriceSource, wanted: Mapping[tuple[str, str], datetime], now: datetime
    ) -> list[StoryPrice]:
        stories: dict[str, list[tuple[str, datetime]]] = {}
        for (story, symbol), moment in wanted.items():
            if self._may_ask((story, symbol), now):
                stories.setdefault(story, []).append((symbol, moment))
        found = []
        for story, pairs in stories.items():
            answer = await source.prices_at(pairs, now)
            found += [StoryPrice(story, symbol, quote) for symbol, quote in answer.found.items()]
            given = answer.found.keys() | answer.silent
            self._note([(story, s) for s, _ in pairs], {(story, s) for s in given}, {}, now)
        return found

    def _may_ask(self, what: object, now: datetime) -> bool:
        return what not in self._in_vain or now - self._in_vain[what][0] >= AGAIN

    def _note(
        self, asked: Sequence[object], settled: Container[object], problems: Mapping[str, str], now: datetime
    ) -> None:
        """Remember what was asked for in vain: what is neither given nor worth asking for again at once."""
        for what in asked:
            if what in settled:
                self._in_vain.pop(what, None)
            else:
                self._in_vain[what] = (now, problems.get(str(what), "its last close is not there yet"))
