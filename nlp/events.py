"""Settling, with the parse of a sentence, which of its candidate events hold and who did what to whom.

A rule's trigger must be used as what it is (a verb as a verb), its object best depends on it, and
actor and target come from the grammar: subject, object, the `by` of a passive. Where there is no
parse, or the parse tells nothing, the order of words decides, at a lower score.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from spacy.language import Language
from spacy.tokens import Doc, Token

from config.types import EventLexicon, EventType
from nlp.aliases import PERSON
from nlp.matcher import fold
from nlp.rules import STATUSES, Kind, Match, Reading, Rules, Trigger, same_clause
from nlp.types import Event, Mention, Status

NEAR, FAR, ELSEWHERE, TITLE_ONLY = 1.0, 0.9, 0.75, 0.95  # what is left of a rule's score: see `_judge`
SECOND_LEAST = 0.6  # score from which a sentence's second event counts
GOVERNS_WITHIN = 45  # characters: how far before its trigger a governing word stands where the parse tells nothing

_SUBJECTS = frozenset({"nsubj", "csubj"})
_PASSIVE_SUBJECTS = frozenset({"nsubjpass", "csubjpass"})
_CLIMB = frozenset(
    {"xcomp", "conj", "aux", "auxpass", "ccomp", "advcl", "acl", "pcomp", "prep", "dobj", "pobj", "compound"}
)
_NOMINAL = frozenset({"NOUN", "PROPN", "ADJ", "NUM"})
_INSIDE_NAMES = frozenset({"compound", "pobj", "amod", "poss", "nmod", "acomp", "attr"})
_BACK_REFERENCE = re.compile(
    r"(?:(?:The|This)\s(?:[\w-]+\s){0,2}(?:labs?|company|firm|start-?up|group|giant|developer|(?:chip)?maker|owner|retailer)\b"
    r"|It(?:s)?\s)"
)
_STATUS = {Kind.DENIED: Status.DENIED, Kind.RUMOURED: Status.RUMOURED, Kind.PLANNED: Status.PLANNED}
_MODAL_RUMOUR = frozenset({"may", "could", "might"})
_DETERMINERS = "a an the of in for with by on over from amid despite after its their his her our this that"
_BEFORE_NOUNS = frozenset(_DETERMINERS.split())
_AUXILIARIES = "to will would may might could can must should not n't reportedly just"
_VERB_MARKS = frozenset(_AUXILIARIES.split())
_TWO_SIDED = frozenset({EventType.PARTNERSHIP, EventType.FUNDING, EventType.ACQUISITION, EventType.CAPEX})


@dataclass(frozen=True, slots=True)
class _Roles:
    """Who did it and to whom, as company ids; `parsed` if grammar told the actor or target."""

    actor: str | None
    target: str | None
    parsed: bool


@dataclass(frozen=True, slots=True)
class _Settled:
    """An event with what is needed to choose between several of one sentence."""

    event: Event
    order: int
    span: tuple[int, int]


class EventsComponent:
    """The pipe `events`: reads one sentence and leaves its events in `doc._.events`, offsets of the doc's text.

    `doc._.mentions` are the sentence's companies, `doc._.on_topic` whether its document's title
    speaks of AI, `doc._.leader` the company named first in that title: what "the lab" refers back to.
    It works without a parse too, by the order of words.
    """

    def __init__(self) -> None:
        """An empty pipe finds nothing; `load` fills it."""
        self._rules = Rules(EventLexicon())
        self._ai_businesses: frozenset[str] = frozenset()

    def load(self, rules: Rules, ai_businesses: Iterable[str]) -> "EventsComponent":
        """Apply these rules from now on; `ai_businesses` are ids of companies whose every act is on topic."""
        self._rules = rules
        self._ai_businesses = frozenset(ai_businesses)
        return self

    def read(self, text: str, mentions: Sequence[Mention], *, on_topic: bool) -> Reading:
        """What a sentence says without grammar; no matches means that the model need not see it."""
        on_topic = on_topic or any(m.company in self._ai_businesses for m in mentions)
        return self._rules.read(text, self._rules.find(fold(text)), companies=bool(mentions), on_topic=on_topic)

    def is_opinion(self, text: str) -> bool:
        """Whether a sentence only has a view: a stock pick, a how-to, a question, a look back."""
        return self._rules.is_opinion(self._rules.find(fold(text)))

    def is_on_topic(self, text: str, mentions: Sequence[Mention]) -> bool:
        """Whether a title speaks of AI or of a company whose business is AI."""
        return self.read(text, mentions, on_topic=False).on_topic

    def __call__(self, doc: Doc) -> Doc:
        """Set `doc._.events`."""
        mentions = tuple(m for m in doc._.mentions or () if m.end)
        reading = self.read(doc.text, mentions, on_topic=False)
        borrowed = not reading.on_topic and bool(doc._.on_topic)
        if borrowed:
            reading = self.read(doc.text, mentions, on_topic=True)
        leader = doc._.leader if _BACK_REFERENCE.match(doc.text) else None
        settled = [
            s for match in reading.matches for s in _settle(doc, match, reading, mentions, leader, borrowed=borrowed)
        ]
        doc._.events = tuple(s.event for s in _choose(settled))
        return doc


def _settle(
    doc: Doc, match: Match, reading: Reading, mentions: Sequence[Mention], leader: str | None, *, borrowed: bool
) -> list[_Settled]:
    """The best event a rule gives for this sentence, if any."""
    best: _Settled | None = None
    for trigger in match.triggers:
        token = _token_at(doc, trigger.start)
        roles = _roles(doc, token, trigger, mentions, two_sided=match.rule.type in _TWO_SIDED)
        if roles.actor is None and leader != roles.target and not any(m.end <= trigger.start for m in mentions):
            roles = replace(roles, actor=leader)
        factor = _judge(doc, match, trigger, token, roles, mentions)
        if not factor:
            continue
        score = match.rule.score * factor * (TITLE_ONLY if borrowed else 1.0)
        event = Event(
            match.rule.type,
            doc.text[trigger.start : trigger.end],
            doc.text,
            trigger.start,
            roles.actor,
            roles.target,
            _status(doc, token, trigger, reading),
            round(score, 3),
            match.rule.name,
        )
        if best is None or score > best.event.score:
            best = _Settled(event, match.order, (trigger.start, trigger.end))
    return [best] if best else []


def _judge(doc: Doc, match: Match, trigger: Trigger, token: Token, roles: _Roles, mentions: Sequence[Mention]) -> float:
    """How far a trigger at its place fulfils its rule: 0 not at all, 1 with an object that depends on it."""
    if trigger.kind is Kind.VERB and (
        _is_compound(doc.text, trigger) or _is_name_part(token, mentions) or not _is_verb(doc, token, mentions)
    ):
        return 0.0
    if trigger.kind is Kind.NOUN and token.i and doc[token.i - 1].lower_ in _VERB_MARKS:
        return 0.0
    wanted = match.roles
    if (
        not match.rule.objects
        or ("<actor>" in wanted and roles.actor is not None)
        or ("<target>" in wanted and roles.target is not None)
        or ("<company>" in wanted and bool(mentions))
    ):
        return NEAR
    apart = [o for o in match.objects if not (o[0] < trigger.head_end and trigger.start < o[1])]
    if not apart:
        return 0.0
    if any(_depends(doc, token, o) for o in apart):
        return NEAR
    return FAR if any(same_clause(doc.text, trigger.start, o[0]) for o in apart) else ELSEWHERE


def _token_at(doc: Doc, start: int) -> Token:
    """The token that holds the character at `start`."""
    span = doc.char_span(start, start + 1, alignment_mode="expand")
    return span[0] if span is not None and len(span) else doc[0]


def _is_compound(text: str, trigger: Trigger) -> bool:
    """Whether the word is tied to another one, as in AI-powered or closed-source."""
    return text[trigger.start - 1 : trigger.start] == "-" or text[trigger.head_end : trigger.head_end + 1] == "-"


def _is_name_part(token: Token, mentions: Sequence[Mention]) -> bool:
    """Whether the word belongs to a company's name, as `Block` may."""
    return any(m.start <= token.idx < m.end for m in mentions)


