"""What the three lines hand on: articles, stories, links, quotes, bars, and the answers of the edges.

All times are UTC-aware. Two times are kept of everything that comes from outside: when it says it
happened, and when we had it.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Generic, Protocol, TypeVar, runtime_checkable

from alerts.types import Row
from config.types import Direction, EventType, Feed, Relation, RelationKind
from nlp.types import Analysis, Text

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Article:
    """One item of a feed. `published` is the feed's claim and may be missing or wrong; `seen` is ours.

    `symbols` are tickers the feed gave with the item, `guid` what it calls it ("" where that means nothing).
    """

    id: str
    feed: str
    link: str
    title: str
    summary: str
    published: datetime | None
    seen: datetime
    symbols: tuple[str, ...] = ()
    guid: str = ""

    @property
    def time(self) -> datetime:
        """When it was published as far as can be believed: a claim later than `seen` counts as `seen`."""
        return self.seen if self.published is None else min(self.published, self.seen)

    @property
    def text(self) -> Text:
        """What the NLP reads of it."""
        return Text(self.title, self.summary, self.symbols)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a publisher says in a feed on how often to come: how long at least to wait, and when not to come at all.

    `skip_hours` are hours of the day in UTC, `skip_days` days of the week, Monday is 0.
    """

    ttl: timedelta = timedelta()
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


NO_WISHES = Wishes()


@dataclass(frozen=True, slots=True)
class FeedState:
    """What is remembered of a feed between polls. Validators are kept byte for byte.

    `known` is false until the first successful poll: what that poll finds is history, not news. `url` is the address
    all this is about: what was learnt at another one does not count; `moved` is where that has moved for good.
    `earliest` is when the publisher welcomes the next poll, `wait` for how long the last answer was to stay as it is,
    `closed_until` until when its host wants no request at all.
    `gap` is the usual time between items, `newest` the time of the last one. `digest` is that of the last body that
    could be read, `note` what a reader must know of it.
    """

    feed: str
    next_poll: datetime
    etag: str | None = None
    last_modified: str | None = None
    failures: int = 0
    error: str = ""
    last_success: datetime | None = None
    url: str = ""
    moved: str = ""
    earliest: datetime | None = None
    wait: timedelta = timedelta()
    closed_until: datetime | None = None
    gap: timedelta | None = None
    newest: datetime | None = None
    wishes: Wishes = NO_WISHES
    digest: str = ""
    note: str = ""

    @property
    def known(self) -> bool:
        """Whether it was ever read."""
        return self.last_success is not None


@dataclass(frozen=True, slots=True)
class FeedAnswer:
    """What one poll of one feed came to. `error` is for people, empty on success."""

    state: FeedState
    articles: tuple[Article, ...] = ()
    error: str = ""


class NewsSource(Protocol):
    """Where articles come from: the web, or a recorded day."""

    def poll(self, due: Sequence[tuple[Feed, FeedState]], now: datetime) -> AsyncGenerator[Sequence[FeedAnswer], None]:
        """One answer per feed, those that arrived together at once, in any order; never raises for what a feed did."""
        ...


class Analyzer(Protocol):
    """Reads texts; in the daemon in worker processes."""

    async def analyze(self, texts: Sequence[Text]) -> list[Analysis | None]:
        """One analysis per text, in order; None for a text whose worker died or took too long."""
        ...


@dataclass(frozen=True, slots=True)
class Fact:
    """What an article reports, boiled down for joining: an event type with its main company ("" where none is told).

    `target` is the company it is done to or with, where one is told; `in_title` whether the title reports it.
    `trigger` are the words of `sentence` that tell it.
    """

    type: EventType
    company: str
    status: str
    sentence: str
    score: float
    target: str = ""
    in_title: bool = True
    trigger: str = ""


class Kind(StrEnum):
    """The sorts of titles that decide which story an article can belong to."""

    NEWS = "news"
    RESULTS = "results"
    PREVIEW = "preview"
    TARGET = "price target"
    WRAP = "market wrap"
    CALENDAR = "week ahead"
    PICKS = "picks and opinions"
    PAST = "retrospective"


