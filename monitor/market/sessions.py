"""Trading sessions of every exchange: regular hours, lunch breaks, and the US pre- and post-market.

The only room that knows exchange_calendars. Calendars are built lazily, one per exchange, for a bounded range of
days around the time asked for (a year of New York takes 0.2 s, Seoul 1 s), and turned at once into plain `Session`
values; the functions below them are pure. Where the library's holidays end (Shanghai's and Mumbai's are listed a
year at a time), weekdays at the last known hours stand in, so that a daemon outlives its calendar.
"""

import warnings
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from monitor.types import Session

if TYPE_CHECKING:
    import exchange_calendars
    import pandas as pd

BACK: Final = timedelta(days=400)
"""How far before `now` sessions are known: 120 daily returns and a window of several sessions take some 190 days."""
AHEAD: Final = timedelta(days=60)
"""How far after `now`: a link lives through five sessions, and no holiday lasts this long."""
MARGIN: Final = timedelta(days=15)
"""A range that ends this close to what was asked for is rebuilt: the longest closure (Lunar New Year) is shorter."""

MOST_YEARS: Final = 12
"""How many ends of years are tried for a calendar before its error is believed."""
USUAL_OF: Final = 10
"""The longest of the last so many sessions is a usual one: half days come in ones and twos."""
SATURDAY: Final = 6
"""As ISO numbers the days of a week."""

PRE_MARKET: Final = {"XNYS": (time(4), ZoneInfo("America/New_York"))}
"""When trading before the open begins, local time: 04:00 at NYSE Arca and Nasdaq."""
POST_MARKET: Final = {"XNYS": timedelta(hours=4)}
"""How long trading goes on after the close: to 20:00 New York, on half days to 17:00 (Nasdaq, NYSE Arca hours)."""


@dataclass(frozen=True, slots=True)
class _Known:
    """The sessions of an exchange from `first` to `last` (dates), oldest first, with their `early` and `open` times."""

    first: date
    last: date
    sessions: tuple[Session, ...]
    starts: tuple[datetime, ...]
    opens: tuple[datetime, ...]


class Calendars:
    """Sessions by MIC. Not for several threads at once; `prepare` may run in one before the others start."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._known: dict[str, _Known] = {}

    def prepare(self, mics: Iterable[str], now: datetime) -> None:
        """Build the calendars of `mics` around `now` ahead of time (0.1 to 1 s each)."""
        for mic in mics:
            self._around(mic, now)

    def sessions(self, mic: str, now: datetime) -> tuple[Session, ...]:
        """All sessions known around `now`, oldest first: at least a year before and six weeks after it."""
        return self._around(mic, now).sessions

    def opens(self, mic: str, now: datetime) -> tuple[datetime, ...]:
        """The opens of all sessions known around `now`, ascending."""
        return self._around(mic, now).opens

    def session(self, mic: str, now: datetime) -> Session:
        """The session that began last, its pre-market included; it stays current until the next one's `early`."""
        known = self._around(mic, now)
        return known.sessions[bisect_right(known.starts, now) - 1]

    def previous(self, session: Session) -> Session:
        """The session of the same exchange before `session`."""
        return self._beside(session, -1)

    def next(self, session: Session) -> Session:
        """The session of the same exchange after `session`."""
        return self._beside(session, 1)

    def phase(self, mic: str, now: datetime) -> str:
        """What the exchange is doing: "pre", "open", "lunch", "post" or "closed"."""
        return phase(self.session(mic, now), now)

    def between(self, mic: str, start: date, end: date) -> tuple[Session, ...]:
        """Sessions dated `start` to `end`, both included, oldest first."""
        known = self._covering(mic, start, end)
        return tuple(s for s in known.sessions if start <= s.date <= end)

    def following(self, mic: str, moment: datetime, count: int) -> tuple[Session, ...]:
        """The next `count` sessions whose regular trading opens after `moment` (at most some thirty)."""
        return tuple(s for s in self._around(mic, moment).sessions if s.open > moment)[:count]

    def _around(self, mic: str, now: datetime) -> _Known:
        """What is known of an exchange, rebuilt if it does not reach well to both sides of `now`."""
        day = now.date()
        known = self._known.get(mic)
        if known is None or not known.first + BACK / 2 <= day <= known.last - MARGIN:
            known = self._build(mic, day - BACK, day + AHEAD)
        return known

    def _covering(self, mic: str, start: date, end: date) -> _Known:
        """What is known of an exchange, widened to cover the given dates with a margin."""
        known = self._known.get(mic)
        if known is None:
            known = self._build(mic, start - BACK, end + AHEAD + MARGIN)
        if start - MARGIN < known.first or known.last < end + MARGIN:
            return self._build(mic, min(known.first, start - MARGIN), max(known.last, end + MARGIN))
        return known

    def _beside(self, session: Session, step: int) -> Session:
        """The neighbour of `session`, one `step` before or after it."""
        known = self._covering(session.exchange, session.date, session.date)
        return known.sessions[bisect_right(known.starts, session.early) - 1 + step]

    def _build(self, mic: str, first: date, last: date) -> _Known:
        """Read the range from the library and keep it."""
        sessions = tuple(_read(mic, first, last))
        known = _Known(first, last, sessions, tuple(s.early for s in sessions), tuple(s.open for s in sessions))
        self._known[mic] = known
        return known


