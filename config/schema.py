"""JSON Schemas of the YAML files, from the same forms that read them, for completion and hover in editors.

The shipped ones, in `schemas/`, say what the forms say. What `init` writes into a user's folder also offers the names
that exist there: symbols, groups, feeds. Editors find them by the line `# yaml-language-server: $schema=...` that each
file begins with. `python -m config.schema` writes the shipped ones anew.
"""

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from config.knowledge import CompaniesForm, EventsForm, RelationsForm
from config.load import Loaded
from config.models import FeedsForm, GroupsForm, IncludedForm, SettingsForm, WatchlistForm

DIALECT = "http://json-schema.org/draft-07/schema#"
"""What the YAML language server knows best."""
FORMS: Mapping[str, type[BaseModel]] = {
    "aftershock": SettingsForm,
    "watchlist": WatchlistForm,
    "fragment": IncludedForm,
    "groups": GroupsForm,
    "companies": CompaniesForm,
    "relations": RelationsForm,
    "events": EventsForm,
    "feeds": FeedsForm,
}
"""The forms by the names of their schemas: one a kind of file."""
SHIPPED = Path(__file__).parent / "schemas"
FOLDER = ".schemas"
"""Where a user's folder keeps its schemas: hidden, so that nobody takes them for configuration."""


class _Generator(GenerateJsonSchema):
    """As pydantic makes them, but for what a file cannot say: null for a value that is left out, and our defaults."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """A value that may be left out is not written as null."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """The defaults of forms are those of one file, not what counts."""
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 -- the base's signature
        """The key itself is the title."""
        return False


def schema_of(name: str) -> dict[str, Any]:
    """The schema of a kind of file. Raises KeyError."""
    written = FORMS[name].model_json_schema(schema_generator=_Generator, ref_template="#/definitions/{model}")
    definitions = written.pop("$defs", {})
    made: dict[str, Any] = _plain({"$schema": DIALECT, **written, "definitions": definitions})
    for one in (made, *made["definitions"].values()):
        one.pop("title", None)
    return made


def _plain(node: Any) -> Any:  # noqa: ANN401 -- JSON
    """Without discriminators, which draft 7 does not know."""
    if isinstance(node, list):
        return [_plain(one) for one in node]
    if not isinstance(node, dict):
        return node
    found = {key: _plain(value) for key, value in node.items() if key != "discriminator"}
    if "oneOf" in found:
        found["anyOf"] = found.pop("oneOf")
    return found


def with_names(name: str, schema: dict[str, Any], loaded: Loaded) -> dict[str, Any]:
    """A schema that offers what exists: companies by symbol, groups, feeds. Other names stay allowed."""
    definitions = schema["definitions"]
    config = loaded.config
    if config is None:
        return schema
    symbols = sorted(i.symbol for c in config.companies.values() if c.origin != "listed" for i in c.instruments)
    if name in {"watchlist", "fragment"}:
        entry = schema["properties"]["companies"]["items"]["anyOf"]
        entry.insert(0, {"enum": symbols, "description": "A symbol, as on Yahoo Finance"})
        group = definitions["GroupEntryForm"]["properties"]["group"]
        group["anyOf"] = [
            _offered((one.id, one.about) for one in loaded.known.groups.values()),
            {"type": group.pop("type")},
        ]
    if name == "aftershock":
        feeds = _offered((feed.id, feed.name) for feed in config.feeds)
        for key in ("drop", "only"):
            definitions["FeedChangesForm"]["properties"][key]["anyOf"] = [
                {"type": "array", "items": {"anyOf": [feeds, {"type": "string"}]}},
                {"type": "string"},
            ]
    return schema


def _offered(names: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """A choice that editors complete, with words for each."""
    pairs = sorted(names)
    return {"enum": [id_ for id_, _ in pairs], "enumDescriptions": [about for _, about in pairs]}


def text_of(schema: Mapping[str, Any]) -> str:
    """A schema as a file."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def write(folder: Path, loaded: Loaded | None = None) -> tuple[Path, ...]:
    """Write all schemas into a folder, with the names of `loaded` if it is given. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in FORMS:
        schema = schema_of(name)
        text = text_of(schema if loaded is None else with_names(name, schema, loaded))
        path = folder / f"{name}.json"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            with tempfile.NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8") as file:
                file.write(text)
            os.replace(file.name, path)  # noqa: PTH105 -- both are names
            path.chmod(0o644)
        written.append(path)
    return tuple(written)


if __name__ == "__main__":
    write(SHIPPED)
