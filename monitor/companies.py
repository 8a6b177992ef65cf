"""The wide table of listed companies, for people: what is known under a name, and a refresh from the SEC.

Asks the SEC over HTTP and writes one file into the state folder; what the next table holds is decided in
`config.issuers`, and every command reads the newer of it and the shipped one.
"""

import asyncio
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import aiohttp

from config import listings
from config.issuers import Changes, filed, named, refreshed
from config.listings import SHIPPED_TABLE, ListingsError, Row
from config.load import written_companies
from config.registry import Registry
from config.types import Alias, AliasClass, Company, Config
from config.words import words
from monitor.feeds.body import ACCEPTED, read_body
from monitor.feeds.errors import FeedError, Timeouts, explain
from monitor.feeds.fetch import user_agent

SEC = "https://www.sec.gov"
SEC_LIST = "/files/company_tickers_exchange.json"
"""The SEC's list of all tickers with issuer and exchange; it is made anew every day."""
ADDRESS = "AFTERSHOCK_SEC_URL"
"""The environment variable that names another server than the SEC's own, a mirror say."""

LARGEST = 20_000_000
"""Bytes of an answer: some thirty times what the list had in 2026."""
TIMEOUTS = Timeouts(total=60.0)
CLOSE = 5
"""How many companies of a like name are offered."""
SHOWN = 12
"""How many changes of a kind are told one by one."""

_TRUST = {
    AliasClass.SAFE: "in any case",
    AliasClass.CASED: "as written or in capitals",
    AliasClass.DOUBTFUL: "with a sign in its context",
    AliasClass.DISTINCT: "with a capital",
    AliasClass.UNCOMMON: "with a capital, unless part of a longer name",
    AliasClass.ORDINARY: "with a sign in its context",
    AliasClass.EVERYDAY: "with two signs in its context",
    AliasClass.NAMESAKE: "with a sign of business in its context",
    AliasClass.GENERIC: "with its legal form or symbol",
}
"""When a name of each class counts, for people."""


def found(config: Config, text: str) -> tuple[Company | None, list[Company]]:
    """Whom `text` stands for by symbol, id or name, and others of a like name, the likest first."""
    registry = Registry(config.companies.values())
    company = registry.find(text)
    others = [other for other in registry.like(text, CLOSE + 1) if company is None or other.id != company.id]
    return company, others[:CLOSE]


def described(company: Company, config: Config) -> list[tuple[str, str]]:
    """All that is known of a company, as pairs of a word and a text; what is not known is left out."""
    by_trust: dict[tuple[str, AliasClass], list[Alias]] = {}
    for alias in company.aliases:
        by_trust.setdefault((alias.via, alias.trust), []).append(alias)
    relations = sum(company.id in {relation.source, relation.target} for relation in config.relations)
    watchlists = [one.name for one in config.watchlists if any(w.company == company.id for w in one.companies)]
    rows = [
        ("id", company.id),
        ("symbols", ", ".join(i.symbol for i in company.instruments) or "none: not listed"),
        ("note", company.note),
        ("groups", ", ".join(company.groups)),
        ("known from", {"curated": "companies.yaml", "listed": "the list of listed companies"}.get(company.origin, "")),
        ("relations", str(relations or "")),
        ("watchlists", ", ".join(watchlists)),
    ]
    rows[2:2] = [
        (f"{via}s, {_TRUST[trust]}", ", ".join(alias.text for alias in aliases))
        for (via, trust), aliases in by_trust.items()
    ]
    return [(word, text) for word, text in rows if text]


async def update(contact: str, environment: Mapping[str, str], target: Path, today: date) -> tuple[list[Row], Changes]:
    """Ask the SEC, write the next table to `target`, and say what it holds and what is different in it.

    `contact` is the settings' own: the SEC wants to know whom to write to. Raises ListingsError, in one line for the
    person who can mend it, if there is no answer or none that can be used; then nothing is written.
    """
    if not contact:
        raise ListingsError("the SEC wants to know who asks: set `contact: you@example.com` in aftershock.yaml first")
    old = current(target)
    answer = await fetch(environment.get(ADDRESS) or SEC, contact)
    return await asyncio.to_thread(_written, old, answer, target, today)


def _written(old: tuple[Row, ...], answer: bytes, target: Path, today: date) -> tuple[list[Row], Changes]:
    rows, changes = refreshed(old, filed(answer), today)
    rows = named(rows, written_companies(), words())
    try:
        listings.write(target, listings.pack(rows, today))
    except OSError as error:
        raise ListingsError(f"cannot be written to {target}: {error.strerror or error}") from error
    return list(rows), changes


def current(target: Path) -> tuple[Row, ...]:
    """The rows of the newer of the shipped table and that of `target`; one that cannot be read does not count."""
    as_of, rows = listings.rows(SHIPPED_TABLE.read_bytes())
    try:
        newer, more = listings.rows(target.read_bytes())
    except (OSError, ListingsError):
        return rows
    return more if newer > as_of else rows


async def fetch(base: str, contact: str, timeouts: Timeouts = TIMEOUTS) -> bytes:
    """The SEC's list as it answers. Raises ListingsError, saying why it could not be had."""
    address = base.rstrip("/") + SEC_LIST
    headers = {"User-Agent": user_agent(contact), "Accept-Encoding": ACCEPTED}
    limits = aiohttp.ClientTimeout(sock_connect=timeouts.connect, sock_read=timeouts.read)
    try:
        async with (
            asyncio.timeout(timeouts.total),
            aiohttp.ClientSession(timeout=limits, auto_decompress=False) as session,
            session.get(address, headers=headers) as response,
        ):
            if not response.ok:
                raise ListingsError(f"{address} answered {response.status} {response.reason}")
            encoding = response.headers.get("Content-Encoding", "")
            return await read_body(response.content.iter_any(), encoding, LARGEST)
    except FeedError as error:
        raise ListingsError(f"{address}: {str(error).replace('the feed', 'the list')}") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        if isinstance(error, ListingsError):
            raise
        raise ListingsError(f"{address}: {explain(error, timeouts).error}") from error


def told(rows: list[Row], changes: Changes) -> list[str]:
    """What a refresh did, in lines for a terminal."""
    symbols = sum(len(row.symbols) for row in rows)
    lines = [f"{len(rows):,} listed companies with {symbols:,} listings are known now."]
    for heading, texts in (
        ("new", [f"{name} ({symbol})" for name, symbol in changes.new]),
        ("renamed", [f"{before} is {now}" for _, before, now in changes.renamed]),
        ("other symbol", [f"{name}: {before} is {now}" for name, before, now in changes.symbols]),
        ("no longer listed", [f"{name} ({symbol})" for name, symbol in changes.gone]),
    ):
        if texts:
            more = f", and {len(texts) - SHOWN:,} more" if len(texts) > SHOWN else ""
            lines.append(f"{heading} ({len(texts):,}): {', '.join(texts[:SHOWN])}{more}")
    return lines if len(lines) > 1 else [*lines, "Nothing changed since the last time."]
