"""Which relations may be missing: pairs of stocks whose abnormal returns go together, for a person to judge. Pure.

Daily returns less what the country's index explains, and less the one thing that all of a region's stocks here share
(their first principal component): without the second every AI stock goes with every other one. What is left of two
stocks is correlated by ranks, so that one crash makes no relation, tested, and corrected for the number of pairs tested
(Benjamini and Hochberg, Journal of the Royal Statistical Society B 57, 1995); a pair must hold in both halves of the
days. Only pairs that go together are proposed: what all share was taken out, so that what is left of two sectors parts
of itself. Prices do not tell what a relation is, nor which way it points: a proposal is a question to who knows.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from config.exchanges import EXCHANGES, exchange_of
from config.types import Config, Origin
from monitor.market.basis import unsound
from monitor.market.moves import WIDEST
from monitor.types import History

FEWEST: Final = 60
"""Common days of a pair below which nothing is said: a quarter's."""
SHARED_FROM: Final = 8
"""Stocks of a region from which on what they share can be told from what two of them share."""
FALSE: Final = 0.05
"""The part of all proposals that may be chance, by Benjamini and Hochberg."""
HALF: Final = 0.05
"""The p value that each half of the days must reach by itself: what one quarter made is no relation."""
LEAST: Final = 0.25
"""A looser pair may be no chance, and is still no relation that a price would follow."""
GRADES: Final = ((0.6, 0.7), (0.4, 0.5), (0.0, 0.3))
"""From which correlation on which strength is proposed, on the scale of relations.yaml; never above 0.7, as a price
cannot tell that a business depends on another."""

SLOPE: Final = 2
"""A constant and a slope take two days; with no more nothing is left of them."""

Returns = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two companies without a relation whose stocks go together.

    `r` is the rank correlation of their abnormal returns over `days` sessions up to `last`, `halves` those of the
    earlier and the later half; `p` is two-sided (Fisher's z, Fieller's error), `q` that corrected for all pairs tested.
    """

    one: str
    other: str
    symbols: tuple[str, str]
    r: float
    days: int
    halves: tuple[float, float]
    p: float
    q: float
    last: date

    @property
    def strength(self) -> float:
        """What might be written, on the scale of relations.yaml."""
        return next(strength for least, strength in GRADES if self.r >= least)


@dataclass(frozen=True, slots=True)
class Search:
    """What was looked at and found.

    `tested` pairs, of which `passed` go together, `known` of these with a relation already; `left_out` are symbols with
    too few days.
    """

    proposals: tuple[Proposal, ...]
    tested: int
    passed: int
    known: int
    symbols: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Pair:
    symbols: tuple[str, str]
    r: float
    days: int
    halves: tuple[float, float]
    p: float
    last: date


def search(histories: Mapping[str, History], config: Config, days: int | None = None) -> Search:
    """The pairs without a relation that go together, strongest first. `days` reads only so many of the last returns.

    Pairs are of one region: closes of Tokyo and New York are half a day apart.
    """
    pairs: list[_Pair] = []
    used: list[str] = []
    left_out: list[str] = []
    main = _main(histories, config)
    for region in dict.fromkeys(e.region for e in EXCHANGES.values()):
        symbols = [s for s in main if exchange_of(s).region == region]
        table = _abnormal(symbols, histories, days)
        enough = [s for s in symbols if s in table and len(table[s]) >= FEWEST]
        left_out += [s for s in symbols if s not in enough]
        used += enough
        pairs += _pairs({s: table[s] for s in enough})
    corrected = q_values([pair.p for pair in pairs])
    related = {frozenset((r.source, r.target)) for r in config.relations}
    passed = [
        (pair, q)
        for pair, q in zip(pairs, corrected, strict=True)
        if q <= FALSE and pair.r >= LEAST and all(h * pair.r > 0 and _p(h, pair.days // 2) <= HALF for h in pair.halves)
    ]
    found = [_proposal(pair, q, config) for pair, q in passed]
    new = [p for p in found if frozenset((p.one, p.other)) not in related]
    new.sort(key=lambda p: (-p.r, p.symbols))
    known = len(found) - len(new)
    return Search(tuple(new), len(pairs), len(found), known, tuple(used), tuple(left_out))


def q_values(p_values: Sequence[float]) -> list[float]:
    """Each p value corrected by Benjamini and Hochberg: the part of chance among all that are at least as good."""
    order = sorted(range(len(p_values)), key=lambda n: p_values[n], reverse=True)
    corrected = [1.0] * len(p_values)
    least = 1.0
    for place, number in enumerate(order):
        rank = len(p_values) - place
        least = min(least, p_values[number] * len(p_values) / rank)
        corrected[number] = least
    return corrected


def in_yaml(found: Search, source: str) -> str:
    """The proposals as YAML in the form of relations.yaml, with figures in comments, and what was done above it."""
    what = f"{found.tested:,} pairs of {len(found.symbols)} stocks"
    lines = [
        f"# Proposed from {source}: {what}, by ranks of their",
        "# abnormal returns (less the market and what all of them share).",
        f"# {found.passed} go together, in both halves of the days and with at most {FALSE:.0%} of them by chance;",
        f"# {found.known} of these are related already. Nothing was written. Prices do not tell what a relation is,",
        "# or which way it points: keep what you can give a reason for, put it under its kind (supplier, customer,",
        "# partner, investor, competitor, power, owner), and write the reason and its date.",
    ]
    if found.left_out:
        lines.append(f"# Too few days (under {FEWEST}): {', '.join(found.left_out)}")
    by_company: dict[str, list[Proposal]] = {}
    for proposal in found.proposals:
        by_company.setdefault(proposal.one, []).append(proposal)
    for company, proposals in by_company.items():
        lines += ["", f"{company}:", "  competitor:"]
        for p in proposals:
            early, late = p.halves
            figures = f"r {p.r:+.2f} over {p.days} days (halves {early:+.2f}, {late:+.2f}), p {p.p:.1e}, q {p.q:.1e}"
            lines.append(f"    # {p.symbols[0]} and {p.symbols[1]}: {figures}")
            why = f"proposed: r {p.r:+.2f} over {p.days} days to {p.last}; say why"
            lines.append(f'    - {{to: {p.other}, strength: {p.strength}, note: "{why}"}}')
    return "\n".join(lines) + ("\n" if found.proposals else "\n\n{}\n")


def _main(histories: Mapping[str, History], config: Config) -> list[str]:
    """One listing of each company that is written about and has bars: the main one, or the first there is.

    The wide table's other listings, funds among them, are nobody's supplier here.
    """
    known = (config.by_symbol.get(symbol) for symbol in histories)
    companies = dict.fromkeys(c.id for c in known if c and c.origin is not Origin.LISTED)
    listings = ((i.symbol for i in config.companies[c].instruments if i.symbol in histories) for c in companies)
    return [next(iter(found)) for found in listings]


def _abnormal(
    symbols: Sequence[str], histories: Mapping[str, History], days: int | None
) -> dict[str, dict[date, float]]:
    """The abnormal returns of a region's stocks by day, without what they all share."""
    residuals = {s: found for s in symbols if (found := _residuals(s, histories, days))}
    if len(residuals) < SHARED_FROM:
        return residuals
    every = sorted({day for found in residuals.values() for day in found})
    matrix = np.array([[found.get(day, 0.0) for day in every] for found in residuals.values()])
    scale = matrix.std(axis=1, keepdims=True)
    scale[scale == 0] = 1.0
    _, _, right = np.linalg.svd(matrix / scale, full_matrices=False)
    common = dict(zip(every, right[0], strict=True))
    return {s: _less(found, common) for s, found in residuals.items()}


