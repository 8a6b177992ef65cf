"""Everything known of prices at one moment: what each quote is good for, and the moves it makes. Pure.

Joins the rooms of the market floor: sessions, gate, fits and moves, market values. A pass makes one, asks it
about its symbols, and keeps only what the gate must remember.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from alerts.types import Move, PriceState, Row, Sector
from alerts.words import percent
from config.exchanges import exchange_of
from config.types import Config
from monitor.market.basis import Alternative, alternatives, recent
from monitor.market.beside import results_note, sector_of, volume_ratio
from monitor.market.cadence import RARE_POLLS, Seen
from monitor.market.gate import AUCTION, POLLS, SECOND_LOOK, Expected, Looks, judge
from monitor.market.moves import Basis, Side, Stats, day_basis, event_basis, event_decides, fit
from monitor.market.moves import day_move as measure_day
from monitor.market.moves import event_move as measure_event
from monitor.market.sessions import Calendars, phase
from monitor.market.value import MINOR, fx_symbol, market_value, value_change
from monitor.memory import Memory, Prices
from monitor.types import History, Quote, Session

MARKET: Final = (
    ("^N225", "Nikkei 225"),
    ("^STOXX50E", "Euro Stoxx 50"),
    ("SPY", "S&P 500 (SPY)"),
    ("QQQ", "Nasdaq 100 (QQQ)"),
    ("^IXIC", "Nasdaq Composite"),
    ("SMH", "chip stocks (SMH)"),
)
"""What a message shows beside the moved stocks; symbols of indices and of funds that trade like them."""

STANDS_STILL: Final = timedelta(minutes=30)
"""Watched stocks trade every few seconds or minutes; half an hour without is a halt, or a source that has stopped."""
HALTED: Final = "halted, or its prices have stopped, while its market trades"

LONGEST_BREAK: Final = timedelta(days=12)
"""No exchange is closed for longer (Lunar New Year), so no older story's first session still goes on."""
RATE_AGE: Final = timedelta(days=5)
"""An exchange rate serves over a long weekend; it moves far less than what it converts."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One symbol at the moment: its session, what its quote is good for, and its move in the day window.

    `closing` is true while the quote is the session's last one, just after its close.
    """

    symbol: str
    session: Session
    phase: str
    state: PriceState
    problem: str
    quote: Quote | None
    day: Move | None
    closing: bool

    @property
    def regular(self) -> bool:
        """Whether the quote is of the session's regular hours."""
        return self.phase in {"open", "lunch"} or (self.closing and self.quote is not None)


@dataclass(frozen=True, slots=True)
class Worth:
    """An issuer's market value in dollars `now` and `before`, at the last close before the session."""

    now: float
    before: float
    live: bool


