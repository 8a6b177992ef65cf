"""Watchlists with what they include and the groups they name -> the stocks they watch, each by its listing.

Pure. A watchlist's own settings win over those of included files, and a company that is written on its own over the
same one from a group; companies add up, in the order in which they first appear.
"""

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config import lint
from config.groups import Group, known_group
from config.lint import Placed
from config.merge import NOBODY, Source
from config.models import GroupEntryForm, IncludedForm, ThresholdForm, WatchedForm, WatchlistForm
from config.registry import Registry, nearest_of
from config.types import Problem, Threshold, Watched, Watchlist

SETTINGS = ("channel", "events", "follow", "unlinked", "cooldown", "thresholds")
"""What an included file can say for a watchlist, companies apart."""


@dataclass(frozen=True, slots=True)
class Known:
    """What entries are looked up in: companies, those that are dropped, groups, and where a company can be added.

    `complete` is false where companies are missing because their file is broken: then an unknown one is no news.
    """

    registry: Registry
    groups: Mapping[str, Group]
    add_to: str
    dropped: Registry = NOBODY
    complete: bool = True


def watchlists(
    sources: Sequence[Source[WatchlistForm]], known: Known, channel: str, elsewhere: Sequence[Placed[str]] = ()
) -> tuple[tuple[Watchlist, ...], list[Problem]]:
    """All watchlists, their companies found; `channel` is for lists without one, `elsewhere` those of severities."""
    found: dict[str, Placed[Watchlist]] = {}
    problems: list[Problem] = []
    for source in sources:
        document, form = source.document, source.form
        read = _Entries(known)
        for part in (*source.parts, source):
            read.take(part)
        problems += read.problems
        if not read.written and nearest_of("companies", document.root.keys_at) is None:
            problems.append(document.problem(("companies",), "companies is missing: add `companies: ...`"))
        name = form.name or Path(document.file).stem
        companies = tuple(one.value for one in read.found.values())
        made = Placed(_watchlist(name, source, channel, companies), document, ("name",))
        problems += lint.watchlist(made, known.registry) if known.complete and companies else []
        first = found.setdefault(name, made)
        if first is not made:
            problems.append(made.problem(f"the name {name} is taken ({first.where}): change one"))
    own = [Placed(one.value.channel, one.document, ("channel",)) for one in found.values()]
    problems += lint.channels([*own, *elsewhere], channel)
    return tuple(one.value for one in found.values()), problems


def entries(source: Source[WatchlistForm], known: Known) -> Mapping[str, Placed[Watched]]:
    """The stocks of a watchlist by symbol, each with the place that its entry is written at."""
    found = _Entries(known)
    for part in (*source.parts, source):
        found.take(part)
    return found.found


def _watchlist(name: str, source: Source[WatchlistForm], channel: str, companies: tuple[Watched, ...]) -> Watchlist:
    given: dict[str, Any] = {"channel": channel}
    for part in (*source.parts, source):
        form: IncludedForm = part.form
        given |= {key: getattr(form, key) for key in SETTINGS if key in form.model_fields_set}
    if "thresholds" in given:
        given["thresholds"] = _thresholds(given["thresholds"])
    return Watchlist(name=name, companies=companies, file=Path(source.document.file).name, **given)


