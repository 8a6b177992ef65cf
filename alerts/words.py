"""How figures, times and other people's texts are written in messages.

Titles come from the open web: `clean` takes out what could steer a terminal or call people, `escape`
what Slack would read as its own syntax. Everything is pure and the same on every platform, so a
redrawn message differs only where its facts do.
"""

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Final
from urllib.parse import quote, urlsplit

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TRILLION, _BILLION, _MILLION = 1e12, 1e9, 1e6
_UNSEEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
"""Unicode categories that show nothing: control and format characters (bidi overrides, zero widths), surrogates."""
_CALLS: Final = re.compile(r"@(?=(?:channel|here|everyone)\b)", re.IGNORECASE)
_MARKUP: Final = str.maketrans({"*": "∗", "~": "∼", "`": "'"})
"""Look-alikes of what mrkdwn formats by; Slack has no escape for these."""
_ESCAPED: Final = {"&": len("&amp;"), "<": len("&lt;"), ">": len("&gt;")}
_LONGEST_ADDRESS: Final = 2000
"""Characters; longer than any news link, and a third of a section at most."""


def percent(fraction: float, digits: int = 1) -> str:
    """A change with its sign: 0.032 is "+3.2 %", what rounds to nothing has none."""
    value = round(fraction * 100, digits) + 0.0
    return f"{value:+.{digits}f} %" if value else f"{value:.{digits}f} %"


def sigmas(sigma: float) -> str:
    """How unusual, without its side: "6.4 sigma"."""
    return f"{abs(sigma):.1f} sigma"


def money(dollars: float, *, signed: bool = True) -> str:
    """US dollars in words of three figures or so: "-$593 bn", "+$5.3 bn", "$1.20 tn"."""
    size = abs(dollars)
    if size >= 0.9995 * _TRILLION:
        words = f"${size / _TRILLION:.2f} tn"
    elif size >= 0.9995 * _BILLION:
        words = f"${size / _BILLION:.{0 if size >= 9.95 * _BILLION else 1}f} bn"
    elif size >= 0.5 * _MILLION:
        words = f"${size / _MILLION:.0f} m"
    else:
        words = f"${size:,.0f}"
    sign = "-" if dollars < 0 else "+"
    return f"{sign}{words}" if signed and size else words


def billions(dollars: float) -> str:
    """Billions of dollars for a column: "-593", "+5.3", "-0.6"."""
    value = dollars / _BILLION
    return f"{value:+,.0f}" if len(f"{abs(value):.1f}") > len("9.9") else f"{round(value, 1) + 0.0:+.1f}"


def clock(time: datetime) -> str:
    """The time of day, "14:30 UTC"."""
    return f"{time.astimezone(UTC):%H:%M} UTC"


def day(value: date) -> str:
    """A date without its year, "27 Jan"."""
    return f"{value.day} {_MONTHS[value.month - 1]}"


def moment(time: datetime) -> str:
    """Day and time of day, "27 Jan 14:30 UTC"."""
    return f"{day(time.astimezone(UTC).date())} {clock(time)}"


def count(number: int, noun: str, nouns: str | None = None) -> str:
    """A number with its noun, "1 source", "7 sources"."""
    return f"{number} {noun if number == 1 else nouns or noun + 's'}"


def clean(text: str) -> str:
    """One line of visible characters: no control or direction marks, spaces collapsed, @channel defused."""
    if not text.isprintable():
        spaced = "".join(" " if c.isspace() else c for c in text)
        text = "".join(c for c in spaced if unicodedata.category(c) not in _UNSEEN)
    return _CALLS.sub("@\u200b", " ".join(text.split()))


def cut(text: str, most: int) -> str:
    """`text`, or its beginning with an ellipsis, in at most `most` characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def escape(text: str) -> str:
    """What Slack asks for in every text: only & < > are replaced."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def literal(text: str, most: int) -> str:
    """A foreign text as mrkdwn that shows as itself, cut so that its escaped form has at most `most` characters."""
    text = clean(text).translate(_MARKUP)
    whole = escape(text)
    if len(whole) <= most:
        return whole
    size, kept = 0, 0
    for character in text:
        size += _ESCAPED.get(character, 1)
        if size > most - 1:
            break
        kept += 1
    return escape(text[:kept].rstrip()) + "…"


def address(url: str) -> str | None:
    """A web link fit for Slack's <link|text>, None unless it is plain http or https to a host.

    Characters that could end the link early are percent-encoded; user names before the host are refused, as they
    make a link look like another one's.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host or "@" in parts.netloc or clean(url) != url:
        return None
    safe = quote(url, safe="%:/?#[]@!$&'()*+,;=-._~")
    return safe if len(safe) <= _LONGEST_ADDRESS else None


def link(url: str, label: str, most: int) -> str:
    """A title as a link where the address is fit for one, else the title alone; `most` counts the title only."""
    where, title = address(url), literal(label, most).replace("|", "∣")  # a second bar has no defined meaning to Slack
    return f"<{escape(where)}|{title}>" if where and title else title
