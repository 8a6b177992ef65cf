"""The forms of what Aftershock knows of the world: companies, relations, and how events are told in words.

Each comes shipped and may be extended and overridden by a user's file of the same name. As in `config.models`, these
take the text that was written, and the docstring below a field becomes its description for editors.
"""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, RootModel, model_validator

from config.fields import (
    Count,
    Currency,
    Day,
    Id,
    Kind,
    Lemmas,
    Maybe,
    Number,
    Sign,
    Symbol,
    Texts,
    TypeName,
    Way,
    Words,
    filled,
    listed,
)
from config.forms import SECTION, TEXT, Form, mapped
from config.types import Direction, RelationKind


class ListingForm(Form):
    """A listing: a Yahoo symbol, for a depositary receipt with how many shares it stands for."""

    symbol: Symbol
    """The Yahoo symbol."""
    per: Annotated[Number, Field(gt=0, examples=[5])] = 1.0
    """How many ordinary shares one receipt stands for."""
    currency: Maybe[Currency] = None
    """Where it differs from the exchange's own: a dollar line in London."""


class SharesForm(Form):
    """All classes of shares outstanding."""

    count: Annotated[Count, Field(gt=0)]
    """How many: 24.49B."""
    as_of: Day
    """On which day."""
    source: Annotated[Words, Field(examples=["10-Q of 20 November 2024"])]
    """Which filing says so."""


class CompanyForm(Form):
    """An issuer, listed or private. In a user's file, fields that are left out keep their shipped values."""

    name: Annotated[Maybe[Words], Field(examples=["NVIDIA"])] = None
    """Shown in messages."""
    symbols: Annotated[
        tuple[Annotated[ListingForm, BeforeValidator(mapped("symbol")), TEXT], ...], BeforeValidator(listed), TEXT
    ] = ()
    """Its listings, the main one first; none for a private company."""
    aliases: Annotated[Texts, Field(examples=[["Nvidia Corp"]])] = ()
    """Names that mean it in any case."""
    cased: Annotated[Texts, Field(examples=[["AMD"]])] = ()
    """Names that mean it only as written or in capitals: AMD."""
    doubtful: Annotated[Texts, Field(examples=[["Apple"]])] = ()
    """Names that are ordinary words too and need a sign in their context: Apple."""
    brands: Annotated[Texts, Field(examples=[["Blackwell", "GeForce"]])] = ()
    """Products and subsidiaries that unmistakably stand for it."""
    doubtful_brands: Annotated[Texts, Field(examples=[["Claude"]])] = ()
    """Products whose names are ordinary words too: Claude."""
    people: Annotated[Texts, Field(examples=[["Jensen Huang"]])] = ()
    """Persons who unmistakably stand for it."""
    never: Annotated[Texts, Field(examples=[["Wind River"]])] = ()
    """Names and brands that do not mean it, whatever the shipped files say."""
    drop: Annotated[bool, Field(examples=[True])] = False
    """Whether to forget it: never found in a text, never watched, its relations gone."""
    groups: Annotated[Texts, Field(examples=[["chips"]])] = ()
    """Free names: chips, cloud, power."""
    ai_business: Annotated[bool, Field(examples=[True])] = False
    """Whether every business fact about it counts as AI-related."""
    shares: Maybe[SharesForm] = None
    """For market value."""


class RelationForm(Form):
    """One edge: `to` is the source's kind."""

    to: Annotated[Words, Field(examples=["tsmc"])]
    """The other company, by id."""
    strength: Annotated[Number, Field(ge=0, le=1, examples=[0.8])]
    """From 0 to 1; 0 removes a shipped relation."""
    sign: Sign = 1
    """-1 where both stocks are expected to part."""
    since: Maybe[Day] = None
    """The first day it holds."""
    until: Maybe[Day] = None
    """The last day it holds."""
    note: Annotated[Words, Field(examples=["annual report 2024, main foundry"])] = ""
    """Where it is known from."""

    @model_validator(mode="after")
    def begins_before_it_ends(self) -> "RelationForm":
        """Refuse a span that ends before it begins."""
        if self.since and self.until and self.until < self.since:
            raise ValueError(f"until {self.until} is before since {self.since}: swap them, or remove one")
        return self


