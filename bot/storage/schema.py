"""The tables of the main database (never a health column) and of the two key stores, which share one shape."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    false,
)

from bot.storage.types import UtcDateTime

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
MAIN = MetaData(naming_convention=_NAMES)
KEYS = MetaData(naming_convention=_NAMES)

person = Table(
    "person",
    MAIN,
    Column("id", Uuid, primary_key=True),
    Column("telegram_id", BigInteger, nullable=False, unique=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("language", String(2), nullable=False),
    Column("country", String(2)),
    Column("space", String(20), nullable=False, server_default="general"),
    Column(
        "mode_order", BigInteger, nullable=False, server_default="0"
    ),  # how often `space` was decided: a stale decision is void
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("unreachable_at", UtcDateTime),  # they blocked the bot or are gone: nothing is sent unasked until they write
)

general_turn = Table(
    "general_turn",
    MAIN,
    Column("id", Uuid, primary_key=True),  # made by the caller: the seal is bound to it
    Column("person_id", Uuid, ForeignKey("person.id"), nullable=False),
    Column("turn_id", String(20), nullable=False),
    Column("role", String(10), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("person_id", "turn_id", "role"),  # a replay is remembered once
    CheckConstraint("role IN ('user', 'assistant')", name="role"),
)

general_memory = Table(
    "general_memory",
    MAIN,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.id"), nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

model_usage = Table(
    "model_usage",
    MAIN,
    Column("pseudonym", String(64), primary_key=True),  # keyed by the person's own key: unlinkable once that is gone
    Column("day", Date, primary_key=True),
    Column("tokens_in", Integer, nullable=False),
    Column("tokens_out", Integer, nullable=False),
)

work = Table(
    "work",
    MAIN,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("dedupe_key", String(200), nullable=False, unique=True),
    Column("lane", String(100), nullable=False),
    Column("space", String(20), nullable=False),
    Column("state", String(10), nullable=False),
    Column("payload", LargeBinary),  # sealed; null once done; a dead row keeps it while it may be put back
    Column("attempts", Integer, nullable=False),
    Column(
        "crashes", Integer, nullable=False, server_default="0"
    ),  # how often whoever worked on it was never heard of again
    Column("placeholder", BigInteger),  # the message shown already, which the answer will replace
    Column("last_error", String(80)),  # the exception's type, never its text
    Column("received_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    CheckConstraint("state IN ('pending', 'answered', 'done', 'dead')", name="state"),
    CheckConstraint("payload IS NOT NULL OR state IN ('done', 'dead')", name="payload"),
    sqlite_autoincrement=True,  # an id names a turn for ever: SQLite must not reuse that of a purged row
)
# Of the unfinished rows only: small however long finished ones are kept.
Index(
    "ix_work_unfinished",
    work.c.lane,
    work.c.id,
    sqlite_where=work.c.state.in_(("pending", "answered")),
    postgresql_where=work.c.state.in_(("pending", "answered")),
)
# Of the dead ones: to count them, and to know which lanes still matter.
Index(
    "ix_work_dead",
    work.c.lane,
    work.c.id,
    sqlite_where=work.c.state == "dead",
    postgresql_where=work.c.state == "dead",
)

lane = Table(
    "lane",
    MAIN,
    Column("name", String(100), primary_key=True),
    Column("due_at", UtcDateTime, index=True),  # null: idle
    Column("lease_until", UtcDateTime),
    Column(
        "epoch", BigInteger, nullable=False
    ),  # counts claims, from the time the lane was made: an older one may no longer write
    Column("express", Boolean, nullable=False, server_default=false()),  # has workers of its own
    Column("given_up_before", BigInteger),  # a turn of an older row, still being worked out, is to be given up
)

outbox = Table(
    "outbox",
    MAIN,
    Column("work_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary),  # sealed; null once the work is done; unsent ones of a dead row keep it
    Column("state", String(10), nullable=False),
    Column("message_id", BigInteger),  # of a pending one: the message that waits for it
    ForeignKeyConstraint(["work_id"], ["work.id"]),
    CheckConstraint("state IN ('pending', 'sent', 'refused')", name="state"),
    CheckConstraint("body IS NOT NULL OR state <> 'pending'", name="body"),  # nothing unsent is erased
)

safety_report = Table(
    "safety_report",
    MAIN,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.id")),  # null: found by an evaluation
    Column("turn_id", String(20)),
    Column("item", String(80), unique=True),  # the evaluation's name for its message
    Column("space", String(20), nullable=False),
    Column("reason", String(10), nullable=False),
    Column("state", String(10), nullable=False),
    Column("severity", String(10)),
    Column("shared", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("person_id", "turn_id"),
    CheckConstraint("state IN ('reported', 'triaged', 'confirmed', 'dismissed')", name="state"),
    CheckConstraint("(severity IS NOT NULL) = (state = 'confirmed')", name="severity"),
)

safety_review = Table(
    "safety_review",
    MAIN,
    Column("id", Uuid, primary_key=True),
    Column("report_id", Uuid, ForeignKey("safety_report.id"), nullable=False, index=True),
    Column("reviewer", String(80), nullable=False),
    Column("act", String(10), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

upload = Table(
    "upload",
    MAIN,
    Column("id", Uuid, primary_key=True),  # names the sealed file too
    Column("person_id", Uuid, ForeignKey("person.id"), nullable=False, index=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("state", String(10), nullable=False),
    Column("size", BigInteger, nullable=False),  # of the whole file, as announced; 0 until one is
    Column("received", BigInteger, nullable=False),
    Column("binding", LargeBinary),  # by the token: who began, and with which file
    Column("head", LargeBinary),  # key, name and size of the file, sealed to the workers of its space
    Column("lent", LargeBinary),  # its key once more, sealed to the token; null once every byte is here
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    CheckConstraint("state IN ('open', 'begun', 'whole', 'handed')", name="state"),
    CheckConstraint("received >= 0 AND received <= size", name="received"),
    CheckConstraint("lent IS NULL OR state = 'begun'", name="lent"),
)

# Who went out to a sign-in page and is expected back. Sealed to a state that is not kept: no row names its person.
handshake = Table(
    "handshake",
    MAIN,
    Column("digest", LargeBinary, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

data_key = Table(
    "data_key",
    KEYS,
    Column("person_id", Uuid, primary_key=True),
    Column("version", SmallInteger, primary_key=True, autoincrement=False),
    Column("kek_version", SmallInteger, nullable=False, index=True),  # what a rotation still has to rewrap
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("retired_at", UtcDateTime),
    CheckConstraint("version > 0", name="version"),
)

erased = Table(
    "erased",
    KEYS,
    Column("person_id", Uuid, primary_key=True),
    Column("last_version", SmallInteger, nullable=False),  # the next key's version is higher: none is used twice
    Column("at", UtcDateTime, nullable=False),
    Column("revived_at", UtcDateTime),
)

queue_key = Table(
    "queue_key",
    KEYS,
    Column("key_id", Uuid, primary_key=True),
    Column("public", LargeBinary, nullable=False),
    Column("wrapped_private", LargeBinary, nullable=False),
    Column("kek_version", SmallInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("retired_at", UtcDateTime),
)

kek_check = Table(
    "kek_check",
    KEYS,
    Column("kek_version", SmallInteger, primary_key=True, autoincrement=False),
    Column("wrapped", LargeBinary, nullable=False),
)
