"""What alert rules read and what they decide, as plain text and numbers.

These values know nothing of feeds, the NLP or price sources, so that rules and messages can be
tested with values written by hand. Prices are in the instrument's own currency, moves are fractions
(0.03 is +3 %), times are UTC-aware.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from config.types import Direction


class Window(StrEnum):
    """Where a move is counted from: the last regular close, or the last trade before the news."""

    DAY = "day"
    EVENT = "event"


class PriceState(StrEnum):
    """What a quote is good for. Only FRESH makes alerts."""

    FRESH = "fresh"
    STALE = "stale"
    MISSING = "missing"
    SUSPECT = "suspect"


@dataclass(frozen=True, slots=True)
class Sector:
    """A sector's move over the same window, by the fund that stands for it: "chips", "SMH", -0.098."""

    name: str
    symbol: str
    raw: float


@dataclass(frozen=True, slots=True)
class Working:
    """The parts that a move's figures are made of (rule 4 of the design).

    `market` is the move of `index` over the same window and `beta` what the instrument makes of it, both None where
    nothing could be taken out. `daily` is one sigma of a whole day, `held` how much of a day's variance the window
    holds (1 a whole session), `returns` how many daily returns both were fitted on.
    """

    index: str
    market: float | None
    beta: float | None
    daily: float
    held: float
    returns: int


@dataclass(frozen=True, slots=True)
class Move:
    """An instrument's price change over a window.

    `raw` is the change, `abnormal` what is left of it without the market's part (rule 4 of the
    design) and `sigma` that in residual standard deviations of the window; both None where they
    cannot be known. `value_change` is in US dollars of the issuer's whole market value, None
    where no dated share count or exchange rate is at hand. `notes` say what a reader must know of
    the numbers ("short history", "no index quote", "adjusted bars"). `volume` is the session's so far in times of
    its usual by that hour, `sector` what the sector did; both are shown, neither decides. `working` is for `why`.
    """

    symbol: str
    window: Window
    base_price: float
    base_time: datetime
    price: float
    time: datetime
    currency: str
    raw: float
    abnormal: float | None = None
    sigma: float | None = None
    value_change: float | None = None
    notes: tuple[str, ...] = ()
    volume: float | None = None
    sector: Sector | None = None
    working: Working | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Source:
    """One article behind a story, for the reader: who said it, when we had it, its title and link."""

    feed: str
    seen: datetime
    title: str
    link: str


@dataclass(frozen=True, slots=True)
class StoryNote:
    """A story as an alert tells it: `headline` is its earliest title, `sources` newest first.

    `reason` is the sentence that made it an event, `types` its event types, `feeds` how many
    different feeds reported it.
    """

    id: str
    headline: str
    types: tuple[str, ...]
    status: str
    reason: str
    first_time: datetime
    last_fact: datetime
    feeds: int
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Hop:
    """One relation of a path: `target` is `source`'s `kind`, whichever way the path goes over it.

    `kept` is the part of its strength that counts on this path, `sign` -1 where the two are expected to part;
    `since` and `until` bound its validity, `note` is where it is known from.
    """

    source: str
    kind: str
    target: str
    strength: float
    kept: float = 1.0
    sign: int = 1
    since: date | None = None
    until: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tie:
    """How a story reaches a company: the path in words ("deepseek -competitor-> openai") and its strength.

    `root` is the company that the story names and `weight` how directly, `hops` what the path goes over. `expected` is
    which way the story's events should move the company; `claim` in [0, 1) is how strongly the story explains
    anything by now (how many feeds, how long ago).
    """

    story: StoryNote
    path: str
    strength: float
    root: str = ""
    weight: float = 1.0
    hops: tuple[Hop, ...] = ()
    expected: Direction = Direction.UNCLEAR
    claim: float = 0.0


@dataclass(frozen=True, slots=True)
class Quoted:
    """The price that a look found, before anything was made of it; `delay` is how late its source is by contract."""

    price: float
    time: datetime
    currency: str
    delay: timedelta


@dataclass(frozen=True, slots=True)
class Candidate:
    """A Move with the story it would be told under.

    `day` is None only where no base price is known. `event` is there when a story is; it decides
    only while `event_decides`. `session` is the exchange's local date, `region` its part of the
    world, `closing` true for the look at the session's close. `problem` says why `state` is not FRESH, `quoted` what
    that was judged of, `holding` how many shares the reader has.
    """

    company: str
    name: str
    symbol: str
    exchange: str
    region: str
    session: date
    state: PriceState
    day: Move | None
    event: Move | None = None
    event_decides: bool = False
    tie: Tie | None = None
    also: tuple[Tie, ...] = ()
    closing: bool = False
    problem: str = ""
    quoted: Quoted | None = None
    holding: float | None = None


