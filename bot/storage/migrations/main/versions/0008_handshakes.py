"""Who went out to a sign-in page and is expected back.

Revision ID: main_0008
Revises: main_0007
"""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import UtcDateTime

revision = "main_0008"
down_revision = "main_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handshake",
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_handshake"),
    )
