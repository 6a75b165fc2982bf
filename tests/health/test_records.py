"""One store of facts, on both engines: one of each however many documents say it, and nothing lost when one goes."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from bot.crypto.keyring import keyring_from_secret
from bot.health.facts import Day, Fact, Report, Rollup
from bot.health.facts.model import Category, Kind
from bot.health.records import Records
from bot.health.store import MIGRATIONS, VERSION_TABLE, schema
from bot.health.vault import Vault
from bot.kernel.ids import PersonId, TurnId
from bot.storage.engine import Database
from bot.storage.keys import KeyStore
from bot.storage.migrate import upgrade
from bot.storage.sealing import Sealer

MARCH = date(2026, 3, 13)


class Shelf:
    """The records of one person, and a clock that is set by hand."""

    def __init__(self, db: Database, keys: Database) -> None:
        self.now = datetime(2026, 11, 29, 12, tzinfo=UTC)
        self.db = db
        store = KeyStore(keys, keyring_from_secret("11" * 32), store="health", clock=lambda: self.now)
        self.records = Records(db, Vault(Sealer(store)), lambda: self.now)
        self.person = PersonId(uuid4())
        self._turns = iter(range(1, 10_000))

    def turn(self) -> TurnId:
        return TurnId(str(next(self._turns)))

    async def bring(self, *facts: Fact, kind: Kind = "lab_report", rollups: tuple[Rollup, ...] = ()) -> Report:
        """Propose and confirm a document that says *facts*."""
        document = await self.records.propose(
            self.person, self.turn(), uuid4().bytes, report(*facts, kind=kind, rollups=rollups)
        )
        await self.records.confirm(self.person, document)
        self.now += timedelta(minutes=1)
        self.last = document
        return document.report

    async def values(self) -> list[tuple[str, str, str]]:
        return [(f.label, f.value, f.origin) for f in await self.records.facts(self.person)]


@pytest.fixture
async def shelf(new_database_url: Callable[[str], str], keys_db: Database) -> AsyncIterator[Shelf]:
    db = Database(new_database_url("health"))
    await upgrade(db, MIGRATIONS, version_table=VERSION_TABLE)
    yield Shelf(db, keys_db)
    await db.close()


def fact(label: str = "Ferritine", value: str = "9", *, number: str = "1", analyte: str | None = "ferritin",
         unit: str = "µg/L", ucum: str = "ug/L", day: date | None = MARCH, category: Category = "laboratory",
         form_of: str | None = None, at: datetime | None = None, status: str = "final") -> Fact:  # fmt: skip
    return Fact(
        id=number, label=label, analyte=analyte, code=None, comparator="", value=value,
        number=Decimal(value.replace(",", ".")) if value[-1].isdigit() else None, unit=unit, ucum=ucum, ref_text=None,
        ref_low=None, ref_high=None, low=None, high=None, flag="", date=day, page=1, line=1, category=category,
        form_of=form_of, at=at, status=status,  # type: ignore[arg-type]
    )  # fmt: skip


def report(*facts: Fact, kind: Kind = "lab_report", rollups: tuple[Rollup, ...] = ()) -> Report:
    return Report(
        kind=kind, language="fr", laboratory=None, collected=MARCH, reported=None, pages=1, facts=facts, not_read=(),
        rollups=rollups,
    )  # fmt: skip


async def test_given_one_result_from_a_pdf_and_a_record_when_both_are_kept_then_the_record_s_counts_once(
    shelf: Shelf,
) -> None:
    await shelf.bring(fact())
    await shelf.bring(fact("Ferritin [Mass/volume]", "9.0"), kind="fhir")

    assert await shelf.values() == [("Ferritin [Mass/volume]", "9.0", "fhir")]


async def test_given_the_record_first_when_the_pdf_follows_then_the_record_s_still_counts(shelf: Shelf) -> None:
    await shelf.bring(fact("Ferritin", "9.0"), kind="fhir")
    await shelf.bring(fact())

    assert await shelf.values() == [("Ferritin", "9.0", "fhir")]


async def test_given_two_forms_of_a_result_when_a_record_says_one_of_them_then_both_forms_give_way(
    shelf: Shelf,
) -> None:
    glucose = (fact("Glycémie", "1,18", analyte="glucose", unit="g/L", ucum="g/L"),
               fact("Glycémie", "6,55", number="1b", analyte="glucose", unit="mmol/L", ucum="mmol/L", form_of="1"))  # fmt: skip
    await shelf.bring(*glucose)
    await shelf.bring(fact("Glucose", "6.55", analyte="glucose", unit="mmol/L", ucum="mmol/L"), kind="fhir")

    assert await shelf.values() == [("Glucose", "6.55", "fhir")]


async def test_given_a_superseding_document_when_it_is_deleted_then_what_it_superseded_counts_again(
    shelf: Shelf,
) -> None:
    await shelf.bring(fact())
    await shelf.bring(fact("Ferritin", "9"), kind="fhir")
    await shelf.records.delete(shelf.person, shelf.last.id)

    assert await shelf.values() == [("Ferritine", "9", "lab_report")]
    async with shelf.db.read() as connection:
        assert (await connection.execute(select(func.count()).select_from(schema.document))).scalar_one() == 1


@pytest.mark.parametrize(
    "other",
    [
        fact("Ferritin", "10"),
        fact("Ferritin", "9", day=date(2026, 3, 14)),
        fact("Ferritin", "9", unit="ng/L", ucum="ng/L"),
        fact("CRP", "9", analyte="crp"),
        fact("Ferritin", "9", day=None),
    ],
)
async def test_given_results_that_differ_when_kept_then_both_count(shelf: Shelf, other: Fact) -> None:
    await shelf.bring(fact())
    await shelf.bring(other, kind="fhir")

    assert len(await shelf.values()) == 2


async def test_given_the_same_value_at_two_hours_of_a_day_when_kept_then_both_count(shelf: Shelf) -> None:
    morning = datetime(2026, 3, 13, 8, tzinfo=UTC)
    await shelf.bring(fact(at=morning))
    await shelf.bring(fact(at=morning + timedelta(hours=10)), kind="fhir")

    assert len(await shelf.values()) == 2


async def test_given_a_medicine_when_its_end_is_confirmed_then_only_its_present_state_counts(shelf: Shelf) -> None:
    doliprane = fact("Doliprane", "500 mg", analyte=None, unit="", category="medication", status="active")
    await shelf.bring(doliprane, kind="prescription")
    await shelf.bring(replace(doliprane, label="doliprane", status="inactive"), kind="entry")

    assert [(f.label, f.status) for f in await shelf.records.facts(shelf.person)] == [("doliprane", "inactive")]


async def test_given_another_person_when_they_bring_the_same_then_neither_supersedes_the_other(shelf: Shelf) -> None:
    await shelf.bring(fact())
    first, shelf.person = shelf.person, PersonId(uuid4())
    await shelf.bring(fact(), kind="fhir")

    assert len(await shelf.records.facts(first)) == len(await shelf.records.facts(shelf.person)) == 1


async def test_given_facts_when_asked_by_analyte_period_category_or_origin_then_only_those_come(shelf: Shelf) -> None:
    await shelf.bring(fact(), fact("CRP", "4", number="2", analyte="crp", day=date(2025, 1, 2)))
    await shelf.bring(
        fact("Poids", "72", analyte="body_weight", unit="kg", ucum="kg", category="body", day=None), kind="entry"
    )
    book = shelf.records.book

    assert [f.label for f in await book.facts(shelf.person, analyte="crp")] == ["CRP"]
    assert [f.label for f in await book.facts(shelf.person, since=date(2026, 1, 1))] == ["Ferritine"]
    assert [f.label for f in await book.facts(shelf.person, until=date(2026, 1, 1))] == ["CRP"]
    assert [f.label for f in await book.facts(shelf.person, category="body")] == ["Poids"]
    assert [f.label for f in await book.facts(shelf.person, origin="lab_report")] == ["Ferritine", "CRP"]


async def test_given_a_confirmed_document_when_reopened_then_it_counts_no_more_until_confirmed_again(
    shelf: Shelf,
) -> None:
    await shelf.bring(fact())
    held = await shelf.records.document(shelf.person, shelf.last.id)
    assert held is not None
    turn = shelf.turn()
    reopened = await shelf.records.reopen(shelf.person, turn, held)
    again = await shelf.records.reopen(shelf.person, turn, held)  # a replay

    assert await shelf.values() == []
    assert reopened == again
    shelf.now += timedelta(days=40)
    assert await shelf.records.forget_stale() == 0  # it was confirmed once: forgetting it is not a correction
    assert [document.id for document in await shelf.records.brought(shelf.person)] == [held.id]
    assert reopened.revision == held.revision + 1
    await shelf.records.confirm(shelf.person, reopened)
    assert len(await shelf.values()) == 1


async def test_given_a_discarded_document_when_a_day_passes_then_it_is_forgotten_and_not_before(shelf: Shelf) -> None:
    document = await shelf.records.propose(shelf.person, shelf.turn(), b"pdf", report(fact()))
    shelf.now += timedelta(hours=23)
    await shelf.records.discard(shelf.person, shelf.turn(), document.id)
    shelf.now += timedelta(hours=23)

    assert await shelf.records.forget_stale() == 0
    shelf.now += timedelta(hours=2)
    assert await shelf.records.forget_stale() == 1
    assert await shelf.records.document(shelf.person, document.id) is None


def steps(source: str, *days: tuple[int, float]) -> Rollup:
    each = tuple(
        Day(day=date(2026, 3, n), count=1, total=total, low=total, high=total, last=total) for n, total in days
    )
    return Rollup(metric="steps", source=source, unit="1", days=each)


async def test_given_a_watch_and_a_phone_when_kept_then_they_are_never_added_up(shelf: Shelf) -> None:
    await shelf.bring(rollups=(steps("Watch", (1, 900), (2, 800)), steps("Phone", (1, 850))), kind="apple_health")
    held = await shelf.records.days.rollups(shelf.person, "steps")

    assert [(r.source, [d.total for d in r.days]) for r in held] == [("Phone", [850]), ("Watch", [900, 800])]


async def test_given_a_later_export_when_kept_then_it_only_adds_and_the_later_figure_of_a_day_counts(
    shelf: Shelf,
) -> None:
    await shelf.bring(rollups=(steps("Watch", (1, 900), (2, 400)),), kind="apple_health")
    said = await shelf.bring(rollups=(steps("Watch", (1, 900), (2, 950), (3, 10)),), kind="apple_health")
    (held,) = await shelf.records.days.rollups(shelf.person, "steps")

    assert [d.total for d in held.days] == [900, 950, 10]
    assert [(span.days, span.new) for span in said.spans] == [(3, 2)]
    await shelf.records.delete(shelf.person, shelf.last.id)
    (before,) = await shelf.records.days.rollups(shelf.person, "steps")
    assert [d.total for d in before.days] == [900, 400]


async def test_given_an_import_that_is_only_proposed_when_asked_then_no_day_of_it_counts(shelf: Shelf) -> None:
    said = report(rollups=(steps("Watch", (1, 900)),), kind="apple_health")
    document = await shelf.records.propose(shelf.person, shelf.turn(), b"zip", said)

    assert await shelf.records.days.rollups(shelf.person, "steps") == []
    assert document.report.rollups == ()
    await shelf.records.confirm(shelf.person, document)
    assert len(await shelf.records.days.rollups(shelf.person, "steps")) == 1


async def test_given_a_period_when_days_are_asked_for_then_only_its_days_come(shelf: Shelf) -> None:
    april = replace(steps("Watch", (1, 5)), days=(replace(steps("Watch", (1, 5)).days[0], day=date(2026, 4, 2)),))
    await shelf.bring(rollups=(steps("Watch", (1, 900), (20, 800)), april), kind="apple_health")
    (held,) = await shelf.records.days.rollups(shelf.person, "steps", since=date(2026, 3, 15), until=date(2026, 4, 1))

    assert [d.day for d in held.days] == [date(2026, 3, 20)]


async def test_given_everything_brought_when_its_rows_are_read_raw_then_no_name_or_figure_is_in_them(
    shelf: Shelf,
) -> None:
    await shelf.bring(fact("ZORGLUB-7431", "7431"), rollups=(steps("ZORGLUB-7431", (1, 7431)),), kind="apple_health")
    async with shelf.db.read() as connection:
        rows = [
            row
            for table in (schema.document, schema.fact, schema.rollup)
            for row in await connection.execute(select(table))
        ]

    assert len(rows) == 3
    assert b"7431" not in b"".join(value for row in rows for value in row if isinstance(value, bytes))
    assert "7431" not in " ".join(str(value) for row in rows for value in row if not isinstance(value, bytes))


async def test_given_a_report_an_entry_and_a_scale_when_measured_then_all_three_answer_together(shelf: Shelf) -> None:
    weight = fact("Poids", "72,4", analyte="body_weight", unit="kg", ucum="kg", category="vital")
    await shelf.bring(weight)
    await shelf.bring(replace(weight, value="72", number=Decimal(72), date=date(2026, 3, 20)), kind="entry")
    days = tuple(Day(day=date(2026, 4, n), count=2, total=150.0, low=74.0, high=76.0, last=76.0) for n in (1, 2, 3, 4))
    await shelf.bring(rollups=(Rollup(metric="weight", source="Scale", unit="kg", days=days),), kind="withings")
    measured = await shelf.records.measured(shelf.person, "fr")

    assert [(f.label, f.value, f.unit, str(f.date)) for f in measured] == [
        ("Poids", "72", "kg", "2026-03-20"),
        ("Poids", "72,4", "kg", "2026-03-13"),
        ("poids (Scale)", "76", "kg", "2026-04-04"),
        ("poids (Scale)", "76", "kg", "2026-04-03"),
        ("poids (Scale)", "76", "kg", "2026-04-02"),
    ]
    assert len({f.id for f in measured}) == 5


async def _at(shelf: Shelf, day: date, name: str, status: str, kind: Kind) -> None:
    medicine = fact(name, "500 mg", analyte=None, unit="", category="medication", status=status, day=day)
    await shelf.bring(replace(medicine, number=None), kind=kind)


async def test_given_a_stopped_medicine_when_an_older_prescription_comes_or_a_newer_goes_then_it_stays_stopped(
    shelf: Shelf,
) -> None:
    await _at(shelf, date(2026, 1, 5), "Metformine", "active", "prescription")
    await _at(shelf, date(2026, 3, 5), "metformine", "active", "prescription")
    middle = shelf.last
    await _at(shelf, date(2026, 10, 1), "metformine", "inactive", "entry")
    await _at(shelf, date(2024, 1, 1), "METFORMINE", "active", "prescription")
    await shelf.records.delete(shelf.person, middle.id)

    assert [(f.label, f.status) for f in await shelf.records.facts(shelf.person)] == [("metformine", "inactive")]


async def test_given_three_tellings_of_a_result_when_the_best_goes_then_one_of_the_others_counts(shelf: Shelf) -> None:
    await shelf.bring(fact())
    await shelf.bring(fact("Ferritin", "9"), kind="fhir")
    best = shelf.last
    await shelf.bring(fact("Ferritin, serum", "9"), kind="picture")
    await shelf.records.delete(shelf.person, best.id)

    assert await shelf.values() == [("Ferritine", "9", "lab_report")]


async def test_given_one_pressure_twice_in_a_day_at_two_typed_hours_when_kept_then_both_count(shelf: Shelf) -> None:
    pressure = fact("Pression systolique", "130", analyte="blood_pressure_systolic", unit="mmHg", ucum="mm[Hg]")
    await shelf.bring(replace(pressure, note="13/8 · 8h"), kind="entry")
    await shelf.bring(replace(pressure, note="13/8 · 20h"), kind="entry")

    assert len(await shelf.values()) == 2


async def test_given_an_entry_that_waits_when_an_older_document_is_reopened_then_corrections_are_the_reopened_one_s(
    shelf: Shelf,
) -> None:
    await shelf.bring(fact())
    held = await shelf.records.document(shelf.person, shelf.last.id)
    assert held is not None
    await shelf.records.propose(shelf.person, shelf.turn(), b"", report(fact("Poids", "72"), kind="entry"))
    shelf.now += timedelta(minutes=1)
    await shelf.records.reopen(shelf.person, shelf.turn(), held)
    pending = await shelf.records.pending(shelf.person)

    assert pending is not None
    assert pending.id == held.id
