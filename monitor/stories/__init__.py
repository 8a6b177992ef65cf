"""Which story an article belongs to, what in it is new, and how long a story lives."""

from monitor.stories.facts import SURE, alone, is_fact, report
from monitor.stories.joining import Joining, join
from monitor.stories.life import OPEN_FOR, is_open

__all__ = ["OPEN_FOR", "SURE", "Joining", "alone", "is_fact", "is_open", "join", "report"]
