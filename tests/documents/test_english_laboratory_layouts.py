"""How American and British laboratories print: performing sites, calculated ratios, stars, portals, every column order."""

from collections.abc import Callable
from datetime import date
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
def english(print_pdf: PrintPdf, read_pdf: ReadPdf, english_top: Top) -> Callable[..., Report]:
    def read(*lines: Any, **how: Any) -> Report:
        return read_pdf(print_pdf([*english_top, *lines], **how))

    return read


def test_given_in_and_out_of_range_columns_with_advice_when_read_then_advice_is_no_result(
    english: Callable[..., Report], printed: Printed
) -> None:
    row = at(40, 230, 300, 380, 500)
    report = english(
        row("Test Name", "In Range", "Out Of Range", "Reference Range", "Lab"),
        "LIPID PANEL, STANDARD",
        row("CHOLESTEROL, TOTAL", "", "231 H", "<200 mg/dL", "01"),
        row("LDL-CHOLESTEROL", "", "160 H", "mg/dL (calc)", "01"),
        "     Reference range: <100",
        "     Desirable range <100 mg/dL for primary prevention; <70 mg/dL for patients with CHD or",
        "     diabetic patients with > or = 2 CHD risk factors.",
        row("CHOL/HDLC RATIO", "4.4", "", "<5.0 (calc)", "01"),
        row("BUN/CREATININE RATIO", "NOT APPLICABLE", "", "6-22 (calc)", "01"),
        row("eGFR", "92", "", "> OR = 60 mL/min/1.73m2", "01"),
        row("HEMOGLOBIN A1c", "", "5.8 H", "<5.7 % of total Hgb", "01"),
        row("TSH", "2.10", "", "mIU/L", "01"),
        "     Reference Range > or = 20 Years 0.40-4.50",
        "PERFORMING SITE: 01 MAPLE RIVER, 500 MAIN ST, DALLAS, TX 75201 Director: A. Jones MD CLIA: 45D0000000",
        size=7,
        pitch=12,
    )

    assert [printed(fact) for fact in report.facts] == [
        ("CHOLESTEROL, TOTAL", "231", "mg/dL", "<200", "H"),
        ("LDL-CHOLESTEROL", "160", "mg/dL", "<100", "H"),
        ("CHOL/HDLC RATIO", "4.4", "", "<5.0", ""),
        ("eGFR", "92", "mL/min/1.73m2", "> OR = 60", ""),
        ("HEMOGLOBIN A1c", "5.8", "% of total Hgb", "<5.7", "H"),
        ("TSH", "2.10", "mIU/L", None, ""),
    ]
    assert reasons(report) == [
        ("no_value", "BUN/CREATININE RATIO NOT APPLICABLE 6-22 (calc) 01"),
        ("ambiguous", "Reference Range > or = 20 Years 0.40-4.50"),
    ]


def test_given_previous_results_with_their_date_in_one_column_when_read_then_they_are_earlier(
    english: Callable[..., Report], printed: Printed
) -> None:
    row = at(40, 200, 235, 310, 420, 480)
    report = english(
        [(40.0, "Test"), (200.0, "Current Result and Flag"), (310.0, "Previous Result and Date"), (420.0, "Units"), (470.0, "Reference Interval")],
        row("WBC 01", "6.8", "", "7.1 09/12/2024", "x10E3/uL", "3.4-10.8"),
        row("Hemoglobin 01", "10.2", "Low", "11.8 09/12/2024", "g/dL", "11.1-15.9"),
        row("Neutrophils (Absolute) 01", "3.9", "", "", "x10E3/uL", "1.4-7.0"),
        row("Immature Granulocytes 01", "0", "", "", "%", "Not Estab."),
        row("HCV Ab 01", "Non Reactive", "", "", "", "Non Reactive"),
        "HCV Comment: Not infected with HCV unless early or acute infection is suspected",
        size=8,
    )  # fmt: skip

    assert [(*printed(fact), fact.previous) for fact in report.facts] == [
        ("WBC", "6.8", "x10E3/uL", "3.4-10.8", "", "7.1"),
        ("Hemoglobin", "10.2", "g/dL", "11.1-15.9", "Low", "11.8"),
        ("Neutrophils (Absolute)", "3.9", "x10E3/uL", "1.4-7.0", "", None),
        ("Immature Granulocytes", "0", "%", None, "", None),
        ("HCV Ab", "Non Reactive", "", "Non Reactive", "", None),
    ]


