"""Where each value of a configuration is written: what counts, in which file and on which line, and what it is over.

Pure, over the checked files that the loader gave back. A value is shown as it was written.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from config import merge, watching
from config.difference import as_written, rows_said
from config.load import Loaded
from config.merge import Source
from config.tree import Items, Map
from config.types import Settings, Threshold, Tiers, Watchlist

DEFAULT: Final = "default"
LONGEST: Final = 70
"""Characters of a value that are shown."""
_ADDED_UP: Final = frozenset({"allow", "add", "drop"})
"""Lists to which each file adds, so that none is over another."""


@dataclass(frozen=True, slots=True)
class Line:
    """One value: its key within its section, the value as written, where, and the line that it is over."""

    key: str
    value: str
    where: str
    over: "Line | None" = None


@dataclass(frozen=True, slots=True)
class Section:
    """The values of one kind, or of one watchlist."""

    title: str
    lines: tuple[Line, ...]


def sections(loaded: Loaded, folder: Path, *, every: bool = False) -> Iterator[Section]:
    """The configuration by sections, empty ones left out.

    Settings and watchlists are told whole, of the rest what the user's files say; with `every` the shipped files too.
    """
    sources = loaded.sources
    settings = tuple(_written(sources.settings, folder))
    yield Section(
        "settings", (*settings, *_unwritten(merge.settings(sources.settings), {line.key for line in settings}))
    )
    config = loaded.config
    by_name = {} if config is None else {one.name: one for one in config.watchlists}
    for source in sources.watchlists:
        name = source.form.name or Path(source.document.file).stem
        if name in by_name:
            yield Section(f"watchlist {name}", tuple(_watchlist(by_name[name], source, loaded, folder)))
    for title, files in (
        ("groups", sources.groups),
        ("companies", sources.companies),
        ("relations", sources.relations),
        ("events", sources.events),
    ):
        lines = tuple(_written(files, folder, own_only=not every))
        if lines:
            yield Section(title, lines)


def _unwritten(settings: Settings, written: Collection[str]) -> Iterator[Line]:
    """The settings that no file has to write, with what counts then."""
    for key, value in (
        ("contact", settings.contact or "none"),
        ("quiet_hours", as_written(settings.quiet)),
        ("operator.disk_free", "256 MB, or 5 % of the disk up to 2 GB"),
        *((f"severity.{one.name}.times", f"{getattr(settings.tiers, one.name).times:g}") for one in fields(Tiers)),
    ):
        if key not in written:
            yield Line(key, value, DEFAULT)


def _watchlist(watchlist: Watchlist, source: Source[Any], loaded: Loaded, folder: Path) -> Iterator[Line]:
    """Its settings from the last file that writes each, then its stocks."""
    written = {line.key: line for line in _written((*source.parts, source), folder, but=("companies", "include"))}
    for key in ("name", *watching.SETTINGS):
        rows = f"{key}[" if key == "thresholds" else None
        own = [line for name, line in written.items() if name == key or (rows and name.startswith(rows))]
        if own:
            yield from own
        else:
            value = getattr(watchlist, key)
            yield Line(key, _default(key, value), DEFAULT)
    entries = watching.entries(source, loaded.known)
    for symbol, placed in entries.items():
        own_rows = placed.value.thresholds
        said = [rows_said(own_rows)] if own_rows is not None else []
        said += [f"holding {placed.value.holding:g}"] if placed.value.holding is not None else []
        where = _where(placed.document.file, placed.document.place(placed.loc, key=True), folder)
        yield Line(symbol, " ".join(said), where)


def _default(key: str, value: Any) -> str:  # noqa: ANN401 -- any setting of a watchlist
    if key == "thresholds":
        rows: Sequence[Threshold] = value
        return rows_said(rows)
    if value is None:
        return "any"
    return as_written(value)


def _written(
    sources: Sequence[Source[Any]], folder: Path, *, own_only: bool = False, but: Sequence[str] = ()
) -> Iterator[Line]:
    """Every leaf, from the last file that writes it; lists that add up are told once a file."""
    found: dict[str, list[Line]] = {}
    own: set[str] = set()
    for source in sources:
        for path, value in _leaves(source.document.root):
            if path[0] in but:
                continue
            where = _where(source.document.file, source.document.place(path), folder)
            key = _key(path)
            line = Line(key, _text(value), where)
            found.setdefault(key, []).append(line)
            if source.own:
                own.add(key)
    for key, lines in found.items():
        if own_only and key not in own:
            continue
        if key.rpartition(".")[2] in _ADDED_UP:
            yield from lines
        else:
            yield replace(lines[-1], over=lines[-2] if len(lines) > 1 else None)


def _leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:  # noqa: ANN401 -- YAML
    """Texts and lists of texts with their paths; mappings are gone into, and lists of mappings item by item."""
    if isinstance(node, Map):
        for key, value in node.items():
            yield from _leaves(value, (*path, key))
    elif isinstance(node, Items) and any(isinstance(one, Map) for one in node):
        for index, value in enumerate(node):
            yield (*path, index), value
    elif path and node is not None:
        yield path, node


def _key(path: Sequence[Any]) -> str:
    return "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def _text(value: Any) -> str:  # noqa: ANN401 -- YAML
    if isinstance(value, Map):
        text = "{" + ", ".join(f"{key}: {_text(one)}" for key, one in value.items()) + "}"
    elif isinstance(value, Items):
        text = f"[{', '.join(_text(one) for one in value)}]"
    else:
        text = " ".join(str(value or "").split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _where(file: str, place: tuple[int, int], folder: Path) -> str:
    path = Path(file)
    name = path.relative_to(folder) if path.is_relative_to(folder) else f"shipped {path.name}"
    return f"{name}:{max(place[0], 1)}:{max(place[1], 1)}"
