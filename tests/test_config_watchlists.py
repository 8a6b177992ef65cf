"""Watchlists: what an entry may be, what it turns into, and what every mistake says."""

from datetime import timedelta
from pathlib import Path

import pytest

from config.types import (
    DEFAULT_THRESHOLDS,
    Config,
    EventType,
    RelationKind,
    Threshold,
    Watched,
    Watchlist,
)
from standins.folders import loaded, told, write


def made(folder: Path, files: dict[str, str]) -> Config:
    """The configuration of these files, which have nothing wrong with them."""
    result = loaded(folder, files)
    assert () == result.problems
    assert result.config is not None
    return result.config


def test_a_full_watchlist_is_read_as_written(tmp_path: Path) -> None:
    """Symbols, names and ids find their listing; own settings count for their company only."""
    config = made(
        tmp_path,
        {
            "watchlists/ai.yaml": """\
name: AI complex
channel: "#ai-aftershocks"
events: [model_release, Export Control]
follow: [supplier, power]
unlinked: yes
cooldown: 45 min
thresholds:
  - {move: 3%, sigma: 2.5}
  - {value_change: $50B, sigma: 1.5}
companies:
  - nvda
  - Siemens Energy
  - tsmc
  - ASML.AS: {thresholds: [{move: 4%}], holding: "1,200"}
"""
        },
    )
    assert (
        Watchlist(
            name="AI complex",
            channel="#ai-aftershocks",
            companies=(
                Watched("nvidia", "NVDA"),
                Watched("siemens-energy", "ENR.DE"),
                Watched("tsmc", "TSM"),
                Watched("asml", "ASML.AS", (Threshold(move=0.04),), 1200.0),
            ),
            thresholds=(Threshold(move=0.03, sigma=2.5), Threshold(value_change=50e9, sigma=1.5)),
            events=frozenset({EventType.MODEL_RELEASE, EventType.EXPORT_CONTROL}),
            follow=frozenset({RelationKind.SUPPLIER, RelationKind.POWER}),
            unlinked=True,
            cooldown=timedelta(minutes=45),
        ),
    ) == config.watchlists


def test_a_watchlist_of_one_line_takes_the_defaults(tmp_path: Path) -> None:
    """Only companies are needed: the file names the list, the settings its channel."""
    config = made(
        tmp_path,
        {"aftershock.yaml": 'channel: "#desk"\n', "watchlists/chips.yaml": "events: any\ncompanies: [NVDA]\n"},
    )
    (watchlist,) = config.watchlists
    assert ("chips", "#desk") == (watchlist.name, watchlist.channel)
    assert DEFAULT_THRESHOLDS == watchlist.thresholds
    assert None is watchlist.events
    assert frozenset(RelationKind) == watchlist.follow


