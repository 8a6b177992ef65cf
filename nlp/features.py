"""What the second voice hears of a headline: its words, with companies, sums and dates as kinds of themselves.

Who the company is says less than what kind of company it is, and a model that never sees names cannot learn that
Nvidia is always good news. It reads characters and the linker's mentions only; the trainer and the daemon hear through
the same functions, so that they cannot drift apart.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

from config.types import Company
from nlp.aliases import BRAND, PERSON, TICKER
from nlp.matcher import fold
from nlp.types import Mention

KINDS = (
    ("lab", frozenset({"ai-labs"})),
    ("big", frozenset({"big-tech", "cloud", "internet", "search"})),
    ("bank", frozenset({"banks", "brokers"})),
    ("fund", frozenset({"investors"})),
    ("chip", frozenset({"chips", "ai-chips", "servers", "equipment", "foundries", "memory"})),
)
"""Groups of companies.yaml by what news treats alike; the first that holds counts, but an AI business is `aico`."""
OTHER, PLAIN = "tech", "co"
"""A company that companies.yaml has put into some other group, and one that it only knows from a list."""

_SUM = r"(?:us|c|a|hk|nt|t|s)?[$€£¥₩]\s?\d[\d.,]*(?:\s?-\s?[$€£]?\d[\d.,]*)?\s?-?"
_COIN = r"(?:dollars|euros|pounds|yen|won|yuan)\b"
_QUARTER = r"q[1-4]|[1-4]q|(?:first|second|third|fourth|1st|2nd|3rd|4th)[- ]quarter|fy\s?\d{2,4}|h[12]"
_FIGURES = (
    (re.compile(_SUM + r"(?:trillion|tn|t)\b"), " moneyt "),
    (re.compile(_SUM + r"(?:billion|bn|b)\b"), " moneyb "),
    (re.compile(_SUM + r"(?:million|mn|mln|m)\b"), " moneym "),
    (re.compile(_SUM + "k?"), " moneys "),
    (re.compile(r"\b\d[\d.,]*\s?-?(?:trillion|billion)\s" + _COIN), " moneyb "),
    (re.compile(r"\b\d[\d.,]*\s?-?million\s" + _COIN), " moneym "),
    (re.compile(r"[+-]?\b\d[\d.,]*\s?(?:%|percent\b|per cent\b|pct\b|pc\b)"), " pct "),
    (re.compile(rf"\b(?:{_QUARTER})\b(?:\s?(?:fy)?'?\d{{2,4}}\b)?"), " qtr "),
    (re.compile(r"\b(?:19|20)\d\d\b"), " year "),
    (re.compile(r"\b\d[\d.,]*[\s-]?(?:gw|mw|gigawatts?|megawatts?)\b"), " watts "),
    (re.compile(r"\b\d[\d.,]*\s?-?(?:million|billion|trillion|mn|bn)\b"), " bignum "),
    (re.compile(r"(?<![\w-])\d{1,3}(?:,\d{3})+\b"), " bignum "),
    (re.compile(r"(?<![\w.-])\d+(?:\.\d+)?(?![\w-])"), " num "),
)
"""Sums by size, shares, quarters, years, power and other numbers, in the order in which they are looked for."""
_TOKEN = re.compile(r"@[a-z]+|[^\W_]+(?:['.&-][^\W_]+)*\+?|'s\b|[?!:;%$]|(?<=\s)-(?=\s)|\"")
_DIGIT = re.compile(r"\d")
_READER = re.compile(r"\b(?:you|your|i|i'm|my|you'd)\b")
_ENDINGS = (("ies", "y"), ("ied", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""))
_SHORTEST_STEM = 3
_PREFIXES = (3, 4, 5, 6)  # letters: a cheap kin of character n-grams, as good by measure
_MANY = 3  # companies, from which their number says no more
_LENGTHS, _LONGEST = 4, 5  # a headline's length counts in steps of four words, up to twenty


def kind_of(company: Company) -> str:
    """What kind of company it is, for the voice."""
    groups = frozenset(company.groups)
    if KINDS[0][1] & groups:
        return KINDS[0][0]
    if company.ai_business:
        return "aico"
    return next((kind for kind, members in KINDS if members & groups), OTHER if groups else PLAIN)


@dataclass(frozen=True, slots=True)
class Heard:
    """A headline or sentence as the voice hears it: `text` folded, the linker's mentions, what the word lists say."""

    text: str
    mentions: tuple[Mention, ...]
    ai: bool
    ai_business: bool
    opinion: bool


