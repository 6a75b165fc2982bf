"""Results whose cells are too narrow: broken ranges, labels and units are joined, or said, and never crossed."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from bot.health.facts import Fact, Report

Top = tuple[str, ...]
PrintPdf = Callable[..., bytes]
ReadPdf = Callable[[bytes], Report]
Printed = Callable[[Fact], tuple[str, str, str, str | None, str]]
X = (50.0, 180.0, 250.0, 330.0, 430.0, 500.0)


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


def test_given_a_range_broken_in_its_cell_when_read_then_the_next_column_is_not_its_end(
    french: Callable[..., Report], printed: Printed
) -> None:
    report = french(
        cells("Analyse", "Résultat", "Unité", "Valeurs de référence", "Antériorité"),
        cells("Plaquettes", "250 000", "/mm3", "150 000 à", "245 000"),
        cells("", "", "", "400 000"),
        cells("Sodium", "139", "mmol/L", "136 à", "140"),
        pitch=12,
    )

    assert [printed(fact) for fact in report.facts] == [
        ("Plaquettes", "250 000", "/mm3", "150 000 à 400 000", ""),
        ("Sodium", "139", "mmol/L", None, ""),
    ]
    assert [fact.previous for fact in report.facts] == ["245 000", None]
    assert [reason for reason, _ in unread(report)] == ["ambiguous"]


def test_given_a_label_broken_in_its_cell_when_whole_then_it_is_the_other_analyte(
    english: Callable[..., Report],
) -> None:
    report = english(
        cells("Test", "Result", "Units", "Reference Interval"),
        "",
        cells("Hemoglobin", "5.9", "%", "4.8-5.6"),
        "A1c 01",
        "",
        cells("Cholesterol,", "212", "mg/dL", "100-199"),
        "Total",
        "",
        cells("Platelet Count", "245", "", "140-400"),
        cells("", "x10E3/uL"),
        pitch=11,
    )

    assert [(f.label, f.analyte, f.value, f.unit) for f in report.facts] == [
        ("Hemoglobin A1c", "hba1c", "5.9", "%"),
        ("Cholesterol, Total", "cholesterol_total", "212", "mg/dL"),
        ("Platelet Count", "platelets", "245", "x10E3/uL"),
    ]


def test_given_narrow_dated_columns_when_read_then_each_keeps_its_own_day(french: Callable[..., Report]) -> None:
    dates = [(300.0, "11/01/2025"), (348.0, "02/02/2025"), (396.0, "05/02/2025")]
    report = french(
        [(50.0, "Examen"), (150.0, "Unité"), (220.0, "Valeurs"), *dates],
        [(220.0, "usuelles"), (300.0, "08:10"), (348.0, "07:55"), (396.0, "07:50")],
        [(50.0, "Sodium"), (150.0, "mmol/L"), (220.0, "136 - 145"), (300.0, "141"), (348.0, "140"), (396.0, "131 *")],
        pitch=11,
    )

    assert [(f.value, f.ref_text, f.flag) for f in report.facts] == [("131", "136 - 145", "*")]


def test_given_the_hour_of_a_sample_when_read_then_it_is_no_value(french: Callable[..., Report]) -> None:
    report = french(
        cells("Cortisol 8h", "412", "nmol/L", "166 à 507"),
        cells("Glycémie à 120 min", "1,32", "g/L", "< 1,40"),
        cells("Ferritine", "9 H", "µg/L", "15 à 150"),
        cells("Temps de lyse", "4 h", "", "> 3 h"),
    )

    assert [(f.label, f.value, f.flag) for f in report.facts] == [
        ("Cortisol 8h", "412", ""), ("Glycémie à 120 min", "1,32", ""), ("Ferritine", "9", "H"), ("Temps de lyse", "4", ""),
    ]  # fmt: skip


def test_given_blocks_of_label_range_and_value_when_read_then_each_range_is_its_own_result_s(
    english: Callable[..., Report], printed: Printed
) -> None:
    report = english(
        "Hemoglobin", "Normal range: 11.7 - 15.5 g/dL", "Value: 11.4 g/dL Low", "",
        "Immature granulocytes", "Normal range: 0.0 - 0.4 %", "Value: 0.2 %", "",
        "Value: 7 mg/dL",
    )  # fmt: skip

    assert [printed(fact) for fact in report.facts] == [
        ("Hemoglobin", "11.4", "g/dL", "11.7 - 15.5", "Low"),
        ("Immature granulocytes", "0.2", "%", "0.0 - 0.4", ""),
    ]
    assert [reason for reason, _ in unread(report)] == ["no_label"]


def test_given_bounds_of_one_side_in_columns_when_read_then_they_are_the_range(french: Callable[..., Report]) -> None:
    report = french(
        cells("Paramètre", "Valeur", "Unité", "Borne inf.", "Borne sup."),
        cells("Cholestérol HDL", "0,58", "g/L", "0,40", ""),
        cells("Triglycérides", "1,20", "g/L", "", "1,50"),
    )

    assert [(f.value, f.ref_low, f.ref_high) for f in report.facts] == [("0,58", "0,40", None), ("1,20", None, "1,50")]


def test_given_statuses_flags_and_page_numbers_when_read_then_only_flags_stay(english: Callable[..., Report]) -> None:
    report = english(
        cells("Component", "Value", "Ref Range & Units", "Status"),
        cells("Potassium", "5.6 (H)", "3.5 - 5.3 mmol/L", "Final"),
        cells("C-Reactive Protein", "<3.0", "<=8.0 mg/L", "Final"),
        "Riverside Diagnostics       1/2",
        "Sodium 131 mmol/L [133 - 146]; Below low reference limit",
        cells("Glucose", "109", "HI", "65-99 mg/dL"),
        cells("Creatinine", "0.82", "", "0.50-1.03 mg/dL"),
    )

    assert [(f.comparator + f.value, f.ref_text, f.flag) for f in report.facts] == [
        ("5.6", "3.5 - 5.3", "H"), ("<3.0", "<=8.0", ""), ("131", "133 - 146", "Below low reference limit"),
        ("109", "65-99", "HI"), ("0.82", "0.50-1.03", ""),
    ]  # fmt: skip


def test_given_numbers_that_touch_when_read_then_no_range_swallows_the_next(french: Callable[..., Report]) -> None:
    report = french("Plaquettes  250 G/L  150 - 400 245", "Hématies  4,52 T/L  (4,00 - 5,40)")

    assert [(f.value, f.ref_text) for f in report.facts][-1] == ("4,52", "4,00 - 5,40")
    assert all(fact.ref_high != "400 245" for fact in report.facts)
    assert [reason for reason, _ in unread(report)]


def test_given_a_british_day_with_a_named_month_when_read_then_it_is_the_day_of_collection(
    print_pdf: PrintPdf, read_pdf: ReadPdf
) -> None:
    report = read_pdf(
        print_pdf([
            "City Hospital NHS Trust - Clinical Biochemistry report",
            "Specimen collected: 13-Mar-2025   Reported: 14-Mar-2025",
            "Serum sodium 139 mmol/L [133 - 146]",
        ])
    )  # fmt: skip

    assert (report.collected, report.reported) == (date(2025, 3, 13), date(2025, 3, 14))
