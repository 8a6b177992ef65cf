"""What an article's address is under what aggregators and counters make of it. Pure; nothing but the standard library.

`unwrapped` takes an address out of one that only redirects to it, where it stands inside; `canonical` is what two
addresses of one page have in common. Nothing is asked: what only a server knows stays as it is.
"""

import base64
import binascii
import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

ROUNDS = 3
"""How deep one wrapper may stand in another."""

_GOOGLE_NEWS = re.compile(r"/(?:rss/)?(?:articles|read)/(?P<id>[\w-]{10,3000}={0,2})")
_INNER = re.compile(rb"https?://[\x21-\x7e]{4,2000}")
_WRAPPERS = (
    ("google.", "/url", ("url", "q")),
    ("bing.com", "/news/apiclick.aspx", ("url",)),
    ("duckduckgo.com", "/l/", ("uddg",)),
    ("l.facebook.com", "/l.php", ("u",)),
    ("linkedin.com", "/redir/redirect", ("url",)),
    ("safelinks.protection.outlook.com", "/", ("url",)),
)
"""Hosts and paths that do nothing but redirect, with the parameter that says where to."""

_TRACKING = re.compile(
    r"utm_\w+|at_\w+|mc_[ce]id|[a-z]{1,3}clid|fbclid|gclsrc|dclid|_hs(?:enc|mi)|hss_channel|mkt_tok|igshid?|ito|ns_\w+|"
    r"ocid|cmpid|cmp|smid|smtyp|partner|ref(?:_?src|errer|_url)?|rss|feed(?:_?type|_?name)?|source|src|sh|taid|guccounter|guce_\w+|"
    r"wt\.\w+|xtor|s_?cid|spm|srnd|sref|traffic_source|output|oc|hl|gl|ceid|mod|siteid|yptr|\.tsrc|ftag|__twitter_impression",
    re.IGNORECASE,
)
"""Parameters that say who sent a reader, never which page."""

_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)\Z", re.IGNORECASE)
_AMP = re.compile(r"/amp/?\Z|\.amp\Z", re.IGNORECASE)
_HOST = re.compile(r"\A(?:www\d?|m|mobile|amp|edition)\.(?=[^.]+\.)")


def unwrapped(link: str) -> str:
    """The address inside one of an aggregator, or `link` where there is none to be read.

    Google News put the publisher's address into its own until 2024; in newer ones stands a number that only Google can
    look up, which is not asked.
    """
    for _ in range(ROUNDS):
        inner = _inside(link)
        if not inner:
            break
        link = inner
    return link


def _inside(link: str) -> str:
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if host == "news.google.com" and (match := _GOOGLE_NEWS.match(parts.path)):
        return _decoded(match["id"])
    for end, path, names in _WRAPPERS:
        if (f".{end}" in f".{host}" if end.endswith(".") else f".{host}".endswith(f".{end}")) and parts.path == path:
            said = dict(parse_qsl(parts.query))
            inner = next((said[name] for name in names if name in said), "")
            return quote(inner, safe="!#$%&'()*+,-./:;=?@[]_~") if inner.startswith(("http://", "https://")) else ""
    return ""


def _decoded(name: str) -> str:
    """The address in the id of a Google News article: base64 of a message whose first text it is."""
    try:
        packed = base64.urlsafe_b64decode(name + "=" * (-len(name) % 4))
    except (binascii.Error, ValueError):
        return ""
    start = _INNER.search(packed)
    if start is None or start.start() == 0:
        return ""
    # A protocol buffer's text stands behind its length in seven-bit groups, the lowest first.
    length = packed[start.start() - 1]
    two = start.start() > 1 and packed[start.start() - 2] & 0x80
    if two:
        length = (length << 7) | (packed[start.start() - 2] & 0x7F)
    return start[0][:length].decode("ascii")


def canonical(link: str) -> str:
    """What all addresses of a page have in common, as "host/path?query"; "" for none, or for a site's front page.

    Left out are scheme, port, fragment, tracking parameters, the order of the others, and the ways to say that it is
    for a phone. Paths keep their case.
    """
    try:
        parts = urlsplit(unwrapped(link))
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return ""
    path = _AMP.sub("", _INDEX.sub("", parts.path)).rstrip("/")
    said = [(n, v) for n, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(n)]
    if not host or not (path or said):
        return ""
    query = urlencode(sorted(said))
    return f"{_HOST.sub('', host)}{path}{'?' if query else ''}{query}"


def feed_address(link: str) -> str:
    """What all addresses of one feed have in common: all but scheme, letters' case in the host, `www.` and a last `/`.

    Parameters count, unlike a page's: `hl=de` asks for the German edition.
    """
    try:
        parts = urlsplit(link.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return link
    place = host.rstrip(".").removeprefix("www.") + (f":{port}" if port not in {None, 80, 443} else "")
    return f"{place}{parts.path.rstrip('/')}{'?' if parts.query else ''}{parts.query}"


def site(link: str) -> str:
    """The host of an address without what stands for a phone; "" for none."""
    try:
        return _HOST.sub("", (urlsplit(link).hostname or "").rstrip("."))
    except ValueError:
        return ""
