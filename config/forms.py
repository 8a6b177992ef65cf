"""What all forms of YAML files share: how unknown keys, empty sections and texts in place of mappings are taken."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, BeforeValidator, ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Form(BaseModel):
    """Unknown keys are refused, values are frozen, and the docstring below a field describes it to editors."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, arbitrary_types_allowed=True)


@dataclass(frozen=True, slots=True)
class Short:
    """Tells a schema of a short way to write a value, which a validator before it turns into the long one.

    `schema` is that way's own, as JSON, since types must be hashable.
    """

    schema: str

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Either way."""
        return {"anyOf": [json.loads(self.schema), handler(core)]}


def settings_of(value: object) -> object:
    """A section whose lines are all commented out says nothing."""
    return {} if value is None else value


def mapped(key: str) -> Callable[[object], object]:
    """Lets a plain text stand for a mapping with that one key."""
    return lambda value: {key: value} if isinstance(value, str) else value


TEXT = Short('{"type": ["string", "number", "boolean"]}')
"""A text alone; YAML takes some for a number or a truth."""
NOTHING = Short('{"type": "null"}')
SECTION = (BeforeValidator(settings_of), NOTHING)
"""What makes a form a section, which may be empty."""
