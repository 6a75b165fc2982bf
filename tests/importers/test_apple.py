"""What an Apple Health export becomes: one figure a day, a metric and a source, and a count of everything else."""

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.health.documents.errors import DamagedExportError, NoResultsError
from bot.health.importers.extract import read_report
from bot.settings.model import DocumentSettings
from tests.importers.apple_export import NOW, PULSE, STEPS, WEIGHT, days, export, record, report, watch, zipped

SLEEP = "HKCategoryTypeIdentifierSleepAnalysis"
STAGE = "HKCategoryValueSleepAnalysis"
WORKOUT = """ <Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="34.4829100036621" durationUnit="min" sourceName="Watch" startDate="2024-06-01 23:40:00 +0200" endDate="2024-06-02 00:14:28 +0200">
  <MetadataEntry key="HKIndoorWorkout" value="0"/>
  <WorkoutActivity uuid="1"><WorkoutStatistics type="HKQuantityTypeIdentifierActiveEnergyBurned" sum="1" unit="kcal"/></WorkoutActivity>
  <WorkoutStatistics type="HKQuantityTypeIdentifierActiveEnergyBurned" sum="412.55" unit="kcal"/>
  <WorkoutStatistics type="HKQuantityTypeIdentifierHeartRate" average="132.4" minimum="88" maximum="171" unit="count/min"/>
 </Workout>
"""


def drawn(count: int) -> tuple[list[str], dict[tuple[str, str], tuple[int, float, float, float, float]]]:
    """Draw records in no order, with children and without, and add them up as plainly as one can."""
    draw = random.Random(7)  # noqa: S311
    lines, truth = [], defaultdict(list)
    for number in range(count):
        kind, unit, metric = draw.choice(
            [(STEPS, "count", "steps"), (PULSE, "count/min", "heart_rate"), (WEIGHT, "kg", "weight")]
        )
        when = datetime(2023, 12, 1, tzinfo=UTC) + timedelta(minutes=number * 17 % 90_000)
        value = draw.randint(60, 120) + (number % 4) / 4
        stamp = f"{when:%Y-%m-%d %H:%M:%S} +0100"
        inside = '\n  <MetadataEntry key="HKWasUserEntered" value="1"/>\n ' if number % 3 == 0 else ""
        lines.append(record(kind, str(value), stamp, unit=unit, inside=inside))
        truth[metric, f"{when:%Y-%m-%d}"].append((when, value))
    figures = {
        key: (len(of), sum(v for _, v in of), min(v for _, v in of), max(v for _, v in of), max(of)[1])
        for key, of in truth.items()
    }
    return lines, figures


def pressure(number: int) -> str:
    """Write a blood pressure as Apple does: both records, and both again inside their correlation."""
    stamp = f"2024-02-{number + 1:02} 07:00:00 +0100"
    both = "".join(
        record(f"BloodPressure{kind}", value, stamp, unit="mmHg", source="Withings")
        for kind, value in (("Systolic", "121"), ("Diastolic", "79"))
    )
    return f'{both} <Correlation type="HKCorrelationTypeIdentifierBloodPressure" sourceName="Withings" startDate="{stamp}" endDate="{stamp}">\n{both} </Correlation>\n'


def test_given_a_known_export_when_read_then_every_day_is_the_plain_sum_of_its_records() -> None:
    lines, figures = drawn(5_000)
    read = report(export(*lines, *map(pressure, range(4))))

    assert dict(read.counts) == {"Record": 5_008, "Correlation": 4}
    assert read.left == ()
    assert {
        (m, day): figure for m in ("steps", "heart_rate", "weight") for day, figure in days(read, m).items()
    } == figures
    assert days(read, "blood_pressure_systolic", "Withings")["2024-02-03"] == (1, 121, 121, 121, 121)
    assert all(len({(d.day.year, d.day.month) for d in rollup.days}) == 1 for rollup in read.rollups)
    assert all([d.day for d in rollup.days] == sorted(d.day for d in rollup.days) for rollup in read.rollups)


