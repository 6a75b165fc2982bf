"""The four stores, opened, migrated and checked: data and keys apart, general and Health apart.

A process opens what its work needs and nothing else: one that leaves Health alone has neither file, URL nor key of it.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import Table, literal, select

import rollout
from bot.crypto import KekError, Keyring, keyring_from_folder, keyring_from_secret
from bot.health.opening import HEALTH_SCRIPTS, HEALTH_SEALED, HEALTH_VERSION_TABLE
from bot.kernel.clock import Clock
from bot.kernel.errors import SettingsError, StoreError
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


Side = Literal["main", "health"]
SEALED: Final[Mapping[Side, Table]] = {"main": general_turn, "health": HEALTH_SEALED}  # rows no new key would open


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Everything that lasts."""

    main: Database
    main_keys: KeyStore
    health: Database
    health_keys: KeyStore


@dataclass(frozen=True, slots=True, kw_only=True)
class SomeStores:
    """What one process has open; `main` holds the queue, so every process has it."""

    main: Database
    main_keys: KeyStore | None = None
    health: Database | None = None
    health_keys: KeyStore | None = None
    opened: Mapping[StoreName, Database] = field(default_factory=dict)  # all of them, by name

    def whole(self) -> Stores:
        """Give all four, which must be open."""
        if self.main_keys is None or self.health is None or self.health_keys is None:
            raise StoreError("this process has not opened every store")
        return Stores(main=self.main, main_keys=self.main_keys, health=self.health, health_keys=self.health_keys)

    async def checkpoint(self) -> None:
        """Finish erasures that a reader delayed."""
        for store in (self.main, self.main_keys, self.health, self.health_keys):
            if store is not None:
                await store.checkpoint()


@asynccontextmanager
async def open_stores(settings: Settings, clock: Clock) -> AsyncIterator[Stores]:
    """Open all four; see `open_some`."""
    async with open_some(settings, clock, main_keys=True, health=True) as some:
        yield some.whole()


@asynccontextmanager
async def open_some(settings: Settings, clock: Clock, *, main_keys: bool, health: bool) -> AsyncIterator[SomeStores]:
    """Open stores, bring each to its newest schema, and refuse to go on unless every key opens."""
    names: list[StoreName] = ["main"]
    names += ["main_keys"] if main_keys else []
    names += ["health", "health_keys"] if health else []
    _all_or_none(settings, names)
    async with AsyncExitStack() as stack:
        databases = await open_databases(settings, stack, *names)
        for name, scripts, table in SCHEMAS:
            if name in databases:
                await upgrade(databases[name], scripts, version_table=table)
        yield SomeStores(
            main=databases["main"],
            main_keys=await _keys(settings, databases, "main", clock) if main_keys else None,
            health=databases.get("health"),
            health_keys=await _keys(settings, databases, "health", clock) if health else None,
            opened=databases,
        )


def _all_or_none(settings: Settings, names: Collection[StoreName]) -> None:
    """Refuse a fresh file here where the others are on a server: what it would seal, no other process could open."""
    urls = {name: getattr(settings, name).url.get_secret_value() for name in names}
    empty = [name for name, url in urls.items() if not url]
    if empty and urls["main"].startswith("postgresql"):
        raise SettingsError(f"{empty[0]}.url is empty while main is on PostgreSQL: give each store its URL")


async def open_databases(settings: Settings, stack: AsyncExitStack, *names: StoreName) -> dict[StoreName, Database]:
    """Open databases as they are, all four unless some are named; *stack* closes them."""
    databases: dict[StoreName, Database] = {}
    for name, _, _ in SCHEMAS:
        if name not in databases and (not names or name in names):
            databases[name] = Database(store_url(settings, name))
            stack.push_async_callback(databases[name].close)
    return databases


async def _keys(settings: Settings, databases: Mapping[StoreName, Database], side: Side, clock: Clock) -> KeyStore:
    db = databases["main_keys" if side == "main" else "health_keys"]
    known = await has_keys(db)
    if not known and await _any(databases[side], SEALED[side]):
        raise KekError(f"{side}: there are sealed rows but its key store is empty: restore the key store first")
    # A key-encryption key is made only where nothing is sealed yet: a new one beside old rows would orphan them.
    keyring = load_keyring(settings, side, may_create=not known)
    keys = KeyStore(db, keyring, store=side, clock=clock)
    await keys.self_check()
    return keys


async def _any(db: Database, table: Table) -> bool:
    async with db.read() as connection:
        return (await connection.execute(select(literal(1)).select_from(table).limit(1))).first() is not None


def load_keyring(settings: Settings, side: Side, *, may_create: bool) -> Keyring:
    """Give the key-encryption keys of *side*."""
    secret = settings.kek.main if side == "main" else settings.kek.health
    if secret is not None:
        return keyring_from_secret(secret.get_secret_value())
    return keyring_from_folder(settings.kek_folder, side, may_create=may_create)
