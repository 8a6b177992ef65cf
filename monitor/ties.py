"""Which stories are linked to a watched stock now, best explanation first, in words for a message. Pure.

Built once per price pass and watchlist from the open stories, the relations and the calendars; the articles behind a
story are only fetched for those that are told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from alerts.types import Hop, Quoted, Source, StoryNote, Tie
from config.types import Config, EventType, Watched, Watchlist
from monitor.links import claim, derive, ranked
from monitor.market.sessions import Calendars
from monitor.memory import Memory
from monitor.types import Link, Quote, Story

ALSO = 3
"""Other stories that are named beside the one a move is told under."""


@dataclass(frozen=True, slots=True)
class Ties:
    """The links to the companies of one watchlist: by company, every story that reaches it.

    `claims` are the stories' by exchange, filled as they are asked for.
    """

    links: Mapping[str, Sequence[Link]]
    stories: Mapping[str, Story]
    calendars: Calendars
    now: datetime
    claims: dict[str, dict[str, float]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        stories: Sequence[Story],
        config: Config,
        watchlist: Watchlist,
        calendars: Calendars,
        memory: Memory,
        now: datetime,
    ) -> "Ties":
        """Derive the links of stories that the list asks for, over relations valid at `now`; known ones are reused."""
        graph, expectations = memory.graph(config)
        links: dict[str, list[Link]] = {watched.company: [] for watched in watchlist.companies}
        asked = [s for s in stories if watchlist.events is None or not watchlist.events.isdisjoint(s.types)]
        whom = tuple(links)
        for story in asked:
            key = (story.id, frozenset(story.parties.items()), story.facts, watchlist.follow, whom, now.date())
            if key not in memory.derived:
                reached = derive(
                    story,
                    graph,
                    follow=watchlist.follow,
                    on=now.date(),
                    max_steps=config.settings.max_steps,
                    min_strength=config.settings.min_strength,
                    expectations=expectations,
                )
                memory.derived[key] = [link for company, link in reached.items() if company in links]
            for link in memory.derived[key]:
                links[link.company].append(link)
        return cls(links, {story.id: story for story in stories}, calendars, now)

    def claim(self, link: Link, mic: str) -> float:
        """How strongly the story behind a link of that exchange explains a move now."""
        return self.claims[mic][link.story]

    def to(self, watched: Watched, mic: str, raw: float = 0.0) -> list[Link]:
        """The links that reach a watched stock and are alive on its exchange, best explanation of a move first."""
        if mic not in self.claims:
            opens = self.calendars.opens(mic, self.now)
            self.claims[mic] = {name: claim(story, opens, self.now) for name, story in self.stories.items()}
        return ranked(self.links.get(watched.company, ()), self.claims[mic], self.stories, raw)


def note(story: Story, sources: Sequence[Source] = ()) -> StoryNote:
    """A story as messages tell it; its reason is the sentence of its first fact."""
    facts = [f for f in story.facts if f.type is not EventType.MARKET_MOVE]
    first = facts[0] if facts else None
    return StoryNote(
        id=story.id,
        headline=story.headline,
        types=tuple(kind.value for kind in story.types),
        status=first.status if first else "",
        reason=first.sentence if first else "",
        first_time=story.time,
        last_fact=story.last_fact,
        feeds=len(story.feeds),
        sources=tuple(sources),
    )


def tie(link: Link, story: StoryNote, claimed: float = 0.0) -> Tie:
    """A link in words and figures, for messages and for `why`."""
    weight = link.strength
    for over in link.over:
        weight /= over.relation.strength * over.kept
    hops = tuple(
        Hop(r.source, r.kind.value, r.target, r.strength, over.kept, r.sign, r.since, r.until, r.note)
        for over in link.over
        for r in [over.relation]
    )
    return Tie(story, link.path, link.strength, link.root, weight, hops, link.expected, claimed)


def quoted(quote: Quote | None) -> Quoted | None:
    """What a look found, as decisions keep it."""
    return Quoted(quote.price, quote.time, quote.currency, quote.delay) if quote else None
