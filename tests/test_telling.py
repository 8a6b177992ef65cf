"""A price pass as a whole, on a real store: what is told under which story, what stays, and what is said once."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path

import pytest

from alerts.outbox import Pace
from alerts.types import Delivery, DeliveryKind, Join
from config.types import (
    Company,
    Config,
    Direction,
    EventLexicon,
    EventType,
    Expectation,
    Instrument,
    QuietHours,
    Settings,
    ShareCount,
    Threshold,
    Watched,
    Watchlist,
)
from monitor.cycle import Edges, watch_prices
from monitor.market.sessions import Calendars
from monitor.replay import JsonLines, RecordedNews
from monitor.store.store import Store
from monitor.store.tx import Tx
from monitor.types import Bar, Fact, History, PriceAnswer, Quote, Story
from nlp.pipeline import Pipeline
from nlp.pool import Inline

OPEN = datetime(2025, 3, 12, 13, 30, tzinfo=UTC)
"""A Wednesday's open in New York."""
LEVELS = {"NVDA": 100.0, "NVDB": 100.0, "AMD": 50.0, "SPY": 500.0}
"""NVDB is a second class of NVIDIA's shares."""
CALENDARS = Calendars()


@dataclass
class Prices:
    """A price source whose prices the test sets; bars swing by one percent a day, the market by less."""

    now: dict[str, float] = field(default_factory=lambda: dict(LEVELS))
    then: dict[str, float] = field(default_factory=lambda: dict(LEVELS))
    name: str = "made up"

    async def quotes(self, symbols: Sequence[str], now: datetime) -> PriceAnswer[Quote]:
        """The price of the moment, confirmed."""
        found = {s: Quote(s, self.now[s], now, "USD", confirmed=True) for s in symbols if s in self.now}
        return PriceAnswer(found, {s: "no price" for s in symbols if s not in found})

    async def history(self, symbols: Sequence[str], now: datetime) -> PriceAnswer[History]:
        """A year of daily bars that end on the last session before today's at the level."""
        days = [s.date for s in CALENDARS.sessions("XNYS", OPEN) if s.date < now.date()]
        found = {}
        for symbol in symbols:
            if symbol not in LEVELS:
                continue
            swing = 0.002 if symbol == "SPY" else 0.01
            closes = [LEVELS[symbol] * (1 + swing * (-1) ** (n % 3 == 0)) for n in range(len(days) - 1)]
            bars = zip(days, [*closes, LEVELS[symbol]], strict=True)
            found[symbol] = History(symbol, "USD", tuple(Bar(symbol, d, c, None, None, c) for d, c in bars))
        return PriceAnswer(found, {})

    async def prices_at(self, wanted: Sequence[tuple[str, datetime]], now: datetime) -> PriceAnswer[Quote]:
        """The price of then, a minute before."""
        found = {s: Quote(s, self.then[s], at - timedelta(minutes=1), "USD") for s, at in wanted if s in LEVELS}
        return PriceAnswer(found, {})

    async def close(self) -> None:
        """Nothing to let go of."""


def config(*watchlists: Watchlist, quiet: QuietHours | None = None) -> Config:
    """Two listed companies, each its own story's party."""
    shares = ShareCount(1e9, date(2025, 1, 1), "made up")
    companies = {
        name: Company(name, name.upper(), (), tuple(Instrument(s, "XNYS", "USD") for s in symbols), shares=shares)
        for name, symbols in (("nvidia", ("NVDA", "NVDB")), ("amd", ("AMD",)))
    }
    by_symbol = {i.symbol: c for c in companies.values() for i in c.instruments}
    settings = Settings(quiet=quiet)
    return Config(settings, companies, (), watchlists, (), EventLexicon(), "made up", by_symbol)


def watchlist(
    *symbols: str, channel: str = "#ai", move: float = 0.03, events: frozenset[EventType] | None = None
) -> Watchlist:
    """A list of those symbols with one threshold."""
    companies = tuple(Watched({"NVDA": "nvidia", "NVDB": "nvidia", "AMD": "amd"}[s], s) for s in symbols)
    return Watchlist("One", channel, companies, (Threshold(move=move),), events=events, unlinked=True)


def story(name: str, company: str, at: datetime, kind: EventType = EventType.PARTNERSHIP, feeds: int = 9) -> Story:
    """A story that names one company."""
    fact = Fact(kind, company, "reported", name, 0.9)
    heard = frozenset(f"f{n}" for n in range(feeds))
    return Story(name, f"Headline of {name}", at, at, at, (fact,), {company: 1.0}, (), (), heard)


