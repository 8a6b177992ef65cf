"""`aftershock stories`: which articles tell the same story, as JSON Lines. Reads and writes text, decides nothing.

The same join as in the daemon, over an index in memory instead of the store. Articles of one minute are decided on in
an order of their own, so that it does not matter in which of them they arrived.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from monitor.analysis import InputError, Item
from monitor.stories.facts import report
from monitor.stories.index import StoryIndex
from monitor.stories.joining import Candidate, Joining, candidate, choose, joined, strays
from monitor.stories.novelty import merged
from monitor.types import Article, Report, Story
from nlp.types import Analysis, Text


@dataclass(frozen=True, slots=True)
class Grouped:
    """An article with the story it belongs to, and what became of it there."""

    item: Item
    joining: Joining


class Stories:
    """Stories in memory."""

    def __init__(self) -> None:
        """None yet."""
        self._index = StoryIndex()
        self._stories: dict[str, Story] = {}
        self._taken: dict[str, str] = {}

    def take(self, found: Report) -> Joining:
        """Join one more report to its story, or open one."""
        self._index.recall(tuple, found.article.seen)
        near = self.near(found)
        choice = choose(found, near)
        done = joined(found, self._stories.get(choice.story or ""), choice)
        for name in strays(candidate(done.story), near):
            done = replace(done, story=merged(done.story, self._stories.pop(name)))
            self._index.drop(name)
            self._taken[name] = done.story.id
        self.hold(done.story)
        if len(self._stories) > len(self._index):
            self._stories = {name: story for name, story in self._stories.items() if name in self._index}
        return done

    def hold(self, story: Story) -> None:
        """Take a story as it is now."""
        self._index.put(story)
        self._stories[story.id] = story

    def settled(self, joinings: Iterable[Joining]) -> list[Joining]:
        """What became of the reports of a minute, now that it is over, with each story as it is then."""
        done = []
        for joining in joinings:
            name = joining.story.id
            while name in self._taken:
                name = self._taken[name]
            done.append(replace(joining, story=self._stories[name]))
        self._taken.clear()
        return done

    def near(self, found: Report) -> list[Candidate]:
        """The open stories that a report could belong to."""
        return self._index.near(found)

    def open(self) -> list[Story]:
        """The open stories."""
        return list(self._stories.values())

    def __len__(self) -> int:
        """How many are open."""
        return len(self._stories)


def grouped(
    items: Iterable[Item | InputError], analyze: Callable[[Sequence[Text]], Sequence[Analysis]]
) -> Iterator[Grouped | InputError]:
    """Each item with its story, in order, an error in its place; answered once the minute of an item is over."""
    stories = Stories()
    for _, some in groupby(items, key=_minutes()):
        batch = list(some)
        known = [item for item in batch if isinstance(item, Item)]
        found = analyze([item.article.text for item in known]) if known else ()
        reports = [report(item.article, one) for item, one in zip(known, found, strict=True)]
        numbers = sorted(range(len(known)), key=lambda n: order(known[n].article))
        settled = stories.settled([stories.take(reports[number]) for number in numbers])
        joinings = dict(zip(numbers, settled, strict=True))
        answers = iter(Grouped(item, joinings[number]) for number, item in enumerate(known))
        for item in batch:
            yield next(answers) if isinstance(item, Item) else item


def order(article: Article) -> tuple[datetime, str, str]:
    """The order in which the articles of a minute are decided on."""
    return article.seen.replace(second=0, microsecond=0), article.title, article.id


def _minutes() -> Callable[[Item | InputError], datetime]:
    """The minute of an item; a line that cannot be read counts to that of the one before."""
    last = [datetime.min.replace(tzinfo=UTC)]

    def minute(item: Item | InputError) -> datetime:
        if isinstance(item, Item):
            last[0] = item.article.seen.replace(second=0, microsecond=0)
        return last[0]

    return minute


def answer(one: Grouped) -> dict[str, Any]:
    """An answer as the contract prints it, with the reason."""
    return {"id": one.item.id, "story": one.joining.story.id, "reason": one.joining.reason}
