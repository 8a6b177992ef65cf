"""Alerts in a terminal and in a log: what is printed, at any width, and that nothing in a title can steer it."""

import re
from dataclasses import replace
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console as Terminal

from alerts import message
from alerts.console import Console
from alerts.digest import digest
from alerts.rules import decide
from alerts.table import cells, signs
from alerts.types import Delivery, DeliveryKind, DigestView, RootView, Row
from standins.moves import CLOSE, DAY, NOON, WATCHED, candidate, move, rows, story, tie, view, watchlist

POST, UPDATE, REPLY, DIGEST = DeliveryKind.POST, DeliveryKind.UPDATE, DeliveryKind.REPLY, DeliveryKind.DIGEST


class Screen:
    """A terminal of that width, or a log file, and the notifier that prints there."""

    def __init__(self, width: int = 100, *, terminal: bool = True, quiet: bool = False) -> None:
        """Nothing printed yet."""
        self.out = StringIO()
        device = Terminal(
            file=self.out, width=width, force_terminal=terminal, color_system="standard", legacy_windows=False
        )
        self.console = Console(device, quiet_updates=quiet)

    @property
    def raw(self) -> str:
        """All that was printed."""
        return self.out.getvalue()

    @property
    def text(self) -> str:
        """Without colours."""
        return re.sub(r"\x1b\[[0-9;]*m", "", self.raw)


def drawn(of: RootView, kind: DeliveryKind = POST, key: str = "root") -> Delivery:
    """A root message or an edit of it."""
    text, blocks = message.root(of)
    return Delivery(key, kind, of.channel, "root", CLOSE, text, blocks, of.rows, "s1")


def digested() -> Delivery:
    """The day's digest, with a stock that did not cross."""
    quiet = replace(rows()[-1], symbol="AMZN", name="Amazon", told=False, day=move(0.002, 0.2, 5e9))
    text, blocks = digest(DigestView("#ai", DAY, "27 January 2025", (*rows(), quiet), CLOSE))
    return Delivery("digest", DIGEST, "#ai", "digest", CLOSE, text, blocks, (*rows(), quiet))


def crowded() -> RootView:
    """A root whose columns are all there and as wide as they get."""
    late = replace(rows()[5], symbol="005930.KS", name="Samsung Electronics Company", event=move(-0.1999, -10.5))
    return view(rows=(*rows(), late))


def replied(row: Row) -> Delivery:
    """A reply about a row."""
    decision = decide(candidate(symbol=row.symbol, day=row.day, tie=tie(row.path)), watchlist(), WATCHED, None, NOON)
    text, blocks = message.reply([decision])
    return Delivery(f"reply {row.symbol}", REPLY, "#ai", "root", NOON, text, blocks, (row,))


@pytest.mark.parametrize("width", [80, 100, 120, 160])
@pytest.mark.parametrize("delivery", [drawn(view()), drawn(crowded()), digested()], ids=["root", "crowded", "digest"])
async def test_no_figure_is_cut_at_any_width(width: int, delivery: Delivery) -> None:
    """Every line fits the terminal, every figure of every row stands in one line with its symbol."""
    screen = Screen(width)
    await screen.console.post(delivery, None)
    lines = screen.text.splitlines()
    assert width >= max(cell_len(line) for line in lines)
    marks = signs(delivery.rows)
    for row in delivery.rows:
        symbol, _, *figures = cells(row, marks, with_news=True)
        found = [line for line in lines if line.startswith(f"│ {symbol} ")]
        assert any(all(figure.strip() in line for figure in figures) for line in found), symbol
    assert "Linked, not proven to be the reason." in screen.text


async def test_a_wide_terminal_shows_each_path_once() -> None:
    """Beside the row where there is room, below the table where there is not."""
    for width, beside in ((160, True), (80, False)):
        screen = Screen(width)
        await screen.console.post(drawn(view()), None)
        found = [line for line in screen.text.splitlines() if "-supplier-> tsmc" in line]
        assert [beside] == ["-13.3 %" in line for line in found]
        assert beside is ("linked by" in screen.text)


async def test_falls_are_red_and_rises_green() -> None:
    """In the table and in the first line."""
    screen = Screen()
    await screen.console.post(drawn(view()), None)
    assert "\x1b[31m-$593 bn" in screen.raw
    assert "\x1b[32m+$107 bn" in screen.raw
    assert "\x1b[1;31m-17.0 %" in screen.raw


async def test_replies_are_short_lines_under_the_message() -> None:
    """With the time, how it crossed, and the path; long ones are indented as a whole."""
    screen = Screen(80)
    await screen.console.post(replied(rows()[7]), "console-1")
    first, *more = screen.text.splitlines()
    assert first.startswith("  ↳ 27 Jan 12:00 UTC  TSM crosses: -13.3 % (5.5 sigma), -$151 bn · deepseek")
    assert all(line.startswith(" " * 22) for line in more)


async def test_an_edit_prints_only_what_changed() -> None:
    """New rows and moved ones, not what a reply has just said; nothing at all if nothing moved."""
    screen = Screen()
    ts = await screen.console.post(drawn(view(rows=rows(2))), None)
    await screen.console.post(replied(rows()[2]), ts)
    before = len(screen.text)
    moved = (rows()[0], replace(rows()[1], day=move(-0.12)), rows()[2], rows()[3])
    assert ts == await screen.console.edit(drawn(view(rows=moved), UPDATE), ts)
    assert "  ~ 27 Jan 21:00 UTC  9984.T -12.0 %  SU.PA -9.5 %" == screen.text[before:].rstrip()
    before = len(screen.text)
    await screen.console.edit(drawn(view(rows=moved), UPDATE), ts)
    assert "" == screen.text[before:]


async def test_edits_can_be_silenced() -> None:
    """For a replay that tells the day by its replies."""
    screen = Screen(quiet=True)
    await screen.console.edit(drawn(view(), UPDATE), "console-1")
    assert "" == screen.text


async def test_a_log_gets_plain_text_without_colours_or_frames() -> None:
    """Lines are not wrapped, so that they can be searched."""
    screen = Screen(80, terminal=False)
    await screen.console.post(drawn(view()), None)
    await screen.console.post(replied(rows()[7]), "console-1")
    await screen.console.edit(drawn(view(rows=(*rows(), replace(rows()[0], symbol="NEW"))), UPDATE), "console-1")
    lines = screen.raw.splitlines()
    assert "── #ai · 27 Jan 21:00 UTC" == lines[0]
    assert drawn(view()).text in screen.raw
    assert "  ~ 27 Jan 21:00 UTC  NEW -8.6 %" == lines[-1]
    assert not set(screen.raw) & set("│╭╯\x1b")


@pytest.mark.parametrize("terminal", [True, False])
async def test_titles_cannot_steer_the_terminal(*, terminal: bool) -> None:
    """Neither rich's markup nor escape sequences get through."""
    bad = story("[bold]not bold[/bold] \x1b]0;owned\x07\x1b[2J\u202eback [/]")
    screen = Screen(terminal=terminal)
    await screen.console.post(drawn(view(story=bad, channel="#[red]x")), None)
    assert "[bold]not bold[/bold] ]0;owned[2Jback [/]" in screen.text.replace("\n", "")
    assert "#[red]x" in screen.text
    assert not set(screen.text) & set("\x1b\x07\u202e")


async def test_every_message_gets_an_id_of_its_own() -> None:
    """By which the outbox knows it."""
    screen = Screen()
    assert ["console-1", "console-2"] == [await screen.console.post(digested(), None) for _ in range(2)]
    assert await screen.console.find(digested(), None, NOON) is None
    await screen.console.close()