def _is_verb(doc: Doc, token: Token, mentions: Sequence[Mention]) -> bool:
    """Whether a word that could be a verb is used as one; True where no tagger ran."""
    if token.i and doc[token.i - 1].lower_ in _BEFORE_NOUNS and not token.lower_.endswith("ing"):
        return False
    if not doc.has_annotation("TAG") or _follows_subject(doc, token, mentions):
        return True
    if token.pos_ not in _NOMINAL:
        return True
    told = any(child.dep_ in {"det", "poss", "amod"} for child in token.children)
    return not (told or token.dep_ in _INSIDE_NAMES)


def _follows_subject(doc: Doc, token: Token, mentions: Sequence[Mention]) -> bool:
    """Whether a word can only be a verb by its place: after `to` or a modal, or right after a company's name."""
    if not token.i:
        return False
    before = doc[token.i - 1]
    if before.lower_ in _VERB_MARKS:
        return True
    named = any(m.start <= before.idx < m.end for m in mentions)
    return named and token.lower_.endswith(("s", "ed"))


def _depends(doc: Doc, token: Token, span: tuple[int, int]) -> bool:
    """Whether the object at `span` hangs on the trigger, or on the verb that the trigger belongs to."""
    if not doc.has_annotation("DEP"):
        return False
    thing = _token_at(doc, span[1] - 1)
    head = token
    while head.dep_ in {"xcomp", "aux", "auxpass"} and head.head is not head:
        head = head.head
    return token.is_ancestor(thing) or head.is_ancestor(thing) or thing.is_ancestor(token)


