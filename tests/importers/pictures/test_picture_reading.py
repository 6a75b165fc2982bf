"""Photos and scans: each value right or listed as not read, whatever the phone or the scanner did to them."""

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bot.health.facts import Fact, Report
from bot.health.importers.extract import read_report
from bot.settings.model import DocumentSettings
from tests.importers.pictures.printing import (
    ROWS,
    Picture,
    Row,
    askew,
    draw,
    noisy,
    pdf_of,
    saved,
    scan_of,
    shaded,
    shrunk,
    turned,
)

ReadFile = Callable[[bytes], Report]


def as_printed(fact: Fact) -> Row:
    return (fact.label, f"{fact.comparator} {fact.value}".strip(), fact.unit, fact.ref_text or "", fact.flag)


def rows_of(report: Report) -> Sequence[Row]:
    return [as_printed(fact) for fact in report.facts]


def _bare(row: Row) -> Sequence[str]:
    """Take off what may be too small to see and changes nothing: blanks, and the star beside a flag."""
    return [cell.replace(" ", "").removeprefix("*") for cell in row]


def check(report: Report, *, least: int) -> None:
    """Demand *least* rows, no row that was not printed, and a line for each that is missing."""
    found = [_bare(row) for row in rows_of(report)]
    assert [row for row in found if row not in [_bare(row) for row in ROWS]] == []
    assert len(found) >= least
    assert len(found) + len(report.not_read) >= len(ROWS)


@pytest.mark.parametrize(
    ("spoil", "least"),
    [
        pytest.param(lambda page: saved(page, "PNG"), 5, id="png"),
        pytest.param(lambda page: saved(np.rot90(page), "WEBP", quality=80), 5, id="quarter-left"),
        pytest.param(lambda page: saved(np.rot90(page, 2)), 5, id="upside-down"),
        pytest.param(lambda page: saved(np.rot90(page, 3)), 5, id="quarter-right"),
        pytest.param(lambda page: saved(turned(page, 5)), 5, id="turned-left"),
        pytest.param(lambda page: saved(turned(page, -4)), 5, id="turned-right"),
        pytest.param(lambda page: saved(askew(page)), 5, id="askew"),
        pytest.param(lambda page: saved(shaded(page), quality=70), 5, id="shadow"),
        pytest.param(lambda page: saved(shrunk(page, 0.55), quality=60), 4, id="110-dpi"),
        pytest.param(lambda page: saved(shrunk(page, 0.7), quality=40), 4, id="quality-40"),
        pytest.param(lambda page: saved(noisy(shrunk(page, 0.8)), quality=80), 4, id="noise"),
        pytest.param(
            lambda page: saved(noisy(shaded(askew(turned(shrunk(page, 0.6), 2))), 6), quality=70), 2, id="photo"
        ),
    ],
)
def test_given_a_spoiled_picture_when_read_then_nothing_in_it_is_wrong(
    read_file: ReadFile, drawn: Picture, spoil: Callable[[Picture], bytes], least: int
) -> None:
    report = read_file(spoil(drawn))

    check(report, least=least)
    assert report.kind == "picture"
    assert str(report.collected) == "2025-02-05"


def test_given_a_phone_s_orientation_when_read_then_boxes_are_of_the_picture_as_seen(
    read_file: ReadFile, drawn: Picture
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned right
    report = read_file(saved(np.rot90(drawn), exif=exif.tobytes()))

    check(report, least=5)
    boxes = [fact.box or (1, 1, 0, 0) for fact in report.facts]
    assert all(left < 0.12 and top < bottom < top + 0.06 and right > 0.6 for left, top, right, bottom in boxes)
    assert [box[1] for box in boxes] == sorted(box[1] for box in boxes)
    assert all(fact.score is not None and fact.score > 0.5 for fact in report.facts)


def test_given_text_pages_and_pictured_ones_when_read_then_both_are(read_file: ReadFile) -> None:
    report = read_file(scan_of(draw(pdf_of(ROWS[2:])), text=ROWS[:2]))

    assert rows_of(report) == list(ROWS)
    assert [(fact.page, fact.score is None) for fact in report.facts] == [(1, True)] * 2 + [(2, False)] * 3
    assert report.kind == "lab_report"


def test_given_invisible_text_behind_a_scan_when_read_then_the_picture_counts(read_file: ReadFile) -> None:
    guessed = [(label, "999", unit, interval, flag) for label, _, unit, interval, flag in ROWS[:2]]
    report = read_file(scan_of(draw(pdf_of(ROWS[:2])), behind=guessed))

    assert rows_of(report) == list(ROWS[:2])


@pytest.mark.parametrize(("language", "kind"), [("fr", "png"), ("en", "pdf")])
async def test_given_a_shared_scan_when_read_then_every_line_of_its_truth_is_there(
    shared: Path, language: str, kind: str
) -> None:
    truth = json.loads((shared / "data/lab/lab_truth.json").read_text(encoding="utf-8"))
    expected = [(label, *values) for label, values in truth[language] if values]
    seen: list[float] = []

    async def watch(share: float) -> None:
        seen.append(share)

    file = (shared / f"data/lab/lab_{language}_scan.{kind}").read_bytes()
    report = await read_report(file, DocumentSettings(), watch=watch, pictures=asyncio.Semaphore(1))

    assert [("soit" if f.form_of else f.label, *as_printed(f)[1:]) for f in report.facts] == expected
    assert report.not_read == ()
    assert all(fact.analyte and fact.code and fact.ucum for fact in report.facts)
    assert (str(report.collected), str(report.reported)) == ("2025-03-13", "2025-03-14")
    assert seen == [1.0]
