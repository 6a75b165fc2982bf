"""The shared FHIR, C-CDA and CR-BIO records: every line of them, checked by hand against the file, and nothing else."""

from collections import Counter
from pathlib import Path

import pytest

from bot.health.importers.extract import read_report
from bot.settings.model import DocumentSettings
from tests.importers.clinical_book import read, shown

MG = "mg/dL"
VITALS = [
    ("Systolic blood pressure", "120", "mm[Hg]", None, ""),
    ("Diastolic blood pressure", "80", "mm[Hg]", None, ""),
    ("Heart rate", "80", "/min", None, ""),
    ("Body temperature", "37.2", "Cel", None, ""),
    ("Respiratory rate", "18", "/min", None, ""),
    ("Body height", "170.2", "cm", None, ""),
    ("Body weight", "108.863", "kg", None, ""),
    ("Body mass index (BMI) [Ratio]", "37.58", "kg/m2", None, ""),
    ("OXYGEN SATURATION", "98", "%", None, ""),
]
MIXED = {"Body temperature": ("99.0", "[degF]"), "Body height": ("67", "[in_us]"), "Body weight": ("239.9", "[lb_av]")}
PARTS = {
    "Results of COVID Test": [
        ("SARS-CoV-2 (COVID-19) RNA [Presence] in Respiratory specimen by NAA with probe detection", "Detected", "",
         "Reference (Normal) for this test is not detected", "A"),
    ],
    "Result panel with coded values": [
        ("Chlamydia trachomatis rRNA [Presence] in Urine by NAA with probe detection", "Negative", "",
         "A negative value is a normal result", "N"),
        ("Neisseria gonorrhoeae rRNA [Presence] in Urine by NAA with probe detection", "Positive", "",
         "A negative value is a normal result", "A"),
    ],
    "Result with an unstructured string": [("Color of Urine", "Amber", "", None, "N")],
    "Result with greater than": [("Glucose [Mass/Volume] In Capillary Blood", "> 500", MG, "80 - 140", ">")],
    "Result with lab location": [("Specific gravity of Urine by Test strip", "1.015", "", "1.005 - 1.030", "")],
    "Result with non-numeric": [
        ("Triglycerides", "450", MG, None, ""), ("Cholesterol in LDL by calculation", "Unable to calculate", "", None, ""),
    ],
    "Chest X ray": [("XR Chest 2 Views", "Cardiomegaly. No other acute abnormality.", "", None, "")],
    "Basic Metabolic Panel": [
        ("Sodium [Moles/volume] in Blood", "140", "mmol/L", "135-145 mmol/L", "N"),
        ("Potassium [Moles/volume] in Blood", "4.2", "mmol/L", "3.5-5.2 mmol/L", "N"),
        ("Chloride [Moles/volume] in Blood", "98", "mmol/L", "95-110 mmol/L", "N"),
        ("Carbon dioxide, total [Moles/volume] in Serum or Plasma", "24", "mmol/L", "23-29 mmol/L", "N"),
        ("Urea nitrogen [Mass/volume] in Blood", "10", "md/dL", "8-24 mg/dL", "N"),
        ("Creatinine [Mass/volume] in Blood", "1.2", MG, "0.8-1.3 mg/dL", "N"),
        ("Glucose [Mass/volume] in Blood", "185", "mmol/L", "70-140 mg/dL", "H"),
        ("Troponin T.Cardiac [Mass/Volume] In Serum Or Plasma", "0.01", "ng/mL", "0.0-0.1 ng/mL", "N"),
        ("Troponin T.Cardiac [Mass/Volume] In Serum Or Plasma", "0.01", "ng/mL", "0.0-0.1 ng/mL", "N"),
    ],
    "Results of CO2": [("Carbon dioxide", "27", "mmol/L", "23-29 mmol/L", "N")],
    "Results panel with pending": [],
    "Results with translation": [("Platelets [#/volume] in Blood", "152", "10*3/uL", "150 - 400", "N")],
    "Growth Charts": [
        ("Weight-for-length Per age and sex", "50", "%", "WHO Males, 0-2 years Chart", ""),
        ("Head Occipital-frontal circumference Percentile", "45", "%", "WHO Males, 0-2 years Chart", ""),
        ("Body mass index (BMI) [Percentile] Per age and sex", "49", "%", "CDC Males, 2-20 years Chart", ""),
        ("Weight-for-length Per age and sex", "48", "%", "CDC Males, 2-20 years Chart", ""),
        ("Head Occipital-frontal circumference Percentile", "50", "%", "CDC Males, 0-36 months Chart", ""),
    ],
    "Heart Rate Rhythm": [
        ("Heart rate", "80", "/min", None, ""), ("Heart rate rhythm", "Heart irregularly irregular (finding)", "", None, ""),
    ],
    "Panel of Vital Signs (Oxygen": [*VITALS, ("Inhaled oxygen concentration", "36", "%", None, "")],
    "Panel of Vital Signs in Metric": VITALS,
    "Panel of Vital Signs in Mixed": [(row[0], *MIXED.get(row[0], row[1:3]), *row[3:]) for row in VITALS],
}  # fmt: skip
PRESENTABLE = [
    ("Triglycérides [Masse/Volume] Sérum/Plasma ; Numérique", "0.62", "g/L", "0.50 - 1.50", "N"),
    ("Triglycérides [Masse/Volume] Sérum/Plasma ; Numérique", "0.71", "mmol/L", "0.57 - 1.71", "N"),
    ("Cholestérol [Masse/Volume] Sérum/Plasma ; Numérique", "1.90", "g/L", "1.50 - 2.00", "N"),
    ("Cholestérol [Masse/Volume] Sérum/Plasma ; Numérique", "4.90", "mmol/L", "3.87 - 5.16", "N"),
    ("Cholestérol HDL [Masse/Volume] Sérum/Plasma ; Numérique", "0.73", "g/L", "0.40 - 1.00", "N"),
    ("Cholestérol LDL [Masse/Volume] Sérum/Plasma ; Numérique ; Résultat calculé", "1.05", "g/L", "<= 1.60", "N"),
    ("Glucose à jeun [Masse/Volume] Sérum/Plasma ; Numérique", "0.88", "g/L", "0.70 - 1.08", "N"),
    ("Glucose à jeun [Masse/Volume] Sérum/Plasma ; Numérique", "4.89", "mmol/L", "3.89 - 6.00", "N"),
    ("Aspartate aminotransférase [Catalytique/Volume] Sérum/Plasma ; Numérique ; Avec phosphate de pyridoxal", "45",
     "[IU]/L", "10 - 50", "H"),
    ("Alanine aminotransférase [Catalytique/Volume] Sérum/Plasma ; Numérique ; Avec phosphate de pyridoxal", "49",
     "[IU]/L", "10 - 50", "N"),
    ("Gamma glutamyltransférase [Catalytique/Volume] Sérum/Plasma ; Numérique", "65", "[IU]/L", "4 - 60", "H"),
    ("C Réactive protéine [Masse/Volume] Sérum/Plasma ; Numérique", "< 1.0", "mg/L", "<= 5.0", "N"),
    ("Thyréostimuline [Arbitraire/Volume] Sérum/Plasma ; Numérique", "2.050", "m[IU]/L", "0.270 - 4.200", "N"),
    ("Thyroxine libre [Masse/Volume] Sérum/Plasma ; Numérique", "7.67", "pg/mL", "9.30 - 17.00", "L"),
]  # fmt: skip
AMOXICILLIN = "Amoxicilline+clavulanate [Sensibilité] Isolat ; Alphanumérique ; CMI"
AMPICILLIN = "Ampicilline [Sensibilité] Isolat ; Alphanumérique ; CMI"
GENTAMICIN = "Gentamicine [Sensibilité] Isolat ; Alphanumérique"
BACTERIA = "Bactérie [Nombre/Volume] Urine ; Numérique ; Comptage automate"
MICROBIOLOGY = [
    ("Couleur [Type] Urine ; Résultat textuel", "paille", "", None, ""),
    ("Aspect [Aspect] Urine ; Résultat textuel", "clair", "", None, ""),
    ("Leucocytes [Nombre/Volume] Urine ; Numérique ; Comptage manuel", "500", "/mL", None, ""),
    ("Érythrocytes [Nombre/Volume] Urine ; Numérique ; Comptage manuel", "200", "/mL", None, ""),
    ("Cellules épithéliales [Nombre/Volume] Urine ; Numérique ; Comptage manuel", "absence", "", None, ""),
    ("Observation microscopique [Identification] Urine ; Résultat textuel ; Coloration Gram",
     "nombreux Gram - ; quelques Gram +", "", None, ""),
    (BACTERIA, "100000", "/mL", None, ""),
    (AMOXICILLIN, ">= 0.512", "ug/mL", None, "R"),
    (AMPICILLIN, "< 0.128", "ug/mL", None, "I"),
    (GENTAMICIN, "< 0.032", "ug/mL", None, "S"),
    (BACTERIA, "200000", "/mL", None, ""),
    (AMOXICILLIN, "< 0.012", "ug/mL", None, "S"),
    (AMPICILLIN, "< 0.013", "ug/mL", None, "S"),
    (GENTAMICIN, "< 0.014", "ug/mL", None, "S"),
]  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_given_a_published_part_of_a_c_cda_when_read_then_its_every_line_is_there(shared: Path, part: str) -> None:
    path = next(path for path in (shared / "data/ccda").rglob("*.xml") if path.name.startswith(part))
    report = read(path.read_bytes())

    assert [shown(fact) for fact in report.facts] == PARTS[part]
    assert [(line.reason, line.text) for line in report.not_read] == (
        [("pending", "Leukocytes [#/volume] in Blood by Manual count")] if "pending" in part else []
    )


