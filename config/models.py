"""The forms of what a user writes: settings and feeds, watchlists, and the groups that watchlists name.

They take the text that `config.tree` read, know the human units, and say in every refusal what to write instead. They
know one file at a time: what one file says of another (a ticker, an id) is settled in `config.merge`. The docstring
below a field becomes its description, for the JSON Schemas that editors use, with the examples of its type.
"""

from collections.abc import Mapping
from typing import Annotated, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    RootModel,
    Tag,
    WithJsonSchema,
    model_validator,
)

from config.fields import (
    ArticleAge,
    Channel,
    Contact,
    Count,
    Dollars,
    Hosts,
    Hours,
    Id,
    Interval,
    Kinds,
    Maybe,
    Mention,
    Number,
    Patience,
    Percent,
    Size,
    Span,
    Texts,
    TextsIfAny,
    TypeNames,
    Url,
    WeekAndMore,
    Words,
    filled,
    listed_if_any,
)
from config.forms import NOTHING, SECTION, Form, Short, settings_of
from config.registry import nearest_of

T = TypeVar("T")

MAX_STEPS = 3
"""A story reaches a company over at most three relations: beyond, everything is linked to everything."""
MAX_WORKERS = 64
MAX_COPIES = 60
GROUP = "group"
"""The key that makes an entry of a watchlist a group."""
_NAMING = ("symbol", "ticker", "company", "stock", "name")
"""Keys that other programs have before a company; none of them is a company itself."""
_BY_SIGN = {"%": "move", "$": "value_change"}
OF_GROUP, OF_COMPANY = "[group]", "[company]"
"""What pydantic puts into an error's place to say which kind of entry it took a value for; no key is called so."""


def _row(value: object) -> object:
    if isinstance(value, str):
        message = f"{value} stands alone: write the condition with its name, like {{move: 3%}}"
        raise ValueError(message)  # noqa: TRY004 -- pydantic collects ValueError only
    return value


def _entry(value: object) -> object:
    """A watched company: its name alone, or its name with settings of its own."""
    if isinstance(value, str):
        return {value: {}}
    if value is None:
        raise ValueError("there is nothing here: write a company, like NVDA, or remove it")
    if isinstance(value, list):
        message = "a list within the list: write each company with a dash of its own, like `- NVDA`"
        raise ValueError(message)  # noqa: TRY004 -- pydantic collects ValueError only
    if isinstance(value, Mapping) and (named := next((value[key] for key in _NAMING if key in value), None)):
        own = "`" if len(value) == 1 else ": {thresholds: [...]}`, its settings in braces"
        raise ValueError(f"write the company itself after the dash: `- {named}{own}")
    if isinstance(value, Mapping) and len(value) == 1:
        key, name = next(iter(value.items()))
        if isinstance(name, str) and nearest_of(key, (GROUP,)):
            raise ValueError(f"{key} is not known here: did you mean {GROUP}?")
    if isinstance(value, Mapping) and len(value) > 1:
        first, second = list(value)[:2]
        raise ValueError(
            f"one company per entry: put a dash before {second}, or indent it further if it is a setting of {first}"
        )
    return value


def _settings(value: object) -> object:
    """The settings of a company; what stands alone is told its likely name."""
    if isinstance(value, str):
        key = next((key for sign, key in _BY_SIGN.items() if sign in value), "")
        likely = f"{{thresholds: [{{{key}: {value}}}]}}" if key else f"{{holding: {value}}}"
        message = f"{value} stands alone: write what it is, like {likely}"
        raise ValueError(message)  # noqa: TRY004 -- as above
    return settings_of(value)


def _which(value: object) -> str:
    return OF_GROUP if isinstance(value, Mapping | GroupEntryForm) and _is_group(value) else OF_COMPANY


def _is_group(value: object) -> bool:
    return isinstance(value, GroupEntryForm) or (isinstance(value, Mapping) and GROUP in value)


def _peopled(value: tuple[T, ...]) -> tuple[T, ...]:
    if not value:
        raise ValueError("no company is on this list: add one, like `- NVDA`")
    return value


class ThresholdForm(Form):
    """A row of conditions that must all hold."""

    move: Maybe[Percent] = None
    """How far the price moved, up or down: 3%."""
    sigma: Maybe[Annotated[Number, Field(gt=0, examples=[2.5])]] = None
    """How unusual the move is, in standard deviations of what the market does not explain: 2.5."""
    value_change: Maybe[Dollars] = None
    """How much market value the company gained or lost: $50B."""

    @model_validator(mode="after")
    def asks_for_something(self) -> "ThresholdForm":
        """Refuse a row without a condition: it would let everything pass."""
        if self.move is None and self.sigma is None and self.value_change is None:
            raise ValueError("this row asks for nothing: write at least one of move, sigma, value_change")
        return self


