"""What a YAML parser complains of, in words for the person who wrote the file.

A table from ruamel.yaml's messages to what one most likely did, and where to look. The parser often notices a mistake
lines after it was made: an unclosed quote only at the end of the file, a missing colon at the next one.
"""

import re
from collections.abc import Sequence

from ruamel.yaml.error import MarkedYAMLError, YAMLError

_NO_COLON = "a colon is missing on this line: write `name: value`, or `- item` in a list"
_NO_FIT = "this line does not fit the ones above: check its indentation, or a missing `- ` or colon"
_OPEN_BRACKET = "the bracket that opens here lacks a comma or is not closed"

# (in the parser's context, in its problem, whether to look where the construct began, what to say): the first match.
_MEANINGS: tuple[tuple[str, str, bool, str], ...] = (
    ("", "'\\t'", False, "a tab is used for indentation: use spaces"),
    ("", "cannot start any token", False, "a text cannot start with this character: put it in quotes"),
    ("quoted scalar", "escape", False, "in double quotes a backslash starts a code: use single quotes, or write \\\\"),
    ("quoted scalar", "", True, "the quote that opens here is never closed"),
    ("flow", "expected ','", True, _OPEN_BRACKET),
    ("flow", "", False, "something is missing in these brackets: check the commas and that each bracket is closed"),
    ("simple key", "", True, _NO_COLON),
    ("", "expected ':'", True, _NO_COLON),
    ("anchor", "", False, "a text cannot start with & here: put it in quotes"),
    ("alias", "", False, "a text cannot start with * here: put it in quotes"),
    ("block scalar", "", False, "after | or > the text starts on the next line, indented"),
    ("", "duplicate anchor", False, "this name of an anchor (&) is taken: use another"),
    ("block", "", False, _NO_FIT),
    ("", "expected", False, _NO_FIT),
)


def explain(error: YAMLError, text: str) -> tuple[tuple[int, int], str]:
    """The place to look at (line and column from 1; (0, 0) if it is not known) and what to do there."""
    lines = text.splitlines()
    conflict = next((n for n, line in enumerate(lines, 1) if line.startswith(("<<<<<<< ", ">>>>>>> "))), None)
    if conflict is not None:
        return (conflict, 1), "a merge conflict was left here: keep one side and remove the marker lines"
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return _strange_character(error, text)
    problem, context = error.problem or "", error.context or ""
    at = (error.problem_mark.line + 1, error.problem_mark.column + 1)
    start = at if error.context_mark is None else (error.context_mark.line + 1, error.context_mark.column + 1)
    if "mapping values are not allowed" in problem:
        return _stray_colon(at, lines)
    if closer := _closer(at, lines) or _closer(start, lines):
        return closer
    for in_context, in_problem, look_at_start, meaning in _MEANINGS:
        if in_context in context and in_problem in problem:
            return start if look_at_start else at, meaning
    return at, f"this is not YAML: {problem or context}"


def _closer(at: tuple[int, int], lines: Sequence[str]) -> tuple[tuple[int, int], str] | None:
    """What the text at a place says more plainly than the parser; None where it says nothing."""
    number, column = at
    line = lines[number - 1] if number <= len(lines) else ""
    before, here = line[: column - 1], line[column - 1 : column]
    above = lines[number - 2] if number > 1 else ""
    if "\u00a0" in line[: len(line) - len(line.lstrip())]:
        return (number, 1), "an invisible no-break space is used for indentation: use plain spaces"
    if here and here in "]}" and before.count("[") + before.count("{") == before.count("]") + before.count("}"):
        return at, f"this {here} closes nothing: remove it"
    if before.endswith("'") and before.count("'") > 1 and here.isalnum():
        return at, "a quote within quotes: write it twice (''), or put the whole text in double quotes"
    if re.match(r"\s*-[^\s-]", line) and re.match(r"\s*- ", above):
        return (number, len(line) - len(line.lstrip()) + 1), "a space is missing after the dash: write `- name`"
    if re.search(r"[|>][+-]?\s*$", above) and line == line.lstrip():
        return (number, 1), "after | or > the text starts on the next line, indented"
    return None


def _stray_colon(at: tuple[int, int], lines: Sequence[str]) -> tuple[tuple[int, int], str]:
    """Why a colon was not expected: two on a line, a line above without one, or one that is indented too far."""
    number, column = at
    before = lines[number - 1][: column - 1] if number <= len(lines) else ""
    if ": " in before:
        return at, "a second colon on this line: put the text in quotes"
    glued = re.match(r"(\s*(?:- )?[a-z_]+:)[^\s:/]", lines[number - 2]) if number > 1 else None
    if glued:
        return (number - 1, len(glued[1])), "a space is missing after this colon: write `name: value`"
    above = next((n for n in range(number - 2, -1, -1) if lines[n].strip() and lines[n].lstrip()[0] != "#"), None)
    if above is not None and ":" not in lines[above] and not lines[above].lstrip().startswith("- "):
        return (above + 1, 1), _NO_COLON
    if above is not None and lines[above].lstrip().startswith("- "):
        return at, "for a list item with settings of its own, end the line above with a colon"
    return at, "this line is indented further than the ones it belongs to"


def _strange_character(error: YAMLError, text: str) -> tuple[tuple[int, int], str]:
    """The place of a character that YAML does not allow at all: the reader tells its offset only."""
    position = getattr(error, "position", None)
    if not isinstance(position, int) or not 0 <= position < len(text):
        return (0, 0), "this cannot be read as YAML"
    before = text[:position]
    at = (before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)
    return at, f"the invisible character U+{ord(text[position]):04X} is not allowed: remove it"
