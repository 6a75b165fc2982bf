"""Results in words that only their heading makes results: cultures, antibiograms, blood groups, scales of plus signs."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.health.facts import Report

Top = tuple[str, ...]
PrintPdf = Callable[..., bytes]
ReadPdf = Callable[[bytes], Report]


def row(*texts: str) -> list[tuple[float, str]]:
    return [(x, text) for x, text in zip((40.0, 230.0, 310.0, 400.0), texts, strict=False) if text]


def told(report: Report) -> list[tuple[str, str, str, str]]:
    return [(f.label, f.comparator + f.value, f.unit, f.note) for f in report.facts]


@pytest.fixture
def french(print_pdf: PrintPdf, read_pdf: ReadPdf, french_top: Top) -> Callable[..., Report]:
    def read(*lines: Any, **how: Any) -> Report:
        return read_pdf(print_pdf([*french_top, *lines], **how))

    return read


def test_given_a_french_urine_culture_when_read_then_germ_count_and_sensitivities_are_as_printed(
    french: Callable[..., Report],
) -> None:
    report = french(
        "EXAMEN CYTOBACTÉRIOLOGIQUE DES URINES (ECBU)",
        row("Aspect", "Trouble"),
        row("Leucocytes", "250 000", "/mL", "< 10 000"),
        row("Cellules épithéliales", "Rares"),
        row("Culture", "Positive"),
        row("Numération", "10^6", "UFC/mL"),
        "Identification : Escherichia coli",
        "ANTIBIOGRAMME",
        row("Antibiotique", "Sensibilité", "CMI (mg/L)"),
        row("Amoxicilline", "R", "> 8"),
        row("Amoxicilline + acide clavulanique", "S", "4"),
        row("Ciprofloxacine", "I", "0,5"),
        row("Nitrofurantoïne", "Sensible"),
        "S : sensible   I : sensible à forte posologie   R : résistant",
    )

    assert told(report) == [
        ("Aspect", "Trouble", "", ""),
        ("Leucocytes", "250 000", "/mL", ""),
        ("Cellules épithéliales", "Rares", "", ""),
        ("Culture", "Positive", "", ""),
        ("Numération", "10^6", "UFC/mL", ""),
        ("Identification", "Escherichia coli", "", ""),
        ("Amoxicilline", "R", "", "> 8"),
        ("Amoxicilline + acide clavulanique", "S", "", "4"),
        ("Ciprofloxacine", "I", "", "0,5"),
        ("Nitrofurantoïne", "Sensible", "", ""),
    ]
    assert all(fact.number is None for fact in report.facts if fact.unit != "/mL")
    assert report.not_read == ()


def test_given_a_british_urine_culture_when_read_then_the_counted_germ_is_a_result(
    print_pdf: PrintPdf, read_pdf: ReadPdf
) -> None:
    report = read_pdf(
        print_pdf([
            "City Hospital NHS Trust - Microbiology report", "Patient: SMITH, John  DOB: 05/02/1960",
            "Specimen: Mid-stream urine  Collected: 13/03/2025",
            row("White Blood Cells", ">100", "x10^6/L", "<40"), row("Epithelial cells", "+"),
            "1) >10^5 CFU/mL Escherichia coli",
            "SENSITIVITIES", row("Trimethoprim", "R"), row("Nitrofurantoin", "S"), row("Gentamicin", "I"),
            "S = Sensitive  I = Intermediate  R = Resistant",
        ])
    )  # fmt: skip

    assert told(report) == [
        ("White Blood Cells", ">100", "x10^6/L", ""), ("Epithelial cells", "+", "", ""),
        ("Escherichia coli", ">10^5", "CFU/mL", ""),
        ("Trimethoprim", "R", "", ""), ("Nitrofurantoin", "S", "", ""), ("Gentamicin", "I", "", ""),
    ]  # fmt: skip


def test_given_two_germs_in_columns_when_read_then_no_sensitivity_is_given_to_either(
    french: Callable[..., Report],
) -> None:
    report = french("ANTIBIOGRAMME", row("", "Germe 1", "Germe 2"), row("Amoxicilline", "R", "S"))

    assert report.facts == ()
    assert [(n.reason, n.text) for n in report.not_read] == [("ambiguous", "Amoxicilline R S")]


def test_given_a_letter_after_a_word_when_no_antibiogram_is_open_then_it_is_no_result(
    french: Callable[..., Report],
) -> None:
    report = french(row("Sodium", "140", "mmol/L", "135 - 145"), row("Amoxicilline", "R"), row("Service", "S"))

    assert [fact.label for fact in report.facts] == ["Sodium"]


def test_given_blood_groups_and_strips_when_read_then_they_are_texts_and_bare_numbers_are_listed(
    french: Callable[..., Report],
) -> None:
    report = french(
        "Groupe sanguin ABO : A",
        "Rhésus (D) : Positif",
        row("Groupe sanguin", "O Rh D positif"),
        "BANDELETTE URINAIRE",
        row("Protéines", "Traces"),
        row("Sang", "++"),
        row("Leucocytes", "+++"),
        row("Corps cétoniques", "+"),
        row("pH", "6,0"),
        row("Densité", "1,020"),
        row("Potassium", "++", "5,6 mmol/L", "3,5 - 5,0"),
        row("TPHA", "Négatif (<1/80)"),
    )

    assert [(f.label, f.value, f.flag, f.ref_text) for f in report.facts] == [
        ("Groupe sanguin ABO", "A", "", None),
        ("Rhésus (D)", "Positif", "", None),
        ("Groupe sanguin", "O Rh D positif", "", None),
        ("Protéines", "Traces", "", None),
        ("Sang", "++", "", None),
        ("Leucocytes", "+++", "", None),
        ("Corps cétoniques", "+", "", None),
        ("Potassium", "5,6", "++", "3,5 - 5,0"),
        ("TPHA", "Négatif", "", None),
    ]
    assert [(n.reason, n.text) for n in report.not_read] == [
        ("not_a_result", "pH 6,0"), ("not_a_result", "Densité 1,020"), ("ambiguous", "TPHA Négatif (<1/80)"),
    ]  # fmt: skip
