"""From nothing to the first `getUpdates`, and what a bot weighs before anybody wrote; the command line's own start."""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.bots import Bot, Engine, carnet, peer
from benchmarks.child import PTB
from benchmarks.measure import Comparison, Effort
from benchmarks.peers import ROOT
from benchmarks.process import fleet
from benchmarks.stand import stand

_BARE: Final = "python -c pass"
_COMMANDS: Final = {
    _BARE: ("-c", "pass"),
    "import telegram.ext": ("-c", "import telegram.ext"),
    "import sqlalchemy.ext.asyncio": ("-c", "import sqlalchemy.ext.asyncio"),
    "carnet --help": ("-m", "bot", "--help"),
}


def run(effort: Effort) -> Sequence[Comparison]:
    """Give seconds, CPU and memory of a start, and the time of `carnet --help`."""
    echo = peer(PTB, "echo")
    assert echo is not None
    start = Start(echo.subject)
    command = Comparison("command line", "ms", _BARE)
    for _ in range(effort.rounds):
        with tempfile.TemporaryDirectory() as folder:
            engine = Engine(name="SQLite", settings={"CARNET_STATE": f"{folder}/state"})
            first, again = (carnet(engine, subject=f"Carnet, {which}") for which in ("first start", "started again"))
            for bot in (echo, first, again):  # again in the same folder: nothing to migrate, keys are there
                asyncio.run(start.measure(bot, Path(folder)))
        for subject, words in _COMMANDS.items():
            started = time.perf_counter()
            subprocess.run([sys.executable, *words], check=True, capture_output=True, cwd=ROOT)
            command.add(subject, (time.perf_counter() - started) * 1e3)
    return [start.wall, start.cpu, start.memory, command]


class Start:
    """What it takes until a bot asks for updates the first time."""

    def __init__(self, floor: str) -> None:
        self.wall = Comparison("start to first getUpdates", "ms", floor)
        self.cpu = Comparison("CPU of a start", "ms", floor)
        self.memory = Comparison("peak memory at rest", "MB", floor)

    async def measure(self, bot: Bot, folder: Path) -> None:
        """Start *bot* once and stop it."""
        async with stand([]) as ground, fleet(bot.programs, ground.url, folder) as started:
            await started.until(ground.polled)
            self.wall.add(bot.subject, (time.monotonic() - started.started) * 1e3)
            self.cpu.add(bot.subject, (await started.used()).cpu * 1e3)
            self.memory.add(bot.subject, started.peak_memory())
