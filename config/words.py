"""How common English words are, and which of them are people's names and places: facts to judge company names by.

Read from `words.xz` when first asked, since only the making of aliases and a close look at a misspelt name need it.
Sources: the frequency dictionary of symspellpy 6.10 (MIT; Google's n-gram counts over the SCOWL word lists), less
names of firms, with American spellings and some hundred newer words by hand; given names and the 6,000 commonest
surnames of the US census of 1990 (public domain); cities over 60,000, countries and states of GeoNames (CC BY 4.0).
"""

import lzma
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

GIVEN, SURNAME, PLACE = "g", "s", "p"

_FILE = "words.xz"
_UNKNOWN = "-"
_RAREST = 1.0  # Zipf value of the bucket "a"
_STEP = 0.2  # Zipf units from one bucket to the next
_LONGEST_PREFIX = 25  # letters that a word may share with the one before it: the count is one capital letter


class Words:
    """A word list with a bucket of frequency and flags for each; words in lower case, without accents."""

    def __init__(self, marks: Mapping[str, str]) -> None:
        """`marks` has, for each word, the letter of its bucket and then its flags."""
        self._marks = marks

    def __contains__(self, word: str) -> bool:
        """Whether it is listed at all, be it as a word or as a name."""
        return word in self._marks

    def zipf(self, word: str) -> float:
        """Its frequency, as log10 of occurrences in a billion words (`pool` 5.0, `cadence` 3.2); 0 if unknown."""
        bucket = self._marks.get(word, _UNKNOWN)[0]
        return 0.0 if bucket == _UNKNOWN else round(_RAREST + _STEP * (ord(bucket) - ord("a")), 1)

    def is_given_name(self, word: str) -> bool:
        """Whether people bear it as a first name."""
        return GIVEN in self._marks.get(word, "")[1:]

    def is_surname(self, word: str) -> bool:
        """Whether it is one of the commoner surnames."""
        return SURNAME in self._marks.get(word, "")[1:]

    def is_place(self, word: str) -> bool:
        """Whether it is a city, a country or a state; it may be of several words."""
        return PLACE in self._marks.get(word, "")[1:]

    def is_namesake(self, word: str) -> bool:
        """Whether a person or a place may be called so."""
        return bool(self._marks.get(word, "")[1:])


@cache
def words() -> Words:
    """The shipped list; 77,000 words in some 60 milliseconds and 10 MB, once in a process."""
    return Words(unpack(files("config").joinpath(_FILE).read_bytes()))


def pack(marks: Mapping[str, str]) -> bytes:
    """The list as a file: in alphabetical order, each word without what it shares with the one before it."""
    return lzma.compress("\n".join(_shortened(marks)).encode("ascii"), preset=9 | lzma.PRESET_EXTREME)


def _shortened(marks: Mapping[str, str]) -> Iterable[str]:
    before = ""
    for word in sorted(marks):
        pairs = zip(before[:_LONGEST_PREFIX], word, strict=False)
        shared = next(
            (place for place, (one, other) in enumerate(pairs) if one != other), min(len(before), _LONGEST_PREFIX)
        )
        yield f"{chr(ord('A') + shared)}{word[shared:]}\t{marks[word]}"
        before = word


def unpack(packed: bytes) -> dict[str, str]:
    """The inverse of `pack`."""
    marks = {}
    before = ""
    for line in lzma.decompress(packed).decode("ascii").splitlines():
        ending, _, mark = line.partition("\t")
        before = before[: ord(ending[0]) - ord("A")] + ending[1:]
        marks[before] = mark
    return marks
