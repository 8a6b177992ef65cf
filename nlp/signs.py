"""The signs that tell a company from the ordinary word it shares its name with, each with its weight.

Weights and patterns only; `nlp.companies` adds them up, from where an alias starts by its class. The weights come from
measuring on labelled headlines. They are read next to a candidate only, never over a whole text.
"""

import re
from collections.abc import Iterable

from config.types import AliasClass
from nlp import beside

ENOUGH = 1.0  # weight of signs from which a candidate counts
LONE = 0.4  # what is enough for the only candidate of a text about business
CERTAIN, IMPOSSIBLE = 9.0, -9.0  # of classes that need no sign; of an ordinary word in small letters
START = {
    AliasClass.DOUBTFUL: 0.0,
    AliasClass.DISTINCT: 2.0,
    AliasClass.UNCOMMON: 1.0,
    AliasClass.ORDINARY: 0.0,
    AliasClass.EVERYDAY: -1.0,
    AliasClass.NAMESAKE: -1.0,
    AliasClass.GENERIC: -2.0,
}  # what a class is worth before anything is read around it; SAFE and CASED need no more
RARE = 0.7  # for a doubtful word that newspapers seldom use for what it means
TOPIC, AGAIN = 0.4, 0.4  # a text about business; a name that stands in it more than once

LEGAL_FORM, OWN_TICKER, BESIDE, KNOWN = 3.0, 3.0, 1.5, 2.0  # next to it; another company next; certain elsewhere
FINANCE, OFFICE, ACT, AUXILIARY, POSSESSIVE, COLON = 2.0, 1.0, 1.0, 0.5, 1.0, 0.5  # what follows
VERSION, NOUN_NEXT = -2.0, -0.5  # a number next: a product; a small word that is no verb of business: apple crumble
HOLDING, PREPOSITION, APPOSITION = 1.5, 0.5, 2.5  # what stands before: stake in, by, the chip maker
DETERMINER, INFINITIVE, OWNED = -1.0, -1.0, -2.0  # a, to, and a possessive, after which stands a thing
OWNER = 0.5  # a first and a last name in the possessive, after which stands a well-known firm
FIRST, INSIDE, WORD_INSIDE = 0.3, 1.5, 0.5  # a capital at the start, inside, inside on a derived name that is a word
STRANGER, STRANGER_TITLED = -1.5, -0.5  # a strange name beside it; the same where all words have capitals
SEGMENT = 1.5  # alone between dashes, as sites file their items
PRODUCT, AI_SENTENCE, NO_PRODUCT = 1.5, 1.0, -2.0  # for brands
BARE, BARE_WORD, QUOTED = -0.5, -1.5, 1.5  # a ticker of three letters, one that is a word; a certain ticker elsewhere


def _any_of(phrases: Iterable[str]) -> str:
    return "|".join(re.escape(one) for one in sorted(phrases, key=len, reverse=True))


