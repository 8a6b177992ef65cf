"""The commands that read and write the configuration: `init`, `config show`, `config schema`, `watch` and `unwatch`.

They parse arguments, ask and print; what they do lives in `config`.
"""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError

from config.fields import Channel, Contact, Hours, Percent
from config.groups import Group
from config.load import load
from config.registry import nearest_of
from config.starting import STARTER, Choice, write_starter
from config.types import Config
from monitor.cli_terminal import WRONG, Folder, err, fail, looked, out, places, plain

configuration = typer.Typer(help="The configuration: what counts and where it is written.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(init)
    app.command()(watch)
    app.command()(unwatch)
    app.add_typer(configuration, name="config")


def interactive() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin is not None and sys.stdin.isatty()


def _refusal(kind: Any, text: str) -> str:  # noqa: ANN401  any annotated type
    """What is wrong with a value, in the words that its file would be told with; "" for nothing."""
    try:
        TypeAdapter(kind).validate_python(text)
    except ValidationError as error:
        inner = error.errors()[0].get("ctx", {}).get("error")
        return str(inner or error.errors()[0]["msg"])
    return ""


def _ask(question: str, default: str, refusal: Callable[[str], str]) -> str:
    """Ask until the answer can be used; an empty default may be left empty."""
    while True:
        answer = str(typer.prompt(question, default=default, show_default=bool(default))).strip()
        wrong = refusal(answer) if answer else ""
        if not wrong:
            return answer
        err.print(plain(wrong), style="yellow", highlight=False, soft_wrap=True)


def _picked(answer: str, groups: Sequence[Group]) -> tuple[str, ...]:
    """The groups that an answer names by number or id. Raises ValueError with what is not one."""
    by_name = {name: one.id for number, one in enumerate(groups, 1) for name in (str(number), one.id)}
    found = []
    for word in answer.replace(",", " ").split():
        if word not in by_name:
            near = nearest_of(word, (one.id for one in groups))
            hint = f"did you mean {near}?" if near else f"there are {', '.join(one.id for one in groups)}"
            raise ValueError(f"{word} is no group: {hint}")
        found.append(by_name[word])
    return tuple(dict.fromkeys(found))


def _wrong_pick(groups: Sequence[Group]) -> Callable[[str], str]:
    def refusal(answer: str) -> str:
        try:
            _picked(answer, groups)
        except ValueError as error:
            return str(error)
        return ""

    return refusal


def _shipped_groups(known: Mapping[str, Group]) -> list[Group]:
    """The groups that somebody described, rather than a free name of some companies."""
    return [group for group in known.values() if group.about]


def init(
    config: Folder = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing; take the defaults")] = False,
    group: Annotated[list[str] | None, typer.Option(help="A group to watch, as often as you like")] = None,
    channel: Annotated[str, typer.Option(help='The Slack channel for alerts, like "#desk"')] = "",
) -> None:
    """Write a commented starter configuration; asks what to watch. Never overwrites."""
    where = places(config).config
    if in_the_way := next((one for one in (where, *where.parents) if one.exists() and not one.is_dir()), None):
        fail(f"{in_the_way}: this is a file. Name a folder; it is made if need be")
    groups = _shipped_groups(load(None).known.groups)
    if channel and (wrong := _refusal(Channel, channel)):
        fail(wrong)
    try:
        picked = _picked(" ".join(group or ()), groups)
    except ValueError as error:
        fail(error)
    choice = Choice(channel=channel, groups=picked)
    fresh = not all((where / name).exists() for name in STARTER)
    if fresh and not yes and interactive():
        choice = _asked(choice, groups)
    try:
        written = write_starter(where, choice)
    except OSError as error:
        fail(f"{where}: {error.strerror or error}")
    for path in written:
        out.print(f"wrote {path}", highlight=False, soft_wrap=True)
    if not written:
        out.print(f"{where}: everything is there already, nothing was changed", highlight=False, soft_wrap=True)
    there = f" --config {config}" if config else ""
    said = f"Edit the watchlist, then: aftershock check{there}, and aftershock run{there}"
    out.print(plain(said), highlight=False, soft_wrap=True)


def _asked(choice: Choice, groups: Sequence[Group]) -> Choice:
    from rich.table import Table

    out.print("What do you want to watch? Enter takes what is in brackets.", highlight=False)
    table = Table.grid(padding=(0, 2, 0, 0))
    for number, one in enumerate(groups, 1):
        table.add_row(f"  {number:2} {one.id}", f"[dim]{plain(one.about)}[/]")
    out.print(table, highlight=False)
    picked = choice.groups or _picked(
        _ask("Groups by number [the AI complex, 46 stocks]", "", _wrong_pick(groups)), groups
    )
    return Choice(
        channel=choice.channel
        or _ask("Slack channel for alerts", "#ai-aftershocks", lambda text: _refusal(Channel, text)),
        contact=_ask("Your e-mail, which publishers ask for [none]", "", lambda text: _refusal(Contact, text)),
        move=_ask("Tell a move from", "3%", lambda text: _refusal(Percent, text)),
        quiet_hours=_ask("Quiet hours, like after 22:00 Europe/Berlin [none]", "", lambda text: _refusal(Hours, text)),
        groups=picked,
    )


def watch(
    company: Annotated[str, typer.Argument(help="A symbol as on Yahoo Finance, a name or an id")],
    threshold: Annotated[
        list[str] | None, typer.Argument(help="When to tell it: 4%, 2.5sigma, '$20B' in quotes; several must all hold")
    ] = None,
    holding: Annotated[str, typer.Option(help="How many shares you hold")] = "",
    watchlist: Annotated[str, typer.Option("--list", help="Which watchlist, by name or file")] = "",
    config: Folder = None,
) -> None:
    """Put a stock on a watchlist, or change its threshold there; comments and order stay. Takes effect at once."""
    from config.conditions import row_of
    from config.edit import EditError
    from config.listing import watch as put

    found = places(config)
    try:
        done = put(found.config, company, [row_of(threshold or ())], holding, watchlist, found.listings)
    except EditError as error:
        fail(error)
    out.print(plain(f"{done.said} ({done.path})"), highlight=False, soft_wrap=True)


def unwatch(
    company: Annotated[str, typer.Argument(help="A symbol, a name or an id")],
    watchlist: Annotated[str, typer.Option("--list", help="Which watchlist, by name or file [default: all]")] = "",
    config: Folder = None,
) -> None:
    """Take a stock off your watchlists; comments and order stay. Takes effect at once."""
    from config.edit import EditError
    from config.listing import unwatch as take

    found = places(config)
    try:
        done = take(found.config, company, watchlist, found.listings)
    except EditError as error:
        fail(error)
    for one in done:
        out.print(plain(f"{one.said} ({one.path})"), highlight=False, soft_wrap=True)


@configuration.command()
def show(
    config: Folder = None,
    origin: Annotated[bool, typer.Option("--origin", help="Say where each value is written")] = False,
    every: Annotated[bool, typer.Option("--all", help="The shipped companies, relations and events too")] = False,
) -> None:
    """What counts: settings and watchlists, and what your files say of groups, companies, relations and events."""
    from rich.table import Table

    from config.origins import sections

    loaded = looked(config)
    for section in sections(loaded, places(config).config, every=every):
        out.print(f"[bold]{plain(section.title)}[/]", highlight=False)
        table = Table(show_header=False, box=None, padding=(0, 2, 0, 2))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        table.add_column(no_wrap=True)
        for line in section.lines:
            where = (f"[dim]{plain(line.where)}[/]",) if origin else ()
            table.add_row(plain(line.key), plain(line.value), *where)
            if origin and line.over:
                table.add_row("", f"[dim]over {plain(line.over.value)}[/]", f"[dim]{plain(line.over.where)}[/]")
        out.print(table, highlight=False)
    if loaded.config is None:
        raise typer.Exit(WRONG)


@configuration.command()
def schema(config: Folder = None) -> None:
    """Write the JSON Schemas for your editor, with the names there are now, into the folder .schemas beside them."""
    from config import schema as schemas

    loaded = looked(config)
    folder = places(config).config / schemas.FOLDER
    try:
        written = schemas.write(folder, loaded)
    except OSError as error:
        fail(f"{folder}: {error.strerror or error}")
    out.print(f"wrote {len(written)} schemas to {folder}", highlight=False, soft_wrap=True)
    line = "# yaml-language-server: $schema=../.schemas/watchlist.json"
    out.print(plain(f"A watchlist finds its own by its first line: {line}"), highlight=False, soft_wrap=True)


def picture_refused(file: Path) -> str:
    """Why no picture can be written there, as far as can be told beforehand; "" for nothing."""
    from monitor.pictures import Studio

    if file.suffix.lower() != ".png":
        return f"{file}: a picture is a PNG file: name one that ends in .png"
    if file.is_dir():
        return f"{file}: this is a folder: name a file in it, like {file / 'what-if.png'}"
    if not file.absolute().parent.is_dir():
        return f"{file}: there is no folder {file.absolute().parent}: make it first"
    return "" if Studio.can_draw() else "no picture can be drawn: matplotlib is not installed"


def tell_what_if(edited: Config, folder: Path | None, days: int, now: datetime, picture: Path | None = None) -> None:
    """Print what a configuration would have told on the stored days, beside the one that counts; draw it if asked."""
    from config.kept import Keeper
    from monitor.market.sessions import Calendars
    from monitor.store.store import Store
    from monitor.whatif import stored, what_if
    from monitor.whatif_told import told, view_of

    if picture and (wrong := picture_refused(picture)):
        fail(wrong)
    found = places(folder)
    if not found.database.is_file():
        fail(f"nothing is stored yet in {found.database}: start the daemon first, with aftershock run")
    store = Store(found.database)
    try:
        past = asyncio.run(store.transact(lambda tx: stored(tx, now - timedelta(days=days))))
    finally:
        store.close()
    keeper = Keeper(found.state)
    kept = [(one, words) for one, words in ((keeper.good, "now"), (keeper.before, "before")) if one]
    other = next(((one, words) for one, words in kept if one.fingerprint != edited.fingerprint), None)
    current = other[0].load(found.listings).config if other else None
    calendars = Calendars()
    with out.status("counting"):
        after = what_if(edited, past, calendars, days, now)
        before = what_if(current, past, calendars, days, now) if current else None
    than = other[1] if other else ""
    for part in told(before, after, days, than):
        out.print(plain(part) if isinstance(part, str) else part, highlight=False, soft_wrap=isinstance(part, str))
    if before is None:
        out.print("Edit the watchlists, or name a folder with a draft, to see both side by side.", highlight=False)
    if picture and not after.sessions:
        out.print(f"No picture was drawn: there is no stored day for {plain(picture)} to show.", soft_wrap=True)
    elif picture:
        from alerts.chart_days import draw

        try:
            picture.write_bytes(draw(view_of(before, after, than)).png)
        except OSError as error:
            fail(f"{picture}: the picture could not be written: {error.strerror or error}")
        out.print(f"wrote {plain(picture)}", highlight=False, soft_wrap=True)
