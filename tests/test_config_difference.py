"""What an edit changed, in words: only what changed, in the units that it was written in."""

from pathlib import Path

from config.difference import differences
from standins.folders import loaded


def test_a_limit_that_was_edited_is_named_alone(tmp_path: Path) -> None:
    """By its place in the file; sizes as they are written."""
    old, new = (
        loaded(tmp_path / name, {"aftershock.yaml": text}).config
        for name, text in (("old", "keep: {copies: 3}\n"), ("new", "operator: {disk_free: 1.5 GB, no_feed: 1 h}\n"))
    )
    assert old
    assert new
    said = "aftershock.yaml: operator.no_feed 30 min -> 1 h, operator.disk_free none -> 1.5 GB, keep.copies 3 -> 2"
    assert (said,) == differences(old, new)
