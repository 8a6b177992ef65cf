"""The JSON Schemas that editors use: as the forms are, whole, and right about every file that ships."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from config.load import load
from config.schema import FORMS, SHIPPED, schema_of, text_of, with_names
from config.starting import write_starter

CONFIG = SHIPPED.parent
FILES = {
    "aftershock": ["aftershock.yaml", "starter/aftershock.yaml"],
    "watchlist": ["watchlists/ai.yaml", "starter/watchlists/ai.yaml"],
    "groups": ["groups.yaml"],
    "companies": ["companies.yaml"],
    "relations": ["relations.yaml"],
    "events": ["events.yaml"],
    "feeds": ["feeds.yaml"],
}
"""The shipped and starter files by the schema that is theirs."""


def plain(node: Any) -> Any:  # noqa: ANN401  any JSON
    """What a YAML parser gives as JSON has it: a date is a text there."""
    if isinstance(node, dict):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(one) for one in node]
    return node.isoformat() if isinstance(node, date) else node


def complaints(name: str, text: str, schema: dict[str, Any] | None = None) -> list[str]:
    """What an independent parser and validator say of a file."""
    validator = Draft7Validator(schema or schema_of(name))
    content = plain(YAML(typ="safe").load(text))
    return [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(content)]


def properties(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key that a schema knows, with what it says of it."""
    for owner, one in (("", schema), *schema["definitions"].items()):
        for key, said in one.get("properties", {}).items():
            yield f"{owner}.{key}", said


@pytest.mark.parametrize("name", FORMS)
def test_the_shipped_schema_is_what_the_forms_say(name: str) -> None:
    """Else `python -m config.schema` has to be run again."""
    assert (SHIPPED / f"{name}.json").read_text(encoding="utf-8") == text_of(schema_of(name))
    Draft7Validator.check_schema(schema_of(name))


@pytest.mark.parametrize("name", FORMS)
def test_every_key_is_described_with_an_example(name: str) -> None:
    """So that hovering over it explains it; choices and mappings explain themselves by what they hold."""
    for key, said in properties(schema_of(name)):
        whole = json.dumps(said)
        assert said.get("description"), key
        assert any(word in whole for word in ('"examples"', '"enum"', '"const"', '"$ref"')), key


@pytest.mark.parametrize(("name", "file"), [(name, file) for name, files in FILES.items() for file in files])
def test_every_shipped_file_is_valid(name: str, file: str) -> None:
    """By a validator that is not ours."""
    assert [] == complaints(name, (CONFIG / file).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("watchlist", "chanel: x\ncompanies: [NVDA]\n"),
        ("watchlist", "thresholds: [{move: 3}]\ncompanies: [NVDA]\n"),
        ("watchlist", "thresholds: [{value_change: 50B}]\ncompanies: [NVDA]\n"),
        ("watchlist", "events: [fundin]\ncompanies: [NVDA]\n"),
        ("watchlist", "companies: [{ASML: {holdin: 3}}]\n"),
        ("watchlist", "companies: [{group: chips, expect: [NVDA]}]\n"),
        ("watchlist", "cooldown: 30\ncompanies: [NVDA]\n"),
        ("aftershock", "quiet_hours: 22-7\n"),
        ("aftershock", "schedule: {new: 5 min}\n"),
        ("aftershock", "links: {max_steps: 4}\n"),
        ("aftershock", "channel: AI Desk\n"),
        ("companies", "nvidia: {symbol: [NVDA]}\n"),
        ("relations", "nvidia: {supplier: [{to: tsmc}]}\n"),
        ("events", "rules: {fundin: []}\n"),
    ],
)
def test_the_schema_refuses_common_mistakes(name: str, text: str) -> None:
    """An editor underlines them before the daemon ever sees them."""
    assert complaints(name, text)


def test_what_init_writes_offers_the_names_there_are(tmp_path: Path) -> None:
    """Symbols, groups and feeds are completed, the starter files are valid, and other names stay allowed."""
    write_starter(tmp_path)
    loaded = load(tmp_path)
    schema = json.loads((tmp_path / ".schemas/watchlist.json").read_text(encoding="utf-8"))
    assert with_names("watchlist", schema_of("watchlist"), loaded) == schema
    assert "ASML.AS" in json.dumps(schema)
    assert "semiconductors" in json.dumps(schema)
    text = (tmp_path / "watchlists/ai.yaml").read_text(encoding="utf-8")
    assert [] == complaints("watchlist", text, schema)
    assert [] == complaints("watchlist", "companies: [Siemens Energy, TRUE, {group: our-own}]\n", schema)
    assert complaints("watchlist", "chanel: x\ncompanies: [NVDA]\n", schema)
