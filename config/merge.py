"""The checked forms of all files -> the frozen values of `config.types`, the user's over the shipped.

Pure: documents and forms in, values and Problems out. What one file says of another is settled here: a ticker on a
watchlist, an id in a relation, a feed to drop. Sources come shipped first; later ones win.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from config import lint
from config.lint import Placed
from config.models import (
    EventsForm,
    FeedForm,
    FeedsForm,
    RelationForm,
    RelationsForm,
    SettingsForm,
    SeverityForm,
    ThresholdForm,
    WatchedForm,
    WatchlistForm,
)
from config.registry import Registry, nearest_of
from config.tree import Document
from config.types import (
    Company,
    EventLexicon,
    EventRule,
    EventType,
    Expectation,
    Feed,
    Problem,
    Relation,
    RelationKind,
    Settings,
    Threshold,
    Tiers,
    Watched,
    Watchlist,
)

F = TypeVar("F")

NOBODY = Registry(())


@dataclass(frozen=True, slots=True)
class Source(Generic[F]):
    """A checked file; `own` is false for a shipped one, which the user can't mend."""

    document: Document
    form: F
    own: bool = True


def relations(
    sources: Sequence[Source[RelationsForm]], registry: Registry, dropped: Registry = NOBODY, *, complete: bool
) -> tuple[tuple[Relation, ...], list[Problem]]:
    """All relations. A later source replaces the edges it writes; strength 0 removes them.

    `dropped` has the companies that the user wants to forget, and their relations with them. `complete` is false
    where companies are missing because their file is broken: then an unknown id is no news.
    """
    edges: dict[tuple[str, RelationKind, str], list[Relation]] = {}
    problems = []
    for source in sources:
        written = []
        for name, kinds in source.form.root.items():
            for kind, rows in kinds.items():
                for index, row in enumerate(rows):
                    loc = (name, kind.value, index)
                    if dropped.find(name) or dropped.find(row.to):
                        continue
                    ends = _ends(source.document, loc, name, row, registry)
                    problems += [end for end in ends if isinstance(end, Problem) and complete]
                    if isinstance(ends[0], Company) and isinstance(ends[1], Company):
                        written.append(Placed(_relation(ends[0].id, kind, ends[1].id, row), source.document, loc))
        problems += lint.relations(written)
        problems += [
            one.problem("there is no such relation to remove: set a strength above 0, or remove the line", fatal=False)
            for one in written
            if one.value.strength == 0 and lint.edge(one.value) not in edges
        ]
        for one in written:
            edges[lint.edge(one.value)] = []
        for one in written:
            if one.value.strength > 0:
                edges[lint.edge(one.value)].append(one.value)
    return tuple(relation for same in edges.values() for relation in same), problems


def _ends(
    document: Document, loc: tuple[str, str, int], name: str, row: RelationForm, registry: Registry
) -> tuple[Company | Problem, Company | Problem]:
    def end(text: str, place: Sequence[Hashable], *, key: bool) -> Company | Problem:
        found = registry.companies.get(text) or registry.find(text)
        if found is not None:
            return found
        near = registry.nearest(text)
        hint = f"did you mean {registry.companies[near].id if near in registry.companies else near}?" if near else ""
        return document.problem(place, f"{text} is in no companies.yaml: {hint or 'add it there first'}", key=key)

    source = end(name, loc[:1], key=True)
    return source, end(row.to, (*loc, "to"), key=False)


def _relation(source: str, kind: RelationKind, target: str, row: RelationForm) -> Relation:
    return Relation(source, target, kind, row.strength, row.sign, row.since, row.until, row.note)


def settings(sources: Sequence[Source[SettingsForm]]) -> Settings:
    """The settings, each from the last source that writes it, else its default."""

    def last(read: Callable[[SettingsForm], Any]) -> Any:  # noqa: ANN401 -- the type of whichever setting is read
        values = [read(source.form) for source in sources]
        return next((value for value in reversed(values) if value is not None), None)

    given = {
        "channel": last(lambda form: form.channel),
        "contact": last(lambda form: form.contact),
        "poll_news": last(lambda form: form.schedule.news),
        "poll_prices": last(lambda form: form.schedule.prices),
        "poll_delivery": last(lambda form: form.schedule.delivery),
        "allow": frozenset(host for source in sources for host in source.form.network.allow),
        "max_steps": last(lambda form: form.links.max_steps),
        "min_strength": last(lambda form: form.links.min_strength),
        "workers": last(lambda form: form.workers),
        "quiet": last(lambda form: form.quiet_hours),
        "tiers": _tiers([source.form.severity for source in sources]),
    }
    return Settings(**{name: value for name, value in given.items() if value is not None})


