"""The words that, standing beside a name, speak for a company or against it, in all their forms.

Data for `nlp.signs` and `nlp.companies`; everything is in lower case. Verbs and nouns are listed as lemmas.
"""

from nlp.forms import IRREGULAR, noun_forms, verb_forms

_SELDOM_MEANT = """
apple meta oracle perplexity cohere mistral moonshot snowflake workday wiz stripe kraken tether upstage plaid ripple
telegram discord lilly abbott axon confluent crusoe paramount novo freeport citadel etched credo fidelity vanguard
azure bing copilot grok kimi jeep oculus omniverse siri snapdragon twitch verily xbox zyn fiat cbs gemini llama gemma
optimus jetson stargate h20 b200 b300
"""
_MARKET = """
stock share earnings results revenue profit sales guidance dividend buyback bond debt valuation ipo eps capex margin
shareholder investor selloff rally options calls puts futures outlook forecast q1 q2 q3 q4 quarterly downgrade upgrade
"""
_OFFICE = """
ceo cfo coo cto cio chief boss chairman founder co-founder executive president spokesperson spokesman spokeswoman
employee engineer worker staff supplier rival customer analyst unit subsidiary stake deal partnership quarter board
platform app device price insider management turnaround merger takeover
"""
_CORPORATE_ACTS = """
announce unveil launch release report post acquire sell hire cut invest build sign raise lower beat miss expect sue
rise fall jump drop gain slide sink soar surge tumble plunge slump climb rally dip slip introduce debut expand delay
recall settle outperform underperform declare file double triple top trade price reaffirm reiterate exceed surpass lag
divest restructure rehire reappoint appoint name lift trim boost slash spin overhaul secure complete commence present
partner team tap roll ship license licence supply buy
"""
_ACTS = """
say plan fire warn face win lose add open close reveal show test pause ban block seek agree appeal deny confirm join
become pay spend commit pledge order make offer start stop begin end shed overtake hit reach eye weigh consider mull
hold own back fund lead get take give bring put push pull pick use want need try move turn tout debate aim develop
design integrate update tease accuse ask tell urge let allow keep return remain bet cross fight defend halt resolve
work train run serve rely predict value repay advance decline tame shine crash disappoint rocket skyrocket highlight
attract experience see surprise stumble balk hike ink nab land grab hail slam vow bolster bar brace call cancel cap
catch cease challenge claim clear combine compete complain concede curb dump embrace enter estimate exit explore
extend finalize flag float freeze fuel grapple help hint host inch insist issue loom match meet merge mount near
oppose opt oust owe pare pivot plead poach pour prepare press probe promote propose prove purchase question race ramp
ratchet rebrand rebuff recover redesign reduce refuse reject remove renew reopen replace require rescue respond revamp
reverse review revise revive rival roar sack save scrap seal seize set shift shrink shrug shut sideline skip slow spar
spook stage steer step strike struggle submit suffer suspend swap switch target tear threaten tie tighten track unload
unwind veto violate wade walk weaken widen withdraw woo wrap yank yield unleash introduce award recommend modify
launch borrow lend divert double-down downsize drag dangle dodge dominate edge emerge encourage engage ensure escape
examine exceed excel experiment export fare favor field fill fold force forge form gear generate grow guide hunt
identify improve increase infuse inject innovate install insure invite jettison jeopardize kick lack leave leverage
license limit list loan lobby lock lower maintain manage master mark mend mimic monetize narrow negotiate notch notify
obtain operate outline outpace patent plot post praise preview produce promise pump quash rank rate rebound recruit
redeem refinance rename report request reshuffle restart restore retire retool retreat reward rewrite rush scale
scramble scoop screen secure select send separate shelve shop shore showcase simplify sour split spread spur squeeze
stall strengthen stretch subpoena succeed support surrender sustain tackle taper terminate transfer transform trigger
trounce underwhelm unseat unwrap upend vie voice wager earn score
"""
_AUXILIARIES = """
has have had is was will can could would may might must should just now
"""
_ANYTHINGS_ACTS = """
begin end return start resume continue
"""
_OWN = """
report post declare price file
"""
_TRADES = """
chip chips tech technology software hardware semiconductor equipment tool car auto drug pharmaceutical oil energy
power mining steel retail payments internet gaming cloud data robot battery solar telecoms telecom media e-commerce
biotech aerospace defence defense shipping insurance online networking social-media streaming automation clothing
"""
_FRAMES = """
group holdings holding technologies technology international platforms systems & and of the inc corp co company
companies corporation ltd limited plc inc. corp. co. ltd.
"""
_TAILS = """
partners advisors advisers management capital wealth ventures savings university college county church school hospital
museum foundation institute beach street avenue island islands stadium park river lake valley hills airport court
square bridge prize award awards cup cathedral palace castle house media law bill
"""
_BEFORE_NAMES = """
why is are was will can could should does did do has what how where when as if after the a an and or of in on at to
for with by from about like than vs versus here's now top best latest new more than into over amid despite behind
beyond
"""
_MARKET_TOPIC = """
stock stocks shares share earnings q1 q2 q3 q4 eps dividend dividends shareholder shareholders investor investors ipo
analyst analysts revenue revenues sales buyback results quarter quarterly guidance fiscal outlook
"""
_TOPIC = """
ai a.i billion nasdaq chip chips tech artificial chatbot chatbots model models market data antitrust profit profits
"""


