"""The house rules, read off the imports: floors look down only, and each client library has one room."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BELOW = {"config": set(), "nlp": {"config"}, "alerts": {"config"}, "monitor": {"config", "nlp", "alerts"}}
ROOMS = {
    "spacy": "nlp/",
    "ahocorasick_rs": "nlp/",
    "slack_sdk": "alerts/slack",  # the Web API, Socket Mode, and the webhook
    "matplotlib": "alerts/chart",  # the picture of a message, and that of a dry run on the same card
    "apprise": "alerts/apprised.py",
    "feedparser": "monitor/feeds/parse.py",
    "yfinance": "monitor/market/yahoo.py",
    "exchange_calendars": "monitor/market/sessions.py",
    "sqlalchemy": "monitor/store/",
    "alembic": "monitor/store/",
    "prometheus_client": "monitor/metrics.py",
    "apscheduler": "monitor/ticking.py",
    "ruamel": "config/",
    "pyarrow": "monitor/market/recorded.py",
    "typer": "monitor/cli",
    "watchfiles": "monitor/watching.py",
    "websockets": "monitor/market/streaming.py",
}


def imports(path: Path) -> set[str]:
    """The top-level names of every module that `path` imports, wherever in the file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    names |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module}
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("path", [p for floor in BELOW for p in sorted((ROOT / floor).rglob("*.py"))], ids=str)
def test_a_module_looks_down_only_and_clients_stay_in_their_rooms(path: Path) -> None:
    """A floor imports only floors below it, and a third-party client is met in its own room only."""
    here = path.relative_to(ROOT).as_posix()
    floor = here.partition("/")[0]
    found = imports(path)
    assert found & (BELOW.keys() - BELOW[floor] - {floor}) == set()
    assert {name for name in found & ROOMS.keys() if not here.startswith(ROOMS[name])} == set()
    assert path.stem != "utils"
