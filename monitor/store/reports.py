"""Feeds, articles, what was found in them, and the stories they joined."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from alerts.types import (
    Source,
)
from monitor.store import tables as t
from monitor.store.part import Part
from monitor.types import Article, FeedState, Story
from monitor.unseen import Holder, Key, Sifted, edited, sift, version
from nlp.types import Analysis


class Reports(Part):
    """Reads and writes what feeds brought."""

    def feed_states(self) -> dict[str, FeedState]:
        """What is remembered of every feed, by feed id."""
        return {row.feed: t.load(FeedState, row.body) for row in self._db.execute(select(t.feeds))}

    def save_feed(self, state: FeedState) -> None:
        """Remember a feed's new state."""
        self.save_feeds([state])

    def save_feeds(self, states: Sequence[FeedState]) -> None:
        """Remember the new states of some feeds."""
        rows = [{"feed": s.feed, "next_poll": s.next_poll, "body": t.dump(s)} for s in states]
        self._put(t.feeds, ("feed",), rows)

    def sift(self, articles: Sequence[Article], names: Mapping[str, Sequence[Key]]) -> Sifted:
        """Which of `articles` are new, and which are new versions; `names` are their keys, by article id."""
        columns = (t.article_keys.c.name, t.article_keys.c.article, t.article_keys.c.seen)
        wanted = [key.name for article in articles for key in names[article.id]]
        holders = {name: Holder(of, seen) for name, of, seen in self._found(columns, wanted)}
        ids = [a.id for a in articles] + [holder.article for holder in holders.values()]
        rows = self._found((t.articles.c.id, t.articles.c.content, t.articles.c.body), list(dict.fromkeys(ids)))
        kept = {name: (content, t.load(Article, body).feed) for name, content, body in rows}
        versions = {name: content for name, (content, _) in kept.items()}
        return sift(articles, names, versions, holders, {name: feed for name, (_, feed) in kept.items()})

    def _found(self, columns: Sequence[Any], values: Sequence[str]) -> list[Any]:
        """Rows whose first column is one of `values`."""
        rows: list[Any] = []
        for at in range(0, len(values), 500):
            rows += self._db.execute(select(*columns).where(columns[0].in_(values[at : at + 500])))
        return rows

    def save_article(self, article: Article, story: str | None, reason: str, names: Iterable[Key] = ()) -> None:
        """Keep an article with the story it joined and why, under the keys that it is known by."""
        self._db.execute(
            insert(t.articles).values(
                id=article.id,
                content=version(article),
                seen=article.seen,
                story=story,
                reason=reason,
                body=t.dump(article),
            )
        )
        self._keep(names, article.id, article.seen)

    def edit_article(self, id_: str, new: Article, names: Iterable[Key]) -> None:
        """Keep what its feed now says of an article."""
        mine = t.articles.c.id == id_
        kept = t.load(Article, self._db.execute(select(t.articles.c.body).where(mine)).scalar_one())
        values = {"content": version(new), "body": t.dump(edited(kept, new))}
        self._db.execute(update(t.articles).where(mine).values(values))
        self._keep(names, id_, new.seen)

    def _keep(self, names: Iterable[Key], article: str, seen: datetime) -> None:
        """Remember keys of an article. One that another holds goes over to this one when it has lost its force."""
        rows = [{"name": key.name, "article": article, "seen": seen} for key in names]
        self._put(t.article_keys, ("name",), rows)

    def save_findings(self, found: Mapping[Article, Analysis]) -> None:
        """Keep what was found in some articles."""
        rows = [{"article": a.id, "seen": a.seen, "body": t.dump(analysis)} for a, analysis in found.items()]
        if rows:
            self._db.execute(upsert(t.findings).on_conflict_do_nothing(), rows)

    def findings(self, story: str, until: datetime) -> list[tuple[Article, str, Analysis | None]]:
        """The articles of a story that were seen by a time, with why each joined and what was found in it."""
        query = select(t.articles.c.body, t.articles.c.reason, t.findings.c.body.label("found"))
        query = query.join(t.findings, t.findings.c.article == t.articles.c.id, isouter=True)
        query = query.where((t.articles.c.story == story) & (t.articles.c.seen <= until))
        rows = self._db.execute(query.order_by(t.articles.c.seen, t.articles.c.id))
        return [(t.load(Article, r.body), r.reason, t.load(Analysis, r.found) if r.found else None) for r in rows]

    # Stories

    def open_stories(self, since: datetime, *, linking: bool = True) -> list[Story]:
        """Stories that had an article at or after `since`, oldest id first; only those that can link, or all."""
        recent = t.stories.c.last_seen >= since
        query = select(t.stories.c.body).where(recent & t.stories.c.links if linking else recent)
        return [t.load(Story, row.body) for row in self._db.execute(query.order_by(t.stories.c.id))]

    def seen(self, since: datetime) -> dict[str, list[datetime]]:
        """When the articles of stories were first had, by story and ascending, of those since then."""
        query = select(t.articles.c.story, t.articles.c.seen).where(t.articles.c.seen >= since)
        found: dict[str, list[datetime]] = {}
        for row in self._db.execute(query.where(t.articles.c.story.is_not(None)).order_by(t.articles.c.seen)):
            found.setdefault(row.story, []).append(row.seen)
        return found

    def stories(self, ids: Iterable[str]) -> list[Story]:
        """Those stories, however old."""
        query = select(t.stories.c.body).where(t.stories.c.id.in_(list(ids))).order_by(t.stories.c.id)
        return [t.load(Story, row.body) for row in self._db.execute(query)]

    def save_story(self, story: Story) -> None:
        """Keep a story as it is now."""
        values = {"last_seen": story.last_seen, "links": bool(story.parties), "body": t.dump(story)}
        self._put(t.stories, ("id",), [{"id": story.id, **values}])

    def take_in(self, story: str, into: str) -> None:
        """Give the articles of a story to another, and forget it."""
        self._db.execute(update(t.articles).where(t.articles.c.story == story).values(story=into))
        self._db.execute(delete(t.story_prices).where(t.story_prices.c.story == story))
        self._db.execute(delete(t.stories).where(t.stories.c.id == story))

    def sources(self, story: str, most: int) -> tuple[Source, ...]:
        """The newest articles of a story and its first one, at most `most`, newest first."""
        query = select(t.articles.c.body).where(t.articles.c.story == story)
        newest = query.order_by(t.articles.c.seen.desc(), t.articles.c.id).limit(most - 1)
        first = query.order_by(t.articles.c.seen, t.articles.c.id).limit(1)
        bodies = [row.body for part in (newest, first) for row in self._db.execute(part)]
        articles = [t.load(Article, body) for body in dict.fromkeys(bodies)]
        return tuple(Source(a.feed, a.seen, a.title, a.link) for a in articles)
