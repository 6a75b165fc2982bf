"""What Health holds of a person, counted and erased: the key first, so that backups stay unreadable, then rows and files."""

from dataclasses import dataclass

from sqlalchemy import delete

from bot.chat.memory import Memory
from bot.health.connections.store import Connections
from bot.health.records import Records
from bot.health.sent import SentFiles
from bot.health.store import schema
from bot.kernel.ids import PersonId
from bot.storage.engine import Database
from bot.storage.keys import KeyStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Counts by kind; never content."""

    documents: int
    facts: int
    months: int  # of what devices counted
    messages: int
    notes: int
    connections: int  # to medical records

    @property
    def anything(self) -> bool:
        """Say whether anything at all is held."""
        return bool(self.documents or self.facts or self.months or self.messages or self.notes or self.connections)


class HealthHolder:
    """Answers for every table of the health database."""

    def __init__(
        self,
        *,
        db: Database,
        keys: KeyStore,
        memory: Memory,
        records: Records,
        sent: SentFiles,
        connections: Connections,
    ) -> None:
        self._db = db
        self._keys = keys
        self._memory = memory
        self._records = records
        self._sent = sent
        self._connections = connections

    async def held(self, person: PersonId) -> Held:
        """Count what is held of *person*."""
        records = await self._records.holdings(person)
        messages, notes = await self._memory.count(person)
        return Held(
            documents=records.documents, facts=records.facts, months=records.months, messages=messages, notes=notes,
            connections=await self._connections.count(person),
        )  # fmt: skip

    async def erase(self, person: PersonId) -> None:
        """Destroy the person's key, then every row and file. Repeating it is harmless."""
        await self._keys.destroy(person)
        files = await self._records.files(person)
        async with self._db.write() as connection:
            for table in schema.OF_A_PERSON:
                await connection.execute(delete(table).where(table.c.person_id == person))
        await self._db.checkpoint()
        await self._sent.forget(person, files)
