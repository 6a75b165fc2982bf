"""Records to one figure a day, a metric and a source: a million are added up without one object a record.

A day is the one the record's own local time says. Values are added in the file's unit and converted once a day; sources
are never added to one another. A date is looked at when its month is first met, and once more when its day is told.
"""

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from math import nan
from typing import Final
from zlib import crc32

from bot.health.facts.model import Day, Device, Rollup
from bot.health.importers.apple_text import LONGEST, Head, Row, attributes_of, hardware, moment
from bot.health.importers.apple_types import MINDFUL, QUANTITIES, SLEEP, STAGES, STAND_HOUR, STOOD, conversion
from bot.health.importers.metrics import METRICS
from bot.health.importers.series import DAYS, END, ENDS, Series, Told, both

_MOST_SERIES: Final = 5_000
_MOST_MONTHS: Final = 100_000  # of all series: 30 watches and phones for ten years
_MOST_DEVICES: Final = 50  # of one metric and source
_MOST_HEADS: Final = 20_000  # a head holds its device, which an export names anew now and then
_FIRST_YEAR: Final = 1900
_NEVER: Final = b"~"  # after every date
_EVENING: Final = timedelta(hours=6)  # sleep that ends after six in the evening belongs to the coming morning
_DATE: Final = len("2024-03-31")
_CLOCK: Final = re.compile(rb" ([01]?\d|2[0-3]):([0-5]\d):([0-5]\d)")
_MONTH: Final = re.compile(rb"\d{4}-(?:0[1-9]|1[0-2])")


class _Known:
    """What a head stands for, and the first time it was met."""

    __slots__ = ("device", "series", "since")

    def __init__(self, series: Series, device: str | None) -> None:
        self.series, self.device, self.since = series, device, _NEVER


