"""Which way an event is expected to move the companies that have a part in it, and those one step away. Pure.

The table is data, `expect` in events.yaml; this reads it. It reasons as a sell-side analyst would on the first
morning, before anyone has seen a price, and says "unclear" where that analyst would shrug:

- *Who gains, not what happened.* A row speaks of roles. A release is good for its maker; a stake taken is good for
  who gets the money and an open question for who pays; a purchase lifts the bought and not the buyer; capital
  spending is income for suppliers and power plants and an expense for the spender, so his own sign stays open.
- *Good or bad is in the words beside the trigger*: beats or misses, raises or cuts, curbs or clears. Rows with `when`
  are asked first; those that hold are taken together, and where they disagree ("beats, but cuts its outlook") nothing
  is said. A word under a "not" or a "fails to" counts for none. The words must stand in the trigger's clause: "Meta
  cuts jobs as it raises AI spending" is no cut in spending.
- *Away from the event the relation's own sign decides*: suppliers move with their customers, rivals for one budget
  part, those who sell shovels to one gold rush move together (relations.yaml tells the two apart). Signs multiply
  along a path; a row may overrule the first step. Three steps say nothing: to a partner (nobody knows who pays whom),
  to a rival of someone who is only touched himself (his loss is spread over all of them), and from a supplier back to
  its other customers (orders lift who gets them, not who stands beside in the queue).
- *27 January 2025.* A cheap model of DeepSeek's turns its rivals down (they sell the same for more), and down with
  them go those who sell chips and power to those rivals: competitor -1, supplier +1, product -1. DeepSeek's own
  supplier is Nvidia as well; for an ordinary release that is a gain. The words "open" and "cheap" take it away (more
  answers for less computing), so that only the rivals' loss is left.
- *Several paths.* Each step is one more guess, so a longer path says less. The one that says most counts, unless one
  that says nearly as much says the contrary: then it is unclear. A path that says nothing gives way to one that
  says nearly as much.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from config.types import Company, Direction, EventLexicon, EventType, Expectation, Relation, RelationKind
from monitor.types import Fact, Step
from nlp.forms import all_forms
from nlp.rules import GAP, same_clause
from nlp.types import Status

COMPARABLE = 0.6
"""How much a path must say against the one that says most, to be heard beside it: somewhat less than two grades of
relations.yaml (0.9 to 0.5). At 0.5, rows that silence customers are outvoted by way of those customers' suppliers."""

SIGNS = {Direction.UP: 1, Direction.DOWN: -1, Direction.UNCLEAR: 0}
DIRECTIONS = {sign: direction for direction, sign in SIGNS.items()}
MUTE = frozenset({RelationKind.PARTNER, RelationKind.COMPETITOR})
"""Relations that carry no sign beyond the first step."""

UPSTREAM = frozenset({RelationKind.SUPPLIER, RelationKind.POWER})
"""Relations over which money flows away from the event; on from there no other customer gains."""

CERTAINTY = 0.7
"""What is left of a path's say with each step: two steps say half of what none says."""

