"""The wide table of listed companies: one line an issuer, compressed, with its names' classes worked out beforehand.

Reads and writes that table and nothing else; every start reads it, so a line becomes a `Company` without a detour.
Where the rows come from is the business of `config.issuers`, how they give way to hand-written companies that of
`config.companies`.
"""

import gc
import gzip
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TypeAlias

from config.exchanges import BY_SUFFIX
from config.types import Alias, AliasClass, Company, Instrument, Origin

SHIPPED_TABLE = Path(__file__).parent / "listings.tsv.gz"
NAME = SHIPPED_TABLE.name
"""What the file is called wherever a refreshed one is kept."""

FORMAT = 1
"""Raised when older programs could not read the table any more."""
LARGEST = 32_000_000
"""Unpacked bytes beyond which a file is none of ours: some twenty times what is shipped."""
_CODES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PUBLIC = 0o644
"""Permissions of a table: facts that anyone may read."""
_GZIP = 31
"""What zlib calls a gzip file of any size."""
_BREAKING = frozenset("\t\n\r|")
_Kinds: TypeAlias = Mapping[str, tuple[str, AliasClass]]


class ListingsError(ValueError):
    """A file is no table of listings that this program can read; `args[0]` says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of an issuer, and the names derived from it.

    `name` is for people, `legal` as its source spells it, `common` what index lists and people call it. `symbols` are
    Yahoo's, the main listing first. `weight` says whose a contested name is (3 a large index, 2 any index, 1 a US
    exchange, 0 the rest), `fund` that it is a fund, a trust or a shell, `cik` is the SEC's number, 0 for none. `note`
    says since when it is no longer listed, "" if it is.
    """

    id: str
    name: str
    symbols: tuple[str, ...]
    legal: str = ""
    common: tuple[str, ...] = ()
    weight: int = 0
    fund: bool = False
    cik: int = 0
    note: str = ""
    aliases: tuple[Alias, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A whole table: `as_of` is the day of its facts; `digest` is SHA-256 of its text, the same on every machine."""

    as_of: date
    companies: Mapping[str, Company]
    digest: str = ""


NOTHING = Table(date.min, {})


def read(path: Path) -> Table:
    """The table of a file; the last two that were read are kept for as long as their files do not change.

    Raises ListingsError if it is none, or cannot be read.
    """
    try:
        state = path.stat()
        return _read(path, state.st_mtime_ns, state.st_size)
    except OSError as error:
        raise ListingsError(f"cannot be read: {error.strerror or error}") from error


@lru_cache(maxsize=2)
def _read(path: Path, changed: int, size: int) -> Table:
    del changed, size
    with path.open("rb") as file:
        packed = file.read(LARGEST + 1)
    return parse(packed)


def parse(packed: bytes) -> Table:
    """The table of a file's content. Raises ListingsError if it is none."""
    with _told(), uncollected():
        as_of, kinds, lines, digest = _open(packed)
        return Table(as_of, dict(_companies(lines, kinds)), digest)


def rows(packed: bytes) -> tuple[date, tuple[Row, ...]]:
    """All that a file's content says, for those who make the next table. Raises ListingsError if it is none."""
    with _told():
        as_of, kinds, lines, _ = _open(packed)
        return as_of, tuple(_row(line, kinds) for line in lines)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except ListingsError:
        raise
    except (zlib.error, ValueError, KeyError, TypeError) as error:
        raise ListingsError("is no table of listings") from error


@contextmanager
def uncollected() -> Iterator[None]:
    """Without garbage collection: of a hundred thousand objects that stay it finds none, and takes half of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _open(packed: bytes) -> tuple[date, _Kinds, list[str], str]:
    unpacker = zlib.decompressobj(wbits=_GZIP)
    content = unpacker.decompress(packed, LARGEST)
    if not unpacker.eof:
        raise ListingsError("is cut off, or far too long")
    head, *lines = content.decode().removesuffix("\n").split("\n")
    header = json.loads(head)
    if header["format"] != FORMAT:
        raise ListingsError(f"has format {header['format']}, this version reads {FORMAT}")
    kinds = {code: (via, AliasClass(trust)) for code, (via, trust) in zip(_CODES, header["kinds"], strict=False)}
    return date.fromisoformat(header["as_of"]), kinds, lines, sha256(content).hexdigest()


def _row(line: str, kinds: _Kinds) -> Row:
    id_, name, symbols, aliases, legal, common, weight, fund, cik, note = line.split("\t")
    return Row(
        id=id_,
        name=name,
        symbols=tuple(symbols.split(",")),
        legal=legal or name,
        common=tuple(common.split("|")) if common else (),
        weight=int(weight),
        fund=bool(fund),
        cik=int(cik or 0),
        note=note,
        aliases=_aliases(name, aliases, kinds),
    )


def _companies(lines: Iterable[str], kinds: _Kinds) -> Iterator[tuple[str, Company]]:
    for line in lines:
        id_, name, symbols, aliases, _, _, _, _, _, note = line.split("\t")
        instruments = tuple([_instrument(symbol) for symbol in symbols.split(",")])
        yield id_, Company(id_, name, _aliases(name, aliases, kinds), instruments, note=note, origin=Origin.LISTED)


def _aliases(name: str, written: str, kinds: _Kinds) -> tuple[Alias, ...]:
    return tuple([Alias(one[1:] or name, *kinds[one[0]]) for one in written.split("|")]) if written else ()


def _instrument(symbol: str) -> Instrument:
    _, dot, suffix = symbol.rpartition(".")
    exchange = BY_SUFFIX[dot + suffix if dot else ""]
    return Instrument(symbol, exchange.mic, exchange.currency)


def pack(rows: Iterable[Row], as_of: date) -> bytes:
    """A file's content for `rows`, in order of their ids; the same bytes for the same rows.

    Raises ValueError for a text that would break a line.
    """
    rows = sorted(rows, key=lambda row: row.id)
    kinds = sorted({(alias.via, alias.trust.value) for row in rows for alias in row.aliases})
    codes = dict(zip(kinds, _CODES, strict=False))
    header = json.dumps({"format": FORMAT, "as_of": as_of.isoformat(), "kinds": kinds})
    content = "\n".join([header, *(_line(row, codes) for row in rows)]) + "\n"
    return gzip.compress(content.encode(), 9, mtime=0)


def _line(row: Row, codes: Mapping[tuple[str, str], str]) -> str:
    texts = [row.id, row.name, row.legal, row.note, *row.common, *(alias.text for alias in row.aliases)]
    if any(not _BREAKING.isdisjoint(text) for text in texts):
        raise ValueError(f"{row.id}: a name holds a tab, a line's end or a bar")
    aliases = [
        codes[alias.via, alias.trust.value] + ("" if alias.text == row.name else alias.text) for alias in row.aliases
    ]
    cells = (
        row.id,
        row.name,
        ",".join(row.symbols),
        "|".join(aliases),
        "" if row.legal == row.name else row.legal,
        "|".join(row.common),
        str(row.weight),
        "x" if row.fund else "",
        str(row.cik or ""),
        row.note,
    )
    return "\t".join(cells)


def write(path: Path, packed: bytes) -> None:
    """Put a file's content in its place at once: readers see the old one or the new one. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.write(packed)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).chmod(_PUBLIC)
            Path(file.name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(file.name).unlink()
            raise