def _roles(doc: Doc, token: Token, trigger: Trigger, mentions: Sequence[Mention], *, two_sided: bool) -> _Roles:
    """Actor and target of what `trigger` says. In a `two_sided` event, of two that act together one is the target."""
    people_last = sorted(mentions, key=lambda m: m.via == PERSON)
    if doc.has_annotation("DEP"):
        actor, target, subject = _by_grammar(doc, token, people_last)
    else:
        actor = target = None
        subject = False
    parsed = actor is not None or target is not None
    if actor is None and not subject:
        before = [m for m in mentions if m.end <= trigger.start and m.company != target]
        actor = before[0].company if before else None
    if target is None:
        after = [m for m in mentions if m.start >= trigger.head_end and m.company != actor]
        target = after[0].company if after else None
    if target is None and two_sided:
        target = next((m.company for m in mentions if m.company != actor), None)
    return _Roles(actor, target, parsed)


def _by_grammar(doc: Doc, token: Token, mentions: Sequence[Mention]) -> tuple[str | None, str | None, bool]:
    """Actor, target, and whether the clause has a subject at all (so that none need be guessed)."""
    verb, doer, undergoer = _clause(token)
    if verb is None:
        return None, None, False
    agent = next((c for c in verb.children if c.dep_ == "agent"), None)
    by = next((c for c in verb.children if c.dep_ == "prep" and c.lower_ == "by" and undergoer is not None), None)
    actor = _company_under(doc, agent or by or doer, mentions, but=None)
    if undergoer is not None:
        target = _company_under(doc, undergoer, mentions, but=None)
    else:
        target = next(
            (
                found
                for child in verb.children
                if child is not doer and child.i > verb.i
                if (found := _company_under(doc, child, mentions, but=actor)) is not None
            ),
            None,
        )
    subject = doer if undergoer is None else undergoer
    told = subject is not None and not any(t.pos_ == "PRON" for t in subject.subtree)
    return actor, target if target != actor else None, told


def _clause(token: Token) -> tuple[Token | None, Token | None, Token | None]:
    """The verb a trigger belongs to, its active subject and its passive one."""
    here: Token = token
    verb: Token | None = None
    for _ in range(len(token.doc)):
        doer = next((c for c in here.children if c.dep_ in _SUBJECTS), None)
        undergoer = next((c for c in here.children if c.dep_ in _PASSIVE_SUBJECTS), None)
        passive_participle = here.dep_ == "acl" and here.tag_ == "VBN"
        if passive_participle and undergoer is None:
            undergoer = here.head
        if verb is None and (here.pos_ in {"VERB", "AUX"} or doer is not None or undergoer is not None):
            verb = here
        if doer is not None or undergoer is not None:
            return verb, doer, undergoer
        if here.dep_ not in _CLIMB or here.head is here:
            return verb, None, None
        here = here.head
    return verb, None, None


