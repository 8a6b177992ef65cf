"""What Prometheus is told: counters that the daemon adds to, and gauges that are read when it asks.

The only room that knows prometheus_client. Metrics live in a registry of their own, so that two daemons of one process
(as in tests) do not meet. Their names are the dashboard's (`service/grafana.json`).
"""

from collections.abc import Mapping

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

CONTENT_TYPE = CONTENT_TYPE_LATEST
LINES = ("news", "prices", "delivery", "upkeep")
_SECONDS = (0.01, 0.05, 0.25, 1, 5, 15, 60, 300)


class Metrics:
    """All metrics of one daemon. Times are Unix seconds, UTC."""

    def __init__(self) -> None:
        """Count from nothing."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        r = self.registry
        self.passes = Counter(
            "aftershock_passes", "Passes of a line, by how they ended", ["line", "outcome"], registry=r
        )
        self.seconds = Histogram(
            "aftershock_pass_seconds", "How long passes took", ["line"], buckets=_SECONDS, registry=r
        )
        self.missed = Counter(
            "aftershock_ticks_missed", "Ticks at which a line was still at its last pass", ["line"], registry=r
        )
        for line in LINES:
            self.missed.labels(line)
        self.last_good = Gauge("aftershock_last_good_pass", "When a line last did its work", ["line"], registry=r)
        self.polls = Counter("aftershock_feed_polls", "Polls of feeds, by how they ended", ["outcome"], registry=r)
        self.articles = Counter(
            "aftershock_articles", "Articles taken in, by what became of them", ["result"], registry=r
        )
        self.decisions = Counter("aftershock_decisions", "Decisions on watched stocks", ["verdict"], registry=r)
        self.quotes = Counter(
            "aftershock_quotes", "Quotes asked for, by what they were good for", ["state"], registry=r
        )
        self.deliveries = Counter("aftershock_deliveries", "Deliveries settled", ["kind"], registry=r)
        self.outbox = Gauge("aftershock_outbox", "Deliveries in each state", ["state"], registry=r)
        self.oldest = Gauge("aftershock_outbox_oldest_seconds", "Age of the oldest one that is due", registry=r)
        self.troubles = Gauge("aftershock_troubles", "Troubles that last, by kind", ["kind"], registry=r)
        self.database = Gauge("aftershock_database_bytes", "The database with its journal", registry=r)
        self.disk_free = Gauge("aftershock_disk_free_bytes", "Room where the database lies", registry=r)
        self.awake = Gauge("aftershock_awake", "When the daemon last looked after itself", registry=r)
        self.jumps = Counter("aftershock_clock_jumps", "Jumps of the machine's clock", registry=r)

    def passed(self, line: str, outcome: str, seconds: float, now: float) -> None:
        """One pass of a line has ended."""
        self.passes.labels(line, outcome).inc()
        self.seconds.labels(line).observe(seconds)
        if outcome == "ok":
            self.last_good.labels(line).set(now)

    def hold(self, outbox: Mapping[str, int], troubles: Mapping[str, int]) -> None:
        """What is in the outbox and what is in trouble now; a state that is gone is zero."""
        for gauge, values in ((self.outbox, outbox), (self.troubles, troubles)):
            gauge.clear()
            for name, value in values.items():
                gauge.labels(name).set(value)

    def text(self) -> bytes:
        """All of it in Prometheus' text form."""
        return generate_latest(self.registry)
