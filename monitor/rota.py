"""Who is asked when: what is remembered of each feed, and which of them are being asked right now.

A cache: what is here is read from the store once and follows each commit, so that a tick over thousands of feeds costs
no query. A feed in hand is not asked again by a later pass, so passes may overlap and a slow server delays only itself.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from config.types import Feed
from monitor.types import FeedState


class Rota:
    """Feeds' states by id, once they were read, and the ids in hand."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._states: dict[str, FeedState] | None = None
        self._in_hand: set[str] = set()

    @property
    def states(self) -> dict[str, FeedState] | None:
        """What is remembered of every feed; None until it was read from the store."""
        return self._states

    def remember(self, states: Iterable[FeedState]) -> dict[str, FeedState]:
        """Take over what the store has just been found to hold, or to have been given."""
        if self._states is None:
            self._states = {}
        self._states.update((state.feed, state) for state in states)
        return self._states

    def someone_waits(self, now: datetime) -> bool:
        """Whether any feed is not due yet."""
        return any(state.next_poll > now for state in (self._states or {}).values())

    def take(self, due: Iterable[tuple[Feed, FeedState]]) -> list[tuple[Feed, FeedState]]:
        """Those of `due` that nobody is asking at the moment; they are in hand until they are put back."""
        taken = [(feed, state) for feed, state in due if feed.id not in self._in_hand]
        self._in_hand.update(feed.id for feed, _ in taken)
        return taken

    def put_back(self, feeds: Sequence[str]) -> None:
        """These have been asked."""
        self._in_hand.difference_update(feeds)
