"""Fitbit, Withings, Oura and Garmin: what each layout says, and what it does not."""

import json

import pytest

from bot.health.documents.errors import DamagedExportError, EmptyExportError, UnknownFormatError
from tests.importers.wellness import GARMIN_FR, OURA, SLEEP_WITHINGS, figures, read_export, refused, seen, table


def fitbit(kind: str, *records: object, folder: str = "Takeout/Fitbit/Global Export Data/") -> tuple[str, str]:
    return json.dumps(records), f"{folder}{kind}-2026-03-02.json"


def test_given_fitbit_steps_when_read_then_minutes_add_up_by_printed_day() -> None:
    report = read_export(
        *fitbit(
            "steps", {"dateTime": "03/02/26 07:30:00", "value": "12"}, {"dateTime": "03/02/26 07:31:00", "value": "30"},
            {"dateTime": "03/13/26 07:31:00", "value": 5}, {"dateTime": "03/02/26 07:32:00"},
            {"dateTime": "02/03/27 07:31:00", "value": "5"}, {"dateTime": "later", "value": "5"},
        )
    )  # fmt: skip

    assert report.kind == "fitbit"
    assert figures(report) == {"steps": {"2026-03-02": 42, "2026-03-13": 5}}
    assert (dict(report.counts), dict(report.left)) == ({"steps": 6}, {"no_value": 1, "future": 1})
    assert refused(report) == [("not_a_result", "later 5.0")]


@pytest.mark.parametrize(
    ("kind", "record", "read"),
    [
        ("distance", {"dateTime": "03/02/26 07:30:00", "value": "250000"}, {"distance_walking": 2.5}),
        ("heart_rate", {"dateTime": "03/02/26 07:30:00", "value": {"bpm": 61, "confidence": 3}}, {"heart_rate": 61}),
        ("heart_rate", {"dateTime": "03/02/26 07:30:00", "value": {"bpm": 900, "confidence": 3}}, {}),
        ("resting_heart_rate", {"dateTime": "03/02/26 00:00:00", "value": {"date": "03/02/26", "value": 57.4}}, {"heart_rate_resting": 57.4}),
        ("resting_heart_rate", {"dateTime": "03/02/26 00:00:00", "value": {"date": None, "value": 0.0}}, {}),
        ("calories", {"dateTime": "03/02/26 00:00:00", "value": "1.2"}, {}),
    ],
)  # fmt: skip
def test_given_a_fitbit_series_when_read_then_it_is_in_the_metric_s_unit(
    kind: str, record: object, read: dict[str, float]
) -> None:
    assert figures(read_export(*fitbit(kind, record))) == {
        metric: {"2026-03-02": value} for metric, value in read.items()
    }


def test_given_a_fitbit_night_twice_when_read_then_it_counts_once_for_the_day_of_waking() -> None:
    night = {
        "logId": 1, "dateOfSleep": "2026-03-02", "startTime": "2026-03-01T23:00:00.000", "endTime": "2026-03-02T07:00:00.000",
        "minutesAsleep": 420, "minutesAwake": 60, "timeInBed": 480, "type": "stages",
        "levels": {"summary": {"deep": {"minutes": 90}, "light": {"minutes": 240}, "rem": {"minutes": 90}}},
    }  # fmt: skip
    report = read_export(json.dumps([night, night]), "unnamed")

    assert {metric: days["2026-03-02"] for metric, days in figures(report).items()} == {
        "sleep": 420, "sleep_awake": 60, "sleep_in_bed": 480, "sleep_deep": 90, "sleep_light": 240, "sleep_rem": 90,
    }  # fmt: skip
    assert dict(report.left) == {"duplicate": 1}


