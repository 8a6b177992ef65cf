"""Fits what `evidence` weighs and counts what `words` weighs, from headlines that were written for it.

`python -m monitor.stories.train` prints the weights and the bias to put into evidence.py, and how well streams are
grouped that took no part in the fit; with `--words` it writes frequencies.tsv anew from the titles of `nlp/training`.

A file of `training/` holds streams, each some days of headlines: a line `# date`, then lines of day, story ("-" for a
headline that stands alone) and title. Every headline is paired with each story that was there before it; a logistic
regression with L2 penalty tells pairs of one story from others. Weights are held to their sign by projected gradient
steps (Beck & Teboulle, "A fast iterative shrinkage-thresholding algorithm for linear inverse problems", 2009).
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from config.load import load
from monitor.stories import evidence, joining
from monitor.stories.evidence import WEIGHTS, barred, measured
from monitor.stories.facts import report
from monitor.stories.index import StoryIndex
from monitor.stories.occasions import occasion
from monitor.stories.prints import Seen, profile_of, ready
from monitor.stories.words import content_words, designations, named_numbers, stems
from monitor.types import Article, Report, Story
from nlp.pipeline import Pipeline
from nlp.train import lines
from nlp.types import Text

TRAINING = Path(__file__).with_name("training")
FREQUENCIES = Path(__file__).with_name("frequencies.tsv")
STEPS = 4_000
PENALTY = 1.0
AGAINST = frozenset({
    "lead_out", "apart", "names_differ", "untold", "kinds_differ", "age", "head", "strangers",
})  # fmt: skip
"""Measurements that can only speak against a story; its size may do either, all others only for it."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Row:
    """A headline of a stream with its story, None where it stands alone."""

    found: Report
    story: str | None


def pipeline() -> Pipeline:
    """The shipped configuration's."""
    config = load(None).config
    if config is None:
        raise SystemExit("the shipped configuration cannot be read: aftershock check")
    return Pipeline(config.companies, config.lexicon)


def streams(reader: Pipeline, folder: Path = TRAINING) -> list[list[Row]]:
    """The streams of all files, each in order of time; the minute within a day is drawn from the title."""
    return [_rows(reader, stream) for path in sorted(folder.glob("*.tsv")) for stream in _streams(path)]


def _streams(path: Path) -> Iterator[list[tuple[datetime, str | None, str]]]:
    start, rows = datetime.min.replace(tzinfo=UTC), list[tuple[datetime, str | None, str]]()
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            if rows:
                yield sorted(rows, key=lambda r: (r[0], r[2]))
            start, rows = datetime.fromisoformat(f"{line[2:]}T11:00:00+00:00"), []
            continue
        day, story, title = line.split("\t")
        minute = int(sha256(title.encode()).hexdigest()[:8], 16) % 600
        rows.append((start + timedelta(days=int(day), minutes=minute), None if story == "-" else story, title))
    yield sorted(rows, key=lambda r: (r[0], r[2]))


def _rows(reader: Pipeline, stream: Sequence[tuple[datetime, str | None, str]]) -> list[Row]:
    found = reader.analyze_many([Text(title) for *_, title in stream])
    return [
        Row(report(Article(f"{seen:%d%H%M}{title}", "training", "", title, "", None, seen), analysis), story)
        for (seen, story, title), analysis in zip(stream, found, strict=True)
    ]


def pairs(stream: Iterable[Row]) -> Iterator[tuple[tuple[float, ...], bool]]:
    """The measurements of each headline with each story before it that could be its own, and whether it is."""
    told: dict[str, list[Seen]] = {}
    for number, row in enumerate(stream):
        one = ready(row.found.print)
        for story, seen in told.items():
            profile = profile_of(story, seen[:1] + seen[1:][-15:], len(seen))
            if occasion(one.print) or occasion(seen[0].print) or barred(one, profile):
                continue
            values = measured(one, profile)
            if story == row.story or values[0] >= APART:
                yield values, story == row.story
        told.setdefault(row.story or f"-{number}", []).append(one)


APART = 0.05
"""Less alike than this, two titles need no weighing to be told apart."""


