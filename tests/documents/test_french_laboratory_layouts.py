"""How French laboratories print: repeated heads, two unit systems, dated columns, remarks and thresholds in between."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.health.facts import Fact, Report

Top = tuple[str, ...]
PrintPdf = Callable[..., bytes]
ReadPdf = Callable[[bytes], Report]
Printed = Callable[[Fact], tuple[str, str, str, str | None, str]]


def at(*places: float) -> Callable[..., list[tuple[float, str]]]:
    return lambda *texts: [(x, text) for x, text in zip(places, texts, strict=False) if text]


def reasons(report: Report) -> list[tuple[str, str]]:
    return [(line.reason, line.text) for line in report.not_read]


@pytest.fixture
def french(print_pdf: PrintPdf, read_pdf: ReadPdf, french_top: Top) -> Callable[..., Report]:
    def read(*lines: Any, **how: Any) -> Report:
        return read_pdf(print_pdf([*french_top, *lines], **how))

    return read


def test_given_pages_with_heads_feet_and_dated_earlier_results_when_read_then_only_results_are_facts(
    print_pdf: PrintPdf, read_pdf: ReadPdf, french_top: Top, printed: Printed
) -> None:
    row = at(40, 200, 260, 320, 430)
    heads = [row("", "Résultats", "", "Valeurs de référence", "Antériorités"), [(430.0, "12/09/2024")]]
    report = read_pdf(
        print_pdf(
            [
                *french_top,
                "Dossier n° 25A0205-118   Total : 2 pages",
                "HÉMATOLOGIE",
                *heads,
                "Sang total EDTA - Cytométrie en flux - SYSMEX XN",
                row("Hématies", "4,52", "T/L", "(4,00-5,40)", "4,48"),
                row("Hémoglobine", "11,4 *", "g/dL", "(12,0-16,0)", "12,8"),
                row("Leucocytes", "6 850", "/mm³", "(4 000-10 000)", "7 120"),
                row("Polynucléaires neutrophiles", "58,2 %"),
                row("soit", "3 987", "/mm³", "(1 800-7 500)", "4 105"),
                "Commentaire : microcytose à explorer, contrôle de la ferritine conseillé.",
                [(40.0, "LABORATOIRE DES ACACIAS - 3 bd Gambetta 38000 Grenoble"), (480.0, "Page 1 sur 2")],
            ],
            [
                *french_top,
                "Suite du dossier n° 25A0205-118",
                "BIOCHIMIE",
                *heads,
                row("Glycémie à jeun", "1,02", "g/L", "(0,70-1,10)", "0,98"),
                row("", "5,66", "mmol/L", "(3,89-6,11)", "5,44"),
                row("DFG (CKD-EPI)", "88", "mL/min/1,73m²", "> 90", "91"),
                "Interprétation HAS 2012 : > 90 : normal ; 60-89 : légère diminution ; 30-59 : modérée",
                row("Cholestérol LDL calculé", "1,55", "g/L", "", "1,48"),
                "   Objectifs thérapeutiques (ESC 2019) :",
                "   Risque faible : < 1,16 g/L",
                "   Risque très élevé : < 0,55 g/L",
                "Validé par Dr Anne MARTIN, biologiste médical",
                [(40.0, "LABORATOIRE DES ACACIAS - 3 bd Gambetta 38000 Grenoble"), (480.0, "Page 2 sur 2")],
            ],
            size=8,
        )
    )

    assert [printed(fact) for fact in report.facts] == [
        ("Hématies", "4,52", "T/L", "4,00-5,40", ""),
        ("Hémoglobine", "11,4", "g/dL", "12,0-16,0", "*"),
        ("Leucocytes", "6 850", "/mm³", "4 000-10 000", ""),
        ("Polynucléaires neutrophiles", "58,2", "%", None, ""),
        ("Polynucléaires neutrophiles", "3 987", "/mm³", "1 800-7 500", ""),
        ("Glycémie à jeun", "1,02", "g/L", "0,70-1,10", ""),
        ("Glycémie à jeun", "5,66", "mmol/L", "3,89-6,11", ""),
        ("DFG (CKD-EPI)", "88", "mL/min/1,73m²", "> 90", ""),
        ("Cholestérol LDL calculé", "1,55", "g/L", None, ""),
    ]
    assert [fact.previous for fact in report.facts if fact.form_of is None] == [
        "4,48", "12,8", "7 120", None, "0,98", "91", "1,48",
    ]  # fmt: skip
    assert {fact.date for fact in report.facts} == {date(2025, 2, 5)}
    assert report.not_read == ()


def test_given_two_unit_systems_side_by_side_when_read_then_each_form_has_its_own_range(
    french: Callable[..., Report], printed: Printed
) -> None:
    row = at(40, 190, 240, 300, 370, 420, 480)
    report = french(
        row("Analyse", "Résultat", "Unité", "Normes", "Résultat", "Unité", "Normes"),
        row("Glucose", "1,02", "g/L", "0,70-1,10", "5,66", "mmol/L", "3,89-6,11"),
        row("Cholestérol total", "2,31", "g/L", "< 2,00", "5,97", "mmol/L", "< 5,16"),
        size=8,
    )

    assert [printed(fact) for fact in report.facts] == [
        ("Glucose", "1,02", "g/L", "0,70-1,10", ""),
        ("Glucose", "5,66", "mmol/L", "3,89-6,11", ""),
        ("Cholestérol total", "2,31", "g/L", "< 2,00", ""),
        ("Cholestérol total", "5,97", "mmol/L", "< 5,16", ""),
    ]


def test_given_a_unit_in_the_heading_when_a_value_prints_none_then_it_has_that_one(
    french: Callable[..., Report], printed: Printed
) -> None:
    row = at(40, 150, 270, 360)
    report = french(
        row("Analyse", "Résultat (mmol/L)", "Normes"),
        row("Sodium", "140", "135 - 145"),
        row("Potassium", "4,1 *", "3,5 - 5,0"),
        row("Analyse", "Résultat (10^9/L)", "Valeurs de référence"),
        row("Leucocytes", "6,85", "4,00 - 10,00"),
        row("Hémoglobine", "11,4 g/dL", "12,0 - 16,0"),
    )

    assert [printed(fact) for fact in report.facts] == [
        ("Sodium", "140", "mmol/L", "135 - 145", ""),
        ("Potassium", "4,1", "mmol/L", "3,5 - 5,0", "*"),
        ("Leucocytes", "6,85", "10^9/L", "4,00 - 10,00", ""),
        ("Hémoglobine", "11,4", "g/dL", "12,0 - 16,0", ""),
    ]
    assert [fact.ucum for fact in report.facts] == ["mmol/L", "mmol/L", "10*9/L", "g/dL"]


def test_given_thresholds_and_remarks_between_results_when_read_then_none_is_a_result_or_a_range(
    french: Callable[..., Report], printed: Printed
) -> None:
    row = at(40, 180, 240, 300)
    report = french(
        row("Ferritine", "9", "µg/L", "15 - 150"),
        "Résultat contrôlé. Une ferritine < 15 µg/L signe une carence en fer.",
        "A interpréter selon la CRP ; un taux normal de CRP est < 5 mg/L.",
        row("Vitamine D (25-OH)", "22", "ng/mL"),
        "Valeurs seuils :",
        "< 10 ng/mL : carence",
        "30 - 100 ng/mL : taux recommandé",
        row("HCG", "< 1", "UI/L"),
        "Semaines d'aménorrhée   Valeurs (UI/L)",
        "3 SA   5 - 50",
        "5 SA   18 - 7 340",
        row("NT-proBNP", "125", "pg/mL"),
        "Seuils selon l'âge : < 50 ans : 450 ; 50-75 ans : 900 ; > 75 ans : 1 800",
    )

    assert [printed(fact) for fact in report.facts] == [
        ("Ferritine", "9", "µg/L", "15 - 150", ""),
        ("Vitamine D (25-OH)", "22", "ng/mL", None, ""),
        ("HCG", "< 1", "UI/L", None, ""),
        ("NT-proBNP", "125", "pg/mL", None, ""),
    ]


def test_given_ranges_named_in_running_text_when_read_then_the_name_is_no_flag_and_a_target_no_range(
    french: Callable[..., Report], printed: Printed
) -> None:
    report = french(
        "Ferritine : 9 µg/L (VR : 15 - 150) [Antériorité du 12/09/2024 : 22]",
        "TP : 85 % (N > 70)",
        "TSH ultrasensible : 2,10 mUI/L - Valeurs usuelles : 0,40 - 4,00",
        "Vitesse de sédimentation : 12 mm 1ère heure (< 20)",
        "D-Dimères : 320 ng/mL FEU (< 500)",
        "INR : 2,4 (zone thérapeutique 2 à 3)",
    )

    assert [printed(fact) for fact in report.facts] == [
        ("Ferritine", "9", "µg/L", "15 - 150", ""),
        ("TP", "85", "%", "> 70", ""),
        ("TSH ultrasensible", "2,10", "mUI/L", "0,40 - 4,00", ""),
        ("Vitesse de sédimentation", "12", "mm 1ère heure", "< 20", ""),
        ("D-Dimères", "320", "ng/mL FEU", "< 500", ""),
        ("INR", "2,4", "", None, ""),
    ]
    assert report.facts[0].previous == "22"
    assert reasons(report) == [("ambiguous", "INR : 2,4 (zone thérapeutique 2 à 3)")]


def test_given_points_that_part_thousands_when_read_then_no_value_is_out_by_a_factor(
    french: Callable[..., Report],
) -> None:
    row = at(40, 180, 240, 300)
    report = french(
        row("Plaquettes", "250\u00a0000", "/mm3", "150\u00a0000 - 400\u00a0000"),
        row("Hématies", "4.520.000", "/mm3", "4.000.000 - 5.400.000"),
        row("Leucocytes", "6.850", "/mm3", "4.000 - 10.000"),
        row("Hémoglobine", "11.4", "g/dL", "12.0 - 16.0"),
        row("TSH", "1,250", "mUI/L", "0,400 - 4,000"),
    )

    assert [(f.label, f.number) for f in report.facts] == [
        ("Plaquettes", Decimal(250000)), ("Hématies", Decimal(4520000)), ("Hémoglobine", Decimal("11.4")),
        ("TSH", Decimal("1.250")),
    ]  # fmt: skip
    assert reasons(report) == [("no_value", "Leucocytes 6.850 /mm3 4.000 - 10.000")]


def test_given_a_table_drawn_with_characters_when_read_then_its_rules_are_in_no_label(
    french: Callable[..., Report], printed: Printed
) -> None:
    report = french(
        "+----------------------+----------+----------+---------------+",
        "| Analyse              | Résultat | Unité    | Normes        |",
        "+----------------------+----------+----------+---------------+",
        "| Hémoglobine          |   11,4 * | g/dL     | 12,0 - 16,0   |",
        "| Antigène HBs         |  Négatif |          |               |",
        "+----------------------+----------+----------+---------------+",
        font="Courier",
        size=8,
    )

    assert [printed(fact) for fact in report.facts] == [
        ("Hémoglobine", "11,4", "g/dL", "12,0 - 16,0", "*"), ("Antigène HBs", "Négatif", "", None, ""),
    ]  # fmt: skip


def test_given_results_left_and_right_with_ranges_when_read_then_no_row_is_read_across(
    french: Callable[..., Report], printed: Printed
) -> None:
    row = at(40, 120, 150, 190, 310, 410, 440, 490)
    report = french(
        row("Sodium", "131 *", "mmol/L", "135-145", "Bilirubine totale", "8", "µmol/L", "< 21"),
        row("Potassium", "4,1", "mmol/L", "3,5-5,0", "ASAT", "22", "UI/L", "< 35"),
        row("Chlore", "101", "mmol/L", "98-107", "ALAT", "** 88", "UI/L", "< 35"),
        size=7,
    )

    assert [printed(fact) for fact in report.facts] == [
        ("Sodium", "131", "mmol/L", "135-145", "*"),
        ("Potassium", "4,1", "mmol/L", "3,5-5,0", ""),
        ("Chlore", "101", "mmol/L", "98-107", ""),
        ("Bilirubine totale", "8", "µmol/L", "< 21", ""),
        ("ASAT", "22", "UI/L", "< 35", ""),
        ("ALAT", "88", "UI/L", "< 35", "**"),
    ]


def test_given_three_dated_columns_when_read_then_an_empty_one_of_today_is_no_value(
    french: Callable[..., Report],
) -> None:
    row = at(40, 170, 230, 300, 390, 470)
    report = french(
        row("Paramètre", "Unité", "Normes", "05/02/2025", "12/09/2024", "03/03/2024"),
        row("Hémoglobine", "g/dL", "12,0 - 16,0", "11,4 *", "12,8", "13,0"),
        row("CRP", "mg/L", "< 5", "< 0,6", "1,2"),
        row("Vitamine D", "ng/mL", "30 - 60", "", "22", "18"),
        size=7,
    )

    assert [(f.comparator + f.value, f.flag, f.previous, f.ref_text) for f in report.facts] == [
        ("11,4", "*", "12,8", "12,0 - 16,0"), ("<0,6", "", "1,2", "< 5"),
    ]  # fmt: skip
    assert reasons(report) == [("no_value", "Vitamine D ng/mL 30 - 60 22 18")]
