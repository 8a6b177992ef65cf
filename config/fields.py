"""The values that the forms are made of: texts, ids, symbols, channels, quantities, lists and vocabularies.

Each is a type for pydantic that takes the text as it was written and says in every refusal what to write instead.
Lists accept one word alone; a key that is there must have a value, so a `#` that swallowed it does not go unnoticed.
"""

import re
from collections.abc import Callable, Iterable, Sized
from datetime import date, timedelta
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from config import units
from config.exchanges import exchange_of
from config.registry import nearest_of
from config.types import Direction, EventType, QuietHours, RelationKind

T = TypeVar("T")
C = TypeVar("C", bound=Sized)

ANY = "any"
SHORTEST_INTERVAL = timedelta(seconds=1)
LONGEST_CHANNEL = 80
"""Slack's own limit for the name of a channel."""

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9-]*(\.[A-Z]{1,3})?")
_MENTION = re.compile(r"@here|@channel|[UWS][A-Z0-9]{6,}")
_CHANNEL = re.compile(rf"#[^\s#,.<>&@]{{1,{LONGEST_CHANNEL}}}|[CGD][A-Z0-9]{{8,}}")
_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:]+\](:[0-9]{1,5})?")


def _text(value: object) -> str:
    """One line of text."""
    if not isinstance(value, str) or not value.strip():
        what = "a list" if isinstance(value, list) else "`name: value`"
        raise ValueError(
            f"one text is expected here, not {what}" if value else "there is nothing here: write a text, or remove it"
        )
    return " ".join(value.split())


def _from_text(parse: Callable[[str], Any]) -> BeforeValidator:
    """A validator that has `parse` read the text of a quantity."""
    return BeforeValidator(
        lambda value: parse(_text(value)) if value is None or isinstance(value, str | list | dict) else value
    )


def _id(text: str) -> str:
    if not _ID.fullmatch(text):
        better = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")
        raise ValueError(
            f"{text} is no id: write small letters, digits and dashes{f', like {better}' if better else ''}"
        )
    return text


def _symbol(text: str) -> str:
    symbol = text.upper()
    exchange_of(symbol)
    if not _SYMBOL.fullmatch(symbol):
        raise ValueError(f"{text} is no Yahoo symbol: write it like NVDA, BRK-B, ASML.AS or 6857.T")
    return symbol


def _mention(text: str) -> str:
    if _MENTION.fullmatch(text):
        return text
    raise ValueError(
        f"{text} calls nobody: write @here, @channel, or the member ID of a person or a group (U0123ABCD), as Slack's "
        "profile menu copies it"
    )


def _channel(text: str) -> str:
    if _CHANNEL.fullmatch(text) and (text[0] != "#" or text == text.lower()):
        return text
    better = re.sub(r"[^\w-]+", "-", text.lower()).strip("-")[:LONGEST_CHANNEL]
    raise ValueError(
        f'{text} is no Slack channel: write "#{better or "ai-aftershocks"}" with its quotes, or a channel ID'
    )


def _host(text: str) -> str:
    if not _HOST.fullmatch(text):
        bare = re.sub(r"^[a-z+]+://|/.*$", "", text)
        hint = f", like {bare}" if _HOST.fullmatch(bare) else ""
        raise ValueError(f"{text} is no host: write a name or address, with a port if need be{hint}")
    return text.lower()


