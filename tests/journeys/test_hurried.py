"""People who do not wait for answers, press twice, change their mind, or meet a crash: found by attacking Carnet."""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.chat.model import HEALTH_MARK, Space
from bot.chat.turns import Turns
from bot.health.store import schema
from bot.kernel.errors import StoreError
from bot.playground import VisibleMessage
from bot.settings import Settings
from bot.storage.engine import Database, store_url
from bot.storage.schema import general_turn
from bot.storage.work import Claim, Work
from tests.journeys.conftest import Chat, House, OpenHouse
from tests.llm.scripted_model import running_model, says_json


async def general_rows(settings: Settings) -> int:
    db = Database(store_url(settings, "main"))
    try:
        async with db.read() as connection:
            return len((await connection.execute(select(general_turn.c.id))).all())
    finally:
        await db.close()


def hurry(chat: Chat, *texts: str) -> None:
    for text in texts:
        chat.playground.say(chat.persona, text)


async def mode_of(chat: Chat) -> Space:
    person = await chat.app.people.by_telegram(chat.persona.id)
    assert person is not None
    return person.mode


async def test_given_exit_and_health_in_one_breath_when_worked_then_the_last_word_decides(
    carnet: House, settings: Settings
) -> None:
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    before = await general_rows(settings)

    hurry(chat, "/exit", "/health", "my secret rash is back")
    shown = await chat.quiet()
    assert shown[-1].text.startswith(HEALTH_MARK)
    assert await mode_of(chat) is Space.HEALTH
    assert await general_rows(settings) == before

    hurry(chat, "/health", "/exit", "a poem about the sea")
    shown = await chat.quiet()
    assert not shown[-1].text.startswith(HEALTH_MARK)
    assert await mode_of(chat) is Space.GENERAL


async def test_given_a_newcomer_who_types_at_the_door_when_it_is_not_open_yet_then_nothing_of_it_is_kept(
    carnet: House, settings: Settings
) -> None:
    chat = carnet.meet("Ann", "en")
    await chat.say("/health")
    await chat.press("Join")
    before = await general_rows(settings)
    message = next(m for m in reversed(chat.playground.messages(chat.persona)) if m.buttons)
    chat.playground.press(chat.persona, message.id, message.buttons[0][0].data or "")
    hurry(chat, "HIV positive since 2019")
    shown = await chat.quiet()

    assert all("18" in one.text for one in shown)
    assert await general_rows(settings) == before
    (left,) = await chat.say("/exit")
    assert not left.text.startswith(HEALTH_MARK)


async def test_given_a_question_moved_twice_when_pressed_again_then_nobody_is_told_they_are_in_health(
    carnet: House,
) -> None:
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    await chat.say("/exit")
    await chat.say("what does a low ferritin mean?")
    await chat.press("Ask it in")
    buttons = [
        m for m in chat.playground.messages(chat.persona) if any("Ask it in" in b.label for r in m.buttons for b in r)
    ]

    chat.playground.press(chat.persona, buttons[-1].id, buttons[-1].buttons[0][0].data or "")
    (again,) = await chat.quiet()

    assert "general space" in again.text
    assert not again.text.startswith(HEALTH_MARK)
    assert await mode_of(chat) is Space.GENERAL

    await chat.say("/health")
    chat.playground.press(chat.persona, buttons[-1].id, buttons[-1].buttons[0][0].data or "")
    (inside,) = await chat.quiet()
    assert inside.text.startswith(HEALTH_MARK)
    assert "general space" not in inside.text


async def test_given_consent_to_no_model_when_a_model_comes_then_it_is_asked_again_before_anything_leaves(
    settings: Settings, open_house: OpenHouse, shared: Path
) -> None:
    from tests.journeys.test_model import told

    first = await open_house(settings)
    chat = first.meet("Ann", "en")
    await chat.enter()
    await chat.upload(shared / "data" / "lab" / "lab_en_clean.pdf")
    await chat.press("Confirm all")

    with running_model() as model:
        model.script(says_json("{{f1}}"))
        second = await open_house(told(settings, model))
        chat = second.meet("Ann", "en")
        (asked,) = await chat.say("my ferritin?")
        assert "language model" in asked.text
        assert model.requests == []
        await chat.press("I agree")
        (answer,) = await chat.say("my ferritin?")
        assert "9 ng/mL" in answer.text
        assert len(model.requests) == 2  # one for the words, one for how urgent the question is


