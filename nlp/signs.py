"""The signs that tell a company from the ordinary word it shares its name with, each with its weight.

Words and patterns only; `nlp.companies` adds them up. The weights come from measuring on labelled headlines.
"""

import re
from collections.abc import Iterable

from nlp.forms import noun_forms, verb_forms

ENOUGH = 1.0  # weight of signs from which a doubtful alias counts
OWN_TICKER, KNOWN, BESIDE = 3.0, 2.0, 1.5  # its ticker or another company beside it; certain elsewhere in the text
FIRST, INSIDE, STRANGER = 0.5, 1.5, -1.5  # a capital at the start, or inside a sentence; a strange name beside it
PRODUCT, AI_SENTENCE, BARE, TOPIC = 1.5, 1.0, -1.0, 0.4  # for brands, for bare tickers, and for texts about business
RARE = 0.6  # for a word that newspapers seldom use for what it means: a capital nearly always means the company


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))


_COMMON = """
target block gap snap match unity arm visa shell box zoom switch figure writer canon flex nova notion cursor runway
lambda constellation elastic windows slack tableau instinct upstart recursion rebellions harvey sierra cognition
lovable hopper disco emerson boyd ford aurora rubin x caterpillar coherent cadence microchip lumen lucid bard
android alexa claude kindle bedrock glean manus poolside colossus codex sora
"""
_NOUNS = """
stock share earnings results revenue profit sales guidance forecast ceo cfo coo cto cio chief boss chairman founder
co-founder executive president investor shareholder dividend buyback bond debt valuation spokesperson spokesman
spokeswoman employee engineer worker staff supplier rival customer analyst unit subsidiary stake margin capex deal
partnership quarter options futures calls puts ipo selloff rally board platform app device
"""
_ACTS = """
say announce unveil launch release report post plan buy acquire sell hire fire cut invest build sign raise lower
beat miss warn expect face sue win lose rise fall jump drop gain slide sink soar surge tumble plunge slump climb
rally dip slip add introduce open close team partner tap roll ship debut reveal show test expand delay pause ban
block seek agree settle appeal deny confirm file join become name appoint pay spend commit pledge double triple
order supply make offer start stop begin end slash shed overtake pass top hit reach eye weigh consider mull hold own
back fund lead lag get take give bring put push pull pick use want need try move turn trade trim boost tout debate
aim develop design integrate upgrade update tease accuse ask tell urge let allow keep return remain bet cross fight
defend halt resolve work license
licence train run serve rely predict price value repay advance decline outperform surpass rehire tame
"""
_AUXILIARIES = "has have had is was will can could would may might must should to just now"
_VERB_FORMS = (*_AUXILIARIES.split(), *(form for verb in _ACTS.split() for form in verb_forms(verb)))
COMMON = frozenset(_COMMON.split())  # words that newspapers use every day for what they mean

SUFFIX_NEXT = re.compile(
    r",?\s+(?:Inc|Corp|Corporation|Co|Company|Ltd|Limited|PLC|plc|Plc|AG|SE|NV|N\.V|SA|S\.A|Holdings?|Group|Platforms)\b\.?"
)
_FINANCE_WORDS = _any_of(form for noun in _NOUNS.split() for form in noun_forms(noun))
FINANCE_NEXT = re.compile(rf"(?:'s|’s|s')?\s+(?:{_FINANCE_WORDS})\b", re.IGNORECASE)
_VERB = re.compile(rf"\s+(?:{_any_of(_VERB_FORMS)})\b", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s\b|s['’](?=\s)")
_COLON = re.compile(r"\s?:\s")
PRODUCT_NEXT = re.compile(
    r"[\s-]v?\d|\s+(?:models?|chatbots?|AI|assistants?|apps?|Code|Opus|Sonnet|Haiku|Pro|Ultra|Flash|Nano|Live|Advanced|Enterprise"
    r"|Heavy|Mini|chips?|GPUs?|agents?|API|family|robots?)\b"
)
_HOLDING = re.compile(
    r"\b(?:shares? (?:of|in)|stakes? in|stock of|investors? in|giant|maker|rivals?|chief of|designer|backed by|owner of"
    r"|owned by|supplier|suppliers? (?:to|of)|partners? with|parent of|ceo of|bets? on|position in|acquisition of"
    r"|invests? in|invested in|bullish on|bearish on|deals? with|exposure to)\s+$",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"\b(?:with|by|from|at|of|for|in|on|against|over|versus|vs\.?|and|like|as|including|via|behind)\s+$", re.IGNORECASE
)
_DETERMINER = re.compile(r"\b(?:a|an|the|this|that|these|those|any|every|no|my|your|our|his|her)\s+$", re.IGNORECASE)
INFINITIVE = re.compile(r"\b(?:to|will|would|can|could|should|may|might|must|not)\s+$", re.IGNORECASE)
AHEAD = ((SUFFIX_NEXT, 3.0), (FINANCE_NEXT, 2.0), (_VERB, 1.0), (_POSSESSIVE, 1.0), (_COLON, 0.5))  # by match
BEHIND = ((_HOLDING, 1.5), (_PREPOSITION, 0.5), (_DETERMINER, -1.0))  # by search
UNLIKELY_AFTER = -1.0  # for INFINITIVE, which in front of a question is none

OPENING = re.compile(
    r"[^\w]*(?:(?:Will|Can|Could|Should|Is|Are|Does|Did|Do|Has|Why|What|How|Where|When|As|If|After|Exclusive|Update)\W+)?"
    r"(?:(?:Will|Can|Could|Should|Is|Does|Did)\s+)?"
)
NAME_NEXT = re.compile(r"[ -](?=([A-Z][a-z]+))")
NAME_BEFORE = re.compile(r"([A-Z][\w’']*)[ -]$")
JOINED = re.compile(
    r"(?:['’]s)?(?:,?\s(?:and|or|vs\.?|versus|&)\s|,\s|/|\s?\([^()]{1,16}\)(?:,|\sand)\s|-)", re.IGNORECASE
)
OTHER_FIRM = re.compile(
    r"(?:\s[A-Z][\w&’'-]*){1,2}\s(?:LLC|LP|L\.P\.|LLP|ETF|ETFs|Fund|Trust|REIT|Bank|Advisors|Church)\b"
)
TOPIC_WORD = re.compile(
    r"\b(?:AI|A\.I\.|stocks?|shares?|billion|earnings|investors?|Nasdaq|chips?|tech|artificial intelligence|chatbots?"
    r"|models?|revenue|market|data cent(?:er|re)s?|antitrust)\b",
    re.IGNORECASE,
)
AI_NEAR = re.compile(r"\b(?:AI|A\.I\.|chatbots?|models?|LLMs?|assistants?|GPUs?|robots?|generative|agents?)\b")
