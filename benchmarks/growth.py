"""What one message costs where there is little, in many chats, and after long conversations: it should be the same.

Nobody's key is in memory when they write, as for somebody who comes back after a while.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.bots import Engine, carnet
from benchmarks.child import COUNT_STATEMENTS
from benchmarks.measure import Comparison, Effort
from benchmarks.seed import Past, workshop
from benchmarks.stand import PEOPLE
from benchmarks.visits import Phase, visit
from bot.storage.schema import general_turn

SMALL: Final = Past(chats=1_000, messages=10_000)


class _Growth:
    """One engine's figures."""

    def __init__(self, engine: str) -> None:
        self.phase = Phase.of(f"{engine}, 1 in flight", SMALL.described)
        self.statements = Comparison(f"statements a message, {engine}", "", SMALL.described)
        self.written = Comparison(f"write-ahead log of a message, {engine}", "KB", SMALL.described)
        self.taken = Comparison(f"disk taken by a message of history, {engine}", "bytes", SMALL.described)
        self.waited = Comparison(f"waiting for statements a message, {engine}", "ms", SMALL.described)

    async def measure(self, engine: Engine, past: Past, folder: Path, effort: Effort) -> None:
        """Let people write to Carnet over what is there."""
        bot = carnet(engine, subject=past.described, settings={COUNT_STATEMENTS: "1"})
        async with visit(bot, folder, effort) as here:
            messages = min(effort.messages, PEOPLE - effort.warm_up - 1)  # nobody writes twice
            cost = await self.phase.take(here, here.ground.load(messages, in_flight=1))
            self.statements.add(bot.subject, cost.used.statements / messages)
            self.waited.add(bot.subject, cost.used.waited / messages * 1e3)
            self.written.add(bot.subject, None if cost.written is None else cost.written / messages / 1e3)

    def weigh(self, engine: Engine, past: Past) -> None:
        """Say what history takes, where the server tells."""
        if engine.server is not None:
            taken = engine.server.taken(engine.settings["CARNET_MAIN__URL"], general_turn.name)
            self.taken.add(past.described, taken / past.messages)

    @property
    def comparisons(self) -> Sequence[Comparison]:
        """All that is measured."""
        return (*self.phase.comparisons, self.statements, self.waited, self.written, self.taken)


def run(effort: Effort) -> Sequence[Comparison]:
    """Give each engine's cost for each size, divided by that of the small one."""
    growths: dict[str, _Growth] = {}
    with workshop(effort) as shop:
        many = Past(chats=effort.chats, messages=effort.history)
        long = Past(chats=SMALL.chats, messages=effort.history)
        sizes = list(dict.fromkeys((SMALL, many, long)))
        grown = [(size, shop.engines(size)) for size in sizes]
        for size, made in grown:
            for engine in made:
                growths.setdefault(engine.name, _Growth(engine.name)).weigh(engine, size)
        for _ in range(effort.rounds):
            for size, made in grown:
                for engine in made:
                    growth = growths[engine.name]
                    asyncio.run(growth.measure(engine, size, shop.folder, effort))
    return [one for growth in growths.values() for one in growth.comparisons]
