"""Health Connect's database: local days, several apps, and schemas that are hostile or not there."""

import pytest

from bot.health.documents.errors import DamagedExportError, EmptyExportError
from tests.importers.wellness import figures, health_connect, milliseconds, read_export, seen

APPS: list[tuple[object, ...]] = [(1, "org.example.walk", "Walker", None), (2, "org.example.watch", None, b"\0" * 9)]
NAME = "health_connect_export.db"


def steps(*rows: tuple[int, str, int, object]) -> list[tuple[object, ...]]:
    return [
        (place, app, milliseconds(start), milliseconds(start) + 60_000, offset, count)
        for place, (app, start, offset, count) in enumerate(rows, start=1)
    ]


def test_given_steps_of_two_apps_when_read_then_each_has_its_own_and_the_day_is_local() -> None:
    walked = steps((1, "2026-03-01T23:30:00+00:00", 3600, 100), (2, "2026-03-01T23:30:00+00:00", 0, 40))
    report = read_export(health_connect({"application_info_table": APPS, "steps_record_table": walked}), NAME)

    assert report.kind == "health_connect"
    assert {(r.source, str(day.day), day.total) for r in report.rollups for day in r.days} == {
        ("Walker", "2026-03-02", 100),
        ("org.example.watch", "2026-03-01", 40),
    }
    assert dict(report.counts) == {"steps_record_table": 2}


def test_given_the_night_clocks_change_when_read_then_each_record_has_its_own_offset() -> None:
    walked = steps((1, "2026-10-24T22:30:00+00:00", 7200, 5), (1, "2026-10-25T22:30:00+00:00", 3600, 7))
    report = read_export(health_connect({"application_info_table": APPS, "steps_record_table": walked}), NAME)

    assert figures(report) == {"steps": {"2026-10-25": 12}}


def test_given_weights_when_read_then_they_are_kilograms_and_the_last_is_the_day_s() -> None:
    noon, morning = milliseconds("2026-03-02T12:00:00+00:00"), milliseconds("2026-03-02T06:00:00+00:00")
    rows: list[tuple[object, ...]] = [(1, 1, noon, 0, 81_500.0), (2, 1, morning, 0, 80_900.0), (3, 1, noon, 0, 5e-324)]
    (rollup,) = read_export(health_connect({"application_info_table": APPS, "weight_record_table": rows}), NAME).rollups

    assert (rollup.unit, rollup.days[0].last, rollup.days[0].count) == ("kg", 81.5, 2)


def test_given_heart_rates_when_read_then_900_is_counted_and_not_kept() -> None:
    start = milliseconds("2026-03-02T12:00:00+00:00")
    report = read_export(
        health_connect(
            {
                "heart_rate_record_table": [(1, 1, start, 0)],
                "heart_rate_record_series_table": [(1, 60, start), (1, 900, start), (1, 70, start + 1000)],
            }
        ),
        NAME,
    )

    assert figures(report) == {"heart_rate": {"2026-03-02": 130}}
    assert (dict(report.counts), dict(report.left)) == ({"heart_rate_record_table": 3}, {"impossible": 1})


def test_given_nights_when_read_then_sleep_is_the_session_without_what_was_awake() -> None:
    start = milliseconds("2026-03-01T22:00:00+00:00")
    hour = 3_600_000
    sessions: list[tuple[object, ...]] = [
        (1, 1, start, start + 8 * hour, 3600), (2, 1, start + 24 * hour, start + 31 * hour, 3600),
    ]  # fmt: skip
    stages: list[tuple[object, ...]] = [
        (1, start, start + hour, 1), (1, start + hour, start + 3 * hour, 5), (1, start + 3 * hour, start + 8 * hour, 4),
    ]  # fmt: skip
    report = read_export(health_connect({"sleep_session_record_table": sessions, "sleep_stages_table": stages}), NAME)

    assert figures(report) == {
        "sleep": {"2026-03-02": 420, "2026-03-03": 420}, "sleep_in_bed": {"2026-03-02": 480, "2026-03-03": 420},
        "sleep_awake": {"2026-03-02": 60}, "sleep_deep": {"2026-03-02": 120}, "sleep_light": {"2026-03-02": 300},
    }  # fmt: skip


