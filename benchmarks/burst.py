"""Very many messages at once: how long until all are kept, how long until all are answered, and what it weighs."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.bots import Bot, carnet_chosen
from benchmarks.measure import Comparison, Effort
from benchmarks.seed import Past, workshop
from benchmarks.stand import people
from benchmarks.visits import visit

_EACH: Final = 10  # messages of one person, who is answered in order


class _Burst:
    """What is measured of it."""

    def __init__(self, updates: int) -> None:
        when = f"burst of {updates:,}"
        self.kept = Comparison(f"all kept and acknowledged, {when}", "s")
        self.kept_rate = Comparison(f"kept, {when}", "messages/s")
        self.answered = Comparison(f"all answered, {when}", "s")
        self.answered_rate = Comparison(f"answered, {when}", "messages/s")
        self.cpu = Comparison(f"CPU a message, {when}", "ms")
        self.server = Comparison(f"database server's CPU a message, {when}", "ms")
        self.memory = Comparison(f"peak memory, {when}", "MB")
        self.stand = Comparison(f"load generator's share of its core, {when}", "%")

    async def measure(self, bot: Bot, folder: Path, names: Sequence[str], effort: Effort) -> None:
        """Let everybody write at once."""
        updates = effort.updates
        async with visit(bot, folder, effort, names=names) as here:
            cost = await here.loading(here.ground.flood(updates))
            load, served = cost.load, cost.server_cpu
            self.kept.add(bot.subject, load.kept)
            self.kept_rate.add(bot.subject, updates / load.kept)
            self.answered.add(bot.subject, load.seconds)
            self.answered_rate.add(bot.subject, updates / load.seconds)
            self.cpu.add(bot.subject, cost.used.cpu / updates * 1e3)
            self.server.add(bot.subject, None if served is None else served / updates * 1e3)
            self.memory.add(bot.subject, here.fleet.peak_memory())
            self.stand.add(bot.subject, load.stand_cpu / load.seconds * 100)

    @property
    def comparisons(self) -> Sequence[Comparison]:
        """All of it."""
        kept = (self.kept, self.kept_rate, self.answered, self.answered_rate)
        return (*kept, self.cpu, self.server, self.memory, self.stand)


def run(effort: Effort) -> Sequence[Comparison]:
    """Give it for each engine."""
    names = people(max(1, effort.updates // _EACH))
    burst = _Burst(effort.updates)
    with workshop(effort) as shop:
        past = Past(chats=len(names), people=len(names))
        bots = [bot for engine in shop.engines(past) for bot in carnet_chosen(engine, effort.only)]
        for _ in range(effort.long_rounds):
            for bot in bots:
                asyncio.run(burst.measure(bot, shop.folder, names, effort))
    return burst.comparisons