@dataclass
class Desk:
    """The edges of one test."""

    edges: Edges
    prices: Prices
    store: Store

    async def tell(self, settings: Config, minutes: float, **prices: float) -> list[Delivery]:
        """One price pass so many minutes after the open, at new prices."""
        self.prices.now.update(prices)
        done = await watch_prices(self.edges, settings, OPEN + timedelta(minutes=minutes))
        return list(done.deliveries)

    async def know(self, *stories: Story) -> None:
        """Keep those stories."""
        for one in stories:
            await self.store.transact(partial(Tx.save_story, story=one))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An empty store and prices at their levels."""
    store = Store(tmp_path / "aftershock.db")
    prices = Prices()
    analyzer = Inline(Pipeline({}, EventLexicon()))
    lines = JsonLines(lambda _line: None)
    edges = Edges(RecordedNews(()), analyzer, prices, lines, store, CALENDARS, pace=Pace(timedelta()))
    yield Desk(edges, prices, store)
    store.close()


def kinds(deliveries: Sequence[Delivery]) -> list[str]:
    """What kinds of delivery they are."""
    return [d.kind.value for d in deliveries]


async def test_a_move_is_told_before_its_part_since_the_news_is_known(desk: Desk) -> None:
    """And redrawn as soon as that has come, though a minute has not passed."""
    one = config(watchlist("NVDA"))
    archive, at_hand = asyncio.Event(), desk.prices.prices_at

    async def slow(wanted: Sequence[tuple[str, datetime]], now: datetime) -> PriceAnswer[Quote]:
        await archive.wait()
        return await at_hand(wanted, now)

    desk.prices.prices_at = slow  # type: ignore[method-assign]
    desk.prices.then["NVDA"] = 99.0
    await desk.know(story("first", "nvidia", OPEN + timedelta(minutes=4)))
    (post,) = await desk.tell(one, 5, NVDA=95.0)
    assert "1 linked move, part since the news not known yet" in post.text
    archive.set()
    back = desk.edges.memory.look_back
    await asyncio.wait_for(back.came.wait(), 10)
    assert {"NVDA", "SPY"} == back.symbols()
    (update,) = await desk.tell(one, 5.1)
    assert (DeliveryKind.UPDATE, True) == (update.kind, "1 move after the linked news: " in update.text)
    assert pytest.approx(95 / 99 - 1) == update.rows[0].since


async def test_two_passes_of_one_second_each_have_their_reply(desk: Desk) -> None:
    """A pass may follow another at once: what crosses in the second one is told as well."""
    one = config(watchlist("NVDA", "NVDB"))
    await desk.know(story("first", "nvidia", OPEN - timedelta(hours=3)))
    await desk.tell(one, 5, NVDA=95.0)
    replies = [
        delivery
        for minutes, price in ((7, {"NVDB": 95.0}), (7.01, {"NVDA": 85.0}))
        for delivery in await desk.tell(one, minutes, **price)
        if delivery.kind is DeliveryKind.REPLY
    ]
    assert ["NVDB", "NVDA"] == [delivery.rows[0].symbol for delivery in replies]


async def test_a_stock_that_was_told_stays_under_its_story(desk: Desk) -> None:
    """A newer, louder story is named beside it, and path and move since the news stay those of the first."""
    one = config(watchlist("NVDA"))
    await desk.know(story("first", "nvidia", OPEN - timedelta(hours=3), feeds=3))
    (post,) = await desk.tell(one, 5, NVDA=95.0)
    await desk.know(story("second", "nvidia", OPEN + timedelta(minutes=6), feeds=30))
    (update,) = await desk.tell(one, 7, NVDA=94.0)
    assert ["first", "first"] == [post.story, update.story]
    assert ("nvidia", ("“Headline of second”",)) == (update.rows[0].path, update.rows[0].also)
    assert update.rows[0].event is not None
    assert OPEN - timedelta(hours=17, minutes=30) == update.rows[0].event.base_time


async def test_news_that_comes_after_the_move_is_linked_to_it(desk: Desk) -> None:
    """The message without news gets its story, once, with a reply that says so."""
    one = config(watchlist("NVDA"))
    (post,) = await desk.tell(one, 5, NVDA=95.0)
    assert "no linked AI news found" in post.text
    await desk.know(story("ban", "nvidia", OPEN + timedelta(minutes=6)))
    reply, update = await desk.tell(one, 7)
    assert (DeliveryKind.REPLY, "Linked AI news: “Headline of ban”") == (reply.kind, reply.text)
    assert ("ban", True) == (update.story, "Headline of ban" in update.text)
    assert [] == [d for d in await desk.tell(one, 9) if d.kind is DeliveryKind.REPLY]


async def test_a_move_that_came_before_its_news_is_told_as_that(desk: Desk) -> None:
    """With the part before and the part since, in the message and in the row."""
    one = config(watchlist("NVDA"))
    await desk.tell(one, 5, NVDA=95.0)
    await desk.know(story("ban", "nvidia", OPEN + timedelta(minutes=6)))
    desk.prices.then["NVDA"] = 95.0
    *_, update = await desk.tell(one, 7, NVDA=94.5)
    (row,) = update.rows
    assert Join.BEFORE is row.join
    assert [pytest.approx(-0.05), pytest.approx(94.5 / 95 - 1)] == [row.before, row.since]
    assert "1 move mostly before the linked news: NVDA (-5.0 % before the news, -0.5 % since)" in update.text
    *_, update = await desk.tell(one, 9, NVDA=85.0)
    assert "1 move after the linked news" in update.text
    assert "NVDA: nvidia is named in the news itself · -5.0 % before the news, -10.5 % since" in (update.text)


async def test_a_story_that_points_the_other_way_explains_less(desk: Desk) -> None:
    """A fall is told under the news that lets expect one, though louder news lets expect a rise."""
    rows = (
        Expectation(EventType.PARTNERSHIP, actor=Direction.UP),
        Expectation(EventType.EXPORT_CONTROL, actor=Direction.DOWN),
    )
    one = replace(config(watchlist("NVDA")), lexicon=EventLexicon(expectations=rows))
    before = OPEN - timedelta(hours=3)
    await desk.know(
        story("deal", "nvidia", before, feeds=9), story("ban", "nvidia", before, EventType.EXPORT_CONTROL, feeds=5)
    )
    (post,) = await desk.tell(one, 5, NVDA=95.0)
    assert ("ban", Direction.DOWN, Join.AFTER) == (post.story, post.rows[0].expected, post.rows[0].join)
    assert "1 move after the linked news: as expected" in post.text


async def test_two_watchlists_of_one_channel_speak_with_one_voice(desk: Desk) -> None:
    """A stock on both is told once, by the lower threshold, and not again while its price does not move."""
    both = config(watchlist("NVDA", move=0.10), watchlist("NVDA", "AMD", move=0.03))
    told = [kinds(await desk.tell(both, minutes, NVDA=96.0)) for minutes in range(5, 185, 10)]
    assert [DeliveryKind.POST.value] == [kind for pass_ in told for kind in pass_ if kind in {"post", "reply"}]
    other = config(watchlist("NVDA"), watchlist("NVDA", channel="#b"))
    assert ["#b"] == [d.channel for d in await desk.tell(other, 190) if d.kind is DeliveryKind.POST]


async def test_a_list_that_asks_for_some_events_is_told_under_those(desk: Desk) -> None:
    """Louder stories of other kinds neither take the alert nor hide the one asked for."""
    asked = config(watchlist("NVDA", events=frozenset({EventType.EXPORT_CONTROL})))
    before = OPEN - timedelta(hours=3)
    others = [story(f"deal-{n}", "nvidia", before, feeds=20) for n in range(6)]
    await desk.know(*others, story("ban", "nvidia", before, EventType.EXPORT_CONTROL, feeds=3))
    (post,) = await desk.tell(asked, 5, NVDA=95.0)
    assert "ban" == post.story


async def test_records_rest_on_every_company_and_go_when_they_no_longer_hold(desk: Desk) -> None:
    """AMD passes NVDA while it is worth more; without AMD's price nobody passes anybody."""
    one = config(watchlist("NVDA", "AMD"))
    await desk.know(replace(story("deal", "nvidia", OPEN - timedelta(hours=3)), parties={"nvidia": 1.0, "amd": 1.0}))
    lead = "AMD passes NVIDIA as the most valuable"
    (post,) = await desk.tell(one, 5, NVDA=90.0, AMD=95.0)
    assert lead in post.text
    *_, update = await desk.tell(one, 10, NVDA=100.0, AMD=60.0)
    assert lead not in update.text
    del desk.prices.now["AMD"]
    assert not any(lead in d.text for d in await desk.tell(one, 12, NVDA=40.0))


