"""Reading a one-page laboratory report in its limited process, beside bare pdfplumber in a process of its own."""

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from benchmarks.measure import Comparison, Effort
from benchmarks.member import report
from benchmarks.peers import ROOT
from bot.health.importers.extract import read_report
from bot.kernel import logs
from bot.settings.model import DocumentSettings

_BARE: Final = "pdfplumber, bare process"
_EXTRACT: Final = "import sys, pdfplumber; print(pdfplumber.open(sys.argv[1]).pages[0].extract_text())"
_WORKER: Final = "import bot.health.importers.worker"


def run(effort: Effort) -> Sequence[Comparison]:
    """Give wall and CPU time of reading one report, process start included, and what of it is the start."""
    logs.configure("ERROR")
    wall, cpu = (Comparison(f"one report, {what}", "ms", _BARE) for what in ("wall", "CPU of the child"))
    pdf = report()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.pdf"
        path.write_bytes(pdf)
        subjects: dict[str, Callable[[], object]] = {
            _BARE: lambda: _python("-c", _EXTRACT, str(path)),
            "Carnet's worker process": lambda: _read(pdf),
            "of it, starting: its imports": lambda: _python("-c", _WORKER),
        }
        for _ in range(effort.rounds):
            for subject, work in subjects.items():
                used, started = _children(), time.perf_counter()
                work()
                wall.add(subject, (time.perf_counter() - started) * 1e3)
                cpu.add(subject, (_children() - used) * 1e3)
    return [wall, cpu]


def _read(pdf: bytes) -> None:
    read = asyncio.run(read_report(pdf, DocumentSettings()))
    assert len(read.facts) == 14  # a fast reader that reads nothing would win


def _python(*words: str) -> None:
    subprocess.run(
        [sys.executable, "-P", "-s", *words],
        check=True,
        stdout=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
