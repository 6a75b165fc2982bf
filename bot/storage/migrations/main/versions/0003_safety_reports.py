"""Reports of answers that were wrong or worrying, and who looked at them.

Revision ID: main_0003
Revises: main_0002
"""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import UtcDateTime

revision = "main_0003"
down_revision = "main_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "safety_report",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid),
        sa.Column("turn_id", sa.String(20)),
        sa.Column("item", sa.String(80)),
        sa.Column("space", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("severity", sa.String(10)),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_safety_report"),
        sa.UniqueConstraint("item", name="uq_safety_report_item"),
        sa.UniqueConstraint("person_id", "turn_id", name="uq_safety_report_person_id_turn_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_safety_report_person_id"),
        sa.CheckConstraint("state IN ('reported', 'triaged', 'confirmed', 'dismissed')", name="ck_safety_report_state"),
        sa.CheckConstraint("(severity IS NOT NULL) = (state = 'confirmed')", name="ck_safety_report_severity"),
    )
    op.create_table(
        "safety_review",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("report_id", sa.Uuid, nullable=False),
        sa.Column("reviewer", sa.String(80), nullable=False),
        sa.Column("act", sa.String(10), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_safety_review"),
        sa.ForeignKeyConstraint(["report_id"], ["safety_report.id"], name="fk_safety_review_report_id"),
    )
    op.create_index("ix_safety_review_report_id", "safety_review", ["report_id"])
