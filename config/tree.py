"""YAML text -> plain values that remember where each was written, or Problems.

The only module that meets ruamel.yaml to read. It builds the values from the parser's events with a stack of its own,
for three reasons: line and column of every key come at the price of a plain load (the round-trip loader costs ten
times that), all doubled keys are told and not the first only, and no nesting or alias bomb can exhaust anything.
Scalars stay the text that was written; the models decide what is a number. So `ON`, `NO`, `TRUE` and `1E3` are
tickers where tickers are expected, which is the end of YAML's best-known traps.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from config.syntax import explain
from config.types import Problem

Place: TypeAlias = tuple[int, int]
"""Line and column, both from 1; (0, 0) is the whole file."""

WHOLE_FILE: Place = (0, 0)
MAX_BYTES = 2_000_000
"""Some ten times the largest shipped file; a log or a dump that landed here by mistake is larger."""
MAX_DEPTH = 40
"""The deepest form here has seven levels."""
MAX_VALUES = 400_000
"""What a file may grow to when its aliases are written out."""

_TAGS = frozenset(("str", "int", "float", "bool", "null", "seq", "map", "timestamp"))
"""YAML's own tags for what is written here anyway; any other asks a program to build something."""
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class Map(dict[str, Any]):
    """A mapping with the places of its keys and values."""

    __slots__ = ("keys_at", "place", "values_at")

    def __init__(self, place: Place) -> None:
        """An empty mapping that starts at `place`."""
        super().__init__()
        self.place = place
        self.keys_at: dict[str, Place] = {}
        self.values_at: dict[str, Place] = {}


class Items(list[Any]):
    """A list with the places of its items."""

    __slots__ = ("items_at", "place")

    def __init__(self, place: Place) -> None:
        """An empty list that starts at `place`."""
        super().__init__()
        self.place = place
        self.items_at: list[Place] = []


@dataclass(frozen=True, slots=True)
class Document:
    """One file as it was read.

    `root` is made of `Map`, `Items`, `str` and None; it is None too where `problems` tell that the file could not be
    read. `file` is how messages name it, `text` what was read, None if nothing could be.
    """

    file: str
    root: Any = None
    problems: tuple[Problem, ...] = ()
    text: str | None = None

    def place(self, loc: Iterable[Hashable], *, key: bool = False) -> Place:
        """Where the value at `loc` (keys and indices from the root) is written, or the key that leads to it.

        A `loc` that leads nowhere gives the innermost place that is there, so a missing key is told at its mapping.
        """
        at = self.root.place if isinstance(self.root, Map | Items) else WHOLE_FILE
        for node, step in _way(self.root, loc):
            if isinstance(node, Items):
                at = node.items_at[step]
            else:
                at = node.keys_at[step] if key or node[step] is None else node.values_at[step]
        return at

    def without(self, locs: Iterable[tuple[Hashable, ...]]) -> "Document":
        """The document with the values at `locs` left out; the rest keeps its places."""
        root = _copy(self.root)
        later_first = sorted(locs, key=lambda loc: [(isinstance(step, int), step) for step in loc], reverse=True)
        ends = {(id(node), step): node for loc in later_first for node, step in list(_way(root, loc))[-1:]}
        for (_, step), node in ends.items():
            del node[step]
            if isinstance(node, Items):
                del node.items_at[step]
        return Document(self.file, root, self.problems, self.text)

    def problem(self, loc: Iterable[Hashable], message: str, *, key: bool = False, fatal: bool = True) -> Problem:
        """A Problem at `loc`; its message is one line, whatever text of the file it repeats."""
        return Problem(self.file, *self.place(loc, key=key), " ".join(message.split()), fatal)


def _way(root: Any, loc: Iterable[Hashable]) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 -- any YAML value
    """The containers along `loc` with the step taken in each, as far as it leads."""
    node = root
    for step in loc:
        there = step in node if isinstance(node, Map) else isinstance(node, Items) and step in range(len(node))
        if not there:
            return
        yield node, step
        node = node[step]


def _copy(node: Any) -> Any:  # noqa: ANN401 -- any YAML value
    """A copy that can be changed without the original."""
    if isinstance(node, Map):
        mapping = Map(node.place)
        mapping.update((key, _copy(value)) for key, value in node.items())
        mapping.keys_at, mapping.values_at = node.keys_at, node.values_at
        return mapping
    if isinstance(node, Items):
        items = Items(node.place)
        items.extend(_copy(item) for item in node)
        items.items_at = list(node.items_at)
        return items
    return node


def read(path: Path) -> Document:
    """Read a file. Whatever is wrong with it, even that it can't be opened, comes back as a fatal Problem."""
    text = text_of(path)
    return text if isinstance(text, Document) else written(text, str(path))


