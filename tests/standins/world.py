"""A small world in one process around the real cycle and the real store: feeds, prices and a channel that can fail.

What lies outside the daemon (what feeds show, what stocks trade at, what the channel has accepted) outlives it, so that
a daemon can be killed and started again on the same folder. Everything is told by the clock and a few lists.
"""

import zlib
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from alerts.outbox import Pace
from alerts.types import Delivery, DeliveryError, DeliveryKind
from config.types import (
    Company,
    Config,
    EventLexicon,
    EventType,
    Feed,
    Instrument,
    Settings,
    ShareCount,
    Threshold,
    Watched,
    Watchlist,
)
from monitor.cycle import Edges
from monitor.market.sessions import Calendars
from monitor.store.store import Store
from monitor.types import Article, Bar, FeedAnswer, FeedState, History, PriceAnswer, Quote
from nlp.types import Analysis, Event, Mention, Status, Text

OPEN: Final = datetime(2025, 3, 12, 13, 30, tzinfo=UTC)
"""A Wednesday's open in New York."""
LEVELS: Final = {"NVDA": 100.0, "AMD": 50.0, "MSFT": 400.0, "SPY": 500.0}
NAMES: Final = {"Nvidia": "nvidia", "Amd": "amd", "Microsoft": "microsoft"}
SYMBOLS: Final = {"nvidia": "NVDA", "amd": "AMD", "microsoft": "MSFT"}
CALENDARS: Final = Calendars()
CHANNEL: Final = "#ai"
OPERATOR: Final = "#ops"


def configuration(
    *, move: float = 0.03, fingerprint: str = "made up", feeds: int = 3, poll: timedelta = timedelta(minutes=5)
) -> Config:
    """Three listed companies watched in one channel by one threshold, and some feeds."""
    shares = ShareCount(1e9, date(2025, 1, 1), "made up")
    companies = {
        name: Company(name, name.title(), (), (Instrument(symbol, "XNYS", "USD"),), shares=shares)
        for name, symbol in SYMBOLS.items()
    }
    watched = tuple(Watched(name, symbol) for name, symbol in SYMBOLS.items())
    watchlist = Watchlist("One", CHANNEL, watched, (Threshold(move=move),), unlinked=True)
    by_symbol = {c.instruments[0].symbol: c for c in companies.values()}
    followed = tuple(Feed(f"feed{n}", "", f"Feed {n}") for n in range(feeds))
    settings = Settings(channel=OPERATOR, poll_news=poll)
    return Config(settings, companies, (), (watchlist,), followed, EventLexicon(), fingerprint, by_symbol)


@dataclass
class Feeds:
    """A news source: what each feed shows now, asked `every` so often."""

    shown: dict[str, list[tuple[str, str, datetime]]] = field(default_factory=dict)
    down: bool = False
    every: timedelta = timedelta(minutes=5)

    def publish(self, feed: str, guid: str, title: str, at: datetime) -> None:
        """A feed shows one more item; the same guid again is an edit."""
        items = [i for i in self.shown.get(feed, []) if i[0] != guid]
        self.shown[feed] = [*items, (guid, title, at)][-30:]

    async def poll(
        self, due: Sequence[tuple[Feed, FeedState]], now: datetime
    ) -> AsyncGenerator[Sequence[FeedAnswer], None]:
        """All that is shown, feed by feed; nothing of a feed that is as it was."""
        for feed, state in due:
            later = replace(state, next_poll=now + self.every)
            if self.down:
                yield [FeedAnswer(replace(later, failures=state.failures + 1, error="no network"), error="no network")]
                continue
            shown = self.shown.get(feed.id, [])
            digest = str(zlib.crc32(repr(shown).encode()))
            articles = tuple(
                Article(f"{feed.id}:{guid}", feed.id, f"https://{feed.id}.example/{guid}", title, "", at, now)
                for guid, title, at in (shown if digest != state.digest else ())
            )
            yield [FeedAnswer(replace(later, failures=0, error="", last_success=now, digest=digest), articles)]

    async def close(self) -> None:
        """Nothing to let go of."""


class Reading:
    """An analyzer to whom the first word of a title is the company, and the rest what it does."""

    async def analyze(self, texts: Sequence[Text]) -> list[Analysis | None]:
        """A model release of the company named, if it is one."""
        return [self._read(text.title) for text in texts]

    @staticmethod
    def _read(title: str) -> Analysis:
        word = title.partition(" ")[0]
        company = NAMES.get(word)
        if company is None:
            return Analysis((), ())
        mention = Mention(company, word, 0, len(word), "name", 1.0)
        event = Event(EventType.MODEL_RELEASE, "opens", title, len(word) + 1, company, None, Status.REPORTED, 0.9, "r")
        return Analysis((mention,), (event,))

    async def close(self) -> None:
        """Nothing to let go of."""


