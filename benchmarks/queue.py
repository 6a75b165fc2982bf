"""The durable queue's transactions, beside one bare one-row INSERT and COMMIT through the same driver."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import aiosqlite
import psycopg

from benchmarks.measure import Comparison, Effort
from benchmarks.postgresql import available, postgresql
from bot.kernel.clock import utc_now
from bot.storage.engine import Database
from bot.storage.migrate import MAIN_SCRIPTS, VERSION_TABLE, upgrade
from bot.storage.work import Work

FLOOR: Final = "bare INSERT, COMMIT"
PUT: Final = "put"
REST: Final = "claim + answer + finish"
_ROW: Final = bytes(450)  # a sealed turn
_LANES: Final = 20
_WARM_UP: Final = 20
_SPACE: Final = "general"

Step = Callable[[int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Engine:
    """One database engine's figures."""

    cpu: Comparison
    wall: Comparison

    @classmethod
    def of(cls, name: str) -> "Engine":
        """Name them."""
        return cls(
            Comparison(f"queue on {name}, CPU of this process", "ms", FLOOR),
            Comparison(f"queue on {name}, wall", "ms", FLOOR),
        )


def run(effort: Effort) -> Sequence[Comparison]:
    """Give CPU and wall time of accepting a row, and of taking one to its end."""
    engines = [Engine.of("SQLite")]
    with ExitStack() as stack:
        server = stack.enter_context(postgresql()) if available() else None
        if server is not None:
            engines.append(Engine.of("PostgreSQL"))
        for _ in range(effort.rounds):
            with tempfile.TemporaryDirectory() as folder:
                url = f"sqlite+aiosqlite:///{folder}/queue.db"
                asyncio.run(_round(engines[0], url, _bare_sqlite(f"{folder}/bare.db"), effort.messages))
            if server is not None:
                bare = _bare_postgresql(server.new_database())
                asyncio.run(_round(engines[1], server.new_database(), bare, effort.messages))
    return [one for engine in engines for one in (engine.cpu, engine.wall)]


async def _round(engine: Engine, url: str, bare: AbstractAsyncContextManager[Step], times: int) -> None:
    db = Database(url)
    try:
        await upgrade(db, MAIN_SCRIPTS, version_table=VERSION_TABLE)
        work = Work(db, utc_now, lease=timedelta(seconds=60))
        async with bare as insert:
            steps = {FLOOR: insert, PUT: _putting(work), REST: _taking(work)}
            cpu, wall = dict.fromkeys(steps, 0.0), dict.fromkeys(steps, 0.0)
            for number in range(-_WARM_UP, times):
                for name, step in steps.items():
                    used, started = time.process_time(), time.perf_counter()
                    await step(number)
                    if number >= 0:
                        cpu[name] += time.process_time() - used
                        wall[name] += time.perf_counter() - started
    finally:
        await db.close()
    for name in steps:
        engine.cpu.add(name, cpu[name] / times * 1e3)
        engine.wall.add(name, wall[name] / times * 1e3)


def _putting(work: Work) -> Step:
    async def put(number: int) -> None:
        lane = f"chat:{number % _LANES}"
        assert await work.put(key=f"tg:{number}", lane=lane, space=_SPACE, payload=_ROW, received_at=utc_now())

    return put


def _taking(work: Work) -> Step:
    async def take(_: int) -> None:
        (claim,) = await work.claim(32, spaces=[_SPACE])
        await work.answer(claim, [_ROW])
        assert await work.finish(claim, {0: 1}) is None

    return take


@asynccontextmanager
async def _bare_sqlite(path: str) -> AsyncIterator[Step]:
    async with aiosqlite.connect(path, isolation_level=None) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            await connection.execute(f"PRAGMA {pragma}")
        await connection.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, body BLOB)")

        async def insert(_: int) -> None:
            await connection.execute("BEGIN IMMEDIATE")
            await connection.execute("INSERT INTO bare (body) VALUES (?)", (_ROW,))
            await connection.execute("COMMIT")

        yield insert


@asynccontextmanager
async def _bare_postgresql(url: str) -> AsyncIterator[Step]:
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    async with await psycopg.AsyncConnection.connect(plain, prepare_threshold=None) as connection:
        await connection.execute("CREATE TABLE bare (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body BYTEA)")
        await connection.commit()

        async def insert(_: int) -> None:
            await connection.execute("INSERT INTO bare (body) VALUES (%s)", (_ROW,))
            await connection.commit()

        yield insert
