"""A configuration folder -> one frozen Config, or everything that is wrong with it.

Reads files and nothing else. The shipped files are read once in a process; the user's are read each time, checked
whole, and merged over them. Every file is checked even if another is broken, so that one look shows all mistakes;
what would only follow from another file's mistake is left out.

A running daemon reads its folder again at every edit, so what depends only on texts that have not changed is not
worked out again: 3 ms instead of 170 for a watchlist. What counts is the text, never a file's time or size.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date, time, timedelta
from functools import cache, partial
from hashlib import sha256
from operator import is_
from pathlib import Path
from typing import Any, TypeVar

from config import groups, merge, watching
from config.companies import Companies, merged
from config.finding import Finder
from config.knowledge import CompaniesForm, EventsForm, RelationsForm
from config.listings import Table, uncollected
from config.merge import Source
from config.models import FeedsForm, GroupsForm, SettingsForm, WatchlistForm
from config.registry import Registry
from config.types import Company, Config, Origin, Problem
from config.watching import Known

T = TypeVar("T")

SHIPPED = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a folder came to: `config` is None if and only if one of the problems is fatal.

    `sources` are the checked files, `known` what watchlists are looked up in, `texts` the user's files as they were
    read, by their paths inside the folder.
    """

    config: Config | None
    problems: tuple[Problem, ...]
    sources: "Sources"
    known: Known
    texts: Mapping[str, str]


@dataclass(slots=True)
class Sources:
    """The checked files by what they say, the shipped one first and the user's after it."""

    settings: list[Source[SettingsForm]]
    companies: list[Source[CompaniesForm]] = field(default_factory=list)
    relations: list[Source[RelationsForm]] = field(default_factory=list)
    events: list[Source[EventsForm]] = field(default_factory=list)
    feeds: list[Source[FeedsForm]] = field(default_factory=list)
    groups: list[Source[GroupsForm]] = field(default_factory=list)
    watchlists: list[Source[WatchlistForm]] = field(default_factory=list)


@uncollected()
def load(folder: Path | None, *, shipped: bool = True, refreshed: Path | None = None) -> Loaded:
    """Read, check and merge the shipped configuration and that of `folder`.

    Never raises for what stands in files or cannot be read. Problems come file by file, in order of place.

    Args:
        folder: The user's folder; None for the shipped configuration alone.
        shipped: Whether the shipped files are there at all; false for tests of a folder of its own.
        refreshed: Where a newer table of listed companies may be; the newer of it and the shipped one counts.
    """
    problems: list[Problem] = []
    found = Finder(SHIPPED if shipped else None, folder, problems)
    sources = Sources(settings=found.files("aftershock.yaml", SettingsForm))
    sources.companies = found.files("companies.yaml", CompaniesForm)
    complete = not problems or all(Path(problem.file).name != "companies.yaml" for problem in problems)
    table = found.table(refreshed)
    companies, registry, dropped = _once(
        "companies", (*_read(sources.companies), table), lambda: _known(sources, table)
    )
    problems += companies.problems
    complete = complete and not any(problem.fatal for problem in companies.problems)
    sources.relations = found.files("relations.yaml", RelationsForm)
    relations, wrong = _once(
        "relations",
        (*_read(sources.relations), registry, dropped, complete),
        lambda: merge.relations(sources.relations, registry, dropped, complete=complete),
    )
    problems += wrong
    sources.events = found.files("events.yaml", EventsForm)
    lexicon, wrong = _once("events", _read(sources.events), lambda: merge.lexicon(sources.events))
    problems += wrong
    sources.feeds = found.shipped_only("feeds.yaml", FeedsForm)
    feeds, wrong = merge.feeds(sources.feeds, sources.settings)
    problems += wrong
    settings = merge.settings(sources.settings)
    problems += merge.severity_order(sources.settings, settings.tiers)
    sources.groups = found.files("groups.yaml", GroupsForm)
    known_groups, wrong = _once(
        "groups",
        (*_read(sources.groups), registry, dropped, complete),
        lambda: groups.merged(sources.groups, registry, dropped, complete=complete),
    )
    problems += wrong
    add_to = "companies.yaml in your config folder" if folder is None else str(folder / "companies.yaml")
    sources.watchlists = found.watchlists()
    known = Known(registry, known_groups, add_to, dropped, complete)
    watchlists, wrong = watching.watchlists(
        sources.watchlists, known, settings.channel, merge.severity_channels(sources.settings)
    )
    problems += wrong
    problems += found.strangers()
    told = tuple(sorted(dict.fromkeys(problems), key=lambda problem: (problem.file, problem.line, problem.column)))
    if any(problem.fatal for problem in told):
        return Loaded(None, told, sources, known, found.texts)
    config = Config(
        settings=settings,
        companies=companies.known,
        relations=relations,
        watchlists=watchlists,
        feeds=feeds,
        lexicon=lexicon,
        by_symbol=_once("symbols", (companies.known,), partial(_by_symbol, companies.known)),
        listings=" ".join([table.digest, *(id_ for id_ in companies.dropped if id_ in table.companies)]),
    )
    config = replace(config, fingerprint=fingerprint(config))
    return Loaded(config, told, sources, known, found.texts)


