"""One open database, SQLite or PostgreSQL, the same to every caller: short transactions, errors without values.

SQLite has one writer and says so from the first statement (`BEGIN IMMEDIATE`); readers never wait for it.
"""

import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import event, func, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.kernel.errors import SettingsError, StoreError
from bot.kernel.logs import get_logger
from bot.settings import Settings

log = get_logger()

StoreName = Literal["main", "main_keys", "health", "health_keys"]

_SQLITE: Final = "sqlite+aiosqlite"
_POSTGRESQL: Final = "postgresql+psycopg"
_PATIENT: Final = "PRAGMA busy_timeout=10000"  # milliseconds
_HASTY: Final = "PRAGMA busy_timeout=500"  # while a checkpoint waits nobody writes
_PRAGMAS: Final = (
    _PATIENT,  # first: switching to WAL may itself wait for another process
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # a message is acknowledged only once it would survive a power cut
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # otherwise a destroyed key stays readable in the file
    "PRAGMA temp_store=MEMORY",
)


class ConflictError(StoreError):
    """A constraint refused the write: the row is there already, or what it points to is not."""


def store_url(settings: Settings, name: StoreName) -> str:
    """Give the URL of a store; an empty setting means a SQLite file under the state folder, made if need be."""
    configured: str = getattr(settings, name).url.get_secret_value()
    if configured:
        return configured
    try:
        settings.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"state: {settings.state} cannot be made ({type(error).__name__})") from None
    return URL.create(_SQLITE, database=str(settings.state.absolute() / f"{name}.db")).render_as_string()


class Database:
    """An open database. Nothing connects before the first transaction."""

    dialect: Literal["sqlite", "postgresql"]

    def __init__(self, url: str) -> None:
        parsed = _parse(url)
        if parsed.drivername == _SQLITE:
            self.dialect = "sqlite"
            self._writer, self._reader = _open_sqlite(parsed)
        else:
            self.dialect = "postgresql"
            self._writer = _open_postgresql(parsed)
            self._reader = self._writer.execution_options(postgresql_readonly=True)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Open one transaction: committed at the end, rolled back by any exception."""
        with _translated():
            async with self._writer.begin() as connection:
                yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Open one transaction to read from; writing through it fails."""
        with _translated():
            async with self._reader.connect() as connection:
                yield connection

    async def lock(self, connection: AsyncConnection, name: bytes) -> None:
        """Make writers that name the same *name* wait for this transaction; on SQLite they already do."""
        if self.dialect == "postgresql":
            number = int.from_bytes(name[:8].ljust(8, b"\0"), "big", signed=True)
            await connection.execute(select(func.pg_advisory_xact_lock(number)))

    async def ping(self) -> None:
        """Reach the database or raise `StoreError`."""
        async with self.read() as connection:
            await connection.execute(text("SELECT 1"))

    async def checkpoint(self) -> bool:
        """Move everything out of SQLite's write-ahead log and empty it: deleted rows are then overwritten in the file.

        False when a long reader, such as a backup, is in the way: nothing is undone, ask again later. An index page
        that was once split may keep a random row id, never a sealed value. PostgreSQL forgets by vacuum and by the
        age of its own log: there is nothing to ask of it here.
        """
        if self.dialect != "sqlite":
            return True
        with _translated():
            async with self._writer.connect() as connection:
                raw = await connection.get_raw_connection()
                # Through the driver: SQLAlchemy would open a transaction, inside which SQLite cannot do this.
                driver: Any = raw.driver_connection
                await driver.execute(_HASTY)
                try:
                    async with driver.execute("PRAGMA wal_checkpoint(TRUNCATE)") as cursor:
                        busy = (await cursor.fetchone())[0]
                finally:
                    await driver.execute(_PATIENT)
        if busy:
            log.warning("checkpoint_postponed")
        return not busy

    async def close(self) -> None:
        """Close every connection."""
        await self._writer.dispose()
        if self.dialect == "sqlite":
            await self._reader.dispose()


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # the value may hold a password: it is not quoted
        raise SettingsError("a store's URL cannot be read: write postgresql+psycopg://user@host/name") from None
    if parsed.drivername not in (_SQLITE, _POSTGRESQL):
        raise SettingsError(f"store driver {parsed.drivername} is not supported: {_POSTGRESQL} or {_SQLITE}")
    if parsed.drivername == _SQLITE and (not parsed.database or parsed.database.startswith((":", "file:"))):
        raise SettingsError(f"a SQLite store is a file: {_SQLITE}:///path/to/file.db")
    return parsed


def _open_sqlite(url: URL) -> tuple[AsyncEngine, AsyncEngine]:
    path = Path(str(url.database))
    try:
        # Made here, private: SQLite would follow the umask, and its log and index copy this file's rights.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise StoreError(f"{path.name} cannot be opened ({type(error).__name__})") from None
    writer = create_async_engine(url, hide_parameters=True, pool_size=1, max_overflow=0)
    reader = create_async_engine(url, hide_parameters=True, pool_size=4, max_overflow=4)
    _prepare(writer, begin="BEGIN IMMEDIATE", pragmas=_PRAGMAS)
    _prepare(reader, begin="BEGIN", pragmas=(*_PRAGMAS, "PRAGMA query_only=ON"))
    return writer, reader


def _prepare(engine: AsyncEngine, *, begin: str, pragmas: tuple[str, ...]) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver must not open transactions of its own
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine.sync_engine, "invalidate")
    def _given_up(connection: Any, _: object, __: object) -> None:
        # A cancelled statement leaves its transaction open, and closing does not end that while a cursor lives:
        # every other writer would wait for it.
        with suppress(sqlite3.Error, ValueError):  # it may be closed already
            connection.run_async(lambda driver: driver.rollback())

    @event.listens_for(engine.sync_engine, "begin")
    def _begun(connection: Any) -> None:
        connection.exec_driver_sql(begin)


def _open_postgresql(url: URL) -> AsyncEngine:
    return create_async_engine(
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


@contextmanager
def _translated() -> Iterator[None]:
    """Let no driver's text out: it quotes rows. `from None` throughout, because tracebacks are logged."""
    try:
        yield
    except IntegrityError as error:
        raise ConflictError(_described(error)) from None
    except (SQLAlchemyError, OSError) as error:
        raise StoreError(_described(error)) from None


def _described(error: Exception) -> str:
    if not isinstance(error, DBAPIError):
        return type(error).__name__
    code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None) or "none"
    return f"{type(error.orig).__name__}, code {code}"
