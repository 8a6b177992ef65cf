"""What a quote is good for: fresh, stale, missing or suspect, and how a second look settles it."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.types import PriceState
from monitor.market.gate import Expected, Looks, judge
from monitor.market.sessions import Calendars
from monitor.types import Quote, Session

CALENDARS = Calendars()
POLL = timedelta(minutes=1)
UNSEEN = Looks()
EXPECTED = Expected("USD", base=142.6, sigma=0.021)


def utc(text: str) -> datetime:
    """A UTC time on 27 January 2025 from "14:30"."""
    return datetime.fromisoformat(f"2025-01-27 {text}").replace(tzinfo=UTC)


def session(now: datetime, mic: str = "XNYS") -> Session:
    """An exchange's current session."""
    return CALENDARS.session(mic, now)


def nvda(price: float, at: str, **more: object) -> Quote:
    """A quote of NVDA."""
    return replace(Quote("NVDA", price, utc(at), "USD"), **more)  # type: ignore[arg-type]  # tests name the fields they change


def look(quote: Quote | None, now: str, looks: Looks = UNSEEN, expected: Expected = EXPECTED) -> tuple[PriceState, str]:
    """Judge a quote at a moment."""
    return judge(quote, looks, session(utc(now)), utc(now), POLL, expected)


def test_a_trade_of_a_moment_ago_is_fresh() -> None:
    """And needs no words."""
    assert look(nvda(141.0, "15:00"), "15:01") == (PriceState.FRESH, "")


@pytest.mark.parametrize(
    ("traded", "now", "delay", "state"),
    [
        ("15:00", "15:02", 0, PriceState.FRESH),  # two polls
        ("15:00", "15:03", 0, PriceState.STALE),
        ("15:00", "15:17", 15, PriceState.FRESH),  # late by contract, and two polls
        ("15:00", "15:18", 15, PriceState.STALE),
        ("21:00", "21:02", 0, PriceState.FRESH),  # at the close
        ("20:52", "21:01", 0, PriceState.FRESH),  # the last trade of the day, seen at its close
        ("20:44", "21:01", 0, PriceState.STALE),  # too old for that: the source has stopped
        ("20:52", "21:03", 0, PriceState.STALE),  # and not for long
        ("20:59", "21:16", 15, PriceState.FRESH),
        ("12:00", "12:01", 0, PriceState.FRESH),  # pre-market trades count while they are new
        ("09:10", "14:31", 0, PriceState.STALE),
    ],
)
def test_a_quote_ages_by_the_sources_delay_and_two_polls(traded: str, now: str, delay: int, state: PriceState) -> None:
    """The last trade of a session also counts at its close."""
    found, reason = look(nvda(141.0, traded, delay=timedelta(minutes=delay)), now)
    assert state is found
    assert bool(reason) is (state is PriceState.STALE)


def test_a_stale_quote_says_how_old_it_is_and_what_the_exchange_does() -> None:
    """For the operator."""
    _, reason = look(nvda(141.0, "09:10"), "09:40")
    assert reason == "last trade at 2025-01-27 09:10 UTC, 30 min old; before the open"


def test_what_is_not_there_is_missing() -> None:
    """No quote, or one without a usable price; the source's own words are handed on."""
    for quote in (None, nvda(math.nan, "15:00"), nvda(0.0, "15:00"), nvda(-1.0, "15:00")):
        assert look(quote, "15:00") == (PriceState.MISSING, "the source gave no price")
    told = judge(None, Looks(), session(utc("15:00")), utc("15:00"), POLL, EXPECTED, "Yahoo knows no symbol NVDX")
    assert told == (PriceState.MISSING, "Yahoo knows no symbol NVDX")


def test_a_jump_waits_for_a_second_look() -> None:
    """-17 % at once is told only when the next look bears it out."""
    first = nvda(118.4, "15:00")
    state, reason = look(first, "15:00")
    assert (PriceState.SUSPECT, "-17.0% at once, from 142.6 to 118.4; waits for a second look") == (state, reason)
    seen = Looks().after(first, state)
    assert look(nvda(118.4, "15:01"), "15:01", seen) == (PriceState.FRESH, "")  # same price, the clock moved on
    assert look(nvda(117.9, "15:01"), "15:01", seen) == (PriceState.FRESH, "")  # a new trade near it
    assert look(first, "15:01", seen)[0] is PriceState.SUSPECT  # the same print again proves nothing
    assert look(nvda(139.0, "15:01"), "15:01", seen) == (PriceState.FRESH, "")  # it was a bad print