@dataclass(frozen=True, slots=True)
class Print:
    """What of an article is remembered for joining: words, names and figures of its title, and what sort it is.

    `companies` are those of the title in order of place, `beside` those that only the summary names. `terms` are stems
    of content words, `names` those of models and products in the whole text ("r1", "grok-3"), `figures` amounts in one
    spelling ("10b", "8%"). `head` is what the title begins with; `events` are "type company" of what it reports.
    """

    seen: datetime
    kind: Kind
    head: str
    companies: tuple[str, ...]
    beside: tuple[str, ...]
    terms: frozenset[str]
    names: frozenset[str]
    figures: frozenset[str]
    events: frozenset[str]


@dataclass(frozen=True, slots=True)
class Report:
    """An article with what was found in it; what stories are made of.

    `named` are the companies of its title, `companies` those of its whole text, in order of place. Where the title
    names nobody, `beside` are those in the sentences of its facts.
    """

    article: Article
    named: tuple[str, ...]
    companies: tuple[str, ...]
    facts: tuple[Fact, ...]
    print: Print
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """Articles about the same happening.

    `time` is the earliest of its articles' times, frozen once told; `last_fact` is when its newest fact was first seen;
    `parties` are the companies its facts name, each with how directly (1 for the one that acts). A story without facts
    has no parties, and links nobody. `prints` are what its articles are recognised by, the first and the newest;
    `figures` are the amounts that were news in it, in order.
    """

    id: str
    headline: str
    time: datetime
    last_fact: datetime
    last_seen: datetime
    facts: tuple[Fact, ...]
    parties: Mapping[str, float]
    prints: tuple[Print, ...]
    figures: tuple[str, ...]
    feeds: frozenset[str]
    told: bool = False
    size: int = 1

    @property
    def types(self) -> tuple[EventType, ...]:
        """Its event types, in order of arrival."""
        return tuple(dict.fromkeys(f.type for f in self.facts))


@dataclass(frozen=True, slots=True)
class Step:
    """One relation walked: `company` is the previous one's `kind` (or, `inverse`, has it as its `kind`)."""

    kind: RelationKind
    company: str
    inverse: bool = False


@dataclass(frozen=True, slots=True)
class Over:
    """The relation that a step goes over, and which part of its strength counts on this path (less behind hubs)."""

    relation: Relation
    kept: float = 1.0


@dataclass(frozen=True, slots=True)
class Link:
    """A story reaches a company: from `root`, named in it, over `steps` (none if it is named itself).

    `strength` is the root's weight times what each step keeps; `sign` the product of their signs. `expected` is which
    way the story's events are expected to move the company, over whatever path. `over` are the steps' relations.
    """

    story: str
    company: str
    root: str
    steps: tuple[Step, ...]
    strength: float
    sign: int
    expected: Direction = Direction.UNCLEAR
    over: tuple[Over, ...] = field(default=(), compare=False)

    def passes(self, step: Step) -> bool:
        """Whether the path has been at the end of a further step already."""
        return step.company == self.root or any(step.company == taken.company for taken in self.steps)

    @property
    def path(self) -> str:
        """The path as a reader sees it: `deepseek -competitor-> openai -partner-> microsoft`."""
        words = [self.root]
        for step in self.steps:
            words.append(f"<-{step.kind}-" if step.inverse else f"-{step.kind}->")
            words.append(step.company)
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Quote:
    """A trade price with the trade's own time. `delay` is how late the source is by contract.

    `market_value` is the source's own figure for the issuer, in the quote's currency. `confirmed`
    quotes need no second look (recorded bars). `previous_close` is the last regular close before the trade's session
    as the source has it, `volume` the session's shares so far, `results` the times at which the company reported or
    is expected to report its results, as far as the source says.
    """

    symbol: str
    price: float
    time: datetime
    currency: str
    delay: timedelta = timedelta()
    market_value: float | None = None
    confirmed: bool = False
    previous_close: float | None = None
    volume: float | None = None
    results: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """A daily bar by the exchange's local date. Prices share one basis within a history; missing ones are None.

    `note` says what a reader must know of it (that its close was derived, say). `traded` is its close before
    dividends were taken out, None where nothing was.
    """

    symbol: str
    date: date
    open: float | None
    high: float | None
    low: float | None
    close: float | None
    volume: float | None = None
    note: str = field(default="", kw_only=True)
    traded: float | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class Action:
    """A dividend or a split by its ex-date: per share in the bars' currency, new shares for an old one; 0 for none."""

    date: date
    dividend: float = 0.0
    split: float = 0.0


