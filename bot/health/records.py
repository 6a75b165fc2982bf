"""A person's documents, sealed. A proposal counts for nothing until its owner confirms it; for a day, that is undone.

Whatever a person brings is a document here: a file, an entry typed in the chat, one synchronisation of a connection.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, Update, delete, func, insert, or_, select, update

from bot.health.daybook import DayBook
from bot.health.devices import device_facts
from bot.health.factbook import FactBook
from bot.health.facts import Fact, Report
from bot.health.facts.codec import report_from_json, report_to_json
from bot.health.facts.model import Category, Kind, Review
from bot.health.originals import Kept, Originals, unpacked
from bot.health.store import schema
from bot.health.vault import Vault
from bot.i18n import Language
from bot.kernel.clock import Clock
from bot.kernel.ids import PersonId, TurnId, new_id
from bot.storage.engine import ConflictError, Database

PROPOSAL_LIFE: Final = timedelta(hours=24)  # an unconfirmed proposal is forgotten after this, a discarded one too
MEASURED: Final = frozenset[Category]({"laboratory", "vital", "body", "activity", "sleep", "nutrition"})
UNDO: Final = timedelta(hours=24)  # so long is a confirmed document put back with one tap


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document: what it was read to say, and whether its owner confirmed that."""

    id: UUID
    state: str  # "proposed", "confirmed" or "discarded"
    revision: int
    report: Report
    created_at: datetime
    confirmed_at: datetime | None = None
    message_id: int | None = None  # of the upload, in its owner's chat
    source: UUID | None = None  # the connection's, when one brought it


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """How much is held, by kind."""

    documents: int
    facts: int
    months: int  # of what devices counted


