"""Quotes, daily bars, trades before stories, and the points of pictures."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.market.gate import Looks
from monitor.store import tables as t
from monitor.store.part import Part
from monitor.types import History, Quote, StoryPrice


class Prices(Part):
    """Reads and writes what prices came."""

    def looks(self) -> dict[str, Looks]:
        """What earlier looks at each symbol gave."""
        return {row.symbol: t.load(Looks, row.body) for row in self._db.execute(select(t.looks))}

    def save_looks(self, looks: Mapping[str, Looks]) -> None:
        """Remember the newest quotes of some symbols."""
        self._put(t.looks, ("symbol",), [{"symbol": s, "body": t.dump(seen)} for s, seen in looks.items()])

    def histories(self) -> dict[str, History]:
        """The daily bars kept of each symbol."""
        return {row.symbol: t.load(History, row.body) for row in self._db.execute(select(t.histories))}

    def save_histories(self, histories: Mapping[str, History]) -> None:
        """Keep the daily bars of some symbols in the place of those kept before."""
        rows = [{"symbol": s, "asked": history.asked, "body": t.dump(history)} for s, history in histories.items()]
        self._put(t.histories, ("symbol",), rows)

    def story_prices(self, since: datetime) -> dict[tuple[str, str], Quote]:
        """The last trades before stories that had an article at or after `since`, by story and symbol."""
        recent = select(t.stories.c.id).where(t.stories.c.last_seen >= since)
        rows = self._db.execute(select(t.story_prices.c.body).where(t.story_prices.c.story.in_(recent)))
        found = (t.load(StoryPrice, row.body) for row in rows)
        return {(b.story, b.symbol): b.quote for b in found}

    def save_story_price(self, price: StoryPrice) -> None:
        """Keep the last trade before a story; until that is told, its time may move back, and this trade with it."""
        row = {"story": price.story, "symbol": price.symbol, "body": t.dump(price)}
        self._put(t.story_prices, ("story", "symbol"), [row])

    def save_points(self, points: Sequence[tuple[str, datetime, float]], until: datetime) -> None:
        """Keep prices for pictures by symbol and time, and forget those from before `until`."""
        self._db.execute(delete(t.points).where(t.points.c.at < until))
        if points:
            rows = [{"symbol": symbol, "at": at, "price": price} for symbol, at, price in points]
            self._db.execute(upsert(t.points).on_conflict_do_nothing(), rows)

    def points(self, symbols: Sequence[str], since: datetime) -> dict[str, list[tuple[datetime, float]]]:
        """The prices kept of those symbols from `since` on, oldest first."""
        mine = t.points.c.symbol.in_(symbols) & (t.points.c.at >= since)
        found: dict[str, list[tuple[datetime, float]]] = {}
        for row in self._db.execute(select(t.points).where(mine).order_by(t.points.c.symbol, t.points.c.at)):
            found.setdefault(row.symbol, []).append((row.at, row.price))
        return found