def _tiers(forms: Sequence[SeverityForm]) -> Tiers:
    found = Tiers()
    for form in forms:
        for name in ("notice", "alert", "alarm"):
            given = getattr(form, name).model_dump(exclude_none=True)
            found = replace(found, **{name: replace(getattr(found, name), **given)})
    return found


def feeds(
    shipped: Sequence[Source[FeedsForm]], sources: Sequence[Source[SettingsForm]]
) -> tuple[tuple[Feed, ...], list[Problem]]:
    """The shipped feeds with the changes of the settings: `add`, then `drop`, then `only`."""
    found: dict[str, Feed] = {}
    problems = []
    for source in shipped:
        problems += _take_feeds(found, source.form.feeds, source.document, ("feeds",))
    for changes in sources:
        form, document = changes.form.feeds, changes.document
        problems += _take_feeds(found, form.add, document, ("feeds", "add"))
        for list_ in ("drop", "only"):
            for index, id_ in enumerate(getattr(form, list_) or ()):
                if id_ not in found:
                    near = nearest_of(id_, found)
                    hint = (
                        f"did you mean {near}?" if near else "write the id of a feed, as `aftershock feeds` lists them"
                    )
                    problems.append(document.problem(("feeds", list_, index), f"there is no feed {id_}: {hint}"))
        kept = set(found) if form.only is None else set(form.only)
        found = {id_: feed for id_, feed in found.items() if id_ in kept and id_ not in form.drop}
    return tuple(found.values()), problems


def _take_feeds(
    found: dict[str, Feed], forms: Iterable[FeedForm], document: Document, loc: tuple[str, ...]
) -> list[Problem]:
    """Put feeds into `found`, over those of the same id; an id that the same list has twice is a Problem."""
    problems = []
    seen: dict[str, int] = {}
    for index, form in enumerate(forms):
        first = seen.setdefault(form.id, index)
        if first != index:
            line = document.place((*loc, first))[0]
            problems.append(
                document.problem((*loc, index, "id"), f"the id {form.id} is taken, on line {line}: change one")
            )
        found[form.id] = Feed(form.id, form.url, form.name, form.topic)
    return problems


def lexicon(sources: Sequence[Source[EventsForm]]) -> tuple[EventLexicon, list[Problem]]:
    """All word lists added up, all rules, and what events are expected to do.

    A later source's rule replaces the one of its type and name, its expectations all of a type.
    """
    rules: dict[tuple[EventType, str], EventRule] = {}
    expected: dict[EventType, tuple[Expectation, ...]] = {}
    problems = []
    for source in sources:
        own: set[tuple[EventType, str]] = set()
        for type_, forms in source.form.rules.items():
            for index, form in enumerate(forms):
                if (type_, form.name) in own:
                    message = f"{type_} has a rule named {form.name} already: give it another name"
                    problems.append(source.document.problem(("rules", type_.value, index, "name"), message))
                own.add((type_, form.name))
                given = form.model_dump(exclude={"tests"})
                rules[type_, form.name] = EventRule(type=type_, **given)
        for type_, rows in source.form.expect.items():
            expected[type_] = tuple(
                Expectation(type_, row.when, row.actor, row.target, row.relations, row.not_for) for row in rows
            )

    def words(read: Callable[[EventsForm], Iterable[str]]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word for source in sources for word in read(source.form)))

    return EventLexicon(
        rules=tuple(rules.values()),
        ai_words=words(lambda form: form.words.ai),
        opinion=words(lambda form: form.words.opinion),
        planned=words(lambda form: form.words.planned),
        rumoured=words(lambda form: form.words.rumoured),
        denied=words(lambda form: form.words.denied),
        expectations=tuple(row for rows in expected.values() for row in rows),
    ), problems


