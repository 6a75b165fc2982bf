"""What came of each synchronisation, kind by kind: the newest few are kept, sealed, for their owner to look at."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import delete, insert, select

from bot.health.connectors.model import Harvest, Item
from bot.health.store import schema
from bot.health.vault import Vault
from bot.kernel.clock import Clock
from bot.kernel.ids import PersonId, TurnId
from bot.storage.engine import Database

_KEPT: Final = 10  # runs of one connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One synchronisation that ended."""

    started_at: datetime
    outcome: str
    items: Sequence[Item]


class Runs:
    """Those of one person at a time."""

    def __init__(self, db: Database, vault: Vault, clock: Clock) -> None:
        self._db = db
        self._vault = vault
        self._clock = clock

    async def keep(
        self, person: PersonId, connection: UUID, turn: TurnId, harvest: Harvest, *, started_at: datetime
    ) -> None:
        """Note how a synchronisation went, all of it or nothing; the same turn replayed is noted once, as it ended."""
        run, items, table = uuid5(connection, turn), schema.sync_item, schema.sync_run
        rows = []
        for number, item in enumerate(harvest.items):
            row = uuid5(run, str(number))
            body = await self._vault.seal_json(person, items, row, asdict(item))
            rows.append({"id": row, "person_id": person, "run_id": run, "body": body})
        values = {
            "id": run, "person_id": person, "connection_id": connection, "started_at": started_at,
            "ended_at": self._clock(), "outcome": harvest.outcome,
        }  # fmt: skip
        async with self._db.write() as link:
            await link.execute(delete(items).where(items.c.run_id == run))
            await link.execute(delete(table).where(table.c.id == run))
            newest = select(table.c.id).where(table.c.connection_id == connection).order_by(table.c.started_at.desc())
            old = list(await link.scalars(newest.offset(_KEPT - 1)))
            await link.execute(delete(items).where(items.c.run_id.in_(old)))
            await link.execute(delete(table).where(table.c.id.in_(old)))
            await link.execute(insert(table).values(values))
            if rows:
                await link.execute(insert(items), rows)

    async def last(self, person: PersonId, connection: UUID) -> Run | None:
        """Give the newest."""
        table, items = schema.sync_run, schema.sync_item
        newest = (
            select(table.c.id, table.c.started_at, table.c.outcome)
            .where(table.c.connection_id == connection, table.c.person_id == person)
            .order_by(table.c.started_at.desc())
            .limit(1)
        )
        async with self._db.read() as link:
            row = (await link.execute(newest)).one_or_none()
            if row is None:
                return None
            found = (await link.execute(select(items.c.id, items.c.body).where(items.c.run_id == row.id))).all()
        opened = [Item(**await self._vault.unseal_json(person, items, one.id, one.body)) for one in found]
        order = sorted(opened, key=lambda item: item.kind)
        return Run(started_at=row.started_at, outcome=row.outcome, items=order)
