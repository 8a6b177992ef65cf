"""Nothing uses what was not known: properties over random histories, stories and moments.

A whole price pass is made from a world cut off at a moment, and from the same world with its future, however wild; what
comes of both must be equal. That a told story keeps its time, and so its base, is tested with the stories.
"""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.types import Move
from monitor.market.basis import alternatives, unsound
from monitor.market.moves import Side, day_basis, day_move, event_basis, event_move, fit
from monitor.market.recorded import Recorded, Series
from monitor.market.sessions import Calendars
from monitor.types import Action, Bar, History, Session

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
        made.append(Series(symbol, "USD", daily=daily, starts=starts))
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
