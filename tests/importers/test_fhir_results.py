"""FHIR Observations: each data type, status and unit, as written and as our closed tables understand it."""

from decimal import Decimal

import pytest

from bot.health.facts import Standing, standing
from bot.health.facts.model import Status
from bot.health.importers.fhir.mapping import facts_of
from bot.health.importers.fhir.strict import parse
from tests.importers.clinical_book import (
    LOINC,
    JsonObject,
    bundle,
    dumped,
    observation,
    only,
    quantity,
    read,
    shown,
    tools,
)


def one(**fields: object) -> str:
    return dumped(observation(**fields))


def test_given_a_result_when_read_then_digits_unit_code_and_instant_are_the_source_s() -> None:
    fact = only(read(one()))

    assert (fact.value, fact.number, fact.unit, fact.ucum) == ("98.20", Decimal("98.20"), "mg/dL", "mg/dL")
    assert (fact.label, fact.code, fact.coding, fact.analyte) == ("Glucose", "2345-7", "given", "glucose")
    assert (fact.at and fact.at.isoformat(), str(fact.date)) == ("2026-05-02T08:15:00+02:00", "2026-05-02")
    assert (fact.category, fact.status, fact.reference, fact.id) == ("laboratory", "final", "Observation/o1", "1")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"valueQuantity": quantity("5", "mg/L", comparator="<")}, ("< 5", "mg/L")),
        ({"valueQuantity": quantity("60", "mL/min", comparator=">=")}, (">= 60", "mL/min")),
        ({"valueQuantity": quantity("1.50E2", "mg/dL")}, ("1.50E2", "mg/dL")),
        ({"valueQuantity": quantity("7.40")}, ("7.40", "")),
        ({"valueQuantity": {"value": 4, "code": "g/L"}}, ("4", "g/L")),
        ({"valueString": "Négatif"}, ("Négatif", "")),
        ({"valueString": "<1.0 mg/L"}, ("< 1.0", "mg/L")),
        ({"valueString": "4.2 per visit"}, ("4.2 per visit", "")),
        ({"valueString": "4.5 10*9/L"}, ("4.5", "10*9/L")),
        ({"valueString": "2+"}, ("2+", "")),
        ({"valueString": "1:40"}, ("1:40", "")),
        ({"valueString": "0-2 /HPF"}, ("0-2 /HPF", "")),
        ({"valueCodeableConcept": {"coding": [{"code": "x", "display": "Not detected"}]}}, ("Not detected", "")),
        ({"valueCodeableConcept": {"text": "Absence", "coding": [{"display": "Absent"}]}}, ("Absence", "")),
        ({"valueInteger": 7}, ("7", "")),
        ({"valueBoolean": True}, ("true", "")),
        ({"valueDateTime": "2026-04-01"}, ("2026-04-01", "")),
        ({"valueTime": "08:30:00"}, ("08:30:00", "")),
        ({"valuePeriod": {"start": "2026-01-01", "end": "2026-01-03"}}, ("2026-01-01 - 2026-01-03", "")),
        ({"valueRange": {"low": quantity("10", "mg/L"), "high": quantity("20", "mg/L")}}, ("10 - 20", "mg/L")),
        ({"valueRange": {"low": quantity("10", "mg/L")}}, (">= 10", "mg/L")),
        ({"valueRatio": {"numerator": quantity("1"), "denominator": quantity("128")}}, ("1:128", "")),
    ],
)  # fmt: skip
def test_given_each_value_type_when_read_then_it_is_shown_as_written(
    value: JsonObject, expected: tuple[str, str]
) -> None:
    fact = only(read(one(valueQuantity=None, **value) if "valueQuantity" not in value else one(**value)))

    assert (f"{fact.comparator} {fact.value}".strip(), fact.unit) == expected


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({}, "no_value"),
        ({"dataAbsentReason": {"coding": [{"code": "temp-unknown"}]}}, "pending"),
        ({"dataAbsentReason": {"coding": [{"code": "not-performed"}]}}, "no_value"),
        ({"status": "registered"}, "pending"),
        ({"valueQuantity": {"unit": "mg/dL"}}, "no_value"),
        ({"valueQuantity": quantity("5", "mg/L", comparator="ad")}, "not_a_result"),
        ({"valueSampledData": {"data": "1 2 3"}}, "not_a_result"),
        ({"valueString": "  "}, "no_value"),
        ({"valueCodeableConcept": {"coding": [{"code": "260385009"}]}}, "no_value"),
        ({"valueQuantity": quantity("98", "mg/dL"), "effectiveDateTime": "2026-07-01"}, "impossible"),
        ({"valueQuantity": quantity("-4", "mg/dL")}, "impossible"),
        ({"valueQuantity": quantity("1e90", "mg/dL")}, "impossible"),
        ({"valueRange": {"low": quantity("1", "g/L"), "high": quantity("2", "mg/L")}}, "not_a_result"),
    ],
)
def test_given_what_is_no_certain_value_when_read_then_it_is_listed_with_its_reason(
    value: JsonObject, reason: str
) -> None:
    report = read(bundle(observation(**({"valueQuantity": None} | value))))

    assert report.facts == ()
    assert [(line.reason, line.text) for line in report.not_read] == [(reason, "Glucose")]
    assert dict(report.left) == {reason: 1}