def _verbs(lemmas: str) -> frozenset[str]:
    """The forms that follow a firm's name: not `launch`, which is a noun there, but `cut`, which is a past."""
    return frozenset(
        form for verb in lemmas.split() for form in verb_forms(verb) if form != verb or not IRREGULAR.get(verb, (verb,))
    )


def _nouns(lemmas: str) -> frozenset[str]:
    return frozenset(form for noun in lemmas.split() for form in noun_forms(noun))


SELDOM_MEANT = frozenset(_SELDOM_MEANT.split())
"""Doubtful names that newspapers, with a capital, seldom use for what else they mean."""
MARKET = _nouns(_MARKET)
"""What only a listed company has."""
FINANCE = MARKET | _nouns(_OFFICE)
"""What any company has."""
CORPORATE_ACTS = _verbs(_CORPORATE_ACTS)
"""What firms do and people seldom."""
AUXILIARIES = frozenset(_AUXILIARIES.split())
ANYTHINGS_ACTS = _verbs(_ANYTHINGS_ACTS)
"""What anything may do: a season begins."""
ACTS = CORPORATE_ACTS | _verbs(_ACTS) | AUXILIARIES | {"to"}
"""What firms do; `to` stands for `is to`, as headlines have it."""
OWN = MARKET | _verbs(_OWN)
"""What a firm has or does, and never its product."""
TRADES = tuple(_TRADES.split())
"""What kind of company stands before a name: the chip maker Disco."""
FRAMES = frozenset(_FRAMES.split())
"""Words between a short name and its legal form that make it no other's."""
TAILS = frozenset(_TAILS.split())
"""What a longer name ends with that is no listed company of its first word."""
BEFORE_NAMES = frozenset(_BEFORE_NAMES.split())
"""What stands before a name in a headline, and is nobody's first name."""
MARKET_TOPIC = frozenset(_MARKET_TOPIC.split())
TOPIC = MARKET_TOPIC | frozenset(_TOPIC.split())
PRIVATE_FORMS = frozenset(("LLC", "LP", "L.P.", "LLP"))
FUNDS = frozenset(("ETF", "ETFs", "Fund", "Funds"))
FORMS = frozenset(
    ("Inc", "INC", "Corp", "Corporation", "Ltd", "LTD", "Limited", "PLC", "plc", "Trust", "REIT", "Bank", "Advisors")
)
