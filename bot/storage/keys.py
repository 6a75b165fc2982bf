"""The wrapped keys of one store: a data key for each person, made on first use, destroyed for good.

A destroyed key leaves a tombstone: whoever asks for it is told "erased", and no new one appears unless the person
consents again and `revive` is called. Another process may hold an opened key for up to five minutes more; what it
seals with that key is unreadable from then on.
"""

from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, RowMapping, Table, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.crypto import (
    DataKey,
    KekError,
    KeyErasedError,
    KeyMissingError,
    Keyring,
    bind,
    key_context,
    new_pair,
    new_secret,
)
from bot.kernel.clock import Clock
from bot.kernel.errors import CryptoError
from bot.kernel.ids import new_id
from bot.storage.engine import Database
from bot.storage.opened import OpenedKeys
from bot.storage.schema import data_key, erased, kek_check, queue_key

_KEPT: Final = timedelta(minutes=5)
_MOST_KEPT: Final = 2000  # two for most people: by version, and as the newest
_CANARY: Final = bytes(32)
_NEWEST: Final = (
    select(data_key.c.version, data_key.c.wrapped)
    .where(data_key.c.person_id == bindparam("person"))
    .order_by(data_key.c.version.desc())
    .limit(1)
)


async def has_keys(db: Database) -> bool:
    """Say whether anything in this key store is wrapped: then its key-encryption key must be found, not made."""
    async with db.read() as connection:
        return await _any_row(connection, kek_check, data_key, queue_key)


