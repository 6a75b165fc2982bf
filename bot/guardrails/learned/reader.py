"""A learned reader: one number for a text, above zero where it sounds more like what it learned to hear than like anything else.

A linear support vector machine over words, neighbours and parts of words, each weighed by how rare it is and how differently the
two sides use it (Wang and Manning 2012, "Baselines and bigrams"; source: unverified). Nothing but additions: an answer can be
traced to the words that made it.
"""

import json
import zlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any, Final

from bot.guardrails.learned.features import PART_BITS, WORD_BITS, Seen
from bot.kernel.errors import SettingsError

SCALES: Final = 255  # steps of a stored scale; 0 is a place nothing was learned of
DAMPING: Final = 150_000  # squared steps: what little text there is must not decide alone; "hello" is no evidence
WEIGHTS: Final = 127  # steps of a stored weight, either way
SHARE: Final = 0.7  # what parts of words count beside words: the best of .5, .7 and 1 on authors held out


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of feature: how much each place counts, and for which side."""

    scale: bytes
    weight: "array[int]"

    def sum(self, places: Iterable[int]) -> float:
        """Give the weighted sum over *places*, as if the text's own length were one."""
        scale, weight = self.scale, self.weight
        length = total = 0
        for place in places:
            much = scale[place]
            if much:
                length += much * much
                total += much * weight[place]
        return total / sqrt(length + DAMPING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Scores texts; *unit* is what one step of a weight is worth."""

    words: Table
    parts: Table
    bias: float
    unit: float
    learned_from: str  # the digest of the examples

    def score(self, seen: Sequence[Seen]) -> float:
        """Give the highest score of the blocks of one text."""
        return max(self._score(one) for one in seen)

    def _score(self, seen: Seen) -> float:
        words, parts = self.words.sum(seen.words), self.parts.sum(seen.parts)
        return self.bias + self.unit * (words + SHARE * parts)


def load(path: Path) -> Reader:
    """Read what was learned. Raises `SettingsError` when it cannot be used."""
    try:
        head, _, body = zlib.decompress(path.read_bytes()).partition(b"\n")
        told: dict[str, Any] = json.loads(head)
        tables = _tables(body)
    except (OSError, ValueError, zlib.error):
        raise SettingsError(f"{path} cannot be read; `carnet evals --learn` makes it") from None
    return Reader(words=tables[0], parts=tables[1], **told)


def save(reader: Reader, path: Path) -> None:
    """Write *reader*, the same bytes for the same reader."""
    told = {"bias": reader.bias, "unit": reader.unit, "learned_from": reader.learned_from}
    body = b"".join(table.scale + table.weight.tobytes() for table in (reader.words, reader.parts))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zlib.compress(json.dumps(told).encode() + b"\n" + body, level=9))


def _tables(body: bytes) -> list[Table]:
    found, start = [], 0
    for bits in (WORD_BITS, PART_BITS):
        middle, end = start + (1 << bits), start + (2 << bits)
        weight = array("b")
        weight.frombytes(body[middle:end])
        found.append(Table(body[start:middle], weight))
        start = end
    if start != len(body):
        raise ValueError
    return found
