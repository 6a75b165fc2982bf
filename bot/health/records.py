"""A person's documents and confirmed facts, sealed. A proposal counts for nothing until its owner confirms it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, Update, delete, func, insert, select, update

from bot.health.facts import Fact, Report
from bot.health.facts.codec import fact_from_json, fact_to_json, report_from_json, report_to_json
from bot.health.facts.model import Review
from bot.health.store import schema
from bot.health.vault import Vault
from bot.kernel.clock import Clock
from bot.kernel.ids import PersonId, TurnId, new_id
from bot.storage.engine import ConflictError, Database

PROPOSAL_LIFE: Final = timedelta(hours=24)  # an unconfirmed proposal is forgotten after this


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document: what it was read to say, and whether its owner confirmed that."""

    id: UUID
    state: str  # "proposed" or "confirmed"
    revision: int
    report: Report
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """How much is held, by kind."""

    documents: int
    facts: int


class Records:
    """Documents and facts of one person at a time."""

    def __init__(self, db: Database, vault: Vault, clock: Clock) -> None:
        self._db = db
        self._vault = vault
        self._clock = clock

    async def propose(self, person: PersonId, turn: TurnId, original: bytes, report: Report) -> Document:
        """Keep *original* and what it was read to say, as a proposal. A replayed turn gets the same one."""
        known = await self._by_turn(person, turn)
        if known:
            return known
        row, now = new_id(), self._clock()
        values = {
            "id": row,
            "person_id": person,
            "turn_id": turn,
            "state": "proposed",
            "revision": 0,
            "content_index": await self._content_index(person, original),
            "original": await self._vault.seal(person, schema.document, row, original, column="original"),
            "body": await self._vault.seal_json(person, schema.document, row, report_to_json(report)),
            "created_at": now,
        }
        try:
            async with self._db.write() as connection:
                await connection.execute(insert(schema.document).values(values))
        except ConflictError:
            known = await self._by_turn(person, turn)
            if known is None:
                raise
            return known
        return Document(id=row, state="proposed", revision=0, report=report, created_at=now)

    async def has(self, person: PersonId, original: bytes) -> bool:
        """Say whether this very file was already confirmed."""
        index = await self._content_index(person, original)
        same = select(schema.document.c.id).where(
            schema.document.c.person_id == person,
            schema.document.c.content_index == index,
            schema.document.c.state == "confirmed",
        )
        async with self._db.read() as connection:
            return (await connection.execute(same.limit(1))).first() is not None

    async def document(self, person: PersonId, document: UUID) -> Document | None:
        """Give one document of *person*; another person's, or a discarded one, is not found."""
        return await self._one(person, schema.document.c.id == document)

    async def pending(self, person: PersonId) -> Document | None:
        """Give the newest proposal still waiting for its owner."""
        return await self._one(person, schema.document.c.state == "proposed")

    async def changed_in(self, person: PersonId, turn: TurnId) -> Document | None:
        """Give the document that *turn* already corrected: the turn is replayed."""
        return await self._one(person, schema.document.c.changed_by == turn)

    async def discarded_in(self, person: PersonId, turn: TurnId) -> bool:
        """Say whether *turn* already discarded a document: the turn is replayed."""
        table = schema.document
        mine = (table.c.person_id == person, table.c.state == "discarded", table.c.changed_by == turn)
        async with self._db.read() as connection:
            return (await connection.execute(select(table.c.id).where(*mine))).first() is not None

    async def has_twin(self, person: PersonId, document: UUID) -> bool:
        """Say whether another, confirmed document is the very same file."""
        table, other = schema.document, schema.document.alias()
        same = select(other.c.id).where(
            table.c.id == document,
            table.c.person_id == person,
            other.c.person_id == person,
            other.c.id != document,
            other.c.content_index == table.c.content_index,
            other.c.state == "confirmed",
        )
        async with self._db.read() as connection:
            return (await connection.execute(same.limit(1))).first() is not None

    async def revise(self, person: PersonId, turn: TurnId, document: Document, report: Report) -> Document | None:
        """Replace a proposal's report after a correction; None when it changed meanwhile.

        Buttons of the older screen no longer count.
        """
        body = await self._vault.seal_json(person, schema.document, document.id, report_to_json(report))
        change = (
            _proposed(person, document.id)
            .where(schema.document.c.revision == document.revision)
            .values(body=body, revision=document.revision + 1, changed_by=turn)
            .returning(schema.document.c.id)
        )
        async with self._db.write() as connection:
            if (await connection.execute(change)).first() is None:
                return None
        return replace(document, report=report, revision=document.revision + 1)

    async def confirm(self, person: PersonId, document: Document) -> Sequence[Fact]:
        """Turn the proposal's facts into facts that count, each with its row's id. Once, if replayed."""
        facts = [_owned(document.id, fact) for fact in document.report.facts]
        rows = [await self._fact_row(person, document.id, n, fact) for n, fact in enumerate(facts)]
        confirmed = _proposed(person, document.id).values(state="confirmed", confirmed_at=self._clock())
        change = confirmed.returning(schema.document.c.id)
        async with self._db.write() as connection:
            if (await connection.execute(change)).first() is not None and rows:
                await connection.execute(insert(schema.fact), rows)
        return facts

    async def discard(self, person: PersonId, turn: TurnId, document: UUID) -> None:
        """Empty a proposal of all it held; the bare row says, until it is tidied away, that *turn* did so."""
        emptied = {"original": b"", "body": b"", "content_index": b""}
        async with self._db.write() as connection:
            await connection.execute(_proposed(person, document).values(state="discarded", changed_by=turn, **emptied))

    async def forget_stale(self) -> int:
        """Forget every proposal nobody confirmed in time; gives how many."""
        old = schema.document.c.created_at < self._clock() - PROPOSAL_LIFE
        stale = delete(schema.document).where(schema.document.c.state.in_(["proposed", "discarded"]), old)
        async with self._db.write() as connection:
            return (await connection.execute(stale)).rowcount

    async def facts(self, person: PersonId) -> Sequence[Fact]:
        """Give every confirmed fact, newest report first, in the order of the report."""
        mine = (
            select(schema.fact.c.id, schema.fact.c.body)
            .join(schema.document, schema.document.c.id == schema.fact.c.document_id)
            .where(schema.fact.c.person_id == person)
            .order_by(schema.document.c.confirmed_at.desc(), schema.fact.c.position)
        )
        async with self._db.read() as connection:
            rows = (await connection.execute(mine)).all()
        return [fact_from_json(await self._vault.unseal_json(person, schema.fact, row.id, row.body)) for row in rows]

    async def holdings(self, person: PersonId) -> Holdings:
        """Count what is held."""
        kept = (schema.document.c.person_id == person, schema.document.c.state != "discarded")
        documents = select(func.count()).select_from(schema.document).where(*kept)
        results = (schema.fact.c.person_id == person, schema.fact.c.repeats.is_(False))
        facts = select(func.count()).select_from(schema.fact).where(*results)
        async with self._db.read() as connection:
            return Holdings(
                documents=(await connection.execute(documents)).scalar_one(),
                facts=(await connection.execute(facts)).scalar_one(),
            )

    async def _fact_row(self, person: PersonId, document: UUID, position: int, fact: Fact) -> dict[str, object]:
        row = UUID(fact.id)
        return {
            "id": row,
            "person_id": person,
            "document_id": document,
            "position": position,
            "repeats": fact.form_of is not None,
            "analyte_index": await self._vault.index(person, "analyte", fact.analyte) if fact.analyte else None,
            "body": await self._vault.seal_json(person, schema.fact, row, fact_to_json(fact)),
            "created_at": self._clock(),
        }

    async def _content_index(self, person: PersonId, original: bytes) -> bytes:
        return await self._vault.index(person, "content", sha256(original).hexdigest())

    async def _by_turn(self, person: PersonId, turn: TurnId) -> Document | None:
        return await self._one(person, schema.document.c.turn_id == turn)

    async def _one(self, person: PersonId, *where: ColumnElement[bool]) -> Document | None:
        table = schema.document
        newest = (
            select(table.c.id, table.c.state, table.c.revision, table.c.body, table.c.created_at)
            .where(table.c.person_id == person, table.c.state != "discarded", *where)
            .order_by(table.c.created_at.desc(), table.c.id)
            .limit(1)
        )
        async with self._db.read() as connection:
            row = (await connection.execute(newest)).one_or_none()
        if row is None:
            return None
        report = report_from_json(await self._vault.unseal_json(person, table, row.id, row.body))
        return Document(id=row.id, state=row.state, revision=row.revision, report=report, created_at=row.created_at)


def _owned(document: UUID, fact: Fact) -> Fact:
    """Give *fact* its lasting id, the same each time: from the document and its number there."""
    form_of = uuid5(document, fact.form_of).hex if fact.form_of else None
    review: Review = "edited" if fact.review == "edited" else "confirmed"
    return replace(fact, id=uuid5(document, fact.id).hex, form_of=form_of, review=review)


def _proposed(person: PersonId, document: UUID) -> Update:
    """Change a proposal of *person*, and nothing else."""
    table = schema.document
    return update(table).where(table.c.id == document, table.c.person_id == person, table.c.state == "proposed")
