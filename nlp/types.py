"""What the pipeline finds in a text. Offsets are characters of the analysed text, end exclusive."""

from dataclasses import dataclass, field
from enum import StrEnum

from config.types import EventType


class Status(StrEnum):
    """Whether the text says that it happened, will happen, is said to happen, or did not."""

    REPORTED = "reported"
    PLANNED = "planned"
    RUMOURED = "rumoured"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Mention:
    """A company found at a place. `via` is name, brand, person or ticker; `score` is in [0, 1].

    `alias` is the name of the list that was met there ("" where the place only comes near one), `trust` its class.
    """

    company: str
    text: str
    start: int
    end: int
    via: str
    score: float
    alias: str = field(default="", compare=False)
    trust: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Event:
    """One AI-related happening. `actor` and `target` are company ids where the parse tells them.

    `rule` names the rule that fired; `start` is the trigger's place.
    """

    type: EventType
    trigger: str
    sentence: str
    start: int
    actor: str | None
    target: str | None
    status: Status
    score: float
    rule: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that was found in one text, in order of place."""

    mentions: tuple[Mention, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def companies(self) -> tuple[str, ...]:
        """The companies mentioned, each once, in order of first mention."""
        return tuple(dict.fromkeys(m.company for m in self.mentions))


@dataclass(frozen=True, slots=True)
class Text:
    """What the pipeline reads: `title`, then `summary` on a line of its own where there is one.

    `symbols` are tickers that the feed itself gave (category type="symbol" and the like).
    """

    title: str
    summary: str = ""
    symbols: tuple[str, ...] = ()

    @property
    def whole(self) -> str:
        """The text that offsets refer to."""
        return f"{self.title}\n{self.summary}" if self.summary else self.title
