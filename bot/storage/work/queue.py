"""The queue's transactions: each is one commit, and every lane change starts by locking the lane's row.

That first lock is what keeps order (two `put`s of one lane cannot swap) and what loses no wake-up (a `put` waits
for the `finish` that would release the lane, or is seen by it). On SQLite the one writer gives the same.
"""

import asyncio
import contextlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Interval, Select, case, func, insert, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.kernel.clock import Clock
from bot.storage.engine import Database
from bot.storage.schema import lane as lanes
from bot.storage.schema import outbox, work
from bot.storage.types import UtcDateTime
from bot.storage.work.model import Claim, Express, LeaseLostError, WorkItem
from bot.storage.work.rows import UNFINISHED, oldest_rows

_ERROR_NAME: Final = re.compile(r"[A-Za-z_]\w{0,79}")
_AT_ONCE: Final = timedelta(0)


class Work:
    """The queue of one main database."""

    def __init__(self, db: Database, clock: Clock, *, lease: timedelta) -> None:
        self.lease = lease
        self._db = db
        self._clock = clock
        self._dialect = sqlite if db.dialect == "sqlite" else postgresql
        self._wake = asyncio.Event()
        self._express = asyncio.Event()
        self._given_up: dict[str, int] = {}

    async def put(
        self,
        *,
        key: str,
        lane: str,
        space: str,
        payload: bytes,
        received_at: datetime,
        express: Express | None = None,
    ) -> bool:
        """Accept a row, committed on return; False when *key* was accepted before.

        *express* is accepted with it, and whatever is being worked out in *lane* just then is to be given up.
        """
        async with self._db.write() as connection:
            row = await self._insert(connection, key=key, lane=lane, space=space, payload=payload, at=received_at)
            if row is not None and express is not None:
                given_up = update(lanes).where(lanes.c.name == lane)
                await connection.execute(given_up.values(given_up_before=row))
                await self._insert_express(connection, express, received_at)
        if row is not None:
            if express is not None:
                self._given_up[lane] = row
                self._express.set()
            self._wake.set()
        return row is not None

    async def put_express(self, express: Express, *, received_at: datetime) -> None:
        """Accept what is worded already, and nothing else; a repeat changes nothing."""
        async with self._db.write() as connection:
            await self._insert_express(connection, express, received_at)
        self._express.set()
        self._wake.set()

    def given_up(self) -> Mapping[str, int]:
        """Give, once, the lanes whose turns this process was told to give up: those of rows older than the number."""
        lanes_told, self._given_up = self._given_up, {}
        return lanes_told

    async def claim(self, limit: int, *, spaces: Collection[str], express: int = 0) -> list[Claim]:
        """Lease up to *limit* due lanes, and *express* express ones first, whose oldest row belongs to *spaces*."""
        mine = frozenset(str(space) for space in spaces)
        if not limit and not express:
            return []
        async with self._db.write() as connection:
            due = {
                row.name: row.lease_until
                for fast, most in ((True, express), (False, limit))
                if most
                for row in await connection.execute(self._due(mine, most, express=fast))
            }
            names = list(due)
            if not names:
                return []
            # Read again now that the lanes are ours: the query above may have seen rows finished meanwhile.
            items = await oldest_rows(connection, names)
            await self._release(connection, [name for name in names if name not in items], due_at=None)
            taken = [name for name in names if name in items and items[name].space in mine]
            leased = (
                update(lanes)
                .where(lanes.c.name.in_(taken))
                .values(epoch=lanes.c.epoch + 1, lease_until=self._now(self.lease))
                .returning(lanes.c.name, lanes.c.epoch, lanes.c.express)
            )
            rows = {row.name: row for row in await connection.execute(leased)} if taken else {}
            # A lane given back has no lease: one that ran out was held by a process that died, froze or lost its database.
            items |= await self._count_crashes(connection, {name: items[name] for name in taken if due[name]})
        return [
            Claim(lane=name, epoch=rows[name].epoch, spaces=mine, item=items[name], express=rows[name].express)
            for name in taken
        ]

    def _due(self, mine: Collection[str], limit: int, *, express: bool) -> Select[str, datetime]:
        oldest = select(work.c.space).where(work.c.lane == lanes.c.name, UNFINISHED).order_by(work.c.id).limit(1)
        space = oldest.correlate(lanes).scalar_subquery()
        return (
            select(lanes.c.name, lanes.c.lease_until)
            .where(
                lanes.c.due_at <= self._now(),
                lanes.c.express.is_(express),
                or_(lanes.c.lease_until.is_(None), lanes.c.lease_until <= self._now()),
                or_(space.in_(sorted(mine)), space.is_(None)),
            )
            .order_by(lanes.c.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )

    async def extend(self, claim: Claim) -> int:
        """Renew the lease; `LeaseLostError` says to stop working. Turns of rows older than the number are given up."""
        async with self._db.write() as connection:
            await self._hold(connection, claim)
            told = select(lanes.c.given_up_before).where(lanes.c.name == claim.lane)
            return (await connection.execute(told)).scalar_one() or 0

    async def shown(self, claim: Claim, message_id: int) -> None:
        """Remember the message that stands for the answer until there is one."""
        async with self._db.write() as connection:
            await self._hold(connection, claim)
            one = update(work).where(work.c.id == claim.item.id)
            await connection.execute(one.values(placeholder=message_id))

    async def answer(self, claim: Claim, bodies: Sequence[bytes], *, placed: Mapping[int, int] | None = None) -> None:
        """Commit the sealed answer, before any of it is sent; *placed* are the messages that wait for it, by number."""
        waiting = placed or {}
        rows = [
            {"work_id": claim.item.id, "n": n, "body": body, "state": "pending", "message_id": waiting.get(n)}
            for n, body in enumerate(bodies)
        ]
        async with self._db.write() as connection:
            await self._hold(connection, claim)
            if rows:
                await connection.execute(insert(outbox), rows)
            await connection.execute(update(work).where(work.c.id == claim.item.id).values(state="answered"))

    async def placed(self, claim: Claim, n: int, message_id: int) -> None:
        """Remember the message that waits for outgoing *n*, before it is replaced by it."""
        await self._settle_one(claim, n, message_id=message_id)

    async def sent(self, claim: Claim, n: int, message_id: int | None) -> None:
        """Remember that outgoing *n* was shown, when more are to follow; `finish` remembers the rest."""
        await self._settle_one(claim, n, state="sent", message_id=message_id)

    async def refused(self, claim: Claim, n: int) -> None:
        """Remember that outgoing *n* will never be accepted."""
        await self._settle_one(claim, n, state="refused", message_id=None)

    async def finish(self, claim: Claim, sent: Mapping[int, int | None], refused: Collection[int] = ()) -> Claim | None:
        """End the row and erase what it carried; give the claim on the lane's next row, or None: the lane is free.

        An outgoing message that was neither sent nor refused is a `ConflictError`: it would be lost.
        """
        settled: dict[str, Any] = {"body": None}
        states = dict.fromkeys(sent, "sent") | dict.fromkeys(refused, "refused")
        shown = {n: message_id for n, message_id in sent.items() if message_id is not None}
        if states:
            settled["state"] = case(states, value=outbox.c.n, else_=outbox.c.state)
        if shown:
            settled["message_id"] = case(shown, value=outbox.c.n, else_=outbox.c.message_id)
        async with self._db.write() as connection:
            await self._hold(connection, claim)
            await connection.execute(update(outbox).where(outbox.c.work_id == claim.item.id).values(settled))
            await self._end(connection, claim.item, state="done")
            return await self._next(connection, claim)

    async def fail(
        self, claim: Claim, error: str, *, retry_in: timedelta, give_up_after: int, placeholder: int | None = None
    ) -> bool:
        """Put the row back for later, at the head of its lane; True when that was its last try and it is dead."""
        if not _ERROR_NAME.fullmatch(error):
            raise ValueError("an error is kept by the name of its type: its text may quote a person")
        attempts = claim.item.attempts + 1
        dead = attempts >= give_up_after
        async with self._db.write() as connection:
            await self._hold(connection, claim)
            failed = {"attempts": attempts, "last_error": error, "placeholder": placeholder}
            await connection.execute(update(work).where(work.c.id == claim.item.id).values(failed))
            if dead:
                unsent = update(outbox).where(outbox.c.work_id == claim.item.id)
                state = case((outbox.c.state == "pending", "refused"), else_=outbox.c.state)
                await connection.execute(unsent.values(state=state, body=None))
                await self._end(connection, claim.item, state="dead")
            await self._release(connection, [claim.lane], due_at=self._now(_AT_ONCE if dead else retry_in))
        if dead:
            self._wake.set()
        return dead

    async def postpone(self, claim: Claim, *, retry_in: timedelta) -> None:
        """Put an answered row back for later, at the head of its lane: that is no failure of its own."""
        async with self._db.write() as connection:
            await self._hold(connection, claim)
            await self._release(connection, [claim.lane], due_at=self._now(retry_in))

    async def count(self, claim: Claim) -> None:
        """Count this try beforehand, as `fail` would: it may never come to that."""
        async with self._db.write() as connection:
            await self._hold(connection, claim)
            one = update(work).where(work.c.id == claim.item.id)
            await connection.execute(one.values(attempts=claim.item.attempts + 1))

    async def wait(self, timeout: float) -> None:  # noqa: ASYNC109  how long to sleep, not a deadline
        """Sleep until this process puts something, or *timeout* seconds: other processes are found by asking again."""
        # Not `wait_for`: before Python 3.12 it forgets a cancellation that comes as the wait ends, and nobody stops.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._wake.wait()
        self._wake.clear()
        self._express.clear()

    async def wait_express(self) -> None:
        """Sleep until this process puts something express."""
        await self._express.wait()
        self._express.clear()

    async def pending(self) -> int:
        """Count the rows not finished yet."""
        async with self._db.read() as connection:
            return (await connection.execute(select(func.count()).select_from(work).where(UNFINISHED))).scalar_one()

    async def _insert(
        self,
        connection: AsyncConnection,
        *,
        key: str,
        lane: str,
        space: str,
        payload: bytes,
        at: datetime,
        **lane_is: bool,
    ) -> int | None:
        """Add a row and make its lane due; gives its id, None when *key* is there already."""
        due = self._dialect.insert(lanes).values(name=lane, due_at=self._now(), epoch=0, **lane_is)
        due = due.on_conflict_do_update(
            index_elements=["name"],
            # A lane waiting to retry keeps its time: newer rows wait behind the one that failed.
            set_={"due_at": func.coalesce(lanes.c.due_at, due.excluded.due_at)},
        )
        row = self._dialect.insert(work).values(
            dedupe_key=key,
            lane=lane,
            space=str(space),
            state="pending",
            payload=payload,
            attempts=0,
            received_at=at,
        )
        accepted = row.on_conflict_do_nothing(index_elements=["dedupe_key"]).returning(work.c.id)
        await connection.execute(due)  # first: see the module
        return (await connection.execute(accepted)).scalar_one_or_none()

    async def _insert_express(self, connection: AsyncConnection, express: Express, at: datetime) -> None:
        row = await self._insert(
            connection,
            key=express.key,
            lane=express.lane,
            space=express.space,
            payload=express.payload,
            at=at,
            express=True,
        )
        if row is not None:
            await connection.execute(insert(outbox).values(work_id=row, n=0, body=express.body, state="pending"))
            await connection.execute(update(work).where(work.c.id == row).values(state="answered"))

    def _now(self, plus: timedelta = _AT_ONCE) -> ColumnElement[datetime]:
        """Give the moment by the one clock all workers share: the server's, or this machine's for a file."""
        if self._db.dialect == "postgresql":
            return func.statement_timestamp(type_=UtcDateTime) + literal(plus, Interval)
        return literal(self._clock() + plus, UtcDateTime)

    async def _hold(self, connection: AsyncConnection, claim: Claim) -> None:
        """Lock the lane and renew the lease, or learn that it is lost. A released lane has no lease to renew."""
        mine = (lanes.c.name == claim.lane, lanes.c.epoch == claim.epoch, lanes.c.lease_until.is_not(None))
        held = await connection.execute(update(lanes).where(*mine).values(lease_until=self._now(self.lease)))
        if held.rowcount != 1:
            raise LeaseLostError(f"work {claim.item.id}: lane epoch {claim.epoch} is over")

    async def _count_crashes(self, connection: AsyncConnection, died: Mapping[str, WorkItem]) -> Mapping[str, WorkItem]:
        if died:
            ids = [item.id for item in died.values()]
            await connection.execute(update(work).where(work.c.id.in_(ids)).values(crashes=work.c.crashes + 1))
        return {name: replace(item, crashes=item.crashes + 1) for name, item in died.items()}

    async def _settle_one(self, claim: Claim, n: int, **values: object) -> None:
        one = update(outbox).where(outbox.c.work_id == claim.item.id, outbox.c.n == n)
        async with self._db.write() as connection:
            await self._hold(connection, claim)
            await connection.execute(one.values(**values))

    async def _end(self, connection: AsyncConnection, item: WorkItem, *, state: str) -> None:
        ended = update(work).where(work.c.id == item.id)
        await connection.execute(ended.values(state=state, payload=None, done_at=self._now()))

    async def _next(self, connection: AsyncConnection, claim: Claim) -> Claim | None:
        """Go on with the lane's next row, or give the lane back; runs after the lane was locked, so it sees every put."""
        following = (await oldest_rows(connection, [claim.lane])).get(claim.lane)
        if following is None:
            await self._release(connection, [claim.lane], due_at=None)
            return None
        if following.space not in claim.spaces:
            await self._release(connection, [claim.lane], due_at=self._now())
            self._wake.set()
            return None
        return replace(claim, item=following)

    async def _release(
        self, connection: AsyncConnection, names: Collection[str], *, due_at: ColumnElement[datetime] | None
    ) -> None:
        if not names:
            return
        freed = {"due_at": due_at, "lease_until": None}
        if due_at is None:  # nothing is left to give up, and a mark that stayed would tell whose chat had a card
            freed["given_up_before"] = None
        await connection.execute(update(lanes).where(lanes.c.name.in_(names)).values(freed))
