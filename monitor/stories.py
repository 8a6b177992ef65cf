"""Which story an article belongs to, and whether it adds a new fact. Pure.

An article joins the story that reports the same happening: the same kind of event of the same company in
words that agree, the same words about a shared company, or, for a price move, the story whose
company it names. It opens a story of its own only when it reports an event; a price move alone opens none that could
link anything. The rules are the plain first form; each join says its reason.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from config.types import EventType
from monitor.types import Article, Fact, Report, Story
from nlp.types import Analysis, Status

SAME_EVENT_DAYS = timedelta(days=7)
"""A happening is retold for about a week (DESIGN: a week-old release that the market only now reads)."""
SAME_WORDS_DAYS = timedelta(days=3)
"""Syndicated copies and rewrites follow within days."""
CAUSE_DAYS = timedelta(days=4)
"""A price move names a cause that was in the news since the last session, a long weekend included."""
OPEN_FOR = timedelta(days=10)
"""Five sessions after the last new fact, with weekends and holidays; older stories are not joined."""

SAME_EVENT_LIKENESS = 0.2
SAME_WORDS_LIKENESS = 0.5
MIN_SHARED_WORDS = 2

TITLES_KEPT = 40
"""Enough to recognise rewrites; a story that a thousand outlets copy must not grow for ever."""

ACTOR, TARGET, NAMED = 1.0, 0.9, 0.8
"""How directly a fact names a company: as the one that acts, the one it is done to, or beside them in the title."""

WORD = re.compile(r"[^\W_]+(?:[.'-][^\W_]+)*")
STOP_WORDS = frozenset(
    """a about after ahead all also amid an and another any are as at back be been before being between both but by
    can could day did do does down during each even first for from get gets go had has have he her here his how if in
    into is it its just last latest least like made make makes many may might more most much must near new next no not
    now of off on once one only or other our out over own part per plus put report reports s said same say says second
    see set sets she should since so some such take takes than that the their them then there these they this those
    through to today two under until up update upon us use was we week well were what when where which while who why
    will with within without would year years yet you your""".split()  # noqa: SIM905  a word list reads best as words
)


@dataclass(frozen=True, slots=True)
class Joining:
    """What became of a report: the story as it is afterwards, or None where it reports nothing to follow."""

    story: Story | None
    opened: bool
    new_fact: bool
    reason: str


def report(article: Article, analysis: Analysis) -> Report:
    """Boil an analysis down to what stories are made of: who is named, and which facts are reported.

    A denied event is no fact. A fact without an actor goes to its target, else to the first company of the title,
    else to none ("").
    """
    end = len(article.title)
    named = tuple(dict.fromkeys(m.company for m in analysis.mentions if m.start < end))
    facts = tuple(
        Fact(e.type, e.actor or e.target or next(iter(named), ""), e.status.value, e.sentence, e.score)
        for e in analysis.events
        if e.status is not Status.DENIED
    )
    return Report(article, named, analysis.companies, facts)


def join(found: Report, stories: Iterable[Story]) -> Joining:
    """Find the story that `found` belongs to among `stories`, or open one.

    `stories` may come in any order; ties go to the newest fact, then the id, so that the answer does
    not depend on it.
    """
    words = content_words(found.article.title)
    scored = [
        (score, story.last_fact, story.id, story, reason)
        for story in stories
        for score, reason in [_belongs(found, words, story)]
        if score > 0
    ]
    if scored:
        *_, story, reason = max(scored, key=lambda s: s[:3])
        joined, new_fact = _extend(story, found, words)
        return Joining(joined, opened=False, new_fact=new_fact, reason=reason)
    if not any(f.type is not EventType.MARKET_MOVE for f in found.facts):
        return Joining(None, opened=False, new_fact=False, reason="reports no event that could open a story")
    return Joining(_open(found, words), opened=True, new_fact=True, reason="opens a story")


def content_words(title: str) -> frozenset[str]:
    """The words of a title that carry its meaning: lower case, accents and possessives off, no stop words."""
    plain = unicodedata.normalize("NFKD", title.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    words = (w.lower().removesuffix("'s") for w in WORD.findall(bare))
    return frozenset(w for w in words if w not in STOP_WORDS and len(w) > 1)


def likeness(words: frozenset[str], titles: Sequence[frozenset[str]]) -> tuple[float, int]:
    """How alike a title is to the likest of a story's: Jaccard index in [0, 1], and the words shared with it."""
    best = (0.0, 0)
    for title in titles:
        shared = len(words & title)
        if shared:
            best = max(best, (shared / len(words | title), shared))
    return best


