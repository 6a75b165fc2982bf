"""CDA results: every data type, null flavours, ranges, translations, and the context a result stands in."""

import pytest

from bot.health.documents.errors import NoResultsError, TwoPatientsError, UnknownFormatError
from bot.health.facts import Standing, standing
from bot.health.importers.cda.importer import CdaImporter
from tests.importers.clinical_book import cda_observation, code, document, only, read, results, section

PQ = '<value xsi:type="PQ" value="98.20" unit="mg/dL"/>'


def ranged(inside: str, meaning: str = "N") -> str:
    coded = f'<interpretationCode code="{meaning}"/>' if meaning else ""
    return f"<referenceRange><observationRange>{inside}{coded}</observationRange></referenceRange>"


def interval(low: str = "", high: str = "") -> str:
    return f'<value xsi:type="IVL_PQ">{low}{high}</value>'


def test_given_a_result_when_read_then_digits_unit_code_and_instant_are_the_source_s() -> None:
    report = read(results(cda_observation(PQ)))
    fact = only(report)

    assert (fact.label, fact.value, fact.unit, fact.ucum) == (
        "Glucose [Mass/volume] in Serum",
        "98.20",
        "mg/dL",
        "mg/dL",
    )
    assert (fact.code, fact.coding, fact.analyte, fact.reference) == ("2345-7", "given", "glucose", "1.2.3 o1")
    assert (fact.at and fact.at.isoformat(), str(fact.date)) == ("2026-05-02T08:15:00+02:00", "2026-05-02")
    assert (report.kind, report.person, report.laboratory, str(report.reported)) == (
        "cda", "Claire Durand", "Value Labs", "2026-05-03",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('<value xsi:type="PQ" value="4" unit="1"/>', ("4", "")),
        ('<value xsi:type="REAL" value="1.06"/>', ("1.06", "")),
        ('<value xsi:type="INT" value="3"/>', ("3", "")),
        ('<value xsi:type="ST">Ambrée</value>', ("Ambrée", "")),
        ('<value xsi:type="ED">&lt;1.0 mg/L</value>', ("< 1.0", "mg/L")),
        ('<value xsi:type="BL" value="true"/>', ("true", "")),
        ('<value xsi:type="TS" value="20260101"/>', ("20260101", "")),
        ('<value xsi:type="CD" code="1" displayName="Positif"/>', ("Positif", "")),
        ('<value xsi:type="CE" nullFlavor="OTH"><originalText>rares</originalText></value>', ("rares", "")),
        ('<value xsi:type="CD"><originalText><reference value="#t1"/></originalText></value>', ("dit ici", "")),
        (interval('<low value="500" unit="mg/dL" inclusive="false"/>', '<high nullFlavor="PINF"/>'), ("> 500", "mg/dL")),
        (interval('<low value="500" unit="mg/dL"/>'), (">= 500", "mg/dL")),
        (interval(high='<high value="5" unit="mg/dL" inclusive="false"/>'), ("< 5", "mg/dL")),
        (interval('<low value="4" unit="mg/dL"/>', '<high value="6" unit="mg/dL"/>'), ("4 - 6", "mg/dL")),
        ('<value xsi:type="RTO_PQ_PQ"><numerator value="1"/><denominator value="128"/></value>', ("1:128", "")),
    ],
)  # fmt: skip
def test_given_each_data_type_when_read_then_it_is_shown_as_written(value: str, expected: tuple[str, str]) -> None:
    fact = only(read(results(cda_observation(value), text='<content ID="t1">dit ici</content>')))

    assert (f"{fact.comparator} {fact.value}".strip(), fact.unit) == expected


@pytest.mark.parametrize(
    ("value", "status", "reason"),
    [
        ('<value xsi:type="PQ" nullFlavor="NA"/>', "active", "pending"),
        ('<value xsi:type="PQ" nullFlavor="NAV"/>', "completed", "pending"),
        ('<value xsi:type="PQ" nullFlavor="UNK"/>', "completed", "no_value"),
        ('<value xsi:type="CD" code="260385009"/>', "completed", "no_value"),
        (
            '<value xsi:type="CD"><originalText><reference value="#twice"/></originalText></value>',
            "completed",
            "no_value",
        ),
        ('<value xsi:type="ST"><reference value="http://example.org/x"/></value>', "completed", "no_value"),
        ('<value xsi:type="ED" representation="B64">JVBERi0=</value>', "completed", "not_a_result"),
        ('<value xsi:type="GLIST_PQ" value="1"/>', "completed", "not_a_result"),
        ('<value value="1" unit="g/L"/>', "completed", "not_a_result"),
        ('<value xsi:type="PQ" value="1,5" unit="g/L"/>', "completed", "not_a_result"),
        ('<value xsi:type="PQ" value="-4" unit="mg/dL"/>', "completed", "impossible"),
        ('<value xsi:type="PQ" value="4e44" unit="mg/dL"/>', "completed", "impossible"),
        ("", "completed", "no_value"),
    ],
)
def test_given_what_is_no_certain_value_when_read_then_it_is_listed_with_its_reason(
    value: str, status: str, reason: str
) -> None:
    text = '<content ID="twice">a</content><content ID="twice">b</content>'
    report = read(results(cda_observation(value, status=status), text=text))

    assert report.facts == ()
    assert [(line.reason, line.text) for line in report.not_read] == [(reason, "Glucose [Mass/volume] in Serum")]


@pytest.mark.parametrize(("change", "left"), [({"status": "nullified"}, "nullified"), ({"mood": "INT"}, "moodCode")])
def test_given_what_was_taken_back_or_only_planned_when_read_then_it_is_counted(
    change: dict[str, str], left: str
) -> None:
    report = read(results(cda_observation(PQ), cda_observation(PQ, **change)))

    assert (len(report.facts), dict(report.left), dict(report.counts)) == (1, {left: 1}, {"observation": 2})


def test_given_a_value_that_is_not_final_yet_when_read_then_it_is_preliminary() -> None:
    assert only(read(results(cda_observation(PQ, status="active")))).status == "preliminary"


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        (ranged(interval('<low value="70" unit="mg/dL"/>', '<high value="100" unit="mg/dL"/>')), ("70 - 100", "70", "100")),
        (ranged("<text>norm</text>" + interval('<low value="70"/>')), ("norm", "70", None)),
        (ranged(interval(high='<high value="100" inclusive="false"/>'), ""), ("< 100", None, "100")),
        (ranged(interval('<low value="3.9" unit="mmol/L"/>')), (">= 3.9 mmol/L", None, None)),
        (ranged("<text>70-100</text>"), ("70-100", "70", "100")),
        (ranged("<text><reference value='#r1'/></text>"), ("dit là", None, None)),
        (ranged('<value xsi:type="CD" displayName="Absent"/>'), ("Absent", None, None)),
        (ranged("<text>low</text>", "L") + ranged("<text>70-100</text>"), ("70-100", "70", "100")),
        (ranged("<text>men 70-100</text>") + ranged("<text>women 65-95</text>"), ("men 70-100; women 65-95", None, None)),
        (ranged("<precondition/>" + interval('<low value="70"/>')), (">= 70", None, None)),
        (ranged("<text>141</text>", "H"), (None, None, None)),
    ],
)  # fmt: skip
def test_given_reference_ranges_when_read_then_only_a_single_comparable_one_is_compared(
    extra: str, expected: tuple[str | None, str | None, str | None]
) -> None:
    fact = only(read(results(cda_observation(PQ, extra=extra), text='<content ID="r1">dit là</content>')))

    assert (fact.ref_text, fact.ref_low, fact.ref_high) == expected


def test_given_an_end_that_is_not_inclusive_when_a_value_is_on_it_then_it_is_outside() -> None:
    fact = only(
        read(results(cda_observation(PQ, extra=ranged(interval(high='<high value="98.2" inclusive="false"/>')))))
    )

    assert (standing(fact), fact.high_open) == (Standing.HIGH, True)


