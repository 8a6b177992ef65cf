"""What the ledger holds and `why` shows: decisions with how often they were repeated, and what the news said.

Plain values that are kept as JSON; `alerts.explain` puts them into words for the terminal and for Slack. They were
written when it was decided: nothing here is worked out again.
"""

from dataclasses import dataclass
from datetime import date, datetime

from alerts.types import Decision, Move, StoryNote


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision as the ledger has it: written when verdict or reason changed, then counted while both stayed.

    `peak` is the look with the largest move (`peak_at`), the first one where that was it; `last` is the day's move at
    the newest look with a fresh price. `fingerprint` is that of the configuration then.
    """

    at: datetime
    last_at: datetime
    times: int
    decision: Decision
    peak_at: datetime
    peak: Decision
    last: Move | None
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Name:
    """A place in a text that names a company: the words, the alias met, what kind of name it is, how sure that is.

    `trust` is the alias's class (config.types.AliasClass) or "".
    """

    company: str
    text: str
    alias: str
    via: str
    trust: str
    score: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """One event in one article: the sentence, the words that triggered it, the rule, and the companies in its text.

    `joined` is why the article belongs to its story; `actor` and `target` are company ids, "" where none is told.
    """

    feed: str
    seen: datetime
    title: str
    link: str
    joined: str
    type: str
    sentence: str
    trigger: str
    rule: str
    status: str
    score: float
    actor: str
    target: str
    names: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """All there is on one symbol in one session and channel, for one reader's question.

    `entries` are oldest first, `shown` the place of the one to explain in full; `evidence` is what its story rests on,
    `key` the message that tells it, "" where none does.
    """

    symbol: str
    name: str
    channel: str
    session: date
    entries: tuple[Entry, ...]
    shown: int
    evidence: tuple[Evidence, ...] = ()
    key: str = ""

    @property
    def entry(self) -> Entry:
        """The entry to explain."""
        return self.entries[self.shown]


@dataclass(frozen=True, slots=True)
class StoryAccount:
    """All there is on a story: what it says, what that rests on, and what became of each stock it was linked to.

    `entries` are the newest of each stock in each channel and session.
    """

    story: StoryNote
    articles: int
    evidence: tuple[Evidence, ...]
    entries: tuple[Entry, ...]
