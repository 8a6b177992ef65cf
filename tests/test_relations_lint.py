"""Relations that cannot be meant are told with their place: dangling, doubled, contradictory ones."""

from datetime import date
from pathlib import Path

import pytest

from config.load import load
from config.relations_lint import overlap
from config.types import Problem, Relation, RelationKind
from standins.folders import write

COMPANIES = """\
mine: {name: Mine Works}
yours: {name: Yours Works}
"""


FROM_BOTH_ENDS = """\
nvidia:
  supplier:
    - {to: mine, strength: 1}
mine:
  customer:
    - {to: nvidia, strength: 1}
"""
OWNED_IN_A_CIRCLE = """\
mine:
  owner:
    - {to: nvidia, strength: 1}
nvidia:
  owner:
    - {to: yours, strength: 1}
yours:
  owner:
    - {to: mine, strength: 1}
"""


def told(folder: Path, text: str, companies: str = COMPANIES) -> list[Problem]:
    """What is said of a relations.yaml over the shipped ones."""
    files = {"relations.yaml": text, "companies.yaml": companies}
    return list(load(write(folder, files)).problems)


def test_the_shipped_relations_have_nothing_wrong_with_them() -> None:
    """Neither alone nor together."""
    assert () == load(None).problems


@pytest.mark.parametrize(
    ("text", "place", "says", "fatal"),
    [
        ("nvidia:\n  supplier:\n    - {to: tmsc, strength: 0.5}\n", (3, 12), "tmsc is in no companies.yaml", True),
        ("nvdia:\n  supplier:\n    - {to: tsmc, strength: 0.5}\n", (1, 1), "nvdia is in no companies.yaml", True),
        (
            "nvidia:\n  supplier:\n    - {to: mine, strength: 1}\n    - {to: mine, strength: 1}\n",
            (4, 7),
            "is said already",
            False,
        ),
        (
            FROM_BOTH_ENDS,
            (6, 7),
            "is said already",
            False,
        ),
        (
            "nvidia:\n  competitor:\n    - {to: mine, strength: 1}\n    - {to: mine, strength: 1, sign: -1}\n",
            (4, 7),
            "is said with the other sign",
            True,
        ),
        ("nvidia:\n  supplier:\n    - {to: mine, strength: 1, sign: -1}\n", (3, 7), "shares its fortune", False),
        (
            "mine:\n  owner:\n    - {to: nvidia, strength: 1}\n  competitor:\n    - {to: nvidia, strength: 1}\n",
            (5, 7),
            "no rival of its owner",
            False,
        ),
        (
            OWNED_IN_A_CIRCLE,
            (9, 7),
            "nobody owns its own owner",
            False,
        ),
        ("mine:\n  partner:\n    - {to: yours, strength: 1}\n", (3, 7), "no relation leads to a listed", False),
    ],
)  # fmt: skip
def test_each_mistake_is_told_at_its_place(
    tmp_path: Path, text: str, place: tuple[int, int], says: str, fatal: bool
) -> None:
    """One problem a mistake, with line, column and what to do."""
    (problem,) = told(tmp_path, text)
    assert (place, True, fatal) == ((problem.line, problem.column), says in problem.message, problem.fatal)
    assert problem.file.endswith("relations.yaml")


def test_a_user_s_edge_is_held_against_the_shipped_ones(tmp_path: Path) -> None:
    """Its own owner is nobody's rival, whichever file says which."""
    (problem,) = told(tmp_path, "deepseek:\n  competitor:\n    - {to: high-flyer, strength: 0.5}\n")
    assert "deepseek -competitor-> high-flyer contradicts -owner->" in problem.message


def test_what_held_at_other_times_contradicts_nothing(tmp_path: Path) -> None:
    """A rival that was bought is one no longer."""
    text = (
        "mine:\n  owner:\n    - {to: nvidia, strength: 0.5, since: 2025-01-01}\n"
        "  competitor:\n    - {to: nvidia, strength: 0.5, until: 2024-12-31}\n"
    )
    assert [] == told(tmp_path, text)


def test_a_rival_that_also_supplies_is_no_mistake(tmp_path: Path) -> None:
    """Many are both."""
    supplier, rival = (
        "supplier:\n    - {to: nvidia, strength: 1}",
        "competitor:\n    - {to: nvidia, strength: 1, sign: -1}",
    )
    text = f"mine:\n  {supplier}\n  {rival}\n"
    assert [] == told(tmp_path, text)


def test_a_private_company_is_reached_over_others(tmp_path: Path) -> None:
    """Two steps from a stock are a way to it."""
    text = "mine:\n  partner:\n    - {to: yours, strength: 1}\nyours:\n  supplier:\n    - {to: nvidia, strength: 1}\n"
    assert [] == told(tmp_path, text)


def test_spans_overlap_where_they_share_a_day() -> None:
    """Open ends go on for ever; the last day counts."""

    def span(since: date | None, until: date | None) -> Relation:
        return Relation("a", "b", RelationKind.OWNER, 0.5, since=since, until=until)

    one, two = date(2024, 1, 1), date(2025, 1, 1)
    assert [True, True, False, True] == [
        overlap(span(None, None), span(None, None)),
        overlap(span(None, one), span(one, None)),
        overlap(span(None, one), span(two, None)),
        overlap(span(one, None), span(two, two)),
    ]
