"""Relations that are well written and still can't be meant: contradictory ones, and those that lead to no stock. Pure.

Unknown companies are told where names are looked up (`config.merge`), edges said twice where a file is read
(`config.lint`); here the whole graph is looked at, the user's edges over the shipped ones. A rival who also buys is
no contradiction: many are both, and what is then expected of the stock is "unclear".
"""

from collections.abc import Iterable, Mapping, Sequence

from config.lint import Placed
from config.types import Company, Problem, Relation, RelationKind

OWNER, COMPETITOR = RelationKind.OWNER, RelationKind.COMPETITOR
ENDS = 2
"""An edge has two."""


def problems(written: Sequence[Placed[Relation]], companies: Mapping[str, Company]) -> list[Problem]:
    """Everything that is odd about the relations of a whole configuration, each told at the edge written last."""
    return [*_parting(written), *_owned_rivals(written), *_circles(written), *_islands(written, companies)]


def overlap(one: Relation, other: Relation) -> bool:
    """Whether two spans of validity share a day."""
    starts = [r.since for r in (one, other) if r.since]
    ends = [r.until for r in (one, other) if r.until]
    return not (starts and ends) or max(starts) <= min(ends)


def _parting(written: Iterable[Placed[Relation]]) -> Iterable[Problem]:
    """Edges over which money flows, or by which one holds the other, and that still say the two part."""
    for placed in written:
        relation = placed.value
        if relation.sign < 0 and relation.kind is not COMPETITOR:
            message = (
                f"sign: -1 says that {relation.source} loses where {relation.target} gains, but a {relation.kind} "
                "shares its fortune: leave sign out, or write it under competitor"
            )
            yield placed.problem(message, fatal=False)


def _owned_rivals(written: Iterable[Placed[Relation]]) -> Iterable[Problem]:
    """Companies that are said to be each other's rival and owner at once."""
    owners: dict[frozenset[str], list[Placed[Relation]]] = {}
    rivals: dict[frozenset[str], list[Placed[Relation]]] = {}
    places: dict[int, int] = {}
    for number, placed in enumerate(written):
        places[id(placed)] = number
        of = {OWNER: owners, COMPETITOR: rivals}.get(placed.value.kind)
        if of is not None:
            of.setdefault(_pair(placed.value), []).append(placed)
    for pair in owners.keys() & rivals.keys():
        for owner in owners[pair]:
            for rival in rivals[pair]:
                if overlap(owner.value, rival.value):
                    later, first = sorted((owner, rival), key=lambda p: -places[id(p)])
                    message = (
                        f"{later.value.source} -{later.value.kind}-> {later.value.target} contradicts "
                        f"-{first.value.kind}-> ({first.where}): a company is no rival of its owner; remove one, or "
                        "give both dates that do not overlap"
                    )
                    yield later.problem(message, fatal=False)


def _circles(written: Iterable[Placed[Relation]]) -> Iterable[Problem]:
    """Edges with which companies come to own each other, directly or over others."""
    owned: dict[str, list[Placed[Relation]]] = {}
    for placed in written:
        if placed.value.kind is not OWNER:
            continue
        way = _way(placed.value.target, placed.value, owned)
        if way:
            names = " -owner-> ".join([placed.value.source, *way])
            message = f"{names}: nobody owns its own owner; turn the edge round (to: is the owner), or remove it"
            yield placed.problem(message, fatal=False)
        owned.setdefault(placed.value.source, []).append(placed)


def _way(start: str, closing: Relation, owned: Mapping[str, Sequence[Placed[Relation]]]) -> list[str]:
    """The companies from `start` to the source of `closing` over edges to owners of the same days; none if no way."""
    queue, seen = [[start]], {start}
    while queue:
        path = queue.pop(0)
        if path[-1] == closing.source and len(path) >= ENDS:
            return path
        for placed in owned.get(path[-1], ()):
            owner = placed.value.target
            if owner not in seen and overlap(placed.value, closing):
                seen.add(owner)
                queue.append([*path, owner])
    return []


def _islands(written: Sequence[Placed[Relation]], companies: Mapping[str, Company]) -> Iterable[Problem]:
    """Edges among companies from which no way leads to any listed one: no story over them can reach a stock."""
    beside: dict[str, set[str]] = {}
    for placed in written:
        ends = (placed.value.source, placed.value.target)
        for one, other in (ends, ends[::-1]):
            beside.setdefault(one, set()).add(other)
    reached: set[str] = set()
    queue = [name for name in beside if name in companies and companies[name].symbol]
    while queue:
        name = queue.pop()
        if name not in reached:
            reached.add(name)
            queue += beside[name]
    for placed in written:
        if placed.value.source not in reached:
            message = (
                f"from {placed.value.source} and {placed.value.target} no relation leads to a listed company: "
                "relate one of them to a company with symbols, or remove this"
            )
            yield placed.problem(message, fatal=False)


def _pair(relation: Relation) -> frozenset[str]:
    return frozenset((relation.source, relation.target))