def test_given_a_heart_rate_of_900_when_read_then_it_is_not_kept_and_counted() -> None:
    rate = {"coding": [{"system": LOINC, "code": "8867-4"}], "text": "Heart rate"}
    fast, usual = (observation(id=f"o{n}", code=rate, valueQuantity=quantity(n, "/min")) for n in ("900", "72"))
    report = read(bundle(fast, usual))

    assert [fact.value for fact in report.facts] == ["72"]
    assert dict(report.left) == {"impossible": 1}


@pytest.mark.parametrize(
    ("unit", "code", "ucum"),
    [
        ("mg/dL", "mg/dL", "mg/dL"),
        ("G/L", "10*9/L", "10*9/L"),  # French giga is not gauss
        ("mg/dL", "mmol/L", None),  # the text and the code say two things
        ("cells", "{cells}/uL", None),  # not in the table
        ("mmHg", "mmHg", None),  # no UCUM code at all
        ("µmol/L", "umol/L", "umol/L"),
    ],
)
def test_given_a_unit_and_its_code_when_read_then_only_what_the_table_knows_is_understood(
    unit: str, code: str, ucum: str | None
) -> None:
    fact = only(read(one(valueQuantity=quantity("3", unit, code))))

    assert (fact.unit, fact.ucum) == (unit, ucum)


def test_given_a_unit_without_ucum_when_read_then_its_print_is_looked_up() -> None:
    fact = only(read(one(valueQuantity={"value": 3, "unit": "mmHg"})))

    assert (fact.unit, fact.ucum) == ("mmHg", "mm[Hg]")