def test_given_fitbit_workouts_when_read_then_each_is_a_fact_once_and_an_endless_one_is_listed() -> None:
    run = {
        "logId": 1, "activityName": "Course", "startTime": "05/29/26 10:00:00", "activeDuration": 1_830_000, "calories": 310,
        "averageHeartRate": 150, "distance": 5.5, "distanceUnit": "Kilometer",
    }  # fmt: skip
    endless = run | {"activityName": "Marche", "activeDuration": -1e999, "calories": None, "averageHeartRate": None}
    report = read_export(json.dumps([run, run, endless]).replace("-Infinity", "-1e999"), "exercise-0.json")

    assert [seen(fact) for fact in report.facts] == [("Course", "30.5", "min", "2026-05-29")]
    assert report.facts[0].note == "distance 5.5 Kilometer"
    assert {metric: days["2026-05-29"] for metric, days in figures(report).items()} == {
        "minutes_exercise": 30.5, "energy_active": 310, "heart_rate": 150,
    }  # fmt: skip
    assert ([reason for reason, _ in refused(report)], dict(report.left)) == (["no_value"], {"duplicate": 1})


def test_given_fitbit_weights_when_read_then_their_unit_is_asked_and_the_scale_named() -> None:
    record = {
        "logId": 7,
        "weight": 198.1,
        "bmi": 30.04,
        "fat": 28.7,
        "date": "09/12/25",
        "time": "09:13:26",
        "source": "Aria",
    }
    report = read_export(json.dumps([record]), "weight.json")

    assert refused(report) == [("unit_unknown", "2025-09-12: weight 198.1")]
    assert figures(report) == {"body_fat": {"2025-09-12": 28.7}, "body_mass_index": {"2025-09-12": 30.04}}
    assert {rollup.source for rollup in report.rollups} == {"Aria"}


def test_given_google_s_tables_when_read_then_the_device_is_named_and_resting_is_told_by_the_file() -> None:
    text = table(
        "timestamp,beats per minute,data source", "2026-03-02T04:00:00Z,62,Pixel Watch", "2026-03-02T04:01:00Z,64,"
    )
    beating = read_export(text, "heart_rate_2026-03-02.csv")
    resting = read_export(text, "daily_resting_heart_rate_2026-03-02.csv")

    assert [(r.metric, r.source, r.days[0].total) for r in beating.rollups] == [
        ("heart_rate", "Fitbit", 64), ("heart_rate", "Pixel Watch", 62),
    ]  # fmt: skip
    assert {rollup.metric for rollup in resting.rollups} == {"heart_rate_resting"}


def test_given_withings_weights_newest_first_when_read_then_the_last_of_a_day_is_the_latest() -> None:
    report = read_export(
        table(
            'Date,"Weight (kg)","Fat mass (kg)","Bone mass (kg)","Muscle mass (kg)","Hydration (kg)",Comments',
            '"2026-09-30 21:12:45",84.2,16.4,3.4,63.6,47.1,', '"2026-09-30 07:05:01",83.1,,,,,"after, run"',
        )
    )  # fmt: skip
    (weight,) = (rollup for rollup in report.rollups if rollup.metric == "weight")

    assert (weight.source, weight.unit, weight.days[0].last, weight.days[0].low) == ("Withings", "kg", 84.2, 83.1)
    assert dict(report.left) == {"Fat mass (kg)": 1, "Comments": 1}
    assert set(figures(report)) == {"weight", "bone_mass", "muscle_mass", "water_mass"}


def test_given_withings_pounds_and_pressure_when_read_then_units_are_the_metrics() -> None:
    pounds = read_export(table('Date,"Weight (lb)",Comments', '"2026-09-30 07:12:45",200,'))
    pressure = read_export(table("Date,Heart rate,Systolic,Diastolic,Comments", '"2026-01-12 08:15:00",64,130,85,'))

    assert figures(pounds) == {"weight": {"2026-09-30": 90.718474}}
    assert {metric: days["2026-01-12"] for metric, days in figures(pressure).items()} == {
        "heart_rate": 64, "blood_pressure_systolic": 130, "blood_pressure_diastolic": 85,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("aggregates_steps.csv", {"steps": 5300}), ("data/aggregates_distance.csv", {"distance_walking": 5.3}),
        ("aggregates_calories_earned.csv", {"energy_active": 5300}),
        ("aggregates_calories_passive.csv", {"energy_resting": 5300}),
    ],
)  # fmt: skip
def test_given_a_withings_aggregate_when_read_then_its_name_says_what_it_is(name: str, read: dict[str, float]) -> None:
    assert figures(read_export(table("date,value", "2026-03-02,5300"), name)) == {
        metric: {"2026-03-02": value} for metric, value in read.items()
    }


