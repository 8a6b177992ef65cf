"""The checked companies.yaml files and the wide table -> all companies by id; who gives way to whom.

Pure. What a person wrote by hand wins: a row of the table that shares a symbol with it is the same company and is
folded into it, and a user's word on a row of the table changes what it says. The table's own aliases have classes
that were worked out with it, so a user's lists are added to them instead of taking their place.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from config import lint
from config.exchanges import exchange_of
from config.knowledge import CompaniesForm, CompanyForm, ListingForm
from config.lint import Placed
from config.listings import NOTHING, Table
from config.merge import Source
from config.registry import nearest_of
from config.tree import Document
from config.types import Alias, AliasClass, Company, Instrument, Origin, Problem, ShareCount


@dataclass(frozen=True, slots=True)
class Companies:
    """All companies by id, hand-written ones first; `dropped` are those a user wants to hear nothing of."""

    known: dict[str, Company]
    dropped: Mapping[str, Company] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Written:
    """What files say of one company: the latest form, and the latest place, of a user if `own`."""

    form: CompanyForm
    document: Document
    loc: tuple[Hashable, ...]
    base: Company | None
    own: bool
    own_symbols: bool = False
    symbols: set[str] = field(default_factory=set)
    """All that a file says or said: what a user takes from a company does not make another one of it."""

    def made(self, id_: str) -> Company:
        return replace(_company(id_, self.form, self.base), origin=Origin.YOURS if self.own else Origin.CURATED)


def merged(sources: Sequence[Source[CompaniesForm]], table: Table = NOTHING) -> Companies:
    """All companies. A later source replaces the fields it writes of a known company, or adds a new one."""
    written: dict[str, _Written] = {}
    problems: list[Problem] = []
    for source in sources:
        for id_, form in source.form.root.items():
            place = (source.document, (id_,))
            before = written.get(id_)
            base = _base(form, table.companies.get(id_), own=source.own)
            symbols = {listing.symbol for listing in form.symbols}
            if before is None and base is None and (form.name is None or form.drop):
                problems.append(source.document.problem((id_,), _unknown(id_, form, written), key=True))
            elif before is None:
                written[id_] = _Written(form, *place, base, source.own, source.own and bool(symbols), symbols)
            else:
                before.form = before.form.model_copy(update={key: getattr(form, key) for key in form.model_fields_set})
                before.document, before.loc = place
                before.own |= source.own
                before.symbols |= symbols
                before.own_symbols |= source.own and "symbols" in form.model_fields_set
    dropped = {id_: one.made(id_) for id_, one in written.items() if one.form.drop}
    kept = {id_: one for id_, one in written.items() if id_ not in dropped}
    placed = [Placed(one.made(id_), one.document, one.loc) for id_, one in kept.items()]
    files = [source.document for source in sources]
    latest_last = sorted(placed, key=lambda one: files.index(one.document))
    problems += [*lint.symbols(latest_last), *lint.aliases(latest_last), *_nothing_to_forbid(kept.values(), table)]
    known = {one.value.id: one.value for one in placed}
    return Companies(_with_listed(known, dropped, kept, table), dropped, tuple(problems))


def _base(form: CompanyForm, listed: Company | None, *, own: bool) -> Company | None:
    """The company of the table that a form speaks of: that of its id, unless the form's symbols are all others.

    A shipped form without symbols is a private company, whatever the table has under that id.
    """
    if listed is None or (own and "symbols" not in form.model_fields_set):
        return listed
    said = {listing.symbol for listing in form.symbols}
    return None if said.isdisjoint(i.symbol for i in listed.instruments) else listed


def _unknown(id_: str, form: CompanyForm, written: Iterable[str]) -> str:
    if not form.drop:
        return f"{id_} is a new company: add `name: ...`"
    near = nearest_of(id_, written)
    hint = f"did you mean {near}?" if near else "write its id, as `aftershock companies find` shows it"
    return f"there is no company {id_} to drop: {hint}"


def _nothing_to_forbid(kept: Iterable[_Written], table: Table) -> list[Problem]:
    """Warnings of names that are none of the company's anyway."""
    problems = []
    for one in (one for one in kept if one.form.never):
        id_ = str(one.loc[0])
        listed = (row for row in table.companies.values() if any(i.symbol in one.symbols for i in row.instruments))
        every = (_company(id_, one.form, one.base, forbid=False), *listed)
        names = {alias.text.casefold() for company in every for alias in company.aliases}
        problems += [
            one.document.problem((id_, "never"), f"{text} is no name of {id_} anyway: remove it here", fatal=False)
            for text in one.form.never
            if text.casefold() not in names
        ]
    return problems


