"""The one clock all workers share: the server's, or this machine's for a file; and what a lane's epochs start from."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, ColumnElement, Interval, cast, func, literal

from bot.kernel.clock import Clock
from bot.storage.engine import Database
from bot.storage.types import UtcDateTime

_AT_ONCE: Final = timedelta(0)
_UNIX_DAY: Final = 2440587.5  # 1 January 1970, as SQLite counts days
_MS_A_DAY: Final = 86_400_000


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
    if dialect == "postgresql":
        return cast(func.extract("epoch", func.statement_timestamp()) * 1000, BigInteger)
    return cast((func.julianday("now") - _UNIX_DAY) * _MS_A_DAY, BigInteger)
