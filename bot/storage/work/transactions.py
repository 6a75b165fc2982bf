"""What each step of the queue does inside its transaction; every lane change starts by locking the lane's row.

That first lock is what keeps order (two `put`s of one lane cannot swap) and what loses no wake-up (a `put` waits
for the `finish` that would release the lane, or is seen by it). On SQLite the one writer gives the same. All of them
may be run again after a rollback: they touch nothing but their connection.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row

from bot.kernel.clock import Clock
from bot.storage.work.model import Claim, Express, LeaseLostError, Outgoing, WorkItem
from bot.storage.work.statements import Dialect, Statements

_AT_ONCE: Final = timedelta(0)
LONGEST_WAIT: Final = timedelta(minutes=15)  # of a lane to be tried again; what should wait longer is only asked again


class Transactions:
    """The steps, for one dialect."""

    def __init__(self, dialect: Dialect, clock: Clock, *, lease: timedelta) -> None:
        self._sql = Statements(dialect)
        self._server_time = dialect == "postgresql"
        self._clock = clock
        self._lease = lease

    def put(
        self,
        connection: Connection,
        *,
        key: str,
        lane: str,
        space: str,
        payload: bytes,
        at: datetime,
        express: Express | None,
    ) -> int | None:
        """Add a row, and *express* with it; gives its id, None when *key* is there already."""
        row = self._insert(connection, key=key, lane=lane, space=space, payload=payload, at=at)
        if row is not None and express is not None:
            connection.execute(self._sql.told_off, {"lane": lane, "before": row})
            self.put_express(connection, express, at)
        return row

    def put_express(self, connection: Connection, express: Express, at: datetime) -> None:
        """Add what is worded already."""
        row = self._insert(
            connection,
            key=express.key,
            lane=express.lane,
            space=express.space,
            payload=express.payload,
            at=at,
            express=True,
        )
        if row is not None:
            self._add_outgoing(connection, row, [express.body], {})

    def _insert(
        self,
        connection: Connection,
        *,
        key: str,
        lane: str,
        space: str,
        payload: bytes,
        at: datetime,
        express: bool = False,
    ) -> int | None:
        # The lane first: see the module.
        connection.execute(self._sql.lane_due, {"lane": lane, "now_at": self._moment(), "express": express})
        values = {
            "dedupe_key": key,
            "lane": lane,
            "space": str(space),
            "state": "answered" if express else "pending",
            "payload": payload,
            "received_at": at,
        }
        return connection.execute(self._sql.accepted, values).scalar_one_or_none()

    def any_due(self, connection: Connection, *, spaces: frozenset[str]) -> tuple[bool, bool]:
        """Say whether there may be an express lane to claim, and an ordinary one; locks nothing."""
        wanted = {"now_at": self._moment(), "spaces": sorted(spaces)}
        express, ordinary = connection.execute(self._sql.any_due, wanted).one()
        return bool(express), bool(ordinary)

    def claim(self, connection: Connection, limit: int, *, spaces: frozenset[str], express: int) -> list[Claim]:
        """Lease due lanes, express ones first."""
        due: dict[str, datetime | None] = {}
        for fast, most in ((True, express), (False, limit)):
            if most:
                wanted = {"now_at": self._moment(), "express": fast, "spaces": sorted(spaces), "most": most}
                due |= {row.name: row.lease_until for row in connection.execute(self._sql.due, wanted)}
        if not due:
            return []
        names = list(due)
        # Read again now that the lanes are ours: the query above may have seen rows finished meanwhile.
        items = self._oldest_of(connection, names)
        empty = [name for name in names if name not in items]
        if empty:
            connection.execute(self._sql.idle, {"names": empty})
        taken = [name for name in names if name in items and items[name].space in spaces]
        if not taken:
            return []
        leased = connection.execute(self._sql.leased, {"names": taken, "lease_at": self._moment(self._lease)})
        rows = {row.name: row for row in leased}
        # A lane given back has no lease: one that ran out was held by a process that died, froze or lost its database.
        items |= self._crashed(connection, {name: items[name] for name in taken if due[name]})
        return [
            Claim(lane=name, epoch=rows[name].epoch, spaces=spaces, item=items[name], express=rows[name].express)
            for name in taken
        ]

    def extend(self, connection: Connection, claim: Claim) -> int:
        """Renew the lease; gives the row before which turns are given up, 0 for none."""
        self._hold(connection, claim)
        return connection.execute(self._sql.told, {"lane": claim.lane}).scalar_one() or 0

    def mend(self, connection: Connection) -> None:
        """Shorten leases and waits that no clock of today can have set."""
        leased = {"lease_most": self._moment(2 * self._lease), "lease_at": self._moment(self._lease)}
        connection.execute(self._sql.freed, leased)
        connection.execute(self._sql.hastened, {"wait_most": self._moment(LONGEST_WAIT), "now_at": self._moment()})

    def release(self, connection: Connection, claim: Claim) -> None:
        """Give the lane back, due at once."""
        self._hold(connection, claim)
        self._release(connection, claim.lane, _AT_ONCE)

    def shown(self, connection: Connection, claim: Claim, message_id: int) -> None:
        """Note the message that stands for the answer."""
        self._hold(connection, claim)
        connection.execute(self._sql.shown, {"row": claim.item.id, "message": message_id})

    def answer(self, connection: Connection, claim: Claim, bodies: Sequence[bytes], placed: Mapping[int, int]) -> None:
        """Keep the sealed answer, and the messages that wait for its parts."""
        self._hold(connection, claim)
        self._add_outgoing(connection, claim.item.id, bodies, placed)
        connection.execute(self._sql.answered, {"row": claim.item.id})

    def placed(
        self,
        connection: Connection,
        claim: Claim,
        n: int,
        message_id: int,
        settled: Mapping[int, tuple[str, int | None]],
    ) -> None:
        """Note the message that waits for one outgoing message, and what became of those before it."""
        self._hold(connection, claim)
        self._settle(connection, claim, settled)
        connection.execute(self._sql.one_placed, {"row": claim.item.id, "which": n, "message": message_id})

    def settle(self, connection: Connection, claim: Claim, n: int, state: str, message_id: int | None) -> None:
        """Note what became of one outgoing message."""
        self._hold(connection, claim)
        self._settle(connection, claim, {n: (state, message_id)})

    def finish(
        self, connection: Connection, claim: Claim, settled: Mapping[int, tuple[str, int | None]]
    ) -> tuple[Claim | None, bool]:
        """End the row; gives the claim on the next one, and whether the lane was handed to another worker's space."""
        self._hold(connection, claim)
        self._settle_all(connection, claim, settled)
        connection.execute(self._sql.ended, {"row": claim.item.id, "now_at": self._moment()})
        if connection.execute(self._sql.idle_when_done, {"lane": claim.lane}).rowcount:
            return None, False
        following = self._oldest(connection, claim.lane)
        if following is None:  # gone in between
            connection.execute(self._sql.idle, {"names": [claim.lane]})
            return None, False
        if following.space not in claim.spaces:
            self._release(connection, claim.lane, _AT_ONCE)
            return None, True
        return replace(claim, item=following), False

    def fail(
        self,
        connection: Connection,
        claim: Claim,
        error: str,
        *,
        attempts: int,
        retry_in: timedelta,
        dead: bool,
        placeholder: int | None,
    ) -> None:
        """Put the row back at the head of its lane, or bury it."""
        self._hold(connection, claim)
        failed = {"row": claim.item.id, "tries": attempts, "error": error, "shown": placeholder}
        connection.execute(self._sql.failed, failed)
        if dead:  # what it carried is kept, sealed, until an operator decides or its time is over
            connection.execute(self._sql.shown_erased, {"row": claim.item.id})
            connection.execute(self._sql.buried, {"row": claim.item.id, "now_at": self._moment()})
        self._release(connection, claim.lane, _AT_ONCE if dead else retry_in)

    def postpone(self, connection: Connection, claim: Claim, retry_in: timedelta) -> None:
        """Put an answered row back for later."""
        self._hold(connection, claim)
        self._release(connection, claim.lane, retry_in)

    def count(self, connection: Connection, claim: Claim) -> None:
        """Count this try beforehand."""
        self._hold(connection, claim)
        connection.execute(self._sql.counted, {"row": claim.item.id, "tries": claim.item.attempts + 1})

    def pending(self, connection: Connection) -> int:
        """Count the rows not finished yet."""
        return connection.execute(self._sql.pending).scalar_one()

    def _moment(self, plus: timedelta = _AT_ONCE) -> datetime | timedelta:
        return plus if self._server_time else self._clock() + plus

    def _hold(self, connection: Connection, claim: Claim) -> None:
        """Lock the lane and renew the lease, or learn that it is lost."""
        mine = {"lane": claim.lane, "held": claim.epoch, "lease_at": self._moment(self._lease)}
        if connection.execute(self._sql.held, mine).rowcount != 1:
            raise LeaseLostError(f"work {claim.item.id}: lane epoch {claim.epoch} is over")

    def _crashed(self, connection: Connection, died: Mapping[str, WorkItem]) -> Mapping[str, WorkItem]:
        if died:
            connection.execute(self._sql.crashed, {"rows": [item.id for item in died.values()]})
        return {name: replace(item, crashes=item.crashes + 1) for name, item in died.items()}

    def _add_outgoing(
        self, connection: Connection, row: int, bodies: Sequence[bytes], placed: Mapping[int, int]
    ) -> None:
        if bodies:
            rows = [
                {"work_id": row, "n": n, "body": body, "state": "pending", "message_id": placed.get(n)}
                for n, body in enumerate(bodies)
            ]
            connection.execute(self._sql.outgoing_added, rows)

    def _settle(self, connection: Connection, claim: Claim, settled: Mapping[int, tuple[str, int | None]]) -> None:
        if settled:
            rows = [
                {"row": claim.item.id, "which": n, "became": state, "message": message}
                for n, (state, message) in settled.items()
            ]
            connection.execute(self._sql.one_settled, rows)

    def _settle_all(self, connection: Connection, claim: Claim, settled: Mapping[int, tuple[str, int | None]]) -> None:
        """Note what became of outgoing messages, and erase what all of the row's said."""
        if not settled:
            connection.execute(self._sql.erased, {"row": claim.item.id})
            return
        *others, (n, (became, message)) = settled.items()
        self._settle(connection, claim, dict(others))
        values = {"row": claim.item.id, "which": n, "became": became, "message": message}
        connection.execute(self._sql.last_settled, values)

    def _release(self, connection: Connection, lane: str, due_in: timedelta) -> None:
        connection.execute(self._sql.released, {"names": [lane], "due_at": self._moment(due_in)})

    def _oldest(self, connection: Connection, lane: str) -> WorkItem | None:
        row = connection.execute(self._sql.oldest, {"lane": lane}).one_or_none()
        return None if row is None else next(iter(self._items(connection, [row]).values()))

    def _oldest_of(self, connection: Connection, names: Collection[str]) -> dict[str, WorkItem]:
        """Give the oldest unfinished row of each lane that has one."""
        return self._items(connection, connection.execute(self._sql.oldest_of, {"names": list(names)}).all())

    def _items(self, connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, WorkItem]:
        """Give rows with what is left to send of an answer already committed, by lane."""
        answered = [row.id for row in rows if row.state == "answered"]
        outgoing: dict[int, list[Outgoing]] = {}
        if answered:
            for row in connection.execute(self._sql.outgoing_of, {"rows": answered}):
                one = Outgoing(n=row.n, body=row.body, state=row.state, message_id=row.message_id)
                outgoing.setdefault(row.work_id, []).append(one)
        return {
            row.lane: WorkItem(
                id=row.id,
                key=row.dedupe_key,
                space=row.space,
                payload=row.payload,
                attempts=row.attempts,
                state=row.state,
                crashes=row.crashes,
                placeholder=row.placeholder,
                outbox=tuple(outgoing.get(row.id, ())),
            )
            for row in rows
        }
