"""A learned reader: one number for a text, above zero where it sounds more like what it learned to hear than like anything else.

A linear support vector machine over words, neighbours and parts of words, each weighed by how rare it is and how differently the
two sides use it (Wang and Manning 2012, "Baselines and bigrams"; source: unverified). Nothing but additions: an answer can be
traced to the words that made it.
"""

import json
import sys
import zlib
from array import array
from collections.abc import Collection
from dataclasses import asdict, dataclass
from math import sqrt
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from bot.guardrails.learned.features import EMPTY, WIDE, Seen, Size, word_place
from bot.kernel.errors import SettingsError

SCALES: Final = 255  # steps of a stored scale; 0 is a place nothing was learned of
DAMPING: Final = 150_000  # squared steps: what little text there is must not decide alone; "hello" is no evidence
WEIGHTS: Final = 127  # steps of a stored weight, either way
_TWO: Final = (EMPTY, EMPTY)  # so that `itemgetter` gives a tuple, however little there is
SHARE: Final = 0.7  # what parts of words count beside words: the best of .5, .7 and 1 on authors held out


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of feature. Of each place: how much it counts, squared (*length*), and for which side (*lean*)."""

    length: "array[int]"  # 0 where nothing was learned
    lean: "array[int]"

    def sums(self, places: Collection[int]) -> tuple[int, int]:
        """Give the sums of *lean* and *length* over *places*: those of two sentences may be added."""
        pick = itemgetter(*places, *_TWO)
        return sum(pick(self.lean)), sum(pick(self.length))


Sums = tuple[int, int, int, int]  # of the words, then of the parts of words


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Scores texts; *unit* is what one step of a weight is worth."""

    words: Table
    parts: Table
    bias: float
    unit: float
    learned_from: str  # the digest of the examples
    size: Size = WIDE

    def sums(self, seen: Seen) -> Sums:
        """Give what `score` needs of a sentence, or of a text."""
        return (*self.words.sums(seen.words), *self.parts.sums(seen.parts))

    def score(self, sums: Sums) -> float:
        """Score a text, or a part of one, as if every text had the same length."""
        words, length, parts, parts_length = sums
        return self.bias + self.unit * (words / sqrt(length + DAMPING) + SHARE * parts / sqrt(parts_length + DAMPING))

    def weight(self, run: str, sums: Sums) -> float:
        """Give what a word, or words in a row, adds to the score of the text whose *sums* are given."""
        return self.unit * self.words.lean[word_place(run, self.size)] / sqrt(sums[1] + DAMPING)


def load(path: Path) -> Reader:
    """Read what was learned. Raises `SettingsError` when it cannot be used."""
    try:
        head, _, body = zlib.decompress(path.read_bytes()).partition(b"\n")
        told: dict[str, Any] = json.loads(head)
        size = Size(**told.pop("size", asdict(WIDE)))
        tables = _tables(body, size)
    except (OSError, ValueError, TypeError, zlib.error):
        raise SettingsError(f"{path} cannot be read; `carnet evals --learn` makes it") from None
    return Reader(words=tables[0], parts=tables[1], size=size, **told)


def save(reader: Reader, path: Path) -> None:
    """Write *reader*, the same bytes for the same reader."""
    told: dict[str, object] = {"bias": reader.bias, "unit": reader.unit, "learned_from": reader.learned_from}
    if reader.size != WIDE:
        told["size"] = asdict(reader.size)
    arrays = [one for table in (reader.words, reader.parts) for one in (table.length, table.lean)]
    body = b"".join(_ordered(one).tobytes() for one in arrays)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zlib.compress(json.dumps(told).encode() + b"\n" + body, level=9))


def _tables(body: bytes, size: Size) -> list[Table]:
    found, start = [], 0
    for bits in (size.words, size.parts):
        middle, end = start + (2 << bits), start + (4 << bits)
        length, lean = array("H", body[start:middle]), array("h", body[middle:end])
        found.append(Table(_ordered(length), _ordered(lean)))
        start = end
    if start != len(body):
        raise ValueError
    return found


def _ordered(numbers: "array[int]") -> "array[int]":
    """Turn the machine's order of bytes into the file's, or back."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers
