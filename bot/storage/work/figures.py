"""What an operator watches of the queue, each read from an index that holds unfinished, dead or due rows only."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from bot.kernel.clock import Clock
from bot.storage.engine import Database
from bot.storage.schema import lane as lanes
from bot.storage.schema import work
from bot.storage.types import UtcDateTime
from bot.storage.work.moment import moment
from bot.storage.work.states import DEAD, UNFINISHED


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts and an age, never whose."""

    pending: int
    oldest: timedelta  # since the oldest unfinished message was sent; zero when there is none
    dead: int
    leases: int  # held at this moment


async def figures(db: Database, clock: Clock) -> Figures:
    """Read them in one statement."""
    now = moment(db, clock)
    unfinished = select(func.count(), func.min(work.c.received_at, type_=UtcDateTime)).where(UNFINISHED).subquery()
    dead = select(func.count()).select_from(work).where(DEAD).scalar_subquery()
    # A lane is due for as long as it is held; idle ones, nearly all, are not looked at.
    held = select(func.count()).select_from(lanes).where(lanes.c.due_at <= now, lanes.c.lease_until > now)
    async with db.read() as connection:
        pending, oldest, dead_rows, leases, at = (
            await connection.execute(select(unfinished, dead, held.scalar_subquery(), now))
        ).one()
    age = at - oldest if oldest is not None else timedelta(0)
    return Figures(pending=pending, oldest=max(age, timedelta(0)), dead=dead_rows, leases=leases)
