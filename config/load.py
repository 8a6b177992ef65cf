"""A configuration folder -> one frozen Config, or everything that is wrong with it.

Reads files and nothing else. The shipped files are read once in a process; the user's are read each time, checked
whole, and merged over them. Every file is checked even if another is broken, so that one look shows all mistakes;
what would only follow from another file's mistake is left out.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, time, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from config import listings, merge
from config.companies import merged
from config.listings import NOTHING, ListingsError, Table, uncollected
from config.merge import Source
from config.models import CompaniesForm, EventsForm, FeedsForm, RelationsForm, SettingsForm, WatchlistForm
from config.refusals import checked
from config.registry import Registry, nearest_of
from config.tree import Document, read
from config.types import Company, Config, Origin, Problem

Form = TypeVar("Form", bound=BaseModel)

SHIPPED = Path(__file__).parent
STARTER = {
    "aftershock.yaml": SHIPPED / "starter" / "aftershock.yaml",
    "watchlists/ai.yaml": SHIPPED / "starter" / "watchlists" / "ai.yaml",
}
"""What `init` writes, and what from."""

WATCHLISTS = "watchlists"
USER_FILES = ("aftershock.yaml", "companies.yaml", "relations.yaml", "events.yaml")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a folder came to: `config` is None if and only if one of the problems is fatal."""

    config: Config | None
    problems: tuple[Problem, ...] = ()


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
    found = _Finder(SHIPPED if shipped else None, folder, problems)
    settings_sources = found.files("aftershock.yaml", SettingsForm)
    companies_sources = found.files("companies.yaml", CompaniesForm)
    complete = not problems or all(Path(problem.file).name != "companies.yaml" for problem in problems)
    table = found.table(refreshed)
    companies = merged(companies_sources, table)
    problems += companies.problems
    complete = complete and not any(problem.fatal for problem in companies.problems)
    registry, dropped = Registry(companies.known.values()), Registry(companies.dropped.values())
    relations, wrong = merge.relations(
        found.files("relations.yaml", RelationsForm), registry, dropped, complete=complete
    )
    problems += wrong
    lexicon, wrong = merge.lexicon(found.files("events.yaml", EventsForm))
    problems += wrong
    feeds, wrong = merge.feeds(found.shipped_only("feeds.yaml", FeedsForm), settings_sources)
    problems += wrong
    settings = merge.settings(settings_sources)
    add_to = "companies.yaml in your config folder" if folder is None else str(folder / "companies.yaml")
    watchlists, wrong = merge.watchlists(
        found.watchlists(), registry, dropped, channel=settings.channel, add_to=add_to, complete=complete
    )
    problems += wrong
    problems += found.strangers()
    told = tuple(sorted(dict.fromkeys(problems), key=lambda problem: (problem.file, problem.line, problem.column)))
    if any(problem.fatal for problem in told):
        return Loaded(None, told)
    config = Config(
        settings=settings,
        companies=companies.known,
        relations=relations,
        watchlists=watchlists,
        feeds=feeds,
        lexicon=lexicon,
        by_symbol={i.symbol: company for company in companies.known.values() for i in company.instruments},
        listings=" ".join([table.digest, *(id_ for id_ in companies.dropped if id_ in table.companies)]),
    )
    return Loaded(replace(config, fingerprint=fingerprint(config)), told)


def written_companies() -> Mapping[str, Company]:
    """The companies of the shipped companies.yaml, without the wide table's."""
    return merged(_Finder(SHIPPED, None, []).shipped_only("companies.yaml", CompaniesForm)).known


def write_starter(folder: Path) -> tuple[Path, ...]:
    """Write the commented files that a user begins with; what exists is left as it is.

    Returns:
        The files that were written.

    Raises:
        OSError: The folder cannot be made or written to.
    """
    written = []
    for name, template in STARTER.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with target.open("x", encoding="utf-8") as file:
                file.write(template.read_text(encoding="utf-8"))
        except FileExistsError:
            continue
        written.append(target)
    return tuple(written)


def fingerprint(config: Config) -> str:
    """SHA-256 over everything a configuration says, in hex: the same content has the same one on every machine.

    Companies straight from the wide table go in as that table's own digest, `Config.listings`.
    """
    content = {f.name: _canonical(getattr(config, f.name)) for f in fields(config) if f.name not in _DERIVED}
    written = {id_: company for id_, company in config.companies.items() if company.origin is not Origin.LISTED}
    content["companies"] = _canonical(written)
    return sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


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


