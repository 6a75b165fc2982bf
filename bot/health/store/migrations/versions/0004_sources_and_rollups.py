"""Where things come from, the same result said twice, and what devices count from day to day, sealed by the month."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "source",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, nullable=False, index=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "rollup",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("document_id", sa.Uuid, sa.ForeignKey("document.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("metric_index", sa.LargeBinary, nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_index("rollup_by_metric", "rollup", ["person_id", "metric_index", "month"])
    op.add_column("document", sa.Column("source_id", sa.Uuid))
    op.add_column("document", sa.Column("message_id", sa.BigInteger))
    op.add_column("document", sa.Column("touched_at", UtcDateTime))
    op.add_column("fact", sa.Column("same_index", sa.LargeBinary))
    op.add_column("fact", sa.Column("superseded_by", sa.Uuid))


def downgrade() -> None:
    for table, column in (
        ("fact", "superseded_by"), ("fact", "same_index"), ("document", "touched_at"), ("document", "message_id"),
        ("document", "source_id"),
    ):  # fmt: skip
        with op.batch_alter_table(table) as changed:
            changed.drop_column(column)
    op.drop_table("rollup")
    op.drop_table("source")
