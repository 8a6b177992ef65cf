"""From a finding to an event: its trigger, who did it to whom, and whether it happened, with the parse where needed.

`nlp.deciding` says which types a headline or sentence holds. Here each becomes an event with its place, by the grammar
of a parsed sentence or, where that is plain, by the order of its words alone.
"""

import re
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc

from config.types import EventType
from nlp.deciding import BY_VOICE, Decider, Finding, Passage
from nlp.roles import is_plain, is_used, may_be_denied, nearness, roles_of, status_of
from nlp.rules import Reading, Trigger
from nlp.types import Event, Mention

_BACK_REFERENCE = re.compile(
    r"(?:(?:The|This)\s(?:[\w-]+\s){0,2}(?:labs?|company|firm|start-?up|group|giant|developer|(?:chip)?maker|owner|retailer)\b"
    r"|It(?:s)?\s)"
)
_TWO_SIDED = frozenset({EventType.PARTNERSHIP, EventType.FUNDING, EventType.ACQUISITION, EventType.CAPEX})


WORTH_PARSING = 0.6
"""Score from which grammar is asked: somewhat less than what makes an event a fact that opens links."""


@dataclass(frozen=True, slots=True)
class Task:
    """What the pipe is to make events of in one sentence: its findings, and the company of the title before it.

    `words` are the sentence's, in which `mentions` have their offsets; `leader` is what "the lab" or "it" refers to.
    """

    words: str
    mentions: tuple[Mention, ...]
    reading: Reading
    findings: tuple[Finding, ...]
    leader: str | None = None


class EventsComponent:
    """The pipe `events`: makes events of a sentence's findings and leaves them in `doc._.events`.

    Without a task (`doc._.task`) the doc is taken as a headline of its own. Offsets are those of the doc's text. It
    works without a parse too, by the order of words.
    """

    def __init__(self) -> None:
        """An empty pipe finds nothing; `load` fills it."""
        self._decider: Decider | None = None

    def load(self, decider: Decider) -> "EventsComponent":
        """Decide by this one from now on."""
        self._decider = decider
        return self

    def __call__(self, doc: Doc) -> Doc:
        """Set `doc._.events`."""
        task = doc._.task or self._task(doc)
        doc._.events = tuple(event for f in task.findings if (event := _event(doc, f, task)) is not None)
        return doc

    def _task(self, doc: Doc) -> Task:
        words = doc.text
        mentions = tuple(m for m in doc._.mentions or () if m.end)
        if self._decider is None or not len(doc):
            return Task(words, mentions, Reading((), (), ai=False, on_topic=False, opinion=False), ())
        reading = self._decider.read(words, mentions, on_topic=False)
        findings = self._decider.decide([Passage(words, mentions, reading)], headline=True)
        return Task(words, mentions, reading, findings)


def needs_parse(task: Task, *, lead: bool) -> bool:
    """Whether the grammar of a sentence could change what its findings become.

    What may be denied is always parsed; who did it to whom is asked of grammar where an article leads, the headline
    included, for events that are not hardly believed.
    """
    if not task.findings:
        return False
    if may_be_denied(task.words, task.reading):
        return True
    believed = [finding for finding in task.findings if finding.score >= WORTH_PARSING]
    if not lead or not believed:
        return False
    if _BACK_REFERENCE.match(task.words) or (task.leader and not task.mentions):
        return True
    return not all(
        is_plain(task.words, task.mentions, t, task.reading) for finding in believed for t in finding.triggers
    )


def _event(doc: Doc, finding: Finding, task: Task) -> Event | None:
    """The event of a finding, by the trigger that fits best; None for an own rule whose words are used otherwise."""
    two_sided = finding.type in _TWO_SIDED
    best: tuple[tuple[bool, int, int], Trigger] | None = None
    for number, trigger in enumerate(finding.triggers):
        used, near = True, 0
        if finding.match is not None:
            roles = roles_of(doc, trigger, task.mentions, two_sided=two_sided)
            used = is_used(doc, trigger, finding.match, roles, task.mentions)
            near = nearness(doc, task.words, trigger, finding.match)
        rank = (used, near, -number)
        if (used or not finding.own) and (best is None or rank > best[0]):
            best = (rank, trigger)
    if best is None:
        return None
    trigger = best[1]
    roles = roles_of(doc, trigger, task.mentions, two_sided=two_sided)
    actor = roles.actor
    leader = task.leader if _BACK_REFERENCE.match(task.words) else None
    if actor is None and leader != roles.target and not any(m.end <= trigger.start for m in task.mentions):
        actor = leader
    return Event(
        finding.type,
        task.words[trigger.start : trigger.end],
        task.words,
        trigger.start,
        actor,
        roles.target,
        status_of(doc, task.words, trigger, task.reading),
        round(finding.score, 3),
        finding.match.rule.name if finding.match is not None else BY_VOICE,
    )


def make_events(nlp: Language, name: str) -> EventsComponent:
    """The factory behind the pipe; `nlp.pipeline.register` makes it known."""
    del nlp, name
    return EventsComponent()
