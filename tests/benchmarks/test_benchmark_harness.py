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
LITTLE = {
    "--rounds": "1",
    "--messages": "5",
    "--seconds": "1",
    "--updates": "20",
    "--chats": "1200",
    "--history": "4000",
    "--minutes": "0.1",
    "--rate": "5",
}


@pytest.fixture
def harness(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a module of the harness by name: it stands beside the installed packages, not among them."""
    monkeypatch.syspath_prepend(ROOT)
    return lambda name: importlib.import_module(f"benchmarks.{name}")


def measured(tmp_path: Path, *words: str) -> dict[str, Any]:
    """Run the benchmarks with as little effort as there is; give what they wrote."""
    written = tmp_path / "bench.json"
    effort = [word for option in LITTLE.items() for word in option]
    command = [sys.executable, "-m", "benchmarks", *words, *effort, "--json", str(written)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    told: dict[str, Any] = json.loads(written.read_text(encoding="utf-8"))
    return told


def subjects(told: dict[str, Any], benchmark: str, what: str) -> dict[str, float]:
    """Give the median of each subject of one comparison."""
    (found,) = (one for one in told["comparisons"] if (one["benchmark"], one["what"]) == (benchmark, what))
    return {subject["subject"]: subject["median"] for subject in found["subjects"]}


def test_given_little_effort_when_measured_then_the_json_holds_every_figure_with_its_noise(tmp_path: Path) -> None:
    names = ("latency", "growth", "burst", "hanging", "soak", "crypto")
    told = measured(tmp_path, *names, "--engine", "SQLite", "--only", "polling, 1 worker")

    assert told.keys() == {"machine", "rounds", "messages", "not_run", "comparisons"}
    assert {"at", "python", "system", "cores", "sqlite", "load_before"} <= told["machine"].keys()
    assert {one["benchmark"] for one in told["comparisons"]} == set(names)
    for one in told["comparisons"]:
        assert one.keys() == {"benchmark", "what", "unit", "floor", "subjects"}
        for subject in one["subjects"]:
            assert subject.keys() == {"subject", "values", "median", "min", "max", "ratio"}
            assert subject["min"] <= subject["median"] <= subject["max"] < math.inf
            assert (subject["ratio"] is None) == (one["floor"] in {None, subject["subject"]})
    ours, floor = "Carnet, SQLite, polling, 1 worker", "python-telegram-bot, edit"
    assert subjects(told, "latency", "latency p99, 200 messages/s").keys() == {ours, floor}
    assert subjects(told, "burst", "all kept and acknowledged, burst of 20")[ours] > 0
    statements = subjects(told, "growth", "statements a message, SQLite")
    assert len(statements) == 3
    assert max(statements.values()) - min(statements.values()) < 1  # whatever is there already
    others = subjects(told, "hanging", "everybody else's latency p99, SQLite")
    assert others.keys() == {"none hangs", "1 hangs", "64 hang"}
    assert subjects(told, "soak", f"memory, {ours}").keys() == {"first third", "middle third", "last third"}


def test_given_postgresql_and_a_webhook_when_measured_then_the_servers_cpu_is_counted_apart(tmp_path: Path) -> None:
    ours = "Carnet, PostgreSQL, webhook, 2 workers"
    told = measured(tmp_path, "pipeline", "--engine", "PostgreSQL", "--only", ours)

    cpu = subjects(told, "pipeline", "CPU a message, 40 in flight")
    assert cpu.keys() == {ours, "python-telegram-bot, edit"}
    assert min(cpu.values()) > 0
    assert subjects(told, "pipeline", "database server's CPU a message, 40 in flight")[ours] > 0


def test_given_no_environment_for_peers_when_measured_then_they_are_listed_as_not_run(
    harness: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PEERS", str(tmp_path))

    assert harness("peers").missing() == [
        "aiogram, and python-telegram-bot with a webhook: make bench installs them from benchmarks/peers.lock"
    ]
    assert {bot.subject for bot in harness("bots").peers()} == {
        "python-telegram-bot, edit",
        "python-telegram-bot, echo",
        "python-telegram-bot, httpx-aiohttp, edit",
        "python-telegram-bot, httpx-aiohttp, echo",
    }


def test_given_rounds_on_a_busy_machine_when_compared_then_the_ratio_is_taken_within_each_round(harness: Any) -> None:
    comparison = harness("measure").Comparison("CPU", "ms", floor="peer")
    for peer, ours in ((1.0, 3.0), (10.0, 30.0)):  # the second round met a machine ten times slower
        comparison.add("peer", peer)
        comparison.add("ours", ours)

    assert comparison.ratio("ours") == harness("measure").Spread(median=3.0, low=3.0, high=3.0)
    assert comparison.ratio("peer") is None


def test_given_no_floor_in_this_run_when_compared_then_there_is_no_ratio(harness: Any) -> None:
    comparison = harness("measure").Comparison("CPU", "ms", floor="peer")
    comparison.add("ours", 3.0)

    assert comparison.ratio("ours") is None


@pytest.mark.parametrize(("last", "well"), [(101.0, True), (104.0, False)])
def test_given_memory_by_thirds_when_a_soak_is_judged_then_growth_at_the_end_fails_it(
    harness: Any, last: float, well: bool
) -> None:
    memory = harness("measure").Comparison("memory, Carnet", "MB", floor="middle third")
    for third, size in (("first third", 50.0), ("middle third", 100.0), ("last third", last)):
        memory.add(third, size)

    if well:
        harness("soak").check([memory])
    else:
        with pytest.raises(harness("process").BenchmarkError, match=r"4\.0 % more than the middle third"):
            harness("soak").check([memory])


def test_given_what_was_measured_when_drawn_then_the_picture_names_who_was_measured(
    harness: Any, tmp_path: Path
) -> None:
    comparison = harness("measure").Comparison("CPU a message, 40 in flight", "ms")
    comparison.add("aiogram, echo", 1.0)
    picture = tmp_path / "picture.svg"

    harness("plot").draw(harness("runs").Run([comparison.as_json("pipeline")]), picture)

    assert "aiogram, echo" in picture.read_text(encoding="utf-8")


def test_given_a_benchmark_nobody_knows_when_asked_for_then_it_is_wrong_usage() -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "benchmarks", "nonsense"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert asked.returncode == 2
    assert "nonsense" in asked.stderr
