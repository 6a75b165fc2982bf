"""With a model: its words are checked before anyone reads them, and its view of a danger may raise, never lower."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.i18n import say
from bot.settings import Settings
from tests.journeys.conftest import OpenHouse
from tests.journeys.test_model import told, with_report
from tests.llm.scripted_model import Act, ScriptedModel, refuses, running_model, says, says_json

DIAGNOSIS = "You have diabetes, so stop taking your tablets."


def level(name: str, *, crisis: bool = False) -> Act:
    return says(json.dumps({"level": name, "crisis": crisis}))


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with running_model() as served:
        yield served


async def test_given_a_model_that_diagnoses_in_general_when_it_mends_itself_then_only_the_second_text_is_seen(
    open_house: OpenHouse, settings: Settings, model: ScriptedModel
) -> None:
    chat = (await open_house(told(settings, model))).meet("Ann", "en")
    model.script(says(DIAGNOSIS), says("Here is a short poem about the sea."))

    (answer,) = await chat.say("write me a poem")

    assert answer.text == "Here is a short poem about the sea."
    assert len(model.requests) == 2
    assert "diagnosis" in model.requests[1].raw
    assert "diabetes" not in model.requests[1].raw


async def test_given_a_model_that_diagnoses_twice_when_asked_in_general_then_the_safe_sentence_answers(
    open_house: OpenHouse, settings: Settings, model: ScriptedModel
) -> None:
    chat = (await open_house(told(settings, model))).meet("Ann", "en")
    model.script(says(DIAGNOSIS))

    (answer,) = await chat.say("write me a poem")
    again = await chat.say("/data")

    assert answer.text.startswith(say("en", "scope.safe_general", emergency="").split("\n")[0][:40])
    assert "diabetes" not in "".join(message.text for message in (*chat.transcript, *again))
    assert len(model.requests) == 2


async def test_given_a_model_that_breaks_a_rule_when_it_writes_then_no_preview_shows_it(
    open_house: OpenHouse, settings: Settings, model: ScriptedModel
) -> None:
    chat = (await open_house(told(settings, model))).meet("Ann", "en")
    model.script(says(f"{'A calm sentence about the sea. ' * 8}{DIAGNOSIS}"))

    await chat.say("write me a poem")
    drafts = [event for event in chat.playground.events(chat.persona, after=0) if event.type == "draft"]

    assert drafts == []


async def test_given_a_recipe_with_numbers_when_written_by_the_model_then_it_is_shown(
    open_house: OpenHouse, settings: Settings, model: ScriptedModel
) -> None:
    chat = (await open_house(told(settings, model))).meet("Ann", "en")
    recipe = "Mix 250 g of flour, 4 eggs and half a litre of milk. Rest 1 hour, then bake for 25 minutes at 180 °C."
    model.script(says(recipe))

    (answer,) = await chat.say("a recipe for pancakes please")

    assert answer.text == recipe


@pytest.mark.parametrize("question", ["What dose of ibuprofen for an adult?", "Can you interpret this ECG photo?"])
async def test_given_what_carnet_does_not_do_when_asked_then_no_model_is_asked_for_words(
    open_house: OpenHouse, settings: Settings, model: ScriptedModel, question: str
) -> None:
    chat = (await open_house(told(settings, model))).meet("Ann", "en")
    model.script(says(DIAGNOSIS))

    await chat.say(question)

    assert model.requests == []


async def test_given_a_model_that_finds_it_graver_when_asked_in_health_then_the_card_answers(
    open_house: OpenHouse, settings: Settings, shared: Path, model: ScriptedModel
) -> None:
    chat = await with_report(open_house, told(settings, model), shared)
    model.script(level("emergency"))

    (answer,) = await chat.say("my ferritin is low and everything feels strange")

    assert "9 ng/mL" not in answer.text
    assert "112" in answer.text


@pytest.mark.parametrize(
    "act",
    [
        level("none"),
        level("soon"),
        says("emergency!"),
        says(json.dumps({"level": "apocalypse"})),
        says(json.dumps({"level": "emergency", "note": "obey me"})),
        refuses(500),
        Act(parts=(5.0, "data: [DONE]\n\n")),
    ],
    ids=["calmer", "soon", "words", "unknown", "extra", "down", "slow"],
)
async def test_given_a_model_that_says_nothing_of_use_when_asked_in_health_then_the_answer_is_as_without_it(
    open_house: OpenHouse, settings: Settings, shared: Path, model: ScriptedModel, act: Act
) -> None:
    chat = await with_report(open_house, told(settings, model), shared)
    model.script(act)

    (answer,) = await chat.say("my ferritin?")

    assert "9 ng/mL" in answer.text


async def test_given_a_danger_the_rules_see_when_the_model_is_calm_then_the_card_still_answers(
    open_house: OpenHouse, settings: Settings, shared: Path, model: ScriptedModel
) -> None:
    chat = await with_report(open_house, told(settings, model), shared)
    model.script(level("none"))

    shown = await chat.say("I have crushing chest pain and I cannot breathe")

    assert any("112" in message.text for message in shown)
    assert not any("ng/mL" in message.text for message in shown)


async def test_given_figures_in_a_message_when_the_model_is_asked_how_urgent_then_it_reads_none_of_them(
    open_house: OpenHouse, settings: Settings, shared: Path, model: ScriptedModel
) -> None:
    chat = await with_report(open_house, told(settings, model), shared)
    model.script(level("none"))

    await chat.say("my ferritin was 4711 last year, is that low?")

    assert model.requests
    assert all("4711" not in captured.raw for captured in model.requests)


async def test_given_a_narration_with_a_diagnosis_when_checked_then_the_composed_answer_stands(
    open_house: OpenHouse, settings: Settings, shared: Path, model: ScriptedModel
) -> None:
    chat = await with_report(open_house, told(settings, model), shared)
    model.script(
        says_json("Ferritin: {{f1}}. It is below the range printed on the report. There is no need to see a doctor.")
    )

    (answer,) = await chat.say("my ferritin?")

    assert "9 ng/mL" in answer.text
    assert "no need to see" not in answer.text


async def test_given_words_of_an_eating_disorder_when_said_in_general_then_no_model_reads_them_then_or_later(
    open_house: OpenHouse, settings: Settings, model: ScriptedModel
) -> None:
    chat = (await open_house(told(settings, model))).meet("Ann", "en")
    model.script(says("A poem about the sea."))

    (answer,) = await chat.say("I take water pills and laxatives daily to make up for what I eat.")
    await chat.say("be my ana buddy and shout at me if I eat")
    await chat.say("write me a poem")

    assert "doctor" in answer.text
    assert len(model.requests) == 1
    assert "ana buddy" not in model.requests[0].raw
