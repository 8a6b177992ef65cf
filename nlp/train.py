"""Trains the second voice: `make voice`, or `python -m nlp.train`; it writes `nlp/voice.npz`, the same on every run.

The sentences of `nlp/training` were written for this, by beat; a line holds labels, a tab, a headline. Features are
weighed by how unevenly they fall on the labels (as in Wang and Manning's NB-SVM, 2012), then a softmax over none and
the causes and a logistic for market moves are fitted. The blend with the rules is fitted on what the voice says of
each file after hearing only the others; the rules' own test lines, at which rules cannot fail, are only heard.
scikit-learn is needed for this, not for using the voice.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize

from config.load import SHIPPED, load
from config.tree import read as read_yaml
from config.types import Config, EventType
from nlp.aliases import Aliases
from nlp.companies import settle
from nlp.deciding import Decider, Passage, scores
from nlp.features import features
from nlp.matcher import clean
from nlp.sentences import split
from nlp.voice import CAUSES, FILE, NONE, STRETCH, STRONG, Blend, Verdict, blended, fingerprint

TRAINING = Path(__file__).with_name("training")
RULES = SHIPPED / "events.yaml"
SEEN_TWICE = 2  # a feature of one sentence alone says nothing
SMOOTHING = 1.0  # of the counts behind a feature's spread
SOFTNESS = 2.0  # scikit-learn's C
STEPS = 100  # of the solver; it needs some 40
LEVELS = 255  # of a feature's spread, as kept
CLIPPED = 99.95  # per cent of a column's weights that keep their size; int8 has no room for outliers
LARGEST = 127  # of int8

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Row:
    """A training sentence: where it comes from, its labels, the features the voice hears, the rules that fire."""

    file: str
    title: str
    labels: frozenset[EventType]
    features: frozenset[int]
    rules: dict[EventType, float]


@dataclass(frozen=True, slots=True)
class Model:
    """What training ends with: features' keys, spreads in units of `unit`, a weight a column, a bias a column."""

    keys: NDArray[np.uint32]
    spread: NDArray[np.uint8]
    unit: float
    weights: Matrix
    bias: Matrix


