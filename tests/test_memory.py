"""Daily bars are asked for once a session, and what is not to be had is not asked for at every pass."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from monitor.market.histories import Wanted
from monitor.memory import AGAIN, Asking, Memory
from monitor.types import Bar, History, PriceAnswer, Quote, StoryPrice

NOW = datetime(2025, 1, 27, 15, tzinfo=UTC)
FRIDAY = date(2025, 1, 24)
MONDAY = date(2025, 1, 27)


class Source:
    """A price source that counts what it is asked, and gives bars up to `until`."""

    name = "counting"

    def __init__(self, until: date | None = FRIDAY) -> None:
        """Give bars up to a date, none at all if None."""
        self.until = until
        self.silent = False
        self.asked: list[str] = []

    async def quotes(self, symbols: Sequence[str], now: datetime) -> PriceAnswer[Quote]:
        """A price of 1 for every symbol."""
        return PriceAnswer({s: Quote(s, 1.0, now, "USD") for s in symbols}, {})

    async def history(self, symbols: Sequence[str], now: datetime) -> PriceAnswer[History]:
        """One bar."""
        self.asked += symbols
        if self.until is None:
            silent = frozenset(symbols) if self.silent else frozenset()
            return PriceAnswer({}, dict.fromkeys(symbols, "knows no such symbol"), silent)
        bar = {s: (Bar(s, self.until, None, None, None, 1.0),) for s in symbols}
        return PriceAnswer({s: History(s, "USD", bar[s]) for s in symbols}, {})

    async def prices_at(self, wanted: Sequence[tuple[str, datetime]], now: datetime) -> PriceAnswer[Quote]:
        """A price of 2 before the story for ACME, nothing for others."""
        self.asked += [f"{s} before" for s, _ in wanted]
        return PriceAnswer({s: Quote(s, 2.0, at, "USD") for s, at in wanted if s == "ACME"}, {})

    async def close(self) -> None:
        """Nothing to let go of."""


async def test_bars_are_asked_for_again_only_for_a_new_session() -> None:
    """Two passes of one session ask once; the next session asks again."""
    source, memory = Source(), Memory()
    for _ in range(2):
        await memory.ask(source, Asking(("ACME",), {"ACME": Wanted(FRIDAY)}), NOW)
    assert ["ACME"] == source.asked
    source.until = MONDAY
    await memory.ask(source, Asking(("ACME",), {"ACME": Wanted(MONDAY)}), NOW + timedelta(days=1))
    assert ["ACME", "ACME"] == source.asked


async def test_what_cannot_be_had_is_asked_for_again_after_a_while() -> None:
    """A missing close or an unknown symbol is no request storm."""
    for source in (Source(until=date(2025, 1, 23)), Source(until=None)):
        memory = Memory()
        for minutes in range(3):
            await memory.ask(source, Asking((), {"ACME": Wanted(FRIDAY)}), NOW + timedelta(minutes=minutes))
        assert ["ACME"] == source.asked
        await memory.ask(source, Asking((), {"ACME": Wanted(FRIDAY)}), NOW + AGAIN)
        assert ["ACME", "ACME"] == source.asked


async def test_what_was_asked_for_in_vain_stays_a_problem_until_it_is_there() -> None:
    """The operator is not told that it works again because nobody asked."""
    source, memory = Source(until=None), Memory()
    for minutes in range(2):
        prices = await memory.ask(source, Asking((), {"ACME": Wanted(FRIDAY)}), NOW + timedelta(minutes=minutes))
        assert {"ACME": "knows no such symbol"} == prices.problems
    assert ["ACME"] == source.asked


async def test_a_source_that_was_silent_is_asked_again_at_the_next_pass() -> None:
    """Without a network nothing was said of the symbol: the bars are there as soon as the network is."""
    source, memory = Source(until=None), Memory()
    source.silent = True
    for minutes in range(3):
        await memory.ask(source, Asking((), {"ACME": Wanted(FRIDAY)}), NOW + timedelta(minutes=minutes))
    assert ["ACME"] * 3 == source.asked


async def test_trades_before_a_story_come_back_by_story_and_symbol() -> None:
    """What is found is handed on, what is not is left out and not asked for at once again."""
    source, memory = Source(), Memory()
    before = {("s1", "ACME"): NOW, ("s1", "BOLT"): NOW}
    prices = await memory.ask(source, Asking((), {}, before), NOW)
    assert (StoryPrice("s1", "ACME", Quote("ACME", 2.0, NOW, "USD")),) == prices.before
    await memory.ask(source, Asking((), {}, {("s1", "BOLT"): NOW}), NOW)
    assert ["ACME before", "BOLT before"] == source.asked


async def test_a_trade_before_a_young_story_is_asked_for_again_soon() -> None:
    """Its source's bars may not reach it yet; the older the story, the rarer the question."""
    source, memory = Source(), Memory()
    asked = []
    for minutes in range(40):
        count = len(source.asked)
        await memory.ask(source, Asking((), {}, {("s1", "BOLT"): NOW}), NOW + timedelta(minutes=minutes))
        asked += [minutes] if len(source.asked) > count else []
    assert [0, 2, 4, 8, 16, 26, 36] == asked


async def test_problems_come_with_what_was_asked() -> None:
    """The operator hears which symbol, and a pass without symbols asks nothing."""
    prices = await Memory().ask(Source(until=None), Asking(("ACME",), {"ACME": Wanted(FRIDAY)}), NOW)
    assert ({"ACME": "knows no such symbol"}, frozenset({"ACME"})) == (prices.problems, prices.asked)
    assert frozenset() == (await Memory().ask(Source(), Asking(), NOW)).asked
