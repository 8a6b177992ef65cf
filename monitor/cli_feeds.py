"""The commands about feeds: list, add, test, import and export.

They parse arguments and print; what they do lives elsewhere.
"""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from alerts.words import count
from monitor.cli_terminal import (
    Folder,
    configured,
    fail,
    out,
    places,
    plain,
    told_plainly,
)

feeds_app = typer.Typer(help="The news feeds: list, add, test, import and export.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(feeds_app, name="feeds")


@feeds_app.command(name="list")
def list_feeds(
    config: Folder = None, failing: Annotated[bool, typer.Option("--failing", help="Only those that fail")] = False
) -> None:
    """Every feed with its health, next poll, rate and last error."""
    from monitor.following import listing, states_of

    settings = configured(config)
    with told_plainly():
        states = states_of(places(config).database)
    out.print(listing(settings, states, datetime.now(UTC), failing=failing), highlight=False)


@feeds_app.command(name="test")
def try_feed(url: Annotated[str, typer.Argument(help="A feed, or a page that has one")], config: Folder = None) -> None:
    """Read a feed once, and say what is there and how often it would be asked."""
    from monitor.feeds.errors import FeedError
    from monitor.following import find, report

    settings = configured(config).settings
    now = datetime.now(UTC)
    try:
        found = asyncio.run(find(settings, url, now))
    except FeedError as error:
        fail(f"{url}: {error}")
    for line in report(found, settings, now):
        out.print(plain(line), highlight=False, soft_wrap=True)


@feeds_app.command(name="add")
def add_feed(
    url: Annotated[str, typer.Argument(help="A feed, or a page that has one")],
    name: Annotated[str, typer.Option(help="What to call it [default: as it calls itself]")] = "",
    topic: Annotated[str, typer.Option(help="Any word")] = "",
    config: Folder = None,
) -> None:
    """Follow a feed, or the feed of a page: it is read once, then written into aftershock.yaml."""
    from config.edit import EditError, add_feeds
    from monitor.feeds.errors import FeedError
    from monitor.following import find, followed, named

    settings = configured(config)
    try:
        found = asyncio.run(find(settings.settings, url, datetime.now(UTC)))
        if known := followed(settings, found.url):
            out.print(f"{found.url} is followed already, as {known.id}", highlight=False, soft_wrap=True)
            return
        feed = named(found, {feed.id for feed in settings.feeds}, name, topic)
        path = add_feeds(places(config).config, [feed], places(config).listings)
    except FeedError as error:
        fail(f"{url}: {error}")
    except EditError as error:
        fail(error)
    items = count(len(found.looked.parsed.items), "item")
    out.print(
        plain(f"added {feed.id} ({feed.name}, {items} now) to {path}: {feed.url}"), highlight=False, soft_wrap=True
    )
    for other in found.others:
        out.print(plain(f"the page also names {other}"), highlight=False, soft_wrap=True)


@feeds_app.command(name="import")
def import_feeds(
    file: Annotated[Path, typer.Argument(help="An OPML file, as other readers export it")], config: Folder = None
) -> None:
    """Follow the feeds of an OPML list that are not followed yet; none is asked before the daemon does."""
    from config.edit import EditError, add_feeds
    from monitor.feeds.opml import OpmlError, read_opml
    from monitor.following import from_outlines

    settings = configured(config)
    try:
        outlines = read_opml(file.read_bytes())
        fresh = from_outlines(settings, outlines)
        where = add_feeds(places(config).config, fresh, places(config).listings) if fresh else places(config).config
    except OSError as error:
        fail(f"{file}: {error.strerror or error}")
    except OpmlError as error:
        fail(f"{file}: {error}")
    except EditError as error:
        fail(error)
    known = len(outlines) - len(fresh)
    out.print(
        plain(f"added {count(len(fresh), 'feed')} to {where}, {known} followed already"),
        highlight=False,
        soft_wrap=True,
    )


@feeds_app.command(name="export")
def export_feeds(
    file: Annotated[Path | None, typer.Argument(help="Where to [default: standard output]")] = None,
    config: Folder = None,
) -> None:
    """All feeds that are followed, as an OPML list for other readers."""
    from monitor.feeds.opml import write_opml

    text = write_opml(configured(config).feeds, "Aftershock")
    if file is None:
        print(text, end="")  # noqa: T201  the command's output
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{file}: {error.strerror or error}")
