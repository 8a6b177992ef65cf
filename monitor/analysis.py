"""`aftershock analyze`: what the pipeline finds in texts, as JSON Lines. Reads and writes text, decides nothing.

The links it prints are those that a story of this one article's events would open today, over every kind of relation.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from config.types import Config, RelationKind
from monitor.links import Graph, derive
from monitor.stories import alone, report
from monitor.types import Article
from nlp.types import Analysis


class InputError(ValueError):
    """A line of the input cannot be read; `args[0]` says which and why."""


@dataclass(frozen=True, slots=True)
class Item:
    """One text to analyse, with the id it came with."""

    id: Any
    article: Article


def read(lines: Iterable[str], now: datetime) -> Iterator[Item | InputError]:
    """The articles of JSON Lines (`id`, `title`, perhaps `summary`, `published`, `link`), one at a time.

    Anything that does not begin with a JSON object is one article of plain text: its first line is the title. A line
    that cannot be read comes as its error, in its place.
    """
    rest = enumerate(lines, start=1)
    number, first = next(((n, t) for n, line in rest if (t := line.lstrip("\ufeff")).strip()), (0, ""))
    if not first.lstrip().startswith("{"):
        title, _, summary = (first + "".join(line for _, line in rest)).strip().partition("\n")
        if title:
            yield Item(None, _article("", title, summary.strip(), now))
        return
    yield _item(first, number, now)
    for number, line in rest:
        if line.strip():
            yield _item(line, number, now)


def _item(line: str, number: int, now: datetime) -> Item | InputError:
    try:
        row = json.loads(line)
    except ValueError as error:
        return InputError(f"line {number}: not JSON: {error}")
    if not isinstance(row, dict) or not {"title", "summary"} & row.keys():
        return InputError(f'line {number}: an object with "title" is wanted')
    article = _article(str(row.get("id", "")), str(row.get("title") or ""), str(row.get("summary") or ""), now)
    return Item(row.get("id"), replace(article, link=str(row.get("link") or "")))


def _article(name: str, title: str, summary: str, now: datetime) -> Article:
    return Article(name, "", "", title, summary, None, now)


def found(item: Item, analysis: Analysis, config: Config, graph: Graph) -> dict[str, Any]:
    """What was found in an item, as the contract prints it."""
    return {
        "id": item.id,
        "companies": [
            {
                "company": m.company,
                "symbol": config.companies[m.company].symbol,
                "text": m.text,
                "start": m.start,
                "end": m.end,
                "via": m.via,
                "score": round(m.score, 3),
            }
            for m in analysis.mentions
        ],
        "events": [
            {
                "type": e.type.value,
                "trigger": e.trigger,
                "sentence": e.sentence,
                "actor": e.actor,
                "target": e.target,
                "status": e.status.value,
                "score": round(e.score, 3),
            }
            for e in analysis.events
        ],
        "links": _links(item.article, analysis, config, graph),
    }


def _links(article: Article, analysis: Analysis, config: Config, graph: Graph) -> list[dict[str, Any]]:
    story = alone(report(article, analysis))
    if story is None:
        return []
    links = derive(
        story,
        graph,
        follow=frozenset(RelationKind),
        on=article.seen.astimezone(UTC).date(),
        max_steps=config.settings.max_steps,
        min_strength=config.settings.min_strength,
    )
    return [
        {"symbol": symbol, "path": link.path, "strength": round(link.strength, 3)}
        for company, link in links.items()
        if (known := config.companies.get(company)) and (symbol := known.symbol)
    ]