def test_given_components_when_read_then_each_is_a_fact_of_its_own() -> None:
    parts = [
        {
            "code": {"coding": [{"system": LOINC, "code": number}], "text": text},
            "valueQuantity": quantity(value, "mm[Hg]"),
        }
        for number, text, value in (("8480-6", "Systolic", "118"), ("8462-4", "Diastolic", "76"))
    ]
    absent = {"code": {"text": "Mean"}, "dataAbsentReason": {"coding": [{"code": "unknown"}]}}
    vital = [{"coding": [{"code": "vital-signs"}]}]
    report = read(one(category=vital, valueQuantity=None, component=[*parts, absent], status="amended"))

    assert [(f.id, f.label, f.value, f.analyte, f.reference) for f in report.facts] == [
        ("1", "Systolic", "118", "blood_pressure_systolic", "Observation/o1#1"),
        ("2", "Diastolic", "76", "blood_pressure_diastolic", "Observation/o1#2"),
    ]
    assert {(fact.category, fact.status) for fact in report.facts} == {("vital", "corrected")}
    assert [(line.reason, line.text) for line in report.not_read] == [("no_value", "Mean")]


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ([{"low": quantity("70", "mg/dL"), "high": quantity("100", "mg/dL")}], ("70 - 100", "70", "100")),
        ([{"high": quantity("100", "mg/dL"), "text": "moins de 100"}], ("moins de 100", None, "100")),
        ([{"low": quantity("70")}], (">= 70", "70", None)),
        ([{"low": quantity("3.9", "mmol/L"), "high": quantity("5.5", "mmol/L")}], ("3.9 - 5.5 mmol/L", None, None)),
        ([{"text": "70-100 mg/dL"}], ("70-100 mg/dL", "70", "100")),
        ([{"text": "3.9-5.5 mmol/L"}], ("3.9-5.5 mmol/L", None, None)),
        ([{"text": "see comment"}], ("see comment", None, None)),
        ([{"low": quantity("100", "mg/dL"), "high": quantity("70", "mg/dL")}], ("100 - 70", None, None)),
        ([{"text": "children: 60-90"}, {"low": quantity("70", "mg/dL")}], ("children: 60-90; >= 70", None, None)),
        ([{"type": {"coding": [{"code": "therapeutic"}]}, "low": quantity("70", "mg/dL")}], (">= 70", None, None)),
        ([], (None, None, None)),
    ],
)  # fmt: skip
def test_given_reference_ranges_when_read_then_only_a_single_comparable_one_is_compared(
    ranges: list[JsonObject], expected: tuple[str | None, str | None, str | None]
) -> None:
    fact = only(read(one(referenceRange=ranges)))

    assert (fact.ref_text, fact.ref_low, fact.ref_high) == expected
    assert (fact.low is None, fact.high is None) == (expected[1] is None, expected[2] is None)


def test_given_ends_of_a_range_when_a_value_is_one_of_them_then_it_is_inside() -> None:
    fact = only(read(one(referenceRange=[{"low": quantity("98.2"), "high": quantity("120")}])))

    assert standing(fact) is Standing.INSIDE


@pytest.mark.parametrize(
    ("written", "day", "instant"),
    [
        ("2026-05-02", "2026-05-02", None),
        ("2026-05-02T23:59:00-11:00", "2026-05-02", "2026-05-02T23:59:00-11:00"),
        ("2026-03-29T02:30:00+02:00", "2026-03-29", "2026-03-29T02:30:00+02:00"),  # an hour Paris skipped
        ("2026-05-02T08:15:30.123Z", "2026-05-02", "2026-05-02T08:15:30+00:00"),
        ("2026-05-02T08:15:00", "2026-05-02", None),  # no zone: no instant
        ("2026-05", "None", None),
        ("2026", "None", None),
        ("2026-02-30", "None", None),
        ("0001-01-01T00:00:00Z", "None", None),
        ("soon", "None", None),
    ],
)
def test_given_a_date_when_read_then_it_is_as_precise_as_written(written: str, day: str, instant: str | None) -> None:
    fact = only(read(one(effectiveDateTime=written)))

    assert (str(fact.date), fact.at.isoformat() if fact.at else None) == (day, instant)


def test_given_no_time_of_its_own_when_read_then_a_result_has_the_day_of_its_issue_and_no_hour() -> None:
    fact = only(read(one(effectiveDateTime=None, issued="2026-05-04T10:00:00Z")))

    assert (str(fact.date), fact.at) == ("2026-05-04", None)


@pytest.mark.parametrize(
    ("status", "kept"),
    [("final", "final"), ("preliminary", "preliminary"), ("amended", "corrected"), ("corrected", "corrected"),
     ("unknown", "preliminary"), ("entered-in-error", None), ("cancelled", None)],
)  # fmt: skip
def test_given_each_status_when_read_then_it_is_mapped_or_counted(status: str, kept: Status | None) -> None:
    report = read(bundle(observation(status=status), observation(id="o2")))

    assert [fact.status for fact in report.facts] == ([kept, "final"] if kept else ["final"])
    assert dict(report.left) == ({} if kept else {status: 1})


