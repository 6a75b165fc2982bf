"""Exports of every wellness app, made up in the apps' own layouts, and the real registry that reads them."""

import io
import json
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

from bot.health.facts import Fact, Report
from bot.health.facts.units import Units
from bot.health.importers.importer import Source, Tools
from bot.health.importers.registry import read
from bot.health.importers.wire import Answer, decode, encode
from bot.settings import config_folder

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
NUTRITION = (
    "Date,Meal,Calories,Fat (g),Saturated Fat,Polyunsaturated Fat,Monounsaturated Fat,Trans Fat,Cholesterol,Sodium (mg),"
    "Potassium,Carbohydrates (g),Fiber,Sugar,Protein (g),Vitamin A,Vitamin C,Calcium,Iron,Note"
)
EXERCISE = "Date,Exercise,Type,Exercise Calories,Exercise Minutes,Sets,Reps Per Set,Kilograms,Steps,Note"
PELOTON = (
    "Workout Timestamp,Live/On-Demand,Instructor Name,Length (minutes),Fitness Discipline,Type,Title,Class Timestamp,"
    "Total Output,Avg. Watts,Avg. Resistance,Avg. Cadence (RPM),Avg. Speed (kph),Distance (km),Calories Burned,"
    "Avg. Heartrate,Avg. Incline,Avg. Pace (min/km)"
)
GARMIN_FR = "Type d'activité,Date,Favori,Titre,Distance,Calories,Durée,Fréquence cardiaque moyenne,Pas"
SLEEP_WITHINGS = "from,to,light (s),deep (s),rem (s),awake (s),wake up,Heart rate (min)"
OURA = "date,Sleep Score,Total Sleep Time,REM Sleep Time,Average HRV,Average Resting Heart Rate,Steps,Activity Burn"


@cache
def tools(now: datetime = NOW) -> Tools:
    """What the worker would give."""
    return Tools(
        recognise=lambda _, /, *, section="": None,
        units=Units.load(config_folder()), now=now, language="fr", max_pages=40,
        password=None, progress=lambda _: None,
    )  # fmt: skip


def read_export(data: bytes | str, name: str = "", *, now: datetime = NOW) -> Report:
    """Read an export as the worker does, and see that the answer holds it."""
    content = data.encode() if isinstance(data, str) else data
    report = read(Source(io.BytesIO(content), name=name), tools(now))
    said = Answer.model_validate_json(encode(report)).report
    assert said is not None
    assert decode(said) == report
    return report


def table(*lines: str) -> str:
    """Give lines as a file."""
    return "\n".join(lines) + "\n"


def figures(report: Report) -> dict[str, dict[str, float]]:
    """Give each metric's total of each day, whatever the source."""
    found: dict[str, dict[str, float]] = {}
    for rollup in report.rollups:
        for day in rollup.days:
            found.setdefault(rollup.metric, {})[str(day.day)] = round(day.total, 6)
    return found


def refused(report: Report) -> list[tuple[str, str]]:
    """Give what was listed, with its reason."""
    return [(line.reason, line.text) for line in report.not_read]


def seen(fact: Fact) -> tuple[str, str, str, str]:
    """Give a workout as a person sees it."""
    return (fact.label, fact.value, fact.unit, str(fact.at or fact.date))


