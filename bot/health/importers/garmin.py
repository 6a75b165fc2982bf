"""Garmin Connect: the table of activities in its web pages, and two daily JSON files of its account archive.

The table's columns are those of public examples, in English and in French; an account's language decides its decimal
comma. Its distances carry no unit and its hours no zone, so a distance is noted as printed and the day is kept without
an instant. The JSON fields (`*_UDSFile_*.json`, `*_sleepData.json`) are those public converters read; the spelling of
`calendarDate` as an object is assumed. Other files of the archive, and FIT files, are not read.
"""

import re
from decimal import Decimal
from typing import Final

from bot.health.facts.model import Report
from bot.health.importers.daily import Column, dated_rows, open_days, read_row
from bot.health.importers.findings import Findings
from bot.health.importers.importer import Source, Tools
from bot.health.importers.records import Record, amount, records, words
from bot.health.importers.stamps import Stamp, stamp
from bot.health.importers.tables import Row, columns_of, fold

_KIND: Final = ("Activity Type", "Type d’activité")
_TITLE: Final = ("Title", "Titre")
_TIME: Final = ("Time", "Activity Time", "Durée", "Temps")
_DISTANCE: Final = ("Distance",)
_COLUMNS: Final = (
    Column("energy_active", ("Calories",)),
    Column("heart_rate", ("Avg HR", "Fréquence cardiaque moyenne")),
)
_CLOCK: Final = re.compile(r"(?:([0-9]{1,3}):)?([0-9]{1,3}):([0-9]{2})(?:[.,][0-9]{1,3})?")
_DAILY: Final = {  # field: metric, and what makes its unit
    "totalSteps": ("steps", 1.0),
    "totalDistanceMeters": ("distance_walking", 1 / 1000),
    "activeKilocalories": ("energy_active", 1.0),
    "bmrKilocalories": ("energy_resting", 1.0),
    "restingHeartRate": ("heart_rate_resting", 1.0),
    "averageSpo2Value": ("oxygen_saturation", 1.0),
    "averageRespiration": ("respiratory_rate", 1.0),
    "deepSleepSeconds": ("sleep_deep", 1 / 60),
    "lightSleepSeconds": ("sleep_light", 1 / 60),
    "remSleepSeconds": ("sleep_rem", 1 / 60),
    "awakeSleepSeconds": ("sleep_awake", 1 / 60),
}
_ASLEEP: Final = ("deepSleepSeconds", "lightSleepSeconds", "remSleepSeconds")


class GarminImporter:
    """Fulfils `Importer` for Garmin's activities table, daily summaries and nights."""

    def recognises(self, name: str, head: bytes) -> bool:  # noqa: ARG002
        if _is_json(head):
            return b'"calendarDate"' in head and any(f'"{field}"'.encode() in head for field in _DAILY)
        columns = columns_of(head)
        return "date" in columns and any(fold(kind) in columns for kind in _KIND)

    def read(self, source: Source, tools: Tools) -> Report:
        findings = Findings(tools, "garmin", "Garmin")
        if _is_json(source.head):
            for place, record in enumerate(records(source), start=1):
                findings.counts["days"] += 1
                _read_day(record, place, findings)
        else:
            _read_activities(source, findings)
        return findings.report()


def _is_json(head: bytes) -> bool:
    return head.lstrip()[:1] in {b"[", b"{"}


def _read_day(record: Record, place: int, findings: Findings) -> None:
    printed = words(record, "calendarDate") or words(record, "calendarDate", "date").partition(" 12:")[0]
    when = stamp(printed)
    if when is None:
        findings.refuse(place, "not_a_result", printed)
        return
    if not findings.first(when.day):  # a file tells a day once; told again, it is the same day
        return
    for field, (metric, factor) in _DAILY.items():
        value = amount(record, field)
        if value:  # a zero stands for what was not measured that day
            findings.add(metric, when, value * factor)
    asleep = [seconds for field in _ASLEEP if (seconds := amount(record, field)) is not None]
    if asleep:
        findings.add("sleep", when, sum(asleep) / 60)


def _read_activities(source: Source, findings: Findings) -> None:
    table = open_days(source, findings, ("Date",), _COLUMNS, texts=(*_KIND, *_TITLE, *_TIME, *_DISTANCE))
    kind, title, time = (next((n for n in names if n in table.places), "") for names in (_KIND, _TITLE, _TIME))
    for row, when in dated_rows(table, findings, counted="activities"):
        if not findings.first(row.text("day"), row.text(title)):
            continue
        read_row(row, when, _COLUMNS, findings)
        minutes = _minutes(row.text(time))
        if minutes is not None:
            findings.add("minutes_exercise", when, float(minutes))
        _propose(row, when, row.text(title) or row.text(kind), findings, time=time, minutes=minutes)


def _propose(row: Row, when: Stamp, label: str, findings: Findings, *, time: str, minutes: Decimal | None) -> None:
    said = (name for name in (*_KIND, *_DISTANCE, *(column.names[0] for column in _COLUMNS)) if row.text(name))
    findings.activity(
        label, when, value=row.text(time), unit="", ucum="min", number=minutes,
        line=row.line, note="; ".join(f"{row.table.named(name)}: {row.text(name)}" for name in said),
    )  # fmt: skip


def _minutes(printed: str) -> Decimal | None:
    """Read `01:34:56` or `35:20`."""
    found = _CLOCK.fullmatch(printed)
    if found is None:
        return None
    seconds = int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3])
    return round(Decimal(seconds) / 60, 1)
