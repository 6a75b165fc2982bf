"""The table a run closes with: what was broken, and what came of it."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.show import machine

VERDICT, REMARK = "verdict", "remark"  # what a test tells is kept with it under these


def write_table(terminalreporter: pytest.TerminalReporter) -> None:
    """Close a run with what its fault tests told, in whatever process they ran."""
    verdicts, remarks = dict(_told(terminalreporter, VERDICT)), list(_told(terminalreporter, REMARK))
    if verdicts or remarks:
        terminalreporter.section("faults")
    if verdicts:
        width = max(map(len, verdicts))
        columns = list(next(iter(verdicts.values())))
        terminalreporter.write_line(" " * width + "".join(f" {column:>{len(column)}}" for column in columns))
        for case, row in verdicts.items():
            cells = "".join(f" {value:>{len(column)}}" for column, value in row.items())
            terminalreporter.write_line(f"{case:<{width}}{cells}")
    for line in remarks:
        terminalreporter.write_line(line)
    wanted = os.environ.get("CARNET_TEST_FAULTS_JSON")
    if wanted:
        told = {"machine": machine(), "cases": verdicts, "remarks": remarks}
        Path(wanted).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def _told(terminalreporter: pytest.TerminalReporter, name: str) -> Iterator[Any]:
    for outcome in ("passed", "failed"):
        for one in terminalreporter.stats.get(outcome, ()):
            yield from (value for key, value in getattr(one, "user_properties", ()) if key == name)