HEALTH_CONNECT = {
    "application_info_table": "row_id INTEGER PRIMARY KEY, package_name TEXT, app_name TEXT, app_icon BLOB",
    "steps_record_table": "row_id INTEGER PRIMARY KEY, app_info_id INTEGER, start_time INTEGER, end_time INTEGER,"
    " start_zone_offset INTEGER, count INTEGER, local_date_time INTEGER AS (start_time + 1000 * start_zone_offset)",
    "weight_record_table": "row_id INTEGER PRIMARY KEY, app_info_id INTEGER, time INTEGER, zone_offset INTEGER,"
    " weight REAL",
    "heart_rate_record_table": "row_id INTEGER PRIMARY KEY, app_info_id INTEGER, start_time INTEGER,"
    " start_zone_offset INTEGER",
    "heart_rate_record_series_table": "parent_key INTEGER, beats_per_minute INTEGER, epoch_millis INTEGER",
    "distance_record_table": "row_id INTEGER PRIMARY KEY, app_info_id INTEGER, distance REAL",
    "sleep_session_record_table": "row_id INTEGER PRIMARY KEY, app_info_id INTEGER, start_time INTEGER,"
    " end_time INTEGER, end_zone_offset INTEGER",
    "sleep_stages_table": "parent_key INTEGER, stage_start_time INTEGER, stage_end_time INTEGER, stage_type INTEGER",
    "exercise_session_record_table": "row_id INTEGER PRIMARY KEY, app_info_id INTEGER, start_time INTEGER,"
    " end_time INTEGER, start_zone_offset INTEGER, title TEXT, exercise_type INTEGER",
}


def health_connect(rows: Mapping[str, list[tuple[object, ...]]], *, more: str = "") -> bytes:
    """Write a database of Health Connect's tables; *more* is run at the end."""
    connection = sqlite3.connect(":memory:")
    for name, columns in HEALTH_CONNECT.items():
        connection.execute(f"CREATE TABLE {name} ({columns})")
        for row in rows.get(name, []):
            connection.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
    connection.executescript(more)
    connection.commit()
    data = connection.serialize()
    connection.close()
    return data


def milliseconds(stamp: str) -> int:
    """Give an ISO instant as Health Connect stores it."""
    return round(datetime.fromisoformat(stamp).timestamp() * 1000)


def samples() -> dict[str, tuple[str, bytes]]:
    """Give a good file of each format, with its name."""
    start = milliseconds("2026-03-02T06:00:00+01:00")
    texts = {
        "myfitnesspal": ("Nutrition-Summary.csv", table(NUTRITION, "2026-09-28,Breakfast,550.0,15,4,1,2,0,30,400,300,60,8,10,45,0,0,0,0,soup")),
        "myfitnesspal exercise": ("Exercise-Summary.csv", table(EXERCISE, '2026-09-28,"Walking, incline",Cardio,220,35,,,,,')),
        "peloton": ("workouts.csv", table(PELOTON, "2018-03-20 19:58 (PDT),Live,Ally,30,Cycling,Theme,Pop Ride,,303,169,47%,82,31.61,15.79,370,128.53,,")),
        "withings": ("weight.csv", table('Date,"Weight (kg)","Fat mass (kg)","Bone mass (kg)",Comments', '"2026-09-30 07:12:45",84.2,16.4,3.4,felt good')),
        "withings sleep": ("sleep.csv", table(SLEEP_WITHINGS, "2026-03-01T23:10:00+01:00,2026-03-02T06:50:00+01:00,14400,5400,7200,900,2,48")),
        "fitbit": ("steps-2026-03-02.json", json.dumps([{"dateTime": "03/02/26 07:30:00", "value": "12"}])),
        "fitbit table": ("heart_rate_2026-03-02.csv", table("timestamp,beats per minute,data source", "2026-03-02T04:00:00Z,70,Pixel Watch")),
        "oura": ("oura_trends.csv", table(OURA, "2026-03-04,74,24690,2400,69,56.63,5703,278")),
        "garmin": ("Activities.csv", table(GARMIN_FR, 'Course à pied,2026-08-10 10:52:21,false,"Sortie","3.95","407","00:35:20","151","4,404"')),
        "garmin days": ("UDSFile_2026.json", json.dumps([{"calendarDate": "2026-03-02", "totalSteps": 11200, "restingHeartRate": 52}])),
    }  # fmt: skip
    database = health_connect(
        {
            "application_info_table": [(1, "org.example.walk", "Walker", None)],
            "steps_record_table": [(1, 1, start, start + 60_000, 3600, 120)],
            "weight_record_table": [(1, 1, start, 3600, 81_500.0)],
        }
    )
    return {key: (name, text.encode()) for key, (name, text) in texts.items()} | {
        "health_connect": ("health_connect_export.db", database)
    }
