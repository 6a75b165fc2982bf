"""What cannot wait: accepted with the message it answers, claimed apart from every other lane, once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.kernel.clock import utc_now
from bot.storage.engine import Database
from bot.storage.work import Express, Work

pytestmark = pytest.mark.pooled

AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def work(main_db: Database) -> Work:
    return Work(main_db, utc_now, lease=timedelta(seconds=30))


def card(key: str = "k1", chat: int = 5) -> Express:
    return Express(key=f"{key}:express", lane=f"express:{chat}", space="general", payload=b"sealed", body=b"card")


async def put(work: Work, key: str = "k1", chat: int = 5, express: Express | None = None) -> bool:
    return await work.put(
        key=key, lane=f"chat:{chat}", space="general", payload=b"sealed", received_at=AT, express=express
    )


async def test_given_a_message_with_a_card_when_put_then_both_are_accepted_and_the_card_is_answered_already(
    work: Work,
) -> None:
    assert await put(work, express=card())

    (message,) = await work.claim(10, spaces=["general"])
    (express,) = await work.claim(0, spaces=["general"], express=10)
    assert (message.item.key, message.item.state, message.express) == ("k1", "pending", False)
    assert (express.item.key, express.item.state, express.express) == ("k1:express", "answered", True)
    assert [(row.n, row.body, row.state) for row in express.item.outbox] == [(0, b"card", "pending")]


async def test_given_the_same_update_twice_when_put_then_there_is_one_card(work: Work) -> None:
    assert await put(work, express=card())
    assert not await put(work, express=card())
    await work.put_express(card(), received_at=AT)

    (express,) = await work.claim(0, spaces=["general"], express=10)
    assert await work.finish(express, {0: 1}) is None
    assert await work.claim(0, spaces=["general"], express=10) == []
    assert await work.pending() == 1  # the message itself


async def test_given_no_free_slot_when_claiming_then_express_lanes_are_still_taken_and_first(work: Work) -> None:
    for chat in range(3):
        await put(work, key=f"old{chat}", chat=chat)
    await put(work, express=card())

    none_free = await work.claim(0, spaces=["general"], express=2)
    both = await work.claim(2, spaces=["general"], express=0)
    assert [claim.lane for claim in none_free] == ["express:5"]
    assert all(not claim.express for claim in both)


async def test_given_an_express_lane_of_another_space_when_claiming_then_it_is_left(work: Work) -> None:
    await put(work, express=card())

    assert await work.claim(10, spaces=["health"], express=10) == []


async def test_given_a_card_when_put_then_this_process_and_the_heartbeat_are_told_to_give_up_older_rows(
    work: Work,
) -> None:
    await put(work, key="question")
    (running,) = await work.claim(10, spaces=["general"])
    before = await work.extend(running)
    await put(work, key="danger", express=card("danger"))

    told = await work.extend(running)
    assert before == 0
    assert told > running.item.id
    assert work.given_up() == {"chat:5": told}
    assert work.given_up() == {}
    following = await work.finish(running, {})
    assert following is not None
    assert following.item.id == told  # the dangerous message itself is not given up


async def test_given_a_worker_waiting_for_a_slot_when_something_express_comes_then_it_wakes(work: Work) -> None:
    waiting = asyncio.create_task(work.wait_express())
    await put(work, key="ordinary")
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await put(work, express=card())

    await asyncio.wait_for(waiting, 2)


async def test_given_a_card_whose_worker_died_when_the_lease_is_over_then_it_is_claimed_again(
    main_db: Database,
) -> None:
    work = Work(main_db, utc_now, lease=timedelta(milliseconds=50))
    await put(work, express=card())
    (first,) = await work.claim(0, spaces=["general"], express=1)
    await asyncio.sleep(0.1)
    (second,) = await work.claim(0, spaces=["general"], express=1)

    assert second.item.key == first.item.key
    assert second.epoch == first.epoch + 1
