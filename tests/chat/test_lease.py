"""A worker frozen past its lease sends nothing more: the loop is really stopped while another one takes the lane."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.chat.lease import Lease
from bot.chat.model import Effect, Show, Space, Turn
from bot.chat.people import People
from bot.chat.ports import Progress
from bot.chat.turns import Turns
from bot.kernel.clock import utc_now
from bot.kernel.sensitive import Sensitive
from bot.storage.engine import Database
from bot.storage.migrate import MAIN_SCRIPTS, VERSION_TABLE, upgrade
from bot.storage.work import Claim, LeaseLostError, Work
from tests.chat.chatbook import ChatBook
from tests.chat.test_sending import House

SHORT = timedelta(milliseconds=400)
SPACES = ["general"]

Freeze = Callable[[], None]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'main'}.db"


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    opened = Database(url)
    await upgrade(opened, MAIN_SCRIPTS, version_table=VERSION_TABLE)
    yield opened
    await opened.close()


@pytest.fixture
def freeze(url: str) -> Freeze:
    """Stop this thread, and with it its loop, until another worker has the lane."""

    async def take() -> None:
        other = Database(url)
        work = Work(other, utc_now, lease=timedelta(seconds=60))
        async with asyncio.timeout(20):
            while not await work.claim(1, spaces=SPACES):  # noqa: ASYNC110  (a lease that runs out has no event)
                await asyncio.sleep(0.02)
        await other.close()

    def stop() -> None:
        thread = threading.Thread(target=lambda: asyncio.run(take()))
        thread.start()
        thread.join()

    return stop


async def lived(db: Database, space: Any, book: ChatBook) -> None:
    """Have one message worked by a worker with a short lease, until it has no more to do with it."""
    house = House(db)
    await house.asks()
    people = People(db, utc_now, default_language="en")
    turns = Turns(
        work=Work(db, utc_now, lease=SHORT), spaces={Space.GENERAL: space}, delivery=book, people=people,
        private_keys={Space.GENERAL: house.private}, public_keys={Space.GENERAL: house.public},
    )  # fmt: skip
    running = asyncio.create_task(turns.run())
    for idle in (False, True):
        async with asyncio.timeout(20):
            while turns.idle is not idle:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_given_a_worker_frozen_while_it_answers_when_it_thaws_then_it_sends_nothing(
    db: Database, freeze: Freeze
) -> None:
    class Frozen:
        async def handle(self, turn: Turn, show: Progress) -> Sequence[Effect]:
            freeze()
            return [Show(text=Sensitive("yes"))]

    book = ChatBook()
    await lived(db, Frozen(), book)

    assert book.calls == []


async def test_given_a_worker_frozen_on_its_way_to_telegram_when_it_thaws_then_it_does_not_get_there(
    db: Database, freeze: Freeze
) -> None:
    class Waiting(ChatBook):
        """As a request does that waits for a connection."""

        async def send(self, chat: int, effect: Effect, **how: Any) -> int | None:
            freeze()
            await asyncio.sleep(0.01)
            return await super().send(chat, effect, **how)

    class Space1:
        async def handle(self, turn: Turn, show: Progress) -> Sequence[Effect]:
            return [Show(text=Sensitive("yes"))]

    book = Waiting()
    await lived(db, Space1(), book)

    assert book.calls == []


async def held(db: Database, lease: timedelta) -> tuple[Work, Claim]:
    house = House(db)
    await house.asks()
    work = Work(db, utc_now, lease=lease)
    (claim,) = await work.claim(1, spaces=SPACES)
    return work, claim


async def test_given_most_of_the_lease_left_when_asked_then_the_database_is_not(db: Database) -> None:
    work, claim = await held(db, timedelta(seconds=60))
    asked: list[Claim] = []
    work.extend = asked.append  # type: ignore[method-assign, assignment]
    async with Lease(work, claim, since=asyncio.get_running_loop().time(), told=lambda _: None) as lease:
        left = await lease.sure()

    assert asked == []
    assert 50 < left <= 60


async def test_given_a_lease_that_ran_out_unclaimed_when_asked_then_it_is_renewed(db: Database) -> None:
    work, claim = await held(db, timedelta(seconds=60))
    long_ago = asyncio.get_running_loop().time() - 90
    async with Lease(work, claim, since=long_ago, told=lambda _: None) as lease:
        left = await lease.sure()

    assert left > 50


async def test_given_a_lease_that_ran_out_and_was_taken_when_asked_then_it_is_lost(
    db: Database, freeze: Freeze
) -> None:
    work, claim = await held(db, SHORT)
    started = asyncio.get_running_loop().time()
    freeze()
    async with Lease(work, claim, since=started, told=lambda _: None) as lease:
        with pytest.raises(LeaseLostError):
            await lease.sure()
