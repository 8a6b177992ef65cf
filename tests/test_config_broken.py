"""Two hundred broken files, one mistake each, with the place and the words that each must be told with.

`broken/` holds the files; the part before `--` says what each one is. `broken/expected.json` holds what is said. A file
that a user got no help from belongs there too.
"""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.load import load
from config.types import Problem
from standins.folders import COMPANIES, write

BROKEN = Path(__file__).parent / "broken"
EXPECTED = json.loads((BROKEN / "expected.json").read_text(encoding="utf-8"))
PLACES = {"watchlist": "watchlists/ai.yaml"}
"""Where a kind of file stands in a folder, if not under its own name."""
AROUND = {"companies.yaml": COMPANIES, "groups.yaml": "power: [ENR.DE]\n"}
SEEDS = sorted(file.name for file in BROKEN.glob("*.yaml"))


def problems(folder: Path, kind: str, content: bytes) -> tuple[Problem, ...]:
    """What is told of a folder with that file in it."""
    around = {} if kind == "companies" else AROUND
    write(folder, {**around, "companies.yaml": COMPANIES})
    target = folder / PLACES.get(kind, f"{kind}.yaml")
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(content)
    result = load(folder, shipped=False)
    assert (result.config is None) is any(problem.fatal for problem in result.problems)
    return result.problems


def test_the_corpus_is_whole() -> None:
    """Every file has its expected words, and there are enough of them."""
    assert SEEDS == sorted(EXPECTED)
    assert len(SEEDS) >= 120


@pytest.mark.parametrize("name", SEEDS)
def test_a_broken_file_says_where_and_what_to_write(name: str, tmp_path: Path) -> None:
    """Line, column and words as expected, everything that is wrong at once, warnings marked as such."""
    found = problems(tmp_path, name.partition("--")[0], (BROKEN / name).read_bytes())
    assert EXPECTED[name] == [
        f"{'' if problem.fatal else 'warning: '}{problem}".replace(f"{tmp_path}/", "") for problem in found
    ]
    assert found


GARBLED = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.integers(0, 9),
        st.one_of(
            st.sampled_from([*b"\t\n\r:-#'\"[]{}&*!|>%@`?,~\\\x00 \xe9\xff<"]).map(lambda byte: bytes([byte])),
            st.sampled_from([b"- ", b": ", b"<<: ", b"---\n", b"*a", b"&a ", b"\xc2\xa0", b"1e3", b"NO", b"$", b"%"]),
            st.binary(max_size=6),
        ),
    ),
    max_size=6,
)
"""Cuts and insertions: where (as a part of the file), how many bytes go, what comes instead."""


def garbled(content: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    """The file after these edits."""
    for part, cut, put in edits:
        at = int(part * len(content))
        content = content[:at] + put + content[at + cut :]
    return content


def survives(folder: Path, seed: str, edits: list[tuple[float, int, bytes]]) -> None:
    """There is a configuration or a reason within the file, in one line of words; never an exception."""
    content = garbled((BROKEN / seed).read_bytes(), edits)
    for file in [file for file in folder.rglob("*.yaml") if file.is_file()]:
        file.unlink()
    lines = content.count(b"\n") + content.count(b"\r") + content.decode("utf-8", "replace").count("\u2028") + 2
    for problem in problems(folder, seed.partition("--")[0], content):
        assert problem.message
        assert "\n" not in str(problem)
        assert 0 <= problem.line <= max(lines, 10)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.sampled_from(SEEDS), edits=GARBLED)
def test_no_damage_makes_a_traceback(seed: str, edits: list[tuple[float, int, bytes]], tmp_path: Path) -> None:
    """However a file is garbled."""
    survives(tmp_path, seed, edits)


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.sampled_from(SEEDS), edits=GARBLED)
def test_ten_thousand_damages_make_no_traceback(
    seed: str, edits: list[tuple[float, int, bytes]], tmp_path: Path
) -> None:
    """The same, long."""
    survives(tmp_path, seed, edits)
