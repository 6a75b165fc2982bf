"""Tells the time to the queue: when a slot comes, its row is inserted, once, whoever else inserts it too.

APScheduler only rings. At a ring, at the start, and every minute besides, each job is asked for its latest slot: so a
slot missed while nothing ran, while the database was away, or because the clock jumped is found in the same way.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from bot.chat.model import Space
from bot.chat.slots import put_slot
from bot.jobs.model import Job
from bot.jobs.times import Times
from bot.kernel.clock import Clock, utc_now
from bot.kernel.errors import BotError
from bot.kernel.logs import get_logger
from bot.storage.work import Work

log = get_logger()

LOOK_AGAIN: Final = 60.0  # seconds; bells may be missed, for instance by a machine that slept
TRY_AGAIN: Final = 5.0  # seconds, after the database refused


class JobClock:
    """The clock of one process. *public_keys* are those of the spaces its jobs belong to."""

    def __init__(
        self, jobs: Sequence[Job], *, work: Work, public_keys: Mapping[Space, bytes], clock: Clock = utc_now
    ) -> None:
        self._jobs = jobs
        self._work = work
        self._public_keys = public_keys
        self._clock = clock
        self._seen: dict[str, datetime] = {}
        self._rung = asyncio.Event()

    async def run(self) -> None:
        """Insert what is due until cancelled; an unreachable database is asked again."""
        scheduler = AsyncIOScheduler(timezone=UTC)
        for job in self._jobs:
            # Never "misfired": how late is too late is the job's own rule, read in `look`.
            scheduler.add_job(self._ring, _Bell(job.times), id=job.name, coalesce=True, misfire_grace_time=None)
        scheduler.start()
        try:
            while True:
                pause = LOOK_AGAIN if await self.look() else TRY_AGAIN
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._rung.wait()
                self._rung.clear()
        finally:
            scheduler.shutdown(wait=False)

    async def look(self) -> bool:
        """Insert the latest slot of every job, unless it is there or too late; False when the database refused one."""
        return all([await self._put_latest(job) for job in self._jobs])

    async def _put_latest(self, job: Job) -> bool:
        now = self._clock()
        slot, seen = job.times.latest(now), self._seen.get(job.name)
        if slot is None or (seen is not None and slot <= seen):  # before: a clock put back does nothing twice
            return True
        if job.catch_up.allows(now - slot):
            try:
                await put_slot(self._work, self._public_keys, job.space, job.name, slot, now=now)
            except BotError as error:
                log.error("slot_not_put", kind=job.name, exc_info=error)
                return False
        else:
            log.info("slot_missed", kind=job.name)
        self._seen[job.name] = slot
        return True

    async def _ring(self) -> None:
        self._rung.set()


class _Bell(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Rings at a job's slots; APScheduler sleeps until then."""

    def __init__(self, times: Times) -> None:
        self._times = times

    def get_next_fire_time(self, _: datetime | None, now: datetime) -> Any:
        return self._times.following(now)