class RuleForm(Form):
    """One way of saying that an event happened."""

    name: Annotated[Words, Field(examples=["releases a model"])]
    """Shown where an alert is explained."""
    verbs: Annotated[Lemmas, Field(examples=[["release", "launch"]])] = ()
    """Verbs, in their base form, that trigger it."""
    nouns: Annotated[Lemmas, Field(examples=[["release"]])] = ()
    """Nouns, in the singular, that trigger it."""
    phrases: Annotated[Lemmas, Field(examples=[["open weights"]])] = ()
    """Wordings that trigger it on their own."""
    objects: Annotated[Lemmas, Field(examples=[["model", "chatbot"]])] = ()
    """Words of which one must depend on the trigger, or stand in its sentence."""
    without: Annotated[Lemmas, Field(examples=[["fashion"]])] = ()
    """Words that veto it."""
    any_topic: Annotated[bool, Field(examples=[True])] = False
    """Whether it holds without a word of AI in the sentence."""
    score: Annotated[Number, Field(gt=0, le=1, examples=[0.7])] = 0.8
    """How sure it is."""
    tests: Annotated[Texts, Field(examples=[["DeepSeek releases R1"]])] = ()
    """Sentences that must give its type; read by the tests only."""

    @model_validator(mode="after")
    def has_a_trigger(self) -> "RuleForm":
        """Refuse a rule that nothing could trigger."""
        if not (self.verbs or self.nouns or self.phrases):
            raise ValueError("nothing triggers this rule: write at least one of verbs, nouns, phrases")
        return self


class WordsForm(Form):
    """The word lists that all rules share; a user's words are added to the shipped ones."""

    ai: Annotated[Lemmas, Field(examples=[["language model"]])] = ()
    """A sentence with one of these is about AI."""
    opinion: Annotated[Lemmas, Field(examples=[["stocks to buy"]])] = ()
    """A sentence with one of these reports nothing."""
    planned: Annotated[Lemmas, Field(examples=[["plan", "intend"]])] = ()
    """Governing words of plans."""
    rumoured: Annotated[Lemmas, Field(examples=[["reportedly"]])] = ()
    """Governing words of rumours."""
    denied: Annotated[Lemmas, Field(examples=[["deny"]])] = ()
    """Governing words of denials."""


class ExpectationForm(Form):
    """What an event of a type is expected to do to prices: up, down or unclear for each who has to do with it."""

    when: Annotated[Lemmas, Field(examples=[["beat", "raise"]])] = ()
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
    not_for: Annotated[Texts, Field(examples=[["banks"]])] = ()
    """Groups of companies that it says nothing of, as the banks whose analysts speak."""
    tests: Annotated[Texts, Field(examples=[["DeepSeek releases R1"]])] = ()
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

    words: Annotated[WordsForm, *SECTION] = WordsForm()
    """Word lists that all rules share."""
    rules: dict[TypeName, tuple[RuleForm, ...]] = Field(default_factory=dict)
    """Rules by event type."""
    expect: dict[TypeName, Annotated[tuple[ExpectationForm, ...], AfterValidator(filled)]] = Field(default_factory=dict)
    """What events are expected to do to prices, by event type."""


class CompaniesForm(RootModel[dict[Id, CompanyForm]]):
    """companies.yaml: companies by id."""

    model_config = ConfigDict(frozen=True)


class RelationsForm(RootModel[dict[Words, dict[Kind, tuple[RelationForm, ...]]]]):
    """relations.yaml: relations by source and kind."""

    model_config = ConfigDict(frozen=True)
