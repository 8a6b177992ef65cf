"""Whether a move is told to a channel, and why: thresholds, what the list asks for, what was told before.

Pure: a candidate, the watchlist's wishes and what the channel was told of the symbol this session come in, a
`Decision` with its reason and every condition weighed comes out. Reasons hold no live figures, so that the ledger
writes a line only when something other than the price changed; the figures are in the candidate and the rows, which
`alerts.explain` puts into words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from alerts.types import (
    Candidate,
    Condition,
    Crossing,
    Decision,
    Move,
    PriceState,
    Tie,
    Told,
    Verdict,
    Weighed,
    Window,
)
from alerts.words import clock, money, percent
from config.types import Threshold, Watched, Watchlist

REARM: Final = 0.6
"""A symbol is armed again when every row has a condition below this part of its value (DESIGN.md, alerts)."""
LARGER: Final = 1.5
"""A move this many times the largest one told is told again (DESIGN.md, alerts)."""
_ROUNDING: Final = 1e-9
"""Prices are decimal, floats are not: a fall from 100 to 97 is 3 %."""


@dataclass(frozen=True, slots=True)
class _Look:
    """One window's move held against all rows: does one hold (in words), and are all far from it."""

    window: Window
    move: Move
    row: str
    rearms: bool
    rows: tuple[Weighed, ...]

    @property
    def passes(self) -> bool:
        return bool(self.row)


def root_key(channel: str, session: date, story: str | None, symbol: str) -> str:
    """The key of the root message: one per story, channel and session date; without a story, per symbol."""
    return f"{channel}/{session.isoformat()}/{story or f'unlinked/{symbol}'}"


def one_voice(watchlists: Sequence[Watchlist]) -> tuple[Watchlist, ...]:
    """The watchlists with each stock on one list of a channel only, so that a channel decides once on it.

    A stock that several lists of a channel name stays on the first, with the rows of all as its thresholds: one is
    enough. What is followed and which events count is the first one's.
    """
    first: dict[tuple[str, str], tuple[int, int]] = {}
    merged = [list(watchlist.companies) for watchlist in watchlists]
    for number, watchlist in enumerate(watchlists):
        for watched in watchlist.companies:
            where = first.get((watchlist.channel, watched.symbol))
            if where is None:
                place = merged[number].index(watched)
                first[watchlist.channel, watched.symbol] = (number, place)
                continue
            before = merged[where[0]][where[1]]
            rows = (*watchlists[where[0]].thresholds_for(before), *watchlist.thresholds_for(watched))
            holding = watched.holding if before.holding is None else before.holding
            merged[where[0]][where[1]] = replace(before, thresholds=tuple(dict.fromkeys(rows)), holding=holding)
            merged[number].remove(watched)
    pairs = zip(watchlists, merged, strict=True)
    return tuple(replace(watchlist, companies=tuple(companies)) for watchlist, companies in pairs)


def decide(candidate: Candidate, watchlist: Watchlist, watched: Watched, told: Told | None, now: datetime) -> Decision:
    """What comes of `candidate` for the channel of `watchlist`.

    `told` is the state of (channel, symbol, session), None before anything was told; one of another session
    counts as None. `now` is UTC-aware. The decision's `told` is the state to store, None to leave it; its
    `candidate` tells the story that the list asks for, which may be one of `also`.
    """
    if told and (told.channel, told.symbol, told.session) != (watchlist.channel, candidate.symbol, candidate.session):
        told = None
    before = told if told and told.at else None
    candidate, missing = _under(candidate, watchlist)
    looks = _looks(candidate, watchlist.thresholds_for(watched))
    found = [look for look in looks if look.passes]
    if found and candidate.state is PriceState.FRESH and (before or not missing):
        end = _tell(found[0], before, watchlist, now)
    elif found:
        stale = f"the price is {candidate.state}: only a fresh one is told"
        end = _End(Verdict.HOLD, f"it passes, but {missing if candidate.state is PriceState.FRESH else stale}")
    else:
        end = _quiet(candidate, looks, before)
    state = end.told
    if end.verdict is Verdict.ALERT:
        state = _after(looks, found[0], before, candidate, watchlist, now)
    return Decision(
        end.verdict,
        end.reason,
        candidate,
        watchlist.channel,
        watchlist.name,
        tuple(row for look in looks for row in look.rows),
        before,
        crossing=end.crossing,
        window=found[0].window if end.crossing else None,
        told=state,
    )


@dataclass(frozen=True, slots=True)
class _End:
    """A verdict with its reason; `told` only where the state changes without anything being told."""

    verdict: Verdict
    reason: str
    crossing: Crossing | None = None
    told: Told | None = None


def _quiet(candidate: Candidate, looks: Sequence[_Look], before: Told | None) -> _End:
    """No row holds: nothing to tell, but a symbol that was told may be armed again."""
    if not looks:
        return _End(Verdict.NOTHING, "no move can be counted")
    if candidate.state is not PriceState.FRESH:
        return _End(Verdict.NOTHING, f"the price is {candidate.state}")
    if before and not before.armed and all(look.rearms for look in looks):
        return _End(Verdict.NOTHING, "below the thresholds, armed again", told=replace(before, armed=True))
    return _End(Verdict.NOTHING, "below the thresholds")


def _under(candidate: Candidate, watchlist: Watchlist) -> tuple[Candidate, str]:
    """The candidate under the first story whose events the list asks for, and what is missing where there is none.

    The event window belongs to the candidate's own story: under another one it is dropped.
    """
    ties = [tie for tie in (candidate.tie, *candidate.also) if tie]
    if not ties:
        asked = watchlist.unlinked
        return (
            candidate,
            "" if asked else f"no AI news is linked to it and “{watchlist.name}” asks for linked moves only",
        )
    chosen = next((tie for tie in ties if _asked(tie, watchlist)), None)
    if chosen is None:
        types = ", ".join(sorted({kind for tie in ties for kind in tie.story.types})) or "no event"
        return candidate, f"“{watchlist.name}” does not ask for the events it is linked to ({types})"
    if chosen is candidate.tie:
        return candidate, ""
    others = tuple(tie for tie in ties if tie is not chosen)
    return replace(candidate, tie=chosen, also=others, event=None, event_decides=False), ""


