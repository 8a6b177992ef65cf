"""The three lines. Effects before `|`, one short transaction after it; nothing else lives here.

    read_news(now):     due feeds -> bytes -> parse -> unseen articles -> analysis | join story, save
    watch_prices(now):  linked and watched symbols -> quotes | gate -> moves -> candidates -> decisions -> outbox
    deliver(now):       due outbox rows -> mark | send | settle

The configuration, the clock and every effect come in as arguments, so that the daemon, the replay of a recorded
day and the tests are this same code with other edges. No stage calls another; the lines meet only in the store.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from alerts.outbox import Pace, Sent, send_due
from alerts.types import Notifier
from config.types import Config
from monitor.asking import plan
from monitor.evidence import save_found
from monitor.feeds.poll import claim, due
from monitor.market.sessions import Calendars
from monitor.memory import Memory
from monitor.news import Taken, apart, fresh_articles, live_feeds, refuse, together
from monitor.rota import Rota
from monitor.store.outbox import StoredOutbox
from monitor.store.store import Store
from monitor.store.tx import Tx
from monitor.stories.index import StoryIndex
from monitor.telling import Pass, tell
from monitor.types import Analyzer, FeedAnswer, FeedState, NewsSource, PriceSource, Pushing
from nlp.types import Analysis


@dataclass(frozen=True, slots=True)
class Edges:
    """Every effect the lines have. `memory`, `rota`, `stories` and `pace` are caches: they may be empty at any time.

    `clock` tells the time within a pass of deliveries, each of which may take seconds; without one none takes any.
    """

    news: NewsSource
    analyzer: Analyzer
    prices: PriceSource
    notifier: Notifier
    store: Store
    calendars: Calendars
    memory: Memory = field(default_factory=Memory)
    rota: Rota = field(default_factory=Rota)
    stories: StoryIndex = field(default_factory=StoryIndex)
    pace: Pace = field(default_factory=Pace)
    clock: Callable[[], datetime] | None = None


@dataclass(frozen=True, slots=True)
class NewsPass:
    """What one pass of the news line read and took in."""

    answers: tuple[FeedAnswer, ...] = ()
    taken: tuple[Taken, ...] = ()


async def read_news(edges: Edges, config: Config, now: datetime) -> NewsPass:
    """Poll the feeds that are due, analyse what is new and join it to stories: each as soon as it has arrived."""
    rota = edges.rota
    states = rota.states
    if states is None:
        states = rota.remember((await edges.store.transact(Tx.feed_states)).values())
    live = await edges.store.transact(partial(live_feeds, now=now)) if rota.someone_waits(now) else ()
    asked = rota.take(due(config.feeds, states, now, live))
    before = {feed.id: state for feed, state in asked}
    told: list[FeedAnswer] = []
    taken: list[Taken] = []
    try:
        if asked:
            claims = [claim(state, now, config.settings.poll_news) for _, state in asked]
            await edges.store.transact(partial(Tx.save_feeds, states=claims))
        async with aclosing(edges.news.poll(asked, now)) as arriving:
            async for arrived in arriving:
                for batch in apart(sorted(arrived, key=lambda a: a.state.feed)):
                    analyses = await _analyse(edges, batch, before)
                    for some in together(batch):
                        kept, new = await _save(edges, some, before, analyses, now)
                        rota.put_back([answer.state.feed for answer in kept])
                        told += kept
                        taken += new
    finally:
        rota.put_back(list(before))
    return NewsPass(tuple(told), tuple(taken))


async def _analyse(
    edges: Edges, answers: Sequence[FeedAnswer], before: Mapping[str, FeedState]
) -> dict[str, Analysis | None]:
    """What is found in the articles that are news, by their ids. A failure is one of all of these feeds."""
    if not any(answer.articles for answer in answers):
        return {}
    try:
        fresh = await edges.store.transact(partial(fresh_articles, answers=answers, before=before))
        found = await edges.analyzer.analyze([article.text for article in fresh])
    except Exception as error:
        await _refuse(edges, answers, before, error)
        raise
    return {article.id: analysis for article, analysis in zip(fresh, found, strict=True)}


async def _save(
    edges: Edges,
    answers: Sequence[FeedAnswer],
    before: Mapping[str, FeedState],
    analyses: Mapping[str, Analysis | None],
    now: datetime,
) -> tuple[Sequence[FeedAnswer], list[Taken]]:
    """Save these answers in one transaction; where it fails, they are refused so that their items come again."""
    save = partial(save_found, answers=answers, before=before, analyses=analyses, now=now, index=edges.stories)
    try:
        taken = (await edges.store.transact(save, then=lambda saved: saved.draft.keep())).taken
    except Exception as error:  # noqa: BLE001  one feed's odd item must not keep the others' news out
        return await _refuse(edges, answers, before, error), []
    edges.rota.remember(answer.state for answer in answers)
    return answers, taken


async def _refuse(
    edges: Edges, answers: Sequence[FeedAnswer], before: Mapping[str, FeedState], error: Exception
) -> list[FeedAnswer]:
    """Keep of polls that came to nothing here that they were made: nobody is asked again before the time."""
    refused = [refuse(answer, before[answer.state.feed], error) for answer in answers]
    edges.rota.remember(answer.state for answer in refused)
    await edges.store.transact(partial(Tx.save_feeds, states=[answer.state for answer in refused]))
    return refused


async def watch_prices(edges: Edges, config: Config, now: datetime) -> Pass:
    """Ask for the prices that matter now and decide what is told of them."""
    moved = edges.memory.look_back.symbols()
    if isinstance(edges.prices, Pushing):
        moved |= edges.prices.stirred()
    asking = await edges.store.transact(
        partial(plan, config=config, calendars=edges.calendars, memory=edges.memory, now=now, moved=moved)
    )
    prices = await edges.memory.ask(edges.prices, asking, now)
    return await edges.store.transact(
        partial(tell, config=config, calendars=edges.calendars, memory=edges.memory, prices=prices, now=now)
    )


async def deliver(edges: Edges, config: Config, now: datetime) -> Sent:  # noqa: ARG001  the three lines are asked alike
    """Send what is waiting in the outbox."""
    return await send_due(StoredOutbox(edges.store), edges.notifier, now, pace=edges.pace, clock=edges.clock)