@cache
def _read_shipped(path: Path, form: type[Form]) -> tuple[Document, Form | None, tuple[Problem, ...]]:
    return _read(path, form)


def _read(path: Path, form: type[Form]) -> tuple[Document, Form | None, tuple[Problem, ...]]:
    document = read(path)
    if document.root is None and not document.problems and form is not WatchlistForm:
        document = replace(document, root={})
    return checked(document, form)


@dataclass(frozen=True, slots=True)
class _Finder:
    """Finds and checks the files of a shipped folder and a user's folder, and notes what is wrong in `problems`."""

    shipped: Path | None
    folder: Path | None
    problems: list[Problem]

    def __post_init__(self) -> None:
        if self.folder is not None and not self.folder.is_dir():
            self.note(self.folder, "there is no such folder: make it with `aftershock init`")

    def note(self, path: Path, message: str, *, fatal: bool = True) -> None:
        self.problems.append(Problem(str(path), 0, 0, message, fatal))

    def shipped_only(self, name: str, form: type[Form]) -> list[Source[Form]]:
        return [] if self.shipped is None else self.take(*_read_shipped(self.shipped / name, form), own=False)

    def files(self, name: str, form: type[Form]) -> list[Source[Form]]:
        """The shipped file of that name and the user's, if they are there and right."""
        found = self.shipped_only(name, form)
        if self.folder is not None and _is_there(self.folder / name):
            found += self.take(*_read(self.folder / name, form))
        return found

    def table(self, refreshed: Path | None) -> Table:
        """The newer of the shipped table of listed companies and a refreshed one."""
        table = NOTHING if self.shipped is None else listings.read(self.shipped / listings.NAME)
        if refreshed is None or not refreshed.is_file():
            return table
        try:
            newer = listings.read(refreshed)
        except ListingsError as error:
            self.note(refreshed, f"{error}: refresh it with `aftershock companies update`", fatal=False)
            return table
        return newer if newer.as_of > table.as_of else table

    def watchlists(self) -> list[Source[WatchlistForm]]:
        """The user's watchlists if there are any, else the shipped ones."""
        own = self.listed(self.folder)
        if own:
            return [source for path in own for source in self.take(*_read(path, WatchlistForm))]
        return [
            source
            for path in self.listed(self.shipped)
            for source in self.take(*_read_shipped(path, WatchlistForm), own=False)
        ]

    def listed(self, folder: Path | None) -> list[Path]:
        """The watchlist files of a folder, in order of their names."""
        return [] if folder is None else [path for path in self.inside(folder / WATCHLISTS) if path.suffix == ".yaml"]

    def inside(self, folder: Path) -> list[Path]:
        """What lies in a folder, but for hidden files and those that editors leave behind."""
        if not _is_there(folder):
            return []
        try:
            return sorted(path for path in folder.iterdir() if path.name[0] not in ".#" and path.name[-1] != "~")
        except NotADirectoryError:
            self.note(folder, "this must be a folder: move the file into a folder of that name")
        except OSError as error:
            self.note(folder, f"cannot be read: {error.strerror or error}")
        return []

    def take(
        self, document: Document, form: Form | None, problems: Sequence[Problem], *, own: bool = True
    ) -> list[Source[Form]]:
        self.problems.extend(problems)
        return [] if form is None else [Source(document, form, own)]

    def strangers(self) -> list[Problem]:
        """Warnings of YAML files that nothing reads."""
        if self.folder is None or not self.folder.is_dir():
            return []
        problems = []
        for path in self.inside(self.folder):
            if path.suffix in {".yaml", ".yml"} and path.name not in USER_FILES:
                near = nearest_of(path.stem, (Path(name).stem for name in USER_FILES))
                hint = f"did you mean {near}.yaml?" if near else "watchlists belong into the folder watchlists"
                if path.name == "feeds.yaml":
                    hint = "write your feeds into aftershock.yaml, under feeds: add:"
                problems.append(Problem(str(path), 0, 0, f"this file is not read: {hint}", fatal=False))
        problems += [
            Problem(str(path), 0, 0, f"this file is not read: name it {path.stem}.yaml", fatal=False)
            for path in self.inside(self.folder / WATCHLISTS)
            if path.suffix == ".yml"
        ]
        return problems


def _is_there(path: Path) -> bool:
    """Whether there is anything of that name, a dangling link included."""
    return path.exists() or path.is_symlink()