def test_given_the_shared_parts_when_listed_then_none_is_untested(shared: Path) -> None:
    names = [path.name for path in (shared / "data/ccda").rglob("*.xml")]

    assert len(names) == len(PARTS) == 16
    assert all(any(name.startswith(part) for part in PARTS) for name in names)


async def test_given_a_document_inside_a_stylesheet_when_read_then_all_eleven_results_have_their_range(
    shared: Path,
) -> None:
    path = shared / "data/lab/CR-BIO_2021.01_Auto-Presentable.xml"
    report = await read_report(path.read_bytes(), DocumentSettings(), name=path.name)
    firsts = [fact for fact in report.facts if fact.form_of is None]

    assert [shown(fact) for fact in report.facts] == PRESENTABLE
    assert (len(firsts), sum(fact.high is not None for fact in firsts), report.not_read) == (11, 11, ())
    assert all(fact.analyte and fact.ucum and fact.code for fact in report.facts)
    assert [fact.coding for fact in report.facts].count("given") == 11
    assert (report.kind, report.language, report.laboratory) == ("cda", "fr", "Laboratoire des charmes")
    assert (report.person, str(report.collected), str(report.reported)) == (
        "RUTH ISABELLE NESSI DECOURCY", "2014-04-02", "2021-04-01",
    )  # fmt: skip
    assert (firsts[0].at and firsts[0].at.isoformat()) == "2014-04-02T14:55:21+02:00"
    assert firsts[0].note == "(Colorimétrie enzymatique)"


