"""A process for general alone, given the whole main database, opens nothing of Health, and leaves it to who can."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import select

from bot.app.stores import SomeStores, open_some
from bot.chat.model import Space
from bot.chat.reception import queue_context
from bot.crypto import Keyring, Place, open_with, unseal
from bot.crypto.envelope import DataKey
from bot.kernel.clock import utc_now
from bot.kernel.errors import CryptoError
from bot.settings import load
from bot.storage.engine import Database
from bot.storage.schema import MAIN, outbox, person, work
from tests.web.conftest import Deployment

CANARY = "ferritin of the kernbeisser"
ABOUT_HEALTH = ("/health", CANARY, "/exit")


async def rows(db: Database, space: Space) -> list[Any]:
    """The rows of *space*, with what is to be sent of each."""
    found = select(work, outbox.c.body).join(outbox, outbox.c.work_id == work.c.id, isouter=True).order_by(work.c.id)
    async with db.read() as connection:
        return list(await connection.execute(found.where(work.c.space == str(space))))


async def people(db: Database) -> list[Any]:
    async with db.read() as connection:
        return list(await connection.scalars(select(person.c.id)))


async def everything(db: Database) -> bytes:
    """The whole database as bytes, whatever a column is meant to hold."""
    async with db.read() as connection:
        cells = [
            cell
            for table in MAIN.sorted_tables
            for row in await connection.execute(select(table))
            for cell in row
            if cell is not None
        ]
    return b"\n".join(cell if isinstance(cell, bytes) else str(cell).encode() for cell in cells)


def openings(keys: Mapping[str, bytes], waiting: list[Any], owners: list[Any]) -> Iterator[str]:
    """Say which of *keys* opens what, tried as everything a key can be."""
    for row in waiting:
        blobs = [blob for blob in (row.payload, row.body) if blob is not None]
        for (name, key), blob in ((pair, blob) for pair in keys.items() for blob in blobs):
            for space in Space:
                with suppress(CryptoError):
                    open_with(key, blob, queue_context(space, row.dedupe_key))
                    yield name
            for owner in owners:
                with suppress(CryptoError):
                    unseal(DataKey(1, key), Place(person=owner, table="work", column="payload", row=owner), blob)
                    yield name
            with suppress(CryptoError):
                Keyring([key]).unwrap(blob, queue_context(Space.HEALTH, row.dedupe_key))
                yield name


async def held(stores: SomeStores, kek: str, public: str) -> dict[str, bytes]:
    """Every key that a general process can come by."""
    assert stores.main_keys is not None
    keys = {"kek": bytes.fromhex(kek), "Health's public key": bytes.fromhex(public)}
    _, keys["general queue"], keys["general public key"] = await stores.main_keys.queue_pair()
    for one in await people(stores.main):
        keys[f"data key of {one}"] = (await stores.main_keys.data_key(one)).secret
    return keys


def read(told: Mapping[str, str]) -> Any:
    return load({name: value for name, value in told.items() if name.startswith("CARNET_")})


async def test_given_a_general_worker_with_the_whole_main_database_when_health_waits_then_it_opens_none_of_it(
    on_either: Deployment,
) -> None:
    deployment = on_either
    playground, public = deployment.playground, await deployment.public_key()
    ann, nadia, bob = (playground.person(name, "en") for name in ("Ann", "Nadia", "Bob"))
    for someone, said in ((bob, ("hello", *ABOUT_HEALTH, "hello again")), (nadia, ABOUT_HEALTH)):
        for text in said:
            playground.say(someone, text)
    await deployment.serve("--space", "general", told=deployment.general, CARNET_HEALTH_PUBLIC_KEY=public)
    await deployment.heard(bob)
    await deployment.heard(nadia)
    await deployment.start("worker", "--space", "general", told=deployment.general)
    playground.say(ann, "hello")
    await deployment.until(lambda: deployment.answers(ann) and deployment.answers(bob))
    await asyncio.sleep(1)  # long enough to claim what it should not

    async with open_some(read(deployment.general), utc_now, main_keys=True, health=False) as stores:
        keys, owners = await held(stores, deployment.keks["main"], public), await people(stores.main)
        health = await rows(stores.main, Space.HEALTH)
        general = [row for row in await rows(stores.main, Space.GENERAL) if row.state == "pending"]
        content = await everything(stores.main)
    async with open_some(read(deployment.whole), utc_now, main_keys=False, health=True) as stores:
        assert stores.health_keys is not None
        _, private, _ = await stores.health_keys.queue_pair()

    assert {(row.state, row.attempts) for row in health} == {("pending", 0)}
    assert len(health) == 2 * len(ABOUT_HEALTH)
    assert (len(deployment.answers(bob)), deployment.answers(nadia)) == (1, [])
    assert list(openings(keys, health, owners)) == []
    assert CANARY.encode() not in content
    assert not list(deployment.folder.glob("state*/*"))  # no store or key of its own making
    # The same attempts, where they may succeed: a message behind Health's, perhaps a row of the clock.
    assert set(openings(keys, general, owners)) == {"general queue"}
    assert list(openings({"Health's": private}, health, owners)) == ["Health's"] * len(health)

    await deployment.start("worker", "--space", "health", told=deployment.whole)
    await deployment.until(lambda: len(deployment.answers(bob)) == 5 and len(deployment.answers(nadia)) == 3)

    hello, door, asked, left, again = deployment.answers(bob)
    assert (again, deployment.answers(nadia)) == (hello, [door, asked, left])
    assert len({hello, door, left}) == 3


async def test_given_no_public_key_when_a_general_process_would_take_messages_then_one_line_says_how_to_get_it(
    deployment: Deployment,
) -> None:
    listening = {"CARNET_WEB__PUBLIC_URL": "http://127.0.0.1:1", "CARNET_WEB__PORT": "1"}
    code, _, said = await deployment.run("serve", "--space", "general", told=deployment.general, **listening)

    assert code == 1
    assert said.startswith("carnet: health_public_key is missing: set CARNET_HEALTH_PUBLIC_KEY_FILE")
    assert said.count("\n") == 1


async def test_given_both_public_keys_when_a_webhook_is_served_then_it_needs_no_key_that_opens_anything(
    deployment: Deployment,
) -> None:
    ann = deployment.playground.person("Ann", "en")
    public = {f"CARNET_{space.upper()}_PUBLIC_KEY": await deployment.public_key(space) for space in Space}
    await deployment.serve(told=deployment.told("main"), **public)
    for text in ("hello", "/health"):
        deployment.playground.say(ann, text)
    await deployment.heard(ann)
    made = list(deployment.folder.glob("state*"))
    await deployment.start("worker", told=deployment.whole)
    await deployment.until(lambda: len(deployment.answers(ann)) == 2)

    assert made == []  # no store or key of its own


async def test_given_an_old_public_key_when_health_s_own_store_is_there_then_the_process_does_not_start(
    deployment: Deployment,
) -> None:
    old = {"CARNET_HEALTH_PUBLIC_KEY": "ab" * 32}
    code, _, said = await deployment.run("worker", "--space", "health", told=deployment.whole, **old)

    assert code == 1
    assert "health_public_key is not that of the key store" in said