def fitted(rows: Sequence[tuple[tuple[float, ...], bool]]) -> tuple[Matrix, float]:
    """Weights by feature and the bias."""
    x = np.array([[*values, 1.0] for values, _ in rows])
    y = np.array([1.0 if same else -1.0 for _, same in rows])
    signs = np.array([*(0 if name == "size" else -1 if name in AGAINST else 1 for name in WEIGHTS), 0])
    penalty = np.array([PENALTY] * len(WEIGHTS) + [0.0])
    step = 1 / (np.linalg.norm(x, 2) ** 2 / 4 + PENALTY)
    weights = ahead = np.zeros(x.shape[1])
    pace = 1.0
    for _ in range(STEPS):
        gradient = penalty * ahead - x.T @ (y / (1 + np.exp(np.clip(y * (x @ ahead), -500, 500))))
        moved = ahead - step * gradient
        moved[signs * moved < 0] = 0.0
        faster = (1 + (1 + 4 * pace**2) ** 0.5) / 2
        ahead = moved + (pace - 1) / faster * (moved - weights)
        weights, pace = moved, faster
    return weights[:-1], float(weights[-1])


def grouped(stream: Iterable[Row]) -> list[str]:
    """The story of each headline, as the program joins them."""
    index, known, said = StoryIndex(), dict[str, Story](), []
    for row in stream:
        choice = joining.choose(row.found, index.near(row.found))
        story = joining.joined(row.found, known.get(choice.story or ""), choice).story
        known[story.id] = story
        index.put(story)
        said.append(story.id)
    return said


def b_cubed(gold: Sequence[str], said: Sequence[str], counted: Iterable[int]) -> tuple[float, float]:
    """Precision and recall (Bagga & Baldwin, 1998) over the rows `counted`, among them alone."""
    rows = list(counted)
    scores = []
    for i in rows:
        same_gold = {j for j in rows if gold[j] == gold[i]}
        same_said = {j for j in rows if said[j] == said[i]}
        both = len(same_gold & same_said)
        scores.append((both / len(same_said), both / len(same_gold)))
    precision, recall = np.mean(scores, axis=0)
    return float(precision), float(recall)


def told(stream: Sequence[Row]) -> str:
    """How well a stream is grouped: precision over all rows; precision, recall and F1 over rows of real stories."""
    gold = [row.story or f"-{n}" for n, row in enumerate(stream)]
    said = grouped(stream)
    every, _ = b_cubed(gold, said, range(len(gold)))
    p, r = b_cubed(gold, said, [n for n, row in enumerate(stream) if row.story])
    return f"P over all {every:.3f}; real stories P {p:.3f} R {r:.3f} F1 {2 * p * r / (p + r):.3f} ({len(stream)} rows)"


def count_words(reader: Pipeline) -> None:
    """Write the document frequencies of words and companies, those of two titles or more."""
    titles = [title for *_, title in lines()]
    counts: Counter[str] = Counter()
    for title, analysis in zip(titles, reader.analyze_many([Text(t) for t in titles]), strict=True):
        words = content_words(title) - {w for m in analysis.mentions for w in content_words(m.text)}
        counts.update({f"@{c}" for c in analysis.companies} | stems(words) | designations(words) | named_numbers(title))
    kept = sorted(((w, n) for w, n in counts.items() if n > 1), key=lambda row: (-row[1], row[0]))
    rows = [("#", len(titles)), *kept]
    FREQUENCIES.write_text("".join(f"{word}\t{count}\n" for word, count in rows), encoding="utf-8")


def main() -> None:
    """See above."""
    reader = pipeline()
    if "--words" in sys.argv[1:]:
        count_words(reader)
        return
    known = streams(reader)
    paired = [list(pairs(stream)) for stream in known]
    for out, stream in enumerate(known):
        _use(*fitted([row for n, rows in enumerate(paired) if n != out for row in rows]))
        print(f"stream {out}, left out of the fit: {told(stream)}")  # noqa: T201  a command for people
    weights, bias = fitted([row for rows in paired for row in rows])
    print({name: round(float(w), 2) for name, w in zip(WEIGHTS, weights, strict=True)})  # noqa: T201
    print(f"BIAS = {bias:.2f}")  # noqa: T201


def _use(weights: Matrix, bias: float) -> None:
    """Join with those weights from here on."""
    WEIGHTS.update(zip(WEIGHTS, map(float, weights), strict=True))
    evidence.BIAS = bias


if __name__ == "__main__":
    main()
