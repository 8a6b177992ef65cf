"""A feed that keeps failing is told to the operator's channel once, and its recovery once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.types import Config, EventLexicon, Settings
from monitor.cycle import Edges
from monitor.feeds.poll import NEVER
from monitor.market.sessions import Calendars
from monitor.operator import FAILURES, NAMED, failing, messages
from monitor.store.store import Store
from monitor.store.tx import Tx
from monitor.ticking import Daemon
from monitor.types import FeedAnswer, FeedState

NOW = datetime(2025, 1, 27, 15, 0, tzinfo=UTC)


def answer(feed: str, failures: int, error: str = "404 Not Found") -> FeedAnswer:
    """A poll after so many failures in a row."""
    text = error if failures else ""
    return FeedAnswer(FeedState(feed, NOW + timedelta(hours=1), failures=failures, error=text), error=text)


async def test_the_sixth_failure_is_told_once_and_the_recovery_once(tmp_path: Path) -> None:
    """Over restarts too; what fails less often is left to the log."""
    store = Store(tmp_path / "aftershock.db")
    config = Config(Settings(channel="#ops"), {}, (), (), (), EventLexicon())
    said: list[int] = []
    try:
        for failures in (1, 5, 6, 7, 30, 0, 0, 1, 6):
            unused: object = None
            edges = Edges(unused, unused, unused, unused, store, Calendars())  # type: ignore[arg-type]
            daemon = Daemon(edges, config, lambda: NOW + timedelta(minutes=len(said)))
            found = failing([answer("wire", failures), answer("lab", 1)])
            await daemon.notices.tell(*found, wording=messages, logged=False)
            said.append(len(await store.transact(Tx.unsettled)))
        assert [0, 0, 1, 1, 1, 2, 2, 2, 3] == said
        rows = await store.transact(Tx.unsettled)
    finally:
        store.close()
    assert {"#ops"} == {row.delivery.channel for row in rows}
    assert "wire has failed 6 times in a row: 404 Not Found" in rows[0].delivery.text
    assert "1 feed can be read again: wire" == rows[1].delivery.text


def test_a_feed_that_has_ended_is_told_at_once() -> None:
    """It is not asked again, so its failures will never be six."""
    ended = FeedAnswer(FeedState("wire", NEVER, failures=1, error="410 Gone"), error="410 Gone")
    found, looked = failing([ended])
    assert ({"feed wire failing": "wire has ended: 410 Gone"}, {"feed wire failing"}) == (found, looked)


def test_feeds_that_fail_together_are_one_message_that_fits() -> None:
    """The first few by name, in plain text and without markup in Slack's."""
    found, _ = failing([answer(f"f{n}", FAILURES, "<!channel> " + "x" * 300) for n in range(50)])
    [post] = messages(found, [], "#ops", NOW)
    assert "50 feeds cannot be read." in post.text
    assert f"and {50 - NAMED} more" in post.text
    block = post.blocks[0]["text"]["text"]
    assert ("<!channel>" in block, len(block) < 3000) == (False, True)
