"""When a channel is told of a move, when not, and the words that say why."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.explain import row_line
from alerts.rules import decide, root_key
from alerts.types import Candidate, Crossing, Decision, PriceState, Told, Verdict, Window
from config.types import EventType, Threshold, Watchlist
from standins.moves import DAY, NOON, WATCHED, candidate, move, story, tie, watchlist

ALERT, HOLD, NOTHING = Verdict.ALERT, Verdict.HOLD, Verdict.NOTHING
ROOT = "#ai/2025-01-27/s1"


def ask(what: Candidate, told: Told | None = None, of: Watchlist | None = None, minutes: float = 0) -> Decision:
    """The decision at noon, or so many minutes later."""
    return decide(what, of or watchlist(), WATCHED, told, NOON + timedelta(minutes=minutes))


def told(*, up: float = 0.0, down: float = 0.0, armed: bool = False) -> Told:
    """Told at noon."""
    return Told("#ai", "NVDA", DAY, ROOT, up=up, down=down, armed=armed, at=NOON)


@pytest.mark.parametrize(
    ("raw", "sigma", "value", "verdict"),
    [
        (-0.17, -6.4, -593e9, ALERT),  # Nvidia on 27 January 2025
        (0.032, 3.9, 107e9, ALERT),  # Apple, upwards
        (-0.021, -1.6, -66e9, ALERT),  # the second row: large in dollars, unusual enough
        (-0.021, -1.4, -66e9, NOTHING),  # large in dollars, but usual
        (0.019, 1.4, 27e9, NOTHING),  # Meta
        (-0.037, -0.2, -88e9, NOTHING),  # Amazon at its open: the market's own fall
        (-0.03, -2.5, None, ALERT),  # exactly at the row
        (-0.0299, -9.0, None, NOTHING),  # unusual, but small
        (-0.018, -2.9, None, NOTHING),  # Disco
        (-0.05, 2.6, -60e9, NOTHING),  # raw and market-adjusted on different sides
        (-0.09, None, None, NOTHING),  # no sigma known: neither row can hold
        (0.0, 0.0, 0.0, NOTHING),
    ],
)
def test_a_move_is_told_when_one_row_holds_whole(
    raw: float, sigma: float | None, value: float | None, verdict: Verdict
) -> None:
    """The shipped rows: 3 % and 2.5 sigma, or $50 bn and 1.5 sigma."""
    assert verdict is ask(candidate(day=move(raw, sigma, value))).verdict


def test_the_first_crossing_names_its_window_its_row_and_its_root() -> None:
    """And the state to store."""
    decision = ask(candidate())
    assert "first crossing of the session, by the day window: move 3.0 % and sigma 2.5" == decision.reason
    assert (Crossing.FIRST, Window.DAY) == (decision.crossing, decision.window)
    assert Told("#ai", "NVDA", DAY, ROOT, down=-0.17, at=NOON) == decision.told


def test_every_condition_is_weighed_and_kept() -> None:
    """With what it asks for, what is there, and how much of it is reached; what is unknown reaches nothing."""
    decision = ask(candidate(day=move(-0.1697, -6.4, None)))
    first, second = decision.rows
    assert [(Window.DAY, 1, True), (Window.DAY, 2, False)] == [(r.window, r.number, r.holds) for r in decision.rows]
    assert [("move", 0.03, -0.1697), ("sigma", 2.5, -6.4)] == [(c.kind, c.asked, c.value) for c in first.conditions]
    assert [("sigma", -6.4), ("value_change", None)] == [(c.kind, c.value) for c in second.conditions]
    assert [pytest.approx(6.4 / 2.5), 0.0, pytest.approx(6.4 / 2.5)] == [first.share, second.share, decision.share]
    assert (
        "day window, row 1: move 3.0 %: -16.97 % holds; sigma 2.5: -6.4 holds -> holds",
        "day window, row 2: sigma 1.5: -6.4 holds; value change $50 bn: unknown, does not hold -> does not hold",
    ) == tuple(map(row_line, decision.rows))


def test_a_sigma_on_the_other_side_is_explained() -> None:
    """A stock that fell less than its market is no alert, and its row says why."""
    row = ask(candidate(-0.05, 2.6)).rows[0]
    assert (0.0, False) == (row.share, row.holds)
    assert "sigma 2.5: +2.6 does not hold, raw and market-adjusted move have different signs" in row_line(row)


def test_reasons_stay_the_same_while_only_the_price_moves() -> None:
    """Else the ledger would get a line a minute."""
    quiet = {ask(candidate(raw, -1.0)).reason for raw in (-0.01, -0.02, -0.029)}
    held = {ask(candidate(raw), told(down=-0.17)).reason for raw in (-0.17, -0.18, -0.2)}
    assert {"below the thresholds"} == quiet
    assert {"told already at 12:00 UTC; next at -25.5 %, or once it has calmed down"} == held


@pytest.mark.parametrize(
    ("state", "passes", "verdict", "reason"),
    [
        (PriceState.STALE, True, HOLD, "it passes, but the price is stale: only a fresh one is told"),
        (PriceState.SUSPECT, True, HOLD, "it passes, but the price is suspect: only a fresh one is told"),
        (PriceState.STALE, False, NOTHING, "the price is stale"),
    ],
)
def test_only_a_fresh_price_is_told(state: PriceState, passes: bool, verdict: Verdict, reason: str) -> None:
    """The candidate that is kept says why."""
    raw = -0.17 if passes else -0.001
    decision = ask(candidate(raw, state=state, problem="a jump that no second look confirms"))
    assert (verdict, reason, None) == (decision.verdict, decision.reason, decision.told)
    assert "a jump that no second look confirms" == decision.candidate.problem


def test_without_a_base_price_nothing_can_be_said() -> None:
    """A missing price is no zero."""
    decision = ask(candidate(state=PriceState.MISSING, day=None, problem="no earlier close"))
    assert (NOTHING, "no move can be counted") == (decision.verdict, decision.reason)
    assert ((), 0.0) == (decision.rows, decision.share)


def test_a_row_that_asks_for_nothing_never_holds() -> None:
    """An empty row in a watchlist is a mistake, not an alert a minute."""
    assert NOTHING is ask(candidate(), of=watchlist(thresholds=(Threshold(),))).verdict


def test_a_company_may_have_thresholds_of_its_own() -> None:
    """They replace the list's."""
    own = replace(WATCHED, thresholds=(Threshold(move=0.2),))
    assert NOTHING is decide(candidate(), watchlist(), own, None, NOON).verdict


