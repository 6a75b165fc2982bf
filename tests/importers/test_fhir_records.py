"""FHIR in a file: bundles, lines, references between resources, whose record it is, and what is no measurement."""

import json

import pytest

from bot.health.documents.errors import (
    BrokenRecordError,
    DocumentError,
    NoResultsError,
    TwoPatientsError,
    UnknownFormatError,
)
from bot.health.facts.model import Category, Status
from bot.health.importers.fhir.importer import FhirImporter
from tests.importers.clinical_book import JsonObject, bundle, dumped, observation, only, patient, quantity, read

ME = {"reference": "Patient/p1"}


def with_me(kind: str, **fields: object) -> JsonObject:
    return {"resourceType": kind, "id": "x1", "subject": ME, **fields}


def test_given_lines_of_resources_when_read_then_each_is_taken_where_it_stands() -> None:
    lines = [dumped(one) for one in (patient(), observation(), {"resourceType": "Claim"}, observation(id="o2"))]
    report = read("\n".join([*lines[:2], "", *lines[2:], ""]))

    assert [(fact.id, fact.reference, fact.line) for fact in report.facts] == [
        ("1", "Observation/o1", 2), ("2", "Observation/o2", 4),
    ]  # fmt: skip
    assert (report.person, dict(report.left)) == ("Claire Anne Durand", {"Claim": 1})
    assert dict(report.counts) == {"Patient": 1, "Observation": 2, "Claim": 1}


def test_given_one_long_line_named_ndjson_when_read_then_it_is_taken_as_lines() -> None:
    long = observation(note=[{"text": "x" * 70_000}])
    report = read(f"{dumped(long)}\n{dumped(observation(id='o2'))}", name="export.NDJSON")

    assert [fact.reference for fact in report.facts] == ["Observation/o1", "Observation/o2"]


@pytest.mark.parametrize("indent", [None, 2])
def test_given_a_byte_order_mark_or_line_breaks_when_read_then_a_bundle_is_one_document(indent: int | None) -> None:
    text = json.dumps(json.loads(bundle(observation())), indent=indent)

    assert len(read(b"\xef\xbb\xbf" + text.encode()).facts) == 1


def test_given_a_bundle_in_a_bundle_when_read_then_its_resources_are_taken_but_not_without_end() -> None:
    inner = json.loads(bundle(observation()))
    deep = json.loads(bundle(observation()))
    for _ in range(5):
        deep = json.loads(bundle(deep))

    assert len(read(bundle(inner)).facts) == 1
    with pytest.raises(BrokenRecordError):
        read(dumped(deep))


def test_given_the_same_resource_twice_when_read_then_the_newer_is_kept_and_the_other_counted() -> None:
    old, new = (
        observation(meta={"lastUpdated": f"2026-05-0{day}T00:00:00Z"}, valueQuantity=quantity(str(day), "g/L"))
        for day in (3, 4)
    )

    for pair in ((old, new), (new, old)):
        report = read(bundle(*pair))
        assert [fact.value for fact in report.facts] == ["4"]
        assert dict(report.left) == {"duplicate": 1}


@pytest.mark.parametrize(
    "others",
    [
        [patient(), observation(subject={"reference": "Patient/p2"})],
        [patient(), observation(), patient("p2", "Petit", "1955-12-12")],
        [patient(), patient("p2", born="1955-12-12")],
        [observation(), observation(id="o2", subject={"reference": "Patient/p2"})],
        [patient(), with_me("Immunization", patient={"reference": "urn:uuid:somebody"})],
        [patient(born=""), patient("p2", born="")],
    ],
)
def test_given_two_people_in_one_record_when_read_then_nothing_is_kept(others: list[JsonObject]) -> None:
    with pytest.raises(TwoPatientsError):
        read(bundle(observation(), *others[::-1]))
    with pytest.raises(TwoPatientsError):
        read("\n".join(dumped(one) for one in [observation(), *others]))


def test_given_every_way_to_point_at_one_patient_when_read_then_they_are_one() -> None:
    ways = [
        "Patient/p1", "https://example.org/fhir/Patient/p1", "Patient/p1/_history/3", "urn:uuid:p1",
    ]  # fmt: skip
    taken = [observation(id=f"o{n}", subject={"reference": way}) for n, way in enumerate(ways)]
    again = patient("p9", family="DURAND")  # the same name and birth, from another source
    report = read(bundle(patient(), again, *taken, observation(id="o9", subject={"reference": "Patient/p9"})))

    assert (len(report.facts), report.person) == (5, "Claire Anne Durand")


def test_given_what_is_about_a_group_or_a_device_when_read_then_it_is_counted() -> None:
    report = read(bundle(observation(), observation(id="o2", subject={"reference": "Group/g1"})))

    assert (len(report.facts), dict(report.left)) == (1, {"Observation": 1})


