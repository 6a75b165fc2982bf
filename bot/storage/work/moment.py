"""The one clock all workers share: the server's, or this machine's for a file; and what a lane's epochs start from."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, ColumnElement, Interval, func, literal, literal_column

from bot.kernel.clock import Clock
from bot.storage.engine import Database
from bot.storage.types import UtcDateTime

_AT_ONCE: Final = timedelta(0)
_POSTGRESQL_MS: Final[ColumnElement[int]] = literal_column(
    "CAST(EXTRACT(EPOCH FROM statement_timestamp()) * 1000 AS BIGINT)", BigInteger
)
# SQLite counts days, from long ago.
_SQLITE_MS: Final[ColumnElement[int]] = literal_column(
    "CAST((julianday('now') - julianday('1970-01-01')) * 86400000 AS INTEGER)", BigInteger
)


def moment(db: Database, clock: Clock, plus: timedelta = _AT_ONCE) -> ColumnElement[datetime]:
    """Give now, and some time more or less."""
    if db.dialect == "postgresql":
        return func.statement_timestamp(type_=UtcDateTime) + literal(plus, Interval)
    return literal(clock() + plus, UtcDateTime)


def first_epoch(dialect: str) -> ColumnElement[int]:
    """Give a number above every epoch an earlier lane of the same name can have had: the milliseconds since 1970.

    An idle lane may be removed and made again. Counted from zero, its claims would have the numbers of old ones, and
    a worker that slept all that time could write. A lane is not claimed a thousand times a second.
    """
    return _POSTGRESQL_MS if dialect == "postgresql" else _SQLITE_MS
