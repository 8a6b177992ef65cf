"""How strongly an article belongs to a story: measurements of the two, weighed by a logistic regression. Pure.

What is measured is written in `measured`, what it counts in `WEIGHTS`: fitted by `monitor.stories.train` to streams of
headlines that were written and grouped for it, each weight held to the sign that it must have.
"""

from datetime import timedelta

from monitor.stories.prints import DOWN, HEAVIEST, UP, Profile, Seen, alike, heaviness
from monitor.types import Kind

WEIGHTS: dict[str, float] = {
    "likest": 3.2, "likest3": 2.2, "companies": 0.9, "pair": 1.78, "pair_rare": 1.37, "lead_out": -0.97,
    "apart": -1.13, "core_missing": 0.0, "names_differ": -0.41, "figures": 1.59, "results": 3.42, "aftermath": 1.85,
    "preview": 2.89, "kinds_differ": -2.45, "age": -1.76, "event": 1.29, "rare": 1.33, "head": -0.33,
    "strangers": -1.97, "size": 0.23,
}  # fmt: skip
"""What each measurement counts, in the order of `measured`."""
BIAS = -2.02
JOINS = 0.25
"""The sum from which an article joins. Over ten streams, each left out of the fit in its turn, precision over all rows
was then 0.96 and F1 over the rows of real stories 0.87 (at 0: 0.95, 0.88; at 1: 0.98, 0.82)."""

DAY = timedelta(days=1)
RARE = 4.5
"""The weight of a word that one in a hundred titles has."""
COPY = 0.8
"""The share of words in common from which one title was written from the other."""
MARKS = frozenset({UP, DOWN, "+outlook", "+beat", "+miss", "+result", "wall", "worst", "best"})
"""Words of how a market takes results."""
CLOSED = (Kind.PREVIEW, Kind.CALENDAR, Kind.TARGET, Kind.WRAP)
"""Sorts of titles that belong among their own only."""


def measured(one: Seen, story: Profile) -> tuple[float, ...]:
    """The measurements that speak for and against an article's belonging to a story, in the order of `WEIGHTS`."""
    p = one.print
    likest, likest3, best = alike(one, story.seen)
    shared = [c for c in p.companies if c in story.companies]
    lead = p.companies[0] if p.companies else ""
    leads = lead in story.core
    results = Kind.RESULTS in story.kinds and leads
    known = min(2.0, sum(heaviness(f"@{c}") for c in shared) / 10)
    age = max(0.0, min(abs(p.seen - s.print.seen) for s in story.seen) / DAY)
    rare = sum(w for t in one.tokens & best.tokens if t[0] not in "@#+" and (w := heaviness(t)) > RARE)
    exchanged = p.head not in story.tokens and best.print.head not in one.tokens
    aftermath = results and p.kind is Kind.NEWS and len(p.companies) == 1 and age < 2  # noqa: PLR2004  days
    return (
        likest,
        likest3,
        known,
        float(len(shared) > 1),
        known if len(shared) > 1 else 0.0,
        float(bool(lead) and lead not in story.companies),
        float(bool(lead and story.companies) and not shared),
        float(bool(story.core) and story.core.isdisjoint(p.companies)),
        float(bool(p.names and story.names) and p.names.isdisjoint(story.names)),
        min(2.0, len(p.figures & story.figures)),
        float(results and p.kind is Kind.RESULTS),
        float(aftermath and not MARKS.isdisjoint(p.terms)),
        float(leads and p.kind is Kind.PREVIEW and story.kind is Kind.PREVIEW),
        float(kinds_differ(p.kind, story.kind)),
        min(7.0, age) ** 0.5,
        float(not p.events.isdisjoint(story.events)),
        min(3.0, rare / 7),
        float(exchanged),
        float(exchanged and _unknown(p.head) and _unknown(best.print.head)),
        min(3.0, story.size**0.5 / 2),
    )


def _unknown(head: str) -> bool:
    """Whether a title begins with a name nobody knows: likely an issuer of its own."""
    return head[:1] != "@" and (not head or heaviness(head) == HEAVIEST)


def kinds_differ(one: Kind, other: Kind) -> bool:
    """Whether two sorts of titles are never about one happening."""
    return one is not other and (one in CLOSED or other in CLOSED)


def barred(one: Seen, story: Profile) -> bool:
    """Whether an article cannot belong to a story, however alike.

    Picks and opinions stand for themselves, but for copies; and titles that begin with companies of which the other
    says nothing are about two happenings, though the words be the same.
    """
    p, first = one.print, story.seen[0].print
    if Kind.PICKS in (p.kind, story.kind):
        return p.companies[:1] != first.companies[:1] or not any(_copies(one, other) for other in story.seen)
    begins = p.head[:1] == "@" == first.head[:1]
    return begins and story.companies.keys().isdisjoint(p.companies) and p.names.isdisjoint(story.names)


def _copies(one: Seen, other: Seen) -> bool:
    """Whether one title was written from the other: they share nearly all their words."""
    return len(one.tokens & other.tokens) > COPY * len(one.tokens | other.tokens)


def logit(one: Seen, story: Profile) -> float:
    """How strongly an article belongs to a story; above `JOINS` it does."""
    return BIAS + sum(v * w for v, w in zip(measured(one, story), WEIGHTS.values(), strict=True) if v)


SAID = {
    "likest": "like words", "likest3": "like words", "companies": "the same companies", "pair": "the same companies",
    "pair_rare": "companies seldom told together", "figures": "the same figure", "results": "the same results",
    "aftermath": "what followed the results", "preview": "the same results to come", "event": "the same event",
    "rare": "rare words",
}  # fmt: skip
SPOKEN = 0.4
"""What a measurement must have counted to be named as a reason."""


def because(one: Seen, story: Profile) -> str:
    """Why an article belongs to a story, for people: what spoke for it, the strongest first, and what is shared."""
    counted = zip(WEIGHTS, measured(one, story), WEIGHTS.values(), strict=True)
    parts = [(value * weight, SAID[name]) for name, value, weight in counted if name in SAID]
    said = list(dict.fromkeys(words for part, words in sorted(parts, reverse=True) if part > SPOKEN))[:3]
    shared = sorted(one.tokens & story.tokens, key=lambda t: (-heaviness(t), t))[:4]
    return f"shares {', '.join(said) or 'its words'}: {', '.join(t.lstrip('@#+') for t in shared)}"
