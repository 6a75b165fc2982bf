"""The rollout's tables, and the statements on them. Every function takes a connection and none commits.

Whoever changes an entry holds the waitlist's row first (`lock=True`): `SELECT … FOR UPDATE` on PostgreSQL; on SQLite
the caller's transaction began with `BEGIN IMMEDIATE`, which holds the whole file. Counting seats without that lock
oversold 13,500 for 10,000 on both engines.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    UniqueConstraint,
    and_,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeDecorator

from rollout.model import (
    BY_MAX,
    HASH_VERSION,
    MEMBER_MAX,
    REASON_MAX,
    CapacityError,
    ConflictError,
    Entry,
    State,
    UnknownWaitlistError,
    Waitlist,
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC; SQLite would hand it back naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is not None and value.utcoffset() is None:
            raise ValueError("a stored moment must be aware")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(constraint_name)s",
    }
)
_Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only for INTEGER

waitlist = Table(
    "waitlist",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("slug", String(32), nullable=False, unique=True),
    Column("capacity", Integer, nullable=False),
    Column("seats_used", Integer, nullable=False, default=0),
    Column("invite_ttl", Integer, nullable=False, default=14 * 86_400),  # seconds
    Column("max_expiries", Integer, nullable=False, default=2),
    Column("requeue_policy", String(8), nullable=False, default="keep"),
    Column("order_policy", String(16), nullable=False, default="fifo"),
    Column("salt", String(64), nullable=False),
    Column("hash_version", Integer, nullable=False, default=HASH_VERSION),
    Column("open", Boolean, nullable=False, default=True),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint("seats_used >= 0 AND seats_used <= capacity", name="seats"),
    CheckConstraint("invite_ttl > 0 AND max_expiries >= 0", name="expiry"),
    CheckConstraint("requeue_policy IN ('keep', 'tail')", name="requeue_policy"),
    CheckConstraint("order_policy IN ('fifo', 'priority', 'stratified', 'manual')", name="order_policy"),
)

entry = Table(
    "waitlist_entry",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("waitlist_id", _Id, ForeignKey("waitlist.id"), nullable=False),
    Column("member", String(MEMBER_MAX), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("joined_at", UtcDateTime),
    Column("priority", Integer, nullable=False, default=0),
    Column("lang", String(16)),
    Column("country", String(16)),
    Column("platform", String(16)),
    Column("draw", Integer),
    Column("state", Enum(State, native_enum=False, create_constraint=True, name="state", length=16), nullable=False),
    Column("wave_id", BigInteger),
    Column("state_changed_at", UtcDateTime, nullable=False),
    Column("state_by", String(BY_MAX)),
    Column("state_reason", String(REASON_MAX)),
    Column("expiries", Integer, nullable=False, default=0),
    Column("opted_in_notify", Boolean, nullable=False),
    Column("source", String(32)),
    Column("referrer_id", _Id, ForeignKey("waitlist_entry.id")),
    Column("version", Integer, nullable=False, default=1),
    UniqueConstraint("waitlist_id", "member"),
    UniqueConstraint("waitlist_id", "seq"),
    CheckConstraint("draw >= 0 AND draw < 10000", name="draw"),
    CheckConstraint("expiries >= 0", name="expiries"),
    CheckConstraint("referrer_id <> id", name="referrer"),
    CheckConstraint("state = 'ERASED' OR (draw IS NOT NULL AND joined_at IS NOT NULL)", name="known"),
)
_waiting = entry.c.state == State.WAITING
Index(
    "line",
    entry.c.waitlist_id,
    entry.c.priority.desc(),
    entry.c.seq,
    sqlite_where=_waiting,
    postgresql_where=_waiting,
)
Index(
    "draw",
    entry.c.waitlist_id,
    entry.c.lang,
    entry.c.draw,
    sqlite_where=_waiting,
    postgresql_where=_waiting,
)

enrollment = Table(
    "enrollment",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("member", String(MEMBER_MAX), nullable=False),
    Column("feature", String(32), nullable=False),
    Column("granted_by", String(BY_MAX + 16), nullable=False),  # "manual:alice"
    Column("hash_version", Integer, nullable=False),
    Column("granted_at", UtcDateTime, nullable=False),
    Column("consent_version", String(64), nullable=False),
    Column("revoked_at", UtcDateTime),
    Column("reason", String(REASON_MAX)),
)
_still_open = enrollment.c.revoked_at.is_(None)
Index(
    "open",
    enrollment.c.member,
    enrollment.c.feature,
    unique=True,
    sqlite_where=_still_open,
    postgresql_where=_still_open,
)

_WAITLIST = [waitlist.c[name] for name in Waitlist.__dataclass_fields__]
_ENTRY = [entry.c[name] for name in Entry.__dataclass_fields__]


def _entry(row: RowMapping) -> Entry:
    return Entry(**row)


async def create_waitlist(connection: AsyncConnection, *, slug: str, capacity: int, salt: str, now: datetime) -> None:
    """Create the list unless it exists; two processes may start at once."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    new = dialect.insert(waitlist).values(slug=slug, capacity=capacity, salt=salt, created_at=now)
    await connection.execute(new.on_conflict_do_nothing(index_elements=["slug"]))


