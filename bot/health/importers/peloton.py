"""Peloton's workouts.csv: one workout a row, as facts, and by day what the closed list of metrics knows.

Columns and stamps such as `2018-03-20 19:58 (PDT)` are those of public test files, in miles and in kilometres; so are
the older spellings `(MPH)`, `(miles)`, `(min/mile)`. Offsets such as `(-03)` are assumed. A workout is known by its
instant and title: a row repeated is counted once.
"""

from typing import Final

from bot.health.facts.model import Report
from bot.health.importers.daily import MILE, Column, dated_rows, open_days, read_row
from bot.health.importers.findings import Findings
from bot.health.importers.importer import Source, Tools
from bot.health.importers.stamps import Stamp
from bot.health.importers.tables import Row, columns_of, fold

_DAY: Final = "Workout Timestamp"
_LENGTH: Final = "Length (minutes)"
_DISCIPLINE: Final = "Fitness Discipline"
_TEXTS: Final = (
    "Title", _DISCIPLINE, "Type", "Instructor Name", "Live/On-Demand", "Class Timestamp", "Total Output", "Avg. Watts",
    "Avg. Resistance", "Avg. Cadence (RPM)", "Avg. Speed (mph)", "Avg. Speed (kph)", "Avg. Incline",
    "Avg. Pace (min/mi)", "Avg. Pace (min/mile)", "Avg. Pace (min/km)",
)  # fmt: skip
_ALWAYS: Final = (
    Column("minutes_exercise", (_LENGTH,)),
    Column("energy_active", ("Calories Burned",)),
    Column("heart_rate", ("Avg. Heartrate",)),
)
_MILES: Final = ("Distance (mi)", "Distance (miles)")
_KILOMETRES: Final = ("Distance (km)", "Distance (kilometers)")
_DISTANCES: Final = {
    discipline: (Column(metric, _MILES, MILE), Column(metric, _KILOMETRES))
    for discipline, metric in (
        ("cycling", "distance_cycling"),
        ("bike bootcamp", "distance_cycling"),
        ("running", "distance_walking"),
        ("walking", "distance_walking"),
    )
}
_READ: Final = (*_ALWAYS, *_DISTANCES["cycling"])


class PelotonImporter:
    """Fulfils `Importer` for Peloton's workouts."""

    def recognises(self, name: str, head: bytes) -> bool:  # noqa: ARG002
        return {fold(_DAY), fold(_DISCIPLINE)} <= columns_of(head)

    def read(self, source: Source, tools: Tools) -> Report:
        findings = Findings(tools, "peloton", "Peloton")
        table = open_days(source, findings, (_DAY,), _READ, texts=_TEXTS)
        for row, when in dated_rows(table, findings, counted="workouts"):
            if not findings.first(when.at or row.text("day"), row.text("Title")):
                continue
            distances = _DISTANCES.get(row.text(_DISCIPLINE).casefold(), ())
            read_row(row, when, (*_ALWAYS, *distances), findings)
            _propose(row, when, findings)
        return findings.report()


def _propose(row: Row, when: Stamp, findings: Findings) -> None:
    length = row.number(_LENGTH)
    noted = [*_TEXTS, *(column.names[0] for column in _READ if column.names[0] != _LENGTH)]
    said = (name for name in noted if name != "Title" and row.text(name))
    findings.activity(
        row.text("Title") or row.text(_DISCIPLINE), when, value=row.text(_LENGTH), unit="minutes", ucum="min",
        number=None if isinstance(length, str) else length, line=row.line,
        note="; ".join(f"{row.table.named(name)}: {row.text(name)}" for name in said),
    )  # fmt: skip
