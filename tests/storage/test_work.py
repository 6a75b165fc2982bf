import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.kernel.clock import utc_now
from bot.storage.engine import ConflictError, Database
from bot.storage.migrate import MAIN_SCRIPTS, VERSION_TABLE, upgrade
from bot.storage.schema import lane, outbox, work
from bot.storage.work import Claim, LeaseLostError, Work
from bot.storage.work.states import UNFINISHED

pytestmark = pytest.mark.pooled

BOTH = ("general", "health")
LEASE = timedelta(seconds=30)
AT = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
NOW = timedelta(0)


@pytest.fixture
def queue(main_db: Database) -> Work:
    return Work(main_db, utc_now, lease=LEASE)


async def _put(queue: Work, key: str, lane: str = "chat:1", space: str = "general") -> bool:
    return await queue.put(key=key, lane=lane, space=space, payload=f"sealed {key}".encode(), received_at=AT)


async def _one(queue: Work) -> Claim:
    (claim,) = await queue.claim(1, spaces=BOTH)
    return claim


async def _done(queue: Work, claim: Claim) -> Claim | None:
    await queue.answer(claim, [b"sealed reply"])
    return await queue.finish(claim, {0: 7})


async def test_given_an_update_when_put_twice_then_it_is_accepted_once_also_after_it_is_done(queue: Work) -> None:
    assert [await _put(queue, "tg:1"), await _put(queue, "tg:1")] == [True, False]
    await _done(queue, await _one(queue))

    assert not await _put(queue, "tg:1")
    assert await queue.claim(5, spaces=BOTH) == []
    assert await queue.pending() == 0


async def test_given_rows_of_one_lane_when_claimed_then_they_come_one_by_one_in_order(queue: Work) -> None:
    for number in range(5):
        await _put(queue, f"tg:{number}")
    claim: Claim | None = await _one(queue)
    assert await queue.claim(5, spaces=BOTH) == []

    seen = []
    while claim:
        seen.append((claim.item.key, claim.item.payload, claim.item.state))
        claim = await _done(queue, claim)

    assert seen == [(f"tg:{n}", f"sealed tg:{n}".encode(), "pending") for n in range(5)]
    assert await queue.claim(5, spaces=BOTH) == []


async def test_given_many_lanes_when_workers_claim_at_once_then_no_lane_is_given_twice(
    queue: Work, main_db: Database
) -> None:
    for number in range(12):
        await _put(queue, f"tg:{number}", lane=f"chat:{number}")
    workers = [Work(main_db, utc_now, lease=LEASE) for _ in range(6)]

    claims = await asyncio.gather(*(worker.claim(3, spaces=BOTH) for worker in workers))
    claims += [await queue.claim(12, spaces=BOTH)]

    names = [claim.lane for taken in claims for claim in taken]
    assert sorted(names) == sorted(f"chat:{number}" for number in range(12))
    assert all(len(taken) <= 3 for taken in claims[:-1])


async def test_given_rows_of_two_spaces_in_a_lane_when_a_general_worker_runs_then_health_waits_for_its_own(
    queue: Work,
) -> None:
    await _put(queue, "tg:1", space="general")
    await _put(queue, "tg:2", space="health")
    await _put(queue, "tg:3", space="general")
    await _put(queue, "tg:4", lane="chat:2", space="health")

    (general,) = await queue.claim(5, spaces=["general"])
    assert general.item.key == "tg:1"
    assert await _done(queue, general) is None
    assert await queue.claim(5, spaces=["general"]) == []

    health = {claim.lane: claim for claim in await queue.claim(5, spaces=["health"])}
    assert {claim.item.key for claim in health.values()} == {"tg:2", "tg:4"}
    assert await _done(queue, health["chat:1"]) is None
    assert [claim.item.key for claim in await queue.claim(5, spaces=["general"])] == ["tg:3"]


async def test_given_a_done_row_when_the_tables_are_read_then_what_it_carried_is_erased(
    queue: Work, main_db: Database
) -> None:
    await _put(queue, "tg:1")
    claim = await _one(queue)
    await queue.answer(claim, [b"sealed one", b"sealed two", b"sealed three"])
    await queue.sent(claim, 0, 11)
    await queue.finish(claim, {1: None}, [2])

    async with main_db.read() as connection:
        row = (await connection.execute(select(work))).one()
        messages = (await connection.execute(select(outbox).order_by(outbox.c.n))).all()
    assert (row.state, row.payload, row.received_at) == ("done", None, AT)
    assert abs(row.done_at - utc_now()) < timedelta(minutes=1)
    assert [tuple(message)[2:] for message in messages] == [
        (None, "sent", 11),
        (None, "sent", None),
        (None, "refused", None),
    ]


