"""What a further article brings to a story: a new fact, or an echo. Pure.

A new fact is a new kind of event, a new party or a new amount; another outlet never is one, nor is a price move, a
retrospective, or what analysts say of a happening. An amount is new if it is told by an article that reports a fact and
no amount of the story is near it: $17.4 billion and $17 billion are the same news.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

from config.types import EventType
from monitor.stories.facts import causes, parties
from monitor.types import Fact, Print, Report, Story

EARLIER = timedelta(days=3)
"""How far an article that is found later may pull a story's time back: beyond that its date is not believed."""
PRINTS_KEPT = 16
"""Enough to recognise rewrites; a story that a thousand outlets copy must not grow for ever."""
NEAR = 0.06
"""Amounts that differ by less are one amount, rounded."""
FIGURES_KEPT = 64


def extended(story: Story, found: Report, *, adds: bool) -> tuple[Story, str]:
    """The story with one more report, and what in it is new ("": nothing); it brings facts only if it `adds`."""
    article = found.article
    facts = [f for f in causes(found) if not _is_comment(f, story)] if adds else []
    known = {(f.type, f.company) for f in story.facts}
    fresh = tuple(f for f in facts if (f.type, f.company) not in known)
    merged = dict(story.parties)
    for company, weight in parties(found, facts).items():
        merged[company] = max(weight, merged.get(company, 0.0))
    amounts = tuple(sorted(f for f in found.print.figures if is_new(f, story.figures))) if facts else ()
    new = _new(dict.fromkeys(f.type.value for f in fresh), [c for c in merged if c not in story.parties], amounts)
    earliest = max(min(story.time, article.time), story.time - EARLIER)
    joined = replace(
        story,
        time=story.time if story.told else earliest,
        last_fact=max(story.last_fact, article.seen) if new else story.last_fact,
        last_seen=max(story.last_seen, article.seen),
        facts=story.facts + fresh,
        parties=merged,
        prints=_kept(story.prints, found.print),
        figures=(story.figures + amounts)[:FIGURES_KEPT],
        feeds=story.feeds | {article.feed},
        size=story.size + 1,
    )
    return joined, new


def _is_comment(fact: Fact, story: Story) -> bool:
    """Whether analysts only say what they think of a happening; a story that they began themselves goes on by it."""
    told = {f.type for f in story.facts} - {EventType.MARKET_MOVE}
    return fact.type is EventType.ANALYST_ACTION and bool(told) and EventType.ANALYST_ACTION not in told


def merged(story: Story, other: Story) -> Story:
    """Two stories as one, under the first one's name: for an article that came before the story that it belongs to."""
    known = {(f.type, f.company) for f in story.facts}
    prints = story.prints
    for one in other.prints:
        prints = _kept(prints, one)
    return replace(
        story,
        time=story.time if story.told else min(story.time, other.time),
        last_fact=max(story.last_fact, other.last_fact) if other.facts else story.last_fact,
        last_seen=max(story.last_seen, other.last_seen),
        facts=story.facts + tuple(f for f in other.facts if (f.type, f.company) not in known),
        parties={
            c: max(p.get(c, 0.0) for p in (story.parties, other.parties)) for c in {**story.parties, **other.parties}
        },
        prints=prints,
        figures=(story.figures + tuple(f for f in other.figures if is_new(f, story.figures)))[:FIGURES_KEPT],
        feeds=story.feeds | other.feeds,
        size=story.size + other.size,
    )


def _new(types: Collection[str], companies: Collection[str], amounts: Collection[str]) -> str:
    parts = [("event", types), ("party", companies), ("figure", amounts)]
    return "; ".join(f"new {what}: {', '.join(values)}" for what, values in parts if values)


def is_new(figure: str, known: tuple[str, ...]) -> bool:
    """Whether an amount is none of the known ones, not even rounded. Percentages never are new: shares make them."""
    value, unit = _parsed(figure)
    if unit == "%":
        return False
    near = (other for other, same in map(_parsed, known) if same == unit)
    return not any(abs(value - other) <= NEAR * max(value, other) for other in near)


def _parsed(figure: str) -> tuple[float, str]:
    number = figure.rstrip("tbmkgw%")
    return float(number), figure[len(number) :]


def _kept(kept: tuple[Print, ...], one: Print) -> tuple[Print, ...]:
    """With one more print, unless it is a copy; the first one stays for good."""
    if any(
        (one.terms, one.names, one.figures) == (k.terms, k.names, k.figures) and one.companies == k.companies
        for k in kept
    ):
        return kept
    return kept[:1] + (*kept[1:], one)[1 - PRINTS_KEPT :]
