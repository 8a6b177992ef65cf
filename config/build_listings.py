"""Makes the shipped table of listed companies: `python -m config.build_listings`, or `make listings`.

Facts come from four places, each able to correct the one before: the table as it is, the SEC's list of tickers
(`--sec FILE`), the members of the world's indices (`--indices`, from the development package pytickersymbols), and
`world.tsv`, which is written by hand. Names and their classes are derived anew each time, so this is to be run again
after every change of `config.naming`, `companies.yaml` or `world.tsv`; the same facts give the same bytes.
"""

import argparse
import csv
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from config import issuers, listings
from config.exchanges import BY_SUFFIX, exchange_of
from config.issuers import bare, filed, is_foreign, new_id, readable, refreshed, same_names
from config.listings import SHIPPED_TABLE, Row
from config.load import written_companies
from config.names import folded
from config.naming import INDEXED, LARGE
from config.words import words

WORLD = Path(__file__).parent / "world.tsv"
"""Facts by hand: weight, symbols (main first), name, other names, note; `#` begins a comment."""

LARGE_INDICES = frozenset({"DOW JONES", "NASDAQ 100", "S&P 100", "S&P 500"})
AMERICAN_INDICES = LARGE_INDICES | {"S&P 600"}
SUFFIXES = {
    "AEX": ".AS",
    "BEL 20": ".BR",
    "CAC_40": ".PA",
    "CAC Mid 60": ".PA",
    "DAX": ".DE",
    "MDAX": ".DE",
    "SDAX": ".DE",
    "TecDAX": ".DE",
    "FTSE 100": ".L",
    "IBEX 35": ".MC",
    "NIKKEI 225": ".T",
    "OMX Helsinki 25": ".HE",
    "OMX Stockholm 30": ".ST",
    "Switzerland 20": ".SW",
}
"""Where the members of an index of pytickersymbols are at home."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of one issuer beyond the SEC's list; `american` are symbols that may belong to it there."""

    name: str
    symbols: tuple[str, ...]
    common: tuple[str, ...] = ()
    weight: int = INDEXED
    note: str = ""
    american: tuple[str, ...] = ()


def added(rows: Sequence[Row], facts: Iterable[Fact], *, by_hand: bool) -> tuple[Row, ...]:
    """The rows with what `facts` say; what is written by hand names an issuer and says which listing is the main one.

    A symbol that the SEC gives to another by now is not taken from it, neither for one that is no longer listed nor for
    one that only had receipts under it.
    """
    found = {row.id: row for row in rows}
    by_symbol = {symbol: row.id for row in rows for symbol in row.symbols}
    by_name = {name: row.id for row in rows if is_foreign(row) for name in same_names(row)}
    for fact in facts:
        own = _own(fact, by_hand=by_hand)
        ids = [by_symbol[symbol] for symbol in fact.symbols if symbol in by_symbol]
        receipts = [by_symbol[symbol] for symbol in fact.american if symbol in by_symbol]
        ids += [id_ for id_ in receipts if not fact.symbols or _alike(own, found[id_])]
        if fact.note:
            ids = [id_ for id_ in ids if found[id_].note or same_names(own) & same_names(found[id_])]
            own = replace(own, symbols=tuple(symbol for symbol in own.symbols if symbol not in by_symbol))
        listed = [id_ for id_ in ids if found[id_].weight and not found[id_].note]
        named = [by_name[name] for name in same_names(own) if name in by_name]
        id_ = next(iter((*listed, *ids, *named)), None)
        if id_ is not None:
            row = _joined(found[id_], fact, by_hand=by_hand)
            if by_hand and row.name != found[id_].name:
                row = replace(row, id=new_id(row.name, row.symbols[0], found.keys() - {id_}))
                del found[id_]
        elif own.symbols:
            row = replace(own, id=new_id(own.name, own.symbols[0], found))
        else:
            continue
        found[row.id] = row
        by_symbol |= {symbol: row.id for symbol in row.symbols if by_symbol.get(symbol, id_) == id_}
        if is_foreign(row):
            by_name |= dict.fromkeys(same_names(row), row.id)
    return tuple(found.values())


def _alike(one: Row, other: Row) -> bool:
    """Whether the names of two issuers have a word in common."""
    words, others = (
        {word for name in (row.legal, row.name, *row.common) for word in folded(readable(name)).split()}
        for row in (one, other)
    )
    return not words.isdisjoint(others)


def _own(fact: Fact, *, by_hand: bool) -> Row:
    name = fact.name if by_hand else readable(fact.name)
    return Row("", name, fact.symbols, fact.name, fact.common, fact.weight, note=fact.note)


