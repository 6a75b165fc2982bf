"""`carnet rollout …`: the roll-out's own verbs on Carnet's main database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import typer

import rollout
from bot.kernel.clock import utc_now
from bot.settings import load
from bot.storage.engine import Database, store_url
from bot.storage.migrate import upgrade


@asynccontextmanager
async def _opened(_: typer.Context) -> AsyncIterator[rollout.Rollout]:
    db = Database(store_url(load(), "main"))
    try:
        await upgrade(db, rollout.MIGRATIONS, version_table=rollout.VERSION_TABLE)
        yield rollout.Rollout(begin=db.write, read=db.read, clock=utc_now)
    finally:
        await db.close()


rollout_app: Final = rollout.build_cli(_opened)