async def test_given_a_no_after_a_yes_when_pressed_then_consent_ends_and_what_was_kept_can_be_erased(
    carnet: House, settings: Settings, shared: Path
) -> None:
    chat = carnet.meet("Ann", "en")
    await chat.say("/health")
    await chat.press("Join")
    await chat.press("Enter")
    age = next(m for m in reversed(chat.playground.messages(chat.persona)) if m.buttons)
    under = age.buttons[1][0].data or ""
    await chat.press("18 or older")
    await chat.press("I agree")
    await chat.upload(shared / "data" / "lab" / "lab_en_clean.pdf")
    await chat.press("Confirm all")
    again = await chat.app.people.by_telegram(chat.persona.id)
    assert again is not None

    await _forge(chat, under)
    (door,) = await chat.say("/health")
    assert "18" in door.text
    (closed,) = await _forge(chat, under)
    assert "consent is withdrawn" in closed.text
    (data,) = await chat.press("See or erase")
    assert re.search(r"Results\W+11", data.text)
    await chat.press("Erase")
    await chat.press("Yes, erase")
    db = Database(store_url(settings, "health"))
    async with db.read() as connection:
        left = [(await connection.execute(select(table.c.person_id))).all() for table in schema.OF_A_PERSON]
    await db.close()
    assert left == [[]] * len(schema.OF_A_PERSON)


async def _forge(chat: Chat, data: str) -> list[VisibleMessage]:
    """Press a button of an older message that no longer shows it."""
    talk = chat.playground.talk(chat.persona.id)
    shown = next(m for m in reversed(chat.playground.messages(chat.persona)) if m.author == "bot")
    query_id = str(10**12 + len(chat.transcript))
    chat.playground.queries.ask(query_id, talk)
    chat.playground.updates.put(
        chat.persona.id,
        "callback_query",
        {
            "id": query_id,
            "from": {"id": chat.persona.id, "is_bot": False, "first_name": "Ann", "language_code": "en"},
            "message": chat.playground.message_json(shown, talk),
            "chat_instance": "1",
            "data": data,
        },
    )
    return await chat.quiet()