def test_given_translations_when_read_then_each_is_a_form_with_its_own_range() -> None:
    value = '<value xsi:type="PQ" value="0.88" unit="g/L"><translation value="4.89" code="mmol/L"/></value>'
    low = '<low value="0.70" unit="g/L"><translation value="3.89" code="mmol/L"/></low>'
    other = '<value xsi:type="PQ" value="1" unit="g/L"><translation value="7" code="U/L"/></value>'
    report = read(results(cda_observation(value, extra=ranged(interval(low))), cda_observation(other)))

    assert [(f.id, f.form_of, f.value, f.unit, f.ref_text, f.coding, f.code) for f in report.facts] == [
        ("1", None, "0.88", "g/L", ">= 0.70", "given", "2345-7"),
        ("1b", "1", "4.89", "mmol/L", ">= 3.89", "mapped", "14749-6"),
        ("2", None, "1", "g/L", None, "given", "2345-7"),
    ]
    assert dict(report.left) == {"translation": 1}  # an activity is no concentration


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (code("x", "Sodium", system="1.2"), ("Sodium", "sodium", "mapped")),
        (code("x", system="1.2", inside="<originalText>Na  plasma</originalText>"), ("Na plasma", "sodium", "mapped")),
        ("<code><originalText><reference value='#t1'/></originalText></code>", ("Potassium", "potassium", "mapped")),
        ('<code nullFlavor="UNK">' + code("718-7", "Hémoglobine", tag="translation") + "</code>", ("Hémoglobine", "hemoglobin", "given")),
        (code("99999-1", "Glucose [Masse/Volume] Liquide synovial"), ("Glucose [Masse/Volume] Liquide synovial", None, "given")),
    ],
)  # fmt: skip
def test_given_names_when_read_then_the_label_is_the_document_s_and_the_analyte_certain(
    named: str, expected: tuple[str, str | None, str]
) -> None:
    value = '<value xsi:type="PQ" value="4" unit="mmol/L"/>'
    fact = only(read(results(cda_observation(value, named=named), text='<content ID="t1">Potassium</content>')))

    assert (fact.label, fact.analyte, fact.coding) == expected


def test_given_no_name_when_read_then_the_value_is_listed_without_a_label() -> None:
    report = read(results(cda_observation(PQ, named="<code nullFlavor='UNK'/>")))

    assert [line.reason for line in report.not_read] == ["no_label"]


def test_given_context_around_a_result_when_read_then_it_inherits_time_specimen_and_heading() -> None:
    inner = cda_observation(
        PQ, named=code("x", "Glucose", system="1.2"), when="", extra='<interpretationCode code="H"/>'
    )
    sampled = (
        '<entryRelationship><procedure><participant typeCode="PRD"><participantRole><playingEntity>'
        + code("UR", "urine", system="1.3") + "</playingEntity></participantRole></participant></procedure></entryRelationship>"
    )  # fmt: skip
    panel = f'<organizer><effectiveTime><low value="20260401"/><high value="20260401"/></effectiveTime><component>{inner}</component></organizer>'
    act = f"<act>{sampled}<entryRelationship>{panel}</entryRelationship></act>"
    fact = only(read(document(section("18719-5", act, title="BIOCHIMIE"))))

    assert (str(fact.date), fact.specimen, fact.analyte, fact.flag) == ("2026-04-01", "urine", "urine_glucose", "H")


def test_given_no_time_anywhere_when_read_then_a_result_has_the_day_of_its_report_and_no_hour() -> None:
    fact = only(read(results(cda_observation(PQ, when=""))))

    assert (str(fact.date), fact.at) == ("2026-05-03", None)


@pytest.mark.parametrize(
    ("written", "day", "instant"),
    [
        ("20260502", "2026-05-02", None),
        ("202605020815", "2026-05-02", None),
        ("202605020815-0930", "2026-05-02", "2026-05-02T08:15:00-09:30"),
        ("20260502081530.123+0200", "2026-05-02", "2026-05-02T08:15:30+02:00"),
        ("2026050208+0200", "2026-05-02", None),
        ("202605020815+9900", "2026-05-02", None),
        ("2026", "None", None),
        ("2014030200908-0500", "None", None),
    ],
)
def test_given_a_timestamp_when_read_then_it_is_as_precise_as_written(
    written: str, day: str, instant: str | None
) -> None:
    plain = document(section("30954-2", cda_observation(PQ, when=written))).replace(
        '<effectiveTime value="20260503"/>', ""
    )
    fact = only(read(plain))

    assert (str(fact.date), fact.at.isoformat() if fact.at else None) == (day, instant)


def test_given_vital_signs_when_read_then_their_kind_is_the_section_s_or_the_body_s() -> None:
    rate = cda_observation('<value xsi:type="PQ" value="72" unit="/min"/>', named=code("8867-4", "Heart rate"))
    weight = cda_observation('<value xsi:type="PQ" value="68" unit="kg"/>', named=code("29463-7", "Body weight"))
    fast = cda_observation('<value xsi:type="PQ" value="900" unit="/min"/>', named=code("8867-4", "Heart rate"))
    report = read(document(section("8716-3", rate, weight, fast)))

    assert [(fact.category, fact.value) for fact in report.facts] == [("vital", "72"), ("body", "68")]
    assert dict(report.left) == {"impossible": 1}


