"""What is left of a title without its wording: stems in classes of like meaning, figures, names of products. Pure.

Outlets report one event in other words: shares "soar", "leap" and "jump", a lab "unveils", "debuts" and "rolls out".
Words of one class therefore count as the same word, and inflections as their stem. How much a word tells is its inverse
document frequency in headlines of this trade (`frequencies.tsv`, counted by `monitor.stories.train` in the sentences of
`nlp/training`): a company's name in every tenth title says little, a rare name much.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from math import log

WORD = re.compile(r"[^\W_]+(?:[.'&-][^\W_]+)*")
DESIGNATION = re.compile(r"(?=[a-z0-9.-]*[a-z])(?=[a-z0-9.-]*\d)[a-z0-9][a-z0-9.-]*")
"""A name of a model or product that holds letters and a digit: R1, o1, H800, GPT-5."""
QUANTITY = re.compile(r"\d+(?:st|nd|rd|th|s|k|m|bn|tn|pm|am|x|b|h|q|fy)|[qh]\d|fy\d+|\d+[a-z]*-.*|.*-\d{2,4}|s&p.*")
"""What looks like one and is a number, a quarter or a date."""
NAMED_NUMBER = re.compile(
    r"\b([A-Z][A-Za-z]+)[ -](\d(?:\.\d)?)\b(?!\s*(?:%|percent|million|billion|trillion|stocks?\b))"
)
"""A product told by a name and a number, written either way: Grok 3, Grok-3."""
AMOUNT = re.compile(
    r"(?P<sign>[$€£¥]|\b(?:US\$|HK\$))?\s?(?P<number>\d[\d,]*(?:\.\d+)?)[ -]?"
    r"(?P<unit>trillion|billion|million|tn|bln|bn|mln|trn|[TBMK]\b|percent\b|%|(?:giga|mega)watts?\b|GW\b|MW\b)?",
    re.IGNORECASE,
)
UNITS = {
    "trillion": "t", "tn": "t", "trn": "t", "t": "t", "billion": "b", "bln": "b", "bn": "b", "b": "b",
    "million": "m", "mln": "m", "m": "m", "k": "k", "percent": "%", "%": "%",
    "gigawatt": "gw", "gigawatts": "gw", "gw": "gw", "megawatt": "mw", "megawatts": "mw", "mw": "mw",
}  # fmt: skip

STOP_WORDS = frozenset(
    """a about after again ahead all also am amid an and another any are as at away back be because been before being
    between both but by can cannot could day days did do does doing don down during each even ever every few first for
    from get gets getting go goes going got had has have he her here his how however i if in inside into is it its just
    last latest least less let like look looks made make makes making many may me might more most much must my near
    need needs never new news next no not now of off on once one only onto or other our out over own part per put
    really report reports right s said same say says saying see sees set sets she should show shows since so some still
    such t take takes than that the their them then there these they thing things this those through till to today
    too toward towards two under until up upon us use used using very via want wants was way we week weeks well were
    what when where whether which while who whose why will with within without would year years yes yet you your
    re ll ve inc corp corporation ltd plc co llc company companies firm maker exclusive update breaking
    source sources analyst analysts investor investors""".split()  # noqa: SIM905  a word list reads best as words
)
COMMON_WORDS = frozenset(
    """ai artificial intelligence tech technology stock stocks share shares billion million trillion percent u.s us
    bn mln""".split()  # noqa: SIM905  a word list reads best as words
)
"""Words that nearly every title in this trade has: they tell nothing of which happening it is."""

_CLASSES = {
    "+up": "jump surge soar rally pop leap climb gain rise rose spike rocket rebound skyrocket uptick upswing",
    "+down": """fall fell drop slump plunge sink sank tumble slide slid slip dip tank dive retreat decline plummet crash
        sell-off selloff rout swoon skid nosedive""",
    "+launch": "unveil launch debut release introduce reveal rollout roll announce open preview unleash",
    "+buy": "buy bought acquire acquisition takeover purchase buyout",
    "+weigh": "weigh consider eye explore mull ponder talk negotiate discuss possible potential possibly potentially",
    "+deal": "deal agreement pact contract partnership partner tie-up alliance team venture sign ink strike",
    "+sue": "sue lawsuit suit court legal judge litigation",
    "+probe": "probe investigation investigate inquiry antitrust monopoly anti-monopoly regulator scrutiny watchdog",
    "+cut": "layoff layoffs lay job jobs workforce staff headcount workers redundancy redundancies",
    "+invest": "invest investment stake pour spend spending capex pledge fund funding",
    "+raise": "raise valuation value valued worth round",
    "+result": "earnings results result profit revenue sales quarter quarterly eps q1 q2 q3 q4 fiscal",
    "+outlook": "outlook guidance forecast guide",
    "+beat": "beat top exceed surpass",
    "+miss": "miss disappoint short fall-short underwhelm",
    "+target": "target pt",
    "+tariff": "tariff duty duties levy levies",
    "+chip": "chip semiconductor chipmaker chipmaking processor gpu gpus",
    "+chatbot": "chatbot assistant bot",
    "+ban": "ban curb restrict restriction block halt bar",
    "+boss": "ceo chief boss head founder",
    "+listing": "ipo listing flotation",
    "+delay": "delay postpone postponed",
    "+memory": "memory hbm dram",
    "+datacenter": "datacenter data-center data-centre center centre",
    "+china": "china chinese beijing",
    "+taiwan": "taiwan taiwanese taipei",
    "+japan": "japan japanese tokyo",
    "+korea": "korea korean seoul",
    "+india": "india indian delhi",
    "+europe": "europe european eu brussels",
    "+saudi": "saudi riyadh",
    "+france": "france french paris",
    "+washington": "washington government federal doj justice department administration commerce",
    "+outage": "outage down",
    "+executive": "executive executives shake-up shakeup shuffle reshuffle",
    "+car": "car cars auto automotive vehicle vehicles",
}
"""Words that outlets use for one another, by the class that they count as."""

SHORT = 3
"""Letters of a word that has no ending."""
COUNTS = 1000
"""A bare number from which it is an amount."""
YEARS = (1900, 2100)


def _stem(word: str) -> str:
    """A word without its inflection, roughly: titles need no more."""
    for ending, kept in (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x")):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word[: -len(ending)] + kept
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > SHORT:
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 3:
            bare = word[: -len(ending)]
            if bare[-1] == bare[-2] and bare[-1] not in "ls":
                return bare[:-1]
            return bare
    if word.endswith("e") and len(word) > SHORT + 1:
        return word[:-1]
    return word


_CLASS_OF = {form: name for name, forms in _CLASSES.items() for w in forms.split() for form in (w, _stem(w))}


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The class or stem of a lower-case word."""
    return _CLASS_OF.get(word) or _CLASS_OF.get(_stem(word)) or _stem(word)


