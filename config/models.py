"""The forms of the YAML files: settings, watchlists, companies, relations, feeds and events, as pydantic models.

They take the text that `config.tree` read, know the human units, and say in every refusal what to write instead. They
know one file at a time: what one file says of another (a ticker, an id) is settled in `config.merge`. The docstring
below a field becomes its description, for the JSON Schemas that editors use.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, TypeAlias, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, RootModel, model_validator

from config.fields import (
    Channel,
    Contact,
    Count,
    Currency,
    Day,
    Dollars,
    Hosts,
    Hours,
    Id,
    Interval,
    Kind,
    Kinds,
    Lemmas,
    Maybe,
    Mention,
    Number,
    Percent,
    Sign,
    Span,
    Symbol,
    Texts,
    TextsIfAny,
    TypeName,
    TypeNames,
    Url,
    Way,
    Words,
    filled,
    listed,
    listed_if_any,
)
from config.types import Direction, RelationKind

T = TypeVar("T")

MAX_STEPS = 3
"""A story reaches a company over at most three relations: beyond, everything is linked to everything."""
MAX_WORKERS = 64


def _row(value: object) -> object:
    if isinstance(value, str):
        message = f"{value} stands alone: write the condition with its name, like {{move: 3%}}"
        raise ValueError(message)  # noqa: TRY004 -- pydantic collects ValueError only
    return value


def _mapped(key: str) -> Callable[[object], object]:
    """Lets a plain text stand for a mapping with that one key."""
    return lambda value: {key: value} if isinstance(value, str) else value


def _entry(value: object) -> object:
    """A watched company: its name alone, or its name with settings of its own."""
    if isinstance(value, str):
        return {value: {}}
    if isinstance(value, Mapping) and len(value) > 1:
        first, second = list(value)[:2]
        raise ValueError(
            f"one company per entry: put a dash before {second}, or indent it further if it is a setting of {first}"
        )
    return value


def _peopled(value: tuple[T, ...]) -> tuple[T, ...]:
    if not value:
        raise ValueError("no company is on this list: add one, like `- NVDA`")
    return value


def _settings_of(value: object) -> object:
    """A section whose lines are all commented out says nothing."""
    return {} if value is None else value


class Form(BaseModel):
    """What all forms share: unknown keys are refused, values are frozen, a field's docstring describes it."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, arbitrary_types_allowed=True)


class ThresholdForm(Form):
    """A row of conditions that must all hold."""

    move: Maybe[Percent] = None
    """How far the price moved, up or down: 3%."""
    sigma: Maybe[Annotated[Number, Field(gt=0)]] = None
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


Entry: TypeAlias = Annotated[
    dict[Words, Annotated[WatchedForm, BeforeValidator(_settings_of)]], BeforeValidator(_entry)
]


class WatchlistForm(Form):
    """watchlists/*.yaml: what one channel wants to hear of."""

    name: Maybe[Words] = None
    """Shown in messages; the file's name if left out."""
    channel: Maybe[Channel] = None
    """The Slack channel; that of aftershock.yaml if left out."""
    events: TypeNames = None
    """`any`, or a list of event types."""
    follow: Maybe[Kinds] = None
    """By which relations a story may reach a company it does not name; `any`, or a list (empty: none)."""
    thresholds: Maybe[Rows] = None
    """Rows of conditions; a move is told when one row holds as a whole."""
    companies: Annotated[tuple[Entry, ...], AfterValidator(_peopled)]
    """Companies by symbol, name or id."""
    unlinked: bool = False
    """Whether to tell moves that no AI news is linked to."""
    cooldown: Maybe[Span] = None
    """How long a stock stays quiet after it was told, unless the move grows much larger: 30 min."""


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

    max_steps: Maybe[Annotated[int, Field(ge=0, le=MAX_STEPS)]] = None
    """Over how many relations, up to 3."""
    min_strength: Maybe[Annotated[Number, Field(gt=0, le=1)]] = None
    """The weakest link that counts, as the product of its relations' strengths: 0.2."""


class FeedForm(Form):
    """A news source to poll."""

    id: Id
    """Unique and lasting: what was read is remembered under it."""
    name: Words
    """Shown in messages."""
    url: Url
    """Where it is."""
    topic: Words = "news"
    """Any word, for people."""


class FeedChangesForm(Form):
    """How a user's feeds differ from the shipped ones."""

    add: Annotated[tuple[FeedForm, ...], BeforeValidator(listed_if_any)] = ()
    """Feeds of your own."""
    drop: TextsIfAny = ()
    """Ids of shipped feeds not to follow."""
    only: Maybe[Texts] = None
    """Ids of the feeds to follow, and no others."""