async def test_a_company_with_two_listings_counts_once(desk: Desk) -> None:
    """AMD passes NVIDIA once, not its second class once more; beside the class that is told, also without the other."""
    one = config(watchlist("NVDA", "NVDB", "AMD"))
    await desk.know(replace(story("deal", "nvidia", OPEN - timedelta(hours=3)), parties={"nvidia": 1.0, "amd": 1.0}))
    lead, loss = "AMD passes NVIDIA as the most valuable", "NVIDIA: at this price the largest one-day loss"
    (post,) = await desk.tell(one, 5, NVDA=80.0, NVDB=80.0, AMD=95.0)
    assert [1, 1] == [post.text.count(lead), post.text.count(loss)]
    del desk.prices.now["NVDA"]
    replies = [d.text for d in await desk.tell(one, 6, NVDB=60.0) if d.kind is DeliveryKind.REPLY]
    assert not any(lead in text or loss in text for text in replies)
    (drawn,) = (root.text for root in (await desk.store.transact(partial(Tx.roots, since=OPEN.date()))).values())
    assert [1, 1] == [drawn.count(lead), drawn.count(loss)]


async def test_a_record_stands_beside_whichever_listing_is_told(desk: Desk) -> None:
    """The first on the list has no price today."""
    del desk.prices.now["NVDA"]
    await desk.know(story("deal", "nvidia", OPEN - timedelta(hours=3)))
    told = await desk.tell(config(watchlist("NVDA", "NVDB", "AMD")), 5, NVDB=80.0, AMD=95.0)
    (post,) = (d for d in told if d.story)
    assert "AMD passes NVIDIA as the most valuable" in post.text


