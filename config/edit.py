"""Changes to the user's YAML files that programs make: atomic, and with every comment kept.

The only module that meets ruamel.yaml to write. A change is made in memory, checked as the daemon would read it, and
only then takes the file's place, whole; so an editor, a crash or a running daemon never sees half of it.
"""

import io
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from config.load import load
from config.types import Feed

SETTINGS = "aftershock.yaml"
MAX_ID = 40
_INDENTED = re.compile(r"^[^\s#-][^\n]*:[^\S\n]*(?:#[^\n]*)?\n(?:[^\S\n]*(?:#[^\n]*)?\n)*( +)[^\s#-]", re.MULTILINE)
"""How far the first setting inside another stands in, which a file then keeps throughout."""
_SEQUENCE = re.compile(
    r"^(?P<key> *)[^\s#-][^\n]*:[^\S\n]*(?:#[^\n]*)?\n(?:[^\S\n]*(?:#[^\n]*)?\n)*(?P<dash> *)- ", re.MULTILINE
)
_NO_ID = re.compile(r"[^a-z0-9]+")
_PLAIN = re.compile(r"[A-Za-z0-9][\w .'()/-]*")


class EditError(Exception):
    """A file could not be changed and is as it was; `args[0]` says why, for the person who asked."""


def add_feeds(folder: Path, feeds: Sequence[Feed], refreshed: Path | None = None) -> Path:
    """Follow these feeds: put them under `feeds: add:` of the settings, which are made if need be; give the file.

    Where `only` names the feeds to follow, they are named there too; `drop` loses them. Raises EditError.
    """

    def change(root: CommentedMap) -> None:
        section = _section(root, "feeds")
        if not isinstance(section.get("add"), CommentedSeq):
            section["add"] = CommentedSeq()
        for feed in feeds:
            entry = CommentedMap()
            entry["id"] = feed.id
            entry["name"] = _quoted(feed.name)
            entry["url"] = DoubleQuotedScalarString(feed.url)
            if feed.topic != "news":
                entry["topic"] = _quoted(feed.topic)
            entry.fa.set_flow_style()
            section["add"].append(entry)
            if isinstance(section.get("only"), CommentedSeq) and feed.id not in section["only"]:
                section["only"].append(feed.id)
            if isinstance(section.get("drop"), CommentedSeq) and feed.id in section["drop"]:
                section["drop"].remove(feed.id)

    return edit_text(folder, SETTINGS, lambda text: changed(text, change), refreshed)


def feed_id(name: str, taken: Collection[str]) -> str:
    """A short id for a feed of that name, other than all that are taken."""
    base = _NO_ID.sub("-", name.casefold()).strip("-")[:MAX_ID].strip("-") or "feed"
    number = 1
    while (one := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return one


def _section(root: CommentedMap, name: str) -> CommentedMap:
    if not isinstance(root.get(name), CommentedMap):
        root[name] = CommentedMap()
    section: CommentedMap = root[name]
    return section


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) and not text.endswith(" ") else DoubleQuotedScalarString(text)


def edit_text(folder: Path, name: str, change: Callable[[str], str], refreshed: Path | None = None) -> Path:
    """Apply `change` to the text of a file of `folder`; give the file.

    What is written has been checked, with the table of companies at `refreshed` if it is the newer one; what was wrong
    before is not touched. Raises EditError.
    """
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = path.resolve()
        before = path.read_bytes().decode("utf-8") if path.exists() else ""
        says_something = any(line.strip() and line.lstrip()[0] != "#" for line in before.splitlines())
        if says_something and (wrong := [p for p in load(folder, refreshed=refreshed).problems if p.fatal]):
            raise EditError(f"mend this first, nothing was changed: {wrong[0]}")
        after = change(before)
        if problems := _problems_of(folder, name, after, refreshed):
            raise EditError(f"nothing was changed, as it would be wrong: {problems[0]}")
        now = path.read_bytes().decode("utf-8") if path.exists() else ""
        if now != before:
            raise EditError(f"{path} has just been changed by somebody else, so it was left as it is: try again")
        _write(path, after)
    except (OSError, UnicodeDecodeError) as error:
        raise EditError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    except YAMLError as error:
        raise EditError(f"{path}: cannot be changed by a program: {error}. Write it yourself") from error
    return path


def changed(text: str, change: Callable[[CommentedMap], None]) -> str:
    """A YAML text after `change` to what it says, with its comments, quotes and order. Raises YAMLError."""
    if "\r\n" in text:
        return changed(text.replace("\r\n", "\n"), change).replace("\n", "\r\n")
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000
    step = len(found[1]) if (found := _INDENTED.search(text)) else 2
    nested = _SEQUENCE.search(text)
    offset = max(len(nested["dash"]) - len(nested["key"]), 0) if nested else 2
    yaml.indent(mapping=step, sequence=2 + offset, offset=offset)
    root = yaml.load(text)
    if root is None:  # nothing but comments, which ruamel does not keep
        root = CommentedMap()
        change(root)
        return text + ("\n" if text and not text.endswith("\n") else "") + _dumped(yaml, root)
    change(root)
    return _dumped(yaml, root)


def _dumped(yaml: YAML, root: CommentedMap) -> str:
    out = io.StringIO()
    yaml.dump(root, out)
    return out.getvalue()


def _problems_of(folder: Path, name: str, text: str, refreshed: Path | None) -> list[str]:
    """What would be wrong with the folder if that file of it were `text`."""
    with tempfile.TemporaryDirectory() as place:
        trial = Path(place) / "trial"
        shutil.copytree(folder, trial, ignore=_all_but_yaml)
        (trial / name).unlink(missing_ok=True)
        (trial / name).write_text(text, encoding="utf-8")
        return [str(p).replace(str(trial), str(folder)) for p in load(trial, refreshed=refreshed).problems if p.fatal]


def _all_but_yaml(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if not name.endswith((".yaml", ".yml")) and not (Path(folder) / name).is_dir()]


def _write(path: Path, text: str) -> None:
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    new = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.chmod(mode)
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