async def test_given_an_unsent_message_when_the_row_is_finished_then_it_is_refused_and_nothing_is_lost(
    queue: Work,
) -> None:
    await _put(queue, "tg:1")
    claim = await _one(queue)
    await queue.answer(claim, [b"one", b"two"])

    with pytest.raises(ConflictError):
        await queue.finish(claim, {0: 1})

    assert await queue.pending() == 1
    await queue.finish(claim, {0: 1, 1: 2})
    assert await queue.pending() == 0


async def test_given_a_worker_that_died_after_answering_when_the_lease_ends_then_the_next_only_sends(
    main_db: Database,
) -> None:
    queue = Work(main_db, utc_now, lease=timedelta(milliseconds=50))
    await _put(queue, "tg:1")
    dead = await _one(queue)
    await queue.answer(dead, [b"one", b"two"])
    await queue.sent(dead, 0, 11)
    await asyncio.sleep(0.1)

    claim = await _one(queue)

    assert (claim.item.state, claim.epoch) == ("answered", dead.epoch + 1)
    assert [(one.n, one.body, one.state, one.message_id) for one in claim.item.outbox] == [
        (0, b"one", "sent", 11),
        (1, b"two", "pending", None),
    ]
    assert await queue.finish(claim, {1: 12}) is None


@pytest.mark.parametrize(
    "act",
    [
        lambda queue, claim: queue.answer(claim, [b"stale"]),
        lambda queue, claim: queue.finish(claim, {}),
        lambda queue, claim: queue.extend(claim),
        lambda queue, claim: queue.sent(claim, 0, 1),
        lambda queue, claim: queue.refused(claim, 0),
        lambda queue, claim: queue.fail(claim, "StoreError", retry_in=NOW, give_up_after=5),
    ],
    ids=["answer", "finish", "extend", "sent", "refused", "fail"],
)
async def test_given_a_frozen_worker_when_its_lane_was_taken_or_released_then_it_can_write_nothing(
    main_db: Database, act: Callable[[Work, Claim], object]
) -> None:
    queue = Work(main_db, utc_now, lease=timedelta(milliseconds=50))
    await _put(queue, "tg:1")
    frozen = await _one(queue)
    await asyncio.sleep(0.1)
    owner = await _one(queue)

    with pytest.raises(LeaseLostError):
        await act(queue, frozen)  # type: ignore[misc]
    assert await _done(queue, owner) is None
    with pytest.raises(LeaseLostError):
        await act(queue, owner)  # type: ignore[misc]
    await _put(queue, "tg:2")
    assert (await _one(queue)).item.key == "tg:2"


async def test_given_a_heartbeat_when_the_first_lease_would_have_ended_then_the_lane_is_still_held(
    main_db: Database,
) -> None:
    queue = Work(main_db, utc_now, lease=timedelta(milliseconds=400))
    await _put(queue, "tg:1")
    claim = await _one(queue)
    for _ in range(4):
        await asyncio.sleep(0.15)
        await queue.extend(claim)

    assert await queue.claim(1, spaces=BOTH) == []
    assert await _done(queue, claim) is None


async def test_given_a_failing_row_when_retried_then_newer_ones_wait_behind_it(queue: Work) -> None:
    await _put(queue, "tg:1")
    await _put(queue, "tg:2")
    first = await _one(queue)

    assert not await queue.fail(first, "ModelError", retry_in=timedelta(milliseconds=200), give_up_after=3)
    await _put(queue, "tg:3")
    assert await queue.claim(5, spaces=BOTH) == []
    await asyncio.sleep(0.25)
    again = await _one(queue)

    assert (again.item.key, again.item.attempts) == ("tg:1", 1)


