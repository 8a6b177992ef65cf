"""Titles that are one story by their occasion alone: the market wraps of a day, the calendars of a week. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from monitor.types import Kind, Print

NIGHT = timedelta(hours=5)
"""What is written until five in the morning where a market is, is about the day before."""
AFTER_HOURS = timedelta(hours=7)
"""Futures from five in the afternoon on trade for the next day."""
SATURDAY = 6


@dataclass(frozen=True, slots=True)
class Place:
    """Markets of one part of the world: the words that name them, and those that do at the head of a title."""

    name: str
    zone: ZoneInfo
    words: frozenset[str]
    heads: frozenset[str]


NEW_YORK = Place("New York", ZoneInfo("America/New_York"), frozenset(), frozenset())
ELSEWHERE = (
    Place(
        "Asia",
        ZoneInfo("Asia/Tokyo"),
        frozenset({"nikkei", "hang", "seng", "kospi", "sensex", "nifty", "asia", "asian", "taiex", "topix"}),
        frozenset({"+japan", "+china", "+korea", "+india", "+taiwan", "shanghai"}),
    ),
    Place(
        "Europe",
        ZoneInfo("Europe/London"),
        frozenset({"stoxx", "ftse", "dax", "cac"}),
        frozenset({"+europe", "+france", "german", "london", "uk"}),
    ),
)


def occasion(one: Print) -> str:
    """The market and day of a wrap, the week of a calendar; "" for all other titles."""
    if one.kind is Kind.WRAP:
        place = next((p for p in ELSEWHERE if p.words & one.terms or one.head in p.heads), NEW_YORK)
        return f"the market of {trading_day(one, place)} in {place.name}"
    if one.kind is Kind.CALENDAR:
        return f"the week from {week(one)}"
    return ""


def trading_day(one: Print, place: Place = NEW_YORK) -> date:
    """The day of the session that a market wrap is about; at the weekend it is Friday's, of futures Monday's."""
    local = one.seen.astimezone(place.zone)
    if "futur" in one.terms:
        day = (local + AFTER_HOURS).date()
        return day + timedelta(days=(8 - day.isoweekday()) if day.isoweekday() >= SATURDAY else 0)
    day = (local - NIGHT).date()
    return day - timedelta(days=max(0, day.isoweekday() - SATURDAY + 1))


def week(one: Print) -> date:
    """The Monday of the week that a calendar is about: from Friday on it is the next one."""
    day = one.seen.astimezone(NEW_YORK.zone).date() + timedelta(days=3)
    return day - timedelta(days=day.weekday())