NEXT = re.compile(
    r"(?P<owner>['’]s\b|(?<=s)['’](?=\s)|\s(?=s\s))?(?P<lost>\ss(?=\s))?(?:\s?(?P<mark>[:,(–—-]))?\s?(?P<word>[A-Za-z][\w-]*)?"
)
SUFFIX_NEXT = re.compile(
    r",?\s+(?:(?:&|and)\s)?(?:Inc|INC|Incorporated|Corp|CORP|Corporation|Co|Company|Companies|Ltd|LTD|Limited|PLC|plc"
    r"|Plc|AG|SE|NV|N\.V|SA|S\.A|LP|L\.P|LLC|SpA|S\.p\.A|AB|ASA|A/S|Oyj|KGaA|Holdings?|Group|Platforms|Technologies)\b\.?"
)
PRODUCT_NEXT = re.compile(
    r"[\s-]v?\d|\s+(?:models?|chatbots?|AI|assistants?|apps?|Code|Opus|Sonnet|Haiku|Pro|Ultra|Flash|Nano|Live|Advanced|Enterprise"
    r"|Heavy|Mini|chips?|GPUs?|agents?|API|family|robots?)\b"
)
VERSION_NEXT = re.compile(r"[\s-]v?\d")
GOVERNED_NEXT = re.compile(
    r"\s(?:is|are|was|were|has|have|had|will|would|can|could|may|might|must|should)\s(?:be\s|been\s|being\s)?([A-Za-z]+)\b"
)  # a verb with its auxiliary: was acquired, has been sued
TO_BE = re.compile(r"\sto\sbe\b", re.IGNORECASE)
SMALL_NOUN = re.compile(
    r"(?!(?:and|or|vs|versus|of|in|on|at|to|for|with|by|from|as|after|before|amid|over|into|a|an|the|s|could|says)\b)"
    r"[a-z]+(?<!ed)(?<!ing)\b"
)
HOLDING_BEFORE = re.compile(
    r"\b(?:shares? (?:of|in)|stakes? in|stock of|investors? in|maker|rivals?|chief of|designer|backed by|owner of"
    r"|owned by|supplier|suppliers? (?:to|of)|partners? with|parent of|ceo of|bets? on|positions? in|acquisition of"
    r"|invests? in|invested in|investing in|bullish on|bearish on|deals? with|exposure to|cramer (?:on|says)|upgrades?"
    r"|downgrades?|behalf of|acquir(?:e|es|ed|ing)|buys?|buying|bought"
    r"|target (?:on|for)|overlook|class action against|lawsuit against)\s+$",
    re.IGNORECASE,
)
PREPOSITION_BEFORE = re.compile(
    r"\b(?:with|by|from|at|of|for|in|on|about|against|over|versus|vs\.?|and|like|as|including|via|behind)\s+$",
    re.IGNORECASE,
)
DETERMINER_BEFORE = re.compile(
    r"\b(?:an?|the|this|that|these|those|any|every|no|my|your|our|his|her)\s+$", re.IGNORECASE
)
INFINITIVE_BEFORE = re.compile(r"\b(?:to|will|would|can|could|should|may|might|must|not)\s+$", re.IGNORECASE)
OWNED_BEFORE = re.compile(r"(?:['’]s|s['’])\s$")
OWNER_BEFORE = re.compile(r"\b[A-Z][a-z]+\s[A-Z][a-z]+['’]s\s$")
APPOSITION_BEFORE = re.compile(
    rf"\b(?:{_any_of(beside.TRADES)})[\s-]"
    r"(?:company|maker|giant|firm|group|designer|manufacturer|supplier|retailer|start-?up)\s+$",
    re.IGNORECASE,
)
SEGMENT_BEFORE = re.compile(r"(?:^|\s[-–—|]|,)\s$")
SEGMENT_AFTER = re.compile(r"(?:,\s[\w .&'’]{2,30})*(?:\s[-–—|]\s|$)")
NAME_NEXT = re.compile(r"[ -](?=([A-Z][a-z]+)\b)")
NAME_BEFORE = re.compile(r"([A-Z][\w’']*)[ -]$")
CAPITALS_NEXT = re.compile(r"(?:,?\s(?:&|and\b|[A-Z][\w.&’'-]*)){1,6}")

OPENING = re.compile(
    r"[^\w]*(?:(?:Will|Can|Could|Should|Is|Are|Does|Did|Do|Has|Why|What|How|Where|When|As|If|After|Exclusive|Update)\W+)?"
    r"(?:(?:Will|Can|Could|Should|Is|Does|Did)\s+)?"
)
UNTITLED = re.compile(r"\b(?!(?:with|from|over|than|into|after|amid|this|that|will)\b)[a-z]{4,}")
BRACKET = re.compile(r"(?:,?\s(?:Inc|Corp|Ltd|PLC|plc|Co)\.?)?\s?[(\[<](?:[A-Za-z ]{2,14}:\s?)?")
JOINED = re.compile(
    r"(?:['’]s)?(?:,?\s(?:and|or|vs\.?|versus|&)\s|,\s|/|\s?\([^()]{1,16}\)(?:,|\sand)\s|-)", re.IGNORECASE
)
WORD = re.compile(r"[a-z][\w.]*\w|[a-z]")
AI_NEAR = re.compile(r"\b(?:AI|A\.I\.|chatbots?|models?|LLMs?|assistants?|GPUs?|robots?|generative|agents?)\b")
