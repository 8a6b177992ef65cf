"""The pipeline with the shipped companies and rules, made once for all tests of a process."""

from functools import cache

from config.load import load
from config.types import Config
from nlp.pipeline import Pipeline
from nlp.types import Analysis, Text


@cache
def shipped() -> Config:
    """The configuration as it is shipped, with nothing of a user's."""
    loaded = load(None)
    assert loaded.config is not None, loaded.problems
    return loaded.config


@cache
def pipeline() -> Pipeline:
    """A pipeline over `shipped`."""
    return Pipeline(shipped().companies, shipped().lexicon)


def read(title: str, summary: str = "", symbols: tuple[str, ...] = ()) -> Analysis:
    """The analysis of an item's words."""
    return pipeline().analyze(Text(title, summary, symbols))
