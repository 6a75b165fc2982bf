import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, text

from bot.kernel.errors import StoreError
from bot.storage.engine import Database
from bot.storage.migrate import KEYS_SCRIPTS, MAIN_SCRIPTS, VERSION_TABLE, is_current, upgrade
from bot.storage.schema import KEYS, MAIN

pytestmark = pytest.mark.pooled


def _differences(connection: Connection, metadata: MetaData) -> list[object]:
    options = {"compare_type": True, "compare_server_default": True, "version_table": VERSION_TABLE}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def _constraints(connection: Connection, metadata: MetaData) -> dict[str, set[str | None]]:
    inspector = inspect(connection)
    return {
        table: {check["name"] for check in inspector.get_check_constraints(table)}
        | {inspector.get_pk_constraint(table)["name"]}
        | {index["name"] for index in inspector.get_indexes(table)}
        for table in metadata.tables
    }


@pytest.mark.parametrize(("scripts", "metadata"), [(MAIN_SCRIPTS, MAIN), (KEYS_SCRIPTS, KEYS)])
async def test_given_an_empty_database_when_upgraded_then_it_is_what_the_tables_say(
    new_database_url: Callable[[str], str], scripts: Path, metadata: MetaData
) -> None:
    migrated, created = Database(new_database_url("migrated")), Database(new_database_url("created"))
    before = await is_current(migrated, scripts, version_table=VERSION_TABLE)
    await upgrade(migrated, scripts, version_table=VERSION_TABLE)
    async with created.write() as connection:
        await connection.run_sync(metadata.create_all)

    async with migrated.write() as one, created.write() as other:
        assert await one.run_sync(_differences, metadata) == []
        # compare_metadata does not look at these
        assert await one.run_sync(_constraints, metadata) == await other.run_sync(_constraints, metadata)
    assert not before
    assert await is_current(migrated, scripts, version_table=VERSION_TABLE)
    await migrated.close()
    await created.close()


async def test_given_processes_starting_together_when_each_upgrades_then_one_does_it(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(3)]
    await asyncio.gather(*(upgrade(db, MAIN_SCRIPTS, version_table=VERSION_TABLE) for db in databases))
    await upgrade(databases[0], MAIN_SCRIPTS, version_table=VERSION_TABLE)

    assert await is_current(databases[1], MAIN_SCRIPTS, version_table=VERSION_TABLE)
    for db in databases:
        await db.close()


async def test_given_a_newer_schema_when_an_older_program_starts_then_it_refuses_in_one_line(main_db: Database) -> None:
    async with main_db.write() as connection:
        await connection.execute(text("UPDATE storage_version SET version_num = 'main_9999'"))

    assert not await is_current(main_db, MAIN_SCRIPTS, version_table=VERSION_TABLE)
    with pytest.raises(StoreError, match="newer Carnet"):
        await upgrade(main_db, MAIN_SCRIPTS, version_table=VERSION_TABLE)


async def test_given_a_script_that_fails_when_upgrading_then_nothing_of_it_stays(
    database_url: str, tmp_path: Path
) -> None:
    versions = tmp_path / "scripts" / "versions"
    versions.mkdir(parents=True)
    (versions / "0001_broken.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision = 'x1'\ndown_revision = None\n"
        "def upgrade():\n    op.create_table('half', sa.Column('id', sa.Integer))\n    op.drop_table('absent')\n"
    )
    db = Database(database_url)

    with pytest.raises(StoreError):
        await upgrade(db, versions.parent, version_table="other_version")

    async with db.read() as connection:
        assert await connection.run_sync(lambda one: inspect(one).get_table_names()) == []
    await db.close()


async def test_given_another_packages_scripts_when_upgraded_in_the_same_database_then_both_versions_stand(
    main_db: Database, tmp_path: Path
) -> None:
    versions = tmp_path / "scripts" / "versions"
    versions.mkdir(parents=True)
    (versions / "0001_first.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision = 'x1'\ndown_revision = None\n"
        "def upgrade():\n    op.create_table('elsewhere', sa.Column('id', sa.Integer))\n"
    )
    (versions / "0002_second.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision = 'x2'\ndown_revision = 'x1'\n"
        "def upgrade():\n    op.add_column('elsewhere', sa.Column('more', sa.Integer))\n"
    )

    await upgrade(main_db, versions.parent, version_table="other_version")

    assert await is_current(main_db, versions.parent, version_table="other_version")
    assert await is_current(main_db, MAIN_SCRIPTS, version_table=VERSION_TABLE)