class Days:
    """All days of an export."""

    def __init__(self, now: datetime) -> None:
        self._until = (now + timedelta(days=1)).date()
        self._last_month = f"{self._until:%Y-%m}".encode()
        self._known: dict[Head, _Known] = {}
        self._series: dict[tuple[str, str, str], Series] = {}
        self._named: dict[tuple[str, str], Series] = {}
        self._devices: dict[tuple[str, str], dict[str, bytes]] = {}  # of a metric and source, when each began
        self._stretches: set[int] = set()
        self._months = _MOST_MONTHS
        self.left: Counter[str] = Counter()

    def take(self, rows: Iterable[Row]) -> None:
        """Take records with a date and a time: a loop of a million, with nothing in it that can be outside."""
        known, days, ends, last = self._known, DAYS, ENDS, END
        for row in rows:
            head, start, end, value = row
            try:
                met = known[head]
                marks, values = met.series.months[start[:7]]
                mark = (days[start[7:10]] + int(start[11:19].replace(b":", b""))) << ends | crc32(end) & last
                number = float(value)
            except (KeyError, ValueError):
                self.take_one(row)
                continue
            if met.series.low <= number <= met.series.high:  # between which "nan" is not
                marks.append(mark)
                values.append(number)
                if start < met.since:  # noqa: PLR1730 - `min` takes twice as long
                    met.since = start
            else:
                self._word(met.series, start, end, value)

    def add(self, metric: str, source: str, start: bytes, number: float) -> None:
        """Take one value in the metric's own unit."""
        series = self._named.get((metric, source))
        if series is None:
            series = self._named[metric, source] = Series(metric, source)
        if series.low <= number <= series.high:
            self._put(series, start, b"", number)
        else:
            self.left["impossible"] += 1

    def take_one(self, row: Row) -> None:
        """Take a record that is the first of its month, or is not written as most are."""
        head, start, end, value = row
        met = self._known.get(head) or self._meet(head)
        try:
            number = float(value) if b"_" not in value else nan  # which Python alone takes for a number
        except ValueError:
            number = nan
        if not met.series.low <= number <= met.series.high:
            self._word(met.series, start, end, value)
        elif self._put(met.series, start, end, number):
            met.since = min(start, met.since)

    def _put(self, series: Series, start: bytes, end: bytes, number: float) -> bool:
        """Keep a value, unless its time never was or is still to come."""
        month, clock = start[:7], _CLOCK.match(start, _DATE)
        known = _MONTH.fullmatch(month) and start[7:_DATE] in DAYS and (clock or len(start) == _DATE)
        if not known or int(month[:4]) < _FIRST_YEAR:
            self.left["impossible"] += 1
        elif month > self._last_month:
            self.left["future"] += 1
        elif month not in series.months and not self._months:
            self.left["too_many"] += 1
        else:
            if month not in series.months:
                self._months -= 1
                series.months[month] = array("I"), array("d")
            marks, values = series.months[month]
            time = int(b"".join(clock.groups())) if clock else 0
            marks.append((DAYS[start[7:10]] + time) << ENDS | crc32(end) & END)
            values.append(number)
            return True
        return False

    def _meet(self, head: Head) -> _Known:
        kind, source, device, unit = head if isinstance(head, tuple) else attributes_of(head)
        if max(map(len, (kind, source, unit))) > LONGEST or len(self._series) >= _MOST_SERIES:
            return _Known(Series.of_words("", "", "too_many"), None)  # counted, and not kept
        series = self._series.get((kind, source, unit))
        if series is None:
            series = self._series[kind, source, unit] = _series(kind, source, unit)
        if len(self._known) >= _MOST_HEADS:
            self._settle()
        met = self._known[head] = _Known(series, hardware(device))
        return met

    def _settle(self) -> None:
        """Note when each device began, and forget the heads."""
        for met in self._known.values():
            if met.device and met.since < _NEVER:
                began = self._devices.setdefault((met.series.metric, met.series.source), {})
                if met.device in began or len(began) < _MOST_DEVICES:
                    began[met.device] = min(began.get(met.device, _NEVER), met.since[:10])
        self._known.clear()

    def _word(self, series: Series, start: bytes, end: bytes, value: bytes) -> None:
        """Take a record whose value is no number its type can have: three types mean a stretch of time."""
        word = value.decode(errors="replace")
        stages: tuple[str, ...] = ()
        if series.metric == SLEEP:
            stages = STAGES.get(word, ())
        elif series.metric == MINDFUL:
            stages = ("minutes_mindful",)
        elif series.metric == STAND_HOUR and word == STOOD:
            stages = ("hours_standing",)
        if not stages:
            self.left[series.left] += 1
            return
        begun, ended = moment(start), moment(end)
        if begun is None or ended is None or ended < begun:
            self.left["impossible"] += 1
        elif (stretch := hash((series, start, end, value))) in self._stretches:
            self.left["duplicate"] += 1
        else:
            self._stretches.add(stretch)
            when = ended + _EVENING if series.metric == SLEEP else begun
            length = 1.0 if series.metric == STAND_HOUR else (ended - begun).total_seconds() / 60
            for metric in stages:
                self.add(metric, series.source, f"{when:%Y-%m-%d %H:%M:%S}".encode(), length)

    def finish(self) -> tuple[tuple[Rollup, ...], tuple[Device, ...]]:
        """Give the roll-ups in order, and the devices where a source had more than one."""
        self._settle()
        return tuple(self._rollups()), tuple(self._changes())

    def _rollups(self) -> Iterator[Rollup]:
        by_name: dict[tuple[str, str], list[Series]] = {}
        for series in (*self._series.values(), *self._named.values()):
            if series.months:
                by_name.setdefault((series.metric, series.source), []).append(series)
        for metric, source in sorted(by_name):
            parts = by_name.pop((metric, source))  # one, but for a source that writes in two units
            for month in sorted({month for series in parts for month in series.months}):
                if days := self._days(month, parts):
                    yield Rollup(metric=metric, source=source, unit=METRICS[metric].unit, days=days)

    def _days(self, month: bytes, parts: Sequence[Series]) -> tuple[Day, ...]:
        told: dict[date, Told] = {}
        for series in parts:
            kept, left = series.tell(month)
            self.left += left
            for day, mark in kept:
                if day.day > self._until:
                    self.left["future"] += day.count
                else:
                    told[day.day] = both(told[day.day], (day, mark)) if day.day in told else (day, mark)
        return tuple(told[day][0] for day in sorted(told))

    def _changes(self) -> Iterator[Device]:
        for (metric, source), devices in sorted(self._devices.items()):
            began = sorted((day, name) for name, written in devices.items() if (day := _date(written)) <= self._until)
            for day, name in began if len(began) > 1 else ():
                yield Device(metric=metric, source=source, device=name, since=day)


def _date(written: bytes) -> date:
    """Give a day whose month was looked at; one that no calendar has is never."""
    try:
        return date.fromisoformat(written.decode())
    except ValueError:
        return date.max


def _series(kind: str, source: str, unit: str) -> Series:
    metric = QUANTITIES.get(kind)
    if metric is None:
        return Series.of_words(kind, source, kind or "not_a_result")
    to = conversion(unit, METRICS[metric].unit)
    return Series(metric, source, *to) if to else Series.of_words(kind, source, f"{kind} [{unit}]")
