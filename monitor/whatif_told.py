"""What `check --what-if` prints and draws: two configurations on the same stored days, what nearly passed. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from alerts.words import count, cut, percent
from monitor.whatif import Outcome, WhatIf, compared

if TYPE_CHECKING:
    from alerts.chart_days import DaysView

SHOWN = 12
"""Rows of each table; the others are counted."""
STORY = 60
"""Characters of a headline."""
BAR = 24
"""Characters of the longest bar."""
CAVEAT = (
    "Counted at each day's open, low, high and close from stored daily bars, with the stories and links that are "
    "stored; alerts by the window since the news are left out, since they need prices from within the day."
)

IN_A_PICTURE = {"now": "now in force", "before": "before the edit"}
"""What the other configuration is called where there is no heading above it."""


def view_of(before: WhatIf | None, after: WhatIf, than: str) -> "DaysView":
    """What a picture of both shows, every day with a stored bar; `than` as for `told`."""
    from alerts.chart_days import Bars, DaysView  # noqa: PLC0415  matplotlib is loaded only where there are pictures

    days = tuple(sorted({day for _, day in after.sessions}))

    def bars(name: str, found: WhatIf) -> Bars:
        alerts = Counter(key[2] for key in found.alerts)
        near = Counter(one.session for one in found.near)
        return Bars(name, tuple(alerts[one] for one in days), tuple(near[one] for one in days))

    other = None if before is None else bars(IN_A_PICTURE.get(than, than), before)
    return DaysView(days, bars("alerts" if other is None else "edited", after), other, CAVEAT)


def told(before: WhatIf | None, after: WhatIf, days: int, than: str) -> Iterator[Table | str]:
    """Everything to print; `than` says in words what `before` is."""
    number = len(after.sessions)
    if not number:
        yield (
            f"No stored bars of the last {days} days: the daemon stores them while it runs (aftershock run), "
            "so there is nothing to count yet."
        )
        return
    dates = sorted(day for _, day in after.sessions)
    year = "" if dates[0].year == dates[-1].year else f" {dates[0].year}"
    yield f"The last {days} days, {count(number, 'session')} from {dates[0]:%d %b}{year} to {dates[-1]:%d %b %Y}:"
    yield _counts(before, after, than)
    yield from _days(before, after, sorted(set(dates)), than)
    if before is not None:
        pairs = list(compared(before, after))
        for title, rows in (
            ("Told by the edited watchlists only", [one for pair in pairs for one in pair.added]),
            (f"Told {than} only", [one for pair in pairs for one in pair.gone]),
        ):
            if rows:
                yield from _rows(title, sorted(rows, key=lambda one: (one.session, one.symbol)))
    else:
        yield from _rows("Would have been told", list(after.alerts.values()))
    if after.near:
        yield from _rows("Near misses", sorted(after.near, key=lambda one: -one.near))
    if after.held:
        reasons = Counter(one.why.partition(": ")[2] for one in after.held)
        yield "Passed but held back: " + "; ".join(f"{n} times {why}" for why, n in reasons.most_common(3))
    if after.without_bars:
        some = sorted(after.without_bars)
        more = f" and {len(some) - SHOWN} more" if len(some) > SHOWN else ""
        yield f"No bars stored yet of {', '.join(some[:SHOWN])}{more}."
    yield CAVEAT


def _counts(before: WhatIf | None, after: WhatIf, than: str) -> Table:
    table = Table(show_edge=False, box=None, padding=(0, 2, 0, 0))
    table.add_column("watchlist")
    if before is not None:
        table.add_column(than, justify="right")
    for heading in ("edited", "a day", "near misses"):
        table.add_column(heading, justify="right")
    lists = dict.fromkeys(one.watchlist for found in (before, after) if found for one in found.alerts.values())
    lists |= dict.fromkeys(one.watchlist for one in (*after.near, *after.held))
    days = len({day for _, day in after.sessions})
    for name in lists or ("all",):
        now = sum(key[0] == name for key in after.alerts)
        was = [] if before is None else [str(sum(key[0] == name for key in before.alerts))]
        near = sum(one.watchlist == name for one in after.near)
        table.add_row(Text(name), *was, str(now), f"{now / days:.1f}", str(near))
    return table


def _days(before: WhatIf | None, after: WhatIf, dates: Sequence[date], than: str) -> Iterator[Table]:
    """A picture: a bar a day on which anything was told, the current configuration's below the edited one's."""
    new = Counter(key[2] for key in after.alerts)
    old = Counter(key[2] for key in before.alerts) if before else Counter()
    most = max([*new.values(), *old.values()], default=0)
    if not most:
        return
    table = Table(show_header=False, show_edge=False, box=None, padding=(0, 2, 0, 0))
    for day in [day for day in dates if new[day] or old[day]][-SHOWN * 2 :]:
        table.add_row(f"{day:%a %d %b}", f"{'█' * -(-new[day] * BAR // most)} {new[day]} edited")
        if before is not None:
            table.add_row("", f"{'░' * -(-old[day] * BAR // most)} {old[day]} {than}")
    yield table


def _rows(title: str, rows: Sequence[Outcome]) -> Iterator[Table | str]:
    table = Table(title=title, title_justify="left", show_edge=False, box=None, padding=(0, 2, 0, 0))
    for heading in ("day", "symbol", "at", "move", "sigma", "linked to"):
        table.add_column(heading, justify="right" if heading in {"move", "sigma"} else "left")
    for one in rows[:SHOWN]:
        sigma = "" if one.move.sigma is None else f"{one.move.sigma:+.1f}"
        why = f" ({one.why.partition(': ')[2]})" if one.why else ""
        story = Text(cut(one.story or "no linked AI news", STORY) + why)
        table.add_row(f"{one.session:%d %b}", one.symbol, one.look, percent(one.move.raw), sigma, story)
    yield table
    if len(rows) > SHOWN:
        yield f"  and {len(rows) - SHOWN} more"