def test_given_a_correlation_longer_than_what_is_read_at_once_when_read_then_its_records_count_once() -> None:
    food = "".join(record("DietaryProtein", str(n), unit="g", source="MyFitnessPal") for n in range(1_000))
    read = report(export(food, f'<Correlation type="HKCorrelationTypeIdentifierFood">\n{food}</Correlation>', record()))

    assert dict(read.counts) == {"Record": 1_001, "Correlation": 1}
    assert days(read, "diet_protein", "MyFitnessPal") == {"2024-03-10": (1_000, 499_500, 0, 999, 999)}


def test_given_the_same_export_when_read_again_then_the_report_is_the_same() -> None:
    whole = export(*drawn(500)[0], WORKOUT)

    assert report(whole) == report(whole)
    assert report(zipped([("apple_health_export/export.xml", whole)])).rollups == report(whole).rollups


@pytest.mark.parametrize("name", ["export.xml", "exportación.xml", "Export.xml", "exporter.xml", ""])
def test_given_any_name_when_read_then_the_content_decides(name: str) -> None:
    assert report(export(record()), name=name).kind == "apple_health"


def test_given_records_written_otherwise_when_read_then_they_say_the_same() -> None:
    usual = record(PULSE, "60", unit="count/min", source='Bob & "Al"’s <iPhone>')
    head, _, dates = usual.strip().removeprefix("<Record ").removesuffix("/>").partition(" sourceName=")
    turned = f" <Record  sourceName={dates}\n {head} />\n"
    single = usual.replace('value="60"', "value='60'").replace("08:00:00", "09:00:00")
    read = report(export(turned, single, usual.replace("08:00:00", "10:00:00")))

    assert days(read, "heart_rate", 'Bob & "Al"’s <iPhone>') == {"2024-03-10": (3, 180, 60, 60, 60)}


def test_given_controls_and_a_broken_dtd_when_read_then_both_are_passed_over() -> None:
    broken = "<!DOCTYPE HealthData [\n<!ELEMENT Record ((MetadataEntry|HeartRateVariability)*>\n<!ATTLIST Record\n]>\n"
    read = report(
        export(record(source="iPhone\x0b de Camille")).replace(b"<!DOCTYPE", broken.encode() + b"<!DOCTYPE", 1)
    )

    assert days(read, "steps") == {"2024-03-10": (1, 100, 100, 100, 100)}


@pytest.mark.parametrize("filling", [0, 65_400, 200_000])
def test_given_a_record_in_a_comment_when_read_then_it_is_none(filling: int) -> None:
    read = report(
        export(
            record(), f"<!-- {'<x ' * (filling // 3)}{record(value='7')} -->", record(start="2024-03-11 08:00:00 +0100")
        )
    )

    assert days(read, "steps") == {"2024-03-10": (1, 100, 100, 100, 100), "2024-03-11": (1, 100, 100, 100, 100)}
    assert dict(read.counts) == {"Record": 2}


