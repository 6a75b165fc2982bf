"""Writes what runs have measured as docs/performance.md shows it: `python -m benchmarks.tables RUN.json...`.

A cell is the median of the rounds with the lowest and highest; with ×, how often the floor of the same round.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.latency import RATES
from benchmarks.pipeline import IN_FLIGHT
from benchmarks.runs import Run

_BUSY: Final = f"{IN_FLIGHT} in flight"
_TIMES: Final = "×"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Write a table as Markdown; its first row is the head."""
    head, *body = ("| " + " | ".join(row) + " |" for row in rows)
    return "\n".join([head, "|" + "---|" * len(rows[0]), *body])


def short(value: float) -> str:
    """Write a number with as many digits as mean something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _pipeline(run: Run) -> str:
    return _matrix(
        run,
        "pipeline",
        {
            "CPU ms, 1 in flight": "CPU a message, 1 in flight",
            f"CPU ms, {_BUSY}": f"CPU a message, {_BUSY}",
            _TIMES: f"CPU a message, {_BUSY}",
            "server's CPU ms": f"database server's CPU a message, {_BUSY}",
            "p50 ms, 1 in flight": "latency p50, 1 in flight",
            "messages/s": f"answered, {_BUSY}",
            "p99 ms": f"latency p99, {_BUSY}",
            "MB": "peak memory under load",
            "generator, % of a core": f"load generator's share of its core, {_BUSY}",
        },
    )


def _latency(run: Run) -> str:
    columns = {}
    for rate in RATES:
        columns[f"p50 ms at {rate}/s"] = f"latency p50, {rate} messages/s"
        columns[f"p99 ms at {rate}/s"] = f"latency p99, {rate} messages/s"
        columns[f"answered/s of {rate}"] = f"answered, {rate} messages/s"
    columns[f"generator, % of a core at {RATES[-1]}/s"] = f"load generator's share of its core, {RATES[-1]} messages/s"
    columns[f"sent late by, p99 ms at {RATES[-1]}/s"] = f"messages sent late by, p99, {RATES[-1]} messages/s"
    return _matrix(run, "latency", columns)


def _every(run: Run, benchmark: str) -> str:
    """Write everything of a benchmark, a line for each figure."""
    rows = [["", "", "Measured", _TIMES]]
    for one in run.comparisons:
        if one["benchmark"] == benchmark and not one["what"].endswith("sample by sample"):
            rows += [
                [f"{one['what']}, {one['unit']}".rstrip(", "), subject["subject"], _cell(subject), _ratio(subject)]
                for subject in one["subjects"]
            ]
    return table(rows)


def _matrix(run: Run, benchmark: str, columns: Mapping[str, str]) -> str:
    """Write a line for each subject of a benchmark, a column for each figure; with ×, the ratio of that figure."""
    figures = {
        name: {subject["subject"]: subject for subject in run.subjects(benchmark, what)}
        for name, what in columns.items()
    }
    subjects = next(iter(figures.values()))
    rows = [["", *columns]]
    for name in subjects:
        cells = (_written(column, found.get(name)) for column, found in figures.items())
        rows.append([name, *cells])
    return table(rows)


def _written(column: str, subject: Mapping[str, Any] | None) -> str:
    if subject is None:
        return ""
    return _ratio(subject) if column == _TIMES else _cell(subject)


def _cell(subject: Mapping[str, Any]) -> str:
    low, high = subject["min"], subject["max"]
    return short(subject["median"]) + ("" if low == high else f" ({short(low)}–{short(high)})")


def _ratio(subject: Mapping[str, Any]) -> str:
    return "" if subject["ratio"] is None else f"{subject['ratio']['median']:.2f}"


def written(run: Run) -> Iterator[str]:
    """Give the tables of what was measured."""
    measured = {one["benchmark"] for one in run.comparisons}
    for name, write in {"pipeline": _pipeline, "latency": _latency}.items():
        if name in measured:
            yield f"**{name}**\n\n{write(run)}"
    for name in ("growth", "burst", "hanging", "soak", "health", "transactions", "startup", "queue", "crypto"):
        if name in measured:
            yield f"**{name}**\n\n{_every(run, name)}"


if __name__ == "__main__":
    print("\n\n".join(written(Run.read([Path(name) for name in sys.argv[1:]]))))
