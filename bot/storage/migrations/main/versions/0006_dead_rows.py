"""Dead rows found without a look at the finished ones.

Revision ID: main_0006
Revises: main_0005
"""

from bot.storage.index import build_index

revision = "main_0006"
down_revision = "main_0005"
branch_labels = None
depends_on = None
outside_transaction = True

outside_transaction = True


def upgrade() -> None:
    build_index("ix_work_dead", "work", ["lane", "id"], where="state = 'dead'")
