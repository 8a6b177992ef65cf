"""When exchanges trade: holidays, half days, daylight saving, lunch breaks, pre- and post-market."""

from datetime import UTC, date, datetime, timedelta

import pytest

from config.exchanges import EXCHANGES
from monitor.market.sessions import Calendars, containing, elapsed, last_closed


def utc(text: str) -> datetime:
    """A UTC time from "2025-01-27 14:30"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture(scope="module")
def calendars() -> Calendars:
    """One set of calendars for all tests here: building them is what takes time."""
    return Calendars()


@pytest.mark.parametrize(
    ("mic", "day", "opens", "closes"),
    [
        ("XNYS", "2025-01-27", "2025-01-27 14:30", "2025-01-27 21:00"),
        ("XNYS", "2025-03-07", "2025-03-07 14:30", "2025-03-07 21:00"),  # the Friday before US summer time
        (
            "XNYS",
            "2025-03-10",
            "2025-03-10 13:30",
            "2025-03-10 20:00",
        ),  # and the Monday after: Europe is still on winter
        ("XAMS", "2025-03-10", "2025-03-10 08:00", "2025-03-10 16:30"),
        ("XAMS", "2025-03-31", "2025-03-31 07:00", "2025-03-31 15:30"),
        ("XNYS", "2024-11-29", "2024-11-29 14:30", "2024-11-29 18:00"),  # half day after Thanksgiving
        ("XTKS", "2025-01-27", "2025-01-27 00:00", "2025-01-27 06:30"),  # half an hour longer since November 2024
        ("XTKS", "2024-10-25", "2024-10-25 00:00", "2024-10-25 06:00"),
        ("XASX", "2025-01-28", "2025-01-27 23:00", "2025-01-28 05:00"),  # opens on the day before by UTC
        ("XLON", "2024-12-24", "2024-12-24 08:00", "2024-12-24 12:30"),
        ("XETR", "2025-01-27", "2025-01-27 08:00", "2025-01-27 16:30"),
    ],
)
def test_a_session_has_its_exchanges_hours_of_that_day(
    calendars: Calendars, mic: str, day: str, opens: str, closes: str
) -> None:
    """Regular hours in UTC, by the local calendar."""
    (session,) = calendars.between(mic, date.fromisoformat(day), date.fromisoformat(day))
    assert (utc(opens), utc(closes)) == (session.open, session.close)


@pytest.mark.parametrize(
    ("mic", "day"),
    [
        ("XNYS", "2025-01-09"),  # mourning for President Carter
        ("XNYS", "2025-01-20"),  # Martin Luther King
        ("XKRX", "2025-01-27"),  # declared a holiday that month
        ("XHKG", "2025-01-30"),  # Lunar New Year
        ("XAMS", "2025-04-18"),  # Good Friday
        ("XTKS", "2025-01-13"),  # Coming of Age
        ("XNYS", "2025-01-25"),  # a Saturday
    ],
)
def test_there_is_no_session_on_a_holiday(calendars: Calendars, mic: str, day: str) -> None:
    """A day on which an exchange stays closed has none."""
    assert calendars.between(mic, date.fromisoformat(day), date.fromisoformat(day)) == ()


@pytest.mark.parametrize(
    ("mic", "now", "phase", "day"),
    [
        ("XNYS", "2025-01-27 08:59", "closed", "2025-01-24"),
        ("XNYS", "2025-01-27 09:00", "pre", "2025-01-27"),  # 04:00 in New York
        ("XNYS", "2025-01-27 14:30", "open", "2025-01-27"),
        ("XNYS", "2025-01-27 21:00", "post", "2025-01-27"),
        ("XNYS", "2025-01-28 00:59", "post", "2025-01-27"),
        ("XNYS", "2025-01-28 01:00", "closed", "2025-01-27"),  # 20:00 in New York
        ("XNYS", "2024-11-29 21:59", "post", "2024-11-29"),
        ("XNYS", "2024-11-29 22:00", "closed", "2024-11-29"),  # a half day's ends at 17:00
        ("XNYS", "2025-01-26 12:00", "closed", "2025-01-24"),  # Sunday: Friday's is still the current one
        ("XTKS", "2025-01-27 02:29", "open", "2025-01-27"),
        ("XTKS", "2025-01-27 02:30", "lunch", "2025-01-27"),
        ("XTKS", "2025-01-27 03:30", "open", "2025-01-27"),
        ("XTKS", "2025-01-27 06:30", "closed", "2025-01-27"),
        ("XAMS", "2025-01-27 07:59", "closed", "2025-01-24"),
        ("XAMS", "2025-01-27 08:00", "open", "2025-01-27"),
    ],
)
def test_the_current_session_is_the_one_that_began_last(
    calendars: Calendars, mic: str, now: str, phase: str, day: str
) -> None:
    """From its pre-market until the next one's, whatever the exchange does in between."""
    assert (phase, date.fromisoformat(day)) == (calendars.phase(mic, utc(now)), calendars.session(mic, utc(now)).date)