class Snapshot:
    """One moment's prices. `looks` is what the gate remembers, by symbol, after this moment's quotes."""

    def __init__(
        self,
        prices: Prices,
        looks: Mapping[str, Looks],
        story_prices: Mapping[tuple[str, str], Quote],
        config: Config,
        calendars: Calendars,
        memory: Memory,
        now: datetime,
    ) -> None:
        """Hold the moment's values; nothing is computed yet."""
        self.now = now
        self.calendars = calendars
        self.looks = dict(looks)
        self._prices = prices
        self._story_prices = story_prices
        self._config = config
        self._memory = memory
        self._readings: dict[str, Reading] = {}

    def reading(self, symbol: str) -> Reading | None:
        """What is known of a symbol, None if its quote was not asked for in this pass."""
        if symbol not in self._prices.quoted:
            return None
        if symbol not in self._readings:
            self._readings[symbol] = self._read(symbol)
        return self._readings[symbol]

    def event_move(self, symbol: str, story: str, story_time: datetime) -> Move | None:
        """The move since the last trade before a story, None where its start is not known."""
        reading = self.reading(symbol)
        if reading is None or reading.quote is None:
            return None
        side = self._side(symbol, reading.quote, self._story_prices.get((story, symbol)))
        base, _ = event_basis(story_time, side)
        if base is None or reading.quote.time < base.time:
            return None
        index = exchange_of(symbol).index
        beside = self._index_side(symbol, self._story_prices.get((story, index)))
        stats = self._stats(symbol, base)
        return self._valued(measure_event(side, beside, base, stats), reading.quote) if stats else None

    def last_move(self, symbol: str, session: date) -> Move | None:
        """The day move by the last quote of that session that was found FRESH, whether asked for now or before."""
        found = self._last_fresh(symbol, session)
        stats = self._stats(symbol, found[1]) if found else None
        if found is None or stats is None:
            return None
        accepted, base = found
        exchange = exchange_of(symbol)
        index = self.looks.get(exchange.index, Looks()).accepted
        level = (
            index if index and abs(index.time - accepted.time) <= POLLS * self._config.settings.poll_prices else None
        )
        beside = self._side(exchange.index, level)
        return self._valued(measure_day(self._side(symbol, accepted), beside, base, stats), accepted)

    def _last_fresh(self, symbol: str, session: date) -> tuple[Quote, Basis] | None:
        """The last quote of that session that was found FRESH, and what its day move is counted from."""
        accepted = self.looks.get(symbol, Looks()).accepted
        held = self.calendars.between(exchange_of(symbol).mic, session, session)
        if accepted is None or not held or not held[0].early <= accepted.time <= held[0].close + AUCTION:
            return None
        base, _ = day_basis(self.history(symbol), self.calendars.previous(held[0]))
        return (accepted, base) if base else None

    def event_decides(self, symbol: str, story_time: datetime) -> bool:
        """Whether the window since the story may still decide (rule 2)."""
        if self.now - story_time > LONGEST_BREAK:
            return False
        mic = exchange_of(symbol).mic
        return event_decides(story_time, self.calendars.sessions(mic, self.now), self.now)

    def delay(self, symbol: str) -> timedelta:
        """How late the source gives a symbol's prices, as far as it has said."""
        last = self.looks.get(symbol, Looks()).last
        return last.delay if last else timedelta()

    def history(self, symbol: str) -> History | None:
        """The daily bars known of a symbol."""
        return self._memory.history(symbol)

    def worth(self, symbol: str) -> Worth | None:
        """What the issuer of a symbol is worth now and was at the last close before, in dollars; None if not known.

        Now is `live` while a fresh quote of regular hours says so, of this pass or, where it was not asked for now, of
        one not long ago; else both are the last close known.
        """
        reading = self.reading(symbol)
        live = None
        if reading is None:
            live = self._earlier_today(symbol)
        elif reading.state is PriceState.FRESH and reading.regular and reading.quote and reading.day:
            live = reading.quote, reading.day.base_price
        if live is not None:
            quote, base = live
            now = self._value(quote)
            return None if now is None else Worth(now, now * base / quote.price, live=True)
        history = self.history(symbol)
        bar = next((b for b in reversed(history.bars) if b.close), None) if history else None
        if history is None or bar is None or not bar.close:
            return None
        close = self._value(Quote(symbol, bar.close, self.now, history.currency))
        return None if close is None else Worth(close, close, live=False)

    def _earlier_today(self, symbol: str) -> tuple[Quote, float] | None:
        """The last FRESH quote of regular hours while its exchange is open, and the last close before."""
        mic = exchange_of(symbol).mic
        session = self.calendars.session(mic, self.now)
        accepted = self.looks.get(symbol, Looks()).accepted
        if accepted is None or phase(session, self.now) not in {"open", "lunch"} or accepted.time < session.open:
            return None
        recent = accepted.delay + (RARE_POLLS + POLLS) * self._config.settings.poll_prices
        lunch = phase(session, self.now) == "lunch"
        found = self._last_fresh(symbol, session.date) if lunch or self.now - accepted.time <= recent else None
        return (found[0], found[1].price) if found else None

    def worst_drop(self, symbol: str) -> float | None:
        """The largest fall from one close to the next in a symbol's bars, as a fraction of its last close."""
        history = self.history(symbol)
        if history is None:
            return None
        if symbol not in self._memory.worst:
            closes = [bar.close for bar in history.bars if bar.close]
            falls = [(after - start) / closes[-1] for start, after in pairwise(closes)]
            self._memory.worst[symbol] = min(falls, default=None)
        return self._memory.worst[symbol]

    def suspects(self) -> dict[str, str]:
        """Why a quote cannot be acted on for longer than a second look takes, by symbol: for the operator.

        SUSPECT in a way that no second look heals, or without a trade for long while its market trades.
        """
        found = {symbol: self._readings[symbol].problem for symbol in self.doubtful()}
        return found | {s: f"{HALTED}: {r.problem}" for s, r in self._standing() if self._trades(exchange_of(s).index)}

    def doubtful(self) -> frozenset[str]:
        """The symbols whose quote is SUSPECT in a way that no second look heals; newer bars may."""
        suspect = [r for r in self._readings.values() if r.state is PriceState.SUSPECT]
        return frozenset(r.symbol for r in suspect if not r.problem.endswith(SECOND_LOOK))

    def seen(self) -> dict[str, Seen]:
        """What is to be remembered of these looks, for when to look again."""
        return {
            symbol: Seen(delay=self.delay(symbol), doubtful=reading.state is PriceState.SUSPECT)
            for symbol, reading in self._readings.items()
        }

    def stopped(self) -> dict[str, str]:
        """Symbols without a trade for long of which not even the index has one: the source has stopped."""
        standing = ((s, r) for s, r in self._standing() if not self._trades(exchange_of(s).index))
        return {s: f"no new prices: {r.problem}" for s, r in standing}

    def points(self) -> list[tuple[str, datetime, float]]:
        """The prices of this moment that are good for a picture: of every symbol whose quote is fresh.

        Each comes with the base price of its session, at the time of that.
        """
        fresh = [r for r in self._readings.values() if r.state is PriceState.FRESH]
        bases = [(r.symbol, r.day.base_time, r.day.base_price) for r in fresh if r.day]
        return bases + [(r.symbol, r.quote.time, r.quote.price) for r in fresh if r.quote]

    def _standing(self) -> list[tuple[str, Reading]]:
        """The readings in regular hours whose last trade is older than any ordinary pause."""
        found = []
        for symbol, reading in self._readings.items():
            late = (reading.quote.delay if reading.quote else timedelta()) + STANDS_STILL
            began = max(reading.quote.time, reading.session.open) if reading.quote else self.now
            if reading.state is PriceState.STALE and reading.phase == "open" and began + late <= self.now:
                found.append((symbol, reading))
        return found

    def _trades(self, symbol: str) -> bool:
        reading = self._readings.get(symbol)
        return reading is not None and reading.state is PriceState.FRESH

    def _value(self, quote: Quote) -> float | None:
        company = self._config.by_symbol.get(quote.symbol)
        if company is None:
            return None
        return market_value(company, self._config.instrument(quote.symbol), quote, self._rate(quote.currency))

    def market_lines(self) -> tuple[str, ...]:
        """One line on the broad markets that have a fresh price now."""
        found = ((name, self.reading(symbol)) for symbol, name in MARKET)
        return _market_line((name, r.day) for name, r in found if r and r.state is PriceState.FRESH)

    def closing_lines(self, session: date) -> tuple[str, ...]:
        """One line on how the broad markets ended the sessions dated that day."""
        return _market_line((name, self.last_move(symbol, session)) for symbol, name in MARKET)

    def states(self, symbols: Iterable[str]) -> dict[str, str]:
        """What the exchanges of `symbols` are doing, by region."""
        found: dict[str, list[str]] = {}
        for symbol in symbols:
            exchange = exchange_of(symbol)
            doing = PHASES[self.calendars.phase(exchange.mic, self.now)]
            words = found.setdefault(exchange.region, [])
            if doing not in words:
                words.append(doing)
        return {region: ", ".join(sorted(words)) for region, words in found.items()}

    def _read(self, symbol: str) -> Reading:
        exchange = exchange_of(symbol)
        session = self.calendars.session(exchange.mic, self.now)
        history = self._memory.history(symbol)
        base, no_base = day_basis(history, self.calendars.previous(session))
        stats = self._stats(symbol, base) if base else None
        quote = self._prices.quotes.get(symbol)
        beside = self._index_side(symbol, None)
        expected = Expected(
            currency=exchange.currency,
            base=base.price if base else None,
            sigma=stats.own_sigma if stats else 0.0,
            market=_explained(stats, beside),
            alternatives=self._alternatives(history, base, session, quote),
            actions=recent(history.actions, session.date) if history else (),
        )
        poll = self._config.settings.poll_prices
        problem = self._prices.problems.get(symbol, "")
        looks = self.looks.get(symbol, Looks())
        state, reason = judge(quote, looks, session, self.now, poll, expected, problem)
        self.looks[symbol] = looks.after(quote, state)
        day = None
        if base and stats and quote:
            day = self._valued(measure_day(self._side(symbol, quote), beside, base, stats), quote)
            day = self._with_context(day, session, quote) if day else None
        late = quote.delay if quote else timedelta()
        closing = quote is not None and session.close <= self.now <= session.close + late + POLLS * poll
        return Reading(
            symbol,
            session,
            phase(session, self.now),
            state,
            reason or (no_base if day is None else ""),
            quote,
            day,
            closing,
        )

    def _alternatives(
        self, history: History | None, base: Basis | None, session: Session, quote: Quote | None
    ) -> tuple[Alternative, ...]:
        if history is None or base is None or quote is None:
            return ()
        previous = quote.previous_close if quote.time >= session.early else None
        minor = history.currency in MINOR
        return alternatives(history, base.day, session.date, minor=minor, previous_close=previous)

    def _side(self, symbol: str, quote: Quote | None, at: Quote | None = None) -> Side:
        sessions = self.calendars.sessions(exchange_of(symbol).mic, self.now)
        return Side(self._memory.history(symbol), quote, sessions, at)

    def _index_side(self, symbol: str, at: Quote | None) -> Side | None:
        """The symbol's market, with a quote only while that is fresh or of the same moment; None for the index itself.

        A price that is too old to tell is still held against its market as it was then: without, an old price would
        seem to pass by what the whole market did.
        """
        index = exchange_of(symbol).index
        reading = self.reading(index) if index != symbol else None
        if reading is None:
            return None
        if reading.state is PriceState.FRESH:
            return self._side(index, reading.quote, at)
        own, known = self._prices.quotes.get(symbol), self.looks.get(index, Looks()).accepted
        same = own and known and abs(known.time - own.time) <= POLLS * self._config.settings.poll_prices
        return self._side(index, known if same else None, at)

    def _stats(self, symbol: str, base: Basis) -> Stats | None:
        """How the symbol usually moves, from returns that end before the window; kept for the session."""
        history = self._memory.history(symbol)
        if history is None:
            return None
        key = (symbol, base.day)
        if key not in self._memory.stats:
            exchange = exchange_of(symbol)
            market = self._memory.history(exchange.index) if exchange.index != symbol else None
            sessions = self.calendars.sessions(exchange.mic, self.now)
            self._memory.stats[key] = fit(history, market, sessions, base.day, exchange.region)
        return self._memory.stats[key]

    def _with_context(self, move: Move, session: Session, quote: Quote) -> Move:
        """The move with what stands beside it: volume, sector, results."""
        company = self._config.by_symbol.get(move.symbol)
        fund = sector_of(company, move.symbol) if company else None
        there = self.reading(fund[1]) if fund else None
        sector = None
        if fund and there and there.day and there.state is PriceState.FRESH:
            sector = Sector(fund[0], fund[1], there.day.raw)
        results = results_note(quote.results, move.base_time, session, self.now)
        notes = (*move.notes, results) if results else move.notes
        return replace(move, notes=notes, volume=volume_ratio(self.history(move.symbol), session, quote), sector=sector)

    def _valued(self, move: Move | None, quote: Quote) -> Move | None:
        if move is None:
            return None
        return replace(move, value_change=value_change(self._value(quote), move.base_price, move.price))

    def _rate(self, currency: str) -> float | None:
        symbol = fx_symbol(currency)
        quote = self._prices.quotes.get(symbol) if symbol else None
        return quote.price if quote and self.now - quote.time <= RATE_AGE else None


