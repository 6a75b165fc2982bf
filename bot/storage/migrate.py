"""Brings an open database to the newest schema of a folder of Alembic scripts, while other programs go on using it.

One script is one transaction, and it waits for a table a fifth of a second at most: whoever comes to that table
meanwhile waits behind it. A script that finds a table taken is tried again, for minutes. Processes that start at once
take turns. What a script may do is in `docs/operations.md`, held by a test.

The folder needs only `versions/`: there is no `env.py` and no `alembic.ini`. Several folders share a database when each
has its own version table.
"""

import asyncio
import random
import time
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, MigrationStep, RevisionStep
from alembic.script import Script, ScriptDirectory
from alembic.script.revision import RevisionError
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.kernel.errors import StoreError
from bot.kernel.logs import get_logger
from bot.storage.engine import BusyError, Database

log = get_logger()

MAIN_SCRIPTS: Final = Path(__file__).parent / "migrations" / "main"
KEYS_SCRIPTS: Final = Path(__file__).parent / "migrations" / "keys"
VERSION_TABLE: Final = "storage_version"  # of both folders above; another package's folder brings its own

_PATIENCE: Final = 600.0  # seconds in which a table must have been free once, and another process done
_LONGEST_PAUSE: Final = 5.0
_TAKE_TURN: Final = text("SELECT pg_try_advisory_xact_lock(:number)")
_WAIT_SHORTLY: Final = text("SET LOCAL lock_timeout = '200ms'")
# The server's own limit would end the transaction that only keeps the turn while an index is built.
_KEEP_TURN: Final = text("SET LOCAL idle_in_transaction_session_timeout = '1h'")

# Alembic keeps the running migration in a module: two at once in one process would write into each other's database.
_one_at_a_time: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


async def upgrade(db: Database, scripts: Path, *, version_table: str) -> None:
    """Run every script that *version_table* does not name yet."""
    folder = ScriptDirectory(str(scripts))
    alone = _one_at_a_time.setdefault(asyncio.get_running_loop(), asyncio.Lock())
    async with alone:
        if await _is_at_head(db, folder, version_table):
            return
        until, pause = time.monotonic() + _PATIENCE, 0.1
        more = True
        while more:
            try:
                more = await _step(db, folder, version_table)
            except BusyError:
                if time.monotonic() > until:
                    raise
                log.info("migration_waits", schema=version_table)
                await asyncio.sleep(random.uniform(pause / 2, pause))  # noqa: S311  (only to keep processes apart)
                pause = min(2 * pause, _LONGEST_PAUSE)


async def is_current(db: Database, scripts: Path, *, version_table: str) -> bool:
    """Say whether the schema is exactly the newest one of *scripts*."""
    return await _is_at_head(db, ScriptDirectory(str(scripts)), version_table)


async def _is_at_head(db: Database, folder: ScriptDirectory, version_table: str) -> bool:
    async with db.read() as connection:
        heads = await connection.run_sync(_heads, version_table)
    return set(heads) == set(folder.get_heads())


async def is_behind(db: Database, scripts: Path, *, version_table: str) -> bool:
    """Say whether scripts of ours have not run there. A newer schema is not behind: older programs may go on with it."""
    async with db.read() as connection:
        heads = set(await connection.run_sync(_heads, version_table))
    known, newest = await asyncio.to_thread(_revisions, scripts)
    return heads <= known and heads != newest


@cache
def _revisions(scripts: Path) -> tuple[frozenset[str], frozenset[str]]:
    """Give every revision of *scripts*, and the newest."""
    directory = ScriptDirectory(str(scripts))
    return frozenset(one.revision for one in directory.walk_revisions()), frozenset(directory.get_heads())


async def _step(db: Database, folder: ScriptDirectory, version_table: str) -> bool:
    """Run the first missing script; False when none is missing."""
    async with db.write() as connection:
        if db.dialect == "postgresql":
            await _take_turn(connection, version_table)
        script = await connection.run_sync(_first_missing, folder, version_table)
        if script is None:
            return False
        if db.dialect == "postgresql" and getattr(script.module, "outside_transaction", False):
            # The turn stays with this transaction; a lock of a session would be lost behind PgBouncer.
            await connection.execute(_KEEP_TURN)
            outside = connection.engine.execution_options(isolation_level="AUTOCOMMIT")
            async with outside.connect() as free:
                await free.run_sync(_run, folder, script, version_table)
        else:
            await connection.run_sync(_run, folder, script, version_table)
    return True


async def _take_turn(connection: AsyncConnection, version_table: str) -> None:
    """Keep other processes out until the transaction ends, or find it busy.

    Not by waiting for the lock: a statement that waits holds a snapshot, and an index that is built concurrently
    waits for every snapshot older than itself.
    """
    number = int.from_bytes(sha256(version_table.encode()).digest()[:8], "big", signed=True)
    mine = await connection.execute(_TAKE_TURN, {"number": number})
    if not mine.scalar_one():
        raise BusyError(f"another process is changing what {version_table} counts")
    await connection.execute(_WAIT_SHORTLY)


def _first_missing(connection: Connection, folder: ScriptDirectory, version_table: str) -> Script | None:
    try:
        missing = list(folder.iterate_revisions("heads", _heads(connection, version_table) or "base"))
    except RevisionError:
        raise StoreError(f"{version_table} names a schema this program does not know: run a newer Carnet") from None
    return missing[-1] if missing else None  # the newest comes first


def _run(connection: Connection, folder: ScriptDirectory, script: Script, version_table: str) -> None:
    def steps(_: Any, __: MigrationContext) -> Iterable[RevisionStep]:
        return [MigrationStep.upgrade_from_script(folder.revision_map, script)]

    context = MigrationContext.configure(
        connection, opts={"script": folder, "version_table": version_table, "fn": steps}
    )
    with Operations.context(context):
        context.run_migrations()


def _heads(connection: Connection, version_table: str) -> tuple[str, ...]:
    return MigrationContext.configure(connection, opts={"version_table": version_table}).get_current_heads()