@pytest.mark.parametrize(
    ("names", "person"),
    [
        ([{"use": "maiden", "family": "Petit"}, {"use": "official", "family": "Durand", "given": ["C."]}], "C. Durand"),
        ([{"text": "DURAND Claire"}], "DURAND Claire"),
        ([{"use": "official"}, {"use": "usual", "given": ["Cléo", None]}], "Cléo"),
        ([], None),
    ],
)
def test_given_names_when_read_then_the_person_is_called_as_written(
    names: list[JsonObject], person: str | None
) -> None:
    assert read(bundle(patient(name=names), observation())).person == person


def test_given_a_report_and_its_results_when_read_then_it_names_the_laboratory_the_day_and_what_it_concludes() -> None:
    lab = {"resourceType": "Organization", "id": "l1", "name": "Laboratoire des acacias"}
    glucose = observation(code={"text": "Glucose"})
    urine = with_me(
        "DiagnosticReport", status="final", code={"text": "Urinalysis"}, issued="2026-05-03T09:00:00+02:00",
        performer=[{"reference": "Organization/l1"}], result=[{"reference": "Observation/o1"}],
        conclusion="No sign of infection.", presentedForm=[{"data": "JVBERi0="}],
    )  # fmt: skip
    report = read(bundle(urine, glucose, lab))

    assert (report.laboratory, str(report.reported), str(report.collected)) == (
        "Laboratoire des acacias", "2026-05-03", "None",
    )  # fmt: skip
    assert [(f.label, f.value, f.analyte, f.category) for f in report.facts] == [
        ("Urinalysis", "No sign of infection.", None, "laboratory"),
        ("Glucose", "98.20", "urine_glucose", "laboratory"),
    ]
    assert dict(report.left) == {"presentedForm": 1}


def test_given_an_imaging_report_when_read_then_its_impression_is_the_value_and_all_of_it_the_note() -> None:
    text = "The lungs are clear.\nIMPRESSION: Cardiomegaly."
    fact = only(read(dumped(with_me(
        "DiagnosticReport", status="final", code={"text": "XR chest"}, conclusion=text,
        category=[{"coding": [{"code": "RAD"}]}], effectiveDateTime="2026-05-02",
    ))))  # fmt: skip

    assert (fact.category, fact.label, fact.value, fact.note) == ("imaging", "XR chest", "Cardiomegaly.", text)


ACTIVE = {"coding": [{"code": "active"}]}
KEPT: list[tuple[JsonObject, Category, str, str, Status, str]] = [
    (with_me("Condition", code={"text": "Asthme"}, clinicalStatus=ACTIVE, onsetDateTime="2019"),
     "condition", "Asthme", "active", "active", "2019"),
    (with_me("Condition", code={"text": "Otite"}, onsetDateTime="2019-01-02", abatementDateTime="2019-01-20"),
     "condition", "Otite", "-", "inactive", ""),
    (with_me("AllergyIntolerance", code={"coding": [{"display": "Penicillin"}]}, clinicalStatus=ACTIVE,
             reaction=[{"manifestation": [{"text": "Hives"}], "severity": "moderate"}]),
     "allergy", "Penicillin", "active", "active", "Hives moderate"),
    (with_me("MedicationRequest", status="active", intent="order", medicationCodeableConcept={"text": "Metformine 500 mg"},
             dosageInstruction=[{"text": "1 comprimé matin et soir"}]),
     "medication", "Metformine 500 mg", "active", "active", "1 comprimé matin et soir"),
    (with_me("MedicationStatement", status="stopped", medicationReference={"display": "Ibuprofen"},
             dosage=[{"doseAndRate": [{"doseQuantity": {"value": 2, "unit": "tablet"}}], "route": {"text": "oral"}}]),
     "medication", "Ibuprofen", "stopped", "inactive", "2 tablet oral"),
    (with_me("Immunization", status="completed", vaccineCode={"text": "Grippe"}, occurrenceString="automne 2024"),
     "immunization", "Grippe", "completed", "final", "automne 2024"),
    (with_me("Procedure", status="completed", code={"text": "Coloscopie"}, note=[{"text": "sans incident"}]),
     "procedure", "Coloscopie", "completed", "final", "sans incident"),
    (with_me("Appointment", status="booked", start="2027-01-05T09:30:00+01:00", description="Cardiologie",
             participant=[{"actor": {"reference": "Practitioner/1", "display": "Dr Petit"}}]),
     "appointment", "Cardiologie", "booked", "active", "Dr Petit"),
    (with_me("Encounter", status="planned", type=[{"text": "Suivi"}], period={"start": "2026-07-01"}),
     "appointment", "Suivi", "planned", "active", ""),
]  # fmt: skip


@pytest.mark.parametrize(("resource", "category", "label", "value", "status", "note"), KEPT)
def test_given_what_is_no_measurement_when_read_then_it_is_a_fact_of_its_kind(
    resource: JsonObject, category: Category, label: str, value: str, status: Status, note: str
) -> None:
    fact = only(read(dumped(resource)))

    assert (fact.category, fact.label, fact.value, fact.status, fact.note) == (category, label, value, status, note)
    assert (fact.number, fact.code, fact.analyte) == (None, None, None)
    assert fact.reference == f"{resource['resourceType']}/x1"


