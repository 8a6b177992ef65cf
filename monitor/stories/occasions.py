"""Titles that are one story by their occasion alone: the market wraps of a day, the calendars of a week. Pure."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from monitor.types import Kind, Print

NEW_YORK = ZoneInfo("America/New_York")
NIGHT = timedelta(hours=5)
"""What is written until five in the morning in New York is about the day before."""
FRIDAY = 5
ELSEWHERE = {
    "Asia": frozenset({
        "nikkei", "+japan", "hang", "seng", "shanghai", "+china", "asia", "asian", "kospi", "+korea", "sensex", "nifty",
        "+india",
    }),
    "Europe": frozenset({"+europe", "stoxx", "ftse", "dax", "cac", "london"}),
}  # fmt: skip
"""Words by which a wrap is about other markets than New York's."""


def occasion(one: Print) -> str:
    """The market and day of a wrap, the week of a calendar; "" for all other titles."""
    if one.kind is Kind.WRAP:
        place = next((name for name, words in ELSEWHERE.items() if words & one.terms), "New York")
        return f"the market of {trading_day(one)} in {place}"
    if one.kind is Kind.CALENDAR:
        return f"the week from {week(one)}"
    return ""


def trading_day(one: Print) -> date:
    """The day of New York's session that a market wrap is about; at the weekend it is Friday's."""
    day = (one.seen.astimezone(NEW_YORK) - NIGHT).date()
    return day - timedelta(days=max(0, day.isoweekday() - FRIDAY))


def week(one: Print) -> date:
    """The Monday of the week that a calendar is about: from Friday on it is the next one."""
    day = one.seen.astimezone(NEW_YORK).date() + timedelta(days=3)
    return day - timedelta(days=day.weekday())
