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

from sqlalchemy import bindparam, delete, insert, select, update
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
        await _supersede(connection, prepared.superseded)

    async def released(self, person: PersonId, document: UUID) -> Mapping[UUID, UUID | None]:
        """Say what counts once *document* is gone: of each fact it superseded, by which other it then is, or by none."""
        table, going = schema.fact, schema.fact.alias()
        freed = (
            select(table.c.id, table.c.same_index, table.c.body, going.c.superseded_by.label("heir"))
            .join(going, going.c.id == table.c.superseded_by)
            .where(table.c.person_id == person, going.c.person_id == person, going.c.document_id == document)
            .order_by(table.c.created_at.desc(), table.c.position)
        )
        async with self._db.read() as connection:
            rows = (await connection.execute(freed)).all()
        given: dict[UUID, UUID | None] = {row.id: row.heir for row in rows if row.heir is not None}
        opened = [(row.same_index, await self._open(person, row.id, row.body)) for row in rows if row.id not in given]
        return given | _heirs(opened)

    async def remove(
        self, connection: AsyncConnection, person: PersonId, document: UUID, released: Mapping[UUID, UUID | None]
    ) -> None:
        """Delete the facts of *document*, in the caller's transaction; *released* is what `released` said."""
        table = schema.fact
        await _supersede(connection, released)
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
    if fact.origin == "entry" and fact.note:  # the hour as typed: the same pressure at eight and at eight again
        value = f"{value}|{folded(fact.note)}"
    specimen = "" if fact.analyte else folded(fact.specimen)  # an analyte we know names its specimen already
    return f"{fact.category}|{name}|{fact.date}|{value}|{fact.ucum or folded(fact.unit)}|{specimen}"


async def _supersede(connection: AsyncConnection, by: Mapping[UUID, UUID | None]) -> None:
    table = schema.fact
    if by:
        one = update(table).where(table.c.id == bindparam("older")).values(superseded_by=bindparam("newer"))
        await connection.execute(one, [{"older": older, "newer": newer} for older, newer in by.items()])


def _heirs(freed: Sequence[tuple[bytes | None, Fact]]) -> dict[UUID, UUID | None]:
    """Choose again among facts that say the same, now that what superseded them all is going."""
    results: dict[str, list[tuple[bytes | None, Fact]]] = {}
    for index, fact in freed:
        results.setdefault(fact.form_of or fact.id, []).append((index, fact))
    counting: dict[bytes, Fact] = {}
    heirs: dict[UUID, UUID | None] = {}
    ordered = sorted(results.values(), key=lambda forms: _standing(forms[0][1]), reverse=True)
    for forms in ordered:
        better = next(
            (counting[index] for index, fact in forms if index in counting and _is_same(fact, counting[index])), None
        )
        for index, fact in forms:
            heirs[UUID(fact.id)] = UUID(better.id) if better else None
            if better is None and index is not None:
                counting.setdefault(index, fact)
    return heirs


def _standing(fact: Fact) -> tuple[date, int]:
    """Order tellings of one fact: of a present state the newest, of a result the best source."""
    newest = fact.date if fact.category in _STATES and fact.date else date.min
    return newest, _RANK.get(fact.origin, 3)


def _is_same(one: Fact, other: Fact) -> bool:
    """Two measurements of one day may agree by chance: different hours are different facts."""
    return one.category in _STATES or one.at is None or other.at is None or one.at == other.at


def _wins(new: Fact, held: Fact) -> bool:
    if new.category in _STATES:  # said of a later day, or of none: what is confirmed last
        return new.date is None or held.date is None or new.date >= held.date
    return _is_same(new, held) and _RANK.get(new.origin, 3) > _RANK.get(held.origin, 3)


def folded(text: str) -> str:
    """Give *text* without what does not change a name: capitals, accents, blanks."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())
