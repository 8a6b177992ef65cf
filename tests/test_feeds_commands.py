"""`aftershock feeds`: what a person sees of the feeds, and how they follow new ones."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console as Terminal
from typer.testing import CliRunner, Result

from config.load import load
from config.types import Feed
from monitor.cli import app
from monitor.feeds.discover import feeds_of
from monitor.feeds.opml import OpmlError, Outline, read_opml, write_opml
from monitor.feeds.poll import NEVER
from monitor.store.store import Store
from monitor.types import FeedState
from standins.web import Answer, Web, conditional, item, rss

NOW = datetime.now(UTC)
PAGE = b"""<!doctype html><html><head><title>A lab</title>
<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments">
<link rel="stylesheet" href="/style"><link rel=alternate type="application/atom+xml;charset=utf-8" href="blog/feed">
<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)"></head><body></body></html>"""
BODY = rss(item("A lab opens its model", guid="1", published=NOW), name="A Lab's Blog")


@pytest.fixture
def web() -> Iterator[Web]:
    """A server that is up during the test."""
    with Web() as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path, web: Web, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration folder that allows the server, and a state folder beside it."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "aftershock.yaml").write_text(f'network: {{allow: ["{web.place}"]}}  # mine\n', encoding="utf-8")
    monkeypatch.setenv("AFTERSHOCK_CONFIG", str(config))
    monkeypatch.setenv("AFTERSHOCK_STATE", str(tmp_path / "state"))
    monkeypatch.setattr("monitor.cli_feeds.out", Terminal(width=200))
    return config


def feeds(*arguments: str) -> Result:
    """Run the command in this process."""
    result = CliRunner().invoke(app, ["feeds", *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def followed(folder: Path) -> dict[str, Feed]:
    """The feeds of the configuration, by id."""
    loaded = load(folder)
    assert loaded.config is not None, loaded.problems
    return {feed.id: feed for feed in loaded.config.feeds}


def test_add_follows_the_feed_of_a_page(folder: Path, web: Web) -> None:
    """The page's own feed before that of its comments; it is named after itself; the settings keep their comment."""
    page = web.serve("/lab/", Answer(body=PAGE, headers={"Content-Type": "text/html"}))
    web.feed("/lab/blog/feed", BODY)
    result = feeds("add", page, "--topic", "labs")
    assert 0 == result.exit_code, result.stderr
    assert Feed("a-lab-s-blog", web.url("/lab/blog/feed"), "A Lab's Blog", "labs") == followed(folder)["a-lab-s-blog"]
    assert "the page also names " + web.url("/comments") in result.stdout
    assert "# mine" in (folder / "aftershock.yaml").read_text(encoding="utf-8")
    assert "is followed already, as a-lab-s-blog" in feeds("add", page).stdout


def test_add_tries_the_usual_places_of_a_page_that_names_no_feed(folder: Path, web: Web) -> None:
    """A moved feed is written with the address that it has moved to."""
    page = web.serve("/", Answer(body=b"<html><body>Welcome</body></html>"))
    web.serve("/rss", Answer(301, headers={"Location": "/new"}))
    web.feed("/new", BODY)
    assert 0 == feeds("add", page, "--name", "Mine").exit_code
    assert web.url("/new") == followed(folder)["mine"].url


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(404), "404 Not Found"),
        (Answer(body=b"<html></html>"), "answered with a web page, not a feed, and it names none"),
        (Answer(body=b'<!DOCTYPE rss [<!ENTITY a "b">]><rss/>'), "refused: the feed declares XML entities"),
    ],
)
@pytest.mark.parametrize("command", ["add", "test"])
def test_what_is_no_feed_is_told_and_nothing_is_changed(
    folder: Path, web: Web, command: str, answer: Answer, told: str
) -> None:
    """One line, exit code 2."""
    before = (folder / "aftershock.yaml").read_bytes()
    result = feeds(command, web.serve("/x", answer))
    assert (2, True) == (result.exit_code, told in result.stderr)
    assert before == (folder / "aftershock.yaml").read_bytes()


def test_an_address_on_a_private_network_is_refused_with_what_to_write(folder: Path) -> None:
    """The guard counts for people too."""
    result = feeds("add", "http://127.0.0.1:9/rss")
    assert (2, True) == (result.exit_code, "list 127.0.0.1:9 under network: allow:" in result.stderr)


