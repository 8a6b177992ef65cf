"""The commands that read texts: `replay`, `analyze` and `stories`.

They parse arguments and print; what they do lives elsewhere.
"""

import asyncio
import sys
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli_terminal import (
    WRONG,
    Folder,
    configured,
    err,
    fail,
    out,
    plain,
    progress,
    told_plainly,
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(replay)
    app.command()(analyze)
    app.command()(stories)


def replay(
    day: Annotated[str, typer.Argument(help="A recorded day that is shipped (2025-01-27), or a folder of your own")],
    config: Folder = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a delivery")] = False,
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep its store there, for: aftershock why WHAT --state DIR")
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option("--pictures", metavar="DIR", help="Also write the messages' pictures there")
    ] = None,
    workers: Annotated[int, typer.Option(min=0, help="Read texts in so many processes [default: in this one]")] = 0,
) -> None:
    """Tell a recorded day again, through the same code as live.

    A folder of your own holds items.jsonl and bars.csv; if it holds watchlists or other YAML too, those count.
    """
    from alerts.console import Console
    from monitor import replay as player
    from monitor.market.sessions import Calendars
    from monitor.pictures import Album
    from nlp.pipeline import Pipeline
    from nlp.pool import Inline, Pool

    calendars = Calendars()
    with told_plainly(), progress(err if as_json else out, shown=not (as_json and out.is_terminal)) as bar:
        task = bar.add_task("reading the day", total=None)
        folder = player.find_day(day)
        settings = configured(config or (folder if player.brings_configuration(folder) else None))
        recorded = player.read_day(folder, calendars)
        known = settings.companies, settings.lexicon
        analyzer = Pool(*known, workers=workers) if workers else Inline(Pipeline(*known))
        notifier = player.JsonLines(lambda line: print(line, flush=True)) if as_json else Console(out)  # noqa: T201  JSON Lines go out as they are
        if not as_json:
            out.print(player.introduction(recorded), highlight=False)

        def moved(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, description="replaying")

        if keep:
            player.keeping(keep, recorded)
        album = Album(pictures) if pictures else None

        async def told() -> None:
            async with aclosing(analyzer):
                await player.replay(recorded, settings, analyzer, notifier, calendars, moved, keep, album)

        asyncio.run(told())


def analyze(
    file: Annotated[
        typer.FileText | None, typer.Argument(help="JSON Lines with id and title, or plain text [default: stdin]")
    ] = None,
    config: Folder = None,
    pretty: Annotated[bool, typer.Option("--pretty", help="For people: the text with what was found in it")] = False,
) -> None:
    """Find the companies, AI events and links in texts; prints one JSON object a text."""
    from monitor import analysis
    from monitor.pretty import Pretty, printable
    from nlp.pipeline import MAX_CHARACTERS, Pipeline

    settings = configured(config)
    pipeline = Pipeline(settings.companies, settings.lexicon)
    linking = analysis.Linking.of(settings)
    drawing = Pretty(linking, marks=out.no_color or not out.is_terminal)
    source = file or sys.stdin
    if source is None:
        fail("standard input is closed: name a file")
    bad = False
    try:
        items = analysis.read(source, datetime.now(UTC))
        for answer in analysis.answered(items, pipeline.analyze_many):
            if isinstance(answer, analysis.InputError):
                err.print(plain(f"{source.name}: {answer}"), soft_wrap=True, highlight=False)
                bad = True
                continue
            item, found = answer
            if len(item.article.text.whole) > MAX_CHARACTERS:
                whose = printable(str(item.id or "the text"))
                note = f"{source.name}: of {whose} only the first {MAX_CHARACTERS:,} characters are read"
                err.print(plain(note), soft_wrap=True, highlight=False)
            if pretty:
                out.print(drawing.shown(item, found), highlight=False)
            else:
                print(analysis.as_json(analysis.found(item, found, linking), out.encoding))  # noqa: T201  the command's output
    except UnicodeDecodeError as error:
        fail(f"{source.name}: {error}")
    if bad:
        raise typer.Exit(WRONG)


def stories(
    file: Annotated[
        typer.FileText | None, typer.Argument(help="JSON Lines with id, seen and title, in time order [default: stdin]")
    ] = None,
    config: Folder = None,
) -> None:
    """Group articles into stories, each about one happening; prints one JSON object an article."""
    from monitor import analysis, grouping
    from nlp.pipeline import Pipeline

    settings = configured(config)
    pipeline = Pipeline(settings.companies, settings.lexicon)
    source = file or sys.stdin
    if source is None:
        fail("standard input is closed: name a file")
    bad = False
    try:
        items = analysis.read(source, datetime.now(UTC), timed=True)
        for one in grouping.grouped(items, pipeline.analyze_many):
            if isinstance(one, analysis.InputError):
                err.print(plain(f"{source.name}: {one}"), soft_wrap=True, highlight=False)
                bad = True
            else:
                print(analysis.as_json(grouping.answer(one), out.encoding))  # noqa: T201  the command's output
    except UnicodeDecodeError as error:
        fail(f"{source.name}: {error}")
    if bad:
        raise typer.Exit(WRONG)