Rows: TypeAlias = Annotated[tuple[Annotated[ThresholdForm, BeforeValidator(_row)], ...], AfterValidator(filled)]


class WatchedForm(Form):
    """What a company on a watchlist has of its own."""

    thresholds: Maybe[Rows] = None
    """Rows of conditions in place of the list's."""
    holding: Maybe[Count] = None
    """How many shares you hold, so that messages say what a move is worth to you."""


class GroupEntryForm(Form):
    """A group on a watchlist: all of its companies, with the same settings."""

    group: Annotated[Words, Field(examples=["semiconductors"])]
    """The group's id: one of groups.yaml, or one that companies.yaml gives to companies."""
    except_: Annotated[Texts, Field(alias="except", examples=[["INTC"]])] = ()
    """Companies of the group to leave out."""
    thresholds: Maybe[Rows] = None
    """Rows of conditions in place of the list's."""


CompanyEntry: TypeAlias = Annotated[
    dict[
        Annotated[Words, WithJsonSchema({"type": "string"})],
        Annotated[WatchedForm, BeforeValidator(_settings), NOTHING],
    ],
    BeforeValidator(_entry),
    Short('{"type": ["string", "number", "boolean"], "examples": ["NVDA", "Siemens Energy", "ASML.AS"]}'),
]
Entry: TypeAlias = Annotated[
    Annotated[GroupEntryForm, Tag(OF_GROUP)] | Annotated[CompanyEntry, Tag(OF_COMPANY)], Discriminator(_which)
]


class IncludedForm(Form):
    """What several watchlists can have in common, in a file that each of them includes."""

    include: Annotated[Texts, Field(examples=["_usual.yaml"])] = ()
    """Files whose settings and companies count here too, by their path from this one; what stands here wins."""
    channel: Maybe[Channel] = None
    """The Slack channel; that of aftershock.yaml if left out."""
    events: TypeNames = None
    """`any`, or a list of event types."""
    follow: Maybe[Kinds] = None
    """By which relations a story may reach a company it does not name; `any`, or a list (empty: none)."""
    thresholds: Maybe[Rows] = None
    """Rows of conditions; a move is told when one row holds as a whole."""
    companies: tuple[Entry, ...] = ()
    """Companies by symbol, name or id, and groups of them."""
    unlinked: Annotated[bool, Field(examples=[True])] = False
    """Whether to tell moves that no AI news is linked to."""
    cooldown: Maybe[Span] = None
    """How long a stock stays quiet after it was told, unless the move grows much larger: 30 min."""


class WatchlistForm(IncludedForm):
    """watchlists/*.yaml: what one channel wants to hear of."""

    name: Annotated[Maybe[Words], Field(examples=["AI complex"])] = None
    """What `why`, `check --what-if` and `watch --list` call it; the file's name if left out."""
    companies: Annotated[tuple[Entry, ...], AfterValidator(_peopled)] = ()
    """Companies by symbol, name or id, and groups of them: `- NVDA`, `- group: semiconductors`."""


class GroupForm(Form):
    """A group of companies that watchlists can name."""

    about: Annotated[Words, Field(examples=["Chips for AI and memory"])] = ""
    """What belongs to it, for people."""
    companies: Annotated[Maybe[Texts], Field(examples=[["NVDA", "AMD"]])] = None
    """All of its companies by symbol, name or id, in place of the shipped ones."""
    add: Annotated[Texts, Field(examples=[["ARM"]])] = ()
    """Companies that belong to it as well."""
    drop: Annotated[Texts, Field(examples=[["INTC"]])] = ()
    """Companies that do not belong to it."""


_NAMES = '{"type": "array", "items": {"type": ["string", "number", "boolean"]}}'


def _group(value: object) -> object:
    """A group written as the list of its companies alone."""
    return {"companies": value} if isinstance(value, list | str) else value


class GroupsForm(RootModel[dict[Id, Annotated[GroupForm, BeforeValidator(_group), Short(_NAMES)]]]):
    """groups.yaml: groups of companies by id."""

    model_config = ConfigDict(frozen=True)


class ScheduleForm(Form):
    """How often each line of the daemon looks."""

    news: Maybe[Interval] = None
    """How often a feed is asked, unless it wants to be asked less often: 5 min."""
    prices: Maybe[Interval] = None
    """How often prices are asked for: 1 min."""
    delivery: Maybe[Interval] = None
    """How often the outbox is looked at: 1 s."""


class NetworkForm(Form):
    """What the daemon may reach."""

    allow: Hosts = ()
    """Hosts on private networks that feeds may live on, like 127.0.0.1:8000 or news.intra."""


