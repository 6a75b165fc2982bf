"""SQLite, opened the way Carnet needs it: durable, private, one writer at a time in this process.

Short transactions run whole in the writer's thread: a statement that crosses to a thread and back costs more than
SQLite does. A look at one row costs less than the crossing, so it is taken where it is asked for.
"""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.kernel.errors import StoreError
from bot.storage.grouped import Job, T

_PATIENT: Final = "PRAGMA busy_timeout=10000"  # milliseconds
_HASTY: Final = "PRAGMA busy_timeout=500"  # while a checkpoint waits nobody writes
_NEVER: Final = "PRAGMA busy_timeout=0"  # nothing may wait in the event loop
_PRAGMAS: Final = (
    _PATIENT,  # first: switching to WAL may itself wait for another process
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # a message is acknowledged only once it would survive a power cut
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # otherwise a destroyed key stays readable in the file
    "PRAGMA temp_store=MEMORY",
)
_READ_ONLY: Final = "PRAGMA query_only=ON"


class Sqlite:
    """Fulfils `Backend` over one file."""

    def __init__(self, url: URL) -> None:
        _make_private(Path(str(url.database)))
        plain = url.set(drivername="sqlite+pysqlite")
        self._async_writer = create_async_engine(url, hide_parameters=True, pool_size=1, max_overflow=0)
        self._async_reader = create_async_engine(url, hide_parameters=True, pool_size=4, max_overflow=4)
        # One connection each, used by one thread at a time; the driver need not check which.
        self._writer = _plain_engine(plain, pool_reset_on_return=None)
        self._looker = _plain_engine(plain, isolation_level="AUTOCOMMIT", pool_reset_on_return=None)
        _prepare(self._async_writer.sync_engine, begin="BEGIN IMMEDIATE", pragmas=_PRAGMAS)
        _prepare(self._async_reader.sync_engine, begin="BEGIN", pragmas=(*_PRAGMAS, _READ_ONLY))
        _prepare(self._writer, begin="BEGIN IMMEDIATE", pragmas=_PRAGMAS)
        _prepare(self._looker, begin=None, pragmas=(*_PRAGMAS, _READ_ONLY, _NEVER))
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite")
        self._turn = asyncio.Lock()  # of the two writers here: waiting inside SQLite would mean asking again and again

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        async with self._turn, self._async_writer.begin() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        async with self._async_reader.connect() as connection:
            yield connection

    async def commit(self, jobs: Sequence[Job[Any]]) -> list[Any]:
        async with self._turn:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._commit, jobs)

    def _commit(self, jobs: Sequence[Job[Any]]) -> list[Any]:
        with self._writer.begin() as connection:
            return [job(connection) for job in jobs]

    async def look(self, job: Job[T]) -> T:
        try:
            with self._looker.connect() as connection:
                return job(connection)
        except OperationalError:  # another process is recovering the file: that one may be waited for
            async with self.read() as patient:
                return await patient.run_sync(job)

    async def checkpoint(self) -> bool:
        async with self._turn, self._async_writer.connect() as connection:
            raw = await connection.get_raw_connection()
            # Through the driver: SQLAlchemy would open a transaction, inside which SQLite cannot do this.
            driver: Any = raw.driver_connection
            await driver.execute(_HASTY)
            try:
                async with driver.execute("PRAGMA wal_checkpoint(TRUNCATE)") as cursor:
                    busy = (await cursor.fetchone())[0]
            finally:
                await driver.execute(_PATIENT)
        return not busy

    async def close(self) -> None:
        for engine in (self._async_writer, self._async_reader):
            await engine.dispose()
        for plain in (self._writer, self._looker):
            plain.dispose()
        self._thread.shutdown()


def _make_private(path: Path) -> None:
    """Make the file here: SQLite would follow the umask, and its log and index copy this file's rights."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise StoreError(f"{path.name} cannot be opened ({type(error).__name__})") from None


def _plain_engine(url: URL, **options: Any) -> Engine:
    return create_engine(
        url, hide_parameters=True, poolclass=StaticPool, connect_args={"check_same_thread": False}, **options
    )


def _prepare(engine: Engine, *, begin: str | None, pragmas: tuple[str, ...]) -> None:
    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver must not open transactions of its own
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "invalidate")
    def _given_up(connection: Any, _: object, __: object) -> None:
        # A cancelled statement leaves its transaction open, and closing does not end that while a cursor lives:
        # every other writer would wait for it.
        with suppress(sqlite3.Error, ValueError):  # it may be closed already
            if hasattr(connection, "run_async"):
                connection.run_async(lambda driver: driver.rollback())

    if begin is not None:

        @event.listens_for(engine, "begin")
        def _begun(connection: Connection) -> None:
            connection.exec_driver_sql(begin)