BOMB = '<!DOCTYPE HealthData [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>\n'
DAMAGED = {
    "cut off": export(*[record()] * 90)[:-400],
    "cut in a record": export(record())[:-40],
    "an entity bomb": export(record(source="NAME").replace("NAME", "&b;"), dtd=BOMB),
    "an entity in a value": export(record(value="NAME").replace("NAME", "&a;"), dtd=BOMB),
    "a foreign file": export("<x>&c;</x>", dtd=BOMB),
    "a second DTD": export("<!DOCTYPE HealthData [<!ENTITY a 'b'>]>"),
    "a wrong tag": export(record(), "</Records>"),
    "a tag in a name": export(record(source="NAME").replace("NAME", "<Record/>")),
    "another encoding": export(record(source="café")).replace("café".encode(), b"caf\xe9"),
    "no root": b"<!DOCTYPE HealthData [" + b" " * 3_000_000,
    "an attribute without end": export(f' <Record type="{"x" * 2_000_000}"/>'),
    "a comment without end": export("<!--" + "x" * 2_000_000),
    "an entity far inside": export(
        *[record()] * 2_000, record(source="NAME").replace("NAME", "&b;"), *[record()] * 2_000
    ),
    "a name in another encoding, far inside": export(
        *[record()] * 2_000, record(source="é"), *[record()] * 2_000
    ).replace("é".encode(), b"\xe9"),
    "a record without anything": export(record(), "<Record/>", WORKOUT, record()),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_given_what_is_no_whole_export_when_read_then_it_is_refused(damage: str) -> None:
    with pytest.raises(DamagedExportError) as caught:
        report(DAMAGED[damage])

    assert "iPhone" not in str(caught.value)


def test_given_an_export_of_nothing_when_read_then_it_has_no_results() -> None:
    with pytest.raises(NoResultsError):
        report(export())


def test_given_two_sources_when_read_then_they_are_never_added_up() -> None:
    read = report(export(record(), record(value="90", source="Watch")))

    assert days(read, "steps")["2024-03-10"][1] == 100
    assert days(read, "steps", "Watch")["2024-03-10"][1] == 90


def test_given_mixed_time_zones_when_read_then_the_day_is_where_the_person_was() -> None:
    late, tokyo = "2024-03-10 23:50:00 -0800", "2024-03-12 00:10:00 +0900"
    read = report(export(record(start=late), record(start=tokyo), record(start="2024-03-12 23:59:59 +0900")))

    assert {day: figure[0] for day, figure in days(read, "steps").items()} == {"2024-03-10": 1, "2024-03-12": 2}


def test_given_the_day_the_clock_goes_back_when_read_then_the_hour_that_comes_twice_counts_twice() -> None:
    twice = [record(start=f"2024-10-27 02:30:00 {offset}") for offset in ("+0200", "+0100")]

    assert days(report(export(*twice)), "steps") == {"2024-10-27": (2, 200, 100, 100, 100)}


def test_given_a_night_over_a_change_of_clock_when_read_then_its_minutes_are_the_real_ones() -> None:
    night = record(SLEEP, STAGE + "Asleep", "2024-03-30 23:00:00 +0100", "2024-03-31 07:00:00 +0200", unit=None)

    assert days(report(export(night)), "sleep") == {"2024-03-31": (1, 420, 420, 420, 420)}


def test_given_a_night_in_stages_when_read_then_they_stand_on_the_day_one_wakes_up() -> None:
    night = [
        ("InBed", "2024-03-10 22:20:00 +0100", "2024-03-11 06:40:00 +0100"),
        ("AsleepCore", "2024-03-10 22:30:00 +0100", "2024-03-10 23:30:00 +0100"),
        ("AsleepDeep", "2024-03-10 23:30:00 +0100", "2024-03-11 00:10:00 +0100"),
        ("Awake", "2024-03-11 00:10:00 +0100", "2024-03-11 00:15:00 +0100"),
        ("AsleepREM", "2024-03-11 00:15:00 +0100", "2024-03-11 00:45:00 +0100"),
        ("Dreaming", "2024-03-11 00:15:00 +0100", "2024-03-11 00:45:00 +0100"),
    ]
    nap = ("AsleepUnspecified", "2024-03-11 14:00:00 +0100", "2024-03-11 14:20:00 +0100")
    read = report(export(*(record(SLEEP, STAGE + stage, *times, unit=None) for stage, *times in [*night, nap])))
    minutes = {
        m: days(read, m) for m in ("sleep", "sleep_light", "sleep_deep", "sleep_rem", "sleep_awake", "sleep_in_bed")
    }

    assert {metric: {day: figure[1] for day, figure in of.items()} for metric, of in minutes.items()} == {
        "sleep": {"2024-03-11": 150}, "sleep_light": {"2024-03-11": 60}, "sleep_deep": {"2024-03-11": 40},
        "sleep_rem": {"2024-03-11": 30}, "sleep_awake": {"2024-03-11": 5}, "sleep_in_bed": {"2024-03-11": 500},
    }  # fmt: skip
    assert read.left == ((SLEEP, 1),)


def test_given_hours_stood_and_minutes_of_mind_when_read_then_each_has_its_metric() -> None:
    hour = "HKCategoryTypeIdentifierAppleStandHour"
    times = ("2024-03-10 09:00:00 +0100", "2024-03-10 10:00:00 +0100")
    read = report(
        export(
            record(hour, "HKCategoryValueAppleStandHourStood", *times, unit=None),
            record(hour, "HKCategoryValueAppleStandHourIdle", *times, unit=None),
            record("HKCategoryTypeIdentifierMindfulSession", "HKCategoryValueNotApplicable", *times, unit=None),
        )
    )

    assert days(read, "hours_standing")["2024-03-10"][1] == 1
    assert days(read, "minutes_mindful")["2024-03-10"][1] == 60
    assert read.left == ((hour, 1),)


@pytest.mark.parametrize(
    ("kind", "value", "unit", "metric", "kept"),
    [
        ("BodyMass", "165", "lb", "weight", 74.842741), ("BodyMass", "11.5", "st", "weight", 73.028372),
        ("DistanceWalkingRunning", "2", "mi", "distance_walking", 3.218688),
        ("BodyTemperature", "98.6", "degF", "body_temperature", 37.0),
        ("BloodGlucose", "100", "mg/dL", "blood_glucose", 5.550749),
        ("BloodGlucose", "5.5", "mmol<180.1558800000541>/L", "blood_glucose", 5.5),
        ("OxygenSaturation", "0.97", "%", "oxygen_saturation", 97.0), ("BodyFatPercentage", "0.215", "%", "body_fat", 21.5),
        ("ActiveEnergyBurned", "418.4", "kJ", "energy_active", 100.0), ("ActiveEnergyBurned", "100", "Cal", "energy_active", 100.0),
        ("Height", "6", "ft", "height", 182.88), ("Height", "180", "cm", "height", 180.0), ("Height", "70", "in", "height", 177.8),
        ("HeartRate", "1.2", "count/s", "heart_rate", 72.0), ("DietaryWater", "8", "fl_oz_us", "diet_water", 236.588237),
        ("HeartRateVariabilitySDNN", "42.5", "ms", "heart_rate_variability", 42.5), ("VO2Max", "41", "mL/min·kg", "vo2_max", 41.0),
        ("WalkingSpeed", "3", "mi/hr", "walking_speed", 4.828032), ("DietaryVitaminD", "10", "mcg", "diet_vitamin_d", 10.0),
        ("BloodPressureSystolic", "16", "kPa", "blood_pressure_systolic", 120.00987),
    ],
)  # fmt: skip
def test_given_a_unit_of_apple_s_when_read_then_it_is_the_metric_s_own(
    kind: str, value: str, unit: str, metric: str, kept: float
) -> None:
    found = days(report(export(record(kind, value, unit=unit))), metric)["2024-03-10"]

    assert found == (1, *[pytest.approx(kept, abs=1e-5)] * 4)


def test_given_one_source_in_two_units_when_read_then_its_day_is_one() -> None:
    read = report(
        export(
            record(WEIGHT, "165", "2024-03-10 20:00:00 +0100", unit="lb"),
            record(WEIGHT, "70", "2024-03-10 08:00:00 +0100", unit="kg"),
        )
    )

    assert days(read, "weight") == {"2024-03-10": (2, 144.842741, 70.0, 74.842741, 74.842741)}


def test_given_what_no_table_knows_when_read_then_it_is_counted_under_its_own_name() -> None:
    read = report(
        export(
            record("AppleMoonPhase", "3"),
            record("AppleMoonPhase", "full"),
            record(WEIGHT, "70", unit="catty"),
            record(WEIGHT, "70", unit=None),
            ' <ClinicalRecord type="x" resourceFilePath="/clinical-records/1.json"/>\n <Audiogram><SensitivityPoint/></Audiogram>\n',
        )
    )

    assert read.rollups == ()
    assert dict(read.left) == {
        "HKQuantityTypeIdentifierAppleMoonPhase": 2, f"{WEIGHT} [catty]": 1, f"{WEIGHT} []": 1, "ClinicalRecord": 1, "Audiogram": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (record(PULSE, "900", unit="count/min"), "impossible"), (record(PULSE, "nan", unit="count/min"), "impossible"),
        (record(PULSE, "72,5", unit="count/min"), "impossible"), (record(PULSE, "1e999", unit="count/min"), "impossible"),
        (record("OxygenSaturation", "97", unit="%"), "impossible"), (record(value="-5"), "impossible"),
        (record(start="2099-01-01 08:00:00 +0100"), "future"), (record(start="2025-01-07 00:30:00 +0100"), "future"),
        (record(start="1599-01-01 08:00:00 +0100"), "impossible"), (record(start="2024-02-30 08:00:00 +0100"), "impossible"),
        (record(start="2024-13-01 08:00:00 +0100"), "impossible"), (record(start="yesterday"), "impossible"),
        (record(start="2024-01-31 29:59:59 +0100"), "impossible"),
        (record(value="1_0"), "impossible"),
        (record(value="VALUE").replace("VALUE", "&#49;00"), "duplicate"),
        (record(start="2024-02-30 08:00:00 +0100", device=watch("A")), "impossible"),
        (record(start="2025-01-30 08:00:00 +0100", device=watch("B")), "future"),
        (record(start="2024-01-32 08:00:00 +0100"), "impossible"), (record(start=""), "impossible"),
        (record(SLEEP, STAGE + "Asleep", "2024-03-11 07:00:00 +0100", "2024-03-10 07:00:00 +0100", unit=None), "impossible"),
        (record(SLEEP, STAGE + "Asleep", "2024-03-11 07:00:00", "9999-12-31 23:59:59 +0100", unit=None), "impossible"),
        (record(), "duplicate"), (record(source="x" * 3_000), "too_many"),
    ],
)  # fmt: skip
def test_given_a_record_that_cannot_be_when_read_then_it_is_counted_and_not_kept(bad: str, reason: str) -> None:
    read = report(export(record(), bad))

    assert dict(read.left) == {reason: 1}
    assert read.devices == ()
    assert [rollup.metric for rollup in read.rollups] == ["steps"]
    assert days(read, "steps") == {"2024-03-10": (1, 100, 100, 100, 100)}


