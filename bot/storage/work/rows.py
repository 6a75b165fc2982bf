"""Reads what a lane has to do next, with what is left to send of an answer already committed."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import outbox, work
from bot.storage.work.model import Outgoing, WorkItem

# Written out, not bound: SQLite uses the index of unfinished rows only for the very words it was made with.
UNFINISHED: Final = work.c.state.in_((literal_column("'pending'"), literal_column("'answered'")))


async def oldest_rows(connection: AsyncConnection, names: Collection[str]) -> dict[str, WorkItem]:
    """Give the oldest unfinished row of each lane that has one."""
    firsts = select(func.min(work.c.id)).where(work.c.lane.in_(names), UNFINISHED).group_by(work.c.lane)
    rows = (await connection.execute(select(work).where(work.c.id.in_(firsts)))).all()
    answers = await _outgoing(connection, [row.id for row in rows if row.state == "answered"])
    return {
        row.lane: WorkItem(
            id=row.id,
            key=row.dedupe_key,
            space=row.space,
            payload=row.payload,
            attempts=row.attempts,
            state=row.state,
            crashes=row.crashes,
            placeholder=row.placeholder,
            outbox=tuple(answers.get(row.id, ())),
        )
        for row in rows
    }


async def _outgoing(connection: AsyncConnection, ids: Collection[int]) -> dict[int, list[Outgoing]]:
    found: dict[int, list[Outgoing]] = {}
    if not ids:
        return found
    for row in await connection.execute(select(outbox).where(outbox.c.work_id.in_(ids)).order_by(outbox.c.n)):
        one = Outgoing(n=row.n, body=row.body, state=row.state, message_id=row.message_id)
        found.setdefault(row.work_id, []).append(one)
    return found