def test_follow_nothing_means_named_companies_only(tmp_path: Path) -> None:
    """An empty list of relations is respected, and `any` is all of them."""
    config = made(
        tmp_path,
        {
            "watchlists/a.yaml": "follow: []\ncompanies: [NVDA]\n",
            "watchlists/b.yaml": "follow: any\ncompanies: [NVDA]\n",
        },
    )
    assert [frozenset(), frozenset(RelationKind)] == [watchlist.follow for watchlist in config.watchlists]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("companies: [NVDA]\nchanel: x\n", "2:1: chanel is not known here: did you mean channel?"),
        (
            "companies: [NVDA]\ncolour: x\n",
            (
                "2:1: colour is not known here: "
                "known are include, channel, events, follow, thresholds, companies, unlinked, cooldown, name"
            ),
        ),
        ("name: AI\n", "1:1: companies is missing: add `companies: ...`"),
        ("companies:\n", "1:1: nothing is listed here: write `- ...`, one a line"),
        ("companies: []\n", "1:12: no company is on this list: add one, like `- NVDA`"),
        ("companies: NVDA\n", "1:12: a list is expected here: write [NVDA], or `- NVDA` on a line of its own"),
        ("companies:\n  -NVDA\n", "2:3: a space is missing after the dash: write `- name`, one a line"),
        ("companies: {NVDA: }\n", "1:12: a list is expected here: put `- ` before each entry"),
        (
            "- NVDA\n",
            "1:1: `name: value` lines are expected here, not a list: remove the dash, or indent it under a name",
        ),
        ("NVDA\n", "1:1: NVDA stands alone: write it with its name, `name: NVDA`"),
        (
            "thresholds: [{move: 'much\n\n more'}]\ncompanies: [NVDA]\n",
            "1:21: much more is not a percentage: write it like 3%",
        ),
        (
            "companies:\n  - NVDA: 'a\n\n  b'\n",
            "2:11: a b stands alone: write what it is, like {holding: a b}",
        ),
        ("# nothing yet\n", "1:1: there is nothing here: write `name: value` lines below, or remove it"),
        (
            "companies:\n  - ASML:\n    holding: 3\n",
            "2:5: one company per entry: put a dash before holding, or indent it further if it is a setting of ASML",
        ),
        (
            "companies:\n  - ASML: {holding: 1,200}\n",
            "2:23: a comma in braces ends the value, so 200 stands alone: write numbers without commas, or in quotes",
        ),
        ("companies:\n  - ASML: {hold: 3}\n", "2:12: hold is not known here: did you mean holding?"),
        ("companies:\n  - ASML: 3\n", "2:11: 3 stands alone: write what it is, like {holding: 3}"),
        (
            "companies: [NVDA]\nchannel: #ai\n",
            '2:1: there is nothing here: write the channel in quotes, "#name", or # begins a comment',
        ),
        (
            "companies: [NVDA]\nchannel: AI Desk\n",
            '2:10: AI Desk is no Slack channel: write "#ai-desk" with its quotes, or a channel ID',
        ),
        ("companies: [NVDA]\nevents: fundin\n", "2:9: fundin is no event type: did you mean funding?"),
        ("companies: [NVDA]\nevents: []\n", "2:9: the list is empty: write at least one entry, or remove the line"),
        ("companies: [NVDA]\nevents:\n", "2:1: there is nothing here: write a value, or remove the line"),
        ("companies: [NVDA]\nfollow: [suplier]\n", "2:10: suplier is no kind of relation: did you mean supplier?"),
        ("companies: [NVDA]\nunlinked: maybe\n", "2:11: maybe is neither yes nor no: write true or false"),
        ("companies: [NVDA]\ncooldown: 30\n", "2:11: 30 is not a time span: write 30 min or 30 s"),
        ("companies: [NVDA]\nthresholds: {move: 3%}\n", "2:13: a list is expected here: put `- ` before each entry"),
        (
            "companies: [NVDA]\nthresholds: [3%]\n",
            "2:14: 3% stands alone: write the condition with its name, like {move: 3%}",
        ),
        (
            "companies: [NVDA]\nthresholds: []\n",
            "2:13: the list is empty: write at least one entry, or remove the line",
        ),
        (
            "companies: [NVDA]\nthresholds: [{}]\n",
            "2:14: this row asks for nothing: write at least one of move, sigma, value_change",
        ),
        ("companies: [NVDA]\nthresholds: [{move: 0.03}]\n", "2:21: 0.03 of what? Write 3% if that is meant"),
        ("companies: [NVDA]\nthresholds: [{sigma: 2x}]\n", "2:22: 2x is not a plain number: write it like 3 or 0.5"),
        ("companies: [NVDA]\nthresholds: [{sigma: 0}]\n", "2:22: 0 cannot be: write more than 0"),
        (
            "companies: [NVDA]\nthresholds: [{value_change: 50B}]\n",
            "2:29: 50B is not an amount in US dollars: write $50B",
        ),
        (
            "companies:\n  - OpenAI\n",
            (
                "2:5: OpenAI is private, so there is no price to watch: remove it "
                "(its news still reaches the listed companies it is related to)"
            ),
        ),
        (
            "companies: [NVDA, NVDA]\n",
            "1:19: NVDA is on this list already, on line 1: remove one",
        ),
        (
            "companies:\n  - NVDA\n  - NVIDIA: {holding: 3}\n",
            "3:5: NVDA is on this list already, on line 2: remove one",
        ),
        (
            "companies:\n  - ASML\n  - ASML.AS\n",
            "3:5: ASML.AS is another listing of ASML (line 2): the company will be watched twice",
        ),
    ],
)
def test_a_wrong_watchlist_says_what_to_write(text: str, expected: str, tmp_path: Path) -> None:
    """One line with file, line and column for each mistake."""
    assert [f"watchlists/ai.yaml:{expected}"] == told(tmp_path, {"watchlists/ai.yaml": text})


def test_an_unknown_ticker_says_what_was_meant_and_how_to_add_it(tmp_path: Path) -> None:
    """The nearest name, and the very lines for companies.yaml; an unknown listing says which are known."""
    add = "To watch one that is not known yet, add it to companies.yaml:"
    text = "companies:\n  - NVDIA\n  - Volkswagen\n  - ASML.PA: {holding: 1}\n"
    assert [
        f"2:5: NVDIA: did you mean NVDA? {add} `nvdia: {{name: ..., symbols: [NVDIA]}}`",
        f"3:5: Volkswagen is no company known here. {add} `volkswagen: {{name: ..., symbols: [ITS-SYMBOL]}}`",
        (
            "4:5: ASML.PA is no listing of ASML known here: write one of ASML, ASML.AS, "
            "or add it to companies.yaml: `asml: {symbols: [ASML, ASML.AS, ASML.PA]}`"
        ),
    ] == [line.removeprefix("watchlists/ai.yaml:") for line in told(tmp_path, {"watchlists/ai.yaml": text})]


