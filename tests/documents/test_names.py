"""Whose document it is: the name a page prints, and whether two printed names can be one person's."""

from collections.abc import Callable

import pytest

from bot.health.documents.naming import same_person
from bot.health.facts import Report

PrintPdf = Callable[..., bytes]


@pytest.mark.parametrize(
    ("top", "result", "name"),
    [
        (
            ("Mme DURAND Claire née le 03/04/1980", "Prélèvement du 05/02/2025"),
            "Hémoglobine 11,4 g/dL",
            "DURAND Claire",
        ),
        (("Patient: DOE, Jane   DOB: 04/23/1980", "Collected: 02/05/2025"), "Hemoglobin 11.4 g/dL", "DOE, Jane"),
        (("Prélèvement du 05/02/2025", "Docteur PAUL Martin"), "Hémoglobine 11,4 g/dL", None),
    ],
)
def test_given_a_page_when_read_then_the_patient_s_name_is_as_printed(
    print_pdf: PrintPdf, read_pdf: Callable[[bytes], Report], top: tuple[str, ...], result: str, name: str | None
) -> None:
    assert read_pdf(print_pdf([*top, result])).person == name


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("DURAND Claire", "Mme Durand Claire", True),
        ("DURAND Claire", "CLAIRE DURAND", True),
        ("MARTIN-LÉVÊQUE Hélène", "Helene Martin Leveque", True),
        ("DOE, Jane", "DOE, Jane Mary", True),
        ("DURAND Claire", "DURAND Paul", False),
        ("DURAND Claire", "MARTIN Claire", False),
        ("", "DURAND Claire", True),
    ],
)
def test_given_two_printed_names_when_compared_then_only_other_words_make_another_person(
    one: str, other: str, same: bool
) -> None:
    assert same_person(one, other) is same
    assert same_person(other, one) is same
