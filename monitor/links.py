"""How a story reaches companies that it does not name, and which story a move is told under. Pure.

A story's parties are the roots; from them the typed relations are walked, the best product of
strengths kept per company, until a number of steps or a floor of strength ends it. Links are derived when they are
read rather than stored: they depend on relations and watchlists, which people edit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from heapq import heappop, heappush

from config.types import Relation, RelationKind
from monitor.types import Link, Step, Story

INVERSE: Mapping[RelationKind, RelationKind] = {
    RelationKind.SUPPLIER: RelationKind.CUSTOMER,
    RelationKind.CUSTOMER: RelationKind.SUPPLIER,
    RelationKind.POWER: RelationKind.CUSTOMER,
    RelationKind.PARTNER: RelationKind.PARTNER,
    RelationKind.COMPETITOR: RelationKind.COMPETITOR,
}
"""What a relation is called from its other end. Investor and owner have no word there: they are walked as inverse."""

FADE_PER_SESSION = 0.8
"""How a story's claim on a move fades with each session since its last new fact.

A design choice: it lets yesterday's direct news beat a stronger link of the week before, which "the
strongest link, then the newest fact" alone would not.
"""

SESSIONS_ALIVE = 5
"""A link lives through the fifth session of its exchange to open after the last new fact (rule 6)."""


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
) -> dict[str, Link]:
    """The best link from `story` to each company it reaches, by company.

    Only relations of the kinds in `follow` that are valid `on` that day are walked. Strength is the party's
    own weight times the strengths of the steps; of equal paths the shorter, then the alphabetically first, wins.
    """
    best: dict[str, Link] = {}
    queue: list[tuple[float, int, str, Link]] = []
    for company, weight in sorted(story.parties.items()):
        link = Link(story.id, company, company, (), weight, 1, story.last_fact)
        heappush(queue, (-weight, 0, link.path, link))
    while queue:
        *_, link = heappop(queue)
        if link.company in best:
            continue
        best[link.company] = link
        if len(link.steps) == max_steps:
            continue
        for step, relation in graph.edges.get(link.company, ()):
            strength = link.strength * relation.strength
            if step.company in best or step.kind not in follow or strength < min_strength or not _valid(relation, on):
                continue
            onward = Link(
                story.id,
                step.company,
                link.root,
                (*link.steps, step),
                strength,
                link.sign * relation.sign,
                story.last_fact,
            )
            heappush(queue, (-strength, len(onward.steps), onward.path, onward))
    return best


def _valid(relation: Relation, on: date) -> bool:
    return (relation.since is None or relation.since <= on) and (relation.until is None or on <= relation.until)


def ranked(links: Iterable[tuple[Link, int]]) -> list[Link]:
    """Order the links that reach one instrument, best explanation first.

    Each comes with the number of sessions of the instrument's exchange that opened after the story's last new fact
    (0 while none has). Those past their life are left out.
    """
    alive = [(link, age) for link, age in links if age <= SESSIONS_ALIVE]
    return [link for link, _ in sorted(alive, key=_claim)]


def _claim(aged: tuple[Link, int]) -> tuple[float, float, str]:
    link, age = aged
    return -link.strength * FADE_PER_SESSION**age, -link.opened.timestamp(), link.story


def sessions_since(opens: Sequence[datetime], fact: datetime, now: datetime) -> int:
    """How many of `opens` (session opens, UTC) lie after `fact` and not after `now`."""
    return sum(fact < at <= now for at in opens)