def test_given_bytes_no_text_has_in_a_value_when_read_then_it_is_counted() -> None:
    lines = [record(start=f"2024-03-10 08:{n // 60:02}:{n % 60:02} +0100") for n in range(1_500)]
    stage = record(SLEEP, "VALUE", unit=None)
    read = report(export(*lines[:700], stage, *lines[700:]).replace(b"VALUE", b"\xe9"))

    assert dict(read.left) == {SLEEP: 1}


def test_given_hours_written_in_twelve_when_read_then_their_days_are_kept() -> None:
    read = report(export(record(start="2024-03-10 7:05:00 PM +0100"), record(start="2024-03-10 8:05:00 AM +0100")))

    assert days(read, "steps")["2024-03-10"][:2] == (2, 200)


def test_given_records_twice_and_far_apart_when_read_then_they_count_once_and_foods_as_often_as_eaten() -> None:
    lines = drawn(300)[0]
    egg = record("DietaryProtein", "6", unit="g", source="MyFitnessPal")
    read = report(export(*lines, egg, *lines, egg))

    assert dict(read.left) == {"duplicate": 300}
    assert days(read, "diet_protein", "MyFitnessPal") == {"2024-03-10": (2, 12, 6, 6, 6)}
    assert report(export(*lines)).rollups == tuple(r for r in read.rollups if r.metric != "diet_protein")


