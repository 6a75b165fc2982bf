"""How much of a result each person wants to read: chosen by them, sealed with their health data, erased with it."""

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from bot.health.answers.model import Detail
from bot.health.store import schema
from bot.health.vault import Vault
from bot.kernel.clock import Clock
from bot.kernel.ids import PersonId
from bot.storage.engine import Database


class Dials:
    """One choice a person; everything is told to whoever has not chosen."""

    def __init__(self, db: Database, vault: Vault, clock: Clock) -> None:
        self._db = db
        self._vault = vault
        self._clock = clock

    async def get(self, person: PersonId) -> Detail:
        """Give what *person* chose."""
        chosen = select(schema.preference.c.body).where(schema.preference.c.person_id == person)
        async with self._db.read() as connection:
            body = (await connection.execute(chosen)).scalar_one_or_none()
        if body is None:
            return Detail.FULL
        return Detail((await self._vault.unseal_json(person, schema.preference, person, body))["detail"])

    async def set(self, person: PersonId, detail: Detail) -> None:
        """Keep what *person* chose."""
        # The person's id is the row's: one row each, and the seal is bound to it.
        body = await self._vault.seal_json(person, schema.preference, person, {"detail": str(detail)})
        changed = {"body": body, "changed_at": self._clock()}
        dialect = sqlite if self._db.dialect == "sqlite" else postgresql
        row = dialect.insert(schema.preference).values(person_id=person, **changed)
        async with self._db.write() as connection:
            await connection.execute(row.on_conflict_do_update(index_elements=["person_id"], set_=changed))
