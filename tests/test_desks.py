"""What commands reach: the ledger, and the watchlists' own files."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from alerts.asking import AskingError
from alerts.types import Command, Verb
from config.conditions import row_of, written
from config.load import load
from config.types import Config, Threshold
from monitor.desks import furnished
from monitor.places import Places
from standins.folders import COMPANIES, write
from test_telling import CALENDARS, OPEN, config, desk, watchlist
from test_telling import Desk as Prices

__all__ = ["desk"]

LIST = """\
name: Two
channel: "#ai"
companies:
  - NVDA   # the one
  - ASML.AS: {thresholds: [{move: 8%}, {sigma: 3, value_change: $1.5B}]}
"""


@pytest.fixture(name="places")
def _places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """A small world in which nothing is shipped."""
    for module in ("config.listing", "config.edit"):
        monkeypatch.setattr(f"{module}.load", partial(load, shipped=False))
    folder = write(tmp_path / "config", {"companies.yaml": COMPANIES, "watchlists/two.yaml": LIST})
    return Places(folder, tmp_path / "state")


def reading(places: Places) -> Callable[[], Config]:
    """The configuration as it is in the folder."""

    def read() -> Config:
        found = load(places.config, shipped=False)
        assert found.config is not None, found.problems
        return found.config

    return read


async def test_less_like_this_raises_every_row_in_the_file(desk: Prices, places: Places) -> None:
    """All rows that count for the stock are written, as one writes them; the rest of the file stays."""
    read = reading(places)
    office = furnished(desk.store, read, CALENDARS, lambda: OPEN, places)
    answer = await office.obey(Command(Verb.LESS, "@ana", "ASML.AS", "", "#ai"))
    said = "{move: 12%}, {sigma: 4.5, value_change: $2.25B}"
    assert f"ASML.AS is told less from now on: ASML.AS on the list Two has new settings: {said}" == answer.text
    raised = LIST.replace("8%", "12%").replace("sigma: 3, value_change: $1.5B", "sigma: 4.5, value_change: $2.25B")
    assert raised == (places.config / "watchlists/two.yaml").read_text(encoding="utf-8")
    rows = (Threshold(move=0.12), Threshold(sigma=4.5, value_change=2.25e9))
    assert rows == read().watchlists[0].companies[1].thresholds


async def test_a_stock_is_watched_from_a_channel(desk: Prices, places: Places) -> None:
    """On the channel's list, with its threshold; what cannot be is said."""
    office = furnished(desk.store, reading(places), CALENDARS, lambda: OPEN, places)
    answer = await office.obey(Command(Verb.WATCH, "@ana", "siemens energy", "4.5%", "#ai"))
    assert "ENR.DE is watched now, on the list Two: {move: 4.5%}" == answer.text
    assert "  - ENR.DE: {thresholds: [{move: 4.5%}]}  # Siemens Energy\n" in (
        places.config / "watchlists/two.yaml"
    ).read_text(encoding="utf-8")
    with pytest.raises(AskingError, match="NVDA is on the watchlist Two already"):
        await office.obey(Command(Verb.WATCH, "@ana", "NVDA", "", "#ai"))


async def test_why_is_answered_from_the_ledger(desk: Prices) -> None:
    """In a few lines; of what nothing is known, that is said. Without a folder no list is changed."""
    one = config(watchlist("NVDA"))
    office = furnished(desk.store, lambda: one, CALENDARS, lambda: OPEN, None)
    with pytest.raises(AskingError, match="no look at its price was decided on"):
        await office.obey(Command(Verb.WHY, "@ana", "NVDA"))
    await desk.tell(one, 5, NVDA=95.0)
    answer = await office.obey(Command(Verb.WHY, "@ana", "nvidia"))
    assert answer.text.startswith("NVDA · NVIDIA · told at 13:35 UTC: ")
    assert "-5.00 % from 100.00 to 95.00 USD" in answer.text
    for day in ("NVDA 2025-03-12", "nvidia 13:40", "NVDA 2025-03-12 13:40"):
        assert answer.text == (await office.obey(Command(Verb.WHY, "@ana", day))).text
    with pytest.raises(AskingError, match=r"nothing was decided then\. There is something of 2025-03-12"):
        await office.obey(Command(Verb.WHY, "@ana", "NVDA 2025-03-11"))
    with pytest.raises(AskingError, match="edit the file"):
        await office.obey(Command(Verb.LESS, "@ana", "NVDA", "", "#ai"))


@pytest.mark.parametrize(
    "row",
    [
        Threshold(move=0.07),
        Threshold(sigma=3.75),
        Threshold(value_change=7.5e8),
        Threshold(move=0.0075, value_change=1.25e12),
        Threshold(sigma=0.5, value_change=1500.0),
        Threshold(value_change=15.0),
    ],
    ids=str,
)
def test_a_row_is_written_as_it_is_read(row: Threshold, places: Places) -> None:
    """Its text means the same row."""
    said = ", ".join(f"{value} sigma" if key == "sigma" else value for key, value in written(row).items())
    assert written(row) == row_of([said])
    lines = ", ".join(f"{key}: {value}" for key, value in written(row).items())
    write(places.config, {"watchlists/two.yaml": LIST.replace("move: 8%", lines)})
    watched = reading(places)().watchlists[0].companies[1]
    assert row == (watched.thresholds or ())[0]