def test_given_withings_lists_of_heart_rates_when_read_then_each_has_its_moment_and_day() -> None:
    rows = [
        '2026-03-02T23:59:00+01:00,"[60,60,60]","[70,900,80]"',
        "2026-03-04T10:00:00+01:00,[0],[62]",
        "2026-03-04T11:00:00+01:00,[x],[62]",
    ]
    report = read_export(table("start,duration,value", *rows), "raw_hr_hr.csv")

    assert figures(report) == {"heart_rate": {"2026-03-02": 70, "2026-03-03": 80, "2026-03-04": 62}}
    assert dict(report.left) == {"impossible": 1, "no_value": 1}


def test_given_date_and_value_of_an_unknown_name_when_read_then_nothing_is_guessed() -> None:
    with pytest.raises(UnknownFormatError):
        read_export(table("date,value", "2026-03-02,5300"), "aggregates_elevation.csv")


def test_given_withings_nights_when_read_then_they_belong_to_the_day_of_waking_and_count_once() -> None:
    night = "2026-03-28T23:10:00+01:00,2026-03-29T07:50:00+02:00,14400,5400,7200,900,2,48"
    report = read_export(table(SLEEP_WITHINGS, night, night))

    assert {metric: days["2026-03-29"] for metric, days in figures(report).items()} == {
        "sleep_light": 240, "sleep_deep": 90, "sleep_rem": 120, "sleep_awake": 15, "sleep": 450,
    }  # fmt: skip
    assert dict(report.left) == {"duplicate": 1, "wake up": 2, "Heart rate (min)": 2}


def test_given_oura_s_trends_when_read_then_seconds_are_minutes_and_scores_are_left() -> None:
    report = read_export(table(OURA, "2026-03-04,74,24690,2400,69,56.63,5703,278", "2026-03-05,,,,,,,"))

    assert {metric: days["2026-03-04"] for metric, days in figures(report).items()} == {
        "sleep": 411.5, "sleep_rem": 40, "heart_rate_variability": 69, "heart_rate_resting": 56.63, "steps": 5703,
        "energy_active": 278,
    }  # fmt: skip
    assert dict(report.left) == {"Sleep Score": 1}


def test_given_oura_s_table_in_the_words_of_its_api_when_read_then_it_is_the_same() -> None:
    text = table("id;contributors;day;active_calories;steps", '"a";"{""x"": 1}";2026-03-04;278;5703')

    assert figures(read_export(text)) == {"steps": {"2026-03-04": 5703}, "energy_active": {"2026-03-04": 278}}


def test_given_oura_s_json_when_read_then_deleted_and_repeated_periods_do_not_count() -> None:
    sleep = {"id": "a", "day": "2026-03-04", "type": "long_sleep", "total_sleep_duration": 25200, "average_hrv": None}
    nap = {"id": "b", "day": "2026-03-04", "type": "late_nap", "total_sleep_duration": 1800}
    gone = {"id": "c", "day": "2026-03-04", "type": "deleted", "total_sleep_duration": 999}
    report = read_export(json.dumps({"data": [sleep, nap, nap, gone], "next_token": None}))

    assert figures(report) == {"sleep": {"2026-03-04": 450}}
    assert dict(report.left) == {"duplicate": 1, "deleted": 1}


