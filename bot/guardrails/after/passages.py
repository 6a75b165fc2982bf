"""The sentences of an answer with the numbers and the tests each holds, and which number may be about which test."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from bot.guardrails.after.labels import Named
from bot.guardrails.after.numbers import Number

_SENTENCE: Final = re.compile(r"[.!?…;]+(?=[\s»\")*]|$)|\n+")
PAIR: Final = re.compile(r" ?(?:-|to|a|et|and|/|au|jusqu'a|over|sur) ?")
_DOUBT: Final = re.compile(r"respective\w*")
SMALL: Final = Decimal(3)


@dataclass(slots=True, repr=False)
class Passage:
    """One sentence."""

    text: str
    start: int
    numbers: list[Number]
    named: list[Named]

    def attached(self, number: Number, carried: frozenset[str]) -> frozenset[str]:
        """Give the tests *number* may be about: named just before it, else just after, else last spoken of."""
        runs = self._runs()
        for place, (labels, numbers) in enumerate(runs):
            if number not in numbers:
                continue
            if labels:
                if len(labels) > 1 and len(labels) == len(numbers) and not self._ranged(numbers):
                    return frozenset({labels[numbers.index(number)].key})
                following = runs[place + 1][0] if place + 1 < len(runs) and not runs[0][0] else []
                return frozenset(name.key for name in [*labels, *following[:1]])
            if place + 1 < len(runs):
                return frozenset(name.key for name in runs[place + 1][0]) | carried
        return carried

    def _runs(self) -> list[tuple[list[Named], list[Number]]]:
        """Split into turns of names, then numbers."""
        runs: list[tuple[list[Named], list[Number]]] = [([], [])]
        values = [number for number in self.numbers if number.kind == "number" and not _is_article(number)]
        events: list[Named | Number] = [*self.named, *values]
        for event in sorted(events, key=lambda one: one.start):
            if isinstance(event, Number):
                runs[-1][1].append(event)
                continue
            if runs[-1][1]:
                runs.append(([], []))
            runs[-1][0].append(event)
        return runs

    def _ranged(self, numbers: Sequence[Number]) -> bool:
        return any(
            PAIR.fullmatch(self.text[first.end - self.start : second.start - self.start])
            for first, second in pairwise(numbers)
        ) and not _DOUBT.search(self.text)


def split(text: str, numbers: Sequence[Number], named: Sequence[Named]) -> Iterator[Passage]:
    """Give *text* sentence by sentence."""
    start, edges = 0, [*(end.span() for end in _SENTENCE.finditer(text)), (len(text), len(text))]
    waiting, naming = list(reversed(numbers)), list(reversed(named))
    for stop, following in edges:
        mine: list[Number] = []
        names: list[Named] = []
        while waiting and waiting[-1].start < stop:
            mine.append(waiting.pop())
        while naming and naming[-1].start < stop:
            names.append(naming.pop())
        names = [name for name in names if not any(one.start <= name.start < one.end for one in mine)]
        yield Passage(text[start:stop], start, mine, names)
        start = following


def _is_article(number: Number) -> bool:
    """Say whether a small count in words only opens a sentence: "two of them are …"."""
    return not number.unit and number.printed.isalpha() and max(number.readings, default=SMALL) <= SMALL
