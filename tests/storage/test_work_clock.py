"""A clock that is set back must not keep chats waiting until it has caught up, nor take them from who works on them."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.kernel.clock import utc_now
from bot.storage.engine import Database
from bot.storage.schema import lane
from bot.storage.work import Claim, Work

LEASE = timedelta(seconds=1)
AT = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def queue(main_db: Database) -> Work:
    return Work(main_db, utc_now, lease=LEASE)


async def _put(queue: Work, key: str) -> None:
    await queue.put(key=key, lane="chat:1", space="general", payload=b"sealed", received_at=AT)


async def _claimed(queue: Work) -> list[Claim]:
    return await queue.claim(5, spaces=["general"])


async def _written_an_hour_ahead(db: Database, *columns: str) -> None:
    async with db.write() as connection:
        await connection.execute(update(lane).values(dict.fromkeys(columns, utc_now() + HOUR)))


async def test_given_a_chat_that_waits_when_the_clock_is_set_back_then_its_turn_comes_now(
    main_db: Database, queue: Work
) -> None:
    await _put(queue, "tg:1")
    await _written_an_hour_ahead(main_db, "due_at")
    assert await _claimed(queue) == []
    await queue.mend()

    assert [claim.item.key for claim in await _claimed(queue)] == ["tg:1"]


async def test_given_a_chat_held_by_the_dead_when_the_clock_is_set_back_then_it_is_free_after_one_lease(
    main_db: Database, queue: Work
) -> None:
    await _put(queue, "tg:1")
    await _claimed(queue)
    await _written_an_hour_ahead(main_db, "lease_until")
    await queue.mend()
    at_once = await _claimed(queue)
    await asyncio.sleep(LEASE.total_seconds() * 1.2)

    assert at_once == []
    assert [claim.item.key for claim in await _claimed(queue)] == ["tg:1"]


async def test_given_leases_and_waits_of_today_when_mended_then_they_stay_as_they_are(queue: Work) -> None:
    await _put(queue, "tg:1")
    (claim,) = await _claimed(queue)
    await queue.fail(claim, "ValueError", retry_in=timedelta(minutes=10), give_up_after=5)
    await queue.mend()

    assert await _claimed(queue) == []
