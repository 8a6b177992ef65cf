"""The ledger: written when verdict or reason changes, counted else; its largest look and its newest figures kept."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from alerts.rules import decide
from alerts.trace import Entry
from alerts.types import Decision, PriceState, Told, Verdict
from config.types import Keep, Threshold
from monitor.store.ledger import Wanted
from monitor.store.retention import prune
from monitor.store.store import Store
from monitor.store.tx import Tx
from monitor.types import Article
from nlp.types import Analysis, Mention
from standins.moves import DAY, NOON, WATCHED, candidate, story, tie, watchlist

ARTICLE = Article("wire:1", "wire", "https://wire.example/1", "Acme opens its model", "", None, NOON)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    opened = Store(tmp_path / "aftershock.db")
    yield opened
    opened.close()


def decision(raw: float, told: Told | None = None, **more: object) -> Decision:
    """What is decided on Nvidia, which is told at 3 %."""
    what = replace(candidate(raw), **more)  # type: ignore[arg-type]
    return decide(what, watchlist(thresholds=(Threshold(move=0.03),)), WATCHED, told, NOON)


async def look(store: Store, minutes: float, *decisions: Decision) -> None:
    """Record the decisions of one pass."""
    work = partial(Tx.record, decisions=decisions, fingerprint="abc", now=NOON + timedelta(minutes=minutes))
    await store.transact(work)


async def entries(store: Store, **wanted: object) -> list[Entry]:
    """The ledger's entries."""
    return await store.transact(partial(Tx.entries, wanted=Wanted(**wanted)))  # type: ignore[arg-type]


async def test_a_decision_is_written_when_it_changes_and_counted_else(store: Store) -> None:
    """Five looks below the threshold, then one above: two entries."""
    for minute, raw in enumerate((-0.001, -0.002, -0.02, -0.015, -0.01)):
        await look(store, minute, decision(raw))
    await look(store, 5, decision(-0.05))
    quiet, loud = await entries(store)
    assert (5, NOON, NOON + timedelta(minutes=4)) == (quiet.times, quiet.at, quiet.last_at)
    assert (Verdict.NOTHING, Verdict.ALERT, 1) == (quiet.decision.verdict, loud.decision.verdict, loud.times)
    assert "abc" == loud.fingerprint


async def test_the_largest_look_and_the_newest_figures_are_kept(store: Store) -> None:
    """The whole decision of the largest move, the move of the last."""
    for minute, raw in enumerate((-0.001, -0.02, -0.015)):
        await look(store, minute, decision(raw))
    (entry,) = await entries(store)
    assert [-0.001, -0.02] == [d.candidate.day.raw if d.candidate.day else None for d in (entry.decision, entry.peak)]
    assert NOON + timedelta(minutes=1) == entry.peak_at
    assert entry.last
    assert -0.015 == entry.last.raw


async def test_a_trace_comes_back_as_it_was_decided(store: Store) -> None:
    """Every condition, the way, the price, over JSON and a restart."""
    given = decision(-0.05)
    await look(store, 0, given)
    again = Store(store.path)
    try:
        (entry,) = await entries(again)
    finally:
        again.close()
    assert given == entry.decision


async def test_entries_are_found_by_what_is_asked_for(store: Store) -> None:
    """Symbol, session, channel, story and time; a story whose id is part of another's is not mixed up with it."""
    other = tie(of=story(id="s12"))
    amd = decision(-0.05, symbol="AMD", tie=other)
    await look(store, 0, decision(-0.05), amd)
    found = [
        [e.decision.candidate.symbol for e in await entries(store, **wanted)]
        for wanted in (
            {},
            {"symbol": "AMD"},
            {"session": DAY + timedelta(days=1)},
            {"channel": "#other"},
            {"story": "s1"},
            {"story": "s12"},
            {"since": NOON + timedelta(minutes=1)},
        )
    ]
    assert [["NVDA", "AMD"], ["AMD"], [], [], ["NVDA"], ["AMD"], []] == found
    assert [DAY] == await store.transact(partial(Tx.sessions, symbol="AMD"))


async def test_what_is_held_back_is_counted_by_reason_unless_it_was_told(store: Store) -> None:
    """For the digest: a symbol that was told is not held back as well."""
    stale = PriceState.STALE
    await look(store, 0, decision(-0.05, state=stale), decision(-0.05, symbol="AMD", state=stale))
    await look(store, 1, decision(-0.05))
    held = await store.transact(partial(Tx.held, channel="#ai", session=DAY))
    assert {"it passes, but the price is stale: only a fresh one is told": 1} == held


async def test_what_is_older_than_thirty_days_is_forgotten(store: Store) -> None:
    """Entries by their last look, findings by their article; what still counts stays whole."""
    await look(store, 0, decision(-0.001), decision(-0.001, symbol="AMD"))
    await look(store, 60, decision(-0.02))
    analysis = Analysis((Mention("acme", "Acme", 0, 4, "name", 0.97, "Acme", "safe"),))
    await store.transact(partial(Tx.save_findings, found={ARTICLE: analysis}))
    gone = await prune(store, NOON + Keep().ledger + timedelta(minutes=30))
    assert (1, 1) == (gone["ledger"], gone["findings"])
    (left,) = await entries(store)
    assert ("NVDA", 2) == (left.decision.candidate.symbol, left.times)
    assert 1 == (await prune(store, NOON + Keep().ledger + timedelta(days=1)))["ledger"]
    assert [] == await entries(store)
