"""Streaming quotes: ticks lie over polled quotes, a lost stream falls back to polling and comes back."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from monitor.market.streaming import FIRST_PAUSE, LONGEST_PAUSE, Streaming
from monitor.market.yahoo import tick_of
from monitor.types import History, PriceAnswer, Quote
from standins.stream import StreamStandIn, pricing

NOW = datetime(2025, 1, 27, 20, 0, tzinfo=UTC)


class Polled:
    """A source that counts its polls and gives a price of a minute ago."""

    name = "polled"

    def __init__(self) -> None:
        """Nothing was asked."""
        self.polls = 0

    async def quotes(self, symbols: Sequence[str], now: datetime) -> PriceAnswer[Quote]:
        """100 dollars, a minute ago, with a market value."""
        self.polls += 1
        at = now - timedelta(minutes=1)
        found = {s: Quote(s, 100.0, at, "USD", timedelta(minutes=15), 3e12, previous_close=142.6) for s in symbols}
        unknown = [s for s in symbols if s == "NVDIA"]
        return PriceAnswer(
            {s: q for s, q in found.items() if s not in unknown}, dict.fromkeys(unknown, "no such symbol")
        )

    async def history(self, symbols: Sequence[str], now: datetime) -> PriceAnswer[History]:
        """None."""
        return PriceAnswer({}, {})

    async def prices_at(self, wanted: Sequence[tuple[str, datetime]], now: datetime) -> PriceAnswer[Quote]:
        """None."""
        return PriceAnswer({}, {})

    async def close(self) -> None:
        """Nothing to let go of."""


@pytest.fixture
async def stream() -> AsyncIterator[StreamStandIn]:
    """A running stand-in."""
    async with StreamStandIn() as running:
        yield running


@pytest.fixture
def pauses() -> list[float]:
    """The pauses before each new connection; none is waited for."""
    return []


@pytest.fixture
async def source(stream: StreamStandIn, pauses: list[float]) -> AsyncIterator[Streaming]:
    """A streaming source over a polled one."""

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0)

    made = Streaming(Polled(), stream.url, tick_of, sleep=sleep)
    yield made
    await made.close()


async def until(done: Callable[[], bool]) -> None:
    """Wait for a condition, with a deadline."""
    async with asyncio.timeout(20):
        while not done():  # noqa: ASYNC110  what is waited for is outside of this loop
            await asyncio.sleep(0.005)


async def connected(source: Streaming, stream: StreamStandIn, *symbols: str) -> None:
    """Ask once, which connects, and wait for the subscription."""
    await source.quotes(symbols, NOW)
    await stream.subscribed(1)


def polls(source: Streaming) -> int:
    """How often the other source was asked."""
    assert isinstance(source._source, Polled)
    return source._source.polls


async def test_a_newer_tick_lies_over_the_polled_quote(source: Streaming, stream: StreamStandIn) -> None:
    """With its own price, time and volume; what it does not know comes from polling, and nothing is late any more."""
    await connected(source, stream, "NVDA", "AMD")
    await stream.send(pricing("NVDA", 118.42, NOW, volume=800))
    await until(source.moved.is_set)
    found = (await source.quotes(["NVDA", "AMD"], NOW)).found
    assert Quote("NVDA", 118.42, NOW, "USD", timedelta(), 3e12, previous_close=142.6, volume=800.0) == found["NVDA"]
    assert (100.0, timedelta(minutes=15)) == (found["AMD"].price, found["AMD"].delay)
    assert [["AMD", "NVDA"]] == stream.subscriptions


async def test_an_older_tick_does_not_hide_a_newer_poll(source: Streaming, stream: StreamStandIn) -> None:
    """Nor one that came before another."""
    await connected(source, stream, "NVDA")
    await stream.send(
        pricing("NVDA", 90.0, NOW - timedelta(minutes=9)), pricing("NVDA", 95.0, NOW - timedelta(hours=1))
    )
    await until(source.moved.is_set)
    assert (await source.quotes(["NVDA"], NOW)).found["NVDA"].price == 100.0


async def test_with_a_stream_polling_keeps_its_interval(source: Streaming, stream: StreamStandIn) -> None:
    """Passes that ticks bring about ask for nothing; a new symbol is polled and subscribed to at once."""
    await connected(source, stream, "NVDA")
    for second in range(50):
        await source.quotes(["NVDA"], NOW + timedelta(seconds=second))
    assert polls(source) == 1
    await source.quotes(["NVDA"], NOW + timedelta(seconds=60))
    assert polls(source) == 2
    await source.quotes(["NVDA", "AMD"], NOW + timedelta(seconds=70))
    await stream.subscribed(2)
    assert (3, ["AMD", "NVDA"]) == (polls(source), stream.subscriptions[-1])


async def test_a_lost_stream_is_polling_until_it_is_back(
    source: Streaming, stream: StreamStandIn, pauses: list[float]
) -> None:
    """A clean close is answered by one new connection after a pause and a new subscription; then ticks count again."""
    await connected(source, stream, "NVDA")
    await stream.drop()
    await until(lambda: stream.connections == 2)
    await stream.subscribed(2)
    assert (1, True) == (len(pauses), FIRST_PAUSE <= pauses[0] <= 1.5 * FIRST_PAUSE)
    await stream.send(pricing("NVDA", 110.0, NOW))
    await until(source.moved.is_set)
    assert (await source.quotes(["NVDA"], NOW)).found["NVDA"].price == 110.0


async def test_without_a_stream_every_pass_polls_and_pauses_grow() -> None:
    """Nothing listens there: prices come all the same, and connections are tried ever more rarely."""
    async with StreamStandIn() as gone:
        url = gone.url
    pauses: list[float] = []
    enough = asyncio.Event()

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) >= 9:
            enough.set()
            await asyncio.Event().wait()

    source = Streaming(Polled(), url, tick_of, sleep=sleep)
    for second in range(3):
        assert (await source.quotes(["NVDA"], NOW + timedelta(seconds=second))).found["NVDA"].price == 100.0
    async with asyncio.timeout(20):
        await enough.wait()
    await source.close()
    assert polls(source) == 3
    assert all(after >= before / 1.5 for before, after in pairwise(pauses))
    assert LONGEST_PAUSE <= pauses[-1] <= 1.5 * LONGEST_PAUSE


async def test_messages_without_a_price_are_passed_over(source: Streaming, stream: StreamStandIn) -> None:
    """Garbage, other JSON, an impossible price: the connection goes on."""
    await connected(source, stream, "NVDA")
    bad = ("", "no JSON", "{}", '{"message": "%%%"}', '{"message": "AAAA"}', "[1]")
    await stream.send(*bad, pricing("NVDA", -1.0, NOW), pricing("", 5.0, NOW), pricing("X.FOO", 5.0, NOW, currency=""))
    await stream.send(pricing("NVDA", 118.42, NOW))
    await until(source.moved.is_set)
    assert (1, 118.42) == (stream.connections, (await source.quotes(["NVDA"], NOW)).found["NVDA"].price)


async def test_only_a_move_wakes(source: Streaming, stream: StreamStandIn) -> None:
    """A tenth of a point does not, a third does."""
    await connected(source, stream, "NVDA")
    await stream.send(pricing("NVDA", 100.1, NOW))
    await until(lambda: "NVDA" in source._ticks)
    assert not source.moved.is_set()
    await stream.send(pricing("NVDA", 100.3, NOW + timedelta(seconds=1)))
    await until(source.moved.is_set)


async def test_who_moved_is_told_once_and_only_until_asked_for(source: Streaming, stream: StreamStandIn) -> None:
    """The price line asks for the ones that moved; a further tick at that price is no news, nor keeps it awake."""
    await connected(source, stream, "NVDA", "AMD")
    for symbol in ("NVDA", "AMD"):
        await stream.send(pricing(symbol, 99.0, NOW))
    await until(source.moved.is_set)
    await until(lambda: len(source._stirred) == 2)
    await source.quotes(["AMD"], NOW)
    assert source.moved.is_set()
    assert (frozenset({"NVDA"}), frozenset()) == (source.stirred(), source.stirred())
    assert not source.moved.is_set()
    await stream.send(pricing("NVDA", 99.1, NOW + timedelta(seconds=1)))
    await stream.send(pricing("AMD", 97.0, NOW + timedelta(seconds=1)))
    await until(source.moved.is_set)
    assert frozenset({"AMD"}) == source.stirred()


async def test_just_after_a_close_the_polled_close_stands(stream: StreamStandIn) -> None:
    """A tick after hours does not take the place of the session's last regular trade."""
    source = Streaming(Polled(), stream.url, tick_of, settled=lambda _symbol, now: now < NOW + timedelta(minutes=5))
    await connected(source, stream, "NVDA")
    await stream.send(pricing("NVDA", 121.0, NOW))
    await until(source.moved.is_set)
    found = [(await source.quotes(["NVDA"], NOW + timedelta(minutes=m))).found["NVDA"].price for m in (0.1, 0.2)]
    await source.close()
    assert [100.0, 100.0] == found


async def test_what_polling_says_of_a_symbol_is_handed_on(source: Streaming, stream: StreamStandIn) -> None:
    """A symbol that nobody knows stays a problem between polls."""
    await connected(source, stream, "NVDIA")
    for second in range(2):
        answer = await source.quotes(["NVDIA"], NOW + timedelta(seconds=second))
        assert answer.problems == {"NVDIA": "no such symbol"}


def test_pence_of_the_stream_are_pence() -> None:
    """And prices come without the noise of single precision."""
    tick = tick_of(pricing("VOD.L", 70.54, NOW, "GBp"))
    assert Quote("VOD.L", 70.54, NOW, "GBX") == tick
