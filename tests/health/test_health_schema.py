"""The health database as migrated is the one the tables describe, and holds nothing of a person unsealed."""

from collections.abc import Callable

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, LargeBinary, String, Text

from bot.health.store import MIGRATIONS, VERSION_TABLE, metadata
from bot.storage.engine import Database
from bot.storage.migrate import is_current, upgrade

# Every textual column of the health database, and why it says nothing of anyone's health.
IN_THE_CLEAR = {
    ("consent", "version"),  # of our text
    ("consent", "digest"),  # of our text
    ("consent", "language"),
    ("health_turn", "turn_id"),  # numbers
    ("health_turn", "role"),
    ("document", "turn_id"),
    ("document", "state"),
    ("document", "changed_by"),
    ("answer", "turn_id"),
    ("rollup", "month"),
    ("connection", "state"),
    ("sync_run", "outcome"),
}


def _differences(connection: Connection) -> list[object]:
    options = {"compare_type": True, "compare_server_default": True, "version_table": VERSION_TABLE}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


async def test_given_an_empty_health_database_when_upgraded_then_it_is_what_the_tables_say(
    new_database_url: Callable[[str], str],
) -> None:
    db = Database(new_database_url("health"))
    await upgrade(db, MIGRATIONS, version_table=VERSION_TABLE)

    async with db.write() as connection:
        assert await connection.run_sync(_differences) == []
    assert await is_current(db, MIGRATIONS, version_table=VERSION_TABLE)
    await db.close()


def test_given_the_health_tables_when_walked_then_every_column_that_could_hold_words_is_sealed_or_accounted_for() -> (
    None
):
    textual = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String | Text)
    }

    assert textual == IN_THE_CLEAR
    for table in ("health_turn", "health_note", "document", "fact", "rollup", "source", "answer", "risk_state",
                  "connection", "sync_item"):  # fmt: skip
        assert isinstance(metadata.tables[table].columns["body"].type, LargeBinary)