async def test_given_the_waitlist_in_trouble_when_an_active_person_writes_then_nothing_about_them_changes(
    carnet: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.app.admission import Admission, AdmissionError

    chat = carnet.meet("Ann", "en")
    await chat.enter()

    async def broken(*_: object) -> None:
        raise AdmissionError("StoreError")

    with monkeypatch.context() as patched:
        patched.setattr(Admission, "place", broken)
        (answer,) = await chat.say("my ferritin?")
    assert answer.text.startswith(HEALTH_MARK)
    assert "try again" in answer.text
    assert await mode_of(chat) is Space.HEALTH
    (answer,) = await chat.say("my ferritin?")
    assert "no result of yours" in answer.text or "ferritin" in answer.text.casefold()


@pytest.fixture
def lost_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first answer of each turn is lost before it is committed: the turn is worked again."""
    answered: set[int] = set()
    real = Work.answer

    async def losing(self: Work, claim: Claim, bodies: list[bytes], *, placed: Mapping[int, int]) -> None:
        if claim.item.id not in answered:
            answered.add(claim.item.id)
            raise ValueError("lost")
        await real(self, claim, bodies, placed=placed)

    monkeypatch.setattr(Work, "answer", losing)
    monkeypatch.setattr(Turns, "_pause", staticmethod(lambda _: 0.01), raising=False)


async def test_given_every_answer_lost_once_when_worked_again_then_each_step_happened_once_and_is_said(
    carnet: House, shared: Path, lost_once: None
) -> None:
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    await chat.say("remember that I take my tests on Mondays")
    (notes,) = await chat.say("what do you remember?")
    assert notes.text.count("Mondays") == 1

    *_, screen = await chat.upload(shared / "data" / "lab" / "lab_en_clean.pdf")
    assert "1. Hemoglobin" in screen.text
    (screen,) = await chat.say("4 = -")
    assert "1. Hemoglobin" in screen.text
    assert "MCV" not in screen.text
    (cancelled,) = await chat.say("/cancel")
    assert "Discarded" in cancelled.text

    await chat.upload(shared / "data" / "lab" / "lab_en_clean.pdf")
    done, _ = await chat.press("Confirm all")
    assert "11 results" in done.text
    assert re.search(r"Results\W+11", (await chat.say("/data"))[-1].text)

    await chat.say("/exit")
    await chat.say("what does a low ferritin mean?")
    moved, _ = await chat.press("Ask it in")
    assert "erritin" in moved.text

    await chat.say("/health")
    await chat.say("/data")
    await chat.press("Erase")
    (erased,) = await chat.press("Yes, erase")
    assert "is erased" in erased.text


async def test_given_a_backup_reading_the_keys_when_everything_is_erased_then_it_is_erased_and_said_so(
    carnet: House, settings: Settings, shared: Path
) -> None:
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    await chat.upload(shared / "data" / "lab" / "lab_en_clean.pdf")
    await chat.press("Confirm all")
    await chat.say("/data")
    await chat.press("Erase")
    backup = Database(store_url(settings, "health_keys"))
    async with backup.read() as reader:
        await reader.exec_driver_sql("SELECT count(*) FROM data_key")
        async with asyncio.timeout(8):
            (erased,) = await chat.press("Yes, erase")
    await backup.close()

    assert "is erased" in erased.text


async def test_given_a_note_that_is_too_long_when_asked_for_then_none_of_it_is_kept(carnet: House) -> None:
    chat = carnet.meet("Nadia", "fr")
    await chat.enter()

    (answer,) = await chat.say("Retenez que " + "x" * 390 + " et je suis allergique à la pénicilline")
    assert "trop long" in answer.text
    (notes,) = await chat.say("Que savez-vous de moi ?")
    assert "xxx" not in notes.text


async def test_given_two_copies_of_a_file_waiting_when_both_are_confirmed_then_it_counts_once(
    carnet: House, shared: Path
) -> None:
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    first = (await chat.upload(shared / "data" / "lab" / "lab_en_clean.pdf"))[-1]
    second = (await chat.upload(shared / "data" / "lab" / "lab_en_clean.pdf", name="copy.pdf"))[-1]

    for screen in (first, second):
        chat.playground.press(chat.persona, screen.id, screen.buttons[0][0].data or "")
        shown = await chat.quiet()

    assert "already confirmed" in shown[0].text
    assert re.search(r"Results\W+11", (await chat.say("/data"))[-1].text)


async def test_given_a_moment_without_the_database_when_tidying_then_it_goes_on(
    settings: Settings, open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.chat import slots
    from bot.health.opening import Health

    done = asyncio.Event()
    refusals = [StoreError("gone")] * 2

    async def failing(_: Health) -> int:
        if refusals:
            raise refusals.pop()
        done.set()
        return 0

    monkeypatch.setattr(slots, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(Health, "forget_stale", failing)
    carnet = await open_house(settings)
    async with asyncio.timeout(20):
        await done.wait()

    assert (await carnet.meet("Ann", "en").say("hello"))[-1].text


async def test_given_a_worker_that_dies_when_carnet_runs_then_the_process_ends_with_its_error(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.journeys.conftest import house

    async def dying(_: Turns) -> None:
        await asyncio.sleep(0.2)
        raise ZeroDivisionError

    monkeypatch.setattr(Turns, "run", dying)
    with pytest.raises(ZeroDivisionError):
        async with asyncio.timeout(10), house(settings):
            await asyncio.sleep(5)


async def test_given_an_error_inside_a_running_carnet_when_raised_then_it_keeps_its_type(settings: Settings) -> None:
    from tests.journeys.conftest import house

    with pytest.raises(StoreError):
        async with house(settings):
            raise StoreError("ids only")