def _residuals(symbol: str, histories: Mapping[str, History], days: int | None) -> dict[date, float]:
    """A stock's returns less what its market explains, by least squares; none without its index."""
    index = histories.get(exchange_of(symbol).index)
    if index is None:
        return {}
    stock, market = _returns(histories[symbol]), _returns(index)
    common = sorted(stock.keys() & market.keys())[-days if days else 0 :]
    return _less({day: stock[day] for day in common}, market)


def _less(returns: Mapping[date, float], factor: Mapping[date, float]) -> dict[date, float]:
    """Returns less a constant and what a factor explains of them, by ordinary least squares."""
    if len(returns) <= SLOPE:
        return {}
    y = np.array(list(returns.values()))
    design = np.column_stack((np.ones(len(y)), [factor[day] for day in returns]))
    found, *_ = np.linalg.lstsq(design, y, rcond=None)
    return dict(zip(returns, (y - design @ found).tolist(), strict=True))


def _returns(history: History) -> dict[date, float]:
    """Close-to-close returns by the later day; jumps that are no ordinary day's, as for fits, are left out."""
    skipped = unsound(history)
    bars = [bar for bar in history.bars if bar.close]
    steps = (
        (after.date, after.close / before.close) for before, after in pairwise(bars) if before.close and after.close
    )
    return {day: step - 1 for day, step in steps if day not in skipped and 1 / WIDEST < step < WIDEST}


def _pairs(table: Mapping[str, Mapping[date, float]]) -> Iterable[_Pair]:
    for one, other in combinations(table, 2):
        common = sorted(table[one].keys() & table[other].keys())
        if len(common) < FEWEST:
            continue
        x, y = (np.array([table[s][day] for day in common]) for s in (one, other))
        r, half = _r(x, y), len(common) // 2
        halves = (_r(x[:half], y[:half]), _r(x[half:], y[half:]))
        yield _Pair((one, other), r, len(common), halves, _p(r, len(common)), common[-1])


def _r(x: Returns, y: Returns) -> float:
    """Spearman's rank correlation."""
    x, y = (one.argsort().argsort().astype(np.float64) for one in (x, y))
    return float(np.corrcoef(x, y)[0, 1])


def _p(r: float, days: int) -> float:
    """The two-sided p value of a rank correlation: the standard error of its Fisher z is 1.03 / sqrt(days - 3).

    Fieller, Hartley and Pearson, Biometrika 44, 1957.
    """
    if abs(r) >= 1:
        return 0.0
    z = abs(math.atanh(r)) * math.sqrt(max(days - 3, 0)) / 1.03
    return math.erfc(z / math.sqrt(2))


def _proposal(pair: _Pair, q: float, config: Config) -> Proposal:
    one, other = (config.by_symbol[s].id for s in pair.symbols)
    return Proposal(one, other, pair.symbols, pair.r, pair.days, pair.halves, pair.p, q, pair.last)
