"""A person's confirmed facts: one of each, however many documents say it, and none lost when one of those goes.

Two documents often bring the same result: the laboratory's PDF, then the hospital's record. Both are kept, because both
came; the better source counts, the other one is superseded by it and counts again the day the better one is deleted. A
medicine, a condition or an allergy has one present state: what was confirmed last supersedes what was said before.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.health.facts import Fact
from bot.health.facts.codec import fact_from_json, fact_to_json
from bot.health.facts.model import Category, Kind
from bot.health.store import schema
from bot.health.vault import Vault
from bot.kernel.clock import Clock
from bot.kernel.ids import PersonId
from bot.storage.engine import Database

_RANK: Final[Mapping[Kind, int]] = {"fhir": 5, "record": 5, "cda": 4, "picture": 1, "entry": 0}  # others: 3
_STATES: Final[frozenset[Category]] = frozenset({"condition", "medication", "allergy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Rows to insert, and the facts already held that they supersede."""

    rows: Sequence[Mapping[str, Any]]
    superseded: Mapping[UUID, UUID]  # older fact -> the one that supersedes it


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    fact: Fact
    forms: frozenset[UUID]  # of the same result, itself among them


class FactBook:
    """Facts of one person at a time."""

    def __init__(self, db: Database, vault: Vault, clock: Clock) -> None:
        self._db = db
        self._vault = vault
        self._clock = clock

    async def facts(
        self,
        person: PersonId,
        *,
        analyte: str | None = None,
        category: Category | None = None,
        since: date | None = None,
        until: date | None = None,
        origin: Kind | None = None,
    ) -> Sequence[Fact]:
        """Give the facts that count, newest report first, in its order. An undated one is in no period."""
        table = schema.fact
        mine = (
            select(table.c.id, table.c.body)
            .join(schema.document, schema.document.c.id == table.c.document_id)
            .where(table.c.person_id == person, table.c.superseded_by.is_(None))
            .order_by(schema.document.c.confirmed_at.desc(), table.c.position)
        )
        if analyte is not None:
            mine = mine.where(table.c.analyte_index == await self._vault.index(person, "analyte", analyte))
        async with self._db.read() as connection:
            rows = (await connection.execute(mine)).all()
        opened = [await self._open(person, row.id, row.body) for row in rows]
        return [
            fact
            for fact in opened
            if category in {None, fact.category}
            and origin in {None, fact.origin}
            and (since is None or (fact.date is not None and fact.date >= since))
            and (until is None or (fact.date is not None and fact.date <= until))
        ]

    async def prepare(self, person: PersonId, document: UUID, facts: Sequence[Fact]) -> Prepared:
        """Seal *facts* of *document* as rows, each beside whatever already says the same."""
        keys = [same_key(fact) for fact in facts]
        indexes = [await self._vault.index(person, "same", key) if key else None for key in keys]
        known = await self._known(person, document, {index for index in indexes if index is not None})
        better: dict[str, UUID] = {}  # of a result, in whichever of its forms
        superseded: dict[UUID, UUID] = {}
        for fact, index in zip(facts, indexes, strict=True):
            for other in known.get(index, ()) if index else ():
                if _wins(fact, other.fact):
                    superseded |= dict.fromkeys(other.forms, UUID(fact.id))
                elif _is_same(fact, other.fact):
                    better.setdefault(fact.form_of or fact.id, UUID(other.fact.id))
        rows = [
            await self._row(person, document, fact, position=n)
            | {"same_index": index, "superseded_by": better.get(fact.form_of or fact.id)}
            for n, (fact, index) in enumerate(zip(facts, indexes, strict=True))
        ]
        return Prepared(rows=rows, superseded=superseded)

    async def insert(self, connection: AsyncConnection, prepared: Prepared) -> None:
        """Insert what `prepare` gave, in the caller's transaction."""
        if prepared.rows:
            await connection.execute(insert(schema.fact), list(prepared.rows))
        for older, newer in prepared.superseded.items():
            await connection.execute(update(schema.fact).where(schema.fact.c.id == older).values(superseded_by=newer))

    async def remove(self, connection: AsyncConnection, person: PersonId, document: UUID) -> None:
        """Delete the facts of *document*; what only they superseded counts again."""
        table = schema.fact
        going = select(table.c.id).where(table.c.person_id == person, table.c.document_id == document)
        await connection.execute(
            update(table)
            .where(table.c.person_id == person, table.c.superseded_by.in_(going))
            .values(superseded_by=None)
        )
        await connection.execute(delete(table).where(table.c.person_id == person, table.c.document_id == document))

    async def _known(
        self, person: PersonId, document: UUID, indexes: Iterable[bytes]
    ) -> Mapping[bytes, Sequence[_Known]]:
        """Find what counts today under *indexes*, said by other documents."""
        table = schema.fact
        counts = (table.c.person_id == person, table.c.superseded_by.is_(None))
        same = (table.c.document_id != document, table.c.same_index.in_(list(indexes)))
        theirs = select(table.c.document_id).where(*counts, *same)
        whole = select(table.c.id, table.c.same_index, table.c.body).where(*counts, table.c.document_id.in_(theirs))
        async with self._db.read() as connection:
            rows = (await connection.execute(whole)).all()
        opened = [(row.same_index, await self._open(person, row.id, row.body)) for row in rows]
        forms: dict[str, set[UUID]] = {}
        for _, fact in opened:
            forms.setdefault(fact.form_of or fact.id, set()).add(UUID(fact.id))
        known: dict[bytes, list[_Known]] = {}
        for index, fact in opened:
            known.setdefault(index, []).append(_Known(fact=fact, forms=frozenset(forms[fact.form_of or fact.id])))
        return known

    async def _row(self, person: PersonId, document: UUID, fact: Fact, *, position: int) -> dict[str, Any]:
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

    async def _open(self, person: PersonId, row: UUID, body: bytes) -> Fact:
        return fact_from_json(await self._vault.unseal_json(person, schema.fact, row, body))


def same_key(fact: Fact) -> str | None:
    """Give what two tellings of one fact have in common; None when it is too little to say so.

    A result: what, the day, the value, the unit. A medicine, a condition, an allergy: its name alone.
    """
    name = fact.analyte or fact.code or folded(fact.label)
    if fact.category in _STATES:
        return f"{fact.category}|{folded(fact.label)}"
    if fact.date is None:
        return None
    value = f"{fact.comparator}{fact.number.normalize():f}" if fact.number is not None else folded(fact.value)
    specimen = "" if fact.analyte else folded(fact.specimen)  # an analyte we know names its specimen already
    return f"{fact.category}|{name}|{fact.date}|{value}|{fact.ucum or folded(fact.unit)}|{specimen}"


def _is_same(one: Fact, other: Fact) -> bool:
    """Two measurements of one day may agree by chance: different hours are different facts."""
    return one.at is None or other.at is None or one.at == other.at


def _wins(new: Fact, held: Fact) -> bool:
    if new.category in _STATES:
        return True
    return _is_same(new, held) and _RANK.get(new.origin, 3) > _RANK.get(held.origin, 3)


def folded(text: str) -> str:
    """Give *text* without what does not change a name: capitals, accents, blanks."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())
