"""The operator's commands: `status`, `doctor`, `test-alert`, `backup`, `restore`, `service` and `slack`.

They parse arguments and print; what they do lives elsewhere.
"""

import asyncio
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli_terminal import (
    WRONG,
    Folder,
    configured,
    environment,
    err,
    fail,
    out,
    places,
    plain,
    told_plainly,
)

EVERY = 2.0
"""Seconds between two looks of `status --watch`."""


service_app = typer.Typer(help="The daemon as a service of systemd.", no_args_is_help=True)
slack_app = typer.Typer(help="What Slack needs.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(status)
    app.command()(doctor)
    app.command()(backup)
    app.command()(restore)
    app.command(name="test-alert")(alert_for_test)
    app.add_typer(service_app, name="service")
    app.add_typer(slack_app, name="slack")


def status(
    config: Folder = None,
    watch: Annotated[bool, typer.Option("--watch", help="Go on showing it, until Ctrl-C")] = False,
) -> None:
    """Whether the daemon runs and what it knows: feeds, stories, what was told, what waits, what it cannot reach."""
    from rich.console import Group
    from rich.live import Live

    from monitor.commands import status_of

    settings = configured(config)
    database = places(config).database
    if not database.is_file():
        out.print(
            f"Nothing to tell yet: no database at {database}. Start the daemon with: aftershock run", soft_wrap=True
        )
        return

    def shown() -> Group:
        parts = asyncio.run(status_of(settings, database, datetime.now(UTC)))
        return Group(*(plain(part) if isinstance(part, str) else part for part in parts))

    with told_plainly():
        if not watch:
            out.print(shown(), highlight=False)
            return
        with Live(shown(), console=out, screen=out.is_terminal, auto_refresh=False) as live:
            while True:
                time.sleep(EVERY)
                live.update(shown(), refresh=True)


def doctor(config: Folder = None) -> None:
    """Try everything the daemon depends on: folders, Slack, prices, every feed; and say what to mend."""
    from tempfile import TemporaryDirectory

    from monitor import doctor as room
    from monitor.daemon import prices_of
    from monitor.feeds.fetch import HttpNews
    from monitor.following import states_of
    from monitor.notifiers import notifier_of
    from monitor.store.store import StoreError

    given = environment()
    settings = configured(config)
    where, now = places(config), datetime.now(UTC)
    marks = {room.Verdict.GOOD: "[green]✓[/]", room.Verdict.DOUBTFUL: "[yellow]?[/]", room.Verdict.BAD: "[red]✗[/]"}

    async def examine(scratch: Path) -> int:
        edges = room.Edges(HttpNews(settings.settings), prices_of(given, scratch), notifier_of(given))
        bad = 0
        async for finding in room.examine(settings, where, edges, states, now):
            bad += finding.verdict is room.Verdict.BAD
            advice = f" [dim]→ {plain(finding.advice)}[/]" if finding.advice else ""
            line = f"{marks[finding.verdict]} {plain(finding.subject)}: {plain(finding.text)}{advice}"
            out.print(line, highlight=False, soft_wrap=True)
        return bad

    with told_plainly(), TemporaryDirectory(prefix="aftershock-") as scratch:
        try:
            states = states_of(where.database)
        except StoreError as error:
            states = {}
            out.print(f"{marks[room.Verdict.BAD]} {plain(error)}", highlight=False, soft_wrap=True)
        bad = asyncio.run(examine(Path(scratch)))
    if bad:
        raise typer.Exit(1)


def backup(
    file: Annotated[Path, typer.Argument(help="Where to; it is replaced only when the new copy is whole")],
    config: Folder = None,
) -> None:
    """Copy the database while the daemon may go on, checked."""
    import sqlite3

    from monitor.store.files import copy

    database = places(config).database
    if not database.is_file():
        fail(f"there is no database at {database}")
    try:
        copy(database, file)
    except (OSError, sqlite3.Error) as error:
        fail(f"{file}: no copy was made: {error}")
    size = f"{file.stat().st_size / 2**20:,.1f} MB"
    out.print(f"copied {plain(database)} to {plain(file)}, {size}", highlight=False, soft_wrap=True)


def restore(file: Annotated[Path, typer.Argument(help="A copy that backup made")], config: Folder = None) -> None:
    """Put a copy of the database back; what is there now stays beside it. The daemon must be stopped."""
    from monitor.opening import locked
    from monitor.store.files import put_back

    where = places(config)
    with told_plainly(), locked(where):
        aside = put_back(file, where.database, datetime.now(UTC))
    kept = f"; what was there is {aside} now" if aside else ""
    out.print(f"restored {plain(where.database)}{plain(kept)}", highlight=False, soft_wrap=True)


@service_app.command(name="install")
def install_service(
    config: Folder = None,
    user: Annotated[bool, typer.Option("--user", help="For yourself instead of the whole machine")] = False,
) -> None:
    """Write the systemd unit; starts nothing, and says how to."""
    from monitor.service import install

    mine = places(config) if user else None
    try:
        path = install.install(mine)
    except install.InstallError as error:
        fail(error)
    out.print(f"wrote {plain(path)}", highlight=False, soft_wrap=True)
    for line in install.next_steps(mine):
        out.print(plain(line), highlight=False, soft_wrap=True)


def alert_for_test(config: Folder = None) -> None:
    """Send a test message to every channel of the configuration, and say how that went."""
    from monitor.commands import send_test
    from monitor.notifiers import notifier_of

    settings = configured(config)
    with told_plainly():
        results = asyncio.run(send_test(settings, notifier_of(os.environ), datetime.now(UTC)))
    for went, line in results:
        (out if went else err).print(plain(line), highlight=False, soft_wrap=True)
    if not all(went for went, _ in results):
        raise typer.Exit(WRONG)


@slack_app.command(name="manifest")
def slack_manifest() -> None:
    """The app manifest, to paste at api.slack.com/apps: the least scopes that all of it works with."""
    from alerts.slack import manifest

    print(manifest(), end="")  # noqa: T201  the command's output
