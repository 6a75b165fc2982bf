"""What one export gives: facts, figures by day, and an account of what was left, within what an answer may hold.

Every importer of an app's export reports through it, so a future day, an impossible number or a text too long is
treated alike whoever wrote the file. A night's sleep belongs to the day on which the person woke.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from bot.health.documents.errors import EmptyExportError
from bot.health.facts.model import Day, Fact, Kind, NotRead, Reason, Report, Rollup
from bot.health.importers.importer import Tools
from bot.health.importers.limits import LIMITS
from bot.health.importers.metrics import METRICS
from bot.health.importers.stamps import Stamp

_MOST_FACTS: Final = 20_000
_MOST_LINES: Final = 10_000
_MOST_MONTHS: Final = 20_000  # of one metric and source each
_MOST_COUNTS: Final = 400
_LONGEST_WORKOUT: Final = 10 * 24 * 60  # minutes
_MOST_KNOWN: Final = 100_000
_FIRST_DAY: Final = date(1900, 1, 1)
_SHORT, _LONG = 400, 4000


def clean(text: str, most: int = _SHORT) -> str:
    """Give a stranger's text on one line, without what steers a screen, cut to *most* characters."""
    line = " ".join(text[: 4 * most].split())
    return "".join(letter for letter in line if letter.isprintable())[:most].strip()


@dataclass(slots=True)
class _Sum:
    count: int = 0
    total: float = 0.0
    low: float = 0.0
    high: float = 0.0
    last: float = 0.0
    seconds: int = -1  # of the last one

    def add(self, value: float, seconds: int) -> None:
        if not self.count:
            self.low = self.high = value
        elif value < self.low:
            self.low = value
        elif value > self.high:
            self.high = value
        self.count += 1
        self.total += value
        if seconds >= self.seconds:
            self.last, self.seconds = value, seconds


class Findings:
    """Gathers one file's report."""

    def __init__(self, tools: Tools, kind: Kind, source: str) -> None:
        self.counts: Counter[str] = Counter()
        self.left: Counter[str] = Counter()
        self.progress = tools.progress
        self._kind: Kind = kind
        self._source = source
        self._language = tools.language
        self._tomorrow = (tools.now + timedelta(days=1)).date()
        self._facts: list[Fact] = []
        self._not_read: list[NotRead] = []
        self._known: set[int] = set()
        self._months: dict[tuple[str, str, int], dict[date, _Sum]] = {}

    def first(self, *identity: object) -> bool:
        """Say whether a record of this identity comes for the first time; count it if it does not."""
        known = hash(identity)  # not the words themselves, so that long ones take no room
        if known in self._known:
            self.left["duplicate"] += 1
        elif len(self._known) >= _MOST_KNOWN:
            self.left["too_many"] += 1
        else:
            self._known.add(known)
            return True
        return False

    def dated(self, when: Stamp) -> bool:
        """Say whether *when* has been; count it if it cannot be."""
        if when.day > self._tomorrow:
            self.left["future"] += 1
        elif when.day < _FIRST_DAY:
            self.left["impossible"] += 1
        else:
            return True
        return False

    def add(self, metric: str, when: Stamp, value: float, source: str = "") -> None:
        """Add one record, in the metric's unit, to its day."""
        day = when.day
        if not _FIRST_DAY <= day <= self._tomorrow:
            self.dated(when)
            return
        low, high = LIMITS[metric]
        if not low <= value <= high:  # nor is what is no number
            self.left["impossible"] += 1
            return
        key = metric, source or self._source, day.year * 12 + day.month
        if (days := self._months.get(key)) is None:
            if len(self._months) >= _MOST_MONTHS:
                self.left["too_many"] += 1
                return
            days = self._months[key] = {}
        if (figure := days.get(day)) is None:
            figure = days[day] = _Sum()
        figure.add(value, when.seconds)

    def activity(
        self, label: str, when: Stamp, *, value: str, unit: str, ucum: str | None, number: Decimal | None,
        line: int, note: str = "",
    ) -> None:  # fmt: skip
        """Propose one workout."""
        label, value = clean(label), clean(value)
        if not self.dated(when):
            return
        if not label or not value or number is None:
            self.refuse(line, "no_value" if label else "no_label", f"{label} {value} {note}")
        elif not 0 <= number <= _LONGEST_WORKOUT:
            self.refuse(line, "impossible", f"{label} {value} {note}")
        elif len(self._facts) >= _MOST_FACTS:
            self.left["too_many"] += 1
        else:
            self._facts.append(Fact(
                id=str(len(self._facts) + 1), label=label, analyte=None, code=None, comparator="", value=value,
                number=number, unit=clean(unit), ucum=ucum, ref_text=None, ref_low=None, ref_high=None, low=None,
                high=None, flag="", date=when.day, page=1, line=line, category="activity", at=when.at,
                note=clean(note, _LONG),
            ))  # fmt: skip

    def refuse(self, line: int, reason: Reason, text: str) -> None:
        """List what was not understood; beyond what a person would look through, count it."""
        if len(self._not_read) < _MOST_LINES:
            self._not_read.append(NotRead(page=1, line=line, reason=reason, text=clean(text)))
        else:
            self.left[reason] += 1

    def report(self) -> Report:
        """Give the report. Raises `EmptyExportError` when the file held nothing at all."""
        rollups = tuple(self._rollups())
        if not (rollups or self._facts or self._not_read or self.counts.total() or self.left.total()):
            raise EmptyExportError("0 records")
        return Report(
            kind=self._kind, language=self._language, laboratory=None, collected=None, reported=None, pages=1,
            facts=tuple(self._facts), not_read=tuple(self._not_read), rollups=rollups,
            counts=_told(self.counts), left=_told(self.left),
        )  # fmt: skip

    def _rollups(self) -> Iterator[Rollup]:
        for (metric, source, _), sums in sorted(self._months.items()):
            days = tuple(
                Day(day=day, count=s.count, total=s.total, low=s.low, high=s.high, last=s.last)
                for day, s in sorted(sums.items())
                if self._is_day(metric, s)
            )
            if days:
                yield Rollup(metric=metric, source=clean(source) or self._source, unit=METRICS[metric].unit, days=days)

    def _is_day(self, metric: str, figure: _Sum) -> bool:
        """Say whether records that add up fit in one day; count them if not."""
        if METRICS[metric].daily != "sum" or figure.total <= LIMITS[metric][1]:
            return True
        self.left["impossible"] += figure.count
        return False


def _told(counter: Counter[str]) -> tuple[tuple[str, int], ...]:
    told: Counter[str] = Counter()
    for name, count in counter.items():
        told[clean(name)] += count
    return tuple((name, count) for name, count in told.most_common(_MOST_COUNTS) if count)
