"""`watch` and `unwatch`: one line of a user's file changes, and every comment and every other byte stays."""

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import listings
from config.conditions import row_of
from config.edit import EditError
from config.listing import unwatch, watch
from config.load import load
from config.starting import STARTER, Choice, write_starter
from config.types import Config, Threshold
from standins.folders import COMPANIES, write

LIST = """\
# Mine.
name: AI   # as in messages
channel: "#ai"

companies:
    # Chips
    - NVDA          # the one
    - AMD: {holding: 5}

    # Lithography
    - ASML.AS:
        thresholds:
          - {move: 4%}

    # Others
    - group: quantum
unlinked: yes   # also these
"""


KNOWN = {
    "companies.yaml": f"""{COMPANIES}
amd: {{name: Advanced Micro Devices, symbols: [AMD]}}
advantest: {{name: Advantest, symbols: [6857.T]}}
ionq: {{name: IonQ, symbols: [IONQ]}}
rigetti: {{name: Rigetti Computing, symbols: [RGTI]}}
d-wave: {{name: D-Wave Quantum, symbols: [QBTS]}}
""",
    "groups.yaml": "quantum: [IONQ, RGTI, QBTS]\n",
}
"""A world small enough to be read often."""


@pytest.fixture(name="small")
def _small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with that world, in which nothing is shipped."""
    for module in ("config.listing", "config.edit"):
        monkeypatch.setattr(f"{module}.load", partial(load, shipped=False))
    return write(tmp_path, KNOWN)


def config(folder: Path, *, shipped: bool = False) -> Config:
    """The folder's configuration, of which nothing is wrong."""
    result = load(folder, shipped=shipped)
    assert () == result.problems
    assert result.config is not None
    return result.config


def after(folder: Path) -> str:
    """The list as it is now."""
    return (folder / "watchlists/ai.yaml").read_bytes().decode()


@pytest.fixture(name="folder")
def _folder(small: Path) -> Path:
    return write(small, {"watchlists/ai.yaml": LIST})


def test_a_stock_is_added_in_the_form_of_the_list(folder: Path) -> None:
    """After the last entry, in its column, with its name where the symbol does not say it; nothing else changes."""
    done = watch(folder, "Advantest", [row_of(["4%", "2.5 sigma"])])
    assert "6857.T is watched now, on the list AI: {move: 4%, sigma: 2.5}" == done.said
    line = "    - 6857.T: {thresholds: [{move: 4%, sigma: 2.5}]}  # Advantest\n"
    assert LIST.replace("    - group: quantum\n", f"    - group: quantum\n{line}") == after(folder)
    entry = next(w for w in config(folder).watchlists[0].companies if w.symbol == "6857.T")
    assert (Threshold(move=0.04, sigma=2.5),) == entry.thresholds


def test_a_stock_gets_a_threshold_in_its_own_line(folder: Path) -> None:
    """Its comment stays; one with settings keeps those that are not given."""
    watch(folder, "nvidia", [row_of(["$20B"])])
    assert LIST.replace("- NVDA ", "- NVDA: {thresholds: [{value_change: $20B}]} ") == after(folder)
    watch(folder, "AMD", [row_of(["5%"])])
    assert "    - AMD: {holding: 5, thresholds: [{move: 5%}]}\n" in after(folder)
    watch(folder, "ASML.AS", (), holding="7")
    assert "          - {move: 4%}\n" in after(folder)
    assert all(comment in after(folder) for comment in ("# Mine.", "# the one", "# Lithography", "# also these"))
    assert [5.0] == [w.holding for w in config(folder).watchlists[0].companies if w.symbol == "AMD"]


def test_a_stock_of_a_group_gets_an_entry_of_its_own(folder: Path) -> None:
    """Which wins over the group's."""
    watch(folder, "IONQ", (), holding="1,200")
    assert '    - IONQ: {holding: "1,200"}\n' in after(folder)
    assert [1200.0] == [w.holding for w in config(folder).watchlists[0].companies if w.symbol == "IONQ"]


@pytest.mark.parametrize(
    ("symbol", "gone"),
    [
        ("NVDA", "    - NVDA          # the one\n"),
        ("AMD", "    - AMD: {holding: 5}\n"),
        ("ASML.AS", "    - ASML.AS:\n        thresholds:\n          - {move: 4%}\n"),
    ],
)
def test_a_stock_is_taken_off_with_its_own_lines_only(symbol: str, gone: str, folder: Path) -> None:
    """The comment above the next ones stays."""
    (done,) = unwatch(folder, symbol)
    assert f"{symbol} is no longer watched on the list AI" == done.said
    assert LIST.replace(gone, "") == after(folder)
    assert symbol not in [w.symbol for w in config(folder).watchlists[0].companies]