@dataclass(frozen=True, slots=True)
class History:
    """Daily bars of one instrument, oldest first, of sessions that were over at the time of asking.

    `adjusted` is true where dividends are taken out of earlier prices. `actions` reach up to the day of asking, which
    has no bar yet; `asked` is when the bars were asked for, None where that does not matter.
    """

    symbol: str
    currency: str
    bars: tuple[Bar, ...]
    adjusted: bool = False
    actions: tuple[Action, ...] = ()
    asked: datetime | None = None


@dataclass(frozen=True, slots=True)
class PriceAnswer(Generic[T]):
    """What a price source could give, and for the rest one sentence each for people.

    `silent` are the symbols of which it said nothing at all, as it could not be reached or refused: they may be asked
    for again at the next pass. A source spaces its requests itself.
    """

    found: Mapping[str, T]
    problems: Mapping[str, str]
    silent: frozenset[str] = frozenset()


class PriceSource(Protocol):
    """Where prices come from: Yahoo, or recorded bars. One class and one row of the daemon's table."""

    name: str

    async def quotes(self, symbols: Sequence[str], now: datetime) -> PriceAnswer[Quote]:
        """The newest trade of each symbol as known at `now`; never raises for what the source did."""
        ...

    async def history(self, symbols: Sequence[str], now: datetime) -> PriceAnswer[History]:
        """Daily bars of sessions that had closed by `now`, up to about a year."""
        ...

    async def prices_at(self, wanted: Sequence[tuple[str, datetime]], now: datetime) -> PriceAnswer[Quote]:
        """The last trade of each symbol at or before the given time, keyed by symbol.

        One-minute bars where the source keeps them; a symbol without is simply not found.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


@runtime_checkable
class Pushing(Protocol):
    """What a `PriceSource` has besides where it hears of trades without being asked."""

    moved: asyncio.Event
    """Set while a price has moved that nobody was told of."""

    def stirred(self) -> frozenset[str]:
        """The symbols that have moved since this was last asked; clears `moved`."""
        ...


@dataclass(frozen=True, slots=True)
class Session:
    """One trading session of an exchange: its local date and its regular hours, UTC.

    `early` and `late` bound pre- and post-market trading; equal to `open` and `close` where there is none.
    `lunch` is the break, None where there is none.
    """

    exchange: str
    date: date
    open: datetime
    close: datetime
    early: datetime
    late: datetime
    lunch: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class StoryPrice:
    """The last trade of a symbol at or before a story's time: where an event window starts. Frozen once known."""

    story: str
    symbol: str
    quote: Quote


@dataclass(frozen=True, slots=True)
class Root:
    """A root message and what it shows. `text` and `drawn` are of its newest drawing, `edits` their number.

    `story` is None for a move without linked news; `rows` are in order of first crossing. `records` are those that
    hold now, `announced` the keys of those that were ever said. `acknowledged` says by whom and when, "" if by nobody.
    """

    key: str
    channel: str
    session: date
    story: str | None
    rows: tuple[Row, ...] = ()
    records: tuple[str, ...] = ()
    announced: tuple[str, ...] = ()
    text: str = ""
    drawn: datetime | None = None
    edits: int = 0
    acknowledged: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A message that was sent: where it stands, how much was told of it so far, and what it tells."""

    root: str
    channel: str
    thread: str
    told: int
    rows: tuple[Row, ...]
    story: str | None
