"""The three lines. Effects before `|`, one short transaction after it; nothing else lives here.

    read_news(now):     due feeds -> bytes -> parse -> unseen articles -> analysis | join story, save
    watch_prices(now):  linked and watched symbols -> quotes | gate -> moves -> candidates -> decisions -> outbox
    deliver(now):       due outbox rows -> mark | send | settle

The configuration, the clock and every effect come in as arguments, so that the daemon, the replay of a recorded
day and the tests are this same code with other edges. No stage calls another; the lines meet only in the store.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from alerts.outbox import Pace, Sent, send_due
from alerts.types import Notifier
from config.types import Config
from monitor.asking import plan
from monitor.feeds.poll import due
from monitor.market.sessions import Calendars
from monitor.memory import Memory
from monitor.news import Taken, fresh_articles, refuse, save_news
from monitor.store.outbox import StoredOutbox
from monitor.store.store import Store, Tx
from monitor.telling import Pass, tell
from monitor.types import Analyzer, FeedAnswer, NewsSource, PriceSource


@dataclass(frozen=True, slots=True)
class Edges:
    """Every effect the lines have. `memory` and `pace` are caches: they may be empty at any time.

    `clock` tells the time within a pass of deliveries, each of which may take seconds; without one none takes any.
    """

    news: NewsSource
    analyzer: Analyzer
    prices: PriceSource
    notifier: Notifier
    store: Store
    calendars: Calendars
    memory: Memory = field(default_factory=Memory)
    pace: Pace = field(default_factory=Pace)
    clock: Callable[[], datetime] | None = None


@dataclass(frozen=True, slots=True)
class NewsPass:
    """What one pass of the news line read and took in."""

    answers: tuple[FeedAnswer, ...] = ()
    taken: tuple[Taken, ...] = ()


async def read_news(edges: Edges, config: Config, now: datetime) -> NewsPass:
    """Poll the feeds that are due, analyse what is new, and join it to stories."""
    states = await edges.store.transact(Tx.feed_states)
    asked = due(config.feeds, states, now)
    answers = sorted(await edges.news.poll(asked, now), key=lambda a: a.state.feed)
    before = {feed.id: state for feed, state in asked}
    fresh = await edges.store.transact(partial(fresh_articles, answers=answers, before=before))
    found = await edges.analyzer.analyze([article.text for article in fresh])
    analyses = {article.id: analysis for article, analysis in zip(fresh, found, strict=True)}
    taken: list[Taken] = []
    told: list[FeedAnswer] = []
    for answer in answers:
        state = before[answer.state.feed]
        save = partial(save_news, answer=answer, before=state, analyses=analyses, now=now)
        try:
            taken += await edges.store.transact(save)
        except Exception as error:  # noqa: BLE001  one feed's odd item must not keep the others' news out
            refused = refuse(answer, state, error)
            told.append(refused)
            await edges.store.transact(partial(Tx.save_feed, state=refused.state))
        else:
            told.append(answer)
    return NewsPass(tuple(told), tuple(taken))


async def watch_prices(edges: Edges, config: Config, now: datetime) -> Pass:
    """Ask for the prices that matter now and decide what is told of them."""
    asking = await edges.store.transact(
        partial(plan, config=config, calendars=edges.calendars, memory=edges.memory, now=now)
    )
    prices = await edges.memory.ask(edges.prices, asking, now)
    return await edges.store.transact(
        partial(tell, config=config, calendars=edges.calendars, memory=edges.memory, prices=prices, now=now)
    )


async def deliver(edges: Edges, config: Config, now: datetime) -> Sent:  # noqa: ARG001  the three lines are asked alike
    """Send what is waiting in the outbox."""
    return await send_due(StoredOutbox(edges.store), edges.notifier, now, pace=edges.pace, clock=edges.clock)
