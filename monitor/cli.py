"""The `aftershock` command. Parses arguments, sets up logging, prints; what it does lives elsewhere.

A user's mistake ends with one clear line on standard error and exit code 2, never with a traceback. Heavy modules are
imported by the command that needs them, so that `check` and `--help` are quick.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console as Terminal
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from alerts.types import Command, DeliveryError, Verb
from alerts.words import count
from monitor import cli_config
from monitor.cli_terminal import WRONG, Folder, configured, err, fail, out, places
from monitor.cli_terminal import plain as _plain
from monitor.credentials import NAMES, CredentialsError, taken_from
from monitor.logs import set_up_logging
from monitor.places import AlreadyRunningError, Places

EVERY = 2.0
"""Seconds between two looks of `status --watch`."""
TRY_AGAIN = 75
"""The daemon's where its database cannot be used, as for want of room: to be tried again (EX_TEMPFAIL, sysexits.h)."""

app = typer.Typer(
    help="Watches news feeds for AI events, links them to stocks, and tells Slack when those stocks move unusually.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
companies = typer.Typer(help="The companies that are known: find one, refresh the list.", no_args_is_help=True)
app.add_typer(companies, name="companies")
cli_config.register(app)


def main() -> None:
    """Run the command."""
    try:
        app()
    except OSError as error:
        # What a command could not read or write it says itself; this is its own output that went nowhere.
        sys.exit(f"aftershock: {error.strerror or error}")


def environment() -> dict[str, str]:
    """The environment with its secrets, which this process' own then lacks; logs are set up to show none of them."""
    try:
        whole = taken_from(os.environ)
    except CredentialsError as error:
        fail(error)
    set_up_logging(whole, [whole[name] for name in NAMES if name in whole])
    return whole


def _version(wanted: bool) -> None:
    if wanted:
        out.print(version("aftershock"), highlight=False)
        raise typer.Exit


@app.callback()
def common(
    _version_flag: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    """Options of every command."""


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


@app.command()
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
                err.print(_plain(f"{source.name}: {answer}"), soft_wrap=True, highlight=False)
                bad = True
                continue
            item, found = answer
            if len(item.article.text.whole) > MAX_CHARACTERS:
                whose = printable(str(item.id or "the text"))
                note = f"{source.name}: of {whose} only the first {MAX_CHARACTERS:,} characters are read"
                err.print(_plain(note), soft_wrap=True, highlight=False)
            if pretty:
                out.print(drawing.shown(item, found), highlight=False)
            else:
                print(analysis.as_json(analysis.found(item, found, linking), out.encoding))  # noqa: T201  the command's output
    except UnicodeDecodeError as error:
        fail(f"{source.name}: {error}")
    if bad:
        raise typer.Exit(WRONG)


@app.command()
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
                err.print(_plain(f"{source.name}: {one}"), soft_wrap=True, highlight=False)
                bad = True
            else:
                print(analysis.as_json(grouping.answer(one), out.encoding))  # noqa: T201  the command's output
    except UnicodeDecodeError as error:
        fail(f"{source.name}: {error}")
    if bad:
        raise typer.Exit(WRONG)


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


@app.command()
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
        return Group(*(_plain(part) if isinstance(part, str) else part for part in parts))

    with told_plainly():
        if not watch:
            out.print(shown(), highlight=False)
            return
        with Live(shown(), console=out, screen=out.is_terminal, auto_refresh=False) as live:
            while True:
                time.sleep(EVERY)
                live.update(shown(), refresh=True)


@app.command()
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
            advice = f" [dim]→ {_plain(finding.advice)}[/]" if finding.advice else ""
            line = f"{marks[finding.verdict]} {_plain(finding.subject)}: {_plain(finding.text)}{advice}"
            out.print(line, highlight=False, soft_wrap=True)
        return bad

    with told_plainly(), TemporaryDirectory(prefix="aftershock-") as scratch:
        try:
            states = states_of(where.database)
        except StoreError as error:
            states = {}
            out.print(f"{marks[room.Verdict.BAD]} {_plain(error)}", highlight=False, soft_wrap=True)
        bad = asyncio.run(examine(Path(scratch)))
    if bad:
        raise typer.Exit(1)


@app.command()
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
    out.print(f"copied {_plain(database)} to {_plain(file)}, {size}", highlight=False, soft_wrap=True)


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="A copy that backup made")], config: Folder = None) -> None:
    """Put a copy of the database back; what is there now stays beside it. The daemon must be stopped."""
    from monitor.opening import locked
    from monitor.store.files import put_back

    where = places(config)
    with told_plainly(), locked(where):
        aside = put_back(file, where.database, datetime.now(UTC))
    kept = f"; what was there is {aside} now" if aside else ""
    out.print(f"restored {_plain(where.database)}{_plain(kept)}", highlight=False, soft_wrap=True)


