"""The tables of the health database: ids and times in the clear, everything else sealed bytes."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)

from bot.storage.types import UtcDateTime

metadata = MetaData()

profile = Table(
    "health_profile",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("adult_at", UtcDateTime, nullable=False),  # when they said they are 18 or older
)

consent = Table(
    "consent",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False, index=True),
    Column("version", String(20), nullable=False),
    Column("digest", String(64), nullable=False),  # SHA-256 of the very text shown
    Column("language", String(2), nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime),
)

turn = Table(
    "health_turn",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("turn_id", String(20), nullable=False),
    Column("role", String(10), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("person_id", "turn_id", "role"),  # a replay is remembered once
    CheckConstraint("role IN ('user', 'assistant')", name="role_known"),
)

note = Table(
    "health_note",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

source = Table(
    "source",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),  # kind and label: sealed JSON
    Column("created_at", UtcDateTime, nullable=False),
)

document = Table(
    "document",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("turn_id", String(20), nullable=False),
    Column("state", String(10), nullable=False),
    Column("revision", Integer, nullable=False),  # of the proposal; a button of an older screen is refused
    Column("content_index", LargeBinary, nullable=False),  # keyed hash of the file: the same one twice is noticed
    Column("original", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),  # the report as proposed, then its head: sealed JSON
    Column("changed_by", String(20)),  # the turn that last changed it: that turn replayed changes nothing more
    Column("created_at", UtcDateTime, nullable=False),
    Column("confirmed_at", UtcDateTime),
    Column("source_id", Uuid),  # where it came from, when that is more than the file: a connection
    Column("message_id", BigInteger),  # of the upload in the person's chat, so that it can be deleted there
    Column("upload_id", Uuid),  # the sealed file that is its original; `original` holds that file's key then
    Column("touched_at", UtcDateTime),  # when it was last reopened or discarded: proposals end a day after
    UniqueConstraint("person_id", "turn_id"),
    CheckConstraint("state IN ('proposed', 'confirmed', 'discarded')", name="state_known"),
)

fact = Table(
    "fact",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("document_id", Uuid, ForeignKey("document.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("position", Integer, nullable=False),  # order on the report
    Column("repeats", Boolean, nullable=False),  # a second form of the result above it, in another unit
    Column("analyte_index", LargeBinary),  # keyed; None for an analyte we do not know
    Column("body", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("same_index", LargeBinary),  # keyed: what another document says as well is found by it
    Column("superseded_by", Uuid),  # the fact that says the same from a better source, or says otherwise since
    Index("fact_by_person", "person_id", "analyte_index"),
)

rollup = Table(
    "rollup",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("document_id", Uuid, ForeignKey("document.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("metric_index", LargeBinary, nullable=False),  # keyed
    Column("month", String(7), nullable=False),  # "2026-11"
    Column("body", LargeBinary, nullable=False),  # one metric of one device, day by day: sealed JSON
    Column("created_at", UtcDateTime, nullable=False),
    Index("rollup_by_metric", "person_id", "metric_index", "month"),
)

answer = Table(
    "answer",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("turn_id", String(20), nullable=False),
    Column("body", LargeBinary, nullable=False),  # ids of the facts used, sources, model: what /why shows
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("person_id", "turn_id"),
)

risk_state = Table(
    "risk_state",
    metadata,
    Column("id", Uuid, primary_key=True),  # of the person and the turn: a replay is noted once
    Column("person_id", Uuid, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),  # when, how grave, by which rule: sealed JSON
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

preference = Table(
    "health_preference",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("body", LargeBinary, nullable=False),  # how much of a result they want to read: sealed JSON
    Column("changed_at", UtcDateTime, nullable=False),
)

connection = Table(
    "connection",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False, index=True),
    Column("source_id", Uuid, nullable=False),
    Column("state", String(12), nullable=False),
    Column("expires_at", UtcDateTime),  # of the link while pending, of the access afterwards
    Column("body", LargeBinary, nullable=False),  # provider, patient, tokens, scopes, what they allowed: sealed JSON
    Column("seen", LargeBinary),  # fingerprints of what was brought already: sealed JSON
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint(
        "state IN ('pending', 'connected', 'expired', 'error', 'paused', 'disconnected')", name="state_known"
    ),
)

sync_run = Table(
    "sync_run",
    metadata,
    Column("id", Uuid, primary_key=True),  # of the connection and the turn: a replay is noted once
    Column("person_id", Uuid, nullable=False),
    Column("connection_id", Uuid, ForeignKey("connection.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=False),
    Column("outcome", String(10), nullable=False),
    CheckConstraint("outcome IN ('ok', 'partial', 'failed')", name="outcome_known"),
)

sync_item = Table(
    "sync_item",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("run_id", Uuid, ForeignKey("sync_run.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),  # of which kind, how many, what was refused: sealed JSON
)

OF_A_PERSON = (
    sync_item,
    sync_run,
    connection,
    preference,
    risk_state,
    answer,
    fact,
    rollup,
    document,
    source,
    note,
    turn,
    consent,
    profile,
)  # erasure order: children first
