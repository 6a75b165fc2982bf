"""Records to one figure a day, a metric and a source: a million are added up without one object a record.

A day is the one the record's own local time says. Values are added in the file's unit and converted once a day; sources
are never added to one another. Nothing is believed before the end, when each day's date is looked at.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from math import nan
from typing import Any, Final

from bot.health.facts.model import Day, Device, Rollup
from bot.health.importers.apple_types import MINDFUL, QUANTITIES, SLEEP, STAGES, STAND_HOUR, STOOD, conversion
from bot.health.importers.metrics import METRICS
from bot.health.importers.possible import possible
from bot.health.importers.seen import Seen

_MOST_DAYS: Final = 300_000  # of all metrics and sources together: more than an answer can hold
_MOST_SERIES: Final = 5_000
_MOST_DEVICES: Final = 50  # of one metric and source
_LONGEST: Final = 400  # bytes of a name that is kept
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2200
_EVENING: Final = timedelta(hours=6)  # sleep that ends after six in the evening belongs to the coming morning
_DAY: Final = re.compile(rb"\d{4}-\d\d-\d\d")
_HARDWARE: Final = re.compile(rb"\b(?:hardware|model|name):(.+?)(?=, [A-Za-z ]+:|&gt;$)")
_ENTITIES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))

_Cell = list[Any]  # count, total, low, high, last, and when that was: twice as fast as an object with these names


class _Series:
    """One type of one source in one unit: what a number of it may be, and where it goes that is not."""

    __slots__ = ("addend", "days", "factor", "high", "left", "low", "metric", "once", "source")

    def __init__(self, metric: str, source: str, factor: float = 1.0, addend: float = 0.0) -> None:
        low, high = possible(metric)
        self.metric, self.source, self.factor, self.addend = metric, source, factor, addend
        self.low, self.high = (low - addend) / factor, (high - addend) / factor
        # Two equal foods of one meal are two foods; of what is unknown nothing is kept.
        self.once = metric in METRICS and METRICS[metric].category != "nutrition"
        self.left = "impossible"
        self.days: dict[bytes, _Cell] = {}

    @classmethod
    def of_words(cls, kind: str, source: str, left: str) -> "_Series":
        """Give one for a type that is no number, or that we do not know: its bounds let none through."""
        series = cls(kind, source)
        series.left, series.low, series.high = left, 1.0, 0.0
        return series


class Days:
    """All days of an export."""

    def __init__(self, now: datetime) -> None:
        self._until = (now + timedelta(days=1)).date()
        self._known: dict[tuple[bytes, bytes, bytes | None], _Series] = {}
        self._named: dict[tuple[str, str], _Series] = {}
        self._devices: dict[tuple[str, str], dict[bytes, bytes]] = {}  # of a metric and source, its first day
        self._seen = Seen()
        self._room = _MOST_DAYS
        self.left: Counter[str] = Counter()

    def take(  # noqa: PLR0917 - by place: a million calls
        self, kind: bytes, source: bytes, device: bytes | None, unit: bytes | None,
        start: bytes, end: bytes, value: bytes,
    ) -> None:  # fmt: skip
        """Take one record, its attributes as they stand in the file. Nothing here that can be outside."""
        try:
            series = self._known[kind, source, unit]
        except KeyError:
            series = self._meet(kind, source, unit)
        try:
            number = float(value)
        except ValueError:
            number = nan
        if not series.low <= number <= series.high:  # which "nan" is not either
            self._word(series, start, end, value)
            return
        if series.once and self._seen.before(hash((kind, source, start, end, number))):
            self.left["duplicate"] += 1
            return
        cell = series.days.get(start[:10])
        if cell is None:
            self._open(series, device, number, start)
            return
        cell[0] += 1
        cell[1] += number
        if number < cell[2]:
            cell[2] = number
        elif number > cell[3]:
            cell[3] = number
        if start >= cell[5]:
            cell[4], cell[5] = number, start

    def add(self, metric: str, source: str, start: bytes, number: float) -> None:
        """Take one value in the metric's own unit."""
        series = self._named.get((metric, source))
        if series is None:
            series = self._named[metric, source] = _Series(metric, source)
        if not series.low <= number <= series.high:
            self.left["impossible"] += 1
        elif cell := series.days.get(start[:10]):
            count, total, low, high, last, when = cell
            newest = (number, start) if start >= when else (last, when)
            cell[:] = [count + 1, total + number, min(low, number), max(high, number), *newest]
        else:
            self._open(series, None, number, start)

    def _open(self, series: _Series, device: bytes | None, number: float, start: bytes) -> None:
        if not self._room or len(start) > _LONGEST:
            self.left["too_many"] += 1
            return
        self._room -= 1
        day = start[:10]
        series.days[day] = [1, number, number, number, number, start]
        # Asked once a day: a new watch is noticed in its first night, and a million records cost nothing.
        hardware = _HARDWARE.search(device) if device else None
        first = self._devices.setdefault((series.metric, series.source), {}) if hardware else {}
        if hardware and len(hardware[1]) <= _LONGEST and len(first) < _MOST_DEVICES:
            first[hardware[1]] = min(first.get(hardware[1], day), day)

    def _meet(self, kind: bytes, source: bytes, unit: bytes | None) -> _Series:
        name, of, measure = plain(kind), plain(source), plain(unit or b"")
        if max(map(len, (kind, source, unit or b""))) > _LONGEST or len(self._known) >= _MOST_SERIES:
            return _Series.of_words("", "", "too_many")  # counted, and not kept
        metric = QUANTITIES.get(name)
        if metric is None:
            series = _Series.of_words(name, of, name or "not_a_result")
        elif to := conversion(measure, METRICS[metric].unit):
            series = _Series(metric, of, *to)
        else:
            series = _Series.of_words(name, of, f"{name} [{measure}]")
        self._known[kind, source, unit] = series
        return series

    def _word(self, series: _Series, start: bytes, end: bytes, value: bytes) -> None:
        """Take a record whose value is no number its type can have: three types mean a stretch of time."""
        word = plain(value)
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
        begun, ended = moment(plain(start)), moment(plain(end))
        if begun is None or ended is None or ended < begun:
            self.left["impossible"] += 1
        elif self._seen.before(hash((series.metric, series.source, start, end, value))):
            self.left["duplicate"] += 1
        else:
            day = (ended + _EVENING).date() if series.metric == SLEEP else begun.date()
            length = 1.0 if series.metric == STAND_HOUR else (ended - begun).total_seconds() / 60
            for metric in stages:
                self.add(metric, series.source, f"{day} {ended:%H:%M}".encode(), length)

    def finish(self) -> tuple[tuple[Rollup, ...], tuple[Device, ...]]:
        """Give the roll-ups in order, and the devices where a source had more than one."""
        self._seen = Seen()  # its memory is worth more now
        days: dict[tuple[str, str], dict[date, tuple[Day, bytes]]] = {}
        for series in [*self._known.values(), *self._named.values()]:
            mine = days.setdefault((series.metric, series.source), {}) if series.days else {}
            while series.days:
                written, cell = series.days.popitem()
                if day := self._date(written, cell):
                    new = _converted(day, cell, series)
                    mine[day] = _both(mine[day], new) if day in mine else new
        return tuple(_rollups(days)), tuple(self._changes())

    def _date(self, written: bytes, cell: _Cell) -> date | None:
        """Give the day, of which nothing was checked so far."""
        day = None
        if _DAY.fullmatch(written):
            try:
                day = date.fromisoformat(written.decode())
            except ValueError:
                day = None
        if day is not None and day.year >= _FIRST_YEAR and day <= self._until:
            return day
        self.left["future" if day is not None and day > self._until else "impossible"] += cell[0]
        return None

    def _changes(self) -> Iterator[Device]:
        for (metric, source), first in sorted(self._devices.items()):
            for hardware, day in sorted(first.items(), key=lambda item: (item[1], item[0])) if len(first) > 1 else ():
                if since := self._date(day, [0]):
                    yield Device(metric=metric, source=source, device=plain(hardware), since=since)


