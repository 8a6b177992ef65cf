"""Symbols that no longer trade: renamed or delisted ones, so that a watchlist from last year is told what to write.

A table and a look-up. Of companies that are, or were, about AI, or large; from the exchanges' notices of symbol changes
and the companies' own. An old symbol may be given to another security later, so it is never followed silently.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Gone:
    """A symbol's end: the first day without it, the one it trades under since ("" if none), and why."""

    day: date
    new: str = ""
    why: str = ""


GONE: Mapping[str, Gone] = MappingProxyType(
    {
        "FB": Gone(date(2022, 6, 9), "META"),
        "SQ": Gone(date(2025, 1, 21), "XYZ"),
        "BRKS": Gone(date(2021, 12, 1), "AZTA"),
        "VIAC": Gone(date(2022, 2, 17), "PARA"),
        "DISCA": Gone(date(2022, 4, 11), "WBD"),
        "ANTM": Gone(date(2022, 6, 28), "ELV"),
        "NLOK": Gone(date(2022, 11, 8), "GEN"),
        "ABC": Gone(date(2023, 8, 30), "COR"),
        "FLT": Gone(date(2024, 3, 25), "CPAY"),
        "GPS": Gone(date(2024, 8, 22), "GAP"),
        "LB": Gone(date(2021, 8, 3), "BBWI"),
        "UTX": Gone(date(2020, 4, 3), "RTX"),
        "RDS-A": Gone(date(2022, 1, 31), "SHEL"),
        "XLNX": Gone(date(2022, 2, 14), why="bought by AMD"),
        "MXIM": Gone(date(2021, 8, 26), why="bought by Analog Devices"),
        "CERN": Gone(date(2022, 6, 8), why="bought by Oracle"),
        "NUAN": Gone(date(2022, 3, 4), why="bought by Microsoft"),
        "TWTR": Gone(date(2022, 10, 28), why="taken private"),
        "ATVI": Gone(date(2023, 10, 13), why="bought by Microsoft"),
        "VMW": Gone(date(2023, 11, 22), why="bought by Broadcom"),
        "SPLK": Gone(date(2024, 3, 18), why="bought by Cisco"),
        "JNPR": Gone(date(2025, 7, 2), why="bought by Hewlett Packard Enterprise"),
        "ANSS": Gone(date(2025, 7, 17), why="bought by Synopsys"),
        "ALTR": Gone(date(2025, 3, 26), why="bought by Siemens"),
    }
)


def gone(symbol: str) -> str:
    """What became of a symbol and what to write instead, in words; "" if it is not known to have ended."""
    end = GONE.get(symbol.upper())
    if end is None:
        return ""
    day = f"{end.day.day} {end.day:%B %Y}"
    if end.new:
        return f"it has traded as {end.new} since {day}: write {end.new}"
    return f"it was delisted on {day} ({end.why}): take it off your watchlist"
