"""What people do not want to hear of: spans, what a mute holds back, and what it leaves alone."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from alerts.mutes import SpanError, active, hushed, until
from alerts.rules import decide
from alerts.types import Decision, Mute, MuteKind, Told, Verdict
from standins.moves import DAY, NOON, WATCHED, candidate, story, tie, watchlist

EVENING = NOON + timedelta(hours=9)


def mute(kind: MuteKind = MuteKind.SYMBOL, what: str = "NVDA", **more: Any) -> Mute:  # noqa: ANN401  any field
    """Ana mutes it in #ai for an hour."""
    values: dict[str, Any] = {"channel": "#ai", "until": NOON + timedelta(hours=1), "by": "@ana", "at": NOON}
    return Mute(kind, what, **{**values, **more})


def decision(**more: Any) -> Decision:  # noqa: ANN401  any field of a candidate
    """Nvidia crosses."""
    return decide(candidate(**more), watchlist(), WATCHED, None, NOON)


@pytest.mark.parametrize(
    ("span", "ends"),
    [
        ("1h", NOON + timedelta(hours=1)),
        ("for 45 min", NOON + timedelta(minutes=45)),
        ("1.5 hours", NOON + timedelta(minutes=90)),
        ("3 Days", NOON + timedelta(days=3)),
        ("today", EVENING),
        ("until I say", None),
        ("", None),
    ],
)
def test_spans_are_read_as_people_write_them(span: str, ends: datetime | None) -> None:
    """Nothing means until somebody lifts it."""
    assert ends == until(span, NOON, EVENING)


@pytest.mark.parametrize("span", ["soon", "0h", "-1h", "2 fortnights", "9999 weeks", "<!channel>"])
def test_a_span_that_makes_no_sense_is_answered_with_what_to_write(span: str) -> None:
    """In the words of the one who typed it, defused."""
    with pytest.raises(SpanError, match="write 30 min, 2h, 3 days, today"):
        until(span, NOON, EVENING)


@pytest.mark.parametrize(
    ("kind", "what", "says"),
    [
        (MuteKind.SYMBOL, "NVDA", "NVDA is muted until 27 Jan 13:00 UTC by @ana"),
        (MuteKind.STORY, "s1", "its story is muted until"),
        (MuteKind.EVENT, "model_release", "news of type model release is muted"),
        (MuteKind.RELATION, "competitor", "the relation competitor is muted"),
    ],
)
def test_a_mute_holds_an_alert_back_and_says_whose_it_is(kind: MuteKind, what: str, says: str) -> None:
    """It is not counted as told: once the mute is over it is told as a first crossing."""
    held = hushed(decision(), [mute(kind, what)], NOON)
    assert (Verdict.HOLD, None, None) == (held.verdict, held.told, held.crossing)
    assert held.reason.startswith("it passes, but ")
    assert says in held.reason
    assert Verdict.ALERT is hushed(decision(), [mute(kind, what)], NOON + timedelta(hours=1)).verdict


@pytest.mark.parametrize(
    "other",
    [
        mute(what="AMD"),
        mute(MuteKind.STORY, "s2"),
        mute(MuteKind.EVENT, "funding"),
        mute(MuteKind.RELATION, "power"),
        mute(channel="#chips"),
    ],
    ids=lambda m: f"{m.kind} {m.what} {m.channel}",
)
def test_a_mute_of_something_else_holds_nothing_back(other: Mute) -> None:
    """Other symbols, stories, types, relations, channels."""
    assert Verdict.ALERT is hushed(decision(), [other], NOON).verdict


def test_a_mute_without_a_channel_holds_everywhere() -> None:
    """As the command line makes them."""
    assert Verdict.HOLD is hushed(decision(), [mute(channel="", until=None)], NOON).verdict


def test_a_story_of_two_types_is_muted_only_by_both() -> None:
    """Somebody who mutes research still asked for releases."""
    both = decision(tie=tie(of=story(types=("model_release", "research"))))
    one = mute(MuteKind.EVENT, "research")
    assert Verdict.ALERT is hushed(both, [one], NOON).verdict
    assert Verdict.HOLD is hushed(both, [one, mute(MuteKind.EVENT, "model_release")], NOON).verdict


def test_a_mute_leaves_what_was_told_as_it_was() -> None:
    """A held decision of the rules stays the rules' own."""
    told = Told("#ai", "NVDA", DAY, "r", down=-0.17, at=NOON)
    before = decide(candidate(), watchlist(), WATCHED, told, NOON)
    assert before == hushed(before, [mute()], NOON)


def test_a_mute_ends_on_its_time() -> None:
    """And one without an end does not."""
    assert [True, False] == [active(mute(), NOON + timedelta(minutes=m)) for m in (59, 60)]
    assert active(replace(mute(), until=None), NOON + timedelta(days=999))