def _asked(tie: Tie, watchlist: Watchlist) -> bool:
    return watchlist.events is None or any(kind in watchlist.events for kind in tie.story.types)


def nearness(rows: Sequence[Threshold], move: Move) -> float:
    """How much of its easiest row a move reaches: 1 or more where it passes; an unknown condition reaches nothing."""
    shares = (min((c.share or 0.0 for c in _conditions(row, move)), default=0.0) for row in rows)
    return max(shares, default=0.0)


def _looks(candidate: Candidate, rows: Sequence[Threshold]) -> list[_Look]:
    """The windows that decide, the day window first."""
    windows = [(Window.DAY, candidate.day)]
    if candidate.event_decides:
        windows.append((Window.EVENT, candidate.event))
    return [_look(window, move, rows) for window, move in windows if move]


def _look(window: Window, move: Move, asked: Sequence[Threshold]) -> _Look:
    rows = tuple(_weigh(window, move, row, number) for number, row in enumerate(asked, start=1))
    held = next((row for row in rows if row.holds), None)
    words = " and ".join(asked_words(c) for c in held.conditions) if held else ""
    return _Look(window, move, words, all(map(_rearms, rows)), rows)


def _weigh(window: Window, move: Move, row: Threshold, number: int) -> Weighed:
    """A row against a move; one that asks for nothing never holds."""
    conditions = tuple(_conditions(row, move))
    holds = bool(conditions) and all(reached(c) for c in conditions)
    return Weighed(window, number, conditions, holds)


def _rearms(row: Weighed) -> bool:
    return not row.conditions or any(c.share is not None and c.share < REARM for c in row.conditions)


def reached(condition: Condition) -> bool:
    """Whether a condition holds; one whose value is unknown does not."""
    return condition.share is not None and condition.share >= 1 - _ROUNDING


def asked_words(condition: Condition) -> str:
    """What a condition asks for: "move 3.0 %", "sigma 2.5", "value change $50 bn"."""
    if condition.kind == "move":
        return f"move {percent(condition.asked).lstrip('+')}"
    if condition.kind == "sigma":
        return f"sigma {condition.asked:.1f}"
    return f"value change {money(condition.asked, signed=False)}"


def _conditions(row: Threshold, move: Move) -> Iterator[Condition]:
    if row.move is not None:
        yield _condition("move", row.move, move.raw)
    if row.sigma is not None:
        yield _sigma(row.sigma, move)
    if row.value_change is not None:
        yield _condition("value_change", row.value_change, move.value_change)


def _sigma(asked: float, move: Move) -> Condition:
    """Sigma holds only where raw and abnormal have the same sign (rule 4); elsewhere nothing of it is reached."""
    if move.sigma is None or move.abnormal is None:
        return _condition("sigma", asked, None)
    if move.raw * move.abnormal <= 0:
        return Condition("sigma", asked, move.sigma, 0.0, apart=True)
    return _condition("sigma", asked, move.sigma)


def _condition(kind: str, asked: float, value: float | None) -> Condition:
    share = None if value is None else abs(value) / asked if asked else 1.0
    return Condition(kind, asked, value, share)


def _tell(look: _Look, before: Told | None, watchlist: Watchlist, now: datetime) -> _End:
    """A row holds: which kind of crossing it is after what was told before, or why it is held back."""
    by = f"by the {look.window} window: {look.row}"
    if before is None or before.at is None:
        return _End(Verdict.ALERT, f"first crossing of the session, {by}", Crossing.FIRST)
    largest, other = (before.down, before.up) if look.move.raw < 0 else (before.up, before.down)
    if not largest:
        return _End(Verdict.ALERT, f"on the other side after {percent(other)} was told, {by}", Crossing.OTHER_SIDE)
    again = LARGER * largest
    if abs(look.move.raw) >= abs(again) - _ROUNDING:
        reason = f"at least {LARGER} times the largest move told this session ({percent(largest)}), {by}"
        return _End(Verdict.ALERT, reason, Crossing.LARGER)
    if not before.armed:
        reason = f"told already at {clock(before.at)}; next at {percent(again)}, or once it has calmed down"
        return _End(Verdict.HOLD, reason)
    ends = before.at + watchlist.cooldown
    if now < ends:
        reason = f"crossed again, but told at {clock(before.at)}: the cool-down lasts until {clock(ends)}"
        return _End(Verdict.HOLD, reason)
    return _End(Verdict.ALERT, f"crossed again after it had calmed down, {by}", Crossing.AGAIN)


def _after(
    looks: Sequence[_Look], look: _Look, before: Told | None, candidate: Candidate, watchlist: Watchlist, now: datetime
) -> Told:
    """The state once this is told. All deciding windows are on the message, so all count as told."""
    root = before.root if before else ""
    if not root:
        story = candidate.tie.story.id if candidate.tie else None
        root = root_key(watchlist.channel, candidate.session, story, candidate.symbol)
    moves = [shown.move.raw for shown in looks if shown.move.raw * look.move.raw > 0]
    up, down = (before.up, before.down) if before else (0.0, 0.0)
    return Told(
        watchlist.channel,
        candidate.symbol,
        candidate.session,
        root,
        up=max(up, *moves, 0.0),
        down=min(down, *moves, 0.0),
        armed=False,
        at=now,
    )
