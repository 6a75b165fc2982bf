"""Behind PgBouncer in transaction mode the next transaction is perhaps a stranger's: nothing may stay on a connection.

What is marked `pooled` elsewhere runs with the shipped settings; here many share one connection, or three.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Connection, func, select, text

from bot.kernel.clock import utc_now
from bot.kernel.errors import StoreError
from bot.storage.engine import Database
from bot.storage.migrate import KEYS_SCRIPTS, MAIN_SCRIPTS, VERSION_TABLE, upgrade
from bot.storage.schema import work
from bot.storage.work import Claim, Work
from tests import pooler

STAYED = """
    SELECT name, setting FROM pg_settings
    WHERE source = 'session' AND name NOT IN ('transaction_isolation', 'transaction_read_only', 'transaction_deferrable')
    UNION ALL SELECT 'prepared', name FROM pg_prepared_statements
    UNION ALL SELECT 'locked', locktype FROM pg_locks WHERE locktype = 'advisory'
    UNION ALL SELECT 'cursor', name FROM pg_cursors WHERE name <> ''
    UNION ALL SELECT 'temporary', relname FROM pg_class WHERE relpersistence = 't'
"""

Shared = Callable[[int], Awaitable[str]]


@pytest.fixture
def shared_by(postgresql: Any, require: Callable[[str, object, str], None]) -> Iterator[Shared]:
    """Give the conninfo of a fresh main database whose clients share so many connections."""
    require("pgbouncer", pooler.program(), "apt-get install pgbouncer")
    with ExitStack() as stack:

        async def made(connections: int) -> str:
            name = f"pooled_{uuid4().hex}"
            postgresql.create(name)
            db = Database(postgresql.url(name))
            await upgrade(db, MAIN_SCRIPTS, version_table=VERSION_TABLE)
            await db.close()
            folder = stack.enter_context(
                pooler.pgbouncer(postgresql.sockets, default_pool_size=connections, reserve_pool_size=0)
            )
            return f"user=carnet dbname={name} host={folder}"

        yield made


def _database(conninfo: str) -> Database:
    parts = psycopg.conninfo.conninfo_to_dict(conninfo)
    return Database(f"postgresql+psycopg://{parts['user']}@/{parts['dbname']}?host={parts['host']}")


async def _put(queue: Work, number: int) -> bool:
    lane = f"chat:{number % 7}"
    return await queue.put(key=f"tg:{number}", lane=lane, space="general", payload=b"sealed", received_at=utc_now())


def _count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(work)).scalar_one()


async def _write_through_a_reader(db: Database) -> None:
    async with db.read() as connection:
        await connection.execute(text("INSERT INTO lane (name, epoch) VALUES ('chat:0', 0)"))


async def test_given_clients_that_share_one_connection_when_every_kind_of_transaction_is_used_then_nothing_stays_on_it(
    shared_by: Shared,
) -> None:
    conninfo = await shared_by(1)
    databases = [_database(conninfo) for _ in range(4)]
    await upgrade(databases[0], KEYS_SCRIPTS, version_table="keys_version")  # beside the main tables: only to be run
    for number in range(40):
        one, two, three, four = databases[number % 4 :] + databases[: number % 4]
        with pytest.raises(StoreError, match="ReadOnly"):
            await _write_through_a_reader(two)
        counted, accepted, _ = await asyncio.gather(
            one.look(_count), _put(Work(three, utc_now, lease=timedelta(seconds=30)), number), four.ping()
        )
        assert counted in {number, number + 1}
        assert accepted
    async with databases[0].write() as connection:
        await databases[0].lock(connection, b"somebody")

    with psycopg.connect(conninfo, autocommit=True, prepare_threshold=None) as plain:
        assert plain.execute(STAYED).fetchall() == []
        plain.execute("SET statement_timeout = 5000")
        assert plain.execute(STAYED).fetchall() == [("statement_timeout", "5000")]  # it would have been seen
    for db in databases:
        await db.close()


async def test_given_many_more_clients_than_connections_when_all_put_claim_and_finish_then_no_error_and_nothing_lost(
    shared_by: Shared,
) -> None:
    conninfo = await shared_by(3)
    databases = [_database(conninfo) for _ in range(6)]
    queues = [Work(db, utc_now, lease=timedelta(seconds=30)) for db in databases]
    finished: list[str] = []

    async def work_off(queue: Work) -> None:
        while len(finished) < 240:
            for claimed in await queue.claim(3, spaces=["general"]):
                claim: Claim | None = claimed
                while claim:
                    await queue.answer(claim, [b"sealed reply"])
                    finished.append(claim.item.key)
                    claim = await queue.finish(claim, {0: 1})
            await queue.wait(0.01)

    async with asyncio.timeout(120), asyncio.TaskGroup() as group:
        for place, queue in enumerate(queues):
            group.create_task(work_off(queue))
            for number in range(place, 240, len(queues)):
                group.create_task(_put(queue, number))

    assert sorted(finished) == sorted(f"tg:{number}" for number in range(240))
    for db in databases:
        await db.close()
