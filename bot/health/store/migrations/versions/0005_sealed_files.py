"""Documents whose original is a sealed file of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("document", sa.Column("upload_id", sa.Uuid))


def downgrade() -> None:
    with op.batch_alter_table("document") as changed:
        changed.drop_column("upload_id")
