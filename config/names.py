"""The forms of a company's name, from the registrar's spelling to what people say.

Pure. Registrars write HORTON D R INC /DE/ and AKAMAI TECHNOLOGIES INC; newspapers D.R. Horton and Akamai. Every form
remembers how many words it lacks of the full name; how far it can be trusted is for `config.trust` to say.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from config.trades import CORPORATE, FRAMES, LEGAL, RANKS, SMALL, TRADES
from config.words import Words

LARGE, INDEXED, LISTED, OTHER = 3, 2, 1, 0
"""An issuer's weight: in a large country's main index or written by hand; in any index; on a US exchange; the rest."""

RARE, COMMON = 2.6, 3.9
"""Zipf values: below the first a word is hardly met but as a name, above the last in any newspaper. By measure."""
FAMILIAR = 4.2
"""Zipf value up to which a word may stand for a firm that few know, or for the first half of a large one's name."""
SHORTEST_WORD = 4
"""Letters below which a name is an abbreviation."""
SHORTEST_FIRST = 5
"""Letters that the first word of a longer name needs to stand for it alone."""

_STATE = re.compile(r"\s*[/\\]\s*(?:[A-Z]{2,10})?\s*[/\\]?\s*(?=$|[/\\])", re.IGNORECASE)
_RECEIPT = re.compile(r"\s*/\s*(?:ADR|ADS|FI|NEW|CAN)\b/?", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*\([^()]*\)")
_ASSOCIATION = re.compile(r",? National Association\b", re.IGNORECASE)
_CLASS = re.compile(r"[,\s]+(?:class|series)\s+[a-z0-9]\b.*$", re.IGNORECASE)
_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}(?:[A-Za-z]\b)?|\bA/S\b")
_LEADING_INITIALS = re.compile(r"\b((?:[A-Z]\.){2,3})(?=\s[A-Z][a-z])")
_SPLIT_FORM = re.compile(r"\b(N V|S A|A G|L P|S E|A S|A B|S p A)$", re.IGNORECASE)
_WEB = re.compile(r"[. ](?:com|net|io)$", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['&.+!/-][^\W_]+)*(?:!|(?<=s)'(?=\s))?|&")
_ROMAN = re.compile(r"(?:i{1,3}|iv|vi{0,3}|ix|x{1,2})", re.IGNORECASE)
_VOWEL = re.compile(r"[aeiouy]")
_MIXED = frozenset(("Corp", "Inc", "Ltd", "Co", "Plc", "LLC"))  # written so at the end of a name in capitals
_AND = frozenset(("&", "and"))
_TWO = 2  # words of the shortest name that has a first and a last one


@dataclass(frozen=True, slots=True)
class Issuer:
    """What a list knows of an issuer. `legal` may be in a registrar's spelling ("HORTON D R INC /DE/").

    `common` are names in use (of an index list, former ones); `symbols` are Yahoo's; `weight` is one of `LARGE`,
    `INDEXED`, `LISTED`, `OTHER`, or more; a `fund` (ETF, closed-end fund, blank-cheque firm) goes by its full name.
    """

    id: str
    legal: str
    common: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    weight: int = OTHER
    fund: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a name, as written, with how many words were taken off the full name for it."""

    words: tuple[str, ...]
    cut: int = 0

    @property
    def text(self) -> str:
        """The form as a text would have it."""
        return " ".join(self.words)


def folded(name: str) -> str:
    """A name for comparing: lower case, no accents, single spaces."""
    plain = unicodedata.normalize("NFKD", name.replace("’", "'"))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).lower().split())


def plain(word: str) -> str:
    """A word of a name as the word list has it."""
    return folded(word).replace("'", "").replace(".", "").rstrip("!")


def forms(name: str, issuer: Issuer, words: Words) -> Iterator[Form]:
    """The full name without its legal forms, other spellings of it, then ever shorter ones."""
    tokens = _tokens(name)
    core = _without_legal(tokens)
    if len(core) > 1 and folded(core[0]) == "the":
        core = core[1:]
    if all(token.isupper() or not token.isalpha() for token in tokens if token not in _MIXED):
        core = _cased(core, words)
    yield Form(core)
    if len(core) == 1 and tokens[1:2] and folded(tokens[1]) in {"company", "companies"}:
        yield Form((*core, tokens[1].title()))
    filed = all("." not in symbol for symbol in issuer.symbols[:1])  # only US registrars put a surname first
    turned = _turned(core, words) if filed else ()
    spellings = (*turned, *_dotted(core), *_as_spelt(name))
    yield from (Form(other) for other in spellings)
    web = _WEB.sub("", " ".join(core))
    if web and web != " ".join(core) and (issuer.weight >= INDEXED or " " in web or is_unique(web, words)):
        yield Form(tuple(web.split()))
    if issuer.fund:
        return
    for spelling in (core, *spellings):
        for form in _shortened(spelling, issuer, words):
            known = issuer.weight >= INDEXED and len(form.words) == 1
            if known or not words.is_place(folded(form.text)):
                yield form


def legal_form(name: str) -> tuple[str, str]:
    """A name in full and its legal form in lower case, "" where it has none."""
    tokens = _tokens(name)
    core = _without_legal(tokens)
    return " ".join(core), next((t.lower() for t in tokens[len(core) :] if t.lower() in LEGAL), "")


def is_unique(word: str, words: Words) -> bool:
    """Whether a word is hardly met but in this name."""
    low = folded(word).replace("'", "")
    return low.isalpha() and words.zipf(low) < RARE and not words.is_namesake(low) and low not in TRADES


def _tokens(name: str) -> tuple[str, ...]:
    """The words of a name without what registrars add; legal forms are kept, without dots."""
    return tuple(_WORD.findall(_undotted(_tidy(name))))


def _tidy(name: str) -> str:
    """A name without states, brackets, classes of shares."""
    name = _ASSOCIATION.sub("", name)
    name = _CLASS.sub("", _RECEIPT.sub("", _BRACKETS.sub("", " ".join(name.split()))))
    before = None
    while name != before:
        before, name = name, _STATE.sub("", name)
    return name.replace("’", "'")


def _undotted(name: str) -> str:
    name = _LEADING_INITIALS.sub(lambda m: m[1].replace(".", " ").strip(), name)
    name = _DOTTED.sub(lambda m: m.group().replace(".", "").replace("/", ""), name)
    return _SPLIT_FORM.sub(lambda m: m.group().replace(" ", ""), name)


def _without_legal(tokens: tuple[str, ...]) -> tuple[str, ...]:
    end = len(tokens)
    while end > 1 and _is_legal(tokens, end - 1):
        end -= 1
    start = 1 if end > 1 and tokens[0].lower() == "pt" else 0
    return tokens[start:end]


def _is_legal(tokens: Sequence[str], place: int) -> bool:
    """Whether a word at the end of a name belongs to its legal form, as the `de` of S.A.B. de C.V. does."""
    word = tokens[place]
    return word.lower() in LEGAL or word in _AND or (word == "de" and place + 1 < len(tokens))


def _cased(tokens: tuple[str, ...], words: Words) -> tuple[str, ...]:
    """A name in capitals as newspapers would write it: what can be spoken is a word."""

    def one(token: str) -> str:
        low = token.lower()
        spoken = len(low) >= SHORTEST_WORD and _VOWEL.search(low) is not None
        return token.title() if token.isalpha() and (low in words or spoken) else token

    return tuple(one(token) for token in tokens)


def _turned(core: tuple[str, ...], words: Words) -> Iterator[tuple[str, ...]]:
    """A registrar's surname first put back: `Horton D R` is D R Horton, `Lilly Eli` is Eli Lilly."""
    initials = 1
    while initials < len(core) and len(core[initials]) == 1 and core[initials].isalpha():
        initials += 1
    if initials > 1 and len(core[0]) > 1:
        letters = core[1:initials]
        yield ("".join(letters), core[0], *core[initials:])
        yield (*letters, core[0], *core[initials:])
        yield (".".join(letters) + ".", core[0], *core[initials:])
    elif len(core) > 1 and words.is_given_name(core[1].lower()) and not words.is_given_name(core[0].lower()):
        yield (core[1], core[0], *core[2:])


def _dotted(core: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Other spellings of initials: C H Robinson is C.H. Robinson, C. H. Robinson and CH Robinson."""
    at = next((place for place, token in enumerate(core) if len(token) == 1 and token.isupper()), None)
    if at is None or len(core) == 1:
        return
    end = at
    while end < len(core) and len(core[end]) == 1 and core[end].isupper():
        end += 1
    head, letters, tail = core[:at], core[at:end], core[end:]
    if tail:
        yield (*head, *(f"{letter}." for letter in letters), *tail)
        if len(letters) > 1:
            yield (*head, "".join(letters), *tail)
            yield (*head, ".".join(letters) + ".", *tail)


def _as_spelt(name: str) -> Iterator[tuple[str, ...]]:
    """A name that keeps the dots of its first word: e.l.f. Beauty, U.S. Bancorp."""
    first, *rest = _tidy(name).split() or [""]
    core = _without_legal(tuple(_WORD.findall(_undotted(" ".join(rest)))))
    if _DOTTED.fullmatch(first) and core and core[0].lower() not in LEGAL:
        yield (first, *core)


def _shortened(core: tuple[str, ...], issuer: Issuer, words: Words) -> Iterator[Form]:
    """Trade words off one by one, then what stands before `&` or `of`, then the first word if it is one of a kind."""
    short, framed = core, True
    while len(short) > 1 and _is_trade(short):
        framed = framed and (short[-1].lower() in FRAMES or short[-1] in _AND)
        short = short[:-1]
        if short[-1] not in _AND and _is_known_as(short, issuer, words, framed=framed):
            yield Form(short, len(core) - len(short))
    for head in (*_before_and(core), *_before_of(core, words)):
        if not _says_nothing(head):
            yield Form(head, len(core) - len(head))
    if len(core) > 1 and len(core[0]) >= SHORTEST_FIRST and (is_unique(core[0], words) or _leads(core, issuer, words)):
        yield Form(core[:1], len(core) - 1)


def _is_trade(name: Sequence[str]) -> bool:
    """Whether a name's last word can be left out; the I of `Seven & I` is none of a series."""
    last = name[-1]
    return last.lower() in TRADES or last in _AND or (_ROMAN.fullmatch(last) is not None and name[-2] not in _AND)


def _before_and(core: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for joint in _AND & set(core):
        head = core[: core.index(joint)]
        if len(head) > 1:
            yield head


def _before_of(core: tuple[str, ...], words: Words) -> Iterator[tuple[str, ...]]:
    if "of" in core:
        head = core[: core.index("of")]
        while len(head) > 1 and head[-1].lower() in TRADES:
            head = head[:-1]
        if any(is_unique(word, words) for word in head):
            yield head


def _leads(core: Sequence[str], issuer: Issuer, words: Words) -> bool:
    """Whether the first of two words stands for a large issuer: Paramount Skydance."""
    first = core[0].lower()
    return issuer.weight >= LARGE and len(core) == _TWO and first not in RANKS and 0 < words.zipf(first) < FAMILIAR


def _is_known_as(short: tuple[str, ...], issuer: Issuer, words: Words, *, framed: bool) -> bool:
    """Whether what is left stands for the issuer.

    One ordinary word does where the issuer is well known, or where only a frame was taken off.
    """
    if _says_nothing(short):
        return False
    if len(short) > 1:
        return issuer.weight >= LISTED or any(is_unique(word, words) for word in short)
    zipf = words.zipf(folded(short[0]))
    if short[0][0].isdigit():
        return False
    known = framed and issuer.weight >= LISTED and zipf < FAMILIAR
    return known or zipf < RARE or issuer.weight >= INDEXED


def _says_nothing(tokens: Sequence[str]) -> bool:
    low = [plain(token) for token in tokens]
    if len(low) == _TWO and low[0] in RANKS and low[1] in CORPORATE:
        return False
    return all(word in TRADES or word in RANKS or word in SMALL for word in low)
