"""The commands about companies and the relations between them.

They parse arguments and print; what they do lives elsewhere.
"""

import asyncio
import os
from datetime import UTC, datetime
from typing import Annotated

import typer

from monitor.cli_terminal import (
    WRONG,
    Folder,
    configured,
    fail,
    out,
    places,
    plain,
    told_plainly,
)

companies = typer.Typer(help="The companies that are known: find one, refresh the list.", no_args_is_help=True)
relations_app = typer.Typer(help="The relations between companies.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(companies, name="companies")
    app.add_typer(relations_app, name="relations")


@companies.command()
def find(
    name: Annotated[str, typer.Argument(help="A symbol, an id, or a name; a part of one will do")],
    config: Folder = None,
) -> None:
    """Show what is known of a company: its id, its symbols, and the names under which texts may speak of it."""
    from rich.table import Table

    from monitor import companies as known

    settings = configured(config)
    company, others = known.found(settings, name)
    if company is not None:
        out.print(f"[bold]{plain(company.name)}[/]", highlight=False)
        table = Table(show_header=False, box=None, padding=(0, 2, 0, 2))
        for word, text in known.described(company, settings):
            table.add_row(f"[dim]{word}[/]", plain(text))
        out.print(table, highlight=False)
    elif not others:
        fail(f"nothing is known under {name}: a company of your own goes into companies.yaml of your config folder")
    if others:
        out.print("of a like name:" if company else f"nothing is called {plain(name)}. Did you mean:", highlight=False)
    for other in others:
        out.print(f"  {other.symbol or 'not listed':12} {plain(other.name)} [dim]{other.id}[/]", highlight=False)
    if company is None:
        raise typer.Exit(WRONG)


@companies.command()
def update(config: Folder = None) -> None:
    """Refresh the list of listed companies from the SEC; says what changed. A running daemon takes it over."""
    from config.listings import ListingsError
    from monitor import companies as known

    settings = configured(config)
    now = datetime.now(UTC)
    try:
        with out.status("asking the SEC"):
            rows, changes = asyncio.run(
                known.update(settings.settings.contact, os.environ, places(config).listings, now.date())
            )
    except ListingsError as error:
        fail(f"the list of companies stays as it was: {error}")
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    for line in known.told(rows, changes):
        out.print(plain(line), highlight=False, soft_wrap=True)
    out.print("A running daemon takes it over by its next news pass.", highlight=False)


@relations_app.command()
def propose(
    source: Annotated[
        str,
        typer.Argument(
            metavar="[DAYS or DIR]", help="How many of the daemon's daily bars to read, or a recorded day (2025-01-27)"
        ),
    ] = "",
    config: Folder = None,
) -> None:
    """Propose relations that may be missing, from stocks that move together; prints YAML and writes nothing."""
    from monitor import comovement
    from monitor.commands import bars_of

    settings = configured(config)
    with told_plainly():
        histories, days, words = bars_of(source, places(config).database)
    if not histories:
        fail(f"no daily bars at {places(config).database}: start the daemon, or name a recorded day (2025-01-27)")
    print(comovement.in_yaml(comovement.search(histories, settings, days), words), end="")  # noqa: T201  the command's output