def _belongs(found: Report, words: frozenset[str], story: Story) -> tuple[float, str]:
    age = found.article.seen - story.last_seen
    if age > OPEN_FOR:
        return 0.0, ""
    alike, shared = likeness(words, story.titles)
    parties = story.parties.keys() & set(found.companies)
    main = {f.company for f in story.facts if f.type is not EventType.MARKET_MOVE}
    same = [
        f for f in found.facts if f.company and any(f.type is g.type and f.company == g.company for g in story.facts)
    ]
    if same and age <= SAME_EVENT_DAYS and alike >= SAME_EVENT_LIKENESS and shared >= MIN_SHARED_WORDS:
        return 2.0 + alike, f"reports the same {same[0].type} of {same[0].company} in like words ({alike:.2f})"
    if alike >= SAME_WORDS_LIKENESS and parties and age <= SAME_WORDS_DAYS:
        return 1.0 + alike, f"says the same of {', '.join(sorted(parties))} ({alike:.2f})"
    moved = bool(found.facts) and all(f.type is EventType.MARKET_MOVE for f in found.facts)
    causes = main & set(found.companies)
    if moved and causes and age <= CAUSE_DAYS:
        weight = len(story.feeds) / (1 + len(story.feeds))
        return weight, f"a price move that names {', '.join(sorted(causes))}"
    return 0.0, ""


def _extend(story: Story, found: Report, words: frozenset[str]) -> tuple[Story, bool]:
    article = found.article
    known = {(f.type, f.company) for f in story.facts}
    fresh = tuple(f for f in found.facts if f.type is not EventType.MARKET_MOVE and (f.type, f.company) not in known)
    parties = dict(story.parties)
    for company, weight in _parties(found).items():
        parties[company] = max(weight, parties.get(company, 0.0))
    new_fact = bool(fresh) or parties.keys() != story.parties.keys()
    joined = replace(
        story,
        time=story.time if story.told else min(story.time, article.time),
        last_fact=max(story.last_fact, article.seen) if new_fact else story.last_fact,
        last_seen=max(story.last_seen, article.seen),
        facts=story.facts + fresh,
        parties=parties,
        titles=story.titles if words in story.titles else (*story.titles, words)[-TITLES_KEPT:],
        feeds=story.feeds | {article.feed},
    )
    return joined, new_fact


def _open(found: Report, words: frozenset[str]) -> Story:
    article = found.article
    return Story(
        id=story_id(article),
        headline=article.title,
        time=article.time,
        last_fact=article.seen,
        last_seen=article.seen,
        facts=found.facts,
        parties=_parties(found),
        titles=(words,),
        feeds=frozenset({article.feed}),
    )


def _parties(found: Report) -> dict[str, float]:
    """Who a report makes a party of its story. A price move makes nobody one."""
    facts = [f for f in found.facts if f.type is not EventType.MARKET_MOVE]
    if not facts:
        return {}
    parties = dict.fromkeys(found.named, NAMED)
    parties.update((f.company, ACTOR) for f in facts if f.company)
    return parties


def story_id(article: Article) -> str:
    """A readable id that the same first article always gives: date, first words, a short digest."""
    slug = "-".join(re.findall(r"[a-z0-9]+", article.title.lower())[:6]) or "story"
    return f"{article.seen:%Y-%m-%d}-{slug}-{sha256(article.id.encode()).hexdigest()[:6]}"


def is_open(story: Story, now: datetime) -> bool:
    """Whether an article of `now` could still join."""
    return now - story.last_seen <= OPEN_FOR
