from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert

from bot.guardrails.register import Register, ReportError
from bot.kernel.ids import PersonId, TurnId, new_id
from bot.storage.engine import Database
from bot.storage.schema import person as people

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TURN = TurnId("00000000000000000007")


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def someone(main_db: Database) -> PersonId:
    person = PersonId(new_id())
    row = {"id": person, "telegram_id": 7, "chat_id": 7, "language": "fr", "space": "general"}
    async with main_db.write() as connection:
        await connection.execute(insert(people).values(row | {"created_at": NOW, "seen_at": NOW}))
    return person


@pytest.fixture
def register(main_db: Database, clock: Clock) -> Register:
    return Register(main_db, clock)


async def test_given_a_report_made_twice_when_listed_then_it_is_there_once_with_the_later_reason(
    register: Register, someone: PersonId
) -> None:
    await register.report(someone, TURN, space="health", reason="wrong")
    await register.report(someone, TURN, space="health", reason="worried")

    [entry] = await register.entries()
    assert (entry.reason, entry.state, entry.shared, entry.turn) == ("worried", "reported", False, TURN)


async def test_given_a_report_when_it_is_reviewed_then_each_step_is_written_down_with_who_took_it(
    register: Register, someone: PersonId
) -> None:
    await register.report(someone, TURN, space="general", reason="wrong")
    [entry] = await register.entries()
    await register.move(entry.id, "triaged", by="martin")
    await register.opened(entry.id, by="martin")
    await register.move(entry.id, "confirmed", by="smith", severity="severe")

    assert (await register.counts()).confirmed == {"severe": 1}
    acts = [(who, act) for who, act, _ in await register.reviews(entry.id)]
    assert acts == [("martin", "triaged"), ("martin", "read"), ("smith", "confirmed")]


async def test_given_a_report_when_a_step_is_skipped_or_repeated_then_it_is_refused(
    register: Register, someone: PersonId
) -> None:
    await register.report(someone, TURN, space="general", reason="wrong")
    [entry] = await register.entries()

    with pytest.raises(ReportError, match="reported cannot become dismissed"):
        await register.move(entry.id, "dismissed", by="martin")
    await register.move(entry.id, "triaged", by="martin")
    with pytest.raises(ReportError, match="triaged cannot become triaged"):
        await register.move(entry.id, "triaged", by="martin")
    with pytest.raises(ReportError, match="severity"):
        await register.move(entry.id, "confirmed", by="martin")
    with pytest.raises(ReportError, match="no report"):
        await register.move(uuid4(), "triaged", by="martin")


async def test_given_a_report_nobody_looks_at_when_a_day_has_passed_then_the_gates_learn_nothing_from_the_counts(
    register: Register, someone: PersonId, clock: Clock
) -> None:
    await register.report(someone, TURN, space="general", reason="worried")
    fresh = await register.counts()
    clock.now += timedelta(hours=24, seconds=1)
    old = await register.counts()
    [entry] = await register.entries("reported")
    await register.move(entry.id, "triaged", by="martin")

    assert (fresh.conclusive, fresh.untriaged) == (True, 1)
    assert (old.conclusive, old.untriaged) == (False, 1)
    assert (await register.counts()).conclusive


async def test_given_dangers_an_evaluation_missed_when_filed_twice_then_each_is_there_once(register: Register) -> None:
    first = await register.missed(["e-d-001", "e-d-002"])
    again = await register.missed(["e-d-002", "e-d-003"])

    assert (first, again) == (2, 1)
    assert [entry.item for entry in await register.entries()] == ["e-d-001", "e-d-002", "e-d-003"]