@dataclass
class Trades:
    """A price source whose prices are set; bars swing by one percent a day, the market by less."""

    now: dict[str, float] = field(default_factory=lambda: dict(LEVELS))
    down: bool = False
    name: str = "made up"

    async def quotes(self, symbols: Sequence[str], now: datetime) -> PriceAnswer[Quote]:
        """The price of the moment, confirmed."""
        if self.down:
            return PriceAnswer({}, dict.fromkeys(symbols, "no connection"), frozenset(symbols))
        found = {s: Quote(s, self.now[s], now, "USD", confirmed=True) for s in symbols if s in self.now}
        return PriceAnswer(found, {s: "no price" for s in symbols if s not in found})

    async def history(self, symbols: Sequence[str], now: datetime) -> PriceAnswer[History]:
        """A year of daily bars that end on the last session before today's at the level."""
        if self.down:
            return PriceAnswer({}, dict.fromkeys(symbols, "no connection"), frozenset(symbols))
        days = [s.date for s in CALENDARS.sessions("XNYS", now) if s.date < now.date()][-130:]
        found = {}
        for symbol in symbols:
            if symbol in LEVELS:
                swing = 0.002 if symbol == "SPY" else 0.01
                closes = [LEVELS[symbol] * (1 + swing * (-1) ** (n % 3 == 0)) for n in range(len(days) - 1)]
                bars = zip(days, [*closes, LEVELS[symbol]], strict=True)
                found[symbol] = History(symbol, "USD", tuple(Bar(symbol, d, c, None, None, c) for d, c in bars))
        return PriceAnswer(found, {s: "unknown" for s in symbols if s not in found})

    async def prices_at(self, wanted: Sequence[tuple[str, datetime]], now: datetime) -> PriceAnswer[Quote]:
        """The level, a minute before."""
        if self.down:
            return PriceAnswer({}, {}, frozenset(s for s, _ in wanted))
        return PriceAnswer(
            {s: Quote(s, LEVELS[s], at - timedelta(minutes=1), "USD") for s, at in wanted if s in LEVELS}, {}
        )

    async def close(self) -> None:
        """Nothing to let go of."""


@dataclass
class Channel:
    """A notifier with a memory outside the daemon: every message accepted, with its key, thread and newest text.

    `fails` are taken one a call: "refused" before anything is accepted, "lost" when it was accepted and the answer is
    not heard. `keep` is called with each acceptance, so that it can be made to outlive the process.
    """

    messages: list[dict[str, str]] = field(default_factory=list)
    fails: list[str] = field(default_factory=list)
    keep: Callable[[dict[str, str]], object] = lambda _message: None
    name: str = "channel"
    can_look_up: bool = True

    def accept(self, message: dict[str, str]) -> None:
        """Take a message, or the new text of one."""
        known = next((m for m in self.messages if m["ts"] == message["ts"]), None)
        if known is None:
            self.messages.append(message)
        else:
            known["text"] = message["text"]

    async def post(self, delivery: Delivery, thread: str | None) -> str:
        """Accept a new message."""
        ts = f"{len(self.messages) + 1}.0"
        kind = delivery.kind.value
        message = {"ts": ts, "key": delivery.key, "channel": delivery.channel, "kind": kind, "text": delivery.text}
        return self._answer({**message, "thread": thread or ""})

    async def edit(self, delivery: Delivery, ts: str) -> str:
        """Accept a new text."""
        return self._answer({**next(m for m in self.messages if m["ts"] == ts), "text": delivery.text})

    def _answer(self, message: dict[str, str]) -> str:
        fault = self.fails.pop(0) if self.fails else ""
        if fault == "refused":
            raise DeliveryError("cannot reach the channel")
        self.accept(message)
        self.keep(message)
        if fault == "lost":
            raise DeliveryError("the connection broke before the answer", ambiguous=True)
        return message["ts"]

    async def find(self, delivery: Delivery, thread: str | None, since: datetime) -> str | None:
        """The message with that key; an edit leaves no key of its own."""
        if delivery.kind is DeliveryKind.UPDATE:
            return None
        return next((m["ts"] for m in self.messages if m["key"] == delivery.key), None)

    async def check(self) -> str:
        """Who is told."""
        return "a channel"

    async def close(self) -> None:
        """Nothing to let go of."""

    def told(self) -> list[tuple[str, str, str]]:
        """What readers of the watchlist's channel see in the end: key, kind and newest text, by key."""
        mine = [m for m in self.messages if m["channel"] == CHANNEL]
        return sorted((m["key"], m["kind"], m["text"]) for m in mine)


@dataclass
class World:
    """The world outside of one daemon, and the edges of a daemon in it."""

    feeds: Feeds = field(default_factory=Feeds)
    trades: Trades = field(default_factory=Trades)
    channel: Channel = field(default_factory=Channel)

    def edges(self, folder: Path, clock: Callable[[], datetime], *, durable: bool = True) -> Edges:
        """The edges of a daemon that starts on a folder now."""
        store = Store(folder / "aftershock.db", durable=durable)
        pace = Pace(timedelta())
        return Edges(self.feeds, Reading(), self.trades, self.channel, store, CALENDARS, pace=pace, clock=clock)
