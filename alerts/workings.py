"""A price in words: what it was good for, the arithmetic of its move a line a step, and what came before the news.

Part of what `alerts.explain` says. Every figure was kept when it was decided; here they are only set in lines, so that
a reader can work them out again with a pencil.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from alerts.joins import FLAT, join_of, parts
from alerts.types import Candidate, Join, Move, PriceState
from alerts.words import clean, moment, money, percent

GAP: Final = "   "


def price(candidate: Candidate) -> Iterator[str]:
    """The price of a look, its windows step by step, and how the move stands to its news."""
    yield f"{GAP}{gate(candidate)}"
    if candidate.day:
        yield from _move(candidate.day, "day window, from the last regular close")
    if candidate.event and candidate.tie:
        role = "decides too" if candidate.event_decides else "shown only: the first session after the news is over"
        yield from _move(candidate.event, f"event window, from the last trade before the news; {role}")
    if candidate.day and candidate.tie:
        yield f"{GAP}{_timing(candidate.day, candidate.event, candidate.tie.story.first_time)}"


def gate(candidate: Candidate) -> str:
    """What the price was good for."""
    quoted = candidate.quoted
    if quoted is None:
        return f"{candidate.state}: {clean(candidate.problem) or 'no price came'}"
    late = int(quoted.delay.total_seconds() // 60)
    source = f", from a source up to {late} min late" if late else ""
    what = f"{quoted.price:,.2f} {quoted.currency} of {moment(quoted.time)}{source}"
    why = f": {clean(candidate.problem)}" if candidate.problem else ""
    use = "good to tell" if candidate.state is PriceState.FRESH else "not told while it is so"
    return f"{what} is {candidate.state}, {use}{why}"


def _move(move: Move, title: str) -> Iterator[str]:
    """The arithmetic of a window, a line a step."""
    yield f"{GAP}{title}:"
    rows = [("base", f"{move.base_price:,.2f} {move.currency}", moment(move.base_time))]
    rows.append(("price", f"{move.price:,.2f} {move.currency}", moment(move.time)))
    rows.append(("move", percent(move.raw, 2), f"{move.price:,.2f} / {move.base_price:,.2f} - 1"))
    rows += _unusual(move)
    if move.value_change is not None:
        rows.append(("value", money(move.value_change), "of the whole company, in dollars"))
    for words, figure, how in rows:
        yield f"{GAP * 2}{words:<10} {figure:>14}   {how}".rstrip()
    if move.notes:
        yield f"{GAP * 2}mind       {'; '.join(map(clean, move.notes))}"


def _unusual(move: Move) -> Iterator[tuple[str, str, str]]:
    work = move.working
    if work is None or move.abnormal is None:
        return
    if work.market is not None and work.beta is not None:
        yield "market", percent(work.market, 2), f"{work.index} over the same time"
        part = f"{percent(move.raw, 2)} - ({work.beta:.2f} x {percent(work.market, 2)})"
        yield "abnormal", percent(move.abnormal, 2), f"{part}; beta from {work.returns} daily returns"
    else:
        yield "abnormal", percent(move.abnormal, 2), "nothing taken out: the market's move is not known"
    if move.sigma is not None:
        size = work.daily * work.held**0.5
        how = f"{work.daily * 100:.2f} % a day x square root of {work.held:.2f} days' variance"
        yield "one sigma", f"{size * 100:.2f} %", how
        yield "sigma", f"{move.sigma:+.2f}", f"{percent(move.abnormal, 2)} / {size * 100:.2f} %"


def _timing(day: Move, event: Move | None, story_time: datetime) -> str:
    """Which part of the move came before the news."""
    before, since = parts(day, event, story_time)
    if before is None or since is None:
        return "Which part of the move came before the news is not known: no price of that moment."
    if abs(before) < FLAT:
        return "All of the day's move came after the news."
    mostly = " - mostly before the news" if join_of(day.raw, before) is Join.BEFORE else ""
    return f"{percent(before)} came before the news, {percent(since)} since{mostly}."
