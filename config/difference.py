"""What an edit changed, in the words of the file: `ai.yaml: NVDA move 3% -> 5%, SMCI added`. Pure.

For logs and the operator's channel, so short: what is long is counted. What a running daemon cannot take over says so.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any, Final, TypeVar

from config.types import (
    Company,
    Config,
    Keep,
    Limits,
    Origin,
    QuietHours,
    Relation,
    Settings,
    Threshold,
    Tier,
    Tiers,
    Watched,
    Watchlist,
)
from config.units import as_size

K = TypeVar("K")
V = TypeVar("V")

FEW: Final = 6
"""Changes of one file that are named; the others are counted."""
RESTART: Final = frozenset({"workers"})
"""Settings that count from the next start on: processes are started with them."""
_SETTINGS: Final = {
    "poll_news": "news",
    "poll_prices": "prices",
    "poll_delivery": "delivery",
    "quiet": "quiet hours",
    "tiers": "severity",
    "max_steps": "max_steps",
    "min_strength": "min_strength",
}
"""Settings whose names in the file differ from those in `Settings`, or are read better otherwise."""


def differences(old: Config, new: Config) -> tuple[str, ...]:
    """One line a file that says something else now; none where nothing changed."""
    parts: dict[str, list[str]] = {"aftershock.yaml": [*_settings(old.settings, new.settings), *_feeds(old, new)]}
    for watchlist, said in _watchlists(old.watchlists, new.watchlists):
        parts.setdefault(watchlist.file or watchlist.name, []).extend(said)
    if old.companies is not new.companies:
        parts["companies.yaml"] = list(_companies(old.companies, new.companies))
    if old.relations is not new.relations:
        parts["relations.yaml"] = list(_relations(old.relations, new.relations))
    if old.lexicon is not new.lexicon:
        parts["events.yaml"] = list(_events(old, new))
    if old.listings != new.listings:
        parts["listed companies"] = list(_listed(old.companies, new.companies))
    return tuple(f"{file}: {', '.join(_few(said))}" for file, said in parts.items() if said)


def needs_restart(old: Config, new: Config) -> tuple[str, ...]:
    """The changed settings that only a restart takes over."""
    return tuple(name for name in sorted(RESTART) if getattr(old.settings, name) != getattr(new.settings, name))


def _few(said: Sequence[str]) -> list[str]:
    return [*said[:FEW], f"{len(said) - FEW} more"] if len(said) > FEW + 1 else list(said)


def _settings(old: Settings, new: Settings) -> Iterator[str]:
    for one in fields(Settings):
        before, after = getattr(old, one.name), getattr(new, one.name)
        if isinstance(before, Limits | Keep):
            yield from _section("operator" if isinstance(before, Limits) else "keep", before, after)
        elif before != after:
            note = " (after a restart)" if one.name in RESTART else ""
            yield f"{_SETTINGS.get(one.name, one.name)} {as_written(before)} -> {as_written(after)}{note}"


def _section(name: str, old: Limits | Keep, new: Limits | Keep) -> Iterator[str]:
    for one in fields(old):
        before, after = (getattr(values, one.name) for values in (old, new))
        if before != after:
            say = as_size if one.name == "disk_free" else as_written
            yield f"{name}.{one.name} {' -> '.join('none' if x is None else say(x) for x in (before, after))}"


def _feeds(old: Config, new: Config) -> Iterator[str]:
    before, after = ({feed.id: feed for feed in config.feeds} for config in (old, new))
    yield from _named(before, after, "feed ", lambda _b, _a: ["changed"])


def _watchlists(old: Sequence[Watchlist], new: Sequence[Watchlist]) -> Iterator[tuple[Watchlist, list[str]]]:
    """Each watchlist that changed; one that only got another name is the one of the same file."""
    before = {one.name: one for one in old}
    left = dict(before)
    for one in new:
        same = left.pop(one.name, None)
        if same is None:
            same = next((b for b in left.values() if b.file and b.file == one.file), None)
            if same is not None:
                del left[same.name]
        if same is None:
            yield one, [f"watchlist {one.name} added ({len(one.companies)} stocks)"]
        elif said := list(_watchlist(same, one)):
            yield one, said
    for gone in left.values():
        yield gone, [f"watchlist {gone.name} removed"]


def _watchlist(old: Watchlist, new: Watchlist) -> Iterator[str]:
    for key in ("name", "channel", "events", "follow", "unlinked", "cooldown"):
        before, after = getattr(old, key), getattr(new, key)
        if before != after:
            yield f"{key} {as_written(before, none='any')} -> {as_written(after, none='any')}"
    if old.thresholds != new.thresholds:
        yield from _rows("", old.thresholds, new.thresholds)
    before, after = ({one.symbol: one for one in watchlist.companies} for watchlist in (old, new))

    def changed(one: Watched, other: Watched) -> Iterator[str]:
        was = old.thresholds if one.thresholds is None else one.thresholds
        now = new.thresholds if other.thresholds is None else other.thresholds
        if one.thresholds != other.thresholds:
            yield from _rows("", was, now)
        if one.holding != other.holding:
            yield f"holding {as_written(one.holding)} -> {as_written(other.holding)}"

    yield from _named(before, after, "", changed)


def _rows(whose: str, old: Sequence[Threshold], new: Sequence[Threshold]) -> Iterator[str]:
    """The conditions that changed, or both lists of rows where they do not fit onto each other."""
    if len(old) != len(new):
        yield f"{whose}thresholds {rows_said(old)} -> {rows_said(new)}"
        return
    for number, (before, after) in enumerate(zip(old, new, strict=True), 1):
        row = f"row {number} " if len(new) > 1 else ""
        for key in ("move", "sigma", "value_change"):
            one, other = getattr(before, key), getattr(after, key)
            if one != other:
                yield f"{whose}{row}{key} {_condition(key, one)} -> {_condition(key, other)}"


def rows_said(rows: Iterable[Threshold]) -> str:
    """Rows as one would write them on a line: `[{move: 3%, sigma: 2.5}, {value_change: $50B}]`."""
    said = []
    for row in rows:
        given = ((key, getattr(row, key)) for key in ("move", "sigma", "value_change"))
        said.append("{" + ", ".join(f"{key}: {_condition(key, value)}" for key, value in given if value) + "}")
    return f"[{', '.join(said)}]"


def _condition(key: str, value: float | None) -> str:
    if value is None:
        return "none"
    if key == "move":
        return f"{round(value * 100, 6):g}%"
    return f"{value:g}" if key == "sigma" else dollars_said(value)


def dollars_said(value: float) -> str:
    """Dollars as one would write them in a file: `$50B`."""
    for scale, unit in ((1e12, "T"), (1e9, "B"), (1e6, "M")):
        if value >= scale:
            return f"${value / scale:g}{unit}"
    return f"${value:g}"


def _companies(old: Mapping[str, Company], new: Mapping[str, Company]) -> Iterator[str]:
    """Companies that files write; those of the wide table change with that table."""

    def written(companies: Mapping[str, Company], other: Mapping[str, Company]) -> dict[str, Company]:
        return {
            id_: replace(one, origin=Origin.YOURS)
            for id_, one in companies.items()
            if one.origin is not Origin.LISTED or (id_ in other and other[id_].origin is not Origin.LISTED)
        }

    before, after = written(old, new), written(new, old)
    yield from _named(before, after, "", lambda _b, _a: ["changed"])


def _listed(old: Mapping[str, Company], new: Mapping[str, Company]) -> Iterator[str]:
    """What another table comes to, counted."""
    added, removed = len(new.keys() - old.keys()), len(old.keys() - new.keys())
    changed = sum(one.origin is Origin.LISTED and id_ in old and old[id_] != one for id_, one in new.items())
    counts = ((added, "added"), (removed, "removed"), (changed, "changed"))
    said = [f"{number:,} {what}" for number, what in counts if number]
    yield from said or ["another table of the same companies"]


def _relations(old: Sequence[Relation], new: Sequence[Relation]) -> Iterator[str]:
    def edges(relations: Sequence[Relation]) -> dict[str, list[Relation]]:
        found: dict[str, list[Relation]] = {}
        for one in relations:
            found.setdefault(f"{one.source} -{one.kind}-> {one.target}", []).append(one)
        return found

    def changed(one: list[Relation], other: list[Relation]) -> list[str]:
        if len(one) == len(other) == 1 and one[0].strength != other[0].strength:
            return [f"strength {one[0].strength:g} -> {other[0].strength:g}"]
        return ["changed"]

    yield from _named(edges(old), edges(new), "", changed)


def _events(old: Config, new: Config) -> Iterator[str]:
    before, after = ({f"{r.type} “{r.name}”": r for r in config.lexicon.rules} for config in (old, new))
    yield from _named(before, after, "rule ", lambda _b, _a: ["changed"])
    for one in fields(old.lexicon):
        if one.name != "rules" and (was := getattr(old.lexicon, one.name)) != (now := getattr(new.lexicon, one.name)):
            yield f"{one.name.replace('_', ' ')} changed ({len(was)} -> {len(now)})"


def _named(
    old: Mapping[K, V], new: Mapping[K, V], what: str, changed: Callable[[V, V], Iterable[str]]
) -> Iterator[str]:
    """What of things that have names was changed, added and removed."""
    for key, value in new.items():
        if key in old and old[key] != value:
            for said in changed(old[key], value):
                yield f"{what}{key} {said}"
    yield from (f"{what}{key} added" for key in new if key not in old)
    yield from (f"{what}{key} removed" for key in old if key not in new)


def _span(seconds: float) -> str:
    sizes = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
    size, unit = next(((s, u) for s, u in sizes if seconds and seconds % s == 0), (1, "s"))
    return f"{seconds / size:g} {unit}"


def as_written(value: Any, none: str = "none") -> str:  # noqa: ANN401 -- whatever a setting is
    """A setting as one would write it."""
    if value is None:
        return none
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, timedelta):
        return _span(value.total_seconds())
    if isinstance(value, QuietHours | Tiers):
        return _hours(value) if isinstance(value, QuietHours) else _tiers(value)
    if isinstance(value, frozenset):
        return f"[{', '.join(sorted(str(one) for one in value))}]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _hours(quiet: QuietHours) -> str:
    return f"{quiet.start:%H:%M}-{quiet.end:%H:%M} {quiet.zone}"


def _tiers(tiers: Tiers) -> str:
    named: dict[str, Tier] = {one.name: getattr(tiers, one.name) for one in fields(Tiers)}
    lines = ((name, f"{tier.times:g} times", tier.mention, tier.channel) for name, tier in named.items())
    return ", ".join(" ".join(word for word in line if word) for line in lines)
