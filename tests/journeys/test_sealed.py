"""The health database is worth nothing without its key, and a ciphertext moved elsewhere does not open."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.app import open_stores
from bot.crypto import KekError, KeyMissingError, UnsealError
from bot.health.opening import confirmed_facts
from bot.health.store import schema
from bot.kernel.clock import utc_now
from bot.kernel.ids import PersonId
from bot.settings import Settings
from tests.journeys.conftest import house


async def with_a_report(settings: Settings, shared: Path) -> PersonId:
    async with house(settings) as carnet:
        chat = carnet.meet("Ann", "en")
        await chat.enter()
        await chat.upload(shared / "data" / "lab" / "lab_en_clean.pdf")
        await chat.press("Confirm all")
        person = await carnet.app.people.by_telegram(chat.persona.id)
        assert person is not None
        return person.id


async def test_given_a_restart_when_asked_again_then_the_facts_are_still_there(
    settings: Settings, shared: Path
) -> None:
    await with_a_report(settings, shared)

    async with house(settings) as carnet:
        (answer,) = await carnet.meet("Ann", "en").say("my ferritin?")

    assert "9 ng/mL" in answer.text


async def test_given_the_stores_with_another_key_when_opened_then_carnet_refuses_to_start(
    settings: Settings, shared: Path
) -> None:
    await with_a_report(settings, shared)
    kek = settings.kek_folder / "health.kek"
    kek.write_text("11" * 32 + "\n")

    with pytest.raises(KekError):
        async with open_stores(settings, utc_now):
            pass


async def test_given_the_stores_without_their_key_when_opened_then_no_new_key_is_made(
    settings: Settings, shared: Path
) -> None:
    await with_a_report(settings, shared)
    (settings.kek_folder / "health.kek").unlink()

    with pytest.raises(KeyMissingError):
        async with open_stores(settings, utc_now):
            pass

    assert not (settings.kek_folder / "health.kek").exists()


async def test_given_the_health_file_when_read_raw_then_only_ids_and_times_are_readable(
    settings: Settings, shared: Path
) -> None:
    await with_a_report(settings, shared)

    raw = b"".join(path.read_bytes() for path in settings.state.glob("health.db*"))
    words = {word.decode().casefold() for word in re.findall(rb"[A-Za-z]{4,}", raw)}
    assert not words & {"ferritin", "hemoglobin", "linden", "clinical", "collected", "glucose", "martin", "helen"}


@pytest.mark.parametrize("column", ["body", "original"])
async def test_given_two_sealed_cells_swapped_when_opened_then_it_is_an_error_not_an_empty_record(
    settings: Settings, shared: Path, column: str
) -> None:
    person = await with_a_report(settings, shared)

    async with open_stores(settings, utc_now) as stores:
        async with stores.health.write() as connection:
            if column == "body":
                first, second = (await connection.execute(select(schema.fact.c.id, schema.fact.c.body).limit(2))).all()
                for row, other in ((first, second), (second, first)):
                    swap = update(schema.fact).where(schema.fact.c.id == row.id).values(body=other.body)
                    await connection.execute(swap)
            else:  # a column of the same row is another place too
                row = (await connection.execute(select(schema.document))).one()
                fact = (await connection.execute(select(schema.fact.c.id).limit(1))).one()
                moved = update(schema.fact).where(schema.fact.c.id == fact.id).values(body=row.original)
                await connection.execute(moved)

        with pytest.raises(UnsealError):
            await confirmed_facts(stores.health, stores.health_keys, person)


async def test_given_a_swapped_cell_when_the_person_asks_then_they_are_told_and_not_answered_as_if_empty(
    settings: Settings, shared: Path
) -> None:
    await with_a_report(settings, shared)
    async with open_stores(settings, utc_now) as stores, stores.health.write() as connection:
        row = (await connection.execute(select(schema.fact.c.id, schema.fact.c.body).limit(1))).one()
        torn = bytes([*row.body[:-1], row.body[-1] ^ 1])
        await connection.execute(update(schema.fact).where(schema.fact.c.id == row.id).values(body=torn))

    async with house(settings) as carnet:
        (answer,) = await carnet.meet("Ann", "en").say("my ferritin?")

    assert "could not be opened" in answer.text


async def test_given_general_keys_only_when_a_health_cell_is_opened_then_it_does_not_open(
    settings: Settings, shared: Path
) -> None:
    person = await with_a_report(settings, shared)

    async with open_stores(settings, utc_now) as stores:
        await stores.main_keys.data_key(person)
        with pytest.raises(UnsealError):
            await confirmed_facts(stores.health, stores.main_keys, person)
