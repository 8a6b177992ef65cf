"""The digest: a day, or a region's day, in one table, with what was won, lost, held back and told.

Like the messages of a story it comes as plain text and as Slack blocks with the same facts, pure and deterministic.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from alerts.blocks import LISTED, LONG, Blocks, context, fit, header, listed, section, table
from alerts.holdings import holdings
from alerts.joins import summary
from alerts.phrases import CAVEAT, brief, bullets, findings, footing, kinds
from alerts.table import grid, signs
from alerts.types import DigestView, Row
from alerts.words import count, literal, moment, money

_REASONS: Final = 6


def digest(view: DigestView) -> tuple[str, Blocks]:
    """A day (or a region's day) in one table, with value won and lost, what was held back, and the stories told."""
    marks = signs(view.rows)
    told = [row for row in view.rows if row.told]
    quiet = len(view.rows) - len(told)
    lead = f"{brief(view.title)}: {count(len(told), 'stock')} told, {quiet} linked without crossing"
    facts = [*holdings(view.rows), *_value(told), *findings(view.records, view.market), *summary(view.rows)]
    facts += _held(view.held)
    text = [lead, grid(view.rows, view.states, marks) if view.rows else "No linked stock moved."]
    blocks = [header(lead), *(table(view.rows, view.states, marks) if view.rows else [section(text[1])])]
    if facts:
        text.append(bullets(facts))
        blocks.append(section(listed([literal(f, LONG) for f in facts])))
    if view.stories and not view.region:
        about = [
            f"“{brief(s.headline)}” ({kinds(s)}, {count(s.feeds, 'source')})" if s else "moves without linked AI news"
            for s in view.stories
        ]
        text.append("\n".join(["Stories told", *(f"• {a}" for a in about)]))
        blocks.append(section(fit(["*Stories told*", *(f"• {literal(a, LONG)}" for a in about)], LISTED)))
    small = (
        [brief(note) for note in marks.notes]
        if view.region
        else footing(None, marks, f"drawn {moment(view.at)}", CAVEAT)
    )
    if small:
        text.append("\n".join(small))
        blocks.append(context(small))
    return "\n\n".join(text), tuple(blocks)


def _value(rows: Sequence[Row]) -> list[str]:
    by_company = {row.company: row.day.value_change for row in rows}
    changes = [change for change in by_company.values() if change is not None]
    lost, won = [c for c in changes if c < 0], [c for c in changes if c > 0]
    words = []
    if lost:
        words.append(f"{money(sum(lost))} on {count(len(lost), 'stock')}")
    if won:
        words.append(f"{money(sum(won))} on {count(len(won), 'stock')}")
    return [f"Market value: {', '.join(words)}"] if words else []


def _held(held: Mapping[str, int]) -> list[str]:
    if not held:
        return []
    order = sorted(held.items(), key=lambda item: (-item[1], item[0]))
    words = [f"{number} ({brief(reason)})" for reason, number in order[:_REASONS]]
    rest = sum(number for _, number in order[_REASONS:])
    return ["Held back: " + "; ".join([*words, *([f"{rest} for other reasons"] if rest else [])])]
