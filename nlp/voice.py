"""The second voice: a small linear model that hears a whole headline where the rules look for words in it.

It was trained by `python -m nlp.train` on sentences written for it (`nlp/training`), none of which the rules had seen,
and says for each event type how likely a headline reports one. Rules and voice are then blended into one score; the
weights of that were fitted on sentences that the voice had not heard. A rule that was not there at the time, as one of
a user's own, has no part in the blend and speaks for itself. Integers are added up, so that a score is the same
wherever it is worked out.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from config.types import EventRule, EventType
from nlp.features import Heard, features

FILE = Path(__file__).with_name("voice.npz")
CAUSES = tuple(kind for kind in EventType if kind is not EventType.MARKET_MOVE)
"""The types of which a headline mostly reports one; a market move is a question of its own beside them."""
NONE = 0
"""The place of "none" among the softmax's answers; the causes follow in their order."""
STRETCH = 3.0
"""Length that a headline's features are scaled to, so that long and short ones weigh alike; found by trying 1 to 4."""

HOLDS, MOVES = 0.42, 0.5
"""Likelihood from which a headline holds a cause at all, and from which it holds a market move. The first is below one
half, where more was missed than wrong on labelled headlines; F1 hardly changes from 0.45 to 0.4."""
LEAST = 0.3
"""Likelihood that the likeliest cause itself must have: where several are about as likely, none is told."""
SECOND = 0.35
"""Likelihood from which a second cause counts beside the first."""
INSIDE, INSIDE_MOVES, INSIDE_ALONE = 0.45, 0.3, 0.9
"""Likelihood that a cause and a market move must have inside an article where one of its rules fires, and any type
where none does: the voice learnt from headlines, which report, while most sentences of an article explain. A market
move is believed sooner, since it links nobody."""


@dataclass(frozen=True, slots=True)
class Blend:
    """How the rules' scores are added to what the voice says, in logits.

    A rule of a cause speaks for that cause and against none, one of a market move for none as the cause; a market move
    is weighed by its own rules and by those of causes, for who tells a price seldom fails to tell why.
    """

    voice: float
    rule: float
    strong: float
    none: float
    against_none: float
    moved: float
    move_voice: float
    move_rule: float
    move: float
    caused: float


STRONG = 0.85
"""A rule's score from which it counts more: those whose words hardly mean anything else."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How likely a headline reports each cause (they and none add up to 1), and a market move."""

    causes: Mapping[EventType, float]
    none: float
    market_move: float

    def of(self, kind: EventType) -> float:
        """The likelihood of one type."""
        return self.market_move if kind is EventType.MARKET_MOVE else self.causes[kind]

    def held(self) -> list[tuple[EventType, float]]:
        """The types that hold, the likeliest cause first, a market move last."""
        found: list[tuple[EventType, float]] = []
        if 1 - self.none >= HOLDS:
            ranked = sorted(self.causes.items(), key=lambda one: -one[1])
            found.extend(one for one in ranked[:1] if one[1] >= LEAST)
            found.extend(one for one in ranked[1:2] if one[1] >= SECOND)
        if self.market_move >= MOVES:
            found.append((EventType.MARKET_MOVE, self.market_move))
        return found

    def held_inside(self, ruled: Iterable[EventType]) -> list[tuple[EventType, float]]:
        """The types that hold in a sentence of an article, the likeliest first; of `ruled` a rule fires there."""
        least = {kind: INSIDE_MOVES if kind is EventType.MARKET_MOVE else INSIDE for kind in ruled}
        types = {**self.causes, EventType.MARKET_MOVE: self.market_move}
        found = [(kind, score) for kind, score in types.items() if score >= least.get(kind, INSIDE_ALONE)]
        return sorted(found, key=lambda one: -one[1])


