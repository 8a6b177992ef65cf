"""pydantic's refusals -> Problems at their line and column, in plain words.

Most messages are made by the forms themselves (`config.models`); this says the ones that pydantic makes: a missing or
unknown key, a list where a mapping belongs, a number out of bounds.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, RootModel, ValidationError
from pydantic_core import ErrorDetails

from config.models import OF_COMPANY, OF_GROUP, SettingsForm, WatchlistForm
from config.registry import nearest_of
from config.tree import Document
from config.types import Problem

Form = TypeVar("Form", bound=BaseModel)

MAX_PRUNINGS = 10
"""How often what is refused is left out: a row that lost its conditions goes in the next round, its list after that."""
_SECRET = re.compile("token|secret|password|webhook", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[0-9]+,[0-9]+")
LONGEST_QUOTE = 60
"""Characters of a user's text that a message repeats."""


def checked(document: Document, form: type[Form]) -> tuple[Document, Form | None, tuple[Problem, ...]]:
    """The document as a `form`, with everything that is wrong with it.

    What is refused is left out of the form and of the document that goes with it, so that the rest can still be
    compared with other files, and one look shows all mistakes. The form is None where nothing useful remains.
    """
    if document.problems:
        return document, None, document.problems
    told: tuple[Problem, ...] = ()
    for _ in range(MAX_PRUNINGS):
        try:
            return document, form.model_validate(document.root), told
        except ValidationError as error:
            errors = error.errors(include_url=False)
        if not told:
            found = (_problem(document, form, one) for one in errors)
            told = tuple(sorted(found, key=lambda problem: (problem.line, problem.column)))
        places = {_refused(one) for one in errors}
        if () in places:
            break
        document = document.without(places)
    return document, None, told


def _refused(error: ErrorDetails) -> tuple[int | str, ...]:
    """What has to go for an error to go: the value, or the mapping that lacks a key."""
    loc = _loc(error)
    return loc[:-1] if error["type"] == "missing" or loc[-1:] == ("[key]",) else loc


def _loc(error: ErrorDetails) -> tuple[int | str, ...]:
    """The place of an error, without what pydantic adds to say which of several forms it tried."""
    return tuple(step for step in error["loc"] if step not in {OF_GROUP, OF_COMPANY})


def _problem(document: Document, form: type[BaseModel], error: ErrorDetails) -> Problem:
    loc, kind, given = list(_loc(error)), error["type"], error["input"]
    if loc and loc[-1] == "[key]":
        return document.problem(loc[:-1], _words(error), key=True)
    if kind == "missing":
        return document.problem(loc, f"{loc[-1]} is missing: add `{loc[-1]}: ...`")
    if kind == "extra_forbidden":
        elsewhere = "" if loc[1:] else _elsewhere(str(loc[0]), form)
        return document.problem(loc, elsewhere or _unknown(str(loc[-1]), _fields(form, loc[:-1])), key=True)
    if given is None and loc[-1:] == ["channel"]:
        return document.problem(
            loc, 'there is nothing here: write the channel in quotes, "#name", or # begins a comment'
        )
    return document.problem(loc, _words(error))


def _words(error: ErrorDetails) -> str:
    """What is wrong with a value."""
    inner = error.get("ctx", {}).get("error")
    if isinstance(inner, ValueError):
        return str(inner)
    say = _WORDS.get(error["type"])
    return say(error["input"], error.get("ctx", {})) if say else f"{_quote(error['input'])}: {error['msg']}"


def _elsewhere(key: str, form: type[BaseModel]) -> str:
    """Where a key of another file belongs, "" if no other file knows it or this one does."""
    if key in {"watchlist", "watchlists"} and form is SettingsForm:
        return f"{key}: each watchlist is a file of its own, in the folder watchlists"
    for other, place in _PLACES.items():
        if form in _PLACES and key in other.model_fields and key not in form.model_fields:
            return f"{key}: write this into {place}"
    return ""


_PLACES: Mapping[type[BaseModel], str] = {
    SettingsForm: "aftershock.yaml",
    WatchlistForm: "a watchlist, a file in the folder watchlists",
}