def tokens(text: str, mentions: Sequence[Mention], kinds: Mapping[str, str]) -> list[str]:
    """The words of `text`: companies as `@kind`, brands with `@bkind` after them, figures by what they count."""
    folded = fold(text)
    pieces: list[str] = []
    named: set[str] = set()
    at = 0
    for mention in mentions:
        if mention.start < at or not mention.end:
            continue
        pieces.append(folded[at : mention.start])
        kind = kinds.get(mention.company, PLAIN)
        if mention.via == BRAND:
            pieces.append(f" {folded[mention.start : mention.end]} @b{kind} ")
        elif mention.via == PERSON:
            pieces.append(f" @p{kind} ")
        else:
            pieces.append(" " if mention.via == TICKER and mention.company in named else f" @{kind} ")
        named.add(mention.company)
        at = mention.end
    pieces.append(folded[at:])
    whole = "".join(pieces)
    if _DIGIT.search(whole):
        for pattern, name in _FIGURES:
            whole = pattern.sub(name, whole)
    return _TOKEN.findall(whole)


def features(heard: Heard, kinds: Mapping[str, str]) -> set[int]:
    """All that is heard, each as the CRC-32 of its name: stable over processes, quick, and compact to keep."""
    words = tokens(heard.text, heard.mentions, kinds)
    known = [_word(word) for word in words]
    found: set[int] = set()
    for word in known:
        found.update(word.own)
    plain = ["^", *words, "$"]
    stems = ["^", *(word.stem for word in known), "$"]
    names: list[str] = []
    names.extend(map("b:{} {}".format, plain, plain[1:]))
    names.extend(map("sb:{} {}".format, stems, stems[1:]))
    names.extend(map("ss:{} {}".format, stems, stems[2:]))
    names.extend(_signs(heard, words, kinds))
    found.update(crc32(name.encode()) for name in names)
    return found


def _signs(heard: Heard, words: Sequence[str], kinds: Mapping[str, str]) -> Iterator[str]:
    """What is heard beside the words: who is named in which order, the gate, marks of opinion, length."""
    named = [kinds.get(mention.company, PLAIN) for mention in heard.mentions]
    yield f"f:n{min(_MANY, len({mention.company for mention in heard.mentions}))}"
    yield from (f"f:has {kind}" for kind in sorted(set(named)))
    yield from map("f:{}>{}".format, named, named[1:])
    if named:
        yield "f:first " + named[0]
    gate = heard.ai or heard.ai_business
    for holds, sign in ((heard.ai, "ai"), (heard.ai_business, "aib"), (gate, "gate"), (heard.opinion, "op")):
        if holds:
            yield "f:" + sign
    low = heard.text.lower()
    if low[:1].isdigit():
        yield "f:dig0"
    if low.rstrip().endswith("?"):
        yield "f:q$"
    if _READER.search(low):
        yield "f:2nd"
    yield f"f:len{min(_LONGEST, len(words) // _LENGTHS)}"
    behind = "f:gate&" if gate else "f:nogate&"
    yield from (behind + word for word in words)


@dataclass(frozen=True, slots=True)
class _Word:
    """A word's stem, and the features it has by itself."""

    stem: str
    own: tuple[int, ...]


@lru_cache(maxsize=20_000)
def _word(word: str) -> _Word:
    base = stem(word)
    names = ["u:" + word, "su:" + base]
    if word.isalpha():
        names.extend("p" + word[:size] for size in _PREFIXES if len(word) > size)
    return _Word(base, tuple(crc32(name.encode()) for name in names))


def stem(word: str) -> str:
    """A word without its ending, roughly: `launches`, `launched` and `launching` alike."""
    if not word.isalpha() or len(word) <= _SHORTEST_STEM:
        return word
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM and not word.endswith("ss"):
            base = word[: -len(ending)] + instead
            if ending in {"ing", "ed"} and base[-1] == base[-2] and base[-1] not in "lsz":
                base = base[:-1]
            return base.removesuffix("e")
    return word.removesuffix("e")
