"""Programs change the user's YAML: what was there stays, comments included; what is written is right, or not at all."""

from pathlib import Path

import pytest

from config.edit import EditError, add_feeds, feed_id
from config.load import load
from config.starting import write_starter
from config.types import Feed

DESK = Feed("our-desk", "https://desk.example/rss?a=1#b", "Our desk: news & more", "press")
HAND_MADE = """\
# my settings
feeds:
    add:
        - id: mine   # the first one
          name: Mine
          url: https://mine.example/
    drop: [hacker-news]   # too much
schedule:
    news: "1 min"   # quick
"""


def followed(folder: Path) -> dict[str, Feed]:
    """The feeds of a folder's configuration, by id."""
    loaded = load(folder)
    assert loaded.config is not None, loaded.problems
    return {feed.id: feed for feed in loaded.config.feeds}


@pytest.mark.parametrize(
    "text", ["", "# nothing yet\n", "feeds:\n", 'channel: "#ai"', HAND_MADE, HAND_MADE.replace("    ", "  ")]
)
def test_a_feed_is_added_and_every_line_stays(tmp_path: Path, text: str) -> None:
    """Whatever the file is like, indented by two or four; nothing is lost and nothing moves."""
    (tmp_path / "aftershock.yaml").write_text(text, encoding="utf-8")
    assert tmp_path / "aftershock.yaml" == add_feeds(tmp_path, [DESK])
    lines = (tmp_path / "aftershock.yaml").read_text(encoding="utf-8").splitlines()
    assert [] == [line for line in text.splitlines() if line not in lines]
    assert DESK == followed(tmp_path)["our-desk"]
    add_feeds(tmp_path, [Feed("second", "https://two.example/", "Two")])
    assert {"our-desk", "second"} <= followed(tmp_path).keys()


def test_the_starter_keeps_its_comments_and_a_folder_is_made(tmp_path: Path) -> None:
    """A settings file that init wrote; and none at all."""
    write_starter(tmp_path / "a")
    before = (tmp_path / "a" / "aftershock.yaml").read_text(encoding="utf-8").splitlines()
    add_feeds(tmp_path / "a", [DESK])
    after = (tmp_path / "a" / "aftershock.yaml").read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line in before] == before
    add_feeds(tmp_path / "new" / "b", [DESK])
    assert DESK == followed(tmp_path / "new" / "b")["our-desk"]


def test_a_feed_that_is_added_is_followed_whatever_the_lists_say(tmp_path: Path) -> None:
    """It is named under only, and loses its place under drop."""
    (tmp_path / "aftershock.yaml").write_text("feeds: {only: [openai], drop: [hacker-news]}\n", encoding="utf-8")
    add_feeds(tmp_path, [DESK])
    assert {"openai", "our-desk"} == followed(tmp_path).keys()


@pytest.mark.parametrize(
    ("text", "feed", "told"),
    [
        ("feeds: [\n", DESK, "mend this first, nothing was changed: "),
        ("channel: x\n", DESK, "mend this first, nothing was changed: "),
        ("", Feed("Not An Id", "https://x.example/", "X"), "nothing was changed, as it would be wrong: "),
        ("", Feed("x", "ftp://x.example/", "X"), "nothing was changed, as it would be wrong: "),
    ],
)
def test_a_file_that_is_wrong_or_would_be_is_left_as_it_is(tmp_path: Path, text: str, feed: Feed, told: str) -> None:
    """With the place, in the words of check; and nothing is left beside it."""
    (tmp_path / "aftershock.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(EditError) as raised:
        add_feeds(tmp_path, [feed])
    assert str(raised.value).startswith(told)
    assert str(tmp_path / "aftershock.yaml") in str(raised.value)
    assert (["aftershock.yaml"], text) == (
        [path.name for path in tmp_path.iterdir()],
        (tmp_path / "aftershock.yaml").read_text(encoding="utf-8"),
    )


def test_a_file_keeps_its_permissions_and_a_link_its_target(tmp_path: Path) -> None:
    """Settings that live elsewhere are changed there."""
    (tmp_path / "real").mkdir()
    real = tmp_path / "real" / "settings.yaml"
    real.write_text("# mine\n", encoding="utf-8")
    real.chmod(0o600)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "aftershock.yaml").symlink_to(real)
    add_feeds(folder, [DESK])
    assert (True, 0o600) == ((folder / "aftershock.yaml").is_symlink(), real.stat().st_mode & 0o777)
    assert DESK == followed(folder)["our-desk"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("The Wire & Co.", "the-wire-co"), ("通信", "feed"), ("Wire", "wire-2"), ("x" * 99, "x" * 40)],
)
def test_a_feed_gets_an_id_of_its_own(name: str, expected: str) -> None:
    """Short, of plain letters, and taken by no other."""
    assert expected == feed_id(name, {"wire"})
