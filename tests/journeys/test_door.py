"""The door of Health: nobody passes without admission, age and consent, and nothing is kept of who does not."""

from pathlib import Path

from sqlalchemy import func, select

from bot.app import Opening
from bot.chat.model import HEALTH_MARK
from bot.health.store import metadata
from bot.settings import Settings
from bot.storage.engine import Database, store_url
from tests.journeys.conftest import House, OpenHouse


async def health_rows(settings: Settings) -> int:
    db = Database(store_url(settings, "health"))
    try:
        async with db.read() as connection:
            counts = [
                (await connection.execute(select(func.count()).select_from(table))).scalar_one()
                for table in metadata.sorted_tables
            ]
    finally:
        await db.close()
    return sum(counts)


async def test_given_a_person_not_admitted_when_they_ask_then_they_may_only_join_the_list(
    open_house: OpenHouse, settings: Settings
) -> None:
    carnet = await open_house(settings, opening=Opening.BY_HAND)
    chat = carnet.meet("Ann", "en")

    (closed,) = await chat.say("/health what does my CANARY-LDL mean?")
    assert not closed.text.startswith(HEALTH_MARK)
    assert "not on the list" in closed.text
    (waiting,) = await chat.press("Join")
    assert "waitlist" in waiting.text
    (still,) = await chat.say("/health")
    assert "waitlist" in still.text
    (again,) = await chat.say("hello")
    assert not again.text.startswith(HEALTH_MARK)

    assert await health_rows(settings) == 0


async def test_given_someone_under_18_when_they_say_so_then_they_stay_out_and_nothing_is_kept(
    carnet: House, settings: Settings
) -> None:
    chat = carnet.meet("Léa", "fr")
    await chat.say("/sante")
    await chat.press("Rejoindre")
    await chat.press("Entrer")

    (out,) = await chat.press("moins de 18")

    assert "réservé aux adultes" in out.text
    assert await health_rows(settings) == 0


async def test_given_no_consent_when_a_document_is_sent_then_it_is_not_read(
    carnet: House, settings: Settings, shared: Path
) -> None:
    chat = carnet.meet("Ann", "en")
    await chat.say("/health")
    await chat.press("Join")
    await chat.press("Enter")
    await chat.press("18 or older")
    await chat.press("No, thank you")

    (refused,) = await chat.upload(shared / "data" / "lab" / "lab_en_clean.pdf")

    assert "only in the Health space" in refused.text
    assert await health_rows(settings) == 1  # that they are 18 or older; nothing else


async def test_given_a_health_question_in_general_when_moved_then_health_answers_and_general_forgets(
    carnet: House,
) -> None:
    chat = carnet.meet("Nadia", "fr")

    (offer,) = await chat.say("Que veut dire une ferritine basse ?")
    assert not offer.text.startswith(HEALTH_MARK)
    await chat.press("La poser")
    await chat.press("Rejoindre")
    await chat.press("Entrer")
    await chat.press("18 ans")
    await chat.press("accepte")
    await chat.say("/quitter")

    await chat.say("Que veut dire une ferritine basse ?")
    answer, outdoors = await chat.press("La poser")

    assert answer.text.startswith(HEALTH_MARK)
    assert not outdoors.text.startswith(HEALTH_MARK)
    assert "ferritine" in answer.text.casefold()
    (general,) = await chat.say("bonjour")
    assert not general.text.startswith(HEALTH_MARK)  # one question moved, the person did not


async def test_given_a_one_shot_question_when_asked_from_general_then_only_that_answer_is_health(carnet: House) -> None:
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    await chat.say("/exit")

    answer, outdoors = await chat.say("/health what is ferritin?")
    assert answer.text.startswith(HEALTH_MARK)
    assert "still in the general space" in outdoors.text
    assert "iron" in answer.text
    (after,) = await chat.say("hello")
    assert not after.text.startswith(HEALTH_MARK)


async def test_given_health_then_a_symptom_typed_without_waiting_when_routed_then_both_are_health(
    carnet: House,
) -> None:
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    await chat.say("/exit")

    carnet.playground.say(chat.persona, "/health")
    carnet.playground.say(chat.persona, "I have a CANARY headache")
    shown = await chat.quiet()

    assert len(shown) == 2
    assert all(message.text.startswith(HEALTH_MARK) for message in shown)
