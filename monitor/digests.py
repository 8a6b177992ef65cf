"""The end of a day, and of a region's day, in one table: who moved, who was linked and did not, value won and lost.

A region's close is told in the thread of the day's largest message there, and in the channel too; the last one's is the
digest of the whole day, a message of its own. What was told wrongly is left out.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from alerts.digest import digest as digest_message
from alerts.joins import timed
from alerts.types import Delivery, DeliveryKind, DigestView, Row, Window
from alerts.words import day as day_words
from config.exchanges import AMERICAS, ASIA, EUROPE, EXCHANGES
from monitor.market.snapshot import beside_lines
from monitor.types import Root

if TYPE_CHECKING:
    from monitor.telling import Telling

DIGEST_UNTIL: Final = timedelta(hours=6)
"""A daemon that was down when the day ended tells it until then; later the prices at hand are of another session."""
DAY_ORDER: Final = (ASIA, EUROPE, AMERICAS)
"""The order in which a day goes round the world."""


def digests(telling: "Telling") -> None:
    """Put what is due into the outbox: each channel that was told anything gets its digests once."""
    for channel in sorted({w.channel for w in telling.config.watchlists}):
        for session in sorted({r.session for r in telling.roots.values() if r.channel == channel}):
            _of_day(telling, channel, session)


def _of_day(telling: "Telling", channel: str, session: date) -> None:
    ends = _ends(telling, channel, session)
    if not ends:
        return
    last = max(ends.values())
    for region in DAY_ORDER:
        end = ends.get(region)
        if end and end < last and end < telling.now < end + DIGEST_UNTIL:
            _close(telling, channel, session, region)
    key = f"{channel}/{session.isoformat()}/digest"
    if last < telling.now < last + DIGEST_UNTIL and telling.tx.delivery(key) is None:
        view = _view(telling, channel, session, "")
        text, blocks = digest_message(view)
        telling.enqueue(Delivery(key, DeliveryKind.DIGEST, channel, key, telling.now, text, blocks, view.rows))


def _ends(telling: "Telling", channel: str, session: date) -> dict[str, datetime]:
    """When the last watched exchange of each region had closed that day and its last prices were due."""
    watched = {w.symbol: telling.mic(w) for watchlist in telling.lists(channel) for w in watchlist.companies}
    held = {mic: telling.snapshot.calendars.between(mic, session, session) for mic in set(watched.values())}
    found: dict[str, datetime] = {}
    for symbol, mic in watched.items():
        for one in held[mic]:
            end = one.close + telling.snapshot.delay(symbol) + telling.config.settings.poll_prices / 2
            region = EXCHANGES[mic].region
            found[region] = max(found.get(region, end), end)
    return found


def _close(telling: "Telling", channel: str, session: date, region: str) -> None:
    """Tell a region's close under the message that tells most of its stocks; nothing if none tells any."""

    def stocks(root: Root) -> int:
        return sum(row.region == region and not row.corrected for row in root.rows)

    roots = [r for r in telling.roots.values() if (r.channel, r.session) == (channel, session) and stocks(r)]
    root = max(roots, key=lambda r: (stocks(r), r.key), default=None)
    if root is None:
        return
    key = f"{root.key}#close-{region.lower()}"
    if telling.tx.delivery(key) is not None:
        return
    view = _view(telling, channel, session, region)
    text, blocks = digest_message(view)
    reply = Delivery(key, DeliveryKind.REPLY, channel, root.key, telling.now, text, blocks, view.rows, root.story)
    telling.enqueue(replace(reply, broadcast=True))


def _view(telling: "Telling", channel: str, session: date, region: str) -> DigestView:
    """The day so far, or a `region`'s day."""
    roots = [r for r in telling.roots.values() if (r.channel, r.session) == (channel, session)]
    if region:
        roots = [root for root in roots if any(row.region == region for row in root.rows)]
    told = {r.symbol: replace(r, event=None, window=Window.DAY) for root in roots for r in root.rows if not r.corrected}
    rows = [*told.values(), *(r for r in _quiet_rows(telling, channel, session) if r.symbol not in told)]
    rows = [row for row in rows if region in {"", row.region}]
    rows.sort(key=lambda row: DAY_ORDER.index(row.region))
    return DigestView(
        channel=channel,
        session=session,
        title=f"{f'{region} closes' if region else 'The day'}, {day_words(session)}",
        rows=tuple(rows),
        at=telling.now,
        stories=tuple(dict.fromkeys(telling.story_note(root) for root in roots)),
        held={} if region else telling.tx.held(channel, session),
        market=(*telling.snapshot.closing_lines(session), *beside_lines(rows)),
        records=() if region else tuple(dict.fromkeys(text for root in roots for text in root.records)),
        states=telling.snapshot.states(row.symbol for row in rows),
        region=region,
    )


def _quiet_rows(telling: "Telling", channel: str, session: date) -> Iterable[Row]:
    """The watched stocks that a story is linked to and whose last move of that session was not told."""
    for watchlist in telling.lists(channel):
        ties = telling.ties(watchlist)
        for watched in watchlist.companies:
            mic = telling.mic(watched)
            move = telling.snapshot.last_move(watched.symbol, session)
            links = ties.to(watched, mic, move.raw if move else 0.0)[:1]
            if links and move:
                name = telling.config.companies[watched.company].name
                region = EXCHANGES[mic].region
                row = Row(watched.company, name, watched.symbol, region, move, links[0].path, told=False)
                yield timed(row, telling.stories[links[0].story].time, links[0].expected)
