"""The queue as its users see it: each step is committed on return, together with whatever others do just then."""

import asyncio
import contextlib
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from bot.kernel.clock import Clock
from bot.storage.engine import Database
from bot.storage.work.figures import Figures, figures
from bot.storage.work.model import Claim, Express
from bot.storage.work.transactions import Transactions

_ERROR_NAME: Final = re.compile(r"[A-Za-z_]\w{0,79}")
# Claiming comes last in a shared transaction: it waits for no lock, and nobody else's lock is waited for after it.
_LAST: Final = "\U0010ffff"


class Work:
    """The queue of one main database."""

    def __init__(self, db: Database, clock: Clock, *, lease: timedelta) -> None:
        self.lease = lease
        self._db = db
        self._clock = clock
        self._do = Transactions(db.dialect, clock, lease=lease)
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
        put = partial(self._do.put, key=key, lane=lane, space=space, payload=payload, at=received_at, express=express)
        row = await self._db.run(put, order=lane)
        if row is not None:
            if express is not None:
                self._given_up[lane] = row
                self._express.set()
            self._wake.set()
        return row is not None

    async def put_express(self, express: Express, *, received_at: datetime) -> None:
        """Accept what is worded already, and nothing else; a repeat changes nothing."""
        await self._db.run(partial(self._do.put_express, express=express, at=received_at), order=express.lane)
        self._express.set()
        self._wake.set()

    def given_up(self) -> Mapping[str, int]:
        """Give, once, the lanes whose turns this process was told to give up: those of rows older than the number."""
        lanes_told, self._given_up = self._given_up, {}
        return lanes_told

    async def claim(self, limit: int, *, spaces: Collection[str], express: int = 0, sure: bool = True) -> list[Claim]:
        """Lease up to *limit* due lanes, and *express* express ones first, whose oldest row belongs to *spaces*.

        Who only asks whether there are any is not *sure*: they look first, which takes no lock.
        """
        if not limit and not express:
            return []
        mine = frozenset(str(space) for space in spaces)
        if not sure:
            express_due, ordinary_due = await self._db.look(partial(self._do.any_due, spaces=mine))
            if not (express_due or ordinary_due):
                return []
            limit, express = limit * ordinary_due, express * express_due
        return await self._db.run(partial(self._do.claim, limit=limit, spaces=mine, express=express), order=_LAST)

    async def mend(self) -> None:
        """Undo what a clock that was set back would do: chats held by the dead, or waiting, until it has caught up."""
        await self._db.run(self._do.mend, order=_LAST)

    async def extend(self, claim: Claim) -> int:
        """Renew the lease; `LeaseLostError` says to stop working. Turns of rows older than the number are given up."""
        return await self._db.run(partial(self._do.extend, claim=claim), order=claim.lane)

    async def release(self, claim: Claim) -> None:
        """Give the lane back with its row undone: it is due at once, for whoever claims it."""
        await self._db.run(partial(self._do.release, claim=claim), order=claim.lane)

    async def shown(self, claim: Claim, message_id: int) -> None:
        """Remember the message that stands for the answer until there is one."""
        await self._db.run(partial(self._do.shown, claim=claim, message_id=message_id), order=claim.lane)

    async def answer(self, claim: Claim, bodies: Sequence[bytes], *, placed: Mapping[int, int] | None = None) -> None:
        """Commit the sealed answer, before any of it is sent; *placed* are the messages that wait for it, by number."""
        answer = partial(self._do.answer, claim=claim, bodies=bodies, placed=placed or {})
        await self._db.run(answer, order=claim.lane)

    async def placed(
        self, claim: Claim, n: int, message_id: int, *, sent: Mapping[int, int | None] | None = None
    ) -> None:
        """Remember the message that waits for outgoing *n*, before it is replaced by it, and those *sent* so far."""
        settled = {done: ("sent", message) for done, message in (sent or {}).items()}
        placed = partial(self._do.placed, claim=claim, n=n, message_id=message_id, settled=settled)
        await self._db.run(placed, order=claim.lane)

    async def sent(self, claim: Claim, n: int, message_id: int | None) -> None:
        """Remember that outgoing *n* was shown, when more are to follow; `finish` remembers the rest."""
        await self._settle(claim, n, "sent", message_id)

    async def refused(self, claim: Claim, n: int) -> None:
        """Remember that outgoing *n* will never be accepted."""
        await self._settle(claim, n, "refused", None)

    async def finish(self, claim: Claim, sent: Mapping[int, int | None], refused: Collection[int] = ()) -> Claim | None:
        """End the row and erase what it carried; give the claim on the lane's next row, or None: the lane is free.

        An outgoing message that was neither sent nor refused is a `ConflictError`: it would be lost.
        """
        settled: dict[int, tuple[str, int | None]] = {n: ("sent", message) for n, message in sent.items()}
        settled |= dict.fromkeys(refused, ("refused", None))
        finish = partial(self._do.finish, claim=claim, settled=settled)
        following, handed_over = await self._db.run(finish, order=claim.lane)
        if handed_over:
            self._wake.set()
        return following

    async def fail(
        self, claim: Claim, error: str, *, retry_in: timedelta, give_up_after: int, placeholder: int | None = None
    ) -> bool:
        """Put the row back for later, at the head of its lane; True when that was its last try and it is dead."""
        if not _ERROR_NAME.fullmatch(error):
            raise ValueError("an error is kept by the name of its type: its text may quote a person")
        attempts = claim.item.attempts + 1
        dead = attempts >= give_up_after
        waiting = None if dead else placeholder  # what stands there says sorry from now on
        fail = partial(
            self._do.fail,
            claim=claim,
            error=error,
            attempts=attempts,
            retry_in=retry_in,
            dead=dead,
            placeholder=waiting,
        )
        await self._db.run(fail, order=claim.lane)
        if dead:
            self._wake.set()
        return dead

    async def postpone(self, claim: Claim, *, retry_in: timedelta) -> None:
        """Put an answered row back for later, at the head of its lane: that is no failure of its own."""
        await self._db.run(partial(self._do.postpone, claim=claim, retry_in=retry_in), order=claim.lane)

    async def count(self, claim: Claim) -> None:
        """Count this try beforehand, as `fail` would: it may never come to that."""
        await self._db.run(partial(self._do.count, claim=claim), order=claim.lane)

    async def wait(self, timeout: float) -> bool:  # noqa: ASYNC109  how long to sleep, not a deadline
        """Sleep until this process puts something, or *timeout* seconds: other processes are found by asking again.

        Says whether something was put here.
        """
        # Not `wait_for`: before Python 3.12 it forgets a cancellation that comes as the wait ends, and nobody stops.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._wake.wait()
        put = self._wake.is_set()
        self._wake.clear()
        self._express.clear()
        return put

    async def wait_express(self) -> None:
        """Sleep until this process puts something express."""
        await self._express.wait()
        self._express.clear()

    async def pending(self) -> int:
        """Count the rows not finished yet."""
        return await self._db.look(self._do.pending)

    async def figures(self) -> Figures:
        """Give what an operator watches; cheap however many finished rows are kept."""
        return await figures(self._db, self._clock)

    async def _settle(self, claim: Claim, n: int, state: str, message_id: int | None) -> None:
        settle = partial(self._do.settle, claim=claim, n=n, state=state, message_id=message_id)
        await self._db.run(settle, order=claim.lane)
