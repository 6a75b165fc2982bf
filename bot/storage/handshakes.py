"""Round trips under way: what a person who comes back from a sign-in page is waited for with, once and not for long."""

from datetime import datetime

from sqlalchemy import delete, insert, select

from bot.crypto import open_for_state, seal_for_state, state_digest
from bot.kernel.clock import Clock
from bot.storage.engine import Database
from bot.storage.schema import handshake as table


class Handshakes:
    """Those of one main database."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def put(self, state: str, data: bytes, *, expires_at: datetime) -> None:
        """Keep *data* for whoever comes with *state* in time."""
        row = {"digest": state_digest(state), "body": seal_for_state(state, data), "expires_at": expires_at}
        async with self._db.write() as connection:
            await connection.execute(insert(table).values(row))

    async def find(self, state: str) -> bytes | None:
        """Give what was kept for *state*; None when there is nothing, or not any more."""
        mine = select(table.c.body).where(table.c.digest == state_digest(state), table.c.expires_at > self._clock())
        async with self._db.read() as connection:
            body: bytes | None = (await connection.execute(mine)).scalar_one_or_none()
        return None if body is None else open_for_state(state, body)

    async def end(self, state: str) -> None:
        """Forget *state*: nobody comes with it twice."""
        async with self._db.write() as connection:
            await connection.execute(delete(table).where(table.c.digest == state_digest(state)))

    async def forget_expired(self) -> int:
        """Forget those nobody came back with; gives how many."""
        async with self._db.write() as connection:
            return (await connection.execute(delete(table).where(table.c.expires_at <= self._clock()))).rowcount