def _url(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+\S*", text):
        raise ValueError(f"{text} is no address of a feed: write one that starts with https:// or http://")
    return text


def _header(text: str) -> str:
    """A text that may stand in an HTTP header."""
    if not (text.isascii() and text.isprintable()):
        raise ValueError(
            f"{text}: write an e-mail address or a web address in plain letters (it is sent to publishers)"
        )
    return text


def _contact(text: str) -> str:
    """What publishers can reach somebody by."""
    if re.search(r"[^\s@]@[^\s@]+\.[^\s@]|[^\s.]\.[^\s.]", _header(text)) is None:
        raise ValueError(f"{text} reaches nobody: write an e-mail address or a web address, like you@example.com")
    return text


def _currency(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", text):
        raise ValueError(f"{text} is no currency: write three capitals like EUR, or GBX for pence")
    return text


def _sign(text: str) -> int:
    if text not in {"1", "+1", "-1"}:
        raise ValueError(f"{text}: write 1 (both move together) or -1 (they part)")
    return int(text)


def _one_of(known: Iterable[str], what: str) -> Callable[[str], str]:
    words = tuple(known)

    def check(text: str) -> str:
        word = text.casefold().replace(" ", "_")
        if word in words:
            return word
        near = nearest_of(word, words)
        hint = f"did you mean {near}?" if near else f"write one of {', '.join(words)}"
        raise ValueError(f"{text} is no {what}: {hint}")

    return check


def listed(value: object) -> object:
    """One word alone is a list of one."""
    return [value] if isinstance(value, str) and not value.lstrip().startswith("-") else _written(value)


def _written(value: object) -> object:
    """A key that is there has a value."""
    if value is None:
        raise ValueError("there is nothing here: write a value, or remove the line")
    return value


def _interval(value: timedelta) -> timedelta:
    if value < SHORTEST_INTERVAL:
        raise ValueError("too often: write 1 s or more")
    return value


def filled(value: C) -> C:
    """A list that is there has an entry."""
    if not value:
        raise ValueError("the list is empty: write at least one entry, or remove the line")
    return value


def _at_least(least: timedelta, written: str, why: str) -> AfterValidator:
    """Refuses a time span that is too short, and says why."""

    def check(value: timedelta) -> timedelta:
        if value < least:
            raise ValueError(f"too short: {why}: write {written} or more")
        return value

    return AfterValidator(check)


def _event_types(value: object) -> object:
    if isinstance(value, str) and value.casefold() == ANY:
        return None
    return [value] if isinstance(value, str) else _written(value)


def _kinds(value: object) -> object:
    if isinstance(value, str) and value.casefold() == ANY:
        return list(RelationKind)
    return [value] if isinstance(value, str) else _written(value)


def listed_if_any(value: object) -> object:
    """A list whose entries are all commented out is empty."""
    return () if value is None else listed(value)


Json: TypeAlias = dict[str, Any]


def _shown(pattern: str, meant: str, *examples: Any, numbers: bool = False) -> WithJsonSchema:  # noqa: ANN401 -- JSON
    """What editors are told of a quantity: the form of its text, in what words to refuse another, and examples.

    The YAML language server shows the messages in place of the pattern and the type.
    """
    types: Json = {"type": ["string", "number"]} if numbers else {"type": "string"}
    return WithJsonSchema(
        {
            **types,
            "pattern": pattern,
            "patternErrorMessage": f"write {meant}",
            "errorMessage": f"write {meant}",
            "examples": list(examples),
        }
    )


def _list_of(one: Json, *words: str) -> Json:
    """A list of these, one alone, or one of `words`."""
    return {"anyOf": [*({"const": word} for word in words), one, {"type": "array", "items": one}]}


def _many(one: Json, *words: str) -> WithJsonSchema:
    return WithJsonSchema(_list_of(one, *words))


_TEXT: Json = {"type": ["string", "number", "boolean"]}
"""What YAML takes for a number or a truth (a ticker TRUE) is the text that was written, to us."""
_HOURS_FORM = r"^\s*([0-9]{1,2}:[0-9]{2}\s*(-|–|to)\s*[0-9]{1,2}:[0-9]{2}|(after|before) [0-9]{1,2}:[0-9]{2})\s+\S+\s*$"

Maybe: TypeAlias = Annotated[T | None, BeforeValidator(_written)]
"""A value that may be left out, but not left empty."""
Words: TypeAlias = Annotated[str, BeforeValidator(_text), WithJsonSchema(_TEXT)]
"""One line of text."""
Texts: TypeAlias = Annotated[tuple[Words, ...], BeforeValidator(listed), _many(_TEXT)]
TextsIfAny: TypeAlias = Annotated[tuple[Words, ...], BeforeValidator(listed_if_any), _many(_TEXT)]
Lemmas: TypeAlias = Annotated[
    tuple[Annotated[Words, AfterValidator(str.casefold)], ...], BeforeValidator(listed), _many(_TEXT)
]

Id: TypeAlias = Annotated[
    Words, AfterValidator(_id), _shown(f"^{_ID.pattern}$", "small letters, digits and dashes", "our-desk")
]
Symbol: TypeAlias = Annotated[
    Words, AfterValidator(_symbol), WithJsonSchema({**_TEXT, "examples": ["NVDA", "ASML.AS", "6857.T"]})
]
Mention: TypeAlias = Annotated[
    Words,
    AfterValidator(_mention),
    _shown(f"^({_MENTION.pattern})$", "@here, @channel, or a member ID", "@here", "U0123ABCD"),
]
Channel: TypeAlias = Annotated[
    Words,
    AfterValidator(_channel),
    _shown(f"^({_CHANNEL.pattern})$", 'the channel in quotes, like "#desk"', "#ai-aftershocks"),
]
Hosts: TypeAlias = Annotated[
    tuple[Annotated[Words, AfterValidator(_host)], ...],
    BeforeValidator(listed_if_any),
    _many({"type": "string", "examples": ["127.0.0.1:8000", "news.intra"]}),
]
Url: TypeAlias = Annotated[
    Words,
    AfterValidator(_url),
    _shown("^https?://", "an address that starts with https://", "https://news.example/rss"),
]
Contact: TypeAlias = Annotated[
    Words, AfterValidator(_contact), WithJsonSchema({"type": "string", "examples": ["you@example.com"]})
]
Currency: TypeAlias = Annotated[
    Words, AfterValidator(_currency), _shown("^[A-Z]{3}$", "three capitals, like EUR", "EUR", "GBX")
]

Number: TypeAlias = Annotated[float, Field(allow_inf_nan=False)]
Sign: TypeAlias = Annotated[int, _from_text(_sign), WithJsonSchema({"enum": [1, -1], "examples": [-1]})]
Percent: TypeAlias = Annotated[
    float,
    _from_text(units.percent),
    _shown(r"^\s*[0-9]*\.?[0-9]+\s*(%|percent)\s*$", "a percentage, like 3%", "3%", "4.5%"),
]
Dollars: TypeAlias = Annotated[
    float,
    _from_text(units.dollars),
    _shown(r"^\s*(US)?\s*\$\s*[0-9][0-9,]*\.?[0-9]*\s*[A-Za-z]*\s*$", "dollars, like $50B", "$50B", "$500M"),
]
Count: TypeAlias = Annotated[
    float,
    _from_text(units.count),
    _shown(r"^\s*[0-9][0-9,]*\.?[0-9]*\s*[A-Za-z]*\s*$", "a number, like 1200 or 24.49B", 1200, "24.49B", numbers=True),
]
Span: TypeAlias = Annotated[
    timedelta,
    _from_text(units.duration),
    _shown(r"^\s*[0-9]*\.?[0-9]+\s*[A-Za-z]+\s*$", "a time span, like 15 min", "15 min", "1 h", "30 s"),
]
Interval: TypeAlias = Annotated[Span, AfterValidator(_interval)]
Patience: TypeAlias = Annotated[
    Span, _at_least(timedelta(minutes=1), "1 min", "what is ordinary would be told as a trouble")
]
"""How long a trouble lasts before it is told."""
_AGE_FORM = r"^\s*[0-9]*\.?[0-9]+\s*([dwy]|days?|weeks?|months?|years?)\s*$"
Age: TypeAlias = Annotated[
    timedelta,
    _from_text(units.age),
    _shown(_AGE_FORM, "a length of time, like 90 d", "90 d", "12 weeks", "1 year"),
]
WeekAndMore: TypeAlias = Annotated[Age, _at_least(timedelta(days=7), "7 d", "a week is asked for and corrected")]
ArticleAge: TypeAlias = Annotated[Age, _at_least(timedelta(days=20), "20 d", "a story is open for 16 days")]
"""See `monitor.stories.life`: what may still be joined must be there."""
Size: TypeAlias = Annotated[
    float,
    _from_text(units.size),
    _shown(r"^\s*[0-9]*[0-9,]*\.?[0-9]+\s*[KMGTkmgt]i?[Bb]\s*$", "a size, like 500 MB", "500 MB", "2 GB"),
]
Day: TypeAlias = Annotated[
    date, _from_text(units.day), _shown(r"^\d{4}-\d\d-\d\d$", "a date, like 2025-01-27", "2025-01-27")
]
Hours: TypeAlias = Annotated[
    QuietHours,
    _from_text(units.quiet_hours),
    _shown(
        _HOURS_FORM,
        "hours and zone, like 22:00-07:00 Europe/Berlin",
        "22:00-07:00 Europe/Berlin",
        "after 22:00 Europe/Berlin",
    ),
]

Way: TypeAlias = Annotated[Direction, _from_text(_one_of(Direction, "direction"))]
"""A direction of a price."""
TypeName: TypeAlias = Annotated[EventType, _from_text(_one_of(EventType, "event type"))]
TypeNames: TypeAlias = Annotated[
    Annotated[frozenset[TypeName], AfterValidator(filled)] | None,
    BeforeValidator(_event_types),
    _many({"enum": [one.value for one in EventType]}, ANY),
]
"""A list of event types; `any` is None."""
Kind: TypeAlias = Annotated[RelationKind, _from_text(_one_of(RelationKind, "kind of relation"))]
Kinds: TypeAlias = Annotated[
    frozenset[Kind], BeforeValidator(_kinds), _many({"enum": [one.value for one in RelationKind]}, ANY)
]
"""A list of kinds of relation, possibly empty; `any` is all of them."""
