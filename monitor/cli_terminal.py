"""What every command shares: the terminal, one plain line for what the user can mend, and the configuration to use."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console as Terminal
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from alerts.types import DeliveryError
from config.kept import Keeper
from config.load import Loaded, load
from config.types import Config
from monitor.credentials import NAMES, CredentialsError, taken_from
from monitor.logs import set_up_logging
from monitor.places import AlreadyRunningError, Places

WRONG = 2
"""The exit code for what the user can mend."""

out = Terminal()
err = Terminal(stderr=True)

Folder = Annotated[
    Path | None,
    typer.Option("--config", metavar="DIR", help="Configuration folder [default: AFTERSHOCK_CONFIG or the platform's]"),
]


def fail(message: object, code: int = WRONG) -> NoReturn:
    """One clear line on standard error, and that exit code."""
    err.print(f"[bold red]aftershock:[/] {plain(message)}", soft_wrap=True, highlight=False)
    raise typer.Exit(code)


def plain(message: object) -> str:
    """Text that is no markup."""
    return str(message).replace("[", r"\[")


def places(folder: Path | None) -> Places:
    """Where configuration and state live, `--config` first."""
    found = Places.of(os.environ)
    return Places(folder.expanduser(), found.state) if folder else found


def configured(folder: Path | None, *, last_good: bool = False) -> Config:
    """The configuration of a folder over the shipped one; prints every problem, and ends if one is fatal.

    With `last_good` it ends only if no configuration ever counted here; else that one is used, which is said.
    """
    found = places(folder)
    kept = Keeper(found.state).good if last_good else None
    loaded = looked(folder, missing=kept is not None)
    if loaded.config is not None:
        return loaded.config
    again = kept.load(found.listings).config if kept else None
    if kept is None or again is None:
        if last_good:
            err.print("Not started: no configuration has counted here yet that could stand in.", highlight=False)
        raise typer.Exit(WRONG)
    since = f"{kept.since:%d %b %H:%M} UTC"
    err.print(f"Started with the last good configuration, of {since}, until this is mended.", highlight=False)
    return again


def looked(folder: Path | None, *, missing: bool = False) -> Loaded:
    """What a folder comes to, with every problem printed; with `missing` one that is not there is a problem too."""
    if folder and folder.exists() and not folder.is_dir():
        fail(f"{folder}: this is a file. Name the folder that holds aftershock.yaml and watchlists")
    if folder and not folder.is_dir() and not missing:
        fail(f"{folder}: no such folder. Create it with: aftershock init --config {folder}")
    found = places(folder)
    loaded = load(found.config if found.config.is_dir() or missing else None, refreshed=found.listings)
    for problem in loaded.problems:
        err.print(plain(problem), style="red" if problem.fatal else "yellow", soft_wrap=True, highlight=False)
    return loaded


def environment() -> dict[str, str]:
    """The environment with its secrets, which this process' own then lacks; logs are set up to show none of them."""
    try:
        whole = taken_from(os.environ)
    except CredentialsError as error:
        fail(error)
    set_up_logging(whole, [whole[name] for name in NAMES if name in whole])
    return whole


@contextmanager
def told_plainly(unkept: int = WRONG) -> Iterator[None]:
    """Turn what the user can mend into one line; Ctrl-C ends quietly. `unkept` is the exit code of a StoreError."""
    from monitor.market.recorded import RecordingError
    from monitor.replay import ReplayError
    from monitor.serving import AddressError
    from monitor.store.files import BackupError
    from monitor.store.store import StoreError

    try:
        yield
    except StoreError as error:
        fail(error, unkept)
    except (
        AddressError,
        BackupError,
        CredentialsError,
        AlreadyRunningError,
        ReplayError,
        RecordingError,
        DeliveryError,
    ) as error:
        fail(error)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


@contextmanager
def progress(terminal: Terminal, *, shown: bool) -> Iterator[Progress]:
    """A progress bar, gone when it is done; none where `terminal` is none. What it prints meanwhile stands above."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=terminal, transient=True, disable=not (shown and terminal.is_terminal)) as bar:
        yield bar
