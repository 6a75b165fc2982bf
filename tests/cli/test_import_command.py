"""`carnet import FILE --json`: every printed result, as printed, and nothing else."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.i18n import say
from tests.cli.conftest import run

KEYS = ["id", "label", "code", "comparator", "value", "unit", "ref_low", "ref_high", "flag", "date", "page", "line"]


def printed(labs: Path, language: str) -> list[dict[str, Any]]:
    """The results a person reads on the page; a `soit` line is a second form of the line above it."""
    expected: list[dict[str, Any]] = []
    for label, cells in json.loads((labs / "lab_truth.json").read_text(encoding="utf-8"))[language]:
        if cells is None:
            continue
        value, unit, interval, flag = cells
        comparator, number = re.fullmatch(r"([<>]=?)?\s*(\S+)", value).groups()  # type: ignore[union-attr]
        low, high = bounds(interval)
        expected.append(
            {
                "label": expected[-1]["label"] if label == "soit" else label,
                "comparator": comparator or "",
                "value": number,
                "unit": unit,
                "ref_low": low,
                "ref_high": high,
                "flag": flag,
            }
        )
    return expected


def bounds(interval: str) -> tuple[str | None, str | None]:
    if " - " in interval:
        low, high = interval.split(" - ")
        return low, high
    number = interval.lstrip("<>= ")
    return (None, number) if interval.startswith("<") else (number, None)


@pytest.mark.parametrize(("language", "count"), [("fr", 14), ("en", 11)])
def test_given_a_clean_report_when_imported_then_every_line_is_there_as_printed_and_none_invented(
    labs: Path, state: Path, language: str, count: int
) -> None:
    imported = run("import", labs / f"lab_{language}_clean.pdf", "--json", state=state)

    assert imported.code == 0
    assert list(imported.data) == ["kind", "facts", "not_read"]
    assert imported.data["kind"] == "lab_report"
    assert imported.data["not_read"] == []
    facts = imported.data["facts"]
    expected = printed(labs, language)
    assert len(facts) == count
    assert [{key: fact[key] for key in expected[0]} for fact in facts] == expected
    assert {tuple(fact) for fact in facts} == {tuple(KEYS)}
    assert {fact["date"] for fact in facts} == {"2025-03-13"}
    assert {fact["page"] for fact in facts} == {1}
    assert [fact["line"] for fact in facts] == sorted({fact["line"] for fact in facts})
    assert all(re.fullmatch(r"\d+-\d", fact["code"]) for fact in facts)
    assert len({fact["id"] for fact in facts}) == count


def test_given_a_report_when_imported_then_nothing_is_stored_and_stderr_quotes_nothing(labs: Path, state: Path) -> None:
    imported = run("import", labs / "lab_fr_clean.pdf", state=state, CARNET_LOG_LEVEL="DEBUG")

    assert imported.code == 0
    assert "Ferritine" in imported.out
    assert imported.complaints == []
    assert list(state.parent.iterdir()) == []


def test_given_a_scan_when_imported_then_it_is_read_like_text(labs: Path, state: Path) -> None:
    scan = run("import", labs / "lab_en_scan.pdf", "--json", "--lang", "en", state=state)
    text = run("import", labs / "lab_en_clean.pdf", "--json", "--lang", "en", state=state)

    assert (scan.code, scan.complaints) == (0, [])
    assert [fact | {"line": 0} for fact in scan.data["facts"]] == [fact | {"line": 0} for fact in text.data["facts"]]


def test_given_a_picture_without_text_when_imported_then_one_line_refuses_it(state: Path) -> None:
    blank = state.parent / "blank.png"
    Image.new("RGB", (400, 400), "white").save(blank)
    refused = run("import", blank, "--json", "--lang", "en", state=state)

    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("carnet: I found no test result, prescription or visit report")


def test_given_no_such_file_or_no_pdf_when_imported_then_one_line_says_which(state: Path) -> None:
    note = state.parent / "note.pdf"
    note.write_text("my ferritin is 9")

    absent = run("import", "absent.pdf", "--json", state=state)
    text = run("import", note, "--json", state=state)

    assert (absent.code, absent.out, absent.err) == (1, "", "carnet: absent.pdf: cannot be read\n")
    assert (text.code, text.out) == (1, "")
    assert text.err == f"carnet: {say('en', 'documents.unknown_format')}\n"