PHASES: Mapping[str, str] = {
    "pre": "pre-market",
    "open": "open",
    "lunch": "lunch break",
    "post": "after hours",
    "closed": "closed",
}


def beside_lines(rows: Iterable[Row]) -> tuple[str, ...]:
    """One line on the sectors of the rows' stocks; those that the market's line has are not said again."""
    market = {symbol for symbol, _ in MARKET}
    sectors = {row.day.sector.symbol: row.day.sector for row in rows if row.day.sector}
    words = [f"{s.name} ({s.symbol}) {percent(s.raw)}" for s in sectors.values() if s.symbol not in market]
    return (f"Sectors: {', '.join(words)}",) if words else ()


def _market_line(moves: Iterable[tuple[str, Move | None]]) -> tuple[str, ...]:
    words = [f"{name} {percent(move.raw)}" for name, move in moves if move]
    return (f"Market: {', '.join(words)}",) if words else ()


def _explained(stats: Stats | None, index: Side | None) -> float:
    """The part of a move that the index explains since the last close, 0 where it is not known."""
    if stats is None or stats.beta is None or index is None or index.quote is None or index.history is None:
        return 0.0
    close = next((bar.close for bar in reversed(index.history.bars) if bar.close), None)
    return stats.beta * (index.quote.price / close - 1) if close else 0.0
