"""From an analysis to what stories are made of: who is named, which facts are told, whom they make parties. Pure.

Only an event that is sure enough becomes a fact, and only facts make parties, from which links are derived. What a
price move or a retrospective reports is no fact of a story.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from config.types import EventType
from monitor.stories.prints import print_of
from monitor.types import Article, Fact, Kind, Report, Story
from nlp.types import Analysis, Event, Status

SURE = 0.7
"""An event's score from which it is a fact, and so opens links: on 529 labelled headlines such events had a precision
of 0.90 at a recall of 0.56 (0.6: 0.89, 0.62; 0.8: 0.94, 0.49)."""

ACTOR, TARGET, NAMED = 1.0, 0.7, 0.5
"""How directly a fact names a company: as the one that acts, the one it is done to, or beside them in the title."""


def report(article: Article, analysis: Analysis) -> Report:
    """Boil an analysis down to what stories are made of.

    A denied or a doubtful event is no fact, nor is what the body tells of others than the title names: that is
    background. A fact without an actor goes to the first company of the title, else to its target, else to none (""); a
    price move without one stays without, as the company beside it may be its cause.
    """
    end = len(article.title)
    named = tuple(dict.fromkeys(m.company for m in analysis.mentions if m.start < end))
    events = [e for e in analysis.events if is_fact(e) and _bears(e, named, end)]
    return Report(
        article=article,
        named=named,
        companies=analysis.companies,
        facts=tuple(_fact(e, named, end) for e in events),
        print=print_of(article, analysis),
        beside=() if named else _beside(article, analysis, events),
    )


def _bears(event: Event, named: Sequence[str], end: int) -> bool:
    """Whether an event is what the article is about: told by its title, or of those that the title names, if any."""
    parts = {event.actor, event.target} - {None}
    return event.start < end or not named or not parts or not parts.isdisjoint(named)


def _beside(article: Article, analysis: Analysis, events: Sequence[Event]) -> tuple[str, ...]:
    """The companies in the sentences of some events, in order."""
    whole = article.text.whole
    starts = [(whole.find(event.sentence), len(event.sentence)) for event in events]
    spans = [(start, start + length) for start, length in starts if start >= 0]
    inside = (m.company for m in analysis.mentions if any(start <= m.start < end for start, end in spans))
    return tuple(dict.fromkeys(inside))


def is_fact(event: Event) -> bool:
    """Whether an event is sure enough to be a fact of a story, and is not denied."""
    return event.status is not Status.DENIED and event.score >= SURE


def _fact(event: Event, named: Sequence[str], end: int) -> Fact:
    company = event.actor or ""
    if not company and event.type is not EventType.MARKET_MOVE:
        company = next(iter(named), event.target or "")
    target, in_title = event.target or "", event.start < end
    return Fact(event.type, company, event.status.value, event.sentence, event.score, target, in_title, event.trigger)


def causes(found: Report) -> list[Fact]:
    """The facts that can link a story: all but price moves, none of a report whose title is about one only.

    A retrospective tells old facts, whatever it says of them.
    """
    told = {f.type for f in found.facts if f.in_title}
    if told == {EventType.MARKET_MOVE} or found.print.kind is Kind.PAST:
        return []
    return [f for f in found.facts if f.type is not EventType.MARKET_MOVE]


def parties(found: Report, facts: Sequence[Fact]) -> dict[str, float]:
    """Who those facts of a report make a party of its story, and how directly."""
    if not facts:
        return {}
    weights = dict.fromkeys(found.named or found.beside, NAMED)
    weights.update((f.target, TARGET) for f in facts if f.target)
    weights.update((f.company, ACTOR) for f in facts if f.company)
    return weights


def opened(found: Report) -> Story:
    """The story that a report opens."""
    article = found.article
    facts = causes(found)
    return Story(
        id=story_id(article),
        headline=article.title,
        time=article.time,
        last_fact=article.seen,
        last_seen=article.seen,
        facts=found.facts if facts else (),
        parties=parties(found, facts),
        prints=(found.print,),
        figures=tuple(sorted(found.print.figures)) if facts else (),
        feeds=frozenset({article.feed}),
    )


def alone(found: Report) -> Story | None:
    """The story that the events of one report would make by themselves, None if it reports nothing but price moves."""
    facts = [f for f in found.facts if f.type is not EventType.MARKET_MOVE]
    if not facts or found.print.kind is Kind.PAST:
        return None
    return replace(opened(found), facts=found.facts, parties=parties(found, facts))


def story_id(article: Article) -> str:
    """A readable id that the same first article always gives: date, first words, a short digest."""
    slug = "-".join(re.findall(r"[a-z0-9]+", article.title.lower())[:6]) or "story"
    digest = sha256(article.id.encode(errors="surrogatepass")).hexdigest()
    return f"{article.seen:%Y-%m-%d}-{slug}-{digest[:6]}"