class KeyStore:
    """Gives out opened keys; their wrapped form is all that is ever stored."""

    def __init__(self, db: Database, keyring: Keyring, *, store: str, clock: Clock) -> None:
        self._db = db
        self._keyring = keyring
        self._store = store
        self._clock = clock
        self._opened = OpenedKeys(clock, most=_MOST_KEPT, kept=_KEPT)

    async def data_key(self, person: UUID) -> DataKey:
        """Give the newest key of *person*, making the first one; `KeyErasedError` if it was destroyed."""
        return self._opened.get(person) or await self._open(person)

    async def data_key_version(self, person: UUID, version: int) -> DataKey:
        """Give the key that sealed something earlier: `KeyErasedError` or `KeyMissingError`, never a new one."""
        return self._opened.get(person, version) or await self._open(person, version)

    async def destroy(self, person: UUID) -> None:
        """Forget every key of *person*, here and in the database's log; repeating it does no harm."""
        async with self._db.write() as connection:
            await self._db.lock(connection, person.bytes)
            newest = select(func.max(data_key.c.version)).where(data_key.c.person_id == person)
            version = (await connection.execute(newest)).scalar_one() or 0
            tombstone = await _tombstone(connection, person)
            if tombstone is not None:
                version = max(version, tombstone["last_version"])
            await connection.execute(delete(data_key).where(data_key.c.person_id == person))
            await connection.execute(delete(erased).where(erased.c.person_id == person))
            await connection.execute(
                insert(erased).values(person_id=person, last_version=version, at=self._clock(), revived_at=None)
            )
        self._opened.evict(person)
        await self._db.checkpoint()

    async def revive(self, person: UUID) -> None:
        """Allow a fresh key after an erasure, because the person asked; what was erased stays erased."""
        statement = update(erased).where(erased.c.person_id == person, erased.c.revived_at.is_(None))
        async with self._db.write() as connection:
            await connection.execute(statement.values(revived_at=self._clock()))

    async def checkpoint(self) -> bool:
        """Finish what `destroy` could not while somebody was reading; see `Database.checkpoint`."""
        return await self._db.checkpoint()

    async def self_check(self) -> None:
        """Prove that the loaded key-encryption keys are this store's, or raise `KekError`: run before serving."""
        async with self._db.write() as connection:
            await self._db.lock(connection, b"kek")
            known = (await connection.execute(select(kek_check.c.kek_version, kek_check.c.wrapped))).all()
            for version, wrapped in known:
                try:
                    self._keyring.unwrap(wrapped, self._canary_context(version))
                except CryptoError:
                    raise KekError(
                        f"{self._store}: key-encryption key {version} is not the one this store was sealed with"
                    ) from None
            if not known and await _any_row(connection, data_key, queue_key):
                raise KekError(f"{self._store}: sealed keys without their check: restore the whole key store")
            current = self._keyring.current
            if current not in {version for version, _ in known}:
                wrapped = self._keyring.wrap(_CANARY, self._canary_context(current))
                await connection.execute(insert(kek_check).values(kek_version=current, wrapped=wrapped))

    async def opens(self) -> None:
        """Prove the same without writing, for whoever asks again and again."""
        async with self._db.read() as connection:
            known = (await connection.execute(select(kek_check.c.kek_version, kek_check.c.wrapped))).all()
        for version, wrapped in known:
            self._keyring.unwrap(wrapped, self._canary_context(version))
        if not known:
            raise KekError(f"{self._store}: the check of its key-encryption keys is gone")

    async def queue_pair(self) -> tuple[UUID, bytes, bytes]:
        """Give the id, private and public key that queue rows of this store's space are sealed to; made once."""
        newest = select(queue_key).where(queue_key.c.retired_at.is_(None)).order_by(queue_key.c.created_at.desc())
        async with self._db.write() as connection:
            await self._db.lock(connection, b"queue")
            row = (await connection.execute(newest.limit(1))).mappings().first()
            if row is not None:
                context = self._queue_context(row["key_id"], row["public"])
                return row["key_id"], self._keyring.unwrap(row["wrapped_private"], context), row["public"]
            key_id, (private, public) = new_id(), new_pair()
            wrapped = self._keyring.wrap(private, self._queue_context(key_id, public))
            await connection.execute(
                insert(queue_key).values(
                    key_id=key_id,
                    public=public,
                    wrapped_private=wrapped,
                    kek_version=self._keyring.current,
                    created_at=self._clock(),
                )
            )
        return key_id, private, public

    async def _open(self, person: UUID, version: int | None = None) -> DataKey:
        moment = self._opened.moment
        row = await self._db.look(partial(_newest, person=person))
        newest = row is not None and version in {None, row["version"]}
        if not newest:
            async with self._db.read() as connection:
                row = await self._find(connection, person, version)
        if row is None:
            row = await self._create(person)
        context = key_context(person, self._store, row["version"])
        key = DataKey(row["version"], self._keyring.unwrap(row["wrapped"], context))
        self._opened.put(person, version, key, moment)
        if newest:  # what opens the last message also seals the next
            self._opened.put(person, row["version"] if version is None else None, key, moment)
        return key

    async def _find(self, connection: AsyncConnection, person: UUID, version: int | None) -> RowMapping | None:
        """Give the key's row; None only where a first key may be made."""
        mine = select(data_key.c.version, data_key.c.wrapped).where(data_key.c.person_id == person)
        if version is not None:
            mine = mine.where(data_key.c.version == version)
        row = (await connection.execute(mine.order_by(data_key.c.version.desc()).limit(1))).mappings().first()
        if row is not None:
            return row
        tombstone = await _tombstone(connection, person)
        if version is None and (tombstone is None or tombstone["revived_at"] is not None):
            return None
        if tombstone is not None and (version is None or version <= tombstone["last_version"]):
            raise KeyErasedError(f"{person}: the key in {self._store} was destroyed")
        raise KeyMissingError(f"{person}: key version {version} is not in {self._store}: restored without its keys?")

    async def _create(self, person: UUID) -> RowMapping:
        async with self._db.write() as connection:
            await self._db.lock(connection, person.bytes)
            row = await self._find(connection, person, None)  # two first messages at once end in one key
            if row is not None:
                return row
            tombstone = await _tombstone(connection, person)
            version = 1 if tombstone is None else tombstone["last_version"] + 1
            wrapped = self._keyring.wrap(new_secret(), key_context(person, self._store, version))
            made = await connection.execute(
                insert(data_key)
                .values(
                    person_id=person,
                    version=version,
                    kek_version=self._keyring.current,
                    wrapped=wrapped,
                    created_at=self._clock(),
                )
                .returning(data_key.c.version, data_key.c.wrapped)
            )
            return made.mappings().one()

    def _canary_context(self, version: int) -> bytes:
        return bind(b"canary", self._store.encode(), version.to_bytes(2, "big"))

    def _queue_context(self, key_id: UUID, public: bytes) -> bytes:
        return bind(b"queue", self._store.encode(), key_id.bytes, public)


async def _tombstone(connection: AsyncConnection, person: UUID) -> RowMapping | None:
    found = await connection.execute(select(erased).where(erased.c.person_id == person))
    return found.mappings().one_or_none()


async def _any_row(connection: AsyncConnection, *tables: Table) -> bool:
    for table in tables:
        if (await connection.execute(select(table.c.kek_version).limit(1))).first() is not None:
            return True
    return False


def _newest(connection: Connection, *, person: UUID) -> RowMapping | None:
    return connection.execute(_NEWEST, {"person": person}).mappings().first()
