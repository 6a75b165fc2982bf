"""The clock on real tables: what it inserts, what it makes up for, what a worker makes of it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from bot.chat import slots as slots_module
from bot.chat.model import Space
from bot.chat.slots import put_slot
from bot.jobs import ALWAYS, SKIP, CatchUp, Cron, Every, Job, JobClock, Slot, latest_within
from bot.kernel.clock import utc_now
from bot.kernel.errors import StoreError
from bot.storage.engine import Database
from bot.storage.schema import work
from bot.storage.work import Work
from tests.jobs.conftest import PUBLIC, worker

NOW = datetime(2026, 11, 22, 20, 3, tzinfo=UTC)
DAILY = Cron(UTC, hour=17, minute=0)  # three hours and three minutes ago
THREE_HOURS = timedelta(hours=3)


async def nothing(_: Slot) -> None: ...


def job(
    name: str = "tidy",
    *,
    times: Every | Cron = DAILY,
    catch_up: CatchUp = ALWAYS,
    space: Space = Space.GENERAL,
    action: Callable[[Slot], object] = nothing,
) -> Job:
    return Job(name=name, space=space, times=times, catch_up=catch_up, action=action)  # type: ignore[arg-type]


def clock_of(db: Database, *jobs: Job, now: Callable[[], datetime] = lambda: NOW) -> JobClock:
    return JobClock(jobs, work=Work(db, utc_now, lease=timedelta(seconds=30)), public_keys=PUBLIC, clock=now)


async def keys(db: Database) -> list[str]:
    async with db.read() as connection:
        return list(await connection.scalars(select(work.c.dedupe_key).order_by(work.c.id)))


async def states(db: Database) -> list[tuple[str, int, str | None]]:
    async with db.read() as connection:
        rows = await connection.execute(select(work.c.state, work.c.attempts, work.c.last_error).order_by(work.c.id))
        return [tuple(row) for row in rows]


async def until(enough: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await enough():  # noqa: ASYNC110  (rows of a database have no event)
            await asyncio.sleep(0.02)


async def ended(db: Database) -> list[tuple[str, int, str | None]]:
    async def all_ended() -> bool:
        found = await states(db)
        return bool(found) and all(state in {"done", "dead"} for state, *_ in found)

    await until(all_ended)
    return await states(db)


async def test_given_a_slot_when_two_processes_tell_the_time_then_it_is_one_row_in_the_jobs_lane(
    main_db: Database,
) -> None:
    health = job("proposals", times=Every(timedelta(minutes=10)), space=Space.HEALTH)
    for process in (clock_of(main_db, job(), health), clock_of(main_db, job(), health)):
        assert await process.look()
        assert await process.look()

    async with main_db.read() as connection:
        rows = (await connection.execute(select(work.c.dedupe_key, work.c.lane, work.c.space))).all()
    assert sorted(map(tuple, rows)) == [
        ("cron:proposals:2026-11-22T20:00:00+00:00", "job:proposals", "health"),
        ("cron:tidy:2026-11-22T17:00:00+00:00", "job:tidy", "general"),
    ]


@pytest.mark.parametrize(
    ("rule", "put"),
    [
        (ALWAYS, True),
        (SKIP, False),
        (latest_within(THREE_HOURS), False),
        (latest_within(THREE_HOURS + timedelta(minutes=3)), True),
    ],
    ids=["always", "skip", "too late", "not too late"],
)
async def test_given_a_slot_missed_while_nothing_ran_when_started_then_the_jobs_rule_decides(
    main_db: Database, rule: CatchUp, put: bool
) -> None:
    await clock_of(main_db, job(catch_up=rule)).look()

    assert await keys(main_db) == ["cron:tidy:2026-11-22T17:00:00+00:00"] * put


async def test_given_many_missed_slots_when_started_then_only_the_latest_is_made_up_for(main_db: Database) -> None:
    await clock_of(main_db, job(times=Every(timedelta(minutes=1)))).look()

    assert await keys(main_db) == ["cron:tidy:2026-11-22T20:03:00+00:00"]


async def test_given_a_clock_that_jumps_when_looked_at_then_ahead_is_caught_up_and_back_does_nothing_twice(
    main_db: Database,
) -> None:
    moments = iter([NOW, NOW + timedelta(days=3), NOW + timedelta(days=1)])
    clock = clock_of(main_db, job(), now=lambda: next(moments))
    for _ in range(3):
        await clock.look()

    assert await keys(main_db) == ["cron:tidy:2026-11-22T17:00:00+00:00", "cron:tidy:2026-11-25T17:00:00+00:00"]


async def test_given_a_database_that_is_away_when_a_slot_comes_then_it_is_put_later(main_db: Database) -> None:
    class Away(Work):
        refusals = 1

        async def put(self, **row: object) -> bool:
            if self.refusals:
                self.refusals -= 1
                raise StoreError("gone")
            return await super().put(**row)  # type: ignore[arg-type]

    away = Away(main_db, utc_now, lease=timedelta(seconds=30))
    clock = JobClock([job(), job("other")], work=away, public_keys=PUBLIC, clock=lambda: NOW)

    assert not await clock.look()
    assert len(await keys(main_db)) == 1
    assert await clock.look()
    assert len(await keys(main_db)) == 2


async def test_given_a_ringing_clock_when_slots_come_then_each_is_put_and_done_and_nobody_is_told(
    main_db: Database,
) -> None:
    done: list[Slot] = []

    async def note(slot: Slot) -> None:
        done.append(slot)

    jobs = [job(times=Every(timedelta(milliseconds=250)), action=note)]
    async with worker(main_db, jobs) as nobody:
        running = asyncio.create_task(clock_of(main_db, *jobs, now=utc_now).run())

        async def four() -> bool:
            return len(done) >= 4

        await until(four)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        found = await ended(main_db)

    assert {state for state, *_ in found} == {"done"}
    assert nobody.said == 0
    gaps = {later.at - earlier.at for earlier, later in pairwise(done)}
    assert min(gaps) >= timedelta(milliseconds=250)  # in order, each slot once
    assert all(timedelta(0) <= slot.late for slot in done)


async def test_given_a_job_that_always_fails_when_run_then_it_is_retried_dies_and_the_next_slot_goes_on(
    main_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots_module, "FIRST_PAUSE", 0.001)
    tried: list[datetime] = []

    async def broken(slot: Slot) -> None:
        tried.append(slot.at)
        if slot.at == NOW:
            raise ZeroDivisionError

    queue = Work(main_db, utc_now, lease=timedelta(seconds=30))
    for at in (NOW, NOW + THREE_HOURS):
        await put_slot(queue, PUBLIC, Space.GENERAL, "tidy", at, now=NOW)
    async with worker(main_db, [job(action=broken)]) as nobody:
        found = await ended(main_db)

    assert found == [("dead", 5, "ZeroDivisionError"), ("done", 0, None)]
    assert tried == [NOW] * 5 + [NOW + THREE_HOURS]
    assert nobody.said == 0


async def test_given_a_row_that_waited_for_a_worker_when_run_then_the_jobs_rule_decides_again(
    main_db: Database,
) -> None:
    done: list[tuple[str, timedelta]] = []

    def noting(name: str) -> Callable[[Slot], object]:
        async def note(slot: Slot) -> None:
            done.append((name, slot.late))

        return note

    rules = {"always": ALWAYS, "remind": latest_within(timedelta(hours=1)), "skip": SKIP}
    jobs = [job(name, catch_up=rule, action=noting(name)) for name, rule in rules.items()]
    queue = Work(main_db, utc_now, lease=timedelta(seconds=30))
    for name in rules:
        await put_slot(queue, PUBLIC, Space.GENERAL, name, NOW, now=NOW)
    async with worker(main_db, jobs, clock=lambda: NOW + THREE_HOURS):
        found = await ended(main_db)

    assert {state for state, *_ in found} == {"done"}
    assert done == [("always", THREE_HOURS)]


async def test_given_a_health_job_when_a_general_worker_looks_then_it_waits_for_its_own(main_db: Database) -> None:
    jobs = [job("proposals", space=Space.HEALTH), job()]
    await clock_of(main_db, *jobs).look()
    async with worker(main_db, jobs, spaces=[Space.GENERAL]):

        async def one_done() -> bool:
            return ("done", 0, None) in await states(main_db)

        await until(one_done)
        assert await states(main_db) == [("pending", 0, None), ("done", 0, None)]

    async with worker(main_db, jobs, spaces=[Space.HEALTH]):
        assert await ended(main_db) == [("done", 0, None)] * 2


async def test_given_a_row_nobody_sealed_for_this_space_when_run_then_its_job_is_not_done(
    main_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots_module, "FIRST_PAUSE", 0.001)
    done: list[Slot] = []

    async def note(slot: Slot) -> None:
        done.append(slot)

    jobs = [job(action=note)]
    await clock_of(main_db, *jobs).look()
    async with main_db.write() as connection:
        await connection.execute(update(work).values(dedupe_key="cron:tidy:2026-11-22T18:00:00+00:00"))
    async with worker(main_db, jobs):
        found = await ended(main_db)

    assert [state for state, *_ in found] == ["dead"]
    assert done == []


@pytest.mark.parametrize("name", ["Tidy", "a:b", "", "x" * 41])
def test_given_a_name_that_would_blur_a_key_when_a_job_is_made_then_it_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="part of a key"):
        job(name)
