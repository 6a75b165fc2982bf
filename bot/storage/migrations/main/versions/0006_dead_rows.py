"""Dead rows found without a look at the finished ones.

Revision ID: main_0006
Revises: main_0005
"""

import sqlalchemy as sa
from alembic import op

revision = "main_0006"
down_revision = "main_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    dead = sa.text("state = 'dead'")
    op.create_index("ix_work_dead", "work", ["lane", "id"], sqlite_where=dead, postgresql_where=dead)
