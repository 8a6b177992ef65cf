"""How grave a move is, and whom that calls."""

from dataclasses import replace

import pytest

from alerts import message
from alerts.severity import of_rows, severity, tier, times, worst
from alerts.types import Severity
from config.types import DEFAULT_THRESHOLDS, Threshold, Tier, Tiers
from standins.moves import move, rows, view
from standins.slack import block_problems

TIERS = Tiers(alert=Tier(2.0, "@here"), alarm=Tier(4.0, "S0123ABCD", "#desk"))


@pytest.mark.parametrize(
    ("raw", "sigma", "value", "reached"),
    [
        (-0.03, -2.5, None, 1.0),
        (-0.17, -6.4, None, 2.56),
        (-0.17, -6.4, -593e9, 6.4 / 1.5),
        (0.06, 7.5, 1e9, 2.0),
        (-0.17, None, None, 0.0),
    ],
)
def test_a_row_is_reached_as_often_as_its_least_reached_condition(
    raw: float, sigma: float | None, value: float | None, reached: float
) -> None:
    """And of the rows the one that is reached most counts; what is not known reaches nothing."""
    assert pytest.approx(reached) == times(move(raw, sigma, value), DEFAULT_THRESHOLDS)


def test_sigma_against_the_move_reaches_nothing() -> None:
    """A fall that is less than the market's is not unusual the other way."""
    assert 0.0 == times(move(-0.05, 3.0), (Threshold(sigma=2.0),))


def test_severity_follows_the_multiples_of_the_settings() -> None:
    """One, two and four times by default."""
    found = [severity(move(raw), (Threshold(move=0.03),), TIERS) for raw in (-0.03, -0.059, -0.061, 0.12)]
    assert [Severity.NOTICE, Severity.NOTICE, Severity.ALERT, Severity.ALARM] == found
    assert TIERS.alarm == tier(TIERS, Severity.ALARM)
    assert Severity.NOTICE is worst([])


def test_a_message_is_as_grave_as_its_gravest_row_that_stands() -> None:
    """One that was corrected does not count."""
    first, second = rows(2)
    grave = replace(first, severity=Severity.ALARM)
    assert Severity.ALARM is of_rows([grave, second])
    assert Severity.NOTICE is of_rows([replace(grave, corrected="bad price"), second])


@pytest.mark.parametrize(
    ("mention", "call"),
    [
        ("@here", "<!here>"),
        ("@channel", "<!channel>"),
        ("S0123ABCD", "<!subteam^S0123ABCD>"),
        ("U0123ABCD", "<@U0123ABCD>"),
    ],
)
def test_an_alarm_calls_whom_the_settings_name(mention: str, call: str) -> None:
    """In the root and in a reply; and says how grave it is."""
    grave = tuple(replace(row, severity=Severity.ALARM) for row in rows(3))
    text, blocks = message.root(view(rows=grave, mention=mention))
    assert call in blocks[1]["text"]["text"]
    assert "*Alarm*" in blocks[1]["text"]["text"]
    assert "\nAlarm · model release" in text
    assert call in message.reply([], "NVDA: a record", mention)[1][0]["text"]["text"]
    assert [] == block_problems([dict(b) for b in blocks])