class Verdict(StrEnum):
    """What comes of a candidate: told, held back though it passes, or nothing to tell."""

    ALERT = "alert"
    HOLD = "hold"
    NOTHING = "nothing"


class Severity(StrEnum):
    """How far beyond its threshold a move is; the multiples, mentions and channels of each are settings."""

    NOTICE = "notice"
    ALERT = "alert"
    ALARM = "alarm"


class MuteKind(StrEnum):
    """What a mute is about: a story by its id, a symbol, an event type, or a relation by its kind."""

    STORY = "story"
    SYMBOL = "symbol"
    EVENT = "event"
    RELATION = "relation"


@dataclass(frozen=True, slots=True)
class Mute:
    """Somebody wants to hear no more of `what` in `channel` ("" for all), until then, or None for until it is lifted.

    `by` is who said so, in words.
    """

    kind: MuteKind
    what: str
    channel: str
    until: datetime | None
    by: str
    at: datetime


class Crossing(StrEnum):
    """Why an alert is made: the first of its session, a much larger move, the other side, or once more."""

    FIRST = "first"
    LARGER = "larger"
    OTHER_SIDE = "other side"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Told:
    """What a channel was told of a symbol in a session; `up` and `down` are the largest moves told.

    `root` is the key of the root message that tells it. `armed` is whether a crossing on the same side would be
    told again.
    """

    channel: str
    symbol: str
    session: date
    root: str
    up: float = 0.0
    down: float = 0.0
    armed: bool = False
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a threshold: what it asks for, and what is there.

    `kind` is a field of `config.types.Threshold`. `share` is how much of what is asked is reached, None where `value`
    is unknown; `apart` marks a sigma that cannot hold since raw and adjusted move have different signs (rule 4).
    """

    kind: str
    asked: float
    value: float | None
    share: float | None
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Weighed:
    """A row of conditions held against a window's move; rows count from 1. It holds if all of its conditions do."""

    window: Window
    number: int
    conditions: tuple[Condition, ...]
    holds: bool

    @property
    def share(self) -> float:
        """How near it came to holding: its least reached condition, 0 where that is unknown."""
        return min((c.share or 0.0 for c in self.conditions), default=0.0)


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict with its reason, and every row that was weighed for it.

    `before` is what the channel had been told of the symbol this session, `window` the one that decided an ALERT,
    `severity` how far it is beyond its threshold. `told` is what becomes of the (channel, symbol, session) state: the
    value to store, None to leave it as it is.
    """

    verdict: Verdict
    reason: str
    candidate: Candidate
    channel: str
    watchlist: str
    rows: tuple[Weighed, ...] = ()
    before: Told | None = None
    crossing: Crossing | None = None
    window: Window | None = None
    told: Told | None = None
    severity: Severity = Severity.NOTICE

    @property
    def share(self) -> float:
        """How near it came to being told by price alone: 1 and above passes."""
        return max((row.share for row in self.rows), default=0.0)


class Join(StrEnum):
    """How news and a move stand to each other in time. None of them says that one brought about the other."""

    AFTER = "after the news"
    BEFORE = "before the news"
    UNLINKED = "without linked news"
    SILENT = "news without a move"


class DeliveryKind(StrEnum):
    """A root message, a new drawing of one, a reply in its thread, or a digest."""

    POST = "post"
    UPDATE = "update"
    REPLY = "reply"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Row:
    """One stock in a message: the move by the day window, by the event window if shown, and its path.

    `window` is the one by which it crossed. `join` says how news and move stand in time, `before` and `since` which
    parts of the day's move came before the news and since (None where that is not known), `expected` which way the
    news should move it, `holding` how many shares the reader has. `severity` is the worst that was told of it this
    session. `corrected` says why what was told of it was wrong, "" while it stands; `under` is the headline of its
    story where a message tells those of several.
    """

    company: str
    name: str
    symbol: str
    region: str
    day: Move
    path: str
    event: Move | None = None
    join: Join = Join.UNLINKED
    before: float | None = None
    since: float | None = None
    expected: Direction = Direction.UNCLEAR
    also: tuple[str, ...] = ()
    told: bool = True
    window: Window = Window.DAY
    holding: float | None = None
    severity: Severity = Severity.NOTICE
    corrected: str = ""
    under: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One act of telling one channel. `key` is unique for ever and travels in the message's metadata.

    `root` is the key of the root post it belongs to (its own for a POST or DIGEST). `blocks` are Slack
    Block Kit blocks; `text` is the same for notifications and terminals; `rows` are what it
    tells, for machines.
    """

    key: str
    kind: DeliveryKind
    channel: str
    root: str
    at: datetime
    text: str
    blocks: tuple[Mapping[str, Any], ...] = ()
    rows: tuple[Row, ...] = ()
    story: str | None = None
    broadcast: bool = False


