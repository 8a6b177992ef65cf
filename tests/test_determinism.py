"""A recorded day is told the same, byte for byte, whatever the number of workers and the order of Python's sets."""

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

FEEDS = ("wire", "paper", "blog")
TITLES = (
    "Nvidia delays its next AI chip, sources say",
    "AMD unveils an AI accelerator for data centres",
    "Nvidia's next AI chip is delayed by months",
    "Microsoft and OpenAI sign a partnership on AI data centres",
    "AMD launches an AI accelerator to take on Nvidia",
    "OpenAI and Microsoft widen their partnership",
)
LEVELS = {"NVDA": 100.0, "AMD": 50.0, "MSFT": 400.0, "SPY": 500.0}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A day of one's own: six items of three feeds, two of them at the same moment, and three stocks that fall."""
    days = [d for n in range(90, -1, -1) if (d := date(2025, 3, 12) - timedelta(days=n)).isoweekday() < 6]
    bars = ["date,symbol,open,high,low,close,volume,currency"]
    for n, day in enumerate(days):
        for symbol, level in LEVELS.items():
            swing = 1 + (0.001 if symbol == "SPY" else 0.01) * (-1) ** (n % 3 == 0)
            falls = 0.9 if day == days[-1] and symbol != "SPY" else swing
            bars.append(f"{day},{symbol},{level * (0.94 if falls == 0.9 else swing)},,,{level * falls},,USD")
    (tmp_path / "bars.csv").write_text("\n".join(bars) + "\n", encoding="utf-8")
    items = []
    for n, title in enumerate(TITLES):
        feed, seen = FEEDS[n % 3], f"2025-03-12T12:{n // 2 * 7:02}:00Z"
        about = {"id": str(n), "feed": feed, "link": f"https://{feed}.example/{n}", "title": title, "summary": ""}
        items.append({**about, "published": "2025-03-12T11:00:00Z", "seen": seen})
    (tmp_path / "items.jsonl").write_text("\n".join(map(json.dumps, items)) + "\n", encoding="utf-8")
    (tmp_path / "watchlists").mkdir()
    text = 'name: One\nchannel: "#one"\nunlinked: true\ncompanies: [NVDA, AMD, MSFT]\n'
    (tmp_path / "watchlists" / "one.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def told(day: str, workers: int, seed: int) -> bytes:
    """What `replay --json` prints."""
    command = [sys.executable, "-m", "monitor.cli", "replay", day, "--json", "--workers", str(workers)]
    environment = {**os.environ, "PYTHONHASHSEED": str(seed), "AFTERSHOCK_CONFIG": os.devnull + ".none"}
    done = subprocess.run(command, env=environment, capture_output=True, check=False, timeout=600)
    assert (0, b"") == (done.returncode, done.stderr)
    return done.stdout


def test_workers_and_hash_seeds_change_no_byte(folder: Path) -> None:
    """Three ways."""
    first, *others = (told(str(folder), workers, seed) for workers, seed in ((0, 1), (1, 2), (2, 3)))
    assert 3 <= len(first.splitlines())
    assert [first, first] == others


@pytest.mark.slow
def test_the_shipped_day_is_told_twenty_times_the_same() -> None:
    """With up to three workers."""
    first, *others = (told("2025-01-27", n % 4, n * 1009) for n in range(20))
    assert [first] * 19 == others
