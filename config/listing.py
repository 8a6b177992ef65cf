"""Putting a stock on a watchlist and taking it off, in the user's own file.

Where entries stand on lines of their own, only those lines change and every other byte stays as it was. Lists in
brackets and entries with settings of their own are changed by ruamel.yaml, which keeps comments and order. Either way
the result is checked as the daemon would read it before it takes the file's place, whole.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from config import watching
from config.edit import EditError, changed, edit_text
from config.finding import WATCHLISTS
from config.lint import Placed
from config.load import Loaded, load
from config.merge import Source
from config.registry import nearest_of
from config.starting import write_starter
from config.tree import Items, Map, parse
from config.types import Watched


@dataclass(frozen=True, slots=True)
class Changed:
    """A file that was changed, and what became of it in words."""

    path: Path
    said: str


def watch(
    folder: Path,
    name: str,
    rows: Sequence[dict[str, str]],
    holding: str = "",
    watchlist: str = "",
    refreshed: Path | None = None,
) -> Changed:
    """Put a company on a watchlist of `folder`, or change its settings there.

    `rows` are thresholds of its own, of which one that holds is enough; none leaves them as they are. `watchlist`
    names the list by its name or file; it may be left out where there is one. Without any list of the user's the
    starter is written first, so that what was watched stays watched. Raises EditError.
    """
    loaded = _loaded(folder, refreshed)
    symbol = _symbol(loaded, name)
    loaded, begun = _with_own(loaded, folder, refreshed)
    source = _chosen(loaded, watchlist)
    title = source.form.name or Path(source.document.file).stem
    found = watching.entries(source, loaded.known).get(symbol)
    own = {"thresholds": [row for row in rows if row]} if any(rows) else {}
    settings: dict[str, Any] = {**own, **({"holding": holding} if holding else {})}
    if found is not None and not settings:
        raise EditError(f"{symbol} is on the watchlist {title} already ({found.where})")
    if found is None or not _alone(found, source):
        company = loaded.known.registry.find(symbol)
        note = company.name if company and not symbol.isalpha() else ""
        path = edit_text(folder, _name(source, folder), lambda text: _added(text, symbol, settings, note), refreshed)
        return Changed(path, f"{symbol} is watched now, on the list {title}{_said(settings)}{begun}")
    if {**_own(found), **settings} == _own(found):
        raise EditError(f"{symbol} on the list {title} has these settings already ({found.where})")
    path = edit_text(folder, _name(source, folder), lambda text: _settled(text, found, symbol, settings), refreshed)
    return Changed(path, f"{symbol} on the list {title} has new settings{_said(settings)}{begun}")


def _with_own(loaded: Loaded, folder: Path, refreshed: Path | None) -> tuple[Loaded, str]:
    """What is loaded; where the user has no list yet, what is after the starter was written, and words for that."""
    if any(source.own for source in loaded.sources.watchlists):
        return loaded, ""
    try:
        write_starter(folder)
    except OSError as error:
        raise EditError(f"{folder}: {error.strerror or error}") from error
    return _loaded(folder, refreshed), f"; the starter was written to {folder}, since you had no watchlist yet"


def _own(found: Placed[Watched]) -> dict[str, Any]:
    """The settings of an entry as its file has them."""
    entry = found.document.root["companies"][found.loc[1]]
    written: Any = next(iter(entry.values())) if isinstance(entry, Mapping) else None
    return dict(written) if isinstance(written, Mapping) else {}


def _said(settings: Mapping[str, Any]) -> str:
    """The settings that were written, as they stand in the file; "" for none."""
    rows = (
        "{" + ", ".join(f"{key}: {value}" for key, value in row.items()) + "}" for row in settings.get("thresholds", ())
    )
    said = [*rows, *([f"holding {settings['holding']}"] if "holding" in settings else [])]
    return f": {', '.join(said)}" if said else ""


def unwatch(folder: Path, name: str, watchlist: str = "", refreshed: Path | None = None) -> list[Changed]:
    """Take a company off the watchlist named so, or off all of them; off the starter where there is none yet.

    Raises EditError.
    """
    loaded = _loaded(folder, refreshed)
    symbol = _symbol(loaded, name)
    loaded, begun = _with_own(loaded, folder, refreshed)
    sources = [_chosen(loaded, watchlist)] if watchlist else [one for one in loaded.sources.watchlists if one.own]
    done = []
    for source in sources:
        entries = watching.entries(source, loaded.known)
        found = entries.get(symbol)
        if found is None:
            continue
        title = source.form.name or Path(source.document.file).stem
        if len(entries) == 1:
            raise EditError(f"{symbol} is the last stock on {title}: remove the file instead, {source.document.file}")
        if found.document.file != source.document.file:
            raise EditError(f"{symbol} stands in a file that {title} includes ({found.where}): take it out there")
        alone = _alone(found, source)
        last = sum(one.loc == found.loc and one.document is found.document for one in entries.values()) == 1
        change = partial(_without if alone or last else _excepted, found=found, symbol=symbol)
        path = edit_text(folder, _name(source, folder), change, refreshed)
        done.append(Changed(path, f"{symbol} is no longer watched on the list {title}{begun}"))
        if alone:
            done += unwatch(folder, symbol, title, refreshed) if _still(folder, title, symbol, refreshed) else []
    if not done:
        near = nearest_of(symbol, [w for source in sources for w in watching.entries(source, loaded.known)])
        hint = f": did you mean {near}?" if near else ""
        where = f"the list {watchlist}" if watchlist else "no watchlist of yours"
        raise EditError(f"{symbol} is on {where}{hint}" if not watchlist else f"{symbol} is not on {where}{hint}")
    return done


def _still(folder: Path, title: str, symbol: str, refreshed: Path | None) -> bool:
    """Whether a group on the list names the stock too."""
    loaded = _loaded(folder, refreshed)
    return symbol in watching.entries(_chosen(loaded, title), loaded.known)


def _loaded(folder: Path, refreshed: Path | None) -> Loaded:
    loaded = load(folder if folder.is_dir() else None, refreshed=refreshed)
    wrong = [problem for problem in loaded.problems if problem.fatal]
    if wrong:
        raise EditError(f"mend this first, nothing was changed: {wrong[0]}")
    return loaded


def _chosen(loaded: Loaded, watchlist: str) -> Source[Any]:
    own = {source.form.name or Path(source.document.file).stem: source for source in loaded.sources.watchlists}
    if watchlist:
        for name, source in own.items():
            if watchlist.casefold() in {name.casefold(), Path(source.document.file).stem.casefold()}:
                return source
        near = nearest_of(watchlist, own)
        raise EditError(
            f"there is no watchlist {watchlist}: {f'did you mean {near}?' if near else 'there is ' + ', '.join(own)}"
        )
    if len(own) > 1:
        raise EditError(f"there are {len(own)} watchlists: say which with --list, one of {', '.join(own)}")
    return next(iter(own.values()))


def _symbol(loaded: Loaded, name: str) -> str:
    symbol = loaded.known.registry.listing(name)
    if symbol is not None:
        return symbol
    company = loaded.known.registry.find(name)
    if company is not None:
        raise EditError(f"{company.name} is private, so there is no price to watch")
    near = loaded.known.registry.nearest(name)
    hint = f"did you mean {near}?" if near else f"add it to {loaded.known.add_to} first"
    raise EditError(f"{name} is no company known here: {hint}")


def _name(source: Source[Any], folder: Path) -> str:
    path = Path(source.document.file)
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else f"{WATCHLISTS}/{path.name}"


def _alone(found: Placed[Watched], source: Source[Any]) -> bool:
    """Whether a stock is written by itself in the list's own file, not by a group or in an included file."""
    raw = source.document.root["companies"][found.loc[1]] if found.document.file == source.document.file else {}
    return isinstance(raw, str) or (found.document.file == source.document.file and "group" not in raw)


