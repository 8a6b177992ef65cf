"""The frozen values that configuration turns into, and the vocabularies every floor shares.

Nothing here reads a file or knows of YAML: `config.load` makes these values, everyone else
only reads them. A pass of the cycle takes one `Config` at its start and keeps it to its end,
so an edit that arrives half-way changes nothing until the next pass.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, time, timedelta
from enum import StrEnum


class EventType(StrEnum):
    """The fifteen kinds of AI-related happening that Aftershock tells apart."""

    MODEL_RELEASE = "model_release"
    PRODUCT_LAUNCH = "product_launch"
    PARTNERSHIP = "partnership"
    FUNDING = "funding"
    ACQUISITION = "acquisition"
    CAPEX = "capex"
    EXPORT_CONTROL = "export_control"
    REGULATION = "regulation"
    LAWSUIT = "lawsuit"
    INCIDENT = "incident"
    EARNINGS = "earnings"
    ANALYST_ACTION = "analyst_action"
    MARKET_MOVE = "market_move"
    WORKFORCE = "workforce"
    RESEARCH = "research"


class RelationKind(StrEnum):
    """What the second company is to the first: in `nvidia -supplier-> tsmc`, TSMC supplies Nvidia."""

    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    PARTNER = "partner"
    INVESTOR = "investor"
    COMPETITOR = "competitor"
    POWER = "power"
    OWNER = "owner"


class Direction(StrEnum):
    """Which way a price is expected to go; `UNCLEAR` where good and bad are about as likely."""

    UP = "up"
    DOWN = "down"
    UNCLEAR = "unclear"


class Origin(StrEnum):
    """Where a company is known from: written by hand, the wide table of listings, or the user's own files."""

    CURATED = "curated"
    LISTED = "listed"
    YOURS = "yours"


class AliasClass(StrEnum):
    """How far an alias can be trusted on sight.

    People write the first three: `SAFE` is accepted in any case, `CASED` only as written or in capitals (UPS, SAP),
    `DOUBTFUL` is an ordinary word as well and needs a sign in its context (Apple, Meta, Disco).

    `config.naming` gives the others to names that it derives. All of them want a capital. `DISTINCT` is no word
    but this name (Rivian); `UNCOMMON` is a rare word, or several that say little together (Extra Space Storage), and
    counts unless it is part of a longer name; `ORDINARY` needs one sign (Compass), `EVERYDAY` two (Pool);
    `NAMESAKE`, which people or places bear as well (Parsons, Albany), a sign of business; `GENERIC` is a word that
    only a ticker's dress or another ticker beside it makes a symbol (LOVE).
    """

    SAFE = "safe"
    CASED = "cased"
    DOUBTFUL = "doubtful"
    DISTINCT = "distinct"
    UNCOMMON = "uncommon"
    ORDINARY = "ordinary"
    EVERYDAY = "everyday"
    NAMESAKE = "namesake"
    GENERIC = "generic"


@dataclass(frozen=True, slots=True)
class Alias:
    """One way a text may name a company; `via` says what it is: name, brand or person."""

    text: str
    via: str = "name"
    trust: AliasClass = AliasClass.SAFE


@dataclass(frozen=True, slots=True)
class Instrument:
    """One listing of a company.

    `exchange` is a MIC that exchange_calendars knows (XNYS also stands for Nasdaq listings).
    `currency` is ISO 4217, with `GBX` for London's pence. `shares_per_receipt` is how many ordinary
    shares one unit stands for (5 for TSM); 1 for an ordinary share.
    """

    symbol: str
    exchange: str
    currency: str
    shares_per_receipt: float = 1.0


@dataclass(frozen=True, slots=True)
class ShareCount:
    """All classes of a company's ordinary shares outstanding, on a day, from a named filing."""

    shares: float
    as_of: date
    source: str


@dataclass(frozen=True, slots=True)
class Company:
    """An issuer. The first instrument is the main listing; a private company has none.

    `note` is for people: since when a company is no longer listed, say. `origin` says where all this is known from,
    and is no part of what a company is.
    """

    id: str
    name: str
    aliases: tuple[Alias, ...] = ()
    instruments: tuple[Instrument, ...] = ()
    groups: tuple[str, ...] = ()
    ai_business: bool = False
    shares: ShareCount | None = None
    note: str = ""
    origin: Origin = field(default=Origin.CURATED, compare=False)

    @property
    def symbol(self) -> str | None:
        """The Yahoo symbol of the main listing, None for a private company."""
        return self.instruments[0].symbol if self.instruments else None


