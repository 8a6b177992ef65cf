"""Joining articles to stories with thousands of them open: articles a second, against weighing every open story.

Run by hand: `python tests/bench/join_stories.py [OPEN, 10000] [ARTICLES, 2000]`. The headlines are those of
`nlp/training` and rewrites of them that lack a word, in a random order; they are analysed first, which is not counted.
Each of the first ones opens a story, whether or not it would join another. Prints the rate with the index, that of
weighing all open stories for each article (over a few articles), their ratio, how often both decide alike, and what the
index takes per story.
"""

import random
import sys
import time
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.grouping import Stories
from monitor.stories.facts import opened, report
from monitor.stories.index import StoryIndex
from monitor.stories.joining import candidate, choose
from monitor.stories.train import pipeline
from monitor.types import Article, Report
from nlp.train import lines
from nlp.types import Text

START = datetime(2025, 2, 3, tzinfo=UTC)
COMPARED = 40


def reports(most: int) -> list[Report]:
    """Reports of that many headlines and rewrites, in order of time over five days."""
    draw = random.Random(7)  # noqa: S311  no secret
    titles = [title for *_, title in lines()]
    draw.shuffle(titles)
    rewrites = [
        " ".join(words[:at] + words[at + 1 :]) for t in titles if (words := t.split()) for at in [len(words) // 2]
    ]
    mixed = [*titles, *rewrites]
    draw.shuffle(mixed)
    mixed = mixed[:most]
    found = pipeline().analyze_many([Text(title) for title in mixed])
    gap = timedelta(days=5) / most
    articles = (Article(str(n), f"f{n % 50}", "", title, "", None, START + n * gap) for n, title in enumerate(mixed))
    return [report(article, analysis) for article, analysis in zip(articles, found, strict=True)]


def main() -> None:
    """See above."""
    open_, measured = (int(a) for a in [*sys.argv[1:], *("10000", "2000")[len(sys.argv) - 1 :]])
    every = reports(open_ + measured)
    stories = Stories()
    for found in every[:open_]:
        stories.hold(opened(found))
    print(f"{len(stories)} stories are open")
    rest = every[open_:]
    some = rest[:: max(1, len(rest) // COMPARED)][:COMPARED]
    known = [candidate(story) for story in stories.open()]
    started = time.process_time()
    naive = [choose(found, known).story for found in some]
    slow = len(some) / (time.process_time() - started)
    near = [choose(found, stories.near(found)).story for found in some]
    started = time.process_time()
    for found in rest:
        stories.take(found)
    quick = len(rest) / (time.process_time() - started)
    same = sum(a == b for a, b in zip(naive, near, strict=True))
    print(f"joined {quick:.0f} articles a second of one core")
    print(f"weighing every open story {slow:.1f}, so the index is {quick / slow:.0f} times as fast")
    print(f"{same} of {len(some)} decisions are the same")
    tracemalloc.start()
    index = StoryIndex(stories.open())
    print(f"the index takes {tracemalloc.get_traced_memory()[0] / len(index) / 1024:.1f} KB a story")
    copies = [replace(rest[0], article=replace(rest[0].article, id=str(n))) for n in range(1000)]
    for found in copies:
        stories.take(found)
    print(f"after a thousand copies of one article its story keeps {max(len(s.prints) for s in stories.open())} prints")


if __name__ == "__main__":
    main()
