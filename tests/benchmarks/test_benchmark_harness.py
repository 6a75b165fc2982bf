"""The benchmarks run from end to end, and refuse to report on a bot that lost or doubled a message. Nothing is timed."""

import importlib
import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def harness(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a module of the harness by name: it stands beside the installed packages, not among them."""
    monkeypatch.syspath_prepend(ROOT)
    return lambda name: importlib.import_module(f"benchmarks.{name}")


def test_given_five_messages_when_the_harness_runs_then_its_json_holds_every_figure_with_its_noise(
    tmp_path: Path,
) -> None:
    written = tmp_path / "bench.json"
    command = [sys.executable, "-m", "benchmarks", "pipeline", "crypto", "--rounds", "1", "--messages", "5"]
    subprocess.run([*command, "--json", written], cwd=ROOT, check=True, capture_output=True, timeout=120)

    told = json.loads(written.read_text(encoding="utf-8"))
    assert told.keys() == {"machine", "rounds", "messages", "not_run", "comparisons"}
    assert {"at", "python", "system", "cores", "sqlite", "load_before"} <= told["machine"].keys()
    assert {one["benchmark"] for one in told["comparisons"]} == {"pipeline", "crypto"}
    for one in told["comparisons"]:
        assert one.keys() == {"benchmark", "what", "unit", "floor", "subjects"}
        for subject in one["subjects"]:
            assert subject.keys() == {"subject", "values", "median", "min", "max", "ratio"}
            assert len(subject["values"]) == 1
            assert subject["min"] <= subject["median"] <= subject["max"] < math.inf
            assert (subject["ratio"] is None) == (one["floor"] in {None, subject["subject"]})
    (cpu,) = (one for one in told["comparisons"] if one["what"] == "CPU a message, 1 in flight")
    assert {"bare echo bot", "Carnet, SQLite"} <= {subject["subject"] for subject in cpu["subjects"]}
    assert all(subject["median"] > 0 for subject in cpu["subjects"])


@pytest.mark.parametrize("answers", [0, 2])
async def test_given_a_message_not_answered_exactly_once_when_checked_then_nothing_is_reported(
    harness: Any, answers: int
) -> None:
    async with harness("stand").stand() as ground:
        person = ground.people[0]
        ground.playground.say(person, "hello")
        for _ in range(answers):
            ground.playground.talk(person.id).add(author="bot", text="hello")

        with pytest.raises(harness("process").BenchmarkError, match=f"1 messages had {answers} answers"):
            await ground.check()


def test_given_rounds_on_a_busy_machine_when_compared_then_the_ratio_is_taken_within_each_round(harness: Any) -> None:
    comparison = harness("measure").Comparison("CPU", "ms", floor="peer")
    for peer, ours in ((1.0, 3.0), (10.0, 30.0)):  # the second round met a machine ten times slower
        comparison.add("peer", peer)
        comparison.add("ours", ours)

    assert comparison.ratio("ours") == harness("measure").Spread(median=3.0, low=3.0, high=3.0)
    assert comparison.ratio("peer") is None


def test_given_a_benchmark_nobody_knows_when_asked_for_then_it_is_wrong_usage() -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "benchmarks", "nonsense"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert asked.returncode == 2
    assert "nonsense" in asked.stderr
