"""Nothing uses what was not known: properties over random histories, stories and moments.

A whole price pass is made from a world cut off at a moment, and from the same world with its future, however wild; what
comes of both must be equal. And nothing that was told changes its base: stories are told through the real store and the
real price line, and an article that claims to be earlier arrives afterwards.
"""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.outbox import Pace
from alerts.types import Move
from config.exchanges import exchange_of
from config.types import Company, Config, EventLexicon, EventType, Instrument, Settings, Threshold, Watched, Watchlist
from monitor.cycle import Edges, watch_prices
from monitor.market.basis import alternatives, unsound
from monitor.market.moves import Side, day_basis, day_move, event_basis, event_move, fit
from monitor.market.recorded import Recorded, Series
from monitor.market.sessions import Calendars
from monitor.news import save_news
from monitor.replay import JsonLines, RecordedNews
from monitor.store.store import Store
from monitor.store.tx import Tx
from monitor.types import Action, Article, Bar, FeedAnswer, FeedState, History, Session
from nlp.pipeline import Pipeline
from nlp.pool import Inline
from nlp.types import Analysis, Event, Mention, Status

CALENDARS = Calendars()
START, END = datetime(2025, 1, 6, tzinfo=UTC), datetime(2025, 2, 7, tzinfo=UTC)
LEAD = timedelta(days=10)  # with bars in every world, cut or not: how long a bar lasts is read off the recording
MINUTES = int((END - START) / timedelta(minutes=1))
PLACES = (("NVDA", "SPY", "XNYS"), ("6857.T", "^N225", "XTKS"), ("ASML.AS", "^STOXX50E", "XAMS"))
moments = st.integers(min_value=0, max_value=MINUTES).map(lambda m: START + timedelta(minutes=m))
unhurried = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def world(place: int, seed: int, until: datetime | None = None, wild: int | None = None) -> Recorded:
    """Daily bars and half-hourly ones of a stock and its index, with gaps; of a seed.

    With `until` nothing exists that began later; with `wild` all that began later is of another seed, and much larger.
    """
    made = []
    for n, symbol in enumerate(PLACES[place][:2]):
        mic = PLACES[place][2]
        draw, other = random.Random(seed * 2 + n), random.Random((wild or 0) * 2 + n)  # noqa: S311  repeatable test data
        daily: dict[date, Bar] = {}
        starts: dict[datetime, float] = {}
        level = 100.0
        for session in known_sessions(mic):
            draws = [draw.gauss(0, 0.02) for _ in range(2)]
            gap = draw.random() < 0.05
            future = until is not None and session.open > until
            if future and wild is None:
                break
            if future:
                draws = [other.gauss(0, 0.3) for _ in range(2)]
            first = level * max(0.1, 1 + draws[0])
            level = first * max(0.1, 1 + draws[1])
            if not gap:
                daily[session.date] = Bar(symbol, session.date, first, None, None, level, draw.random() * 1e6)
            at = session.open
            while at < session.close and session.open > START - LEAD:
                price = first * (1 + draw.gauss(0, 0.01))
                if until is not None and at > until:
                    if wild is None:
                        break
                    price *= 1 + abs(other.gauss(0, 1))
                starts[at] = price
                at += timedelta(minutes=30)
        made.append(Series(symbol, exchange_of(symbol).currency, daily=daily, starts=starts))
    return Recorded(made, CALENDARS)


@cache
def known_sessions(mic: str) -> tuple[Session, ...]:
    """A year of sessions up to the end of the world."""
    return CALENDARS.between(mic, date(2024, 6, 3), END.date())


