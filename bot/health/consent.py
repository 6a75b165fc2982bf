"""Who may be in the Health space: 18 or older by their own word, and consenting to the current, versioned text."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.health.store import schema
from bot.i18n import Language
from bot.kernel.clock import Clock
from bot.kernel.ids import PersonId, new_id
from bot.storage.engine import Database

VERSION: Final = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a person has said so far."""

    adult: bool
    consent: str | None  # version of the consent in force, None when there is none


class Consents:
    """Age statements and consents, in the health database: that someone uses Health is itself theirs to know."""

    def __init__(self, db: Database, clock: Clock, *, texts: Path) -> None:
        self._db = db
        self._clock = clock
        self._texts = texts

    def text(self, language: Language, *, model: str) -> str:
        """Give the current consent text; *model* says what this installation does with a language model."""
        return self._raw(language).replace("{model}", model)

    async def standing(self, person: PersonId) -> Standing:
        """Give what *person* has said so far; nothing said means no."""
        adult = select(schema.profile.c.adult_at).where(schema.profile.c.person_id == person)
        given = (
            select(schema.consent.c.version)
            .where(schema.consent.c.person_id == person, schema.consent.c.withdrawn_at.is_(None))
            .order_by(schema.consent.c.given_at.desc())
            .limit(1)
        )
        async with self._db.read() as connection:
            is_adult = (await connection.execute(adult)).scalar_one_or_none() is not None
            return Standing(adult=is_adult, consent=(await connection.execute(given)).scalar_one_or_none())

    async def adult(self, person: PersonId) -> None:
        """Keep that *person* says they are 18 or older."""
        dialect = sqlite if self._db.dialect == "sqlite" else postgresql
        row = dialect.insert(schema.profile).values(person_id=person, adult_at=self._clock())
        async with self._db.write() as connection:
            await connection.execute(row.on_conflict_do_nothing())

    async def give(self, person: PersonId, language: Language, *, model: str) -> None:
        """Keep the consent to the current text, with the digest of the very words shown. Once, if replayed."""
        if (await self.standing(person)).consent == VERSION:
            return
        digest = sha256(self.text(language, model=model).encode()).hexdigest()
        now = self._clock()
        values = {
            "id": new_id(),
            "person_id": person,
            "version": VERSION,
            "digest": digest,
            "language": language,
            "given_at": now,
        }
        older = (
            update(schema.consent)
            .where(schema.consent.c.person_id == person, schema.consent.c.withdrawn_at.is_(None))
            .values(withdrawn_at=now)
        )
        async with self._db.write() as connection:
            await connection.execute(older)
            await connection.execute(insert(schema.consent).values(values))

    def _raw(self, language: Language) -> str:
        return (self._texts / f"consent.v{VERSION}.{language}.md").read_text(encoding="utf-8").strip()
