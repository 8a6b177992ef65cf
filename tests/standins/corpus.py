"""The feeds that other readers are tested with, where they are at hand, and what those readers expect of them.

Three kinds of expectation are understood: feedparser's `Expect` comments, gofeed's JSON beside the feed, and
fastfeedparser's. Of each the number of items, their titles and links are taken.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3] / "shared" / "feeds"
"""Beside the repository; a person who has only that runs the suite without."""

_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_EXPECT = re.compile(r"Expect:\s*(.*)", re.DOTALL)
_HEADER = re.compile(r"^\s*Header:\s*content-type:\s*(.*)$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What another reader finds: the number of items if it says so, and fields of some of them by place."""

    count: int | None
    fields: Mapping[tuple[int, str], str]


def files() -> list[Path]:
    """Every feed of the corpus."""
    return sorted(p for p in ROOT.rglob("*") if p.is_file() and p.name not in {"LICENSE", "SOURCE.txt"})


def name(path: Path) -> str:
    """A feed's place in the corpus."""
    return path.relative_to(ROOT).as_posix()


def content_type(path: Path, body: bytes) -> str:
    """What feedparser's tests say that the server says."""
    comment = _COMMENT.search(body[:4000].decode("latin-1")) if "feedparser/" in name(path) else None
    header = _HEADER.search(comment[1]) if comment else None
    return header[1].strip() if header else ""


def wanted(path: Path, body: bytes) -> Wanted | None:
    """What is expected of a feed; None where nothing about items is."""
    if name(path).startswith("feedparser/"):
        return _of_comment(body)
    if name(path).startswith("reader/"):
        return None  # its JSON files are feeds like the others
    for other in (path.with_suffix(".json"), path.with_name(f"{path.stem}_expected.json"),
                  path.with_name(f"{path.stem}.expected.json")):  # fmt: skip
        if other != path and other.is_file():
            return _of_json(json.loads(other.read_text(encoding="utf-8")))
    return None


def _of_json(root: Any) -> Wanted | None:  # noqa: ANN401  whatever stands in the file
    listed = root.get("items", root.get("entries")) if isinstance(root, dict) else None
    if listed is None:
        return Wanted(0, {})
    fields = {}
    for n, one in enumerate(listed):
        for key in ("title", "link"):
            value = one.get(key) or (one.get("url") if key == "link" else None)
            if isinstance(value, str):
                fields[n, key] = value
    return Wanted(len(listed), fields)


def _of_comment(body: bytes) -> Wanted | None:
    """Comparisons of entries with a literal, joined by `and`, out of an `Expect`."""
    for encoding in ("utf-8", "utf-16", "latin-1"):
        comment = _COMMENT.search(body.decode(encoding, "replace"))
        if comment and (said := _EXPECT.search(comment[1])):
            break
    else:
        return None
    try:
        tree = ast.parse(" ".join(said[1].split()), mode="eval").body
    except SyntaxError:
        return None
    count, fields = None, {}
    for clause in tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]:
        if not (isinstance(clause, ast.Compare) and isinstance(clause.ops[0], ast.Eq)):
            continue
        try:
            value = ast.literal_eval(clause.comparators[0])
        except ValueError:
            continue
        left = ast.unparse(clause.left)
        if left == "len(entries)":
            count = value
        elif place := re.fullmatch(r"entries\[(\d+)\](?:\['(title|link)'\]|\.(title|link))", left):
            fields[int(place[1]), place[2] or place[3]] = str(value)
    return Wanted(count, fields) if fields or count is not None else None


def seeds(smaller_than: int) -> Iterator[bytes]:
    """Bodies to mutate."""
    for path in files():
        if path.stat().st_size < smaller_than:
            yield path.read_bytes()