service_app = typer.Typer(help="The daemon as a service of systemd.", no_args_is_help=True)
app.add_typer(service_app, name="service")


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
    out.print(f"wrote {_plain(path)}", highlight=False, soft_wrap=True)
    for line in install.next_steps(mine):
        out.print(_plain(line), highlight=False, soft_wrap=True)


@app.command()
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
                out.print(_plain(text), style="bold" if line in HEADINGS else "", highlight=False, soft_wrap=True)


@app.command(name="test-alert")
def alert_for_test(config: Folder = None) -> None:
    """Send a test message to every channel of the configuration, and say how that went."""
    from monitor.commands import send_test
    from monitor.notifiers import notifier_of

    settings = configured(config)
    with told_plainly():
        results = asyncio.run(send_test(settings, notifier_of(os.environ), datetime.now(UTC)))
    for went, line in results:
        (out if went else err).print(_plain(line), highlight=False, soft_wrap=True)
    if not all(went for went, _ in results):
        raise typer.Exit(WRONG)


@app.command()
def mute(
    what: Annotated[str, typer.Argument(help="A stock, `story ID`, `event TYPE` or `relation KIND`")],
    span: Annotated[str, typer.Argument(help="2h, 30 min, 3 days, today [default: until you say]")] = "",
    channel: Annotated[str, typer.Option(help="One channel only [default: all]")] = "",
    config: Folder = None,
) -> None:
    """Hear no more of a stock, a story, a type of event or a relation for a while."""
    _asked(Command(Verb.MUTE, "", what, span, channel), config)


@app.command()
def unmute(
    what: Annotated[str, typer.Argument(help="As for mute, or `all` [default: say what is muted]")] = "",
    channel: Annotated[str, typer.Option(help="One channel only [default: all]")] = "",
    config: Folder = None,
) -> None:
    """Hear of it again."""
    _asked(Command(Verb.UNMUTE, "", what, channel=channel), config)


@app.command()
def wrong(
    symbol: Annotated[str, typer.Argument(help="The stock")],
    why: Annotated[str, typer.Argument(help="price, link, or in your own words")],
    config: Folder = None,
) -> None:
    """Say that a stock was told wrongly: it is struck from its message and silent for today."""
    _asked(Command(Verb.WRONG, "", symbol, why), config)


def _asked(command: Command, folder: Path | None) -> None:
    """Do what Slack's slash command does too, and print the answer."""
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
    out.print(_plain(answer.text), highlight=False, soft_wrap=True)


slack_app = typer.Typer(help="What Slack needs.", no_args_is_help=True)
app.add_typer(slack_app, name="slack")


@slack_app.command(name="manifest")
def slack_manifest() -> None:
    """The app manifest, to paste at api.slack.com/apps: the least scopes that all of it works with."""
    from alerts.slack import manifest

    print(manifest(), end="")  # noqa: T201  the command's output


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
        out.print(f"[bold]{_plain(company.name)}[/]", highlight=False)
        table = Table(show_header=False, box=None, padding=(0, 2, 0, 2))
        for word, text in known.described(company, settings):
            table.add_row(f"[dim]{word}[/]", _plain(text))
        out.print(table, highlight=False)
    elif not others:
        fail(f"nothing is known under {name}: a company of your own goes into companies.yaml of your config folder")
    if others:
        out.print("of a like name:" if company else f"nothing is called {_plain(name)}. Did you mean:", highlight=False)
    for other in others:
        out.print(f"  {other.symbol or 'not listed':12} {_plain(other.name)} [dim]{other.id}[/]", highlight=False)
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
        out.print(_plain(line), highlight=False, soft_wrap=True)
    out.print("A running daemon takes it over by its next news pass.", highlight=False)


relations_app = typer.Typer(help="The relations between companies.", no_args_is_help=True)
app.add_typer(relations_app, name="relations")


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


feeds_app = typer.Typer(help="The news feeds: list, add, test, import and export.", no_args_is_help=True)
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
        out.print(_plain(line), highlight=False, soft_wrap=True)


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
        _plain(f"added {feed.id} ({feed.name}, {items} now) to {path}: {feed.url}"), highlight=False, soft_wrap=True
    )
    for other in found.others:
        out.print(_plain(f"the page also names {other}"), highlight=False, soft_wrap=True)


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
        _plain(f"added {count(len(fresh), 'feed')} to {where}, {known} followed already"),
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


@contextmanager
def progress(terminal: Terminal, *, shown: bool) -> Iterator[Progress]:
    """A progress bar, gone when it is done; none where `terminal` is none. What it prints meanwhile stands above."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=terminal, transient=True, disable=not (shown and terminal.is_terminal)) as bar:
        yield bar


@contextmanager
def filling() -> Iterator[Callable[[int, int], object]]:
    """Shows how far the first filling of daily bars has come."""
    with progress(err, shown=True) as bar:
        task = bar.add_task("daily bars", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


if __name__ == "__main__":
    main()