def _by_symbol(companies: Mapping[str, Company]) -> Mapping[str, Company]:
    return {i.symbol: company for company in companies.values() for i in company.instruments}


def _known(sources: Sources, table: Table) -> tuple[Companies, Registry, Registry]:
    companies = merged(sources.companies, table)
    return companies, Registry(companies.known.values()), Registry(companies.dropped.values())


def _read(sources: Iterable[Source[Any]]) -> tuple[object, ...]:
    """What was read of files: the very objects as long as their texts are the same."""
    return tuple(one for source in sources for one in (source.document, source.form))


_LAST: dict[str, tuple[tuple[object, ...], Any]] = {}
"""What went into each stage the last time, and what came out; never changed afterwards, whoever holds it."""


def _once(stage: str, given: tuple[object, ...], work: Callable[[], T]) -> T:
    """What a stage comes to; of the last time, if the very same objects go into it."""
    last = _LAST.get(stage)
    if last is not None and len(last[0]) == len(given) and all(map(is_, last[0], given)):
        found: T = last[1]
        return found
    made = work()
    _LAST[stage] = (given, made)
    return made


def written_companies() -> Mapping[str, Company]:
    """The companies of the shipped companies.yaml, without the wide table's."""
    return merged(Finder(SHIPPED, None, []).shipped_only("companies.yaml", CompaniesForm)).known


def fingerprint(config: Config) -> str:
    """SHA-256 over everything a configuration says, in hex: the same content has the same one on every machine.

    Companies straight from the wide table go in as that table's own digest, `Config.listings`.
    """
    written = [f'"companies":{_once("written", (config.companies,), partial(_written, config.companies))}']
    for name in sorted({f.name for f in fields(config)} - _DERIVED):
        value = getattr(config, name)
        written.append(f'"{name}":{_once(f"written {name}", (value,), partial(_json, value))}')
    return sha256(f"{{{','.join(written)}}}".encode()).hexdigest()


def _written(companies: Mapping[str, Company]) -> str:
    return _json({id_: company for id_, company in companies.items() if company.origin is not Origin.LISTED})


def _json(value: Any) -> str:  # noqa: ANN401 -- whatever a configuration is made of
    return json.dumps(_canonical(value), sort_keys=True, separators=(",", ":"))


_DERIVED = frozenset({"fingerprint", "by_symbol", "companies"})


def _canonical(value: Any) -> Any:  # noqa: ANN401 -- whatever a configuration is made of
    """A value as JSON has it, in an order that does not depend on hashing."""
    if value is None or isinstance(value, str | int | float):
        return value
    if is_dataclass(value):
        return [_canonical(getattr(value, name)) for name in _compared(value.__class__)]
    if isinstance(value, Mapping):
        return {key: _canonical(one) for key, one in value.items()}
    if isinstance(value, date | time | timedelta):
        return str(value)
    if isinstance(value, Iterable):
        items = [_canonical(one) for one in value]
        return sorted(items) if isinstance(value, frozenset) else items
    raise TypeError(f"a configuration cannot hold {type(value).__name__}")


@cache
def _compared(kind: type) -> tuple[str, ...]:
    """The fields of a dataclass that say what a value is."""
    return tuple(f.name for f in fields(kind) if f.compare)