def _joined(row: Row, fact: Fact, *, by_hand: bool) -> Row:
    """A known issuer with a fact more; one that is listed in the US stays so first."""
    if by_hand and "." not in "".join(fact.symbols[:1]):
        symbols = (*fact.symbols[:1], *row.symbols, *fact.symbols)
    elif "." not in row.symbols[0] and row.weight > 0:
        symbols = (*row.symbols, *fact.symbols)
    else:
        symbols = (*fact.symbols, *row.symbols)
    name, common = bare(row.name), (*row.common, fact.name, *fact.common)
    if by_hand:
        before = () if bare(row.name) == readable(row.legal) else (bare(row.name),)
        name, common = fact.name, (*fact.common, *row.common, *before)
    return replace(
        row,
        name=name,
        symbols=tuple(dict.fromkeys(symbols)),
        common=tuple(one for one in dict.fromkeys(common) if one not in {name, row.legal}),
        weight=max(row.weight, fact.weight),
        note=row.note and fact.note if row.cik and "." not in row.symbols[0] else fact.note,
    )


def of_indices(indices: Mapping[str, Mapping[str, Any]]) -> tuple[Fact, ...]:
    """The members of pytickersymbols' indices."""
    return tuple(
        fact
        for index, content in indices.items()
        for member in content["companies"]
        if (fact := _member(index, member)) is not None
    )


def _member(index: str, member: Mapping[str, Any]) -> Fact | None:
    name = " ".join(str(member["name"]).replace("|", " ").split())
    symbol = str(member.get("symbol") or "")
    yahoo = [one["yahoo"] for one in member.get("symbols", ()) if one.get("yahoo")]
    weight = LARGE if index in LARGE_INDICES else INDEXED
    if index in AMERICAN_INDICES:
        return Fact(name, (), weight=weight, american=(symbol.replace(".", "-"),)) if symbol else None
    home = _home(SUFFIXES.get(index, ""), symbol, yahoo)
    return Fact(name, (home,) if home else (), weight=weight, american=tuple(one for one in yahoo if "." not in one))


def _home(suffix: str, symbol: str, yahoo: Sequence[str]) -> str:
    """The Yahoo symbol of an index member's own exchange; "" if nothing says it."""
    doubled = re.fullmatch(r"(.+?)(\.[A-Z]{1,2})\.[A-Z]{1,2}", symbol)
    if doubled and doubled[2] in BY_SUFFIX:
        return doubled[1] + doubled[2]
    if "." in symbol and symbol[symbol.rindex(".") :] in BY_SUFFIX and not symbol.endswith(".F"):
        return symbol
    listed = next((one for one in yahoo if suffix and one.endswith(suffix)), "")
    return listed or (symbol + suffix if symbol and suffix and re.fullmatch(r"[A-Z0-9-]+", symbol) else "")


def of_hand(lines: Iterable[str]) -> tuple[Fact, ...]:
    """The rows of `world.tsv`. Raises ValueError for one that cannot be meant."""
    written = [line for line in lines if line.strip() and not line.startswith("#")]
    facts = []
    for weight, symbols, name, *rest in csv.reader(written, delimiter="\t", quoting=csv.QUOTE_NONE):
        common, note = (*rest, "", "")[:2]
        own = tuple(symbols.split(","))
        for symbol in own:
            exchange_of(symbol)
        others = tuple(one for one in common.split("|") if one)
        facts.append(Fact(name, own, others, int(weight), note))
    return tuple(facts)


def main() -> None:
    """Read what is asked for, write the table, say how large it became."""
    parser = argparse.ArgumentParser(description="Makes the shipped table of listed companies.")
    parser.add_argument("--sec", type=Path, metavar="FILE", help="the SEC's company_tickers_exchange.json: a new start")
    parser.add_argument("--as-of", type=date.fromisoformat, metavar="DAY", help="the day of that file")
    parser.add_argument("--indices", action="store_true", help="read the members of indices (needs pytickersymbols)")
    given = parser.parse_args()
    if given.sec:
        if given.as_of is None:
            parser.error("--sec needs --as-of")
        as_of = given.as_of
        rows, _ = refreshed((), filed(given.sec.read_bytes()), as_of)
    else:
        as_of, rows = listings.rows(SHIPPED_TABLE.read_bytes())
    if given.indices:
        rows = added(rows, of_indices(import_module("pytickersymbols.indices_data").INDICES), by_hand=False)
    rows = added(rows, of_hand(WORLD.read_text(encoding="utf-8").splitlines()), by_hand=True)
    rows = issuers.named(issuers.distinct(rows), written_companies(), words())
    packed = listings.pack(rows, as_of)
    listings.write(SHIPPED_TABLE, packed)
    symbols = sum(len(row.symbols) for row in rows)
    aliases = sum(len(row.aliases) for row in rows)
    sys.stdout.write(f"{len(rows):,} issuers, {symbols:,} listings, {aliases:,} names, {len(packed):,} bytes\n")


if __name__ == "__main__":
    main()
