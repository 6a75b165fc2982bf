"""The message that waits for an answer, rows that end their process, and people nothing reaches.

Revision ID: main_0004
Revises: main_0003
"""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import UtcDateTime

revision = "main_0004"
down_revision = "main_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("work", sa.Column("crashes", sa.Integer, nullable=False, server_default="0"))
    op.add_column("work", sa.Column("placeholder", sa.BigInteger))
    op.add_column("person", sa.Column("unreachable_at", UtcDateTime))
