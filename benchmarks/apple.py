"""Reading an Apple Health export in the limited process, beside an XML parser that only counts, and beside others' importers.

The peers have an environment of their own (`APPLE_PEERS`, else `.venv/apple-peers`, from `benchmarks/apple_peers.in`)
and are left out where it is not installed. They keep every record; Carnet keeps a figure a day.
"""

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.apple_export import write_export
from benchmarks.measure import Comparison, Effort
from benchmarks.peers import ROOT
from benchmarks.process import BenchmarkError
from bot.health.importers.extract import OnDisk, read_report
from bot.kernel import logs
from bot.settings.model import DocumentSettings

_RECORDS: Final = int(os.environ.get("APPLE_RECORDS", "100000"))  # a million: ten years of a watch and a phone
_BARE: Final = "expat, counting"
_CARNET: Final = "Carnet's worker process"
_COUNT: Final = """
import sys, zipfile
from xml.parsers import expat
records = 0
def start(name, attributes):
    global records
    records += name == "Record"
parser = expat.ParserCreate()
parser.StartElementHandler = start
with zipfile.ZipFile(sys.argv[1]) as archive, archive.open("apple_health_export/export.xml") as file:
    while chunk := file.read(65536):
        parser.Parse(chunk, False)
parser.Parse(b"", True)
print(records)
"""
_READ: Final = (
    "import pathlib, sys; from benchmarks.apple import read; read(pathlib.Path(sys.argv[1]), int(sys.argv[2]))"
)
_TOLD: Final = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
"""  # a small process between, because a child's highest memory is never below what started it
_SECONDS: Final = 1800


def run(effort: Effort) -> Sequence[Comparison]:
    """Give CPU and memory of the process that reads, its start included."""
    cpu = Comparison(f"{_RECORDS:,} records, CPU", "s", _BARE)
    memory = Comparison(f"{_RECORDS:,} records, memory at its highest", "MB", _BARE)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.zip"
        write_export(path, _RECORDS)
        for number in range(effort.rounds):
            for subject, words in _subjects(path, Path(folder) / str(number)).items():
                seconds, kilobytes = _used(words)
                cpu.add(subject, seconds)
                memory.add(subject, kilobytes / 1024)
    return [cpu, memory]


def read(path: Path, records: int) -> None:
    """Read an export in the worker, and print what that used. Raises `BenchmarkError` when it was not all of it."""
    logs.configure("ERROR")
    limits = DocumentSettings(max_bytes=path.stat().st_size, seconds=_SECONDS)
    counts = dict(asyncio.run(read_report(OnDisk(path), limits)).counts)
    if counts["Record"] != records:  # a fast reader that reads nothing would win
        raise BenchmarkError(f"{counts['Record']} records of {records}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(used.ru_utime + used.ru_stime, used.ru_maxrss)


def _subjects(path: Path, database: Path) -> dict[str, Sequence[str]]:
    told = (sys.executable, "-P", "-s", "-c", _TOLD)
    subjects: dict[str, Sequence[str]] = {
        _BARE: (*told, sys.executable, "-P", "-s", "-c", _COUNT, str(path)),
        _CARNET: (sys.executable, "-P", "-s", "-c", _READ, str(path), str(_RECORDS)),
    }
    peers = Path(os.environ.get("APPLE_PEERS", ROOT / ".venv" / "apple-peers")).absolute() / "bin"
    for name, program, words in (
        ("apple-health-export-mcp", "apple-health-export-mcp-ingest", (str(path), "--db", f"{database}.mcp")),
        ("healthkit-to-sqlite", "healthkit-to-sqlite", ("--silent", str(path), f"{database}.db")),
    ):
        if (peers / program).exists():
            subjects[name] = (*told, str(peers / program), *words)
    return subjects


def _used(words: Sequence[str]) -> tuple[float, int]:
    """Give the CPU seconds and the highest memory, in kilobytes, that *words* print."""
    ran = subprocess.run(
        words, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=_SECONDS
    )  # fmt: skip
    if ran.returncode:
        raise BenchmarkError(f"{words[-1]}: exit code {ran.returncode}")
    seconds, kilobytes = ran.stdout.split()
    return float(seconds), int(kilobytes)
