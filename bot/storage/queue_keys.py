"""Where intake finds the public keys to seal queue rows to; the private halves stay in their own key stores."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from bot.kernel.clock import Clock
from bot.storage.engine import Database
from bot.storage.schema import queue_public_key


async def publish_queue_key(db: Database, clock: Clock, *, space: str, key_id: UUID, public: bytes) -> None:
    """Let every process seal to the workers of *space*; publishing again changes nothing."""
    dialect = sqlite if db.dialect == "sqlite" else postgresql
    row = {"space": str(space), "key_id": key_id, "public": public, "created_at": clock()}
    async with db.write() as connection:
        await connection.execute(dialect.insert(queue_public_key).values(row).on_conflict_do_nothing())


async def queue_public_keys(db: Database) -> dict[str, bytes]:
    """Give the newest public key of each space."""
    columns = select(queue_public_key.c.space, queue_public_key.c.public).order_by(queue_public_key.c.created_at)
    async with db.read() as connection:
        return {row.space: row.public for row in await connection.execute(columns)}
