"""What is forgotten of finished work, when, and what must outlive it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select, text, update

from bot.kernel.clock import utc_now
from bot.storage.engine import Database
from bot.storage.migrate import MAIN_SCRIPTS, VERSION_TABLE, upgrade
from bot.storage.schema import lane, outbox, work
from bot.storage.work import Claim, DeadLetters, LeaseLostError, Retention, Work
from bot.storage.work import retention as retention_module

DONE, DEAD = timedelta(hours=48), timedelta(days=30)
LEASE = timedelta(seconds=30)


@pytest.fixture
def queue(main_db: Database) -> Work:
    return Work(main_db, utc_now, lease=LEASE)


@pytest.fixture
def retention(main_db: Database) -> Retention:
    return Retention(main_db, utc_now, done=DONE, dead=DEAD)


async def _put(queue: Work, key: str, name: str = "chat:1") -> bool:
    return await queue.put(key=key, lane=name, space="general", payload=b"sealed", received_at=utc_now())


async def _one(queue: Work) -> Claim:
    (claim,) = await queue.claim(1, spaces=["general"])
    return claim


async def _answered(queue: Work, key: str, name: str = "chat:1") -> None:
    await _put(queue, key, name)
    claim = await _one(queue)
    await queue.answer(claim, [b"one", b"two"])
    await queue.finish(claim, {0: 1, 1: 2})


async def _age(db: Database, ago: timedelta, *keys: str) -> None:
    """Make rows as old as if they had come and ended *ago*."""
    then = utc_now() - ago
    async with db.write() as connection:
        for key in keys:
            aged = update(work).where(work.c.dedupe_key == key)
            await connection.execute(aged.values(received_at=then - timedelta(minutes=1)))
            await connection.execute(aged.where(work.c.done_at.is_not(None)).values(done_at=then))


async def _fill(db: Database, count: int, *, state: str, ago: timedelta) -> None:
    """Put many rows straight into the table."""
    then = utc_now() - ago
    rows = [
        {
            "dedupe_key": uuid4().hex, "lane": f"chat:{n}", "space": "general", "state": state, "attempts": 0,
            "payload": None if state == "done" else b"sealed", "received_at": then, "done_at": then,
        }
        for n in range(count)
    ]  # fmt: skip
    async with db.write() as connection:
        await connection.execute(insert(work), rows)


async def _keys(db: Database) -> list[str]:
    async with db.read() as connection:
        return list(await connection.scalars(select(work.c.dedupe_key).order_by(work.c.id)))


async def _count(db: Database, table: Any) -> int:
    async with db.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def _lanes(db: Database) -> list[str]:
    async with db.read() as connection:
        return sorted(await connection.scalars(select(lane.c.name)))


async def test_given_rows_of_all_ages_when_purged_then_only_those_past_their_time_go_with_what_they_sent(
    main_db: Database, queue: Work, retention: Retention
) -> None:
    for key in ("old", "young"):
        await _answered(queue, key)
    for key in ("dead old", "dead young"):
        await _put(queue, key)
        await queue.fail(await _one(queue), "ModelError", retry_in=timedelta(0), give_up_after=1)
    await _put(queue, "waiting")
    await _age(main_db, DONE + timedelta(minutes=1), "old", "dead young", "waiting")
    await _age(main_db, DONE - timedelta(minutes=1), "young")
    await _age(main_db, DEAD + timedelta(minutes=1), "dead old")

    assert await retention.purge() == 2

    assert await _keys(main_db) == ["young", "dead young", "waiting"]
    assert await _count(main_db, outbox) == 2
    assert await retention.purge() == 0


async def test_given_a_key_telegram_may_still_send_again_when_purged_then_it_is_still_refused(
    main_db: Database, queue: Work, retention: Retention
) -> None:
    await _answered(queue, "tg:1")
    await _age(main_db, timedelta(hours=47), "tg:1")
    await retention.purge()

    assert not await _put(queue, "tg:1")


async def test_given_many_rows_when_purged_then_it_is_in_small_batches_and_past_what_stays(
    main_db: Database, retention: Retention, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention_module, "BATCH", 50)
    sizes = []
    remove = retention._remove

    async def counted(ids: Any) -> int:
        sizes.append(len(ids))
        return await remove(ids)

    monkeypatch.setattr(retention, "_remove", counted)
    await _fill(main_db, 130, state="dead", ago=timedelta(days=3))  # more than a batch of what stays comes first
    await _fill(main_db, 120, state="done", ago=timedelta(days=3))
    await _fill(main_db, 120, state="done", ago=timedelta(hours=1))

    assert await retention.purge() == 120

    assert max(sizes) <= 50
    assert len(sizes) >= 3
    assert await _count(main_db, work) == 250


async def test_given_young_rows_when_purged_then_not_all_of_them_are_walked(
    main_db: Database, retention: Retention, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention_module, "BATCH", 10)
    await _fill(main_db, 100, state="done", ago=timedelta(hours=1))
    looks = []
    look = retention._look

    async def counted(last: int) -> Any:
        looks.append(last)
        return await look(last)

    monkeypatch.setattr(retention, "_look", counted)
    await retention.purge()

    assert looks == [0]


async def test_given_a_row_put_back_long_after_it_came_when_purged_then_it_does_not_hide_older_ones(
    main_db: Database, queue: Work, retention: Retention, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention_module, "BATCH", 1)
    await _answered(queue, "put back")
    await _answered(queue, "old")
    await _age(main_db, timedelta(days=3), "put back", "old")
    async with main_db.write() as connection:
        late = update(work).where(work.c.dedupe_key == "put back")
        await connection.execute(late.values(done_at=utc_now()))

    assert await retention.purge() == 1
    assert await _keys(main_db) == ["put back"]


async def test_given_a_dead_row_put_back_as_its_time_ends_when_purged_then_it_stays_with_its_answer(
    main_db: Database, queue: Work, retention: Retention, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _put(queue, "tg:1")
    claim = await _one(queue)
    await queue.answer(claim, [b"one"])
    await queue.fail(claim, "DeliveryLaterError", retry_in=timedelta(0), give_up_after=1)
    await _age(main_db, DEAD + timedelta(minutes=1), "tg:1")
    dead, remove = DeadLetters(main_db, utc_now), retention._remove

    async def after_a_retry(ids: Any) -> int:
        for row in await dead.rows():
            await dead.retry(row)
        return await remove(ids)

    monkeypatch.setattr(retention, "_remove", after_a_retry)

    assert await retention.purge() == 0
    again = await _one(queue)
    assert [one.body for one in again.item.outbox] == [b"one"]


async def test_given_lanes_when_idle_ones_are_removed_then_those_with_any_row_or_lease_stay(
    main_db: Database, queue: Work, retention: Retention
) -> None:
    await _answered(queue, "gone", "chat:gone")
    await _answered(queue, "kept", "chat:done-row")
    await _put(queue, "dead", "chat:dead-row")
    await queue.fail(await _one(queue), "ModelError", retry_in=timedelta(0), give_up_after=1)
    assert await queue.claim(1, spaces=["general"]) == []  # finds nothing more there: the lane is idle
    await _put(queue, "leased", "chat:leased")
    await _one(queue)
    await _put(queue, "waiting", "chat:waiting")
    await _age(main_db, timedelta(days=3), "gone")
    await retention.purge()

    assert await retention.remove_idle_lanes() == 1

    assert await _lanes(main_db) == ["chat:dead-row", "chat:done-row", "chat:leased", "chat:waiting"]


async def test_given_a_worker_asleep_since_before_its_lane_was_removed_when_it_wakes_then_it_can_write_nothing(
    main_db: Database, retention: Retention
) -> None:
    queue = Work(main_db, utc_now, lease=timedelta(milliseconds=50))
    await _put(queue, "tg:1")
    asleep = await _one(queue)
    await asyncio.sleep(0.1)
    await queue.finish(await _one(queue), {})
    await _age(main_db, timedelta(days=3), "tg:1")
    await retention.purge()
    assert await retention.remove_idle_lanes() == 1
    await _put(queue, "tg:2")
    owner = await Work(main_db, utc_now, lease=LEASE).claim(1, spaces=["general"])

    assert owner[0].epoch > asleep.epoch + 1
    with pytest.raises(LeaseLostError):
        await queue.finish(asleep, {})
    assert await queue.finish(owner[0], {}) is None


async def test_given_puts_racing_with_the_removal_of_lanes_when_all_end_then_no_row_is_left_asleep(
    main_db: Database, queue: Work
) -> None:
    at_once = Retention(main_db, utc_now, done=timedelta(0), dead=DEAD)
    total, done = 60, 0

    async def produce() -> None:
        for number in range(total):
            await _put(queue, f"tg:{number}")
            await asyncio.sleep(0.002)

    async def consume() -> None:
        nonlocal done
        while done < total:
            for claim in await queue.claim(1, spaces=["general"]):
                current: Claim | None = claim
                while current:
                    done += 1
                    current = await queue.finish(current, {})
            await asyncio.sleep(0)

    async def tidy() -> None:
        while done < total:
            await at_once.purge()
            await at_once.remove_idle_lanes()

    async with asyncio.timeout(60):
        await asyncio.gather(produce(), consume(), tidy())

    assert done == total
    assert await queue.pending() == 0


@pytest.fixture
async def server_db(postgresql: Any) -> AsyncIterator[Database]:
    name = f"retention_{uuid4().hex}"
    postgresql.create(name)
    db = Database(postgresql.url(name))
    await upgrade(db, MAIN_SCRIPTS, version_table=VERSION_TABLE)
    yield db
    await db.close()


async def test_given_postgresql_when_migrated_then_busy_tables_are_kept_lean(server_db: Database) -> None:
    async with server_db.read() as connection:
        found = await connection.execute(
            text("SELECT relname, reloptions FROM pg_class WHERE relname IN ('work', 'lane', 'outbox')")
        )
        options = {name: set(set_) for name, set_ in found}

    assert set(options) == {"work", "lane", "outbox"}
    for of_table in options.values():
        assert {"fillfactor=80", "autovacuum_vacuum_scale_factor=0.02"} <= of_table


async def test_given_a_lane_being_put_to_when_idle_ones_are_removed_then_it_is_let_alone(server_db: Database) -> None:
    queue = Work(server_db, utc_now, lease=LEASE)
    await _put(queue, "tg:1")
    await queue.finish(await _one(queue), {})
    retention = Retention(server_db, utc_now, done=timedelta(0), dead=DEAD)
    await retention.purge()
    async with server_db.write() as putting:
        await putting.execute(update(lane).values(due_at=datetime(2026, 11, 22, tzinfo=UTC)))
        assert await asyncio.wait_for(retention.remove_idle_lanes(), 5) == 0

    assert await retention.remove_idle_lanes() == 0


@pytest.mark.parametrize("died", [False, True], ids=["waits", "died"])
async def test_given_a_lane_put_to_between_look_and_removal_when_removed_then_it_stays(
    main_db: Database, queue: Work, monkeypatch: pytest.MonkeyPatch, *, died: bool
) -> None:
    await _answered(queue, "tg:1")
    retention = Retention(main_db, utc_now, done=timedelta(0), dead=DEAD)
    await retention.purge()
    remove = retention._remove_lanes

    async def after_a_put(names: Any) -> int:
        await _put(queue, "tg:2")
        if died:
            await queue.fail(await _one(queue), "ModelError", retry_in=timedelta(0), give_up_after=1)
        return await remove(names)

    monkeypatch.setattr(retention, "_remove_lanes", after_a_put)

    assert await retention.remove_idle_lanes() == 0
    assert await _lanes(main_db) == ["chat:1"]
