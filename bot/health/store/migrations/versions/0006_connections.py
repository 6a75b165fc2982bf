"""Connections to medical records, and what came of each synchronisation."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "connection",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, nullable=False, index=True),
        sa.Column("source_id", sa.Uuid, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("expires_at", UtcDateTime),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("seen", sa.LargeBinary),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'connected', 'expired', 'error', 'paused', 'disconnected')", name="state_known"
        ),
    )
    op.create_table(
        "sync_run",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column(
            "connection_id", sa.Uuid, sa.ForeignKey("connection.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.CheckConstraint("outcome IN ('ok', 'partial', 'failed')", name="outcome_known"),
    )
    op.create_table(
        "sync_item",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("run_id", sa.Uuid, sa.ForeignKey("sync_run.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    for table in ("sync_item", "sync_run", "connection"):
        op.drop_table(table)
