"""Who did what to whom, and whether it happened: read off the parse of a sentence, or the order of its words.

Actor and target are subject, object and the `by` of a passive; status comes from the words that govern the trigger.
Most headlines are plain: a company, a verb, a thing. `is_plain` tells those, for which the order of words says the
same as the parser does at a hundredth of its time.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from nlp.aliases import PERSON
from nlp.rules import STATUSES, Kind, Match, Reading, Trigger, same_clause
from nlp.types import Mention, Status

GOVERNS_WITHIN = 45  # characters: how far before its trigger a governing word stands where the parse tells nothing
BESIDE = 14  # characters within which a governing word surely belongs to the trigger after it

_SUBJECTS = frozenset({"nsubj", "csubj"})
_PASSIVE_SUBJECTS = frozenset({"nsubjpass", "csubjpass"})
_CLIMB = frozenset(
    {"xcomp", "conj", "aux", "auxpass", "ccomp", "advcl", "acl", "pcomp", "prep", "dobj", "pobj", "compound"}
)
_NOMINAL = ("NN", "JJ", "CD")
_PRONOUNS = ("PRP", "WP", "WDT")
_INSIDE_NAMES = frozenset({"compound", "pobj", "amod", "poss", "nmod", "acomp", "attr"})
_STATUS = {Kind.DENIED: Status.DENIED, Kind.RUMOURED: Status.RUMOURED, Kind.PLANNED: Status.PLANNED}
_MODAL_RUMOUR = frozenset({"may", "could", "might"})
_BE = frozenset({"is", "are", "was", "were", "be", "been", "being", "'s", "’s"})
_VERB_MARKS = frozenset(
    {"to", "will", "would", "may", "might", "can", "could", "must", "should", "not", "n't", "reportedly"}
)

_NOT = re.compile(r"\b(?:not|never|no|without)\b|n['’]t\b", re.IGNORECASE)
_PASSIVE_BEFORE = re.compile(
    r"(?:\b(?:is|are|was|were|be|been|being|gets?|got|to be)|['’]s)\s+(?:\w+ly\s+)?$", re.IGNORECASE
)
_BY_AFTER = re.compile(r"\bby\b", re.IGNORECASE)
_STRAIGHT = re.compile(
    r"(?:['’]s?)?\s*(?:\([^)]*\)\s*|,\s)?"
    r"(?:(?:inc|corp|corporation|co|ltd|plc|group|holdings|technologies|platforms)\b\.?,?\s+)?"
    r"(?:\([^)]*\)\s*)?(?:(?:shares?|stock|stocks|ceo|chief|boss|founder)\s+)?"
    r"(?:(?:to|will|has|have|had|just|also|now|reportedly|again|plans? to|set to|is|are|\w+ly)\s+)*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Roles:
    """Who did it and to whom, as company ids."""

    actor: str | None
    target: str | None


def may_be_denied(words: str, reading: Reading) -> bool:
    """Whether there is a word that may turn what a sentence says into its contrary."""
    return _NOT.search(words) is not None or any(kind is Kind.DENIED for kind, _, _ in reading.governing)


def is_plain(words: str, mentions: Sequence[Mention], trigger: Trigger, reading: Reading) -> bool:
    """Whether roles and status of a trigger are plain from the order of words, so that no parse is needed."""
    if may_be_denied(words, reading) or not all(_surely_governs(words, trigger, g) for g in reading.governing):
        return False
    before = {m.company for m in mentions if m.end <= trigger.start}
    after = {m.company for m in mentions if m.start >= trigger.head_end}
    if not before and not after:
        return True
    if len(before) > 1 or len(after - before) > 1:
        return False
    if trigger.kind is not Kind.NOUN and (
        _PASSIVE_BEFORE.search(words, 0, trigger.start) or _BY_AFTER.search(words, trigger.head_end)
    ):
        return False
    if not before:
        return trigger.kind is not Kind.NOUN
    last = max(m.end for m in mentions if m.end <= trigger.start)
    return _STRAIGHT.fullmatch(words, last, trigger.start) is not None


def _surely_governs(words: str, trigger: Trigger, governing: tuple[Kind, int, int]) -> bool:
    """Whether it is clear without a parse that a governing word speaks of the trigger."""
    kind, start, end = governing
    if kind is Kind.RUMOURED and words[start:end].lower() not in _MODAL_RUMOUR:
        return True
    return kind is not Kind.DENIED and 0 <= trigger.start - end <= BESIDE and same_clause(words, end, trigger.start)


def is_parsed(doc: Doc) -> bool:
    """Whether tagger and parser have read it; its first token tells, where `has_annotation` would walk through all."""
    return len(doc) > 0 and bool(doc[0].dep)


def token_at(doc: Doc, start: int) -> Token:
    """The token that holds the character at `start`."""
    span = doc.char_span(start, start + 1, alignment_mode="expand")
    return span[0] if span is not None and len(span) else doc[0]


def is_used(doc: Doc, trigger: Trigger, match: Match, roles: Roles, mentions: Sequence[Mention]) -> bool:
    """Whether a trigger is used as what it is, and its rule's object is there in the sense that the rule asks for."""
    token = token_at(doc, trigger.start)
    if any(m.start <= token.idx < m.end for m in mentions):
        return False
    if trigger.kind is Kind.VERB and not _is_verb(token, mentions):
        return False
    wanted = match.roles
    if (
        not match.rule.objects
        or ("<actor>" in wanted and roles.actor is not None)
        or ("<target>" in wanted and roles.target is not None)
        or ("<company>" in wanted and bool(mentions))
    ):
        return True
    return any(not (o[0] < trigger.head_end and trigger.start < o[1]) for o in match.objects)