def test_the_lines_that_a_message_offers_mend_the_mistake(tmp_path: Path) -> None:
    """What the message says to add to companies.yaml is understood there."""
    companies = "volkswagen: {name: Volkswagen, symbols: [VOW3.DE]}\nasml: {name: ASML, symbols: [ASML, ASML.PA]}\n"
    config = made(tmp_path, {"companies.yaml": companies, "watchlists/ai.yaml": "companies: [VOW3.DE, ASML.PA]\n"})
    assert ("volkswagen", "asml") == tuple(entry.company for entry in config.watchlists[0].companies)


def test_all_mistakes_of_a_list_come_at_once_in_order(tmp_path: Path) -> None:
    """Mistakes of form and unknown names in one file make one line each, from top to bottom, each at its place."""
    text = """\
chanel: x
events: [fundin]
thresholds:
  - {move: 0.03, sigma: x}
  - {}
cooldown: 30
companies:
  - ASML: {holdin: 2}
  - [a]
  - NVDIA
  - OpenAI
  - TSM: {thresholds: [{move: 3}]}
  - TSMM
"""
    assert ["1:1", "2:10", "4:12", "4:25", "5:5", "6:11", "8:12", "9:5", "10:5", "11:5", "12:31", "13:5"] == [
        line.split(".yaml:")[1].split(": ")[0] for line in told(tmp_path, {"watchlists/ai.yaml": text})
    ]


def test_a_broken_companies_file_makes_no_strangers_of_its_companies(tmp_path: Path) -> None:
    """One wrong key in companies.yaml is one line, not one more for every company that is watched or related."""
    files = {
        "companies.yaml": "acme:\n  name: Acme\n  symbols: [ACME]\n  alias: [A C]\nbeta:\n  nam: Beta\n",
        "watchlists/ai.yaml": "companies: [ACME, BETA]\n",
        "relations.yaml": "acme: {supplier: [{to: beta, strength: 0.5}]}\n",
    }
    assert [
        "companies.yaml:4:3: alias is not known here: did you mean aliases?",
        "companies.yaml:5:1: beta is a new company: add `name: ...`",
        "companies.yaml:6:3: nam is not known here: did you mean name?",
    ] == told(tmp_path, files)


def test_a_stock_listed_twice_alike_is_only_a_warning(tmp_path: Path) -> None:
    """The same entry again changes nothing; the list is used with one of them."""
    config = loaded(tmp_path, {"watchlists/ai.yaml": "companies: [NVDA, Nvidia]\n"}).config
    assert config is not None
    assert (Watched("nvidia", "NVDA"),) == config.watchlists[0].companies


def test_two_lists_cannot_share_a_name(tmp_path: Path) -> None:
    """An alert says which list it is from, so names are told apart."""
    files = {"watchlists/a.yaml": "name: AI\ncompanies: [NVDA]\n", "watchlists/b.yaml": "name: AI\ncompanies: [TSM]\n"}
    assert ["watchlists/b.yaml:1:1: the name AI is taken (watchlists/a.yaml, line 1): change one"] == told(
        tmp_path, files
    )


def test_files_that_editors_leave_behind_are_no_watchlists(tmp_path: Path) -> None:
    """Swap files, locks and backups are ignored; a .yml and a mistyped name are pointed out."""
    write(tmp_path, {"watchlists/.ai.yaml.swp": "x", "watchlists/ai.yaml~": "x", "watchlists/#ai.yaml#": "x"})
    (tmp_path / "watchlists" / ".#ai.yaml").symlink_to("someone@host.1:2")
    assert [
        "aftershok.yaml:1:1: this file is not read: did you mean aftershock.yaml?",
        "feeds.yaml:1:1: this file is not read: write your feeds into aftershock.yaml, under feeds: add:",
        "tech.yaml:1:1: this file is not read: watchlists belong into the folder watchlists",
        "watchlists/more.yml:1:1: this file is not read: name it more.yaml",
    ] == told(
        tmp_path,
        {
            "watchlists/ai.yaml": "companies: [NVDA]\n",
            "watchlists/more.yml": "companies: [NVDA]\n",
            "aftershok.yaml": "",
            "feeds.yaml": "",
            "tech.yaml": "",
        },
    )


def test_watchlists_in_a_folder_that_is_not_read_are_pointed_out(tmp_path: Path) -> None:
    """A folder's name with a mistake, and one folder too deep; what a list includes from there is read."""
    files = {
        "watchlist/ai.yaml": "companies: [NVDA]\n",
        "notes/plan.yaml": "x: 1\n",
        "watchlists/ai.yaml": "include: shared/usual.yaml\ncompanies: [NVDA]\n",
        "watchlists/shared/usual.yaml": 'channel: "#ai"\n',
        "watchlists/shared/chips.yaml": "companies: [TSM]\n",
    }
    assert [
        "watchlist/ai.yaml:1:1: this file is not read: call the folder watchlists, not watchlist",
        "watchlists/shared/chips.yaml:1:1: this file is not read: put it into the folder watchlists itself",
    ] == told(tmp_path, files)
