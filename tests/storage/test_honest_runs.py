import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("required", "passes"), [("", True), ("all", False)])
def test_given_a_missing_part_when_tests_run_then_it_is_named_at_the_end_and_fails_where_all_is_required(
    tmp_path: Path, required: str, passes: bool
) -> None:
    test = tmp_path / "test_part.py"
    test.write_text(
        "def test_it(require):\n    require('here', True, 'nothing')\n    require('browser', None, 'apt-get install x')\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "--rootdir", str(tmp_path), str(test)]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environ |= {"CARNET_TEST_REQUIRE": required, "PYTHONPATH": str(ROOT)}

    run = subprocess.run(command, check=False, cwd=tmp_path, env=environ, capture_output=True, text=True)

    assert (run.returncode == 0) is passes
    assert ("NOT RUN: browser (apt-get install x)" in run.stdout) is passes
    assert "apt-get install x" in run.stdout
