"""What of a stranger's bytes may reach the parsers: nothing that declares entities, and no more than they can bear.

What would keep feedparser busy for minutes or fill the memory is cut to what is read of it anyway, or refused in one
line for people. Pure; every pattern is linear in its input.
"""

import re
from collections.abc import Iterable
from itertools import accumulate, pairwise

MAX_DEPTH = 500
"""How deep elements may stand in one item. Feeds need ten; unclosed markup of a broken one adds up."""

MAX_TAG = 100_000
"""The longest tag, in bytes: addresses and inline pictures may be long, a hundred thousand attributes may not."""

MAX_ATTRIBUTES = 300
"""The most attributes of one tag: feedparser takes time by their square."""

MAX_TEXT = 200_000
"""The longest text between two tags, in bytes, that is parsed; of it `clean` looks at a third, once it is decoded."""

MAX_TAGS = 100_000
"""Tags that are parsed of a feed, some 15 µs each; items beyond are left out, a single item with more is refused."""

MOST_FIRST, MOST_LAST = 350, 50
"""Items that are parsed of a longer feed, which is an archive: feedparser takes up to 5 ms for each."""

BOMS = ((b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
WIDE = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
WIDE_STARTS = tuple(mark for mark, _ in (*BOMS, *WIDE))
_PROLOGUE = re.compile(r"[^<]*(?:<\?.*?\?>[^<]*|<!--.*?-->[^<]*)*", re.DOTALL)
_DOCTYPE = re.compile(r"""<!DOCTYPE(?:[^>\["']|"[^"]*"|'[^']*')*(?P<subset>\[)?>?\s*""", re.IGNORECASE)
_ROOT = re.compile(r"<(?:[\w.-]+:)?(?P<name>[A-Za-z][\w.-]*)")
FIRST_ITEM = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_LONG_TAG = re.compile(rb"<[A-Za-z][^<>]{%d}" % MAX_TAG)
_SOME_LENGTH = re.compile(rb"<[A-Za-z][^<]{%d}" % (4 * MAX_ATTRIBUTES))
_QUOTING_TAG = re.compile(rb"""<(?:[^<>"']|"[^"<]*"|'[^'<]*')*+""")
_TAG = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<(?P<close>/?)(?P<name>[A-Za-z][\w:.-]*)[^<>]*?(?P<empty>/?)>",
    re.DOTALL,
)
ITEM_END = re.compile(rb"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)
_QUOTED = re.compile(rb"(<!\[CDATA\[)(.*?)(\]\]>|\Z)", re.DOTALL)
_JSON = re.compile(r"[\ufeff\s]*[{\[]")
_NOT_FEEDS = {
    "html": "a web page",
    "head": "a web page",
    "body": "a web page",
    "sitemapindex": "a list of sitemaps",
    "opml": "a list of feeds (OPML)",
    "text": "plain text",
}
"""What the outermost element of an answer says it is, where that is no feed."""


def refuse(body: bytes, texts: Iterable[str]) -> str:
    """Why `body` is not worth parsing (empty, a web page, plain text) or must not be (entities, nesting); "" if it is.

    `texts` are `body` in each encoding that the parser might read it in, so that none hides a DOCTYPE.
    """
    texts = list(texts)
    if not body.strip(b" \t\r\n\0"):
        return "answered with an empty page"
    if any(map(_declares_entities, texts)):
        return "refused: the feed declares XML entities of its own (DOCTYPE)"
    kind = kind_of(texts)
    return f"answered with {_NOT_FEEDS[kind]}, not a feed" if kind in _NOT_FEEDS else _monstrous(body)


def _monstrous(body: bytes) -> str:
    """Why the parser would choke on `body`, for minutes and hundreds of megabytes; "" if it would not."""
    if _LONG_TAG.search(body):
        return f"refused: a tag of the feed is longer than {MAX_TAG / 1000:g} kB"
    for long in _SOME_LENGTH.finditer(body):
        whole = _QUOTING_TAG.match(body, long.start())
        if whole and whole[0].count(b"=") > MAX_ATTRIBUTES:
            return f"refused: a tag of the feed has more than {MAX_ATTRIBUTES} attributes"
    depth = 0
    for tag in _TAG.finditer(body):
        if tag["name"] is None or tag["empty"]:
            continue
        if FIRST_ITEM.match(tag[0]):
            depth = 0  # whatever was left open before: each item is counted by itself
        depth = max(depth - 1, 0) if tag["close"] else depth + 1
        if depth > MAX_DEPTH:
            return f"refused: the feed is nested more than {MAX_DEPTH} deep"
    return ""


def newest(body: bytes) -> bytes:
    """`body` with as many items as are parsed, the first and, for feeds in the order of a diary, the last of them."""
    ends = [m.end() for m in ITEM_END.finditer(body)]
    if len(ends) <= MOST_FIRST + MOST_LAST and body.count(b"<") <= MAX_TAGS:
        return body
    tags = [body.count(b"<", start, end) for start, end in pairwise([0, *ends])]
    first = _how_many(tags[:MOST_FIRST], MAX_TAGS * 3 // 4)
    last = _how_many(tags[first:][: -MOST_LAST - 1 : -1], MAX_TAGS // 8)
    if not first or first + last >= len(ends):
        return body
    return body[: ends[first - 1]] + body[ends[len(ends) - last - 1] :]


def _how_many(tags: Iterable[int], most: int) -> int:
    """Of how many items, at least one, the tags come to at most so many."""
    sums = list(accumulate(tags))
    return max(sum(total <= most for total in sums), min(1, len(sums)))


def shortened(body: bytes) -> bytes:
    """`body` with the texts in it cut to what is looked at, between words where there are any.

    One of megabytes costs feedparser seconds and a hundred megabytes. Encodings of more than a byte for `<` are left.
    """
    if len(body) <= MAX_TEXT or body.startswith(WIDE_STARTS):
        return body
    body = _QUOTED.sub(lambda m: m[1] + _cut(m[2]) + m[3], body)
    pieces, kept, tag = [], 0, 0
    while len(body) - tag > MAX_TEXT:
        near = body.rfind(b"<", tag + 1, tag + MAX_TEXT)
        if near < 0:
            end = body.find(b"<", tag + MAX_TEXT)
            near = end if end >= 0 else len(body)
            start = body.find(b">", tag, near) + 1 or tag
            pieces += [body[kept:start], _cut(body[start:near])]
            kept = near
        tag = near
    return b"".join((*pieces, body[kept:]))


def _cut(text: bytes) -> bytes:
    if len(text) <= MAX_TEXT:
        return text
    place = max(text.rfind(mark, 0, MAX_TEXT) for mark in (b" ", b"\n", b"&"))
    if place < 0:  # no word ends: then at least not inside a character of UTF-8
        place = MAX_TEXT
        while place and text[place] & 0xC0 == 0x80:  # noqa: PLR2004  the bytes of a character after its first
            place -= 1
    return text[:place]


def kind_of(texts: Iterable[str]) -> str:
    """The name of the outermost element in lower case, "json" or "text", by the first encoding that shows one."""
    return next(filter(None, map(_root, texts)), "text")


def _declares_entities(text: str) -> bool:
    start = _after(_PROLOGUE, text, 0)
    doctype = _DOCTYPE.match(text, start)
    if doctype and doctype["subset"]:
        return True
    root = _ROOT.search(text, start)
    return "<!ENTITY" in text[start : root.start() if root else None].upper()


def _root(text: str) -> str:
    """The name of the outermost element in lower case, "json" for JSON, "" where there is no element at all."""
    if _JSON.match(text):
        return "json"
    root = _ROOT.search(text, _after(_DOCTYPE, text, _after(_PROLOGUE, text, 0)))
    return root["name"].lower() if root else ""


def _after(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start
