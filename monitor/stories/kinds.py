"""What sort of title it is, as far as that decides which story it can belong to. Pure.

A preview of results is another story than the results; a bare price-target change, a list of picks and a columnist's
question are stories of their own however alike their words; market wraps belong together by trading day, weekly
calendars by week. Told by patterns over the title alone: the first sort that fits, in the order of `PATTERNS`.
"""

import re

from monitor.stories.words import plain
from monitor.types import Kind


def _any(*words: str) -> str:
    """A pattern for one of these."""
    return f"(?:{'|'.join(words)})"


def _forms(verbs: str, endings: str = "s?") -> str:
    """A pattern for one of these verbs, with or without an ending."""
    return f"(?:{'|'.join(verb + endings for verb in verbs.split())})"


MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
RESULT = _any(
    "earnings", "results", "revenues?", "profits?", "sales", "quarter(?:ly)?", "q[1-4]", "eps", "estimates",
    "margins?", "guidance", "10-[kq]", "top and bottom lines?",
)  # fmt: skip
YEARS = r"(?:\d+|a|one|two|three|four|five|ten|twenty|thirty|a few) (?:years?|decades?|quarter-century)"
FEW = r"(?:[\w&.'-]+ ){0,4}"
"""Up to four words between."""
MOVES = _forms(
    "close end open rise rally slip fall slide tumble slump drop climb gain retreat jump sink eye brace rebound edge "
    "surge dip plunge soar swing waver shed erase snap steady extend pare hit record rall",
    "(?:e?s|ies|ing)?",
)
NO_SALES = r"(?<!revenue )(?<!sales )(?<!profit )"
RATING = _any(
    "buy", "sell", "hold", "overweight", "underweight", "outperform", "underperform", "neutral", "equal[- ]weight",
    "rating", "coverage",
)  # fmt: skip
INDEX = r"(?:dow|s&p(?: 500)?|nasdaq|nikkei|ftse|dax|hang seng|stoxx|us30|spx)"
ABOUT_RESULTS_TO_COME = (
    rf"\bprediction\b.*\b(?:before|after|on) {MONTH} \d{{1,2}}\b",
    rf"\bshould you buy\b.*\b(?:before|after) {MONTH} \d{{1,2}}\b",
    r"\bbefore (?:its |the )?(?:earnings|results)\b",
)
"""A columnist's question that is one about results to come is a preview; a list of stocks stays one."""