def _with_listed(
    known: Mapping[str, Company], dropped: Mapping[str, Company], written: Mapping[str, _Written], table: Table
) -> dict[str, Company]:
    """Those of files, then those of the table that are not among them already."""
    owners = {symbol: id_ for id_, one in written.items() for symbol in one.symbols}
    owners |= {i.symbol: company.id for company in known.values() for i in company.instruments}
    owners |= {i.symbol: "" for company in dropped.values() for i in company.instruments}
    found = dict(known)
    for id_, company in table.companies.items():
        owner = None
        for instrument in company.instruments:
            owner = owners.get(instrument.symbol)
            if owner is not None:
                break
        if owner is None:
            if id_ in known or id_ in dropped:
                id_ = f"{id_}-{company.instruments[0].symbol.casefold()}"  # noqa: PLW2901  the name was taken
                company = replace(company, id=id_)  # noqa: PLW2901
            found[id_] = company
        elif owner:
            found[owner] = _joined(found[owner], written[owner], company, owners)
    return found


def _joined(own: Company, written: _Written, listed: Company, owners: Mapping[str, str]) -> Company:
    """A written company with what the table knows of it: more listings, and names that the file does not speak of."""
    said = {alias.text.casefold() for alias in own.aliases} | {text.casefold() for text in written.form.never}
    aliases = tuple(alias for alias in listed.aliases if alias.text.casefold() not in said)
    listings = () if written.own_symbols else tuple(i for i in listed.instruments if i.symbol not in owners)
    note = own.note or (listed.note if own.symbol in {i.symbol for i in listed.instruments} else "")
    return replace(own, aliases=(*own.aliases, *aliases), instruments=(*own.instruments, *listings), note=note)


def _company(id_: str, form: CompanyForm, base: Company | None = None, *, forbid: bool = True) -> Company:
    """What a form says, over what the table says if it has that company."""
    never = {text.casefold() for text in form.never} if forbid else set()
    written = form.model_fields_set
    name = form.name or (base.name if base else id_)
    aliases = _aliases(name if base is None else form.name, form)
    if base is not None:
        said = {alias.text.casefold() for alias in aliases}
        aliases = (*(alias for alias in base.aliases if alias.text.casefold() not in said), *aliases)
    return Company(
        id=id_,
        name=name,
        aliases=tuple(alias for alias in aliases if alias.text.casefold() not in never),
        instruments=(
            base.instruments
            if base is not None and "symbols" not in written
            else tuple(_instrument(listing) for listing in form.symbols)
        ),
        groups=form.groups,
        ai_business=form.ai_business,
        shares=None if form.shares is None else ShareCount(form.shares.count, form.shares.as_of, form.shares.source),
        note="" if base is None else base.note,
    )


def _aliases(name: str | None, form: CompanyForm) -> tuple[Alias, ...]:
    """Every way to name a company, its name first; of two claims for one text the more careful one counts."""
    own = () if name is None else (name,)
    found = {text.casefold(): Alias(text) for text in own}
    for texts, via, trust in (
        (form.brands, "brand", AliasClass.SAFE),
        (form.people, "person", AliasClass.SAFE),
        ((*own, *form.aliases), "name", AliasClass.SAFE),
        (form.cased, "name", AliasClass.CASED),
        (form.doubtful_brands, "brand", AliasClass.DOUBTFUL),
        (form.doubtful, "name", AliasClass.DOUBTFUL),
    ):
        found |= {text.casefold(): Alias(text, via, trust) for text in texts}
    return tuple(found.values())


def _instrument(listing: ListingForm) -> Instrument:
    exchange = exchange_of(listing.symbol)
    return Instrument(listing.symbol, exchange.mic, listing.currency or exchange.currency, listing.per)
