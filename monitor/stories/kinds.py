"""What sort of title it is, as far as that decides which story it can belong to. Pure.

A preview of results is another story than the results; a bare price-target change, a list of picks and a columnist's
question are stories of their own however alike their words; market wraps belong together by trading day, weekly
calendars by week. Told by patterns over the title alone, as `tests/test_stories_kinds.py` shows by example.
"""

import re

from monitor.stories.words import plain
from monitor.types import Kind


_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_RESULT = (
    r"(?:earnings|results|revenues?|profits?|sales|quarter(?:ly)?|q[1-4]|eps|estimates|margins?|guidance|10-[kq]"
    r"|top and bottom lines?)"
)
_PATTERNS: tuple[tuple[Kind, str], ...] = (
    (
        Kind.PAST,
        r"\bon this day\b|\b(?:\d+|two|three|five|ten|twenty|a few) years (?:ago|later|on|after|since)\b|\blooking back\b"
        r"|\bthrowback\b|\banniversary\b|\ba look back\b|\bthis day in\b|\byear in review\b|\ba brief history\b"
        r"|\bif you (?:had )?invested\b|\bflashback\b|\bretrospective\b|\bhow it happened\b|\bthe story of how\b"
        r"|\b(?:a|one) (?:year|decade|century) (?:ago|later|on|after|since)\b|\bremembering\b|\bdecades? ago\b",
    ),
    (
        Kind.CALENDAR,
        r"\b(?:the )?week ahead\b|\b(?:stocks?|earnings|what) to watch (?:for )?(?:this|next|in the) (?:coming )?week\b"
        r"|\b(?:this|next|coming) week'?s? (?:earnings|calendar|agenda)\b|\bearnings (?:calendar|week)\b|\bweekly (?:preview|outlook)\b"
        r"|\bto watch next week\b|\bmarkets? to watch this week\b",
    ),
    (
        Kind.PICKS,
        r"^jim cramer\b|\bcramer'?s? (?:says|on|thinks)\b|^(?:the |my |our )?(?:top |best )?\d+ (?:[\w&'-]+ ){0,5}(?:stocks?|names|picks|etfs?|reasons|things|companies)\b"
        r"|\b(?:best|top|hottest|cheapest|magnificent)\b.{0,40}\bstocks?\b.{0,30}\b(?:to buy|to watch|to own|right now|now|in 20\d\d|for 20\d\d|under \$?\d+|of 20\d\d|trending)\b"
        r"|\bstocks? to (?:buy|watch|own|hold|avoid|sell)\b|\b(?:is|are|should|could|was)\b.{0,60}\b(?:a|still a|the best|the top|a top|a strong) (?:buy|sell|millionaire[- ]maker|screaming buy)\b"
        r"|\btoo late to buy\b|\bshould you (?:buy|sell|own|invest|follow)\b|\bis it time to (?:buy|sell)\b|\bbetter (?:buy|[\w ]{0,30}stock)\b|^where will\b"
        r"|\b(?:stock|shares?) (?:a|vs|versus)\b.*\?$|\bvs\.? |\bversus\b|^prediction\b|\bbillionaires?\b.{0,60}\b(?:bought|buys?|buying|sold|sells?|selling|dumps?|dumped|loads?|loaded|piling|piled|adds|own)\b"
        r"|\b(?:hedge fund|pension|fund manager|insiders?)\b.{0,40}\b(?:bought|sold|dumped|buys|sells)\b|\bamong (?:the )?(?:\w+ ){0,3}stocks?\b|\bon analysts'? radar\b"
        r"|\bunlocking (?:intrinsic )?value\b|\b(?:1|one|two|three|2|3) (?:[\w()'-]+ ){0,6}stocks?\b.{0,80}\b(?:buy|bargain|soar|double|hold|own|better)\b"
        r"|\b(?:buy|sell),? (?:sell )?or hold\b|\bgrowth stocks?\b.*\b(?:buy|years)\b|\bfrom now\b.*|\bhistory says\b|\bscreaming buy\b|\bno-brainer\b"
        r"|\b(?:lead plaintiff|class action|shareholder alert|investor alert|securities (?:fraud|law)|deadline alert)\b|\bl(?:lp|aw firm)\b.{0,40}\b(?:reminds|urges|investigates|encourages|announces)\b"
        r"|\b(?:reminds|encourages|urges) (?:\w+ )?(?:shareholders|investors)\b|\bpiling in(?:to)?\b.*\bstock\b",
    ),
    (
        Kind.TARGET,
        r"\b(?<!revenue )(?<!sales )(?<!profit )(?:price |stock |share )?targets? (?:price )?(?:to|at|on|of|by|from|raised|cut|lifted|lowered|increased|trimmed|hiked)\b|\bprice[- ]target\b|\b(?:raises?|cuts?|lifts?|lowers?|boosts?|hikes?|trims?|ups|adjusts?) (?:[\w&.'-]+ ){0,4}(?<!revenue )(?<!sales )(?<!profit )(?:pt|target)\b"
        r"|\b(?:reiterates?|maintains?|keeps?|initiates?|resumes?)\b.{0,50}\b(?:buy|sell|hold|overweight|underweight|outperform|underperform|neutral|equal[- ]weight|rating|coverage)\b",
    ),
    (
        Kind.WRAP,
        r"\bstock market today\b|\bstocks hit (?:all-time|record)\b|\bwall street (?:closes?|ends?|opens?|rises?|rallies|surges|slips|falls|slides|tumbles|slumps|drops|climbs|gains|retreats|jumps|mixed|sinks|eyes|braces|rebounds|edges)\b"
        r"|^(?:u\.?s\.? |global |asian |asia |european |europe'?s? |chinese |tech )?(?:stocks?|equities|shares|markets?|stock futures|futures) (?:mixed|end|ends|close|closes|rise|rises|fall|falls|slip|slips|slide|slides|gain|gains|rally|rallies|jump|drop|drops|tumble|sink|climb|retreat|open|edge|surge|swing|plunge|slump|waver|hit|are|steady|extend|higher|lower|pare|rebound)\b"
        r"|^(?:the )?(?:dow|s&p(?: 500)?|nasdaq|nikkei|ftse|dax|hang seng|stoxx|us30|spx)\b(?!.*\b(?:giant|closing bell|listed|: )).*\b(?:rise|rises|fall|falls|slip|slips|gain|gains|drop|drops|jump|jumps|soar|soars|surge|surges|close|closes|end|ends|slide|slides|tumble|tumbles|rally|rallies|retreat|retreats|record|records|dip|dips|higher|lower|sheds?|erases?|snap|snaps|open|opens|climb|climbs|sink|sinks|plunge|plunges|slump)\b"
        r"|\b(?:dow|nasdaq|s&p 500)\b.{0,60}\b(?:dow|nasdaq|s&p 500)\b|\bmarkets? wrap\b|\bfutures (?:slide|fall|rise|slip|gain|drop|jump|edge|point|climb|tumble|sink)\b"
        r"|\bmarket (?:minute|recap|roundup|snapshot|update)\b",
    ),
    (
        Kind.PREVIEW,
        rf"\bpreview\b|\b{_RESULT}: (?:\w+ )?things to (?:look for|watch)\b|\bbrace[sd]? for\b.*\b{_RESULT}\b|\b(?:test|moment)\b.*: can (?:its )?{_RESULT}\b|\bexpectations for [\w ]+ before\b|\b(?:ahead of|before|awaits?|await|awaiting|into|eyes?|brace[sd]? for|until|heading into) (?:[\w'&.-]+ ){{0,4}}{_RESULT}\b|\b(?:before|after|on|ahead of|by) {_MONTH} \d{{1,2}}\b(?!.*\b(?:deadline|launch|ipo)\b)"
        rf"|\bwhat to (?:expect|watch|look for|know)\b.{{0,50}}(?:\b{_RESULT}\b|\breports?\b)|\b{_RESULT}:? what to (?:expect|watch|look for)\b"
        rf"|\b(?:set|expected|likely|poised|due|scheduled|about|seen|projected|tipped) (?:to )?(?:beat|top|report|post|miss|unveil (?:its )?{_RESULT}|announce (?:its )?{_RESULT}|deliver|provide (?:lower |higher )?guidance|reporting|beating)\b"
        rf"|\b{_RESULT} (?:loom|looms|looming|on deck|in focus|on tap|due|are coming|next week|this week|tomorrow|on (?:mon|tues|wednes|thurs|fri)day|approach(?:es)?|near|estimates? rise)\b"
        rf"|\bto report (?:its |their )?(?:[\w-]+ ){{0,4}}{_RESULT}\b|\boptions (?:imply|traders|pricing|market)\b|\bwhen [\w .]+ reports\b|\bface questions\b.*\b{_RESULT}\b|\b{_RESULT} expected to\b"
        rf"|\bearnings (?:date|play|setup|expectations)\b|\bexpect(?:ed|s)? (?:to|from)\b.*\b{_RESULT}\b|\bhow to play\b.*\b{_RESULT}\b|\bstocks?\b.*\bbefore (?:its |the )?earnings\b|\blikely to (?:beat|top)\b|\bahead of (?:next |this )?(?:week|wednesday|thursday|tuesday)'?s?\b",
    ),
    (
        Kind.RESULTS,
        rf"\b(?:earnings|revenues?|profits?|sales|eps|net income|net loss|financial results|quarterly results|results|operating income|bookings|backlog)\b|\b(?:first|second|third|fourth|fiscal|record|strong|weak|billion-dollar|blowout|solid)[- ](?:half|quarter)\b|\bq[1-4]\b"
        r"|\b(?:tops?|beats?|miss(?:es)?|above|below|exceeds?) (?:[\w.&'-]+ ){0,3}(?:estimates|expectations|forecasts|views|consensus)\b|\b(?:annual|full[- ]year|gloomy|weak|strong|sales|revenue|profit|raises?|cuts?|lifts?|soft|upbeat|gives|guides) (?:[\w-]+ ){0,2}(?:forecast|outlook|guidance|guide)\b|\b(?:outlook|guidance|forecast) (?:disappoints|lifted|raised|cut|beats|misses|tops|tumbles)\b",
    ),
)
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)

_STAYS = re.compile(rf"\bprediction\b.*\b(?:before|after|on) {_MONTH} \d{{1,2}}\b|\bshould you buy\b.*\b(?:before|after) {_MONTH} \d{{1,2}}\b|\bbefore (?:its |the )?(?:earnings|results)\b")
"""A columnist's question that is one about results to come is a preview."""


def kind_of(title: str) -> Kind:
    """The first sort that fits: a retrospective, a calendar, picks, a target, a wrap, a preview, results, else news."""
    text = plain(title).lower()
    if _STAYS.search(text) and not re.search(r"^\d+ ", text):
        return Kind.PREVIEW
    for kind, pattern in _COMPILED:
        if pattern.search(text):
            return kind
    return Kind.NEWS
