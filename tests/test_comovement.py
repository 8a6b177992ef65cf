"""Relations that may be missing are proposed from bars: pairs that go together, and no others."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
import typer.testing

from config.load import load
from config.types import (
    Company,
    Config,
    EventLexicon,
    Instrument,
    Relation,
    RelationKind,
    Settings,
)
from monitor.cli import app
from monitor.comovement import FALSE, FEWEST, Proposal, in_yaml, q_values, search
from monitor.types import Bar, History

NAMES = tuple("abcdefghijkl")
DAYS = [date(2024, 1, 1) + timedelta(days=n) for n in range(250)]


def config(*relations: Relation) -> Config:
    """Twelve companies in New York."""
    companies = {n: Company(n, n.upper(), (), (Instrument(n.upper(), "XNYS", "USD"),)) for n in NAMES}
    by_symbol = {c.instruments[0].symbol: c for c in companies.values()}
    return Config(Settings(), companies, relations, (), (), EventLexicon(), "made up", by_symbol)


def history(symbol: str, returns: np.ndarray[tuple[int], np.dtype[np.float64]]) -> History:
    """Bars of those returns."""
    closes = 100 * np.cumprod(1 + returns)
    bars = (Bar(symbol, d, None, None, None, float(c)) for d, c in zip(DAYS, closes, strict=False))
    return History(symbol, "USD", tuple(bars))


def world(seed: int = 1, tie: float = 0.8, days: int = 250) -> dict[str, History]:
    """Stocks that share a market and a sector; A and B also have something of their own, of weight `tie`."""
    random = np.random.default_rng(seed)
    market, sector, own = (random.normal(0, 0.01, days) for _ in range(3))
    found = {"SPY": history("SPY", market)}
    for number, name in enumerate(NAMES):
        noise = random.normal(0, 0.01, days)
        if name in "ab":
            noise = tie * own + (1 - tie**2) ** 0.5 * noise
        found[name.upper()] = history(name.upper(), (1 + number / 10) * market + 1.5 * sector + noise)
    return found


def pairs(found: tuple[Proposal, ...]) -> set[tuple[str, str]]:
    """The companies of the proposals."""
    return {(p.one, p.other) for p in found}


def test_a_pair_with_something_of_its_own_is_proposed_and_what_all_share_is_not() -> None:
    """Twelve stocks of one sector, of which two go together beyond it."""
    found = search(world(), config())
    assert {("a", "b")} == pairs(found.proposals)
    (one,) = found.proposals
    assert (66, 12, 249) == (found.tested, len(found.symbols), one.days)
    assert 0.5 < one.r < 0.8
    assert one.q <= FALSE
    assert {0.5, 0.7} >= {one.strength}


def test_chance_makes_few_proposals() -> None:
    """Of stocks that share market and sector only, over ten worlds of 66 pairs each, hardly any pair passes."""
    passed = sum(len(search(world(seed, tie=0.0), config()).proposals) for seed in range(10))
    assert passed <= 2


def test_a_pair_that_is_related_is_not_proposed_again() -> None:
    """It is counted as known, whichever way the relation points."""
    found = search(world(), config(Relation("b", "a", RelationKind.SUPPLIER, 0.5)))
    assert ((), 1, 1) == (found.proposals, found.passed, found.known)


def test_one_day_makes_no_relation() -> None:
    """Two stocks that crash together on one day only."""
    calm = world(tie=0.0)
    crash = np.array([0.0] * 249)
    crash[200] = -0.3
    for symbol in ("C", "D"):
        closes = np.array([bar.close for bar in calm[symbol].bars], dtype=np.float64)
        calm[symbol] = history(symbol, np.append(0.0, closes[1:] / closes[:-1] - 1 + crash))
    assert ("c", "d") not in pairs(search(calm, config()).proposals)


def test_too_few_days_say_nothing() -> None:
    """They are named instead."""
    found = search(world(days=FEWEST - 5), config())
    assert ((), 0, tuple(n.upper() for n in NAMES)) == (found.proposals, found.tested, found.left_out)
    assert "Too few days" in in_yaml(found, "a test")


def test_only_the_last_days_are_read_if_asked() -> None:
    """A number of days bounds every pair's."""
    found = search(world(), config(), days=100)
    assert {100} == {p.days for p in found.proposals}


def test_p_values_are_corrected_for_how_many_there_are() -> None:
    """By Benjamini and Hochberg; the textbook's order, never above 1 and never below a smaller one's."""
    assert [pytest.approx(v) for v in (0.04, 0.04, 0.04, 0.5)] == q_values([0.01, 0.02, 0.03, 0.5])
    assert [] == q_values([])
    assert [1.0, 1.0] == q_values([1.0, 1.0])


def test_what_is_printed_is_a_relations_file(tmp_path: Path) -> None:
    """The command on the shipped bars: YAML that loads over the shipped relations, each with figures and a question."""
    done = typer.testing.CliRunner().invoke(app, ["relations", "propose", "2025-01-27"])
    assert (0, True) == (done.exit_code, "Nothing was written" in done.stdout)
    assert "# KLAC and LRCX: r +0.6" in done.stdout
    (tmp_path / "relations.yaml").write_text(done.stdout, encoding="utf-8")
    before, after = load(None), load(tmp_path)
    assert before.config
    assert after.config
    new = set(after.config.relations) - set(before.config.relations)
    assert (len(new), True) == (done.stdout.count("{to: "), all("say why" in r.note for r in new))
    assert () == after.problems


def test_without_bars_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No daemon ran there yet."""
    monkeypatch.setenv("AFTERSHOCK_STATE", str(tmp_path))
    done = typer.testing.CliRunner().invoke(app, ["relations", "propose"])
    assert (2, True) == (done.exit_code, "name a recorded day" in " ".join(done.output.split()))
