"""Who is talking: one row a person in the main database, with the space their conversation is in."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update

from bot.chat.model import Arrival, Space
from bot.i18n import Language, language_of
from bot.kernel.clock import Clock
from bot.kernel.ids import PersonId, new_id
from bot.storage.engine import ConflictError, Database
from bot.storage.schema import person as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person as the general side knows them: whether they use Health, never anything of it."""

    id: PersonId
    chat: int
    language: Language
    mode: Space
    order: int  # how often the mode was decided so far
    country: str | None = None  # ISO 3166-1, where they said they are
    reachable: bool = True  # False: they blocked the bot or are gone; send nothing unasked


class People:
    """The person table. Every change is its own short transaction."""

    def __init__(self, db: Database, clock: Clock, *, default_language: Language) -> None:
        self._db = db
        self._clock = clock
        self._default = default_language
        known = select(
            table.c.id,
            table.c.chat_id,
            table.c.language,
            table.c.space,
            table.c.mode_order,
            table.c.country,
            table.c.unreachable_at,
        )
        self._by_telegram = known.where(table.c.telegram_id == bindparam("sought"))
        self._by_id = known.where(table.c.id == bindparam("sought"))

    async def meet(self, arrival: Arrival) -> Person:
        """Find the person behind *arrival*, or make their row; who writes can be reached again."""
        person = await self.know(arrival.user, chat=arrival.chat, language_code=arrival.language_code)
        if person.reachable:
            return person
        await self._set(person.id, unreachable_at=None)
        return replace(person, reachable=True)

    async def know(self, telegram_id: int, *, chat: int, language_code: str | None) -> Person:
        """Find a person, or make their row; a race between two first messages ends in one row."""
        known = await self.by_telegram(telegram_id)
        if known:
            return known
        now = self._clock()
        fresh = Person(
            id=PersonId(new_id()),
            chat=chat,
            language=language_of(language_code, self._default),
            mode=Space.GENERAL,
            order=0,
        )
        values = {
            "id": fresh.id,
            "telegram_id": telegram_id,
            "chat_id": chat,
            "language": fresh.language,
            "space": fresh.mode,
            "created_at": now,
            "seen_at": now,
        }
        try:
            await self._db.run(partial(_make, values=values))
        except ConflictError:
            known = await self.by_telegram(telegram_id)
            if known is None:
                raise
            return known
        return fresh

    async def by_telegram(self, telegram_id: int) -> Person | None:
        """Find a person by their Telegram user id."""
        return await self._one(self._by_telegram, telegram_id)

    async def get(self, person: PersonId) -> Person | None:
        """Find a person by id."""
        return await self._one(self._by_id, person)

    async def _one(self, statement: Select[Any], sought: object) -> Person | None:
        row = await self._db.look(partial(_found, statement=statement, sought=sought))
        if row is None:
            return None
        return Person(
            id=PersonId(row.id),
            chat=row.chat_id,
            language=language_of(row.language, self._default),
            mode=Space(row.space),
            order=row.mode_order,
            country=row.country,
            reachable=row.unreachable_at is None,
        )

    async def move(self, person: PersonId, mode: Space, *, order: int) -> None:
        """Set the space of what the person types next, unless it was decided again since *order*."""
        statement = (
            update(table)
            .where(table.c.id == person, table.c.mode_order <= order)
            .values(space=mode, mode_order=order, seen_at=self._clock())
        )
        async with self._db.write() as connection:
            await connection.execute(statement)

    async def speak(self, person: PersonId, language: Language) -> None:
        """Keep the language the person chose."""
        await self._set(person, language=language)

    async def reside(self, person: PersonId, country: str) -> None:
        """Keep the country the person said they are in; "" forgets the one kept."""
        await self._set(person, country=country or None)

    async def lost(self, person: PersonId) -> None:
        """Keep that nothing reaches the person, until they write again."""
        statement = update(table).where(table.c.id == person).values(unreachable_at=self._clock())
        async with self._db.write() as connection:
            await connection.execute(statement)

    async def _set(self, person: PersonId, **values: object) -> None:
        statement = update(table).where(table.c.id == person).values(**values, seen_at=self._clock())
        async with self._db.write() as connection:
            await connection.execute(statement)


def _found(connection: Connection, *, statement: Select[Any], sought: object) -> Row[Any] | None:
    return connection.execute(statement, {"sought": sought}).one_or_none()


def _make(connection: Connection, *, values: dict[str, object]) -> None:
    connection.execute(insert(table), values)
