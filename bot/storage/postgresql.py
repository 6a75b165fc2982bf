"""PostgreSQL, pooled the way Carnet needs it, also behind PgBouncer in transaction mode."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.storage.grouped import Job, T


class Postgresql:
    """Fulfils `Backend` over one database."""

    def __init__(self, url: URL) -> None:
        self._engine = create_async_engine(
            url,
            hide_parameters=True,
            pool_size=10,
            max_overflow=10,
            pool_use_lifo=True,  # quiet hours let spare connections age out
            pool_recycle=900,
            connect_args={
                "prepare_threshold": None,  # PgBouncer in transaction mode loses prepared statements
                "connect_timeout": 10,
            },
        )
        self._reader = self._engine.execution_options(postgresql_readonly=True)
        self._looker = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        async with self._engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        async with self._reader.connect() as connection:
            yield connection

    async def commit(self, jobs: Sequence[Job[Any]]) -> list[Any]:
        def all_of_them(connection: Connection) -> list[Any]:
            return [job(connection) for job in jobs]

        async with self._engine.begin() as connection:
            return await connection.run_sync(all_of_them)

    async def look(self, job: Job[T]) -> T:
        async with self._looker.connect() as connection:
            return await connection.run_sync(job)

    async def checkpoint(self) -> bool:
        return True  # it forgets by vacuum and by the age of its own log: there is nothing to ask of it here

    async def close(self) -> None:
        await self._engine.dispose()