def test_a_move_without_linked_news_is_told_only_on_request() -> None:
    """Its key is symbol and session."""
    alone = candidate(tie=None)
    held = ask(alone)
    assert (HOLD, "it passes, but no AI news is linked to it and “AI complex” asks for linked moves only") == (
        held.verdict,
        held.reason,
    )
    wanted = ask(alone, of=watchlist(unlinked=True))
    assert wanted.told
    assert (ALERT, "#ai/2025-01-27/unlinked/NVDA") == (wanted.verdict, wanted.told.root)


def test_a_list_hears_of_the_events_it_asks_for() -> None:
    """Others are held back by name, even where unlinked moves are wanted."""
    chips = watchlist(events=frozenset({EventType.EXPORT_CONTROL}), unlinked=True)
    decision = ask(candidate(), of=chips)
    assert (HOLD, "it passes, but “AI complex” does not ask for the events it is linked to (model_release)") == (
        decision.verdict,
        decision.reason,
    )


def test_a_list_is_told_under_the_first_story_whose_events_it_asks_for() -> None:
    """The other story becomes an also-linked one, and its event window counts no more."""
    rules = tie("commerce -supplier-> nvidia", story(id="s2", types=("export_control",)))
    both = candidate(also=(rules,), event=move(-0.2, -9.0), event_decides=True)
    decision = ask(both, of=watchlist(events=frozenset({EventType.EXPORT_CONTROL})))
    assert decision.told
    assert ("#ai/2025-01-27/s2", rules, (both.tie,), None) == (
        decision.told.root,
        decision.candidate.tie,
        decision.candidate.also,
        decision.candidate.event,
    )


@pytest.mark.parametrize(("decides", "verdict"), [(True, ALERT), (False, NOTHING)])
def test_the_move_since_the_news_decides_only_while_it_may(decides: bool, verdict: Verdict) -> None:
    """Later it is only shown."""
    late = candidate(-0.01, -0.8, event=move(-0.05, -3.3), event_decides=decides)
    decision = ask(late)
    assert verdict is decision.verdict
    assert (Window.EVENT if decides else None) == decision.window


def test_what_the_message_showed_counts_as_told() -> None:
    """A move since the news that stood beside the day's is not told again when the day's falls back."""
    first = ask(candidate(-0.032, -2.6, event=move(-0.05, -3.3), event_decides=True))
    assert first.told
    later = ask(candidate(-0.02, -1.9, event=move(-0.05, -3.3), event_decides=True), first.told)
    assert (Window.DAY, -0.05, HOLD) == (first.window, first.told.down, later.verdict)


