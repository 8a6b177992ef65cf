"""Slack blocks of a message, each within Block Kit's limits, and the buttons under it.

What comes in is plain text or text that is mrkdwn already; what goes out are dictionaries as Slack takes them. Whatever
is too long is cut at a whole line, and how much was left out is said.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from alerts.table import Signs, grid, ranked, shown
from alerts.types import Row
from alerts.words import cut, escape, literal, percent

Blocks = tuple[Mapping[str, Any], ...]

HEADER_LIMIT: Final = 150
"""Characters of a header block (docs.slack.dev, header block)."""
SECTION_LIMIT: Final = 3000
"""Characters of a section's text (docs.slack.dev, section block); a context's text object has the same."""
BLOCKS_LIMIT: Final = 50
"""Blocks of a message (docs.slack.dev, blocks)."""
OPTION_LIMIT: Final = 75
"""Characters of an option's text (docs.slack.dev, option object)."""
VALUE_LIMIT: Final = 150
"""Characters of an option's value (docs.slack.dev, option object); a button's may have 2000."""
LONG: Final = 280
"""Characters of a title or a sentence below the first line."""
LISTED: Final = 2000
"""Characters of a list in a section: leaves the whole message well under what Slack takes."""

CONTROLS: Final = "aftershock-controls"
MARKS: Final = "aftershock-marks"
ACK, MUTE_STORY, ONE_STOCK = "aftershock-ack", "aftershock-mute-story", "aftershock-one-stock"
"""Ids of the buttons and of the menu for one stock, as Slack sends them back."""
_ALSO: Final = 1000
"""Characters for the stocks that a table has no room for."""
_STOCKS: Final = 10
"""Stocks in the menu: the weightiest. The slash command knows all."""
MENU: Final = (
    ("Why", "why", ""),
    ("Mute 1 hour", "mute", "1h"),
    ("Mute today", "mute", "today"),
    ("Mute until I say", "mute", ""),
    ("Less like this", "less", ""),
    ("Wrong: the price", "wrong", "price"),
    ("Wrong: not linked", "wrong", "link"),
)
"""What the menu offers for each stock: its heading, the verb, and what follows the symbol."""


def header(text: str) -> dict[str, Any]:
    """A headline of plain text."""
    return {"type": "header", "text": {"type": "plain_text", "text": cut(text, HEADER_LIMIT), "emoji": False}}


def section(text: str) -> dict[str, Any]:
    """A paragraph of mrkdwn."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def context(lines: Sequence[str], name: str = "") -> dict[str, Any]:
    """Small print of plain text lines; `name` is the block's id, by which a later edit finds it."""
    text = fit([literal(line, LONG) for line in lines], LISTED)
    found = {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}
    return {**found, "block_id": name} if name else found


def listed(lines: Iterable[str]) -> str:
    """Lines of mrkdwn with bullets, as many as a section holds."""
    return fit([f"• {line}" for line in lines], LISTED)


def fit(lines: Sequence[str], most: int, more: int = 0) -> str:
    """As many whole lines as `most` characters hold, then how many are left (`more` were left out before)."""
    for kept in range(len(lines), -1, -1):
        left = len(lines) - kept + more
        text = "\n".join([*lines[:kept], *([f"and {left} more"] if left else [])])
        if len(text) <= most:
            return text
    return ""


def table(rows: Sequence[Row], states: Mapping[str, str], marks: Signs, **more: Any) -> list[dict[str, Any]]:  # noqa: ANN401  of `grid`
    """The table as a code block. Stocks for which it has no room follow by their move alone."""
    fence = "```"
    text = grid(rows, states, marks, SECTION_LIMIT - 2 * len(fence) - 2, narrow=True, **more).replace("`", "'")
    found = [section(f"{fence}\n{escape(text)}\n{fence}")]
    in_table = {line.partition(" ")[0] for line in text.splitlines()}
    left = [f"{row.symbol} {percent(shown(row).raw)}" for row in ranked(rows) if row.symbol not in in_table]
    if left:
        found.append(section("Also: " + _joined(left, _ALSO)))
    return found


def _joined(words: Sequence[str], most: int) -> str:
    kept = len(words)
    while kept and len(escape(_with_rest(words, kept))) > most:
        kept = kept * 9 // 10
    return escape(_with_rest(words, kept))


def _with_rest(words: Sequence[str], kept: int) -> str:
    return ", ".join(words[:kept]) + (f" and {len(words) - kept} more" if kept < len(words) else "")


def controls(key: str, rows: Sequence[Row], *, story: bool) -> list[dict[str, Any]]:
    """The buttons under a root message: acknowledge, mute its story, and for each stock what `MENU` offers.

    `key` is the root's; one that is too long for Slack to send back gets no buttons.
    """
    if not key or len(key) > SECTION_LIMIT // 2:
        return []
    symbols = [row.symbol for row in ranked(rows) if row.told and not row.corrected][:_STOCKS]
    groups = [
        {
            "label": _plain(heading),
            "options": [
                {"text": _plain(f"{heading}: {s}"), "value": f"{verb}|{s}|{more}"[:VALUE_LIMIT]} for s in symbols
            ],
        }
        for heading, verb, more in MENU
    ]
    elements: list[dict[str, Any]] = [_button("Acknowledge", ACK, key)]
    if story:
        elements.append(_button("Mute story", MUTE_STORY, key))
    if symbols:
        menu = {"type": "static_select", "action_id": ONE_STOCK, "placeholder": _plain("One stock …")}
        elements.append({**menu, "option_groups": groups})
    return [{"type": "actions", "block_id": CONTROLS, "elements": elements}]


def _button(text: str, action: str, value: str) -> dict[str, Any]:
    return {"type": "button", "action_id": action, "text": _plain(text), "value": value}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": cut(text, OPTION_LIMIT), "emoji": False}


def called(mention: str) -> str:
    """A mention from the settings as Slack acts on it; "" for none. Nothing else in a message may call anybody."""
    if mention.startswith("@"):
        return f"<!{mention[1:]}>"
    if mention.startswith("S"):
        return f"<!subteam^{mention}>"
    return f"<@{mention}>" if mention else ""