def test_neighbours_skip_weekends_and_holidays(calendars: Calendars) -> None:
    """The session before and after one, over a long weekend."""
    tuesday = calendars.session("XNYS", utc("2025-01-21 15:00"))
    assert date(2025, 1, 17) == calendars.previous(tuesday).date
    assert tuesday == calendars.next(calendars.previous(tuesday))


def test_the_next_sessions_to_open_are_counted_from_a_moment(calendars: Calendars) -> None:
    """A link made on Saturday lives through five sessions; one that is open already does not count."""
    saturday = calendars.following("XNYS", utc("2025-01-18 12:00"), 5)
    assert [21, 22, 23, 24, 27] == [s.date.day for s in saturday]
    assert date(2025, 1, 28) == calendars.following("XNYS", utc("2025-01-27 14:30"), 1)[0].date


def test_the_lunch_break_is_no_trading_time(calendars: Calendars) -> None:
    """Tokyo trades for 5.5 hours: half of them are over at 03:45 UTC, and none pass between 02:30 and 03:30."""
    tokyo = calendars.session("XTKS", utc("2025-01-27 01:00"))
    assert pytest.approx(0.5) == elapsed(tokyo, utc("2025-01-27 03:45"))
    assert elapsed(tokyo, utc("2025-01-27 02:30")) == elapsed(tokyo, utc("2025-01-27 03:30"))
    assert [0.0, 1.0] == [elapsed(tokyo, utc("2025-01-26 12:00")), elapsed(tokyo, utc("2025-01-27 12:00"))]


def test_a_moment_is_in_a_session_or_after_one(calendars: Calendars) -> None:
    """Lunch is within the session, pre- and post-market are not, and a close is over when it strikes."""
    tokyo = calendars.sessions("XTKS", utc("2025-01-27 12:00"))
    york = calendars.sessions("XNYS", utc("2025-01-27 12:00"))
    lunch = containing(tokyo, utc("2025-01-27 03:00"))
    assert lunch is not None
    assert date(2025, 1, 27) == lunch.date
    assert containing(york, utc("2025-01-27 13:00")) is None
    assert containing(york, utc("2025-01-27 21:00")) is None
    closed = last_closed(york, utc("2025-01-27 21:00"))
    assert closed is not None
    assert date(2025, 1, 27) == closed.date


def test_a_year_back_and_two_months_ahead_are_known() -> None:
    """Enough for 120 returns before a window, and for a clock that runs on without a rebuild every day."""
    calendars = Calendars()
    now = utc("2025-01-27 12:00")
    known = calendars.sessions("XNYS", now)
    assert len([s for s in known if s.close < now]) > 250
    assert known[-1].date > date(2025, 3, 20)
    assert known is calendars.sessions("XNYS", now + timedelta(days=20))
    assert calendars.sessions("XNYS", now + timedelta(days=50))[-1].date > known[-1].date


def test_weekdays_stand_in_where_the_librarys_holidays_end() -> None:
    """Shanghai's are published a year at a time: a later day has its usual hours, not an error."""
    calendars = Calendars()
    session = calendars.session("XSHG", utc("2031-07-02 02:00"))
    assert date(2031, 7, 2) == session.date
    assert (utc("2031-07-02 01:30"), utc("2031-07-02 07:00")) == (session.open, session.close)
    assert (utc("2031-07-02 03:30"), utc("2031-07-02 05:00")) == session.lunch


def test_every_exchange_of_the_table_has_a_calendar(calendars: Calendars) -> None:
    """A symbol that configuration accepts can always be placed in a session."""
    now = utc("2025-01-27 12:00")
    calendars.prepare(EXCHANGES, now)
    for mic in EXCHANGES:
        session = calendars.session(mic, now)
        assert session.early <= session.open < session.close <= session.late
        assert now - session.early < timedelta(days=7)
