"""The desk of a running daemon and of the terminal: what its `why`, `watch` and "less like this" reach.

They read the ledger, and change watchlists in the folder where they lie.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from alerts import explain
from alerts.asking import AskingError
from alerts.trace import Account
from config import listing
from config.conditions import written
from config.edit import EditError
from config.types import Config, Threshold, Watched, Watchlist
from monitor import why
from monitor.market.sessions import Calendars
from monitor.obeying import Desk
from monitor.places import Places
from monitor.store.store import Store


def furnished(
    store: Store,
    config: Callable[[], Config],
    calendars: Calendars,
    clock: Callable[[], datetime],
    places: Places | None,
) -> Desk:
    """A desk that answers why; it changes watchlists too where `places` says in which folder they lie."""
    if places is None:
        return Desk(store, config, calendars, clock, why_told)

    def put(watchlist: str, symbol: str, rows: Sequence[Threshold]) -> str:
        lines = [written(row) for row in rows]
        try:
            return listing.watch(places.config, symbol, lines, watchlist=watchlist, refreshed=places.listings).said
        except EditError as error:
            raise AskingError(str(error)) from error

    def edit(watchlist: Watchlist, watched: Watched, rows: Sequence[Threshold]) -> str:
        return put(watchlist.name, watched.symbol, rows)

    def watch(watchlist: Watchlist | None, symbol: str, row: Threshold | None) -> str:
        return put(watchlist.name if watchlist else "", symbol, [row] if row else [])

    return Desk(store, config, calendars, clock, why_told, edit, watch)


async def why_told(store: Store, config: Config, what: str, _now: datetime) -> str:
    """What the ledger has on a stock, a story or a message, a few lines on each. Raises AskingError."""
    name, wanted = _asked(what)
    try:
        found = await store.transact(lambda tx: why.answer(tx, config, name, wanted))
    except why.WhyError as error:
        raise AskingError(str(error)) from error
    return "\n\n".join(
        "\n".join(explain.brief(one) if isinstance(one, Account) else why.in_words(one)) for one in found
    )


def _asked(what: str) -> tuple[str, why.When]:
    """What is asked about and of when: a day, a time of day or both may stand at the end."""
    words = what.split()
    for start in range(max(len(words) - 2, 1), len(words)):
        with suppress(why.WhyError):
            return " ".join(words[:start]), why.when(" ".join(words[start:]))
    return what, why.When()
