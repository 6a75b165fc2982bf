"""A long time at a steady rate: memory must stop growing.

Every engine has it at the same time. It fails when the last third of the time takes more memory than the middle third
by more than a few per cent: a cache fills and ends, a leak goes on.
"""

import asyncio
import itertools
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.bots import Bot, carnet
from benchmarks.measure import Comparison, Effort, percentile
from benchmarks.process import BenchmarkError, Fleet
from benchmarks.seed import workshop
from benchmarks.visits import visit

ALLOWED: Final = 1.03  # times the middle third that the last one may take
_SAMPLES: Final = 90
_THIRDS: Final = ("first third", "middle third", "last third")
_MIDDLE: Final = _THIRDS[1]
_LAST: Final = _THIRDS[2]
_MEMORY: Final = "memory"


class _Soak:
    """One bot's figures."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._memory = Comparison(f"{_MEMORY}, {bot.subject}", "MB", _MIDDLE)
        self._slow = Comparison(f"latency p99, {bot.subject}", "ms", _MIDDLE)
        self._stand = Comparison(f"load generator, all engines, {bot.subject}", "% of its core")
        self._samples: list[float] = []

    async def measure(self, folder: Path, effort: Effort) -> None:
        """Let people write, and look at the memory."""
        seconds = effort.minutes * 60
        async with visit(self._bot, folder, effort) as here, asyncio.TaskGroup() as group:
            watching = group.create_task(self._watch(here.fleet, seconds / _SAMPLES))
            load = await here.ground.arrive(effort.rate, seconds)
            watching.cancel()
        for name, sizes, latencies in zip(_THIRDS, _thirds(self._samples), _thirds(load.latencies), strict=True):
            self._memory.add(name, median(sizes))
            self._slow.add(name, percentile(latencies, 0.99) * 1e3)
        self._stand.add("whole time", load.stand_cpu / load.seconds * 100)

    async def _watch(self, fleet: Fleet, every: float) -> None:
        while True:
            size = fleet.memory()
            if size is None:
                raise BenchmarkError("this system does not say how much memory a process takes")
            self._samples.append(size)
            await asyncio.sleep(every)

    def comparisons(self, timeline: Comparison) -> Sequence[Comparison]:
        """Give all of it; every sample goes into *timeline*."""
        for size in self._samples:
            timeline.add(self._bot.subject, size)
        return self._memory, self._slow, self._stand


def run(effort: Effort) -> Sequence[Comparison]:
    """Give memory and latency by thirds of the time, and memory sample by sample."""
    timeline = Comparison("memory sample by sample", "MB")
    with workshop(effort) as shop:
        soaks = [_Soak(carnet(engine)) for engine in shop.engines()]

        async def together() -> None:
            async with asyncio.TaskGroup() as group:
                for soak in soaks:
                    group.create_task(soak.measure(shop.folder, effort))

        asyncio.run(together())
    return [*(one for soak in soaks for one in soak.comparisons(timeline)), timeline]


def check(measured: Sequence[Comparison]) -> None:
    """Refuse memory that goes on growing."""
    for one in measured:
        grown = one.ratio(_LAST) if one.what.startswith(f"{_MEMORY}, ") else None
        if grown is not None and grown.median > ALLOWED:
            percent = (grown.median - 1) * 100
            raise BenchmarkError(f"{one.what}: the last third takes {percent:.1f} % more than the middle third")


def _thirds(values: Sequence[float]) -> list[Sequence[float]]:
    cuts = [len(values) * part // 3 for part in range(4)]
    return [values[start:end] for start, end in itertools.pairwise(cuts)]