async def test_a_record_does_not_forget_who_is_not_due(desk: Desk) -> None:
    """AMD, without news, is asked for every five minutes; its price of three minutes ago still leads."""
    one = config(watchlist("NVDA", "AMD", move=0.03))
    await desk.know(story("deal", "nvidia", OPEN - timedelta(hours=3)))
    lead = "AMD passes NVIDIA as the most valuable"
    await desk.tell(one, 60, AMD=51.0)
    (post,) = await desk.tell(one, 63, NVDA=50.5)
    assert ({"NVDA"}, True) == ({row.symbol for row in post.rows}, lead in post.text)


async def test_quiet_hours_end_with_one_reply_a_root(desk: Desk) -> None:
    """What crossed meanwhile is told afterwards, in one reply, and is not lost."""
    quiet = QuietHours(time(13, 40), time(14, 30), "UTC")
    loud, hushed = config(watchlist("NVDA", "AMD")), config(watchlist("NVDA", "AMD"), quiet=quiet)
    await desk.know(
        story("deal", "nvidia", OPEN - timedelta(hours=3)), story("deal2", "amd", OPEN - timedelta(hours=3))
    )
    await desk.tell(loud, 5, NVDA=95.0)
    await desk.tell(hushed, 12, NVDA=92.0)
    await desk.tell(hushed, 14, NVDA=86.0)
    waiting = [r for r in await desk.store.transact(Tx.unsettled) if r.delivery.kind is DeliveryKind.REPLY]
    assert [datetime(2025, 3, 12, 14, 30, tzinfo=UTC)] == [r.due for r in waiting]
    assert ["NVDA goes on: -8.0 %", "NVDA goes on: -14.0 %"] == [
        line.partition(" (")[0] for line in waiting[0].delivery.text.splitlines()
    ]


async def test_the_digest_is_told_once_and_not_after_hours(desk: Desk) -> None:
    """After the close with every stock that was told; a daemon that was down until the next morning stays silent."""
    one = config(watchlist("NVDA"))
    await desk.tell(one, 5, NVDA=95.0)
    close = 6.5 * 60
    assert ["digest"] == [k for k in kinds(await desk.tell(one, close + 1)) if k == "digest"]
    assert [] == [k for k in kinds(await desk.tell(one, close + 2)) if k == "digest"]


async def test_a_digest_of_yesterday_is_not_told(desk: Desk) -> None:
    """Its prices would be those of another session."""
    one = config(watchlist("NVDA"))
    await desk.tell(one, 5, NVDA=95.0)
    assert "digest" not in kinds(await desk.tell(one, 24 * 60 + 1, NVDA=95.5))


async def test_a_stock_that_left_the_watchlist_breaks_nothing(desk: Desk) -> None:
    """Its row stays as it was told."""
    await desk.tell(config(watchlist("NVDA", "AMD")), 5, NVDA=95.0, AMD=46.0)
    later = await desk.tell(config(watchlist("AMD")), 7, AMD=44.0)
    assert {"AMD"} <= {row.symbol for d in later for row in d.rows}