async def get_waitlist(connection: AsyncConnection, slug: str, *, lock: bool = False) -> Waitlist:
    """Give the list named *slug*, its row held until the transaction ends if *lock*."""
    query = select(*_WAITLIST).where(waitlist.c.slug == slug)
    row = (await connection.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
    if row is None:
        raise UnknownWaitlistError(f"there is no waitlist {slug!r}")
    return Waitlist(**row)


async def slugs_of(connection: AsyncConnection, member: str) -> Sequence[str]:
    """Name the lists *member* is on, always in the same order so that two erasures cannot wait for each other."""
    query = select(waitlist.c.slug).join(entry, entry.c.waitlist_id == waitlist.c.id).where(entry.c.member == member)
    return (await connection.scalars(query.order_by(waitlist.c.id))).all()


async def set_capacity(connection: AsyncConnection, waitlist_id: int, capacity: int) -> None:
    """Give the list *capacity* seats; the table refuses fewer than are taken."""
    await connection.execute(update(waitlist).where(waitlist.c.id == waitlist_id).values(capacity=capacity))


async def take_seats(connection: AsyncConnection, waitlist_id: int, seats: int) -> None:
    """Take *seats* (or give them back, when negative), never more than there are."""
    used = waitlist.c.seats_used + seats
    fits = update(waitlist).where(waitlist.c.id == waitlist_id, used <= waitlist.c.capacity).values(seats_used=used)
    if (await connection.execute(fits)).rowcount != 1:
        raise CapacityError("every seat is taken")


async def get_entry(connection: AsyncConnection, waitlist_id: int, member: str) -> Entry | None:
    """Give *member*'s entry, if there is one."""
    query = select(*_ENTRY).where(entry.c.waitlist_id == waitlist_id, entry.c.member == member)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _entry(row)


async def next_seq(connection: AsyncConnection, waitlist_id: int) -> int:
    """Give the number after the tail's. Holds only while the waitlist's row is locked."""
    last: int | None = await connection.scalar(select(func.max(entry.c.seq)).where(entry.c.waitlist_id == waitlist_id))
    return (last or 0) + 1


async def add_entry(connection: AsyncConnection, **values: Any) -> Entry:
    """Insert one entry."""
    return _entry((await connection.execute(insert(entry).values(**values).returning(*_ENTRY))).mappings().one())


async def change_entry(connection: AsyncConnection, before: Entry, **values: Any) -> Entry:
    """Write *values* over *before*, unless somebody changed it since it was read."""
    mine = update(entry).where(entry.c.id == before.id, entry.c.version == before.version)
    changed = mine.values(version=before.version + 1, **values).returning(*_ENTRY)
    row = (await connection.execute(changed)).mappings().one_or_none()
    if row is None:
        raise ConflictError(f"entry {before.id} changed since version {before.version}")
    return _entry(row)


async def count_ahead(connection: AsyncConnection, mine: Entry) -> int:
    """Count those waiting before *mine*: two index ranges, 3 to 30 times quicker than one `OR` at a million rows."""
    waiting = and_(entry.c.waitlist_id == mine.waitlist_id, entry.c.state == State.WAITING)
    higher = select(func.count()).select_from(entry).where(waiting, entry.c.priority > mine.priority)
    earlier = (
        select(func.count())
        .select_from(entry)
        .where(waiting, entry.c.priority == mine.priority, entry.c.seq < mine.seq)
    )
    ahead: int = (await connection.execute(select(higher.scalar_subquery() + earlier.scalar_subquery()))).scalar_one()
    return ahead


async def count_states(connection: AsyncConnection, waitlist_id: int) -> dict[State, int]:
    """Count the entries of each state."""
    query = select(entry.c.state, func.count()).where(entry.c.waitlist_id == waitlist_id).group_by(entry.c.state)
    return {row[0]: row[1] for row in await connection.execute(query)}


async def list_entries(
    connection: AsyncConnection, waitlist_id: int, *, state: State | None, limit: int
) -> Sequence[Entry]:
    """Give the first *limit* entries in joining order."""
    query = select(*_ENTRY).where(entry.c.waitlist_id == waitlist_id).order_by(entry.c.seq).limit(limit)
    if state is not None:
        query = query.where(entry.c.state == state)
    return [_entry(row) for row in (await connection.execute(query)).mappings()]


async def grant(
    connection: AsyncConnection, *, member: str, feature: str, granted_by: str, hash_version: int,
    consent_version: str, now: datetime,
) -> None:  # fmt: skip
    """Open an enrollment: from here on the member has the feature."""
    await connection.execute(
        insert(enrollment).values(
            member=member, feature=feature, granted_by=granted_by, hash_version=hash_version,
            consent_version=consent_version, granted_at=now,
        )
    )  # fmt: skip


async def end_enrollment(connection: AsyncConnection, *, member: str, feature: str, now: datetime, reason: str) -> None:
    """Take the feature away; the row stays, as history."""
    mine = update(enrollment).where(enrollment.c.member == member, enrollment.c.feature == feature)
    await connection.execute(mine.where(enrollment.c.revoked_at.is_(None)).values(revoked_at=now, reason=reason))


async def has_enrollment(connection: AsyncConnection, *, member: str, feature: str) -> bool:
    """Tell whether *member* has *feature* now."""
    mine = (enrollment.c.member == member, enrollment.c.feature == feature, enrollment.c.revoked_at.is_(None))
    return bool((await connection.execute(select(exists().where(*mine)))).scalar_one())


async def rename_enrollments(connection: AsyncConnection, *, member: str, to: str) -> None:
    """Keep the history of *member*'s enrollments under *to*, without the reasons given."""
    mine = update(enrollment).where(enrollment.c.member == member)
    await connection.execute(mine.values(member=to, reason="erased"))
