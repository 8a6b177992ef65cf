"""From what the SEC files about issuers to the wide table: main listings, readable names, lasting ids, what changed.

Pure: rows and answers in, rows out; `aftershock companies update` and the maker of the shipped table run the same
code. A row keeps its id as long as its CIK or a symbol stays. Who is no longer filed is kept with a note, for
headlines still name them, until another takes the symbol.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from config.listings import ListingsError, Row
from config.naming import Issuer, aliases_of_all, folded
from config.types import Company
from config.words import Words

EXCHANGES = frozenset({"Nasdaq", "NYSE", "CBOE"})
"""The SEC's names for the exchanges of the US; all else is traded over the counter."""
ENOUGH = 0.8
"""Share of what is known that an answer must bring: the SEC's list changes by some rows a day, not by thousands."""

WRITTEN = 4
"""The weight of what is written by hand: more than any index gives."""
UNLISTED = "no longer listed"
"""How the note of such a company begins."""

_FIELDS = ("cik", "name", "ticker", "exchange")
_SYMBOL = re.compile(r"[A-Z0-9]{1,6}(?:-[A-Z0-9]{1,3})?")
_SPECIAL = re.compile(r"-(?:P[A-Z]?|WT?[A-Z]?|UN?|RI?|R)$")
"""Preferred shares, warrants, units and rights of the New York Stock Exchange."""
_FIFTH = 5
_SPECIAL_FIFTH = frozenset("WURPONMZGHITV")
"""A fifth letter of Nasdaq's that no ordinary share has: warrants, units, rights, preferred shares and notes."""
_FUND = re.compile(
    r"""\b(?:funds?|etfs?|etn|acquisitions?(?:\s+(?:corp|co|company|inc|ltd|limited|i|\d)\b|\W*$)|merger\s+corp|spac
    |royalty\s+trust|oil\s+trust|wash\s+trust|liquidation\s+trust|physical|currencyshares|grayscale|osprey|ishares|spdr
    |(?:gold|silver|bitcoin|solana|platinum|crypto|commodity|commodities|municipals?|bond|debt|term|income|equity|credit
    |dividend|duration|floating|sciences?|micro-cap|small-cap|value|multimedia|utility|wellnessrx|focus|investors
    |strategy|opportunities|opportunity|opportunistic)
    (?:[\w&,\s-]*\s)?trust|trust\s+(?:series|units|for)|graniteshares|proshares)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_NO_FUND = re.compile(
    r"\b(?:reit|real\s+estate|realty|mortgage|property|properties|holdings|bancorp|bank)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Filed:
    """One ticker of the SEC's list."""

    cik: int
    name: str
    symbol: str
    exchange: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What a refresh changed, for people: `(name, symbol)`, or `(name, old, new)`."""

    new: tuple[tuple[str, str], ...] = ()
    renamed: tuple[tuple[str, str, str], ...] = ()
    symbols: tuple[tuple[str, str, str], ...] = ()
    gone: tuple[tuple[str, str], ...] = ()


def filed(answer: bytes) -> tuple[Filed, ...]:
    """The rows of the SEC's company_tickers_exchange.json; those whose symbol no price can be asked for are left out.

    Raises ListingsError if it is no such file.
    """
    try:
        content = json.loads(answer)
        places = [content["fields"].index(name) for name in _FIELDS]
        rows = [[row[place] for place in places] for row in content["data"]]
        return tuple(
            Filed(int(cik), " ".join(str(name).replace("|", " ").split()), symbol, str(exchange or ""))
            for cik, name, symbol, exchange in rows
            if isinstance(symbol, str) and _SYMBOL.fullmatch(symbol) and name
        )
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise ListingsError("is no list of tickers by exchange, as the SEC publishes it") from error


def refreshed(old: Sequence[Row], answer: Sequence[Filed], today: date) -> tuple[tuple[Row, ...], Changes]:
    """The rows of the next table, without aliases, and what is different from `old`.

    `answer` is the SEC's whole list; where a company was listed in the US and is no more, it stays with a note of
    `today`. Raises ListingsError if the answer is too short to be whole.
    """
    known = sum("." not in symbol for row in old if row.cik and not row.note for symbol in row.symbols)
    if len(answer) < ENOUGH * known:
        raise ListingsError(f"brings {len(answer):,} listings where {known:,} are known: it cannot be whole")
    groups: dict[int, list[Filed]] = {}
    for one in answer:
        groups.setdefault(one.cik, []).append(one)
    taken = {one.symbol for one in answer}
    ids = {row.id for row in old}
    before = _known(old, groups)
    found: list[Row] = []
    new: list[tuple[str, str]] = []
    for cik, group in groups.items():
        if cik in before:
            found.append(_again(before[cik], group, taken))
        else:
            found.append(_new(group, ids))
            ids.add(found[-1].id)
            new.append((found[-1].name, found[-1].symbols[0]))
    pairs = [(before[row.cik], row) for row in found if row.cik in before]
    matched = {row.id for row in before.values()}
    unfiled = [row for row in old if row.id not in matched]
    left = [_left(row, taken, today) for row in unfiled]
    gone = [now for row, now in zip(unfiled, left, strict=True) if now.symbols and now.note and not row.note]
    kept = distinct([*found, *(row for row in left if row.symbols)])
    mains = {row.symbols[0] for row in kept}
    return kept, Changes(
        new=tuple((name, symbol) for name, symbol in new if symbol in mains),
        renamed=tuple((n.id, b.name, n.name) for b, n in pairs if b.cik and folded(b.legal) != folded(n.legal)),
        symbols=tuple((n.name, b.symbols[0], n.symbols[0]) for b, n in pairs if b.symbols[0] != n.symbols[0]),
        gone=tuple((row.name, row.symbols[0]) for row in gone),
    )


def _known(old: Sequence[Row], groups: Mapping[int, Sequence[Filed]]) -> dict[int, Row]:
    """The rows of `old` by the CIK under which they are filed now: their own, else that of one of their symbols."""
    by_cik = {row.cik: row for row in old if row.cik}
    by_symbol = {symbol: row for row in old if not row.cik for symbol in row.symbols}
    found: dict[int, Row] = {}
    matched: set[str] = set()
    for cik, group in groups.items():
        row = by_cik.get(cik) or next((by_symbol[one.symbol] for one in group if one.symbol in by_symbol), None)
        if row is not None and row.id not in matched:
            found[cik] = row
            matched.add(row.id)
    return found


def _left(row: Row, taken: Collection[str], today: date) -> Row:
    """What becomes of a row that is not filed: it keeps the symbols that nobody else has."""
    symbols = tuple(symbol for symbol in row.symbols if symbol not in taken)
    home = tuple(symbol for symbol in symbols if "." in symbol)
    delisted = row.cik and not row.note and not home
    return replace(
        row,
        symbols=(*home, *(symbol for symbol in symbols if symbol not in home)),
        note=f"{UNLISTED} since {today.isoformat()}" if delisted else row.note,
    )


def _new(group: Sequence[Filed], ids: Collection[str]) -> Row:
    listings = sorted(group, key=lambda row: _rank(row, group))
    main = listings[0]
    name = readable(main.name)
    return Row(
        id=new_id(name, main.symbol, ids),
        name=name,
        symbols=tuple(row.symbol for row in listings),
        legal=main.name,
        weight=int(main.exchange in EXCHANGES),
        fund=is_fund(main.name),
        cik=main.cik,
    )


def _again(before: Row, group: Sequence[Filed], taken: Collection[str]) -> Row:
    """A known issuer with what is filed now; the main listing stays where it was as long as it is as good as any."""
    listings = sorted(group, key=lambda row: (*_rank(row, group)[:2], row.symbol != before.symbols[0]))
    main = listings[0]
    home = tuple(symbol for symbol in before.symbols if "." in symbol)
    american = tuple(row.symbol for row in listings)
    # A former symbol still means the company, so that what was written under it keeps its meaning.
    former = tuple(
        symbol
        for symbol in before.symbols
        if symbol not in taken and symbol not in home and not is_special(symbol, before.symbols)
    )
    symbols = (*american, *home, *former) if main.exchange in EXCHANGES else (*home, *american, *former)
    same = folded(main.name) == folded(before.legal)
    name = before.name if same or not before.cik else readable(main.name)
    common = before.common if name == before.name else (*before.common, before.name)
    return replace(
        before,
        name=name,
        legal=main.name,
        common=tuple(dict.fromkeys(common)),
        symbols=tuple(dict.fromkeys(symbols)),
        weight=max(before.weight, int(main.exchange in EXCHANGES)),
        fund=before.fund if same else is_fund(main.name),
        cik=main.cik,
        note="",
    )


def _rank(row: Filed, group: Sequence[Filed]) -> tuple[int, int, int]:
    """What sorts the listings of an issuer: an exchange first, then the ordinary share, then as the SEC has them."""
    return row.exchange not in EXCHANGES, is_special(row.symbol, [one.symbol for one in group]), group.index(row)


def is_special(symbol: str, siblings: Collection[str]) -> bool:
    """Whether a US symbol is a preferred share, a warrant, a unit, a right or a note of an issuer with `siblings`."""
    if _SPECIAL.search(symbol):
        return True
    if len(symbol) != _FIFTH or symbol[-1] not in _SPECIAL_FIFTH:
        return False
    return any(
        other == symbol[:-1] or (other != symbol and other[:-1] in {symbol[:-1], symbol[:-2]}) for other in siblings
    )


def is_fund(name: str) -> bool:
    """Whether a name is that of a fund, a trust of assets or a blank-cheque company, which headlines give in full."""
    return bool(_FUND.search(name)) and not _NO_FUND.search(name)


def named(rows: Sequence[Row], by_hand: Mapping[str, Company], words: Words) -> tuple[Row, ...]:
    """The rows with their aliases. A company written by hand has its own names first, and its row's after them."""
    owners = {i.symbol: company for company in by_hand.values() for i in company.instruments}
    absorbed = {row.id: owners[s] for row in rows for s in reversed(row.symbols) if s in owners}
    texts: dict[str, str] = {}
    for company in by_hand.values():
        for text in (company.name, *(alias.text for alias in company.aliases)):
            texts.setdefault(folded(text), company.id)
    with_row = {company.id for company in absorbed.values()}
    aliases = aliases_of_all(
        (_issuer(row, WRITTEN if row.id in absorbed else row.weight) for row in rows),
        words,
        {text for text, owner in texts.items() if owner not in with_row},
    )
    found = []
    for row in rows:
        owner = absorbed[row.id].id if row.id in absorbed else None
        own = tuple(
            alias
            for alias in aliases[row.id]
            if alias.via == "ticker" or texts.setdefault(folded(alias.text), row.id) == row.id
        )
        clash = owner is None and texts.get(folded(row.name), row.id) in by_hand
        name = f"{row.name} ({row.symbols[0]})" if clash else row.name
        found.append(replace(row, name=name, aliases=own))
    return tuple(found)


def _issuer(row: Row, weight: int) -> Issuer:
    return Issuer(row.id, row.legal, (bare(row.name), *row.common), row.symbols, 0 if row.note else weight, row.fund)


_ROMAN = re.compile(r"(?:II|III|IV|VI{0,3}|IX|XI{0,3})")
_TAIL = re.compile(r"\s*[/\\]\s*(?:[A-Za-z ]{2,14}\s*[/\\]?)?\s*$|\s*\([^()]*\)\s*$")
_LEGAL = re.compile(
    r"""[,\s]+(?:inc(?:orporated)?|corp(?:oration)?|co|company|ltd|limited|plc|l\.?l\.?c|l\.?p|n\.?\s?v|s\.?\s?a(?:\.?\s?b)?
    |s\.?\s?p\.?\s?a|a\.?\s?g|s\.?\s?e|a\.?\s?b|a[./\s]?s(?:a)?|oyj|kgaa|k\.?\s?k|tbk|pbc|bhd|pcl|p\.?j\.?s\.?c|gmbh)
    \.?(?:\s*\(?publ\)?)?$""",
    re.IGNORECASE | re.VERBOSE,
)
_AFTER = re.compile(r"(?:\s+(?:&|and)|,)$", re.IGNORECASE)
_SHORT = frozenset(  # words that are no initials, though as short
    """act aid air all and any ark art asi auto bar bay bed bel big bio bit blue bon box boy bus can cap car cat city
    clay co com core cup cut dad day de del der des dew dry due dun ear east eco el elm end epic era eye fan far fat fin
    first fit fly for fox fun gas gel gem gen geo get gold good gun guy hat hay hi high hill home hot ice in ink inn
    iron jet job joy key kid king la lab lake land las le leo life lion live log long los low lux mac man map max may
    med mid mill mod moon more mud my net new nine no north now nut oak of off oil old on one open opt or ore our out
    own park pay pet pie pin pit play plus pop port pot pro pub ray red rex rio road rock ron run safe sal san sea see
    set shoe silk sin sir six sky sol son south spa star sun surf tax tea tech ted ten the tie tin tip to top toy tree
    tri two up van via vie way web well west wet win wood yes you zen zip""".split()  # noqa: SIM905  a list of 200 words is read more easily so
)
_LONGEST_INITIALS = 3


def readable(legal: str) -> str:
    """A registrar's name as a newspaper would print it: no legal form, no state, capitals only where they belong."""
    name = legal
    while (shorter := _TAIL.sub("", name)) != name and shorter:
        name = shorter
    if name.isupper() or name == name.upper():
        name = " ".join(_cased(word, first=index == 0) for index, word in enumerate(name.split()))
    else:
        name = " ".join(_cased(word) if _is_shouted(word) else word for word in name.split())
    while (shorter := _AFTER.sub("", _LEGAL.sub("", name))) != name and shorter.strip(" ,&"):
        name = shorter
    return name.strip(" ,") or legal


def _is_shouted(word: str) -> bool:
    return word.isalpha() and word.isupper() and len(word) > _LONGEST_INITIALS + 1


def _cased(word: str, *, first: bool = False) -> str:
    letters = re.sub(r"[^A-Za-z]", "", word)
    low = letters.lower()
    if low in {"of", "and", "the", "for", "in", "de", "del", "la", "y", "e"}:
        return word.capitalize() if first else word.lower()
    if low not in _SHORT and (len(letters) <= _LONGEST_INITIALS or not re.search("[AEIOUY]", word)):
        return word if low not in {"inc", "ltd", "co", "plc", "llc"} else word.capitalize()
    if _ROMAN.fullmatch(word):
        return word
    return "-".join(re.sub(r"^\W*\w", lambda m: m.group().upper(), part.lower()) for part in word.split("-"))


def new_id(name: str, symbol: str, ids: Collection[str]) -> str:
    """A new id that stays: the name's, with the symbol where another has it."""
    plain = re.sub(r"[^a-z0-9]+", "-", folded(name).replace("&", " and ").replace("'", "")).strip("-")
    own = re.sub(r"[^a-z0-9]+", "-", symbol.casefold()).strip("-")
    if plain and plain not in ids:
        return plain
    return f"{plain}-{own}".strip("-") if f"{plain}-{own}".strip("-") not in ids else f"{plain}-{own}-2"


def distinct(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Each issuer once, each symbol with one row, and each name: the better known one has it, others show their symbol.

    What is traded over the counter under the name of a foreign issuer that is known is a listing of that issuer.
    """
    ordered = _together(sorted(rows, key=lambda row: (bool(row.note), -row.weight, row.id)))
    owners: dict[str, str] = {}
    for row in ordered:
        for symbol in row.symbols:
            owners.setdefault(symbol, row.id)
    names: set[str] = set()
    found = []
    for row in ordered:
        symbols = tuple(symbol for symbol in dict.fromkeys(row.symbols) if owners[symbol] == row.id)
        if not symbols:
            continue
        name = bare(row.name)
        if folded(name) in names:
            name = f"{name} ({symbols[0]})"
        names.add(folded(name))
        found.append(replace(row, symbols=symbols, name=name))
    return tuple(sorted(found, key=lambda row: row.id))


def _together(ordered: Sequence[Row]) -> list[Row]:
    """The rows, those of foreign shares over the counter joined to the one that has their name."""
    by_name: dict[str, str] = {}
    for row in ordered:
        if not row.note and (row.weight or "." in row.symbols[0]):
            for name in same_names(row):
                by_name.setdefault(name, row.id)
    found = {row.id: row for row in ordered}
    for row in ordered:
        if is_foreign(row) and not row.weight and "." not in row.symbols[0]:
            owner = next((by_name[name] for name in same_names(row) if name in by_name), None)
            if owner is not None:
                found[owner] = replace(found[owner], symbols=(*found[owner].symbols, *row.symbols))
                del found[row.id]
    return list(found.values())


def is_foreign(row: Row) -> bool:
    """Whether an issuer is at home abroad, as far as its symbols tell."""
    main = row.symbols[0] if row.symbols else "."
    return "." in main or (row.weight == 0 and len(main) == _FIFTH and main[-1] in _FOREIGN_FIFTH)


def same_names(row: Row) -> frozenset[str]:
    """What an issuer's name is compared by: without legal forms, receipts and articles."""
    names = (folded(readable(name)) for name in (row.legal, bare(row.name), *row.common))
    return frozenset(name.removeprefix("the ") for name in names if len(name) >= _LONGEST_INITIALS)


def bare(name: str) -> str:
    """A name without the symbol that tells it from another's."""
    return _WITH_SYMBOL.sub("", name)


_WITH_SYMBOL = re.compile(r" \([A-Z0-9.&-]+\)$")


_FOREIGN_FIFTH = frozenset("FY")
"""A fifth letter over the counter: an ordinary share of abroad, a receipt for one."""
