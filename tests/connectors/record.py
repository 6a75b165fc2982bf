"""A small record of one patient, digits as a server writes them, with canaries in its words."""

import json
from datetime import UTC, datetime, timedelta

CANARY = "canarysterol"  # a word no log, table, error or message outside Health may hold
_ME = '"subject": {"reference": "Patient/p1"}'
_DAY = '"effectiveDateTime": "2026-10-05T08:10:00+02:00"'
_LOINC = "http://loinc.org"


def _coded(system: str, code: str, text: str) -> str:
    return json.dumps({"coding": [{"system": system, "code": code, "display": text}], "text": text}, ensure_ascii=False)


def observation(
    number: int,
    code: str,
    text: str,
    value: str,
    unit: str,
    *,
    category: str = "laboratory",
    span: str = "",
    version: int = 1,
) -> str:
    """One measured value; *value* keeps its digits."""
    within = f', "referenceRange": [{{"text": "{span}"}}]' if span else ""
    return (
        f'{{"resourceType": "Observation", "id": "o{number}", "meta": {{"versionId": "{version}"}}, "status": "final", '
        f'"category": [{{"coding": [{{"code": "{category}"}}]}}], "code": {_coded(_LOINC, code, text)}, {_ME}, {_DAY}, '
        f'"valueQuantity": {{"value": {value}, "unit": "{unit}", "system": "http://unitsofmeasure.org", "code": "{unit}"}}'
        f"{within}}}"
    )


def _statement(kind: str, identity: str, fields: str) -> str:
    return f'{{"resourceType": "{kind}", "id": "{identity}", "meta": {{"versionId": "1"}}, {fields}}}'


def record() -> list[str]:
    """The whole of it, one resource a line."""
    soon = (datetime.now(UTC) + timedelta(days=30)).isoformat(timespec="seconds")
    active = '{"coding": [{"code": "active"}]}'
    return [
        _statement("Patient", "p1", '"name": [{"family": "Marchand", "given": ["Camille"]}], "birthDate": "1980-02-03"'),
        observation(1, "4548-4", "Hemoglobin A1c", "6.30", "%", span="4.0 - 6.0"),
        observation(2, "2276-4", "Ferritin", "9", "ng/mL", span="15 - 150"),
        observation(3, "2093-3", "Cholesterol, total", "198", "mg/dL"),
        observation(4, "2160-0", "Creatinine", "0.90", "mg/dL", span="0.6 - 1.1"),
        observation(5, "8480-6", "Systolic blood pressure", "128", "mm[Hg]", category="vital-signs"),
        _statement("DiagnosticReport", "d1", f'"status": "final", "code": {_coded(_LOINC, "24331-1", "Lipid panel")}, {_ME}, '
                   f'"conclusion": "Nothing unusual, {CANARY}."'),
        _statement("Condition", "c1", f'"clinicalStatus": {active}, "code": {{"text": "Asthma {CANARY}"}}, {_ME}'),
        _statement("AllergyIntolerance", "a1", f'"clinicalStatus": {active}, "code": {{"text": "Penicillin"}}, '
                   '"patient": {"reference": "Patient/p1"}'),
        _statement("MedicationRequest", "m1", f'"status": "active", "intent": "order", "medicationCodeableConcept": '
                   f'{{"text": "Salbutamol"}}, {_ME}, "authoredOn": "2026-01-05"'),
        _statement("Immunization", "i1", '"status": "completed", "vaccineCode": {"text": "Tetanus"}, '
                   '"patient": {"reference": "Patient/p1"}, "occurrenceDateTime": "2024-05-06"'),
        _statement("Appointment", "v1", f'"status": "booked", "description": "Check-up", "start": "{soon}", '
                   '"participant": [{"actor": {"reference": "Patient/p1"}, "status": "accepted"}]'),
        '{"resourceType": "Condition", "id": "c9", "code": {"text": "Gout"}, "subject": {"reference": "Patient/p2"}}',
    ]  # fmt: skip
