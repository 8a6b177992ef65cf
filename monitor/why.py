"""`why`: finds in the ledger what was decided on a message, a stock or a story. Reads, and works nothing out again.

The terminal and Slack ask the same way; `alerts.explain` says it in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from alerts import explain
from alerts.trace import Account, Entry, StoryAccount
from alerts.types import Decision, PriceState, Verdict
from config.types import Config
from monitor.companies import found
from monitor.evidence import evidence
from monitor.store.ledger import Wanted
from monitor.store.tables import dump
from monitor.store.tx import Tx
from monitor.ties import note
from monitor.types import Story


class WhyError(ValueError):
    """Nothing is known of what was asked for; `args[0]` says what there is instead."""


@dataclass(frozen=True, slots=True)
class When:
    """A session date, a time of day in UTC, both, or neither: then the newest session, and what tells most of it."""

    day: date | None = None
    at: time | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A delivery with what was decided on each of its stocks."""

    key: str
    kind: str
    at: datetime
    first_line: str
    accounts: tuple[Account, ...]


Answer = Account | StoryAccount | Told


def when(text: str) -> When:
    """A day (2025-01-27), a time of day in UTC (14:30), or both with a blank or a T between. Raises WhyError."""
    day, _, clock = text.strip().removesuffix("Z").replace("T", " ").partition(" ")
    try:
        if not clock and ":" in day:
            return When(None, time.fromisoformat(day))
        return When(date.fromisoformat(day), time.fromisoformat(clock) if clock else None)
    except ValueError:
        raise WhyError(f"{text}: write a day (2025-01-27), a time in UTC (14:30), or both") from None


def answer(tx: Tx, config: Config, what: str, wanted: When, channel: str | None = None) -> tuple[Answer, ...]:
    """What the ledger has on a delivery's key, a story's id, a symbol or a company's name; one answer a channel.

    Raises WhyError, with what could be asked for instead.
    """
    if "/" in what:
        return (_delivery(tx, config, what),)
    stories = tx.stories([what])
    if stories:
        return (_story(tx, what, wanted),)
    symbols = _symbols(tx, config, what)
    accounts = tuple(a for symbol in symbols for a in _accounts(tx, config, symbol, wanted, channel))
    if not accounts:
        raise WhyError(_nothing(tx, config, what, symbols))
    return accounts


def _symbols(tx: Tx, config: Config, what: str) -> list[str]:
    """The symbols that a word stands for: itself, or those of the company of that name."""
    symbol = what.strip().upper()
    if tx.sessions(symbol) or symbol in config.by_symbol:
        return [symbol]
    company, _ = found(config, what)
    return [i.symbol for i in company.instruments] if company else []


def _nothing(tx: Tx, config: Config, what: str, symbols: Sequence[str]) -> str:
    days = [day for symbol in symbols for day in tx.sessions(symbol)]
    if days:
        return f"{what}: nothing was decided then. There is something of {', '.join(map(str, days[:5]))}"
    watched = {w.symbol for watchlist in config.watchlists for w in watchlist.companies}
    if any(symbol in watched for symbol in symbols):
        return f"{what}: no look at its price was decided on in the last {config.settings.keep.ledger.days} days"
    if symbols:
        return f"{what}: it is on no watchlist, so nothing is decided on it. Add it with: aftershock watch {symbols[0]}"
    company, _ = found(config, what)
    if company:
        return f"{what}: {company.name} is private, so nothing is decided on it; it can be a step of another's link"
    return f"{what}: no symbol, no company's name, no story and no message that is known here"


def _accounts(tx: Tx, config: Config, symbol: str, wanted: When, channel: str | None) -> list[Account]:
    """One account for each channel that decided on the symbol in that session."""
    days = tx.sessions(symbol)
    session = wanted.day or (days[0] if days else None)
    if session is None:
        return []
    entries = tx.entries(Wanted(symbol=symbol, session=session, channel=channel))
    by_channel: dict[str, list[Entry]] = {}
    for entry in entries:
        by_channel.setdefault(entry.decision.channel, []).append(entry)
    found_ = []
    for mine in by_channel.values():
        until = datetime.combine(session, wanted.at, UTC) + timedelta(seconds=59) if wanted.at else None
        shown = _in_force(mine, until) if until else _telling(mine)
        if shown is not None:
            found_.append(_account(tx, config, mine, shown))
    return found_


