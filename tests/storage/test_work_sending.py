"""What the queue remembers of an answer being sent: the message that waits for it, a longer wait, and who died over it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.kernel.clock import utc_now
from bot.storage.engine import Database
from bot.storage.schema import work as table
from bot.storage.work import Claim, DeadLetters, LeaseLostError, Work

LEASE = timedelta(milliseconds=50)
AT = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


@pytest.fixture
def queue(main_db: Database) -> Work:
    return Work(main_db, utc_now, lease=LEASE)


async def lease_over() -> None:
    await asyncio.sleep(LEASE.total_seconds() * 2)


async def put(queue: Work, key: str = "tg:1") -> None:
    await queue.put(key=key, lane="chat:1", space="general", payload=b"sealed", received_at=AT)


async def one(queue: Work) -> Claim:
    (claim,) = await queue.claim(5, spaces=["general"])
    return claim


async def test_given_a_message_that_waits_when_its_worker_dies_then_the_next_one_knows_it(queue: Work) -> None:
    await put(queue)
    await queue.shown(await one(queue), 77)
    await lease_over()
    claim = await one(queue)

    assert (claim.item.state, claim.item.placeholder) == ("pending", 77)


async def test_given_an_answer_committed_with_its_places_when_its_worker_dies_then_the_next_one_knows_them(
    queue: Work,
) -> None:
    await put(queue)
    first = await one(queue)
    await queue.answer(first, [b"a", b"b", b"c"], placed={0: 77})
    await queue.placed(first, 1, 78)
    await lease_over()
    claim = await one(queue)

    assert [(out.n, out.state, out.message_id) for out in claim.item.outbox] == [
        (0, "pending", 77), (1, "pending", 78), (2, "pending", None),
    ]  # fmt: skip


async def test_given_a_failed_row_when_it_is_tried_again_then_its_message_still_waits(queue: Work) -> None:
    await put(queue)
    claim = await one(queue)
    await queue.fail(claim, "ValueError", retry_in=timedelta(0), give_up_after=5, placeholder=77)
    again = await one(queue)

    assert (again.item.placeholder, again.item.attempts, again.item.crashes) == (77, 1, 0)


async def test_given_a_row_postponed_when_its_time_comes_then_it_is_first_of_its_lane_and_nothing_is_held_against_it(
    queue: Work,
) -> None:
    await put(queue)
    claim = await one(queue)
    await queue.answer(claim, [b"a"])
    await queue.postpone(claim, retry_in=timedelta(seconds=1))
    await put(queue, "tg:2")
    assert await queue.claim(5, spaces=["general"]) == []
    await asyncio.sleep(1.1)
    again = await one(queue)

    assert (again.item.key, again.item.state) == ("tg:1", "answered")
    assert (again.item.attempts, again.item.crashes) == (0, 0)


async def test_given_workers_that_die_over_a_row_when_it_is_claimed_then_each_is_counted_and_against_that_row_only(
    queue: Work, main_db: Database
) -> None:
    await put(queue)
    await put(queue, "tg:2")
    seen = []
    for _ in range(3):
        seen.append((await one(queue)).item.crashes)
        await lease_over()
    last = await one(queue)
    await queue.answer(last, [])
    following = await queue.finish(last, {})

    assert seen == [0, 1, 2]
    assert last.item.crashes == 3
    assert following is not None
    assert following.item.crashes == 0
    async with main_db.read() as connection:
        kept = (await connection.execute(select(table.c.crashes).order_by(table.c.id))).scalars().all()
    assert kept == [3, 0]


async def test_given_a_dead_answer_when_it_is_put_back_then_it_comes_anew_and_not_in_the_place_of_the_apology(
    queue: Work, main_db: Database
) -> None:
    await put(queue)
    claim = await one(queue)
    await queue.answer(claim, [b"a", b"b"], placed={0: 77})
    await queue.placed(claim, 1, 78, sent={0: 77})
    assert await queue.fail(claim, "ValueError", retry_in=timedelta(0), give_up_after=1, placeholder=78)
    dead = DeadLetters(main_db, utc_now)
    (row,) = await dead.rows()
    assert await dead.retry(row)
    again = await one(queue)

    assert (again.item.state, again.item.placeholder) == ("answered", None)
    assert [(out.n, out.state, out.message_id) for out in again.item.outbox] == [(0, "sent", 77), (1, "pending", None)]


async def test_given_a_try_counted_beforehand_when_it_fails_as_well_then_it_counts_once(queue: Work) -> None:
    await put(queue)
    claim = await one(queue)
    await queue.count(claim)
    await queue.fail(claim, "ValueError", retry_in=timedelta(0), give_up_after=5)

    assert (await one(queue)).item.attempts == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda queue, claim: queue.shown(claim, 1),
        lambda queue, claim: queue.placed(claim, 0, 1),
        lambda queue, claim: queue.postpone(claim, retry_in=LEASE),
        lambda queue, claim: queue.count(claim),
    ],
    ids=["shown", "placed", "postpone", "count"],
)
async def test_given_a_frozen_worker_when_its_lane_was_taken_then_it_can_write_nothing_of_this(
    queue: Work, act: Callable[[Work, Claim], object]
) -> None:
    await put(queue)
    frozen = await one(queue)
    await lease_over()
    await one(queue)

    with pytest.raises(LeaseLostError):
        await act(queue, frozen)  # type: ignore[misc]
