"""Reports of answers attacked: taken back, erased, pressed late, forged."""

import pytest
from sqlalchemy import text

from bot.chat.model import Arrival, Show, Space, Turn
from bot.kernel.clock import utc_now
from bot.kernel.ids import TurnId
from bot.kernel.sensitive import Sensitive
from bot.settings import Settings
from bot.storage.engine import Database, StoreName, store_url
from tests.journeys.conftest import House, OpenHouse
from tests.journeys.test_guardrails_memory import count


class NoProgress:
    """Nothing is shown meanwhile."""

    async def note(self, text: Sensitive[str]) -> None: ...

    async def draft(self, text: Sensitive[str]) -> None: ...


async def rows(settings: Settings, name: StoreName, statement: str) -> list[tuple[object, ...]]:
    db = Database(store_url(settings, name))
    async with db.read() as connection:
        found = [tuple(row) for row in await connection.execute(text(statement))]
    await db.close()
    return found


async def test_given_an_exchange_shared_when_its_person_takes_that_back_then_it_is_not_shared(
    open_house: OpenHouse, settings: Settings
) -> None:
    carnet: House = await open_house(settings)
    chat = carnet.meet("Ann", "en")
    await chat.say("hello there")
    for answer in ("Share this", "Do not share"):
        await chat.press("Wrong?")
        await chat.press("It was wrong")
        await chat.press(answer)

    assert await rows(settings, "main", "SELECT shared FROM safety_report") == [(0,)]


@pytest.mark.parametrize("space", ["general", "health"])
async def test_given_a_report_when_its_space_is_erased_then_it_leads_to_nobody(
    open_house: OpenHouse, settings: Settings, space: str
) -> None:
    carnet: House = await open_house(settings)
    chat = carnet.meet("Ann", "en")
    if space == "health":
        await chat.enter()
    await chat.say("hello there")
    await chat.press("Wrong?")
    await chat.press("It was wrong")
    await chat.press("Share this")
    await chat.say("/data")
    await chat.press("Erase")
    await chat.press("Yes")

    found = await rows(settings, "main", "SELECT person_id, turn_id, shared, state FROM safety_report")
    assert found == [(None, None, 0, "reported")]


async def test_given_a_report_of_one_space_when_the_other_is_erased_then_it_stays(
    open_house: OpenHouse, settings: Settings
) -> None:
    carnet: House = await open_house(settings)
    chat = carnet.meet("Ann", "en")
    await chat.say("hello there")
    await chat.press("Wrong?")
    await chat.press("It was wrong")
    await chat.enter()
    await chat.say("/data")
    await chat.press("Erase")
    await chat.press("Yes")

    ((person,),) = await rows(settings, "main", "SELECT person_id FROM safety_report")
    assert person is not None


async def test_given_an_erased_exchange_when_its_old_buttons_are_pressed_then_nobody_is_promised_a_reader(
    open_house: OpenHouse, settings: Settings
) -> None:
    carnet: House = await open_house(settings)
    chat = carnet.meet("Ann", "en")
    await chat.say("hello there")
    await chat.press("Wrong?")
    await chat.press("It was wrong")
    await chat.say("/data")
    await chat.press("Erase")
    await chat.press("Yes")

    (answer,) = await chat.press("Share this")

    assert "Shared" not in answer.text


@pytest.mark.parametrize("forged", ["9" * 50, "abc", "\x00", "", "1:2"])
async def test_given_a_forged_report_button_when_pressed_then_nothing_is_filed(
    open_house: OpenHouse, on_either: Settings, forged: str
) -> None:
    carnet: House = await open_house(on_either)
    chat = carnet.meet("Ann", "en")
    await chat.say("hello there")
    person = await carnet.app.people.by_telegram(chat.persona.id)
    assert person is not None
    button = f"g:r:wrong:{forged}"
    pressed = Arrival(
        key="k", chat=1, user=1, language_code="en", kind="button", at=utc_now(), message_id=1, button=button
    )
    turn = Turn(id=TurnId("7"), person=person.id, language="en", space=Space.GENERAL, order=0, arrival=pressed)

    (answer,) = await carnet.app.turns._spaces[Space.GENERAL].handle(turn, NoProgress())

    assert isinstance(answer, Show)
    assert "nothing is shared" in answer.text.reveal()
    assert await count(on_either, "main", "safety_report") == 0
