"""Workouts as facts, with what Apple says of each in its own words; and the rings of a day, as a source of their own."""

import re
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from bot.health.facts.model import Fact
from bot.health.importers.apple_days import Days
from bot.health.importers.apple_text import LONGEST, moment
from bot.health.importers.apple_types import conversion
from bot.health.importers.importer import Tools
from bot.health.importers.wire import MOST_FACTS

_KIND: Final = "HKWorkoutActivityType"
_QUANTITY: Final = "HKQuantityTypeIdentifier"
_RINGS: Final = "ActivitySummary"  # of all devices together, as Apple adds them up
_TOTALS: Final = (("ActiveEnergyBurned", "totalEnergyBurned"), ("Distance", "totalDistance"))  # until iOS 15
_LONGEST_NOTE: Final = 100  # of one thing measured
_NUMBER: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,20})?")
_MOST_MINUTES: Final = 7 * 24 * 60
_MOST_STATISTICS: Final = 20


class Workouts:
    """All workouts of an export."""

    def __init__(self, tools: Tools) -> None:
        self._units = tools.units
        self._until = tools.now + timedelta(days=1)
        self._seen: set[tuple[str, ...]] = set()
        self._open: dict[str, str] = {}
        self._line = 1
        self._told: list[str] = []
        self.facts: list[Fact] = []
        self.left: Counter[str] = Counter()

    def begin(self, attributes: dict[str, str], line: int) -> None:
        """Open a workout."""
        self._open, self._line = attributes, line
        self._told = [
            f"{name} {attributes[total]} {attributes.get(total + 'Unit', '')}".strip()[:_LONGEST_NOTE]
            for name, total in _TOTALS
            if total in attributes
        ]

    def measured(self, attributes: dict[str, str]) -> None:
        """Note what was measured during the open workout."""
        name, unit = attributes.get("type", "").removeprefix(_QUANTITY), attributes.get("unit", "")
        value = attributes.get("sum") or attributes.get("average")
        if value and len(self._told) < _MOST_STATISTICS:
            bounds = [attributes[bound] for bound in ("minimum", "maximum") if attributes.get(bound)]
            told = f"{name} {value} {unit}".strip()
            self._told.append((f"{told} ({'–'.join(bounds)})" if bounds else told)[:_LONGEST_NOTE])

    def end(self) -> None:
        """Close the open workout: a fact, or counted."""
        at, until = (moment(self._open.get(name, "").encode()) for name in ("startDate", "endDate"))
        names = ("workoutActivityType", "sourceName", "startDate", "endDate", "duration")
        mark = tuple(self._open.get(name, "")[:LONGEST] for name in names)
        if len(self.facts) >= MOST_FACTS:
            self.left["too_many"] += 1
        elif mark in self._seen:
            self.left["duplicate"] += 1
        elif at is None or until is None or until < at:
            self.left["impossible"] += 1
        elif until > self._until:
            self.left["future"] += 1
        else:
            self._seen.add(mark)
            self._keep(at, until)

    def _keep(self, at: datetime, until: datetime) -> None:
        value, unit = self._open.get("duration", ""), self._open.get("durationUnit", "")
        number, to = _number(value), conversion(unit, "min")
        if number is None or to is None or not 0 < float(number) * to[0] <= _MOST_MINUTES:
            self.left["impossible"] += 1
            return
        label = self._open.get("workoutActivityType", "").removeprefix(_KIND)[:LONGEST]
        source = self._open.get("sourceName", "")[:LONGEST]
        self.facts.append(
            Fact(
                id=str(len(self.facts) + 1), label=label or "Workout", analyte=None, code=None, comparator="",
                value=value, number=number, unit=unit, ucum=self._units.ucum(unit), ref_text=None, ref_low=None,
                ref_high=None, low=None, high=None, flag="", date=at.date(), until=until.date(), at=at, page=1,
                line=self._line, category="activity", note="; ".join([source, *self._told] if source else self._told),
            )
        )  # fmt: skip

    def summary(self, attributes: dict[str, str], days: Days) -> None:
        """Take a day's rings; a day without any watch has them all at zero and says nothing."""
        day = attributes.get("dateComponents", "")[:LONGEST].encode()
        units = {
            "energy_active": ("activeEnergyBurned", conversion(attributes.get("activeEnergyBurnedUnit", ""), "kcal")),
            "minutes_exercise": ("appleExerciseTime", (1.0, 0.0)),
            "hours_standing": ("appleStandHours", (1.0, 0.0)),
        }
        rings = [(metric, _number(attributes.get(name, "")), to) for metric, (name, to) in units.items()]
        if not any(number for _, number, _ in rings):
            self.left[_RINGS] += 1
            return
        for metric, number, to in rings:
            if number is not None and to is not None:
                days.add(metric, _RINGS, day, float(number) * to[0])


def _number(written: str) -> Decimal | None:
    return Decimal(written) if _NUMBER.fullmatch(written) else None
