from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event

from bot.app.stores import SCHEMAS
from bot.storage.engine import Database
from bot.storage.migrate import upgrade
from tests.storage.migration_rules import broken


@contextmanager
def _statements() -> Iterator[list[str]]:
    """Keep every statement any engine executes in the block."""
    seen: list[str] = []

    def keep(_: Any, __: Any, statement: str, *___: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", keep)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", keep)


def _by_script(statements: list[str], version_table: str) -> list[list[str]]:
    """Cut where a script's end is noted in the version table."""
    scripts: list[list[str]] = [[]]
    for statement in statements:
        if statement.startswith((f"INSERT INTO {version_table}", f"UPDATE {version_table}")):
            scripts.append([])
        elif not statement.lstrip().startswith(f"CREATE TABLE {version_table}"):
            scripts[-1].append(statement)
    return scripts[:-1]


@pytest.mark.parametrize(("scripts", "version_table"), [schema[1:] for schema in SCHEMAS])
async def test_given_every_script_when_run_then_a_program_of_before_could_go_on_beside_it(
    postgresql: Any, scripts: Path, version_table: str
) -> None:
    name = f"rules_{uuid4().hex}"
    postgresql.create(name)
    db = Database(postgresql.url(name))
    with _statements() as seen:
        await upgrade(db, scripts, version_table=version_table)
    await db.close()

    found = _by_script(seen, version_table)
    assert len(found) == len(list((scripts / "versions").glob("*.py")))
    assert [broken(one) for one in found] == [[]] * len(found)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE work ADD COLUMN more INTEGER NOT NULL",
        "ALTER TABLE work ADD COLUMN more UUID DEFAULT gen_random_uuid()",
        "ALTER TABLE work ADD COLUMN more INTEGER UNIQUE",
        "ALTER TABLE work ADD COLUMN more UUID REFERENCES person (id)",
        "ALTER TABLE work DROP COLUMN lane",
        "ALTER TABLE work RENAME lane TO line",
        "ALTER TABLE work ALTER COLUMN lane TYPE TEXT",
        "ALTER TABLE work ALTER COLUMN last_error SET NOT NULL",
        "ALTER TABLE work ADD CONSTRAINT ck_more CHECK (attempts > 0)",
        "CREATE INDEX ix_more ON work (received_at)",
        "CREATE UNIQUE INDEX ix_more ON work (received_at)",
        "DROP INDEX ix_work_unfinished",
        "DROP TABLE outbox",
        "UPDATE work SET attempts = 0",
        "LOCK TABLE work",
    ],
)
def test_given_a_statement_that_would_stop_others_when_checked_then_it_is_refused(statement: str) -> None:
    assert broken([statement])


@pytest.mark.parametrize(
    "statements",
    [
        ["ALTER TABLE work ADD COLUMN more BIGINT"],
        ["ALTER TABLE work ADD COLUMN more VARCHAR(20)"],
        ["ALTER TABLE work ADD COLUMN more TIMESTAMP WITH TIME ZONE"],
        ["ALTER TABLE work ADD COLUMN more INTEGER DEFAULT '0' NOT NULL"],
        ["ALTER TABLE work ADD COLUMN more BOOLEAN DEFAULT false NOT NULL"],
        ["ALTER TABLE work SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02)"],
        ["DROP INDEX CONCURRENTLY IF EXISTS ix_more", "CREATE INDEX CONCURRENTLY ix_more ON work (received_at)"],
        ["\nCREATE TABLE fresh (\n\tid UUID NOT NULL\n)\n", "CREATE INDEX ix_fresh ON fresh (id)"],
    ],
)
def test_given_what_others_do_not_notice_when_checked_then_it_passes(statements: list[str]) -> None:
    assert broken(statements) == []
