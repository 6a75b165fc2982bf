"""From nothing to the first `getUpdates`, and what a bot weighs before anybody wrote; the command line's own start."""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from benchmarks.child import CARNET, ECHO
from benchmarks.measure import Comparison, Effort
from benchmarks.process import ROOT, child
from benchmarks.stand import stand

FLOOR: Final = "bare echo bot"
_BARE: Final = "python -c pass"
_COMMANDS: Final = {
    _BARE: ("-c", "pass"),
    "import telegram.ext": ("-c", "import telegram.ext"),
    "import sqlalchemy.ext.asyncio": ("-c", "import sqlalchemy.ext.asyncio"),
    "carnet --help": ("-m", "bot", "--help"),
}


def run(effort: Effort) -> Sequence[Comparison]:
    """Give seconds, CPU and memory of a start, and the time of `carnet --help`."""
    start = Start()
    command = Comparison("command line", "ms", _BARE)
    for _ in range(effort.rounds):
        with tempfile.TemporaryDirectory() as folder:
            for subject, bot in _starts():
                asyncio.run(start.measure(subject, bot, Path(folder)))
        for subject, words in _COMMANDS.items():
            started = time.perf_counter()
            subprocess.run([sys.executable, *words], check=True, capture_output=True, cwd=ROOT)
            command.add(subject, (time.perf_counter() - started) * 1e3)
    return [start.wall, start.cpu, start.memory, command]


class Start:
    """What it takes until a bot asks for updates the first time."""

    def __init__(self) -> None:
        self.wall = Comparison("start to first getUpdates", "ms", FLOOR)
        self.cpu = Comparison("CPU of a start", "ms", FLOOR)
        self.memory = Comparison("peak memory at rest", "MB", FLOOR)

    async def measure(self, subject: str, bot: str, folder: Path) -> None:
        """Start *bot* once and stop it."""
        settings = {"CARNET_STATE": str(folder / "state")}
        async with stand() as ground, child(bot, ground.url, folder, settings) as started:
            await started.until(ground.polled)
            self.wall.add(subject, (time.monotonic() - started.started) * 1e3)
            self.cpu.add(subject, await started.cpu() * 1e3)
            self.memory.add(subject, started.peak_memory())


def _starts() -> Iterator[tuple[str, str]]:
    yield FLOOR, ECHO
    yield "Carnet, first start", CARNET
    yield "Carnet, started again", CARNET  # the same folder: nothing to migrate, keys are there
