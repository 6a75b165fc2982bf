"""MyFitnessPal's three tables, in American and French spelling, with their traps."""

import pytest

from bot.health.documents.errors import EmptyExportError
from tests.importers.wellness import EXERCISE, NUTRITION, figures, read_export, refused, seen, table


def meal(day: str, name: str, calories: str, note: str = "") -> str:
    return f"{day},{name},{calories},15.0,4,1,2,0,30,400,300,60.0,8,10,45.0,12,3,7,9,{note}"


def test_given_meals_when_read_then_a_day_s_nutrients_add_up_and_what_has_no_unit_is_counted() -> None:
    report = read_export(
        table(
            NUTRITION, meal("2026-09-28", "Breakfast", '"1,050"'), meal("2026-09-28", "Dinner", "950.5", "late"),
            meal("2026-09-29", "Snacks", "100.0"),
        )
    )  # fmt: skip

    assert report.kind == "myfitnesspal"
    assert figures(report)["diet_energy"] == {"2026-09-28": 2000.5, "2026-09-29": 100}
    assert figures(report)["diet_sodium"] == {"2026-09-28": 800, "2026-09-29": 400}
    assert {rollup.unit for rollup in report.rollups if rollup.metric == "diet_cholesterol"} == {"mg"}
    assert len(figures(report)) == 13
    assert dict(report.counts) == {"Nutrition-Summary": 3}
    assert dict(report.left) == {"Vitamin A": 3, "Vitamin C": 3, "Calcium": 3, "Iron": 3, "Note": 1}
    assert not report.facts
    assert not report.not_read


@pytest.mark.parametrize("totals", ["Totals,,1500,1", ",TOTAL,1500,1", "2026-09-28,Totaux,1500,1"])
def test_given_a_row_of_totals_when_read_then_nothing_counts_twice(totals: str) -> None:
    report = read_export(table("Date,Meal,Calories,Fat (g)", "2026-09-28,Lunch,700,20", totals))

    assert figures(report) == {"diet_energy": {"2026-09-28": 700}, "diet_fat": {"2026-09-28": 20}}
    assert dict(report.left) == {"totals": 1}


def test_given_a_french_table_when_read_then_its_commas_part_decimals() -> None:
    text = "\ufeffDate;Repas;Calories;Lipides (g);Glucides (g);Protéines (g)\r\n28/09/2026;Déjeuner;1 050,5;12,25;60,125;45\r\n"
    report = read_export(text)

    assert figures(report) == {
        "diet_energy": {"2026-09-28": 1050.5}, "diet_fat": {"2026-09-28": 12.25},
        "diet_carbohydrates": {"2026-09-28": 60.125}, "diet_protein": {"2026-09-28": 45},
    }  # fmt: skip


def test_given_weights_without_a_unit_when_read_then_they_are_listed_for_the_person_to_say() -> None:
    report = read_export(
        table("Date,Weight,Body Fat %", "2026-09-28,205.3,31.3", "2026-09-29,207.6,", "2026-09-30,,31.0")
    )

    assert refused(report) == [
        ("unit_unknown", "2026-09-28: Weight 205.3"),
        ("unit_unknown", "2026-09-29: Weight 207.6"),
    ]
    assert figures(report) == {"body_fat": {"2026-09-28": 31.3, "2026-09-30": 31.0}}


@pytest.mark.parametrize(
    ("header", "printed", "kilograms"),
    [("Weight (kg)", "92.5", 92.5), ("weight(lbs)", "205.3", 93.122514), ("WEIGHT (pounds)", "205.3", 93.122514)],
)
def test_given_weights_whose_header_says_the_unit_when_read_then_they_are_in_kilograms(
    header: str, printed: str, kilograms: float
) -> None:
    assert figures(read_export(table(f"Date,{header}", f"2026-09-28,{printed}"))) == {
        "weight": {"2026-09-28": kilograms}
    }


def test_given_exercises_when_read_then_each_is_proposed_and_a_tracker_s_row_only_adds_up() -> None:
    report = read_export(
        table(
            EXERCISE, '2026-09-28,"""Walking, incline""",Cardio,220,35,,,,,hill', "2026-09-28,Squat,Strength,,,4,10,60,,",
            "2026-09-29,Health Connect calorie adjustment,Cardio,150,1,,,,8000,", "2026-09-29,,Cardio,10,5,,,,,",
        )
    )  # fmt: skip
    walk, squat = report.facts

    assert seen(walk) == ("Walking, incline", "35", "minutes", "2026-09-28")
    assert (walk.category, walk.ucum, str(walk.number), walk.line) == ("activity", "min", "35", 2)
    assert walk.note == "Exercise Calories: 220; Type: Cardio; Note: hill"
    assert (squat.value, squat.unit, squat.ucum, squat.note) == (
        "4", "sets", None, "Reps Per Set: 10; Kilograms: 60; Type: Strength",
    )  # fmt: skip
    assert figures(report) == {
        "energy_active": {"2026-09-28": 220, "2026-09-29": 160}, "minutes_exercise": {"2026-09-28": 35, "2026-09-29": 5},
        "steps": {"2026-09-29": 8000},
    }  # fmt: skip
    assert [reason for reason, _ in refused(report)] == ["no_label"]


@pytest.mark.parametrize(
    ("days", "read"),
    [
        (("09/28/2026", "09/03/2026"), ["2026-09-03", "2026-09-28"]),
        (("28/09/2026", "03/09/2026"), ["2026-09-03", "2026-09-28"]),
        (("2026-09-28", "2026-09-03"), ["2026-09-03", "2026-09-28"]),
        (("03/09/2026", "05/05/2026"), ["2026-05-05"]),
    ],
)
def test_given_dates_in_any_order_when_read_then_the_whole_file_decides(days: tuple[str, ...], read: list[str]) -> None:
    report = read_export(table("Date,Meal,Calories", *(f"{day},Lunch,500" for day in days)))

    assert sorted(figures(report)["diet_energy"]) == read
    assert [reason for reason, _ in refused(report)] == ["ambiguous"] * (2 - len(read))


def test_given_days_to_come_and_impossible_numbers_when_read_then_they_are_counted_and_not_kept() -> None:
    report = read_export(
        table(
            "Date,Meal,Calories,Fat (g)", "2026-11-30,Lunch,500,1", "2026-12-01,Lunch,500,1", "2026-11-01,Lunch,-50,1",
            "2026-11-02,Lunch,900000,1", "1850-11-02,Lunch,9,1",
        )
    )  # fmt: skip

    assert figures(report)["diet_energy"] == {"2026-11-30": 500}
    assert dict(report.left) == {"future": 1, "impossible": 3}


def test_given_a_table_without_rows_when_read_then_that_is_said() -> None:
    with pytest.raises(EmptyExportError):
        read_export(NUTRITION + "\n")