def text_of(path: Path) -> str | Document:
    """The text of a file; a Document that says why it cannot be had."""
    file = str(path)
    try:
        if not path.is_file():
            why = "there is no such file" if not path.exists() else "this is not a regular file"
            return _broken(file, WHOLE_FILE, f"{why}: make a text file here, or remove it")
        if path.stat().st_size > MAX_BYTES:
            return _broken(file, WHOLE_FILE, f"larger than {MAX_BYTES // 1_000_000} MB: is this the right file?")
        data = path.read_bytes()
    except OSError as error:
        return _broken(file, WHOLE_FILE, f"cannot be read: {error.strerror or error}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        at = (before.count(b"\n") + 1, len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1)
        return _broken(file, at, "this is not UTF-8: save the file with the encoding UTF-8")


def written(text: str, file: str) -> Document:
    """What a file of that name says with that text, the text kept."""
    return replace(parse(text, file), text=text)


def parse(text: str, file: str) -> Document:
    """The values of a YAML text, or Problems. A text of comments only has the root None and no Problem.

    ruamel.yaml's C library reads it if it is installed, some fifteen times faster than the Python parser. Where that
    refuses (it knows YAML 1.1 only: no bare https:// in braces) the Python parser decides, and words the complaint.
    """
    if not text.strip():
        return _broken(file, WHOLE_FILE, "the file is empty: write its content, or remove it")
    builder = _Builder(file)
    try:
        builder.build(YAML(typ="safe").parse(text))
    except Exception:  # noqa: BLE001 -- whatever the C library does not like, the Python parser has the last word on
        builder = _Builder(file)
        try:
            builder.build(YAML(typ="safe", pure=True).parse(text))
        except YAMLError as error:
            builder.add(*explain(error, text))
        except Exception:  # noqa: BLE001 -- a bug of the parser (a wild escape) must not become a traceback
            builder.add(WHOLE_FILE, "this cannot be read as YAML: check the codes after a backslash in double quotes")
    problems = tuple(builder.problems)
    return Document(file, None if problems else builder.root, problems)


def _broken(file: str, place: Place, message: str) -> Document:
    return Document(file, None, (Problem(file, *place, message),))


@dataclass(slots=True)
class _Open:
    """A mapping or list that is not closed yet; `key` waits for its value, `size` counts what is inside."""

    node: Map | Items
    anchor: str | None
    key: str | None = None
    key_at: Place = WHOLE_FILE
    size: int = 1


@dataclass(slots=True)
class _Builder:
    """Turns events into values; `stopped` says that going on makes no sense."""

    file: str
    root: Any = None
    problems: list[Problem] = field(default_factory=list)
    stopped: bool = False
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[Any, int]] = field(default_factory=dict)
    documents: int = 0

    def add(self, place: Place, message: str) -> None:
        self.problems.append(Problem(self.file, *place, message))

    def stop(self, place: Place, message: str) -> None:
        self.add(place, message)
        self.stopped = True

    def build(self, events: Iterable[Any]) -> None:
        """Take events until the end, or until it makes no sense to go on."""
        for event in events:
            self.take(event)
            if self.stopped:
                return

    def take(self, event: Any) -> None:  # noqa: ANN401 -- ruamel.yaml's events have no common typed base with marks
        """Take the next event."""
        if isinstance(event, ScalarEvent):
            plain = event.implicit[0] and not event.style
            value = None if plain and event.value in _NULLS else event.value
            self.check_tag(event)
            self.put(value, _start(event), event.anchor, 1)
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self.open(event)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            closed = self.stack.pop()
            self.put(closed.node, closed.node.place, closed.anchor, closed.size)
        elif isinstance(event, AliasEvent):
            self.alias(event)
        elif isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.stop(_start(event), "a second document starts here: remove the line ---")

    def open(self, event: MappingStartEvent | SequenceStartEvent) -> None:
        place = _start(event)
        self.check_tag(event)
        if len(self.stack) >= MAX_DEPTH:
            self.stop(place, f"nested more than {MAX_DEPTH} levels deep: is this the right file?")
            return
        self.stack.append(_Open(Map(place) if isinstance(event, MappingStartEvent) else Items(place), event.anchor))

    def check_tag(self, event: NodeEvent) -> None:
        tag = str(getattr(event, "tag", None) or "")
        if tag and tag.removeprefix("tag:yaml.org,2002:") not in _TAGS:
            self.add(_start(event), f"{tag}: tags are not used here; remove it, or put the text in quotes")

    def alias(self, event: AliasEvent) -> None:
        found = self.anchors.get(event.anchor)
        if found is None:
            self.add(
                _start(event),
                f"*{event.anchor} points to nothing above it; to write a text that starts with * put it in quotes",
            )
            self.put(None, _start(event), None, 1)
        else:
            self.put(found[0], _start(event), None, found[1])

    def put(self, value: Any, place: Place, anchor: str | None, size: int) -> None:  # noqa: ANN401 -- any YAML value
        """Put a complete value where it belongs: key, value, item or root."""
        if anchor is not None:
            self.anchors[anchor] = (value, size)
        if not self.stack:
            self.root = value
            return
        top = self.stack[-1]
        top.size += size
        if top.size > MAX_VALUES:
            self.stop(place, f"more than {MAX_VALUES:,} values with all aliases written out")
        elif isinstance(top.node, Items):
            top.node.append(value)
            top.node.items_at.append(place)
        elif top.key is None:
            self.key(top, value, place)
        else:
            if top.key not in top.node:
                top.node[top.key] = value
                top.node.keys_at[top.key] = top.key_at
                top.node.values_at[top.key] = place
            else:
                first = top.node.keys_at[top.key][0]
                self.add(top.key_at, f"{top.key} is written twice, first on line {first}: keep one")
            top.key = None

    def key(self, top: _Open, value: Any, place: Place) -> None:  # noqa: ANN401 -- any YAML value
        if isinstance(value, str):
            top.key, top.key_at = value, place
            return
        if value is None:
            self.add(place, "there is no name before this colon")
        else:
            self.add(place, "a list or mapping can't be a key here: put the text in quotes")
        top.key, top.key_at = f"?{place}", place


def _start(event: Any) -> Place:  # noqa: ANN401 -- as above
    return (event.start_mark.line + 1, event.start_mark.column + 1)