class LinksForm(Form):
    """How far a story reaches."""

    max_steps: Maybe[Annotated[int, Field(ge=0, le=MAX_STEPS, examples=[3])]] = None
    """Over how many relations, up to 3."""
    min_strength: Maybe[Annotated[Number, Field(gt=0, le=1, examples=[0.2])]] = None
    """The weakest link that counts, as the product of its relations' strengths: 0.2."""


class FeedForm(Form):
    """A news source to poll."""

    id: Id
    """Unique and lasting: what was read is remembered under it."""
    name: Annotated[Words, Field(examples=["Our desk"])]
    """Shown in messages."""
    url: Url
    """Where it is."""
    topic: Annotated[Words, Field(examples=["press"])] = "news"
    """Any word, for people."""


class FeedChangesForm(Form):
    """How a user's feeds differ from the shipped ones."""

    add: Annotated[tuple[FeedForm, ...], BeforeValidator(listed_if_any)] = ()
    """Feeds of your own."""
    drop: Annotated[TextsIfAny, Field(examples=[["hacker-news"]])] = ()
    """Ids of shipped feeds not to follow."""
    only: Annotated[Maybe[Texts], Field(examples=[["openai", "nvidia-newsroom"]])] = None
    """Ids of the feeds to follow, and no others."""


class TierForm(Form):
    """One severity: from where on it counts, whom it calls, and where else it is told."""

    times: Maybe[Annotated[Number, Field(gt=0, examples=[2])]] = None
    """From how many times its threshold on a move has this severity: 2."""
    mention: Maybe[Mention] = None
    """Whom it calls: @here, @channel, or the Slack id of a person (U...) or a user group (S...)."""
    channel: Maybe[Channel] = None
    """A channel that hears of it besides the watchlist's own."""


class SeverityForm(Form):
    """The severities of an alert."""

    notice: Annotated[TierForm, *SECTION] = TierForm()
    """A move just beyond its threshold."""
    alert: Annotated[TierForm, *SECTION] = TierForm()
    """From twice its threshold on."""
    alarm: Annotated[TierForm, *SECTION] = TierForm()
    """From four times its threshold on."""


class OperatorForm(Form):
    """From when on the operator's channel is told that the daemon cannot do its work."""

    no_feed: Maybe[Patience] = None
    """So long without a single feed that could be read: 30 min."""
    no_price: Maybe[Patience] = None
    """So long without one fresh price while an exchange is open: 20 min."""
    undelivered: Maybe[Patience] = None
    """So long a message waits that is due: 10 min."""
    disk_free: Maybe[Size] = None
    """Less room than this on the state folder's disk; left out, 256 MB, or 5 % of the disk but no more than 2 GB."""


class KeepForm(Form):
    """How long the database keeps what."""

    articles: Maybe[ArticleAge] = None
    """Articles, their stories, and what was told of them: 90 d."""
    ledger: Maybe[WeekAndMore] = None
    """What was decided and why, for `aftershock why`, and what was found in articles: 30 d."""
    messages: Maybe[WeekAndMore] = None
    """Messages that were sent, with their pictures and the prices in them: 30 d."""
    copies: Maybe[Annotated[int, Field(ge=1, le=MAX_COPIES, examples=[2])]] = None
    """How many daily copies of the database lie in `backups` of the state folder: 2."""


class SettingsForm(Form):
    """aftershock.yaml: everything that is not a list of its own."""

    channel: Maybe[Channel] = None
    """Where watchlists without a channel, and the daemon itself, speak."""
    contact: Maybe[Contact] = None
    """Sent to publishers with each request, as they ask: an e-mail or web address."""
    schedule: Annotated[ScheduleForm, *SECTION] = ScheduleForm()
    """How often to look."""
    network: Annotated[NetworkForm, *SECTION] = NetworkForm()
    """What may be reached."""
    links: Annotated[LinksForm, *SECTION] = LinksForm()
    """How far a story reaches."""
    feeds: Annotated[FeedChangesForm, *SECTION] = FeedChangesForm()
    """Your changes to the shipped feeds."""
    workers: Maybe[Annotated[int, Field(ge=1, le=MAX_WORKERS, examples=[2])]] = None
    """How many processes read news. Needs a restart."""
    quiet_hours: Maybe[Hours] = None
    """When nothing is sent: 22:00-07:00 Europe/Berlin, or after 22:00 Europe/Berlin."""
    severity: Annotated[SeverityForm, *SECTION] = SeverityForm()
    """Whom a move calls, and where it is told besides, by how far it is beyond its threshold."""
    operator: Annotated[OperatorForm, *SECTION] = OperatorForm()
    """From when on the daemon's own troubles are told."""
    keep: Annotated[KeepForm, *SECTION] = KeepForm()
    """How long things are kept."""


class FeedsForm(Form):
    """feeds.yaml, the shipped list."""

    feeds: tuple[FeedForm, ...]
    """The feeds."""
