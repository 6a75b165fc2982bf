"""The general side: people, sealed history, the queue.

Revision ID: main_0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import UtcDateTime

revision = "main_0001"
down_revision = None
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _people()
    _queue()


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("telegram_id", sa.BigInteger, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("country", sa.String(2)),
        sa.Column("space", sa.String(20), nullable=False, server_default="general"),
        sa.Column("mode_order", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("telegram_id", name="uq_person_telegram_id"),
    )
    op.create_table(
        "general_turn",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("turn_id", sa.String(20), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_general_turn"),
        sa.UniqueConstraint("person_id", "turn_id", "role", name="uq_general_turn_person_id_turn_id_role"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_general_turn_person_id"),
        sa.CheckConstraint("role IN ('user', 'assistant')", name="ck_general_turn_role"),
    )
    op.create_table(
        "general_memory",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_general_memory"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_general_memory_person_id"),
    )
    op.create_index("ix_general_memory_person_id", "general_memory", ["person_id"])
    op.create_table(
        "model_usage",
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("tokens_in", sa.Integer, nullable=False),
        sa.Column("tokens_out", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("pseudonym", "day", name="pk_model_usage"),
    )


def _queue() -> None:
    op.create_table(
        "work",
        sa.Column("id", _ROW_ID, autoincrement=True, nullable=False),
        sa.Column("dedupe_key", sa.String(200), nullable=False),
        sa.Column("lane", sa.String(100), nullable=False),
        sa.Column("space", sa.String(20), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("payload", sa.LargeBinary),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("last_error", sa.String(80)),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("done_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_work"),
        sa.UniqueConstraint("dedupe_key", name="uq_work_dedupe_key"),
        sa.CheckConstraint("state IN ('pending', 'answered', 'done', 'dead')", name="ck_work_state"),
        sa.CheckConstraint("payload IS NOT NULL OR state IN ('done', 'dead')", name="ck_work_payload"),
        sqlite_autoincrement=True,
    )
    unfinished = sa.text("state IN ('pending', 'answered')")
    op.create_index("ix_work_unfinished", "work", ["lane", "id"], sqlite_where=unfinished, postgresql_where=unfinished)
    op.create_table(
        "lane",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("due_at", UtcDateTime),
        sa.Column("lease_until", UtcDateTime),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lane"),
    )
    op.create_index("ix_lane_due_at", "lane", ["due_at"])
    op.create_table(
        "outbox",
        sa.Column("work_id", _ROW_ID, nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("message_id", sa.BigInteger),
        sa.PrimaryKeyConstraint("work_id", "n", name="pk_outbox"),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name="fk_outbox_work_id"),
        sa.CheckConstraint("state IN ('pending', 'sent', 'refused')", name="ck_outbox_state"),
        sa.CheckConstraint("body IS NOT NULL OR state <> 'pending'", name="ck_outbox_body"),
    )