def plain(written: bytes) -> str:
    """Give an attribute's text: the five entities XML has without a DTD."""
    text = written.decode("utf-8", "replace")
    if "&" in text:
        for entity, character in _ENTITIES:
            text = text.replace(entity, character)
    return text


def escaped(text: str) -> bytes:
    """Write an attribute's text as Apple does."""
    for entity, character in reversed(_ENTITIES):
        text = text.replace(character, entity)
    return text.encode()


def moment(text: str) -> datetime | None:
    """Give the aware time of "2024-03-31 23:10:00 +0200"; None when it is none."""
    try:
        when = datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-"))
    except ValueError:
        return None
    return when if when.tzinfo and _FIRST_YEAR <= when.year < _LAST_YEAR else None


def _converted(day: date, cell: _Cell, series: _Series) -> tuple[Day, bytes]:
    count, total, low, high, last, when = cell
    factor, addend = series.factor, series.addend

    def to(value: float, times: int = 1) -> float:
        return round(value * factor + addend * times, 6)

    return (
        Day(day=day, count=count, total=to(total, count), low=to(low), high=to(high), last=to(last)),
        when,
    )


def _both(one: tuple[Day, bytes], other: tuple[Day, bytes]) -> tuple[Day, bytes]:
    """Unite a day of one metric and source that the file tells in two units."""
    (a, _), (b, _) = first, second = sorted((one, other), key=lambda told: told[1])
    total = round(a.total + b.total, 6)
    return Day(
        day=a.day, count=a.count + b.count, total=total, low=min(a.low, b.low), high=max(a.high, b.high), last=b.last
    ), max(first[1], second[1])


def _rollups(days: dict[tuple[str, str], dict[date, tuple[Day, bytes]]]) -> Iterator[Rollup]:
    for metric, source in sorted(days):
        told: Sequence[Day] = [day for _, (day, _) in sorted(days[metric, source].items())]
        for _, month in groupby(told, key=lambda day: (day.day.year, day.day.month)):
            yield Rollup(metric=metric, source=source, unit=METRICS[metric].unit, days=tuple(month))
