"""One general message through the whole of Carnet, beside a bare echo bot: CPU, latency, throughput, memory.

Carnet runs as it ships: `carnet run`, durable, sealed, answered by the composer. The floor is python-telegram-bot with
one handler and nothing to keep. Every bot meets the same playground, people and text, in turn, in each round.
"""

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from benchmarks.child import CARNET, ECHO, ECHO_AIOHTTP
from benchmarks.measure import Comparison, Effort
from benchmarks.postgresql import Server, available, postgresql
from benchmarks.visits import Phase, Visit

FLOOR: Final = "bare echo bot"
LEVELS: Final = (1, 20)  # messages in flight


def run(effort: Effort) -> Sequence[Comparison]:
    """Give CPU, latency and throughput at each level, and the memory they took."""
    phases = [Phase.of(level, FLOOR) for level in LEVELS]
    memory = Comparison("peak memory under load", "MB", FLOOR)
    with ExitStack() as stack:
        server = stack.enter_context(postgresql()) if available() else None
        for _ in range(effort.rounds):
            with tempfile.TemporaryDirectory() as folder:
                for visit in _visits(Path(folder), server):
                    visit.folder.mkdir()
                    asyncio.run(visit.measure(effort.messages, phases, memory))
    return [*(one for phase in phases for one in phase.comparisons), memory]


def _visits(folder: Path, server: Server | None) -> Iterator[Visit]:
    yield Visit(subject=FLOOR, bot=ECHO, folder=folder / "echo")
    yield Visit(subject=f"{FLOOR}, httpx-aiohttp", bot=ECHO_AIOHTTP, folder=folder / "aiohttp")
    state = str(folder / "sqlite" / "state")
    yield Visit(subject="Carnet, SQLite", bot=CARNET, folder=folder / "sqlite", settings={"CARNET_STATE": state})
    if server is not None:
        state = str(folder / "postgresql" / "state")
        yield Visit(
            subject="Carnet, PostgreSQL",
            bot=CARNET,
            folder=folder / "postgresql",
            settings={"CARNET_STATE": state, **server.new_stores()},
            server=server,
        )
