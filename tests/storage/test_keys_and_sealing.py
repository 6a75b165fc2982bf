import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select, update

from bot.crypto import (
    KekError,
    KeyErasedError,
    KeyMissingError,
    Keyring,
    Place,
    UnsealError,
    keyring_from_secret,
    open_with,
    seal_to,
)
from bot.kernel.errors import CryptoError
from bot.storage.engine import Database
from bot.storage.keys import KeyStore, has_keys
from bot.storage.migrate import KEYS_SCRIPTS, VERSION_TABLE, upgrade
from bot.storage.opened import OpenedKeys
from bot.storage.schema import data_key, erased, kek_check, queue_key
from bot.storage.sealing import Sealer

ONE, TWO = "11" * 32, "22" * 32
PERSON = uuid4()


class Time:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def _keys(db: Database, ring: Keyring | None = None, clock: Time | None = None, store: str = "main_keys") -> KeyStore:
    return KeyStore(db, ring or keyring_from_secret(ONE), store=store, clock=clock or Time())


def _place(person: UUID = PERSON) -> Place:
    return Place(person=person, table="general_turn", column="body", row=uuid4())


async def _wrapped(db: Database, person: UUID = PERSON) -> list[bytes]:
    async with db.read() as connection:
        return list(await connection.scalars(select(data_key.c.wrapped).where(data_key.c.person_id == person)))


async def test_given_a_person_when_sealing_then_any_process_with_the_kek_opens_it(keys_db: Database) -> None:
    place = _place()
    blob = await Sealer(_keys(keys_db)).seal(place, b"glucose")

    assert await Sealer(_keys(keys_db)).unseal(place, blob) == b"glucose"
    with pytest.raises(UnsealError):
        await Sealer(_keys(keys_db, keyring_from_secret(TWO))).unseal(place, blob)


async def test_given_first_messages_at_once_when_sealed_then_the_person_has_one_key(keys_db: Database) -> None:
    stores = [_keys(keys_db) for _ in range(6)]
    keys = await asyncio.gather(*(store.data_key(PERSON) for store in stores))

    assert len({key.secret for key in keys}) == 1
    assert len(await _wrapped(keys_db)) == 1


async def test_given_a_wrapped_key_moved_to_another_person_or_store_when_opened_then_it_is_refused(
    keys_db: Database,
) -> None:
    other = uuid4()
    await _keys(keys_db).data_key(PERSON)
    async with keys_db.write() as connection:
        await connection.execute(update(data_key).values(person_id=other))

    with pytest.raises(UnsealError):
        await _keys(keys_db).data_key(other)
    async with keys_db.write() as connection:
        await connection.execute(update(data_key).values(person_id=PERSON))
    with pytest.raises(UnsealError):
        await _keys(keys_db, store="health_keys").data_key(PERSON)
    await _keys(keys_db).data_key(PERSON)


async def test_given_a_destroyed_key_when_asked_for_then_it_is_erased_and_never_made_again(keys_db: Database) -> None:
    store, place = _keys(keys_db), _place()
    sealer = Sealer(store)
    blob = await sealer.seal(place, b"glucose")

    await store.destroy(PERSON)
    await store.destroy(PERSON)

    for again in (sealer, Sealer(_keys(keys_db))):
        with pytest.raises(KeyErasedError):
            await again.unseal(place, blob)
        with pytest.raises(KeyErasedError):
            await again.seal(place, b"more")
    assert await _wrapped(keys_db) == []


async def test_given_an_erased_person_who_returns_when_revived_then_a_new_key_serves_and_the_old_stays_gone(
    keys_db: Database,
) -> None:
    store, place = _keys(keys_db), _place()
    sealer = Sealer(store)
    old = await sealer.seal(place, b"before")
    await store.destroy(PERSON)
    await store.revive(PERSON)

    new = await sealer.seal(place, b"after")

    assert (await store.data_key(PERSON)).version == 2
    assert await sealer.unseal(place, new) == b"after"
    with pytest.raises(KeyErasedError):
        await sealer.unseal(place, old)
    await store.destroy(PERSON)
    with pytest.raises(KeyErasedError):
        await sealer.unseal(place, new)


async def test_given_a_person_without_a_key_when_destroyed_then_none_appears_later(keys_db: Database) -> None:
    store = _keys(keys_db)
    await store.destroy(PERSON)

    with pytest.raises(KeyErasedError):
        await store.data_key(PERSON)


async def test_given_erasure_and_first_use_at_once_when_both_end_then_no_key_outlives_its_tombstone(
    keys_db: Database,
) -> None:
    people = [uuid4() for _ in range(8)]
    for person in people:
        first, second = _keys(keys_db), _keys(keys_db)
        await asyncio.gather(first.data_key(person), second.destroy(person), return_exceptions=True)

    async with keys_db.read() as connection:
        with_key = set(await connection.scalars(select(data_key.c.person_id)))
        gone = set(await connection.scalars(select(erased.c.person_id)))
    assert gone == set(people)
    assert with_key == set()


async def test_given_keys_restored_without_a_row_when_opened_then_it_is_missing_not_erased(keys_db: Database) -> None:
    place = _place()
    blob = await Sealer(_keys(keys_db)).seal(place, b"glucose")
    async with keys_db.write() as connection:
        await connection.execute(delete(data_key))

    with pytest.raises(KeyMissingError):
        await Sealer(_keys(keys_db)).unseal(place, blob)