def test_a_stock_of_a_group_is_excepted(folder: Path) -> None:
    """A second one joins the first; with its last stock the group goes."""
    unwatch(folder, "IONQ")
    assert LIST.replace("    - group: quantum\n", "    - group: quantum\n      except: [IONQ]\n") == after(folder)
    unwatch(folder, "Rigetti Computing")
    assert {"IONQ", "RGTI"}.isdisjoint(w.symbol for w in config(folder).watchlists[0].companies)
    unwatch(folder, "QBTS")
    assert "group" not in after(folder)
    assert "# Lithography" in after(folder)


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("companies: [NVDA, AMD]\n", "companies: [NVDA, AMD, TSM]\n"),
        ("companies:\n- NVDA\n- AMD", "companies:\n- NVDA\n- AMD\n- TSM\n"),
        ("companies:\r\n  - NVDA\r\n", "companies:\r\n  - NVDA\r\n  - TSM\r\n"),
        ("companies:\n  - NVDA\n# the end\n", "companies:\n  - NVDA\n  - TSM\n# the end\n"),
        ("include: _chips.yaml\n", "include: _chips.yaml\ncompanies:\n  - TSM\n"),
    ],
)
def test_every_way_to_write_a_list_is_kept(before: str, expected: str, small: Path) -> None:
    """Brackets, dashes under the key, Windows line ends, no line end, no list of its own."""
    write(small, {"watchlists/_chips.yaml": "companies: [NVDA]\n"} if "include" in before else {})
    (small / "watchlists").mkdir(exist_ok=True)
    (small / "watchlists/ai.yaml").write_bytes(before.encode())
    watch(small, "TSM", ())
    assert expected == after(small)


