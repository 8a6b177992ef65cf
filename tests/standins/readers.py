"""Readers that a worker can build in place of the pipeline: quick, and able to hang or die on request."""

import os
import time
from collections.abc import Mapping

from config.types import Company, EventLexicon
from nlp.types import Analysis, Mention, Text

_kept: list[bytes] = []
"""What a worker never lets go of."""


class Odd:
    """Finds the companies it was given, by id; `hang`, `die`, `grow` and `fail` in a title do just that."""

    def __init__(self, companies: Mapping[str, Company], lexicon: EventLexicon) -> None:
        """Keep the ids."""
        self.reload(companies, lexicon)

    def reload(self, companies: Mapping[str, Company], lexicon: EventLexicon) -> None:
        """Keep other ids."""
        self._ids = tuple(companies)
        self._rules = len(lexicon.rules)

    def analyze(self, text: Text) -> Analysis:
        """One mention for each id named, with this process as its text and the number of rules as its start."""
        if "hang" in text.title:
            time.sleep(600)
        if "die" in text.title:
            os._exit(7)
        if "grow" in text.title:
            _kept.append(b"x" * 400_000_000)
        if "fail" in text.title:
            raise ValueError("as asked")
        pid = str(os.getpid())
        return Analysis(tuple(Mention(i, pid, self._rules, 0, "name", 1.0) for i in self._ids if i in text.whole))


class Unbuildable:
    """A reader that can't be set up, as where the model is missing."""

    def __init__(self, companies: Mapping[str, Company], lexicon: EventLexicon) -> None:
        """Fail as spaCy does."""
        raise OSError("no English model is installed")

    def analyze(self, text: Text) -> Analysis:
        """Never reached."""
        raise NotImplementedError

    def reload(self, companies: Mapping[str, Company], lexicon: EventLexicon) -> None:
        """Never reached."""
