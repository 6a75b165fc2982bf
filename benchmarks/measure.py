"""Compares subjects round by round, so that a busy machine slows all of them and the ratio stays.

A figure is the median over the rounds with its lowest and highest; a ratio is taken within each round first.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much to measure."""

    rounds: int = 2
    messages: int = 100  # of one phase of one round; other benchmarks repeat in proportion
    seconds: float = 6.0  # of one phase at a given rate
    chats: int = 100_000  # that are there already, where growth is measured
    history: int = 200_000  # messages they have exchanged
    updates: int = 3_000  # of a burst
    minutes: float = 30.0  # of a soak
    rate: float = 20.0  # messages a second of a soak, for each engine
    engine: str = ""  # the only one; empty: all there are
    only: str = ""  # what the names of subjects must hold, the floor's excepted

    @property
    def warm_up(self) -> int:
        """Give the messages before the first measured one."""
        return min(60, self.messages)

    @property
    def long_rounds(self) -> int:
        """Give the rounds of what takes long: a third of them, at least one."""
        return max(1, self.rounds // 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """One figure and its noise."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Give the spread of *values*, of which there is at least one."""
        return cls(median=median(values), low=min(values), high=max(values))


@dataclass(slots=True)
class Comparison:
    """One quantity of several subjects; *floor* names the one the others are divided by."""

    what: str
    unit: str
    floor: str | None = None
    values: dict[str, list[float]] = field(default_factory=dict)

    def add(self, subject: str, value: float | None) -> None:
        """Take the value of one round; None where this machine cannot tell."""
        if value is not None:
            self.values.setdefault(subject, []).append(value)

    def spread(self, subject: str) -> Spread:
        """Give what *subject* took."""
        return Spread.of(self.values[subject])

    def ratio(self, subject: str) -> Spread | None:
        """Give how many times the floor *subject* took; None for the floor itself and where there is none."""
        if self.floor is None or subject == self.floor or self.floor not in self.values:
            return None
        pairs = zip(self.values[subject], self.values[self.floor], strict=True)
        return Spread.of([value / floor for value, floor in pairs])

    def as_json(self, benchmark: str) -> dict[str, Any]:
        """Give everything measured."""
        subjects = []
        for subject, values in self.values.items():
            ratio = self.ratio(subject)
            subjects.append(
                {"subject": subject, "values": values, **_numbers(self.spread(subject))}
                | {"ratio": _numbers(ratio) if ratio else None}
            )
        return {
            "benchmark": benchmark,
            "what": self.what,
            "unit": self.unit,
            "floor": self.floor,
            "subjects": subjects,
        }


def _numbers(spread: Spread) -> dict[str, float]:
    return {"median": spread.median, "min": spread.low, "max": spread.high}


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value that *share* of *values* do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def cpu_each(times: int, work: Callable[[], object]) -> float:
    """Give the CPU seconds of this process for one call of *work*."""
    started = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - started) / times
