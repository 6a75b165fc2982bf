"""Who may be in the Health space: 18 or older by their own word, and consenting to the current, versioned text."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from sqlalchemy import Update, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.health.store import schema
from bot.i18n import LANGUAGES, Language
from bot.kernel.clock import Clock
from bot.kernel.ids import PersonId, new_id
from bot.storage.engine import Database

VERSION: Final = "1"


ModelLine = Callable[[Language], str]  # what this installation does with a language model, as the consent says it


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a person has said so far."""

    adult: bool
    consenting: bool  # to the very text that would be shown today


class Consents:
    """Age statements and consents, in the health database: that someone uses Health is itself theirs to know."""

    def __init__(self, db: Database, clock: Clock, *, texts: Path, model_line: ModelLine) -> None:
        self._db = db
        self._clock = clock
        self._texts = texts
        self._model_line = model_line

    def text(self, language: Language) -> str:
        """Give the current consent text, with what this installation does with a language model."""
        raw = (self._texts / f"consent.v{VERSION}.{language}.md").read_text(encoding="utf-8").strip()
        return raw.replace("{model}", self._model_line(language))

    async def standing(self, person: PersonId) -> Standing:
        """Give what *person* has said so far; nothing said means no.

        A consent holds for the words it was given to: another model, region or retention asks again.
        """
        adult = select(schema.profile.c.adult_at).where(schema.profile.c.person_id == person)
        given = (
            select(schema.consent.c.digest)
            .where(schema.consent.c.person_id == person, schema.consent.c.withdrawn_at.is_(None))
            .order_by(schema.consent.c.given_at.desc())
            .limit(1)
        )
        async with self._db.read() as connection:
            is_adult = (await connection.execute(adult)).scalar_one_or_none() is not None
            digest = (await connection.execute(given)).scalar_one_or_none()
        current = {self._digest(language) for language in LANGUAGES}
        return Standing(adult=is_adult, consenting=digest in current)

    async def adult(self, person: PersonId) -> None:
        """Keep that *person* says they are 18 or older."""
        dialect = sqlite if self._db.dialect == "sqlite" else postgresql
        row = dialect.insert(schema.profile).values(person_id=person, adult_at=self._clock())
        async with self._db.write() as connection:
            await connection.execute(row.on_conflict_do_nothing())

    async def give(self, person: PersonId, language: Language) -> None:
        """Keep the consent to the current text, with the digest of the very words shown. Once, if replayed."""
        if (await self.standing(person)).consenting:
            return
        now = self._clock()
        values = {
            "id": new_id(),
            "person_id": person,
            "version": VERSION,
            "digest": self._digest(language),
            "language": language,
            "given_at": now,
        }
        async with self._db.write() as connection:
            await connection.execute(_ending(person, now))  # a consent to other words ends here
            await connection.execute(insert(schema.consent).values(values))

    async def withdraw(self, person: PersonId, *, minor: bool = False) -> None:
        """End the consent in force, if any; a *minor* has not said they are 18 after all."""
        async with self._db.write() as connection:
            await connection.execute(_ending(person, self._clock()))
            if minor:
                await connection.execute(delete(schema.profile).where(schema.profile.c.person_id == person))

    def _digest(self, language: Language) -> str:
        return sha256(self.text(language).encode()).hexdigest()


def _ending(person: PersonId, now: datetime) -> Update:
    in_force = (schema.consent.c.person_id == person, schema.consent.c.withdrawn_at.is_(None))
    return update(schema.consent).where(*in_force).values(withdrawn_at=now)
