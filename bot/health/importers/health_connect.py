"""Google Health Connect's export: an SQLite database, `health_connect_export.db`, read in memory.

Tables, columns and units are those of AOSP's HealthFitness module as public readers of the export describe them: times
in epoch milliseconds with an offset in seconds, masses in grams, energies in calories, lengths in metres; 5e-324 stands
for "not recorded". Distances (walked and ridden alike), total calories and hydration have no metric here and are
counted. Lists of exercise types contradict each other, so a type is noted as its number. A session without stages is
sleep from end to end, as Health Connect itself counts it.
"""

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from bot.health.documents.errors import DamagedExportError
from bot.health.facts.model import Report
from bot.health.importers.findings import Findings, clean
from bot.health.importers.importer import Source, Tools
from bot.health.importers.stamps import Stamp, at_epoch

if TYPE_CHECKING:
    from sqlite3 import Connection

_MAGIC: Final = b"SQLite format 3\0"
_TABLES: Final = (b"steps_record_table", b"application_info_table", b"heart_rate_record_table")
_MINUTE: Final = 60_000  # milliseconds
_NOT_RECORDED: Final = 1e-9  # anything smaller is the export's word for nothing
_LONGEST_CELL: Final = 1_000_000  # bytes of one text; a longer one is refused
_MOST_STAGES: Final = 500_000  # nights of ten years hold a tenth of them

# What holds figures: a time, an offset, an app, then one figure for each metric and what makes its unit.
_FIGURES: Final[dict[str, tuple[tuple[str, float], ...]]] = {
    "SELECT start_time, start_zone_offset, app_info_id, count FROM steps_record_table": (("steps", 1),),
    "SELECT start_time, start_zone_offset, app_info_id, floors FROM floors_climbed_record_table": (
        ("flights_climbed", 1),
    ),
    "SELECT start_time, start_zone_offset, app_info_id, energy FROM active_calories_burned_record_table": (
        ("energy_active", 1 / 1000),
    ),
    "SELECT time, zone_offset, app_info_id, weight FROM weight_record_table": (("weight", 1 / 1000),),
    "SELECT time, zone_offset, app_info_id, mass FROM lean_body_mass_record_table": (("lean_mass", 1 / 1000),),
    "SELECT time, zone_offset, app_info_id, mass FROM bone_mass_record_table": (("bone_mass", 1 / 1000),),
    "SELECT time, zone_offset, app_info_id, height FROM height_record_table": (("height", 100),),
    "SELECT time, zone_offset, app_info_id, percentage FROM body_fat_record_table": (("body_fat", 1),),
    "SELECT time, zone_offset, app_info_id, percentage FROM oxygen_saturation_record_table": (
        ("oxygen_saturation", 1),
    ),
    "SELECT time, zone_offset, app_info_id, beats_per_minute FROM resting_heart_rate_record_table": (
        ("heart_rate_resting", 1),
    ),
    "SELECT time, zone_offset, app_info_id, heart_rate_variability_millis"
    " FROM heart_rate_variability_rmssd_record_table": (("heart_rate_variability", 1),),
    "SELECT time, zone_offset, app_info_id, rate FROM respiratory_rate_record_table": (("respiratory_rate", 1),),
    "SELECT time, zone_offset, app_info_id, temperature FROM body_temperature_record_table": (("body_temperature", 1),),
    "SELECT time, zone_offset, app_info_id, systolic, diastolic FROM blood_pressure_record_table": (
        ("blood_pressure_systolic", 1),
        ("blood_pressure_diastolic", 1),
    ),
    "SELECT time, zone_offset, app_info_id, vo2_milliliters_per_minute_kilogram FROM vo2_max_record_table": (
        ("vo2_max", 1),
    ),
    "SELECT s.epoch_millis, r.start_zone_offset, r.app_info_id, s.beats_per_minute"
    " FROM heart_rate_record_table AS r JOIN heart_rate_record_series_table AS s ON s.parent_key = r.row_id": (
        ("heart_rate", 1),
    ),
    "SELECT start_time, start_zone_offset, app_info_id, energy, protein, total_carbohydrate, total_fat, saturated_fat,"
    " dietary_fiber, sugar, cholesterol, sodium, potassium, calcium, iron, caffeine FROM nutrition_record_table": (
        ("diet_energy", 1 / 1000), ("diet_protein", 1), ("diet_carbohydrates", 1), ("diet_fat", 1),
        ("diet_fat_saturated", 1), ("diet_fibre", 1), ("diet_sugar", 1), ("diet_cholesterol", 1000),
        ("diet_sodium", 1000), ("diet_potassium", 1000), ("diet_calcium", 1000), ("diet_iron", 1000),
        ("diet_caffeine", 1000),
    ),
}  # fmt: skip
_LEFT: Final = (
    "SELECT count(*) FROM distance_record_table",
    "SELECT count(*) FROM total_calories_burned_record_table",
    "SELECT count(*) FROM hydration_record_table",
)
_NIGHTS: Final = "SELECT row_id, start_time, end_time, end_zone_offset, app_info_id FROM sleep_session_record_table"
_STAGES: Final = "SELECT parent_key, stage_type, stage_end_time - stage_start_time FROM sleep_stages_table"
_WORKOUTS: Final = (
    "SELECT start_time, start_zone_offset, end_time, title, exercise_type FROM exercise_session_record_table"
)
_APPS: Final = "SELECT row_id, app_name, package_name FROM application_info_table"
_STAGE_METRICS: Final = {4: "sleep_light", 5: "sleep_deep", 6: "sleep_rem"}
_AWAKE: Final = (1, 3, 7)  # awake, out of bed, awake in bed


