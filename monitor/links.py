"""How a story reaches companies that it does not name, and which story a move is told under. Pure.

A story's parties are the roots; from them the typed relations are walked, the best product of
strengths kept per company, until a number of steps, a floor of strength or a number of companies ends it. Hubs do not
link everything to everything: what reaches one from a small partner, or turns round at it, goes on weakened. A second
walk keeps the best path of each sign, for the direction expected at its end. Links are derived when they are read
rather than stored: they depend on relations and watchlists, which people edit.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from heapq import heapify, heappop, heappush
from math import sqrt

from config.types import Direction, Relation, RelationKind
from monitor.expected import CERTAINTY, MUTE, SIGNS, UPSTREAM, Expectations, Stance, carried, verdict
from monitor.types import Link, Over, Step, Story

INVERSE: Mapping[RelationKind, RelationKind] = {
    RelationKind.SUPPLIER: RelationKind.CUSTOMER,
    RelationKind.CUSTOMER: RelationKind.SUPPLIER,
    RelationKind.POWER: RelationKind.CUSTOMER,
    RelationKind.PARTNER: RelationKind.PARTNER,
    RelationKind.COMPETITOR: RelationKind.COMPETITOR,
}
"""What a relation is called from its other end. Investor and owner have no word there: they are walked as inverse."""

FADE_PER_SESSION = 0.7
"""How a story's claim on a move fades with each session since it was last reported: to a third in three sessions."""

HALF_HEARD = 3
"""Feeds that give a story half of its full claim: what one outlet has alone seldom moves a market."""

WEAKEST_CLAIM = 0.05
"""Strength times claim below which a story explains nothing: one feed's news of days ago, two steps away.

Companies that the story names keep their link to the end of its life.
"""

CONTRARY = 0.4
"""What is left of a story's claim on a move against the way that it is expected to move the stock: a plan to spend on
data centres does not explain that their suppliers fall, though it may be all that there is to tell.

Less than half, so that a second story of half its weight is told instead: two grades of relations.yaml.
"""

SESSIONS_ALIVE = 5
"""A link lives through the fifth session of its exchange to open after the last new fact (rule 6)."""


HUB = 8.0
"""A company with so many times the relations of the one before it on a path is a hub to it: one relation among very
many moves little of what lies behind. From there on the path keeps the square root of what is too much."""

TURNED = 0.5
"""What is kept where a path turns round, from a supplier to its other customers or from a customer to its other
suppliers: those share a partner with the story, and no money flows between them."""

SPREAD = 0.5
"""What is kept of a step to a rival or a partner of a company that is itself only reached: see `monitor.expected`.

With these three and the floor as shipped, a story of one of the 50 companies with most relations reaches 120 stocks on
average instead of 217, at most 199 instead of 346, of the shipped watchlist's 46 companies 27 instead of 38
(`tests/bench/reach.py`); all of the day's table of DESIGN.md is still linked to DeepSeek.
"""

MOST_REACHED = 300
"""Companies that one story may be linked to, the strongest first; in the shipped graph of some 550 the widest reaches
286."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Relations from both ends: per company, where one step leads."""

    edges: Mapping[str, tuple[tuple[Step, Relation], ...]]

    @classmethod
    def of(cls, relations: Iterable[Relation]) -> "Graph":
        """Index the relations by both of their companies."""
        edges: dict[str, list[tuple[Step, Relation]]] = {}
        for r in relations:
            back = INVERSE.get(r.kind)
            edges.setdefault(r.source, []).append((Step(r.kind, r.target), r))
            edges.setdefault(r.target, []).append((Step(back or r.kind, r.source, inverse=back is None), r))
        return cls({company: tuple(steps) for company, steps in edges.items()})


def derive(
    story: Story,
    graph: Graph,
    *,
    follow: frozenset[RelationKind],
    on: date,
    max_steps: int,
    min_strength: float,
    expectations: Expectations | None = None,
) -> dict[str, Link]:
    """The best link from `story` to each company it reaches, by company, strongest first.

    Only relations of the kinds in `follow` that are valid `on` that day are walked. Strength is the party's
    own weight times what each step keeps; of equal paths the shorter, then the alphabetically first, wins. A
    company is left again by a weaker path that may lead further or turns round less.
    `expectations` tell each link's direction, for which all kinds of relations count, followed or not.
    """
    best: dict[str, Link] = {}
    left: dict[tuple[str, str], list[tuple[int, float]]] = {}
    queue: list[tuple[float, int, str, Link]] = []
    for company, weight in sorted(story.parties.items()):
        link = Link(story.id, company, company, (), weight, 1)
        heappush(queue, (-weight, 0, link.path, link))
    while queue and len(best) < MOST_REACHED:
        *_, link = heappop(queue)
        best.setdefault(link.company, link)
        taken, last = len(link.steps), link.steps[-1].kind if link.steps else None
        onward = link.strength * _through(link, graph)
        before = left.setdefault((link.company, _way(last)), [])
        if taken >= max_steps or any(steps <= taken and strength >= onward for steps, strength in before):
            continue
        before.append((taken, onward))
        for step, relation in graph.edges.get(link.company, ()):
            strength = onward * relation.strength
            if strength < min_strength or step.kind not in follow or not _valid(relation, on) or link.passes(step):
                continue
            strength *= _kept(last, step.kind)
            if strength < min_strength:
                continue
            onto = Link(
                story.id,
                step.company,
                link.root,
                (*link.steps, step),
                strength,
                link.sign * relation.sign,
                over=(*link.over, Over(relation, strength / link.strength / relation.strength)),
            )
            heappush(queue, (-strength, taken + 1, onto.path, onto))
    if expectations is None:
        return best
    stances = {party: expectations.stance(party, story.facts) for party in story.parties}
    told = directions(story, graph, stances, on=on, max_steps=max_steps, min_strength=min_strength)
    return {company: replace(link, expected=told.get(company, link.expected)) for company, link in best.items()}


