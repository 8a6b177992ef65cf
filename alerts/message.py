"""What a story's message says: the root that is redrawn as moves go on, and the replies in its thread.

Each comes as plain text and as Slack blocks with the same facts. The plain text is paragraphs: the first
line, which a phone shows; the table; then the rest (`parts` takes them apart again for the console). Pure and
deterministic: the same view gives the same message, and nothing exceeds Block Kit's limits however long
titles, links and lists are. "Linked" is all that is ever claimed.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from alerts.blocks import (
    BLOCKS_LIMIT,
    LISTED,
    LONG,
    MARKS,
    SECTION_LIMIT,
    Blocks,
    called,
    context,
    controls,
    fit,
    header,
    listed,
    section,
    table,
)
from alerts.holdings import holdings
from alerts.joins import OPPOSITE, UNCLEAR, course, exception, summary
from alerts.phrases import CAVEAT, NO_ADVICE, brief, bullets, findings, footing, kinds
from alerts.severity import of_rows
from alerts.table import grid, ranked, shown, signs
from alerts.types import (
    Crossing,
    Decision,
    Delivery,
    RootView,
    Row,
    Severity,
    Source,
    StoryNote,
    Window,
)
from alerts.words import address, clean, count, cut, link, literal, moment, money, percent, sigmas

_LEADERS: Final = 3
"""Stocks that the first line names."""
_NOTICED: Final = 150
"""Characters of a notification that a phone shows: the first line's headline is cut to fit."""
_TERSE: Final = 5
"""A reply in Slack with more stocks leaves their paths to the root message above it."""
_SOURCES: Final = 5
_OTHERS: Final = 3
_TITLE: Final = 90
"""Characters of a headline on the first line, and of another story's at a path; never under `_SHORT`."""
_SHORT: Final = 40
_FEED: Final = 60
_NEWS: Final = 1000
"""Characters of what stands first in a reply: joins, records and corrections of one pass, one after the other."""
_NAME: Final = 24
_PLAIN: Final = re.compile(r"[\w .'…-]+")
"""A name that no client takes for markup: the first line is plain text, which has no escape."""
_GRAVE: Final = {Severity.NOTICE: "", Severity.ALERT: "Alert", Severity.ALARM: "Alarm"}
_MARK: Final = "✓ "
"""What a line on what people did begins with, by which a later drawing finds it."""


def root(view: RootView) -> tuple[str, Blocks]:
    """The root message of a story (or of a move without linked news) as plain text and blocks."""
    marks = signs(view.rows)
    lead = leaders(view.rows)
    told = [row for row in view.rows if row.told and not row.corrected]
    stand = [row for row in view.rows if not row.corrected]
    facts = [*holdings(stand), *findings(view.records, view.market)]
    facts += summary(told) if view.story or _stories(told) else []
    mistakes = corrections(view.rows)
    story = view.story
    linked = "Linked" if stand or not mistakes else "Was linked"
    text = [_first(lead, story, told, linked.lower()), grid(view.rows, view.states, marks, at=view.at)]
    grave = [w for w in (_GRAVE[of_rows(view.rows)],) if w]
    calls = [w for w in (called(view.mention),) if w]
    blocks = [header(lead)]
    if story:
        about = f"{kinds(story)} · {count(story.feeds, 'source')} · first {moment(story.first_time)}"
        text.append("\n".join([f"{linked} to “{brief(story.headline)}”", " · ".join([*grave, about])]))
        first = " ".join([*calls, f"{linked} to *“{literal(story.headline, LONG)}”*"])
        blocks.append(section(f"{first}\n{' · '.join([*(f'*{w}*' for w in grave), literal(about, LONG)])}"))
    else:
        many = _stories(told)
        about = f"Linked to {_count(many)} at once." if many else "No linked AI news found."
        blocks.append(section(" ".join([*calls, *(f"*{w}* ·" for w in grave), about])))
    blocks += table(view.rows, view.states, marks, at=view.at)
    if mistakes:
        text.append("\n".join(mistakes))
        blocks.append(section(fit([f"*{literal(line, LONG)}*" for line in mistakes], LISTED)))
    if facts:
        text.append(bullets(facts))
        blocks.append(section(listed([literal(f, LONG) for f in facts])))
    claims = bool(stand and story) or bool(_stories(told))
    why = _why(story, told) if claims else []
    if why:
        text.append("\n".join(["Why linked", *why]))
        blocks.append(section(fit(["*Why linked*", *(_path(line) for line in why)], LISTED)))
    if story and story.sources:
        text.append("\n".join(["Sources", *(_plain_source(s) for s in story.sources[:_SOURCES])]))
        blocks.append(section(_sources(story.sources)))
    if view.marks:
        text.append("\n".join(_marked(view.marks)))
        blocks.append(context(_marked(view.marks), MARKS))
    small = footing(view.previous, marks, f"drawn {moment(view.at)}", CAVEAT if claims else NO_ADVICE)
    text.append("\n".join(small))
    blocks.append(context(small))
    blocks += controls(view.key, view.rows, story=story is not None)
    return "\n\n".join(text), tuple(blocks)


