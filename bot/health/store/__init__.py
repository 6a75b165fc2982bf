"""The health database. Every column that says anything about a person's health is sealed."""

from pathlib import Path
from typing import Final

from bot.health.store.schema import metadata

MIGRATIONS: Final = Path(__file__).parent / "migrations"
VERSION_TABLE: Final = "health_version"

__all__ = ["MIGRATIONS", "VERSION_TABLE", "metadata"]
