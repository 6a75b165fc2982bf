"""Withings' data export: one table a file, each with its own columns.

The columns of weight.csv, bp.csv and sleep.csv, and the `date,value` of aggregates_*.csv, are those of public test
files; their units stand in the export's README.txt (kg, mmHg, bpm, seconds, metres, kcal). weight.csv in pounds and
height.csv's column are assumed. Of the raw_*.csv streams, `start,duration,value` with lists in the last two, the heart
rates are read; activities.csv and the floors of aggregates_elevation.csv are not.
"""

from datetime import timedelta
from typing import Final

from bot.health.facts.model import Report
from bot.health.importers.daily import POUND, Column, dated_rows, open_days, read_days, read_row
from bot.health.importers.findings import Findings
from bot.health.importers.importer import Source, Tools
from bot.health.importers.separators import number
from bot.health.importers.stamps import Stamp
from bot.health.importers.tables import columns_of, fold

_DAY: Final = ("Date",)
_BODY: Final = (
    Column("weight", ("Weight (kg)",)),
    Column("weight", ("Weight (lb)", "Weight (lbs)"), POUND),
    Column("lean_mass", ("Fat free mass (kg)",)),
    Column("body_fat", ("Fat Ratio (%)", "Fat mass (%)")),
    Column("bone_mass", ("Bone mass (kg)",)),
    Column("bone_mass", ("Bone mass (lb)", "Bone mass (lbs)"), POUND),
    Column("muscle_mass", ("Muscle mass (kg)",)),
    Column("muscle_mass", ("Muscle mass (lb)", "Muscle mass (lbs)"), POUND),
    Column("water_mass", ("Hydration (kg)",)),
    Column("water_mass", ("Hydration (lb)", "Hydration (lbs)"), POUND),
    Column("height", ("Height (m)",), 100),
)
_PRESSURE: Final = (
    Column("blood_pressure_systolic", ("Systolic", "Systolic (mmHg)")),
    Column("blood_pressure_diastolic", ("Diastolic", "Diastolic (mmHg)")),
    Column("heart_rate", ("Heart rate", "Heart rate (bpm)")),
)
_ASLEEP: Final = (
    Column("sleep_light", ("light (s)",), 1 / 60),
    Column("sleep_deep", ("deep (s)",), 1 / 60),
    Column("sleep_rem", ("rem (s)",), 1 / 60),
)
_SLEEP: Final = (*_ASLEEP, Column("sleep_awake", ("awake (s)", "wakeup (s)"), 1 / 60))
_AGGREGATES: Final = {
    "steps": Column("steps", ("value", "steps")),
    "distance": Column("distance_walking", ("value", "distance"), 1 / 1000),
    "calories_earned": Column("energy_active", ("value", "calories")),
    "calories_passive": Column("energy_resting", ("value", "calories")),
}
_DAY_SECONDS: Final = 86_400
_BEATS: Final = ("raw_hr_hr", "raw_tracker_hr", "raw_sleep-monitor_hr")
_BEATING: Final = frozenset({"start", "duration", "value"})


class WithingsImporter:
    """Fulfils `Importer` for the tables of Withings' export."""

    def recognises(self, name: str, head: bytes) -> bool:
        return _table(name, columns_of(head)) is not None

    def read(self, source: Source, tools: Tools) -> Report:
        findings = Findings(tools, "withings", "Withings")
        kind = _table(source.name, columns_of(source.head)) or "weight"
        if kind == "sleep":
            _read_nights(source, findings)
        elif kind == "heart":
            _read_beats(source, findings)
        else:
            columns = {"weight": _BODY, "bp": _PRESSURE}.get(kind) or (_AGGREGATES[kind],)
            read_days(open_days(source, findings, _DAY, columns), columns, findings, counted=kind)
        return findings.report()


def _table(name: str, names: frozenset[str]) -> str | None:
    """Say which table has these folded column names; `date,value` tables differ by their file's name alone."""
    if {"from", "to", fold("light (s)"), fold("deep (s)")} <= names:
        return "sleep"
    stem = name.rpartition("/")[2].casefold().removesuffix(".csv")
    if names >= _BEATING and stem in _BEATS:
        return "heart"
    if "date" not in names:
        return None
    if any(fold(spelt) in names for column in _PRESSURE[:1] for spelt in column.names):
        return "bp"
    if any(fold(spelt) in names for column in _BODY for spelt in column.names):
        return "weight"
    aggregate = stem.removeprefix("aggregates_") if stem.startswith("aggregates_") else ""
    known = _AGGREGATES.get(aggregate)
    return aggregate if known and any(fold(spelt) in names for spelt in known.names) else None


def _read_nights(source: Source, findings: Findings) -> None:
    """Add up nights, each once however often the file repeats it."""
    table = open_days(source, findings, ("to",), _SLEEP, texts=("from",))
    for row, woke in dated_rows(table, findings, counted="sleep"):
        if not findings.first(row.text("from"), row.text("day")):
            continue
        read_row(row, woke, _SLEEP, findings)
        parts = [row.number(stage.names[0]) for stage in _ASLEEP]
        known = [float(part) / 60 for part in parts if part is not None and not isinstance(part, str)]
        if known:
            findings.add("sleep", woke, sum(known))


def _read_beats(source: Source, findings: Findings) -> None:
    """Add up rows that hold a list of heart rates and how many seconds each stands for."""
    table = open_days(source, findings, ("start",), (), texts=("duration", "value"))
    for row, start in dated_rows(table, findings, counted="heart"):
        durations, rates = (row.text(column).strip("[]").split(",") for column in ("duration", "value"))
        passed = start.seconds
        for duration, rate in zip(durations, rates, strict=False):
            seconds, beats = number(duration.strip(), "."), number(rate.strip(), ".")
            if seconds is None or beats is None or not 0 <= seconds <= _DAY_SECONDS:
                findings.left["no_value"] += 1
                continue
            day = start.day + timedelta(days=passed // _DAY_SECONDS)
            findings.add("heart_rate", Stamp(day, passed % _DAY_SECONDS), float(beats))
            passed += int(seconds)