def _in_force(entries: Sequence[Entry], until: datetime) -> int | None:
    """The newest entry that was there by a time."""
    return max((n for n, entry in enumerate(entries) if entry.at <= until), default=None)


def _telling(entries: Sequence[Entry]) -> int:
    """The entry that tells most of a session.

    The newest that was told, else the newest that was held back, else the one with the largest fresh move.
    """
    alerts = [n for n, e in enumerate(entries) if e.decision.verdict is Verdict.ALERT]
    if alerts:
        return alerts[-1]
    held = [n for n, e in enumerate(entries) if e.decision.verdict is Verdict.HOLD]
    return held[-1] if held else max(range(len(entries)), key=lambda n: (*_weight(entries[n].peak), n))


def _weight(decision: Decision) -> tuple[bool, float]:
    move = decision.candidate.day
    return decision.candidate.state is PriceState.FRESH, abs(move.raw) if move else 0.0


def _account(tx: Tx, config: Config, entries: Sequence[Entry], shown: int) -> Account:
    entry = entries[shown]
    decision = entry.decision if entry.decision.verdict is Verdict.ALERT else entry.peak
    candidate, tie = decision.candidate, decision.candidate.tie
    until = entry.at if entry.decision.verdict is Verdict.ALERT else entry.peak_at
    pieces = evidence(tx.findings(tie.story.id, until), _known(tx, tie.story.id), tie.root) if tie else ()
    told = decision.told or decision.before
    company = config.companies.get(candidate.company)
    return Account(
        symbol=candidate.symbol,
        name=company.name if company else candidate.name,
        channel=decision.channel,
        session=candidate.session,
        entries=tuple(entries),
        shown=shown,
        evidence=pieces,
        key=told.root if told else "",
    )


def _known(tx: Tx, story: str) -> Story | None:
    return next(iter(tx.stories([story])), None)


def _delivery(tx: Tx, config: Config, key: str) -> Told:
    row = tx.delivery(key) or tx.delivery(f"#{key}")
    if row is None:
        raise WhyError(f"{key}: no message of that key was ever put into the outbox")
    delivery = row.delivery
    accounts = []
    for symbol in dict.fromkeys(r.symbol for r in delivery.rows):
        days = [d for d in tx.sessions(symbol) if f"/{d.isoformat()}/" in delivery.root]
        for day in days:
            entries = tx.entries(Wanted(symbol=symbol, session=day, channel=delivery.channel))
            shown = _told_by(entries, delivery.at)
            if shown is not None:
                accounts.append(_account(tx, config, entries, shown))
    first, _, _ = delivery.text.partition("\n")
    return Told(delivery.key, delivery.kind.value, delivery.at, first, tuple(accounts))


def _told_by(entries: Sequence[Entry], at: datetime) -> int | None:
    """The entry behind a row of a message: the newest that was told by then, else the newest of any kind."""
    known = [n for n, e in enumerate(entries) if e.at <= at]
    alerts = [n for n in known if entries[n].decision.verdict is Verdict.ALERT]
    found_ = alerts or known
    return found_[-1] if found_ else None


def _story(tx: Tx, story: str, wanted: When) -> StoryAccount:
    (known,) = tx.stories([story])
    until = datetime.combine(wanted.day, wanted.at or time.max, UTC) if wanted.day else datetime.max.replace(tzinfo=UTC)
    articles = tx.findings(story, until)
    newest: dict[tuple[str, str, date], Entry] = {}
    for entry in tx.entries(Wanted(story=story, session=wanted.day)):
        candidate = entry.decision.candidate
        key = (entry.decision.channel, candidate.symbol, candidate.session)
        before = newest.get(key)
        if before is None or before.decision.verdict is not Verdict.ALERT or entry.decision.verdict is Verdict.ALERT:
            newest[key] = entry
    return StoryAccount(note(known), len(articles), evidence(articles, known, ""), tuple(newest.values()))


def in_words(one: Answer) -> list[str]:
    """An answer in lines."""
    if isinstance(one, Account):
        return explain.account(one)
    if isinstance(one, StoryAccount):
        return explain.story(one)
    return explain.message(one.kind, one.key, one.at, one.first_line, one.accounts)


def as_json(one: Answer) -> str:
    """An answer as one line of JSON: the values that the ledger holds."""
    return dump(one)
