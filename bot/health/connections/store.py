"""Connections as rows: state and times in the clear, whose server and every token sealed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update

from bot.health.connectors.model import Beginning, Grant
from bot.health.store import schema
from bot.health.vault import Vault
from bot.kernel.clock import Clock
from bot.kernel.ids import PersonId, TurnId, new_id
from bot.storage.engine import Database

State = Literal["pending", "connected", "expired", "error", "paused", "disconnected"]
Allowed = Literal["ask", "always", "never"]  # may what a synchronisation brings be used in answers?

_GRACE: Final = timedelta(hours=1)  # for whoever came back in time and waits in their lane
_HELD: Final = schema.connection.c.state != "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One person's connection to one provider."""

    id: UUID
    source: UUID
    state: State
    provider: str  # its short name in the settings
    allowed: Allowed
    grant: Grant | None = field(repr=False)
    kept: Mapping[str, Any] = field(repr=False)  # of a sign-in under way
    patient: str = field(repr=False)  # whose record it is, "" until that is known
    turn: str  # that completed it: replayed, it goes on
    expires_at: datetime | None
    created_at: datetime


class Connections:
    """Those of one person at a time."""

    def __init__(self, db: Database, vault: Vault, clock: Clock) -> None:
        self._db = db
        self._vault = vault
        self._clock = clock

    async def begin(
        self, person: PersonId, provider: str, state: str, beginning: Beginning, *, expires_at: datetime, label: str
    ) -> UUID:
        """Keep a sign-in that *person* goes out to; an earlier one to the same provider is void."""
        for other in await self._all(person, schema.connection.c.state == "pending"):
            if other.provider == provider:
                await self.remove(person, other)
        row, source, now = new_id(), new_id(), self._clock()
        body = {"provider": provider, "allowed": "ask", "kept": {**beginning.kept, "state": state}, "turn": ""}
        named = {"kind": "record", "label": label}
        values = {
            "id": row, "person_id": person, "source_id": source, "state": "pending", "expires_at": expires_at,
            "body": await self._vault.seal_json(person, schema.connection, row, body), "created_at": now,
        }  # fmt: skip
        came = {
            "id": source, "person_id": person, "created_at": now,
            "body": await self._vault.seal_json(person, schema.source, source, named),
        }  # fmt: skip
        async with self._db.write() as connection:
            await connection.execute(insert(schema.source).values(came))
            await connection.execute(insert(schema.connection).values(values))
        return row

    async def connect(self, person: PersonId, pending: Connection, grant: Grant, turn: TurnId) -> Connection:
        """Keep the access that a sign-in came to. One that was there before, to the same record, goes on with it."""
        held = [one for one in await self.of(person) if one.provider == pending.provider]
        goes_on = next((one for one in held if one.patient == grant.patient), pending)
        allowed = "ask" if goes_on.allowed == "never" else goes_on.allowed
        new = {"grant": grant.to_json(), "patient": grant.patient, "kept": {}, "turn": turn, "allowed": allowed}
        await self._change(person, goes_on.id, "connected", **new)
        if goes_on.id != pending.id:
            await self.remove(person, pending)
        return await self.get(person, goes_on.id) or goes_on

    async def connected_in(self, person: PersonId, turn: TurnId) -> Connection | None:
        """Give the one that *turn* already completed: the turn is replayed."""
        return next((one for one in await self.of(person) if one.turn == turn), None)

    async def renew(self, person: PersonId, connection: UUID, grant: Grant) -> None:
        """Keep a renewed access."""
        await self._change(person, connection, None, grant=grant.to_json())

    async def stand(self, person: PersonId, connection: UUID, state: State) -> None:
        """Set the state; whoever is disconnected keeps no token."""
        forgotten: dict[str, Any] = {"grant": None, "kept": {}} if state == "disconnected" else {}
        await self._change(person, connection, state, **forgotten)

    async def allow(self, person: PersonId, source: UUID, allowed: Allowed) -> None:
        """Keep whether what comes from *source* may be used."""
        for one in await self._all(person, schema.connection.c.source_id == source):
            await self._change(person, one.id, None, allowed=allowed)

    async def get(self, person: PersonId, connection: UUID) -> Connection | None:
        """Give one of *person*'s; another person's is not found."""
        return next(iter(await self._all(person, schema.connection.c.id == connection)), None)

    async def of(self, person: PersonId) -> Sequence[Connection]:
        """Give those that came to be, oldest first."""
        return await self._all(person, _HELD)

    async def by_source(self, person: PersonId, source: UUID) -> Connection | None:
        """Give the one that brings *source*."""
        return next(iter(await self._all(person, schema.connection.c.source_id == source)), None)

    async def remove(self, person: PersonId, connection: Connection) -> None:
        """Delete a connection with its tokens and all that was noted of it, at once."""
        table, source, run = schema.connection, schema.source, schema.sync_run
        runs = select(run.c.id).where(run.c.connection_id == connection.id, run.c.person_id == person)
        async with self._db.write() as link:
            await link.execute(delete(schema.sync_item).where(schema.sync_item.c.run_id.in_(runs)))
            await link.execute(delete(run).where(run.c.connection_id == connection.id, run.c.person_id == person))
            await link.execute(delete(table).where(table.c.id == connection.id, table.c.person_id == person))
            await link.execute(delete(source).where(source.c.id == connection.source, source.c.person_id == person))
        await self._db.checkpoint()

    async def count(self, person: PersonId) -> int:
        """Count those that came to be."""
        mine = select(func.count()).select_from(schema.connection).where(schema.connection.c.person_id == person, _HELD)
        async with self._db.read() as connection:
            return (await connection.execute(mine)).scalar_one()

    async def due(self, *, before: datetime, most: int) -> Sequence[tuple[PersonId, UUID]]:
        """Give connections in use whose last synchronisation began before then: whose they are, and which."""
        table, run = schema.connection, schema.sync_run
        last = select(func.max(run.c.started_at)).where(run.c.connection_id == table.c.id).scalar_subquery()
        old = (
            select(table.c.person_id, table.c.id)
            .where(table.c.state.in_(["connected", "error"]), or_(last.is_(None), last < before))
            .order_by(table.c.id)
            .limit(most)
        )
        async with self._db.read() as connection:
            return [(PersonId(row.person_id), row.id) for row in await connection.execute(old)]

    async def forget_pending(self) -> int:
        """Forget sign-ins nobody came back from; gives how many."""
        table = schema.connection
        over = (table.c.state == "pending", table.c.expires_at < self._clock() - _GRACE)
        async with self._db.write() as connection:
            sources = list(await connection.scalars(delete(table).where(*over).returning(table.c.source_id)))
            await connection.execute(delete(schema.source).where(schema.source.c.id.in_(sources)))
        return len(sources)

    async def seen(self, person: PersonId, connection: UUID) -> dict[str, Any]:
        """Give the fingerprints of what was brought: those that are settled, and those offered by document."""
        table = schema.connection
        cell = select(table.c.seen).where(table.c.id == connection, table.c.person_id == person)
        async with self._db.read() as link:
            sealed: bytes | None = (await link.execute(cell)).scalar_one_or_none()
        if sealed is None:
            return {"known": [], "offered": {}}
        return await self._vault.unseal_json(person, table, connection, sealed, column="seen")

    async def saw(self, person: PersonId, connection: UUID, seen: Mapping[str, Any]) -> None:
        """Keep what `seen` gives next."""
        table = schema.connection
        sealed = await self._vault.seal_json(person, table, connection, seen, column="seen")
        mine = update(table).where(table.c.id == connection, table.c.person_id == person).values(seen=sealed)
        async with self._db.write() as link:
            await link.execute(mine)

    async def _change(self, person: PersonId, row: UUID, state: State | None, **body: Any) -> None:
        table = schema.connection
        mine = (table.c.id == row, table.c.person_id == person)
        async with self._db.read() as link:
            sealed: bytes | None = (await link.execute(select(table.c.body).where(*mine))).scalar_one_or_none()
        if sealed is None:
            return  # deleted meanwhile
        opened = await self._vault.unseal_json(person, table, row, sealed) | body
        values: dict[str, Any] = {"body": await self._vault.seal_json(person, table, row, opened)}
        grant = opened.get("grant")
        values |= {"expires_at": datetime.fromisoformat(grant["expires_at"]) if grant else None}
        values |= {"state": state} if state else {}
        async with self._db.write() as link:
            await link.execute(update(table).where(*mine).values(values))

    async def _all(self, person: PersonId, *where: ColumnElement[bool]) -> Sequence[Connection]:
        table = schema.connection
        mine = select(table).where(table.c.person_id == person, *where).order_by(table.c.created_at, table.c.id)
        async with self._db.read() as link:
            rows = (await link.execute(mine)).all()
        return [_connection(row, await self._vault.unseal_json(person, table, row.id, row.body)) for row in rows]


def _connection(row: Any, body: Mapping[str, Any]) -> Connection:
    grant = body.get("grant")
    return Connection(
        id=row.id, source=row.source_id, state=row.state, provider=body["provider"], allowed=body["allowed"],
        grant=Grant.from_json(grant) if grant else None, kept=body.get("kept", {}), turn=body["turn"],
        patient=body.get("patient", ""),
        expires_at=row.expires_at, created_at=row.created_at,
    )  # fmt: skip
