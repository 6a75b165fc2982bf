"""Dead letters: rows that failed too often, kept sealed until an operator puts them back or drops them.

They are unreadable here: only workers of their space open them. Whoever looks sees states, times and types of errors.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Update, case, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.kernel.clock import Clock
from bot.storage.engine import Database
from bot.storage.schema import lane as lanes
from bot.storage.schema import outbox, work
from bot.storage.work.moment import moment
from bot.storage.work.states import DEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadRow:
    """One dead row, without what it carries. `lane` names a chat: not for every eye."""

    id: int
    lane: str
    space: str
    attempts: int
    error: str | None
    received_at: datetime
    died_at: datetime
    kept: bool  # False: it died before content was kept, and cannot be put back


class DeadLetters:
    """Those of one main database."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def counts(self) -> dict[str, int]:
        """Count all rows by state."""
        async with self._db.read() as connection:
            by_state = select(work.c.state, func.count().label("rows")).group_by(work.c.state)
            counted = {row.state: row.rows for row in await connection.execute(by_state)}
        return {state: counted.get(state, 0) for state in ("pending", "answered", "done", "dead")}

    async def rows(self, ids: Collection[int] | None = None, *, limit: int | None = None) -> Sequence[DeadRow]:
        """Give the dead rows, oldest first; of *ids* those that are dead."""
        wanted = select(work).where(DEAD).order_by(work.c.id).limit(limit)
        if ids is not None:
            wanted = wanted.where(work.c.id.in_(ids))
        async with self._db.read() as connection:
            found = (await connection.execute(wanted)).all()
        return [
            DeadRow(
                id=row.id,
                lane=row.lane,
                space=row.space,
                attempts=row.attempts,
                error=row.last_error,
                received_at=row.received_at,
                died_at=row.done_at,
                kept=row.payload is not None,
            )
            for row in found
        ]

    async def retry(self, row: DeadRow) -> bool:
        """Put *row* back: it is the oldest of its lane, so it comes before whatever waits there. False: it is gone."""
        answered = exists().where(outbox.c.work_id == work.c.id)
        back = self._of(row).where(work.c.payload.is_not(None))
        async with self._db.write() as connection:
            # The lane first, as every change does: whoever finishes in it waits for us, or is seen.
            due = update(lanes).where(lanes.c.name == row.lane)
            due_at = func.coalesce(lanes.c.due_at, moment(self._db, self._clock))
            if (await connection.execute(due.values(due_at=due_at))).rowcount != 1:
                return False  # a lane stays as long as a dead row is in it
            state = case((answered, "answered"), else_="pending")
            fresh = {"attempts": 0, "crashes": 0, "placeholder": None, "last_error": None, "done_at": None}
            put = await connection.execute(back.values(state=state, **fresh))
            # What waited for it says sorry since: the answer comes as a message of its own, which rings.
            unsent = update(outbox).where(outbox.c.work_id == row.id, outbox.c.state == "pending")
            await connection.execute(unsent.values(message_id=None))
        return put.rowcount == 1

    async def drop(self, row: DeadRow) -> bool:
        """End *row* and erase what it carried; its key is remembered as long as any. False: it is gone."""
        async with self._db.write() as connection:
            return await self._erase(connection, row.id)

    async def forget(self, names: Collection[str], *, space: str) -> int:
        """Drop all dead rows of *space* in the lanes *names*, because their person asked; gives how many."""
        theirs = select(work.c.id).where(DEAD, work.c.lane.in_(names), work.c.space == space)
        async with self._db.write() as connection:
            ids = list(await connection.scalars(theirs))
            return sum([await self._erase(connection, one) for one in ids])

    async def _erase(self, connection: AsyncConnection, row: int) -> bool:
        ended = update(work).where(work.c.id == row, DEAD)
        done = await connection.execute(ended.values(state="done", payload=None, done_at=moment(self._db, self._clock)))
        if done.rowcount != 1:
            return False
        state = case((outbox.c.state == "pending", "refused"), else_=outbox.c.state)
        await connection.execute(update(outbox).where(outbox.c.work_id == row).values(state=state, body=None))
        return True

    @staticmethod
    def _of(row: DeadRow) -> Update:
        return update(work).where(work.c.id == row.id, DEAD)
