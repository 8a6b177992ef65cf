"""The checked forms of all files -> the frozen values of `config.types`, the user's over the shipped.

Pure: documents and forms in, values and Problems out. What one file says of another is settled here: a ticker on a
watchlist, an id in a relation, a feed to drop. Sources come shipped first; later ones win.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from config import lint, relations_lint
from config.forms import Form
from config.knowledge import EventsForm, RelationForm, RelationsForm
from config.lint import Placed
from config.models import FeedForm, FeedsForm, SettingsForm, SeverityForm
from config.registry import Registry, nearest_of
from config.tree import Document
from config.types import (
    Company,
    EventLexicon,
    EventRule,
    EventType,
    Expectation,
    Feed,
    Keep,
    Limits,
    Problem,
    Relation,
    RelationKind,
    Settings,
    Tiers,
)

F = TypeVar("F")
V = TypeVar("V", Limits, Keep)

NOBODY = Registry(())


@dataclass(frozen=True, slots=True)
class Source(Generic[F]):
    """A checked file; `own` is false for a shipped one, which the user can't mend.

    `parts` are the files that it includes, the weakest first.
    """

    document: Document
    form: F
    own: bool = True
    parts: "tuple[Source[Any], ...]" = ()


def relations(
    sources: Sequence[Source[RelationsForm]], registry: Registry, dropped: Registry = NOBODY, *, complete: bool
) -> tuple[tuple[Relation, ...], list[Problem]]:
    """All relations. A later source replaces the edges it writes; strength 0 removes them.

    `dropped` has the companies that the user wants to forget, and their relations with them. `complete` is false
    where companies are missing because their file is broken: then an unknown id is no news.
    """
    edges: dict[tuple[str, RelationKind, str], list[Placed[Relation]]] = {}
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
                edges[lint.edge(one.value)].append(one)
    merged = [one for same in edges.values() for one in same]
    problems += relations_lint.problems(merged, registry.companies) if complete else []
    return tuple(one.value for one in merged), problems


def _ends(
    document: Document, loc: tuple[str, str, int], name: str, row: RelationForm, registry: Registry
) -> tuple[Company | Problem, Company | Problem]:
    def end(text: str, place: Sequence[Hashable], *, key: bool) -> Company | Problem:
        found = registry.companies.get(text) or registry.find(text)
        if found is not None:
            return found
        near = registry.nearest(text)
        meant = registry.find(near) if near else None
        hint = f"did you mean {meant.id}?" if meant else ""
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
        "limits": _over(Limits(), [source.form.operator for source in sources]),
        "keep": _over(Keep(), [source.form.keep for source in sources]),
    }
    return Settings(**{name: value for name, value in given.items() if value is not None})


def _over(values: V, forms: Iterable[Form]) -> V:
    """What the forms write over `values`, whose fields have the same names; the last form wins."""
    given: dict[str, Any] = {}
    for form in forms:
        given |= form.model_dump(exclude_none=True)
    return replace(values, **given)


def _tiers(forms: Sequence[SeverityForm]) -> Tiers:
    found = Tiers()
    for form in forms:
        for name in ("notice", "alert", "alarm"):
            given = getattr(form, name).model_dump(exclude_none=True)
            found = replace(found, **{name: replace(getattr(found, name), **given)})
    return found


def severity_order(sources: Sequence[Source[SettingsForm]], tiers: Tiers) -> list[Problem]:
    """Warnings of severities that no alert can have, since a graver one begins no later."""
    times = {"notice": tiers.notice.times, "alert": tiers.alert.times, "alarm": tiers.alarm.times}
    problems = []
    for milder, graver in (("notice", "alert"), ("alert", "alarm")):
        if times[milder] < times[graver]:
            continue
        written = [
            (source.document, name)
            for source in reversed(sources)
            for name in (graver, milder)
            if getattr(source.form.severity, name).times is not None
        ]
        message = f"{graver} begins at {times[graver]:g} times a threshold and {milder} at {times[milder]:g}: "
        message += f"nothing would ever be of severity {milder}; write more for {graver}"
        problems += [
            document.problem(("severity", name, "times"), message, fatal=False) for document, name in written[:1]
        ]
    return problems


def severity_channels(sources: Sequence[Source[SettingsForm]]) -> list[Placed[str]]:
    """The channels that severities are told in besides a watchlist's own, where they are written."""
    return [
        Placed(channel, source.document, ("severity", name, "channel"))
        for source in sources
        for name in ("notice", "alert", "alarm")
        if (channel := getattr(source.form.severity, name).channel)
    ]


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
