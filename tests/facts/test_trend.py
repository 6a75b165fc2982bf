"""Series of results that may be compared, and what is computed of them."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.health.facts import Fact
from bot.health.facts.conversions import Conversions
from bot.health.facts.trend import Series, difference, direction, percent, series, slope
from tests.facts.conftest import NewFact

PARIS = timezone(timedelta(hours=1))


def _line(facts: list[Fact], conversions: Conversions) -> Series:
    (only,) = series(facts, conversions).series
    return only


def _months(new_fact: NewFact, analyte: str, unit: str, *values: str) -> list[Fact]:
    start = date(2026, 1, 1)
    days = [str(start + timedelta(days=30 * n)) for n in range(len(values))]
    return [
        new_fact(analyte, value.lstrip("<"), unit, day=day, comparator="<" if "<" in value else "")
        for day, value in zip(days, values, strict=True)
    ]


def test_given_results_in_several_units_when_put_in_series_then_one_line_holds_them_by_day(
    conversions: Conversions, new_fact: NewFact
) -> None:
    facts = [
        new_fact("glucose", "5.1", "mmol/L", day="2026-03-01"),
        new_fact("glucose", "0.92", "g/L", day="2025-11-02", low="0.74", high="1.06"),
        new_fact("glucose", "95", "mg/dL", day="2026-01-15"),
    ]
    line = _line(facts, conversions)

    assert (line.analyte, line.unit) == ("glucose", "mmol/L")
    assert [(str(p.day), p.canonical.value) for p in line.points] == [
        ("2025-11-02", Decimal("5.107")), ("2026-01-15", Decimal("5.273")), ("2026-03-01", Decimal("5.1")),
    ]  # fmt: skip
    assert (line.points[0].canonical.low, line.points[0].canonical.high) == (Decimal("4.108"), Decimal("5.884"))
    assert line.points[0].fact is facts[1]


def test_given_quantities_that_nothing_joins_when_put_in_series_then_they_are_apart(
    conversions: Conversions, new_fact: NewFact
) -> None:
    facts = [
        new_fact("neutrophils", "3.2", "G/L"),
        new_fact("neutrophils", "55", "%"),
        new_fact("insulin", "9", "mUI/L"),
        new_fact("insulin", "60", "pmol/L"),
        new_fact("urea", "0.30", "g/L"),
        new_fact("urea_nitrogen", "14", "mg/dL"),
    ]
    found = series(facts, conversions)

    assert [(line.analyte, line.unit) for line in found.series] == [
        ("neutrophils", "10*9/L"), ("neutrophils", "%"), ("insulin", "m[IU]/L"), ("insulin", "pmol/L"),
        ("urea", "mmol/L"), ("urea_nitrogen", "mmol/L"),
    ]  # fmt: skip
    assert found.left_out == {}


def test_given_what_may_not_be_compared_when_put_in_series_then_it_is_counted_by_reason(
    conversions: Conversions, new_fact: NewFact
) -> None:
    facts = [
        new_fact("glucose", "1", "g/L", form_of="1", id="1b"),
        new_fact("glucose", "1", "g/L", status="preliminary"),
        new_fact("glucose", "1", "g/L", status="inactive"),
        new_fact("urine_glucose", "Négatif", ""),
        new_fact("glucose", "1", "g/L", day=None),
        new_fact(None, "1", "g/L"),
        new_fact("glucose", "1", "S/CO"),
        new_fact("glucose", "1", "g/L", specimen="Urine"),
        new_fact("glucose", "1", "g/L", status="corrected"),
    ]
    found = series(facts, conversions)

    assert found.left_out == {"form": 1, "status": 2, "text": 1, "undated": 1, "not_comparable": 3}
    assert [len(line.points) for line in found.series] == [1]


def test_given_two_results_of_one_day_when_put_in_series_then_they_stand_by_the_hour(
    conversions: Conversions, new_fact: NewFact
) -> None:
    at = {
        "6": datetime(2026, 3, 1, 9, 30, tzinfo=PARIS),
        "5": datetime(2026, 3, 1, 8, 0, tzinfo=UTC),  # half an hour before the one above
        "7": None,
    }
    line = _line([new_fact("glucose", value, "mmol/L", at=hour) for value, hour in at.items()], conversions)

    assert [p.fact.value for p in line.points] == ["7", "5", "6"]


def test_given_only_an_hour_when_put_in_series_then_its_day_is_the_one_where_it_was_measured(
    conversions: Conversions, new_fact: NewFact
) -> None:
    hour = datetime(2026, 3, 2, 0, 30, tzinfo=PARIS)  # still the first of March in Greenwich
    line = _line([new_fact("glucose", "5", "mmol/L", day=None, at=hour)], conversions)

    assert line.points[0].day == date(2026, 3, 2)


def test_given_a_bound_when_computed_then_it_is_shown_and_counts_for_nothing(
    conversions: Conversions, new_fact: NewFact
) -> None:
    line = _line(_months(new_fact, "crp", "mg/L", "4", "<5", "6"), conversions)

    assert [p.open for p in line.points] == [False, True, False]
    assert difference(line.points[0], line.points[1]) is None
    assert percent(line.points[1], line.points[2]) is None
    assert (slope(line), direction(line)) == (None, None)


@pytest.mark.parametrize(
    ("analyte", "unit", "earlier", "later", "moved", "share"),
    [
        ("ldl", "mmol/L", "4.0", "3.0", "-1.0", "-25"),
        ("ldl", "g/L", "1.6", "1.2", "-1.035", "-25.01"),  # of the rounded values
        ("hba1c", "mmol/mol", "48", "53", "5", None),
        ("body_temperature", "°C", "36.5", "38.5", "2.0", None),
        ("crp", "mg/L", "0", "3", "3", None),
    ],
)
def test_given_two_results_when_compared_then_difference_and_percent_are_exact_or_none(
    conversions: Conversions,
    new_fact: NewFact,
    analyte: str,
    unit: str,
    earlier: str,
    later: str,
    moved: str,
    share: str | None,
) -> None:
    first, last = _line(_months(new_fact, analyte, unit, earlier, later), conversions).points

    assert difference(first, last) == Decimal(moved)
    assert percent(first, last) == (Decimal(share) if share else None)


def test_given_one_wild_result_in_five_when_the_slope_is_taken_then_it_does_not_turn(
    conversions: Conversions, new_fact: NewFact
) -> None:
    calm = _line(_months(new_fact, "ferritin", "ug/L", "10", "12", "14", "16", "18"), conversions)
    wild = _line(_months(new_fact, "ferritin", "ug/L", "10", "12", "14", "16", "900"), conversions)

    assert (slope(calm), slope(wild)) == (Decimal(2), Decimal(2))


@pytest.mark.parametrize(
    ("analyte", "values", "way"),
    [
        ("ldl", ["4.1", "3.2"], None),  # two are no direction
        ("ldl", ["4.1", "3.6", "3.2"], "falling"),
        ("ldl", ["3.2", "3.6", "4.1", "4.0"], "rising"),
        ("ldl", ["3.2", "4.1", "3.0", "4.2"], None),  # to and fro
        ("sodium", ["139", "141", "140"], "steady"),
        ("sodium", ["139", "140", "141"], "steady"),
        ("sodium", ["145", "140", "135"], "falling"),
        ("crp", ["0", "0", "0"], "steady"),
        ("hba1c", ["48", "49", "50"], "rising"),  # no percentage means anything here: any move counts
        ("hba1c", ["48", "49", "48"], None),
        ("hba1c", ["48", "48", "48"], "steady"),
    ],
)
def test_given_values_of_several_days_when_asked_which_way_they_go_then_the_rule_says(
    conversions: Conversions, new_fact: NewFact, analyte: str, values: list[str], way: str | None
) -> None:
    unit = "mmol/mol" if analyte == "hba1c" else "mg/L" if analyte == "crp" else "mmol/L"

    assert direction(_line(_months(new_fact, analyte, unit, *values), conversions)) == way


def test_given_three_readings_of_one_day_when_computed_then_they_are_one_day(
    conversions: Conversions, new_fact: NewFact
) -> None:
    line = _line([new_fact("heart_rate", value, "bpm") for value in ("60", "70", "80")], conversions)

    assert (slope(line), direction(line)) == (None, None)


def test_given_a_diary_of_years_when_computed_then_the_newest_days_answer(
    conversions: Conversions, new_fact: NewFact
) -> None:
    start = date(2020, 1, 1)
    weights = [("60" if n < 1000 else "70") for n in range(1200)]
    facts = [new_fact("body_weight", kg, "kg", day=str(start + timedelta(days=n))) for n, kg in enumerate(weights)]
    line = _line(facts, conversions)

    assert len(line.points) == 1200
    assert (slope(line), direction(line)) == (Decimal(0), "steady")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data())
def test_given_facts_in_any_order_when_put_in_series_then_nothing_is_lost_and_the_answer_is_the_same(
    conversions: Conversions, new_fact: NewFact, data: st.DataObject
) -> None:
    days = st.dates(min_value=date(2020, 1, 1), max_value=date(2026, 1, 1))
    drawn = data.draw(
        st.lists(
            st.tuples(days, st.integers(1, 400), st.sampled_from(["mg/dL", "g/L", "mmol/L", "%"])),
            max_size=12,
            unique_by=lambda one: one[0],
        )
    )
    facts = [new_fact("glucose", str(value), unit, day=str(day)) for day, value, unit in drawn]
    found = series(facts, conversions)
    again = series(data.draw(st.permutations(facts)), conversions)

    assert found == again
    assert sum(len(line.points) for line in found.series) + sum(found.left_out.values()) == len(facts)
    assert all(a.day <= b.day for line in found.series for a, b in pairwise(line.points))
    assert [(slope(line), direction(line)) for line in found.series] == [
        (slope(line), direction(line)) for line in again.series
    ]
