"""How many stocks a story reaches: the shipped graph with and without the damping of `monitor.links`.

    PYTHONPATH=. python tests/bench/reach.py [YYYY-MM-DD]

For a story of each of the 50 largest companies (by relations, and by market value where recorded bars know it) the
stocks that are linked, all and of the shipped watchlist; then the time that deriving takes, as a ratio.
"""

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from statistics import mean, median
from unittest.mock import patch

from config.load import load
from config.types import Config, EventType, RelationKind
from monitor import links
from monitor.links import Graph, derive
from monitor.market.recorded import Recorded
from monitor.market.sessions import Calendars
from monitor.replay import DAYS
from monitor.types import Fact, Link, Story

LARGEST = 50
FOLLOW = frozenset(RelationKind) - {RelationKind.OWNER}


def story(company: str, on: date) -> Story:
    """A release of that company, in the news of that day."""
    now = datetime(on.year, on.month, on.day, tzinfo=UTC)
    fact = Fact(EventType.MODEL_RELEASE, company, "reported", "", 0.9)
    return Story("s", "headline", now, now, now, (fact,), {company: 1.0}, (), (), frozenset({"wire"}))


def reached(company: str, graph: Graph, config: Config, on: date) -> Mapping[str, Link]:
    """All links of its story."""
    settings = config.settings
    one = story(company, on)
    return derive(one, graph, follow=FOLLOW, on=on, max_steps=settings.max_steps, min_strength=settings.min_strength)


@contextmanager
def undamped() -> Iterator[None]:
    """Strengths as plain products, and no cap."""
    with (
        patch.object(links, "HUB", 1e9),
        patch.object(links, "TURNED", 1.0),
        patch.object(links, "SPREAD", 1.0),
        patch.object(links, "MOST_REACHED", 10**9),
    ):
        yield


def by_relations(graph: Graph) -> list[str]:
    """Companies by the number of their relations, the most first."""
    return sorted(graph.edges, key=lambda c: (-len(graph.edges[c]), c))


def by_value(config: Config, graph: Graph) -> list[str]:
    """Companies with a share count and recorded bars, by market value on the recorded day's last close before it."""
    bars = Recorded.read(DAYS / "2025-01-27", Calendars())._series
    worth = {}
    for symbol, one in bars.items():
        company = config.by_symbol.get(symbol)
        last = [bar.close for day, bar in one.daily.items() if day < date(2025, 1, 27) and bar.close]
        if company and company.shares and last and company.id in graph.edges:
            listing = config.instrument(symbol)
            rate = {"JPY": 1 / 156, "EUR": 1.05}.get(listing.currency, 1.0)
            worth[company.id] = company.shares.shares * last[-1] * rate / listing.shares_per_receipt
    return sorted(worth, key=lambda c: -worth[c])


def line(words: str, counts: list[int]) -> str:
    """Figures of one set."""
    return f"{words:44} mean {mean(counts):6.1f}  median {median(counts):5.0f}  largest {max(counts):4}"


def main() -> None:
    """Print the tables."""
    on = date.fromisoformat(sys.argv[1]) if len(sys.argv) > 1 else date(2025, 1, 27)
    config = load(None).config
    assert config
    graph = Graph.of(config.relations)
    listed = {c.id for c in config.companies.values() if c.symbol}
    watched = {w.company for watchlist in config.watchlists for w in watchlist.companies}
    print(f"{len(config.relations)} relations, {len(graph.edges)} companies, {len(graph.edges.keys() & listed)} listed")
    timed = {}
    for name, companies in (
        ("most relations", by_relations(graph)[:LARGEST]),
        ("largest value", by_value(config, graph)[:LARGEST]),
    ):
        for how in ("plain", "damped"):
            began = time.perf_counter()
            if how == "plain":
                with undamped():
                    found = [reached(c, graph, config, on).keys() for c in companies]
            else:
                found = [reached(c, graph, config, on).keys() for c in companies]
            timed[name, how] = time.perf_counter() - began
            words = f"{name} ({len(companies)}), {how}"
            print(line(f"{words}: stocks", [len(f & listed) for f in found]))
            print(line(f"{words}: watched of {len(watched)}", [len(f & watched) for f in found]))
    for name in ("most relations", "largest value"):
        print(f"{name}: damped takes {timed[name, 'damped'] / timed[name, 'plain']:.2f} of plain's time")


if __name__ == "__main__":
    main()
