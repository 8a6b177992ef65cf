"""The `aftershock` command. Parses arguments, sets up logging, prints; what it does lives elsewhere.

A user's mistake ends with one clear line on standard error and exit code 2, never with a traceback. Heavy modules are
imported by the command that needs them, so that `check` and `--help` are quick.
"""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from alerts.words import count
from monitor import cli_asking, cli_config, cli_feeds, cli_names, cli_operator, cli_texts
from monitor.cli_terminal import Folder, configured, environment, err, fail, out, places, progress, told_plainly

TRY_AGAIN = 75
"""The daemon's where its database cannot be used, as for want of room: to be tried again (EX_TEMPFAIL, sysexits.h)."""

app = typer.Typer(
    help="Watches news feeds for AI events, links them to stocks, and tells Slack when those stocks move unusually.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command."""
    try:
        app()
    except OSError as error:
        # What a command could not read or write it says itself; this is its own output that went nowhere.
        sys.exit(f"aftershock: {error.strerror or error}")


def _version(wanted: bool) -> None:
    if wanted:
        out.print(version("aftershock"), highlight=False)
        raise typer.Exit


@app.callback()
def common(
    _version_flag: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    """Options of every command."""


@app.command()
def run(config: Folder = None) -> None:
    """The daemon: poll feeds, watch prices, tell Slack (or this terminal, without a Slack token)."""
    from monitor import daemon, stopping

    given = environment()
    settings = configured(config, last_good=True)
    with told_plainly(unkept=TRY_AGAIN):
        asyncio.run(daemon.run(settings, given, places(config), filling=filling))
        stopping.deaf()


@app.command()
def once(config: Folder = None) -> None:
    """One pass of news, prices and delivery, then exit."""
    from monitor import daemon

    given = environment()
    settings = configured(config)
    with told_plainly():
        asyncio.run(daemon.once(settings, given, places(config), filling=filling))


@app.command()
def check(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]")] = None,
    config: Folder = None,
    what_if: Annotated[
        int, typer.Option("--what-if", metavar="DAYS", min=0, help="Also count what it would have told on stored days")
    ] = 0,
    picture: Annotated[
        Path | None,
        typer.Option("--picture", metavar="FILE.png", help="With --what-if: also draw its alerts a day there"),
    ] = None,
) -> None:
    """Validate the configuration; exit 0, or 2 with file:line:col: message."""
    where = folder or config
    if picture and not what_if:
        fail("--picture draws what --what-if counts: write --what-if 30 too, for the last 30 days")
    settings = configured(where)
    watched = {w.symbol for watchlist in settings.watchlists for w in watchlist.companies}
    shown = where or places(None).config
    origin = str(shown) if shown.is_dir() else "the shipped defaults (no configuration folder yet)"
    own = any(shown.glob("watchlists/*.yaml")) or any(shown.glob("watchlists/*.yml"))
    whose = "" if own else " (no watchlist of your own: the shipped one counts)"
    out.print(
        f"{origin}: fine. {count(len(settings.watchlists), 'watchlist')}{whose} with {count(len(watched), 'stock')}, "
        f"{len(settings.feeds)} feeds, {len(settings.companies)} companies, {len(settings.relations)} relations, "
        f"{len(settings.lexicon.rules)} event rules.",
        highlight=False,
        soft_wrap=True,
    )
    if what_if:
        with told_plainly():
            cli_config.tell_what_if(settings, where, what_if, datetime.now(UTC), picture)


@contextmanager
def filling() -> Iterator[Callable[[int, int], object]]:
    """Shows how far the first filling of daily bars has come."""
    with progress(err, shown=True) as bar:
        task = bar.add_task("daily bars", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


for room in (cli_texts, cli_operator, cli_asking, cli_config, cli_names, cli_feeds):
    room.register(app)


if __name__ == "__main__":
    main()