@pytest.mark.parametrize(
    ("cells", "flag"),
    [
        (("131", "L", "mmol/L", "135-145"), "L"),
        (("L", "131", "mmol/L", "135-145"), "L"),
        (("135-145", "131", "mmol/L", "L"), "L"),
        (("131", "135-145", "mmol/L", "L"), "L"),
        (("131", "135-145", "L", "mmol/L"), "L"),
        (("L", "135-145", "131", "mmol/L"), "L"),
        (("mmol/L", "131", "L", "135-145"), "L"),
        (("131 mmol/L", "(135-145)", "Below range"), "Below range"),
    ],
)
def test_given_columns_in_any_order_without_headings_when_read_then_each_finds_its_place(
    english: Callable[..., Report], printed: Printed, cells: tuple[str, ...], flag: str
) -> None:
    report = english(at(40, 180, 250, 320, 400)("Sodium", *cells))

    assert [printed(fact) for fact in report.facts] == [("Sodium", "131", "mmol/L", "135-145", flag)]
    assert report.not_read == ()


@pytest.mark.parametrize("cells", [("mmol/L", "135-145", "131", "L"), ("135-145", "mmol/L", "131")])
def test_given_a_range_that_could_belong_to_another_value_when_no_heading_says_then_nothing_is_read(
    english: Callable[..., Report], cells: tuple[str, ...]
) -> None:
    report = english(at(40, 180, 250, 320, 400)("Sodium", *cells))

    assert report.facts == ()
    assert [reason for reason, _ in reasons(report)] == ["ambiguous"]


def test_given_stars_before_labels_and_a_system_s_notes_when_read_then_results_without_a_value_are_listed(
    print_pdf: PrintPdf, read_pdf: ReadPdf, printed: Printed
) -> None:
    report = read_pdf(
        print_pdf(
            [
                "Royal Elm Infirmary Pathology NHS",
                "Forename: John  Surname: SMITH  D.O.B: 05/02/1960",
                "Collected 13-Mar-2025 08:10   Reported 13-Mar-2025 15:32",
                "FULL BLOOD COUNT",
                "* Haemoglobin                102     g/L         130 - 180  L",
                "  White Cell Count           6.8     10^9/L      4.0 - 11.0",
                "  Film comment: hypochromic microcytic red cells seen",
                "* Potassium                  5.5     mmol/L      3.5 - 5.3  H",
                "  Phosphate                  ----    mmol/L      0.80 - 1.50",
                "  Troponin T                 < 5     ng/L        < 14",
                "  Vitamin B12                Sample insufficient",
                "  Ferritin                   See overleaf",
                "[R] Result phoned to ward at 15:30 by AB",
            ],
            font="Courier",
            size=8,
        )
    )

    assert [printed(fact) for fact in report.facts] == [
        ("Haemoglobin", "102", "g/L", "130 - 180", "L"),
        ("White Cell Count", "6.8", "10^9/L", "4.0 - 11.0", ""),
        ("Potassium", "5.5", "mmol/L", "3.5 - 5.3", "H"),
        ("Troponin T", "< 5", "ng/L", "< 14", ""),
    ]
    assert [reason for reason, _ in reasons(report)] == ["no_value"] * 3


def test_given_a_portal_s_page_when_read_then_words_about_the_range_are_the_flag(
    print_pdf: PrintPdf, read_pdf: ReadPdf, printed: Printed
) -> None:
    row = at(50, 230, 330, 430)
    report = read_pdf(
        print_pdf([
            "St Bride's Hospital NHS Foundation Trust",
            "Name: SMITH, John   NHS number: 943 476 5919   Date of birth: 05/02/1960",
            "Specimen taken: 13 March 2025   Report issued: 14 March 2025",
            row("Serum potassium level", "5.6 mmol/L", "(3.5 - 5.3)", "Above range"),
            row("Serum ferritin level", "8 ug/L", "(15 - 300)", "Below low reference limit"),
            row("HbA1c level (IFCC standardised)", "41 mmol/mol", "(20 - 41)"),
            "Comment: iron deficiency is likely. Please discuss with your GP.",
        ])
    )  # fmt: skip

    assert [printed(fact) for fact in report.facts] == [
        ("Serum potassium level", "5.6", "mmol/L", "3.5 - 5.3", "Above range"),
        ("Serum ferritin level", "8", "ug/L", "15 - 300", "Below low reference limit"),
        ("HbA1c level (IFCC standardised)", "41", "mmol/mol", "20 - 41", ""),
    ]
    assert {fact.date for fact in report.facts} == {date(2025, 3, 13)}


@pytest.mark.parametrize(
    "line",
    [
        "Alkaline Phosphatase   88 U/L   Adult: 40-129   Child: 100-350",
        "Hemoglobin  10.2 g/dL   M: 13.5-17.5  F: 12.0-16.0",
        "Ferritin   9 ng/mL   (F 13-150; M 30-400)",
        "Testosterone   22 ng/dL   Female 18-49 years: 8-60",
    ],
)
def test_given_ranges_by_age_or_sex_when_read_then_the_value_is_kept_and_no_range_is(
    english: Callable[..., Report], line: str
) -> None:
    report = english(line)

    assert [(fact.ref_text, fact.low, fact.high) for fact in report.facts] == [(None, None, None)]
    assert [reason for reason, _ in reasons(report)] == ["ambiguous"]
