"""Reading a photographed laboratory report in its limited process, beside RapidOCR, bare, in a process of its own."""

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pypdfium2  # type: ignore[import-untyped]

from benchmarks.measure import Comparison, Effort
from benchmarks.member import report
from benchmarks.peers import ROOT
from bot.health.importers.extract import read_report
from bot.kernel import logs
from bot.settings.model import DocumentSettings

_OURS: Final = "Carnet's worker processes"
_BARE: Final = "RapidOCR, bare process"
_READ: Final = (
    "import sys, rapidocr; engine = rapidocr.RapidOCR(params={'Global.log_level': 'critical'});"
    " assert len(engine(sys.argv[1], use_cls=False).txts) > 50"
)
_SCALE: Final = 200 / 72
_LEAST: Final = 13  # of 14 results: a fast reader that reads nothing would win


def run(effort: Effort) -> Sequence[Comparison]:
    """Give processor time and peak memory of reading one page, starts included."""
    cpu = Comparison("one picture, CPU of the children", "s", _BARE)
    memory = Comparison("one picture, peak memory of a child", "MB", _BARE)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.png"
        pypdfium2.PdfDocument(report())[0].render(scale=_SCALE).to_pil().convert("RGB").save(page)
        for _ in range(effort.long_rounds):
            for subject, word in ((_OURS, "ours"), (_BARE, "bare")):
                seconds, kilobytes = _measured(word, page)
                cpu.add(subject, seconds)
                memory.add(subject, kilobytes / 1024)
    return [cpu, memory]


def _measured(word: str, page: Path) -> tuple[float, int]:
    """Run one subject below a process of its own: peak memory is told of all children a process had."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.pictures", word, str(page)],
        check=True, capture_output=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    seconds, kilobytes = json.loads(done.stdout)
    return float(seconds), int(kilobytes)


def _main(word: str, page: Path) -> None:
    logs.configure("ERROR")
    if word == "ours":
        read = asyncio.run(read_report(page.read_bytes(), DocumentSettings()))
        assert len(read.facts) >= _LEAST
    else:
        subprocess.run([sys.executable, "-P", "-s", "-c", _READ, str(page)], check=True, stdout=subprocess.DEVNULL)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss]))


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]))
