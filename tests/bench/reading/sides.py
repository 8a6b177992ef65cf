"""The two sides of the bench, each in a process: the project's pipeline, and spaCy's as one would use it first.

Told to read texts, a side answers with the CPU seconds that it took, what it found and its peak memory.
"""

import os
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

import spacy

from config.types import Company, EventLexicon
from nlp.pipeline import Pipeline, installed_model
from nlp.types import Text

BATCH = 64  # texts that either side takes at a time


@dataclass(frozen=True, slots=True)
class Turn:
    """What a side says of texts: CPU seconds, what it found in each, and its peak memory so far in bytes.

    `found` are symbols of listed companies on our side, the entities' words in lower case on the naive one.
    """

    seconds: float
    found: list[set[str]]
    peak: int


def ours(calls: Connection, companies: Mapping[str, Company], lexicon: EventLexicon) -> None:
    """The project's pipeline, with what a worker of the daemon gets."""
    _hold_to_one_core()
    pipeline = Pipeline(companies, lexicon)
    symbols = {id_: company.symbol for id_, company in companies.items() if company.symbol}

    def read(texts: Sequence[Text]) -> Callable[[], list[set[str]]]:
        found = pipeline.analyze_many(texts)
        return lambda: [{symbols[c] for c in analysis.companies if c in symbols} for analysis in found]

    _serve(calls, read)


def naive(calls: Connection, companies: Mapping[str, Company], lexicon: EventLexicon) -> None:
    """The full model, one pass over whole texts, and its entities."""
    del companies, lexicon
    _hold_to_one_core()
    nlp = spacy.load(installed_model())

    def read(texts: Sequence[Text]) -> Callable[[], list[set[str]]]:
        docs = nlp.pipe((text.whole for text in texts), batch_size=BATCH)
        found = [[(ent.text, ent.label_) for ent in doc.ents] for doc in docs]
        return lambda: [{words.casefold() for words, label in ents if label in {"ORG", "PRODUCT"}} for ents in found]

    _serve(calls, read)


def _serve(calls: Connection, read: Callable[[Sequence[Text]], Callable[[], list[set[str]]]]) -> None:
    calls.send("ready")
    while (texts := calls.recv()) is not None:
        started = time.process_time()
        found = read(texts)
        seconds = time.process_time() - started
        calls.send(Turn(seconds, found(), _peak()))


def _peak() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _hold_to_one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