async def measured(source: Recorded, place: int, story: datetime, now: datetime) -> tuple[Move | None, Move | None]:
    """Both windows' moves at `now` of a story, as a pass would measure them."""
    symbol, index, mic = PLACES[place]
    pair = [symbol, index]
    sessions = CALENDARS.sessions(mic, now)
    quotes = (await source.quotes(pair, now)).found
    histories = (await source.history(pair, now)).found
    before = (await source.prices_at([(s, story) for s in pair], now)).found
    sides = [Side(histories.get(s), quotes.get(s), sessions, before.get(s)) for s in pair]
    session = CALENDARS.session(mic, now)
    found: list[Move | None] = []
    bases = (day_basis(histories.get(symbol), CALENDARS.previous(session))[0], event_basis(story, sides[0])[0])
    for base, measure in zip(bases, (day_move, event_move), strict=True):
        history = histories.get(symbol)
        if base is None or history is None:
            found.append(None)
            continue
        stats = fit(history, histories.get(index), sessions, base.day, "Americas")
        found.append(measure(sides[0], sides[1], base, stats))
    return found[0], found[1]


@unhurried
@given(
    place=st.integers(0, 2),
    seed=st.integers(0, 5),
    wild=st.integers(6, 9),
    now=moments,
    age=st.integers(0, 4 * 24 * 60),
)
async def test_no_figure_depends_on_what_came_later(place: int, seed: int, wild: int, now: datetime, age: int) -> None:
    """The same moves to the last digit whether the future does not exist, is this one, or a wild one."""
    story = now - timedelta(minutes=age)
    cut = await measured(world(place, seed, until=now), place, story, now)
    assert cut == await measured(world(place, seed), place, story, now)
    assert cut == await measured(world(place, seed, until=now, wild=wild), place, story, now)


@unhurried
@given(place=st.integers(0, 2), seed=st.integers(0, 5), now=moments, hours=st.integers(1, 72))
async def test_a_story_seen_an_hour_later_counts_from_nothing_after_it(
    place: int, seed: int, now: datetime, hours: int
) -> None:
    """Shifted by an hour, its base is of a time at or before it, and no window ends before it begins."""
    source = world(place, seed)
    for story in (now - timedelta(hours=hours), now - timedelta(hours=hours - 1)):
        for move in await measured(source, place, story, now):
            if move is not None:
                assert move.base_time <= move.time <= now
        _, event = await measured(source, place, story, now)
        assert event is None or event.base_time <= story


@unhurried
@given(seed=st.integers(0, 20), cut=st.integers(50, 120), later=st.floats(0.01, 50.0), split=st.floats(0.1, 10.0))
def test_doubts_of_a_base_rest_on_what_is_dated_up_to_the_session(
    seed: int, cut: int, later: float, split: float
) -> None:
    """A dividend or a split of tomorrow casts none, and fits of earlier days do not see it."""
    symbol, _, mic = PLACES[0]
    days = [s.date for s in known_sessions(mic)]
    draw = random.Random(seed)  # noqa: S311  repeatable test data
    bars = tuple(Bar(symbol, d, None, None, None, 100 + draw.gauss(0, 2)) for d in days[:cut])
    now = bars[-1].date
    history = _history(bars, ())
    told = _history(bars, (Action(days[cut + 1], later, split),))
    assert alternatives(history, now, days[cut]) == alternatives(told, now, days[cut])
    assert unsound(history) == unsound(told)


def _history(bars: Sequence[Bar], actions: tuple[Action, ...]) -> History:
    return History("NVDA", "USD", tuple(bars), actions=actions)


NOBODY = Inline(Pipeline({}, EventLexicon()))
Base = tuple[float, datetime]


