"""Labelled headlines for the bench: listed companies found by either side, as precision, recall and F1.

The rows are those of the labelling guideline: `companies` (all of them, with `brands` neither asked for nor held
against anyone), or `gold`, symbols of which only recall counts. Companies without a symbol (`~name`) are left out, as
the naive side could not name them.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.types import Company

_LEGAL = re.compile(
    r"[\s,]+(?:inc|corp|corporation|co|company|ltd|limited|plc|ag|se|nv|n\.v|sa|s\.a|holdings?|group)\.?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Score:
    """Right, said and wanted, over all rows; nothing said against where `said` is None."""

    right: int
    said: int | None
    wanted: int

    def __str__(self) -> str:
        """Precision, recall and F1 in a line."""
        recall = self.right / self.wanted if self.wanted else 0.0
        if self.said is None:
            return f"recall {recall:.3f}"
        precision = self.right / self.said if self.said else 0.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        return f"P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}"


def read_gold(path: Path) -> list[dict[str, Any]]:
    """The rows of a labelled set."""
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def scored(rows: Sequence[Mapping[str, Any]], found: Sequence[set[str]]) -> dict[str, Score]:
    """The listed companies found, against those wanted."""
    pairs = [
        (_wanted(row), {_canonical(s) for s in said} - _brands(row)) for row, said in zip(rows, found, strict=True)
    ]
    right, wanted = sum(len(w & s) for w, s in pairs), sum(len(w) for w, _ in pairs)
    said = sum(len(s) for _, s in pairs) if "companies" in rows[0] else None
    return {"listed companies": Score(right, said, wanted)}


def _wanted(row: Mapping[str, Any]) -> set[str]:
    return {_canonical(c) for c in row.get("companies", row.get("gold", ())) if not c.startswith("~")}


def _brands(row: Mapping[str, Any]) -> set[str]:
    return {_canonical(b["company"]) for b in row.get("brands", ())} - _wanted(row)


def _canonical(symbol: str) -> str:
    """BRK.B, BRK-B and BRK/B are one share, GOOG is GOOGL."""
    symbol = {"GOOG": "GOOGL"}.get(symbol, symbol)
    base, _, suffix = symbol.replace("/", ".").partition(".")
    return f"{base}-{suffix}" if base.isalpha() and suffix in {"A", "B", "C"} else symbol


def namesakes(companies: Mapping[str, Company]) -> dict[str, str]:
    """What a naive user would look an entity up in: every listed company's name, with and without its legal form."""
    names: dict[str, str] = {}
    for company in companies.values():
        if company.symbol:
            for name in (company.name, *(a.text for a in company.aliases if a.via == "name")):
                names.setdefault(name.casefold(), company.symbol)
                names.setdefault(_LEGAL.sub("", name).casefold(), company.symbol)
    return names