class TierForm(Form):
    """One severity: from where on it counts, whom it calls, and where else it is told."""

    times: Maybe[Annotated[Number, Field(gt=0)]] = None
    """From how many times its threshold on a move has this severity: 2."""
    mention: Maybe[Mention] = None
    """Whom it calls: @here, @channel, or the Slack id of a person (U...) or a user group (S...)."""
    channel: Maybe[Channel] = None
    """A channel that hears of it besides the watchlist's own."""


class SeverityForm(Form):
    """The severities of an alert."""

    notice: Annotated[TierForm, BeforeValidator(_settings_of)] = TierForm()
    """A move just beyond its threshold."""
    alert: Annotated[TierForm, BeforeValidator(_settings_of)] = TierForm()
    """From twice its threshold on."""
    alarm: Annotated[TierForm, BeforeValidator(_settings_of)] = TierForm()
    """From four times its threshold on."""


class SettingsForm(Form):
    """aftershock.yaml: everything that is not a list of its own."""

    channel: Maybe[Channel] = None
    """Where watchlists without a channel, and the daemon itself, speak."""
    contact: Maybe[Contact] = None
    """Sent to publishers with each request, as they ask: an e-mail or web address."""
    schedule: Annotated[ScheduleForm, BeforeValidator(_settings_of)] = ScheduleForm()
    """How often to look."""
    network: Annotated[NetworkForm, BeforeValidator(_settings_of)] = NetworkForm()
    """What may be reached."""
    links: Annotated[LinksForm, BeforeValidator(_settings_of)] = LinksForm()
    """How far a story reaches."""
    feeds: Annotated[FeedChangesForm, BeforeValidator(_settings_of)] = FeedChangesForm()
    """Your changes to the shipped feeds."""
    workers: Maybe[Annotated[int, Field(ge=1, le=MAX_WORKERS)]] = None
    """How many processes read news."""
    quiet_hours: Maybe[Hours] = None
    """When nothing is sent: 22:00-07:00 Europe/Berlin."""
    severity: Annotated[SeverityForm, BeforeValidator(_settings_of)] = SeverityForm()
    """Whom a move calls, and where it is told besides, by how far it is beyond its threshold."""


class ListingForm(Form):
    """A listing: a Yahoo symbol, for a depositary receipt with how many shares it stands for."""

    symbol: Symbol
    """The Yahoo symbol."""
    per: Annotated[Number, Field(gt=0)] = 1.0
    """How many ordinary shares one receipt stands for."""
    currency: Maybe[Currency] = None
    """Where it differs from the exchange's own: a dollar line in London."""


class SharesForm(Form):
    """All classes of shares outstanding."""

    count: Annotated[Count, Field(gt=0)]
    """How many: 24.49B."""
    as_of: Day
    """On which day."""
    source: Words
    """Which filing says so."""


class CompanyForm(Form):
    """An issuer, listed or private. In a user's file, fields that are left out keep their shipped values."""

    name: Maybe[Words] = None
    """Shown in messages."""
    symbols: Annotated[
        tuple[Annotated[ListingForm, BeforeValidator(_mapped("symbol"))], ...], BeforeValidator(listed)
    ] = ()
    """Its listings, the main one first; none for a private company."""
    aliases: Texts = ()
    """Names that mean it in any case."""
    cased: Texts = ()
    """Names that mean it only as written or in capitals: AMD."""
    doubtful: Texts = ()
    """Names that are ordinary words too and need a sign in their context: Apple."""
    brands: Texts = ()
    """Products and subsidiaries that unmistakably stand for it."""
    doubtful_brands: Texts = ()
    """Products whose names are ordinary words too: Claude."""
    people: Texts = ()
    """Persons who unmistakably stand for it."""
    never: Texts = ()
    """Names and brands that do not mean it, whatever the shipped files say."""
    drop: bool = False
    """Whether to forget it: never found in a text, never watched, its relations gone."""
    groups: Texts = ()
    """Free names: chips, cloud, power."""
    ai_business: bool = False
    """Whether every business fact about it counts as AI-related."""
    shares: Maybe[SharesForm] = None
    """For market value."""