def lines(folder: Path = TRAINING) -> Iterator[tuple[str, frozenset[EventType], str]]:
    """File, labels and headline of every line, in order; ValueError, with the place, for a line that is none."""
    for path in sorted(folder.glob("*.tsv")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip() or line.startswith("#"):
                continue
            labels, tab, title = line.partition("\t")
            try:
                kinds = frozenset(EventType(label.strip()) for label in labels.split(",") if label.strip() != "none")
            except ValueError as error:
                raise ValueError(f"{path.name}:{number}: {error}") from error
            if not tab or not title.strip():
                raise ValueError(f"{path.name}:{number}: labels, a tab and a headline are wanted")
            yield path.name, kinds, title.strip()


def rule_lines(file: Path = RULES) -> Iterator[tuple[str, frozenset[EventType], str]]:
    """The test lines of the shipped rules, which are sentences with a label as well."""
    for kind, rules in read_yaml(file).root["rules"].items():
        for rule in rules:
            yield from ((file.name, frozenset((EventType(kind),)), str(line)) for line in rule.get("tests", ()))


class Hearing:
    """Hears headlines as the daemon does, up to the point where the voice is asked."""

    def __init__(self, config: Config) -> None:
        """With the companies and rules of this configuration."""
        self.aliases = Aliases(config.companies.values())
        self.decider = Decider(config.lexicon, config.companies.values())

    def passages(self, title: str) -> list[Passage]:
        """The sentences of a headline with their companies and what the rules read in them."""
        raw = clean(title)
        sentences = split(raw)
        mentions = settle(raw, self.aliases.find(raw), sentences)
        topical = False
        found: list[Passage] = []
        for _ in range(2):
            found = []
            for s in sentences:
                own = tuple(
                    replace(m, start=m.start - s.start, end=m.end - s.start)
                    for m in mentions
                    if s.start <= m.start and m.end <= s.end
                )
                found.append(
                    Passage(raw[s.start : s.end], own, self.decider.read(raw[s.start : s.end], own, on_topic=topical))
                )
            topical = any(p.reading.on_topic for p in found)
        return found

    def row(self, file: str, labels: frozenset[EventType], title: str) -> Row:
        """A headline as training takes it."""
        passages = self.passages(title)
        heard = features(self.decider.hear(passages), self.decider.kinds)
        return Row(file, title, labels, frozenset(heard), scores(passages))


def fit(rows: Sequence[Row]) -> Model:
    """Train the voice on these rows."""
    keys, found = _matrix(rows)
    answers = np.zeros((len(rows), len(CAUSES) + 1))
    for place, row in enumerate(rows):
        for column in _columns(row):
            answers[place, column] = 1
    spread, unit = _spread(found, answers)
    scaled = normalize(found @ diags(spread * unit)) * STRETCH
    pairs = [
        (place, column, 1 / len(columns))
        for place, row in enumerate(rows)
        for columns in [_columns(row)]
        for column in columns
    ]
    places, columns, shares = map(np.array, zip(*pairs, strict=True))
    causes = LogisticRegression(C=SOFTNESS, max_iter=STEPS, tol=1e-3).fit(scaled[places], columns, sample_weight=shares)
    moves = np.array([EventType.MARKET_MOVE in row.labels for row in rows])
    move = LogisticRegression(C=SOFTNESS, max_iter=STEPS, tol=1e-3).fit(scaled, moves)
    weights = np.zeros((len(keys), len(CAUSES) + 2))
    bias = np.full(len(CAUSES) + 2, -10.0)
    weights[:, causes.classes_], bias[causes.classes_] = causes.coef_.T, causes.intercept_
    weights[:, -1], bias[-1] = move.coef_[0], move.intercept_[0]
    return Model(keys, spread.astype(np.uint8), unit, weights * (spread * unit)[:, None], bias)


def _columns(row: Row) -> list[int]:
    return [1 + CAUSES.index(kind) for kind in CAUSES if kind in row.labels] or [NONE]


def _matrix(rows: Sequence[Row]) -> tuple[NDArray[np.uint32], Any]:
    """The features that two rows have, by key, and which row has which."""
    keys, counts = np.unique([key for row in rows for key in row.features], return_counts=True)
    keys = keys[counts >= SEEN_TWICE]
    at = {key: place for place, key in enumerate(keys.tolist())}
    held = [[at[key] for key in sorted(row.features) if key in at] for row in rows]
    ends = np.cumsum([0, *map(len, held)])
    flat = np.array([place for one in held for place in one], dtype=np.int64)
    return keys.astype(np.uint32), csr_matrix((np.ones(len(flat)), flat, ends), shape=(len(rows), len(keys)))


def _spread(found: Any, answers: Matrix) -> tuple[Matrix, float]:  # noqa: ANN401  scipy ships no types
    """How unevenly each feature falls on the labels: the root mean square of its log-count ratios, and their unit."""
    total = answers.sum(axis=0)
    held = np.asarray(found.T @ answers)
    often = np.asarray(found.sum(axis=0)).ravel()[:, None]
    share = total / len(answers)
    inside = (held + SMOOTHING * share) / (total + SMOOTHING)
    outside = (often - held + SMOOTHING * (1 - share)) / (len(answers) - total + SMOOTHING)
    spread = np.sqrt((np.log(inside / outside) ** 2).mean(axis=1))
    unit = float(spread.max() / LEVELS)
    return np.maximum(1, np.round(spread / unit)), unit


def logits(model: Model, rows: Sequence[Row]) -> Matrix:
    """What a model says of rows, a row each."""
    at = {key: place for place, key in enumerate(model.keys.tolist())}
    said = np.zeros((len(rows), len(model.bias)))
    for place, row in enumerate(rows):
        held = [at[key] for key in row.features if key in at]
        if held:
            length = np.sqrt(((model.spread[held] * model.unit).astype(np.float64) ** 2).sum())
            said[place] = model.weights[held].sum(axis=0) * STRETCH / length
    return said + model.bias


def unheard(rows: Sequence[Row]) -> Matrix:
    """What is said of each file's rows by a voice that heard all others."""
    said = np.zeros((len(rows), len(CAUSES) + 2))
    for file in sorted({row.file for row in rows}):
        inside = [place for place, row in enumerate(rows) if row.file == file]
        said[inside] = logits(fit([row for row in rows if row.file != file]), [rows[place] for place in inside])
    return said


def blend(rows: Sequence[Row], said: Matrix) -> Blend:
    """The blend that makes the labels likeliest."""
    scores = np.array([[row.rules.get(kind, 0.0) for kind in CAUSES] for row in rows])
    wanted = np.zeros((len(rows), len(CAUSES) + 1))
    for place, row in enumerate(rows):
        for column in _columns(row):
            wanted[place, column] = 1 / len(_columns(row))
    moves = np.array([EventType.MARKET_MOVE in row.labels for row in rows], dtype=float)
    move_scores = np.array([row.rules.get(EventType.MARKET_MOVE, 0.0) for row in rows])

    def cause_loss(by: Matrix) -> float:
        summed = by[0] * said[:, :-1]
        summed[:, 1:] += by[1] * scores + by[2] * (scores >= STRONG)
        summed[:, NONE] += by[3] - by[4] * scores.max(axis=1) + by[5] * move_scores
        summed -= summed.max(axis=1, keepdims=True)
        return float(-(wanted * (summed - np.log(np.exp(summed).sum(axis=1, keepdims=True)))).sum(axis=1).mean())

    def move_loss(by: Matrix) -> float:
        summed = by[0] * said[:, -1] + by[1] * move_scores + by[2] + by[3] * scores.max(axis=1)
        return float(np.mean(np.logaddexp(0, summed) - moves * summed))

    causes = minimize(cause_loss, [1, 1, 0, 0, 0, 0], method="Nelder-Mead", options={"maxiter": 4000}).x
    market = minimize(move_loss, [1, 1, 0, 0], method="Nelder-Mead", options={"maxiter": 4000}).x
    return Blend(*map(float, (*causes, *market)))


def save(model: Model, how: Blend, config: Config, file: Path = FILE) -> None:
    """Write the voice, its weights as bytes."""
    scales = np.maximum(np.percentile(np.abs(model.weights), CLIPPED, axis=0), 1e-9) / LARGEST
    weights = np.clip(np.round(model.weights / scales), -LARGEST, LARGEST).astype(np.int8)
    with file.open("wb") as out:
        np.savez_compressed(
            out,
            keys=model.keys,
            spread=model.spread,
            unit=np.float64(model.unit),
            weights=weights,
            scales=scales,
            bias=model.bias,
            blend=np.array(astuple(how)),
            rules=np.array(sorted(map(fingerprint, config.lexicon.rules)), dtype=np.uint32),
        )


def verdicts(rows: Sequence[Row], said: Matrix, how: Blend) -> list[Verdict]:
    """What rules and voice say together."""
    return [blended(one, row.rules, how) for row, one in zip(rows, said, strict=True)]


def figures(rows: Sequence[Row], told: Sequence[frozenset[EventType]]) -> str:
    """Precision, recall and F1 over types, and the F1 of any event at all."""
    pairs = list(zip((row.labels for row in rows), told, strict=True))
    right = sum(len(labels & said) for labels, said in pairs)
    precision = right / max(1, sum(len(said) for _, said in pairs))
    recall = right / max(1, sum(len(labels) for labels, _ in pairs))
    both = sum(1 for labels, said in pairs if labels and said)
    either = sum(bool(labels) + bool(said) for labels, said in pairs)
    micro = 2 * precision * recall / max(1e-9, precision + recall)
    return f"P {precision:.3f}  R {recall:.3f}  F1 {micro:.3f}  any event F1 {2 * both / max(1, either):.3f}"


def main() -> None:
    """Train, say how well it went on files not heard, write."""
    config = load(None).config
    if config is None:
        sys.exit("the shipped configuration does not load: run `aftershock check`")
    hearing = Hearing(config)
    rows = [hearing.row(*line) for line in lines()]
    print(f"{len(rows)} sentences")  # noqa: T201  a command for people
    said = unheard(rows)
    how = blend(rows, said)
    only = Blend(1, 0, 0, 0, 0, 0, 1, 0, 0, 0)
    for name, by in (("voice alone", only), ("with the rules", how)):
        told = [frozenset(kind for kind, _ in verdict.held()) for verdict in verdicts(rows, said, by)]
        print(f"files not heard, {name}: {figures(rows, told)}")  # noqa: T201
    print(how)  # noqa: T201
    save(fit([*rows, *(hearing.row(*line) for line in rule_lines())]), how, config)
    print(f"{FILE}: {FILE.stat().st_size / 1e6:.2f} MB")  # noqa: T201


if __name__ == "__main__":
    main()