def nearness(doc: Doc, words: str, trigger: Trigger, match: Match) -> int:
    """How near a rule's object stands: 2 where it hangs on the trigger, 1 in the same clause, else 0."""
    apart = [o for o in match.objects if not (o[0] < trigger.head_end and trigger.start < o[1])]
    if not match.rule.objects or any(_depends(doc, token_at(doc, trigger.start), o) for o in apart):
        return 2
    return int(any(same_clause(words, trigger.start, o[0]) for o in apart))


def _is_verb(token: Token, mentions: Sequence[Mention]) -> bool:
    """Whether a word that could be a verb is used as one; True where no tagger ran."""
    if not is_parsed(token.doc) or _follows_subject(token, mentions):
        return True
    if not token.tag_.startswith(_NOMINAL):
        return True
    told = any(child.dep_ in {"det", "poss", "amod"} for child in token.children)
    return not (told or token.dep_ in _INSIDE_NAMES)


def _follows_subject(token: Token, mentions: Sequence[Mention]) -> bool:
    """Whether a word can only be a verb by its place: after `to` or a modal, or right after a company's name."""
    if not token.i:
        return False
    before = token.doc[token.i - 1]
    if before.lower_ in _VERB_MARKS:
        return True
    named = any(m.start <= before.idx < m.end for m in mentions)
    return named and token.lower_.endswith(("s", "ed"))


def _depends(doc: Doc, token: Token, span: tuple[int, int]) -> bool:
    """Whether the object at `span` hangs on the trigger, or on the verb that the trigger belongs to."""
    if not is_parsed(doc):
        return False
    thing = token_at(doc, span[1] - 1)
    head = token
    while head.dep_ in {"xcomp", "aux", "auxpass"} and head.head is not head:
        head = head.head
    return token.is_ancestor(thing) or head.is_ancestor(thing) or thing.is_ancestor(token)


def roles_of(doc: Doc, trigger: Trigger, mentions: Sequence[Mention], *, two_sided: bool) -> Roles:
    """Actor and target of what `trigger` says. In a `two_sided` event, of two that act together one is the target."""
    people_last = sorted(mentions, key=lambda m: m.via == PERSON)
    actor = target = None
    subject = False
    if is_parsed(doc):
        actor, target, subject = _by_grammar(doc, token_at(doc, trigger.start), people_last)
    if actor is None and not subject:
        before = [m for m in mentions if m.end <= trigger.start and m.company != target]
        actor = before[0].company if before else None
    if target is None:
        after = [m for m in mentions if m.start >= trigger.head_end and m.company != actor]
        target = after[0].company if after else None
    if target is None and two_sided:
        target = next((m.company for m in mentions if m.company != actor), None)
    return Roles(actor, target)


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
    told = subject is not None and not any(t.tag_.startswith(_PRONOUNS) for t in subject.subtree)
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
        if verb is None and (here.tag_.startswith(("VB", "MD")) or doer is not None or undergoer is not None):
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
    last = doc[token.right_edge.i]
    left, right = doc[token.left_edge.i].idx, last.idx + len(last)
    inside = [m for m in mentions if left <= m.start < right and m.company != but]
    head = [m for m in inside if m.start <= token.idx < m.end]
    return (head or inside)[0].company if inside else None


def status_of(doc: Doc, words: str, trigger: Trigger, reading: Reading) -> Status:
    """Denied, rumoured, planned or reported, by the words that govern the trigger; `words` are the doc's text."""
    token = token_at(doc, trigger.start)
    for kind in STATUSES:
        if any(
            _governs(doc, words, token, trigger, kind, start, end) for k, start, end in reading.governing if k is kind
        ):
            return _STATUS[kind]
        if kind is Kind.DENIED and _negated(doc, token):
            return Status.DENIED
    return Status.PLANNED if _infinitive(doc, words, token, trigger) else Status.REPORTED


def _governs(doc: Doc, words: str, token: Token, trigger: Trigger, kind: Kind, start: int, end: int) -> bool:
    """Whether the status word at `start` speaks of the trigger."""
    if start < trigger.head_end and trigger.start < end:
        own = (kind is Kind.PLANNED and trigger.kind is not Kind.NOUN) or (
            kind is Kind.RUMOURED and trigger.kind is Kind.PHRASE
        )
        return own or start < trigger.start
    if kind is Kind.RUMOURED and words[start:end].lower() not in _MODAL_RUMOUR:
        return True
    if is_parsed(doc):
        governor = token_at(doc, start)
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
    if not is_parsed(doc):
        return False
    above: list[Token] = [token]
    while above[-1].dep_ in {"xcomp", "aux", "ccomp", "dobj"} and above[-1].head is not above[-1]:
        above.append(above[-1].head)
    return any(child.dep_ == "neg" for verb in above for child in verb.children)


def _infinitive(doc: Doc, words: str, token: Token, trigger: Trigger) -> bool:
    """Whether the trigger stands with `to`, as headlines write what is to come."""
    if words.startswith("to ", trigger.start):
        return True
    if token.i == 0:
        return False
    before = doc[token.i - 1]
    if before.lower_ != "to":
        return False
    above = doc[token.i - 2] if token.i > 1 else None
    return above is None or above.lower_ in _BE or not above.tag_.startswith("VB")