class HealthConnectImporter:
    """Fulfils `Importer` for Health Connect's database."""

    def recognises(self, name: str, head: bytes) -> bool:
        if not head.startswith(_MAGIC):
            return False
        return name.rpartition("/")[2].casefold() == "health_connect_export.db" or any(t in head for t in _TABLES)

    def read(self, source: Source, tools: Tools) -> Report:
        import sqlite3  # noqa: PLC0415 - a library of its own, for this format alone

        data = source.whole()
        findings = Findings(tools, "health_connect", "Health Connect")
        try:
            with closing(sqlite3.connect(":memory:")) as connection:
                _open(connection, data)
                _Export(connection, findings).read()
        except (sqlite3.Error, UnicodeError, OverflowError):  # their words quote the file
            raise DamagedExportError(f"{len(data)} bytes") from None
        return findings.report()


def _open(connection: "Connection", data: bytes) -> None:
    """Put the file behind *connection*, trusting nothing of its schema."""
    import sqlite3  # noqa: PLC0415 - as above

    # A database written ahead of a log says so in two bytes, and has no log here.
    connection.deserialize(data[:18] + b"\1\1" + data[20:])
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "temp_store = MEMORY", "query_only = ON"):
        connection.execute("PRAGMA " + pragma)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_CELL)
    connection.text_factory = lambda text: text.decode("utf-8", "replace")


class _Export:
    """The tables of one database, as far as they are those we know."""

    def __init__(self, connection: "Connection", findings: Findings) -> None:
        self._connection = connection
        self._findings = findings
        self._tables = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0")
        }  # fmt: skip
        self._apps = {row_id: clean(str(name or package or "")) for row_id, name, package in self._rows(_APPS)}

    def read(self) -> None:
        for query, metrics in _FIGURES.items():
            for time, offset, app, *values in self._rows(query, counted=True):
                if when := self._when(time, offset):
                    self._figures(when, self._apps.get(app, ""), zip(metrics, values, strict=True))
        for query in _LEFT:
            for (count,) in self._rows(query):
                self._findings.counts[_table(query)] += count
                self._findings.left[_table(query)] += count
        self._nights()
        self._workouts()

    def _rows(self, query: str, *, counted: bool = False) -> Iterator[Any]:
        """Give a query's rows; none if the file lacks the table, or has another by its name."""
        import sqlite3  # noqa: PLC0415 - as above

        table = _table(query)
        if table not in self._tables:
            return
        try:
            rows = self._connection.execute(query)
        except sqlite3.OperationalError:  # a column is missing
            self._findings.left[table] += 1
            return
        for row in rows:
            if counted:
                self._findings.counts[table] += 1
            yield row

    def _when(self, time: object, offset: object) -> Stamp | None:
        when = None
        if isinstance(time, int):
            when = at_epoch(time, offset if isinstance(offset, int) else 0)
        if when is None:
            self._findings.left["impossible"] += 1
        return when

    def _figures(self, when: Stamp, app: str, figures: Iterator[tuple[tuple[str, float], Any]]) -> None:
        for (metric, factor), value in figures:
            if isinstance(value, int | float) and abs(value) > _NOT_RECORDED:
                self._findings.add(metric, when, value * factor, app)

    def _nights(self) -> None:
        stages: dict[object, dict[int, int]] = {}
        for place, (session, stage, length) in enumerate(self._rows(_STAGES)):
            if isinstance(stage, int) and isinstance(length, int) and place < _MOST_STAGES:
                lengths = stages.setdefault(session, {})
                lengths[stage] = lengths.get(stage, 0) + length
        for session, start, end, offset, app in self._rows(_NIGHTS, counted=True):
            woke = self._when(end, offset)
            if woke is None or not isinstance(start, int):
                continue
            lengths = stages.get(session, {})
            minutes = {metric: lengths[stage] for stage, metric in _STAGE_METRICS.items() if stage in lengths}
            minutes |= {"sleep_in_bed": end - start, "sleep_awake": sum(lengths.get(stage, 0) for stage in _AWAKE)}
            minutes["sleep"] = minutes["sleep_in_bed"] - minutes["sleep_awake"]
            for metric, length in minutes.items():
                if lengths or metric != "sleep_awake":
                    self._findings.add(metric, woke, length / _MINUTE, self._apps.get(app, ""))

    def _workouts(self) -> None:
        for place, row in enumerate(self._rows(_WORKOUTS, counted=True), start=1):
            start, offset, end, title, kind = row
            when = self._when(start, offset)
            if when is None or not isinstance(end, int):
                continue
            minutes = round(Decimal(end - start) / _MINUTE, 1)
            self._findings.add("minutes_exercise", when, float(minutes))
            kind = clean(f"exercise_type {kind}")
            self._findings.activity(
                clean(str(title or "")) or kind, when, value=str(minutes), unit="min", ucum="min", number=minutes,
                line=place, note=kind,
            )  # fmt: skip


def _table(query: str) -> str:
    return query.partition(" FROM ")[2].partition(" ")[0]
