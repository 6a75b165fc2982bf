"""Links to the upload page, each good for one file, and how far that file has come.

Revision ID: main_0007
Revises: main_0006
"""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import UtcDateTime

revision = "main_0007"
down_revision = "main_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("received", sa.BigInteger, nullable=False),
        sa.Column("binding", sa.LargeBinary),
        sa.Column("head", sa.LargeBinary),
        sa.Column("lent", sa.LargeBinary),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_upload"),
        sa.UniqueConstraint("token_hash", name="uq_upload_token_hash"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_upload_person_id"),
        sa.CheckConstraint("state IN ('open', 'begun', 'whole', 'handed')", name="ck_upload_state"),
        sa.CheckConstraint("received >= 0 AND received <= size", name="ck_upload_received"),
        sa.CheckConstraint("lent IS NULL OR state = 'begun'", name="ck_upload_lent"),
    )
    op.create_index("ix_upload_person_id", "upload", ["person_id"])
