"""`aftershock doctor`: tries everything the daemon depends on, once, and says what to mend.

Runs beside a daemon too: it asks feeds as a reader would who has never asked before, changes nothing in the store and
posts nothing. Each check gives one line; what is wrong says what to do.
"""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from alerts.types import Delivery, DeliveryError, DeliveryKind, Notifier
from alerts.words import count
from config.exchanges import exchange_of
from config.types import Config, Limits
from config.units import as_size
from monitor.credentials import OWN_FOLDER
from monitor.feeds.fetch import HttpNews
from monitor.feeds.poll import due
from monitor.places import Places
from monitor.store.files import damage
from monitor.types import FeedAnswer, FeedState, PriceSource
from monitor.vitals import least_room

DEADLINE: Final = 180.0
"""Seconds for all feeds together; one that takes longer than its own limits is told as such long before."""
FEW_QUOTES: Final = 0.5
"""A source that gives fewer of the watched stocks' quotes is in trouble as a whole."""


class Verdict(StrEnum):
    """What a check found."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's: what was looked at, how it is, and what to do about it ("" where nothing is)."""

    subject: str
    verdict: Verdict
    text: str
    advice: str = ""


def machine(places: Places, limits: Limits) -> list[Finding]:
    """The folders, the disk and the database."""
    found = []
    if places.config.is_dir():
        found.append(Finding("configuration", Verdict.GOOD, str(places.config)))
    else:
        text = f"{places.config} is not there: the shipped one counts"
        found.append(Finding("configuration", Verdict.DOUBTFUL, text, "aftershock init writes a starter"))
    place = next(p for p in (places.state, *places.state.parents) if p.exists())
    if not (place.is_dir() and os.access(place, os.W_OK | os.X_OK)):
        advice = "let the user that this runs as write there, or name another folder with AFTERSHOCK_STATE"
        found.append(Finding("state folder", Verdict.BAD, f"{place} cannot be written", advice))
    disk = shutil.disk_usage(place)
    free = disk.free
    enough = free >= least_room(disk.total, limits)
    room = f"{as_size(free)} free at {place}"
    advice = "" if enough else "make room, or name another folder with AFTERSHOCK_STATE"
    found.append(Finding("disk", Verdict.GOOD if enough else Verdict.BAD, room, advice))
    if not places.database.is_file():
        return [*found, Finding("database", Verdict.GOOD, f"none yet at {places.database}")]
    try:
        problem = damage(places.database)
    except (OSError, sqlite3.Error) as error:
        problem = str(error)
    text = f"{places.database} is damaged: {problem}" if problem else f"{places.database} is whole"
    advice = "a start of the daemon sets it aside; aftershock restore FILE puts a copy back" if problem else ""
    return [*found, Finding("database", Verdict.BAD if problem else Verdict.GOOD, text, advice)]


async def feeds(
    config: Config, news: HttpNews, states: Mapping[str, FeedState], now: datetime
) -> AsyncGenerator[Finding, None]:
    """Each feed that cannot be read, then how many can. A host that wants no request for now is not asked."""
    closed = {name: s.closed_until for name, s in states.items() if s.closed_until and s.closed_until > now}
    asked = due([feed for feed in config.feeds if feed.id not in closed], {}, now, ())
    for name, until in closed.items():
        text = f"its host wants no request until {until:%-d %b %H:%M} UTC"
        yield Finding(f"feed {name}", Verdict.DOUBTFUL, text)
    good = 0
    seen: set[str] = set()
    try:
        async with asyncio.timeout(DEADLINE):
            async for answers in news.poll(asked, now):
                for answer in answers:
                    seen.add(answer.state.feed)
                    good += not answer.error
                    if finding := _of_feed(answer):
                        yield finding
    except TimeoutError:
        slow = ", ".join(sorted(feed.id for feed, _ in asked if feed.id not in seen)[:10])
        yield Finding("feeds", Verdict.BAD, f"no answer within {DEADLINE:g} s from {slow}", "try them one by one")
    text = f"{good} of {len(asked)} can be read"
    verdict = Verdict.GOOD if good == len(asked) else Verdict.DOUBTFUL if good else Verdict.BAD
    advice = "" if good else "no feed at all: is there a network, a proxy, a name server?"
    yield Finding("feeds", verdict, text, advice)


