"""A worker with jobs and nothing else, on real tables."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.chat.model import Effect, Space
from bot.chat.people import People
from bot.chat.ports import Enter
from bot.chat.slots import Slots
from bot.chat.turns import Turns
from bot.crypto import new_pair
from bot.jobs import Job, JobRunner
from bot.kernel.clock import Clock, utc_now
from bot.kernel.sensitive import Sensitive
from bot.storage.engine import Database
from bot.storage.work import Work

PAIRS = {space: new_pair() for space in Space}
PRIVATE: Mapping[Space, bytes] = {space: pair[0] for space, pair in PAIRS.items()}
PUBLIC: Mapping[Space, bytes] = {space: pair[1] for space, pair in PAIRS.items()}


class Nobody:
    """A delivery that counts what it is asked: a job says nothing to anybody."""

    said: int = 0

    def parts(self, effect: Effect) -> Sequence[Effect]:
        return [effect]

    async def send(
        self, chat: int, effect: Effect, *, into: int | None = None, urgent: bool = False, enter: Enter | None = None
    ) -> int | None:
        self.said += 1
        return 1

    async def busy(self, chat: int, *, document: bool = False) -> None:
        self.said += 1

    async def draft(self, chat: int, draft_id: int, text: Sensitive[str]) -> None:
        self.said += 1


@asynccontextmanager
async def worker(
    db: Database, jobs: Sequence[Job], *, clock: Clock = utc_now, spaces: Sequence[Space] = tuple(Space)
) -> AsyncIterator[Nobody]:
    """Run the slots of *spaces* while the block lasts."""
    work, nobody = Work(db, utc_now, lease=timedelta(seconds=30)), Nobody()
    turns = Turns(
        work=work,
        spaces={space: Unvisited() for space in spaces},
        private_keys={space: PRIVATE[space] for space in spaces},
        public_keys=PUBLIC,
        delivery=nobody,
        people=People(db, utc_now, default_language="en"),
        slots=Slots(work=work, jobs=JobRunner(jobs, clock=clock), private_keys=PRIVATE),
    )
    task = asyncio.create_task(turns.run())
    try:
        yield nobody
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Unvisited:
    """A space nobody speaks in."""

    async def handle(self, turn: object, show: object) -> Sequence[Effect]:
        raise AssertionError("a slot is no turn")
