"""What is well written and still can't be meant: doubled, contradictory, ambiguous, leading nowhere.

Pure checks over values that remember where they were written. What would make alerts wrong is fatal; what a person
should see but everything still works with is a warning.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from rapidfuzz.distance import OSA

from config.registry import Registry
from config.tree import Document
from config.types import AliasClass, Company, EventType, Problem, Relation, RelationKind, Threshold, Watched, Watchlist

T = TypeVar("T")

_MOST = (
    ("move", 0.9, "90%"),
    ("sigma", 30.0, "30"),
    ("value_change", 5e12, "$5T"),
)
"""Conditions with what no day has reached: listed stocks that lost 90 % were about to go, the real day of the largest
loss of value took $593 bn, and the wildest recorded z was some 23."""
SHORTEST_SAFE_NAME = 3
"""Characters below which a name is met in any text by chance (Co, AI, HP), so that it needs its case at least."""


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """A value with the document and the place in it that it came from."""

    value: T
    document: Document
    loc: tuple[Hashable, ...]

    @property
    def where(self) -> str:
        """The place in words for a message about another one."""
        line = self.document.place(self.loc, key=True)[0]
        return f"{self.document.file}, line {line}"

    def problem(self, message: str, *, below: Sequence[Hashable] = (), key: bool = True, fatal: bool = True) -> Problem:
        """A Problem at this place, or at a place below it."""
        return self.document.problem((*self.loc, *below), message, key=key, fatal=fatal)


def edge(relation: Relation) -> tuple[str, RelationKind, str]:
    """The edge that a relation says, whichever end it is written at.

    Supplier and customer are each other's other end; competitor and partner have no direction.
    """
    source, kind, target = relation.source, relation.kind, relation.target
    if kind is RelationKind.CUSTOMER:
        return target, RelationKind.SUPPLIER, source
    if kind in {RelationKind.COMPETITOR, RelationKind.PARTNER}:
        return min(source, target), kind, max(source, target)
    return source, kind, target


def symbols(companies: Iterable[Placed[Company]]) -> list[Problem]:
    """Listings that two companies claim, or one claims twice."""
    problems = []
    owners: dict[str, Placed[Company]] = {}
    for placed in companies:
        for instrument in placed.value.instruments:
            owner = owners.setdefault(instrument.symbol, placed)
            if owner is not placed:
                message = f"{instrument.symbol} is a symbol of {owner.value.id} already ({owner.where}): keep one"
                problems.append(placed.problem(message, below=("symbols",)))
        listed = [instrument.symbol for instrument in placed.value.instruments]
        problems += [
            placed.problem(f"{symbol} is listed twice: remove one", below=("symbols",))
            for symbol in dict.fromkeys(listed)
            if listed.count(symbol) > 1
        ]
    return problems


def aliases(companies: Iterable[Placed[Company]]) -> list[Problem]:
    """Names that are trusted on sight for two companies, or too short for that. Warnings."""
    problems = []
    owners: dict[str, Placed[Company]] = {}
    for placed in companies:
        for alias in placed.value.aliases:
            if alias.trust is not AliasClass.SAFE:
                continue
            if len(alias.text) < SHORTEST_SAFE_NAME:
                message = f"{alias.text} is too short to be trusted in any case: put it under cased or doubtful"
                problems.append(placed.problem(message, fatal=False))
            owner = owners.setdefault(alias.text.casefold(), placed)
            if owner is not placed:
                message = (
                    f"{alias.text} stands for {owner.value.id} too ({owner.where}): "
                    "put it under doubtful in both, or remove it from one"
                )
                problems.append(placed.problem(message, fatal=False))
    return problems


def relations(written: Iterable[Placed[Relation]]) -> list[Problem]:
    """Relations of one file that say the same edge for the same time, and companies related to themselves.

    Twice the same is a warning; twice with other signs is fatal, as one of them makes alerts say the contrary.
    """
    problems = []
    known: dict[tuple[str, RelationKind, str], list[Placed[Relation]]] = {}
    for placed in written:
        relation = placed.value
        if relation.source == relation.target:
            problems.append(placed.problem(f"{relation.source} is related to itself: write another company"))
        same = known.setdefault(edge(relation), [])
        first = next((one for one in same if _overlap(one.value, relation)), None)
        if first is not None:
            contrary = first.value.sign != relation.sign
            said = "with the other sign" if contrary else "already"
            message = (
                f"{relation.source} -{relation.kind}-> {relation.target} is said {said} ({first.where}): "
                "remove one (an edge is walked from both ends)"
            )
            problems.append(placed.problem(message, fatal=contrary))
        same.append(placed)
    return problems


def watched(entries: Sequence[Placed[Watched]]) -> list[Problem]:
    """Stocks that stand twice on a watchlist (fatal if differently), and second listings of a company (a warning)."""
    problems = []
    listings: dict[str, Placed[Watched]] = {}
    companies: dict[str, Placed[Watched]] = {}
    for placed in entries:
        entry = placed.value
        first = listings.setdefault(entry.symbol, placed)
        of_company = companies.setdefault(entry.company, placed)
        line = first.document.place(first.loc)[0]
        if first is not placed:
            differs = first.value != entry
            message = f"{entry.symbol} is on this list already, on line {line}: remove one"
            problems.append(placed.problem(message, fatal=differs))
        elif of_company is not placed:
            message = (
                f"{entry.symbol} is another listing of {of_company.value.symbol} (line "
                f"{of_company.document.place(of_company.loc)[0]}): the company will be watched twice"
            )
            problems.append(placed.problem(message, fatal=False))
    return problems


def thresholds(document: Document, loc: Sequence[Hashable], rows: Sequence[Threshold]) -> list[Problem]:
    """Rows that no move reaches, and rows that ask for more than another in everything, so that they add nothing."""
    problems = []
    for number, row in enumerate(rows):
        for key, most, words in _MOST:
            asked = getattr(row, key)
            if asked is not None and asked > most:
                message = f"no move reaches this: write {words} or less"
                problems.append(document.problem((*loc, number, key), message, fatal=False))
        easier = next((n for n, one in enumerate(rows) if n != number and _easier(one, row, first=n < number)), None)
        if easier is not None:
            line = document.place((*loc, easier))[0]
            message = f"row {easier + 1} (line {line}) holds whenever this row does: remove this one, or lower it"
            problems.append(document.problem((*loc, number), message, fatal=False))
    return problems


def _easier(one: Threshold, other: Threshold, *, first: bool) -> bool:
    """Whether `one` holds whenever `other` does; of equal rows the later one is in vain."""
    asks = [(getattr(one, key), getattr(other, key)) for key, *_ in _MOST]
    return all(a is None or (b is not None and a <= b) for a, b in asks) and (first or one != other)


def watchlist(placed: Placed[Watchlist], registry: Registry) -> list[Problem]:
    """What keeps a whole list from ever making an alert. Warnings."""
    one = placed.value
    problems = []
    if one.events == frozenset({EventType.MARKET_MOVE}) and not one.unlinked:
        message = (
            "this list can never alert: a market_move opens no link (it joins the story it names); "
            "add other types, or `unlinked: true`"
        )
        problems.append(placed.document.problem(("events",), message, fatal=False))
    if all(_is_gone(watched, registry) for watched in one.companies):
        message = "this list can never alert: none of its stocks is listed any more"
        problems.append(placed.document.problem(("companies",), message, key=True, fatal=False))
    return problems


def _is_gone(watched: Watched, registry: Registry) -> bool:
    company = registry.companies.get(watched.company)
    return company is not None and bool(company.note) and watched.symbol == company.symbol


def channels(written: Sequence[Placed[str]], default: str) -> list[Problem]:
    """Channels that differ from another's by one letter, which is rather a typo. Warnings, at the rarer one.

    `written` are those of watchlists and severities, `default` that of the settings.
    """
    uses = Counter([default, *(placed.value for placed in written)])
    order = list(uses)
    problems = []
    for placed in written:
        channel = placed.value
        others = (one for one in order if _typo(channel, one))
        near = next(
            (one for one in others if (-uses[one], order.index(one)) < (-uses[channel], order.index(channel))), ""
        )
        if near:
            message = f"{channel} is a letter away from {near}: did you mean that?"
            problems.append(placed.problem(message, key=False, fatal=False))
    return problems


def _typo(one: str, other: str) -> bool:
    """Whether one letter makes the difference; #desk-1 and #desk-2 are two desks."""
    same_letters = one.rstrip("0123456789") == other.rstrip("0123456789")
    return one != other and not same_letters and OSA.distance(one, other) == 1


def _overlap(one: Relation, other: Relation) -> bool:
    """Whether two spans of validity share a day."""
    return (one.since or date.min) <= (other.until or date.max) and (other.since or date.min) <= (one.until or date.max)