@dataclass(slots=True)
class _Entries:
    """The entries of one watchlist, by symbol, as its parts are read; `written` once any part lists anything."""

    known: Known
    found: dict[str, Placed[Watched]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    written: bool = False
    alone: set[str] = field(default_factory=set)
    """Symbols that are written on their own, not by a group."""

    def take(self, part: Source[IncludedForm]) -> None:
        """Read the entries of one file."""
        own: list[Placed[Watched]] = []
        if part.form.thresholds is not None:
            self.problems += lint.thresholds(part.document, ("thresholds",), _thresholds(part.form.thresholds))
        for index, entry in enumerate(part.form.companies):
            self.written = True
            if isinstance(entry, GroupEntryForm):
                self.group(entry, part, index)
                continue
            for name, settings in entry.items():
                raw = part.document.root["companies"][index]
                loc = ("companies", index) if isinstance(raw, str) else ("companies", index, next(iter(raw)))
                own += self.company(name, settings, part, loc)
        self.problems += lint.watched(own) if self.known.complete else []
        for placed in own:
            self.found[placed.value.symbol] = placed
            self.alone.add(placed.value.symbol)

    def company(
        self, name: str, settings: WatchedForm, part: Source[IncludedForm], loc: tuple[Hashable, ...]
    ) -> Iterator[Placed[Watched]]:
        """The entry of one company, or a problem."""
        known, document = self.known, part.document
        gone = known.dropped.find(name) if known.registry.find(name) is None else None
        wanted = _watched(name, settings, known.registry, known.add_to)
        if gone is not None:
            message = f"{name} is dropped in {known.add_to}: take `drop` out there, or this entry"
            self.problems += [document.problem(loc, message, key=True)] if part.own else []
        elif isinstance(wanted, Watched):
            placed = Placed(wanted, document, loc)
            self.problems += lint.thresholds(document, (*loc, "thresholds"), wanted.thresholds or ())
            self.problems += _unlisted(placed, known.registry)
            yield placed
        elif known.complete or known.registry.find(name) is not None:
            self.problems.append(document.problem(loc, wanted, key=True, fatal=part.own))

    def group(self, entry: GroupEntryForm, part: Source[IncludedForm], index: int) -> None:
        """The companies of a group, but for those left out; what is written of one alone wins."""
        document, loc = part.document, ("companies", index)
        group = known_group(entry.group, self.known.groups)
        if group is None:
            near = nearest_of(entry.group, self.known.groups)
            hint = f"did you mean {near}?" if near else "write one of groups.yaml, or add it there"
            self.problems.append(document.problem((*loc, "group"), f"there is no group {entry.group}: {hint}"))
            return
        rows = _rows(entry.thresholds)
        self.problems += lint.thresholds(document, (*loc, "thresholds"), rows or ())
        members: dict[str, Watched] = {}
        for name in group.companies:
            company, symbol = self.known.registry.find(name), self.known.registry.listing(name)
            if company is not None and symbol is not None:
                members[symbol] = Watched(company.id, symbol, rows)
        for number, name in enumerate(entry.except_):
            symbol = self.known.registry.listing(name)
            if symbol not in members:
                near = nearest_of(name, members)
                message = f"{name} is not in the group {group.id}: {f'did you mean {near}?' if near else 'remove it'}"
                self.problems.append(document.problem((*loc, "except", number), message, fatal=False))
            members.pop(symbol or "", None)
        if not members and self.known.complete:
            self.problems.append(document.problem((*loc, "group"), f"no company is left of the group {group.id}"))
        for symbol, watched in members.items():
            before = self.found.get(symbol)
            if before is None or (symbol not in self.alone and before.document is not document):
                self.found[symbol] = Placed(watched, document, loc)


def _unlisted(placed: Placed[Watched], registry: Registry) -> list[Problem]:
    """A warning of a stock that is no longer listed: no price will come."""
    company = registry.companies[placed.value.company]
    if not company.note or placed.value.symbol != company.symbol:
        return []
    return [placed.problem(f"{placed.value.symbol} is {company.note}: there is no price to watch", fatal=False)]


def _rows(forms: tuple[ThresholdForm, ...] | None) -> tuple[Threshold, ...] | None:
    return None if forms is None else _thresholds(forms)


def _thresholds(forms: Iterable[ThresholdForm]) -> tuple[Threshold, ...]:
    return tuple(Threshold(form.move, form.sigma, form.value_change) for form in forms)


def _watched(name: str, own: WatchedForm, registry: Registry, add_to: str) -> Watched | str:
    """The listing that `name` stands for, or what is wrong with it."""
    company, symbol = registry.find(name), registry.listing(name)
    if company is not None and symbol is not None:
        return Watched(company.id, symbol, _rows(own.thresholds), own.holding)
    if company is not None:
        return (
            f"{company.name} is private, so there is no price to watch: remove it "
            "(its news still reaches the listed companies it is related to)"
        )
    if message := _run_together(name, registry) or _written_elsewhere(name, registry):
        return message
    stem = name.rpartition(".")[0]
    home = registry.find(stem) if re.fullmatch(r"\S+\.[A-Za-z]{1,3}", name) else None
    if home is not None and home.symbol is not None:
        listed = ", ".join(instrument.symbol for instrument in home.instruments)
        return (
            f"{name} is no listing of {home.name} known here: write one of {listed}, or add it to {add_to}: "
            f"`{home.id}: {{symbols: [{listed}, {name.upper()}]}}`"
        )
    near = registry.nearest(name)
    asked = f"{name}: did you mean {near}?" if near else f"{name} is no company known here."
    id_ = re.sub(r"[^a-z0-9]+", "-", (stem or name).casefold()).strip("-") or "its-id"
    symbol = name if re.fullmatch(r"[A-Z0-9-]{1,6}(\.[A-Z]{1,3})?", name) else "ITS-SYMBOL"
    return (
        f"{asked} To watch one that is not known yet, add it to {add_to}: `{id_}: {{name: ..., symbols: [{symbol}]}}`"
    )


def _written_elsewhere(name: str, registry: Registry) -> str:
    """What to write for NASDAQ:NVDA, as other programs have it, and for NVDA 5%; "" for anything else."""
    _, _, symbol = name.rpartition(":")
    company = registry.find(symbol.strip()) if symbol != name else None
    if company is not None and company.symbol is not None:
        listed = " or ".join(instrument.symbol for instrument in company.instruments)
        return f"{name}: write the symbol as Yahoo Finance has it, {listed}"
    words, _, sign = name.rpartition(" ")
    if words and sign[-1:] == "%" and (listing := registry.listing(words)):
        return f"{name} is read as one text: write {listing}: {{thresholds: [{{move: {sign}}}]}}"
    return ""


def _run_together(name: str, registry: Registry) -> str:
    """What to write where several companies have become one text, "" if they have not."""
    words = name.split()
    apart = [word for word in words if word != "-"]
    if len(apart) == 1 or not all(registry.find(word) for word in apart):
        return ""
    if "-" in words:
        return f"{name} is read as one text: put each dash in the column of the one above"
    return f"{name} is read as one text: put commas between them, [{', '.join(apart)}], or each on a line of its own"