def phase(session: Session, now: datetime) -> str:
    """What the exchange is doing at `now`, `session` being its current one: pre, open, lunch, post or closed."""
    if session.early <= now < session.open:
        return "pre"
    if session.lunch and session.lunch[0] <= now < session.lunch[1]:
        return "lunch"
    if session.open <= now < session.close:
        return "open"
    return "post" if session.close <= now < session.late else "closed"


def is_open(session: Session, moment: datetime) -> bool:
    """Whether `moment` lies in the session's regular hours; the lunch break counts, its close does not."""
    return session.open <= moment < session.close


def elapsed(session: Session, moment: datetime) -> float:
    """How much of the session's regular trading time has passed at `moment`, in [0, 1]; lunch is not trading time."""
    spans = [(session.open, session.close)]
    if session.lunch:
        spans = [(session.open, session.lunch[0]), (session.lunch[1], session.close)]
    total = sum((end - start for start, end in spans), timedelta())
    traded = sum((min(max(moment, start), end) - start for start, end in spans), timedelta())
    return traded / total


def containing(sessions: Sequence[Session], moment: datetime) -> Session | None:
    """The session whose regular hours hold `moment` (lunch included), None if the exchange was closed then."""
    begun = bisect_right(sessions, moment, key=lambda s: s.open)
    return sessions[begun - 1] if begun and is_open(sessions[begun - 1], moment) else None


def last_closed(sessions: Sequence[Session], moment: datetime) -> Session | None:
    """The last session whose regular close is not after `moment`, None if none is known."""
    closed = bisect_right(sessions, moment, key=lambda s: s.close)
    return sessions[closed - 1] if closed else None


def _read(mic: str, first: date, last: date) -> list[Session]:
    """Sessions from the library, then weekdays where its holidays are not known yet."""
    import pandas as pd  # noqa: PLC0415  loaded with the first calendar: commands that need none answer twice as fast

    start, end = first, last
    for attempt in range(MOST_YEARS):
        try:
            calendar = _calendar(mic, start, end)
            break
        except ValueError:
            # Its holidays end with a year. There is no public way to ask which without building 20 years of it.
            if attempt == MOST_YEARS - 1:
                raise
            end = date(end.year - 1, 12, 31)
            start = min(first, end - MARGIN)
    found = []
    for day, row in zip(calendar.schedule.index, calendar.schedule.itertuples(index=False), strict=True):
        lunch = None if pd.isna(row.break_start) else (_utc(row.break_start), _utc(row.break_end))
        found.append(_session(mic, day.date(), _utc(row.open), _utc(row.close), lunch))
    usual = max(found[-USUAL_OF:], key=lambda s: s.close - s.open)
    zone = ZoneInfo(str(calendar.tz))
    missing = (end + timedelta(days=n) for n in range(1, (last - end).days + 1))
    return found + [_moved(usual, day, zone) for day in missing if day.isoweekday() < SATURDAY]


def _calendar(mic: str, first: date, last: date) -> "exchange_calendars.ExchangeCalendar":
    """The library's calendar of a range. Its own use of pandas warns of what pandas 4 will change."""
    import exchange_calendars  # noqa: PLC0415  as above

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return exchange_calendars.get_calendar(mic, start=first.isoformat(), end=last.isoformat())


def _session(
    mic: str, day: date, opens: datetime, closes: datetime, lunch: tuple[datetime, datetime] | None
) -> Session:
    """A session with its exchange's pre- and post-market."""
    early, late = opens, closes
    if mic in PRE_MARKET:
        begins, zone = PRE_MARKET[mic]
        early = datetime.combine(day, begins, zone).astimezone(UTC)
    if mic in POST_MARKET:
        late = closes + POST_MARKET[mic]
    return Session(mic, day, opens, closes, early, late, lunch)


def _moved(session: Session, day: date, zone: ZoneInfo) -> Session:
    """The same local hours on another day."""
    shift = day - session.date

    def move(moment: datetime) -> datetime:
        return (moment.astimezone(zone).replace(tzinfo=None) + shift).replace(tzinfo=zone).astimezone(UTC)

    lunch = (move(session.lunch[0]), move(session.lunch[1])) if session.lunch else None
    return _session(session.exchange, day, move(session.open), move(session.close), lunch)


def _utc(stamp: "pd.Timestamp") -> datetime:
    """A plain UTC datetime of a pandas time stamp."""
    return stamp.to_pydatetime().astimezone(UTC)