@dataclass(frozen=True, slots=True)
class Relation:
    """A typed edge: `target` is `source`'s `kind`.

    `strength` is in (0, 1]; `sign` is +1 where both stocks are expected to move together after
    news of the first, -1 where they part. `since` and `until` bound its validity (inclusive).
    """

    source: str
    target: str
    kind: RelationKind
    strength: float
    sign: int = 1
    since: date | None = None
    until: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A row of conditions that must all hold; None means the row does not ask for that one.

    `move` is a fraction of the base price (0.03 is 3 %), `sigma` a number of residual standard
    deviations, `value_change` US dollars of market value. All are magnitudes: either side counts.
    """

    move: float | None = None
    sigma: float | None = None
    value_change: float | None = None


DEFAULT_THRESHOLDS = (Threshold(move=0.03, sigma=2.5), Threshold(value_change=50e9, sigma=1.5))


@dataclass(frozen=True, slots=True)
class Watched:
    """A company on a watchlist, by the listing that is watched, with what it overrides.

    `thresholds` None means the watchlist's own; `holding` is a number of shares.
    """

    company: str
    symbol: str
    thresholds: tuple[Threshold, ...] | None = None
    holding: float | None = None


@dataclass(frozen=True, slots=True)
class Watchlist:
    """What one channel wants to hear of. `events` None means any type.

    `unlinked` asks for alerts on moves that no AI news is linked to. `file` is the name of the file that says it, for
    people.
    """

    name: str
    channel: str
    companies: tuple[Watched, ...]
    thresholds: tuple[Threshold, ...] = DEFAULT_THRESHOLDS
    events: frozenset[EventType] | None = None
    follow: frozenset[RelationKind] = frozenset(RelationKind)
    unlinked: bool = False
    cooldown: timedelta = timedelta(minutes=30)
    file: str = field(default="", compare=False)

    def thresholds_for(self, watched: Watched) -> tuple[Threshold, ...]:
        """The rows that count for `watched`: its own if it has any, else the list's."""
        return self.thresholds if watched.thresholds is None else watched.thresholds


@dataclass(frozen=True, slots=True)
class Feed:
    """A news source to poll. `id` is unique and stays when the address changes."""

    id: str
    url: str
    name: str
    topic: str = "news"


@dataclass(frozen=True, slots=True)
class EventRule:
    """One way of saying that an event of `type` happened, as data for `nlp.events`.

    `verbs` and `nouns` are lemmas that can trigger it, `phrases` lower-case wordings that trigger it
    on their own. `objects`, where given, are lemmas or phrases of which one must depend on the trigger
    or, failing a parse, stand in its sentence. `without` vetoes. `any_topic` lifts the demand
    that the sentence speaks of AI or of a company whose business is AI.
    """

    type: EventType
    name: str
    verbs: tuple[str, ...] = ()
    nouns: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    any_topic: bool = False
    score: float = 0.8


@dataclass(frozen=True, slots=True)
class Expectation:
    """What an event of `type` is expected to do to the stocks around it, as data for `monitor.expected`.

    `when` are lower-case lemmas or phrases of which one must stand in the event's clause; without them the row holds
    where no other one does. `relations` are the directions of what stands in that relation to the actor; a kind that
    is not there goes by the relation's own sign. `not_for` are groups of companies of which it says nothing.
    """

    type: EventType
    when: tuple[str, ...] = ()
    actor: Direction = Direction.UNCLEAR
    target: Direction = Direction.UNCLEAR
    relations: tuple[tuple[RelationKind, Direction], ...] = ()
    not_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EventLexicon:
    """All event rules, the word lists they share (lower-case lemmas or phrases), and what events are expected to do.

    `planned`, `rumoured` and `denied` are governing words that set an event's status;
    `opinion` marks texts that report nothing (stock picks, how-tos, retrospectives).
    """

    rules: tuple[EventRule, ...] = ()
    ai_words: tuple[str, ...] = ()
    opinion: tuple[str, ...] = ()
    planned: tuple[str, ...] = ()
    rumoured: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    expectations: tuple[Expectation, ...] = ()


