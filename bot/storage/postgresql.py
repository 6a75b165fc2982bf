"""PostgreSQL, pooled the way Carnet needs it, also behind PgBouncer in transaction mode.

Short transactions run whole in a thread: waiting for each answer in the event loop costs several times the CPU.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, Final

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.storage.grouped import Job, T

_THREADS: Final = 4  # two for groups, the others for looks
_POOL: Final = {
    "hide_parameters": True,
    "pool_use_lifo": True,  # quiet hours let spare connections age out
    "pool_recycle": 900,
    "connect_args": {"prepare_threshold": None, "connect_timeout": 10},
}
_PREPARE_AFTER: Final = 5  # uses on one connection; planning a statement anew costs the server more than running it


class Postgresql:
    """Fulfils `Backend` over one database."""

    def __init__(self, url: URL) -> None:
        self._engine = create_async_engine(url, pool_size=10, max_overflow=10, **_POOL)
        self._reader = self._engine.execution_options(postgresql_readonly=True)
        self._writer = create_engine(url, pool_size=_THREADS, max_overflow=0, **_POOL)
        self._looker = create_engine(
            url, pool_size=_THREADS, max_overflow=0, isolation_level="AUTOCOMMIT", pool_reset_on_return=None, **_POOL
        )
        for engine in (self._writer, self._looker):  # what the other prepared would go with its next rollback
            event.listen(engine, "connect", _prepare_if_alone)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="postgresql")

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        async with self._engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        async with self._reader.connect() as connection:
            yield connection

    async def commit(self, jobs: Sequence[Job[Any]]) -> list[Any]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._commit, jobs)

    def _commit(self, jobs: Sequence[Job[Any]]) -> list[Any]:
        with self._writer.begin() as connection:
            return [job(connection) for job in jobs]

    async def look(self, job: Job[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._look, job)

    def _look(self, job: Job[T]) -> T:
        with self._looker.connect() as connection:
            return job(connection)

    async def checkpoint(self) -> bool:
        return True  # it forgets by vacuum and by the age of its own log: there is nothing to ask of it here

    async def close(self) -> None:
        await self._engine.dispose()
        self._threads.shutdown()
        for engine in (self._writer, self._looker):
            engine.dispose()


def _prepare_if_alone(connection: Any, _record: object) -> None:
    """Let statements be prepared on a connection that is the server's own.

    A pooler such as PgBouncer gives each transaction another of the server's processes, which knows nothing of what
    was prepared; and, since it answers for many, it names none of them when one connects.
    """
    cursor = connection.cursor()
    cursor.execute("SELECT pg_backend_pid()")
    (process,) = cursor.fetchone()
    cursor.close()
    connection.rollback()
    if process == connection.info.backend_pid:
        connection.prepare_threshold = _PREPARE_AFTER
