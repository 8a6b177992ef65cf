"""The console notifier: alerts for a person at a terminal, or as plain lines for a log.

A root or digest is a panel with a table, a reply one line a stock, an edit only the rows that changed, since what
is printed stays printed. It remembers what it showed in memory only and cannot be looked up, so a crash between
printing and settling prints a message again.
"""

import itertools
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from rich import box
from rich.columns import Columns
from rich.console import Console as Terminal
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from alerts.joins import remark
from alerts.message import parts
from alerts.table import CORRECTED, NOT_CROSSED, cells, groups, headings, shown, signs, since_news, volumes
from alerts.types import Delivery, DeliveryKind, Row
from alerts.words import clean, moment, percent

CHANGED: Final = 0.01
"""A row is printed again by an edit when its move changed by a percentage point or more."""
WIDE: Final = 120
"""Columns from which on the paths stand in the table instead of below it."""
WIDEST: Final = 150


class Console:
    """Prints deliveries. Implements `alerts.types.Notifier`; message ids are "console-1", "console-2", ….

    `quiet_updates` prints nothing for an edit. Where output is no terminal, the plain text is printed unwrapped.
    """

    name = "console"
    can_look_up = False

    def __init__(self, terminal: Terminal | None = None, *, quiet_updates: bool = False) -> None:
        """Print to `terminal`, standard output if None."""
        self._out = terminal or Terminal()
        self._quiet_updates = quiet_updates
        self._ids = itertools.count(1)
        self._shown: dict[str, dict[str, float]] = {}

    async def post(self, delivery: Delivery, thread: str | None) -> str:  # noqa: ARG002  printing knows no threads
        """Print a message; its id."""
        self._remember(delivery)
        if delivery.kind is DeliveryKind.REPLY and parts(delivery.text)[1]:
            self._close(delivery)
        elif delivery.kind is DeliveryKind.REPLY:
            self._lines("↳", delivery.at, delivery.text.splitlines())
        elif self._out.is_terminal:
            self._out.print(self._panel(delivery))
        else:
            self._plain([f"── {delivery.channel} · {moment(delivery.at)}", delivery.text, ""])
        return f"console-{next(self._ids)}"

    async def edit(self, delivery: Delivery, ts: str) -> str:
        """Print the rows that are new or have changed since they were last printed; nothing if there are none."""
        known = self._shown.get(delivery.root, {})
        changed = [r for r in delivery.rows if abs(shown(r).raw - known.get(r.symbol, 9.9)) >= CHANGED]
        if changed and not self._quiet_updates:
            moves = ", ".join(f"{row.symbol} {percent(shown(row).raw)}" for row in changed)
            self._lines("~", delivery.at, [moves], apart=", ")
        self._remember(delivery)
        return ts

    async def find(self, delivery: Delivery, thread: str | None, since: datetime) -> str | None:  # noqa: ARG002  the protocol's signature
        """Nothing that was printed can be looked up."""
        return None

    async def check(self) -> str:
        """Who reads this."""
        return "this terminal; set SLACK_BOT_TOKEN to tell Slack"

    async def close(self) -> None:
        """Nothing to let go of."""

    def _remember(self, delivery: Delivery) -> None:
        self._shown.setdefault(delivery.root, {}).update({r.symbol: shown(r).raw for r in delivery.rows})

    def _lines(self, sign: str, at: datetime, lines: Iterable[str], *, apart: str | None = None) -> None:
        """Lines under a message, indented as a whole where they wrap; `apart` splits one into columns."""
        stamp = f"  {sign} {moment(at)}"
        for text in lines:
            if not self._out.is_terminal:
                self._plain([f"{stamp}  {text}"])
                continue
            line = Columns([_coloured(t) for t in text.split(apart)], padding=(0, 2)) if apart else _coloured(text)
            row = Table.grid(padding=(0, 2))
            row.add_column(no_wrap=True)
            row.add_column()
            row.add_row(Text(stamp, style="dim"), line)
            self._out.print(row)

    def _close(self, delivery: Delivery) -> None:
        """A reply with a table: a region's close."""
        head, table, rest = parts(delivery.text)
        self._lines("↳", delivery.at, [head])
        if self._out.is_terminal:
            self._out.print(
                Padding(Group(_table(delivery.rows, with_paths=False), _paragraphs(rest, set())), (0, 0, 1, 6))
            )
        else:
            self._plain([f"      {line}".rstrip() for line in [*table.splitlines(), "", *rest.splitlines(), ""]])

    def _plain(self, lines: Sequence[str]) -> None:
        for line in lines:
            self._out.print(Text(line), soft_wrap=True, highlight=False)

    def _panel(self, delivery: Delivery) -> Panel:
        width = min(self._out.width, WIDEST)
        head, table, rest = parts(delivery.text)
        body: list[RenderableType] = [_coloured(head, "bold")]
        wide = width >= WIDE
        body.append(_table(delivery.rows, with_paths=wide) if delivery.rows else Text(table))
        if rest:
            body += [_paragraphs(rest, {r.symbol for r in delivery.rows} if wide else set())]
        digest = delivery.kind is DeliveryKind.DIGEST
        return Panel(
            Group(*body),
            title=f"{'Digest · ' if digest else ''}{delivery.channel} · {moment(delivery.at)}".replace("[", r"\["),
            title_align="left",
            border_style="cyan" if digest else "yellow",
            box=box.ROUNDED,
            width=width,
            padding=(0, 1),
        )