def _of_feed(answer: FeedAnswer) -> Finding | None:
    if answer.error:
        advice = f"aftershock feeds test URL; or leave it out: feeds: {{drop: [{answer.state.feed}]}}"
        return Finding(f"feed {answer.state.feed}", Verdict.BAD, answer.error, advice)
    if answer.state.note:
        return Finding(f"feed {answer.state.feed}", Verdict.DOUBTFUL, answer.state.note)
    return None


async def prices(config: Config, source: PriceSource, now: datetime) -> list[Finding]:
    """Quotes of the watched stocks and their indices, and the daily bars of one."""
    watched = list(dict.fromkeys(w.symbol for watchlist in config.watchlists for w in watchlist.companies))
    if not watched:
        return [
            Finding("prices", Verdict.DOUBTFUL, "no stock is watched", "aftershock watch SYMBOL, or edit a watchlist")
        ]
    wanted = list(dict.fromkeys([*watched, *(exchange_of(symbol).index for symbol in watched)]))
    answer = await source.quotes(wanted, now)
    found = [
        Finding(
            f"quote {symbol}", Verdict.BAD, answer.problems.get(symbol, "no quote"), "aftershock companies find NAME"
        )
        for symbol in wanted
        if symbol not in answer.found and len(answer.found) >= FEW_QUOTES * len(wanted)
    ]
    text = f"{source.name} gives {len(answer.found)} of {count(len(wanted), 'quote')}"
    if len(answer.found) < FEW_QUOTES * len(wanted):
        reason = next(iter(answer.problems.values()), "")
        advice = "wait a while if it limits requests; else check the network, or AFTERSHOCK_PRICES"
        return [Finding("prices", Verdict.BAD, f"{text}: {reason}", advice)]
    found.append(Finding("prices", Verdict.GOOD if len(answer.found) == len(wanted) else Verdict.DOUBTFUL, text))
    bars = await source.history(watched[:1], now)
    if watched[0] in bars.found:
        text = f"{count(len(bars.found[watched[0]].bars), 'daily bar')} of {watched[0]}"
        return [*found, Finding("daily bars", Verdict.GOOD, text)]
    reason = bars.problems.get(watched[0], "none came")
    return [*found, Finding("daily bars", Verdict.BAD, f"{watched[0]}: {reason}", "as for prices")]


async def notifier(config: Config, notifier: Notifier, now: datetime) -> list[Finding]:
    """Whether the token is good, and each channel can be read back; nothing is posted."""
    if notifier.name == "console":
        text = "no token: alerts go to the terminal"
        return [
            Finding("slack", Verdict.DOUBTFUL, text, f"set SLACK_BOT_TOKEN, or put it into the folder of {OWN_FOLDER}")
        ]
    try:
        words = await notifier.check()
    except DeliveryError as error:
        return [Finding(notifier.name, Verdict.BAD, str(error), "see the README, “With Slack”")]
    found = [Finding(notifier.name, Verdict.DOUBTFUL if "without the scopes" in words else Verdict.GOOD, words)]
    for channel, what in config.channels.items():
        key = f"{channel}/doctor/{now.isoformat()}"
        look = Delivery(key, DeliveryKind.POST, channel, key, now, "")
        told = f" (for {', '.join(what)})"
        try:
            await notifier.find(look, None, now)
        except DeliveryError as error:
            found.append(Finding(channel, Verdict.BAD, f"{error}{told}", "then: aftershock test-alert"))
        else:
            found.append(Finding(channel, Verdict.GOOD, f"the app is in it and can read it back{told}"))
    return found


async def examine(
    config: Config, places: Places, edges: "Edges", states: Mapping[str, FeedState], now: datetime
) -> AsyncGenerator[Finding, None]:
    """All checks, as they come; `states` are what the daemon remembers of feeds. Lets go of the edges at the end."""
    for finding in machine(places, config.settings.limits):
        yield finding
    try:
        for finding in await notifier(config, edges.notifier, now):
            yield finding
        for finding in await prices(config, edges.prices, now):
            yield finding
        async for finding in feeds(config, edges.news, states, now):
            yield finding
    finally:
        for edge in (edges.news, edges.prices, edges.notifier):
            await edge.close()


@dataclass(frozen=True, slots=True)
class Edges:
    """What the doctor tries."""

    news: HttpNews
    prices: PriceSource
    notifier: Notifier
