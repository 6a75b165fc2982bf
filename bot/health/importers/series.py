"""Figures a day of one metric and source: a record is two numbers in its month's arrays until the month is told.

Twelve bytes a record, written one behind the other whatever order the days come in: an object a day, or even flat
figures a day, took longer for being scattered. Sorting a month finds the day's last value, and what was exported twice.
"""

from array import array
from bisect import bisect_left
from collections import Counter
from datetime import date
from typing import Final

from bot.health.facts.model import Day
from bot.health.importers.metrics import METRICS
from bot.health.importers.possible import possible

_CLOCK: Final = 1 << 18  # above any time of day, "23:10:00" being 231000
ENDS: Final = 9  # bits that tell one end from another, of two records alike in start and value
END: Final = (1 << ENDS) - 1
DAYS: Final = {f"-{day:02}".encode(): day * _CLOCK for day in range(1, 32)}

Month = tuple["array[int]", "array[float]"]  # of each record a mark, which orders and tells apart, and its value
_NONE: Final[Month] = (array("I"), array("d"))
Told = tuple[Day, int]  # a day, and the mark of its last value


class Series:
    """One type of one source in one unit: what a number of it may be, and where it goes that is not."""

    __slots__ = ("_factors", "high", "left", "low", "metric", "months", "once", "source")

    def __init__(self, metric: str, source: str, factor: float = 1.0, addend: float = 0.0) -> None:
        low, high = possible(metric)
        self.metric, self.source, self._factors = metric, source, (factor, addend)
        self.low, self.high = (low - addend) / factor, (high - addend) / factor
        # Two equal foods of one meal are two foods; of what is unknown nothing is kept.
        self.once = metric in METRICS and METRICS[metric].category != "nutrition"
        self.left = "impossible"
        self.months: dict[bytes, Month] = {}  # by what a date begins with: b"2024-03"

    @classmethod
    def of_words(cls, kind: str, source: str, left: str) -> "Series":
        """Give one for a type that is no number, or that we do not know: its bounds let none through."""
        series = cls(kind, source)
        series.left, series.low, series.high = left, 1.0, 0.0
        return series

    def tell(self, month: bytes) -> tuple[list[Told], Counter[str]]:
        """Give the days of *month*, converted, and what was left out of it; its records are let go."""
        marks, values = self.months.pop(month, _NONE)
        records = sorted(set(zip(marks, values, strict=True)) if self.once else zip(marks, values, strict=True))
        told: list[Told] = []
        left = Counter({"duplicate": len(marks) - len(records)})
        begin = 0
        for day, start in enumerate(DAYS.values(), start=1):
            end = bisect_left(records, ((start + _CLOCK) << ENDS,), begin)
            if end > begin:
                try:
                    when = date(int(month[:4]), int(month[5:]), day)
                except ValueError:  # the thirtieth of February
                    left["impossible"] += end - begin
                else:
                    told.append((self._day(when, [value for _, value in records[begin:end]]), records[end - 1][0]))
            begin = end
        return told, left

    def _day(self, day: date, values: list[float]) -> Day:
        factor, addend = self._factors
        total = round(sum(values) * factor + addend * len(values), 6)
        if len(values) == 1:  # one number, not four alike: most days of most metrics
            return Day(day=day, count=1, total=total, low=total, high=total, last=total)
        low, high, last = (round(of * factor + addend, 6) for of in (min(values), max(values), values[-1]))
        return Day(day=day, count=len(values), total=total, low=low, high=high, last=last)


def both(one: Told, other: Told) -> Told:
    """Unite a day that the file tells in two units."""
    (a, _), (b, mark) = sorted((one, other), key=lambda told: told[1])
    day = Day(
        day=a.day, count=a.count + b.count, total=round(a.total + b.total, 6), low=min(a.low, b.low),
        high=max(a.high, b.high), last=b.last,
    )  # fmt: skip
    return day, mark