def test_given_a_new_watch_when_read_then_the_day_it_began_is_told() -> None:
    worn = [
        ("09", "Watch6,2", "9.1"),
        ("11", "Watch7,1", "11"),
        ("08", "Watch6,2", "9.0"),
        ("10", "Watch7,1", "10"),
        ("12", "Watch6,2", "11"),
    ]
    beats = [
        record(
            PULSE, "60", f"2024-03-{day} 08:00:00 +0100", unit="count/min", device=watch(of).replace("10.3.1", version)
        )
        for day, of, version in worn
    ]
    read = report(export(*beats, record(device=watch("iPhone14,5"))))

    assert [(d.metric, d.device, d.since) for d in read.devices] == [
        ("heart_rate", "Watch6,2", date(2024, 3, 8)),
        ("heart_rate", "Watch7,1", date(2024, 3, 10)),
    ]


def test_given_a_workout_when_read_then_it_is_a_fact_with_what_apple_says_of_it() -> None:
    read = report(export(record(), WORKOUT, WORKOUT))
    (run,) = read.facts

    assert (run.id, run.label, run.value, run.unit, run.ucum) == ("1", "Running", "34.4829100036621", "min", "min")
    assert (str(run.date), str(run.until), run.category, run.page) == ("2024-06-01", "2024-06-02", "activity", 1)
    assert run.at is not None
    assert run.at.isoformat() == "2024-06-01T23:40:00+02:00"
    assert run.note == "Watch; ActiveEnergyBurned 412.55 kcal; HeartRate 132.4 count/min (88–171)"
    assert export(record(), WORKOUT).splitlines()[run.line - 1].lstrip().startswith(b"<Workout ")
    assert (dict(read.counts)["Workout"], dict(read.left)) == (2, {"duplicate": 1})


