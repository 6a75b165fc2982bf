"""A rollout on a fresh database of each engine, and a way to stand a member anywhere."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from rollout import Rollout, State, store, upgrade
from rollout.__main__ import engine_at
from rollout.model import SEATED

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
Stand = Callable[[str, State | None], Awaitable[None]]


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    async with engine_at(database_url) as engine:
        async with engine.begin() as connection:
            await connection.run_sync(upgrade)
        yield engine


@pytest.fixture
async def rollout(engine: AsyncEngine) -> Rollout:
    """A rollout with three seats in its health waitlist."""
    rollout = Rollout(begin=engine.begin, read=engine.connect, clock=lambda: NOW)
    await rollout.open_waitlist(capacity=3)
    return rollout


@pytest.fixture
def stand(engine: AsyncEngine, rollout: Rollout) -> Stand:
    """Stand a member in a state, also in those that no verb reaches yet, with the seat and the access it goes with."""

    async def put(member: str, state: State | None) -> None:
        if state is None:
            return
        await rollout.join(member, strata={}, notify=False)
        async with engine.begin() as connection:
            waitlist = await store.get_waitlist(connection, "health", lock=True)
            entry = await store.get_entry(connection, waitlist.id, member)
            assert entry is not None
            await store.take_seats(connection, waitlist.id, int(state in SEATED))
            await store.change_entry(connection, entry, state=state, state_by="alice")
            if state is State.ACTIVE:
                await store.grant(
                    connection,
                    member=member,
                    feature="health",
                    granted_by="manual:alice",
                    hash_version=1,
                    consent_version="v1",
                    now=NOW,
                )

    return put
