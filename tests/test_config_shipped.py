"""The shipped files and the ones that `init` writes: whole, in agreement, and quick enough to read at every start."""

import subprocess
import sys
from pathlib import Path

import pytest

from config.load import load
from config.starting import write_starter
from config.types import Config, Settings, Threshold

NAMES = (
    "6146.T 6857.T 9984.T AAPL ADBE AMAT AMD AMZN ANET ARM ASML.AS AVGO BABA BIDU CCJ CEG CRM DELL ENR.DE ETN GEV "
    "GOOGL "
    "IBM INTC KLAC LR.PA LRCX META MRVL MSFT MU NOW NRG NVDA OKLO ORCL PLTR QCOM SIE.DE SMCI SNOW SU.PA TSLA TSM VRT "
    "VST"
)


@pytest.fixture(name="shipped")
def _shipped() -> Config:
    """The shipped configuration, of which nothing is wrong."""
    result = load(None)
    assert [] == [str(problem) for problem in result.problems]
    assert result.config is not None
    return result.config


def test_the_shipped_files_have_nothing_wrong_with_them(shipped: Config) -> None:
    """No problem and no warning in companies, relations, feeds, events, settings and watchlists."""
    assert 150 <= len(shipped.companies)
    assert 40 <= len(shipped.feeds)
    assert shipped.relations
    assert shipped.lexicon.rules


def test_the_shipped_settings_are_the_defaults(shipped: Config) -> None:
    """What the file shows is what counts without any file."""
    assert Settings() == shipped.settings


def test_the_shipped_watchlist_names_the_ai_complex(shipped: Config) -> None:
    """The names of the day it is measured by and their peers, with the default thresholds."""
    (watchlist,) = shipped.watchlists
    assert NAMES == " ".join(sorted(entry.symbol for entry in watchlist.companies))
    assert ("AI complex", "#ai-aftershocks", True, None) == (
        watchlist.name,
        watchlist.channel,
        watchlist.unlinked,
        watchlist.events,
    )
    assert (Threshold(0.03, 2.5), Threshold(None, 1.5, 50e9)) == watchlist.thresholds
    assert {"supplier", "customer", "partner", "competitor", "power", "investor"} == watchlist.follow


def test_the_starter_says_the_same_as_the_shipped_files(shipped: Config, tmp_path: Path) -> None:
    """After `init` everything works as before, now from files that a user can edit."""
    written = write_starter(tmp_path / "new")
    assert [tmp_path / "new/aftershock.yaml", tmp_path / "new/watchlists/ai.yaml"] == list(written)
    result = load(tmp_path / "new")
    assert [] == [str(problem) for problem in result.problems]
    assert shipped == result.config


def test_every_line_that_the_starter_comments_out_is_valid(shipped: Config, tmp_path: Path) -> None:
    """A newcomer may remove any `# `: the examples in the settings are understood as they stand."""
    (settings, _) = write_starter(tmp_path)
    lines = settings.read_text(encoding="utf-8").splitlines()
    shown = [line.replace("# ", "", 1) if line.lstrip().startswith("# ") and _is_yaml(line) else line for line in lines]
    settings.write_text("\n".join(shown) + "\n", encoding="utf-8")
    result = load(tmp_path)
    assert [] == [str(problem) for problem in result.problems]
    assert result.config is not None
    assert ("you@example.com", "Europe/Berlin") == (
        result.config.settings.contact,
        result.config.settings.quiet and result.config.settings.quiet.zone,
    )
    assert {"openai", "nvidia-newsroom"} == {feed.id for feed in result.config.feeds}


def _is_yaml(line: str) -> bool:
    """Whether a comment is an example: a known key, or an entry of a list."""
    word = line.lstrip().removeprefix("# ").lstrip()
    keys = ("contact:", "quiet_hours:", "news:", "prices:", "delivery:", "max_steps:", "min_strength:", "add:", "drop:")
    return word.startswith((*keys, "only:", "allow:", "workers:", "- {id:"))


def test_init_never_overwrites(tmp_path: Path) -> None:
    """A file that exists is kept as it is; the missing one is written."""
    mine = tmp_path / "watchlists" / "ai.yaml"
    mine.parent.mkdir()
    mine.write_text("companies: [NVDA]\n", encoding="utf-8")
    assert (tmp_path / "aftershock.yaml",) == write_starter(tmp_path)
    assert "companies: [NVDA]\n" == mine.read_text(encoding="utf-8")
    assert () == write_starter(tmp_path)


def test_a_users_watchlist_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    """One list of one's own and the shipped list makes no alerts any more."""
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "watchlists" / "mine.yaml").write_text("companies: [ASML]\n", encoding="utf-8")
    config = load(tmp_path).config
    assert config is not None
    assert ["mine"] == [watchlist.name for watchlist in config.watchlists]


def test_the_fingerprint_is_the_same_in_every_process(shipped: Config) -> None:
    """Sets are written in an order of their own, not in that of Python's random hashes."""
    code = "from config.load import load; print(load(None).config.fingerprint)"
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parent.parent,
            env={"PYTHONHASHSEED": seed},
        )
        assert shipped.fingerprint == done.stdout.strip()