def test_one_bad_print_never_gets_through() -> None:
    """Good, bad, good: the middle one is suspect, and the third is near what was accepted."""
    good, bad = nvda(141.0, "15:00"), nvda(112.0, "15:01")
    looks = Looks().after(good, PriceState.FRESH)
    state, _ = look(bad, "15:01", looks)
    assert state is PriceState.SUSPECT
    assert look(nvda(140.8, "15:02"), "15:02", looks.after(bad, state)) == (PriceState.FRESH, "")


def test_a_slide_in_small_steps_is_no_jump() -> None:
    """Within a session each look is held against the last accepted one, not against yesterday's close."""
    accepted = Looks().after(nvda(124.0, "15:00"), PriceState.FRESH)
    assert look(nvda(119.0, "15:01"), "15:01", accepted) == (PriceState.FRESH, "")


def test_an_opening_gap_is_held_against_the_market() -> None:
    """-10 % in a market that explains 6 of them is no jump; against a calm market it is."""
    gap = nvda(128.34, "14:30")
    friday = Looks().after(replace(nvda(142.6, "14:00"), time=utc("14:00") - timedelta(days=3)), PriceState.FRESH)
    assert look(gap, "14:30", friday, replace(EXPECTED, market=-0.06)) == (PriceState.FRESH, "")
    assert look(gap, "14:30")[0] is PriceState.SUSPECT


def test_a_split_over_night_is_believed_once_the_base_knows_of_it() -> None:
    """Yesterday's good price is on the old basis; only this session's are held against."""
    yesterday = Looks().after(replace(nvda(1200.0, "14:00"), time=utc("14:00") - timedelta(days=1)), PriceState.FRESH)
    assert look(nvda(120.0, "15:00"), "15:00", yesterday, replace(EXPECTED, base=119.5)) == (PriceState.FRESH, "")


def test_a_price_that_is_none_is_not_remembered() -> None:
    """Zero or NaN leaves what was known before, so that it can spoil no later look."""
    known = Looks().after(nvda(142.0, "14:59"), PriceState.FRESH)
    for price in (0.0, math.nan):
        quote = nvda(price, "15:00")
        state, _ = look(quote, "15:00", known)
        assert (PriceState.MISSING, known) == (state, known.after(quote, state))


def test_a_wild_stock_may_jump_further() -> None:
    """Four of its own sigmas, where that is more than 8 %."""
    quote = nvda(126.0, "15:00")
    assert look(quote, "15:00")[0] is PriceState.SUSPECT
    assert look(quote, "15:00", expected=replace(EXPECTED, sigma=0.04)) == (PriceState.FRESH, "")


@pytest.mark.parametrize(
    ("price", "words"),
    [
        (14260.0, "a factor of 100"),
        (1.3, "a factor of 100"),
        (14.3, "a split of 10"),
        (71.0, "a split of 2"),
        (285.5, "a split of 2"),
    ],
)
def test_another_unit_and_a_split_are_not_believed_however_often_they_are_seen(price: float, words: str) -> None:
    """A second look would only repeat them."""
    seen = Looks(last=nvda(price, "15:00"))
    state, reason = look(nvda(price, "15:01"), "15:01", seen)
    assert state is PriceState.SUSPECT
    assert words in reason


def test_a_quote_in_another_currency_or_from_the_future_is_suspect() -> None:
    """Euros are no dollars; a clock may be two minutes off, not an hour."""
    assert look(nvda(141.0, "15:00", currency="EUR"), "15:00") == (PriceState.SUSPECT, "priced in EUR, expected USD")
    assert look(nvda(141.0, "15:02"), "15:00") == (PriceState.FRESH, "")
    state, reason = look(nvda(141.0, "16:00"), "15:00")
    assert (PriceState.SUSPECT, "its trade is dated 2025-01-27 16:00 UTC, in the future") == (state, reason)


def test_recorded_bars_confirm_themselves() -> None:
    """They need no second look; another unit is refused even there."""
    assert look(nvda(118.4, "15:00", confirmed=True), "15:00") == (PriceState.FRESH, "")
    assert look(nvda(11840.0, "15:00", confirmed=True), "15:00")[0] is PriceState.SUSPECT


def test_without_anything_to_hold_it_against_a_quote_is_taken() -> None:
    """A first look at a symbol without history makes no move, so it can do no harm."""
    assert look(nvda(141.0, "15:00"), "15:00", expected=Expected("USD")) == (PriceState.FRESH, "")


def test_memory_keeps_the_last_accepted_and_the_last_seen() -> None:
    """A look that gave nothing changes neither."""
    good, bad = nvda(141.0, "15:00"), nvda(112.0, "15:01")
    looks = Looks().after(good, PriceState.FRESH).after(bad, PriceState.SUSPECT).after(None, PriceState.MISSING)
    assert Looks(accepted=good, last=bad) == looks
