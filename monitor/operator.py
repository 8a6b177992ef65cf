"""What the operator's channel is told of feeds: one that keeps failing, once, and its recovery, once. Pure.

The log hears of a first failure; people in a channel hear of a feed only when it has failed for so long that somebody
should look, and feeds that fail together are one message.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from alerts.types import Delivery, DeliveryKind
from alerts.words import clean, count, cut, literal
from monitor.feeds.poll import NEVER
from monitor.health import FEED
from monitor.types import FeedAnswer

FAILURES = 6
"""Failures in a row after which a feed is told: with the shipped interval they last two to three hours."""

NAMED = 10
"""Feeds that one message names; the others are counted."""

LONGEST = 200
"""Characters of one feed's error."""

LONGEST_LINE = 400
"""Characters of a line of any other notice; six of them fit into a Slack section."""


def failing(answers: Iterable[FeedAnswer]) -> tuple[dict[str, str], set[str]]:
    """The feeds among `answers` that somebody should look at, with why, and the keys of all that were looked at."""
    found, looked = {}, set()
    for answer in answers:
        state = answer.state
        key = f"{FEED}{state.feed} failing"
        looked.add(key)
        if state.failures and state.next_poll >= NEVER:
            found[key] = f"{state.feed} has ended: {state.error}"
        elif state.failures >= FAILURES:
            found[key] = f"{state.feed} has failed {state.failures} times in a row: {state.error}"
    return found, looked


def messages(begun: Mapping[str, str], ended: Iterable[str], channel: str, now: datetime) -> list[Delivery]:
    """What is posted to `channel` for failures that began and, by their keys, ended: at most one message each."""
    lines = list(begun.values())
    names = [key.removeprefix(FEED).removesuffix(" failing") for key in ended]

    def of_failing(foreign: Callable[[str], str]) -> str:
        advice = "`aftershock feeds test URL` tries an address; `feeds: drop:` in aftershock.yaml leaves a feed out."
        return "\n".join([f"{count(len(lines), 'feed')} cannot be read.", *_few(lines, foreign), advice])

    def of_recovered(foreign: Callable[[str], str]) -> str:
        return f"{count(len(names), 'feed')} can be read again: {', '.join(_few(names, foreign))}"

    posts = [_post("failing", of_failing, channel, now)] if lines else []
    return [*posts, _post("recovered", of_recovered, channel, now)] if names else posts


def note(
    key: str, lines: Sequence[str], channel: str, now: datetime, kind: DeliveryKind = DeliveryKind.POST
) -> Delivery:
    """Some lines for the operator as a root message of their own."""
    marked = "\n".join(literal(line, LONGEST_LINE) for line in lines)
    block = {"type": "section", "text": {"type": "mrkdwn", "text": marked, "verbatim": True}}
    return Delivery(key, kind, channel, key, now, "\n".join(cut(clean(line), LONGEST_LINE) for line in lines), (block,))


def vital(begun: Mapping[str, str], ended: Mapping[str, str], channel: str, now: datetime) -> list[Delivery]:
    """What is posted for troubles of the daemon itself that began or, with what they said, ended: one message each."""
    told = [(key, "began", f"Trouble: {text}") for key, text in begun.items()]
    told += [(key, "ended", f"Over: {text}") for key, text in ended.items()]
    return [note(f"{channel}/{key}/{how}/{now.isoformat()}", [text], channel, now) for key, how, text in told]


def _few(lines: list[str], foreign: Callable[[str], str]) -> list[str]:
    more = [f"and {len(lines) - NAMED} more"] if len(lines) > NAMED else []
    return [foreign(line) for line in lines[:NAMED]] + more


def _post(kind: str, say: Callable[[Callable[[str], str]], str], channel: str, now: datetime) -> Delivery:
    key = f"{channel}/feeds/{kind}/{now.isoformat()}"
    marked = say(lambda text: literal(text, LONGEST))
    block = {"type": "section", "text": {"type": "mrkdwn", "text": marked, "verbatim": True}}
    return Delivery(key, DeliveryKind.POST, channel, key, now, say(lambda text: cut(clean(text), LONGEST)), (block,))