class Teller:
    """The news and price lines over one random history and a store of their own; one stock, one story."""

    def __init__(self, place: int, seed: int, folder: Path) -> None:
        """Nothing has happened."""
        symbol, _, mic = PLACES[place]
        company = Company("acme", "Acme", (), (Instrument(symbol, mic, exchange_of(symbol).currency),))
        lists = (Watchlist("One", "#ai", (Watched("acme", symbol),), (Threshold(move=0.0001),)),)
        lexicon = EventLexicon()
        self.config = Config(Settings(), {"acme": company}, (), lists, (), lexicon, "made up", {symbol: company})
        self.store = Store(folder / "told.db", durable=False)
        lines, source = JsonLines(lambda _line: None), world(place, seed)
        self.edges = Edges(RecordedNews([]), NOBODY, source, lines, self.store, CALENDARS, pace=Pace(timedelta()))

    async def read(self, name: str, published: datetime, seen: datetime) -> bool:
        """One more article on the same deal arrives; whether it joined, and was not too old to."""
        title = "Acme signs giant accelerator supply deal with sovereign fund"
        article = Article(name, name, f"https://{name}.example/a", title, "", published, seen)
        event = Event(EventType.PARTNERSHIP, "deal", title, 35, "acme", None, Status.REPORTED, 0.9, "made up")
        found = Analysis((Mention("acme", "Acme", 0, 4, "name", 1.0),), (event,))
        before = {name: FeedState(name, seen, last_success=START - LEAD)}
        answers = [FeedAnswer(before[name], (article,))]
        save = partial(save_news, answers=answers, before=before, analyses={name: found}, now=seen)
        return (await self.store.transact(save)).taken[0].story is not None

    async def tell(self, now: datetime) -> tuple[set[Base], set[Base]]:
        """One price pass: the bases of the day window and of the event window in what it put into the outbox."""
        done = await watch_prices(self.edges, self.config, now)
        rows = [row for delivery in done.deliveries for row in delivery.rows]
        days = {(row.day.base_price, row.day.base_time) for row in rows}
        return days, {(row.event.base_price, row.event.base_time) for row in rows if row.event}

    async def story_times(self, now: datetime) -> set[datetime]:
        """The times of all stories."""
        return {story.time for story in await self.store.transact(partial(Tx.open_stories, since=now - LEAD))}


def just_traded(moment: datetime) -> datetime:
    """The next minute after a half-hourly bar has ended."""
    return moment.replace(minute=0, second=0) + timedelta(minutes=30 * (moment.minute // 30 + 1) + 1)


async def told_twice(place: int, seed: int, published: datetime, wait: int, back: int, later: int) -> bool:
    """Whether anything was told before the earlier article came; asserts what must hold in either case."""
    with TemporaryDirectory() as folder:
        teller = Teller(place, seed, Path(folder))
        try:
            assert await teller.read("first", published, published + timedelta(minutes=2))
            now = just_traded(published + timedelta(minutes=2 + wait))
            days, events = await teller.tell(now)
            earlier = published - timedelta(minutes=back)
            joined = await teller.read("second", earlier, now + timedelta(minutes=1))
            assert {earlier if joined and not days else published} == await teller.story_times(now)
            for after in (now + timedelta(minutes=1), just_traded(now + timedelta(minutes=later))):
                again_days, again_events = await teller.tell(after)
                if days and CALENDARS.session(PLACES[place][2], after).early <= now:
                    assert again_days <= days
                    assert again_events <= events
            return bool(days and events)
        finally:
            teller.store.close()


@settings(unhurried, max_examples=25)
@given(
    place=st.integers(0, 2),
    seed=st.integers(0, 5),
    published=moments,
    wait=st.integers(0, 18 * 60),
    back=st.integers(1, 2 * 24 * 60),
    later=st.integers(1, 8 * 60),
)
async def test_an_earlier_article_moves_no_base_that_was_told(
    place: int, seed: int, published: datetime, wait: int, back: int, later: int
) -> None:
    """What is told afterwards counts from where it was counted; a story that was not told takes the earlier time."""
    await told_twice(place, seed, published, wait, back, later)


@pytest.mark.parametrize(
    ("published", "back"),
    [
        (datetime(2025, 1, 27, 16, 10, tzinfo=UTC), 45),  # in the session, and earlier in it
        (datetime(2025, 1, 27, 16, 10, tzinfo=UTC), 26 * 60),  # in the session, and on the Sunday before
        (datetime(2025, 1, 26, 12, 0, tzinfo=UTC), 40 * 60),  # at the weekend, and in Friday's session
    ],
)
async def test_such_a_base_was_told_indeed(published: datetime, back: int) -> None:
    """The property is no empty one: here both windows are told, and told again."""
    wait = int((datetime(2025, 1, 27, 18, 10, tzinfo=UTC) - published) / timedelta(minutes=1))
    assert await told_twice(0, 1, published, wait, back, 60)
