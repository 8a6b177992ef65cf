"""Groups and included files: one line on a watchlist for many, and what wins where both are written."""

from pathlib import Path

import pytest

from config.load import load
from config.types import Threshold, Watched, Watchlist
from standins.folders import loaded, told, write

GROUPS = "chips: {about: Chips, companies: [NVDA, TSM, ASML]}\n"


def lists(folder: Path, files: dict[str, str]) -> tuple[Watchlist, ...]:
    """The watchlists of these files, which have nothing wrong with them."""
    result = loaded(folder, files)
    assert () == result.problems
    assert result.config is not None
    return result.config.watchlists


def test_a_group_stands_for_its_companies(tmp_path: Path) -> None:
    """With what is left out of it; a company on its own keeps its own settings, wherever it stands."""
    text = """\
companies:
  - NVDA: {holding: 10}
  - group: Chips
    except: ASML
    thresholds: [{move: 5%}]
  - TSM: {thresholds: [{move: 2%}]}
"""
    (found,) = lists(tmp_path, {"groups.yaml": GROUPS, "watchlists/a.yaml": text})
    assert (
        Watched("nvidia", "NVDA", None, 10.0),
        Watched("tsmc", "TSM", (Threshold(move=0.02),)),
    ) == found.companies


def test_a_group_gives_its_thresholds_to_its_companies(tmp_path: Path) -> None:
    """Of two groups that hold a company, the first counts."""
    groups = f"{GROUPS}power: [ENR.DE, NVDA]\n"
    text = "companies: [{group: chips, thresholds: [{move: 5%}]}, {group: power}]\n"
    (found,) = lists(tmp_path, {"groups.yaml": groups, "watchlists/a.yaml": text})
    rows = (Threshold(move=0.05),)
    assert [("NVDA", rows), ("TSM", rows), ("ASML", rows), ("ENR.DE", None)] == [
        (one.symbol, one.thresholds) for one in found.companies
    ]


def test_the_free_names_of_companies_are_groups_too(tmp_path: Path) -> None:
    """`groups: [tools]` in companies.yaml makes a group of all that carry the name."""
    files = {
        "companies.yaml": (
            "a: {name: Aardvark, symbols: [AA], groups: [tool makers]}\nb: {name: Badger, groups: [tool makers]}\n"
        ),
        "watchlists/a.yaml": "companies: [{group: tool makers}]\n",
    }
    (found,) = lists(tmp_path, files)
    assert ["AA"] == [one.symbol for one in found.companies]


def test_shipped_groups_are_whole_and_can_be_changed(tmp_path: Path) -> None:
    """Every company of every shipped group is known and listed; a user adds to one and takes from it."""
    files = {
        "groups.yaml": "semiconductors: {add: [Siemens Energy], drop: [Intel]}\n",
        "watchlists/a.yaml": "companies: [{group: semiconductors}]\n",
    }
    result = load(write(tmp_path, files))
    assert () == result.problems
    assert result.config is not None
    symbols = [one.symbol for one in result.config.watchlists[0].companies]
    assert "ENR.DE" in symbols
    assert "NVDA" in symbols
    assert "INTC" not in symbols
    for source in result.sources.groups:
        for name in [name for form in source.form.root.values() for name in form.companies or ()]:
            assert name in result.config.by_symbol


def test_an_included_file_says_what_a_watchlist_does_not(tmp_path: Path) -> None:
    """Its settings count where the list is silent, its companies come first; files may include others."""
    files = {
        "watchlists/a.yaml": "include: _usual.yaml\nchannel: '#a'\ncompanies: [TSM]\n",
        "watchlists/b.yaml": "include: [_usual.yaml]\n",
        "watchlists/_usual.yaml": "include: ../shared/rows.yaml\nchannel: '#usual'\nunlinked: yes\ncompanies: [NVDA]\n",
        "shared/rows.yaml": "thresholds: [{move: 7%}]\nchannel: '#rows'\n",
    }
    a, b = lists(tmp_path, files)
    rows = (Threshold(move=0.07),)
    assert ("#a", True, rows, ["NVDA", "TSM"]) == (a.channel, a.unlinked, a.thresholds, [w.symbol for w in a.companies])
    assert ("#usual", True, rows, ["NVDA"]) == (b.channel, b.unlinked, b.thresholds, [w.symbol for w in b.companies])


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {
                "watchlists/a.yaml": "include: _usul.yaml\ncompanies: [NVDA]\n",
                "watchlists/_usual.yaml": "unlinked: no\n",
            },
            [
                "watchlists/_usual.yaml:1:1: no watchlist includes this file: write `include: ...` into one",
                "watchlists/a.yaml:1:10: there is no file _usul.yaml here: did you mean _usual.yaml?",
            ],
        ),
        (
            {"watchlists/a.yaml": "include: ../../x.yaml\ncompanies: [NVDA]\n"},
            [
                (
                    "watchlists/a.yaml:1:10: ../../x.yaml is outside of the configuration folder: "
                    "only files inside can be included"
                ),
            ],
        ),
        (
            {
                "watchlists/a.yaml": "include: _b.yaml\ncompanies: [NVDA]\n",
                "watchlists/_b.yaml": "include: _c.yaml\n",
                "watchlists/_c.yaml": "include: _b.yaml\n",
            },
            ["watchlists/_c.yaml:1:10: _b.yaml includes itself: remove one of the two"],
        ),
        (
            {"watchlists/a.yaml": "include: _b.yaml\n", "watchlists/_b.yaml": "unlinked: no\n"},
            ["watchlists/a.yaml:1:1: companies is missing: add `companies: ...`"],
        ),
        (
            {"watchlists/a.yaml": "companies: [{group: chip}]\n", "groups.yaml": GROUPS},
            ["watchlists/a.yaml:1:21: there is no group chip: did you mean chips?"],
        ),
        (
            {"watchlists/a.yaml": "companies: [{grop: chips}]\n", "groups.yaml": GROUPS},
            ["watchlists/a.yaml:1:13: grop is not known here: did you mean group?"],
        ),
        (
            {"watchlists/a.yaml": "companies: [{group: chips, excpt: [NVDA]}]\n", "groups.yaml": GROUPS},
            ["watchlists/a.yaml:1:28: excpt is not known here: did you mean except?"],
        ),
        (
            {"watchlists/a.yaml": "companies: [{group: chips, except: [ENR.DE]}]\n", "groups.yaml": GROUPS},
            ["watchlists/a.yaml:1:37: ENR.DE is not in the group chips: remove it"],
        ),
        ({"groups.yaml": "chips: {about: x}\n"}, ["groups.yaml:1:1: chips is a new group: add `companies: [...]`"]),
        (
            {"groups.yaml": "chips: [NVDA, NVDIA]\n"},
            ["groups.yaml:1:15: NVDIA is no company known here: did you mean NVDA?"],
        ),
        (
            {"groups.yaml": "chips: {companies: [OpenAI]}\n"},
            ["groups.yaml:1:21: OpenAI is private, so there is no price to watch: remove it"],
        ),
        (
            {"groups.yaml": "Chips: [NVDA]\n"},
            ["groups.yaml:1:1: Chips is no id: write small letters, digits and dashes, like chips"],
        ),
    ],
)
def test_a_wrong_group_or_include_says_what_to_write(
    files: dict[str, str], expected: list[str], tmp_path: Path
) -> None:
    """At the place of the mistake, with the nearest name."""
    assert expected == told(tmp_path, files)