class Voice:
    """The trained model. Stateless; one for all texts."""

    def __init__(self, file: Path = FILE) -> None:
        """Read the weights; OSError, in words, where they are missing."""
        try:
            with np.load(file) as stored:
                keys: NDArray[np.uint32] = stored["keys"]
                self._spread: NDArray[np.int64] = stored["spread"].astype(np.int64)
                self._weights: NDArray[np.int8] = stored["weights"]
                self._scales: NDArray[np.float64] = stored["scales"].astype(np.float64)
                self._bias: NDArray[np.float64] = stored["bias"].astype(np.float64)
                self._unit = float(stored["unit"])
                self.blend = Blend(*map(float, stored["blend"]))
                self.rules: frozenset[int] = frozenset(stored["rules"].tolist())
        except FileNotFoundError as error:
            raise OSError(f"{file} is missing: make it with `make voice`") from error
        self._places = {key: place for place, key in enumerate(keys.tolist())}

    def logits(self, heard: Heard, kinds: Mapping[str, str]) -> NDArray[np.float64]:
        """What the voice alone says: a logit for none, for each of `CAUSES`, and for a market move."""
        return self._sum(self.places(heard, kinds))

    def places(self, heard: Heard, kinds: Mapping[str, str]) -> list[int]:
        """The model's rows of what is heard; features it never learnt have none."""
        at = self._places
        return [place for key in features(heard, kinds) if (place := at.get(key)) is not None]

    def _sum(self, places: Sequence[int]) -> NDArray[np.float64]:
        if not places:
            return self._bias.copy()
        spread = self._spread[places]
        length = math.sqrt(int((spread * spread).sum())) * self._unit
        summed = self._weights[places].sum(axis=0, dtype=np.int64)
        said: NDArray[np.float64] = summed * self._scales * (STRETCH / length) + self._bias
        return said

    def weight(self, names: Iterable[str], kind: EventType) -> float:
        """How much features speak for a type and against none: what finds an event's trigger where no rule does."""
        places = [place for name in names if (place := self._places.get(crc32(name.encode()))) is not None]
        if not places:
            return 0.0
        rows = self._weights[places].sum(axis=0, dtype=np.int64) * self._scales
        if kind is EventType.MARKET_MOVE:
            return float(rows[-1])
        return float(rows[1 + CAUSES.index(kind)] - rows[NONE] / 2)

    def verdict(self, logits: NDArray[np.float64], rules: Mapping[EventType, float]) -> Verdict:
        """Voice and rules together; `rules` has the best score of those that fire, by type."""
        return blended(logits, rules, self.blend)


def blended(logits: NDArray[np.float64], rules: Mapping[EventType, float], blend: Blend) -> Verdict:
    """The likelihoods by a softmax over none and the causes, and a logistic of its own for a market move."""
    best = max((score for kind, score in rules.items() if kind is not EventType.MARKET_MOVE), default=0.0)
    moved = rules.get(EventType.MARKET_MOVE, 0.0)
    summed = [blend.voice * float(logits[NONE]) + blend.none - blend.against_none * best + blend.moved * moved]
    for place, kind in enumerate(CAUSES, start=1):
        score = rules.get(kind, 0.0)
        summed.append(
            blend.voice * float(logits[place]) + blend.rule * score + (blend.strong if score >= STRONG else 0.0)
        )
    top = max(summed)
    powers = [math.exp(one - top) for one in summed]
    total = sum(powers)
    move = blend.move_voice * float(logits[-1]) + blend.move_rule * moved + blend.move + blend.caused * best
    return Verdict(
        {kind: power / total for kind, power in zip(CAUSES, powers[1:], strict=True)},
        powers[NONE] / total,
        1 / (1 + math.exp(-move)),
    )


def fingerprint(rule: EventRule) -> int:
    """A number that changes with anything in a rule: which rules the voice was blended with, told from others."""
    words = (rule.verbs, rule.nouns, rule.phrases, rule.objects, rule.without)
    return crc32(repr((rule.type.value, rule.name, words, rule.any_topic, rule.score)).encode())


@cache
def shipped() -> Voice:
    """The voice of this package, read once a process."""
    return Voice()