def remarked(drawing: Delivery, marks: Sequence[str]) -> tuple[str, Blocks]:
    """A drawing of a root as text and blocks with other lines on what people did with it, and nothing else changed."""
    paragraphs = [p for p in drawing.text.split("\n\n") if not p.startswith(_MARK)]
    blocks = [b for b in drawing.blocks if b.get("block_id") != MARKS]
    if marks:
        paragraphs.insert(-1, "\n".join(_marked(marks)))
        last = max((n for n, b in enumerate(blocks) if b["type"] == "context"), default=len(blocks))
        blocks.insert(last, context(_marked(marks), MARKS))
    return "\n\n".join(paragraphs), tuple(blocks)


def corrections(rows: Iterable[Row]) -> list[str]:
    """One line for each row that was told wrongly."""
    return [f"Corrected: {row.symbol}: {brief(row.corrected)}" for row in rows if row.corrected]


def reply(decisions: Sequence[Decision], headline: str = "", mention: str = "") -> tuple[str, Blocks]:
    """A reply that tells the ALERTs of one pass: which stocks crossed, how, and by which path.

    In Slack, where the root message with all paths stands above it, a long one leaves them out.
    `headline`, where given, comes first (a region that joins, a record); it is what a broadcast shows. `mention` is
    whom it calls.
    """
    lines = [_crossed(d) for d in decisions]
    paths = [_by(d.candidate.tie.path) if d.candidate.tie else "" for d in decisions]
    ends = [_course(d) for d in decisions]
    top = [cut(clean(headline), _NEWS)] if headline else []
    told = list(zip(lines, paths, ends, strict=True))
    text = "\n".join([*top, *(" · ".join(w for w in one if w) for one in told)])
    terse = len(told) > _TERSE
    marked = [
        " · ".join(w for w in (literal(line, LONG), "" if terse else _code(path), _terse(end) if terse else end) if w)
        for line, path, end in told
    ]
    bold = [f"*{literal(headline, _NEWS)}*"] if headline else []
    calls = [called(mention)] if mention else []
    return text, (section(fit([*calls, *bold, *marked], SECTION_LIMIT)),)


def joined(first: Delivery, later: Delivery) -> Delivery:
    """Two replies of one thread as one, for after the quiet hours; the first one's key and time stay."""
    blocks = (*first.blocks, *later.blocks)[:BLOCKS_LIMIT]
    rows = {row.symbol: row for row in (*first.rows, *later.rows)}
    text = f"{first.text}\n{later.text}"
    broadcast = first.broadcast or later.broadcast
    return replace(first, text=text, blocks=blocks, rows=tuple(rows.values()), broadcast=broadcast)


def parts(text: str) -> tuple[str, str, str]:
    """A root's or digest's plain text as first line, table, and the rest."""
    head, _, more = text.partition("\n\n")
    table, _, rest = more.partition("\n\n")
    return head, table, rest


def leaders(rows: Sequence[Row]) -> str:
    """The most significant rows in one line: the first in full, two more by their move, the rest by number."""
    order = [row for row in ranked(rows) if row.told and not row.corrected]
    wrong = ", ".join(row.symbol for row in rows if row.corrected)
    if not order and wrong:
        return f"Corrected: what was told of {wrong} was wrong"
    order = order or ranked(rows)
    if not order:
        return "No stock moved"
    first = f"{_known(order[0])} {_move(order[0])}"
    others = [f"{_known(row)} {percent(shown(row).raw)}" for row in order[1:_LEADERS]]
    left = len(order) - 1 - len(others)
    words = ", ".join(others) + (f" and {left} more" if left else "")
    return f"{first}; {words}" if words else first


def _move(row: Row) -> str:
    move = shown(row)
    since = " since the news" if row.window is Window.EVENT and row.event else ""
    unusual = "" if move.sigma is None else f" ({sigmas(move.sigma)})"
    value = "" if move.value_change is None else f", {money(move.value_change)}"
    return f"{percent(move.raw)}{since}{unusual}{value}"


