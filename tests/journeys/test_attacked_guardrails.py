"""The guard-rails attacked: what a hostile reader tried, and what must hold."""

import asyncio
import json
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import text

from bot.chat import turns
from bot.chat.worries import Asked
from bot.guardrails.anxiety import Anxiety
from bot.guardrails.before import Emergencies
from bot.guardrails.model import CALM, Hit, Level, Verdict
from bot.guardrails.reading.normal import Words as Read
from bot.i18n import Language, say
from bot.kernel.clock import utc_now
from bot.kernel.errors import StoreError
from bot.kernel.sensitive import Sensitive
from bot.playground import VisibleMessage
from bot.settings import Settings, config_folder
from bot.storage.engine import Database, StoreName, store_url
from bot.storage.work import Work
from tests.journeys.conftest import House, OpenHouse, house, rules
from tests.journeys.test_guardrails_intake import Words, press, shown
from tests.journeys.test_guardrails_memory import count, is_card
from tests.journeys.test_model import told
from tests.llm.scripted_model import Act, ScriptedModel, running_model, says

SOON = Verdict(level=Level.SOON, category="medical_emergency", rule="soon")


class SoonWords(Words):
    """As those, and one word that asks for a doctor within days."""

    def before(self, text: str, *, recent: Sequence[str] = (), risk: bool = False) -> Verdict:
        found = super().before(text, recent=recent, risk=risk)
        return SOON if found is CALM and "cholesterol" in text else found


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with running_model() as served:
        yield served


def opinion(level: str, *, crisis: bool = False) -> Act:
    return says(json.dumps({"level": level, "crisis": crisis}))


async def rows(settings: Settings, name: StoreName, statement: str) -> list[tuple[object, ...]]:
    db = Database(store_url(settings, name))
    async with db.read() as connection:
        found = [tuple(row) for row in await connection.execute(text(statement))]
    await db.close()
    return found


async def test_given_a_country_kept_when_elsewhere_is_pressed_then_the_next_card_does_not_name_the_old_one(
    open_house: OpenHouse, settings: Settings
) -> None:
    carnet: House = await open_house(settings, judge=Words())
    chat = carnet.meet("Ann", "en")
    await chat.say("/country France")
    (asked,) = await chat.say("/country")
    press(chat, asked, "Another country")
    (answer,) = await chat.quiet()
    press(chat, answer, "Elsewhere")
    await chat.quiet()

    (card,) = await chat.say("danger")

    assert "Call now: 112" in card.text


