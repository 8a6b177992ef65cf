"""Open stories in memory, by what is rare in them: which few an article could belong to, among thousands.

A cache: it holds nothing that the database does not, is rebuilt from it at the start, and learns of a batch only when
that is committed (`Draft`). Its size is bounded by the number of open stories and the prints kept of each.
"""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable
from datetime import datetime, timedelta
from heapq import nlargest

from config.types import EventType
from monitor.stories.joining import Candidate, candidate
from monitor.stories.occasions import occasion
from monitor.stories.prints import Seen, heaviness, ready
from monitor.types import Kind, Print, Report, Story

MOST = 24
"""Stories that are weighed for one article, those that share the most with it: on the streams of `training` the right
one was always among the first ten."""
MOST_OPEN = 20_000
"""Open stories that are kept in mind; beyond that those without facts go first, then the oldest."""
MOST_CAUSES = 8
"""Stories of the companies that a price move names, those that most feeds report."""
KEY = 100.0
"""What a key counts beside the squares of words' weights: more than any two of them."""
EXPIRES_EVERY = timedelta(hours=1)
COMMONEST = 2.5
"""Words that weigh less bring nobody into question by themselves."""


def keys(one: Print) -> list[str]:
    """What brings stories together whatever their words: results of one company, wraps of one day."""
    lead = one.companies[0] if one.companies else ""
    if slot := occasion(one):
        return [f"&{slot}"]
    return [f"&{one.kind.value} {lead}"] if lead and one.kind in {Kind.RESULTS, Kind.PREVIEW} else []


class StoryIndex:
    """Open stories, found by the words, names, companies and figures of their titles."""

    def __init__(self, stories: Iterable[Story] = ()) -> None:
        """Hold some open stories."""
        self._known: dict[str, tuple[Candidate, dict[Print, Seen], frozenset[str]]] = {}
        self._holders: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._expired: datetime | None = None
        for story in stories:
            self.put(story)

    def recall(self, read: Callable[[], Iterable[Story]], now: datetime) -> None:
        """Hold what is open, read once; afterwards, every hour, let go of what no longer is."""
        if self._expired is None:
            for story in read():
                self.put(story)
        if self._expired is None or now - self._expired >= EXPIRES_EVERY:
            self.expire(now)
            self._expired = now

    def __len__(self) -> int:
        """How many stories are held."""
        return len(self._known)

    def __contains__(self, story: str) -> bool:
        """Whether that story is held."""
        return story in self._known

    def put(self, story: Story) -> None:
        """Hold a story as it is now."""
        before = self._known.get(story.id)
        old = before[1] if before else {}
        seen = {one: old.get(one) or ready(one) for one in story.prints}
        found = candidate(story, tuple(seen.values()))
        tokens = found.profile.tokens.union(*(keys(one) for one in story.prints), (f"&fact {c}" for c in found.mains))
        if before:
            self._forget(story.id, before[2] - tokens)
        for token in tokens:
            self._holders[token][story.id] = None
        self._known[story.id] = (found, seen, tokens)

    def _forget(self, story: str, tokens: Iterable[str]) -> None:
        for token in tokens:
            holders = self._holders[token]
            holders.pop(story, None)
            if not holders:
                del self._holders[token]

    def drop(self, story: str) -> None:
        """Hold a story no more."""
        found = self._known.pop(story, None)
        if found:
            self._forget(story, found[2])

    def expire(self, now: datetime) -> None:
        """Let go of the stories that are no longer open, and of the least of them beyond `MOST_OPEN`."""
        for name in [n for n, (c, *_) in self._known.items() if now - c.last_seen > c.open_for]:
            self.drop(name)
        if len(self._known) > MOST_OPEN:
            least = sorted(self._known, key=lambda n: (bool((c := self._known[n][0]).mains), c.last_seen, n))
            for name in least[: len(least) - MOST_OPEN]:
                self.drop(name)

    def near(self, found: Report, without: Container[str] = ()) -> list[Candidate]:
        """The stories that share the most with a report, and those that a price move in it could name as its cause."""
        totals: defaultdict[str, float] = defaultdict(float)
        for token in ready(found.print).tokens:
            weight = heaviness(token)
            if weight >= COMMONEST or token[0] == "@":
                for story in self._holders.get(token, ()):
                    totals[story] += weight * weight
        for key in keys(found.print):
            for story in self._holders.get(key, ()):
                totals[story] += KEY
        named = {story for key in causes_named(found) for story in self._holders.get(key, ())}
        best = [s for _, s in nlargest(MOST, ((total, s) for s, total in totals.items() if s not in without))]
        told = nlargest(MOST_CAUSES, (s for s in named if s not in without), key=self._told)
        return [self._known[story][0] for story in dict.fromkeys([*best, *told])]

    def _told(self, story: str) -> tuple[int, datetime, str]:
        found = self._known[story][0]
        return found.feeds, found.last_fact, story


def causes_named(found: Report) -> list[str]:
    """What brings in the stories that a price move could name as its cause: facts of the companies beside it."""
    if not any(f.type is EventType.MARKET_MOVE for f in found.facts):
        return []
    return [f"&fact {company}" for company in found.companies]


class Draft:
    """What a transaction has decided so far, over what the index holds; kept only once that is committed."""

    def __init__(self, index: StoryIndex) -> None:
        """Nothing is decided yet."""
        self._index = index
        self._own = StoryIndex()
        self.stories: dict[str, Story] = {}
        self._gone: set[str] = set()

    def near(self, found: Report) -> list[Candidate]:
        """As of the index, with what was decided since."""
        return self._index.near(found, self.stories.keys() | self._gone) + self._own.near(found)

    def put(self, story: Story) -> None:
        """Hold a story as it is now, in this draft only."""
        self.stories[story.id] = story
        self._own.put(story)

    def drop(self, story: str) -> None:
        """Hold a story no more: another has taken it in."""
        self.stories.pop(story, None)
        self._own.drop(story)
        self._gone.add(story)

    def keep(self) -> None:
        """It is committed: the index learns of it."""
        for story in self._gone:
            self._index.drop(story)
        for kept in self.stories.values():
            self._index.put(kept)
