"""Forgets finished work once nothing can ask for it again, a few hundred rows at a time: no lock is held for long.

Rows are walked by their id, which is the order they came in: an index of what ended when would cost every message a
write, only to save the purge a look at rows that are still young.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select

from bot.kernel.clock import Clock
from bot.storage.engine import Database
from bot.storage.schema import lane as lanes
from bot.storage.schema import outbox, work
from bot.storage.work.moment import moment
from bot.storage.work.states import DEAD, UNFINISHED

BATCH: Final = 500
MOST: Final = 100_000  # rows one run removes; the next run goes on
_REST: Final = 0.02  # seconds between two batches, for whoever waits to write


@dataclass(frozen=True, slots=True)
class _Window:
    """What was found in the next stretch of ids."""

    last: int
    expired: Collection[int]
    more: bool


class Retention:
    """Removes rows that ended at least *done* or *dead* ago. A key that is gone would be accepted again."""

    def __init__(self, db: Database, clock: Clock, *, done: timedelta, dead: timedelta) -> None:
        self._db = db
        self._clock = clock
        self._done = done
        self._dead = dead

    async def purge(self) -> int:
        """Remove finished rows and what they sent; gives how many."""
        last, removed, more = 0, 0, True
        while more and removed < MOST:
            window = await self._look(last)
            last, more = window.last, window.more
            if window.expired:
                removed += await self._remove(window.expired)
                await asyncio.sleep(_REST)
        return removed

    async def remove_idle_lanes(self) -> int:
        """Remove lanes nothing refers to any more; gives how many. See `first_epoch` for why that is safe."""
        idle = select(lanes.c.name).where(lanes.c.due_at.is_(None), lanes.c.lease_until.is_(None))
        async with self._db.read() as connection:
            unused = idle.except_(select(work.c.lane)).limit(MOST)
            names = list(await connection.scalars(unused))
        removed = 0
        for start in range(0, len(names), BATCH):
            removed += await self._remove_lanes(names[start : start + BATCH])
            await asyncio.sleep(_REST)
        return removed

    def _expired(self) -> ColumnElement[bool]:
        ended = ((state, self._ended_before(age)) for state, age in (("done", self._done), ("dead", self._dead)))
        return or_(*(and_(work.c.state == state, before) for state, before in ended))

    def _ended_before(self, age: timedelta) -> ColumnElement[bool]:
        return work.c.done_at < moment(self._db, self._clock, -age)

    async def _look(self, last: int) -> _Window:
        # One that came lately and is done already; one put back by an operator came long ago.
        young = and_(
            work.c.state == "done", ~self._expired(), work.c.received_at > moment(self._db, self._clock, -self._done)
        )
        following = select(work.c.id, self._expired().label("expired"), young.label("young"))
        async with self._db.read() as connection:
            rows = (await connection.execute(following.where(work.c.id > last).order_by(work.c.id).limit(BATCH))).all()
        # What came after a young row is younger still.
        more = len(rows) == BATCH and not any(row.young for row in rows)
        return _Window(last=rows[-1].id if rows else last, expired=[row.id for row in rows if row.expired], more=more)

    async def _remove(self, ids: Collection[int]) -> int:
        # Locked and looked at again: a dead one may just have been put back.
        mine = select(work.c.id).where(work.c.id.in_(ids), self._expired()).with_for_update(skip_locked=True)
        async with self._db.write() as connection:
            held = list(await connection.scalars(mine))
            await connection.execute(delete(outbox).where(outbox.c.work_id.in_(held)))
            await connection.execute(delete(work).where(work.c.id.in_(held)))
        return len(held)

    async def _remove_lanes(self, names: Collection[str]) -> int:
        """Remove those of *names* nothing needs. Whoever puts a row just then waits for us, and makes the lane again."""
        mine = select(lanes.c.name).where(lanes.c.name.in_(names)).with_for_update(skip_locked=True)
        needed = [exists().where(work.c.lane == lanes.c.name, state) for state in (UNFINISHED, DEAD)]
        async with self._db.write() as connection:
            held = list(await connection.scalars(mine))
            # Only after the lock: so it sees what was put, taken, or died since the names were looked up.
            unused = delete(lanes).where(lanes.c.name.in_(held), *(~one for one in needed))
            return (await connection.execute(unused)).rowcount
