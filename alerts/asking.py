"""What people write to Aftershock, and what it understands: the slash command's text and the buttons' values. Pure.

`/aftershock status | why X | mute X 2h | watch X 3% | unmute X`. What cannot be understood is answered with what to
write; nothing is guessed.
"""

from datetime import UTC, datetime
from typing import Final

from alerts.mutes import SpanError, until
from alerts.types import Command, Verb
from alerts.words import clean

HELP: Final = """\
`status`: what is followed, what waits, what is wrong
`why NVDA`: why it was told, or why not; also `why NVDA 2025-01-27` and `why NVDA 14:30`, in UTC
`mute NVDA 2h`: also `today`, `3 days`, or nothing for until you say; `mute event funding 1 week`, `mute relation power`
`unmute NVDA`: or `unmute` alone for what is muted
`watch NVDA 3%`: tell moves of 3 % and more; also `2.5 sigma` or `$20B` of market value, or several, which must all hold
`help`: this"""

_PLAIN: Final = {"status": Verb.STATUS, "help": Verb.HELP, "": Verb.HELP}
_LONGEST: Final = 300
_FIGURES: Final = frozenset("0123456789.$+-")
"""What a condition begins with, after the name of a company."""
_KINDS: Final = frozenset({"story", "event", "relation"})
"""What can be muted besides stocks: the word after it names which, a story by its id."""
_SPANS: Final = frozenset({"for", "until"})
"""Words that a span begins with, besides figures."""
_ANY_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)


class AskingError(ValueError):
    """What somebody wrote cannot be understood; `args[0]` says what to write."""


def command(text: str, by: str, channel: str = "") -> Command:
    """What the text after `/aftershock` asks for. Raises AskingError."""
    words = clean(text[:_LONGEST]).split()
    verb = words[0].casefold() if words else ""
    rest = words[1:]
    if verb in _PLAIN:
        return Command(_PLAIN[verb], by, channel=channel)
    if verb == "unmute":
        return Command(Verb.UNMUTE, by, " ".join(rest), channel=channel)
    if verb not in {"why", "mute", "watch"}:
        raise AskingError(f"“{clean(verb)}” is nothing I know. I know:\n{HELP}")
    if not rest:
        examples = {"why": "why NVDA", "mute": "mute NVDA 2h", "watch": "watch NVDA 3%"}
        raise AskingError(f"Which stock? For example: `{examples[verb]}`")
    if verb == "why":
        return Command(Verb.WHY, by, " ".join(rest), channel=channel)
    if verb == "watch":
        return _watch(rest, by, channel)
    what, span = _split(rest)
    return Command(Verb.MUTE, by, what, span, channel)


def pressed(value: str, by: str, channel: str, root: str) -> Command:
    """What an entry of the menu for one stock asks for: "mute|NVDA|1h". Raises AskingError."""
    verb, _, rest = value.partition("|")
    symbol, _, more = rest.partition("|")
    if verb not in {"why", "mute", "less", "wrong"} or not symbol:
        raise AskingError("this entry of the menu is of another version of Aftershock: use the newest message")
    return Command(Verb(verb), by, clean(symbol), clean(more), channel, root)


def _watch(words: list[str], by: str, channel: str) -> Command:
    at = next((n for n, word in enumerate(words) if n and word[0] in _FIGURES), len(words))
    return Command(Verb.WATCH, by, " ".join(words[:at]), " ".join(words[at:]), channel)


def _split(words: list[str]) -> tuple[str, str]:
    """What to mute, and for how long: the longest end of the words that is a span. Raises where it only looks so."""
    first = 2 if words[0].casefold() in _KINDS else 1
    for start in range(first, len(words)):
        span = " ".join(words[start:])
        try:
            until(span, _ANY_TIME, _ANY_TIME)
        except SpanError:
            continue
        return " ".join(words[:start]), span
    begins = (n for n in range(first, len(words)) if words[n][0].isdigit() or words[n].casefold() in _SPANS)
    begun = next(begins, None)
    if begun is not None:
        try:
            until(" ".join(words[begun:]), _ANY_TIME, _ANY_TIME)
        except SpanError as error:
            raise AskingError(str(error)) from error
    return " ".join(words), ""
