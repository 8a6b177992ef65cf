"""Finds the YAML files of a configuration folder, reads and checks each, and follows what watchlists include.

Reads files and nothing else. The shipped files are read once in a process. What one file says of another, but for
includes, is the business of the merging modules.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel

from config import listings
from config.listings import NOTHING, ListingsError, Table
from config.merge import Source
from config.models import IncludedForm, WatchlistForm
from config.refusals import checked
from config.registry import nearest_of
from config.tree import Document, text_of, written
from config.types import Problem

Form = TypeVar("Form", bound=BaseModel)

WATCHLISTS = "watchlists"
USER_FILES = ("aftershock.yaml", "groups.yaml", "companies.yaml", "relations.yaml", "events.yaml")
YAML = frozenset((".yaml", ".yml"))
FRAGMENT = "_"
"""How the name of a file in the folder of watchlists begins that is none itself, but included by others."""
LATEST = 64
"""Texts whose results are kept: an edit changes one file of a dozen, and the others need no second parse."""

_Checked: TypeAlias = tuple[Document, Form | None, tuple[Problem, ...]]


@cache
def _read_shipped(path: Path, form: type[Form]) -> _Checked[Form]:
    return _read(path, form)


@lru_cache(maxsize=LATEST)
def _read_again(text: str, file: str, form: type[Form]) -> _Checked[Form]:
    return _checked(written(text, file), form)


def _read(path: Path, form: type[Form]) -> _Checked[Form]:
    """A file as it is now; the same result as before, the very object, where its text is the same."""
    text = text_of(path)
    return _checked(text, form) if isinstance(text, Document) else _read_again(text, str(path), form)


def _checked(document: Document, form: type[Form]) -> _Checked[Form]:
    if document.root is None and not document.problems and form is not WatchlistForm:
        document = replace(document, root={})
    return checked(document, form)


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds and checks the files of a shipped folder and a user's folder, and notes what is wrong in `problems`.

    `texts` are the user's files as they were read, by their paths inside the folder.
    """

    shipped: Path | None
    folder: Path | None
    problems: list[Problem]
    texts: dict[str, str] = field(default_factory=dict)
    included: set[Path] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Note a folder that is not there."""
        if self.folder is not None and not self.folder.is_dir():
            self.note(self.folder, "there is no such folder: make it with `aftershock init`")

    def note(self, path: Path, message: str, *, fatal: bool = True) -> None:
        """Tell of a whole file or folder."""
        self.problems.append(Problem(str(path), 0, 0, message, fatal))

    def shipped_only(self, name: str, form: type[Form]) -> list[Source[Form]]:
        """The shipped file of that name."""
        return [] if self.shipped is None else self.take(*_read_shipped(self.shipped / name, form), own=False)

    def files(self, name: str, form: type[Form]) -> list[Source[Form]]:
        """The shipped file of that name and the user's, if they are there and right."""
        found = self.shipped_only(name, form)
        if self.folder is not None and _is_there(self.folder / name):
            found += self.take(*self.own(self.folder / name, form))
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
            return [
                replace(source, parts=tuple(self.parts(source, (path,))))
                for path in own
                for source in self.take(*self.own(path, WatchlistForm))
            ]
        return [
            source
            for path in self.listed(self.shipped)
            for source in self.take(*_read_shipped(path, WatchlistForm), own=False)
        ]

    def parts(self, source: Source[Any], way: tuple[Path, ...]) -> Iterator[Source[IncludedForm]]:
        """The files that a file includes, those that they include before them; `way` led here."""
        for index, name in enumerate(source.form.include):
            path = way[-1].parent / name
            if wrong := self.wrong_include(name, path, way):
                self.problems.append(source.document.problem(("include", index), wrong))
                continue
            self.included.add(path.resolve())
            for part in self.take(*self.own(path, IncludedForm)):
                yield from self.parts(part, (*way, path))
                yield part

    def wrong_include(self, name: str, path: Path, way: tuple[Path, ...]) -> str:
        """Why a file cannot be included, "" if it can."""
        where = path.resolve()
        if self.folder is None or not where.is_relative_to(self.folder.resolve()):
            return f"{name} is outside of the configuration folder: only files inside can be included"
        if where in {one.resolve() for one in way}:
            return f"{name} includes itself: remove one of the two"
        if not path.is_file():
            near = nearest_of(path.name, [one.name for one in self.inside(path.parent)] if path.parent.is_dir() else ())
            return f"there is no file {name} here: {f'did you mean {near}?' if near else 'make it, or remove this'}"
        return ""

    def listed(self, folder: Path | None) -> list[Path]:
        """The watchlist files of a folder, in order of their names; one that begins with _ is for including only."""
        found = [] if folder is None else self.inside(folder / WATCHLISTS)
        return [path for path in found if path.suffix == ".yaml" and path.name[0] != FRAGMENT]

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

    def own(self, path: Path, form: type[Form]) -> _Checked[Form]:
        """A file of the user's, its text kept as it was read."""
        checked = _read(path, form)
        if self.folder is not None and checked[0].text is not None:
            self.texts[Path(os.path.relpath(path, self.folder)).as_posix()] = checked[0].text
        return checked

    def take(
        self, document: Document, form: Form | None, problems: Sequence[Problem], *, own: bool = True
    ) -> list[Source[Form]]:
        """Note the problems of a checked file; give it on if anything useful remains of it."""
        self.problems.extend(problems)
        return [] if form is None else [Source(document, form, own)]

    def strangers(self) -> list[Problem]:
        """Warnings of YAML files that nothing reads."""
        if self.folder is None or not self.folder.is_dir():
            return []
        unread = {
            **self.beside_settings(),
            **{
                path: f"name it {path.stem}.yaml"
                for path in self.inside(self.folder / WATCHLISTS)
                if path.suffix == ".yml"
            },
            **{
                path: "put it into the folder watchlists itself"
                for folder in self.inside(self.folder / WATCHLISTS)
                if folder.is_dir()
                for path in self.inside(folder)
                if path.suffix in YAML
            },
        }
        problems = [
            Problem(str(path), 0, 0, f"this file is not read: {hint}", fatal=False)
            for path, hint in unread.items()
            if path.resolve() not in self.included
        ]
        problems += [
            Problem(str(path), 0, 0, "no watchlist includes this file: write `include: ...` into one", fatal=False)
            for path in self.inside(self.folder / WATCHLISTS)
            if path.suffix == ".yaml" and path.name[0] == FRAGMENT and path.resolve() not in self.included
        ]
        return problems

    def beside_settings(self) -> dict[Path, str]:
        """The YAML files of the folder itself, and of others in it, that nothing reads, with what to do about each."""
        unread = {}
        for path in self.inside(self.folder) if self.folder else ():
            if path.suffix in YAML and path.name not in USER_FILES:
                near = nearest_of(path.stem, (Path(name).stem for name in USER_FILES))
                unread[path] = f"did you mean {near}.yaml?" if near else "watchlists belong into the folder watchlists"
                if path.name == "feeds.yaml":
                    unread[path] = "write your feeds into aftershock.yaml, under feeds: add:"
            elif path.is_dir() and path.name != WATCHLISTS and nearest_of(path.name, (WATCHLISTS,)):
                for one in self.inside(path):
                    if one.suffix in YAML:
                        unread[one] = f"call the folder {WATCHLISTS}, not {path.name}"
        return unread


def _is_there(path: Path) -> bool:
    """Whether there is anything of that name, a dangling link included."""
    return path.exists() or path.is_symlink()
