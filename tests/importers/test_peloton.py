"""Peloton's workouts: instants in named zones, miles and kilometres, rows repeated."""

import pytest

from tests.importers.wellness import PELOTON, figures, read_export, refused, seen, table


def ride(
    stamp: str = "2018-03-20 19:58 (PDT)", *, title: str = "Pop Ride", discipline: str = "Cycling", heart: str = "128.53",
    distance: str = "15.79", length: str = "30",
) -> str:  # fmt: skip
    return f"{stamp},Live,Ally Love,{length},{discipline},Theme,{title},,303,169,47%,82,31.61,{distance},370,{heart},,"


def test_given_a_ride_when_read_then_it_is_a_fact_with_its_instant_and_adds_up_by_day() -> None:
    report = read_export(table(PELOTON, ride()))
    (fact,) = report.facts

    assert report.kind == "peloton"
    assert seen(fact) == ("Pop Ride", "30", "minutes", "2018-03-20 19:58:00-07:00")
    assert (fact.category, fact.ucum, str(fact.number), str(fact.date)) == ("activity", "min", "30", "2018-03-20")
    assert "Avg. Resistance: 47%" in fact.note
    assert "Distance (km): 15.79" in fact.note
    assert figures(report) == {
        "distance_cycling": {"2018-03-20": 15.79}, "energy_active": {"2018-03-20": 370},
        "heart_rate": {"2018-03-20": 128.53}, "minutes_exercise": {"2018-03-20": 30},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "offset"),
    [
        ("(PST)", "-08:00"), ("(PDT)", "-07:00"), ("(MST)", "-07:00"), ("(MDT)", "-06:00"), ("(CST)", "-06:00"),
        ("(CDT)", "-05:00"), ("(EST)", "-05:00"), ("(EDT)", "-04:00"), ("(UTC)", "+00:00"), ("(GMT)", "+00:00"),
        ("(BST)", "+01:00"), ("(CET)", "+01:00"), ("(CEST)", "+02:00"), ("(-03)", "-03:00"), ("(+0530)", "+05:30"),
    ],
)  # fmt: skip
def test_given_a_known_zone_when_read_then_the_instant_bears_it(zone: str, offset: str) -> None:
    (fact,) = read_export(table(PELOTON, ride(f"2019-01-15 23:30 {zone}"))).facts

    assert fact.at is not None
    assert fact.at.isoformat() == f"2019-01-15T23:30:00{offset}"
    assert str(fact.date) == "2019-01-15"


@pytest.mark.parametrize("stamp", ["2019-01-15 23:30 (IST)", "2019-01-15 23:30 (XYZ)", "2019-01-15 23:30"])
def test_given_an_unknown_zone_when_read_then_only_the_day_is_kept(stamp: str) -> None:
    (fact,) = read_export(table(PELOTON, ride(stamp))).facts

    assert (fact.at, str(fact.date)) == (None, "2019-01-15")


def test_given_the_hour_that_comes_twice_when_clocks_change_then_two_rides_stay_two() -> None:
    summer, winter = ride("2018-11-04 01:30 (EDT)"), ride("2018-11-04 01:30 (EST)")
    report = read_export(table(PELOTON, summer, winter, winter))

    assert len({fact.at for fact in report.facts}) == len(report.facts) == 2
    assert dict(report.left) == {"duplicate": 1}
    assert figures(report)["minutes_exercise"] == {"2018-11-04": 60}


@pytest.mark.parametrize(
    ("speed", "distance", "pace"),
    [("mph", "mi", "min/mi"), ("MPH", "miles", "min/mile"), ("mph", "MI", "min/mi")],
)
def test_given_miles_when_read_then_the_roll_up_is_in_kilometres_and_the_note_as_printed(
    speed: str, distance: str, pace: str
) -> None:
    header = PELOTON.replace("(kph)", f"({speed})").replace("(km)", f"({distance})").replace("(min/km)", f"({pace})")
    report = read_export(table(header, ride(distance="10.00")))

    assert figures(report)["distance_cycling"] == {"2018-03-20": 16.09344}
    assert f"Distance ({distance}): 10.00" in report.facts[0].note
    assert dict(report.left) == {}


@pytest.mark.parametrize(("discipline", "metric"), [("Running", "distance_walking"), ("Rowing", None)])
def test_given_another_discipline_when_read_then_its_distance_is_its_own_or_none(
    discipline: str, metric: str | None
) -> None:
    found = figures(read_export(table(PELOTON, ride(discipline=discipline))))

    assert {name for name in found if name.startswith("distance")} == ({metric} if metric else set())


def test_given_a_heart_rate_of_900_when_read_then_it_is_counted_and_the_ride_stays() -> None:
    report = read_export(table(PELOTON, ride(heart="900")))

    assert dict(report.left) == {"impossible": 1}
    assert "heart_rate" not in figures(report)
    assert len(report.facts) == 1


def test_given_a_ride_without_length_or_day_when_read_then_it_is_listed() -> None:
    report = read_export(
        table(
            PELOTON,
            ride(length=""),
            ride("yesterday"),
            ride(title="Long", length="99999"),
            ride(title="Odd", length="half"),
        )
    )

    assert [reason for reason, _ in refused(report)] == [
        "no_value",
        "not_a_result",
        "impossible",
        "not_a_result",
        "no_value",
    ]
    assert report.facts == ()


def test_given_a_title_that_is_hostile_when_read_then_it_is_one_short_line() -> None:
    (fact,) = read_export(table(PELOTON, ride(title="\u202e=cmd|' /C calc'!A0\x1b[2J" + "a" * 5000))).facts

    assert len(fact.label) == 400
    assert fact.label.startswith("=cmd|' /C calc'!A0[2Jaaa")