def _entry(symbol: str, settings: dict[str, Any], note: str = "") -> str:
    text = f"{symbol}: {_flow(settings)}" if settings else symbol
    return f"{text}  # {note}" if note else text


def _flow(value: Any) -> str:  # noqa: ANN401 -- mappings, lists and texts
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(_flow(one) for one in value)}]"
    return f'"{value}"' if "," in value else value


@dataclass(frozen=True, slots=True)
class _Lines:
    """A file's lines with their ends, and the entries of its companies, if each has lines of its own."""

    lines: list[str]
    entries: Items
    dash: str

    @classmethod
    def of(cls, text: str) -> "_Lines | None":
        root = parse(text, "").root
        entries = root.get("companies") if isinstance(root, Map) else None
        lines = text.splitlines(keepends=True)
        if not isinstance(entries, Items) or not entries:
            return None
        dashes = [re.fullmatch(r"(\s*)-\s+", lines[line - 1][: column - 1]) for line, column in entries.items_at]
        own = [match[1] for match in dashes if match]
        return cls(lines, entries, own[0]) if len(own) == len(entries) and len(set(own)) == 1 else None

    def extent(self, index: int) -> tuple[int, int]:
        """The lines of an entry, from and before, counted from 0; comments and blank lines after it are not its."""
        start = self.entries.items_at[index][0] - 1
        end = start + 1
        for number in range(start + 1, len(self.lines)):
            line = self.lines[number]
            if line.strip() and not line.lstrip().startswith("#"):
                if len(line) - len(line.lstrip()) <= len(self.dash):
                    break
                end = number + 1
        return start, end