def test_given_workouts_when_read_then_each_is_a_fact_with_its_instant() -> None:
    start = milliseconds("2026-03-01T08:00:00+01:00")
    rows: list[tuple[object, ...]] = [
        (1, 1, start, start + 1_830_000, 3601, "Parc", 53), (2, 1, start, start + 60_000, 0, None, 8),
    ]  # fmt: skip
    report = read_export(health_connect({"exercise_session_record_table": rows}), NAME)

    assert [seen(fact) for fact in report.facts] == [
        ("Parc", "30.5", "min", "2026-03-01 08:00:00+01:00"),
        ("exercise_type 8", "1.0", "min", "2026-03-01 07:00:00+00:00"),
    ]
    assert report.facts[0].note == "exercise_type 53"


def test_given_distances_when_read_then_they_are_counted_as_left() -> None:
    report = read_export(health_connect({"distance_record_table": [(1, 1, 512.5)]}), NAME)

    assert (dict(report.counts), dict(report.left)) == ({"distance_record_table": 1}, {"distance_record_table": 1})


def test_given_an_export_written_ahead_of_its_log_when_read_then_it_opens() -> None:
    data = bytearray(health_connect({"steps_record_table": steps((1, "2026-03-01T10:00:00+00:00", 0, 100))}))
    data[18:20] = b"\2\2"

    assert figures(read_export(bytes(data), NAME)) == {"steps": {"2026-03-01": 100}}


@pytest.mark.parametrize(
    "more",
    [
        "DROP TABLE steps_record_table; CREATE VIEW steps_record_table AS SELECT 0 AS start_time, 0 AS start_zone_offset,"
        " 1 AS app_info_id, 9 AS count;",
        "DROP TABLE steps_record_table; CREATE VIRTUAL TABLE steps_record_table USING fts5(start_time, count);",
        "ALTER TABLE steps_record_table RENAME COLUMN count TO number;",
        "INSERT INTO steps_record_table VALUES (1, 1, 'x', 2, 'y', zeroblob(10));",
        "INSERT INTO steps_record_table VALUES (1, 1, 9e99, 2, -9e99, 'n');",
        "INSERT INTO steps_record_table VALUES (1, 1, 9, 2, 86399, 7);",
        "INSERT INTO steps_record_table VALUES (1, 1, 9223372036854775807, 2, 9223372036854775807, 5);",
    ],
)
def test_given_a_schema_or_cells_that_are_not_health_connect_s_when_read_then_nothing_is_taken_from_them(
    more: str,
) -> None:
    try:
        report = read_export(health_connect({"application_info_table": APPS}, more=more), NAME)
    except EmptyExportError:
        return

    assert not report.rollups
    assert not report.facts
    assert sum(count for _, count in report.left) == 1


def test_given_text_that_is_no_utf_8_when_read_then_it_is_shown_without_it() -> None:
    more = "INSERT INTO application_info_table VALUES (1, NULL, CAST(x'41ff42' AS TEXT), NULL);"
    walked = steps((1, "2026-03-01T10:00:00+00:00", 0, 100))

    assert read_export(health_connect({"steps_record_table": walked}, more=more), NAME).rollups[0].source == "A�B"


def test_given_a_database_cut_short_when_read_then_it_is_refused_without_its_words() -> None:
    data = health_connect(
        {"application_info_table": APPS, "steps_record_table": steps((1, "2026-03-01T10:00:00+00:00", 0, 1))}
    )

    with pytest.raises(DamagedExportError, match=r"^\d+ bytes$"):
        read_export(data[: len(data) // 2], NAME)
