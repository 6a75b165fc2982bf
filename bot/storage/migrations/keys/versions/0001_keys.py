"""Wrapped keys of people and queues, and what remains of a destroyed one.

Revision ID: keys_0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import UtcDateTime

revision = "keys_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_key",
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.SmallInteger, nullable=False),
        sa.Column("kek_version", sa.SmallInteger, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("retired_at", UtcDateTime),
        sa.PrimaryKeyConstraint("person_id", "version", name="pk_data_key"),
        sa.CheckConstraint("version > 0", name="ck_data_key_version"),
    )
    op.create_index("ix_data_key_kek_version", "data_key", ["kek_version"])
    op.create_table(
        "erased",
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("last_version", sa.SmallInteger, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("revived_at", UtcDateTime),
        sa.PrimaryKeyConstraint("person_id", name="pk_erased"),
    )
    op.create_table(
        "queue_key",
        sa.Column("key_id", sa.Uuid, nullable=False),
        sa.Column("public", sa.LargeBinary, nullable=False),
        sa.Column("wrapped_private", sa.LargeBinary, nullable=False),
        sa.Column("kek_version", sa.SmallInteger, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("retired_at", UtcDateTime),
        sa.PrimaryKeyConstraint("key_id", name="pk_queue_key"),
    )
    op.create_table(
        "kek_check",
        sa.Column("kek_version", sa.SmallInteger, autoincrement=False, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("kek_version", name="pk_kek_check"),
    )
