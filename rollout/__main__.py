"""`python -m rollout --url …`: the rollout by itself, on a database of its own or on the one it shares with a host."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from sqlalchemy import Connection, event
from sqlalchemy.exc import ArgumentError, InvalidRequestError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from rollout.cli import build_cli, run
from rollout.migrate import is_current, upgrade
from rollout.model import UnavailableError, UnusableInputError
from rollout.service import Rollout

_PRAGMAS = ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")


@asynccontextmanager
async def engine_at(url: str) -> AsyncIterator[AsyncEngine]:
    """Give an engine on *url* whose SQLite transactions take the write lock when they begin, not in their middle."""
    try:
        engine = create_async_engine(url, hide_parameters=True)
    except (ArgumentError, InvalidRequestError, ImportError, ValueError):
        # `from None`: the text quotes the URL, and with it the password.
        raise UnusableInputError("--url is not one SQLAlchemy can open, such as sqlite+aiosqlite:///FILE") from None
    if engine.dialect.name == "sqlite":
        _make_private(engine.url.database or "")
        event.listen(engine.sync_engine, "connect", _prepare)
        event.listen(engine.sync_engine, "begin", _begin_immediate)
    try:
        yield engine
    finally:
        await engine.dispose()


def _make_private(file: str) -> None:
    if not file or file.startswith((":", "file:")):
        raise UnusableInputError("a SQLite database is a file: sqlite+aiosqlite:///FILE")
    # Made here, because SQLite follows the umask; and refused here, because aiosqlite's thread outlives a failed open.
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise UnavailableError(f"the database file cannot be opened ({type(error).__name__})") from None


def _prepare(connection: Any, _: object) -> None:
    connection.isolation_level = None  # else the driver begins by itself, and late
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@asynccontextmanager
async def _opened(context: typer.Context) -> AsyncIterator[Rollout]:
    async with engine_at(context.find_root().obj) as engine:
        try:
            async with engine.begin() as connection:
                ready = await connection.run_sync(is_current)
        except SQLAlchemyError as error:
            raise UnavailableError(f"the database could not be opened ({type(error).__name__})") from None
        if not ready:
            raise UnavailableError("the database is not at this version's schema; run `python -m rollout upgrade`")
        yield Rollout(begin=engine.begin, read=engine.begin, clock=lambda: datetime.now(UTC))


async def _upgrade(url: str) -> None:
    try:
        async with engine_at(url) as engine, engine.begin() as connection:
            await connection.run_sync(upgrade)
    except SQLAlchemyError as error:
        raise UnavailableError(f"the database could not be upgraded ({type(error).__name__})") from None


def build() -> typer.Typer:
    """Give the whole command line."""
    app = build_cli(_opened)

    @app.callback()
    def at(
        context: typer.Context,
        url: Annotated[
            str, typer.Option(envvar="ROLLOUT_URL", help="Database; in the environment if it has a password.")
        ],
    ) -> None:
        context.obj = url

    @app.command(name="upgrade")
    def upgrade_schema(context: typer.Context) -> None:
        """Bring the database to this version's schema."""
        run(_upgrade(context.obj))

    return app


if __name__ == "__main__":
    build()()
