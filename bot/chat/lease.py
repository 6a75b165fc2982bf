"""Holds a lane while its turns run, and makes sure, before anything is sent, that it is still held.

A process frozen past its lease can write nothing more: the epoch fences it. Telegram knows no epoch, so the time left
is counted here, on this machine's steady clock, from before the lease was asked for: it never ends later than this.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from types import TracebackType

from bot.kernel.errors import BotError
from bot.storage.work import Claim, LeaseLostError, Work


class Lease:
    """One lane, renewed until the block ends. *told* hears of turns to give up: those of rows older than the number."""

    def __init__(self, work: Work, claim: Claim, *, since: float, told: Callable[[int], None]) -> None:
        self._work = work
        self._claim = claim
        self._length = work.lease.total_seconds()
        self._until = since + self._length
        self._told = told
        self._over = asyncio.Event()

    async def __aenter__(self) -> "Lease":
        self._beat = asyncio.create_task(self._renew_until_over())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()  # told rather than cancelled, which could strike in the middle of a write
        await self._beat

    async def sure(self) -> float:
        """Give for how many seconds the lane is ours at least; `LeaseLostError` when it is not."""
        if self._left < self._length / 2:
            await self._renew()
        if self._left <= 0:  # the answer itself took longer than the lease
            raise LeaseLostError(f"work {self._claim.item.id}: lease over before it could be used")
        return self._left

    async def check(self) -> None:
        """Make sure now, by the database; `LeaseLostError` when the lane is not ours."""
        await self._renew()

    @property
    def _left(self) -> float:
        return self._until - time.monotonic()

    async def _renew(self) -> None:
        asked = time.monotonic()
        given_up_before = await self._work.extend(self._claim)
        self._until = asked + self._length
        self._told(given_up_before)

    async def _renew_until_over(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._length / 3):
                    await self._over.wait()
                return
            with contextlib.suppress(BotError):  # whoever sends or commits next learns of it
                await self._renew()
