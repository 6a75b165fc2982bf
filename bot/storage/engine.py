"""One open database, SQLite or PostgreSQL, the same to every caller: short transactions, errors without values.

SQLite has one writer and says so from the first statement (`BEGIN IMMEDIATE`); readers never wait for it.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any, Final, Literal, Protocol

from sqlalchemy import func, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.kernel.errors import SettingsError, StoreError
from bot.kernel.logs import get_logger
from bot.settings import Settings
from bot.storage.grouped import Grouped, Job, T
from bot.storage.postgresql import Postgresql
from bot.storage.sqlite import Sqlite

log = get_logger()

StoreName = Literal["main", "main_keys", "health", "health_keys"]

_SQLITE: Final = "sqlite+aiosqlite"
_POSTGRESQL: Final = "postgresql+psycopg"
_BUSY: Final = frozenset({"55P03", "40P01"})  # a lock waited for too long; a deadlock
_GROUPS: Final = {"sqlite": 1, "postgresql": 2}  # at a time: one is being flushed while the next is being made


class ConflictError(StoreError):
    """A constraint refused the write: the row is there already, or what it points to is not."""


class BusyError(StoreError):
    """Somebody else held what was needed for longer than this could wait: nothing was done, and later it may be."""


class Backend(Protocol):
    """What differs between the engines. Errors are the drivers' own."""

    def write(self) -> AbstractAsyncContextManager[AsyncConnection]: ...

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]: ...

    async def commit(self, jobs: Sequence[Job[Any]]) -> list[Any]: ...

    async def look(self, job: Job[T]) -> T: ...

    async def checkpoint(self) -> bool: ...

    async def close(self) -> None: ...


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
        self.dialect = "sqlite" if parsed.drivername == _SQLITE else "postgresql"
        self._backend: Backend = Sqlite(parsed) if self.dialect == "sqlite" else Postgresql(parsed)
        self._grouped = Grouped(self._commit, at_once=_GROUPS[self.dialect])

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Open one transaction: committed at the end, rolled back by any exception."""
        with _translated():
            async with self._backend.write() as connection:
                yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Open one transaction to read from; writing through it fails."""
        with _translated():
            async with self._backend.read() as connection:
                yield connection

    async def run(self, job: Job[T], *, order: str = "") -> T:
        """Commit what *job* writes, perhaps together with what others write just then; for what happens all the time.

        *job* may be run again and touches nothing but its connection. *order* is the row it locks first.
        """
        return await self._grouped.run(job, order=order)

    async def look(self, job: Job[T]) -> T:
        """Give what *job* reads in one statement that finds few rows by an index."""
        with _translated():
            return await self._backend.look(job)

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
        that was once split may keep a random row id, never a sealed value.
        """
        with _translated():
            done = await self._backend.checkpoint()
        if not done:
            log.warning("checkpoint_postponed")
        return done

    async def close(self) -> None:
        """Close every connection, once what was accepted is committed."""
        await self._grouped.settle()
        await self._backend.close()

    async def _commit(self, jobs: Sequence[Job[Any]]) -> list[Any]:
        with _translated():
            return await self._backend.commit(jobs)


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


@contextmanager
def _translated() -> Iterator[None]:
    """Let no driver's text out: it quotes rows. `from None` throughout, because tracebacks are logged."""
    try:
        yield
    except IntegrityError as error:
        raise ConflictError(_described(error)) from None
    except (SQLAlchemyError, OSError) as error:
        kind = BusyError if _code(error) in _BUSY else StoreError
        raise kind(_described(error)) from None


def _described(error: Exception) -> str:
    if not isinstance(error, DBAPIError):
        return type(error).__name__
    return f"{type(error.orig).__name__}, code {_code(error)}"


def _code(error: Exception) -> str:
    cause = getattr(error, "orig", None)
    return getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None) or "none"