PATTERNS: dict[Kind, tuple[str, ...]] = {
    Kind.PAST: (
        r"\bon this day\b", r"\bthis day in\b", r"\blooking back\b", r"\ba look back\b", r"\bthrowback\b",
        rf"\b{YEARS} later\b", rf"\b{YEARS} on(?:$|[:,?]| from\b| since\b)", rf"^{YEARS} (?:ago|after|since|on)\b",
        r"^(?:the )?(?:\w+ )?anniversary\b", r"\banniversary of\b", r"\byear in review\b", r"\ba brief history\b",
        r"\bretrospective\b(?! (?:study|analysis|cohort|data))", r"^remembering\b", r"\bflashback\b",
        r"^if you(?:'d| had)? (?:put|invested|bought)\b", r"\bthe story of how\b",
        r"\binvest(?:ed|ment)\b.*\b\d+ years ago\b",
    ),
    Kind.CALENDAR: (
        r"\bweek ahead\b",
        r"\b(?:stocks?|earnings|what) to watch (?:for )?(?:this|next|in the) (?:coming )?week\b",
        r"\bto watch next week\b", r"\bmarkets? to watch this week\b",
        r"\b(?:this|next|coming) week'?s? (?:earnings|calendar|agenda)\b", r"\bearnings (?:calendar|week)\b",
        r"\bweekly (?:preview|outlook)\b",
    ),
    Kind.PICKS: (
        r"^jim cramer\b", r"\bcramer'?s? (?:says|on|thinks)\b", r"^where will\b", r"^prediction\b",
        (r"^(?:the |my |our )?(?:top |best )?\d+ (?:[\w&'-]+ ){0,5}"
        r"(?:stocks?|names|picks|etfs?|reasons|things|companies)\b"),
        (r"\b(?:best|top|hottest|cheapest|magnificent)\b.{0,40}\bstocks?\b.{0,30}"
        r"\b(?:to buy|to watch|to own|right now|now|in 20\d\d|for 20\d\d|under \$?\d+|of 20\d\d|trending)\b"),
        r"\bstocks? to (?:buy|watch|own|hold|avoid|sell)\b", r"\b(?:stock|shares) a (?:buy|sell|hold)\b",
        r"\bis it time to (?:buy|sell)\b", r"\btoo late to buy\b",
        (r"\b(?:is|are|should|could|was)\b.{0,60}"
        r"\b(?:a|still a|the best|the top|a top|a strong) (?:buy|sell|millionaire[- ]maker|screaming buy)\b"),
        r"\bshould you (?:buy|sell|own|invest|follow)\b", r"\bbetter (?:buy|[\w ]{0,30}stock)\b",
        r"\b(?:is|are) .{0,40}\b(?:best|most profitable)\b.{0,40}\bstocks?\b", r"\bvs\.? ", r"\bversus\b",
        (r"\bbillionaires?\b.{0,60}"
        r"\b(?:bought|buys?|buying|sold|sells?|selling|dumps?|dumped|loads?|loaded|piling|piled|adds|own)\b"),
        r"\b(?:hedge fund|pension|fund manager|insiders?)\b.{0,40}\b(?:bought|sold|dumped|buys|sells)\b",
        r"\bamong (?:the )?(?:\w+ ){0,3}stocks?\b", r"\bon analysts'? radar\b", r"\bunlocking (?:intrinsic )?value\b",
        r"\b(?:1|one|two|three|2|3) (?:[\w()'-]+ ){0,6}stocks?\b.{0,80}\b(?:buy|bargain|soar|double|hold|own|better)\b",
        r"\b(?:buy|sell),? (?:sell )?or hold\b", r"\bgrowth stocks?\b.*\b(?:buy|years)\b", r"\bfrom now\b",
        r"\bhistory says\b", r"\bscreaming buy\b", r"\bno-brainer\b", r"\bpiling in(?:to)?\b.*\bstock\b",
        r"\b(?:lead plaintiff|class action|shareholder alert|investor alert|securities (?:fraud|law)|deadline alert)\b",
        r"\bl(?:lp|aw firm)\b.{0,40}\b(?:reminds|urges|investigates|encourages|announces)\b",
        r"\b(?:reminds|encourages|urges) (?:\w+ )?(?:shareholders|investors)\b",
    ),
    Kind.TARGET: (
        (rf"\b{NO_SALES}(?:price |stock |share )?targets? (?:price )?"
        r"(?:to|at|on|of|by|from|raised|cut|lifted|lowered|increased|trimmed|hiked)\b"),
        r"\bprice[- ]target\b",
        rf"\b{_forms('raise cut lift lower boost hike trim up adjust')} {FEW}{NO_SALES}(?:pt|target)\b",
        rf"\b{_forms('reiterate maintain keep initiate resume')}\b.{{0,50}}\b{RATING}\b",
    ),
    Kind.WRAP: (
        r"\bstock market today\b", r"\bstocks hit (?:all-time|record)\b", rf"\bwall street (?:{MOVES}|mixed)\b",
        (r"^(?:u\.?s\.? |global |asian |asia |european |europe'?s? |chinese |tech )?"
        rf"(?:stocks?|equities|shares|markets?|stock futures|futures) (?:{MOVES}|mixed|are|higher|lower)\b"),
        rf"^(?:the )?{INDEX}\b(?!.*\b(?:giant|closing bell|listed|: )).*\b(?:{MOVES}|higher|lower)\b",
        r"\b(?:dow|nasdaq|s&p 500)\b.{0,60}\b(?:dow|nasdaq|s&p 500)\b(?! closing bell)", r"\bmarkets? wrap\b",
        rf"\bfutures (?:{MOVES}|point)\b", r"\bmarket (?:minute|recap|roundup|snapshot|update)\b",
    ),
    Kind.PREVIEW: (
        r"\bpreview\b", rf"\b{RESULT}: (?:\w+ )?things to (?:look for|watch)\b", rf"\bbrace[sd]? for\b.*\b{RESULT}\b",
        rf"\b(?:test|moment)\b.*: can (?:its )?{RESULT}\b", r"\bexpectations for [\w ]+ before\b",
        (rf"\b(?:ahead of|before|awaits?|awaiting|into|eyes?|until) {FEW}{RESULT}\b"),
        rf"\b(?:before|after|on|ahead of|by) {MONTH} \d{{1,2}}\b(?!.*\b(?:deadline|launch|ipo)\b)",
        rf"\bwhat to (?:expect|watch|look for|know)\b.{{0,50}}\b(?:{RESULT}|reports?)\b",
        rf"\b{RESULT}:? what to (?:expect|watch|look for)\b",
        (r"\b(?:set|expected|likely|poised|due|scheduled|about|seen|projected|tipped) (?:to )?"
        rf"(?:beat|top|report|post|miss|unveil (?:its )?{RESULT}|announce (?:its )?{RESULT}|deliver"
        r"|provide (?:lower |higher )?guidance|reporting|beating)\b"),
        (rf"\b{RESULT} (?:looms?|looming|on deck|in focus|on tap|due|are coming|next week|this week|tomorrow"
        r"|on (?:mon|tues|wednes|thurs|fri)day|approach(?:es)?|near|estimates? rise)\b"),
        rf"\bto report (?:its |their )?{FEW}{RESULT}\b", r"\boptions (?:imply|traders|pricing|market)\b",
        r"\bwhen [\w .]+ reports\b", rf"\bface questions\b.*\b{RESULT}\b", rf"\b{RESULT} expected to\b",
        r"\bearnings (?:date|play|setup|expectations)\b", rf"\bexpect(?:ed|s)? (?:to|from)\b.*\b{RESULT}\b",
        rf"\bhow to play\b.*\b{RESULT}\b", r"\bstocks?\b.*\bbefore (?:its |the )?earnings\b",
        r"\blikely to (?:beat|top)\b", r"\bahead of (?:next |this )?(?:week|wednesday|thursday|tuesday)\b",
    ),
    Kind.RESULTS: (
        r"\b(?:earnings|revenues?|profits?|sales|eps|net income|net loss|results|operating income|bookings|backlog)\b",
        r"\b(?:first|second|third|fourth|fiscal|record|strong|weak|billion-dollar|blowout|solid)[- ](?:half|quarter)\b",
        r"\bq[1-4]\b",
        (r"\b(?:tops?|beats?|miss(?:es)?|above|below|exceeds?) "
        r"(?:[\w.&'-]+ ){0,3}(?:estimates|expectations|forecasts|views|consensus)\b"),
        (r"\b(?:annual|full[- ]year|gloomy|weak|strong|sales|revenue|profit|raises?|cuts?|lifts?|soft|upbeat|gives"
        r"|guides) (?:[\w-]+ ){0,2}(?:forecast|outlook|guidance|guide)\b"),
        r"\b(?:outlook|guidance|forecast) (?:disappoints|lifted|raised|cut|beats|misses|tops|tumbles)\b",
    ),
}  # fmt: skip
_COMPILED = {kind: re.compile("|".join(patterns)) for kind, patterns in PATTERNS.items()}
_TO_COME = re.compile("|".join(ABOUT_RESULTS_TO_COME))


def kind_of(title: str) -> Kind:
    """The sort of a title; news if it is none of the others."""
    text = plain(title).lower()
    if _TO_COME.search(text) and not text[:1].isdigit():
        return Kind.PREVIEW
    return next((kind for kind, pattern in _COMPILED.items() if pattern.search(text)), Kind.NEWS)