@dataclass(frozen=True, slots=True)
class Tier:
    """A severity: from how many times its threshold on a move has it, whom it calls, and where else it is told.

    `mention` is "@here", "@channel", or the Slack id of a person (U...) or a user group (S...); `channel` one that
    hears of it besides the watchlist's own.
    """

    times: float = 1.0
    mention: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Tiers:
    """The three severities, by multiples of a threshold."""

    notice: Tier = Tier()
    alert: Tier = Tier(2.0)
    alarm: Tier = Tier(4.0)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A span of local time in which nothing is sent; it may pass midnight."""

    start: time
    end: time
    zone: str


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on the operator is told of a trouble of the daemon itself.

    They leave room for what is ordinary: a feed that is slow, an exchange whose prices come late. `disk_free` is in
    bytes; None for what `monitor.vitals` makes of the size of the disk.
    """

    no_feed: timedelta = timedelta(minutes=30)
    no_price: timedelta = timedelta(minutes=20)
    undelivered: timedelta = timedelta(minutes=10)
    disk_free: float | None = None


@dataclass(frozen=True, slots=True)
class Keep:
    """How long things are kept, and how many daily copies of the database.

    `articles` also bounds stories, with the prices before them, what channels were told of them, and who asked for
    what; an item that its feed still shows after that is history by its own date. `ledger` bounds what was found in
    articles too, `messages` pictures and their prices.
    """

    articles: timedelta = timedelta(days=90)
    ledger: timedelta = timedelta(days=30)
    messages: timedelta = timedelta(days=30)
    copies: int = 2


@dataclass(frozen=True, slots=True)
class Settings:
    """What `aftershock.yaml` says that is not a list of its own.

    `allow` lists host names or `address:port` pairs on private networks that feeds may live on.
    `contact` is put into the User-Agent, as publishers (and the SEC) ask.
    """

    channel: str = "#aftershock"
    contact: str = ""
    poll_news: timedelta = timedelta(minutes=5)
    poll_prices: timedelta = timedelta(minutes=1)
    poll_delivery: timedelta = timedelta(seconds=1)
    allow: frozenset[str] = frozenset()
    max_steps: int = 3
    min_strength: float = 0.2
    workers: int = 1
    quiet: QuietHours | None = None
    tiers: Tiers = Tiers()
    limits: Limits = Limits()
    keep: Keep = Keep()


@dataclass(frozen=True, slots=True)
class Config:
    """One consistent configuration. `fingerprint` changes whenever anything in it does.

    `companies` has those that files write first, then the wide table's, of which `listings` is the fingerprint.
    """

    settings: Settings
    companies: Mapping[str, Company]
    relations: tuple[Relation, ...]
    watchlists: tuple[Watchlist, ...]
    feeds: tuple[Feed, ...]
    lexicon: EventLexicon
    fingerprint: str = ""
    by_symbol: Mapping[str, Company] = field(default_factory=dict)
    listings: str = ""

    @property
    def channels(self) -> Mapping[str, tuple[str, ...]]:
        """Every channel that anything is told in, and what is, in words; in order of their names."""
        named: dict[str, list[str]] = {self.settings.channel: ["operator's notices"]}
        for watchlist in self.watchlists:
            named.setdefault(watchlist.channel, []).append(f"watchlist {watchlist.name}")
        for severity in fields(Tiers):
            if channel := getattr(self.settings.tiers, severity.name).channel:
                named.setdefault(channel, []).append(f"severity {severity.name}")
        return {channel: tuple(what) for channel, what in sorted(named.items())}

    def instrument(self, symbol: str) -> Instrument:
        """The listing of that Yahoo symbol; KeyError if no company has it."""
        company = self.by_symbol[symbol]
        return next(i for i in company.instruments if i.symbol == symbol)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person can mend in a file. Lines and columns count from 1; 0 means the whole file, shown as 1."""

    file: str
    line: int
    column: int
    message: str
    fatal: bool = True

    def __str__(self) -> str:
        """The form editors jump to: file:line:col: message."""
        return f"{self.file}:{max(self.line, 1)}:{max(self.column, 1)}: {self.message}"
