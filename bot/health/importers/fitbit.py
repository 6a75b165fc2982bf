"""Fitbit's files in a Google Takeout: JSON of the older account archive, and the newer tables of Google's own.

Files are told apart by name (`steps-2024-01-15.json`), four of them by their content too. Shapes and units are those
public converters read: `{"dateTime": "01/15/24 07:30:00", "value": "12"}`, distance in centimetres, sleep in minutes
under `levels.summary`, workouts of `exercise-0.json` in milliseconds; the tables' columns stand in the Takeout's own
readme files. A weight's unit is the account's and not in the file, so weights are listed. Calories are those of a whole
day, resting and active together, and are left, like minutes of activity in Fitbit's own zones. No file says its time
zone (converters report UTC for steps and heart rates, local time for the rest): the day is the one printed.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from bot.health.facts.model import Report
from bot.health.importers.daily import Column, dated_rows, open_days, read_row
from bot.health.importers.findings import Findings, clean
from bot.health.importers.importer import Source, Tools
from bot.health.importers.records import Record, amount, records, words
from bot.health.importers.stamps import Stamp, stamp
from bot.health.importers.tables import columns_of, fold

_NAMED: Final = re.compile(r"(?:^|/)([a-z_]+)-[0-9]{4}-[0-9]{2}-[0-9]{2}\.json$", re.IGNORECASE)
_MINUTE: Final = 60_000  # milliseconds
_LEFT: Final = (
    "calories", "altitude", "sedentary_minutes", "lightly_active_minutes", "moderately_active_minutes",
    "very_active_minutes",
)  # fmt: skip
_COLUMNS: Final = (
    Column("steps", ("steps",)),
    Column("heart_rate", ("beats per minute",)),
    Column("heart_rate_variability", ("average heart rate variability milliseconds",)),
    Column("oxygen_saturation", ("average percentage",)),
    Column("respiratory_rate", ("breaths per minute",)),
    Column("distance_walking", ("distance",), 1 / 1000),
)
_LONGEST: Final = 1e10  # milliseconds; anything longer is no length
_LONGEST_NAME: Final = 400  # of a device
_RESTING: Final = "daily_resting_heart_rate"
_DEVICE: Final = "data source"
_FOLDED: Final = frozenset(fold(column.names[0]) for column in _COLUMNS)
_STAGES: Final = {"deep": "sleep_deep", "light": "sleep_light", "rem": "sleep_rem"}


class FitbitImporter:
    """Fulfils `Importer` for one Fitbit file at a time."""

    def recognises(self, name: str, head: bytes) -> bool:
        if head.lstrip()[:1] == b"[":
            return _kind(name, head) is not None
        columns = columns_of(head)
        return {"timestamp", fold(_DEVICE)} <= columns and bool(columns & _FOLDED)

    def read(self, source: Source, tools: Tools) -> Report:
        findings = Findings(tools, "fitbit", "Fitbit")
        kind = _kind(source.name, source.head) if source.head.lstrip()[:1] == b"[" else None
        if kind is None:
            _read_table(source, findings)
            return findings.report()
        for place, record in enumerate(records(source), start=1):
            findings.counts[kind] += 1
            if kind in _LEFT:
                findings.left[kind] += 1
            else:
                _READ[kind](record, place, findings)
        return findings.report()


def _kind(name: str, head: bytes) -> str | None:
    if b'"dateOfSleep"' in head:
        return "sleep"
    if b'"logId"' in head and b'"weight"' in head and b'"bmi"' in head:
        return "weight"
    if b'"activityName"' in head and b'"activeDuration"' in head:
        return "exercise"
    if b'"dateTime"' not in head and head.strip() != b"[]":
        return None
    found = _NAMED.search(name)
    kind = found[1].lower() if found else "heart_rate" if b'"bpm"' in head and b'"confidence"' in head else ""
    return kind if kind in _READ or kind in _LEFT else None


def _read_table(source: Source, findings: Findings) -> None:
    resting = _RESTING in source.name.casefold()
    columns = tuple(
        Column("heart_rate_resting", column.names) if resting and column.metric == "heart_rate" else column
        for column in _COLUMNS
    )
    table = open_days(source, findings, ("timestamp",), columns, texts=(_DEVICE,))
    for row, when in dated_rows(table, findings, counted="rows"):
        read_row(row, when, columns, findings, row.text(_DEVICE)[:_LONGEST_NAME])


def _when(record: Record, printed: str, place: int, findings: Findings) -> Stamp | None:
    when = stamp(printed, "mdy")
    if when is None:
        findings.refuse(place, "not_a_result", f"{words(record, 'dateTime')} {amount(record, 'value') or ''}")
    return when


def _series(metric: str, *path: str, factor: float = 1.0) -> Callable[[Record, int, Findings], None]:
    """Give what reads records of one metric, whose number stands at *path*."""

    def read(record: Record, place: int, findings: Findings) -> None:
        value = amount(record, *path)
        if value is None:
            findings.left["no_value"] += 1
        elif when := _when(record, words(record, "dateTime"), place, findings):
            findings.add(metric, when, value * factor)

    return read


def _read_resting(record: Record, place: int, findings: Findings) -> None:
    value = amount(record, "value", "value")
    if not value:  # a zero stands for a day on which it was not worn
        findings.left["no_value"] += 1
    elif when := _when(record, words(record, "value", "date") or words(record, "dateTime"), place, findings):
        findings.add("heart_rate_resting", when, value)


def _read_night(record: Record, place: int, findings: Findings) -> None:
    woke = _when(record, words(record, "dateOfSleep"), place, findings)
    if woke is None or not findings.first(woke.day, words(record, "startTime"), words(record, "endTime")):
        return
    found = {
        "sleep": amount(record, "minutesAsleep"), "sleep_awake": amount(record, "minutesAwake"),
        "sleep_in_bed": amount(record, "timeInBed"),
    } | {metric: amount(record, "levels", "summary", stage, "minutes") for stage, metric in _STAGES.items()}  # fmt: skip
    for metric, minutes in found.items():
        if minutes is not None:
            findings.add(metric, woke, minutes)


def _read_weight(record: Record, place: int, findings: Findings) -> None:
    when = _when(record, f"{words(record, 'date')} {words(record, 'time')}", place, findings)
    if when is None or not findings.dated(when):
        return
    if (weight := amount(record, "weight")) is not None:
        findings.refuse(place, "unit_unknown", f"{when.day}: weight {weight:g}")
    for metric, field in (("body_fat", "fat"), ("body_mass_index", "bmi")):
        if (value := amount(record, field)) is not None:
            findings.add(metric, when, value, clean(words(record, "source")))


def _read_exercise(record: Record, place: int, findings: Findings) -> None:
    when = _when(record, words(record, "startTime"), place, findings)
    length = amount(record, "activeDuration")
    if when is None or not findings.first(words(record, "startTime"), words(record, "activityName")):
        return
    minutes = round(Decimal(str(length)) / _MINUTE, 1) if length is not None and abs(length) < _LONGEST else None
    found = {"heart_rate": amount(record, "averageHeartRate"), "energy_active": amount(record, "calories")}
    for metric, value in (*found.items(), ("minutes_exercise", minutes)):
        if value is not None:
            findings.add(metric, when, float(value))
    distance, unit = amount(record, "distance"), words(record, "distanceUnit")
    findings.activity(
        words(record, "activityName"), when, value=str(minutes), unit="min", ucum="min", number=minutes, line=place,
        note=f"distance {distance:g} {unit}" if distance is not None else "",
    )  # fmt: skip


_READ: Final = {
    "steps": _series("steps", "value"),
    "distance": _series("distance_walking", "value", factor=1 / 100_000),
    "heart_rate": _series("heart_rate", "value", "bpm"),
    "resting_heart_rate": _read_resting,
    "sleep": _read_night,
    "weight": _read_weight,
    "exercise": _read_exercise,
}
