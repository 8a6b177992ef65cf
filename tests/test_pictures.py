"""Pictures follow their messages: when one is due, what it shows, and that a failing one holds nothing up."""

from datetime import datetime, timedelta

from alerts.types import DeliveryError, Picture
from monitor.cycle import deliver
from monitor.pictures import Studio, due, show_due
from standins.outbox import Clock
from test_telling import CALENDARS, OPEN, Desk, config, desk, story, watchlist

__all__ = ["desk"]


class Wall:
    """A gallery that remembers, and fails while it is told to."""

    def __init__(self) -> None:
        """Nothing hangs here yet."""
        self.shown: list[tuple[Picture, str, str, str]] = []
        self.broken = False

    async def show(self, picture: Picture, channel: str, thread: str, replaces: str = "") -> str:
        """Hang it up."""
        if self.broken:
            raise DeliveryError("the picture could not be uploaded")
        self.shown.append((picture, channel, thread, replaces))
        return f"F{len(self.shown)}"


async def test_a_message_gets_a_picture_and_a_new_one_when_more_is_told(desk: Desk) -> None:
    """Not before it was sent, not again while nothing is new, and the new one takes the old one's place."""
    settings, clock, wall, studio = config(watchlist("NVDA", "AMD")), Clock(OPEN), Wall(), Studio()
    waiting: dict[str, datetime] = {}

    async def look(minutes: float) -> tuple[list[str], dict[str, str]]:
        clock.now = OPEN + timedelta(minutes=minutes)
        return await show_due(desk.store, wall, studio, CALENDARS, clock, waiting)

    await desk.know(story("deal", "nvidia", OPEN - timedelta(hours=3)))
    await desk.tell(settings, 3, NVDA=98.0)
    await desk.tell(settings, 5, NVDA=95.0)
    assert ([], {}) == await look(5)
    await deliver(desk.edges, settings, OPEN + timedelta(minutes=5))
    assert (["#ai/2025-03-12/deal"], {}) == await look(5)
    (picture, channel, _, replaces) = wall.shown[0]
    assert ("#ai", "") == (channel, replaces)
    assert "NVDA -5.0 %" in picture.alt
    assert "Market: S&P 500" in picture.alt
    assert "Headline of deal" not in picture.title
    assert ([], {}) == await look(30)
    await desk.tell(settings, 31, NVDA=85.0)
    await deliver(desk.edges, settings, OPEN + timedelta(minutes=31))
    wall.broken = True
    assert ([], {"#ai/2025-03-12/deal": "the picture could not be uploaded"}) == await look(31)
    wall.broken = False
    assert ([], {}) == await look(32)
    assert (["#ai/2025-03-12/deal"], {}) == await look(37)
    assert "F1" == wall.shown[1][3]
    assert "NVDA -15.0 %" in wall.shown[1][0].alt
    await studio.close()


async def test_prices_before_the_crossing_are_in_the_picture(desk: Desk) -> None:
    """They are kept from the first look on, and forgotten after some days."""
    settings = config(watchlist("NVDA"))
    await desk.tell(settings, 1, NVDA=99.0)
    await desk.tell(settings, 3, NVDA=98.0)
    await desk.tell(settings, 5, NVDA=95.0)
    await deliver(desk.edges, settings, OPEN + timedelta(minutes=5))
    (one,) = await desk.store.transact(lambda tx: due(tx, CALENDARS, OPEN + timedelta(minutes=5)))
    assert [99.0, 98.0, 95.0] == [price for _, price in one.view.lines[0].points]
    await desk.tell(settings, 7 * 24 * 60, NVDA=95.0)
    kept = await desk.store.transact(lambda tx: tx.points(["NVDA"], OPEN - timedelta(days=9)))
    assert OPEN + timedelta(days=1) < min(at for at, _ in kept["NVDA"])