class RelationForm(Form):
    """One edge: `to` is the source's kind."""

    to: Words
    """The other company, by id."""
    strength: Annotated[Number, Field(ge=0, le=1)]
    """From 0 to 1; 0 removes a shipped relation."""
    sign: Sign = 1
    """-1 where both stocks are expected to part."""
    since: Maybe[Day] = None
    """The first day it holds."""
    until: Maybe[Day] = None
    """The last day it holds."""
    note: Words = ""
    """Where it is known from."""

    @model_validator(mode="after")
    def begins_before_it_ends(self) -> "RelationForm":
        """Refuse a span that ends before it begins."""
        if self.since and self.until and self.until < self.since:
            raise ValueError(f"until {self.until} is before since {self.since}: swap them, or remove one")
        return self


class RuleForm(Form):
    """One way of saying that an event happened."""

    name: Words
    """Shown where an alert is explained."""
    verbs: Lemmas = ()
    """Verbs, in their base form, that trigger it."""
    nouns: Lemmas = ()
    """Nouns, in the singular, that trigger it."""
    phrases: Lemmas = ()
    """Wordings that trigger it on their own."""
    objects: Lemmas = ()
    """Words of which one must depend on the trigger, or stand in its sentence."""
    without: Lemmas = ()
    """Words that veto it."""
    any_topic: bool = False
    """Whether it holds without a word of AI in the sentence."""
    score: Annotated[Number, Field(gt=0, le=1)] = 0.8
    """How sure it is."""
    tests: Texts = ()
    """Sentences that must give its type; read by the tests only."""

    @model_validator(mode="after")
    def has_a_trigger(self) -> "RuleForm":
        """Refuse a rule that nothing could trigger."""
        if not (self.verbs or self.nouns or self.phrases):
            raise ValueError("nothing triggers this rule: write at least one of verbs, nouns, phrases")
        return self


class WordsForm(Form):
    """The word lists that all rules share; a user's words are added to the shipped ones."""

    ai: Lemmas = ()
    """A sentence with one of these is about AI."""
    opinion: Lemmas = ()
    """A sentence with one of these reports nothing."""
    planned: Lemmas = ()
    """Governing words of plans."""
    rumoured: Lemmas = ()
    """Governing words of rumours."""
    denied: Lemmas = ()
    """Governing words of denials."""


class ExpectationForm(Form):
    """What an event of a type is expected to do to prices: up, down or unclear for each who has to do with it."""

    when: Lemmas = ()
    """Words of which one must stand beside the trigger; a row without counts where no other row does."""
    actor: Way = Direction.UNCLEAR
    """The company that acts."""
    target: Way = Direction.UNCLEAR
    """The company it is done to or with."""
    supplier: Maybe[Way] = None
    """Suppliers of the actor. Of any relation that is left out, the relation's own sign decides."""
    customer: Maybe[Way] = None
    """Customers of the actor."""
    partner: Maybe[Way] = None
    """Partners of the actor."""
    investor: Maybe[Way] = None
    """Investors in the actor."""
    competitor: Maybe[Way] = None
    """Competitors of the actor."""
    power: Maybe[Way] = None
    """Who sells the actor electricity."""
    owner: Maybe[Way] = None
    """Owners of the actor."""
    others: Maybe[Way] = None
    """All relations that are not named in this row."""
    not_for: Texts = ()
    """Groups of companies that it says nothing of, as the banks whose analysts speak."""
    tests: Texts = ()
    """Sentences that this row must speak of; read by the tests only."""

    @property
    def relations(self) -> tuple[tuple[RelationKind, Direction], ...]:
        """The directions by relation, `others` written out."""
        told = ((kind, getattr(self, kind.value) or self.others) for kind in RelationKind)
        return tuple((kind, direction) for kind, direction in told if direction is not None)


class EventsForm(Form):
    """events.yaml: word lists, rules and expectations.

    A user's rule replaces the shipped one of its type and name, or is added; a type that the user's `expect` has
    loses its shipped rows.
    """

    words: Annotated[WordsForm, BeforeValidator(_settings_of)] = WordsForm()
    """Word lists that all rules share."""
    rules: dict[TypeName, tuple[RuleForm, ...]] = Field(default_factory=dict)
    """Rules by event type."""
    expect: dict[TypeName, Annotated[tuple[ExpectationForm, ...], AfterValidator(filled)]] = Field(default_factory=dict)
    """What events are expected to do to prices, by event type."""


class FeedsForm(Form):
    """feeds.yaml, the shipped list."""

    feeds: tuple[FeedForm, ...]
    """The feeds."""


class CompaniesForm(RootModel[dict[Id, CompanyForm]]):
    """companies.yaml: companies by id."""

    model_config = ConfigDict(frozen=True)


class RelationsForm(RootModel[dict[Words, dict[Kind, tuple[RelationForm, ...]]]]):
    """relations.yaml: relations by source and kind."""

    model_config = ConfigDict(frozen=True)