def _table(rows: Sequence[Row], *, with_paths: bool) -> RenderableType:
    marks, with_news, with_volume = signs(rows), since_news(rows), volumes(rows)
    paths = with_paths and any(row.path for row in rows)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim", padding=(0, 1, 0, 0))
    heads = (*headings(rows), *(["linked by"] if paths else []))
    for number, heading in enumerate(heads):
        figures = 2 <= number < len(heads) - paths  # noqa: PLR2004  the symbol and the name come first
        # Where room is short, names and paths wrap: a figure that is cut is a wrong figure.
        table.add_column(heading, justify="right" if figures else "left", no_wrap=figures or not number)
    short = {NOT_CROSSED: "no crossing", CORRECTED: "corrected"}
    for title, mine in groups(rows, {}):
        table.add_row(Text(short.get(title, title.partition(" · ")[0]), style="bold cyan"))
        for row in mine:
            found = cells(row, marks, with_news=with_news, with_volume=with_volume)
            line = [Text(found[0], style="bold"), Text(found[1])]
            line += [Text(cell, style=_colour(cell)) for cell in found[2:]]
            table.add_row(
                *line,
                *([Text(" · ".join(w for w in (clean(row.path), remark(row)) if w), style="dim")] if paths else []),
            )
    return Padding(table, (1, 0, 0, 0))


def _paragraphs(rest: str, in_table: set[str]) -> RenderableType:
    """What follows the table; the paths of symbols that have theirs in the table are left out."""
    paragraphs = []
    for paragraph in rest.split("\n\n"):
        lines = [line for line in paragraph.splitlines() if line.partition(": ")[0] not in in_table]
        if lines and lines != ["Why linked"]:
            paragraphs.append(lines)
    text = Text()
    for number, lines in enumerate(paragraphs):
        last = number == len(paragraphs) - 1
        text.append("\n")
        text.append("\n".join(lines), style="dim" if last else "")
        text.append("" if last else "\n")
    return text


def _coloured(line: str, style: str = "") -> Text:
    text = Text(line, style=style)
    text.highlight_regex(r"\+[$\d][\d.,]*(?: %| bn| tn| m)?", "green")
    text.highlight_regex(r"(?<![\w])-[$\d][\d.,]*(?: %| bn| tn| m)?", "red")
    return text


def _colour(cell: str) -> str:
    return {"+": "green", "-": "red"}.get(cell[:1], "dim")
