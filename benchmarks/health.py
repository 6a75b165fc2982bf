"""One question in Health, from a person with a confirmed report, beside a bare echo bot told the same words."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.bots import ONE_CHAT, Bot, Engine, carnet, peer
from benchmarks.child import PTB
from benchmarks.measure import Comparison, Effort
from benchmarks.member import NAME, QUESTION, settle_in
from benchmarks.visits import Phase, visit

_SUBJECT: Final = f'Carnet, "{QUESTION}"'


def run(effort: Effort) -> Sequence[Comparison]:
    """Give CPU and latency of a question about one result, one in flight."""
    echo = peer(PTB, "echo")
    assert echo is not None
    phase = Phase.of("1 in flight", echo.subject)
    memory = Comparison("peak memory under load", "MB", echo.subject)
    with tempfile.TemporaryDirectory() as kept:
        settled = Path(kept) / "settled"
        settled.mkdir()
        asyncio.run(settle_in(settled / "state"))
        for number in range(effort.rounds):
            folder = Path(kept) / f"round{number}"
            shutil.copytree(settled, folder)
            engine = Engine(name="SQLite", settings={"CARNET_STATE": str(folder / "state")})
            for bot in (echo, carnet(engine, subject=_SUBJECT, settings=ONE_CHAT)):
                asyncio.run(_measure(bot, folder, effort, phase, memory))
    return [*phase.comparisons, memory]


async def _measure(bot: Bot, folder: Path, effort: Effort, phase: Phase, memory: Comparison) -> None:
    async with visit(bot, folder, effort, names=[NAME], text=QUESTION) as here:
        await phase.take(here, here.ground.load(effort.messages, in_flight=1, text=QUESTION))
        memory.add(bot.subject, here.fleet.peak_memory())
