"""Shows results: one table for people, one JSON document for scripts, both with the machine they were measured on."""

import os
import platform
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.measure import Comparison, Effort, Spread

Results = Mapping[str, Sequence[Comparison]]


def machine() -> dict[str, Any]:
    """Describe where this runs; the load says how far to trust it."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "sqlite": sqlite3.sqlite_version,
        "load_before": round(os.getloadavg()[0], 2),
    }


def as_json(results: Results, described: Mapping[str, Any], effort: Effort, not_run: Sequence[str]) -> dict[str, Any]:
    """Give everything measured."""
    return {
        "machine": dict(described),
        "rounds": effort.rounds,
        "messages": effort.messages,
        "not_run": list(not_run),
        "comparisons": [one.as_json(name) for name, measured in results.items() for one in measured],
    }


def table(console: Console, name: str, measured: Sequence[Comparison]) -> None:
    """Print the comparisons of one benchmark."""
    shown = Table("What", "Of", title=name, title_justify="left", title_style="bold")
    for heading in ("Median", "Min - max", "x floor", "Min - max"):
        shown.add_column(heading, justify="right", no_wrap=True)
    for one in measured:
        for place, subject in enumerate(one.values):
            what = f"{one.what} ({one.unit})" if place == 0 else ""
            ratio = one.ratio(subject)
            compared = _cells(ratio) if ratio else ("floor" if subject == one.floor else "", "")
            shown.add_row(what, subject, *_cells(one.spread(subject)), *compared)
        shown.add_section()
    console.print(shown)


def _cells(spread: Spread) -> tuple[str, str]:
    return _short(spread.median), f"{_short(spread.low)} - {_short(spread.high)}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
