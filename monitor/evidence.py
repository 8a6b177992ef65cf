"""What the news said: findings are kept with their articles, and looked up again for `why`. Decides nothing.

The places of companies, the words that triggered an event and the rule that fired are the pipeline's; they are saved in
the transaction that saves the article, so that what `why` shows is what was decided on, whatever rules say later.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from alerts.trace import Evidence, Name
from config.types import EventType
from monitor.news import Saved, save_news
from monitor.store.tx import Tx
from monitor.stories.index import StoryIndex
from monitor.types import Article, FeedAnswer, FeedState, Story
from nlp.types import Analysis, Event

MOST = 3
"""Events that are shown of a story, one of each type."""


def save_found(
    tx: Tx,
    answers: Sequence[FeedAnswer],
    before: Mapping[str, FeedState],
    analyses: Mapping[str, Analysis | None],
    now: datetime,
    index: StoryIndex | None = None,
) -> Saved:
    """`save_news`, and with it what was found in each article of a story that links somebody."""
    saved = save_news(tx, answers, before, analyses, now, index)
    found = {one.article: analyses.get(one.article.id) for one in saved.taken if one.story and one.story.facts}
    tx.save_findings({article: analysis for article, analysis in found.items() if analysis})
    return saved


def evidence(
    articles: Iterable[tuple[Article, str, Analysis | None]], story: Story | None, root: str
) -> tuple[Evidence, ...]:
    """What a story rests on as far as it speaks of `root`, the first article of each event type, at most `MOST`.

    `articles` come in order of arrival. An event in which the company has a part tells more than one beside which it
    is only named; with no `root` any event will do.
    """
    facts = {(f.type, f.sentence, f.trigger) for f in story.facts} if story else set()
    ranked = []
    for article, joined, analysis in articles:
        for event in analysis.events if analysis else ():
            part = root in {event.actor, event.target}
            named = analysis is not None and root in analysis.companies
            if event.type is EventType.MARKET_MOVE or not (part or named or not root):
                continue
            sure = (event.type, event.sentence, event.trigger) in facts
            ranked.append(((not part, not sure, article.seen), article, joined, event, analysis))
    ranked.sort(key=lambda one: one[0])
    first: dict[EventType, Evidence] = {}
    for _, article, joined, event, analysis in ranked:
        if event.type not in first:
            first[event.type] = _piece(article, joined, event, analysis, root)
    return tuple(list(first.values())[:MOST])


def _piece(article: Article, joined: str, event: Event, analysis: Analysis | None, root: str) -> Evidence:
    who = {event.actor, event.target, root}
    names: dict[str, Name] = {}
    for m in analysis.mentions if analysis else ():
        if m.company in who:
            names.setdefault(m.company, Name(m.company, m.text, m.alias, m.via, m.trust, m.score))
    return Evidence(
        feed=article.feed,
        seen=article.seen,
        title=article.title,
        link=article.link,
        joined=joined,
        type=event.type.value,
        sentence=event.sentence,
        trigger=event.trigger,
        rule=event.rule,
        status=event.status.value,
        score=event.score,
        actor=event.actor or "",
        target=event.target or "",
        names=tuple(names.values()),
    )