async def test_given_the_caring_question_when_its_answer_cannot_be_kept_at_first_then_it_is_still_asked(
    open_house: OpenHouse, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    carnet: House = await open_house(settings, judge=Words())
    chat = carnet.meet("Ann", "en")
    answered = Work.answer
    failed: list[int] = []

    async def once(self: Work, *args: object, **kwargs: object) -> None:
        if not failed:
            failed.append(1)
            raise StoreError("disk full")
        await answered(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Work, "answer", once)

    answers = await chat.say("I am tired of it")

    assert failed
    assert any("Do you sometimes think of dying" in answer.text for answer in answers), [a.text for a in answers]


async def test_given_a_card_delivered_when_the_main_database_is_read_then_no_chat_is_marked_for_it(
    open_house: OpenHouse, settings: Settings
) -> None:
    carnet: House = await open_house(settings, judge=Words())
    ann, bob = carnet.meet("Ann", "en"), carnet.meet("Bob", "en")
    await ann.say("danger")
    await bob.say("hello there")

    marks = await rows(settings, "main", "SELECT given_up_before FROM lane WHERE name LIKE 'chat:%'")
    assert marks == [(None,), (None,)]


async def test_given_a_crisis_when_thanks_follow_then_the_card_is_not_repeated(carnet: House) -> None:
    for language, words in {"fr": ("je veux mourir", "merci"), "en": ("I want to die", "thanks")}.items():
        chat = carnet.meet(language, language)
        first = await chat.say(words[0])
        second = await chat.say(words[1])

        assert [is_card(answer.text) for answer in first] == [True]
        assert not any(is_card(answer.text) for answer in second), [a.text for a in second]


async def test_given_a_crisis_told_in_general_when_a_model_is_asked_later_then_it_reads_nothing_of_it(
    open_house: OpenHouse, settings: Settings, model: ScriptedModel
) -> None:
    chat = (await open_house(told(settings, model))).meet("Ann", "en")
    model.script(says("A poem."))
    await chat.say("I want to die")
    await chat.say("I want to end my life tonight")
    await chat.say("write me a poem")

    assert "to die" not in "".join(captured.raw for captured in model.requests)
    assert "end my life" not in "".join(captured.raw for captured in model.requests)


async def test_given_chats_that_telegram_holds_back_when_another_is_in_danger_then_its_card_does_not_wait_for_them(
    open_house: OpenHouse, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "EXPRESS", 2)
    carnet: House = await open_house(settings, judge=Words())
    held = [carnet.meet(f"held{number}", "en") for number in range(2)]
    carnet.playground.misbehave("sendMessage", retry_after=8, times=2)
    for chat in held:
        chat.playground.say(chat.persona, "danger")
    async with asyncio.timeout(5):
        while len(carnet.app.turns._sender.resting) < len(held):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    other = carnet.meet("Ann", "en")
    other.playground.say(other.persona, "danger")

    assert await shown(other, "Call now", seconds=2)
    assert await shown(held[0], "Call now", seconds=15)


class Rising(Words):
    """Rules that hear a crisis only once they know what was said before a restart."""

    def before(self, text: str, *, recent: Sequence[str] = (), risk: bool = False) -> Verdict:
        if text == "pain" and recent:
            return Verdict(level=Level.URGENT, category="self_harm", rule="crisis")
        return Verdict(level=Level.URGENT, category="medical_emergency", rule="pain") if text == "pain" else CALM


async def test_given_a_danger_that_proves_a_crisis_as_urgent_when_seen_again_then_its_own_card_comes_and_is_kept(
    settings: Settings,
) -> None:
    async with house(settings, judge=Rising()) as before:
        chat = before.meet("Ann", "en")
        await chat.enter()
        await chat.say("my cholesterol")
    async with house(settings, judge=Rising()) as after:
        cards = await after.meet("Ann", "en").say("pain")

    assert any("You can talk now" in card.text for card in cards), [card.text for card in cards]
    assert await count(settings, "health", "risk_state") == 1


async def test_given_a_worrying_question_when_it_is_moved_into_health_then_it_is_judged_there_too(
    open_house: OpenHouse, settings: Settings
) -> None:
    carnet: House = await open_house(settings, judge=SoonWords())
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    await chat.say("/exit")
    await chat.say("my cholesterol worries me")

    moved = await chat.press("Health space")

    assert any("should be seen by a doctor" in answer.text for answer in moved), [a.text for a in moved]


async def test_given_a_crisis_known_in_health_when_a_question_is_moved_in_then_it_counts(
    open_house: OpenHouse, settings: Settings
) -> None:
    carnet: House = await open_house(settings, judge=Words())
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    await chat.say("despair")
    await chat.say("/exit")
    await chat.say("my cholesterol is worse")

    moved = await chat.press("Health space")

    assert any(is_card(answer.text) or "Please call now" in answer.text for answer in moved), [a.text for a in moved]


async def test_given_a_model_that_sees_a_crisis_in_health_when_it_raises_it_then_the_risk_is_kept(
    open_house: OpenHouse, settings: Settings, model: ScriptedModel
) -> None:
    carnet: House = await open_house(told(settings, model), judge=Words())
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    model.script(opinion("urgent", crisis=True))
    shown = await chat.say("my cholesterol makes no difference any more")

    assert any(is_card(answer.text) for answer in shown), [a.text for a in shown]
    assert await count(settings, "health", "risk_state") == 1


async def test_given_a_model_in_health_when_no_word_sounds_like_health_then_it_is_still_asked_how_urgent_it_is(
    open_house: OpenHouse, settings: Settings, model: ScriptedModel
) -> None:
    carnet: House = await open_house(told(settings, model), judge=Words())
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    model.script(opinion("urgent", crisis=True))
    shown = await chat.say("I gave the cat away and wrote the letters")

    assert any(is_card(answer.text) for answer in shown), [a.text for a in shown]


async def test_given_french_words_in_an_english_app_when_the_model_raises_the_alarm_then_the_card_is_french(
    open_house: OpenHouse, settings: Settings, model: ScriptedModel
) -> None:
    carnet: House = await open_house(told(settings, model), judge=Words())
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    model.script(opinion("emergency"))
    shown = await chat.say("mon cholestérol me fait très mal depuis hier soir")

    assert any("Appelez tout de suite" in answer.text for answer in shown), [a.text for a in shown]


def test_given_somebody_who_sends_the_longest_messages_when_judged_then_little_is_read_again() -> None:
    read: list[int] = []

    class Counting:
        def judge(self, text: str, words: Read | None = None) -> Sequence[Hit]:
            read.append(len(text))
            return []

        def may_show(self, messages: Sequence[str]) -> bool:
            return True

    longest = "a word " * 585
    Emergencies(Counting()).judge(longest, recent=[longest] * 5)  # type: ignore[arg-type]

    assert sum(read) < 5 * len(longest)


def test_given_a_long_message_when_a_sign_follows_its_end_then_they_are_still_read_together() -> None:
    filler = "I went to the market with my sister and we bought bread. " * 65

    judged = rules().before("and my neck is stiff", recent=[filler + "I have a high fever of 39.5"])

    assert judged.level is Level.EMERGENCY


@pytest.mark.parametrize(("language", "number"), [("fr", "au Canada, le 911"), ("en", "000 in Australia")])
async def test_given_an_unknown_country_when_112_is_not_called_there_then_its_number_is_named(
    carnet: House, language: str, number: str
) -> None:
    chat = carnet.meet(language, language)
    (card,) = await chat.say("J’ai très mal à la poitrine, ça serre" if language == "fr" else "crushing chest pain")

    assert number in card.text.replace("\xa0", " ")


async def test_given_a_message_edited_into_a_danger_when_read_then_its_card_comes_and_no_other_edit_is_answered_or_kept(
    open_house: OpenHouse, settings: Settings
) -> None:
    carnet: House = await open_house(settings, judge=Words())
    chat = carnet.meet("Ann", "en")
    await chat.say("hello there")
    kept = await count(settings, "main", "general_turn")
    at = int(utc_now().timestamp())
    person = {"id": chat.persona.id, "is_bot": False, "first_name": "Ann", "language_code": "en"}

    async def edit(words: str) -> list[VisibleMessage]:
        place = {"id": chat.persona.id, "type": "private", "first_name": "Ann"}
        content = {"message_id": 1, "date": at, "edit_date": at, "from": person, "chat": place, "text": words}
        carnet.playground.updates.put(chat.persona.id, "edited_message", content)
        return await chat.quiet()

    assert await edit("hello again") == []
    (card,) = await edit("hello, there is danger")
    assert "Call now" in card.text
    assert await count(settings, "main", "general_turn") == kept


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("est-ce que mon cholestérol est grave ?", "tu es vraiment sûr ?"),
        ("is my cholesterol dangerous?", "are you quite sure?"),
    ],
)
def test_given_a_plea_in_other_words_when_it_is_the_third_then_the_loop_is_seen(first: str, again: str) -> None:
    worries = Anxiety.load(config_folder() / "guardrails")
    said = [Asked(text=Sensitive(text), at=utc_now()) for text in (first, again, again)]

    assert worries.judge(said[2], said[:2], news_at=None, country=None) == "loop"


@pytest.mark.parametrize(
    ("language", "exception"), [("fr", "sauf pour y reconnaître une urgence"), ("en", "recognise an emergency")]
)
def test_given_somebody_at_the_door_when_told_what_is_read_then_the_guard_is_not_denied(
    language: Language, exception: str
) -> None:
    assert exception in say(language, "health.adult")
