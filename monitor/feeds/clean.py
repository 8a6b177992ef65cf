"""Turns what strangers write into feeds into plain text and web addresses. Pure; nothing but the standard library.

Titles and summaries end up in terminals, Slack and the store, so markup, control characters and half surrogates end
here. Every pattern is linear in its input: it either matches what it starts on or gives up at the next `<`.
"""

import html
import re
import unicodedata
from urllib.parse import quote, urljoin, urlsplit

MAX_RAW = 65_536
"""Characters of markup that are looked at for one text; sixteen times the longest summary that is kept."""

MAX_LINK = 2_000
"""Longer addresses are no article's; browsers and Slack stop at about this length."""

ROUNDS = 2
"""How often markup is stripped and entities decoded: feeds that escape twice are common, three times a joke."""

_BLOCK = re.compile(
    "address|article|aside|blockquote|br|caption|center|d[dlt]|div|fig(?:caption|ure)|footer|form|h[1-6r]|header|"
    "img|li|main|nav|[ou]l|option|p|pre|section|table|tbody|t[dhr]|tfoot|thead|video",
    re.IGNORECASE,
)
"""Elements that part words; all others (`b`, `a`, `span`) may stand inside one."""

_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<!\[CDATA\[|\]\]>"
    r"|<(?P<silent>script|style)\b.*?(?:</(?P=silent)\s*>|\Z)"
    r"|</?(?P<name>[a-z][\w:-]*)(?:[\s/][^<>]*)?>"
    r"|<[!?][^<>]*>",
    re.DOTALL | re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_PARTIAL = re.compile(r"<[^<>]*\Z|&[#\w]*\Z")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_UNSAFE_IN_LINK = re.compile(r"[^!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]")


def plain(markup: str, cap: int) -> str:
    """The text of a piece of HTML or of plain text, on one line, cut to `cap` characters at a word with an ellipsis.

    A `<` that opens no tag ("margins < 5 %") is text.
    """
    text = markup if len(markup) <= MAX_RAW else _PARTIAL.sub("", markup[:MAX_RAW])
    for _ in range(ROUNDS):
        text = _ENTITY.sub(lambda m: html.unescape(m[0]), _MARKUP.sub(_gap, text))
    return shorten(one_line(_MARKUP.sub(_gap, text)), cap)


def _gap(markup: re.Match[str]) -> str:
    name = markup["name"]
    return " " if markup["silent"] or (name and _BLOCK.fullmatch(name)) else ""


def one_line(text: str) -> str:
    """`text` without control, format and half surrogate characters, its white space folded to single spaces."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if not whole.isprintable():
        whole = "".join(c if c.isprintable() else _printable(c) for c in whole)
    return " ".join(whole.split())


def _printable(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    return " " if category == "Cc" else character


def shorten(text: str, cap: int) -> str:
    """`text` in at most `cap` characters; a longer one ends at a word, where there is one, with an ellipsis."""
    if len(text) <= cap:
        return text
    cut = text[: cap - 1]
    at_word = cut.rpartition(" ")[0]
    return (at_word if len(at_word) > cap // 2 else cut).rstrip() + "…"


def web_link(link: str, base: str) -> str:
    """`link` as an absolute http or https address, resolved against `base`; "" for anything else.

    Characters that a terminal or Slack could take for markup are percent-encoded.
    """
    link = _CONTROLS.sub("", link.strip())
    if not link or len(link) > MAX_LINK:
        return ""
    try:
        absolute = urljoin(base, link)
        parts = urlsplit(absolute)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host:
        return ""
    safe = _UNSAFE_IN_LINK.sub(lambda m: quote(m[0], errors="replace"), absolute)
    return safe if len(safe) <= MAX_LINK else ""
