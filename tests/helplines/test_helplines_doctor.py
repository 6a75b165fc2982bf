"""`carnet doctor` names every number too old to be shown, by the clock it is given."""

from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest

from bot.app import Finding, checkup
from bot.settings import load


async def finding(tmp_path: Path, now: datetime) -> Finding:
    found = [one async for one in checkup(load({"CARNET_STATE": str(tmp_path / "state")}), lambda: now)]
    (helplines,) = (one for one in found if one.check == "helplines")
    return helplines


@pytest.mark.parametrize(("year", "level"), [(2026, "ok"), (2031, "warning")])
async def test_given_the_clock_when_doctor_looks_at_the_numbers_then_it_warns_of_the_expired_ones(
    tmp_path: Path, year: int, level: str
) -> None:
    said = await finding(tmp_path, datetime(year, 12, 1, tzinfo=UTC))

    assert said.level == level
    assert ("FR 3114" in said.advice) is (level == "warning")


async def test_given_numbers_that_cannot_be_read_when_doctor_looks_then_it_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("bot.app.checkup"), "config_folder", lambda: tmp_path)

    assert (await finding(tmp_path, datetime(2026, 12, 1, tzinfo=UTC))).level == "error"
