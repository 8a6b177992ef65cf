"""Groups of companies that watchlists can name: those of groups.yaml, and the free names that companies.yaml gives.

Pure. A user's groups.yaml replaces a shipped group, or adds to it and takes from it; a name that only companies carry
(`groups: [chips]`) stands for all of them that are listed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.merge import NOBODY, Source
from config.models import GroupForm, GroupsForm
from config.registry import Registry
from config.types import Problem


@dataclass(frozen=True, slots=True)
class Group:
    """A group: its id, what belongs to it in words, and its companies as they are written, or by their symbols."""

    id: str
    about: str
    companies: tuple[str, ...]


def merged(
    sources: Sequence[Source[GroupsForm]], registry: Registry, dropped: Registry = NOBODY, *, complete: bool
) -> tuple[dict[str, Group], list[Problem]]:
    """All groups by id, those of files first; `dropped` and `complete` as for relations."""
    found: dict[str, Group] = {}
    problems: list[Problem] = []
    for source in sources:
        for id_, form in source.form.root.items():
            before = found.get(id_)
            if before is None and not form.companies and not form.add:
                message = f"{id_} is a new group: add `companies: [...]`"
                problems.append(source.document.problem((id_,), message, key=True))
                continue
            problems += _strangers(source, id_, form, registry, dropped, complete=complete) if source.own else []
            found[id_] = _changed(id_, form, before, registry)
    return found | {id_: group for id_, group in _carried(registry).items() if id_ not in found}, problems


def known_group(name: str, groups: Mapping[str, Group]) -> Group | None:
    """The group of that name, in any case and with blanks for dashes."""
    return groups.get("-".join(name.casefold().split()))


def _changed(id_: str, form: GroupForm, before: Group | None, registry: Registry) -> Group:
    base = form.companies if form.companies is not None else before.companies if before else ()
    gone = {registry.listing(name) or name for name in form.drop}
    kept = [name for name in (*base, *form.add) if (registry.listing(name) or name) not in gone]
    return Group(id_, form.about or (before.about if before else ""), tuple(dict.fromkeys(kept)))


def _strangers(
    source: Source[GroupsForm], id_: str, form: GroupForm, registry: Registry, dropped: Registry, *, complete: bool
) -> list[Problem]:
    """Companies that are not known, or not listed: fatal in a user's file."""
    problems = []
    for list_ in ("companies", "add", "drop"):
        raw = source.document.root[id_]
        for index, name in enumerate(getattr(form, list_) or ()):
            company = registry.find(name)
            if company is not None and (company.symbol or list_ == "drop"):
                continue
            loc = (id_, index) if isinstance(raw, list) else (id_, list_, index)
            if company is not None:
                message = f"{company.name} is private, so there is no price to watch: remove it"
            elif not complete or dropped.find(name):
                continue
            else:
                near = registry.nearest(name)
                message = f"{name} is no company known here: {f'did you mean {near}?' if near else 'remove it'}"
            problems.append(source.document.problem(loc, message))
    return problems


def _carried(registry: Registry) -> dict[str, Group]:
    """The groups that companies carry by name, each with the main listings of those who do."""
    found: dict[str, list[str]] = {}
    for company in registry.companies.values():
        for name in company.groups if company.symbol else ():
            found.setdefault("-".join(name.casefold().split()), []).append(str(company.symbol))
    return {id_: Group(id_, "", tuple(symbols)) for id_, symbols in found.items()}