def _known(row: Row) -> str:
    """A symbol, with the company's name where it is a number: nobody knows 6857.T by heart."""
    name = cut(clean(row.name), _NAME)
    return f"{row.symbol} ({name})" if row.symbol[:1].isdigit() and _PLAIN.fullmatch(name) else row.symbol


def _first(lead: str, story: StoryNote | None, told: Sequence[Row], linked: str) -> str:
    """The first line, whose headline has the room that a notification leaves it."""
    if story is None:
        many = _stories(told)
        return f"{lead}: " + (f"{linked} to {_count(many)} at once" if many else "no linked AI news found")
    sources = count(story.feeds, "source")
    room = _NOTICED - len(f"{lead}: {linked} to “”, {sources}")
    return f"{lead}: {linked} to “{_cut_at_word(clean(story.headline), min(max(room, _SHORT), _TITLE))}”, {sources}"


def _cut_at_word(text: str, most: int) -> str:
    """Its beginning in at most `most` characters, up to the end of a word where that is near."""
    if len(text) <= most:
        return text
    words, apart, _ = text[:most].rpartition(" ")
    return f"{words}…" if apart and len(words) > most // 2 else cut(text, most)


def _count(stories: Sequence[str]) -> str:
    return count(len(stories), "story", "stories")


def _stories(rows: Iterable[Row]) -> list[str]:
    """The headlines of the stories that rows of one message are told under, where those are several."""
    return list(dict.fromkeys(row.under for row in rows if row.under))


def _why(story: StoryNote | None, rows: Sequence[Row]) -> list[str]:
    """The trigger sentence, each stock's path, and the other stories that most of them are linked to.

    A sentence that is the headline stands above already; how many stocks go as expected, a line before.
    """
    reason = clean(story.reason) if story else ""
    lines = [f"“{cut(reason, LONG)}”"] if story and reason and reason != clean(story.headline) else []
    for row in rows:
        under = f" (“{cut(clean(row.under), _TITLE)}”)" if row.under else ""
        lines.append(" · ".join(w for w in (f"{row.symbol}: {_by(row.path)}{under}", exception(row)) if w))
    others = Counter(clean(title) for row in rows for title in row.also)
    if others:
        lines.append("Also linked to: " + ", ".join(cut(title, _TITLE) for title, _ in others.most_common(_OTHERS)))
    return lines


def _by(path: str) -> str:
    """A path, or what its absence of steps means."""
    path = brief(path)
    return path if " " in path or not path else f"{path} is named in the news itself"


def _path(line: str) -> str:
    return f"• {literal(line, LONG)}"


def _plain_source(source: Source) -> str:
    where = address(source.link)
    who = f"{moment(source.seen)} {cut(clean(source.feed), _FEED)}"
    return f"• {who}: {brief(source.title)}{f' {where}' if where else ''}"


def _sources(sources: Sequence[Source]) -> str:
    lines = [f"• {moment(s.seen)} {literal(s.feed, _FEED)}: {link(s.link, s.title, LONG)}" for s in sources[:_SOURCES]]
    return fit(["*Sources*", *lines], LISTED, more=len(sources) - len(lines))


def _marked(marks: Sequence[str]) -> list[str]:
    return [f"{_MARK}{brief(mark)}" for mark in marks]


def _code(path: str) -> str:
    return f"`{literal(path, LONG)}`" if path else ""


def _terse(end: str) -> str:
    return end if end == OPPOSITE else ""


def _crossed(decision: Decision) -> str:
    candidate = decision.candidate
    by_event = decision.window is Window.EVENT and candidate.event is not None
    move = candidate.event if by_event else candidate.day
    if move is None:
        return candidate.symbol
    row = Row(
        candidate.company,
        candidate.name,
        candidate.symbol,
        candidate.region,
        candidate.day or move,
        path="",
        event=candidate.event,
        window=Window.EVENT if by_event else Window.DAY,
    )
    ends = {
        Crossing.FIRST: "crosses",
        Crossing.LARGER: "goes on",
        Crossing.OTHER_SIDE: "has turned",
        Crossing.AGAIN: "crosses again",
    }
    return f"{_known(row)} {ends.get(decision.crossing or Crossing.FIRST)}: {_move(row)}"


def _course(decision: Decision) -> str:
    """Whether a linked stock goes the way that its news would have it go; "" where that is not known."""
    candidate = decision.candidate
    by_event = decision.window is Window.EVENT and candidate.event is not None
    move = candidate.event if by_event else candidate.day
    found = course(candidate.tie.expected, move.raw) if candidate.tie and move else UNCLEAR
    return "" if found == UNCLEAR else found
