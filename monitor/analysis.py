"""`aftershock analyze`: what the pipeline finds in texts, as JSON Lines. Reads and writes text, decides nothing.

The links it prints are those that a story of this one article's events would open today, over every kind of relation.
`monitor.pretty` says the same for people.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NoReturn

from config.types import Config, RelationKind
from monitor.expected import Expectations
from monitor.links import Graph, derive
from monitor.stories import alone, report
from monitor.types import Article, Link
from nlp.types import Analysis, Text

BATCH = 64
"""Texts that are read before the first of them is answered: the parser is quicker with many at a time."""


class InputError(ValueError):
    """A line of the input cannot be read; `args[0]` says which and why."""


@dataclass(frozen=True, slots=True)
class Item:
    """One text to analyse, with the id it came with."""

    id: Any
    article: Article


@dataclass(frozen=True, slots=True)
class Linking:
    """What links are derived from: a configuration, its relations as a graph, what events are expected to do."""

    config: Config
    graph: Graph
    expectations: Expectations

    @classmethod
    def of(cls, config: Config) -> "Linking":
        """Make it ready; milliseconds."""
        return cls(config, Graph.of(config.relations), Expectations(config.lexicon, config.companies))

    def links(self, article: Article, analysis: Analysis) -> Mapping[str, Link]:
        """The links to listed companies by symbol, strongest first."""
        story = alone(report(article, analysis))
        if story is None:
            return {}
        links = derive(
            story,
            self.graph,
            follow=frozenset(RelationKind),
            on=article.seen.astimezone(UTC).date(),
            max_steps=self.config.settings.max_steps,
            min_strength=self.config.settings.min_strength,
            expectations=self.expectations,
        )
        return {
            symbol: link
            for company, link in links.items()
            if (known := self.config.companies.get(company)) and (symbol := known.symbol)
        }


def read(lines: Iterable[str], now: datetime, *, timed: bool = False) -> Iterator[Item | InputError]:
    """The articles of JSON Lines (`id`, `title`, perhaps `summary`, `published`, `link`), one at a time.

    They count as seen `now`; with `timed` each needs a time of its own, in `seen`.

    Anything that does not begin with a JSON object is one article of plain text: its first line is the title. A line
    that cannot be read comes as its error, in its place.
    """
    rest = enumerate(lines, start=1)
    number, first = next(((n, t) for n, line in rest if (t := line.lstrip("\ufeff")).strip()), (0, ""))
    if not (timed or first.lstrip().startswith("{")):
        title, _, summary = (first + "".join(line for _, line in rest)).strip().partition("\n")
        if title:
            yield Item(None, _article("", title, summary.strip(), now))
        return
    if first.strip():
        yield _item(first, number, now, timed=timed)
    for number, line in rest:
        if line.strip():
            yield _item(line, number, now, timed=timed)


def _item(line: str, number: int, now: datetime, *, timed: bool) -> Item | InputError:
    try:
        row = json.loads(line, parse_constant=_refuse)
        json.dumps(row.get("id") if isinstance(row, dict) else None, allow_nan=False)
    except RecursionError:
        return InputError(f"line {number}: nested too deep to be an article")
    except ValueError as error:
        return InputError(f"line {number}: not JSON: {error}")
    if not isinstance(row, dict) or not {"title", "summary"} & row.keys():
        return InputError(f'line {number}: an object with "title" is wanted')
    if timed:
        try:
            now = _moment(row.get("seen"))
        except ValueError as error:
            return InputError(f"line {number}: {error}")
    article = _article(str(row.get("id", "")), str(row.get("title") or ""), str(row.get("summary") or ""), now)
    return Item(row.get("id"), replace(article, link=str(row.get("link") or "")))


def _moment(text: object) -> datetime:
    """A time with its zone; ValueError, in words, for anything else."""
    wanted = 'a time with its zone is wanted in "seen", as 2025-01-27T14:30:00Z'
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise ValueError(f"{wanted}, not {text!r}") from None
    if moment.tzinfo is None:
        raise ValueError(f"{wanted}: {text!r} has none")
    return moment.astimezone(UTC)


def _refuse(constant: str) -> NoReturn:
    """Python would read NaN and Infinity, and print them again as what no other reader takes."""
    raise ValueError(f"{constant} is no JSON number")


def _article(name: str, title: str, summary: str, now: datetime) -> Article:
    return Article(name, "", "", title, summary, None, now)


def answered(
    items: Iterable[Item | InputError], analyze: Callable[[Sequence[Text]], Sequence[Analysis]]
) -> Iterator[tuple[Item, Analysis] | InputError]:
    """Each item with its analysis, in order, an error in its place. `analyze` gets up to `BATCH` texts at a time."""
    waiting: list[Item | InputError] = []
    try:
        for item in items:
            waiting.append(item)
            if len(waiting) == BATCH:
                yield from _answered(waiting, analyze)
                waiting.clear()
    except UnicodeDecodeError:
        yield from _answered(waiting, analyze)
        raise
    yield from _answered(waiting, analyze)


def _answered(
    batch: Sequence[Item | InputError], analyze: Callable[[Sequence[Text]], Sequence[Analysis]]
) -> Iterator[tuple[Item, Analysis] | InputError]:
    texts = [item.article.text for item in batch if isinstance(item, Item)]
    analyses = iter(analyze(texts) if texts else ())
    for item in batch:
        yield (item, next(analyses)) if isinstance(item, Item) else item


def found(item: Item, analysis: Analysis, linking: Linking) -> dict[str, Any]:
    """What was found in an item, as the contract prints it."""
    companies = linking.config.companies
    return {
        "id": item.id,
        "companies": [
            {
                "company": m.company,
                "symbol": companies[m.company].symbol,
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
        "links": [
            {
                "symbol": symbol,
                "path": link.path,
                "strength": round(link.strength, 3),
                "expected": link.expected.value,
            }
            for symbol, link in linking.links(item.article, analysis).items()
        ],
    }


def as_json(row: Mapping[str, Any], encoding: str) -> str:
    """A line of JSON that can be printed in that encoding; where letters cannot, they are escaped."""
    line = json.dumps(row, ensure_ascii=False)
    try:
        line.encode(encoding)
    except UnicodeEncodeError:
        return json.dumps(row)
    return line
