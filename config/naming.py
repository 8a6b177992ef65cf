"""From issuers' names to the aliases that texts may use, each with its owner and how far it can be trusted.

Pure: names and word facts in, aliases out. It is run where the wide table of listings is made or refreshed, never
when a text is read. `config.names` takes a name apart, `config.trust` judges what is left; here a name that several
issuers claim finds its owner.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from config.names import INDEXED, LARGE, LISTED, OTHER, SHORTEST_WORD, Form, Issuer, folded, forms, legal_form
from config.trades import TAILS
from config.trust import trust_of
from config.types import Alias, AliasClass
from config.words import Words

__all__ = ["INDEXED", "LARGE", "LISTED", "OTHER", "Issuer", "aliases_of", "aliases_of_all", "folded"]

LONGEST_TICKER = 5
"""Letters of the longest symbol that could be a word in capitals."""
_SAME_FORM = {
    **dict.fromkeys(("inc", "incorporated"), ("inc", "incorporated")),
    **dict.fromkeys(("corp", "corporation"), ("corp", "corporation", "co")),
    **dict.fromkeys(("co", "company"), ("co", "company")),
    **dict.fromkeys(("ltd", "limited"), ("ltd", "limited")),
}


@dataclass(frozen=True, slots=True)
class _Claim:
    """An issuer's claim to a name; `full` is that of which it is a form, folded."""

    issuer: Issuer
    form: Form
    alias: Alias
    full: str

    @property
    def strength(self) -> int:
        """A weight counts two, a name in full three, initials that are the ticker as well (AMC) four.

        Who is listed abroad alone loses three, so that no foreign name beats an American short form.
        """
        abroad = all("." in symbol for symbol in self.issuer.symbols)
        own = len(self.form.text) < SHORTEST_WORD and self.form.text.upper() in self.issuer.symbols
        return 2 * self.issuer.weight + (0 if self.form.cut else 3) + (4 if own else 0) - (3 if abroad else 0)


def aliases_of(issuer: Issuer, words: Words) -> tuple[Alias, ...]:
    """Every alias of one issuer, its full name first, as if no other issuer claimed any."""
    return aliases_of_all((issuer,), words)[issuer.id]


def aliases_of_all(
    issuers: Iterable[Issuer], words: Words, taken: Collection[str] = ()
) -> dict[str, tuple[Alias, ...]]:
    """The aliases of all issuers by id, each name with one owner.

    `taken` are names (see `folded`) that others have already, such as those written by hand. A name that several
    claim is the strongest one's, nobody's among equals; what is called so in full keeps it with its legal form.
    Symbols that are words come as aliases too, so that nobody reads them bare.
    """
    issuers = tuple(issuers)
    claims: dict[str, list[_Claim]] = {}
    for issuer in issuers:
        for name, claim in _claims(issuer, words).items():
            claims.setdefault(name, []).append(claim)
    found: dict[str, dict[str, Alias]] = {issuer.id: {} for issuer in issuers}
    for name, claimed in claims.items():
        owner = None if name in taken else _owner(claimed)
        for claim in claimed:
            own = found[claim.issuer.id]
            if claim.issuer.id == owner and claim.alias.trust is not AliasClass.GENERIC:
                own.setdefault(name, claim.alias)
            elif not claim.form.cut:
                for alias in _with_legal_form(claim):
                    longer = folded(alias.text)
                    if longer not in taken and longer not in claims:
                        own.setdefault(longer, alias)
    return {issuer.id: (*found[issuer.id].values(), *_tickers(issuer, words)) for issuer in issuers}


def _claims(issuer: Issuer, words: Words) -> dict[str, _Claim]:
    """What an issuer may be called, by name, the fullest form first."""
    found: dict[str, _Claim] = {}
    for name in (issuer.legal, *issuer.common):
        full = ""
        for form in forms(name, issuer, words):
            key = folded(form.text)
            full = full or key
            if key and (key not in found or form.cut < found[key].form.cut):
                found[key] = _Claim(issuer, form, Alias(form.text, "name", trust_of(form, issuer, words)), full)
    return found


def _owner(claims: Sequence[_Claim]) -> str | None:
    """Whose a name is: the strongest claim's, or of equal ones that which the others extend.

    So Cheniere is Cheniere Energy, not Cheniere Energy Partners.
    """
    strongest = max(claim.strength for claim in claims)
    best = sorted((claim for claim in claims if claim.strength == strongest), key=lambda claim: claim.form.cut)
    extended = all(claim.full.startswith(best[0].full) for claim in best)
    alone = len(best) == 1 or (extended and best[0].form.cut < best[1].form.cut)
    return best[0].issuer.id if alone else None


def _with_legal_form(claim: _Claim) -> Iterator[Alias]:
    """A name that others have too, with the legal form that tells this one from them."""
    core, form = legal_form(claim.issuer.legal)
    name = claim.form.text
    if folded(name) in TAILS:
        yield Alias(f"The {name}", "name", AliasClass.DISTINCT)
    elif form and folded(core) in {folded(name), f"the {folded(name)}"}:
        for one in _SAME_FORM.get(form, (form,)):
            yield Alias(f"{name} {one.title()}", "name", AliasClass.DISTINCT)
            yield Alias(f"{name}, {one.title()}", "name", AliasClass.DISTINCT)


def _tickers(issuer: Issuer, words: Words) -> Iterator[Alias]:
    """The symbols that are words, so that even in capitals they name nobody without their dress."""
    for symbol in issuer.symbols:
        if symbol.isalpha() and len(symbol) <= LONGEST_TICKER and symbol.lower() in words:
            yield Alias(symbol, "ticker", AliasClass.GENERIC)
