"""What root messages said on their first line, for notifiers that know no threads: a reply there stands alone.

Kept in memory only: after a restart a reply to an older root comes without it.
"""

from typing import Final

from alerts.types import Delivery, DeliveryKind

_KEPT: Final = 500
"""Roots that are remembered; a day has some tens."""


class Heads:
    """The first lines of the newest roots."""

    def __init__(self) -> None:
        """None yet."""
        self._of: dict[str, str] = {}

    def over(self, delivery: Delivery) -> str:
        """What a reply's root says by now, as a line to stand over it; "" for all else and where it is not known."""
        if delivery.kind is DeliveryKind.REPLY:
            head = self._of.get(delivery.root, "")
            return f"↳ {head}" if head else ""
        self.remember(delivery)
        return ""

    def remember(self, delivery: Delivery) -> None:
        """Take the first line of a root or of a new drawing of one."""
        self._of.pop(delivery.root, None)
        self._of[delivery.root] = delivery.text.partition("\n")[0]
        while len(self._of) > _KEPT:
            del self._of[next(iter(self._of))]
