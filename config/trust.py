"""How far a name can be trusted to mean its company, by how common its words are.

Pure: the classes are `AliasClass`'s, the facts those of `config.words`, the thresholds by measure on labelled
headlines. A well-known issuer's name is met more often than a small one's, so it is trusted sooner.
"""

from collections.abc import Sequence

from config.names import COMMON, INDEXED, LARGE, RARE, SHORTEST_FIRST, SHORTEST_WORD, Form, Issuer, folded, plain
from config.trades import CORPORATE, EVERYWHERE, INDICES, LEGAL, RANKS, SECTORS, SMALL, TRADES
from config.types import AliasClass
from config.words import Words

SELDOM = 3.0
"""Zipf value below which one word lifts a name of several out of everyday speech."""
ODD = 2.2
"""Zipf value below which one word makes a name of several unlike any other text."""
RATHER_THE_WORD = 4.4
"""Zipf value from which a surname is rather the word (Banks, Post)."""
SAYS_NOTHING, SAYS_NOTHING_OF_FEW = 5.3, 4.7
"""Zipf values from which a word's capital says nothing (Now, Next), and the same for a firm that few know (Here)."""
HOUSEHOLD = 4.2
"""Zipf value from which two words of an unknown firm are everyday ones (AI Era)."""
_TWO = 2  # words of the shortest name of several


def trust_of(form: Form, issuer: Issuer, words: Words) -> AliasClass:
    """The class of a form of an issuer's name."""
    content = [plain(word) for word in form.words if word.lower() not in SMALL]
    if issuer.fund:
        told = len(content) > _TWO or any(_is_odd(word, words) for word in content)
        return AliasClass.DISTINCT if told else AliasClass.GENERIC
    if len(content) > 1:
        return _of_several(content, form, issuer, words)
    word = content[0] if content else folded(form.text)
    everywhere = SAYS_NOTHING if issuer.weight >= INDEXED else SAYS_NOTHING_OF_FEW
    if words.zipf(word) >= everywhere or word in EVERYWHERE or word in TRADES or word in RANKS or word in LEGAL:
        return AliasClass.GENERIC
    return _of_initials(word, issuer, words) if len(word) < SHORTEST_WORD else _of_word(word, form, issuer, words)


def _of_initials(word: str, issuer: Issuer, words: Words) -> AliasClass:
    """Three letters are trusted where they are the ticker as well, or widely known."""
    zipf = words.zipf(word)
    indexed = issuer.weight >= INDEXED
    if len(word) < SHORTEST_WORD - 1 or zipf >= (COMMON if indexed else SELDOM):
        return AliasClass.GENERIC
    known = indexed or word.upper() in issuer.symbols
    return AliasClass.ORDINARY if known and zipf < SELDOM else AliasClass.NAMESAKE


def _of_word(word: str, form: Form, issuer: Issuer, words: Words) -> AliasClass:
    zipf = words.zipf(word)
    if words.is_namesake(word):
        return AliasClass.EVERYDAY if zipf >= RATHER_THE_WORD and not words.is_place(word) else AliasClass.NAMESAKE
    if not zipf:
        return AliasClass.DISTINCT if not form.cut or len(word) >= SHORTEST_FIRST else AliasClass.UNCOMMON
    if zipf < RARE or (issuer.weight >= LARGE and zipf < COMMON and not form.cut):
        return AliasClass.UNCOMMON
    abroad = all("." in symbol for symbol in issuer.symbols)
    return AliasClass.EVERYDAY if zipf >= COMMON or (abroad and form.cut) else AliasClass.ORDINARY


def _of_several(content: Sequence[str], form: Form, issuer: Issuer, words: Words) -> AliasClass:
    text = " ".join(content)
    if text in INDICES or text in SECTORS:
        return AliasClass.GENERIC
    if words.is_place(text):
        return AliasClass.NAMESAKE
    telling = [word for word in content if word not in TRADES and word not in RANKS]
    if folded(form.text).startswith("bank of "):
        return AliasClass.UNCOMMON
    if not telling:
        return _of_trades(content, issuer)
    if any(_is_odd(word, words) for word in telling):
        return AliasClass.DISTINCT
    return _of_plain_words(content, telling, issuer, words)


def _of_plain_words(content: Sequence[str], telling: Sequence[str], issuer: Issuer, words: Words) -> AliasClass:
    two = len(content) == _TWO
    if two and words.is_given_name(content[0]) and (words.is_surname(content[1]) or words.is_given_name(content[1])):
        return AliasClass.ORDINARY if issuer.weight >= LARGE else AliasClass.NAMESAKE
    firm = content[0] in telling and (content[-1] in CORPORATE or content[-1] in LEGAL)
    seldom = any(words.zipf(word) < SELDOM or words.is_surname(word) for word in telling)
    if firm or seldom or not two or issuer.weight >= INDEXED:
        return AliasClass.UNCOMMON
    everyday = not issuer.weight and all(words.zipf(word) >= HOUSEHOLD or word in TRADES for word in content)
    return AliasClass.EVERYDAY if everyday else AliasClass.ORDINARY


def _of_trades(content: Sequence[str], issuer: Issuer) -> AliasClass:
    """Of a name that says no more than a trade and a rank: Universal Display, Air China, Global Gas."""
    ranked = content[0] in RANKS or content[-1] in RANKS
    firm = content[-1] in CORPORATE
    known = len(content) > _TWO or issuer.weight >= INDEXED
    if ranked and (firm or known):
        return AliasClass.ORDINARY
    return AliasClass.EVERYDAY if ranked or firm or known else AliasClass.GENERIC


def _is_odd(word: str, words: Words) -> bool:
    long_enough = len(word) >= SHORTEST_WORD or not word.isalpha()
    return long_enough and words.zipf(word) < ODD and not words.is_namesake(word)
