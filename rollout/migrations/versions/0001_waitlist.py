"""Create the waitlist, its entries and the enrollments."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_STATES = (
    "WAITING", "HELD", "INVITED", "ACTIVE", "SUSPENDED", "DECLINED", "EXPIRED", "WITHDRAWN", "RELEASED", "REVOKED",
    "ERASED",
)  # fmt: skip


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _moment() -> sa.types.TypeEngine[datetime]:
    return sa.DateTime(timezone=True)


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    _create_waitlist()
    _create_entry()
    _create_enrollment()


def _create_waitlist() -> None:
    op.create_table(
        "waitlist",
        sa.Column("id", _id(), nullable=False),
        sa.Column("slug", sa.String(32), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("seats_used", sa.Integer(), nullable=False),
        sa.Column("invite_ttl", sa.Integer(), nullable=False),
        sa.Column("max_expiries", sa.Integer(), nullable=False),
        sa.Column("requeue_policy", sa.String(8), nullable=False),
        sa.Column("order_policy", sa.String(16), nullable=False),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.Column("hash_version", sa.Integer(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waitlist")),
        sa.UniqueConstraint("slug", name=op.f("uq_waitlist_slug")),
        sa.CheckConstraint("seats_used >= 0 AND seats_used <= capacity", name=op.f("ck_waitlist_seats")),
        sa.CheckConstraint("invite_ttl > 0 AND max_expiries >= 0", name=op.f("ck_waitlist_expiry")),
        sa.CheckConstraint("requeue_policy IN ('keep', 'tail')", name=op.f("ck_waitlist_requeue_policy")),
        sa.CheckConstraint(
            "order_policy IN ('fifo', 'priority', 'stratified', 'manual')", name=op.f("ck_waitlist_order_policy")
        ),
    )


def _create_entry() -> None:
    op.create_table(
        "waitlist_entry",
        sa.Column("id", _id(), nullable=False),
        sa.Column("waitlist_id", _id(), nullable=False),
        sa.Column("member", sa.String(128), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("joined_at", _moment()),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("lang", sa.String(16)),
        sa.Column("country", sa.String(16)),
        sa.Column("platform", sa.String(16)),
        sa.Column("draw", sa.Integer()),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("wave_id", sa.BigInteger()),
        sa.Column("state_changed_at", _moment(), nullable=False),
        sa.Column("state_by", sa.String(64)),
        sa.Column("state_reason", sa.String(200)),
        sa.Column("expiries", sa.Integer(), nullable=False),
        sa.Column("opted_in_notify", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(32)),
        sa.Column("referrer_id", _id()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waitlist_entry")),
        sa.ForeignKeyConstraint(["waitlist_id"], ["waitlist.id"], name=op.f("fk_waitlist_entry_waitlist_id")),
        sa.ForeignKeyConstraint(["referrer_id"], ["waitlist_entry.id"], name=op.f("fk_waitlist_entry_referrer_id")),
        sa.UniqueConstraint("waitlist_id", "member", name=op.f("uq_waitlist_entry_waitlist_id_member")),
        sa.UniqueConstraint("waitlist_id", "seq", name=op.f("uq_waitlist_entry_waitlist_id_seq")),
        sa.CheckConstraint(f"state IN {_STATES}", name=op.f("ck_waitlist_entry_state")),
        sa.CheckConstraint("draw >= 0 AND draw < 10000", name=op.f("ck_waitlist_entry_draw")),
        sa.CheckConstraint("expiries >= 0", name=op.f("ck_waitlist_entry_expiries")),
        sa.CheckConstraint("referrer_id <> id", name=op.f("ck_waitlist_entry_referrer")),
        sa.CheckConstraint(
            "state = 'ERASED' OR (draw IS NOT NULL AND joined_at IS NOT NULL)", name=op.f("ck_waitlist_entry_known")
        ),
    )
    waiting = _where("state = 'WAITING'")
    line: list[str | sa.TextClause] = ["waitlist_id", sa.text("priority DESC"), "seq"]
    op.create_index(op.f("ix_waitlist_entry_line"), "waitlist_entry", line, **waiting)
    op.create_index(op.f("ix_waitlist_entry_draw"), "waitlist_entry", ["waitlist_id", "lang", "draw"], **waiting)


def _create_enrollment() -> None:
    op.create_table(
        "enrollment",
        sa.Column("id", _id(), nullable=False),
        sa.Column("member", sa.String(128), nullable=False),
        sa.Column("feature", sa.String(32), nullable=False),
        sa.Column("granted_by", sa.String(80), nullable=False),
        sa.Column("hash_version", sa.Integer(), nullable=False),
        sa.Column("granted_at", _moment(), nullable=False),
        sa.Column("consent_version", sa.String(64), nullable=False),
        sa.Column("revoked_at", _moment()),
        sa.Column("reason", sa.String(200)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollment")),
    )
    still_open = _where("revoked_at IS NULL")
    op.create_index(op.f("ix_enrollment_open"), "enrollment", ["member", "feature"], unique=True, **still_open)
