"""Records built for the tests, and what reads them: as the worker does, through the answer that leaves it."""

import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from bot.health.facts import Fact, Report
from bot.health.facts.units import Units
from bot.health.importers import registry
from bot.health.importers.importer import Source, Tools
from bot.health.importers.wire import Answer, decode, encode
from bot.health.knowledge import Knowledge
from bot.i18n import Language
from bot.settings import config_folder

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
JsonObject = dict[str, Any]


@cache
def knowledge() -> Knowledge:
    return Knowledge.load(config_folder() / "knowledge")


@cache
def tools(language: Language = "en") -> Tools:
    return Tools(
        recognise=knowledge().recognise, coded=knowledge().coded, units=Units.load(config_folder()), now=NOW,
        language=language, max_pages=40, password=None, progress=lambda _done: None,
    )  # fmt: skip


def read(data: bytes | str | Mapping[str, object], *, name: str = "", language: Language = "en") -> Report:
    """Read *data*, and give what is left of it when the bot has checked the worker's answer."""
    raw = data if isinstance(data, bytes) else (data if isinstance(data, str) else json.dumps(data)).encode()
    answer = encode(registry.read(Source(io.BytesIO(raw), name=name), tools(language)))
    report = Answer.model_validate_json(answer).report
    assert report is not None
    return decode(report)


def only(report: Report) -> Fact:
    assert len(report.facts) == 1
    return report.facts[0]


def shown(fact: Fact) -> tuple[str, str, str, str | None, str]:
    return (fact.label, f"{fact.comparator} {fact.value}".strip(), fact.unit, fact.ref_text, fact.flag)


def observation(**fields: object) -> JsonObject:
    """Give a glucose, with *fields* changed; a field of None is left out."""
    whole: JsonObject = {
        "resourceType": "Observation", "id": "o1", "status": "final",
        "category": [{"coding": [{"system": _CATEGORY, "code": "laboratory"}]}],
        "code": {"coding": [{"system": LOINC, "code": "2345-7", "display": "Glucose [Mass/volume] in Serum"}], "text": "Glucose"},
        "subject": {"reference": "Patient/p1"}, "effectiveDateTime": "2026-05-02T08:15:00+02:00",
        "valueQuantity": quantity("98.20", "mg/dL"),
    } | fields  # fmt: skip
    return {key: value for key, value in whole.items() if value is not None}


class Exactly(float):
    """A number json.dumps writes with these digits."""

    def __new__(cls, digits: str) -> "Exactly":
        made = super().__new__(cls, float(digits))
        made.digits = digits
        return made

    digits: str

    def __repr__(self) -> str:
        return self.digits


def quantity(digits: str, unit: str = "", code: str | None = None, **fields: object) -> JsonObject:
    value: JsonObject = {"value": Exactly(digits)}
    if unit:
        value |= {"unit": unit, "system": UCUM, "code": unit if code is None else code}
    return value | fields


def dumped(value: object) -> str:
    """Write JSON with every `Exactly` as its digits stand."""
    if isinstance(value, Exactly):
        return value.digits
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)}: {dumped(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(dumped(item) for item in value) + "]"
    return json.dumps(value)


def patient(identity: str = "p1", family: str = "Durand", born: str = "1980-04-03", **fields: object) -> JsonObject:
    return {
        "resourceType": "Patient", "id": identity, "birthDate": born,
        "name": [{"use": "official", "family": family, "given": ["Claire", "Anne"]}],
    } | fields  # fmt: skip


def bundle(*resources: JsonObject, **fields: object) -> str:
    entries = [
        {"fullUrl": f"https://example.org/fhir/{one['resourceType']}/{one.get('id', '')}", "resource": one}
        for one in resources
    ]
    return dumped({"resourceType": "Bundle", "type": "collection", "entry": entries} | fields)


def code(
    number: str, name: str = "", *, system: str = "2.16.840.1.113883.6.1", inside: str = "", tag: str = "code"
) -> str:
    shown_as = f' displayName="{name}"' if name else ""
    return f'<{tag} code="{number}" codeSystem="{system}"{shown_as}>{inside}</{tag}>'


def cda_observation(
    value: str,
    *,
    named: str = "",
    extra: str = "",
    status: str = "completed",
    when: str = "20260502081500+0200",
    mood: str = "EVN",
) -> str:
    """Give a result observation around the XML of its *value*."""
    return (
        f'<observation classCode="OBS" moodCode="{mood}"><templateId root="2.16.840.1.113883.10.20.22.4.2"/>'
        f'<id root="1.2.3" extension="o1"/>{named or code("2345-7", "Glucose [Mass/volume] in Serum")}'
        f'<statusCode code="{status}"/><effectiveTime value="{when}"/>{value}{extra}</observation>'
    )


def section(number: str, *entries: str, text: str = "", title: str = "Results", template: str = "") -> str:
    held = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f"<component><section>{template}{code(number)}<title>{title}</title><text>{text}</text>{held}</section></component>"


def document(*sections: str, language: str = "en-US", head: str = "", people: Sequence[str] = ("Claire",)) -> str:
    """Give a whole C-CDA with one patient for each given name in *people*."""
    targets = "".join(
        f'<recordTarget><patientRole><id root="1.2.9" extension="{name}"/><patient><name use="L"><given>{name}</given>'
        f'<family>Durand</family></name><birthTime value="19800403"/></patient></patientRole></recordTarget>'
        for name in people
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="urn:hl7-org:v3"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:sdtc="urn:hl7-org:sdtc">'
        f'<effectiveTime value="20260503"/><languageCode code="{language}"/>{targets}{head}'
        "<custodian><assignedCustodian><representedCustodianOrganization><name>Value Labs</name>"
        "</representedCustodianOrganization></assignedCustodian></custodian>"
        f"<component><structuredBody>{''.join(sections)}</structuredBody></component></ClinicalDocument>"
    )


def results(*observations: str, **fields: str) -> str:
    """Give a document of one results section with one panel."""
    held = "".join(f"<component>{one}</component>" for one in observations)
    panel = f'<organizer classCode="BATTERY" moodCode="EVN"><statusCode code="completed"/>{held}</organizer>'
    return document(section("30954-2", panel, text=fields.pop("text", "")), **fields)
