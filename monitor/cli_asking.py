"""The commands about what was told: `why`, and what can be asked in Slack too, `mute`, `unmute` and `wrong`.

They parse arguments and print; what they do lives elsewhere.
"""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from alerts.types import Command, Verb
from monitor.cli_terminal import (
    Folder,
    configured,
    fail,
    out,
    places,
    plain,
    told_plainly,
)
from monitor.places import Places


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(why)
    app.command()(mute)
    app.command()(unmute)
    app.command()(wrong)


def why(
    what: Annotated[str, typer.Argument(help="A symbol or a company (NVDA), a message's key, or a story's id")],
    at: Annotated[
        str, typer.Argument(metavar="[WHEN]", help="A day, a time in UTC, or both [default: what tells most]")
    ] = "",
    config: Folder = None,
    state: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Whose ledger [default: AFTERSHOCK_STATE or the platform's]")
    ] = None,
    channel: Annotated[str | None, typer.Option(help="Only what was decided for that channel")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object an answer")] = False,
) -> None:
    """Why a stock was told, held back, or not told: every step and figure, as it was decided."""
    from functools import partial
    from textwrap import wrap

    from alerts.explain import HEADINGS
    from monitor import why as asked
    from monitor.store.store import Store

    settings = configured(config)
    database = Places(places(config).config, state.expanduser()).database if state else places(config).database
    if not database.is_file():
        fail(f"no database at {database}: nothing was decided there. Start the daemon with: aftershock run")
    with told_plainly():
        store = Store(database)
        try:
            wanted = asked.when(at) if at else asked.When()
            answers = asyncio.run(
                store.transact(partial(asked.answer, config=settings, what=what, wanted=wanted, channel=channel))
            )
        except asked.WhyError as error:
            fail(error)
        finally:
            store.close()
    for number, answer in enumerate(answers):
        if as_json:
            print(asked.as_json(answer))  # noqa: T201  JSON goes out as it is
            continue
        if number:
            out.print()
        for line in asked.in_words(answer):
            under = " " * (len(line) - len(line.lstrip()) + 6)
            lines = wrap(line, out.width, subsequent_indent=under) if out.is_terminal else [line]
            for text in lines or [""]:
                out.print(plain(text), style="bold" if line in HEADINGS else "", highlight=False, soft_wrap=True)


def mute(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WHAT [SPAN]",
            help="A stock, `story ID`, `event TYPE` or `relation KIND`; 2h, 30 min, 3 days, today [default: until you "
            "say]",
        ),
    ],
    channel: Annotated[str, typer.Option(help="One channel only [default: all]")] = "",
    config: Folder = None,
) -> None:
    """Hear no more of a stock, a story, a type of event or a relation for a while."""
    _asked("mute", words, channel, config)


def unmute(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WHAT]", help="As for mute, or `all` [default: say what is muted]"),
    ] = None,
    channel: Annotated[str, typer.Option(help="One channel only [default: all]")] = "",
    config: Folder = None,
) -> None:
    """Hear of it again."""
    _asked("unmute", words or [], channel, config)


def wrong(
    symbol: Annotated[str, typer.Argument(help="The stock")],
    why: Annotated[str, typer.Argument(help="price, link, or in your own words")],
    config: Folder = None,
) -> None:
    """Say that a stock was told wrongly: it is struck from its message and silent for today."""
    _obeyed(Command(Verb.WRONG, "", symbol, why), config)


def _asked(verb: str, words: list[str], channel: str, folder: Path | None) -> None:
    """Do what Slack's slash command does with the same words."""
    from dataclasses import replace

    from alerts.asking import AskingError, command

    try:
        asked = command(" ".join([verb, *words]), "")
    except AskingError as error:
        fail(error)
    _obeyed(replace(asked, channel=channel), folder)


def _obeyed(command: Command, folder: Path | None) -> None:
    """Do what can be asked in Slack too, and print the answer."""
    import getpass
    from dataclasses import replace

    from alerts.asking import AskingError
    from monitor.desks import furnished
    from monitor.market.sessions import Calendars
    from monitor.obeying import operator
    from monitor.store.store import Store

    settings = configured(folder)
    known = {watchlist.channel for watchlist in settings.watchlists}
    if command.channel and command.channel not in known:
        fail(f"no watchlist speaks in {command.channel}. There are: {', '.join(sorted(known))}")
    with told_plainly():
        store = Store(places(folder).database)
        try:
            desk = furnished(store, lambda: settings, Calendars(), lambda: datetime.now(UTC), places(folder))
            answer = asyncio.run(desk.obey(replace(command, by=operator(getpass.getuser()))))
        except AskingError as error:
            fail(error)
        finally:
            store.close()
    out.print(plain(answer.text), highlight=False, soft_wrap=True)