def plain(text: str) -> str:
    """A text without accents, with straight apostrophes."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return "".join(c for c in text if not unicodedata.combining(c))


def content_words(title: str) -> frozenset[str]:
    """The words of a title that carry its meaning: lower case, accents and possessives off, no stop words."""
    words = (w.lower().removesuffix("'s") for w in WORD.findall(plain(title)))
    return frozenset(w for w in words if w not in STOP_WORDS and len(w) > 1)


def stems(words: Iterable[str]) -> frozenset[str]:
    """The classes or stems of content words; numbers are `figures`, and the words of every title are left out."""
    return frozenset(stem(w) for w in words if not w[0].isdigit() and w not in COMMON_WORDS)


def designations(words: Iterable[str]) -> frozenset[str]:
    """Those of some content words that name a model or product."""
    return frozenset(w for w in words if DESIGNATION.fullmatch(w) and not QUANTITY.fullmatch(w))


def named_numbers(title: str) -> frozenset[str]:
    """The products of a title that a name and a number tell, as `grok-3`; not its quarters, months or indices."""
    found = (f"{m[1].lower()}-{m[2]}" for m in NAMED_NUMBER.finditer(plain(title)))
    return frozenset(f for f in found if f.partition("-")[0] not in _NO_PRODUCTS)


_NO_PRODUCTS = frozenset(
    """jan feb mar apr may june jun july jul aug sep sept oct nov dec january february march april august september
    october november december top best these the by at to on in of for from under over with and or buy q fy phase
    week day year hour s p just only about around nearly almost than is are was these those my your our if why how
    part stage level chapter title section stocks""".split()  # noqa: SIM905  a word list reads best as words
)


def figures(title: str) -> frozenset[str]:
    """The amounts of a title in one spelling: `$10 billion` and `$10B` are `10b`, `8%` is `8%`, `6,000` is `6000`.

    Years, days and small counts are none: they tell nothing.
    """
    found = set()
    for m in AMOUNT.finditer(plain(title)):
        number = m["number"].replace(",", "")
        unit = UNITS.get((m["unit"] or "").lower(), "")
        value = float(number)
        if unit or m["sign"] or (value >= COUNTS and not YEARS[0] <= value <= YEARS[1]):
            found.add(f"{value:g}{unit}")
    return frozenset(found)


@lru_cache(maxsize=1)
def _frequencies() -> dict[str, int]:
    text = (files("monitor.stories") / "frequencies.tsv").read_text(encoding="utf-8")
    return {word: int(count) for word, count in (line.split("\t") for line in text.splitlines())}


@lru_cache(maxsize=65_536)
def weight(word: str) -> float:
    """How much a word or company (`@nvidia`) tells: the logarithm of titles to titles with it; one unseen counts 1."""
    known = _frequencies()
    return log(known["#"] / (1.0 + known.get(word, 0)))