class DeliveryState(StrEnum):
    """The life of an outbox row. SENDING after a crash or an ambiguous answer means: look before resending.

    SUPERSEDED is an edit that a newer one replaced before it was sent; BLOCKED waits for a person
    (a channel that does not exist, a token that is refused).
    """

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    SUPERSEDED = "superseded"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A delivery with how far it got. `ts` is the notifier's own id of the message once accepted."""

    delivery: Delivery
    state: DeliveryState
    due: datetime
    attempts: int = 0
    marked: datetime | None = None
    ts: str | None = None
    error: str = ""


class DeliveryError(Exception):
    """A notifier could not deliver.

    `permanent`: no retry will help until a person mends something; `this_message`: nor then, it is this
    very message that is refused, others may pass; `ambiguous`: it may have been accepted all the same;
    `retry_after`: seconds the receiver asked to wait. `args[0]` is for people.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        this_message: bool = False,
        ambiguous: bool = False,
        retry_after: float | None = None,
    ) -> None:
        """Keep what the sender needs to decide."""
        super().__init__(message)
        self.permanent = permanent
        self.this_message = this_message
        self.ambiguous = ambiguous
        self.retry_after = retry_after


class Notifier(Protocol):
    """Where deliveries go. One class and one row of the daemon's table each."""

    name: str
    can_look_up: bool
    """Whether `find` can tell that a message was accepted (false for webhooks)."""

    async def post(self, delivery: Delivery, thread: str | None) -> str:
        """Send a new message, into `thread` if given; return its id. Raises DeliveryError."""
        ...

    async def edit(self, delivery: Delivery, ts: str) -> str:
        """Redraw message `ts`; return the id the message has afterwards. Raises DeliveryError."""
        ...

    async def find(self, delivery: Delivery, thread: str | None, since: datetime) -> str | None:
        """The id of an accepted message that carries the delivery's key, None if there is none."""
        ...

    async def check(self) -> str:
        """Who is told, in words for the operator. Raises DeliveryError if nobody can be."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


@dataclass(frozen=True, slots=True)
class RootView:
    """All that a root message shows. `rows` in order of first crossing; `market` lines are ready to print.

    `mention` is whom its severity calls ("@here", "@channel", or the id of a person or a group); `marks` are lines on
    what people did with it (acknowledged, muted). `key` is the root's own, for its buttons; "" for none.
    """

    channel: str
    session: date
    story: StoryNote | None
    rows: tuple[Row, ...]
    at: datetime
    market: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    previous: str | None = None
    states: Mapping[str, str] = field(default_factory=dict)
    mention: str = ""
    marks: tuple[str, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class DigestView:
    """A day in one table: `rows` that were told and, with `told` false, that were linked but did not cross.

    `stories` are the day's root messages' (None for moves without linked news), `held` how many
    moves were held back by reason, `title` says which day or region it closes. That of a `region` stands in a thread
    whose first message explains the figures.
    """

    channel: str
    session: date
    title: str
    rows: tuple[Row, ...]
    at: datetime
    stories: tuple[StoryNote | None, ...] = ()
    held: Mapping[str, int] = field(default_factory=dict)
    market: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    states: Mapping[str, str] = field(default_factory=dict)
    region: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn picture: PNG bytes, its title, and what it shows in words for those who cannot see it."""

    png: bytes
    title: str
    alt: str


@runtime_checkable
class Gallery(Protocol):
    """A notifier that can also show pictures in the thread of a message."""

    async def show(self, picture: Picture, channel: str, thread: str, replaces: str = "") -> str:
        """Upload into the thread of message `thread` and take away the picture that this one replaces; its id.

        May show a picture twice after a lost answer. Raises DeliveryError.
        """
        ...


class Verb(StrEnum):
    """What people ask of Aftershock, by a button, a slash command or the command line."""

    STATUS = "status"
    WHY = "why"
    MUTE = "mute"
    UNMUTE = "unmute"
    WATCH = "watch"
    LESS = "less"
    ACKNOWLEDGE = "acknowledge"
    WRONG = "wrong"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that somebody asks for.

    `what` is its object as written: a symbol or a name, a story's or root's key for a button. `more` is what follows
    it: a span ("2h", "today"), conditions ("3%"), which mistake. `by` names who asks, `channel` where, and `place` is
    the id that the channel has in Slack; `root` is the key of the message whose button was pressed.
    """

    verb: Verb
    by: str
    what: str = ""
    more: str = ""
    channel: str = ""
    root: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the asker is told, in plain text; `redraw` names the root message that should show it too."""

    text: str
    redraw: str = ""
