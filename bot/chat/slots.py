"""Rows of the clock: how a job's slot is put, and how a worker runs one. No person waits for them, so none is told.

What a slot is stands in its key, `cron:<job>:<slot>`; its payload is empty. It is sealed all the same: only who holds
the space's public key can put one that its workers accept, and whoever merely writes to the main database does not.
"""

import asyncio
import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.chat.model import Space
from bot.chat.ports import Jobs
from bot.chat.reception import queue_context
from bot.crypto import open_with, seal_to
from bot.kernel.logs import get_logger
from bot.storage.work import Claim, LeaseLostError, Work

log = get_logger()

TRIES: Final = 5
FIRST_PAUSE: Final = 1.0  # seconds a failed slot rests, doubled each time
LONGEST_JOB: Final = 600.0  # seconds
_MARK: Final = "cron:"
_LANE: Final = "job:"


def is_slot(key: str) -> bool:
    """Say whether a row is one of the clock's."""
    return key.startswith(_MARK)


def slot_key(name: str, at: datetime) -> str:
    """Name the slot *at* of job *name*; every process gives it the same name."""
    return f"{_MARK}{name}:{at.astimezone(UTC).isoformat()}"


async def put_slot(
    work: Work, public_keys: Mapping[Space, bytes], space: Space, name: str, at: datetime, *, now: datetime
) -> bool:
    """Accept the slot *at* of job *name*, committed on return; False when it was there already."""
    key = slot_key(name, at)
    nothing = seal_to(public_keys[space], b"", queue_context(space, key))
    return await work.put(key=key, lane=f"{_LANE}{name}", space=space, payload=nothing, received_at=now)


class Slots:
    """Runs slots: retried with growing pauses, then dead, like any row; an action does no harm when it runs again."""

    def __init__(self, *, work: Work, jobs: Jobs, private_keys: Mapping[Space, bytes]) -> None:
        self._work = work
        self._jobs = jobs
        self._private_keys = private_keys

    async def run(self, claim: Claim) -> Claim | None:
        """Do one slot and give the claim on the lane's next row, or None when the lane is released."""
        item, started = claim.item, time.monotonic()
        try:
            space = Space(item.space)
            open_with(self._private_keys[space], item.payload, queue_context(space, item.key))
            name, _, at = item.key.removeprefix(_MARK).partition(":")
            async with asyncio.timeout(LONGEST_JOB):
                await self._jobs.run(space, name, datetime.fromisoformat(at))
        except LeaseLostError:
            raise
        except Exception as error:  # noqa: BLE001  (any defect in a job: logged by type and place, retried, then dead)
            await self._failed(claim, error)
            return None
        following = await self._work.finish(claim, {})
        log.info("slot_done", kind=name, space=space, ms=round((time.monotonic() - started) * 1000))
        return following

    async def _failed(self, claim: Claim, error: Exception) -> None:
        attempts = claim.item.attempts
        log.error("slot_failed", work=claim.item.id, attempt=attempts + 1, exc_info=error)
        pause = timedelta(seconds=FIRST_PAUSE * 2.0**attempts * random.uniform(0.5, 1.5))  # noqa: S311  (no secret)
        await self._work.fail(claim, type(error).__name__, retry_in=pause, give_up_after=TRIES)
