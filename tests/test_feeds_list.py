"""The feeds that Aftershock comes with: enough of every kind, each told apart, none that the guard would refuse."""

from collections import Counter
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import pytest
from ruamel.yaml import YAML

from monitor.feeds.fetch import address

SHIPPED = Path(__file__).parent.parent / "config" / "feeds.yaml"
FEEDS = cast("list[dict[str, str]]", YAML(typ="safe").load(SHIPPED.read_text(encoding="utf-8"))["feeds"])


@pytest.mark.parametrize(
    "topic", ["press", "tech", "markets", "wires", "labs", "companies", "chips", "power", "regulators", "filings"]
)
def test_every_kind_of_source_is_there(topic: str) -> None:
    """At least three feeds of each topic, and sixty in all."""
    assert 3 <= Counter(feed["topic"] for feed in FEEDS)[topic]
    assert 60 <= len(FEEDS)


def test_feeds_are_told_apart_and_asked_over_https() -> None:
    """Ids, names and addresses are unique, ids are plain words, and no address is sent as another."""
    for field in ("id", "name", "url"):
        assert [] == [value for value, times in Counter(feed[field] for feed in FEEDS).items() if times > 1]
    assert {"id", "name", "url", "topic"} == {key for feed in FEEDS for key in feed}
    assert [] == [feed["id"] for feed in FEEDS if not feed["id"].replace("-", "").isalnum() or not feed["id"].islower()]
    assert {"https"} == {urlsplit(feed["url"]).scheme for feed in FEEDS}
    assert [] == [feed["url"] for feed in FEEDS if address(feed["url"]).host != urlsplit(feed["url"]).hostname]


def test_the_list_says_that_its_addresses_were_not_tried() -> None:
    """Who reads the file is told so, and how to find out."""
    head = SHIPPED.read_text(encoding="utf-8").partition("\nfeeds:")[0]
    assert "could not be tried" in head
    assert "aftershock doctor" in head
