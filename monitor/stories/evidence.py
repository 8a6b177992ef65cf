"""How strongly an article belongs to a story: measurements of the two, weighed by a logistic regression. Pure.

The weights were fitted by `monitor.stories.train` to streams of headlines that were written and grouped for it
(`training/`), each weight held to the sign that it must have. A sum above `JOINS` joins.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from monitor.stories.prints import DOWN, UP, Profile, Seen, alike, heaviness
from monitor.types import Kind, Print

DAY = timedelta(days=1)
NEW_YORK = ZoneInfo("America/New_York")
NIGHT = timedelta(hours=5)
"""What is written until five in the morning in New York is about the day before."""

FEATURES = {
    "likest": +1, "likest3": +1, "companies": +1, "pair": +1, "lead": +1, "lead_out": -1, "apart": -1,
    "core_missing": -1, "names": +1, "figures": +1, "figures_differ": -1, "results": +1, "preview": +1, "calendar": +1,
    "wrap": +1, "kinds_differ": -1, "picks": -1, "age": -1, "event": +1, "bare": +1, "rare": +1, "head": -1, "size": 0,
    "pair_rare": +1, "news_lead": +1,
}  # fmt: skip
"""What is measured, in order, and which way it may count."""


def measured(one: Seen, story: Profile) -> tuple[float, ...]:
    """The measurements, in the order of `FEATURES`."""
    p = one.print
    likest, likest3, best = alike(one, story.seen)
    shared = set(p.companies) & story.companies.keys()
    lead = p.companies[0] if p.companies else ""
    leads = lead in story.core
    kind = story.kind
    pair = len(shared) >= 2
    rare = sum(w for t in one.tokens & best.tokens if t[0] not in "@#+" and (w := heaviness(t)) > RARE)
    mine, theirs = ({f for f in figs if f[-1] in "tb"} for figs in (p.figures, story.figures))
    same_way = any(way in one.tokens and way in story.tokens for way in (UP, DOWN))
    known = sum(heaviness(f"@{c}") for c in shared)
    return (
        likest,
        likest3,
        min(2.0, known / 10),
        float(pair),
        float(leads),
        float(bool(lead) and lead not in story.companies),
        float(bool(lead and story.companies) and not shared),
        float(bool(story.core) and story.core.isdisjoint(p.companies)),
        min(2.0, sum(heaviness(n) for n in p.names & story.names) / 7),
        min(2.0, len(p.figures & story.figures)),
        float(bool(mine and theirs) and mine.isdisjoint(theirs)),
        float(p.kind is Kind.RESULTS and Kind.RESULTS in story.kinds and leads),
        float(p.kind is Kind.PREVIEW and kind is Kind.PREVIEW and leads),
        float(p.kind is Kind.CALENDAR and kind is Kind.CALENDAR),
        float(p.kind is Kind.WRAP and kind is Kind.WRAP),
        float(kinds_differ(p.kind, kind)),
        float(Kind.PICKS in (p.kind, kind)),
        min(7.0, max(0.0, min(abs(p.seen - s.print.seen) for s in story.seen) / DAY)) ** 0.5,
        float(not p.events.isdisjoint(story.events)),
        float(one.bare and same_way and leads),
        min(3.0, rare / 7),
        float(p.head not in story.tokens and best.print.head not in one.tokens),
        min(3.0, story.size**0.5 / 2),
        min(2.0, known / 10) if pair else 0.0,
        float(leads and p.kind is Kind.NEWS and kind is Kind.NEWS),
    )


RARE = 4.5
"""A word that one in a hundred titles has, or fewer."""


def kinds_differ(one: Kind, other: Kind) -> bool:
    """Whether two sorts of titles are never about one happening."""
    closed = (Kind.PREVIEW, Kind.CALENDAR, Kind.TARGET, Kind.WRAP)
    return one is not other and (one in closed or other in closed)


def trading_day(one: Print) -> date:
    """The day of New York's session that a market wrap is about; at the weekend it is Friday's."""
    day = (one.seen.astimezone(NEW_YORK) - NIGHT).date()
    return day - timedelta(days=max(0, day.isoweekday() - 5))


def week(one: Print) -> date:
    """The Monday of the week that a calendar is about: from Friday on it is the next one."""
    day = one.seen.astimezone(NEW_YORK).date() + timedelta(days=3)
    return day - timedelta(days=day.weekday())


def barred(one: Seen, story: Profile) -> bool:
    """Whether an article cannot belong to a story, however alike: wraps of two days, calendars of two weeks."""
    p, first = one.print, story.seen[0].print
    if p.kind is Kind.WRAP and story.kind is Kind.WRAP:
        return trading_day(p) != trading_day(first)
    if p.kind is Kind.CALENDAR and story.kind is Kind.CALENDAR:
        return week(p) != week(first)
    return False


def sum_of(values: Sequence[float], weights: Sequence[float], bias: float) -> float:
    """The logit of belonging together."""
    return bias + sum(v * w for v, w in zip(values, weights, strict=True) if v)


WEIGHTS = (1.95,1.38,0,1.2,0,-1.42,-1.94,-0.6,0,1.83,-.52,2.33,1.78,.47,2.29,-3,-2.69,-2.04,.97,0,.81,-.87,-.58,.97,0)
BIAS = 0.66
JOINS = 0.5


def logit(one: Seen, story: Profile) -> float:
    """How strongly an article belongs to a story."""
    return sum_of(measured(one, story), WEIGHTS, BIAS)


SAID = {
    "likest": "like words", "pair": "the same companies", "figures": "the same figure", "results": "the same results",
    "preview": "the same results to come", "calendar": "the same week's calendar", "wrap": "the same day's market wrap",
    "event": "the same event", "bare": "the same move", "rare": "rare words", "names": "the same product",
    "pair_rare": "companies seldom told together", "likest3": "like words", "companies": "the same companies",
}  # fmt: skip


def because(one: Seen, story: Profile) -> str:
    """Why an article belongs to a story, for people: what spoke for it, the strongest first, and what is shared."""
    values = measured(one, story)
    parts = [(v * w, SAID[name]) for name, v, w in zip(FEATURES, values, WEIGHTS, strict=True) if name in SAID]
    said = list(dict.fromkeys(words for part, words in sorted(parts, reverse=True) if part > SPOKEN))[:3]
    shared = sorted(one.tokens & story.tokens, key=lambda t: (-heaviness(t), t))[:4]
    return f"tells of {' and '.join(said) or 'the same'} ({', '.join(t.lstrip('@#+') for t in shared)})"


SPOKEN = 0.4
