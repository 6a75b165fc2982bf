"""Whatever is done in whatever order, seats and access agree with the states: checked after every step."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from rollout import CapacityError, Rollout, State, TransitionError, store, upgrade
from rollout.__main__ import engine_at

T = TypeVar("T")
MEMBERS = st.sampled_from("abcde")


class SeatsAgree(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.open = AsyncExitStack()
        folder = self.open.enter_context(tempfile.TemporaryDirectory())
        self.engine = self.run(
            self.open.enter_async_context(engine_at(f"sqlite+aiosqlite:///{Path(folder) / 'rollout.db'}"))
        )
        self.rollout = Rollout(begin=self.engine.begin, read=self.engine.begin, clock=lambda: datetime.now(UTC))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run(work)

    def attempt(self, work: Coroutine[Any, Any, object]) -> None:
        with suppress(CapacityError, TransitionError):  # a refusal is fine, as long as it changes nothing by halves
            self.run(work)

    @initialize(capacity=st.integers(0, 3))
    def start(self, capacity: int) -> None:
        async def prepare() -> None:
            async with self.engine.begin() as connection:
                await connection.run_sync(upgrade)
            await self.rollout.open_waitlist(capacity=capacity)

        self.run(prepare())

    @rule(member=MEMBERS)
    def join(self, member: str) -> None:
        self.attempt(self.rollout.join(member, strata={}, notify=False))

    @rule(member=MEMBERS)
    def admit(self, member: str) -> None:
        self.attempt(self.rollout.admit(member, by="alice", reason="beta"))

    @rule(member=MEMBERS)
    def accept(self, member: str) -> None:
        self.attempt(self.rollout.accept(member, "v1"))

    @rule(member=MEMBERS, verb=st.sampled_from(["leave", "erase", "revoke"]))
    def go(self, member: str, verb: str) -> None:
        if verb == "revoke":
            self.attempt(self.rollout.revoke(member, by="alice", reason="test"))
        else:
            self.attempt(getattr(self.rollout, verb)(member))

    @rule(capacity=st.integers(0, 5))
    def resize(self, capacity: int) -> None:
        self.attempt(self.rollout.open_waitlist(capacity=capacity))

    @invariant()
    def seats_are_the_seated_and_access_is_the_active(self) -> None:
        async def look() -> tuple[int, int, Counter[State], int]:
            async with self.engine.begin() as connection:
                waitlist = await store.get_waitlist(connection, "health")
                entries = await store.list_entries(connection, waitlist.id, state=None, limit=1000)
                still_open = select(func.count()).where(store.enrollment.c.revoked_at.is_(None))
                enrolled = (await connection.execute(still_open)).scalar_one()
            return waitlist.seats_used, waitlist.capacity, Counter(entry.state for entry in entries), enrolled

        used, capacity, states, enrolled = self.run(look())
        assert used == states[State.INVITED] + states[State.ACTIVE] + states[State.SUSPENDED]
        assert used <= capacity
        assert enrolled == states[State.ACTIVE]

    def teardown(self) -> None:
        self.run(self.open.aclose())
        self.loop.close()


def test_given_any_order_of_moves_when_done_then_seats_and_access_agree_with_the_states() -> None:
    small = settings(
        max_examples=15, stateful_step_count=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )

    run_state_machine_as_test(SeatsAgree, settings=small)
