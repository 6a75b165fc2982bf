"""The four stores, opened, migrated and checked: data and keys apart, general and Health apart."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import Table, literal, select

import rollout
from bot.crypto import KekError, Keyring, keyring_from_folder, keyring_from_secret
from bot.health.opening import HEALTH_SCRIPTS, HEALTH_SEALED, HEALTH_VERSION_TABLE
from bot.kernel.clock import Clock
from bot.settings import Settings
from bot.storage.engine import Database, StoreName, store_url
from bot.storage.keys import KeyStore, has_keys
from bot.storage.migrate import KEYS_SCRIPTS, MAIN_SCRIPTS, VERSION_TABLE, upgrade
from bot.storage.schema import general_turn

Schema = tuple[StoreName, Path, str]
SCHEMAS: Final[tuple[Schema, ...]] = (
    ("main", MAIN_SCRIPTS, VERSION_TABLE),
    ("main", rollout.MIGRATIONS, rollout.VERSION_TABLE),
    ("main_keys", KEYS_SCRIPTS, VERSION_TABLE),
    ("health", HEALTH_SCRIPTS, HEALTH_VERSION_TABLE),
    ("health_keys", KEYS_SCRIPTS, VERSION_TABLE),
)


Space = Literal["main", "health"]
SEALED: Final[Mapping[Space, Table]] = {"main": general_turn, "health": HEALTH_SEALED}  # rows no new key would open


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Everything that lasts."""

    main: Database
    main_keys: KeyStore
    health: Database
    health_keys: KeyStore


@asynccontextmanager
async def open_stores(settings: Settings, clock: Clock) -> AsyncIterator[Stores]:
    """Open the stores, bring each to its newest schema, and refuse to go on unless every key opens."""
    async with AsyncExitStack() as stack:
        databases = await open_databases(settings, stack)
        for name, scripts, table in SCHEMAS:
            await upgrade(databases[name], scripts, version_table=table)
        yield Stores(
            main=databases["main"],
            main_keys=await _keys(settings, databases, "main", clock),
            health=databases["health"],
            health_keys=await _keys(settings, databases, "health", clock),
        )


async def open_databases(settings: Settings, stack: AsyncExitStack) -> dict[StoreName, Database]:
    """Open the four databases as they are; *stack* closes them."""
    databases: dict[StoreName, Database] = {}
    for name, _, _ in SCHEMAS:
        if name not in databases:
            databases[name] = Database(store_url(settings, name))
            stack.push_async_callback(databases[name].close)
    return databases


async def _keys(settings: Settings, databases: Mapping[StoreName, Database], space: Space, clock: Clock) -> KeyStore:
    db = databases["main_keys" if space == "main" else "health_keys"]
    known = await has_keys(db)
    if not known and await _any(databases[space], SEALED[space]):
        raise KekError(f"{space}: there are sealed rows but its key store is empty: restore the key store first")
    # A key-encryption key is made only where nothing is sealed yet: a new one beside old rows would orphan them.
    keyring = load_keyring(settings, space, may_create=not known)
    keys = KeyStore(db, keyring, store=space, clock=clock)
    await keys.self_check()
    return keys


async def _any(db: Database, table: Table) -> bool:
    async with db.read() as connection:
        return (await connection.execute(select(literal(1)).select_from(table).limit(1))).first() is not None


def load_keyring(settings: Settings, space: Space, *, may_create: bool) -> Keyring:
    """Give the key-encryption keys of *space*."""
    secret = settings.kek.main if space == "main" else settings.kek.health
    if secret is not None:
        return keyring_from_secret(secret.get_secret_value())
    return keyring_from_folder(settings.kek_folder, space, may_create=may_create)
