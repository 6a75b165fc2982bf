"""Tickets of the upload page: one link, one file, one person, and an end. Only the fingerprint of a link is kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, delete, insert, or_, select, update

from bot.crypto import fingerprint, new_token
from bot.kernel.clock import Clock
from bot.kernel.ids import PersonId, new_id
from bot.storage.engine import Database
from bot.storage.schema import upload as table

State = Literal["open", "begun", "whole", "handed"]

LONGEST: Final = timedelta(hours=24)  # after this a link ends, however fast bytes still come
_UNFINISHED: Final = table.c.state.in_(("open", "begun"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One link, and how far its file has come."""

    id: UUID
    person: PersonId
    state: State
    size: int
    received: int
    binding: bytes | None = field(repr=False)
    head: bytes | None = field(repr=False)
    lent: bytes | None = field(repr=False)
    created_at: datetime
    expires_at: datetime


class Tickets:
    """Those of one main database. *life* is how long a link may go unused, and how long a sender may fall silent."""

    def __init__(self, db: Database, clock: Clock, *, life: timedelta) -> None:
        self._db = db
        self._clock = clock
        self.life = life

    async def issue(self, person: PersonId) -> tuple[bytes, Sequence[UUID]]:
        """Make a ticket and give its token; it ends the person's unfinished ones, whose ids are given too."""
        token, now = new_token(), self._clock()
        values = {
            "id": new_id(),
            "person_id": person,
            "token_hash": fingerprint(token),
            "state": "open",
            "size": 0,
            "received": 0,
            "created_at": now,
            "expires_at": now + self.life,
            "changed_at": now,
        }
        async with self._db.write() as connection:
            ended = delete(table).where(table.c.person_id == person, _UNFINISHED).returning(table.c.id)
            ids = list(await connection.scalars(ended))
            await connection.execute(insert(table).values(values))
        return token, ids

    async def find(self, token: bytes) -> Ticket | None:
        """Give the ticket of *token*, over or not."""
        return await self._one(table.c.token_hash == fingerprint(token))

    async def get(self, ticket: UUID) -> Ticket | None:
        """Give a ticket by its id."""
        return await self._one(table.c.id == ticket)

    def is_over(self, ticket: Ticket) -> bool:
        """Say whether *ticket* had its time. A file that is here whole has none to keep."""
        return ticket.state in {"open", "begun"} and ticket.expires_at <= self._clock()

    async def begin(self, ticket: Ticket, *, binding: bytes, size: int, head: bytes, lent: bytes) -> bool:
        """Bind *ticket* to its one file; False when it is bound already."""
        values = {"state": "begun", "binding": binding, "size": size, "head": head, "lent": lent}
        return await self._change(ticket.id, table.c.state == "open", **values)

    async def advance(self, ticket: Ticket, *, offset: int, to: int) -> bool:
        """Remember that the file is kept up to *to*; False when it did not stand at *offset*."""
        last = {"state": "whole", "lent": None} if to == ticket.size else {}
        here = and_(table.c.state == "begun", table.c.received == offset)
        ends = min(ticket.created_at + LONGEST, max(ticket.expires_at, self._clock() + self.life))
        return await self._change(ticket.id, here, received=to, expires_at=ends, **last)

    async def handed(self, ticket: UUID) -> None:
        """Remember that the queue knows of the file."""
        await self._change(ticket, table.c.state == "whole", state="handed")

    async def remove(self, tickets: Collection[UUID]) -> None:
        """Forget tickets."""
        async with self._db.write() as connection:
            await connection.execute(delete(table).where(table.c.id.in_(tickets)))

    async def of(self, person: PersonId) -> Sequence[UUID]:
        """Give the tickets of *person*."""
        return await self._ids(table.c.person_id == person)

    async def all(self) -> Sequence[UUID]:
        """Give every ticket there is."""
        return await self._ids()

    async def over(self, *, unread: timedelta) -> Sequence[UUID]:
        """Give the tickets that had their time, and those handed over so long ago that nobody will read them."""
        now = self._clock()
        left = and_(table.c.state == "handed", table.c.changed_at <= now - unread)
        return await self._ids(or_(and_(_UNFINISHED, table.c.expires_at <= now), left))

    async def stranded(self) -> Sequence[Ticket]:
        """Give those whose file is whole while the queue may not know of it: who took the last byte ended then."""
        async with self._db.read() as connection:
            rows = (await connection.execute(select(table).where(table.c.state == "whole"))).all()
        return [_ticket(row) for row in rows]

    async def _one(self, *where: ColumnElement[bool]) -> Ticket | None:
        async with self._db.read() as connection:
            row = (await connection.execute(select(table).where(*where))).one_or_none()
        return None if row is None else _ticket(row)

    async def _ids(self, *where: ColumnElement[bool]) -> Sequence[UUID]:
        async with self._db.read() as connection:
            return list(await connection.scalars(select(table.c.id).where(*where)))

    async def _change(self, ticket: UUID, now_so: ColumnElement[bool], **values: Any) -> bool:
        changed = update(table).where(table.c.id == ticket, now_so).values(changed_at=self._clock(), **values)
        async with self._db.write() as connection:
            return (await connection.execute(changed)).rowcount == 1


def _ticket(row: Row[Any]) -> Ticket:
    return Ticket(
        id=row.id, person=PersonId(row.person_id), state=row.state, size=row.size, received=row.received,
        binding=row.binding, head=row.head, lent=row.lent, created_at=row.created_at, expires_at=row.expires_at,
    )  # fmt: skip
