"""CDA sections that are no measurement: what they hold, how it stands, and what is counted instead."""

import pytest

from bot.health.facts.model import Category, Status
from tests.importers.clinical_book import cda_observation, code, document, only, read, section

PQ = '<value xsi:type="PQ" value="98.20" unit="mg/dL"/>'
RESULT = section("30954-2", cda_observation(PQ))


def concern(inside: str, *, status: str = "active", extra: str = "") -> str:
    return (
        f'<act classCode="ACT" moodCode="EVN"><statusCode code="{status}"/><entryRelationship typeCode="SUBJ">'
        f'<observation classCode="OBS" moodCode="EVN"{extra}><id root="9"/><statusCode code="completed"/>'
        f"{inside}</observation></entryRelationship></act>"
    )


def stated(name: str, number: str = "55561003") -> str:
    value = f'<value xsi:type="CD" code="{number}" displayName="{name}"/>'
    return f"<entryRelationship><observation>{code('33999-4', 'Status')}{value}</observation></entryRelationship>"


def medicine(name: str, *, status: str = "active", extra: str = "", attributes: str = 'moodCode="EVN"') -> str:
    return (
        f'<substanceAdministration classCode="SBADM" {attributes}>{extra}<statusCode code="{status}"/><consumable>'
        f"<manufacturedProduct><manufacturedMaterial>{code('1', name, system='2.1')}</manufacturedMaterial>"
        "</manufacturedProduct></consumable></substanceAdministration>"
    )


def timed(low: str = "", high: str = "") -> str:
    ends = "".join(f'<{name} value="{value}"/>' for name, value in (("low", low), ("high", high)) if value)
    return f"<effectiveTime>{ends}</effectiveTime>"


ASTHMA = '<value xsi:type="CD" code="1" displayName="Asthme"/>'
PENICILLIN = (
    '<value xsi:type="CD" displayName="Allergy to drug"/><participant typeCode="CSM"><participantRole><playingEntity>'
    + code("7980", "Penicillin G", system="2.16") + "</playingEntity></participantRole></participant>"
    '<entryRelationship><observation><templateId root="2.16.840.1.113883.10.20.22.4.9"/>'
    '<value xsi:type="CD" displayName="Hives"/></observation></entryRelationship>'
)  # fmt: skip
R2 = '<templateId root="2.16.840.1.113883.10.20.22.4.16" extension="2014-06-09"/>'
IHE = '<templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.7"/>'
VISIT = (
    '<encounter moodCode="INT">' + code("1", "Consultation", system="2.1") + '<statusCode code="active"/>{}</encounter>'
)
KEPT: list[tuple[str, str, Category, str, str, Status, str]] = [
    ("11450-4", concern(ASTHMA + timed("20190102")), "condition", "Asthme", "active", "active", ""),
    ("11450-4", concern(ASTHMA + stated("Resolved", "413322009")), "condition", "Asthme", "Resolved", "inactive", ""),
    ("11450-4", concern(ASTHMA + timed("20190102", "20190110")), "condition", "Asthme", "active", "inactive", ""),
    ("11450-4", concern(ASTHMA + timed("2019")), "condition", "Asthme", "active", "active", "2019"),
    ("48765-2", concern(PENICILLIN), "allergy", "Penicillin G", "active", "active", "Hives"),
    ("10160-0", medicine("Metformine", extra="<text>1 matin et soir</text>"), "medication", "Metformine", "active", "active",
     "1 matin et soir"),
    ("10160-0", medicine("Metformine", extra=R2, status="completed"), "medication", "Metformine", "completed", "inactive", ""),
    ("10160-0", medicine("Metformine", extra=IHE, status="completed"), "medication", "Metformine", "completed", "active", ""),
    ("10160-0", medicine("Metformine", extra=timed("20240101", "20240110")), "medication", "Metformine", "active", "inactive", ""),
    ("11369-6", medicine("Grippe", status="completed", extra='<effectiveTime value="20251010"/>'), "immunization", "Grippe",
     "completed", "final", ""),
    ("47519-4", '<procedure moodCode="EVN">' + code("1", "Coloscopie", system="2.1") + '<statusCode code="completed"/></procedure>',
     "procedure", "Coloscopie", "completed", "final", ""),
    ("18776-5", VISIT.format('<effectiveTime value="202701050930+0100"/>'), "appointment", "Consultation", "active", "active", ""),
]  # fmt: skip


@pytest.mark.parametrize(("number", "entry", "category", "label", "value", "status", "note"), KEPT)
def test_given_a_section_when_read_then_its_entries_are_facts_of_its_kind(
    number: str, entry: str, category: Category, label: str, value: str, status: Status, note: str
) -> None:
    fact = only(read(document(section(number, entry))))

    assert (fact.category, fact.label, fact.value, fact.status, fact.note) == (category, label, value, status, note)


@pytest.mark.parametrize(
    ("number", "entry", "left"),
    [
        ("48765-2", concern(PENICILLIN, extra=' negationInd="true"'), "negationInd"),
        ("11450-4", "<organizer/>", "entry"),
        ("10160-0", medicine("x", status="nullified"), "nullified"),
        ("11369-6", medicine("x", attributes='moodCode="EVN" negationInd="true"'), "negationInd"),
        ("11369-6", medicine("x", attributes='moodCode="INT"'), "INT"),
        ("18776-5", VISIT.format('<effectiveTime value="20250105"/>'), "encounter"),
        ("18776-5", cda_observation(PQ, mood="RQO"), "observation"),
        ("46240-8", VISIT.format("").replace("INT", "EVN"), "encounter"),
        ("29762-2", "<observation><value/></observation>", "observation"),
        ("10157-6", "<organizer><subject/></organizer>", "subject"),
    ],
)
def test_given_what_says_nothing_of_the_person_when_read_then_it_is_counted(number: str, entry: str, left: str) -> None:
    report = read(document(RESULT, section(number, entry)))

    assert (len(report.facts), dict(report.left)) == (1, {left: 1})


def test_given_a_name_or_a_day_that_cannot_be_when_read_then_the_entry_is_listed() -> None:
    nameless = medicine("").replace(' displayName=""', "")
    later = concern(ASTHMA + timed("20310101"))
    report = read(document(RESULT, section("10160-0", nameless), section("11450-4", later)))

    assert [(line.reason, line.text) for line in report.not_read] == [("no_label", ""), ("impossible", "Asthme")]
