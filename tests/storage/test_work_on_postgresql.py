"""Races that only several writers can have, made certain: another transaction is held open at the very moment."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert, select

from bot.kernel.clock import utc_now
from bot.storage.engine import Database
from bot.storage.migrate import MAIN_SCRIPTS, VERSION_TABLE, upgrade
from bot.storage.schema import lane, work
from bot.storage.work import Work

AT = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


@pytest.fixture
async def db(postgresql: Any) -> AsyncIterator[Database]:
    name = f"races_{uuid4().hex}"
    postgresql.create(name)
    db = Database(postgresql.url(name))
    await upgrade(db, MAIN_SCRIPTS, version_table=VERSION_TABLE)
    yield db
    await db.close()


@pytest.fixture
def queue(db: Database) -> Work:
    return Work(db, utc_now, lease=timedelta(seconds=30))


def _row(key: str) -> dict[str, object]:
    return {"dedupe_key": key, "lane": "chat:1", "space": "general", "payload": b"sealed", "received_at": AT}


async def _put(queue: Work, key: str, name: str = "chat:1") -> bool:
    return await queue.put(key=key, lane=name, space="general", payload=b"sealed", received_at=AT)


async def test_given_two_puts_of_one_chat_when_they_overlap_then_their_rows_are_numbered_in_commit_order(
    db: Database, queue: Work
) -> None:
    await _put(queue, "tg:0")
    async with db.write() as first:
        await first.execute(select(lane).with_for_update())
        second = asyncio.create_task(_put(queue, "tg:2"))
        await asyncio.sleep(0.2)
        await first.execute(insert(work).values(**_row("tg:1"), state="pending", attempts=0))
    await second

    async with db.read() as connection:
        keys = list(await connection.scalars(select(work.c.dedupe_key).order_by(work.c.id)))
    assert keys == ["tg:0", "tg:1", "tg:2"]


async def test_given_a_put_about_to_commit_when_the_lane_is_finished_then_its_row_comes_next(
    db: Database, queue: Work
) -> None:
    await _put(queue, "tg:0")
    (claim,) = await queue.claim(1, spaces=["general"])
    async with db.write() as putting:
        await putting.execute(select(lane).with_for_update())
        await putting.execute(insert(work).values(**_row("tg:1"), state="pending", attempts=0))
        finishing = asyncio.create_task(queue.finish(claim, {}))
        await asyncio.sleep(0.2)

    following = await finishing
    assert following is not None
    assert following.item.key == "tg:1"


async def test_given_a_chat_another_worker_is_writing_to_when_claiming_then_the_other_chats_do_not_wait(
    db: Database, queue: Work
) -> None:
    await _put(queue, "tg:0")
    await _put(queue, "tg:1", "chat:2")
    async with db.write() as writing:
        await writing.execute(select(lane).where(lane.c.name == "chat:1").with_for_update())
        claims = await asyncio.wait_for(queue.claim(5, spaces=["general"]), 5)

    assert [claim.lane for claim in claims] == ["chat:2"]


async def test_given_a_worker_whose_clock_is_wrong_when_it_leases_then_the_servers_clock_counts(
    db: Database, queue: Work
) -> None:
    ahead = Work(db, lambda: utc_now() + timedelta(hours=1), lease=timedelta(seconds=30))
    await _put(queue, "tg:0")
    assert len(await queue.claim(1, spaces=["general"])) == 1

    assert await ahead.claim(1, spaces=["general"]) == []
