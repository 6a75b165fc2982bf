"""Oura's daily figures: the trends table of the membership hub, and the JSON of its data in the words of its API.

The table's columns are those of public examples, where durations are seconds; the JSON's fields are those of Oura's
OpenAPI description 1.37 (`sleep`, `daily_activity`, `daily_spo2`). Scores and temperature deviations have no metric here
and are left. That an exported table may use the API's names is assumed.
"""

from typing import Final

from bot.health.facts.model import Report
from bot.health.importers.daily import Column, open_days, read_days
from bot.health.importers.findings import Findings
from bot.health.importers.importer import Source, Tools
from bot.health.importers.records import Record, amount, records, words
from bot.health.importers.stamps import stamp
from bot.health.importers.tables import columns_of, fold

_DAY: Final = ("date", "day")
_COLUMNS: Final = (
    Column("sleep", ("Total Sleep Time", "Total Sleep Duration", "total_sleep_duration"), 1 / 60),
    Column("sleep_rem", ("REM Sleep Time", "REM Sleep Duration", "rem_sleep_duration"), 1 / 60),
    Column("sleep_light", ("Light Sleep Time", "Light Sleep Duration", "light_sleep_duration"), 1 / 60),
    Column("sleep_deep", ("Deep Sleep Time", "Deep Sleep Duration", "deep_sleep_duration"), 1 / 60),
    Column("sleep_awake", ("Awake Time", "awake_time"), 1 / 60),
    Column("sleep_in_bed", ("Total Bedtime", "time_in_bed"), 1 / 60),
    Column("heart_rate_resting", ("Average Resting Heart Rate", "average_heart_rate")),
    Column("heart_rate_variability", ("Average HRV", "average_hrv")),
    Column("respiratory_rate", ("Respiratory Rate", "average_breath")),
    Column("steps", ("Steps", "steps")),
    Column("energy_active", ("Activity Burn", "active_calories")),
)
_TELLING: Final = frozenset(  # names no other app's daily table bears
    map(fold, ("Average HRV", "Activity Burn", "Readiness Score", "total_sleep_duration", "rem_sleep_duration",
               "active_calories", "average_hrv", "average_breath"))
)  # fmt: skip
_FIELDS: Final = (b'"total_sleep_duration"', b'"active_calories"', b'"spo2_percentage"')


class OuraImporter:
    """Fulfils `Importer` for Oura's table and JSON."""

    def recognises(self, name: str, head: bytes) -> bool:  # noqa: ARG002
        if _is_json(head):
            return b'"day"' in head and any(field in head for field in _FIELDS)
        columns = columns_of(head)
        return bool(columns & set(_DAY)) and bool(columns & _TELLING)

    def read(self, source: Source, tools: Tools) -> Report:
        findings = Findings(tools, "oura", "Oura")
        if _is_json(source.head):
            for place, record in enumerate(records(source), start=1):
                findings.counts["records"] += 1
                _read_record(record, place, findings)
        else:
            read_days(open_days(source, findings, _DAY, _COLUMNS), _COLUMNS, findings, counted="days")
        return findings.report()


def _is_json(head: bytes) -> bool:
    return head.lstrip()[:1] in {b"[", b"{"}


def _read_record(record: Record, place: int, findings: Findings) -> None:
    when = stamp(words(record, "day"))
    if when is None:
        findings.refuse(place, "not_a_result", words(record, "day"))
        return
    if words(record, "type") == "deleted":  # Oura's word for a period the person took back
        findings.left["deleted"] += 1
        return
    if words(record, "id") and not findings.first(words(record, "id")):
        return
    saturation = amount(record, "spo2_percentage", "average")
    found = [(column, amount(record, column.names[-1])) for column in _COLUMNS]
    for column, value in (*found, (Column("oxygen_saturation", ()), saturation)):
        if value is not None:
            findings.add(column.metric, when, value * (column.factor or 1))