def test_without_a_list_the_starter_comes_first(tmp_path: Path) -> None:
    """So that what was watched without any file stays watched."""
    watch(tmp_path / "new", "Intel", [row_of(["6%"])])
    companies = config(tmp_path / "new", shipped=True).watchlists[0].companies
    assert 46 == len(companies)
    assert [(Threshold(move=0.06),)] == [w.thresholds for w in companies if w.symbol == "INTC"]


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (lambda f: watch(f, "NVDIA", ()), "NVDIA is no company known here: did you mean NVDA?"),
        (lambda f: watch(f, "OpenAI", ()), "OpenAI is private, so there is no price to watch"),
        (lambda f: watch(f, "NVDA", ()), "NVDA is on the watchlist AI already"),
        (lambda f: watch(f, "TSM", (), watchlist="Power"), "there is no watchlist Power: there is AI"),
        (lambda f: watch(f, "TSM", (), holding="lots"), "lots is not a number: write it like 1200"),
        (lambda f: unwatch(f, "TSM"), "TSM is on no watchlist of yours"),
        (lambda f: watch(f, "TSM", [row_of(["3"])]), "3 of what? Write 3% if that is meant"),
        (lambda f: watch(f, "TSM", [row_of(["3%", "4%"])]), "4%: move is given twice, as 3% before: write one"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_changes(
    ask: Callable[[Path], object], expected: str, folder: Path
) -> None:
    """In one line for the person who asked."""
    with pytest.raises(EditError) as refused:
        ask(folder)
    assert expected in str(refused.value)
    assert LIST == after(folder)


def test_the_last_stock_stays(small: Path) -> None:
    """An empty list would be wrong; the file can be removed instead."""
    write(small, {"watchlists/ai.yaml": "companies: [NVDA]\n"})
    with pytest.raises(EditError, match="the last stock on ai"):
        unwatch(small, "NVDA")


def test_a_broken_file_is_mended_first(small: Path) -> None:
    """Nothing is written into a file that is wrong already."""
    write(small, {"watchlists/ai.yaml": "companies: [NVDA\n"})
    with pytest.raises(EditError, match="mend this first, nothing was changed"):
        watch(small, "TSM", ())
    assert "companies: [NVDA\n" == after(small)


def test_without_a_list_of_ones_own_the_starter_is_changed_and_said(tmp_path: Path) -> None:
    """What was watched stays watched; a name that is not known writes nothing."""
    with pytest.raises(EditError, match="is no company known here"):
        unwatch(tmp_path, "Nobody & Daughters")
    assert [] == list(tmp_path.iterdir())
    (done,) = unwatch(tmp_path, "AMD")
    assert f"AMD is no longer watched on the list AI complex; the starter was written to {tmp_path}" in done.said
    watched = {w.symbol for w in config(tmp_path, shipped=True).watchlists[0].companies}
    assert ("NVDA" in watched, "AMD" in watched) == (True, False)
    assert "the starter" not in watch(tmp_path, "AMD", ()).said


def test_what_a_shell_leaves_of_a_market_value_is_explained() -> None:
    """`$20B` without quotes arrives as 0B."""
    with pytest.raises(EditError, match=r"0B is not a percentage.*in quotes, '\$20B'"):
        row_of(["0B"])


def test_a_start_writes_what_was_chosen(tmp_path: Path) -> None:
    """Groups, channel, threshold, quiet hours and contact, with every comment of the starter."""
    choice = Choice("#desk", "me@example.com", "after 22:00 Europe/Berlin", "4%", ("nuclear", "quantum"))
    written = write_starter(tmp_path, choice)
    assert len(STARTER) == len(written)
    made = config(tmp_path, shipped=True)
    (watchlist,) = made.watchlists
    assert "Nuclear, quantum" == watchlist.name
    assert ("#desk", "#desk", "me@example.com") == (made.settings.channel, watchlist.channel, made.settings.contact)
    assert made.settings.quiet is not None
    assert Threshold(move=0.04, sigma=2.5) == watchlist.thresholds[0]
    assert {"OKLO", "IONQ"} <= {w.symbol for w in watchlist.companies}
    assert "NVDA" not in {w.symbol for w in watchlist.companies}
    assert (tmp_path / ".schemas/watchlist.json").is_file()
    assert "# What `aftershock why`" in (tmp_path / "watchlists/ai.yaml").read_text(encoding="utf-8")


COMMENTS = st.sampled_from(["", "  # why", "   # é: - NVDA"])
BETWEEN = st.sampled_from(["", "\n", "    # Section\n", "\n# At the margin\n", "      \n"])
ENTRIES = st.sampled_from(
    [
        "NVDA",
        "ASML.AS",
        '"TSM"',
        "ENR.DE: {holding: 3}",
        "AMD:\n        holding: 4",
        "Rigetti Computing",
        "group: quantum",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    entries=st.lists(ENTRIES, min_size=2, max_size=5, unique_by=lambda text: text[:3]),
    comments=st.lists(COMMENTS, min_size=5, max_size=5),
    between=st.lists(BETWEEN, min_size=5, max_size=5),
    indent=st.sampled_from(["", "  ", "    "]),
    end=st.sampled_from(["\n", "\r\n"]),
    start=st.sampled_from(["", "\ufeff", "# Head\n---\n"]),
    tail=st.sampled_from(["", "unlinked: yes  # too\n", "\n# The end\n"]),
)
def test_what_is_put_on_can_be_taken_off_without_a_trace(
    entries: list[str],
    comments: list[str],
    between: list[str],
    indent: str,
    end: str,
    start: str,
    tail: str,
    small: Path,
) -> None:
    """Whatever the list looks like, it is byte for byte the same again, and only one line longer in between."""
    rows = [
        f"{gap}{indent}- {entry}{'' if chr(10) in entry else comment}\n"
        for entry, comment, gap in zip(entries, comments, between, strict=False)
    ]
    text = f"{start}name: AI\ncompanies:  # all\n{''.join(rows)}{tail}".replace("\n", end)
    path = small / "watchlists/ai.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode())
    watch(small, "Advantest", [{"move": "4%"}])
    assert len(text.splitlines()) + 1 == len(after(small).splitlines())
    unwatch(small, "6857.T")
    assert text == after(small)


def test_a_company_that_only_the_refreshed_table_knows_is_watched(folder: Path, tmp_path: Path) -> None:
    """As `companies update` brought it; and the settings that a stock has already are no change."""
    table = tmp_path / "state" / "listings.tsv.gz"
    listings.write(table, listings.pack([listings.Row("zest", "Zest", ("ZEST",))], date(2030, 1, 1)))
    with pytest.raises(EditError, match="no company known"):
        watch(folder, "Zest", [row_of(["4%"])])
    watch(folder, "Zest", [row_of(["4%"])], refreshed=table)
    assert "- ZEST: {thresholds: [{move: 4%}]}" in after(folder)
    with pytest.raises(EditError, match="ZEST on the list AI has these settings already"):
        watch(folder, "ZEST", [row_of(["4%"])], refreshed=table)
    assert ["ZEST is no longer watched on the list AI"] == [one.said for one in unwatch(folder, "zest", "", table)]
