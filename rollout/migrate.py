"""Brings a database to the schema of this version, and tells whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "rollout_version"
_LOCK = 0x726F6C6C6F7574  # "rollout": two operators upgrading PostgreSQL at once take turns


def upgrade(connection: Connection) -> None:
    """Run what has not run yet, inside the caller's transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def is_current(connection: Connection) -> bool:
    """Tell whether the schema is exactly the one this version was written for."""
    now = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_heads()
    return set(now) == set(ScriptDirectory.from_config(_config()).get_heads())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
