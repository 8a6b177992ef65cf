"""How much what stands around a candidate says for its being a company's name.

Every candidate starts from what its alias's class is worth; the signs of `nlp.signs` beside it are added. Pure: the
text and the candidates in, a weight for each out, on the scale on which `signs.ENOUGH` makes a mention.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from config.types import AliasClass
from nlp import beside, signs
from nlp.aliases import BRAND, NAME, PERSON, TICKER, WRITTEN, Hit
from nlp.sentences import Sentence, is_titled

SURE = frozenset((AliasClass.SAFE, AliasClass.CASED))
"""Classes that need no sign."""
KNOWN = SURE | {AliasClass.DISTINCT}
"""Classes by which others go that stand beside them."""

_WORDLIKE = frozenset((AliasClass.DOUBTFUL, AliasClass.UNCOMMON, AliasClass.ORDINARY, AliasClass.EVERYDAY))
_WORDS_DERIVED = frozenset((AliasClass.ORDINARY, AliasClass.EVERYDAY))
_OPENERS = frozenset('.!?\n:"“‘')
_BEFORE, _AFTER = 30, 40  # characters looked at on either side; the longest sign fits in
_SHORT = 45  # characters of a sentence too short to tell a Title Case Headline by; what is around it is asked
_LINE = 120  # characters of that on either side


def weights(text: str, hits: Sequence[Hit], sentences: Sequence[Sentence]) -> list[float]:
    """The signs for each of `hits`, summed; what is certain by its class has `signs.CERTAIN`.

    `sentences` are all of the text's; they are not read where no hit is doubtful.
    """
    found = [signs.CERTAIN] * len(hits)
    doubtful = [place for place, hit in enumerate(hits) if hit.trust not in SURE]
    if not doubtful:
        return found
    sure = {hit.company for hit in hits if hit.trust in KNOWN and hit.via != PERSON}
    topic = signs.TOPIC if speaks_of(text, beside.TOPIC) else 0.0
    quoted = any(hit.via == TICKER and hit.trust in SURE for hit in hits)
    places = Counter(hit.company for hit in hits)
    at = 0
    for place in doubtful:
        hit = hits[place]
        while at + 1 < len(sentences) and sentences[at].end <= hit.start:
            at += 1
        before = hits[place - 1] if place else None
        after = hits[place + 1] if place + 1 < len(hits) else None
        weight = _joint(text, before, hit, sure) + _joint(text, hit, after, sure)
        if hit.via == TICKER:
            found[place] = weight + _ticker(text, hit, quoted=quoted)
        else:
            weight += signs.START[hit.trust] + topic + (signs.AGAIN if places[hit.company] > 1 else 0.0)
            found[place] = weight + _around(text, hit, sentences[at], before, after)
    return found


def speaks_of(text: str, topic: frozenset[str]) -> bool:
    """Whether a text has a word of `topic`."""
    return not topic.isdisjoint(signs.WORD.findall(text.lower()))


def names_another(text: str, hit: Hit) -> bool:
    """Whether what follows makes a name part of a fund's or another firm's: Vista Investment Partners II LLC."""
    run = signs.CAPITALS_NEXT.match(text, hit.end)
    if run is None:
        return False
    between: list[str] = []
    for word in run.group().replace(",", " ").split():
        told = _ends_another(word, between, hit)
        if told is not None:
            return told
        between.append(word.lower())
    return False


def _ends_another(word: str, between: Sequence[str], hit: Hit) -> bool | None:
    """Whether a word, `between` before it, ends another firm's name; None if it may go on."""
    low = word.lower()
    traded = not beside.FINANCE.isdisjoint(between)
    if word in beside.FUNDS:
        return bool(between) or hit.trust not in SURE
    if word in beside.PRIVATE_FORMS:
        return not traded and (bool(between) or (hit.trust not in KNOWN and " " not in hit.text))
    if word.rstrip(".") in beside.FORMS:
        return not traded and bool(between) and hit.trust not in SURE and not beside.FRAMES.issuperset(between)
    if low in beside.TAILS and len(between) <= 1 and hit.trust is not AliasClass.SAFE and " " not in hit.text:
        return True
    return False if low in beside.ACTS else None


def owned(text: str, hit: Hit) -> Hit:
    """A word that is one firm's brand and another's name, as the one that the text means: shares are the firm's."""
    if hit.rival is None:
        return hit
    word, mark = _word_after(text, hit.end)
    if (mark is None and word in beside.OWN) or signs.SUFFIX_NEXT.match(text, hit.end):
        return replace(hit, company=hit.rival, via=NAME, rival=None)
    return hit


