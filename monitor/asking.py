"""What a price pass asks for: stocks that trade now, what they are held against, trades before stories. Pure.

Nothing is asked of an exchange that is closed, but for the closing prices that arrive late.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from config.exchanges import exchange_of
from config.types import Config
from monitor.market.beside import sector_of
from monitor.market.gate import POLLS
from monitor.market.histories import wanted
from monitor.market.moves import event_decides
from monitor.market.sessions import Calendars, containing
from monitor.market.snapshot import LONGEST_BREAK, MARKET
from monitor.market.value import fx_symbol
from monitor.memory import Asking, Memory
from monitor.store.store import Tx
from monitor.stories import OPEN_FOR
from monitor.ties import Ties
from monitor.types import Story

LONGEST_DELAY = timedelta(minutes=30)
"""How late the slowest source gives an exchange's closing price; most are 15 or 20 minutes late."""


def plan(tx: Tx, *, config: Config, calendars: Calendars, memory: Memory, now: datetime) -> Asking:
    """What to ask for at `now`; an empty `Asking` while no watched exchange trades."""
    if not memory.recalled:
        memory.recall(tx.histories())
    poll = config.settings.poll_prices
    names = dict.fromkeys(w.symbol for watchlist in config.watchlists for w in watchlist.companies)
    places = {mic: _trades(mic, calendars, now, poll) for mic in {exchange_of(s).mic for s in names}}
    symbols = [s for s in names if places[exchange_of(s).mic]]
    if not symbols:
        return Asking()
    market = [s for s, _ in MARKET if places.get(exchange_of(s).mic)]
    funds = [found[1] for s in symbols if (found := sector_of(config.by_symbol[s], s))]
    beside = dict.fromkeys([*(exchange_of(s).index for s in symbols), *market, *funds])
    rates = dict.fromkeys(r for s in names if (r := fx_symbol(config.instrument(s).currency)))
    priced = dict.fromkeys([*symbols, *beside])
    # Bars of closed exchanges too: what their companies are worth decides records.
    bars = wanted(dict.fromkeys([*priced, *names]), calendars, now)
    stories = {s.id: s for s in tx.open_stories(now - OPEN_FOR)}
    broke = _before_stories(stories, symbols, config, calendars, memory, now)
    known = tx.story_prices(now - OPEN_FOR) if broke else {}
    missing = {key: time for key, time in broke.items() if key not in known or known[key].time > time}
    return Asking((*priced, *rates), bars, missing)


def _trades(mic: str, calendars: Calendars, now: datetime, poll: timedelta) -> bool:
    """Whether new prices may come: in the exchange's hours, and as long after as its last trade needs to arrive."""
    session = calendars.session(mic, now)
    return now < session.late or now <= session.close + LONGEST_DELAY + POLLS * poll


def _before_stories(
    stories: Mapping[str, Story],
    symbols: Sequence[str],
    config: Config,
    calendars: Calendars,
    memory: Memory,
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
    for watchlist in config.watchlists:
        ties = Ties.of(list(stories.values()), config, watchlist, calendars, memory, now)
        for watched in watchlist.companies:
            exchange = exchange_of(watched.symbol)
            for link in ties.to(watched, exchange.mic)[:2] if broke.get(exchange.mic) else ():
                if link.story in broke[exchange.mic]:
                    time = stories[link.story].time
                    wanted |= {(link.story, watched.symbol): time, (link.story, exchange.index): time}
    return wanted
