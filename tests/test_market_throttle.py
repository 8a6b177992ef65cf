"""How often a source is asked: spacing, pauses after refusals and failures, recovery."""

import pytest

from monitor.market.throttle import Paused, Throttle


class Clock:
    """Seconds that only pass when someone sleeps or a test says so."""

    def __init__(self) -> None:
        """Begin at 1000."""
        self.now = 1000.0
        self.slept: list[float] = []

    def read(self) -> float:
        """The time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.now += seconds


def made(rate: float = 4.0, burst: int = 20) -> tuple[Throttle, Clock]:
    """A throttle and its clock."""
    clock = Clock()
    return Throttle(rate, burst, clock.read, clock.sleep), clock


def refused(throttle: Throttle) -> str:
    """The reason for which a request is not let through."""
    with pytest.raises(Paused) as told:
        throttle.enter()
    return str(told.value)


def test_requests_are_spaced_after_a_first_burst() -> None:
    """20 at once, then four a second: 100 take 20 seconds."""
    throttle, clock = made()
    for _ in range(20):
        throttle.enter()
    assert clock.slept == []
    for _ in range(80):
        throttle.enter()
    assert clock.now == pytest.approx(1020)


def test_one_refusal_stops_all_requests_for_a_minute() -> None:
    """A 429 is not answered with more requests."""
    throttle, clock = made()
    throttle.enter()
    throttle.refused()
    assert refused(throttle) == "it says that it is asked too often (HTTP 429); it is asked again after a pause"
    clock.now += 59
    refused(throttle)
    clock.now += 14
    throttle.enter()


def test_pauses_grow_while_the_trouble_lasts_and_are_forgotten_after_it() -> None:
    """60, 120, 240 and more seconds, up to a fifth longer, but never over 900; an answer resets them."""
    throttle, clock = made()
    for least in (60, 120, 240, 480, 750, 750):
        throttle.refused()
        clock.now += least - 1
        refused(throttle)
        clock.now += 1 + least * 0.2
        throttle.enter()
    throttle.succeeded()
    throttle.refused()
    clock.now += 72
    throttle.enter()


def test_what_the_source_asks_for_is_kept() -> None:
    """A Retry-After longer than our own pause counts."""
    throttle, clock = made()
    throttle.refused(300)
    clock.now += 299
    refused(throttle)
    clock.now += 1
    throttle.enter()


def test_three_failures_in_a_row_pause_and_one_more_does_so_again() -> None:
    """Two and a success do not; after the pause a single failure is enough."""
    throttle, clock = made()
    for good in (False, False, True, False, False):
        throttle.succeeded() if good else throttle.failed("HTTP 500")
    throttle.enter()
    throttle.failed("HTTP 500")
    assert refused(throttle) == "HTTP 500, several times in a row; it is asked again after a pause"
    clock.now += 36
    throttle.enter()
    throttle.failed("HTTP 500")
    clock.now += 59
    refused(throttle)


def test_nothing_is_sent_once_it_is_stopped() -> None:
    """A program that ends asks nothing more."""
    throttle, _ = made()
    throttle.stop()
    assert refused(throttle) == "it is being closed"
