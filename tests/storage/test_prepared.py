"""Statements stay prepared on a connection of the server's own, and their plans stay good when the tables grow.

That none is prepared behind PgBouncer is in `test_pgbouncer.py`.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, text

from bot.kernel.clock import utc_now
from bot.storage.engine import Database
from bot.storage.migrate import MAIN_SCRIPTS, VERSION_TABLE, upgrade
from bot.storage.work import Claim, Work

USES = 12  # enough for the driver to prepare, and for the server to keep one plan for all values
FINISHED = 20_000
MANY_FINISHED = """
    INSERT INTO work (dedupe_key, lane, space, state, attempts, received_at, done_at)
    SELECT 'tg:old:' || n, 'chat:' || n % 100, 'general', 'done', 0, now(), now() FROM generate_series(1, :rows) AS n
"""
READ = "SELECT relname, seq_tup_read, idx_scan FROM pg_stat_user_tables WHERE relname IN ('work', 'outbox')"


@pytest.fixture
async def db(postgresql: Any) -> AsyncIterator[Database]:
    name = f"prepared_{uuid4().hex}"
    postgresql.create(name)
    db = Database(postgresql.url(name))
    await upgrade(db, MAIN_SCRIPTS, version_table=VERSION_TABLE)
    yield db
    await db.close()


async def _through(queue: Work, name: str) -> None:
    for number in range(USES):
        key, lane = f"tg:{name}:{number}", f"chat:{number % 3}"
        await queue.put(key=key, lane=lane, space="general", payload=b"sealed", received_at=utc_now())
        claim: Claim | None
        (claim,) = await queue.claim(4, spaces=["general"], express=4)
        await queue.answer(claim, [b"sealed reply"], placed={0: 1})
        claim = await queue.finish(claim, {0: 1})
        assert claim is None


def _prepared(connection: Connection) -> int:
    return int(connection.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar_one())


async def test_given_the_servers_own_connection_when_steps_are_repeated_then_their_statements_are_prepared(
    db: Database,
) -> None:
    before = await db.run(_prepared)
    await _through(Work(db, utc_now, lease=timedelta(seconds=30)), "new")

    assert before == 0
    assert await db.run(_prepared) >= 8  # put 2, claim 4, answer 3, finish 4, and what is common to them once


async def test_given_plans_made_when_there_was_nothing_when_the_tables_have_grown_then_no_step_reads_a_whole_one(
    db: Database,
) -> None:
    queue = Work(db, utc_now, lease=timedelta(seconds=30))
    await _through(queue, "before")
    async with db.write() as connection:
        await connection.execute(text(MANY_FINISHED), {"rows": FINISHED})
    await _through(queue, "after")
    await queue.figures()
    await db.close()  # a session tells what it read as it ends, at the latest

    async with asyncio.timeout(20):
        while True:
            async with db.read() as connection:
                read = {row.relname: row for row in await connection.execute(text(READ))}
            if read["work"].idx_scan >= 4 * USES:  # it has told
                break
            await asyncio.sleep(0.05)
    assert max(row.seq_tup_read for row in read.values()) < FINISHED, read
