"""A process to kill: it tells the time and does what is due, leaving a trace it cannot take back."""

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

from bot.chat.model import Space
from bot.chat.people import People
from bot.chat.slots import Slots
from bot.chat.turns import Turns
from bot.jobs import ALWAYS, Every, Job, JobClock, JobRunner, Slot
from bot.kernel.clock import utc_now
from bot.storage.engine import Database
from bot.storage.work import Work
from tests.jobs.conftest import Nobody, Unvisited

PERIOD = timedelta(seconds=1)


async def main(url: str, trace: Path, private: bytes, public: bytes) -> None:
    async def note(slot: Slot) -> None:
        handle = os.open(trace, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(handle, f"{slot.at.isoformat()} {os.getpid()}\n".encode())
        os.close(handle)

    jobs = [Job(name="tick", space=Space.GENERAL, times=Every(PERIOD), catch_up=ALWAYS, action=note)]
    db = Database(url)
    work = Work(db, utc_now, lease=timedelta(seconds=2))
    private_keys, public_keys = {Space.GENERAL: private}, {Space.GENERAL: public}
    turns = Turns(
        work=work,
        spaces={Space.GENERAL: Unvisited()},
        private_keys=private_keys,
        public_keys=public_keys,
        delivery=Nobody(),
        people=People(db, utc_now, default_language="en"),
        slots=Slots(work=work, jobs=JobRunner(jobs), private_keys=private_keys),
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(JobClock(jobs, work=work, public_keys=public_keys).run())
        group.create_task(turns.run())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), bytes.fromhex(sys.argv[3]), bytes.fromhex(sys.argv[4])))
