"""Corrupt prices make no alert: real series that a source got wrong, and cases of our own, one for each way to err.

The real ones lie beside the checkout (yfinance's collection of corrupt series, most with the mended one); the test
of them is skipped where they are absent. Each day is seen twice at its close, as a poller would see it.
"""

import math
import random
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from monitor.types import Action, Bar, Quote
from standins.corrupt import FIRST, POLL, Series, Told, alerts, as_of, judged, read

SHARED = Path(__file__).parents[2] / "shared" / "yahoo" / "bad_prices"
SERIES = sorted(path.stem for path in SHARED.glob("*.csv"))
MINOR = ("-L-", "-JO-", "-IL-", "-TA-")
"""Exchanges whose prices are quoted in hundredths; most of the series are already in the major unit."""
needs_shared = pytest.mark.skipif(not SERIES, reason="the corrupt series are not beside the checkout")


@cache
def series(name: str) -> Series:
    """A series of the collection."""
    return read(pd.read_csv(SHARED / f"{name}.csv"), minor=any(mark in name for mark in MINOR))


@cache
def mended(name: str) -> Series:
    """The same one as it should be, itself where nothing is wrong with it; without anything to doubt."""
    fixed = f"{name.removesuffix('-fixed')}-fixed"
    right = series(fixed if fixed in SERIES else name.removesuffix("-fixed"))
    return replace(right, bars=tuple(replace(bar, traded=None) for bar in right.bars), actions=())


@cache
def told(name: str) -> tuple[Told, ...]:
    """The alerts that a series makes."""
    return tuple(alerts(series(name)))


@needs_shared
@pytest.mark.parametrize("name", SERIES)
def test_a_corrupt_series_makes_no_false_alert(name: str) -> None:
    """What is told of a day is what the mended series says of it, to a point."""
    bars = mended(name).bars
    true = {b.date: b.close / a.close - 1 for a, b in pairwise(bars) if a.close and b.close}
    false = [t for t in told(name) if abs(true.get(t.day, 0.0) - t.move) > 0.01 or abs(true.get(t.day, 0.0)) < 0.025]
    assert [] == false


@needs_shared
def test_true_moves_are_kept() -> None:
    """At least 95 of 100 alerts that the mended series make are made with the corrupt ones as well."""
    corrupt = [name for name in SERIES if not name.endswith("-fixed")]
    true = [(name, t.day) for name in corrupt for t in alerts(mended(name))]
    kept = {(name, t.day) for name in corrupt for t in told(name)}
    assert len(true) > 400
    assert sum(pair in kept for pair in true) >= 0.95 * len(true)


# Cases of our own

DAYS = 150
LAST = DAYS - 1
PRICE = 400.0


@dataclass(frozen=True)
class World:
    """A series of ordinary days, and the looks at its last one; `late` is how long after its trade each is seen."""

    series: Series
    quotes: tuple[Quote, ...]
    late: timedelta = timedelta()

    def outcome(self) -> Told | None:
        """The alert of its last day."""
        sessions = self.series.sessions
        history = as_of(self.series, LAST)
        return judged(history, sessions, sessions[LAST], self.quotes, minor=self.series.minor, late=self.late)

    def looks(self, *prices: float, **more: object) -> "World":
        """The same with looks at these prices, a minute apart."""
        close = self.series.sessions[LAST].close
        made = (Quote("CORP", p, close - (9 - n) * POLL, "GBP") for n, p in enumerate(prices))
        return replace(self, quotes=tuple(replace(q, **more) for q in made))  # type: ignore[arg-type]  # tests name the fields they change

    def bar(self, at: int, **more: float | None) -> "World":
        """The same with another bar."""
        bars = list(self.series.bars)
        bars[at] = replace(bars[at], **more)  # type: ignore[arg-type]  # as above
        return replace(self, series=replace(self.series, bars=tuple(bars)))

    def action(self, days_ago: int, dividend: float = 0.0, split: float = 0.0) -> "World":
        """The same with a recorded action."""
        day = self.series.bars[LAST - days_ago].date
        return replace(self, series=replace(self.series, actions=(Action(day, dividend, split),)))

    def in_pence(self) -> "World":
        """The same where dividends may be told in another unit than prices."""
        return replace(self, series=replace(self.series, minor=True))

    def adjusted(self, part: float) -> "World":
        """The same with all earlier closes adjusted down by a part."""
        bars = [replace(b, close=(b.close or 0) * (1 - part), traded=b.close) for b in self.series.bars[:LAST]]
        return replace(self, series=replace(self.series, bars=(*bars, self.series.bars[LAST])))


def world() -> World:
    """Days that end at 400 with swings of 1 %, and a look at 400."""
    draw = random.Random(4)  # noqa: S311  repeatable test data
    closes = [PRICE]
    for _ in range(DAYS - 2):
        closes.append(closes[-1] / (1 + draw.gauss(0, 0.01)))
    closes = [*reversed(closes), PRICE]
    bars = tuple(Bar("CORP", FIRST + timedelta(days=n), None, None, None, c) for n, c in enumerate(closes))
    return World(Series(bars, ()), ()).looks(PRICE, PRICE)


def dividend(part: float, *, taken: float, fallen: float, told: float | None = None, ago: int = 0) -> World:
    """A dividend of a part of the price as recorded (`told` apart from it), of which `taken` is out of earlier closes.

    The price has `fallen` by that part.
    """
    price = PRICE * (1 - fallen)
    recorded = PRICE * (part if told is None else told)
    made = world().adjusted(taken) if taken else world()
    return made.action(ago, dividend=recorded).looks(price, price)


