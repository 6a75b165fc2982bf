"""Does what a slot's row asks for, if it is not too late by then. Fulfils the worker's port for jobs."""

from collections.abc import Sequence
from datetime import datetime

from bot.chat.model import Space
from bot.jobs.model import Job, Slot
from bot.kernel.clock import Clock, utc_now
from bot.kernel.errors import BotError
from bot.kernel.logs import get_logger

log = get_logger()


class UnknownJobError(BotError):
    """No job of that name is served here: a newer process knows it, or none does any more."""


class JobRunner:
    """The jobs one process can do."""

    def __init__(self, jobs: Sequence[Job], *, clock: Clock = utc_now) -> None:
        self._jobs = {(job.space, job.name): job for job in jobs}
        self._clock = clock

    async def run(self, space: Space, name: str, at: datetime) -> None:
        """Do job *name* for its slot *at*; a slot that waited too long for a worker is dropped, as the job says."""
        job = self._jobs.get((space, name))
        if job is None:
            raise UnknownJobError("no such job here")
        late = self._clock() - at
        if not job.catch_up.allows(late):
            log.info("slot_dropped", kind=name)
            return
        await job.action(Slot(at=at, late=late))
