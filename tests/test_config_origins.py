"""Where each value that counts is written, and what it is over."""

from pathlib import Path

from config.load import load
from config.origins import Line, sections
from standins.folders import loaded, write

FILES = {
    "groups.yaml": "chips: [NVDA, TSM]\n",
    "watchlists/_usual.yaml": "channel: '#usual'\nthresholds:\n  - {move: 4%}\n",
    "watchlists/ai.yaml": "include: _usual.yaml\nunlinked: yes\ncompanies:\n  - group: chips\n  - TSM: {holding: 3}\n",
}


def test_every_value_of_a_watchlist_names_its_file_and_line(tmp_path: Path) -> None:
    """Its own, those of included files, and defaults; a stock of a group points to the line that names the group."""
    found = {one.title: one.lines for one in sections(loaded(tmp_path, FILES), tmp_path)}
    lines = {line.key: line for line in found["watchlist ai"]}
    assert Line("channel", "#usual", "watchlists/_usual.yaml:1:10") == lines["channel"]
    assert Line("thresholds[1]", "{move: 4%}", "watchlists/_usual.yaml:3:5") == lines["thresholds[1]"]
    assert Line("unlinked", "yes", "watchlists/ai.yaml:2:11") == lines["unlinked"]
    assert Line("events", "any", "default") == lines["events"]
    assert Line("cooldown", "30 min", "default") == lines["cooldown"]
    assert Line("NVDA", "", "watchlists/ai.yaml:4:5") == lines["NVDA"]
    assert Line("TSM", "holding 3", "watchlists/ai.yaml:5:5") == lines["TSM"]


def test_a_setting_names_what_it_is_over(tmp_path: Path) -> None:
    """The shipped value with its own place; of the companies only what the user wrote is told."""
    files = {"aftershock.yaml": "schedule: {news: 2 min}\n", "companies.yaml": "nvidia: {brands: [Rubin]}\n"}
    result = load(write(tmp_path, files))
    found = {one.title: one.lines for one in sections(result, tmp_path)}
    lines = {line.key: line for line in found["settings"]}
    assert ("2 min", "aftershock.yaml:1:18") == (lines["schedule.news"].value, lines["schedule.news"].where)
    over = lines["schedule.news"].over
    assert over
    assert ("5 min", True) == (over.value, over.where.startswith("shipped aftershock.yaml:"))
    assert lines["schedule.prices"].where.startswith("shipped aftershock.yaml:")
    assert Line("severity.alarm.times", "4", "default") == lines["severity.alarm.times"]
    assert Line("quiet_hours", "none", "default") == lines["quiet_hours"]
    (brands,) = found["companies"]
    assert ("nvidia.brands", "[Rubin]", "companies.yaml:1:18") == (brands.key, brands.value, brands.where)
    assert brands.over
    assert brands.over.where.startswith("shipped companies.yaml:")
