"""The register of answers people reported and of dangers the evaluations saw missed: states and counts, never content.

reported -> triaged -> confirmed (with a severity) or dismissed. What was said stays where the space keeps it; a reviewer
may read it only if the person shared that one exchange, and every reading is written down.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.kernel.clock import Clock
from bot.kernel.errors import BotError
from bot.kernel.ids import PersonId, TurnId, new_id
from bot.storage.engine import Database
from bot.storage.schema import safety_report, safety_review

State = Literal["reported", "triaged", "confirmed", "dismissed"]
Reason = Literal["wrong", "worried", "missed"]
Severity = Literal["minor", "major", "severe"]

OVERDUE: Final = timedelta(hours=24)  # a report nobody has looked at for longer leaves every safety gate inconclusive
_NEXT: Final[Mapping[State, frozenset[State]]] = {
    "reported": frozenset({"triaged"}),
    "triaged": frozenset({"confirmed", "dismissed"}),
    "confirmed": frozenset(),
    "dismissed": frozenset(),
}


class ReportError(BotError):
    """The report is unknown, or cannot go where it was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyReport:
    """One report. *item* names an evaluation's message; *person* and *turn* an exchange, while it is held."""

    id: UUID
    space: str
    reason: Reason
    state: State
    severity: Severity | None
    shared: bool
    person: PersonId | None
    turn: TurnId | None
    item: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyCounts:
    """What leaves for the roll-out's gates. *conclusive* is False while a report waits longer than a day."""

    reports: int
    untriaged: int
    confirmed: Mapping[Severity, int]
    conclusive: bool


class Register:
    """The register of one installation."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._dialect = sqlite if db.dialect == "sqlite" else postgresql

    async def report(self, person: PersonId, turn: TurnId, *, space: str, reason: Reason) -> None:
        """File what *person* says of the answer to *turn*; saying it again changes the reason only."""
        row = self._dialect.insert(safety_report).values(
            self._fresh(space, reason) | {"person_id": person, "turn_id": turn}
        )
        again = row.on_conflict_do_update(index_elements=["person_id", "turn_id"], set_={"reason": reason})
        async with self._db.write() as connection:
            await connection.execute(again)

    async def share(self, person: PersonId, turn: TurnId, *, shared: bool) -> bool:
        """Let reviewers read the exchange *person* reported, or no longer; False when no such report is held."""
        mine = (safety_report.c.person_id == person, safety_report.c.turn_id == turn)
        async with self._db.write() as connection:
            return (await connection.execute(update(safety_report).where(*mine).values(shared=shared))).rowcount > 0

    async def forget(self, person: PersonId, *, space: str) -> None:
        """Part the reports of *space* from whoever made them: the exchanges were erased, the counts stay."""
        theirs = (safety_report.c.person_id == person, safety_report.c.space == space)
        parted = {"person_id": None, "turn_id": None, "shared": False}
        async with self._db.write() as connection:
            await connection.execute(update(safety_report).where(*theirs).values(parted))

    async def missed(self, items: Sequence[str]) -> int:
        """File messages an evaluation saw misjudged, each once; give how many are new."""
        rows = [self._fresh("general", "missed") | {"item": item} for item in items]
        if not rows:
            return 0
        new = self._dialect.insert(safety_report).on_conflict_do_nothing(index_elements=["item"])
        async with self._db.write() as connection:
            found = await connection.execute(new.returning(safety_report.c.id), rows)
            return len(found.all())

    async def entries(self, state: State | None = None) -> Sequence[SafetyReport]:
        """Give every report, or those in *state*, oldest first."""
        rows = select(safety_report).order_by(safety_report.c.created_at)
        if state is not None:
            rows = rows.where(safety_report.c.state == state)
        async with self._db.read() as connection:
            return [_report(row) for row in (await connection.execute(rows)).mappings()]

    async def get(self, report: UUID) -> SafetyReport:
        """Give one report, or a `ReportError`."""
        async with self._db.read() as connection:
            row = (
                (await connection.execute(select(safety_report).where(safety_report.c.id == report)))
                .mappings()
                .one_or_none()
            )
        if row is None:
            raise ReportError("no report has that id")
        return _report(row)

    async def move(self, report: UUID, to: State, *, by: str, severity: Severity | None = None) -> None:
        """Take a report one step further, written down with who did; a step that is not next is a `ReportError`."""
        if (severity is not None) != (to == "confirmed"):
            raise ReportError("a severity goes with confirming, and only with it")
        current = (await self.get(report)).state
        if to not in _NEXT[current]:
            raise ReportError(f"a report that is {current} cannot become {to}")
        change = (
            update(safety_report)
            .where(safety_report.c.id == report, safety_report.c.state == current)
            .values(state=to, severity=severity)
        )
        async with self._db.write() as connection:
            if (await connection.execute(change)).rowcount != 1:
                raise ReportError("somebody else moved that report meanwhile")
            await connection.execute(insert(safety_review).values(self._act(report, by, to)))

    async def opened(self, report: UUID, *, by: str) -> None:
        """Write down, before it is shown, that *by* reads what was shared."""
        async with self._db.write() as connection:
            await connection.execute(insert(safety_review).values(self._act(report, by, "read")))

    async def reviews(self, report: UUID) -> Sequence[tuple[str, str, datetime]]:
        """Give who did what to a report and when, oldest first."""
        table = safety_review
        acts = select(table.c.reviewer, table.c.act, table.c.at).where(table.c.report_id == report).order_by(table.c.at)
        async with self._db.read() as connection:
            return [(row.reviewer, row.act, row.at) for row in await connection.execute(acts)]

    async def counts(self) -> SafetyCounts:
        """Count for the gates."""
        table = safety_report
        by_state = select(table.c.state, table.c.severity, func.count(), func.min(table.c.created_at)).group_by(
            table.c.state, table.c.severity
        )
        async with self._db.read() as connection:
            rows = (await connection.execute(by_state)).all()
        waiting = [(number, oldest) for state, _, number, oldest in rows if state == "reported"]
        return SafetyCounts(
            reports=sum(number for _, _, number, _ in rows),
            untriaged=sum(number for number, _ in waiting),
            confirmed={severity: number for state, severity, number, _ in rows if state == "confirmed"},
            conclusive=all(self._clock() - oldest <= OVERDUE for _, oldest in waiting),
        )

    def _fresh(self, space: str, reason: Reason) -> dict[str, Any]:
        now = self._clock()
        return {
            "id": new_id(),
            "space": space,
            "reason": reason,
            "state": "reported",
            "shared": False,
            "created_at": now,
        }

    def _act(self, report: UUID, by: str, act: str) -> dict[str, Any]:
        return {"id": new_id(), "report_id": report, "reviewer": by, "act": act, "at": self._clock()}


def _report(row: Mapping[Any, Any]) -> SafetyReport:
    return SafetyReport(
        id=row["id"],
        space=row["space"],
        reason=row["reason"],
        state=row["state"],
        severity=row["severity"],
        shared=row["shared"],
        person=PersonId(row["person_id"]) if row["person_id"] else None,
        turn=TurnId(row["turn_id"]) if row["turn_id"] else None,
        item=row["item"],
        created_at=row["created_at"],
    )
