"""The exports shared with other checkouts, exactly."""

from pathlib import Path

import pytest

from tests.importers.wellness import figures, read_export, refused, seen


@pytest.fixture
def folder(shared: Path) -> Path:
    return shared / "data/wellness"


def test_given_the_shared_nutrition_when_read_then_a_thousand_is_a_thousand(folder: Path) -> None:
    report = read_export((folder / "Nutrition-Summary.csv").read_bytes())

    assert figures(report)["diet_energy"] == {"2026-09-28": 1550}
    assert figures(report)["diet_protein"] == {"2026-09-28": 135}
    assert (dict(report.counts), len(report.rollups), report.not_read) == ({"Nutrition-Summary": 2}, 13, ())


def test_given_the_shared_measures_when_read_then_weights_are_asked_about(folder: Path) -> None:
    report = read_export((folder / "Measurement-Summary.csv").read_bytes())

    assert refused(report) == [
        ("unit_unknown", "2026-09-28: Weight 205.3"),
        ("unit_unknown", "2026-09-29: Weight 207.6"),
    ]
    assert figures(report) == {"body_fat": {"2026-09-28": 31.3, "2026-09-30": 31}}


def test_given_the_shared_exercises_when_read_then_two_are_proposed(folder: Path) -> None:
    report = read_export((folder / "Exercise-Summary.csv").read_bytes())

    assert [fact.label for fact in report.facts] == ["Walking, incline", "Smith machine squat"]
    assert figures(report)["steps"] == {"2026-09-29": 8000}
    assert dict(report.counts) == {"Exercise-Summary": 3}


def test_given_the_shared_rides_when_read_then_instants_and_kilometres_are_theirs(folder: Path) -> None:
    metric = read_export((folder / "workouts_metric_sample.csv").read_bytes())
    miles = read_export((folder / "workouts_us_sample.csv").read_bytes())

    assert [seen(fact) for fact in metric.facts] == [
        ("30 min Advanced Beginner Ride", "30", "minutes", "2018-03-20 19:58:00-07:00"),
        ("30 min Pop Ride", "30", "minutes", "2018-03-21 20:12:00-07:00"),
        ("5 min Post-Ride Stretch", "5", "minutes", "2018-03-24 15:18:00-07:00"),
    ]
    assert figures(metric)["distance_cycling"] == {"2018-03-20": 15.79, "2018-03-21": 15.14}
    assert [str(fact.at) for fact in miles.facts] == ["2020-01-30 09:30:00-05:00", "2018-02-22 17:25:00-05:00"]
    assert figures(miles)["distance_cycling"] == {"2020-01-30": 12.53679, "2018-02-22": 4.763658}
    assert not any((metric.not_read, metric.left, miles.not_read, miles.left))
