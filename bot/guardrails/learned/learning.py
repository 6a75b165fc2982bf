"""Learns a reader from examples: the same examples give the same reader, and nothing else is needed than this file.

The examples are the written sets of `config/evals`, never anything a person sent.
"""

import random
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import log, sqrt
from operator import mul
from typing import Final

from bot.guardrails.learned.features import (
    EMPTY,
    MOST_NEIGHBOURS,
    WIDE,
    Seen,
    Size,
    neighbours,
    part_places,
    sentences,
    together,
    word_place,
)
from bot.guardrails.learned.reader import DAMPING, SCALES, SHARE, WEIGHTS, Reader, Table

_ROUNDS: Final = 20  # over all examples; after twelve the scores hardly move
_RARITY: Final = 1.25  # power of the rarity: the best of 0, 1, 1.25 and 1.5 on authors held out
_EVEN: Final = 0.5  # what a feature still counts that both sides use alike
_SETTLED: Final = 1e-12

Scales = Mapping[int, int]  # place -> how much it counts
Row = tuple[list[int], list[float], int]  # places, values, side: +1 or -1


@dataclass(frozen=True, slots=True)
class Example:
    """A text, and whether it is what the reader is to hear."""

    text: str
    heard: bool


def digest(examples: Iterable[Example]) -> str:
    """Name a set of examples, whatever their order."""
    lines = sorted(f"{int(one.heard)} {one.text}" for one in examples)
    return sha256("\n".join(lines).encode()).hexdigest()[:16]


def learn(examples: Sequence[Example], tick: Callable[[], None] = lambda: None, size: Size = WIDE) -> Reader:
    """Learn from *examples*; *tick* is called after each round."""
    read = [(sentences(one.text), one.heard) for one in examples]
    often = _often(text for text, _ in read)
    seen = [(together([_see(words, often, size) for words in text]), heard) for text, heard in read]
    scales = [
        _scales([(one.words, heard) for one, heard in seen]),
        _scales([(one.parts, heard) for one, heard in seen]),
    ]
    weights, bias = _weigh([_row(one, heard, scales, size) for one, heard in seen], size, tick)
    unit = max(map(abs, weights)) / WEIGHTS
    cut = 1 << size.words
    return Reader(
        words=_table(scales[0], weights[:cut], unit),
        parts=_table(scales[1], weights[cut:], unit),
        bias=bias,
        unit=unit,
        learned_from=digest(examples),
        size=size,
    )


def _often(read: Iterable[Sequence[Sequence[str]]]) -> frozenset[str]:
    """Give the longest runs of words that more than one example holds: one that stands once tells nothing."""
    runs = ({run for words in text for run in neighbours(words)} for text in read)
    counts = Counter(run for some in runs for run in some if run.count(" ") == MOST_NEIGHBOURS - 1)
    return frozenset(run for run, count in counts.items() if count > 1)


def _see(words: Sequence[str], often: frozenset[str], size: Size) -> Seen:
    runs = (run for run in neighbours(words) if run.count(" ") < MOST_NEIGHBOURS - 1 or run in often)
    return Seen(
        frozenset(word_place(run, size) for run in runs),
        frozenset().union(*(part_places(word, size) for word in words)),
    )


def _scales(seen: Sequence[tuple[frozenset[int], bool]]) -> Scales:
    """Weigh each place by its rarity and by how differently the two sides use it, in whole steps."""
    sides = {True: Counter[int](), False: Counter[int]()}
    for places, heard in seen:
        sides[heard].update(places)
    count = sum(side for _, side in seen)
    found: dict[int, float] = {}
    for place in (sides[True] | sides[False]).keys() - {EMPTY}:
        yes, no = sides[True][place], sides[False][place]
        lean = log((yes + 0.5) / (count + 1)) - log((no + 0.5) / (len(seen) - count + 1))
        rarity = log((1 + len(seen)) / (1 + yes + no)) + 1
        found[place] = (abs(lean) + _EVEN) * rarity**_RARITY
    most = max(found.values())
    return {place: max(1, round(much / most * SCALES)) for place, much in found.items()}


def _row(seen: Seen, heard: bool, scales: Sequence[Scales], size: Size) -> Row:
    places: list[int] = []
    values: list[float] = []
    for kind, start, share in ((0, 0, 1.0), (1, 1 << size.words, SHARE)):
        mine = sorted((seen.words, seen.parts)[kind] - {EMPTY})
        much = [scales[kind][place] for place in mine]
        length = sqrt(sum(one * one for one in much) + DAMPING)
        places += [start + place for place in mine]
        values += [one / length * share for one in much]
    return places, values, 1 if heard else -1


def _weigh(rows: Sequence[Row], size: Size, tick: Callable[[], None]) -> tuple[list[float], float]:
    """Fit a support vector machine by dual coordinate descent, both sides costing the same in all.

    Squared hinge loss, cost 1 (Hsieh and others 2008, "A dual coordinate descent method"; source: unverified).
    """
    count = Counter(side for *_, side in rows)
    slack = {side: 0.5 * 2 * n / len(rows) for side, n in count.items()}
    weights, bias = [0.0] * ((1 << size.words) + (1 << size.parts)), 0.0
    pull = [0.0] * len(rows)
    own = [sum(map(mul, values, values)) + 1.0 for _, values, _ in rows]
    order, chance = list(range(len(rows))), random.Random(0)  # noqa: S311  (reproducible, no secret)
    for _ in range(_ROUNDS):
        chance.shuffle(order)
        for n in order:
            places, values, side = rows[n]
            wrong = side * (sum(map(mul, map(weights.__getitem__, places), values)) + bias) - 1 + slack[side] * pull[n]
            now = max(0.0, pull[n] - wrong / (own[n] + slack[side]))
            move = (now - pull[n]) * side
            if abs(move) > _SETTLED:
                pull[n] = now
                bias += move
                for place, value in zip(places, values, strict=True):
                    weights[place] += move * value
        tick()
    return weights, bias


def _table(scales: Scales, weights: Sequence[float], unit: float) -> Table:
    length, lean = array("H", bytes(2 * len(weights))), array("h", bytes(2 * len(weights)))
    for place, much in scales.items():
        length[place] = much * much
        lean[place] = much * round(weights[place] / unit)
    return Table(length, lean)
