"""Lanes that do not wait for a free worker, and turns given up for what goes out on them.

Revision ID: main_0002
Revises: main_0001
"""

import sqlalchemy as sa
from alembic import op

revision = "main_0002"
down_revision = "main_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("lane", sa.Column("express", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("lane", sa.Column("given_up_before", sa.BigInteger))
