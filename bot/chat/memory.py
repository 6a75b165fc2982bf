"""A space's history and notes, sealed under the person's key of that space: never readable from the tables.

Each space has its own instance over its own database and keys; nothing here joins two of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, Literal
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, Connection, Executable, Integer, Row, Table, bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.chat.worries import Asked
from bot.crypto import Place
from bot.kernel.clock import Clock
from bot.kernel.ids import PersonId, TurnId, new_id
from bot.kernel.sensitive import Sensitive
from bot.storage.engine import Database
from bot.storage.sealing import Sealer

Role = Literal["user", "assistant"]
MOST_NOTES: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One side of one turn."""

    role: Role
    text: Sensitive[str]


class Memory:
    """A person's conversation in one space: what was said, and the short notes they asked to keep."""

    def __init__(self, db: Database, sealer: Sealer, clock: Clock, *, turns: Table, notes: Table) -> None:
        self._db = db
        self._sealer = sealer
        self._clock = clock
        self._turns = turns
        self._notes = notes
        insert = (sqlite if db.dialect == "sqlite" else postgresql).insert
        # Built once, for every message asks: building a statement costs more than running it.
        self._adding = {table.name: insert(table).on_conflict_do_nothing() for table in (turns, notes)}
        theirs = select(turns.c.id, turns.c.turn_id, turns.c.role, turns.c.body, turns.c.created_at)
        theirs = theirs.where(turns.c.person_id == bindparam("person")).limit(bindparam("most", type_=Integer))
        # Newest first; "assistant" after "user".
        self._newest = theirs.order_by(turns.c.turn_id.desc(), turns.c.role.asc())
        self._newest_said = theirs.where(turns.c.role == "user").order_by(turns.c.turn_id.desc())

    async def remember(self, person: PersonId, turn: TurnId, said: Sequence[Said]) -> None:
        """Keep both sides of *turn*; the same turn replayed is kept once."""
        rows = []
        for one in said:
            row = new_id()
            body = await self._sealer.seal(_place(person, self._turns, row), one.text.reveal().encode())
            rows.append(
                {
                    "id": row,
                    "person_id": person,
                    "turn_id": turn,
                    "role": one.role,
                    "body": body,
                    "created_at": self._clock(),
                }
            )
        await self._insert(self._turns, rows)

    async def latest(self, person: PersonId, *, limit: int) -> Sequence[Said]:
        """Give the newest *limit* messages, oldest first."""
        rows = await self._db.look(partial(_rows, statement=self._newest, person=person, most=limit))
        return [Said(role=row.role, text=await self._open(person, self._turns, row.id, row.body)) for row in rows[::-1]]

    async def asked_since(self, person: PersonId, since: datetime, *, before: TurnId) -> Sequence[Asked]:
        """Give what the person said since then in turns before that one, with its time, oldest first."""
        theirs = (
            select(self._turns.c.id, self._turns.c.body, self._turns.c.created_at)
            .where(self._turns.c.person_id == person, self._turns.c.role == "user", self._turns.c.created_at >= since)
            .where(self._turns.c.turn_id < before)
            .order_by(self._turns.c.turn_id)
        )
        async with self._db.read() as connection:
            rows = (await connection.execute(theirs)).all()
        return [Asked(text=await self._open(person, self._turns, row.id, row.body), at=row.created_at) for row in rows]

    async def said_since(
        self, person: PersonId, moment: datetime, *, but: TurnId, most: int
    ) -> Sequence[Sensitive[str]]:
        """Give what the person said since *moment*, oldest first, without the turn *but*: the last *most* of it."""
        # By the newest turns, not by time: that would read all of a long history.
        newest = await self._db.look(partial(_rows, statement=self._newest_said, person=person, most=most + 1))
        theirs = [row for row in newest if row.turn_id != but and row.created_at >= moment]
        return [await self._open(person, self._turns, row.id, row.body) for row in theirs[:most][::-1]]

    async def last_at(self, person: PersonId) -> datetime | None:
        """Give when something was last said, None for never."""
        newest = select(func.max(self._turns.c.created_at)).where(self._turns.c.person_id == person)
        async with self._db.read() as connection:
            last: datetime | None = (await connection.execute(newest)).scalar_one_or_none()
        return last

    async def asked(self, person: PersonId, turn: TurnId) -> Sensitive[str] | None:
        """Give what the person said in *turn*, None if it is not kept here."""
        said = select(self._turns.c.id, self._turns.c.body).where(*self._of(person, turn), self._turns.c.role == "user")
        async with self._db.read() as connection:
            row = (await connection.execute(said)).one_or_none()
        return None if row is None else await self._open(person, self._turns, row.id, row.body)

    async def exchange(self, person: PersonId, turn: TurnId) -> Sequence[Said]:
        """Give both sides of *turn*, the person's first; nothing if it is not kept here."""
        columns = select(self._turns.c.id, self._turns.c.role, self._turns.c.body).where(*self._of(person, turn))
        async with self._db.read() as connection:
            rows = (await connection.execute(columns.order_by(self._turns.c.role.desc()))).all()
        return [Said(role=row.role, text=await self._open(person, self._turns, row.id, row.body)) for row in rows]

    async def forget(self, person: PersonId, turn: TurnId) -> None:
        """Delete both sides of *turn*: it was moved to another space at the person's word."""
        async with self._db.write() as connection:
            await connection.execute(delete(self._turns).where(*self._of(person, turn)))
        await self._db.checkpoint()

    async def note(self, person: PersonId, turn: TurnId, text: Sensitive[str]) -> bool:
        """Keep a note the person asked for in *turn*, once; False when there are already too many."""
        row = uuid5(person, turn)
        mine = self._notes.c.person_id == person
        async with self._db.read() as connection:
            others = select(func.count()).select_from(self._notes).where(mine, self._notes.c.id != row)
            if (await connection.execute(others)).scalar_one() >= MOST_NOTES:
                return False
        body = await self._sealer.seal(_place(person, self._notes, row), text.reveal().encode())
        values = {"id": row, "person_id": person, "body": body, "created_at": self._clock()}
        await self._insert(self._notes, [values])
        return True

    async def notes(self, person: PersonId) -> Sequence[Sensitive[str]]:
        """Give the person's notes, oldest first."""
        mine = (
            select(self._notes.c.id, self._notes.c.body)
            .where(self._notes.c.person_id == person)
            .order_by(self._notes.c.created_at)
        )
        async with self._db.read() as connection:
            rows = (await connection.execute(mine)).all()
        return [await self._open(person, self._notes, row.id, row.body) for row in rows]

    async def count(self, person: PersonId) -> tuple[int, int]:
        """Give how many messages and how many notes are kept."""
        async with self._db.read() as connection:
            turns = select(func.count()).select_from(self._turns).where(self._turns.c.person_id == person)
            notes = select(func.count()).select_from(self._notes).where(self._notes.c.person_id == person)
            return (await connection.execute(turns)).scalar_one(), (await connection.execute(notes)).scalar_one()

    async def pseudonym(self, person: PersonId) -> str:
        """Give the name a model provider may know *person* by: keyed, different in each space."""
        return (await self._sealer.index(person, "pseudonym", "model")).hex()

    async def forget_all(self, person: PersonId) -> None:
        """Delete the history and notes of *person* in this space."""
        async with self._db.write() as connection:
            await connection.execute(delete(self._turns).where(self._turns.c.person_id == person))
            await connection.execute(delete(self._notes).where(self._notes.c.person_id == person))
        await self._db.checkpoint()

    async def _insert(self, table: Table, rows: Sequence[dict[str, object]]) -> None:
        """Insert what is not there yet: a turn that is replayed changes nothing."""
        await self._db.run(partial(_add, statement=self._adding[table.name], rows=rows))

    def _of(self, person: PersonId, turn: TurnId) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return self._turns.c.person_id == person, self._turns.c.turn_id == turn

    async def _open(self, person: PersonId, table: Table, row: UUID, body: bytes) -> Sensitive[str]:
        return Sensitive((await self._sealer.unseal(_place(person, table, row), body)).decode())


def _place(person: PersonId, table: Table, row: UUID) -> Place:
    return Place(person=person, table=table.name, column="body", row=row)


def _rows(connection: Connection, *, statement: Executable, person: PersonId, most: int) -> Sequence[Row[Any]]:
    return connection.execute(statement, {"person": person, "most": most}).all()


def _add(connection: Connection, *, statement: Executable, rows: Sequence[dict[str, object]]) -> None:
    connection.execute(statement, rows)
