"""From an article to its print, and from the prints of a story to what a new one is compared with. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

from monitor.stories.kinds import kind_of
from monitor.stories.words import (
    WORD,
    content_words,
    designations,
    figures,
    named_numbers,
    plain,
    stem,
    stems,
    weight,
)
from monitor.types import Article, Kind, Print
from nlp.types import Analysis

HEARD = 0.5
"""An event's score from which it counts in comparing titles; to be a fact takes more (`join.SURE`)."""
HEAVIEST = 7.0
"""The most a word can weigh: among the rarest ones rarity is chance."""
FIGURE = {"t": 7.0, "b": 6.5, "m": 6.0, "%": 3.5}
PLAIN_FIGURE = 5.0
UP, DOWN = "+up", "+down"


def print_of(article: Article, analysis: Analysis) -> Print:
    """What is remembered of an article for joining."""
    title = article.title
    end = len(title)
    mentions = [m for m in analysis.mentions if m.start < end]
    named = tuple(dict.fromkeys(m.company for m in mentions))
    known = {w for m in mentions if m.via != "brand" for w in content_words(m.text)}
    words = content_words(title)
    names = designations(words | content_words(article.summary)) | named_numbers(title)
    parts = {part for name in named_numbers(title) for part in name.split("-")}
    names |= {w for m in mentions if m.via == "brand" for w in content_words(m.text)} - known - parts
    first = next((w.lower() for w in WORD.findall(plain(title)) if w.lower().removesuffix("'s") in words), "")
    at_head = next((m.company for m in mentions if first and content_words(m.text) & {first.removesuffix("'s")}), None)
    return Print(
        seen=article.seen,
        kind=kind_of(title),
        head=f"@{at_head}" if at_head else stem(first.removesuffix("'s")) if first else "",
        companies=named,
        beside=tuple(c for c in analysis.companies if c not in named),
        terms=stems(words - known) - names - stems(names),
        names=names - known,
        figures=figures(title),
        events=frozenset(
            f"{e.type} {e.actor or e.target or (named[0] if named else '')}"
            for e in analysis.events
            if e.score >= HEARD and e.start < end
        ),
    )


@lru_cache(maxsize=8_192)
def heaviness(token: str) -> float:
    """What a token of a print weighs: its rarity, a figure by its unit."""
    if token[0] == "#":
        return FIGURE.get(token[-1], PLAIN_FIGURE)
    return min(HEAVIEST, weight(token))


@dataclass(frozen=True, slots=True)
class Seen:
    """A print ready to be compared: its tokens (companies with @, figures with #), and their length as a vector."""

    print: Print
    tokens: frozenset[str]
    length: float
    bare: bool


def ready(one: Print) -> Seen:
    """Weigh a print."""
    tokens = one.terms | one.names | {f"@{c}" for c in one.companies} | {f"#{f}" for f in one.figures}
    rest = {t for t in one.terms if t not in (UP, DOWN)} | one.names
    moves = bool(one.terms & {UP, DOWN}) and bool(one.companies)
    return Seen(
        one,
        tokens,
        sqrt(sum(heaviness(t) ** 2 for t in tokens)) or 1.0,
        bare=moves and not rest and len(one.companies) == 1,
    )


@dataclass(frozen=True, slots=True)
class Profile:
    """A story as a new article is compared with it: its prints, and what most of them share.

    `core` are companies that at least half of the titles with a company name; `kind` is the commonest sort of title.
    """

    id: str
    seen: tuple[Seen, ...]
    tokens: frozenset[str]
    companies: Counter[str]
    core: frozenset[str]
    kinds: frozenset[Kind]
    kind: Kind
    events: frozenset[str]
    names: frozenset[str]
    figures: frozenset[str]
    size: int


def profile_of(story_id: str, prints: Iterable[Seen], size: int) -> Profile:
    """Sum up the prints of a story."""
    seen = tuple(prints)
    companies = Counter(c for s in seen for c in s.print.companies)
    told = sum(1 for s in seen if s.print.companies)
    return Profile(
        id=story_id,
        seen=seen,
        tokens=frozenset().union(*(s.tokens for s in seen)),
        companies=companies,
        core=frozenset(c for c, n in companies.items() if 2 * n >= told),
        kinds=frozenset(s.print.kind for s in seen),
        kind=Counter(s.print.kind for s in seen).most_common(1)[0][0],
        events=frozenset().union(*(s.print.events for s in seen)),
        names=frozenset().union(*(s.print.names for s in seen)),
        figures=frozenset().union(*(s.print.figures for s in seen)),
        size=size,
    )


def cosine(one: Seen, other: Seen) -> float:
    """How alike two prints are, in [0, 1]."""
    return shared_weight(one.tokens & other.tokens) / (one.length * other.length)


def shared_weight(tokens: Iterable[str]) -> float:
    """The sum of squares of what tokens weigh."""
    return sum(heaviness(t) ** 2 for t in tokens)


def alike(one: Seen, others: Sequence[Seen]) -> tuple[float, float, Seen]:
    """The cosine with the likest of some prints, the mean of that with the three likest, and which is likest."""
    scored = sorted(((cosine(one, other), n) for n, other in enumerate(others)), reverse=True)
    best = [score for score, _ in scored[:3]]
    return best[0], sum(best) / len(best), others[scored[0][1]]