WRONG = {"coding": [{"code": "entered-in-error"}]}


@pytest.mark.parametrize(
    ("resource", "left"),
    [
        (with_me("Condition", code={"text": "x"}, verificationStatus=WRONG), "entered-in-error"),
        (with_me("Condition", code={"text": "x"}, verificationStatus={"coding": [{"code": "refuted"}]}), "refuted"),
        (with_me("AllergyIntolerance", code={"text": "x"}, verificationStatus=WRONG), "entered-in-error"),
        (with_me("MedicationRequest", status="draft", medicationCodeableConcept={"text": "x"}), "draft"),
        (with_me("MedicationRequest", status="active", intent="proposal", medicationCodeableConcept={"text": "x"}), "proposal"),
        (with_me("MedicationRequest", status="active", doNotPerform=True), "doNotPerform"),
        (with_me("MedicationStatement", status="not-taken", medicationCodeableConcept={"text": "x"}), "not-taken"),
        (with_me("Immunization", status="not-done", vaccineCode={"text": "x"}), "not-done"),
        (with_me("Procedure", status="not-done", code={"text": "x"}), "not-done"),
        (with_me("Appointment", status="booked", start="2026-01-05T09:30:00+01:00", description="x"), "Appointment"),
        (with_me("Appointment", status="cancelled", start="2027-01-05T09:30:00+01:00", description="x"), "Appointment"),
        (with_me("Encounter", status="finished", type=[{"text": "x"}], period={"start": "2026-01-01"}), "Encounter"),
        (with_me("Procedure", status="Madame Durand n'est pas venue", code={"text": "x"}), "other"),
        (with_me("CarePlan", status="active"), "CarePlan"),
    ],
)  # fmt: skip
def test_given_what_says_nothing_of_the_person_when_read_then_it_is_counted(resource: JsonObject, left: str) -> None:
    report = read(bundle(observation(), resource))

    assert (len(report.facts), dict(report.left)) == (1, {left: 1})


@pytest.mark.parametrize(
    ("field", "day"), [("onsetDateTime", "2026-06-17"), ("onsetDateTime", "2031-01-01")]
)  # fmt: skip
def test_given_a_day_still_to_come_when_a_condition_has_it_then_it_is_not_kept(field: str, day: str) -> None:
    report = read(bundle(observation(), with_me("Condition", code={"text": "Asthme"}, **{field: day})))

    assert (len(report.facts), dict(report.left)) == (1, {"impossible": 1})


def test_given_a_medicine_that_is_referred_to_when_read_then_it_is_named_wherever_it_stands() -> None:
    medicine = {"resourceType": "Medication", "id": "m1", "code": {"text": "Amoxicilline 1 g"}}
    pointing = with_me("MedicationRequest", status="active", medicationReference={"reference": "Medication/m1"})
    inside = pointing | {
        "id": "x2", "contained": [{"resourceType": "Medication", "id": "in", "code": {"text": "Doliprane"}}],
        "medicationReference": {"reference": "#in"},
    }  # fmt: skip
    lost = pointing | {"id": "x3", "medicationReference": {"reference": "Medication/none"}}
    report = read(bundle(pointing, inside, lost, medicine))

    assert [fact.label for fact in report.facts] == ["Amoxicilline 1 g", "Doliprane"]
    assert [line.reason for line in report.not_read] == ["no_label"]


def test_given_resources_that_point_at_themselves_when_read_then_reading_ends() -> None:
    circle = observation(specimen={"reference": "Observation/o1"}, hasMember=[{"reference": "Observation/o1"}])
    medicine = with_me("MedicationRequest", status="active", medicationReference={"reference": "MedicationRequest/x1"})

    assert len(read(bundle(circle, medicine, patient())).facts) == 1


def test_given_a_record_of_nothing_we_keep_when_read_then_it_says_so() -> None:
    with pytest.raises(NoResultsError):
        read(bundle(patient(), {"resourceType": "Claim"}))


def test_given_other_json_when_recognised_then_it_is_not_fhir() -> None:
    assert not FhirImporter().recognises("a.json", b'[{"resourceType": "Patient"}]')
    assert not FhirImporter().recognises("a.json", b'{"steps": 4}')
    with pytest.raises(UnknownFormatError):
        read('{"steps": 4}')


def test_given_a_french_bundle_when_read_then_it_is_in_french() -> None:
    assert read(bundle(observation(), language="fr-FR")).language == "fr"
    assert read(bundle(observation()), language="fr").language == "fr"


@pytest.mark.parametrize("kind", ["../../etc", "", 7, None, "Observation\n", ["Observation"]])
def test_given_a_kind_that_is_no_name_when_read_then_the_file_is_refused(kind: object) -> None:
    with pytest.raises(DocumentError):
        read(dumped({"resourceType": kind, "id": "1"}))