def _word_after(text: str, end: int) -> tuple[str, str | None]:
    """The next word in lower case, "" if there is none, and the mark before it."""
    found = signs.NEXT.match(text, end)
    return ((found["word"] or "").lower(), found["mark"]) if found else ("", None)


def _ticker(text: str, hit: Hit, *, quoted: bool) -> float:
    """What a bare ticker that may be an abbreviation or a word is worth: other tickers and the market's words count."""
    word, mark = _word_after(text, hit.end)
    weight = signs.BARE if hit.trust is AliasClass.DOUBTFUL else signs.BARE_WORD
    if quoted:
        weight += signs.QUOTED + (signs.ACT if not mark and word in beside.ACTS else 0.0)
    return weight + (signs.FINANCE if not mark and word in beside.MARKET else 0.0)


def _joint(text: str, left: Hit | None, right: Hit | None, sure: set[str]) -> float:
    """What it says that two hits follow each other with hardly anything between them."""
    if left is None or right is None or right.start - left.end > _BEFORE:
        return 0.0
    between = text[left.end : right.start]
    if right.via == TICKER and signs.BRACKET.fullmatch(between):
        return signs.OWN_TICKER if left.company == right.company else -signs.OWN_TICKER
    certain = left.company in sure or right.company in sure or left.trust is right.trust
    return signs.BESIDE if certain and left.company != right.company and signs.JOINED.fullmatch(between) else 0.0


def _around(text: str, hit: Hit, sentence: Sentence, before: Hit | None, after: Hit | None) -> float:
    """The weight of what stands beside a name in its sentence."""
    ahead, behind = text[hit.end : hit.end + _AFTER], text[max(0, hit.start - _BEFORE) : hit.start]
    if hit.trust is AliasClass.DOUBTFUL and hit.text.islower():
        return signs.APPOSITION if signs.APPOSITION_BEFORE.search(behind) else signs.IMPOSSIBLE
    weight = signs.LEGAL_FORM if signs.SUFFIX_NEXT.match(ahead) else 0.0
    if hit.trust is AliasClass.GENERIC:
        return weight
    first = signs.OPENING.fullmatch(text, sentence.start, hit.start) is not None
    titled = sentence.titled or _is_titled(text, sentence)
    capital = 0.0 if titled else _capital(text, hit, before, after, first=first)
    weight += _ahead(ahead, hit)
    if hit.trust is AliasClass.NAMESAKE:
        held = signs.HOLDING if signs.HOLDING_BEFORE.search(behind) else 0.0
        return weight + held + (signs.STRANGER if _is_persons(behind) else min(0.0, capital))
    weight += capital + _behind(behind, hit, first=first, titled=titled)
    if titled and hit.trust in _WORDS_DERIVED and " " not in hit.text and _is_persons(behind):
        weight += signs.STRANGER_TITLED
    if signs.SEGMENT_BEFORE.search(behind) and signs.SEGMENT_AFTER.match(ahead):
        weight += signs.SEGMENT
    if hit.trust is AliasClass.DOUBTFUL and (" " in hit.text or hit.text.lower() in beside.SELDOM_MEANT):
        weight += signs.RARE
    return weight + (_product(text, sentence, ahead) if hit.via == BRAND else 0.0)


def _ahead(ahead: str, hit: Hit) -> float:
    """What follows a name; for one that people bear as well, only words of business count."""
    found = signs.NEXT.match(ahead)
    if found is None:
        return 0.0
    namesake = hit.trust is AliasClass.NAMESAKE
    owner = signs.POSSESSIVE if (found["owner"] or found["lost"]) and not namesake else 0.0
    if found["mark"] == ":":
        return owner + signs.COLON
    if found["mark"] in {",", "("} or signs.TO_BE.match(ahead):
        return owner
    word = (found["word"] or "").lower()
    if word in beside.MARKET:
        return owner + signs.FINANCE
    if found["mark"]:
        return owner + (_noun(word, hit) if word in beside.FINANCE else 0.0)
    return owner + (_word(word, hit, ahead) or _stranger_to_business(ahead, found, hit))


def _noun(word: str, hit: Hit) -> float:
    if word not in beside.FINANCE or hit.trust is AliasClass.NAMESAKE:
        return 0.0
    return signs.FINANCE if hit.trust in WRITTEN else signs.OFFICE