def _unknown(key: str, known: Sequence[str]) -> str:
    if key.isdigit():
        return f"a comma in braces ends the value, so {key} stands alone: write numbers without commas, or in quotes"
    if key == "<<":
        return "<< is not used here: write the settings out, name them with & and *, or `include:` a file"
    if _SECRET.search(key):
        return (
            "never write a token here: set SLACK_BOT_TOKEN in the environment, and renew a token that stood in a file"
        )
    near = nearest_of(key, known)
    if near is not None:
        return f"{key} is not known here: did you mean {near}?"
    return f"{key} is not known here: known are {', '.join(known)}" if known else f"{key} is not known here: remove it"


def _list(given: object, _: Mapping[str, Any]) -> str:
    if isinstance(given, str) and given.lstrip().startswith("-"):
        return "a space is missing after the dash: write `- name`, one a line"
    if isinstance(given, str) and "," in given:
        return f"a list is expected here: write [{_quote(given)}], with the brackets"
    if isinstance(given, str):
        return f"a list is expected here: write [{_quote(given)}], or `- {_quote(given)}` on a line of its own"
    if given is None:
        return "nothing is listed here: write `- ...`, one a line"
    return "a list is expected here: put `- ` before each entry"


def _mapping(given: object, _: Mapping[str, Any]) -> str:
    if given is None:
        return "there is nothing here: write `name: value` lines below, or remove it"
    if isinstance(given, list):
        return "`name: value` lines are expected here, not a list: remove the dash, or indent it under a name"
    return f"{_quote(given)} stands alone: write it with its name, `name: {_quote(given)}`"


def _number(given: object, _: Mapping[str, Any]) -> str:
    if isinstance(given, str) and _DECIMAL_COMMA.fullmatch(given):
        return f"{given} has a comma: write {given.replace(',', '.')}"
    return f"{_quote(given)} is not a plain number: write it like 3 or 0.5"


def _yes_or_no(given: object, _: Mapping[str, Any]) -> str:
    return f"{_quote(given)} is neither yes nor no: write true or false"


def _bound(words: str, key: str) -> Callable[[object, Mapping[str, Any]], str]:
    def say(given: object, context: Mapping[str, Any]) -> str:
        return f"{_quote(given)} cannot be: write {words.format(f'{context[key]:g}')}"

    return say


_WORDS: Mapping[str, Callable[[object, Mapping[str, Any]], str]] = {
    **dict.fromkeys(("list_type", "tuple_type", "frozen_set_type", "set_type"), _list),
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type", "mapping_type"), _mapping),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), _number),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), _number),
    **dict.fromkeys(("bool_type", "bool_parsing"), _yes_or_no),
    "greater_than": _bound("more than {}", "gt"),
    "greater_than_equal": _bound("{} or more", "ge"),
    "less_than": _bound("less than {}", "lt"),
    "less_than_equal": _bound("{} or less", "le"),
}


def _quote(given: object) -> str:
    text = given if isinstance(given, str) else "this"
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}..."


def _fields(form: type[BaseModel], loc: Sequence[int | str]) -> tuple[str, ...]:
    """The keys that the form allows at `loc`; empty where any key is allowed."""
    types: list[Any] = [form]
    for step in loc:
        types = [inner for one in types for inner in _inside(one, step)]
    bases = (base for one in types for base in _models(one))
    return tuple(field.alias or name for base in bases for name, field in base.model_fields.items())


def _models(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 -- any annotation
    """The models that an annotation allows, out of Annotated and unions."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _models(get_args(annotation)[0])
    elif origin in {Union, UnionType}:
        for one in get_args(annotation):
            yield from _models(one)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation


def _inside(annotation: Any, step: int | str) -> Iterator[Any]:  # noqa: ANN401 -- any annotation
    """The annotations of what stands at `step` within a value of `annotation`."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from _inside(arguments[0], step)
    elif origin in {Union, UnionType}:
        for one in arguments:
            yield from _inside(one, step)
    elif origin in {tuple, dict}:
        yield arguments[0 if origin is tuple else 1]
    elif isinstance(annotation, type) and issubclass(annotation, RootModel):
        yield from _inside(annotation.model_fields["root"].annotation, step)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel) and step in annotation.model_fields:
        yield annotation.model_fields[str(step)].annotation
