"""How long an answer takes when messages come at a rate, whether or not earlier ones are answered.

Messages are due at moments drawn beforehand, as independent people write, and each is timed from when it was due: a
bot that stalls is charged for everyone it kept waiting.
"""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from benchmarks.bots import FLOOR, Bot, Engine, carnet_chosen, peer
from benchmarks.child import PTB
from benchmarks.measure import Comparison, Effort
from benchmarks.seed import workshop
from benchmarks.visits import Phase, visit

RATES: Final = (20, 100, 200)  # messages a second


def run(effort: Effort) -> Sequence[Comparison]:
    """Give latency and CPU at each rate."""
    phases = {rate: Phase.of(f"{rate} messages/s", FLOOR, scheduled=True) for rate in RATES}
    with workshop(effort) as shop:
        made = shop.engines()
        for _ in range(effort.long_rounds):
            for bot in _bots(made, effort.only):
                asyncio.run(_measure(bot, shop.folder, effort, phases))
    return [one for phase in phases.values() for one in phase.comparisons]


def _bots(made: Sequence[Engine], only: str) -> Iterator[Bot]:
    floor = peer(PTB, "edit")
    if floor is not None:
        yield floor
    for engine in made:
        yield from carnet_chosen(engine, only)


async def _measure(bot: Bot, folder: Path, effort: Effort, phases: dict[int, Phase]) -> None:
    async with visit(bot, folder, effort) as here:
        for rate, phase in phases.items():
            await phase.take(here, here.ground.arrive(rate, effort.seconds))