def _company_under(doc: Doc, token: Token | None, mentions: Sequence[Mention], but: str | None) -> str | None:
    """The first company in the words that hang on `token`, other than `but`."""
    if token is None:
        return None
    left, right = token.left_edge.idx, token.right_edge.idx + len(token.right_edge)
    inside = [m for m in mentions if left <= m.start < right and m.company != but]
    head = [m for m in inside if m.start <= token.idx < m.end]
    del doc
    return (head or inside)[0].company if inside else None


def _status(doc: Doc, token: Token, trigger: Trigger, reading: Reading) -> Status:
    """Denied, rumoured, planned or reported, by the words that govern the trigger."""
    for kind in STATUSES:
        if any(_governs(doc, token, trigger, kind, start, end) for k, start, end in reading.governing if k is kind):
            return _STATUS[kind]
        if kind is Kind.DENIED and _negated(doc, token):
            return Status.DENIED
    return Status.PLANNED if _infinitive(doc, token, trigger) else Status.REPORTED


def _governs(doc: Doc, token: Token, trigger: Trigger, kind: Kind, start: int, end: int) -> bool:
    """Whether the status word at `start` speaks of the trigger."""
    if start < trigger.head_end and trigger.start < end:
        own = (kind is Kind.PLANNED and trigger.kind is not Kind.NOUN) or (
            kind is Kind.RUMOURED and trigger.kind is Kind.PHRASE
        )
        return own or start < trigger.start
    word = doc.text[start:end].lower()
    if kind is Kind.RUMOURED and word not in _MODAL_RUMOUR:
        return True
    if doc.has_annotation("DEP"):
        governor = _token_at(doc, start)
        chain = {token.i, *(a.i for a in token.ancestors)}
        if governor.i in chain:
            return True
        return (
            governor.head.i in chain
            and governor.i < token.i
            and governor.dep_ in {"aux", "neg", "advmod", "xcomp", "det"}
        )
    return 0 <= trigger.start - end <= GOVERNS_WITHIN


def _negated(doc: Doc, token: Token) -> bool:
    """Whether a plain `not` or `never` hangs on the trigger or on the verb above it."""
    if not doc.has_annotation("DEP"):
        return False
    above: list[Token] = [token]
    while above[-1].dep_ in {"xcomp", "aux", "ccomp", "dobj"} and above[-1].head is not above[-1]:
        above.append(above[-1].head)
    return any(child.dep_ == "neg" for verb in above for child in verb.children)


def _infinitive(doc: Doc, token: Token, trigger: Trigger) -> bool:
    """Whether the trigger stands with `to`, as headlines write what is to come."""
    if doc.text.startswith("to ", trigger.start):
        return True
    if token.i == 0:
        return False
    before = doc[token.i - 1]
    if before.lower_ != "to":
        return False
    return token.i == 1 or doc[token.i - 2].pos_ != "VERB"


def _choose(settled: Sequence[_Settled]) -> list[_Settled]:
    """One event of a cause per sentence, a second if it is nearly as sure and elsewhere, and any market move.

    Of rules that fire on the same words, the higher score wins, then the one that stands first in the file.
    """
    ranked = sorted(settled, key=lambda s: (-s.event.score, s.order))
    causes: list[_Settled] = []
    moves: list[_Settled] = []
    for one in ranked:
        kept = moves if one.event.type is EventType.MARKET_MOVE else causes
        if not kept:
            kept.append(one)
        elif kept is causes and len(causes) == 1 and _is_second(one, causes[0]):
            causes.append(one)
    return sorted(causes + moves, key=lambda s: (s.event.start, s.order))


def _is_second(one: _Settled, first: _Settled) -> bool:
    apart = one.span[1] <= first.span[0] or first.span[1] <= one.span[0]
    return apart and one.event.type is not first.event.type and one.event.score >= SECOND_LEAST


def make_events(nlp: Language, name: str) -> EventsComponent:
    """The factory behind the pipe; `nlp.pipeline.register` makes it known."""
    del nlp, name
    return EventsComponent()