def _added(text: str, symbol: str, settings: dict[str, Any], note: str) -> str:
    at = _Lines.of(text)
    if at is None:

        def change(root: Any) -> None:  # noqa: ANN401 -- ruamel's
            if "companies" not in root:
                root["companies"] = []
            root["companies"].append({symbol: settings} if settings else symbol)

        return changed(text, change)
    _, end = at.extent(len(at.entries) - 1)
    before = at.lines[end - 1]
    line_end = "\r\n" if before.endswith("\r\n") else "\n"
    if not before.endswith("\n"):
        at.lines[end - 1] = before + line_end
    at.lines.insert(end, f"{at.dash}- {_entry(symbol, settings, note)}{line_end}")
    return "".join(at.lines)


def _settled(text: str, found: Placed[Watched], symbol: str, settings: dict[str, Any]) -> str:
    """The text with other settings for an entry; those that are not given stay."""
    index = int(str(found.loc[1]))
    at = _Lines.of(text)
    if at is not None and isinstance(at.entries[index], str):
        line, column = at.entries.items_at[index]
        written = at.lines[line - 1]
        rest = written[column - 1 :]
        if match := re.match(re.escape(at.entries[index]) + r"(?=\s|$)", rest):
            entry = _entry(at.entries[index], settings)
            at.lines[line - 1] = written[: column - 1] + entry + rest[match.end() :]
            return "".join(at.lines)
    if at is not None and isinstance(at.entries[index], Map):
        ((key, before),) = at.entries[index].items()
        line, column = at.entries[index].values_at[key]
        written = at.lines[line - 1]
        head, rest = written[: column - 1], written[column - 1 :]
        if isinstance(before, Map) and (match := re.match(r"\{[^\n#\"']*\}(?=\s*(#|$))", rest)):
            at.lines[line - 1] = head + _flow({**before, **settings}) + rest[match.end() :]
            return "".join(at.lines)

    def change(root: Any) -> None:  # noqa: ANN401 -- ruamel's
        entry = root["companies"][index]
        if isinstance(entry, str):
            root["companies"][index] = {symbol: settings}
        else:
            key = next(iter(entry))
            entry[key] = {**(entry[key] or {}), **settings}

    return changed(text, change)


def _without(text: str, found: Placed[Watched], symbol: str) -> str:  # noqa: ARG001 -- asked like the other way
    index = int(str(found.loc[1]))
    at = _Lines.of(text)
    if at is not None:
        start, end = at.extent(index)
        del at.lines[start:end]
        return "".join(at.lines)

    def change(root: Any) -> None:  # noqa: ANN401 -- ruamel's
        del root["companies"][index]

    return changed(text, change)


def _excepted(text: str, found: Placed[Watched], symbol: str) -> str:
    """The text with a stock left out of the group that names it."""
    index = int(str(found.loc[1]))
    at = _Lines.of(text)
    entry = None if at is None else at.entries[index]
    if at is not None and isinstance(entry, Map) and "except" not in entry:
        line, column = entry.place
        written = at.lines[line - 1]
        ending = written[len(written.rstrip("\r\n")) :]
        if written[column - 1] != "{":
            indent = at.dash + " " * (column - 1 - len(at.dash))
            at.lines.insert(at.extent(index)[1], f"{indent}except: [{symbol}]{ending or chr(10)}")
            if not ending:
                at.lines[line - 1] += "\n"
            return "".join(at.lines)

    def change(root: Any) -> None:  # noqa: ANN401 -- ruamel's
        entry = root["companies"][index]
        before = entry.get("except", [])
        entry["except"] = [*([before] if isinstance(before, str) else before), symbol]

    return changed(text, change)
