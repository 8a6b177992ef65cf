"""How fast and how good the pipeline is beside the naive one, in one run on one core: `make bench`.

The naive side is the full en_core_web_sm with all of its components, `nlp.pipe(texts, batch_size=64)` and `doc.ents`.
Each side has a process of its own, started as the daemon starts its workers and held to one core and one thread; they
take turns, round by round, on the same made-up texts (`bench.reading.texts`), so that a noisy neighbour troubles both.
Times are the process's own CPU seconds. Nothing is asserted: what counts is the ratio, and its median over the rounds.

    make bench                                    articles of some 300 words, and headlines
    make bench ARGS="--gold FILE.jsonl ..."       labelled headlines as well: F1 of both sides (form: score_analysis.py)
    make bench ARGS="--rounds 9 --articles 64 --headlines 640 --seed 7"

(or, without make, `PYTHONPATH=tests .venv/bin/python -m bench.reading`).
"""

import argparse
import os
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bench.reading.gold import Score, namesakes, read_gold, scored
from bench.reading.sides import Turn, naive, ours
from bench.reading.texts import Writer
from config.load import load
from config.types import Company, Config, EventLexicon
from nlp.processes import QuietContext
from nlp.types import Text

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")
Serve = Callable[[Connection, Mapping[str, Company], EventLexicon], None]


@dataclass(frozen=True, slots=True)
class Side:
    """A process that reads texts when asked."""

    name: str
    ask: Connection
    process: Any

    @classmethod
    def start(cls, name: str, serve: Serve, config: Config) -> "Side":
        """Start it on the first core; back when it is ready."""
        context = QuietContext()
        here, there = context.Pipe()
        process = context.Process(target=serve, args=(there, config.companies, config.lexicon), daemon=True)
        process.start()
        here.recv()
        return cls(name, here, process)

    def read(self, texts: Sequence[Text]) -> Turn:
        """Have it read these."""
        self.ask.send(texts)
        turn: Turn = self.ask.recv()
        return turn

    def stop(self) -> None:
        """Let it end."""
        self.ask.send(None)
        self.process.join()


def main() -> None:
    """Run the bench and print it."""
    parser = argparse.ArgumentParser(prog="make bench", description="Speed and F1 beside the naive pipeline; one core.")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--articles", type=int, default=48, help="a round")
    parser.add_argument("--headlines", type=int, default=480, help="a round")
    parser.add_argument("--seed", type=int, default=20250127)
    parser.add_argument("--gold", type=Path, nargs="*", default=[], help="labelled headlines, JSON Lines")
    asked = parser.parse_args()
    for name in THREADS:
        os.environ[name] = "1"
    loaded = load(None)
    if loaded.config is None:
        sys.exit("\n".join(map(str, loaded.problems)))
    config = loaded.config
    writer = Writer(list(config.companies.values()), asked.seed)
    say(f"{len(config.companies):,} companies, {len(config.lexicon.rules)} event rules, seed {asked.seed}")
    us, them = Side.start("aftershock", ours, config), Side.start("naive", naive, config)
    both = (us, them)
    for side in both:
        side.read(writer.headlines(8))  # the first call pays for what is set up lazily
    for kind, write, number in (
        ("articles", writer.articles, asked.articles),
        ("headlines", writer.headlines, asked.headlines),
    ):
        compare(kind, both, [write(number) for _ in range(asked.rounds)])
    memory = {side.name: side.read([]).peak for side in both}
    say("\npeak memory of a worker: " + ", ".join(f"{name} {peak / 2**20:.0f} MB" for name, peak in memory.items()))
    for path in asked.gold:
        judge(path, both, config)
    for side in both:
        side.stop()


def compare(kind: str, sides: tuple[Side, Side], rounds: Sequence[Sequence[Text]]) -> None:
    """Let both sides read each round in turn, the first one changing, and print speeds and ratios."""
    seconds: dict[str, list[float]] = {side.name: [] for side in sides}
    words = [sum(len(text.whole.split()) for text in texts) for texts in rounds]
    for number, texts in enumerate(rounds):
        for side in sides if number % 2 else sides[::-1]:
            seconds[side.name].append(side.read(texts).seconds)
    items = len(rounds[0])
    say(f"\n{kind}: {len(rounds)} rounds of {items}, {sum(words) / items / len(rounds):.0f} words each")
    for name, spent in seconds.items():
        speeds = [w / s for w, s in zip(words, spent, strict=True)]
        per_item = statistics.median(items / s for s in spent)
        say(f"  {name:12s} {statistics.median(speeds):12,.0f} words/s {per_item:10,.0f} items/s")
    mine, other = seconds.values()
    ratios = sorted(b / a for a, b in zip(mine, other, strict=True))
    say(f"  ratio        {statistics.median(ratios):12.1f} (rounds from {ratios[0]:.1f} to {ratios[-1]:.1f})")


def judge(path: Path, sides: tuple[Side, Side], config: Config) -> None:
    """Print what both find of a labelled set."""
    rows = read_gold(path)
    texts = [Text(row["title"]) for row in rows]
    say(f"\n{path.name}: {len(rows)} rows")
    names = namesakes(config.companies)
    for side in sides:
        found = side.read(texts).found
        symbols = [
            {names[word] for word in words if word in names} if side.name == "naive" else words for words in found
        ]
        for label, score in scored(rows, symbols).items():
            say(f"  {side.name:12s} {label:16s} {score}")


def say(line: str | Score) -> None:
    """Print a line at once."""
    print(line, flush=True)


if __name__ == "__main__":
    main()