async def test_given_a_row_that_always_fails_when_given_up_then_it_is_dead_and_sealed_and_the_lane_goes_on(
    queue: Work, main_db: Database
) -> None:
    await _put(queue, "tg:1")
    await _put(queue, "tg:2")
    verdicts = []
    for attempt in range(3):
        claim = await _one(queue)
        if attempt == 1:
            await queue.answer(claim, [b"sealed reply"])
        verdicts.append(await queue.fail(claim, "DeliveryLaterError", retry_in=NOW, give_up_after=3))

    assert verdicts == [False, False, True]
    async with main_db.read() as connection:
        row = (await connection.execute(select(work).order_by(work.c.id))).first()
        reply = (await connection.execute(select(outbox))).one()
    assert row is not None
    assert (row.state, row.payload, row.attempts, row.last_error) == ("dead", b"sealed tg:1", 3, "DeliveryLaterError")
    assert abs(row.done_at - utc_now()) < timedelta(minutes=1)
    assert (reply.state, reply.body) == ("pending", b"sealed reply")
    assert (await _one(queue)).item.key == "tg:2"


async def test_given_an_errors_text_when_a_row_fails_then_it_is_not_kept(queue: Work) -> None:
    await _put(queue, "tg:1")

    with pytest.raises(ValueError, match="name of its type"):
        await queue.fail(await _one(queue), "HIV positive", retry_in=NOW, give_up_after=3)


async def test_given_puts_racing_with_finishes_when_all_end_then_no_lane_sleeps_on_a_row(
    queue: Work, main_db: Database
) -> None:
    """A lost wake-up would be a lane marked idle that has a pending row: it would sleep until the next message."""
    producer = Work(main_db, utc_now, lease=LEASE)
    total, done = 60, 0

    async def produce() -> None:
        for number in range(total):
            await _put(producer, f"tg:{number}")

    async def consume() -> None:
        nonlocal done
        while done < total:
            for claim in await queue.claim(1, spaces=BOTH):
                current: Claim | None = claim
                while current:
                    assert current.item.key == f"tg:{done}"
                    done += 1
                    current = await queue.finish(current, {})

    await asyncio.wait_for(asyncio.gather(produce(), consume()), 30)

    async with main_db.read() as connection:
        row = (await connection.execute(select(lane))).one()
    assert (row.due_at, row.lease_until) == (None, None)


async def test_given_an_idle_worker_when_something_is_put_then_it_wakes_at_once(queue: Work) -> None:
    waiting = asyncio.create_task(queue.wait(30))
    await asyncio.sleep(0)
    await _put(queue, "tg:1")

    await asyncio.wait_for(waiting, 2)
    started = asyncio.get_running_loop().time()
    await queue.wait(0.05)
    assert asyncio.get_running_loop().time() - started >= 0.04


async def test_given_sqlite_when_unfinished_rows_are_asked_for_then_finished_ones_are_not_walked(
    tmp_path: Path,
) -> None:
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'main.db'}")
    await upgrade(db, MAIN_SCRIPTS, version_table=VERSION_TABLE)
    oldest = select(work.c.space).where(work.c.lane == "chat:1", UNFINISHED).order_by(work.c.id).limit(1)

    async with db.read() as connection:
        asked = str(oldest.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": False}))
        steps = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", ("chat:1", 1, 0))
        assert "ix_work_unfinished" in " ".join(row.detail for row in steps)
    await db.close()


async def test_given_ids_of_purged_rows_when_more_is_put_then_no_turn_is_named_twice(
    queue: Work, main_db: Database
) -> None:
    await _put(queue, "tg:1")
    first = await _one(queue)
    await queue.finish(first, {})
    async with main_db.write() as connection:
        await connection.execute(work.delete())

    await _put(queue, "tg:2")

    assert (await _one(queue)).item.id > first.item.id


@pytest.mark.parametrize("ticks", range(6))
async def test_given_a_wait_that_ends_as_it_is_cancelled_when_it_does_then_the_cancellation_is_not_lost(
    queue: Work, ticks: int
) -> None:
    waiting = asyncio.create_task(queue.wait(10))
    await asyncio.sleep(0.01)
    queue._wake.set()
    for _ in range(ticks):
        await asyncio.sleep(0)
    ended = waiting.done()
    waiting.cancel()

    if ended:
        await waiting
    else:
        with pytest.raises(asyncio.CancelledError):
            await waiting


async def test_given_who_is_not_sure_when_claiming_then_what_is_due_is_found_and_nothing_is_where_nothing_is(
    queue: Work,
) -> None:
    nothing = await queue.claim(5, spaces=["general"], sure=False)
    await _put(queue, "tg:1")
    other = await queue.claim(5, spaces=["health"], sure=False)
    found = await queue.claim(5, spaces=["general"], sure=False)

    assert (nothing, other, [claim.item.key for claim in found]) == ([], [], ["tg:1"])
    assert await queue.claim(5, spaces=["general"], sure=False) == []