def _through(link: Link, graph: Graph) -> float:
    """What is kept of a link for going on from its end: less where that is a hub to the company before it."""
    if not link.steps:
        return 1.0
    before = link.steps[-2].company if len(link.steps) > 1 else link.root
    few, many = len(graph.edges.get(before, ())), len(graph.edges.get(link.company, ()))
    return min(1.0, sqrt(HUB * few / many))


def _way(last: RelationKind | None) -> str:
    """What matters for the next step of how a company was reached."""
    if last is None:
        return "party"
    return "up" if last in UPSTREAM else "down" if last is RelationKind.CUSTOMER else "aside"


def _kept(last: RelationKind | None, kind: RelationKind) -> float:
    """What is kept of a step of that kind after a step of kind `last`, None at the story's own company."""
    if last is None:
        return 1.0
    turns = (last in UPSTREAM and kind is RelationKind.CUSTOMER) or (last is RelationKind.CUSTOMER and kind in UPSTREAM)
    return TURNED if turns else SPREAD if kind in MUTE else 1.0


def directions(
    story: Story, graph: Graph, stances: Mapping[str, Stance], *, on: date, max_steps: int, min_strength: float
) -> dict[str, Direction]:
    """Which way each company that a story reaches is expected to move, by what its events say of their parties.

    Of the paths from the parties (`stances`, one for each) the strongest is kept per company and sign; no path passes
    a company twice. Where no first step has a sign only the parties are told; whoever is left out is unclear.
    """
    max_steps = max_steps if any(stances[p].spreads(graph.edges.get(p, ())) for p in story.parties) else 0
    votes: dict[str, dict[int, float]] = {}
    fewest: dict[tuple[str, int, bool], int] = {}
    queue: list[tuple[float, tuple[str, ...], int, str]] = [
        (-weight, (party,), stances[party].sign, "") for party, weight in story.parties.items()
    ]
    heapify(queue)
    while queue:
        negative, path, sign, last = heappop(queue)
        company, steps = path[-1], len(path) - 1
        said = -negative * CERTAINTY**steps
        signs = votes.setdefault(company, {})
        signs[sign] = max(said, signs.get(sign, 0.0))
        state = (company, sign, last in UPSTREAM)
        if steps >= fewest.get(state, max_steps):
            continue
        fewest[state] = steps
        for step, relation in graph.edges.get(company, ()):
            strength = -negative * relation.strength
            if step.company in path or strength < min_strength or not _valid(relation, on):
                continue
            onward = carried(sign, last, step, relation) if steps else stances[company].toward(step, relation)
            if steps + 1 < fewest.get((step.company, onward, step.kind in UPSTREAM), max_steps + 1):
                heappush(queue, (-strength, (*path, step.company), onward, step.kind))
    return {company: verdict(signs) for company, signs in votes.items()}


def _valid(relation: Relation, on: date) -> bool:
    return (relation.since is None or relation.since <= on) and (relation.until is None or on <= relation.until)


def claim(story: Story, opens: Sequence[datetime], now: datetime) -> float:
    """How strongly a story claims to explain a move now, in [0, 1), by the session opens of one exchange (ascending).

    Less for each session since it was last reported, more the more feeds report it (n / (n + 3)), and nothing once
    its links are past their life.
    """
    if sessions_since(opens, story.last_fact, now) > SESSIONS_ALIVE:
        return 0.0
    heard = len(story.feeds) / (HALF_HEARD + len(story.feeds))
    return heard * FADE_PER_SESSION ** sessions_since(opens, story.last_seen, now)


def ranked(
    links: Iterable[Link], claims: Mapping[str, float], stories: Mapping[str, Story], raw: float = 0.0
) -> list[Link]:
    """Order the links that reach one instrument, best explanation first, without those that claim next to nothing.

    By strength times the story's claim, then the newest fact; `raw` is the move to explain, 0 where there is none yet.
    The design says "the strongest link, then the newest fact" alone: with that, a stock's own small news of last week
    beats what all feeds tell today, and Oracle's fall of 27 January is told under Stargate, Siemens Energy's under
    Meta's plan to spend more.
    """

    def explains(link: Link) -> bool:
        claimed = claims[link.story]
        return claimed > 0 and (not link.steps or link.strength * claimed >= WEAKEST_CLAIM)

    def order(link: Link) -> tuple[float, float, str]:
        weight = link.strength * claims[link.story] * (CONTRARY if is_contrary(link, raw) else 1.0)
        return -weight, -stories[link.story].last_fact.timestamp(), link.story

    return sorted((link for link in links if explains(link)), key=order)


def is_contrary(link: Link, raw: float) -> bool:
    """Whether a move goes the other way than the link's story would have it go."""
    return SIGNS[link.expected] * raw < 0


def sessions_since(opens: Sequence[datetime], moment: datetime, now: datetime) -> int:
    """How many of `opens` (session opens, UTC, ascending) lie after `moment` and not after `now`."""
    return max(bisect_right(opens, now) - bisect_right(opens, moment), 0)