_NEGATION = re.compile(
    r"(?:\b(?:not|never|no longer|without|cannot|(?:fail|refuse|decline)(?:s|ed|ing)? to)|n['’]t)\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an event is expected to do: +1 up, -1 down, 0 unclear. `relations` are those the table names."""

    actor: int = 0
    target: int = 0
    relations: Mapping[RelationKind, int] | None = None
    not_for: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class View:
    """What one event says of one company: its own sign, and the signs of first steps from it that the table names."""

    sign: int
    steps: Mapping[RelationKind, int]


@dataclass(frozen=True, slots=True)
class Stance:
    """What all events of a story say of one company."""

    views: tuple[View, ...] = ()

    @property
    def sign(self) -> int:
        """Its own sign."""
        return agreed(view.sign for view in self.views)

    def spreads(self, edges: Iterable[tuple[Step, Relation]]) -> bool:
        """Whether it says anything of a company one step away."""
        return bool(self.views) and any(self.toward(step, relation) for step, relation in edges)

    def toward(self, step: Step, relation: Relation) -> int:
        """The sign of a company one step away from it.

        What the table promises investors and owners is not for those in whom the company itself invests.
        """
        own = 0 if step.kind is RelationKind.PARTNER else relation.sign
        told = [(view.sign * own, view.steps.get(step.kind)) for view in self.views]
        return agreed(sign if named is None or (named and step.inverse) else named for sign, named in told)


class Expectations:
    """The table, made ready: `when` as patterns, companies by the groups that rows leave out."""

    def __init__(self, lexicon: EventLexicon, companies: Mapping[str, Company]) -> None:
        """Take the rows of `lexicon`; `companies` by id, for their groups."""
        self._rows: dict[EventType, list[tuple[re.Pattern[str] | None, Expectation]]] = {}
        for row in lexicon.expectations:
            self._rows.setdefault(row.type, []).append((words_pattern(row.when), row))
        self._companies = companies

    def rows(self, kind: EventType, sentence: str, trigger: str) -> list[Expectation]:
        """The rows that speak of an event: those whose words stand beside its trigger, else those without words."""
        rows = self._rows.get(kind, ())
        told = [row for pattern, row in rows if pattern is not None and _stands(pattern, sentence, trigger)]
        return told or [row for pattern, row in rows if pattern is None]

    def outlook(self, kind: EventType, sentence: str, trigger: str, status: str = "") -> Outlook:
        """What an event of that kind is expected to do, by the words around its trigger; nothing if it is denied."""
        if status == Status.DENIED:
            return Outlook()
        told = self.rows(kind, sentence, trigger)
        relations: dict[RelationKind, list[int]] = {}
        for row in told:
            for relation, direction in row.relations:
                relations.setdefault(relation, []).append(SIGNS[direction])
        return Outlook(
            agreed(SIGNS[row.actor] for row in told),
            agreed(SIGNS[row.target] for row in told),
            {relation: agreed(signs) for relation, signs in relations.items()},
            frozenset(group for row in told for group in row.not_for),
        )

    def stance(self, company: str, facts: Iterable[Fact]) -> Stance:
        """What a story's facts say of a company, which may act, be acted upon, or only be named beside them.

        A price move is what happened to a price, and says nothing of what to expect.
        """
        causes = [fact for fact in facts if fact.type is not EventType.MARKET_MOVE]
        return Stance(tuple(self.view(company, fact) for fact in causes if company in {fact.company, fact.target}))

    def view(self, company: str, fact: Fact) -> View:
        """What a fact says of one who has a part in it.

        A target is silenced where the row silences a relation, but what the row promises is promised to the actor's.
        Where one company is both (the only one that a passive sentence names), it is the target.
        """
        outlook = self.outlook(fact.type, fact.sentence, fact.trigger, fact.status)
        relations = outlook.relations or {}
        if self._spared(company, outlook.not_for):
            return View(0, dict.fromkeys(RelationKind, 0))
        if company == fact.target:
            sign = outlook.target or (outlook.actor if company == fact.company else 0)
            return View(sign, {kind: 0 for kind, told in relations.items() if not told})
        return View(outlook.actor, relations)

    def _spared(self, company: str, groups: frozenset[str]) -> bool:
        known = self._companies.get(company)
        return known is not None and not groups.isdisjoint(known.groups)


def agreed(signs: Iterable[int]) -> int:
    """The sign that all of `signs` share that have one; 0 if none has or they disagree."""
    told = {sign for sign in signs if sign}
    return told.pop() if len(told) == 1 else 0


def carried(sign: int, last: str, step: Step, relation: Relation) -> int:
    """The sign of a company by that of the one before it on a path, itself reached over a relation of kind `last`."""
    turned = step.kind is RelationKind.CUSTOMER and last in UPSTREAM
    return 0 if turned or step.kind in MUTE else sign * relation.sign


def verdict(votes: Mapping[int, float]) -> Direction:
    """The direction that the strongest path of each sign (strengths by sign) come to; see the module's docstring."""
    up, down = votes.get(1, 0.0), votes.get(-1, 0.0)
    strongest = max(up, down)
    if strongest < COMPARABLE * votes.get(0, 0.0) or min(up, down) >= COMPARABLE * strongest:
        return Direction.UNCLEAR
    return Direction.UP if up > down else Direction.DOWN


def words_pattern(words: Sequence[str]) -> re.Pattern[str] | None:
    """Finds all forms of all words; `raise ... target` lets anything stand between its parts. None for no words."""
    if not words:
        return None
    choices = []
    for word in sorted(words, key=len, reverse=True):
        parts = [part.strip() for part in word.split(GAP) if part.strip()]
        choices.append(".*?".join("(?:" + "|".join(map(_whole, all_forms(part))) + ")" for part in parts))
    return re.compile("|".join(choices), re.IGNORECASE)


def _whole(form: str) -> str:
    """A pattern of whole words; `raise $` may go on with a figure."""
    start, end = (r"\b" if char.isalnum() else "" for char in (form[0], form[-1]))
    return start + re.escape(form).replace("'", "['’]") + end


def _stands(pattern: re.Pattern[str], sentence: str, trigger: str) -> bool:
    """Whether one of a row's words stands in the clause of the trigger, and not under a negation."""
    place = max(sentence.find(trigger), 0)
    return any(
        (not trigger or same_clause(sentence, place, found.start()))
        and not _NEGATION.search(sentence, 0, found.start())
        for found in pattern.finditer(sentence)
    )
