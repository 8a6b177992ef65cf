"""What edited watchlists would have told on the stored days: real bars of January 2025, one story, no NLP."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.kept import Keeper
from config.load import load
from config.types import Config, EventType, Threshold, Watched, Watchlist
from monitor.cli import app
from monitor.market.recorded import Recorded
from monitor.market.sessions import Calendars
from monitor.replay import DAYS
from monitor.store.store import Store
from monitor.types import Fact, History, Story
from monitor.whatif import Stored, compared, what_if

NOW = datetime(2025, 1, 28, 8, tzinfo=UTC)
SEEN = datetime(2025, 1, 24, 12, tzinfo=UTC)
CALENDARS = Calendars()
STORY = Story(
    "s",
    "DeepSeek opens a model",
    SEEN,
    SEEN,
    SEEN,
    (Fact(EventType.MODEL_RELEASE, "deepseek", "reported", "DeepSeek opened a model.", 0.9),),
    {"deepseek": 1.0},
    (),
    (),
    frozenset({"a", "b", "c"}),
)
MOVE = (Threshold(move=0.03, sigma=2.5),)


@pytest.fixture(name="bars", scope="module")
def _bars() -> dict[str, History]:
    """The recorded daily bars as the daemon would have stored them."""
    source = Recorded.read(DAYS / "2025-01-27", CALENDARS)
    wanted = ("NVDA", "AMZN", "AAPL", "SPY", "ENR.DE", "^GDAXI", "EURUSD=X")
    return dict(asyncio.run(source.history(wanted, NOW)).found)


@pytest.fixture(name="shipped", scope="module")
def _shipped() -> Config:
    config = load(None).config
    assert config is not None
    return config


def watching(config: Config, rows: tuple[Threshold, ...], *symbols: str, unlinked: bool = False) -> Config:
    """A configuration with one list of these stocks."""
    companies = tuple(Watched(config.by_symbol[symbol].id, symbol) for symbol in symbols)
    return replace(config, watchlists=(Watchlist("AI", "#ai", companies, rows, unlinked=unlinked),))


def test_it_counts_what_the_rules_would_have_told(bars: dict[str, History], shipped: Config) -> None:
    """Nvidia on the day it fell by 17 %, under the stored story; not Amazon, which stayed below its own usual."""
    past = Stored(bars, (STORY,), {"s": [SEEN]})
    found = what_if(watching(shipped, MOVE, "NVDA", "AMZN"), past, CALENDARS, 5, NOW)
    told = found.alerts["AI", "NVDA", date(2025, 1, 27)]
    assert ("open", STORY.headline) == (told.look, told.story)
    assert ("AI", "AMZN", date(2025, 1, 27)) not in found.alerts
    assert ("XNYS", date(2025, 1, 27)) in found.sessions


def test_nothing_is_told_before_it_was_known(bars: dict[str, History], shipped: Config) -> None:
    """A story that was first seen after the close explains nothing of the day; the move is held back."""
    late = datetime(2025, 1, 27, 22, tzinfo=UTC)
    past = Stored(bars, (replace(STORY, time=late, last_fact=late, last_seen=late),), {"s": [late]})
    found = what_if(watching(shipped, MOVE, "NVDA"), past, CALENDARS, 3, NOW)
    assert {} == found.alerts
    assert "no AI news is linked to it" in found.held[0].why


def test_an_edit_is_compared_with_what_counts(bars: dict[str, History], shipped: Config) -> None:
    """What only the edited list tells, what only the current one told, and what nearly passed."""
    past = Stored(bars, (), {})
    before = what_if(watching(shipped, MOVE, "NVDA", "AAPL", unlinked=True), past, CALENDARS, 3, NOW)
    rows = (Threshold(move=0.19),)
    after = what_if(watching(shipped, rows, "NVDA", "ENR.DE", unlinked=True), past, CALENDARS, 3, NOW)
    (one,) = compared(before, after)
    assert (["ENR.DE"], ["AAPL", "NVDA"]) == ([o.symbol for o in one.added], sorted(o.symbol for o in one.gone))
    assert ["NVDA"] == [o.symbol for o in after.near]
    assert 0.9 < after.near[0].near < 1


@pytest.fixture(name="edited")
def _edited(bars: dict[str, History], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A daemon's store of a list that asked for 10 %, edited to 3 % since; the command that compares them."""
    monkeypatch.setenv("AFTERSHOCK_STATE", str(tmp_path / "state"))
    folder = tmp_path / "config"
    (folder / "watchlists").mkdir(parents=True)
    watchlist = folder / "watchlists/ai.yaml"
    text = "name: AI\nunlinked: yes\nthresholds: [{{move: {}%}}]\ncompanies: [NVDA, AMZN, Intel]\n"
    watchlist.write_text(text.format(10), encoding="utf-8")
    counted = load(folder)
    assert counted.config is not None
    (tmp_path / "state").mkdir()
    store = Store(tmp_path / "state/aftershock.db")
    days = (datetime.now(UTC) - NOW) // timedelta(days=1) + 3
    asyncio.run(store.transact(lambda tx: tx.save_histories(bars)))
    store.close()
    Keeper(tmp_path / "state").keep(counted.texts, counted.config.fingerprint, NOW)
    watchlist.write_text(text.format(3), encoding="utf-8")
    return ["check", str(folder), "--what-if", str(days)]


def test_check_prints_both_side_by_side_and_draws_them(edited: list[str], tmp_path: Path) -> None:
    """From the store of a daemon, against the configuration that counted when it last ran."""
    picture = tmp_path / "what [if].png"
    done = CliRunner().invoke(app, [*edited, "--picture", str(picture)])
    assert 0 == done.exit_code, done.output
    assert "Told by the edited watchlists only" in done.stdout
    assert "27 Jan" in done.stdout
    assert "No bars stored yet of INTC." in done.stdout
    assert "near misses" in done.stdout
    assert f"wrote {picture}" in done.stdout
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_picture_that_cannot_be_written_is_told_before_anything_is_counted(edited: list[str], tmp_path: Path) -> None:
    """One line with what to do instead, and exit code 2."""
    (tmp_path / "taken.png").mkdir()
    for file, says in (
        (tmp_path / "none/a.png", f"there is no folder {tmp_path / 'none'}: make it first"),
        (tmp_path / "a.jpg", "name one that ends in .png"),
        (tmp_path / "taken.png", "this is a folder: name a file in it"),
        (Path("/proc/a.png"), "/proc/a.png: the picture could not be written: "),
    ):
        done = CliRunner().invoke(app, [*edited, "--picture", str(file)])
        assert (2, True) == (done.exit_code, says in done.stderr), done.output
        assert isinstance(done.exception, SystemExit)
    alone = CliRunner().invoke(app, [*edited[:2], "--picture", str(tmp_path / "a.png")])
    assert (2, True) == (alone.exit_code, "write --what-if 30 too" in alone.stderr)


def test_without_a_stored_day_there_is_no_picture(edited: list[str], tmp_path: Path) -> None:
    """Which is said; no empty frame is written."""
    done = CliRunner().invoke(app, [*edited[:3], "1", "--picture", str(tmp_path / "a.png")])
    assert (0, True) == (done.exit_code, "No picture was drawn" in done.stdout), done.output
    assert not (tmp_path / "a.png").exists()
