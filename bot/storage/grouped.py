"""Group commit: small transactions that come while another is being committed share the next one.

Flushing to a disk and crossing to a driver's thread are what a transaction costs; twenty that share them pay once.
One that comes alone is committed at once. One that fails is taken out: the others are done again without it, so a
job may run more than once and must touch nothing but its connection.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")
Job = Callable[[Connection], T]

MOST: Final = 64  # jobs of one transaction


@dataclass(frozen=True, slots=True)
class _Waiting:
    order: str
    job: Job[Any]
    done: asyncio.Future[Any]

    def fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class Grouped:
    """Runs jobs through *commit*, which carries out all of its jobs in one transaction or none of them."""

    def __init__(self, commit: Callable[[Sequence[Job[Any]]], Awaitable[list[Any]]], *, at_once: int) -> None:
        self._commit = commit
        self._at_once = at_once  # transactions at a time
        self._waiting: list[_Waiting] = []
        self._working = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, job: Job[T], *, order: str) -> T:
        """Give what *job* returned, once it is committed. Whoever stops waiting does not stop the job.

        Jobs of a group run in the order of *order*: two processes that lock rows in one order never deadlock.
        """
        waiting = _Waiting(order, job, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._working < self._at_once:
            self._working += 1  # here and where the work ends, not by its task: that one is done a moment later
            task = asyncio.create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        result: T = await waiting.done
        return result

    async def settle(self) -> None:
        """Wait for everything accepted."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _work(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._together(sorted(group, key=lambda one: one.order))
        finally:
            self._working -= 1

    async def _together(self, group: Sequence[_Waiting]) -> None:
        try:
            results = await self._commit([one.job for one in group])
        except Exception as error:  # noqa: BLE001  (it is raised where it is awaited)
            if len(group) == 1:
                group[0].fail(error)
            else:
                for one in group:
                    await self._together([one])
        except BaseException:  # the loop is going down: nobody may be left waiting
            for one in group:
                one.done.cancel()
            raise
        else:
            for one, result in zip(group, results, strict=True):
                if not one.done.done():
                    one.done.set_result(result)
