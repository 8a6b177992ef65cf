"""Which story an article belongs to, and whether it adds a new fact. Pure.

An article joins the story that reports the same happening: the same kind of event of the same company in telling
words that agree, or about the same named model or product; the same words about a shared company; or, for a price
move, the story of the company that it names beside the ones that moved. It opens a story of its own only when
it reports an event, and a price move links nobody. The rules are the plain first form; each join says its reason.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from config.types import EventType
from monitor.types import Article, Fact, Report, Story
from nlp.types import Analysis, Event, Status

SAME_EVENT_DAYS = timedelta(days=7)
"""A happening is retold for about a week (DESIGN: a week-old release that the market only now reads)."""
SAME_WORDS_DAYS = timedelta(days=3)
"""Syndicated copies and rewrites follow within days."""
CAUSE_DAYS = timedelta(days=4)
"""A price move names a cause that was in the news since the last session, a long weekend included."""
OPEN_FOR = timedelta(days=16)
"""Five sessions after the last new fact, over the longest holidays (Tokyo's New Year); older stories are not joined."""
EARLIER = timedelta(days=3)
"""How far an article that is found later may pull a story's time back: beyond that its date is not believed."""

SAME_EVENT_LIKENESS = 0.2
SAME_WORDS_LIKENESS = 0.5
MIN_SHARED_WORDS = 2

TITLES_KEPT = 40
"""Enough to recognise rewrites; a story that a thousand outlets copy must not grow for ever."""

SURE = 0.7
"""An event's score from which it is a fact, and so opens links: on labelled headlines of which no word went into the
rules or the training, such events had a precision of 0.86 at a recall of 0.58 (0.6: 0.85, 0.60; 0.8: 0.91, 0.52)."""

ACTOR, TARGET, NAMED = 1.0, 0.7, 0.5
"""How directly a fact names a company: as the one that acts, the one it is done to, or beside them in the title."""

_MOVE = "a price move that names"
WORD = re.compile(r"[^\W_]+(?:[.'-][^\W_]+)*")
DESIGNATION = re.compile(r"(?=[a-z0-9.-]*[a-z])(?=[a-z0-9.-]*\d)[a-z0-9][a-z0-9.-]*")
"""A name of a model or product that holds letters and a digit: R1, o1, H800, GPT-5."""
QUANTITY = re.compile(r"\d+(?:st|nd|rd|th|s|k|m|bn|tn|pm|am|x|b|h|q|fy)|[qh]\d|fy\d+|\d+[a-z]*-.*|.*-\d{2,4}")
"""What looks like one and is a number, a quarter or a date."""
STOP_WORDS = frozenset(
    """a about after ahead all also amid an and another any are as at back be been before being between both but by
    can could day did do does down during each even first for from get gets go had has have he her here his how if in
    into is it its just last latest least like made make makes many may might more most much must near new next no not
    now of off on once one only or other our out over own part per plus put report reports s said same say says second
    see set sets she should since so some such take takes than that the their them then there these they this those
    through to today two under until up update upon us use was we week well were what when where which while who why
    will with within without would year years yet you your""".split()  # noqa: SIM905  a word list reads best as words
)
COMMON_WORDS = frozenset({"ai", "artificial", "intelligence", "model", "models", "tech", "company", "firm", "app"})
"""Words that nearly every title in this trade has: they tell nothing of which happening it is."""


@dataclass(frozen=True, slots=True)
class Joining:
    """What became of a report: the story as it is afterwards, or None where it reports nothing to follow."""

    story: Story | None
    opened: bool
    new_fact: bool
    reason: str


def report(article: Article, analysis: Analysis) -> Report:
    """Boil an analysis down to what stories are made of: who is named, which facts are reported, in which words.

    A denied or a doubtful event is no fact. A fact without an actor goes to the first company of the title, else to its
    target, else to none (""); a price move without one stays without, as the company beside it may be its cause.
    """
    end = len(article.title)
    named = tuple(dict.fromkeys(m.company for m in analysis.mentions if m.start < end))
    known = {c for m in analysis.mentions for c in content_words(m.text)}
    known |= {w for e in analysis.events for w in content_words(e.trigger)}
    words = content_words(article.title)
    return Report(
        article=article,
        named=named,
        companies=analysis.companies,
        facts=tuple(_fact(e, named, end) for e in analysis.events if is_fact(e)),
        words=words,
        telling=words - known - COMMON_WORDS,
        designations=designations(words | content_words(article.summary)) - known,
    )


def is_fact(event: Event) -> bool:
    """Whether an event is sure enough to be a fact of a story, and is not denied."""
    return event.status is not Status.DENIED and event.score >= SURE


def _fact(event: Event, named: Sequence[str], end: int) -> Fact:
    company = event.actor or ""
    if not company and event.type is not EventType.MARKET_MOVE:
        company = next(iter(named), event.target or "")
    target, in_title = event.target or "", event.start < end
    return Fact(event.type, company, event.status.value, event.sentence, event.score, target, in_title, event.trigger)


def join(found: Report, stories: Iterable[Story]) -> Joining:
    """Find the story that `found` belongs to among `stories`, or open one.

    `stories` may come in any order; ties go to the newest fact, then the id, so that the answer does
    not depend on it.
    """
    scored = [
        (score, story.last_fact, story.id, story, reason)
        for story in stories
        for score, reason in [_belongs(found, story)]
        if score > 0
    ]
    if scored:
        *_, story, reason = max(scored, key=lambda s: s[:3])
        joined, new_fact = _extend(story, found, adds=not reason.startswith(_MOVE))
        return Joining(joined, opened=False, new_fact=new_fact, reason=reason)
    if not _causes(found):
        return Joining(None, opened=False, new_fact=False, reason="reports no event that could open a story")
    return Joining(_open(found), opened=True, new_fact=True, reason="opens a story")


def content_words(title: str) -> frozenset[str]:
    """The words of a title that carry its meaning: lower case, accents and possessives off, no stop words."""
    plain = unicodedata.normalize("NFKD", title.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    words = (w.lower().removesuffix("'s") for w in WORD.findall(bare))
    return frozenset(w for w in words if w not in STOP_WORDS and len(w) > 1)


def designations(words: Iterable[str]) -> frozenset[str]:
    """Those of some content words that name a model or product."""
    return frozenset(w for w in words if DESIGNATION.fullmatch(w) and not QUANTITY.fullmatch(w))


def likeness(words: frozenset[str], titles: Sequence[frozenset[str]]) -> tuple[float, int]:
    """How alike a title is to the likest of a story's: Jaccard index in [0, 1], and the words shared with it."""
    best = (0.0, 0)
    for title in titles:
        shared = len(words & title)
        if shared:
            best = max(best, (shared / len(words | title), shared))
    return best


def _belongs(found: Report, story: Story) -> tuple[float, str]:
    """How strongly a report belongs to a story, 0 if not at all, and why."""
    age = found.article.seen - story.last_seen
    if age > OPEN_FOR:
        return 0.0, ""
    facts = _causes(found)
    main = {f.company for f in story.facts if f.company}
    moved = {f.company for f in found.facts if f.type is EventType.MARKET_MOVE and f.in_title}
    alike, shared = likeness(found.telling, story.telling)
    subjects = found.designations & designations(story.titles[0].union(*story.titles[1:]))
    told = {(f.type, f.company) for f in story.facts if f.company}
    same = [f for f in facts if (f.type, f.company) in told]
    if same and age <= SAME_EVENT_DAYS and alike >= SAME_EVENT_LIKENESS and shared >= MIN_SHARED_WORDS:
        return 3.0 + alike, f"reports the same {same[0].type} of {same[0].company} in like words ({alike:.2f})"
    about = main & set(found.companies)
    if facts and about and subjects and age <= SAME_EVENT_DAYS:
        return 2.0 + len(subjects) / 100, f"is about {', '.join(sorted(subjects))} of {', '.join(sorted(about))} too"
    whole, _ = likeness(found.words, story.titles)
    parties = story.parties.keys() & set(found.companies)
    if whole >= SAME_WORDS_LIKENESS and parties and age <= SAME_WORDS_DAYS:
        return 1.0 + whole, f"says the same of {', '.join(sorted(parties))} ({whole:.2f})"
    causes = main & set(found.companies) - moved
    if moved and causes and age <= CAUSE_DAYS:
        return _prominence(story), f"{_MOVE} {', '.join(sorted(causes))}"
    return 0.0, ""


def _prominence(story: Story) -> float:
    """How much a story is reported, in (0, 1): the more feeds, the more."""
    return len(story.feeds) / (1 + len(story.feeds))


def _causes(found: Report) -> list[Fact]:
    """The facts that can link a story: all but price moves, and none of a report whose title is about one only."""
    told = {f.type for f in found.facts if f.in_title}
    if told == {EventType.MARKET_MOVE}:
        return []
    return [f for f in found.facts if f.type is not EventType.MARKET_MOVE]


def _extend(story: Story, found: Report, *, adds: bool) -> tuple[Story, bool]:
    """The story with one more report, and whether that is a new fact; it brings facts and parties only if it `adds`."""
    article = found.article
    known = {(f.type, f.company) for f in story.facts}
    fresh = tuple(f for f in _causes(found) if (f.type, f.company) not in known) if adds else ()
    parties = dict(story.parties)
    for company, weight in (_parties(found) if adds else {}).items():
        parties[company] = max(weight, parties.get(company, 0.0))
    earliest = max(min(story.time, article.time), story.time - EARLIER)
    new_fact = bool(fresh) or parties.keys() != story.parties.keys()
    is_copy = found.words in story.titles
    joined = replace(
        story,
        time=story.time if story.told else earliest,
        last_fact=max(story.last_fact, article.seen) if new_fact else story.last_fact,
        last_seen=max(story.last_seen, article.seen),
        facts=story.facts + fresh,
        parties=parties,
        titles=story.titles if is_copy else _newest(story.titles, found.words),
        telling=story.telling if is_copy else _newest(story.telling, found.telling),
        feeds=story.feeds | {article.feed},
    )
    return joined, new_fact


def _newest(kept: tuple[frozenset[str], ...], words: frozenset[str]) -> tuple[frozenset[str], ...]:
    """With one more title; the first one stays for good."""
    return kept[:1] + (*kept[1:], words)[1 - TITLES_KEPT :]


def alone(found: Report) -> Story | None:
    """The story that the events of one report would make by themselves, None if it reports nothing but price moves."""
    facts = [f for f in found.facts if f.type is not EventType.MARKET_MOVE]
    return replace(_open(found), parties=_parties_of(found, facts)) if facts else None


def _open(found: Report) -> Story:
    article = found.article
    return Story(
        id=story_id(article),
        headline=article.title,
        time=article.time,
        last_fact=article.seen,
        last_seen=article.seen,
        facts=found.facts,
        parties=_parties(found),
        titles=(found.words,),
        telling=(found.telling,),
        feeds=frozenset({article.feed}),
    )


def _parties(found: Report) -> dict[str, float]:
    """Who a report makes a party of its story."""
    return _parties_of(found, _causes(found))


def _parties_of(found: Report, facts: Sequence[Fact]) -> dict[str, float]:
    if not facts:
        return {}
    parties = dict.fromkeys(found.named, NAMED)
    parties.update((f.target, TARGET) for f in facts if f.target)
    parties.update((f.company, ACTOR) for f in facts if f.company)
    return parties


def story_id(article: Article) -> str:
    """A readable id that the same first article always gives: date, first words, a short digest."""
    slug = "-".join(re.findall(r"[a-z0-9]+", article.title.lower())[:6]) or "story"
    digest = sha256(article.id.encode(errors="surrogatepass")).hexdigest()
    return f"{article.seen:%Y-%m-%d}-{slug}-{digest[:6]}"


def is_open(story: Story, now: datetime) -> bool:
    """Whether an article of `now` could still join."""
    return now - story.last_seen <= OPEN_FOR