@pytest.mark.parametrize(
    ("was", "written", "reason"),
    [
        ("34.4829100036621", "NaN", "impossible"),
        ("34.4829100036621", "1E-29", "impossible"), ("34.4829100036621", "9" * 400, "impossible"), ('"min"', '"parsec"', "impossible"),
        ("2024-06-0", "2099-06-0", "future"), ("2024-06-02 00", "2024-05-02 00", "impossible"), ("+0200", "", "impossible"),
    ],
)  # fmt: skip
def test_given_a_workout_that_cannot_be_when_read_then_it_is_counted(was: str, written: str, reason: str) -> None:
    read = report(export(record(), WORKOUT.replace(was, written)))

    assert (read.facts, dict(read.left)) == ((), {reason: 1})


def test_given_the_rings_of_days_when_read_then_they_are_a_source_of_their_own() -> None:
    ring = ' <ActivitySummary dateComponents="{}" activeEnergyBurned="{}" activeEnergyBurnedUnit="kcal" appleExerciseTime="{}" appleStandHours="{}"/>\n'
    read = report(export(ring.format("2024-03-10", "512.5", 31, 12), ring.format("1969-12-30", "0", 0, 0)))

    assert days(read, "energy_active", "ActivitySummary") == {"2024-03-10": (1, 512.5, 512.5, 512.5, 512.5)}
    assert days(read, "hours_standing", "ActivitySummary")["2024-03-10"][1] == 12
    assert dict(read.left) == {"ActivitySummary": 1}


async def test_given_an_export_when_read_in_the_worker_then_the_same_report_comes_back() -> None:
    nasty = 'Robert"); DROP TABLE <b>{{7*7}}</b> \u202e %s ${jndi:x}'
    lines = [*drawn(2_000)[0], record(source=nasty), record(PULSE, "50", unit="count/min", device=watch("A")), WORKOUT]
    whole = export(*lines, record(PULSE, "51", "2024-03-12 08:00:00 +0100", unit="count/min", device=watch("B")))
    through = await read_report(whole, DocumentSettings(), now=NOW)
    here = report(whole)

    assert (through.rollups, through.devices, through.counts, through.left) == (
        here.rollups,
        here.devices,
        here.counts,
        here.left,
    )
    assert [fact.note for fact in through.facts] == [fact.note for fact in here.facts]
    assert days(through, "steps", nasty)["2024-03-10"][1] == 100


async def test_given_thousands_of_names_when_read_in_the_worker_then_the_answer_stays_within_its_bounds() -> None:
    names = [record(source=f"s{n}") for n in range(6_000)]
    kinds = [record(f"Kind{n}") for n in range(900)]
    elements = [f"<E{n}/>" for n in range(1_500)]
    legs = WORKOUT.replace(" </Workout>", '<WorkoutStatistics type="x" sum="1"/>' * 900 + "</Workout>")
    through = await read_report(export(*kinds, *names, *elements, legs), DocumentSettings(seconds=60), now=NOW)

    assert len(through.counts) <= 400
    assert len(through.left) <= 400
    assert sum(count for _, count in through.left) + sum(len(r.days) for r in through.rollups) == 900 + 6_000 + 1_500
    assert len(through.facts) == 1


def test_given_a_long_export_when_read_then_its_progress_is_told() -> None:
    told: list[int] = []
    whole = export(*[record(inside="\n" * 400)] * 15_000)
    report(whole, told=told)

    assert told == sorted(told)
    assert len(told) == len(whole) // 4_200_000
    assert max(told) <= len(whole)