def test_given_garmin_s_french_table_when_read_then_hours_are_minutes_and_the_distance_is_only_noted() -> None:
    report = read_export(
        table(
            GARMIN_FR, 'Course à pied,2026-08-10 10:52:21,false,"Sortie","3.95","1,407","00:35:20","151","4,404"',
            'Musculation,2026-06-20 10:04:15,false,"","0.00","540","57:59","--","--"',
        )
    )  # fmt: skip
    run, weights = report.facts

    assert seen(run) == ("Sortie", "00:35:20", "", "2026-08-10")
    assert (str(run.number), run.ucum, run.at, weights.label) == ("35.3", "min", None, "Musculation")
    assert (
        run.note == "Type d'activité: Course à pied; Distance: 3.95; Calories: 1,407; Fréquence cardiaque moyenne: 151"
    )
    assert figures(report) == {
        "energy_active": {"2026-08-10": 1407, "2026-06-20": 540}, "heart_rate": {"2026-08-10": 151},
        "minutes_exercise": {"2026-08-10": 35.3, "2026-06-20": 58.0},
    }  # fmt: skip


def test_given_garmin_s_decimal_commas_when_read_then_calories_of_a_thousand_are_not_one() -> None:
    header = "Activity Type,Date,Title,Distance,Calories,Time,Avg HR,Aerobic TE"
    report = read_export(table(header, 'Kayak,2026-04-18 10:03:35,Bay,"7,00","1,315","01:40:55","83,5","0,2"'))

    assert refused(report) == [("ambiguous", "2026-04-18: Calories 1,315")]
    assert figures(report)["heart_rate"] == {"2026-04-18": 83.5}


def test_given_garmin_s_days_and_nights_when_read_then_zeros_are_nothing_and_stages_are_summed() -> None:
    days = [
        {"calendarDate": "2026-03-02", "totalSteps": 11200, "totalDistanceMeters": 8210, "restingHeartRate": 0, "bmrKilocalories": 1800.0},
        {"calendarDate": {"date": "Mar 3, 2026 12:00:00 AM"}, "totalSteps": 10},
        {"calendarDate": 7, "totalSteps": 10}, {"calendarDate": "2026-03-02", "totalSteps": 11200},
    ]  # fmt: skip
    report = read_export(json.dumps(days), "UDSFile_2026-01-01_2026-03-31.json")
    night = [
        {"calendarDate": "2026-03-02", "deepSleepSeconds": 5400, "lightSleepSeconds": 14400, "awakeSleepSeconds": 600}
    ]

    assert figures(report) == {
        "steps": {"2026-03-02": 11200, "2026-03-03": 10}, "distance_walking": {"2026-03-02": 8.21},
        "energy_resting": {"2026-03-02": 1800},
    }  # fmt: skip
    assert ([reason for reason, _ in refused(report)], dict(report.left)) == (["not_a_result"], {"duplicate": 1})
    assert {metric: found["2026-03-02"] for metric, found in figures(read_export(json.dumps(night))).items()} == {
        "sleep_deep": 90, "sleep_light": 240, "sleep_awake": 10, "sleep": 330,
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        '[{"dateTime": "03/02/26 07:30:00", "value": "12"}',
        '[{"dateTime": "03/02/26 07:30:00", "value": "12"},]',
        '[{"dateTime": "03/02/26 07:30:00", "value": NaN}]',
        '[{"dateTime": "03/02/26 07:30:00", "value": "12"}, 5]',
        '[{"dateTime": "03/02/26 07:30:00", "value": ' + "[" * 200_000 + "]",
        '[{"dateTime": "03/02/26 07:30:00", "value": ' + "9" * 10_000 + "}]",
    ],
)
def test_given_json_that_is_damaged_or_a_trap_when_read_then_it_is_refused(text: str) -> None:
    with pytest.raises(DamagedExportError, match=r"^\d+ bytes$"):
        read_export(text, "steps-2026-03-02.json")


@pytest.mark.parametrize("value", ["1e999", "true", '{"a": 1}', '"\\ud800"', "-5", '"1,5"'])
def test_given_json_whose_value_is_no_count_when_read_then_nothing_is_kept(value: str) -> None:
    report = read_export(f'[{{"dateTime": "03/02/26 07:30:00", "value": {value}}}]', "steps-2026-03-02.json")

    assert report.rollups == ()
    assert sum(count for _, count in report.left) == 1


def test_given_an_empty_array_when_read_then_that_is_said() -> None:
    with pytest.raises(EmptyExportError):
        read_export("[]", "steps-2026-03-02.json")