@pytest.mark.parametrize(
    ("raw", "before", "minutes", "verdict", "crossing"),
    [
        (-0.06, told(down=-0.05), 0, HOLD, None),  # more, but not 1.5 times
        (-0.075, told(down=-0.05), 0, ALERT, Crossing.LARGER),
        (0.05, told(down=-0.05), 0, ALERT, Crossing.OTHER_SIDE),
        (0.05, told(down=-0.05, up=0.04), 0, HOLD, None),  # both sides told
        (0.06, told(down=-0.05, up=0.04), 0, ALERT, Crossing.LARGER),
        (-0.05, told(down=-0.05, armed=True), 30, ALERT, Crossing.AGAIN),
        (-0.05, told(down=-0.05, armed=True), 29, HOLD, None),  # cool-down
        (-0.08, told(down=-0.05, armed=True), 1, ALERT, Crossing.LARGER),  # no cool-down for that
    ],
)
def test_a_symbol_is_told_again_only_for_something_new(
    raw: float, before: Told, minutes: float, verdict: Verdict, crossing: Crossing | None
) -> None:
    """Half as large again, the other side, or another crossing after it has calmed down."""
    sigma = 4.0 if raw > 0 else -4.0
    decision = ask(candidate(raw, sigma), before, minutes=minutes)
    assert (verdict, crossing) == (decision.verdict, decision.crossing)
    if verdict is ALERT:
        assert decision.told
        assert (ROOT, False) == (decision.told.root, decision.told.armed)
    else:
        assert decision.told is None


def test_the_cool_down_says_when_it_ends() -> None:
    """So that whoever asks why need not count."""
    reason = ask(candidate(-0.05, -4.0), told(down=-0.05, armed=True), minutes=5).reason
    assert "crossed again, but told at 12:00 UTC: the cool-down lasts until 12:30 UTC" == reason


@pytest.mark.parametrize(
    ("raw", "sigma", "value", "armed"),
    [
        (-0.017, -1.0, -20e9, True),  # both rows have a condition below 60 %
        (-0.019, -1.6, -20e9, False),  # the first row: 63 % of its move, 64 % of its sigma
        (-0.017, -1.0, -40e9, False),  # the second row: 80 % of its value, 67 % of its sigma
        (-0.001, None, None, False),  # the second row is unknown: not known to be calm
        (0.001, -1.0, 1e9, True),
    ],
)
def test_a_symbol_is_armed_again_when_every_row_has_calmed_down(
    raw: float, sigma: float | None, value: float | None, armed: bool
) -> None:
    """A condition of every row is below 60 % of its value."""
    decision = ask(candidate(day=move(raw, sigma, value)), told(down=-0.05))
    assert (NOTHING, armed) == (decision.verdict, bool(decision.told and decision.told.armed))


def test_a_stale_price_arms_nothing() -> None:
    """A flat line is no calm."""
    decision = ask(candidate(0.0, 0.0, state=PriceState.STALE), told(down=-0.05))
    assert decision.told is None


def test_a_symbol_stays_with_its_root_for_the_session() -> None:
    """A second story, or none any more, does not open a second message."""
    other = tie("b -supplier-> nvidia", story(id="s2"))
    for now in (other, None):
        decision = ask(candidate(-0.3, tie=now), told(down=-0.17))
        assert decision.told
        assert (ALERT, ROOT, -0.3) == (decision.verdict, decision.told.root, decision.told.down)


def test_a_new_session_starts_afresh() -> None:
    """Yesterday's state does not count, nor another channel's."""
    yesterday = replace(told(down=-0.17), session=DAY - timedelta(days=1))
    elsewhere = replace(told(down=-0.17), channel="#other")
    assert [Crossing.FIRST] * 2 == [ask(candidate(), state).crossing for state in (yesterday, elsewhere)]


def test_root_keys_are_one_a_story_channel_and_session() -> None:
    """And one a symbol where there is no story."""
    assert "#ai/2025-01-27/s1" == root_key("#ai", DAY, "s1", "NVDA")
    assert "#ai/2025-01-27/unlinked/NVDA" == root_key("#ai", DAY, None, "NVDA")


@given(
    path=st.lists(st.tuples(st.floats(-0.4, 0.4), st.floats(-12, 12)), max_size=30),
    cooldown=st.integers(0, 120),
)
def test_alerts_of_a_session_are_few_and_each_has_a_new_reason(path: list[tuple[float, float]], cooldown: int) -> None:
    """However a price runs: one first crossing, at most one other side, and each larger one half as large again."""
    state: Told | None = None
    alerts: list[Decision] = []
    for minute, (raw, sigma) in enumerate(path):
        of = watchlist(cooldown=timedelta(minutes=cooldown))
        decision = decide(candidate(raw, sigma), of, WATCHED, state, NOON + timedelta(minutes=minute))
        state = decision.told or state
        if decision.verdict is ALERT:
            alerts.append(decision)
    kinds = [a.crossing for a in alerts]
    assert kinds[:1] in ([], [Crossing.FIRST])
    assert kinds.count(Crossing.FIRST) <= 1
    assert kinds.count(Crossing.OTHER_SIDE) <= 1
    # From 3 % on, half as large again each time, seven steps on a side lead past 40 %.
    assert kinds.count(Crossing.LARGER) <= 2 * 6
    assert all(a.told and a.told.root == ROOT for a in alerts)
