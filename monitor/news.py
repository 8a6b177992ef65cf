"""The deciding half of the news line: which articles are new, which story each joins. Pure but for its transaction.

What was just read and what is stored meet here, inside one transaction per feed with articles (the others share one);
the articles of a feed and its new validators are saved together, so that nothing is lost between them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.store.tx import Tx
from monitor.stories import OPEN_FOR, report
from monitor.stories.index import Draft, StoryIndex
from monitor.stories.joining import candidate, choose, joined, strays
from monitor.stories.novelty import merged
from monitor.types import Article, FeedAnswer, FeedState, Story
from monitor.unseen import NOTHING, keys
from nlp.types import Analysis

HISTORY_AGE = timedelta(hours=12)
"""What a feed shows at its first reading and claims to be older than this is history, not news."""


LIVE_FOR = timedelta(hours=1)
"""A story without a new article for longer than this is not live."""

LIVE_FEEDS = 3
"""A story that so many feeds report is worth following closely before anything of it is told."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An article that was taken in, with the story it joined or opened (None: it is no news, or could not be read)."""

    article: Article
    story: Story | None
    new_fact: bool
    reason: str


STALE_AGE = timedelta(days=3)
"""What a feed brings anew and claims to be older than this is an archive that moved, not news."""


def is_news(article: Article, before: FeedState) -> bool:
    """Whether an unseen article may open or join a story; old items, above all those of a first reading, may not.

    An item without a date on a first reading cannot be told from an old one, and counts as old.
    """
    if before.known:
        return article.seen - article.time <= STALE_AGE
    return article.published is not None and article.seen - article.time <= HISTORY_AGE


def live_feeds(tx: Tx, now: datetime) -> frozenset[str]:
    """The feeds that report a story which is told already, or which several report, and which goes on right now."""
    stories = tx.open_stories(now - LIVE_FOR)
    return frozenset(feed for s in stories if s.told or len(s.feeds) >= LIVE_FEEDS for feed in s.feeds)


def apart(answers: Sequence[FeedAnswer]) -> list[Sequence[FeedAnswer]]:
    """Those without articles before the others: what a host asked for (a pause) is kept before any analysis begins."""
    parts = [[answer for answer in answers if bool(answer.articles) is brings] for brings in (False, True)]
    return [part for part in parts if part]


def together(answers: Sequence[FeedAnswer]) -> list[Sequence[FeedAnswer]]:
    """Which answers are saved in one transaction: each that brings articles alone, all others as one, in order."""
    with_news = [(answer,) for answer in answers if answer.articles]
    without = tuple(answer for answer in answers if not answer.articles)
    return [without, *with_news] if without else [*with_news]


@dataclass(frozen=True, slots=True)
class Saved:
    """What a transaction of news took in, and what the index of stories learns once it is committed."""

    taken: list[Taken]
    draft: Draft


def save_news(
    tx: Tx,
    answers: Sequence[FeedAnswer],
    before: Mapping[str, FeedState],
    analyses: Mapping[str, Analysis | None],
    now: datetime,
    index: StoryIndex | None = None,
) -> Saved:
    """Join the articles of some feeds to stories and save both with the feeds' new states; edits join nothing.

    `before` is each feed's state before its poll. `analyses` holds what was found in each article, by its id; None
    where it could not be analysed. `index` only says which stories come into question: the one chosen is read here, and
    what was decided is for the index to learn after the commit (`Saved.draft`).
    """
    articles = sorted((article for answer in answers for article in answer.articles), key=order)
    names = keys(articles)
    sifted = tx.sift(articles, names) if articles else NOTHING
    index = StoryIndex() if index is None else index
    if sifted.fresh:
        index.recall(lambda: tx.open_stories(now - OPEN_FOR, linking=False), now)
    draft = Draft(index)
    taken = []
    for article in sifted.fresh:
        one = _take(tx, article, before[article.feed], analyses.get(article.id), draft)
        if one.story:
            draft.put(one.story)
            tx.save_story(one.story)
        tx.save_article(article, one.story.id if one.story else None, one.reason, names[article.id])
        taken.append(one)
    for kept, article in sifted.edits.items():
        tx.edit_article(kept, article, names[article.id])
    tx.save_feeds([answer.state for answer in answers])
    return Saved(taken, draft)


def refuse(answer: FeedAnswer, before: FeedState, error: Exception) -> FeedAnswer:
    """What a poll comes to whose items could not be saved: an error, and the old validators so that they come again."""
    text = f"its items could not be saved: {type(error).__name__}: {str(error).partition(chr(10))[0]}"
    state = replace(before, next_poll=answer.state.next_poll, failures=before.failures + 1, error=text)
    return FeedAnswer(state, error=text)


def _take(tx: Tx, article: Article, before: FeedState, analysis: Analysis | None, draft: Draft) -> Taken:
    if not is_news(article, before):
        return Taken(article, None, new_fact=False, reason="is history")
    if analysis is None:
        return Taken(article, None, new_fact=False, reason="could not be analysed")
    found = report(article, analysis)
    near = draft.near(found)
    choice = choose(found, near)
    joining = joined(found, _stored(tx, draft, choice.story) if choice.story else None, choice)
    story = joining.story
    for name in strays(candidate(story), near):
        if (stray := _stored(tx, draft, name)) and not stray.told:
            story = merged(story, stray)
            tx.save_story(story)
            tx.take_in(name, story.id)
            draft.drop(name)
    return Taken(article, story, joining.new_fact, joining.reason)


def _stored(tx: Tx, draft: Draft, story: str) -> Story | None:
    """A story as this transaction has left it."""
    return draft.stories.get(story) or next(iter(tx.stories([story])), None)


def order(article: Article) -> tuple[datetime, str, str]:
    """The order in which articles are decided on, whatever order parallel work gave them in."""
    return article.seen, article.feed, article.id


def fresh_articles(tx: Tx, answers: Sequence[FeedAnswer], before: Mapping[str, FeedState]) -> list[Article]:
    """The articles of all answers that are news and not stored yet, in order of decision; only these are analysed.

    `before` is each feed's state before its poll, by feed.
    """
    articles = [article for answer in answers for article in answer.articles]
    names = keys(articles)
    news = [article for article in articles if is_news(article, before[article.feed])]
    return list(tx.sift(sorted(news, key=order), names).fresh) if news else []
