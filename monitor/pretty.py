"""What `analyze` found, for people who ask why: the text with its spans, then companies, events and links.

Makes renderables for rich and prints nothing. Colours tell spans apart in a terminal; without colours brackets and
stars do. Whatever a text holds, nothing of it can move the cursor: control and bidi characters become spaces, one for
one, so that offsets stay.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from config.types import Direction, EventType, RelationKind
from monitor.analysis import Item, Linking
from monitor.expected import DIRECTIONS, words_pattern
from monitor.stories import SURE, is_fact
from monitor.types import Fact, Link
from nlp.types import Analysis, Event, Mention, Status

MOST_LINKS = 20
"""Links that are shown: what fits on a screen beside the rest."""
ALL_SHOWN = 8_000
"""Characters of a text up to which it is shown whole; of a longer one, what was found and what stands around it."""
AROUND = 160
"""Characters shown on either side of a find in a long text."""

VIA = {"name": "bold cyan", "ticker": "bold bright_blue", "brand": "bold magenta", "person": "bold yellow"}
TRIGGER = "bold reverse green"
GOVERNING = "underline green"
DIRECTION = {Direction.UP: "green", Direction.DOWN: "red", Direction.UNCLEAR: "dim"}
ARROW = {Direction.UP: "▲ up", Direction.DOWN: "▼ down", Direction.UNCLEAR: "· unclear"}
PLURAL = {kind: f"its {kind}s" for kind in RelationKind} | {RelationKind.POWER: "its power plants"}
JOINERS = frozenset("\u200c\u200d")
"""Format characters that belong to letters and emoji; all others only steer the terminal."""
_STEERING = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])|\x9b[0-?]*[ -/]*[@-~]")


@dataclass(frozen=True, slots=True)
class _Span:
    """Something found at a place of the text, with its style, and its marks where there are no colours."""

    start: int
    end: int
    style: str
    marks: tuple[str, str]


class Pretty:
    """Draws analyses. `marks` puts spans between brackets and stars, for where there are no colours."""

    def __init__(self, linking: Linking, *, marks: bool) -> None:
        """Draw what `linking` links."""
        self._linking, self._marks = linking, marks
        lexicon = linking.config.lexicon
        words = {Status.PLANNED: lexicon.planned, Status.RUMOURED: lexicon.rumoured, Status.DENIED: lexicon.denied}
        self._governing = {status: words_pattern(of) for status, of in words.items()}

    def shown(self, item: Item, analysis: Analysis) -> RenderableType:
        """An item with everything that was found in it."""
        links = self._linking.links(item.article, analysis)
        name = "" if item.id is None else printable(str(item.id))
        parts: list[RenderableType] = [
            Rule(Text(name, "dim"), style="dim", align="left") if name else Rule(style="dim"),
            self._text(item, analysis),
            "",
        ]
        if not analysis.mentions and not analysis.events:
            return Group(*parts, Text("No company and no event.", "dim"), "")
        for title, body in (
            ("Companies", self._companies(analysis.mentions)),
            ("Events", self._events(analysis.events, len(item.article.text.whole))),
            ("Links", self._links(links)),
        ):
            parts += [Text(title, "bold"), Padding(body, (0, 0, 0, 2), expand=False), ""]
        return Group(*parts)

    # ------------------------------------------------------------------------------------------------ the text

    def _text(self, item: Item, analysis: Analysis) -> Text:
        """The text; of a long one its beginning and what stands around a find."""
        whole = printable(item.article.text.whole)
        spans = sorted(self._spans(whole, analysis), key=lambda s: (s.start, -s.end))
        windows = [(0, len(whole))] if len(whole) <= ALL_SHOWN else list(_windows(spans, len(whole)))
        if self._marks:
            pieces = [Text(part) for part in _marked(whole, spans, windows)]
        else:
            shown = Text(whole)
            shown.stylize("bold", 0, len(item.article.title))
            for span in spans:
                shown.stylize(span.style, span.start, span.end)
            pieces = [shown[start:end] for start, end in windows]
        text = Text()
        for number, piece in enumerate(pieces):
            text.append(" […] " if number else "", "dim").append_text(piece)
        if windows[-1][1] < len(whole):
            text.append(f" […] ({len(whole):,} characters)", "dim")
        return text

    def _spans(self, whole: str, analysis: Analysis) -> Iterator[_Span]:
        for m in analysis.mentions:
            if m.end:
                yield _Span(m.start, m.end, VIA.get(m.via, "bold"), ("[", "]"))
        for event in analysis.events:
            yield _Span(event.start, event.start + len(event.trigger), TRIGGER, ("*", "*"))
            yield from self._governors(whole, event)

    def _governors(self, whole: str, event: Event) -> Iterator[_Span]:
        """The words of a sentence that may have made its event planned, rumoured or denied."""
        pattern = self._governing.get(event.status)
        at = whole.rfind(printable(event.sentence), 0, event.start + len(event.sentence))
        if pattern is not None and at >= 0:
            for found in pattern.finditer(whole, at, at + len(event.sentence)):
                yield _Span(*found.span(), GOVERNING, ("_", "_"))

    # -------------------------------------------------------------------------------------------- what was found

    def _companies(self, mentions: Sequence[Mention]) -> RenderableType:
        if not mentions:
            return Text("none", "dim")
        table = _table("text", "company", "symbol", "via", "score")
        rows: dict[tuple[str, str, str], list[Mention]] = {}
        for mention in mentions:
            rows.setdefault((mention.company, printable(mention.text), mention.via), []).append(mention)
        for (company, text, via), same in rows.items():
            known = self._linking.config.companies[company]
            times = f" ×{len(same)}" if len(same) > 1 else ""
            given = "" if any(m.end for m in same) else " (from the feed)"
            table.add_row(
                Text.assemble((text, VIA.get(via, "bold")), (times + given, "dim")),
                known.name,
                known.symbol or Text("private", "dim"),
                via,
                f"{max(m.score for m in same):.2f}",
            )
        return table

    def _events(self, events: Sequence[Event], length: int) -> RenderableType:
        if not events:
            return Text("none", "dim")
        blocks: list[RenderableType] = []
        for event in events:
            blocks += [self._event(event, alone=len(event.sentence) >= length), ""]
        return Group(*blocks[:-1])

    def _event(self, event: Event, *, alone: bool) -> RenderableType:
        """What is told of an event; its sentence too, unless it is `alone` in the text."""
        opens, style = _opens(event)
        head = Text.assemble(
            (event.type.value, "bold green"),
            ("  " + event.status.value, "" if event.status is Status.REPORTED else "yellow"),
            ("  score ", "dim"),
            f"{event.score:.2f}  ",
            (opens, style),
        )
        table = Table.grid(padding=(0, 2))
        table.add_column(style="dim")
        table.add_column(overflow="fold")
        table.add_row("who", self._roles(event))
        table.add_row("trigger", Text(f"“{printable(event.trigger)}”") + Text(f"  by the rule “{event.rule}”", "dim"))
        table.add_row("expects", self._expected(event))
        if not alone:
            table.add_row("in", Text(" ".join(printable(event.sentence).split()), "italic"))
        return Group(head, Padding(table, (0, 0, 0, 2), expand=False))

    def _roles(self, event: Event) -> Text:
        if not event.target:
            return Text(self._name(event.actor)) if event.actor else Text("not told", "dim")
        return Text.assemble(self._name(event.actor) if event.actor else ("–", "dim"), " → ", self._name(event.target))

    def _name(self, company: str) -> str:
        known = self._linking.config.companies.get(company)
        return known.name if known else company

    def _expected(self, event: Event) -> Text:
        """What an event is expected to do to whom."""
        expectations = self._linking.expectations
        outlook = expectations.outlook(event.type, event.sentence, event.trigger, event.status)
        actor, target = event.actor or "", event.target or ""
        fact = Fact(event.type, actor, event.status, event.sentence, event.score, target, trigger=event.trigger)
        said = [(self._name(who), expectations.view(who, fact).sign) for who in (actor, target) if who]
        said += [(PLURAL[kind], sign) for kind, sign in (outlook.relations or {}).items()]
        parts = [Text(f"{who} ") + Text(DIRECTIONS[sign], DIRECTION[DIRECTIONS[sign]]) for who, sign in said if sign]
        return Text(", ").join(parts) if parts else Text("nothing clear", "dim")

    def _links(self, links: Mapping[str, Link]) -> RenderableType:
        if not links:
            return Text("none", "dim")
        table = _table("symbol", "expected", "strength", "path")
        named_first = sorted(links.items(), key=lambda one: (bool(one[1].steps), -one[1].strength, one[0]))
        for symbol, link in named_first[:MOST_LINKS]:
            table.add_row(
                Text(symbol, "bold"),
                Text(ARROW[link.expected], DIRECTION[link.expected]),
                f"{link.strength:.2f}",
                _path(link),
            )
        rest = Counter(link.expected for _, link in named_first[MOST_LINKS:])
        if not rest:
            return table
        told = ", ".join(f"{rest[direction]} {direction}" for direction in Direction if rest[direction])
        return Group(table, Text(f"and {sum(rest.values())} weaker ones: {told}", "dim"))


def printable(text: str) -> str:
    """A text of the same length in which nothing steers a terminal; line ends stay."""
    return "".join(map(_printable, _STEERING.sub(lambda found: " " * len(found[0]), text)))


def _printable(char: str) -> str:
    if char.isprintable() or char == "\n" or char in JOINERS:
        return char
    return "\ufffd" if unicodedata.category(char) == "Cs" else " "


def _opens(event: Event) -> tuple[str, str]:
    """Whether an event opens links, in words and their style."""
    if event.status is Status.DENIED:
        return "denied: opens no links", "yellow"
    if event.type is EventType.MARKET_MOVE:
        return "a price move: opens no links", "yellow"
    if not is_fact(event):
        return f"under {SURE:g}: opens no links", "yellow"
    return "opens links", "dim"


def _path(link: Link) -> Text:
    """A path with its companies in bold."""
    if not link.steps:
        return Text("named", "dim")
    words = [Text(word, "dim" if re.fullmatch(r"<?-\w+->?", word) else "") for word in link.path.split(" ")]
    return Text(" ").join(words)


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold", justify="right" if name in {"score", "strength"} else "left")
    return table


def _windows(spans: Iterable[_Span], length: int) -> Iterator[tuple[int, int]]:
    """The parts of a long text that are shown: its beginning, and what surrounds a find; they never overlap."""
    start, end = 0, 2 * AROUND
    for span in spans:
        if span.start - AROUND > end:
            yield start, end
            start = span.start - AROUND
        end = max(end, min(length, span.end + AROUND))
    yield start, min(end, length)


def _marked(text: str, spans: Sequence[_Span], windows: Iterable[tuple[int, int]]) -> Iterator[str]:
    """The windows of a text with each span between its marks."""
    marks: dict[int, str] = {}
    for span in spans:  # outer spans first: they close last and open first
        marks[span.end] = span.marks[1] + marks.get(span.end, "")
    for span in spans:
        marks[span.start] = marks.get(span.start, "") + span.marks[0]
    places = sorted(marks)
    for first, last in windows:
        parts, at = [], first
        for place in places[bisect_left(places, first) : bisect_right(places, last)]:
            parts += [text[at:place], marks[place]]
            at = place
        yield "".join(parts) + text[at:last]