def test_given_a_picture_in_words_when_read_then_it_is_one_imaging_fact() -> None:
    text = '<paragraph ID="i1">Poumons clairs.<br/>CONCLUSION : pas de fracture.</paragraph>'
    value = '<value xsi:type="ED"><reference value="#i1"/></value>'
    named = code("36643-5", "XR Chest 2 Views")
    fact = only(read(results(cda_observation(value, named=named), text=text, language="fr-FR")))

    assert (fact.category, fact.value, fact.code) == ("imaging", "pas de fracture.", "36643-5")
    assert fact.note == "Poumons clairs.\nCONCLUSION : pas de fracture."


def test_given_a_long_text_that_is_no_picture_when_read_then_it_is_cut_and_whole_in_the_note() -> None:
    fact = only(read(results(cda_observation(f'<value xsi:type="ED">{"mot " * 2000}</value>'))))

    assert (fact.category, len(fact.value), len(fact.note)) == ("laboratory", 400, 4000)
    assert fact.value.endswith("…")


@pytest.mark.parametrize("subject", ["<subject><relatedSubject/></subject>"])
def test_given_a_result_of_somebody_else_when_read_then_it_is_counted(subject: str) -> None:
    report = read(document(section("30954-2", cda_observation(PQ), cda_observation(PQ, extra=subject))))

    assert (len(report.facts), dict(report.left)) == (1, {"subject": 1})


def test_given_two_patients_when_read_then_nothing_is_kept() -> None:
    with pytest.raises(TwoPatientsError):
        read(document(section("30954-2", cda_observation(PQ)), people=("Claire", "Anne")))


def test_given_the_same_patient_twice_when_read_then_it_is_one() -> None:
    assert (
        read(document(section("30954-2", cda_observation(PQ)), people=("Claire", "Claire"))).person == "Claire Durand"
    )


def test_given_prefixes_and_a_document_around_it_when_read_then_only_cda_s_own_elements_count() -> None:
    plain = results(cda_observation(PQ)).partition("?>")[2]
    prefixed = (
        plain.replace("</", "</c:").replace("<", "<c:").replace("<c:/c:", "</c:").replace('="PQ"', '="c:PQ"')
        .replace('xmlns="urn:hl7-org:v3"', 'xmlns:c="urn:hl7-org:v3"')
    )  # fmt: skip
    around = f'<x:stylesheet xmlns:x="urn:x"><observation/>{prefixed}<x:template match="c:observation"/></x:stylesheet>'
    foreign = plain.replace(PQ, f'<lab:value xmlns:lab="urn:lab" xsi:type="PQ" value="1"/>{PQ}')

    assert only(read(around)).value == only(read(foreign)).value == "98.20"


def test_given_cda_s_names_in_another_namespace_when_read_then_it_is_no_cda() -> None:
    with pytest.raises(UnknownFormatError):
        read('<ClinicalDocument xmlns="urn:something-else"><component/></ClinicalDocument>')


def test_given_other_xml_when_recognised_then_it_is_not_cda() -> None:
    recognises = CdaImporter().recognises

    assert not recognises("export.xml", b'<?xml version="1.0"?><HealthData><Record/></HealthData>')
    assert not recognises("a.xml", b"<html><section>text</section></html>")
    assert not recognises("a.txt", b"the word <ClinicalDocument> alone")
    with pytest.raises(UnknownFormatError):
        read("<html><section>text</section></html>")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1"])
def test_given_an_encoding_when_it_is_the_declared_one_then_accents_are_read(encoding: str) -> None:
    declared = {"utf-8-sig": "UTF-8", "utf-16-le": "UTF-16"}.get(encoding, encoding)
    text = results(cda_observation('<value xsi:type="ST">Négatif</value>')).replace("UTF-8", declared, 1)

    assert only(read(text.encode(encoding))).value == "Négatif"


def test_given_a_document_without_results_when_read_then_it_says_so() -> None:
    with pytest.raises(NoResultsError):
        read(document(section("30954-2")))
