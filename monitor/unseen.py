"""Which articles are new: each item once, whatever feeds, restarts and aggregators make of it. Pure.

An item is known by its feed's own id; by its address, whoever gives it; by a guid that is meant for the whole world;
and, for a few days, by what it says. What its own feed changes later is an edit: it updates what is kept, and nothing
more.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from monitor.feeds.links import canonical, site
from monitor.types import Article

SAME_TITLE_FOR = timedelta(days=2)
"""A site's new item with the title of an older one is the same item; later it is next week's column."""

SAME_TEXT_FOR = timedelta(days=4)
"""A copy of title and summary, on whatever site, comes within a few days."""

TITLE_TELLS = 25
"""Characters that a title needs to be told from others of its site ("Market wrap" is no item's name)."""

SUMMARY_TELLS = 60
"""Characters of summary that no two writers have in common."""

_GLOBAL_GUID = re.compile(r"(?:tag|urn):\S+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NOT_WORDS = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Key:
    """One thing an article is known by. `within` bounds how much older the one with the same key may be."""

    name: str
    within: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """The article that a key was first seen with."""

    article: str
    seen: datetime


@dataclass(frozen=True, slots=True)
class Sifted:
    """What of some articles is new, and which are new versions of a known one, by the id that is kept."""

    fresh: tuple[Article, ...]
    edits: Mapping[str, Article]


NOTHING = Sifted((), {})


def keys(articles: Iterable[Article]) -> dict[str, tuple[Key, ...]]:
    """What each of these articles, all of those in one answer of a feed, is known by: by the article's id.

    Where several of them have one address (a live blog's posts), that tells none apart but together with the title.
    """
    articles = list(articles)
    shared = Counter((a.feed, canonical(a.link)) for a in articles)
    return {a.id: tuple(_keys(a, shared[a.feed, canonical(a.link)] > 1)) for a in articles}


def _keys(article: Article, shares_link: bool) -> Iterable[Key]:
    title = _folded(article.title)
    if link := canonical(article.link):
        yield Key(_name("link", link, title))
        if not shares_link:
            yield Key(_name("link", link, ""))
    if article.guid and not shares_link:
        if _GLOBAL_GUID.fullmatch(article.guid):
            yield Key(_name("guid", article.guid))
        elif article.guid.startswith(("http://", "https://")) and (guid := canonical(article.guid)) and guid != link:
            yield Key(_name("link", guid, ""))
    if len(title) >= TITLE_TELLS and (where := site(article.link)):
        yield Key(_name("title", where, title), SAME_TITLE_FOR)
    summary = _folded(article.summary)
    if len(summary) >= SUMMARY_TELLS:
        yield Key(_name("text", title, summary), SAME_TEXT_FOR)


def sift(
    articles: Sequence[Article],
    names: Mapping[str, Sequence[Key]],
    known: Mapping[str, str],
    holders: Mapping[str, Holder],
    feeds: Mapping[str, str],
) -> Sifted:
    """Which of `articles`, in order of decision, are new, and which are edits.

    `names` are their keys, `known` the versions (`version`) of those whose id is stored, `holders` the stored articles
    by key, `feeds` and versions of those by id.
    """
    fresh: list[Article] = []
    edits: dict[str, Article] = {}
    held = dict(holders)
    feed_of = dict(feeds)
    versions = dict(known)
    for article in articles:
        holder = article.id if article.id in versions else _holder(article, names[article.id], held)
        if holder is None:
            fresh.append(article)
            versions[article.id] = version(article)
            feed_of[article.id] = article.feed
            for key in names[article.id]:
                held.setdefault(key.name, Holder(article.id, article.seen))
        elif feed_of.get(holder) == article.feed and versions.get(holder) not in {None, version(article)}:
            edits[holder] = article
    return Sifted(tuple(fresh), edits)


def _holder(article: Article, names: Iterable[Key], held: Mapping[str, Holder]) -> str | None:
    for key in names:
        holder = held.get(key.name)
        if holder and (key.within is None or article.seen - holder.seen <= key.within):
            return holder.article
    return None


def edited(kept: Article, new: Article) -> Article:
    """The article that is kept with what its feed now says of it; when it was seen, and its id, stay."""
    return replace(kept, link=new.link, title=new.title, summary=new.summary, symbols=new.symbols, guid=new.guid)


def version(article: Article) -> str:
    """What an article says, in short: another one after an edit."""
    return _hash(article.link, article.title, article.summary)


def _folded(text: str) -> str:
    return _NOT_WORDS.sub(" ", text.casefold()).strip()


def _name(kind: str, *parts: str) -> str:
    return f"{kind}:{_hash(*parts)}"


def _hash(*parts: str) -> str:
    return sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
