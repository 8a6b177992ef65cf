"""Files that are no YAML at all, or YAML that can't be meant: one clear line each, with the place to look at."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.load import load
from config.tree import MAX_BYTES, MAX_DEPTH, parse
from standins.folders import told, write

NO_FIT = "this line does not fit the ones above: check its indentation, or a missing `- ` or colon"
NO_COLON = "a colon is missing on this line: write `name: value`, or `- item` in a list"
BRACKET = "the bracket that opens here lacks a comma or is not closed"

BROKEN = [
    ("name: AI: everything\n", "1:9: a second colon on this line: put the text in quotes"),
    ("companies:\n\t- NVDA\n", "2:1: a tab is used for indentation: use spaces"),
    ("name: 'AI\ncompanies: [NVDA]\n", "1:7: the quote that opens here is never closed"),
    ('name: "AI\n', "1:7: the quote that opens here is never closed"),
    ("companies: [NVDA, AMD\n", f"1:12: {BRACKET}"),
    ("thresholds:\n  - {move: 3%, sigma: 2\n  - {move: 5%}\n", f"2:5: {BRACKET}"),
    ("companies: [NVDA}\n", f"1:12: {BRACKET}"),
    ("- NVDA\nname: AI\n", f"2:1: {NO_FIT}"),
    ("companies:\n  - NVDA\n - AMD\n", f"3:2: {NO_FIT}"),
    ("a:\n  b: 1\n c: 2\n", f"3:2: {NO_FIT}"),
    ("name: AI\n channel: x\n", "2:9: this line is indented further than the ones it belongs to"),
    ("name AI\nchannel: x\n", f"1:1: {NO_COLON}"),
    ("name: AI\nchannel\n", f"2:1: {NO_COLON}"),
    (
        "companies:\n  - ASML\n      holding: 3\n",
        "3:14: for a list item with settings of its own, end the line above with a colon",
    ),
    ("channel: @ai\n", "1:10: a text cannot start with this character: put it in quotes"),
    ("move: %3\n", "1:7: a text cannot start with this character: put it in quotes"),
    ("name: *all\n", "1:7: *all points to nothing above it; to write a text that starts with * put it in quotes"),
    ("name: & more\n", "1:8: a text cannot start with & here: put it in quotes"),
    ('name: "C:\\q"\n', "1:11: in double quotes a backslash starts a code: use single quotes, or write \\\\"),
    ('name: "\\UFFFFFFFF"\n', "1:1: this cannot be read as YAML: check the codes after a backslash in double quotes"),
    ("name: | AI\n  more\n", "1:9: after | or > the text starts on the next line, indented"),
    ("name: a\x07b\n", "1:8: the invisible character U+0007 is not allowed: remove it"),
    ("name: AI\n---\nname: AI\n", "2:1: a second document starts here: remove the line ---"),
    ("name: !include x\n", "1:7: !include: tags are not used here; remove it, or put the text in quotes"),
    ("? [a, b]\n: c\n", "1:3: a list or mapping can't be a key here: put the text in quotes"),
    (
        "<<<<<<< mine\nname: AI\n=======\nname: Chips\n>>>>>>> theirs\n",
        "1:1: a merge conflict was left here: keep one side and remove the marker lines",
    ),
    ("", "1:1: the file is empty: write its content, or remove it"),
    (" \n\n", "1:1: the file is empty: write its content, or remove it"),
    ("[" * 5000, f"1:{MAX_DEPTH + 1}: nested more than {MAX_DEPTH} levels deep: is this the right file?"),
    ("- " * 5000, f"1:{2 * MAX_DEPTH + 1}: nested more than {MAX_DEPTH} levels deep: is this the right file?"),
]


@pytest.mark.parametrize(("text", "expected"), BROKEN)
def test_broken_yaml_says_where_and_what_to_write(text: str, expected: str) -> None:
    """One problem, at the place where the mistake was made rather than where the parser noticed."""
    assert [f"ai.yaml:{expected}"] == [str(problem) for problem in parse(text, "ai.yaml").problems]


def test_every_doubled_key_is_told_at_once() -> None:
    """Both doubled keys with the line of their first, not the first of them only."""
    problems = parse("name: a\nchannel: b\nname: c\nchannel: d\n", "ai.yaml").problems
    assert [
        "ai.yaml:3:1: name is written twice, first on line 1: keep one",
        "ai.yaml:4:1: channel is written twice, first on line 2: keep one",
    ] == [str(problem) for problem in problems]


def test_aliases_work_but_cannot_blow_up() -> None:
    """A row of thresholds may be named and used again; a bomb of nine such steps is refused."""
    assert {"a": ["1"], "b": [["1"], ["1"]]} == parse("a: &a ['1']\nb: [*a, *a]\n", "f").root
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
    (problem,) = parse(bomb, "f").problems
    assert "more than 400,000 values with all aliases written out" == problem.message


def test_an_address_in_braces_needs_no_quotes() -> None:
    """A feed in one line is read alike by the C library, which minds the colon, and without it."""
    assert [{"id": "a", "url": "https://x.com/rss"}] == parse("- {id: a, url: https://x.com/rss}\n", "f").root


@pytest.mark.parametrize("ticker", ["ON", "NO", "YES", "TRUE", "1E3", "0700.HK", "000660.KS", "Y", "12:30"])
def test_tickers_that_yaml_takes_for_something_else_stay_text(ticker: str) -> None:
    """Unquoted ON, NO, TRUE and their like are the text that was written."""
    assert [ticker] == parse(f"- {ticker}\n", "f").root


def test_a_file_in_another_encoding_is_told_with_its_place(tmp_path: Path) -> None:
    """Latin-1 and UTF-16 name the first byte that is not UTF-8; a byte order mark is fine."""
    (tmp_path / "aftershock.yaml").write_bytes(b"channel: '#a'\ncontact: J\xfcrgen\n")
    assert [f"{tmp_path}/aftershock.yaml:2:11: this is not UTF-8: save the file with the encoding UTF-8"] == [
        str(problem) for problem in load(tmp_path, shipped=False).problems if problem.fatal
    ]
    (tmp_path / "aftershock.yaml").write_bytes("channel: '#a'\n".encode("utf-16"))
    assert load(tmp_path, shipped=False).config is None
    (tmp_path / "aftershock.yaml").write_bytes(b"\xef\xbb\xbf" + b"channel: '#a'\n")
    config = load(tmp_path, shipped=False).config
    assert config is not None
    assert "#a" == config.settings.channel


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A folder, a dangling link, a pipe or a giant in the place of a file; a file in the place of a folder."""
    (tmp_path / "aftershock.yaml").mkdir()
    (tmp_path / "companies.yaml").symlink_to(tmp_path / "gone")
    os.mkfifo(tmp_path / "relations.yaml")
    (tmp_path / "events.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    (tmp_path / "watchlists").write_text("", encoding="utf-8")
    assert {
        "aftershock.yaml": "this is not a regular file: make a text file here, or remove it",
        "companies.yaml": "there is no such file: make a text file here, or remove it",
        "relations.yaml": "this is not a regular file: make a text file here, or remove it",
        "events.yaml": "larger than 2 MB: is this the right file?",
        "watchlists": "this must be a folder: move the file into a folder of that name",
    } == {Path(problem.file).name: problem.message for problem in load(tmp_path, shipped=False).problems}


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A mistyped --config says so, and how to make one."""
    missing = tmp_path / "nowhere"
    assert [f"{missing}:1:1: there is no such folder: make it with `aftershock init`"] == [
        str(problem) for problem in load(missing, shipped=False).problems
    ]


def test_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    """A syntax error in one file hides nothing in the others; what only follows from it is left out."""
    assert [
        "aftershock.yaml:1:10: a text cannot start with this character: put it in quotes",
        "companies.yaml:1:1: a tab is used for indentation: use spaces",
        "watchlists/ai.yaml:1:9: fundin is no event type: did you mean funding?",
    ] == told(
        tmp_path,
        {
            "aftershock.yaml": "channel: @ai\n",
            "companies.yaml": "\tnvidia: {name: NVIDIA}\n",
            "watchlists/ai.yaml": "events: fundin\ncompanies: [NVDA]\n",
            "watchlists/more.yaml": "companies: [NVDA]\n",
        },
    )


SEED = 'name: AI\nchannel: "#a"\nthresholds:\n  - {move: 3%, sigma: 2}\ncompanies:\n  - NVDA\n  - ASML: {holding: 3}\n'
BITS = st.sampled_from([*"\t\n\r:-#'\"[]{}&*!|>%@`?,~\\\x00 é\u2028", "- ", ": ", "<<: ", "---\n", "\\U00110000"])


@settings(max_examples=150, deadline=None)
@given(edits=st.lists(st.tuples(st.integers(0, len(SEED)), st.integers(0, 5), BITS), min_size=1, max_size=5))
def test_no_edit_makes_a_traceback(edits: list[tuple[int, int, str]], tmp_path_factory: pytest.TempPathFactory) -> None:
    """However a watchlist is mangled, there is a configuration, or problems within the file; never an exception."""
    text = SEED
    for at, cut, put in edits:
        text = text[:at] + put + text[at + cut :]
    folder = write(tmp_path_factory.mktemp("config"), {"watchlists/ai.yaml": text})
    result = load(folder, shipped=False)
    assert (result.config is None) is any(problem.fatal for problem in result.problems)
    assert all(0 <= problem.line <= len(text) + 1 and problem.message for problem in result.problems)