async def test_given_another_process_destroyed_the_key_when_five_minutes_pass_then_it_is_gone_here_too(
    keys_db: Database,
) -> None:
    clock = Time()
    store = _keys(keys_db, clock=clock)
    await store.data_key(PERSON)
    await _keys(keys_db).destroy(PERSON)
    assert await store.data_key(PERSON)

    clock.now += timedelta(minutes=5)

    with pytest.raises(KeyErasedError):
        await store.data_key(PERSON)


async def test_given_a_key_fetched_while_it_is_destroyed_when_kept_then_it_is_not(keys_db: Database) -> None:
    opened = OpenedKeys(Time(), most=2, kept=timedelta(minutes=5))
    key = await _keys(keys_db).data_key(PERSON)
    before = opened.moment
    opened.evict(PERSON)
    opened.put(PERSON, None, key, before)

    assert opened.get(PERSON) is None
    others = [uuid4() for _ in range(3)]
    for other in others:
        opened.put(other, None, key, opened.moment)
    assert [opened.get(other) is not None for other in others] == [False, True, True]


async def test_given_a_destroyed_key_when_the_files_are_searched_then_its_bytes_are_nowhere(tmp_path: Path) -> None:
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'keys.db'}")
    await upgrade(db, KEYS_SCRIPTS, version_table=VERSION_TABLE)
    store = _keys(db)
    for person in (PERSON, *(uuid4() for _ in range(50))):
        await store.data_key(person)
    (wrapped,) = await _wrapped(db)

    def found() -> bool:
        return any(wrapped in path.read_bytes() for path in tmp_path.iterdir())

    assert found()
    await store.destroy(PERSON)
    assert not found()
    await db.close()
    assert not found()


async def test_given_the_right_kek_when_checked_then_it_passes_and_any_other_fails_closed(keys_db: Database) -> None:
    assert not await has_keys(keys_db)
    await _keys(keys_db).self_check()
    await _keys(keys_db).self_check()

    assert await has_keys(keys_db)
    for ring in (keyring_from_secret(TWO), keyring_from_secret(f"{TWO}\n{ONE}")):
        with pytest.raises(KekError):
            await _keys(keys_db, ring).self_check()
    with pytest.raises(KekError):
        await _keys(keys_db, store="health_keys").self_check()


async def test_given_a_rotation_when_checked_then_both_versions_are_and_losing_either_fails(keys_db: Database) -> None:
    await _keys(keys_db).self_check()
    await _keys(keys_db, keyring_from_secret(f"{ONE}\n{TWO}")).self_check()

    async with keys_db.read() as connection:
        assert set(await connection.scalars(select(kek_check.c.kek_version))) == {1, 2}
    with pytest.raises(KekError):
        await _keys(keys_db).self_check()


async def test_given_sealed_keys_without_their_check_when_checked_then_no_new_kek_is_accepted(
    keys_db: Database,
) -> None:
    await _keys(keys_db).data_key(PERSON)

    assert await has_keys(keys_db)
    with pytest.raises(KekError):
        await _keys(keys_db, keyring_from_secret(TWO)).self_check()


async def test_given_processes_starting_together_when_they_ask_for_the_queue_pair_then_it_is_one(
    keys_db: Database,
) -> None:
    pairs = await asyncio.gather(*(_keys(keys_db).queue_pair() for _ in range(4)))

    assert len(set(pairs)) == 1
    _, private, public = pairs[0]
    assert open_with(private, seal_to(public, b"glucose", b"context"), b"context") == b"glucose"


async def test_given_a_swapped_public_key_when_the_pair_is_opened_then_it_is_refused(keys_db: Database) -> None:
    await _keys(keys_db).queue_pair()
    async with keys_db.write() as connection:
        await connection.execute(update(queue_key).values(public=bytes(32)))

    with pytest.raises(CryptoError):
        await _keys(keys_db).queue_pair()


async def test_given_two_people_when_the_same_value_is_indexed_then_nobody_can_link_them(keys_db: Database) -> None:
    sealer = Sealer(_keys(keys_db))

    one, again = await sealer.index(PERSON, "code", "4548-4"), await sealer.index(PERSON, "code", "4548-4")
    assert one == again != await sealer.index(uuid4(), "code", "4548-4")


async def test_given_a_key_store_when_its_rows_are_read_then_no_secret_stands_in_them(keys_db: Database) -> None:
    store = _keys(keys_db)
    key = await store.data_key(PERSON)
    _, private, _ = await store.queue_pair()

    async with keys_db.read() as connection:
        rows = repr((await connection.execute(select(data_key))).all())
        rows += repr((await connection.execute(select(queue_key))).all())
    assert repr(key.secret)[2:-1] not in rows
    assert repr(private)[2:-1] not in rows


async def test_given_keys_whose_pages_were_split_when_destroyed_then_no_copy_of_them_stays_in_the_files(
    tmp_path: Path,
) -> None:
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'keys.db'}")
    await upgrade(db, KEYS_SCRIPTS, version_table=VERSION_TABLE)
    keys = _keys(db)
    people = [uuid4() for _ in range(150)]
    for person in people:
        await keys.data_key(person)
    wrapped = [(await _wrapped(db, person))[0] for person in people[::5]]

    for person in people[::5]:
        await keys.destroy(person)

    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert [key.hex() for key in wrapped if key in raw] == []
    assert (await _wrapped(db, people[1]))[0] in raw
    await db.close()
