"""Tables that are updated and emptied all day: room on each page, and vacuum before they swell.

Revision ID: main_0005
Revises: main_0004
"""

from alembic import op

revision = "main_0005"
down_revision = "main_0004"
branch_labels = None
depends_on = None

_LEAN = "SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02)"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE work " + _LEAN)
        op.execute("ALTER TABLE lane " + _LEAN)
        op.execute("ALTER TABLE outbox " + _LEAN)
