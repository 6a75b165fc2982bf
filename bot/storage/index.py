"""Gives an old table a new index without keeping anybody from writing, in a script of its own.

The script says `outside_transaction = True`: such an index cannot be built inside one.
"""

from collections.abc import Sequence
from typing import Any

from alembic import op
from sqlalchemy import text


def build_index(
    name: str, table: str, columns: Sequence[str], *, unique: bool = False, where: str | None = None
) -> None:
    """Build an index from nothing: what a build that was cut short left behind is removed first."""
    some: dict[str, Any] = {} if where is None else {"sqlite_where": text(where), "postgresql_where": text(where)}
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)
    op.create_index(name, table, list(columns), unique=unique, postgresql_concurrently=True, **some)
