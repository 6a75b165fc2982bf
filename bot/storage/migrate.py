"""Brings an open database to the newest schema of a folder of Alembic scripts; two processes may start at once.

The folder needs only `versions/`: everything runs in one transaction on the connection given here, so there is no
`env.py` and no `alembic.ini`. Several folders share a database when each has its own version table.
"""

import asyncio
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, MigrationStep, RevisionStep
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from sqlalchemy import Connection

from bot.kernel.errors import StoreError
from bot.storage.engine import Database

MAIN_SCRIPTS: Final = Path(__file__).parent / "migrations" / "main"
KEYS_SCRIPTS: Final = Path(__file__).parent / "migrations" / "keys"
VERSION_TABLE: Final = "storage_version"  # of both folders above; another package's folder brings its own

# Alembic keeps the running migration in a module: two at once in one process would write into each other's database.
_one_at_a_time: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


async def upgrade(db: Database, scripts: Path, *, version_table: str) -> None:
    """Run every script that *version_table* does not name yet."""
    alone = _one_at_a_time.setdefault(asyncio.get_running_loop(), asyncio.Lock())
    async with alone, db.write() as connection:
        await db.lock(connection, sha256(version_table.encode()).digest())
        await connection.run_sync(_upgrade, ScriptDirectory(str(scripts)), version_table)


async def is_current(db: Database, scripts: Path, *, version_table: str) -> bool:
    """Say whether the schema is exactly the newest one of *scripts*."""
    async with db.read() as connection:
        heads = await connection.run_sync(_heads, version_table)
    return set(heads) == set(ScriptDirectory(str(scripts)).get_heads())


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


def _upgrade(connection: Connection, scripts: ScriptDirectory, version_table: str) -> None:
    def missing(current: Any, _: MigrationContext) -> Iterable[RevisionStep]:
        revisions = list(scripts.iterate_revisions("heads", current or "base"))
        return [MigrationStep.upgrade_from_script(scripts.revision_map, one) for one in reversed(revisions)]

    context = MigrationContext.configure(
        connection, opts={"script": scripts, "version_table": version_table, "fn": missing}
    )
    try:
        with Operations.context(context):
            context.run_migrations()
    except RevisionError:
        raise StoreError(f"{version_table} names a schema this program does not know: run a newer Carnet") from None


def _heads(connection: Connection, version_table: str) -> tuple[str, ...]:
    return MigrationContext.configure(connection, opts={"version_table": version_table}).get_current_heads()