def _word(word: str, hit: Hit, ahead: str) -> float:
    """What a noun or verb of business next is worth, with its auxiliary or without; 0 for another word."""
    namesake = hit.trust is AliasClass.NAMESAKE
    if word in beside.FINANCE and not namesake:
        return _noun(word, hit)
    if word in beside.AUXILIARIES or word in beside.ANYTHINGS_ACTS:
        governed = signs.GOVERNED_NEXT.match(ahead)
        acts = governed is not None and governed[1].lower() in beside.ACTS
        return 0.0 if namesake else signs.ACT if acts else signs.AUXILIARY
    return signs.ACT if word in (beside.CORPORATE_ACTS if namesake else beside.ACTS) else 0.0


def _stranger_to_business(ahead: str, found: re.Match[str], hit: Hit) -> float:
    """What another word next says against a name that is a word itself: a version's number, a thing."""
    if hit.trust not in _WORDLIKE or " " in hit.text:
        return 0.0
    if hit.trust not in WRITTEN and signs.VERSION_NEXT.match(ahead):
        return signs.VERSION
    thing = not found["owner"] and signs.SMALL_NOUN.match(found["word"] or "")
    return signs.NOUN_NEXT if thing else 0.0


def _behind(behind: str, hit: Hit, *, first: bool, titled: bool) -> float:
    """What stands before a name that nobody bears."""
    held = signs.HOLDING_BEFORE.search(behind) or signs.APPOSITION_BEFORE.search(behind)
    weight = signs.HOLDING if held else 0.0
    if first:
        weight += signs.FIRST
    elif signs.INFINITIVE_BEFORE.search(behind):
        weight += signs.INFINITIVE
    if signs.PREPOSITION_BEFORE.search(behind):
        return weight + signs.PREPOSITION
    if " " not in hit.text and signs.DETERMINER_BEFORE.search(behind):
        return weight + signs.DETERMINER
    if hit.trust in WRITTEN and signs.OWNER_BEFORE.search(behind):
        return weight + signs.OWNER
    owned_thing = (titled or hit.trust not in WRITTEN) and signs.OWNED_BEFORE.search(behind)
    return weight + (signs.OWNED if owned_thing else 0.0)


def _product(text: str, sentence: Sentence, ahead: str) -> float:
    """What tells a model's name from the word: a version after it, a product word, AI in its sentence."""
    if signs.PRODUCT_NEXT.match(ahead):
        return signs.PRODUCT
    return signs.AI_SENTENCE if signs.AI_NEAR.search(text, sentence.start, sentence.end) else signs.NO_PRODUCT


def _is_titled(text: str, sentence: Sentence) -> bool:
    """Whether a sentence too short to tell, such as `Pool Surprises With Q4 Sales`, has capitals that say nothing."""
    if sentence.end - sentence.start >= _SHORT:
        return False
    line = text[max(0, sentence.start - _LINE) : sentence.end + _LINE]
    return is_titled(line) or signs.UNTITLED.search(text, sentence.start, sentence.end) is None


def _capital(text: str, hit: Hit, before: Hit | None, after: Hit | None, *, first: bool) -> float:
    """What a capital says in a sentence that uses them for names: a name, but perhaps a longer one's part."""
    weight = 0.0
    if not first:
        weight = signs.WORD_INSIDE if hit.trust not in WRITTEN and " " not in hit.text else signs.INSIDE
    follower = signs.NAME_NEXT.match(text, hit.end)
    if follower and (after is None or after.start != follower.end()):
        known = signs.SUFFIX_NEXT.match(text, hit.end) or signs.PRODUCT_NEXT.match(text, hit.end)
        if not known and follower[1].lower() not in beside.FINANCE:
            weight += signs.STRANGER
    leader = signs.NAME_BEFORE.search(text[max(0, hit.start - _BEFORE) : hit.start])
    if leader and not (before and before.end >= hit.start - 1):
        begins = _opens_sentence(text, hit.start - len(leader.group()))
        weight += 0.0 if begins else signs.STRANGER
    return weight


def _is_persons(behind: str) -> bool:
    """Whether the word before, which has a capital, is likely a first name: no word of business, no opener."""
    leader = signs.NAME_BEFORE.search(behind)
    if leader is None:
        return False
    word = leader[1].lower()
    return not (word in beside.ACTS or word in beside.FINANCE or word in beside.BEFORE_NAMES)


def _opens_sentence(text: str, start: int) -> bool:
    """Whether the word at `start` carries its capital only because a sentence begins there."""
    before = text[max(0, start - 3) : start].rstrip()
    return not before or before[-1] in _OPENERS
