"""Which story an article belongs to. Pure; each decision says its reason.

An article joins the story that the evidence speaks for most, if it speaks clearly. Where none does, two rules remain:
a fact about the same named model or product of a company joins the story of it, and a price move that names a company
beside the ones that moved joins the story of that company. Everything else opens a story of its own, which links
somebody only if it has facts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.types import EventType
from monitor.stories.evidence import JOINS, barred, because, kinds_differ, logit
from monitor.stories.facts import causes, opened
from monitor.stories.life import open_for
from monitor.stories.novelty import extended
from monitor.stories.occasions import occasion
from monitor.stories.prints import Profile, Seen, profile_of, ready
from monitor.types import Kind, Report, Story

SUBJECT_DAYS = timedelta(days=7)
"""A named model is news for about a week (DESIGN: a week-old release that the market only now reads)."""
CAUSE_DAYS = timedelta(days=4)
"""A price move names a cause that was in the news since the last session, a long weekend included."""

TOGETHER = timedelta(minutes=1)
DOMINANT_DAYS = timedelta(days=2)
DOMINANT = 3
"""Articles from which a story, twice as large as any other of its company, is what the company is in the news for."""


@dataclass(frozen=True, slots=True)
class Joining:
    """What became of a report: the story as it is afterwards, and why; `new` says what is a new fact in it, if any."""

    story: Story
    opened: bool
    new: str
    reason: str

    @property
    def new_fact(self) -> bool:
        """Whether there is a new fact."""
        return bool(self.new)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open story as it is weighed: what it looks like, when it was last told, and who its facts are about.

    `feeds` is how many feeds report it, `mains` are the companies of its facts.
    """

    profile: Profile
    last_fact: datetime
    last_seen: datetime
    open_for: timedelta
    mains: frozenset[str]
    feeds: int
    told: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """The story that a report belongs to, None for one of its own, and why. `adds` is false of a mere echo."""

    story: str | None
    reason: str
    adds: bool = True


def candidate(story: Story, seen: tuple[Seen, ...] | None = None) -> Candidate:
    """An open story made ready to be weighed; `seen` are its prints, where they are weighed already."""
    return Candidate(
        profile_of(story.id, seen or tuple(map(ready, story.prints)), story.size),
        story.last_fact,
        story.last_seen,
        open_for(story),
        frozenset(f.company for f in story.facts if f.company and f.type is not EventType.MARKET_MOVE),
        len(story.feeds),
        story.told,
    )


def choose(found: Report, candidates: Iterable[Candidate]) -> Choice:
    """Which of some open stories a report belongs to, in whatever order they come: ties go to the newest fact."""
    one = ready(found.print)
    when = found.article.seen
    open_ = [c for c in candidates if when - c.last_seen <= c.open_for]
    if slot := occasion(found.print):
        same = [(c.last_fact, c.profile.id) for c in open_ if occasion(c.profile.seen[0].print) == slot]
        return Choice(max(same)[1], f"is about {slot} too") if same else Choice(None, _opens(found))
    fit = [c for c in open_ if not barred(one, c.profile)]
    scored = [(logit(one, c.profile), c.last_fact, c.profile.id, c) for c in fit]
    if scored:
        best = max(scored, key=lambda s: s[:3])
        if best[0] >= JOINS:
            return Choice(best[2], because(one, best[3].profile), adds=found.print.kind is not Kind.PAST)
    return _about(found, open_) or _named_cause(found, open_) or _dominant(one, open_) or Choice(None, _opens(found))


def _opens(found: Report) -> str:
    if causes(found):
        return "opens a story"
    if found.print.kind is Kind.PAST:
        return "stands alone: a retrospective is no news"
    return "stands alone: reports no event that could open a link"


def _about(found: Report, open_: Iterable[Candidate]) -> Choice | None:
    """The story of a named model or product of a company, if the report has a fact about it."""
    if not causes(found):
        return None
    fits = []
    for c in open_:
        subjects = found.print.names & c.profile.names
        of = c.mains & set(found.named)
        recent = found.article.seen - c.last_seen <= SUBJECT_DAYS
        if subjects and of and recent and not kinds_differ(found.print.kind, c.profile.kind):
            reason = f"is about {', '.join(sorted(subjects))} of {', '.join(sorted(of))} too"
            fits.append((len(subjects), c.last_fact, c.profile.id, reason))
    return Choice(max(fits)[2], max(fits)[3]) if fits else None


def _named_cause(found: Report, open_: Iterable[Candidate]) -> Choice | None:
    """The story of a company that a price move names beside the ones that moved: the one that most feeds report."""
    moved = {f.company for f in found.facts if f.type is EventType.MARKET_MOVE and f.in_title}
    if not moved or causes(found):
        return None
    fits = []
    for c in open_:
        named = c.mains & set(found.companies) - moved
        if named and found.article.seen - c.last_seen <= CAUSE_DAYS:
            fits.append((c.feeds, c.last_fact, c.profile.id, f"a price move that names {', '.join(sorted(named))}"))
    return Choice(max(fits)[2], max(fits)[3], adds=False) if fits else None


def _dominant(one: Seen, open_: Iterable[Candidate]) -> Choice | None:
    """The one story that a company is in the news for, if a title says no more than that its shares moved."""
    if not one.bare:
        return None
    (company,) = one.print.companies
    recent = [c for c in open_ if company in c.profile.core and one.print.seen - c.last_seen <= DOMINANT_DAYS]
    by_size = sorted(((c.profile.size, c.last_fact, c.profile.id) for c in recent), reverse=True)
    if not by_size or by_size[0][0] < DOMINANT or (by_size[1:] and by_size[1][0] * 2 > by_size[0][0]):
        return None
    return Choice(by_size[0][2], f"a move without a cause, of what {company} is in the news for", adds=False)


def joined(found: Report, story: Story | None, choice: Choice) -> Joining:
    """Carry a choice out: the story with the report in it, or the one that it opens."""
    if story is None:
        return Joining(opened(found), opened=True, new="a story" if causes(found) else "", reason=_opens(found))
    extension, new = extended(story, found, adds=choice.adds)
    return Joining(extension, opened=False, new=new, reason=f"{choice.reason}; {new}" if new else choice.reason)


def strays(story: Candidate, others: Iterable[Candidate]) -> list[str]:
    """Articles that stand alone since the same minute and belong to a story as it is now: they only came too early.

    So it does not matter which of the feeds that are asked together answers first. What was told stays as it is.
    """
    return sorted(
        other.profile.id
        for other in others
        if other.profile.size == 1
        and not other.told
        and other.profile.id != story.profile.id
        and abs(other.last_seen - story.last_seen) < TOGETHER
        and not occasion(other.profile.seen[0].print)
        and not occasion(story.profile.seen[0].print)
        and not barred(other.profile.seen[0], story.profile)
        and logit(other.profile.seen[0], story.profile) >= JOINS
    )


def join(found: Report, stories: Iterable[Story]) -> Joining:
    """Find the story that a report belongs to among `stories`, in whatever order they come, or open one."""
    known = {story.id: story for story in stories}
    choice = choose(found, map(candidate, known.values()))
    return joined(found, known.get(choice.story or ""), choice)