def watchlists(
    sources: Sequence[Source[WatchlistForm]],
    registry: Registry,
    dropped: Registry = NOBODY,
    *,
    channel: str,
    add_to: str,
    complete: bool,
) -> tuple[tuple[Watchlist, ...], list[Problem]]:
    """All watchlists, their companies found.

    `channel` is for lists without one; `add_to` names the file where a company can be added; `dropped` and `complete`
    as above.
    """
    found: dict[str, Placed[Watchlist]] = {}
    problems = []
    for source in sources:
        document, form = source.document, source.form
        entries = []
        for index, entry in enumerate(form.companies):
            for name, own in entry.items():
                raw = document.root["companies"][index]
                loc = ("companies", index) if isinstance(raw, str) else ("companies", index, next(iter(raw)))
                gone = dropped.find(name) if registry.find(name) is None else None
                wanted = _watched(name, own, registry, add_to)
                if gone is not None:
                    message = f"{name} is dropped in {add_to}: take `drop` out there, or this entry"
                    problems += [document.problem(loc, message, key=True)] if source.own else []
                elif isinstance(wanted, Watched):
                    entries.append(Placed(wanted, document, loc))
                    problems += _unlisted(entries[-1], registry)
                elif complete or registry.find(name) is not None:
                    problems.append(document.problem(loc, wanted, key=True, fatal=source.own))
        problems += lint.watched(entries) if complete else []
        name = form.name or Path(document.file).stem
        made = Placed(_watchlist(name, form, channel, (one.value for one in entries)), document, ("name",))
        first = found.setdefault(name, made)
        if first is not made:
            problems.append(made.problem(f"the name {name} is taken ({first.where}): change one"))
    return tuple(one.value for one in found.values()), problems


def _watchlist(name: str, form: WatchlistForm, channel: str, entries: Iterable[Watched]) -> Watchlist:
    given: Mapping[str, Any] = {
        "follow": form.follow,
        "cooldown": form.cooldown,
        "thresholds": None if form.thresholds is None else _thresholds(form.thresholds),
    }
    return Watchlist(
        name=name,
        channel=form.channel or channel,
        companies=tuple({entry.symbol: entry for entry in entries}.values()),
        events=form.events,
        unlinked=form.unlinked,
        **{key: value for key, value in given.items() if value is not None},
    )


def _unlisted(placed: Placed[Watched], registry: Registry) -> list[Problem]:
    """A warning of a stock that is no longer listed: no price will come."""
    company = registry.companies[placed.value.company]
    if not company.note or placed.value.symbol != company.symbol:
        return []
    return [placed.problem(f"{placed.value.symbol} is {company.note}: there is no price to watch", fatal=False)]


def _thresholds(forms: Iterable[ThresholdForm]) -> tuple[Threshold, ...]:
    return tuple(Threshold(form.move, form.sigma, form.value_change) for form in forms)


def _watched(name: str, own: WatchedForm, registry: Registry, add_to: str) -> Watched | str:
    """The listing that `name` stands for, or what is wrong with it."""
    company, symbol = registry.find(name), registry.listing(name)
    if company is not None and symbol is not None:
        thresholds = None if own.thresholds is None else _thresholds(own.thresholds)
        return Watched(company.id, symbol, thresholds, own.holding)
    if company is not None:
        return (
            f"{company.name} is private, so there is no price to watch: remove it "
            "(its news still reaches the listed companies it is related to)"
        )
    stem = name.rpartition(".")[0]
    home = registry.find(stem) if re.fullmatch(r"\S+\.[A-Za-z]{1,3}", name) else None
    if home is not None and home.symbol is not None:
        listed = ", ".join(instrument.symbol for instrument in home.instruments)
        return (
            f"{name} is no listing of {home.name} known here: write one of {listed}, or add it to {add_to}: "
            f"`{home.id}: {{symbols: [{listed}, {name.upper()}]}}`"
        )
    near = registry.nearest(name)
    asked = f"{name}: did you mean {near}?" if near else f"{name} is no company known here."
    id_ = re.sub(r"[^a-z0-9]+", "-", (stem or name).casefold()).strip("-") or "its-id"
    symbol = name if re.fullmatch(r"[A-Z0-9-]{1,6}(\.[A-Z]{1,3})?", name) else "ITS-SYMBOL"
    return (
        f"{asked} To watch one that is not known yet, add it to {add_to}: `{id_}: {{name: ..., symbols: [{symbol}]}}`"
    )
