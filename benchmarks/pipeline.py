"""One general message through the whole of Carnet, beside bare bots: CPU, latency, messages a second, memory.

Carnet runs as it ships: durable, sealed, guarded, answered by the composer. The floor is python-telegram-bot with its
defaults, one handler that sends a placeholder and edits it, and nothing to keep. Every bot meets the same playground,
people and text, in turn, in each round.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from benchmarks.bots import FLOOR, Bot, Engine, carnet_ways, peers
from benchmarks.measure import Comparison, Effort
from benchmarks.seed import workshop
from benchmarks.visits import Phase, visit

IN_FLIGHT: Final = 40  # what Telegram keeps open towards a webhook unless told otherwise


@dataclass(frozen=True, slots=True)
class _Level:
    in_flight: int
    times: int  # as many messages as the effort says
    phase: Phase


def run(effort: Effort) -> Sequence[Comparison]:
    """Give everything at each level, and the memory it took."""
    levels = [
        _Level(1, 1, Phase.of("1 in flight", FLOOR)),
        _Level(IN_FLIGHT, 4, Phase.of(f"{IN_FLIGHT} in flight", FLOOR)),
    ]
    memory = Comparison("peak memory under load", "MB", FLOOR)
    with workshop(effort) as shop:
        made = shop.engines()
        for _ in range(effort.rounds):
            for bot in _bots(made, effort.only):
                asyncio.run(_measure(bot, shop.folder, effort, levels, memory))
    return [*(one for level in levels for one in level.phase.comparisons), memory]


def _bots(made: Sequence[Engine], only: str) -> Iterator[Bot]:
    ours = (bot for engine in made for bot in carnet_ways(engine))
    yield from (bot for bot in chain(peers(), ours) if only in bot.subject or bot.subject == FLOOR)


async def _measure(bot: Bot, folder: Path, effort: Effort, levels: Sequence[_Level], memory: Comparison) -> None:
    async with visit(bot, folder, effort) as here:
        for level in levels:
            load = here.ground.load(effort.messages * level.times, in_flight=level.in_flight)
            await level.phase.take(here, load)
        memory.add(bot.subject, here.fleet.peak_memory())
