"""The reports shared with other checkouts: every line of their truth, exactly, and nothing else."""

import json
from pathlib import Path

import pytest

from bot.health.documents.contract import as_json
from bot.health.importers.extract import read_report
from bot.settings.model import DocumentSettings

SECOND_FORM = "soit"


@pytest.mark.parametrize(("language", "count"), [("fr", 14), ("en", 11)])
async def test_given_a_shared_report_when_read_then_every_line_of_its_truth_is_there(
    shared: Path, language: str, count: int
) -> None:
    truth = json.loads((shared / "data/lab/lab_truth.json").read_text(encoding="utf-8"))
    expected = [(label, *values) for label, values in truth[language] if values]
    report = await read_report((shared / f"data/lab/lab_{language}_clean.pdf").read_bytes(), DocumentSettings())

    assert len(expected) == count
    assert [
        (
            SECOND_FORM if fact.form_of else fact.label,
            f"{fact.comparator} {fact.value}".strip(),
            fact.unit,
            fact.ref_text,
            fact.flag,
        )
        for fact in report.facts
    ] == expected
    assert report.not_read == ()
    assert all(fact.analyte and fact.code and fact.ucum for fact in report.facts)
    assert (str(report.collected), str(report.reported)) == ("2025-03-13", "2025-03-14")
    assert report.laboratory == truth[language][0][0]


async def test_given_a_second_form_when_read_then_it_is_the_line_above_again(shared: Path) -> None:
    report = await read_report((shared / "data/lab/lab_fr_clean.pdf").read_bytes(), DocumentSettings())
    form = next(fact for fact in report.facts if fact.form_of)
    first = next(fact for fact in report.facts if fact.id == form.form_of)

    assert (form.id, first.id, form.label, form.analyte) == ("6b", "6", first.label, first.analyte)
    assert (first.code, form.code) == ("1558-6", "14771-0")


async def test_given_a_report_when_given_as_json_then_it_has_the_contract_s_keys(shared: Path) -> None:
    report = await read_report((shared / "data/lab/lab_fr_clean.pdf").read_bytes(), DocumentSettings())
    told = as_json(report)

    assert list(told) == ["kind", "facts", "not_read"]
    assert json.loads(json.dumps(told))["facts"][7] == {
        "id": "7", "label": "Créatinine", "code": "14682-9", "comparator": "", "value": "72", "unit": "µmol/L",
        "ref_low": "50", "ref_high": "98", "flag": "", "date": "2025-03-13", "page": 1, "line": 15,
    }  # fmt: skip
    bounded = {fact["label"]: fact for fact in json.loads(json.dumps(told))["facts"]}
    assert (bounded["D.F.G. estimé (CKD-EPI)"]["ref_low"], bounded["D.F.G. estimé (CKD-EPI)"]["ref_high"]) == (
        "60",
        None,
    )
    assert (bounded["C.R.P."]["comparator"], bounded["C.R.P."]["value"]) == ("<", "0,6")
