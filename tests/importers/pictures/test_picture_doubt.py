"""Which results of a picture are held back: those with letters that are not certain, and those that contradict themselves."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from bot.health.documents.pages import Page
from bot.health.documents.report import read_pages
from bot.health.documents.rows import Row, Word
from bot.health.facts import Report
from bot.health.importers.importer import Tools
from bot.health.pictures.doubt import sifted
from bot.health.pictures.sight import Sight

Cells = Sequence[str]
ReadCells = Callable[..., Report]
X = (50.0, 230.0, 290.0, 390.0, 500.0)
TOP: tuple[Cells, ...] = (("LABORATOIRE DES ACACIAS",), ("Mme DURAND Claire née le 03/04/1980",))
FLAGGED = ("Ferritine", "9", "µg/L", "15 - 150", "* B")
WIDE = 600.0


@pytest.fixture
def read_cells(tools: Tools) -> ReadCells:
    """Read a page of cells; words in `unsure` are."""

    def read(*rows: Cells, unsure: str = "", blurred: bool = False) -> Report:
        lines = [_row(number, cells, unsure) for number, cells in enumerate((*TOP, *rows), start=1)]
        if blurred:
            lines.append(_row(len(lines) + 1, ("ici", "rien", "est", "lisible"), "ici rien est lisible"))
        page = Page(number=1, width=WIDE, height=WIDE, rows=tuple(lines), picture=True)
        sight = Sight(page, np.array([[1 / WIDE, 0, 0], [0, 1 / WIDE, 0]]))
        return sifted(read_pages([page], tools.recognise, tools.units, in_words=False), {1: sight}, tools)

    return read


def _row(number: int, cells: Cells, unsure: str) -> Row:
    words = []
    for x, cell in zip(X, cells, strict=False):
        at = x
        for word in cell.split():
            score = 0.6 if word in unsure.split() else 0.99
            words.append(Word(word, at, at + 5 * len(word), 10, bold=False, score=score))
            at += 5 * len(word) + 3
    return Row(1, number, words, 18.0 * number)


def test_given_certain_rows_when_sifted_then_they_are_scored_and_placed(read_cells: ReadCells) -> None:
    report = read_cells(FLAGGED, ("Créatinine", "72", "µmol/L", "50 - 98"))

    assert [(fact.value, fact.score) for fact in report.facts] == [("9", 0.99), ("72", 0.99)]
    assert [tuple(round(edge, 3) for edge in fact.box or ()) for fact in report.facts][1] == (
        0.083,
        0.112,
        0.702,
        0.128,
    )
    assert report.not_read == ()


@pytest.mark.parametrize(
    ("row", "unsure", "reason"),
    [
        (("Créatinine", "72", "µmol/L", "50 - 98"), "72", "low_score"),
        (("Créatinine", "72", "µmol/L", "50 - 98"), "98", "low_score"),
        (("Créatinine", "72", "µmol/L", "50 - 98"), "µmol/L", "low_score"),
        (("Inconnue", "72", "µmol/L", "50 - 98"), "Inconnue", "low_score"),
        (("Hémoglobine", "124", "g/dL", "12,0 - 16,0"), "", "low_score"),  # a comma lost
        (("Hémoglobine", "12,4", "g/dL", "12,0 - 160"), "", "low_score"),
        (("Hémoglobine", "12.4", "g/dL", "12,0 - 16,0"), "", "low_score"),  # two marks
        (("Hémoglobine", "11,4", "g/dL", "12,0 - 16,0", "* H"), "", "low_score"),  # flag and range differ
        (("Hémoglobine", "11,4", "g/dL", "12,0 - 16,0"), "", "low_score"),  # outside, in a report that flags
        (("Hémoglobine", "12,4", "g/dL", "12,0 - 16,0", "* B"), "", "low_score"),
        (("D.F.G. estimé", "84", "mL/min/1,73m²", "760"), "", "low_score"),  # "> 60"
        (("Plaquettes", "1,250", "G/L", "150 - 400"), "", "low_score"),
        (("Ferritine", "19", "µmo1/L", "15 - 150"), "", "unit_unknown"),
        (("Créatinine", "72", "", "50 - 98"), "", "unit_unknown"),
        (("Hémoglobine glyquée Alc", "11,3", "8", "4,0 - 5,6", "H"), "", "low_score"),  # "%"
    ],
)
def test_given_a_doubtful_row_when_sifted_then_it_is_listed_and_not_given(
    read_cells: ReadCells, row: Cells, unsure: str, reason: str
) -> None:
    report = read_cells(FLAGGED, row, unsure=unsure)

    assert [fact.value for fact in report.facts] == ["9"]
    assert [(line.line, line.reason) for line in report.not_read] == [(4, reason)]
    assert report.not_read[0].text == " ".join(cell for cell in row if cell)


@pytest.mark.parametrize(
    ("row", "unsure"),
    [
        (("Créatinine", "72", "µmol/L", "50 - 98"), "Créatinine"),  # the table of analytes confirms it
        (("Hémoglobine", "11,4", "g/dL", "12,0 - 16,0", "* B"), "B"),  # value and range confirm it
        (("INR", "2,4", "", "2,0 - 3,0"), ""),
        (("C.R.P.", "< 0,6", "mg/L", "< 5,0"), ""),
    ],
)
def test_given_what_can_be_checked_otherwise_when_not_certain_then_it_is_given(
    read_cells: ReadCells, row: Cells, unsure: str
) -> None:
    report = read_cells(FLAGGED, row, unsure=unsure)

    assert len(report.facts) == 2
    assert report.not_read == ()


def test_given_a_first_form_held_back_when_sifted_then_its_second_is_too_and_ids_follow(read_cells: ReadCells) -> None:
    report = read_cells(
        FLAGGED,
        ("Glycémie à jeun", "1,18", "g/L", "0,70 - 1,10", "* H"),
        ("soit", "6,55", "mmol/L", "3,89 - 6,11"),
        ("Glycémie à jeun", "1,18", "g/L", "0,70 - 1,10", "* H"),
        ("soit", "6,55", "mmol/L", "3,89 - 6,11"),
        unsure="",
    )
    held = read_cells(
        ("Glycémie à jeun", "1,18", "g/L", "0,70 - 1,10", "* H"), ("soit", "6,55", "mmol/L", "3,89 - 6,11"), FLAGGED,
        unsure="1,18",
    )  # fmt: skip

    assert [(fact.id, fact.form_of) for fact in report.facts] == [
        ("1", None), ("2", None), ("2b", "2"), ("3", None), ("3b", "3"),
    ]  # fmt: skip
    assert [(fact.id, fact.label) for fact in held.facts] == [("1", "Ferritine")]
    assert [line.line for line in held.not_read] == [3, 4]


def test_given_forms_that_stand_differently_when_sifted_then_the_second_is_held_back(read_cells: ReadCells) -> None:
    report = read_cells(
        ("Glycémie à jeun", "1,18", "g/L", "0,70 - 1,10", "* H"), ("soit", "4,55", "mmol/L", "3,89 - 6,11")
    )

    assert [fact.value for fact in report.facts] == ["1,18"]
    assert [line.line for line in report.not_read] == [4]


@pytest.mark.parametrize(
    ("day", "unsure", "kept"),
    [("05/02/2025", "", True), ("05/02/2025", "05/02/2025", False), ("05/02/2045", "", False)],
)
def test_given_a_day_when_not_certain_or_to_come_then_results_have_none(
    read_cells: ReadCells, day: str, unsure: str, *, kept: bool
) -> None:
    report = read_cells((f"Prélèvement du {day}",), FLAGGED, unsure=unsure)

    assert (report.collected is not None, report.facts[0].date is not None) == (kept, kept)


def test_given_a_page_mostly_unsure_when_sifted_then_more_certainty_is_asked(read_cells: ReadCells) -> None:
    row = ("Créatinine", "72", "µmol/L", "50 - 98")

    assert len(read_cells(row).facts) == 1
    assert len(read_cells(row, blurred=True).facts) == 1  # at 0.99
    assert read_cells(row, blurred=True, unsure="ici").facts
