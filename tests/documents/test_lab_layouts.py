"""Layouts of real laboratories, rebuilt: what counts is read, what does not is not, what is unsure is said."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from fpdf import FPDF

from bot.health.documents.errors import NoResultsError, TwoPatientsError, UnsupportedLanguageError
from bot.health.facts import Fact, Report

Top = tuple[str, ...]
PrintPdf = Callable[..., bytes]
ReadPdf = Callable[[bytes], Report]
Printed = Callable[[Fact], tuple[str, str, str, str | None, str]]
Lines = list[str | list[tuple[float, str]]]
X = (50.0, 180.0, 250.0, 330.0, 430.0, 540.0)


def cells(*texts: str) -> list[tuple[float, str]]:
    return [(x, text) for x, text in zip(X, texts, strict=False) if text]


def unread(report: Report) -> list[tuple[str, str]]:
    return [(line.reason, line.text) for line in report.not_read]


@pytest.fixture
def french(print_pdf: PrintPdf, read_pdf: ReadPdf, french_top: Top) -> Callable[..., Report]:
    def read(*lines: Any, **how: Any) -> Report:
        return read_pdf(print_pdf([*french_top, *lines], **how))

    return read


@pytest.fixture
def english(print_pdf: PrintPdf, read_pdf: ReadPdf, english_top: Top) -> Callable[..., Report]:
    def read(*lines: Any, **how: Any) -> Report:
        return read_pdf(print_pdf([*english_top, *lines], **how))

    return read


def test_given_a_column_of_earlier_results_when_read_then_they_are_never_the_value(
    french: Callable[..., Report], printed: Printed
) -> None:
    report = french(
        cells("Analyse", "Résultat", "Unité", "Valeurs de référence", "Antériorité"),
        cells("Hémoglobine", "13,2", "g/dL", "(11,5-15,0)", "13,0"),
        cells("Plaquettes", "250 000", "/mm3", "150 000 à 400 000", "245 000"),
        cells("CRP", "Inf. à 0,6", "mg/L", "Inf. à 5,0", "1,2"),
        cells("Ferritine", "", "µg/L", "15 - 150", "33"),
    )

    assert [printed(fact) for fact in report.facts] == [
        ("Hémoglobine", "13,2", "g/dL", "11,5-15,0", ""),
        ("Plaquettes", "250 000", "/mm3", "150 000 à 400 000", ""),
        ("CRP", "< 0,6", "mg/L", "Inf. à 5,0", ""),
    ]
    assert [fact.previous for fact in report.facts] == ["13,0", "245 000", "1,2"]
    assert report.facts[1].number == Decimal(250000)
    assert unread(report) == [("no_value", "Ferritine µg/L 15 - 150 33")]


@pytest.mark.parametrize(
    ("days", "values", "current", "earlier"),
    [
        (("05/02/2025", "12/09/2024"), ("72", "75"), "72", "75"),
        (("12/09/2024", "05/02/2025"), ("75", "72"), "72", "75"),
    ],
)
def test_given_columns_under_dates_when_read_then_only_the_day_of_collection_counts(
    french: Callable[..., Report], days: tuple[str, str], values: tuple[str, str], current: str, earlier: str
) -> None:
    report = french(cells("Analyse", *days, "Unité", "Normes"), cells("Créatinine", *values, "µmol/L", "50 - 98"))

    assert [(f.value, f.previous, f.unit) for f in report.facts] == [(current, earlier, "µmol/L")]


def test_given_columns_under_unknown_dates_when_read_then_nothing_is_picked(french: Callable[..., Report]) -> None:
    report = french(
        cells("Analyse", "12/09/2024", "03/03/2024", "Unité", "Normes"),
        cells("Créatinine", "75", "72", "µmol/L", "50 - 98"),
    )

    assert report.facts == ()
    assert unread(report) == [("ambiguous", "Créatinine 75 72 µmol/L 50 - 98")]


def test_given_earlier_results_without_a_heading_when_read_then_only_certain_values_are_kept(
    french: Callable[..., Report],
) -> None:
    report = french(
        "Créatinine  72 µmol/L  (50 - 98)   75",
        "Hémoglobine 11,4 g/dL 12/09/24 : 12,8",
        "Potassium 4,1 mmol/L : 4,0",
        "Calcium 2,30 mmol/L (2,15 - 2,55)",
        "Antériorité du 12/09/2024 : 2,28",
        "Sodium 140 138 mmol/L 135-145",
        "Ferritine 11,4 µg/L 12,8 µg/L 15 - 150",
        "Magnésium 0,82 (12/09/24) 0,79 mmol/L",
    )

    assert [(f.value, f.previous) for f in report.facts] == [
        ("72", "75"), ("11,4", "12,8"), ("4,1", "4,0"), ("2,30", "2,28"),
    ]  # fmt: skip
    assert [reason for reason, _ in unread(report)] == ["ambiguous"] * 3


def test_given_a_result_in_two_units_when_read_then_it_is_one_result_in_two_forms(
    french: Callable[..., Report],
) -> None:
    report = french(
        cells("Glycémie à jeun", "1,18", "g/L", "(0,70 - 1,10)", "* H"),
        cells("soit", "6,55", "mmol/L", "(3,89 - 6,11)"),
        cells("Créatinine", "8,1", "mg/L", "5,7 - 11,1"),
        cells("", "72", "µmol/L", "50 - 98"),
        "Urée 0,32 g/L (0,15 - 0,45) soit 5,3 mmol/L (2,5 - 7,5)",
        "Polynucléaires neutrophiles ....... 58,2 %  soit  3,99 G/L (1,80 - 7,50)",
    )

    assert [(f.id, f.form_of, f.value, f.unit, f.ref_text, f.flag) for f in report.facts] == [
        ("1", None, "1,18", "g/L", "0,70 - 1,10", "* H"),
        ("1b", "1", "6,55", "mmol/L", "3,89 - 6,11", ""),
        ("2", None, "8,1", "mg/L", "5,7 - 11,1", ""),
        ("2b", "2", "72", "µmol/L", "50 - 98", ""),
        ("3", None, "0,32", "g/L", "0,15 - 0,45", ""),
        ("3b", "3", "5,3", "mmol/L", "2,5 - 7,5", ""),
        ("4", None, "58,2", "%", None, ""),
        ("4b", "4", "3,99", "G/L", "1,80 - 7,50", ""),
    ]
    assert report.facts[0].label == report.facts[1].label
    assert report.facts[0].analyte == report.facts[1].analyte == "glucose_fasting"
    assert report.facts[0].code != report.facts[1].code
    assert report.not_read == ()


def test_given_a_form_without_its_result_when_read_then_it_is_no_analyte(french: Callable[..., Report]) -> None:
    report = french(cells("soit", "6,55", "mmol/L", "3,89 - 6,11"), cells("Sodium", "140", "mmol/L", "135 - 145"))

    assert [fact.label for fact in report.facts] == ["Sodium"]
    assert unread(report) == [("no_label", "soit 6,55 mmol/L 3,89 - 6,11")]


def test_given_one_range_after_two_units_when_read_then_neither_form_takes_it(french: Callable[..., Report]) -> None:
    report = french("Glucose 0,95 g/L 5,27 mmol/L 0,70 - 1,10")

    assert [fact.ref_text for fact in report.facts] == [None, None]
    assert [reason for reason, _ in unread(report)] == ["ambiguous"]


def test_given_ranges_by_sex_or_age_when_read_then_no_range_is_guessed(french: Callable[..., Report]) -> None:
    report = french(
        cells("Analyse", "Résultat", "Unité", "Valeurs de référence"),
        cells("Hémoglobine", "11,4", "g/dL", "Femme : 12,0 - 16,0"),
        cells("", "", "", "Homme : 13,0 - 17,0"),
        cells("Ferritine", "45", "µg/L", "H : 30 - 300  F : 15 - 150"),
        cells("Vitamine D", "22", "ng/mL"),
        "   Carence : < 10",
        "   Insuffisance : 10 à 30",
        cells("Sodium", "140", "mmol/L", "135 - 145"),
    )

    assert [(f.value, f.ref_text, f.flag) for f in report.facts] == [
        ("11,4", None, ""), ("45", None, ""), ("22", None, ""), ("140", "135 - 145", ""),
    ]  # fmt: skip
    assert [reason for reason, _ in unread(report)] == ["ambiguous"] * 5


def test_given_flags_wherever_they_stand_when_read_then_they_are_kept_as_printed(
    french: Callable[..., Report],
) -> None:
    report = french(
        cells("Potassium", "5,6", "mmol/L", "3,5 à 5,0", "Élevé"),
        cells("Sodium", "131", "mmol/L", "135 à 145", "Bas"),
        cells("Calcium", "2,65 +", "mmol/L", "2,15 à 2,55"),
        cells("Urée", "9,1*", "mmol/L", "2,5 à 7,5"),
        cells("ALAT", "** 88", "UI/L", "< 45"),
        cells("Magnésium", "*0,60", "mmol/L", "0,65 - 1,05"),
        cells("Fer", "5,2", "µmol/L", "9 - 30", "* B"),
        cells("Chlore", "101", "mmol/L", "98 - 107"),
    )

    assert [f.flag for f in report.facts] == ["Élevé", "Bas", "+", "*", "**", "*", "* B", ""]
    assert [f.value for f in report.facts] == ["5,6", "131", "2,65", "9,1", "88", "0,60", "5,2", "101"]


def test_given_units_glued_before_or_after_when_read_then_value_unit_and_range_part(
    french: Callable[..., Report], printed: Printed
) -> None:
    report = french(
        "Hémoglobine : 11,4g/dL [12,0-16,0]",
        "Leucocytes (G/L) 6,85 4,00 - 10,00",
        "Ferritine, µg/L : 9 (15 à 150)",
        cells("Créatinine", "µmol/L", "72", "50 - 98"),
        cells("Calcium", "2,30 (2,15 - 2,55) mmol/L"),
        "Vitamine B12 ......... 250pg/mL  (N : 200-900)",
        "CA 125 ............... 12 U/mL   < 35",
        "DFG estimé (CKD-EPI) 84 mL/min/1,73 m² Sup. à 60",
        font="Courier",
    )

    assert [printed(fact) for fact in report.facts] == [
        ("Hémoglobine", "11,4", "g/dL", "12,0-16,0", ""),
        ("Leucocytes", "6,85", "G/L", "4,00 - 10,00", ""),
        ("Ferritine", "9", "µg/L", "15 à 150", ""),
        ("Créatinine", "72", "µmol/L", "50 - 98", ""),
        ("Calcium", "2,30", "mmol/L", "2,15 - 2,55", ""),
        ("Vitamine B12", "250", "pg/mL", "200-900", ""),
        ("CA 125", "12", "U/mL", "< 35", ""),
        ("DFG estimé (CKD-EPI)", "84", "mL/min/1,73 m²", "Sup. à 60", ""),
    ]
    assert report.facts[6].analyte is None
    assert report.not_read == ()


def test_given_a_range_in_another_unit_when_read_then_it_is_not_this_value_s(french: Callable[..., Report]) -> None:
    report = french("Créatinine 72 µmol/L (5,7 - 11,1 mg/L)")

    assert [(f.value, f.unit, f.ref_text) for f in report.facts] == [("72", "µmol/L", None)]
    assert [reason for reason, _ in unread(report)] == ["ambiguous"]


def test_given_a_target_below_a_result_when_read_then_it_is_not_a_second_result(french: Callable[..., Report]) -> None:
    report = french("Cholestérol LDL 1,62 g/L (< 1,60)", "LDL < 1,00 g/L", "CRP < 0,6 mg/L")

    assert [(f.label, f.value) for f in report.facts] == [("Cholestérol LDL", "1,62"), ("CRP", "0,6")]
    assert unread(report) == [("ambiguous", "LDL < 1,00 g/L")]


def test_given_results_in_words_when_read_then_they_are_texts_without_a_number(french: Callable[..., Report]) -> None:
    report = french(
        cells("Antigène HBs", "Négatif", "", "Négatif"),
        cells("Sérologie VIH", "Non réactif"),
        "BIOCHIMIE URINAIRE",
        "Nitrites : Absence",
        cells("Ferritine", "en cours"),
    )

    assert [(f.label, f.value, f.number, f.ref_text) for f in report.facts] == [
        ("Antigène HBs", "Négatif", None, "Négatif"),
        ("Sérologie VIH", "Non réactif", None, None),
        ("Nitrites", "Absence", None, None),
    ]


def test_given_a_urine_heading_when_read_then_a_blood_analyte_is_not_assumed(french: Callable[..., Report]) -> None:
    report = french(
        "BIOCHIMIE URINAIRE",
        cells("Créatinine", "8,2", "mmol/L"),
        "BIOCHIMIE SANGUINE",
        cells("Créatinine", "72", "µmol/L", "50 - 98"),
    )

    assert report.facts[0].analyte != "creatinine"
    assert report.facts[1].analyte == "creatinine"


def test_given_labels_over_two_lines_when_read_then_they_are_one(french: Callable[..., Report]) -> None:
    report = french(
        "Débit de filtration glomérulaire estimé",
        cells("(CKD-EPI)", "84", "mL/min/1,73m²", "> 60"),
        "Potassium",
        cells("", "4,1", "mmol/L", "3,5 - 5,0"),
        cells("Sodium", "140", "mmol/L"),
        cells("", "", "", "(135 - 145)"),
    )

    assert [(f.analyte, f.value, f.ref_text) for f in report.facts] == [
        ("egfr", "84", "> 60"), ("potassium", "4,1", "3,5 - 5,0"), ("sodium", "140", "135 - 145"),
    ]  # fmt: skip


def test_given_headings_over_two_lines_when_read_then_they_are_joined_before_they_are_understood(
    english: Callable[..., Report],
) -> None:
    report = english(
        [(180.0, "Current"), (330.0, "Prior"), (430.0, "Reference")],
        [(50.0, "Test"), (180.0, "Result"), (250.0, "Units"), (330.0, "Result"), (430.0, "Range")],
        cells("Sodium", "131", "mmol/L", "138", "135 - 145"),
        cells("Potassium", "", "mmol/L", "4.4", "3.5 - 5.1"),
    )

    assert [(f.label, f.value, f.previous) for f in report.facts] == [("Sodium", "131", "138")]
    assert [reason for reason, _ in unread(report)] == ["no_value"]


def test_given_a_second_table_without_headings_when_it_does_not_fit_the_first_then_its_own_order_counts(
    french: Callable[..., Report],
) -> None:
    report = french(
        [(50.0, "Analyse"), (150.0, "Résultat"), (210.0, "Unité"), (260.0, "Normes"), (340.0, "Antériorité")],
        [(50.0, "Sodium"), (150.0, "140"), (210.0, "mmol/L"), (260.0, "135 - 145"), (340.0, "138")],
        "BIOCHIMIE",
        [(50.0, "Créatinine"), (330.0, "72"), (380.0, "µmol/L"), (450.0, "50 - 98")],
        [(50.0, "DFG (CKD-EPI 2009)"), (330.0, "84"), (380.0, "mL/min"), (450.0, "> 60")],
    )

    assert [(f.value, f.previous) for f in report.facts] == [("140", "138"), ("72", None), ("84", None)]


def test_given_a_label_wrapped_around_its_value_when_read_then_it_is_whole(french: Callable[..., Report]) -> None:
    report = french(
        "Concentration",
        "corpusculaire",
        cells("moyenne en", "33,1", "g/dL", "32,0 - 36,0"),
        "hémoglobine",
        "Potassium 4,1 mmol/L 3,5 - 5,0",
        pitch=11,
    )

    assert [(f.label, f.analyte) for f in report.facts] == [
        ("Concentration corpusculaire moyenne en hémoglobine", "mchc"), ("Potassium", "potassium"),
    ]  # fmt: skip
    assert report.not_read == ()


def test_given_a_value_without_its_own_label_when_read_then_it_joins_no_neighbour(
    french: Callable[..., Report],
) -> None:
    report = french(
        cells("DFG estimé", "84", "mL/min/1,73m²", "> 60"),
        cells("", "0,55", "g/L"),
        cells("Cholestérol HDL", "", "", "> 0,40"),
    )

    assert [(f.label, f.value) for f in report.facts] == [("DFG estimé", "84")]
    assert [reason for reason, _ in unread(report)] == ["no_label", "ambiguous"]


def test_given_words_under_the_ranges_when_no_result_stands_there_then_they_are_not_the_result(
    english: Callable[..., Report],
) -> None:
    report = english(
        cells("Test", "Result", "Units", "Reference Range"),
        cells("HIV Screen", "", "", "Non-Reactive"),
        cells("Hepatitis C Antibody", "Reactive", "", "Non-Reactive"),
    )

    assert [(f.value, f.ref_text) for f in report.facts] == [("Reactive", "Non-Reactive")]
    assert [reason for reason, _ in unread(report)] == ["no_value"]


def test_given_the_ends_of_a_range_in_two_columns_when_named_then_they_are_the_range_and_never_a_result(
    french: Callable[..., Report],
) -> None:
    lines = [cells("Sodium", "131", "mmol/L", "135", "145"), cells("Potassium", "4,1", "mmol/L", "3,5", "5,0")]
    named = french(cells("Analyse", "Résultat", "Unité", "Min", "Max"), *lines)
    unnamed = french(*lines)

    assert [(f.value, f.ref_low, f.ref_high) for f in named.facts] == [("131", "135", "145"), ("4,1", "3,5", "5,0")]
    assert [(f.value, f.ref_text, f.previous) for f in unnamed.facts] == [("131", None, None), ("4,1", None, None)]
    assert [reason for reason, _ in unread(unnamed)] == ["ambiguous"] * 2


def test_given_raised_figures_when_read_then_a_power_stays_one_and_a_footnote_goes(read_pdf: ReadPdf) -> None:
    page = FPDF(format="A4", unit="pt")
    page.add_page()
    x = 50.0
    page.set_font("Helvetica", "", 9)
    page.text(50, 50, "Laboratoire des Tilleuls : résultats de la numération du sang")
    for text, size, rise in [
        ("Leucocytes", 9, 0),
        ("1", 5, 4),
        (" 6,85 10", 9, 0),
        ("9", 6, 3),
        ("/L (4,00 - 10,00)", 9, 0),
    ]:
        page.set_font("Helvetica", "", size)
        page.text(x, 80 - rise, text)
        x += page.get_string_width(text)
    report = read_pdf(bytes(page.output()))

    assert [(f.label, f.value, f.unit, f.ucum) for f in report.facts] == [("Leucocytes", "6,85", "10^9/L", "10*9/L")]


def test_given_a_page_in_two_columns_when_read_then_no_row_is_read_across(french: Callable[..., Report]) -> None:
    left = [("Sodium", "140", "mmol/L"), ("Potassium", "4,1", "mmol/L"), ("Calcium", "2,30", "mmol/L")]
    right = [("Hémoglobine", "13,2", "g/dL"), ("Hématies", "4,5", "T/L"), ("Plaquettes", "250", "G/L")]
    report = french(
        *(
            [(50.0, a), (140.0, b), (180.0, c), (320.0, d), (420.0, e), (455.0, f)]
            for (a, b, c), (d, e, f) in zip(left, right, strict=True)
        )
    )

    assert [(f.label, f.value, f.unit) for f in report.facts] == [*left, *right]
    assert all(fact.form_of is None for fact in report.facts)


def test_given_addresses_phones_and_remarks_when_read_then_none_is_a_result(
    print_pdf: PrintPdf, read_pdf: ReadPdf
) -> None:
    report = read_pdf(
        print_pdf([
            "LABORATOIRE CENTRAL",
            "SELAS au capital de 100 000 euros - RCS Paris 123 456 789",
            "FINESS 75 004 123 4 - Accréditation COFRAC n° 8-1234",
            "Horaires : 7h30-12h30 et 14h00-18h00",
            "M. DUPONT Paul  né le 01/02/1960 (65 ans)",
            "Dossier n° 250313-0412 du 13/03/2025 Prescripteur : Dr MARTIN",
            "Prélevé le 13/03/2025 à 08:05 Reçu le 13/03/2025 à 09:12 Édité le 14/03/2025",
            "Hémoglobine 13,4 g/dL (13,0 - 17,0)",
            "Technique : cytométrie en flux (Sysmex XN 1000)",
            "Prélèvement de 5 mL sur EDTA, jeûne depuis 12 h",
            "Un taux de ferritine inférieur à 15 µg/L évoque une carence martiale.",
            "Risque cardiovasculaire modéré : LDL < 1,00 g/L",
            "Prochain contrôle dans 3 mois",
            "Validé par Dr P. BERNARD le 14/03/2025 12:33",
            "Page 1/1 - 12 rue de la Paix 75002 PARIS - Tél. 01.42.33.44.55 Fax 01 42 33 44 56",
        ])
    )  # fmt: skip

    assert [fact.label for fact in report.facts] == ["Hémoglobine"]
    assert report.not_read == ()
    assert (report.laboratory, report.collected, report.reported) == (
        "LABORATOIRE CENTRAL", date(2025, 3, 13), date(2025, 3, 14),
    )  # fmt: skip


def test_given_two_pages_that_repeat_their_heading_when_read_then_it_is_one_report(
    print_pdf: PrintPdf, read_pdf: ReadPdf, french_top: Top
) -> None:
    heads = cells("Analyse", "Résultat", "Unité", "Valeurs de référence")
    report = read_pdf(
        print_pdf(
            [*french_top, heads, cells("Sodium", "140", "mmol/L", "135 - 145"), "Page 1/2"],
            [*french_top, heads, cells("Potassium", "4,1", "mmol/L", "3,5 - 5,0"), "Page 2/2"],
        )
    )

    assert [(f.label, f.page, f.id) for f in report.facts] == [("Sodium", 1, "1"), ("Potassium", 2, "2")]
    assert report.not_read == ()


@pytest.mark.parametrize(
    "other", ["Mme PETIT Anne née le 12/12/1955", "Mme DURAND Claire née le 03/04/1981", "M. DURAND Paul"]
)
def test_given_two_patients_in_one_file_when_read_then_it_is_refused(
    print_pdf: PrintPdf, read_pdf: ReadPdf, french_top: Top, other: str
) -> None:
    pdf = print_pdf(
        [*french_top, "Sodium 140 mmol/L (135 - 145)"],
        ["LABORATOIRE DES ACACIAS", other, "Sodium 139 mmol/L (135 - 145)"],
    )

    with pytest.raises(TwoPatientsError):
        read_pdf(pdf)


def test_given_an_american_report_when_read_then_flags_codes_and_thousands_are_understood(
    english: Callable[..., Report], printed: Printed
) -> None:
    report = english(
        cells("TESTS", "RESULT", "FLAG", "UNITS", "REFERENCE INTERVAL", "LAB"),
        cells("WBC", "6.8", "", "x10E3/uL", "3.4-10.8", "01"),
        cells("Glucose", "118", "High", "mg/dL", "65-99", "01"),
        cells("Triglycerides", "1,250", "High", "mg/dL", "0-149", "01"),
        cells("eGFR", "84", "", "mL/min/1.73", "> 59", "01"),
        cells("HIV Screen", "Non Reactive", "", "", "Non Reactive", "01"),
        "   Prediabetes: 5.7 - 6.4",
    )

    assert [printed(fact) for fact in report.facts] == [
        ("WBC", "6.8", "x10E3/uL", "3.4-10.8", ""),
        ("Glucose", "118", "mg/dL", "65-99", "High"),
        ("Triglycerides", "1,250", "mg/dL", "0-149", "High"),
        ("eGFR", "84", "mL/min/1.73", "> 59", ""),
        ("HIV Screen", "Non Reactive", "", "Non Reactive", ""),
    ]
    assert report.facts[2].number == Decimal(1250)
    assert {fact.date for fact in report.facts} == {date(2025, 2, 5)}


def test_given_in_range_and_out_of_range_columns_when_read_then_both_hold_values(
    english: Callable[..., Report], printed: Printed
) -> None:
    report = english(
        cells("Test Name", "In Range", "Out of Range", "Reference Range", "Lab"),
        cells("GLUCOSE", "", "118 H", "65-99 mg/dL", "EN"),
        cells("CREATININE", "0.81", "", "0.50-1.10 mg/dL", "EN"),
        cells("EGFR", "84", "", "> OR = 60 mL/min/1.73m2", "EN"),
        size=7,
    )

    assert [printed(fact) for fact in report.facts] == [
        ("GLUCOSE", "118", "mg/dL", "65-99", "H"),
        ("CREATININE", "0.81", "mg/dL", "0.50-1.10", ""),
        ("EGFR", "84", "mL/min/1.73m2", "> OR = 60", ""),
    ]


def test_given_a_history_table_when_read_then_lines_of_other_days_do_not_count(english: Callable[..., Report]) -> None:
    report = english(
        cells("Test", "Date", "Result", "Units", "Range"),
        cells("Glucose", "02/05/2025", "118", "mg/dL", "70-99"),
        cells("Glucose", "09/12/2024", "112", "mg/dL", "70-99"),
    )

    assert [f.value for f in report.facts] == ["118"]
    assert [reason for reason, _ in unread(report)] == ["ambiguous"]


def test_given_a_british_report_in_running_text_when_read_then_days_come_first(
    print_pdf: PrintPdf, read_pdf: ReadPdf, printed: Printed
) -> None:
    report = read_pdf(
        print_pdf([
            "St Mary's Hospital Pathology NHS Trust",
            "Surname: SMITH  Forename: John  NHS No: 943 476 5919",
            "Collected: 05/02/2025",
            "Haemoglobin estimation 132 g/L [115.0 - 165.0]",
            "Total white cell count 6.85 10*9/L [4.0 - 11.0]",
            "Serum sodium 139 mmol/L [133 - 146]",
            "Serum creatinine 118 umol/L [64 - 104] H",
            "CRP < 1 mg/L [< 5]",
        ])
    )  # fmt: skip

    assert [printed(fact)[1:] for fact in report.facts] == [
        ("132", "g/L", "115.0 - 165.0", ""),
        ("6.85", "10*9/L", "4.0 - 11.0", ""),
        ("139", "mmol/L", "133 - 146", ""),
        ("118", "umol/L", "64 - 104", "H"),
        ("< 1", "mg/L", "< 5", ""),
    ]
    assert report.collected == date(2025, 2, 5)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Collected: 02/05/2025  Glucose 118 mg/dL 70-99", date(2025, 2, 5)),
        ("Collected: 02/05/2025  Glucose 5.1 mmol/L 3.9-5.5", None),
        ("Collected: 02/05/2025  DOB: 23/04/1980  Glucose 5.1 mmol/L 3.9-5.5", date(2025, 5, 2)),
        ("Collected: 5 Feb 2025  Glucose 5.1 mmol/L 3.9-5.5", date(2025, 2, 5)),
    ],
)
def test_given_an_english_date_when_its_order_is_not_certain_then_there_is_none(
    print_pdf: PrintPdf, read_pdf: ReadPdf, line: str, day: date | None
) -> None:
    report = read_pdf(print_pdf(["Northern Laboratory: report of the results for the patient", *line.split("  ")]))

    assert report.collected == day
    assert [fact.label for fact in report.facts] == ["Glucose"]


def test_given_a_report_in_another_language_when_read_then_it_is_refused(
    print_pdf: PrintPdf, read_pdf: ReadPdf
) -> None:
    pdf = print_pdf([
        "LABORATORIO CENTRAL", "Paciente: Pérez Ana  Fecha: 12/03/2025",
        "Hemoglobina 11,4 g/dL valores de referencia 12,0 - 16,0", "Glucosa 95 mg/dL resultado de la muestra",
    ])  # fmt: skip

    with pytest.raises(UnsupportedLanguageError):
        read_pdf(pdf)


def test_given_a_letter_without_results_when_read_then_it_is_refused(print_pdf: PrintPdf, read_pdf: ReadPdf) -> None:
    pdf = print_pdf(
        ["Madame, nous vous remercions de votre visite du 12/03/2025.", "Le secrétariat est ouvert de 8h à 18h."]
    )

    with pytest.raises(NoResultsError):
        read_pdf(pdf)


def test_given_a_patient_s_name_when_read_then_only_whose_it_is_holds_it(french: Callable[..., Report]) -> None:
    report = french("Sodium 140 mmol/L (135 - 145)")

    assert report.person == "DURAND Claire"
    assert "DURAND" not in repr(replace(report, person=None))
    assert "1980" not in repr(report)