FALLEN = world().looks(PRICE * 0.9, PRICE * 0.9)

CORRUPT: dict[str, World] = {
    "pence for pounds": world().looks(PRICE * 100, PRICE * 100),
    "pounds for pence": world().looks(PRICE / 100, PRICE / 100),
    "pence, and a move": world().looks(PRICE * 96, PRICE * 96),
    "pounds, and a move": world().looks(PRICE / 109, PRICE / 109),
    "the base in pence": world().bar(LAST - 1, close=PRICE * 100),
    "the base in pounds": world().bar(LAST - 1, close=PRICE / 100),
    **{
        f"a split of {n} nobody knows": world().looks(PRICE / n * 1.01, PRICE / n * 1.01)
        for n in (2, 3, 4, 5, 7, 10, 20, 50)
    },
    **{
        f"a reverse split of {n} nobody knows": world().looks(PRICE * n * 0.99, PRICE * n * 0.99)
        for n in (2, 3, 4, 5, 7, 10, 20, 50)
    },
    **{
        f"a split of {s} recorded {ago} days ago, not in the base": world()
        .action(ago, split=s)
        .looks(PRICE / s * 1.005, PRICE / s * 1.005)
        for s in (1.5, 1.25, 1.1, 0.76, 0.4714)
        for ago in (0, 3)
    },
    **{f"a base that is split alone by {n}": world().bar(LAST - 1, close=PRICE / n) for n in (2, 3, 5, 10)},
    **{f"a dividend of {p:.0%} not taken out": dividend(p, taken=0, fallen=p) for p in (0.03, 0.05, 0.08, 0.2)},
    **{f"a dividend of {p:.0%} taken out twice": dividend(p, taken=2 * p, fallen=p) for p in (0.04, 0.08)},
    **{f"a dividend of {p:.0%} never paid": dividend(p, taken=p, fallen=0) for p in (0.06, 0.12, 0.3)},
    **{f"an adjustment of {p:.0%} out of nothing": world().adjusted(p) for p in (0.04, 0.1)},
    **{
        f"a dividend of {p:.0%} in pounds, prices in pence": dividend(p, taken=0, fallen=p, told=p / 100).in_pence()
        for p in (0.03, 0.06, 0.1)
    },
    **{f"a dividend of {p:.0%} dated a day early": dividend(p, taken=0, fallen=p, ago=1) for p in (0.04, 0.08)},
    "a price of zero": world().looks(0.0, 0.0),
    "a price that is no number": world().looks(math.nan, math.nan),
    "a price without end": world().looks(math.inf, math.inf),
    "a negative price": world().looks(-PRICE, -PRICE),
    "one bad print below": world().looks(PRICE, PRICE * 0.8, PRICE),
    "one bad print above": world().looks(PRICE, PRICE * 1.3, PRICE),
    "a bad print at the first look": world().looks(PRICE * 0.7, PRICE),
    "two different bad prints": world().looks(PRICE * 0.7, PRICE * 1.4, PRICE),
    "prices of dollars": world().looks(PRICE * 1.25, PRICE * 1.25, currency="USD"),
    "prices of euros": world().looks(PRICE * 0.85, PRICE * 0.85, currency="EUR"),
    "twice the base, and none traded": world().looks(PRICE * 2.3, PRICE * 2.3, volume=0.0, previous_close=PRICE),
    "less than half, and no witness": world().looks(PRICE * 0.46, PRICE * 0.46),
    "another previous close at the source": world().looks(PRICE * 0.9, PRICE * 0.9, previous_close=PRICE * 0.9),
    "a previous close split at the source": world().looks(PRICE * 0.67, PRICE * 0.67, previous_close=PRICE / 1.5),
    "a clock that stands": replace(FALLEN, quotes=FALLEN.quotes[:1] * 3),
    "trades of an hour ago": replace(FALLEN, late=timedelta(hours=1)),
    "trades of tomorrow": replace(FALLEN, late=-timedelta(days=1)),
    "no close yesterday": world().bar(LAST - 1, close=None).looks(PRICE * 0.9, PRICE * 0.9),
    "the base of one bad print": world().bar(LAST - 1, close=PRICE * 8),
    "nonsense": world().looks(PRICE * 16, PRICE * 16),
    "nonsense below": world().looks(0.0001, 0.0001),
}


@pytest.mark.parametrize("name", CORRUPT)
def test_a_corrupt_price_makes_no_alert(name: str) -> None:
    """However often it is seen."""
    assert CORRUPT[name].outcome() is None


def test_there_are_enough_ways_to_err() -> None:
    """Fifty and more of our own."""
    assert len(CORRUPT) >= 50


@pytest.mark.parametrize("move", [-0.04, -0.08, -0.17, -0.3, 0.05, 0.09, 0.25])
@pytest.mark.parametrize("paid", [0.0, 0.01, 0.04])
def test_a_true_move_is_told(move: float, paid: float) -> None:
    """On an ordinary day, and on one with a dividend that both records know of."""
    price = PRICE * (1 - paid) * (1 + move)
    made = (world().adjusted(paid).action(0, dividend=PRICE * paid) if paid else world()).looks(price, price)
    told = made.outcome()
    assert told is not None
    assert pytest.approx(move) == told.move


def test_half_the_price_is_told_where_the_source_bears_out_the_base() -> None:
    """A crash by 60 % is no split of anything."""
    told = world().looks(PRICE * 0.4, PRICE * 0.4, previous_close=PRICE, volume=1e7).outcome()
    assert told is not None
    assert pytest.approx(-0.6) == told.move