def test_test_says_what_a_feed_is_like(folder: Path, web: Web) -> None:
    """Its items with dates, whether it can say that nothing changed, and when it would be asked again."""
    url = web.serve("/rss", conditional(Answer(body=BODY, headers={"Cache-Control": "max-age=1800"}), '"v1"'))
    result = feeds("test", url)
    assert 0 == result.exit_code
    for words in (
        "A Lab's Blog: 1 items",
        "it gives ETag",
        "asked again in 30 min",
        f"{NOW:%Y-%m-%d}",
        "A lab opens its",
    ):
        assert words in result.stdout
    assert 1 == len(web.requests())


def test_list_shows_health_next_poll_rate_and_error(folder: Path, tmp_path: Path) -> None:
    """Of each feed, or of those that fail."""
    assert "never asked" in feeds("list").stdout
    gap = timedelta(hours=2)
    states = [
        FeedState(
            "openai", NOW + timedelta(minutes=50), failures=7, error="404 Not Found", url=followed(folder)["openai"].url
        ),
        FeedState("nyt-business", NOW - gap, last_success=NOW - gap, gap=gap, note="malformed feed"),
        FeedState("hacker-news", NEVER, failures=1, error="410 Gone"),
        FeedState("ft-ai", NOW, error="404", url="https://old.example/"),
    ]
    store = Store(tmp_path / "state" / "aftershock.db")
    store._run(lambda tx: tx.save_feeds(states))
    store.close()
    lines = {line.split()[1]: line for line in feeds("list").stdout.splitlines() if len(line.split()) > 3}
    assert ("failed 7x" in lines["openai"], "404 Not Found" in lines["openai"]) == (True, True)
    for words in ("reads in part", "2 h ago", "due", "12", "malformed feed"):
        assert words in lines["nyt-business"]
    assert ("ended" in lines["hacker-news"], "never asked" in lines["ft-ai"]) == (True, True)
    failing = feeds("list", "--failing").stdout
    assert ("openai" in failing, "nyt-business" in failing) == (True, False)


def test_a_list_goes_out_and_comes_in_again(folder: Path, tmp_path: Path) -> None:
    """What is exported is known; a list of another reader is added once, folders become topics."""
    exported = feeds("export").stdout
    assert len(followed(folder)) == len(read_opml(exported.encode()))
    mine = tmp_path / "mine.opml"
    feeds("export", str(mine))
    assert "added 0 feeds" in feeds("import", str(mine)).stdout
    other = write_opml([Feed("x", "https://x.example/rss", "X & Y", "chips")], "Mine")
    mine.write_text(other, encoding="utf-8")
    result = feeds("import", str(mine))
    assert 0 == result.exit_code, result.stderr
    assert Feed("x-y", "https://x.example/rss", "X & Y", "chips") == followed(folder)["x-y"]
    assert "added 0 feeds" in feeds("import", str(mine)).stdout


@pytest.mark.parametrize("body", [b"", b"<opml><body>", b"<rss/>", b'<!DOCTYPE opml [<!ENTITY a "b">]><opml/>'])
def test_what_is_no_list_is_told(folder: Path, tmp_path: Path, body: bytes) -> None:
    """By the file's name."""
    (tmp_path / "x").write_bytes(body)
    result = feeds("import", str(tmp_path / "x"))
    assert (2, True) == (result.exit_code, str(tmp_path / "x") in result.stderr.replace("\n", ""))
    with pytest.raises(OpmlError):
        read_opml(body)


def test_a_list_is_read_as_other_readers_write_it() -> None:
    """Nested folders, odd capitals, addresses that are none, one feed twice."""
    body = b"""<opml version="1.0"><body><outline text="All"><outline title="Chips">
    <outline type="rss" text="A" XMLURL="https://a.example/rss"/><outline text="B" xmlUrl="javascript:1"/></outline>
    <outline text="A again" xmlUrl="https://a.example/rss"/></outline><outline xmlUrl="https://c.example/"/></body></opml>"""
    assert [Outline("https://a.example/rss", "A", "Chips"), Outline("https://c.example/", "")] == read_opml(body)


def test_a_page_names_its_feeds() -> None:
    """Relative to its base; other schemes and what is no feed are left out."""
    page = PAGE.decode().replace("<head>", '<head><base href="https://lab.example/de/">')
    assert ["https://lab.example/de/blog/feed", "https://lab.example/comments"] == feeds_of(page, "https://x.example/")
