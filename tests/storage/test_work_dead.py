"""Dead letters: put back in their place, or dropped; and the figures an operator watches."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.kernel.clock import utc_now
from bot.storage.engine import Database
from bot.storage.schema import outbox, work
from bot.storage.work import Claim, DeadLetters, Express, Figures, Retention, Work
from bot.storage.work.states import DEAD, UNFINISHED

NOW = timedelta(0)
LEASE = timedelta(seconds=30)


@pytest.fixture
def queue(main_db: Database) -> Work:
    return Work(main_db, utc_now, lease=LEASE)


@pytest.fixture
def dead(main_db: Database) -> DeadLetters:
    return DeadLetters(main_db, utc_now)


async def _put(queue: Work, key: str, lane: str = "chat:1", space: str = "general") -> bool:
    payload = f"sealed {key}".encode()
    return await queue.put(key=key, lane=lane, space=space, payload=payload, received_at=utc_now())


async def _one(queue: Work) -> Claim:
    for _ in range(5):  # a lane whose last row died is claimed once more, to find that it is empty
        for claim in await queue.claim(1, spaces=["general", "health"]):
            return claim
    raise AssertionError("nothing is due")


async def _dies(queue: Work, key: str, lane: str = "chat:1", space: str = "general") -> None:
    await _put(queue, key, lane, space)
    await queue.fail(await _one(queue), "ModelError", retry_in=NOW, give_up_after=1)


async def test_given_a_dead_row_when_put_back_then_it_comes_before_what_waits_with_all_its_tries(
    queue: Work, dead: DeadLetters
) -> None:
    await _dies(queue, "tg:1")
    await _put(queue, "tg:2")
    running = await _one(queue)  # the lane is held while it happens
    await _put(queue, "tg:3")
    (row,) = await dead.rows()

    assert await dead.retry(row)

    following = await queue.finish(running, {})
    assert following is not None
    assert (following.item.key, following.item.payload, following.item.attempts) == ("tg:1", b"sealed tg:1", 0)
    last = await queue.finish(following, {})
    assert last is not None
    assert last.item.key == "tg:3"
    assert await dead.rows() == []


async def test_given_an_idle_lane_when_its_dead_row_is_put_back_then_it_is_claimed(
    queue: Work, dead: DeadLetters, main_db: Database
) -> None:
    await _dies(queue, "tg:1")
    assert await queue.claim(1, spaces=["general"]) == []
    await Retention(main_db, utc_now, done=NOW, dead=timedelta(days=1)).remove_idle_lanes()
    (row,) = await dead.rows()
    assert await dead.retry(row)

    assert (await _one(queue)).item.key == "tg:1"
    assert not await dead.retry(row)  # it is not dead any more


async def test_given_a_row_that_killed_its_workers_when_put_back_then_it_is_tried_like_any_other(
    queue: Work, dead: DeadLetters, main_db: Database
) -> None:
    await _dies(queue, "tg:1")
    async with main_db.write() as connection:
        await connection.execute(update(work).values(crashes=9, attempts=5))
    (row,) = await dead.rows()
    await dead.retry(row)

    again = await _one(queue)
    assert (again.item.crashes, again.item.attempts) == (0, 0)


async def test_given_an_answer_half_sent_when_its_row_is_put_back_then_only_the_rest_is_sent(
    queue: Work, dead: DeadLetters, main_db: Database
) -> None:
    await _put(queue, "tg:1")
    claim = await _one(queue)
    await queue.answer(claim, [b"one", b"two"])
    await queue.sent(claim, 0, 11)
    await queue.fail(claim, "DeliveryLaterError", retry_in=NOW, give_up_after=1)
    async with main_db.read() as connection:
        kept = (await connection.execute(select(outbox.c.state, outbox.c.body).order_by(outbox.c.n))).all()
    assert [tuple(one) for one in kept] == [("sent", None), ("pending", b"two")]
    (row,) = await dead.rows()
    await dead.retry(row)

    again = await _one(queue)

    assert again.item.state == "answered"
    assert [(one.n, one.state) for one in again.item.outbox] == [(0, "sent"), (1, "pending")]
    assert await queue.finish(again, {1: 12}) is None


async def test_given_a_dead_card_when_put_back_then_it_still_waits_for_nobody(queue: Work, dead: DeadLetters) -> None:
    card = Express(key="tg:1:express", lane="express:1", space="general", payload=b"sealed", body=b"card")
    await queue.put_express(card, received_at=utc_now())
    (claim,) = await queue.claim(0, spaces=["general"], express=1)
    await queue.fail(claim, "DeliveryLaterError", retry_in=NOW, give_up_after=1)
    await queue.claim(0, spaces=["general"], express=1)
    (row,) = await dead.rows()
    await dead.retry(row)

    (again,) = await queue.claim(0, spaces=["general"], express=1)
    assert [one.body for one in again.item.outbox] == [b"card"]


async def test_given_a_dead_row_when_dropped_then_nothing_of_it_is_left_and_its_key_is_still_known(
    queue: Work, dead: DeadLetters, main_db: Database
) -> None:
    await _put(queue, "tg:1")
    claim = await _one(queue)
    await queue.answer(claim, [b"one"])
    await queue.fail(claim, "DeliveryLaterError", retry_in=NOW, give_up_after=1)
    (row,) = await dead.rows()

    assert await dead.drop(row)
    assert not await dead.drop(row)

    async with main_db.read() as connection:
        assert (await connection.execute(select(work.c.state, work.c.payload))).one() == ("done", None)
        assert (await connection.execute(select(outbox.c.state, outbox.c.body))).one() == ("refused", None)
    assert not await _put(queue, "tg:1")
    assert not await dead.retry(row)


async def test_given_a_row_that_died_before_content_was_kept_when_put_back_then_it_stays_dead(
    queue: Work, dead: DeadLetters, main_db: Database
) -> None:
    await _dies(queue, "tg:1")
    async with main_db.write() as connection:
        await connection.execute(update(work).values(payload=None))
    (row,) = await dead.rows()

    assert not row.kept
    assert not await dead.retry(row)
    assert (await dead.counts())["dead"] == 1


async def test_given_somebody_who_erases_a_space_when_forgotten_then_their_dead_rows_of_it_go_and_no_others(
    queue: Work, dead: DeadLetters
) -> None:
    await _dies(queue, "tg:1", space="health")
    await _dies(queue, "tg:2", space="general")
    await _dies(queue, "tg:3", "chat:2", space="health")
    await _dies(queue, "tg:4", "express:1", space="health")

    assert await dead.forget(["chat:1", "express:1"], space="health") == 2

    assert [(row.lane, row.space) for row in await dead.rows()] == [("chat:1", "general"), ("chat:2", "health")]


async def test_given_rows_in_every_state_when_listed_then_they_are_counted_and_nothing_of_them_is_shown(
    queue: Work, dead: DeadLetters
) -> None:
    await _dies(queue, "tg:1")
    await _dies(queue, "tg:2", "job:tidy")
    await _put(queue, "tg:3")
    await queue.finish(await _one(queue), {})
    await _put(queue, "tg:4")
    await queue.answer(await _one(queue), [b"one"])
    await _put(queue, "tg:5", "chat:5")

    assert await dead.counts() == {"pending": 1, "answered": 1, "done": 1, "dead": 2}
    first, second = await dead.rows()
    assert (first.lane, first.error, first.attempts, first.kept) == ("chat:1", "ModelError", 1, True)
    assert [row.id for row in await dead.rows(limit=1)] == [first.id]
    assert [row.id for row in await dead.rows([second.id, 999])] == [second.id]
    assert "sealed" not in repr(first)


async def test_given_an_empty_queue_when_watched_then_every_figure_is_zero(queue: Work) -> None:
    assert await queue.figures() == Figures(pending=0, oldest=NOW, dead=0, leases=0)


async def test_given_a_busy_queue_when_watched_then_the_figures_say_how_busy(queue: Work, main_db: Database) -> None:
    await _dies(queue, "tg:0", "chat:0")
    for number in range(4):
        await _put(queue, f"tg:{number + 1}", f"chat:{number}")
    await queue.answer(await _one(queue), [b"one"])
    await _one(queue)
    short = Work(main_db, utc_now, lease=NOW)
    assert len(await short.claim(1, spaces=["general"])) == 1  # held by nobody: its lease is over
    async with main_db.write() as connection:
        oldest = update(work).where(work.c.dedupe_key == "tg:3")
        await connection.execute(oldest.values(received_at=utc_now() - timedelta(hours=2)))

    figures = await queue.figures()

    assert (figures.pending, figures.dead, figures.leases) == (4, 1, 2)
    assert timedelta(hours=2) <= figures.oldest < timedelta(hours=2, minutes=5)


async def test_given_a_message_from_a_clock_ahead_when_watched_then_it_is_not_older_than_now(queue: Work) -> None:
    ahead = utc_now() + timedelta(hours=1)
    await queue.put(key="tg:1", lane="chat:1", space="general", payload=b"sealed", received_at=ahead)

    assert (await queue.figures()).oldest == NOW


@pytest.mark.parametrize(("rows", "index"), [(UNFINISHED, "ix_work_unfinished"), (DEAD, "ix_work_dead")])
async def test_given_many_finished_rows_when_the_others_are_counted_then_an_index_finds_them(
    main_db: Database, rows: object, index: str
) -> None:
    done = [
        {
            "dedupe_key": f"tg:{n}", "lane": f"chat:{n}", "space": "general", "state": "done", "attempts": 0,
            "received_at": utc_now(), "done_at": utc_now(),
        }
        for n in range(3000)
    ]  # fmt: skip
    async with main_db.write() as connection:
        await connection.execute(work.insert(), done)
    if main_db.dialect == "postgresql":
        async with main_db.write() as connection:
            await connection.exec_driver_sql("ANALYZE work")
    explain = "EXPLAIN" if main_db.dialect == "postgresql" else "EXPLAIN QUERY PLAN"

    async with main_db.read() as connection:
        asked = select(work.c.received_at).where(rows)  # type: ignore[arg-type]
        written = str(asked.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
        steps = (await connection.exec_driver_sql(f"{explain} {written}")).all()

    assert index in " ".join(str(step) for step in steps)