def test_given_a_microbiology_report_when_read_then_each_result_keeps_its_isolate(shared: Path) -> None:
    report = read((shared / "data/lab/CR-BIO_2021.01_Microbiologie_V1.xml").read_bytes())

    assert [shown(fact) for fact in report.facts] == MICROBIOLOGY
    assert [fact.specimen for fact in report.facts] == ["urine"] * 6 + ["Escherichia coli"] * 4 + [
        "Streptococcus sp."
    ] * 4
    assert {fact.analyte for fact in report.facts} == {None, "urine_leukocytes"}
    assert report.left == (("comment", 1),)


def test_given_units_that_differ_when_read_then_a_range_is_shown_and_not_compared(shared: Path) -> None:
    path = next((shared / "data/ccda").rglob("Basic Metabolic*.xml"))
    urea, glucose = (
        fact for fact in read(path.read_bytes()).facts if fact.unit in {"md/dL", "mmol/L"} and not fact.low
    )

    assert (urea.ref_text, urea.low, urea.high, urea.ucum) == ("8-24 mg/dL", None, None, None)
    assert (glucose.ref_text, glucose.low, glucose.high) == ("70-140 mg/dL", None, None)


async def test_given_a_whole_synthetic_record_when_read_then_everything_is_a_fact_or_counted(shared: Path) -> None:
    path = next((shared / "data/fhir").glob("*.json"))
    report = await read_report(path.read_bytes(), DocumentSettings(), name=path.name)

    assert Counter(fact.category for fact in report.facts) == {
        "laboratory": 50, "body": 15, "vital": 15, "condition": 13, "immunization": 6, "medication": 5, "procedure": 3,
    }  # fmt: skip
    assert dict(report.counts) == {
        "Patient": 1, "Organization": 1, "Practitioner": 1, "Encounter": 11, "Condition": 13, "Claim": 16,
        "ExplanationOfBenefit": 11, "Observation": 80, "Procedure": 3, "Immunization": 6, "DiagnosticReport": 7,
        "MedicationRequest": 5, "CarePlan": 2, "Goal": 5,
    }  # fmt: skip
    assert dict(report.left) == {
        "Claim": 16, "ExplanationOfBenefit": 11, "CarePlan": 2, "Goal": 5, "Encounter": 11, "survey": 5,
    }  # fmt: skip
    assert (report.kind, report.person, report.not_read) == ("fhir", "Fabian Murray", ())
    assert all(fact.ref_text is None for fact in report.facts)


def test_given_a_whole_synthetic_record_when_read_then_lines_are_as_written(shared: Path) -> None:
    report = read(next((shared / "data/fhir").glob("*.json")).read_bytes())
    pressure = [fact for fact in report.facts if fact.reference.startswith("Observation/a2fd90e5")]
    a1c = [fact for fact in report.facts if fact.analyte == "hba1c"]

    assert [(fact.label, fact.value, fact.unit, fact.reference[-2:]) for fact in pressure] == [
        ("Diastolic Blood Pressure", "86.36278744164075", "mm[Hg]", "#1"),
        ("Systolic Blood Pressure", "124.87538758350614", "mm[Hg]", "#2"),
    ]
    assert [(fact.value, fact.code, str(fact.date)) for fact in a1c] == [
        ("7.573139120096499", "4548-4", "2020-12-05"), ("6.073139120096499", "4548-4", "2020-12-19"),
    ]  # fmt: skip
    assert [(f.label, f.value, f.status) for f in report.facts if f.category == "medication"][-2:] == [
        ("24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet", "active", "active"),
        ("Amoxicillin 250 MG / Clavulanate 125 MG Oral Tablet", "stopped", "inactive"),
    ]