@pytest.mark.parametrize(
    ("codings", "text", "expected"),
    [
        ([("2345-7", "")], "anything", ("glucose", "2345-7", "given")),
        ([("99999-1", "Potassium [Moles/volume] in Blood")], "K", ("potassium", "99999-1", "given")),
        ([], "Potassium", ("potassium", "2823-3", "mapped")),
        ([], "Potassium somehow", (None, None, "none")),
        ([("not-loinc", "")], "Sodium", ("sodium", "2951-2", "mapped")),
        ([("99999-1", "Glucose [Mass/volume] in Pleural fluid")], "Glucose", (None, "99999-1", "given")),
        ([("99999-1", "Glucose [Mass/volume] in Vitreous fluid")], "Glucose", (None, "99999-1", "given")),
        ([("99999-1", "Glucose [Mass/volume] in Urine by Test strip")], "Glucose", ("urine_glucose", "99999-1", "given")),
    ],
)  # fmt: skip
def test_given_codes_and_labels_when_read_then_an_analyte_is_certain_or_none(
    codings: list[tuple[str, str]], text: str, expected: tuple[str | None, str | None, str]
) -> None:
    named = {"coding": [{"system": LOINC, "code": c, "display": d} for c, d in codings], "text": text}
    fact = only(read(one(code=named, valueQuantity=quantity("4", "mmol/L"))))

    assert (fact.analyte, fact.code, fact.coding) == expected


def test_given_a_specimen_of_urine_when_read_then_glucose_is_not_blood_s() -> None:
    named = {"text": "Glucose"}
    alone = only(read(one(code=named)))
    shown_only = only(read(one(code=named, specimen={"display": "Urine, spot"})))
    specimen = {"resourceType": "Specimen", "id": "s1", "type": {"text": "Urine"}}
    pointed = only(read(bundle(specimen, observation(code=named, specimen={"reference": "Specimen/s1"}))))

    assert [fact.analyte for fact in (alone, shown_only, pointed)] == ["glucose", "urine_glucose", "urine_glucose"]
    assert pointed.specimen == "Urine"


def test_given_what_stands_beside_a_value_when_read_then_flag_note_and_method_are_kept() -> None:
    fact = only(read(one(
        interpretation=[{"coding": [{"code": "H", "display": "Élevé"}]}], note=[{"text": "À jeun.\nRefait."}],
        method={"text": "Hexokinase"},
    )))  # fmt: skip

    assert (fact.flag, fact.note) == ("H", "À jeun.\nRefait.\nHexokinase")
    assert shown(fact) == ("Glucose", "98.20", "mg/dL", None, "H")


def test_given_a_panel_or_a_survey_when_read_then_it_is_counted() -> None:
    panel = observation(id="o2", valueQuantity=None, hasMember=[{"reference": "Observation/o1"}])
    survey = observation(id="o3", category=[{"coding": [{"code": "survey"}]}])
    report = read(bundle(observation(), panel, survey))

    assert (len(report.facts), dict(report.left)) == (1, {"hasMember": 1, "survey": 1})


def test_given_a_resource_when_mapped_alone_then_no_file_is_needed() -> None:
    mapped = facts_of(parse(one()), tools())

    assert [(fact.id, fact.value) for fact in mapped.facts] == [("1", "98.20")]
    assert facts_of({"resourceType": "Claim"}, tools()).left == ("Claim",)


@pytest.mark.parametrize(
    "field", ["code", "valueQuantity", "status", "category", "referenceRange", "component", "note"]
)
@pytest.mark.parametrize("wrong", [7, "text", [1], True, {"coding": 3}, {"value": "x", "text": 4, "low": 1}])
def test_given_a_field_of_the_wrong_type_when_read_then_the_resource_is_counted_and_nothing_falls(
    field: str, wrong: object
) -> None:
    report = read(bundle(observation(**{field: wrong}), observation(id="o2")))

    assert report.facts[-1].reference == "Observation/o2"
    assert len(report.facts) + sum(dict(report.left).values()) >= 2
