"""What a price pass asks for: stocks that are due now, what they are held against, trades before stories. Pure.

`market.cadence` says how often a stock is due; here it is told which ones are linked or told, and what goes with them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from config.exchanges import exchange_of
from config.types import Config
from monitor.market.beside import sector_of
from monitor.market.cadence import NEVER, due, trades
from monitor.market.histories import wanted
from monitor.market.moves import event_decides
from monitor.market.sessions import Calendars, containing
from monitor.market.snapshot import LONGEST_BREAK, MARKET
from monitor.market.value import fx_symbol
from monitor.memory import Asking, Memory
from monitor.store.tx import Tx
from monitor.stories import OPEN_FOR
from monitor.ties import Ties
from monitor.types import Link, Story


def plan(
    tx: Tx, *, config: Config, calendars: Calendars, memory: Memory, now: datetime, moved: Collection[str] = ()
) -> Asking:
    """What to ask for at `now`; an empty `Asking` while no watched exchange trades.

    `moved` are symbols of which there is something new, a move on a stream or a trade before a story: they are due
    whenever their exchange is asked at all.
    """
    if not memory.recalled:
        memory.recall(tx.histories())
    poll = config.settings.poll_prices
    names = dict.fromkeys(w.symbol for watchlist in config.watchlists for w in watchlist.companies)
    places = {exchange_of(s).mic for s in names}
    current = {mic: calendars.session(mic, now) for mic in places}
    open_now = {mic for mic in places if trades(current[mic], now, poll)}
    if not open_now:
        return Asking()
    stories = {s.id: s for s in tx.open_stories(now - OPEN_FOR)}
    links = _links(stories, config, calendars, memory, now)
    watched = {symbol for symbol, found in links if found} | {
        symbol
        for _, symbol, day in tx.told(min(session.date for session in current.values()))
        if symbol in names and current[exchange_of(symbol).mic].date == day
    }
    symbols = [
        s
        for s in names
        for session in [current[exchange_of(s).mic]]
        if due(session, now, poll, memory.seen.get(s, NEVER), close_watch=s in watched, moved=s in moved)
    ]
    market = [s for s, _ in MARKET if exchange_of(s).mic in open_now]
    funds = [found[1] for s in symbols if (found := sector_of(config.by_symbol[s], s))]
    beside = [*(exchange_of(s).index for s in symbols), *market, *funds] if symbols else []
    # Linked stocks first, as bars come some at a time; those of closed exchanges too: worth decides records.
    first = [s for s in symbols if s in watched]
    barred = dict.fromkeys([*first, *beside, *symbols, *names])
    bars = wanted(barred, calendars, now, early={*symbols, *beside}, doubtful=memory.doubtful)
    if not symbols:
        return Asking(histories=bars)
    rates = dict.fromkeys(r for s in names if (r := fx_symbol(config.instrument(s).currency)))
    broke = _before_stories(stories, symbols, links, calendars, now)
    known = tx.story_prices(now - OPEN_FOR) if broke else {}
    missing = {key: time for key, time in broke.items() if key not in known or known[key].time > time}
    return Asking((*dict.fromkeys([*symbols, *beside]), *rates), bars, missing)


def _links(
    stories: Mapping[str, Story], config: Config, calendars: Calendars, memory: Memory, now: datetime
) -> list[tuple[str, list[Link]]]:
    """Each watched symbol of each list with the live links that reach it, best first."""
    found = []
    for watchlist in config.watchlists:
        ties = Ties.of(list(stories.values()), config, watchlist, calendars, memory, now)
        found += [(w.symbol, ties.to(w, exchange_of(w.symbol).mic)) for w in watchlist.companies]
    return found


def _before_stories(
    stories: Mapping[str, Story],
    symbols: Sequence[str],
    links: Iterable[tuple[str, Sequence[Link]]],
    calendars: Calendars,
    now: datetime,
) -> dict[tuple[str, str], datetime]:
    """The times before which a last trade matters, by story and symbol.

    Of stocks that are linked best to a story which broke in their session and whose window still decides, and of
    their indices; of the second best too, which tells moves that go against the first.
    """
    recent = [s for s in stories.values() if now - s.time <= LONGEST_BREAK]
    broke = {
        mic: {s.id for s in recent if containing(sessions, s.time) and event_decides(s.time, sessions, now)}
        for mic in {exchange_of(symbol).mic for symbol in symbols}
        for sessions in [calendars.sessions(mic, now)]
    }
    wanted: dict[tuple[str, str], datetime] = {}
    if not any(broke.values()):
        return wanted
    for symbol, found in links:
        exchange = exchange_of(symbol)
        for link in found[:2] if broke.get(exchange.mic) else ():
            if link.story in broke[exchange.mic]:
                time = stories[link.story].time
                wanted |= {(link.story, symbol): time, (link.story, exchange.index): time}
    return wanted