class Records:
    """Documents of one person at a time, and what they say."""

    def __init__(self, db: Database, vault: Vault, clock: Clock, originals: Originals | None = None) -> None:
        self._db = db
        self._vault = vault
        self._clock = clock
        self._originals = originals
        self.book = FactBook(db, vault, clock)
        self.days = DayBook(db, vault, clock)

    async def propose(
        self,
        person: PersonId,
        turn: TurnId,
        original: bytes,
        report: Report,
        *,
        message_id: int | None = None,
        kept: Kept | None = None,
        source: UUID | None = None,
    ) -> Document:
        """Keep *original* and what it was read to say, as a proposal. A replayed turn gets the same one.

        What was typed has no original (`b""`); of a *kept* one, its key is sealed in its place.
        """
        known = await self.of_turn(person, turn)
        if known:
            return known
        row, now = new_id(), self._clock()
        days = await self.days.prepare(person, row, report.rollups)
        report = replace(report, rollups=(), spans=await self.days.spans(person, report.rollups))
        values = {
            "id": row,
            "person_id": person,
            "turn_id": turn,
            "state": "proposed",
            "revision": 0,
            "content_index": await self._content_index(
                person, kept.digest if kept else sha256(original or turn.encode()).hexdigest()
            ),
            "upload_id": kept.key.file if kept else None,
            "message_id": message_id,
            "source_id": source,
            "original": await self._vault.seal(
                person, schema.document, row, kept.packed() if kept else original, column="original"
            ),
            "body": await self._vault.seal_json(person, schema.document, row, report_to_json(report)),
            "created_at": now,
        }
        try:
            async with self._db.write() as connection:
                await connection.execute(insert(schema.document).values(values))
                await self.days.insert(connection, days)
        except ConflictError:
            known = await self.of_turn(person, turn)
            if known is None:
                raise
            return known
        return Document(
            id=row, state="proposed", revision=0, report=report, created_at=now, message_id=message_id, source=source
        )

    async def has(self, person: PersonId, original: bytes) -> bool:
        """Say whether this very file was already confirmed."""
        return await self.has_digest(person, sha256(original).hexdigest())

    async def has_digest(self, person: PersonId, digest: str) -> bool:
        """Say whether a file with this SHA-256 was already confirmed."""
        index = await self._content_index(person, digest)
        same = select(schema.document.c.id).where(
            schema.document.c.person_id == person,
            schema.document.c.content_index == index,
            schema.document.c.state == "confirmed",
        )
        async with self._db.read() as connection:
            return (await connection.execute(same.limit(1))).first() is not None

    async def document(self, person: PersonId, document: UUID) -> Document | None:
        """Give one document of *person*; another person's is not found."""
        return await self._one(person, schema.document.c.id == document)

    async def kept(self, person: PersonId, document: UUID) -> Kept | None:
        """Give what opens a document's original where that is a sealed file of its own."""
        table = schema.document
        one = select(table.c.upload_id, table.c.original).where(table.c.id == document, table.c.person_id == person)
        async with self._db.read() as connection:
            row = (await connection.execute(one)).first()
        if row is None or row.upload_id is None:
            return None
        opened = await self._vault.unseal(person, table, document, row.original, column="original")
        return unpacked(row.upload_id, opened)

    async def files(self, person: PersonId | None = None) -> set[UUID]:
        """Give the sealed files that documents have for originals: of *person*, or of everybody."""
        column = schema.document.c.upload_id
        named = select(column).where(column.is_not(None))
        if person is not None:
            named = named.where(schema.document.c.person_id == person)
        async with self._db.read() as connection:
            return set(await connection.scalars(named))

    async def of_source(self, person: PersonId, source: UUID) -> Mapping[UUID, str]:
        """Give what a connection brought, each with its state."""
        table = schema.document
        mine = select(table.c.id, table.c.state).where(table.c.person_id == person, table.c.source_id == source)
        async with self._db.read() as connection:
            return {row.id: row.state for row in await connection.execute(mine)}

    async def pending(self, person: PersonId) -> Document | None:
        """Give the newest proposal still waiting for its owner."""
        return await self._one(person, schema.document.c.state == "proposed")

    async def brought(self, person: PersonId) -> Sequence[Document]:
        """Give every document that was confirmed, newest first; one reopened since is among them."""
        table = schema.document
        return await self._all(person, table.c.state != "discarded", table.c.confirmed_at.is_not(None))

    async def changed_in(self, person: PersonId, turn: TurnId) -> Document | None:
        """Give the document that *turn* already corrected: the turn is replayed."""
        return await self._one(person, schema.document.c.changed_by == turn)

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
        """Replace a proposal's report after a correction or another reading; None when it changed meanwhile.

        Buttons of the older screen no longer count. A report without days leaves those there are.
        """
        days = await self.days.prepare(person, document.id, report.rollups)
        spans = await self.days.spans(person, report.rollups) if days else report.spans
        report = replace(report, rollups=(), spans=spans)
        body = await self._vault.seal_json(person, schema.document, document.id, report_to_json(report))
        change = (
            _in_state(person, document.id, "proposed")
            .where(schema.document.c.revision == document.revision)
            .values(body=body, revision=document.revision + 1, changed_by=turn)
            .returning(schema.document.c.id)
        )
        async with self._db.write() as connection:
            if (await connection.execute(change)).first() is None:
                return None
            if days:
                await self.days.replace(connection, document.id, days)
        return replace(document, report=report, revision=document.revision + 1)

    async def original(self, person: PersonId, document: UUID) -> bytes | None:
        """Give the file a document was read from, as it came; None when it is a sealed file of its own."""
        table = schema.document
        mine = select(table.c.original).where(
            table.c.id == document, table.c.person_id == person, table.c.upload_id.is_(None)
        )
        async with self._db.read() as connection:
            sealed = (await connection.execute(mine)).scalar_one_or_none()
        return sealed and await self._vault.unseal(person, table, document, sealed, column="original")

    async def confirm(self, person: PersonId, document: Document) -> Sequence[Fact]:
        """Turn the proposal's facts into facts that count, each with its row's id. Once, if replayed."""
        facts = [_owned(document.id, fact, document.report.kind) for fact in document.report.facts]
        prepared = await self.book.prepare(person, document.id, facts)
        confirmed = _in_state(person, document.id, "proposed").values(state="confirmed", confirmed_at=self._clock())
        async with self._db.write() as connection:
            if (await connection.execute(confirmed.returning(schema.document.c.id))).first() is not None:
                await self.book.insert(connection, prepared)
        return facts

    async def reopen(self, person: PersonId, turn: TurnId, document: Document) -> Document:
        """Take a confirmed or discarded document back to a proposal: what it said no longer counts. Once, if replayed.

        One that was ever confirmed is kept until it is confirmed again or discarded.
        """
        revision, now = document.revision + 1, self._clock()
        change = (
            _in_state(person, document.id, document.state)
            .where(schema.document.c.revision == document.revision)
            .values(state="proposed", revision=revision, changed_by=turn, touched_at=now)
        )
        released = await self.book.released(person, document.id)
        async with self._db.write() as connection:
            if (await connection.execute(change.returning(schema.document.c.id))).first() is not None:
                await self.book.remove(connection, person, document.id, released)
        return replace(document, state="proposed", revision=revision)

    async def discard(self, person: PersonId, turn: TurnId, document: UUID) -> None:
        """Set a proposal aside; for a day it can be taken back, then it is forgotten."""
        values = {"state": "discarded", "changed_by": turn, "touched_at": self._clock()}
        async with self._db.write() as connection:
            await connection.execute(_in_state(person, document, "proposed").values(values))

    async def delete(self, person: PersonId, document: UUID) -> None:
        """Delete a document and everything that was read from it, at once."""
        table = schema.document
        released = await self.book.released(person, document)
        async with self._db.write() as connection:
            await self.book.remove(connection, person, document, released)
            one = delete(table).where(table.c.id == document, table.c.person_id == person)
            files = list(await connection.scalars(one.returning(table.c.upload_id)))
        await self._db.checkpoint()
        await self._remove(files)

    async def forget_stale(self) -> int:
        """Forget every proposal nobody confirmed in time; gives how many."""
        table, end = schema.document, self._clock() - PROPOSAL_LIFE
        old = or_(table.c.touched_at < end, table.c.touched_at.is_(None) & (table.c.created_at < end))
        never = (table.c.state == "proposed") & table.c.confirmed_at.is_(None)
        stale = delete(table).where(never | (table.c.state == "discarded"), old)
        async with self._db.write() as connection:
            files = list(await connection.scalars(stale.returning(table.c.upload_id)))
        await self._remove(files)
        return len(files)

    async def facts(self, person: PersonId) -> Sequence[Fact]:
        """Give every fact that counts, newest report first, in the order of the report."""
        return await self.book.facts(person)

    async def measured(self, person: PersonId, language: Language) -> Sequence[Fact]:
        """Give what was measured: results, newest report first, then each device's newest days."""
        facts = await self.book.facts(person)
        return [
            *(fact for fact in facts if fact.category in MEASURED),
            *await device_facts(self.days, person, language),
        ]

    async def holdings(self, person: PersonId) -> Holdings:
        """Count what is held."""
        kept = (schema.document.c.person_id == person, schema.document.c.state != "discarded")
        documents = select(func.count()).select_from(schema.document).where(*kept)
        results = (schema.fact.c.person_id == person, schema.fact.c.repeats.is_(False))
        facts = select(func.count()).select_from(schema.fact).where(*results)
        async with self._db.read() as connection:
            counted = [(await connection.execute(one)).scalar_one() for one in (documents, facts)]
        return Holdings(documents=counted[0], facts=counted[1], months=await self.days.count(person))

    async def _remove(self, files: Sequence[UUID | None]) -> None:
        """Remove originals whose rows are gone; should we end before, the clock's tidying finds them."""
        if self._originals is not None:
            await self._originals.remove([file for file in files if file is not None])

    async def _content_index(self, person: PersonId, digest: str) -> bytes:
        return await self._vault.index(person, "content", digest)

    async def of_turn(self, person: PersonId, turn: TurnId) -> Document | None:
        """Give what *turn* proposed."""
        return await self._one(person, schema.document.c.turn_id == turn)

    async def _one(self, person: PersonId, *where: ColumnElement[bool]) -> Document | None:
        return next(iter(await self._all(person, *where, limit=1)), None)

    async def _all(self, person: PersonId, *where: ColumnElement[bool], limit: int | None = None) -> Sequence[Document]:
        table = schema.document
        columns = ("id", "state", "revision", "body", "created_at", "confirmed_at", "message_id", "source_id")
        newest = (
            select(*(table.c[name] for name in columns))
            .where(table.c.person_id == person, table.c.body != b"", *where)  # emptied: by an older Carnet
            .order_by(func.coalesce(table.c.touched_at, table.c.created_at).desc(), table.c.id)
            .limit(limit)
        )
        async with self._db.read() as connection:
            rows = (await connection.execute(newest)).all()
        return [
            Document(
                id=row.id, state=row.state, revision=row.revision, created_at=row.created_at,
                confirmed_at=row.confirmed_at, message_id=row.message_id, source=row.source_id,
                report=report_from_json(await self._vault.unseal_json(person, table, row.id, row.body)),
            )
            for row in rows
        ]  # fmt: skip


def _owned(document: UUID, fact: Fact, origin: Kind) -> Fact:
    """Give *fact* its lasting id, the same each time: from the document and its number there."""
    form_of = uuid5(document, fact.form_of).hex if fact.form_of else None
    review: Review = "edited" if fact.review == "edited" else "confirmed"
    return replace(fact, id=uuid5(document, fact.id).hex, form_of=form_of, review=review, origin=origin)


def _in_state(person: PersonId, document: UUID, state: str) -> Update:
    """Change a document of *person* while it is in *state*, and nothing else."""
    table = schema.document
    return update(table).where(table.c.id == document, table.c.person_id == person, table.c.state == state)
